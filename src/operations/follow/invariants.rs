//! What holds of follows and blocks after whatever happened in whatever order.

use std::collections::HashMap;

use proptest::prelude::*;

use super::{
    FollowRef, approve, follow, receive_accept, receive_reject, receive_request, receive_undo, reject, unfollow,
};
use crate::coworking::id::{ActorId, MemberId};
use crate::coworking::member::Role;
use crate::operations::speaker::As;
use crate::operations::testing::{Ground, acting, at, stranger};
use crate::operations::{Result, block};
use crate::store::follow::{self as rows, FollowState};
use crate::store::page::Page;
use crate::store::post::Reader;
use crate::store::{Tx, actor};

/// One thing that happens between two of the four.
#[derive(Debug, Clone, Copy)]
enum Step {
    Follow,
    Unfollow,
    Approve,
    Reject,
    Block,
    Unblock,
    Request(u8),
    Accept,
    Refuse,
    Undo(u8),
    UndoPair,
    Enemy,
    NoEnemy,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Follow),
        Just(Step::Unfollow),
        Just(Step::Approve),
        Just(Step::Reject),
        Just(Step::Block),
        Just(Step::Unblock),
        (0_u8..3).prop_map(Step::Request),
        Just(Step::Accept),
        Just(Step::Refuse),
        (0_u8..3).prop_map(Step::Undo),
        Just(Step::UndoPair),
        Just(Step::Enemy),
        Just(Step::NoEnemy),
    ]
}

/// What a member does; a "no" is an answer too.
fn may_be_refused<T>(tx: &mut Tx<'_>, job: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<()> {
    match tx.savepoint(job) {
        Ok(_) | Err(crate::operations::Error::Refused(_)) => Ok(()),
        Err(broken) => Err(broken),
    }
}

/// `one` lives here and does it, or `other`, elsewhere, does it to `one`.
fn take(tx: &mut Tx<'_>, one: MemberId, other: ActorId, far: bool, step: Step, now: i64) -> Result<()> {
    let (who, own, time) = (acting(one), ActorId::from(one), at(100 + now));
    let named = |kind: &str, number: u8| format!("https://pier.example/{kind}/{other}-{own}-{number}");
    match step {
        Step::Follow => may_be_refused(tx, |tx| follow(tx, who, As::Oneself, other, true, time)),
        Step::Unfollow => may_be_refused(tx, |tx| unfollow(tx, who, As::Oneself, other, time)),
        Step::Approve => may_be_refused(tx, |tx| approve(tx, who, As::Oneself, other, time)),
        Step::Reject => may_be_refused(tx, |tx| reject(tx, who, As::Oneself, other, time)),
        Step::Block => may_be_refused(tx, |tx| block::block(tx, who, other, time)),
        Step::Unblock => may_be_refused(tx, |tx| block::unblock(tx, who, other)),
        _ if !far => Ok(()),
        Step::Request(number) => receive_request(tx, other, own, &named("f", number), time).map(|_| ()),
        Step::Accept => receive_accept(tx, other, FollowRef::Follower(own), time).map(|_| ()),
        Step::Refuse => receive_reject(tx, other, FollowRef::Follower(own)).map(|_| ()),
        Step::Undo(number) => receive_undo(tx, other, Some(&named("f", number)), None, time).map(|_| ()),
        Step::UndoPair => receive_undo(tx, other, None, Some(own), time).map(|_| ()),
        Step::Enemy => block::receive(tx, other, own, &named("b", 0), time).map(|_| ()),
        Step::NoEnemy => block::receive_undo(tx, other, None, Some(own), time).map(|_| ()),
    }
}

/// What holds after every step.
fn check(tx: &mut Tx<'_>, people: &[ActorId]) -> Result<()> {
    let mut followers: HashMap<ActorId, u64> = HashMap::new();
    let mut following: HashMap<ActorId, u64> = HashMap::new();
    for one in people {
        for other in people.iter().filter(|other| *other != one) {
            let found = rows::of(tx, *one, *other)?;
            if found.as_ref().is_some_and(|follow| follow.state == FollowState::Accepted) {
                *followers.entry(*other).or_default() += 1;
                *following.entry(*one).or_default() += 1;
            }
            if crate::store::block::between(tx, *one, *other)? {
                let open = found.as_ref().is_some_and(|follow| follow.state != FollowState::Rejected);
                assert!(!open, "{one} follows {other} through a block");
            }
            let far = actor::by_id(tx, *one)?.is_some_and(|actor| !actor.local);
            if let Some(follow) = found {
                assert_eq!(follow.uri.is_some(), far, "the id of a follow tells where its follower lives");
            }
        }
    }
    for one in people {
        let expected = (followers.get(one).copied().unwrap_or(0), following.get(one).copied().unwrap_or(0));
        assert_eq!(rows::counts(tx, *one)?, expected);
        let listed = rows::followers(tx, Reader::Stranger, *one, Page::default())?.items.len();
        assert_eq!(listed as u64, expected.0);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_in_whatever_order_a_block_holds_and_counts_are_true(
        steps in prop::collection::vec((0_usize..2, 0_usize..3, step()), 1..60),
    ) {
        let (ground, _) = Ground::set_up();
        let [ben, cleo] = ["ben", "cleo"].map(|name| ground.member(name, Role::Member));
        ground
            .act(move |tx, _| {
                let far = [stranger(tx, "gus")?, stranger(tx, "hal")?];
                let people = [ben.into(), cleo.into(), far[0], far[1]];
                for (number, (one, other, step)) in steps.iter().enumerate() {
                    let (own, neighbour) = if *one == 0 { (ben, cleo) } else { (cleo, ben) };
                    let (other, is_far) = match other {
                        0 => (neighbour.into(), false),
                        place => (far[place - 1], true),
                    };
                    take(tx, own, other, is_far, *step, number as i64)?;
                    check(tx, &people)?;
                }
                Ok(())
            })
            .unwrap();
    }
}
