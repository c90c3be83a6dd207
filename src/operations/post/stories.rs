//! What is promised of posts, as stories on a real store.

use crate::coworking::Event;
use crate::coworking::id::{ActorId, MemberId, PostId};
use crate::coworking::member::{Acting, Role};
use crate::coworking::post::Visibility;
use crate::operations::offer;
use crate::operations::testing::{Ground, acting, answering, at, coming, let_follow, no, saying, stranger};
use crate::operations::{Result, block, notification, timeline};
use crate::store::notification::NotificationKind;
use crate::store::page::Page;
use crate::store::post::{PostView, Reader};
use crate::store::testing::ran;
use crate::store::{Tx, follow, tombstone};

use super::{Mentions, Received, Revision, Why, delete, edit, publish, receive, receive_delete, receive_update, view};

const EVERY: [Visibility; 5] =
    [Visibility::Public, Visibility::Unlisted, Visibility::Followers, Visibility::Members, Visibility::Direct];

/// The people of these handles, as a door would have found them.
fn mentioning(people: &[(&str, ActorId)]) -> Mentions {
    let mut mentions = Mentions::default();
    for (handle, actor) in people {
        mentions.found(handle, *actor, format!("https://page.example/{handle}"));
    }
    mentions
}

fn told(tx: &mut Tx<'_>, member: MemberId) -> Result<Vec<NotificationKind>> {
    Ok(notification::list(tx, acting(member), Page::default())?.items.into_iter().map(|line| line.kind).collect())
}

fn ids(posts: Vec<PostView>) -> Vec<PostId> {
    posts.into_iter().map(|seen| seen.post.id).collect()
}

#[test]
fn everybody_reads_what_is_meant_for_them_and_nothing_else() {
    let (ground, _) = Ground::set_up();
    let [author, named, fan, other, enemy] =
        ["ben", "cleo", "dan", "eve", "finn"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, site| {
            let [far_fan, far_named, far] = [stranger(tx, "gus")?, stranger(tx, "hal")?, stranger(tx, "ida")?];
            let mentions = mentioning(&[("cleo", named.into()), ("hal@pier.example", far_named)]);
            for follower in [fan.into(), far_fan] {
                let_follow(tx, follower, author.into())?;
            }
            block::block(tx, acting(enemy), author.into(), at(2))?;
            let readers = [
                Reader::Stranger,
                author.into(),
                named.into(),
                fan.into(),
                other.into(),
                enemy.into(),
                Reader::Actor(far_fan),
                Reader::Actor(far_named),
                Reader::Actor(far),
            ];
            for visibility in EVERY {
                // In the order of the readers.
                let expected = match visibility {
                    Visibility::Public | Visibility::Unlisted => {
                        [true, true, true, true, true, false, true, true, true]
                    }
                    Visibility::Followers => [false, true, true, true, false, false, true, true, false],
                    Visibility::Members => [false, true, true, true, true, false, false, false, false],
                    Visibility::Direct => [false, true, true, false, false, false, false, true, false],
                };
                let draft = saying("For @cleo and @hal@pier.example", visibility);
                let id = publish(tx, site, acting(author), &draft, &mentions, at(3))?;
                for (place, (reader, may)) in readers.into_iter().zip(expected).enumerate() {
                    let told = format!("{visibility} to reader {place}");
                    assert_eq!(view(tx, reader, id).is_ok(), may, "{told}");
                    let listed = timeline::of_actor(tx, reader, author.into(), true, Page::default())?;
                    let shown = may && visibility != Visibility::Direct;
                    assert_eq!(ids(listed.items).contains(&id), shown, "{told}, on the author's page");
                    let space = ids(timeline::of_space(tx, reader, None, Page::default())?.items).contains(&id);
                    let spoken_here = matches!(visibility, Visibility::Public | Visibility::Members);
                    assert_eq!(space, may && spoken_here, "{told}, in the space");
                    let network = ids(timeline::network(tx, reader, Page::default())?.items).contains(&id);
                    assert_eq!(network, may && visibility == Visibility::Public, "{told}, in the network");
                }
                if !visibility.is_open() {
                    assert_eq!(no(tx, |tx| view(tx, Reader::Stranger, id)).code(), "not-found");
                }
            }
            Ok(())
        })
        .unwrap();
}

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
            assert!(seen.updated.unwrap() > seen.published, "a version is newer even when the clock stands still");
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
fn mail_is_kept_when_it_concerns_somebody_and_changes_nothing_when_it_repeats() {
    let (ground, _) = Ground::set_up();
    let ben = ground.member("ben", Role::Member);
    ground
        .act(move |tx, site| {
            let [gus, hal] = [stranger(tx, "gus")?, stranger(tx, "hal")?];
            let home = |tx: &mut Tx<'_>| timeline::home(tx, acting(ben), Page::default()).map(|page| ids(page.items));

            assert_eq!(receive(tx, &coming(hal, 1), Why::Delivered, at(11))?, Received::Dropped);
            let_follow(tx, ben.into(), gus)?;
            let before = ran();
            let Received::New(first) = receive(tx, &coming(gus, 1), Why::Delivered, at(11))? else { panic!() };
            assert!(ran() - before <= 5, "{} statements for a plain post", ran() - before);
            for why in [Why::Delivered, Why::Asked] {
                assert_eq!(receive(tx, &coming(gus, 1), why, at(12))?, Received::Known(first));
            }
            assert_eq!(home(tx)?, [first]);

            // An answer by a stranger to what is known is kept; it is no news to who does not follow its author.
            let mut answer = coming(hal, 2);
            answer.in_reply_to = Some(coming(gus, 1).uri);
            let answer = receive(tx, &answer, Why::Delivered, at(13))?.post().unwrap();
            let thread = timeline::thread(tx, ben.into(), first, None, None)?;
            assert_eq!((thread.post.replies, ids(thread.descendants.items)), (1, vec![answer]));
            assert_eq!((home(tx)?, told(tx, ben)?), (vec![first], vec![]));

            // An answer to one of us is kept, and told once.
            let said =
                publish(tx, site, acting(ben), &saying("Hello", Visibility::Public), &Mentions::default(), at(14))?;
            let mut answer = coming(hal, 3);
            answer.in_reply_to = Some(site.post(said));
            answer.recipients = vec![ben.into(), hal];
            for _ in 0..2 {
                assert!(receive(tx, &answer, Why::Delivered, at(15))?.post().is_some());
            }
            assert_eq!(told(tx, ben)?, [NotificationKind::Reply]);
            assert_eq!(home(tx)?, [said, first]);

            // Old posts that were asked for are no news; fresh ones are.
            let mut old = coming(gus, 4);
            old.published = at(15) - jiff::SignedDuration::from_hours(7);
            receive(tx, &old, Why::Asked, at(15))?;
            assert_eq!(home(tx)?, [said, first]);
            let fresh = receive(tx, &coming(gus, 5), Why::Asked, at(15))?.post().unwrap();
            assert_eq!(home(tx)?, [fresh, said, first]);
            Ok(())
        })
        .unwrap();
}

#[test]
fn what_was_taken_back_does_not_come_and_nobody_takes_back_for_others() {
    let (ground, _) = Ground::set_up();
    let ben = ground.member("ben", Role::Member);
    ground
        .act(move |tx, site| {
            let [gus, hal] = [stranger(tx, "gus")?, stranger(tx, "hal")?];
            let_follow(tx, ben.into(), gus)?;
            // The Delete overtakes the Create; somebody else's Delete does nothing.
            receive_delete(tx, &coming(gus, 1).uri, hal, at(11))?;
            receive_delete(tx, &coming(gus, 2).uri, gus, at(11))?;
            let first = receive(tx, &coming(gus, 1), Why::Delivered, at(12))?.post().unwrap();
            assert_eq!(receive(tx, &coming(gus, 2), Why::Delivered, at(12))?, Received::Dropped);

            assert!(!receive_delete(tx, &coming(gus, 1).uri, hal, at(13))?);
            let own =
                publish(tx, site, acting(ben), &saying("Hello", Visibility::Public), &Mentions::default(), at(13))?;
            assert!(!receive_delete(tx, &site.post(own), gus, at(13))?);
            assert!(receive_delete(tx, &coming(gus, 1).uri, gus, at(13))?);
            assert!(!receive_delete(tx, &coming(gus, 1).uri, gus, at(14))?);
            assert_eq!(receive(tx, &coming(gus, 1), Why::Delivered, at(15))?, Received::Dropped);
            assert_eq!(ids(timeline::home(tx, acting(ben), Page::default())?.items), [own]);
            assert_eq!(no(tx, |tx| view(tx, ben.into(), first)).code(), "gone");

            assert_eq!(tombstone::tidy(tx, at(12), 10)?, 2);
            assert_eq!(tombstone::tidy(tx, at(12), 10)?, 0);
            Ok(())
        })
        .unwrap();
}

#[test]
fn the_newest_version_stands_whatever_order_versions_come_in() {
    let (ground, _) = Ground::set_up();
    let ben = ground.member("ben", Role::Member);
    ground
        .act(move |tx, _| {
            let [gus, hal] = [stranger(tx, "gus")?, stranger(tx, "hal")?];
            let_follow(tx, ben.into(), gus)?;
            let version = |text: &str, seconds: Option<i64>| {
                let mut post = coming(gus, 1);
                post.content.content = text.into();
                post.updated = seconds.map(at);
                post
            };
            assert_eq!(receive_update(tx, &version("early", Some(20)), at(20))?, Revision::Unknown);
            let id = receive(tx, &version("first", None), Why::Delivered, at(21))?.post().unwrap();
            assert_eq!(receive_update(tx, &version("third", Some(30)), at(31))?, Revision::Done(id));
            assert_eq!(receive_update(tx, &version("second", Some(25)), at(32))?, Revision::Old);
            assert_eq!(receive_update(tx, &version("third again", Some(30)), at(32))?, Revision::Old);
            let mut forged = version("forged", Some(40));
            forged.author = hal;
            assert_eq!(receive_update(tx, &forged, at(33))?, Revision::Refused);

            let mut named = version("for ben", Some(41));
            named.recipients = vec![ben.into()];
            assert_eq!(receive_update(tx, &named, at(42))?, Revision::Done(id));
            assert_eq!(told(tx, ben)?, [NotificationKind::Mention]);
            assert_eq!(view(tx, ben.into(), id)?.post.content, "for ben");
            receive_delete(tx, &named.uri, gus, at(43))?;
            assert_eq!(receive_update(tx, &version("undead", Some(50)), at(51))?, Revision::Refused);
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_thread_holds_together_however_it_came() {
    let (ground, _) = Ground::set_up();
    let ben = ground.member("ben", Role::Member);
    ground
        .act(move |tx, _| {
            let gus = stranger(tx, "gus")?;
            let_follow(tx, ben.into(), gus)?;
            let after = |number: u32, parent: u32| {
                let mut post = coming(gus, number);
                post.in_reply_to = Some(coming(gus, parent).uri);
                post
            };
            let keep = |tx: &mut Tx<'_>, post| {
                Ok::<_, crate::operations::Error>(receive(tx, &post, Why::Delivered, at(12))?.post().unwrap())
            };
            // The last comes first; the first answers the last, which is a circle.
            let third = keep(tx, after(3, 2))?;
            let second = keep(tx, after(2, 1))?;
            let first = keep(tx, after(1, 3))?;
            let aside = keep(tx, after(4, 1))?;
            for (id, below) in [(first, vec![third, second, first, aside]), (aside, vec![])] {
                let thread = timeline::thread(tx, ben.into(), id, None, None)?;
                assert_eq!(thread.post.post.id, id);
                assert_eq!(ids(thread.descendants.items), below);
                assert!(thread.ancestors.len() <= 50);
            }
            let mut page = timeline::thread(tx, ben.into(), first, None, Some(3))?.descendants;
            let next = page.next.take();
            assert_eq!((ids(page.items), next), (vec![third, second, first], Some(first.0)));
            let page = timeline::thread(tx, ben.into(), first, next, Some(3))?.descendants;
            assert_eq!((ids(page.items), page.next), (vec![aside], None));

            // What somebody took back is a gap, and does not end the talk.
            receive_delete(tx, &coming(gus, 2).uri, gus, at(13))?;
            let thread = timeline::thread(tx, ben.into(), aside, None, None)?;
            assert_eq!(ids(thread.ancestors), [third, first]);
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_direct_post_is_told_as_what_it_answers() {
    let (ground, _) = Ground::set_up();
    let ben = ground.member("ben", Role::Member);
    ground
        .act(move |tx, site| {
            let hal = stranger(tx, "hal")?;
            let input = crate::coworking::offer::OfferInput {
                purpose: "offer".into(),
                name: "Bread".into(),
                ..Default::default()
            };
            let bread = offer::make(tx, site, acting(ben), &input.parse(at(3))?, at(3))?;
            for (number, parent) in [(1, Some(site.post(bread))), (2, None)] {
                let mut whisper = coming(hal, number);
                whisper.visibility = Visibility::Direct;
                whisper.recipients = vec![ben.into()];
                whisper.in_reply_to = parent;
                receive(tx, &whisper, Why::Delivered, at(12))?;
            }
            assert_eq!(told(tx, ben)?, [NotificationKind::Direct, NotificationKind::OfferReply]);
            let lines = notification::list(tx, acting(ben), Page::default())?.items;
            assert_eq!(notification::unread(tx, acting(ben))?, 2);
            notification::mark_read(tx, acting(ben), lines[1].id, at(13))?;
            assert_eq!(notification::unread(tx, acting(ben))?, 1);

            // Nobody hangs words on a post of ours that they may not read.
            let secret =
                publish(tx, site, acting(ben), &saying("Among us", Visibility::Members), &Mentions::default(), at(14))?;
            let mut blind = coming(hal, 3);
            blind.in_reply_to = Some(site.post(secret));
            assert_eq!(receive(tx, &blind, Why::Delivered, at(15))?, Received::Dropped);
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_page_takes_as_many_statements_as_a_line() {
    let (ground, _) = Ground::set_up();
    let [ben, cleo] = ["ben", "cleo"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, site| {
            let draft = saying("Hello #all", Visibility::Public);
            let whisper = saying("Hush, @cleo", Visibility::Direct);
            let mentions = mentioning(&[("cleo", cleo.into())]);
            let_follow(tx, cleo.into(), ben.into())?;
            let root = publish(tx, site, acting(ben), &draft, &mentions, at(3))?;
            for number in 0..45 {
                let gus = stranger(tx, &format!("gus{number}"))?;
                let_follow(tx, cleo.into(), gus)?;
                publish(tx, site, acting(ben), &draft, &mentions, at(3))?;
                publish(tx, site, acting(ben), &whisper, &mentions, at(3))?;
                let mut answer = coming(gus, 1);
                answer.in_reply_to = Some(site.post(root));
                answer.recipients = vec![cleo.into()];
                receive(tx, &answer, Why::Delivered, at(12))?;
            }
            type List = fn(&mut Tx<'_>, MemberId, ActorId, PostId, Page) -> Result<usize>;
            let lists: [(&str, List); 8] = [
                ("home", |tx, who, _, _, page| Ok(timeline::home(tx, acting(who), page)?.items.len())),
                ("space", |tx, who, _, _, page| Ok(timeline::of_space(tx, who.into(), None, page)?.items.len())),
                ("network", |tx, who, _, _, page| Ok(timeline::network(tx, who.into(), page)?.items.len())),
                ("actor", |tx, who, of, _, page| Ok(timeline::of_actor(tx, who.into(), of, true, page)?.items.len())),
                ("tag", |tx, who, _, _, page| Ok(timeline::by_tag(tx, who.into(), "all", page)?.items.len())),
                ("direct", |tx, who, _, _, page| Ok(timeline::conversations(tx, acting(who), page)?.items.len())),
                ("told", |tx, who, _, _, page| Ok(notification::list(tx, acting(who), page)?.items.len())),
                ("thread", |tx, who, _, of, page| {
                    Ok(timeline::thread(tx, who.into(), of, None, Some(page.limit()))?.descendants.items.len())
                }),
            ];
            for (name, list) in lists {
                let mut cost = |limit| {
                    let before = ran();
                    let found = list(tx, cleo, ben.into(), root, Page::new(None, Some(limit)))?;
                    assert_eq!(found, limit as usize, "{name}");
                    Ok::<_, crate::operations::Error>(ran() - before)
                };
                let (line, page) = (cost(1)?, cost(40)?);
                assert_eq!(line, page, "{name}");
                assert!(page <= 8, "{name} takes {page} statements");
            }
            Ok(())
        })
        .unwrap();
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
