//! What is promised of follows and blocks, as stories on a real store.

use super::{
    Answer, FollowRef, approve, follow, followers, move_followers, receive_accept, receive_reject, receive_request,
    receive_undo, reject, relation, requests, unfollow,
};
use crate::coworking::id::{ActorId, MemberId, PostId};
use crate::coworking::member::{Acting, Role};
use crate::coworking::post::Visibility;
use crate::coworking::profile::ProfileEdit;
use crate::coworking::{Event, Refusal};
use crate::operations::post::{Mentions, Why, publish, receive};
use crate::operations::speaker::As;
use crate::operations::testing::{Ground, acting, at, coming, let_follow, no, saying, stranger};
use crate::operations::{Result, block, notification, profile, timeline};
use crate::store::actor;
use crate::store::follow::{self as rows, FollowState};
use crate::store::notification::NotificationKind;
use crate::store::page::Page;
use crate::store::post::Reader;
use crate::store::{Tx, event};

fn told(tx: &mut Tx<'_>, member: MemberId) -> Result<Vec<NotificationKind>> {
    Ok(notification::list(tx, acting(member), Page::default())?.items.into_iter().map(|line| line.kind).collect())
}

fn home(tx: &mut Tx<'_>, member: MemberId) -> Result<Vec<PostId>> {
    Ok(timeline::home(tx, acting(member), Page::default())?.items.into_iter().map(|seen| seen.post.id).collect())
}

/// What was recorded of follows since the last time.
fn facts(tx: &mut Tx<'_>) -> Result<Vec<&'static str>> {
    let mut names = Vec::new();
    for fact in event::unpublished(tx, 1_000)? {
        event::mark_published(tx, fact.id, at(9))?;
        names.extend(Some(fact.event.name()).filter(|name| name.starts_with("Follow")));
    }
    Ok(names)
}

fn ask(tx: &mut Tx<'_>, who: MemberId, target: ActorId) -> Result<super::Followed> {
    follow(tx, acting(who), As::Oneself, target, false, at(3))
}

#[test]
fn two_who_live_here_settle_it_between_them() {
    let (ground, _) = Ground::set_up();
    let [ben, cleo, dan] = ["ben", "cleo", "dan"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, site| {
            facts(tx)?;
            let first =
                publish(tx, site, acting(cleo), &saying("Hello", Visibility::Public), &Mentions::default(), at(3))?;
            let asked = ask(tx, ben, cleo.into())?;
            assert_eq!(asked.state, FollowState::Requested, "a new member decides who follows");
            assert_eq!(ask(tx, ben, cleo.into())?, asked);
            assert_eq!(follow(tx, acting(ben), As::Oneself, cleo.into(), true, at(3))?, asked);
            assert_eq!((told(tx, cleo)?, facts(tx)?), (vec![NotificationKind::FollowRequest], vec!["FollowRequested"]));
            let waiting = requests(tx, acting(cleo), As::Oneself, Page::default())?.items;
            assert_eq!(waiting.iter().map(|who| who.id).collect::<Vec<_>>(), [ben.into()]);
            assert_eq!(home(tx, ben)?, []);

            for _ in 0..2 {
                approve(tx, acting(cleo), As::Oneself, ben.into(), at(4))?;
            }
            assert_eq!((told(tx, ben)?, facts(tx)?), (vec![NotificationKind::FollowAccepted], vec!["FollowAccepted"]));
            assert_eq!((home(tx, ben)?, rows::counts(tx, cleo.into())?), (vec![first], (1, 0)));
            assert_eq!(no(tx, |tx| approve(tx, acting(cleo), As::Oneself, dan.into(), at(4))).code(), "not-found");

            unfollow(tx, acting(ben), As::Oneself, cleo.into(), at(5))?;
            assert_eq!((home(tx, ben)?, told(tx, ben)?, facts(tx)?), (vec![], vec![], vec!["FollowWithdrawn"]));

            let open = ProfileEdit { manually_approves_followers: Some(false), ..Default::default() };
            profile::edit(tx, site, acting(cleo), cleo.into(), &open, at(6))?;
            assert_eq!(ask(tx, ben, cleo.into())?.state, FollowState::Accepted);
            assert_eq!(told(tx, cleo)?, [NotificationKind::Follow]);
            reject(tx, acting(cleo), As::Oneself, ben.into(), at(7))?;
            assert_eq!((rows::of(tx, ben.into(), cleo.into())?, home(tx, ben)?), (None, vec![]));
            assert_eq!(facts(tx)?, ["FollowAccepted", "FollowRejected"]);
            assert_eq!(no(tx, |tx| ask(tx, ben, ben.into())).code(), "oneself");
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_question_to_elsewhere_is_answered_from_there_once() {
    let (ground, _) = Ground::set_up();
    let ben = ground.member("ben", Role::Member);
    ground
        .act(move |tx, _| {
            facts(tx)?;
            let [gus, hal] = [stranger(tx, "gus")?, stranger(tx, "hal")?];
            let asked = ask(tx, ben, gus)?;
            assert_eq!(asked.state, FollowState::Requested);
            follow(tx, acting(ben), As::Oneself, gus, true, at(3))?;
            assert_eq!(facts(tx)?, ["FollowRequested", "FollowRequested"]);

            assert!(!receive_accept(tx, hal, FollowRef::Id(asked.id), at(4))?, "the answer is for its target to give");
            assert!(receive_accept(tx, gus, FollowRef::Id(asked.id), at(4))?);
            assert!(!receive_accept(tx, gus, FollowRef::Follower(ben.into()), at(4))?);
            assert_eq!(told(tx, ben)?, [NotificationKind::FollowAccepted]);
            let first = receive(tx, &coming(gus, 1), Why::Delivered, at(11))?.post().unwrap();
            assert_eq!(home(tx, ben)?, [first]);

            assert!(receive_reject(tx, gus, FollowRef::Follower(ben.into()))?);
            assert!(!receive_reject(tx, gus, FollowRef::Id(asked.id))?);
            assert!(!receive_accept(tx, gus, FollowRef::Id(asked.id), at(5))?, "who was refused has to ask again");
            assert_eq!((home(tx, ben)?, told(tx, ben)?, facts(tx)?), (vec![], vec![], vec![]));
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_question_from_elsewhere_is_answered_under_the_id_it_has_now() {
    let (ground, done) = Ground::set_up();
    let ben = ground.member("ben", Role::Member);
    let admin = Acting::Member(done.admin, Role::Admin);
    ground
        .act(move |tx, site| {
            facts(tx)?;
            let gus = stranger(tx, "gus")?;
            for uri in ["https://pier.example/f/1", "https://pier.example/f/2"] {
                assert_eq!(receive_request(tx, gus, ben.into(), uri, at(3))?, Answer::Waiting);
            }
            let asked = rows::of(tx, gus, ben.into())?.unwrap();
            assert_eq!(asked.uri.as_deref(), Some("https://pier.example/f/2"));
            assert_eq!((told(tx, ben)?, facts(tx)?), (vec![NotificationKind::FollowRequest], vec![]));
            approve(tx, acting(ben), As::Oneself, gus, at(4))?;
            assert_eq!(receive_request(tx, gus, ben.into(), "https://pier.example/f/3", at(5))?, Answer::Accepted);
            assert_eq!(facts(tx)?, ["FollowAccepted", "FollowAccepted"]);
            let inboxes = rows::remote_inboxes(tx, ben.into())?;
            assert_eq!(
                inboxes.iter().map(|inbox| inbox.url.as_str()).collect::<Vec<_>>(),
                ["https://pier.example/inbox"]
            );

            // Who is removed stays as a row until the answer is out, and may ask again.
            reject(tx, acting(ben), As::Oneself, gus, at(6))?;
            let kept = rows::by_id(tx, asked.id)?.unwrap();
            assert_eq!((kept.state, kept.uri.as_deref()), (FollowState::Rejected, Some("https://pier.example/f/3")));
            assert_eq!((rows::counts(tx, ben.into())?, rows::remote_inboxes(tx, ben.into())?), ((0, 0), vec![]));
            assert_eq!(receive_request(tx, gus, ben.into(), "https://pier.example/f/4", at(7))?, Answer::Waiting);
            rows::remove_rejected(tx, asked.id)?;
            assert!(receive_undo(tx, gus, None, Some(ben.into()), at(8))?);

            // The Undo overtakes its Follow.
            assert!(!receive_undo(tx, gus, Some("https://pier.example/f/5"), None, at(8))?);
            assert_eq!(receive_request(tx, gus, ben.into(), "https://pier.example/f/5", at(9))?, Answer::Dropped);

            // A space lets everybody follow; the node itself nobody.
            assert_eq!(
                receive_request(tx, gus, done.space.into(), "https://pier.example/f/6", at(9))?,
                Answer::Accepted
            );
            let node = actor::by_uri(tx, &site.node_actor())?.unwrap().id;
            assert_eq!(receive_request(tx, gus, node, "https://pier.example/f/7", at(9))?, Answer::Rejected);

            // Spaces become partners by an administrator's act.
            let by = As::Space(done.space);
            assert_eq!(no(tx, |tx| follow(tx, acting(ben), by, gus, false, at(9))).code(), "not-permitted");
            let partner = follow(tx, admin, by, gus, false, at(9))?;
            assert_eq!(rows::by_id(tx, partner.id)?.unwrap().follower, done.space.into());
            let public = followers(tx, Reader::Stranger, done.space.into(), Page::default())?.items;
            assert_eq!(public.len(), 1);
            assert_eq!(no(tx, |tx| followers(tx, gus_reads(gus), ben.into(), Page::default())).code(), "not-permitted");
            assert_eq!(followers(tx, ben.into(), ben.into(), Page::default())?.items, []);
            Ok(())
        })
        .unwrap();
}

fn gus_reads(gus: ActorId) -> Reader {
    Reader::Actor(gus)
}

#[test]
fn a_block_parts_both_and_a_mute_is_known_to_one() {
    let (ground, _) = Ground::set_up();
    let [ben, cleo] = ["ben", "cleo"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, site| {
            let [gus, hal] = [stranger(tx, "gus")?, stranger(tx, "hal")?];
            let say = |tx: &mut Tx<'_>, who: MemberId| {
                publish(tx, site, acting(who), &saying("Hello", Visibility::Public), &Mentions::default(), at(3))
            };
            for (one, other) in [
                (ben.into(), gus),
                (gus, ben.into()),
                (ben.into(), hal),
                (ben.into(), cleo.into()),
                (cleo.into(), ben.into()),
            ] {
                let_follow(tx, one, other)?;
            }
            let own = say(tx, ben)?;
            let hers = say(tx, cleo)?;
            let [by_gus, by_hal] = [gus, hal].map(|who| coming(who, 1));
            let by_gus = receive(tx, &by_gus, Why::Delivered, at(11))?.post().unwrap();
            let by_hal = receive(tx, &by_hal, Why::Delivered, at(11))?.post().unwrap();
            assert_eq!(home(tx, ben)?, [by_hal, by_gus, hers, own]);
            facts(tx)?;

            // A mute hides from lists, and from nothing else.
            block::mute(tx, acting(ben), hal, at(12))?;
            assert_eq!(home(tx, ben)?, [by_gus, hers, own]);
            assert!(crate::operations::post::view(tx, ben.into(), by_hal).is_ok());
            block::unmute(tx, acting(ben), hal)?;
            assert_eq!(home(tx, ben)?, [by_hal, by_gus, hers, own]);

            for _ in 0..2 {
                block::block(tx, acting(ben), gus, at(13))?;
            }
            assert_eq!(facts(tx)?, ["FollowWithdrawn", "FollowRejected"]);
            assert_eq!((home(tx, ben)?, rows::counts(tx, ben.into())?), (vec![by_hal, hers, own], (1, 2)));
            assert_eq!(no(tx, |tx| ask(tx, ben, gus)).code(), "blocked");
            assert_eq!(receive_request(tx, gus, ben.into(), "https://pier.example/f/9", at(14))?, Answer::Rejected);
            assert_eq!(crate::operations::reaction::receive(tx, gus, own, "https://pier.example/l/1", at(14))?, None);
            let relation = relation(tx, acting(ben), gus)?;
            assert_eq!((relation.blocking, relation.following, relation.followed_by), (true, None, None));

            // Between two who live here neither sees the other.
            block::block(tx, acting(cleo), ben.into(), at(15))?;
            assert_eq!((home(tx, ben)?, home(tx, cleo)?), (vec![by_hal, own], vec![hers]));
            assert_eq!(no(tx, |tx| crate::operations::post::view(tx, ben.into(), hers)).code(), "not-found");

            // A block from elsewhere is honoured and not answered; it may be taken back before it comes.
            facts(tx)?;
            assert!(block::receive(tx, hal, ben.into(), "https://pier.example/b/1", at(16))?);
            assert!(!block::receive(tx, hal, ben.into(), "https://pier.example/b/1", at(16))?);
            assert_eq!((facts(tx)?, home(tx, ben)?), (vec![], vec![own]));
            assert!(block::receive_undo(tx, hal, Some("https://pier.example/b/1"), None, at(17))?);
            assert!(!block::receive_undo(tx, hal, Some("https://pier.example/b/2"), Some(ben.into()), at(17))?);
            assert!(!block::receive(tx, hal, ben.into(), "https://pier.example/b/2", at(18))?);
            block::unblock(tx, acting(ben), gus)?;
            assert_eq!(ask(tx, ben, gus)?.state, FollowState::Requested);
            Ok(())
        })
        .unwrap();
}

#[test]
fn followers_go_along_when_somebody_moves() {
    let (ground, _) = Ground::set_up();
    let [ben, cleo, dan] = ["ben", "cleo", "dan"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, _| {
            let [old, new] = [stranger(tx, "gus")?, stranger(tx, "gus2")?];
            for follower in [ben, cleo, dan] {
                let_follow(tx, follower.into(), old)?;
            }
            let_follow(tx, cleo.into(), new)?;
            block::block(tx, acting(dan), new, at(3))?;
            let said = receive(tx, &coming(old, 1), Why::Delivered, at(11))?.post().unwrap();
            facts(tx)?;
            assert_eq!(move_followers(tx, old, new, at(12))?, 3);
            assert_eq!(move_followers(tx, old, new, at(12))?, 0);
            let state = |follow: Option<rows::Follow>| follow.map(|follow| follow.state);
            assert_eq!(state(rows::of(tx, ben.into(), new)?), Some(FollowState::Requested));
            assert_eq!(state(rows::of(tx, cleo.into(), new)?), Some(FollowState::Accepted));
            assert_eq!(state(rows::of(tx, dan.into(), new)?), None);
            assert_eq!((rows::counts(tx, old)?.0, told(tx, ben)?), (0, vec![NotificationKind::Moved]));
            assert_eq!(home(tx, ben)?, [said], "what was said stays");
            assert_eq!(facts(tx)?, ["FollowWithdrawn", "FollowRequested", "FollowWithdrawn", "FollowWithdrawn"]);

            actor::set_moved(tx, old, "https://pier.example/users/gus2", at(13))?;
            let refusal = no(tx, |tx| ask(tx, ben, old));
            assert_eq!(refusal, Refusal::Moved { to: "https://pier.example/users/gus2".into() });
            Ok(())
        })
        .unwrap();
}

#[test]
fn the_recorded_facts_name_the_follow_that_they_are_about() {
    let (ground, _) = Ground::set_up();
    let ben = ground.member("ben", Role::Member);
    let (asked, gus) = ground
        .act(move |tx, _| {
            let gus = stranger(tx, "gus")?;
            let asked = ask(tx, ben, gus)?;
            unfollow(tx, acting(ben), As::Oneself, gus, at(4))?;
            Ok((asked, gus))
        })
        .unwrap();
    let facts: Vec<Event> = ground.events().into_iter().map(|fact| fact.event).collect();
    let (follower, target, follow) = (ben.into(), gus, asked.id);
    assert!(facts.ends_with(&[
        Event::FollowRequested { follower, target, follow },
        Event::FollowWithdrawn { follower, target, follow },
    ]));
}
