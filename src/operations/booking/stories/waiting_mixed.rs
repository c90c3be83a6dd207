//! I-30 and I-31 whatever is done in whatever order: nobody has what somebody has, nobody gets past those who wait, and nothing
//! stays free that somebody waits for and can have.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::waiting::waiting;
use super::*;
use crate::coworking::capacity;
use crate::coworking::decision::Within;
use crate::coworking::id::{BookingId, WaitId};
use crate::coworking::member::Role;
use crate::coworking::slot::Slot;
use crate::coworking::waitlist::State as Stands;
use crate::operations::booking::place;
use crate::operations::booking::promote::wanted_of;
use crate::operations::booking::scene::{Scene, Whose};
use crate::operations::booking::waitlist::{join, leave};
use crate::store::booking as rows;
use crate::store::waitlist::{self, Wait};

#[derive(Debug, Clone)]
enum Step {
    Book { who: usize, what: usize, from: i64, length: i64, hold: bool },
    Wait { who: usize, what: usize, from: i64, length: i64, slack: i64, units: u32, any: bool },
    Confirm(usize),
    Cancel(usize),
    Shorten(usize),
    Leave(usize),
    Later(i64),
    Job,
}

fn step() -> impl Strategy<Value = Step> {
    let which = 0_usize..12;
    prop_oneof![
        5 => (0_usize..4, 0_usize..4, 1_i64..12, 1_i64..5, any::<bool>())
            .prop_map(|(who, what, from, length, hold)| Step::Book { who, what, from, length, hold }),
        5 => (0_usize..4, 0_usize..4, 1_i64..12, 1_i64..4, 0_i64..4, 1_u32..3, any::<bool>())
            .prop_map(|(who, what, from, length, slack, units, any)| Step::Wait { who, what, from, length, slack, units, any }),
        2 => which.clone().prop_map(Step::Confirm),
        3 => which.clone().prop_map(Step::Cancel),
        1 => which.clone().prop_map(Step::Shorten),
        1 => which.prop_map(Step::Leave),
        2 => (5_i64..16).prop_map(Step::Later),
        3 => Just(Step::Job),
    ]
}

fn day() -> Slot {
    Slot::new(time("00:00"), time("23:55")).unwrap()
}

/// Could somebody who waits have anything now?
fn could_have(tx: &mut Tx<'_>, wait: &Wait, now: Timestamp) -> bool {
    let whose = Whose { requester: wait.requester, audience: wait.audience, instead_of: None };
    let all = wanted_of(tx, wait).unwrap();
    all.into_iter().any(|resource| {
        let scene = Scene::load(tx, resource).unwrap();
        matches!(scene.within(tx, &wait.wanted, whose, now).unwrap(), Within::Free(_))
    })
}

/// The same if these bookings were not there.
fn could_have_without(tx: &mut Tx<'_>, wait: &Wait, without: &[BookingId], now: Timestamp) -> bool {
    let mut answer = false;
    let rolled_back = tx.savepoint(|tx| {
        for id in without {
            place::release(tx, *id)?;
        }
        answer = could_have(tx, wait, now);
        Err::<(), _>(Refusal::Oneself { act: "keep anything of" }.into())
    });
    crate::operations::testing::refused(rolled_back);
    answer
}

fn line(tx: &mut Tx<'_>, done: &SetupDone, now: Timestamp) -> Vec<Wait> {
    let mut line = waitlist::line(tx, done.space, day()).unwrap();
    line.retain(|wait| wait.state_at(now) == Stands::Waiting);
    line
}

struct Story<'s> {
    done: &'s SetupDone,
    atoms: [(ResourceId, u32); 3],
    bookings: Vec<BookingId>,
    waits: Vec<WaitId>,
    now: Timestamp,
}

impl Story<'_> {
    /// Nothing has more at once than it has units.
    fn nothing_is_given_twice(&self, tx: &mut Tx<'_>) {
        for (atom, units) in self.atoms {
            let there = rows::calendar(tx, atom, day()).unwrap();
            let live = there.iter().filter(|taken| taken.expires_at.is_none_or(|end| end > self.now));
            let claims: Vec<_> = live.map(place::claim_of).collect();
            let peak = capacity::peak(&claims, capacity::Buffers::default(), day());
            assert!(peak <= units, "{peak} of {units} are had at once");
        }
    }

    /// What was got since, by whom of those who waited.
    fn got_since(&self, tx: &mut Tx<'_>, before: &[Wait]) -> Vec<(WaitId, BookingId)> {
        let mut got = Vec::new();
        for wait in before {
            let wait = waitlist::by_id(tx, wait.id).unwrap().unwrap();
            got.extend(wait.booking.filter(|_| wait.state == Stands::Promoted).map(|booking| (wait.id, booking)));
        }
        got
    }

    /// Whoever still waits could have nothing of what was given to those behind them.
    fn nobody_was_passed(&self, tx: &mut Tx<'_>, before: &[Wait]) {
        let got = self.got_since(tx, before);
        for wait in line(tx, self.done, self.now).iter().filter(|wait| before.iter().any(|known| known.id == wait.id)) {
            let behind: Vec<_> = got.iter().filter(|(id, _)| *id > wait.id).map(|(_, booking)| *booking).collect();
            if behind.is_empty() {
                continue;
            }
            assert!(!could_have_without(tx, wait, &behind, self.now), "{wait:?} was passed by {behind:?}");
        }
    }

    /// Whoever books by hand got past nobody who could have had it; their own place in line is where they stand.
    fn nobody_was_quicker(&self, tx: &mut Tx<'_>, booking: &Booking, before: &[Wait]) {
        let own = before.iter().find(|wait| {
            waitlist::by_id(tx, wait.id).unwrap().unwrap().booking == Some(booking.id)
                && wait.requester == booking.requester
        });
        let behind = own.map_or(WaitId(i64::MAX), |wait| wait.id);
        for wait in line(tx, self.done, self.now) {
            if wait.id < behind && wait.wanted.window.overlaps(booking.slot) && wait.requester != booking.requester {
                // What they could have all the same, they get by the job.
                let passed = !could_have(tx, &wait, self.now) && could_have_without(tx, &wait, &[booking.id], self.now);
                assert!(!passed, "{wait:?} was passed by {booking:?}");
            }
        }
    }

    /// After the job was there, nobody waits for what they could have.
    fn nothing_stays_free(&self, tx: &mut Tx<'_>) {
        for wait in line(tx, self.done, self.now) {
            assert!(!could_have(tx, &wait, self.now), "{wait:?} waits for what is free");
        }
    }

    fn act(&mut self, tx: &mut Tx<'_>, people: &[MemberId], what: &[ResourceId], step: &Step) -> Result<()> {
        let (keeper, now) = (Acting::Keeper, self.now);
        let at = |quarter: i64| time("09:00") + minutes(15 * quarter);
        let booking = |which: usize| self.bookings.get(which % self.bookings.len().max(1)).copied();
        match step.clone() {
            Step::Book { who, what: index, from, length, hold } => {
                let before = line(tx, self.done, now);
                let mut wished = Request { hold, ..wish(what[index], "09:00", "10:00") };
                wished.draft.wish.slot = Slot::new(at(from), at(from + length))?;
                let asking = Asking::here(tx, acting(people[who]), None, false)?;
                let made = request(tx, &asking, &wished, now)?;
                self.nobody_was_quicker(tx, &made, &before);
                self.bookings.push(made.id);
            }
            Step::Wait { who, what: index, from, length, slack, units, any } => {
                let mut waiting = waiting(what[index], "09:00", "10:00", None, units);
                waiting.any_of_kind = any;
                waiting.wanted.window = Slot::new(at(from), at(from + length + slack))?;
                waiting.wanted.length = minutes(15 * length);
                let asking = Asking::here(tx, acting(people[who]), None, false)?;
                self.waits.push(join(tx, &asking, &waiting, now)?.id);
            }
            Step::Confirm(which) => {
                if let Some(id) = booking(which) {
                    confirm(tx, keeper, id, now)?;
                }
            }
            Step::Cancel(which) => {
                if let Some(id) = booking(which) {
                    cancel(tx, keeper, id, Some("x"), now)?;
                }
            }
            Step::Shorten(which) => {
                if let Some(id) = booking(which) {
                    let old = view(tx, keeper, id)?;
                    let mut wished = wish(old.resource, "09:00", "10:00");
                    wished.draft.wish.slot = Slot::new(old.slot.start(), old.slot.end() - minutes(15))?;
                    wished.draft.wish.units = old.units;
                    change(tx, keeper, id, &wished, now)?;
                }
            }
            Step::Leave(which) => {
                if let Some(id) = self.waits.get(which % self.waits.len().max(1)) {
                    leave(tx, keeper, *id, Some("x"), now)?;
                }
            }
            Step::Later(_) => {}
            Step::Job => {
                let before = line(tx, self.done, now);
                while is_time_for_any(tx, now)? {
                    tend(tx, now, 100)?;
                }
                self.nobody_was_passed(tx, &before);
                self.nothing_stays_free(tx);
                let got = self.got_since(tx, &before);
                self.bookings.extend(got.into_iter().map(|(_, booking)| booking));
            }
        }
        Ok(())
    }
}

#[test]
fn i30_nobody_is_passed_and_nothing_stays_free_that_somebody_waits_for() {
    let cases = std::env::var("THIRDSPACE_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(150);
    let (ground, done) = Ground::set_up();
    let people = ["ben", "cleo", "dora", "emil"].map(|name| ground.member(name, Role::Member));
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let run = runner.run(&prop::collection::vec(step(), 1..50), |steps| {
        let done = done.clone();
        // Each in a transaction that is taken back, so that the next begins with nothing.
        let outcome = ground.act::<()>(move |tx, _| {
            let left = add(tx, &done, with_rules(room(), r#"{"at_once": 2, "release_minutes": 15}"#));
            let right = add(tx, &done, with_rules(room(), r#"{"at_once": 2}"#));
            let hall = ResourceInput { parts: vec![left, right], ..with_rules(room(), r#"{"at_once": 2}"#) };
            let hall = add(tx, &done, hall);
            let keep = r#"{"at_once": 9, "keep_free": {"units": 1, "until_minutes": 60}}"#;
            let pool = add(tx, &done, with_rules(desks(3), keep));
            let what = [left, right, hall, pool];
            let atoms = [(left, 1), (right, 1), (pool, 3)];
            let (bookings, waits, now) = (Vec::new(), Vec::new(), time("09:00"));
            let mut story = Story { done: &done, atoms, bookings, waits, now };
            for step in &steps {
                match tx.savepoint(|tx| story.act(tx, &people, &what, step)) {
                    Ok(()) | Err(crate::operations::Error::Refused(_)) => {}
                    Err(broken) => panic!("{step:?}: {broken}"),
                }
                if let Step::Later(waited) = step {
                    story.now += minutes(*waited);
                }
                story.nothing_is_given_twice(tx);
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
