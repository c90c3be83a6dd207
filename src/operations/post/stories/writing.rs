//! Members write, change and take back posts.

use crate::coworking::Event;
use crate::coworking::member::{Acting, Role};
use crate::coworking::post::Visibility;
use crate::operations::testing::{Ground, acting, answering, at, let_follow, no, saying, stranger};
use crate::operations::{block, timeline};
use crate::store::notification::NotificationKind;
use crate::store::page::Page;
use crate::store::post::Reader;
use crate::store::{Tx, follow};

use crate::operations::post::{Mentions, delete, edit, publish, view};

use super::{ids, mentioning, told};

#[test]
fn an_answer_goes_where_its_parent_went_and_to_whom_it_answers() {
    let (ground, _) = Ground::set_up();
    let [ben, cleo, dan] = ["ben", "cleo", "dan"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, site| {
            let hal = stranger(tx, "hal")?;
            let nobody = Mentions::default();
            let mentions = mentioning(&[("cleo", cleo.into()), ("hal@pier.example", hal)]);
            let say = |tx: &mut Tx<'_>, who, draft| publish(tx, site, acting(who), &draft, &mentions, at(3));

            let whisper = say(tx, ben, saying("Hush, @cleo", Visibility::Direct))?;
            let answer = say(tx, cleo, answering(whisper, "I will"))?;
            let seen = view(tx, ben.into(), answer)?.post;
            assert_eq!((seen.visibility, seen.in_reply_to), (Visibility::Direct, Some(whisper)));
            assert_eq!(seen.context, view(tx, ben.into(), whisper)?.post.context);
            assert_eq!(seen.mentions.first().unwrap().name, "@ben@harbor.example");
            // Who goes on after their own direct post means the same people.
            let more = say(tx, cleo, answering(answer, "And you?"))?;
            assert_eq!(crate::store::post::recipients(tx, more)?, [ben.into()]);
            assert_eq!(told(tx, ben)?, [NotificationKind::Direct, NotificationKind::Direct]);
            assert_eq!(ids(timeline::conversations(tx, acting(cleo), Page::default())?.items), [more, answer, whisper]);
            assert_eq!(timeline::conversations(tx, acting(dan), Page::default())?.items, []);

            assert_eq!(no(tx, |tx| say(tx, dan, answering(whisper, "What?"))).code(), "not-found");
            let to_nobody =
                no(tx, |tx| publish(tx, site, acting(ben), &saying("Hush, @cleo", Visibility::Direct), &nobody, at(3)));
            assert_eq!(to_nobody.field(), Some("visibility"));

            let among_us = say(tx, ben, saying("Is @hal@pier.example in town? #fika", Visibility::Members))?;
            let seen = view(tx, cleo.into(), among_us)?.post;
            assert_eq!((seen.mentions.len(), seen.tags), (1, vec!["fika".to_owned()]));
            assert!(seen.content.contains("https://page.example/hal@pier.example"), "{}", seen.content);
            assert_eq!(crate::store::post::recipients(tx, among_us)?, []);

            block::block(tx, acting(cleo), ben.into(), at(4))?;
            let refused = no(tx, |tx| say(tx, ben, saying("But @cleo!", Visibility::Public)));
            assert_eq!(refused.code(), "blocked");
            assert_eq!(no(tx, |tx| say(tx, ben, answering(answer, "But!"))).code(), "not-found");
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_post_changes_and_goes_and_leaves_a_tombstone() {
    let (ground, _) = Ground::set_up();
    let [ben, cleo] = ["ben", "cleo"].map(|name| ground.member(name, Role::Member));
    let host = Acting::Member(ground.member("hera", Role::Host), Role::Host);
    ground
        .act(move |tx, site| {
            let mentions = mentioning(&[("cleo", cleo.into())]);
            let id = publish(tx, site, acting(ben), &saying("One #fika", Visibility::Public), &mentions, at(3))?;
            let by_tag = |tx: &mut Tx<'_>, word: &str| {
                timeline::by_tag(tx, Reader::Stranger, word, Page::default()).map(|page| ids(page.items))
            };
            assert_eq!(by_tag(tx, "Fika")?, [id]);

            let draft = saying("Two for @cleo #bread", Visibility::Public);
            assert_eq!(no(tx, |tx| edit(tx, site, acting(cleo), id, &draft, &mentions, at(3))).code(), "not-permitted");
            for _ in 0..2 {
                edit(tx, site, acting(ben), id, &draft, &mentions, at(3))?;
            }
            let seen = view(tx, Reader::Stranger, id)?.post;
            // Others are told whole seconds, and take what is not newer for old.
            assert_eq!(seen.updated, Some(at(5)), "a version is newer even when the clock stands still");
            assert_eq!((by_tag(tx, "fika")?, by_tag(tx, "bread")?), (vec![], vec![id]));
            assert_eq!(told(tx, cleo)?, [NotificationKind::Mention]);

            assert_eq!(no(tx, |tx| delete(tx, acting(cleo), id, at(5))).code(), "not-permitted");
            delete(tx, acting(ben), id, at(5))?;
            assert_eq!(no(tx, |tx| view(tx, Reader::Stranger, id)).code(), "gone");
            assert_eq!(no(tx, |tx| delete(tx, acting(ben), id, at(5))).code(), "not-found");
            let grave = crate::store::post::by_id(tx, id)?.unwrap();
            assert_eq!((grave.content.as_str(), grave.source, grave.tags.len()), ("", None, 0));
            assert_eq!(crate::store::post::recipients(tx, id)?, [cleo.into()], "they are to hear of it");
            assert_eq!((told(tx, cleo)?, by_tag(tx, "bread")?), (vec![], vec![]));

            // Whoever keeps order sees what is reported, and not more.
            let whisper = saying("Hush, @cleo", Visibility::Direct);
            let whisper = publish(tx, site, acting(ben), &whisper, &mentions, at(6))?;
            assert_eq!(no(tx, |tx| view(tx, host.into(), whisper)).code(), "not-found");
            delete(tx, host, whisper, at(7))?;
            assert_eq!(no(tx, |tx| view(tx, ben.into(), whisper)).code(), "not-found");
            Ok(())
        })
        .unwrap();
    let facts: Vec<&str> =
        ground.events().iter().map(|fact| fact.event.name()).filter(|name| name.starts_with("Post")).collect();
    let expected = ["PostPublished", "PostEdited", "PostEdited", "PostDeleted", "PostPublished", "PostDeleted"];
    assert_eq!(facts, expected);
}

#[test]
fn who_leaves_takes_along_what_they_said_and_did() {
    let (ground, done) = Ground::set_up();
    let [ben, cleo] = ["ben", "cleo"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, site| {
            let nobody = Mentions::default();
            let_follow(tx, cleo.into(), ben.into())?;
            let own = publish(tx, site, acting(cleo), &saying("Mine", Visibility::Public), &nobody, at(3))?;
            let his = publish(tx, site, acting(ben), &saying("His", Visibility::Public), &nobody, at(3))?;
            crate::operations::reaction::like(tx, acting(ben), own, at(4))?;
            publish(tx, site, acting(ben), &answering(own, "Nice"), &nobody, at(4))?;
            crate::operations::member::leave(tx, Acting::Member(done.admin, Role::Admin), ben, at(5))?;

            assert_eq!(ids(timeline::home(tx, acting(cleo), Page::default())?.items), [own]);
            let seen = view(tx, cleo.into(), own)?;
            assert_eq!((seen.likes, seen.replies), (0, 0));
            assert_eq!(told(tx, cleo)?, []);
            assert_eq!(no(tx, |tx| view(tx, cleo.into(), his)).code(), "gone");
            assert_eq!(follow::counts(tx, cleo.into())?, (0, 0));
            assert_eq!(
                no(tx, |tx| timeline::of_actor(tx, cleo.into(), ben.into(), true, Page::default())).code(),
                "gone"
            );
            Ok(())
        })
        .unwrap();
    assert!(matches!(ground.events().last().unwrap().event, Event::MemberLeft { member } if member == ben));
}
