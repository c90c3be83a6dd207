//! Whatever is done to series in whatever order, their bookings are exactly what they say; and what is moved and moved back
//! is where it was.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::*;
use crate::coworking::member::Role;
use crate::coworking::slot::Slot;
use crate::operations::Error;
use crate::operations::booking as bookings;
use crate::operations::testing::refused;

#[derive(Debug, Clone)]
struct Step {
    /// What is done.
    act: u8,
    /// To which series, and which of it.
    which: (usize, usize),
    /// By how many quarters of an hour it is moved, and how long it is then.
    by: i64,
    length: i64,
    skip: bool,
}

fn step() -> impl Strategy<Value = Step> {
    let by = prop_oneof![3 => -20_i64..20, 1 => (-5_i64..5).prop_map(|days| days * 96), 1 => -200_i64..200];
    (0_u8..6, (0_usize..6, 0_usize..12), by, 2_i64..9, any::<bool>()).prop_map(|(act, which, by, length, skip)| Step {
        act,
        which,
        by,
        length,
        skip,
    })
}

fn rule() -> impl Strategy<Value = String> {
    let every = prop_oneof![
        Just("FREQ=DAILY;INTERVAL=2"),
        Just("FREQ=WEEKLY"),
        Just("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,FR"),
        Just("FREQ=WEEKLY;BYDAY=TU"),
        Just("FREQ=MONTHLY"),
        Just("FREQ=MONTHLY;BYDAY=TU"),
    ];
    let end = prop_oneof![(1_u8..8).prop_map(|count| format!("COUNT={count}")), Just("UNTIL=20270409".to_owned())];
    (every, end).prop_map(|(every, end)| format!("{every};{end}"))
}

/// What a series says, and what its bookings are, each by the time at which it was to start.
fn both(tx: &mut Tx<'_>, id: SeriesId) -> [BTreeMap<DateTime, Slot>; 2] {
    let kept = series::by_id(tx, id).unwrap().unwrap();
    let said = kept.series.occurrences().unwrap().occurrences.into_iter();
    let there = booking::of_series(tx, id).unwrap().into_iter();
    let there = there.filter(|booking| booking.state != State::Cancelled);
    [
        said.map(|one| (one.original, Slot::new(one.start, one.end).unwrap())).collect(),
        there.map(|booking| (booking.part.unwrap().original, booking.slot)).collect(),
    ]
}

fn moved(scope: Scope, original: DateTime, (from, by, length): (DateTime, i64, i64)) -> Change {
    let start = from.saturating_add(SignedDuration::from_mins(15 * by));
    let end = start.saturating_add(SignedDuration::from_mins(15 * length));
    Change {
        to: Move { scope, original, start, end },
        ..to(scope, "2027-01-01T00:00", "2027-01-01T00:00", "2027-01-01T00:00")
    }
}

fn does(tx: &mut Tx<'_>, who: Acting, all: &mut Vec<SeriesId>, step: &Step) -> Result<()> {
    let id = all[step.which.0 % all.len()];
    let kept = series::by_id(tx, id)?.unwrap();
    let there = booking::of_series(tx, id)?;
    let Some(one) = there.get(step.which.1 % there.len().max(1)) else { return Ok(()) };
    let original = one.part.unwrap().original;
    let choice = step.skip.then_some(Clashing::Skip);
    let wish = |scope| moved(scope, original, (original, step.by, step.length));
    match step.act {
        0 => bookings::cancel(tx, who, one.id, None, friday()).map(drop),
        1 => cancel(tx, who, id, (Scope::Later, original), None, friday()).map(drop),
        2 => edit(tx, who, id, &wish(Scope::This), choice, friday()).map(drop),
        3 => {
            let edited = edit(tx, who, id, &wish(Scope::Later), choice, friday())?;
            if edited.kept.id != id {
                all.push(edited.kept.id);
            }
            Ok(())
        }
        4 => edit(tx, who, id, &wish(Scope::All), choice, friday()).map(drop),
        _ => {
            // There and back again.
            let length = kept.series.length().as_mins() / 15;
            let [before, _] = both(tx, id);
            let change = moved(Scope::All, original, (original, step.by, length));
            edit(tx, who, id, &change, None, friday())?;
            let there = original.saturating_add(SignedDuration::from_mins(15 * step.by));
            let back = moved(Scope::All, there, (there, -step.by, length));
            edit(tx, who, id, &back, None, friday()).expect("what was there fits there");
            assert_eq!(both(tx, id)[0], before, "{step:?} of {}", kept.series.rule);
            Ok(())
        }
    }
}

#[test]
fn i21_whatever_is_done_the_bookings_are_what_the_series_says_and_there_and_back_is_the_same() {
    let cases = std::env::var("THIRDSPACE_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(60);
    let (ground, done) = Ground::set_up();
    let ben = ground.member("ben", Role::Member);
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let run = runner.run(&(rule(), 0_i64..8, prop::collection::vec(step(), 1..12)), |(rule, weeks, steps)| {
        let done = done.clone();
        // Each in a transaction that is taken back, so that the next begins with nothing.
        let outcome = ground.act::<()>(move |tx, _| {
            let attic = room(tx, &done, r#"{"at_once": 9, "horizon_days": 120}"#);
            let mut first = pattern("2027-02-02T10:00", "2027-02-02T11:00", "FREQ=WEEKLY;COUNT=1");
            let start = first.series.start.saturating_add(jiff::Span::new().weeks(weeks));
            let rule = crate::coworking::series::Rule::parse("rule", &rule)?;
            let zone = first.series.zone.clone();
            let hour = SignedDuration::from_hours(1);
            first.series = crate::coworking::series::Series::new(zone, start, start.saturating_add(hour), rule)?;
            let mut all = vec![book_with(tx, ben, attic, &first, Some(Clashing::Skip))?.kept.id];
            for step in &steps {
                let mut known = all.clone();
                match tx.savepoint(|tx| does(tx, acting(ben), &mut known, step)) {
                    Ok(()) => all = known,
                    Err(Error::Refused(_)) => {}
                    Err(broken) => panic!("{step:?}: {broken}"),
                }
                for id in &all {
                    let [said, there] = both(tx, *id);
                    assert_eq!(said, there, "after {step:?}");
                }
            }
            Err(Refusal::Oneself { act: "keep anything of" }.into())
        });
        prop_assert_eq!(refused(outcome).code(), "oneself");
        Ok(())
    });
    if let Err(failure) = run {
        panic!("{failure}");
    }
}
