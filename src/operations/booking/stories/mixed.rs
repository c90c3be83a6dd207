//! I-47 at one space: whatever is done in whatever order, nobody has what somebody has.

use std::collections::{BTreeMap, HashSet};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::*;
use crate::coworking::booking::step_before;
use crate::coworking::id::BookingId;
use crate::coworking::member::Role;
use crate::coworking::slot::Slot;
use crate::store::booking as rows;
use crate::store::booking::Taken;

#[derive(Debug, Clone)]
enum Step {
    Ask { who: usize, what: usize, from: i64, length: i64, unit: Option<u32>, hold: bool },
    Confirm(usize),
    Approve(usize),
    Decline(usize),
    Cancel(usize),
    Move { which: usize, from: i64, length: i64 },
    CheckIn(usize),
    UndoCheckIn(usize),
    CheckOut(usize),
    Wait(i64),
    Tend,
}

fn step() -> impl Strategy<Value = Step> {
    let which = 0_usize..12;
    prop_oneof![
        6 => (0_usize..3, 0_usize..4, 0_i64..16, 1_i64..6, prop::option::weighted(0.3, 1_u32..4), any::<bool>())
            .prop_map(|(who, what, from, length, unit, hold)| Step::Ask { who, what, from, length, unit, hold }),
        1 => which.clone().prop_map(Step::Confirm),
        1 => which.clone().prop_map(Step::Approve),
        1 => which.clone().prop_map(Step::Decline),
        1 => which.clone().prop_map(Step::Cancel),
        2 => (which.clone(), 0_i64..16, 1_i64..6).prop_map(|(which, from, length)| Step::Move { which, from, length }),
        1 => which.clone().prop_map(Step::CheckIn),
        1 => which.clone().prop_map(Step::UndoCheckIn),
        1 => which.prop_map(Step::CheckOut),
        2 => (1_i64..30).prop_map(Step::Wait),
        1 => Just(Step::Tend),
    ]
}

/// What has to hold after each step: for every resource no unit is had twice at once, and exactly those bookings have
/// something that should.
fn check(tx: &mut Tx<'_>, atoms: &[(ResourceId, u32)], bookings: &[BookingId], now: Timestamp) {
    let window = Slot::new(time("00:00"), time("23:55")).unwrap();
    let mut having: BTreeMap<BookingId, Vec<(ResourceId, Taken)>> = BTreeMap::new();
    for (atom, units) in atoms {
        let there = rows::calendar(tx, *atom, window).unwrap();
        for (place, one) in there.iter().enumerate() {
            let distinct: HashSet<u32> = one.given.iter().copied().collect();
            assert_eq!((distinct.len(), one.given.len()), (one.units as usize, one.units as usize));
            assert!(one.given.iter().all(|unit| unit < units));
            assert!(one.unit.is_none_or(|chosen| one.given.first() == Some(&chosen)), "who chose keeps it");
            for other in &there[place + 1..] {
                let share = one.given.iter().any(|unit| other.given.contains(unit));
                assert!(!share || !one.kept().overlaps(other.kept()), "{one:?} and {other:?}");
            }
            having.entry(one.booking).or_default().push((*atom, one.clone()));
        }
    }
    for id in bookings {
        let booking = rows::by_id(tx, *id).unwrap().unwrap();
        let has = having.remove(id).unwrap_or_default();
        assert_eq!(rows::takes(tx, *id).unwrap(), has);
        // Who came early has the place from then on.
        let early = booking.checked_in_at.map(step_before).filter(|came| *came < booking.slot.start());
        let since = Slot::new(early.unwrap_or(booking.slot.start()), booking.slot.end()).unwrap();
        match booking.state.takes_room(booking.rules.approval) {
            true => assert!(has.iter().all(|(_, taken)| taken.slot == since) && !has.is_empty(), "{booking:?}"),
            false => assert!(has.is_empty(), "{booking:?}"),
        }
        let live = booking.state_at(now);
        assert!(
            live != State::Confirmed || booking.answered_at.is_some(),
            "nothing is confirmed that nobody confirmed"
        );
    }
    assert!(having.is_empty(), "nobody else has anything");
}

#[test]
fn i47_whatever_is_done_in_whatever_order_nobody_has_what_somebody_has() {
    // A setting, so that more can be run where there is time.
    let cases = std::env::var("THIRDSPACE_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(150);
    let (ground, done) = Ground::set_up();
    let people = ["ben", "cleo", "dora"].map(|name| ground.member(name, Role::Member));
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let run = runner.run(&prop::collection::vec(step(), 1..45), |steps| {
        let done = done.clone();
        // Each in a transaction that is taken back, so that the next begins with nothing.
        let outcome = ground.act::<()>(move |tx, _| {
            let left = add(tx, &done, with_rules(room(), r#"{"at_once": 9, "approval": "blocking"}"#));
            let right = add(tx, &done, with_rules(room(), r#"{"at_once": 9, "release_minutes": 15}"#));
            let hall =
                add(tx, &done, ResourceInput { parts: vec![left, right], ..with_rules(room(), r#"{"at_once": 9}"#) });
            let pool = ResourceInput {
                clear_minutes: Some(15),
                ..with_rules(desks(3), r#"{"at_once": 9, "approval": "open"}"#)
            };
            let pool = add(tx, &done, pool);
            let (what, atoms) = ([left, right, hall, pool], [(left, 1), (right, 1), (pool, 3)]);
            let host = Acting::Keeper;
            let mut now = time("09:00");
            let mut bookings: Vec<BookingId> = Vec::new();
            for step in &steps {
                let quarter = |number: i64| time("09:00") + minutes(15 * number);
                let slot = |from, length| Slot::new(quarter(from), quarter(from + length));
                let one = |which: usize| bookings.get(which % bookings.len().max(1)).copied();
                let outcome = tx.savepoint(|tx| match step.clone() {
                    Step::Ask { who, what: index, from, length, unit, hold } => {
                        let asking = Asking::here(tx, acting(people[who]), None, false)?;
                        let wished = wish_of(what[index], "09:00", "10:00", |input| input.unit = unit);
                        let mut wished = Request { hold, ..wished };
                        wished.draft.wish.slot = slot(from, length)?;
                        request(tx, &asking, &wished, now).map(|booking| Some(booking.id))
                    }
                    Step::Confirm(which) => one(which).map_or(Ok(None), |id| confirm(tx, host, id, now).map(|_| None)),
                    Step::Approve(which) => {
                        one(which).map_or(Ok(None), |id| approve(tx, host, id, None, now).map(|_| None))
                    }
                    Step::Decline(which) => {
                        one(which).map_or(Ok(None), |id| decline(tx, host, id, "no", now).map(|_| None))
                    }
                    Step::Cancel(which) => {
                        one(which).map_or(Ok(None), |id| cancel(tx, host, id, Some("x"), now).map(|_| None))
                    }
                    Step::CheckIn(which) => one(which).map_or(Ok(None), |id| check_in(tx, host, id, now).map(|_| None)),
                    Step::UndoCheckIn(which) => {
                        one(which).map_or(Ok(None), |id| undo_check_in(tx, host, id, now).map(|_| None))
                    }
                    Step::CheckOut(which) => {
                        one(which).map_or(Ok(None), |id| check_out(tx, host, id, now).map(|_| None))
                    }
                    Step::Move { which, from, length } => match one(which) {
                        None => Ok(None),
                        Some(id) => {
                            let old = view(tx, host, id)?;
                            let mut wished = wish(old.resource, "09:00", "10:00");
                            wished.draft.wish.slot = slot(from, length)?;
                            change(tx, host, id, &wished, now).map(|_| None)
                        }
                    },
                    Step::Wait(_) => Ok(None),
                    Step::Tend => tend(tx, now, 100).map(|_| None),
                });
                if let Step::Wait(waited) = step {
                    now += minutes(*waited);
                }
                match outcome {
                    Ok(made) => bookings.extend(made),
                    Err(crate::operations::Error::Refused(_)) => {}
                    Err(broken) => panic!("{step:?}: {broken}"),
                }
                check(tx, &atoms, &bookings, now);
            }
            Err(Refusal::Oneself { act: "keep anything of" }.into())
        });
        prop_assert_eq!(crate::operations::testing::refused(outcome).code(), "oneself");
        Ok(())
    });
    if let Err(failure) = run {
        panic!("{failure}");
    }
}
