//! Posts from elsewhere: in every order, and more than once.

use crate::coworking::member::Role;
use crate::coworking::post::Visibility;
use crate::operations::offer;
use crate::operations::testing::{Ground, acting, at, coming, let_follow, no, saying, stranger};
use crate::operations::{notification, timeline};
use crate::store::notification::NotificationKind;
use crate::store::page::Page;
use crate::store::testing::ran;
use crate::store::{Tx, tombstone};

use crate::operations::post::{
    Mentions, Received, Revision, Why, publish, receive, receive_delete, receive_update, view,
};

use super::{ids, told};

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

            // Half a talk is noise: an answer is for who follows both sides, and for whom it answers.
            let theirs = receive(tx, &coming(hal, 6), Why::Asked, at(15))?.post().unwrap();
            let mut half = coming(gus, 7);
            half.in_reply_to = Some(coming(hal, 6).uri);
            receive(tx, &half, Why::Delivered, at(16))?;
            assert_eq!(home(tx)?, [fresh, said, first]);
            let mut unknown = coming(gus, 8);
            unknown.in_reply_to = Some("https://quay.example/posts/1".into());
            receive(tx, &unknown, Why::Delivered, at(16))?;
            assert_eq!(home(tx)?, [fresh, said, first]);
            let mut to_ben = coming(gus, 9);
            to_ben.in_reply_to = Some(site.post(said));
            let to_ben = receive(tx, &to_ben, Why::Delivered, at(17))?.post().unwrap();
            let_follow(tx, ben.into(), hal)?;
            let mut both = coming(gus, 10);
            both.in_reply_to = Some(coming(hal, 6).uri);
            let both = receive(tx, &both, Why::Delivered, at(18))?.post().unwrap();
            assert_eq!(home(tx)?, [both, to_ben, fresh, said, first]);
            assert_eq!(view(tx, ben.into(), theirs)?.replies, 2);
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
            assert_eq!(receive_update(tx, &version("third", Some(30)), at(32))?, Revision::Old, "it says so already");
            assert_eq!(
                receive_update(tx, &version("fourth", Some(30)), at(32))?,
                Revision::Done(id),
                "in the same second"
            );
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
