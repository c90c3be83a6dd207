//! Stories of zones whose rules change.

use super::*;
use crate::coworking::realign::Outcome;
use crate::coworking::slot::Slot;
use crate::store::booking as rows;
use crate::store::setting::{self, Setting};

/// As if it had been booked when the clock was to show the same an hour earlier.
fn as_of_older_rules(tx: &mut Tx<'_>, id: BookingId) {
    let mut there = rows::by_id(tx, id).unwrap().unwrap();
    let earlier = |at: Timestamp| at - minutes(60);
    let slot = Slot::new(earlier(there.slot.start()), earlier(there.slot.end())).unwrap();
    for (resource, taken) in rows::takes(tx, id).unwrap() {
        rows::release(tx, resource, &taken).unwrap();
        let kept_until = earlier(taken.kept_until);
        rows::give(tx, resource, &rows::Taken { slot, kept_until, ..taken }).unwrap();
    }
    there.slot = slot;
    rows::move_to(tx, &there).unwrap();
}

fn slot(tx: &mut Tx<'_>, id: BookingId) -> Slot {
    rows::by_id(tx, id).unwrap().unwrap().slot
}

#[test]
fn i2_when_a_zone_changes_wall_times_stay_and_nobody_is_moved_unseen() {
    let (ground, done) = Ground::set_up();
    let ben = ground.member("ben", Role::Member);
    ground
        .act(move |tx, _| {
            let attic = add(tx, &done, with_rules(room(), r#"{"at_once": 20}"#));
            assert!(is_time_to_realign(tx, time("08:00"))?);
            assert_eq!(realign(tx, time("08:00"))?, 0);
            assert!(!is_time_to_realign(tx, time("08:00"))?, "and not again before something changes");

            // In the order of the day, so that each stands aside when the one before it is put an hour earlier.
            let mut ids = Vec::new();
            for (from, to) in [("10:00", "11:00"), ("13:00", "14:00"), ("14:00", "15:00")] {
                let id = ask(tx, ben, &wish(attic, from, to), "08:30")?.id;
                as_of_older_rules(tx, id);
                ids.push(id);
            }
            let right = ask(tx, ben, &wish(attic, "17:00", "18:00"), "08:31")?.id;
            // Looked at the evening before the day before, all but the first begin later than in a day.
            let now = time("09:30") - minutes(24 * 60);
            setting::set(tx, Setting::Zones, r#"{"Europe/Amsterdam": "what it was"}"#)?;
            assert_eq!(realign(tx, now)?, 3);
            let day = |from, to| Slot::new(time(from), time(to)).unwrap();
            assert_eq!(slot(tx, ids[0]), day("09:00", "10:00"), "it begins too soon");
            assert_eq!([slot(tx, ids[1]), slot(tx, ids[2])], [day("13:00", "14:00"), day("14:00", "15:00")]);
            assert_eq!(slot(tx, right), day("17:00", "18:00"));
            let noted = list_realigned(tx, Acting::Keeper, BookingId(0), 80)?;
            let outcomes: Vec<_> = noted.iter().map(|one| (one.booking, one.outcome)).collect();
            assert_eq!(outcomes, [(ids[0], Outcome::Soon), (ids[1], Outcome::Moved), (ids[2], Outcome::Moved)]);
            assert_eq!((noted[1].was, noted[1].new), (day("12:00", "13:00"), day("13:00", "14:00")));
            assert_eq!(no(tx, |tx| list_realigned(tx, acting(ben), BookingId(0), 80)).code(), "not-permitted");
            // The calendar moved with them.
            assert_eq!(no(tx, |tx| ask(tx, ben, &wish(attic, "14:30", "15:00"), "08:40")).code(), "unbookable");
            ask(tx, ben, &wish(attic, "12:00", "13:00"), "08:41")?;
            Ok(())
        })
        .unwrap();
    let changed = facts(&ground).iter().filter(|name| **name == "BookingChanged").count();
    assert_eq!(changed, 2, "the homes of guests from elsewhere are told");
}

#[test]
fn i2_who_would_meet_somebody_else_stays_and_is_listed() {
    let (ground, done) = Ground::set_up();
    let ben = ground.member("ben", Role::Member);
    ground
        .act(move |tx, _| {
            let attic = add(tx, &done, with_rules(room(), r#"{"at_once": 20}"#));
            let off = ask(tx, ben, &wish(attic, "13:00", "14:00"), "08:30")?.id;
            as_of_older_rules(tx, off);
            let there = ask(tx, ben, &wish(attic, "13:00", "14:00"), "08:31")?.id;
            setting::set(tx, Setting::Zones, "{}")?;
            assert_eq!(realign(tx, time("09:00") - minutes(48 * 60))?, 1);
            let noted = list_realigned(tx, Acting::Keeper, BookingId(0), 80)?;
            assert_eq!((noted.len(), noted[0].booking, noted[0].outcome), (1, off, Outcome::Clash));
            let day = |from, to| Slot::new(time(from), time(to)).unwrap();
            assert_eq!([slot(tx, off), slot(tx, there)], [day("12:00", "13:00"), day("13:00", "14:00")]);
            assert_eq!(no(tx, |tx| ask(tx, ben, &wish(attic, "12:00", "13:00"), "08:40")).code(), "unbookable");
            Ok(())
        })
        .unwrap();
}
