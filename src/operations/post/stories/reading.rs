//! Who sees what, and at what cost.

use crate::coworking::id::{ActorId, MemberId, PostId};
use crate::coworking::member::Role;
use crate::coworking::post::Visibility;
use crate::operations::testing::{Ground, acting, at, coming, let_follow, no, saying, stranger};
use crate::operations::{Result, block, notification, timeline};
use crate::store::Tx;
use crate::store::page::Page;
use crate::store::post::Reader;
use crate::store::testing::ran;

use crate::operations::post::{Why, publish, receive, receive_delete, view};

use super::{ids, mentioning};
const EVERY: [Visibility; 5] =
    [Visibility::Public, Visibility::Unlisted, Visibility::Followers, Visibility::Members, Visibility::Direct];

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
