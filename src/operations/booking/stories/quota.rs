//! What somebody can hold, and what counts as had.

use super::waiting::{got, job, waits};
use super::*;
use crate::coworking::member::Role;
use crate::coworking::waitlist::Wanted;
use crate::operations::booking::waitlist::Waiting;
use crate::store::booking as rows;

/// A wish for the Monday after.
fn monday(resource: ResourceId, from: &str, to: &str) -> Request {
    let on = |time: &str| format!("2027-01-18T{time}");
    wish_of(resource, from, to, |input| (input.start, input.end) = (on(from), on(to)))
}

#[test]
fn i26_i28_i35_holds_count_for_their_time_without_what_came_free_and_also_when_they_move() {
    let (ground, done) = Ground::set_up();
    let [ben, cleo, dora] = ["ben", "cleo", "dora"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, _| {
            let rules = r#"{"at_once": 9, "grid_minutes": 15}"#;
            let attic = add(tx, &done, with_rules(room(), rules));
            ask(tx, ben, &holding(wish(attic, "14:00", "15:00")), "09:00")?;
            ask(tx, cleo, &holding(monday(attic, "14:00", "15:00")), "09:00")?;

            // What came free is kept for Dora for two hours: neither she nor others can hold less because of it.
            let loft = add(tx, &done, with_rules(ResourceInput { name: "Loft".into(), ..room() }, rules));
            let hour = monday(loft, "14:00", "15:00");
            let had = ask(tx, ben, &hour, "09:00")?;
            let wanted = Wanted::just(&hour.draft.wish);
            let waiting = Waiting { resource: loft, any_of_kind: false, wanted, note: None, deadline: None };
            let wait = waits(tx, dora, &waiting, "09:01")?;
            cancel(tx, acting(ben), had.id, None, time("09:02"))?;
            job(tx, "09:02")?;
            let (promised, _) = got(tx, &wait, "09:02").unwrap();
            assert_eq!(rows::by_id(tx, promised)?.unwrap().expires_at, Some(time("11:02")));
            for (from, to) in [("14:00", "15:00"), ("16:00", "17:00")] {
                ask(tx, dora, &holding(wish(loft, from, to)), "09:03")?;
            }
            // Moved away from what she waited for, it is a hold like any other.
            let later = monday(loft, "16:00", "17:00");
            let moved = no(tx, |tx| change(tx, acting(dora), promised, &later, time("09:04")));
            assert_eq!(moved.to_string(), "holds has 3 items; at most 2 pass");
            change(tx, acting(dora), promised, &later, time("09:13"))?;
            ask(tx, dora, &holding(wish(loft, "14:00", "15:00")), "09:13")?;
            let third = no(tx, |tx| ask(tx, dora, &holding(wish(loft, "16:00", "17:00")), "09:13"));
            assert_eq!(third.to_string(), "holds has 3 items; at most 2 pass");

            // Of ten desks three can be held for one time, also by whoever began with one.
            let pool = add(tx, &done, with_rules(desks(10), rules));
            let of_it = |units: u32, from: &str, to: &str| {
                wish_of(pool, from, to, |input| (input.units, input.people) = (Some(units), Some(units)))
            };
            let held = ask(tx, cleo, &holding(of_it(1, "14:00", "15:00")), "09:20")?;
            let all = no(tx, |tx| change(tx, acting(cleo), held.id, &of_it(10, "14:00", "15:00"), time("09:21")));
            assert_eq!(all.to_string(), "held units at that time has 10 items; at most 3 pass");
            change(tx, acting(cleo), held.id, &of_it(3, "14:00", "15:00"), time("09:21"))?;
            let fourth = no(tx, |tx| ask(tx, ben, &holding(of_it(1, "14:30", "15:30")), "09:22"));
            assert_eq!(fourth.to_string(), "held units at that time has 4 items; at most 3 pass");
            ask(tx, ben, &holding(of_it(3, "15:00", "16:00")), "09:22")?;
            let fewer = change(tx, acting(cleo), held.id, &of_it(2, "14:00", "14:30"), time("09:23"))?;
            assert_eq!(fewer.expires_at, Some(time("09:30")), "no longer than before");

            // Moved to a time that began a moment ago it is still there to be confirmed.
            let now = change(tx, acting(cleo), held.id, &of_it(1, "09:15", "10:00"), time("09:24"))?;
            assert_eq!(now.expires_at, Some(time("09:30")));
            assert_eq!(confirm(tx, acting(cleo), held.id, time("09:25"))?.state, State::Confirmed);
            Ok(())
        })
        .unwrap();
}

#[test]
fn i33_what_nobody_came_to_counts_for_a_quota_and_what_was_lifted_or_left_stands_in_nobodys_way() {
    let (ground, done) = Ground::set_up();
    let [ben, cleo, dora] = ["ben", "cleo", "dora"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, _| {
            let rules = |hours: u32| {
                let minutes = 60 * hours;
                format!(
                    r#"{{"at_once": 1, "grid_minutes": 15, "release_minutes": 15, "cancel_minutes": 60,
                         "quota": {{"minutes": {minutes}, "per": "day"}}}}"#
                )
            };
            let attic = add(tx, &done, with_rules(room(), &rules(4)));
            let morning = wish(attic, "09:00", "13:00");
            let missed = ask(tx, ben, &morning, "08:10")?;
            job(tx, "09:15")?;
            assert_eq!(state(tx, &missed, "09:15"), State::NoShow);
            let again = no(tx, |tx| ask(tx, ben, &wish(attic, "09:15", "10:00"), "09:15"));
            assert!(again.to_string().contains("you have 4 hours in that day already"), "{again}");
            assert!(!again.to_string().contains("at that time already"), "it is nobody's any more: {again}");
            // Just as whoever says so late.
            let late = ask(tx, cleo, &wish(attic, "10:00", "14:00"), "09:15")?;
            assert!(cancel(tx, acting(cleo), late.id, None, time("09:40"))?.late);
            let again = no(tx, |tx| ask(tx, cleo, &wish(attic, "10:00", "11:00"), "09:41"));
            assert!(again.to_string().contains("you have 4 hours in that day already"), "{again}");

            // Staff believe that she had to be elsewhere: she can have what is left of it.
            let loft = add(tx, &done, with_rules(ResourceInput { name: "Loft".into(), ..room() }, &rules(2)));
            let missed = ask(tx, dora, &wish(loft, "10:00", "12:00"), "09:30")?;
            job(tx, "10:15")?;
            lift(tx, Acting::Keeper, missed.id, time("10:20"))?;
            let rest = ask(tx, dora, &wish(loft, "10:30", "12:00"), "10:20")?;
            assert_eq!(rest.state, State::Confirmed);

            // Whoever left is not there, and had what they sat there for.
            let hall = add(tx, &done, with_rules(ResourceInput { name: "Hall".into(), ..room() }, &rules(2)));
            let left = ask(tx, ben, &wish(hall, "12:00", "14:00"), "10:20")?;
            check_in(tx, acting(ben), left.id, time("12:00"))?;
            check_out(tx, acting(ben), left.id, time("12:20"))?;
            let long = no(tx, |tx| ask(tx, ben, &wish(hall, "12:15", "14:00"), "12:20")).to_string();
            assert!(long.contains("you have 20 minutes in that day already and want 1 hour 45 minutes"), "{long}");
            assert_eq!(ask(tx, ben, &wish(hall, "12:15", "13:45"), "12:20")?.state, State::Confirmed);
            Ok(())
        })
        .unwrap();
}
