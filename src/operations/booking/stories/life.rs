//! From the asking to the end, and the ends before it.

use super::*;
use crate::coworking::booking::Side;
use crate::coworking::id::ActorId;
use crate::coworking::member::Role;
use crate::operations::resource::by_id;
use crate::store::booking as rows;

#[test]
fn a_time_is_had_once_and_who_comes_second_is_told_the_nearest_that_are_free() {
    let (ground, done) = Ground::set_up();
    let [ben, cleo] = ["ben", "cleo"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, _| {
            let attic = add(tx, &done, room());
            let booked = ask(tx, ben, &wish(attic, "10:00", "11:30"), "09:00")?;
            assert_eq!((booked.state, booked.answered_at), (State::Confirmed, Some(time("09:00"))));
            let refusal = no(tx, |tx| ask(tx, cleo, &wish(attic, "11:00", "12:00"), "09:00"));
            assert_eq!(refusal.sort(), crate::coworking::refusal::Sort::Conflict);
            assert_eq!(named(&refusal), ["11:30-12:30", "11:45-12:45", "12:00-13:00"]);
            ask(tx, cleo, &wish(attic, "11:30", "12:30"), "09:00")?;
            // What was meant is kept beside what it was reckoned to.
            assert_eq!(booked.wall_start.to_string(), "2027-01-15T10:00:00");
            assert_eq!(view(tx, acting(ben), booked.id)?.zone, "Europe/Amsterdam");
            assert_eq!(no(tx, |tx| view(tx, acting(cleo), booked.id)).code(), "not-found", "nobody's to know");
            assert!(view(tx, Acting::Member(cleo, Role::Host), booked.id).is_ok());
            Ok(())
        })
        .unwrap();
    assert_eq!(facts(&ground), ["BookingConfirmed", "BookingConfirmed"]);
}

#[test]
fn i26_i27_a_hold_keeps_the_time_until_it_expires_and_a_late_confirmation_tries_again() {
    let (ground, done) = Ground::set_up();
    let [ben, cleo] = ["ben", "cleo"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, _| {
            let attic = add(tx, &done, room());
            let held = ask(tx, ben, &holding(wish(attic, "10:00", "11:00")), "09:00")?;
            assert_eq!((held.state, held.expires_at), (State::Held, Some(time("09:10"))));
            assert_eq!(no(tx, |tx| ask(tx, cleo, &wish(attic, "10:00", "11:00"), "09:05")).code(), "unbookable");
            assert_eq!(no(tx, |tx| confirm(tx, acting(cleo), held.id, time("09:05"))).code(), "not-found");

            // Expired by the clock, whether or not a job has said so; still free, so it is had.
            assert_eq!(state(tx, &held, "09:10"), State::Expired);
            let late = confirm(tx, acting(ben), held.id, time("09:20"))?;
            assert_eq!((late.state, late.expires_at), (State::Confirmed, None));
            assert_eq!(confirm(tx, acting(ben), held.id, time("09:21"))?.state, State::Confirmed, "once is enough");
            assert_eq!(tend(tx, time("09:30"), 10)?, 0, "what is confirmed does not expire");

            let second = ask(tx, ben, &holding(wish(attic, "12:00", "13:00")), "09:00")?;
            ask(tx, cleo, &wish(attic, "12:00", "12:30"), "09:10")?;
            assert_eq!(state(tx, &second, "09:10"), State::Expired);
            let refusal = no(tx, |tx| confirm(tx, acting(ben), second.id, time("09:11")));
            assert_eq!(named(&refusal)[0], "12:30-13:30");
            Ok(())
        })
        .unwrap();
    let expected = ["BookingHeld", "BookingConfirmed", "BookingHeld", "BookingExpired", "BookingConfirmed"];
    assert_eq!(facts(&ground), expected);
}

#[test]
fn i29_staff_say_yes_to_one_and_the_others_that_waited_for_the_time_hear_a_no() {
    let (ground, done) = Ground::set_up();
    let [ben, cleo, dora] = ["ben", "cleo", "dora"].map(|name| ground.member(name, Role::Member));
    let host = Acting::Member(ground.member("hugo", Role::Host), Role::Host);
    ground
        .act(move |tx, _| {
            let open = add(tx, &done, with_rules(room(), r#"{"approval": "open", "at_once": 5}"#));
            let asked = ask(tx, ben, &wish(open, "10:00", "11:00"), "09:00")?;
            let other = ask(tx, cleo, &wish(open, "10:30", "11:30"), "09:01")?;
            let apart = ask(tx, dora, &wish(open, "11:30", "12:00"), "09:02")?;
            assert_eq!([asked.state, other.state], [State::Requested; 2]);
            assert_eq!(asked.expires_at, Some(time("10:00")), "before it begins");
            assert_eq!(no(tx, |tx| approve(tx, acting(ben), asked.id, None, time("09:10"))).code(), "not-permitted");
            assert_eq!(approve(tx, host, asked.id, None, time("09:10"))?.state, State::Confirmed);
            let declined = view(tx, acting(cleo), other.id)?;
            assert_eq!(declined.state, State::Refused);
            assert!(declined.words.unwrap().contains("it is taken at that time"));
            assert_eq!(declined.refusal.unwrap().alternatives[0].0, time("11:00"));
            assert_eq!(state(tx, &apart, "09:10"), State::Requested);
            assert_eq!(no(tx, |tx| approve(tx, host, other.id, None, time("09:11"))).code(), "wrong-state");
            assert_eq!(decline(tx, host, apart.id, "The heating is broken.", time("09:12"))?.state, State::Refused);

            let blocking = add(tx, &done, with_rules(room(), r#"{"approval": "blocking"}"#));
            let asked = ask(tx, ben, &wish(blocking, "10:00", "11:00"), "09:00")?;
            assert_eq!(no(tx, |tx| ask(tx, cleo, &wish(blocking, "10:30", "11:30"), "09:01")).code(), "unbookable");
            // Nobody decided in time.
            assert_eq!(tend(tx, time("10:00"), 10)?, 1);
            assert_eq!(state(tx, &asked, "10:00"), State::Expired);
            assert_eq!(ask(tx, cleo, &wish(blocking, "10:30", "11:30"), "10:00")?.state, State::Requested);
            Ok(())
        })
        .unwrap();
}

#[test]
fn i32_taking_back_is_done_once_is_late_after_the_notice_and_never_when_the_space_does_it() {
    let (ground, done) = Ground::set_up();
    let [ben, cleo] = ["ben", "cleo"].map(|name| ground.member(name, Role::Member));
    let host = Acting::Member(ground.member("hugo", Role::Host), Role::Host);
    ground
        .act(move |tx, _| {
            let attic = add(tx, &done, room());
            let booked = ask(tx, ben, &wish(attic, "12:00", "13:00"), "09:00")?;
            assert_eq!(no(tx, |tx| cancel(tx, acting(cleo), booked.id, None, time("09:30"))).code(), "not-found");
            let back = cancel(tx, acting(ben), booked.id, None, time("11:01"))?;
            assert_eq!((back.state, back.late, back.cancelled_by), (State::Cancelled, true, Some(Side::Guest)));
            assert_eq!(cancel(tx, acting(ben), booked.id, None, time("11:30"))?, back, "the first time counts");

            let soon = ask(tx, ben, &wish(attic, "12:00", "13:00"), "11:30")?;
            assert!(!cancel(tx, acting(ben), soon.id, None, time("11:45"))?.late, "within a quarter of an hour");
            let broken = ask(tx, ben, &wish(attic, "12:00", "13:00"), "09:00")?;
            assert_eq!(no(tx, |tx| cancel(tx, host, broken.id, None, time("11:59"))).code(), "empty");
            let back = cancel(tx, host, broken.id, Some("A pipe burst, we are sorry."), time("11:59"))?;
            assert_eq!((back.late, back.cancelled_by), (false, Some(Side::Host)));
            ask(tx, cleo, &wish(attic, "12:00", "13:00"), "11:59")?;
            assert_eq!(no(tx, |tx| cancel(tx, acting(cleo), soon.id, None, time("12:00"))).code(), "not-found");
            Ok(())
        })
        .unwrap();
}

#[test]
fn i33_i34_who_comes_is_there_once_and_who_does_not_come_loses_what_is_left() {
    let (ground, done) = Ground::set_up();
    let [ben, cleo, dora] = ["ben", "cleo", "dora"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, site| {
            let attic = add(tx, &done, room());
            let booked = ask(tx, ben, &wish(attic, "10:00", "12:00"), "09:00")?;
            assert_eq!(no(tx, |tx| check_in(tx, acting(ben), booked.id, time("09:44"))).code(), "wrong-time");
            // Early, but somebody else is in there until ten.
            let before = ask(tx, cleo, &wish(attic, "09:30", "10:00"), "09:00")?;
            assert_eq!(no(tx, |tx| check_in(tx, acting(ben), booked.id, time("09:50"))).code(), "wrong-time");
            cancel(tx, acting(cleo), before.id, None, time("09:10"))?;
            let there = check_in(tx, acting(ben), booked.id, time("09:50"))?;
            assert_eq!(there.checked_in_at, Some(time("09:50")));
            assert_eq!(check_in(tx, acting(ben), booked.id, time("10:01"))?, there, "scanned twice");
            // Gone at eleven, and the room is free.
            let gone = check_out(tx, acting(ben), booked.id, time("11:00"))?;
            assert_eq!((gone.state, gone.estimated), (State::Completed, false));
            let late = ask(tx, cleo, &wish(attic, "11:00", "12:00"), "11:00")?;
            assert_eq!(tend(tx, time("11:14"), 10)?, 0);
            assert_eq!(tend(tx, time("11:15"), 10)?, 1);
            assert_eq!(state(tx, &late, "11:15"), State::NoShow);
            let taken = ask(tx, dora, &wish(attic, "11:15", "12:00"), "11:15")?;
            check_in(tx, acting(dora), taken.id, time("11:15"))?;
            // Nobody saw her leave.
            assert_eq!(tend(tx, time("12:00"), 10)?, 1);
            let over = view(tx, acting(dora), taken.id)?;
            assert_eq!(
                (over.state, over.estimated, over.checked_out_at),
                (State::Completed, true, Some(time("12:00")))
            );

            // At the door, without a booking.
            let pool = add(tx, &done, desks(1));
            let asking = Asking::here(tx, acting(ben), None, false)?;
            let walked = walk_in(tx, &asking, pool, None, None, time("13:07"))?;
            assert_eq!((walked.state, walked.slot.end()), (State::CheckedIn, time("18:00")));
            let asking = Asking::here(tx, acting(cleo), None, false)?;
            let full = no(tx, |tx| walk_in(tx, &asking, pool, None, None, time("13:10")));
            assert!(full.to_string().contains("it is taken at that time"), "{full}");

            // I-19: nobody is at two spaces at once.
            let quay = crate::coworking::space::NewSpace::parse("quay", "The Quay", "Europe/Amsterdam")?;
            let quay = crate::operations::space::found(tx, site, Acting::Keeper, &quay, None, time("08:00"))?;
            let other = resources::add(tx, Acting::Keeper, quay, &desks(3).parse()?, time("08:00"))?;
            let there = ask(tx, ben, &wish(other, "14:00", "15:00"), "13:30")?;
            assert_eq!(no(tx, |tx| check_in(tx, acting(ben), there.id, time("14:00"))).code(), "elsewhere");
            check_out(tx, acting(ben), walked.id, time("14:00"))?;
            check_in(tx, acting(ben), there.id, time("14:00"))?;
            assert_eq!(by_id(tx, other)?.space, quay);
            Ok(())
        })
        .unwrap();
}

#[test]
fn i8_i33_whoever_gets_a_yes_when_it_has_begun_has_as_long_to_come_as_others() {
    let (ground, done) = Ground::set_up();
    let [ben, cleo, dora] = ["ben", "cleo", "dora"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, _| {
            let hourly =
                |more: &str| with_rules(room(), &format!(r#"{{"grid_minutes": 60, "release_minutes": 15{more}}}"#));
            let attic = add(tx, &done, hourly(""));
            let booked = ask(tx, ben, &wish(attic, "10:00", "11:00"), "10:40")?;
            assert_eq!(tend(tx, time("10:41"), 10)?, 0);
            assert_eq!(state(tx, &booked, "10:54"), State::Confirmed);

            // The same when staff say yes, when what is held is confirmed, and when a later one is moved here.
            let asked = add(tx, &done, hourly(r#", "approval": "blocking""#));
            let asked = ask(tx, cleo, &wish(asked, "10:00", "11:00"), "10:10")?;
            approve(tx, Acting::Keeper, asked.id, None, time("10:41"))?;
            let held = add(tx, &done, hourly(""));
            let held = ask(tx, dora, &holding(wish(held, "10:00", "11:00")), "10:35")?;
            confirm(tx, acting(dora), held.id, time("10:42"))?;
            let cellar = add(tx, &done, hourly(""));
            let moved = ask(tx, ben, &wish(cellar, "14:00", "15:00"), "09:00")?;
            change(tx, acting(ben), moved.id, &wish(cellar, "10:00", "11:00"), time("10:43"))?;
            assert_eq!(tend(tx, time("10:54"), 10)?, 0);
            for (booking, now) in [(booked, "10:55"), (asked, "10:56"), (held, "10:57"), (moved, "10:58")] {
                assert_eq!(tend(tx, time(now), 10)?, 1);
                assert_eq!(state(tx, &booking, now), State::NoShow, "{now}");
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn i33_who_comes_early_has_the_place_from_that_moment_and_only_if_it_is_free() {
    let (ground, done) = Ground::set_up();
    let [ben, cleo, dora] = ["ben", "cleo", "dora"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, _| {
            let rules = r#"{"grid_minutes": 5, "at_once": 3}"#;
            let attic = add(tx, &done, with_rules(ResourceInput { clear_minutes: Some(5), ..room() }, rules));
            let booked = ask(tx, ben, &wish(attic, "10:00", "12:00"), "09:00")?;
            check_in(tx, acting(ben), booked.id, time("09:46"))?;
            for (from, to) in [("09:45", "09:55"), ("09:35", "09:45")] {
                let refusal = no(tx, |tx| ask(tx, cleo, &wish(attic, from, to), "09:46"));
                assert_eq!(refusal.code(), "unbookable", "{from} to {to}");
            }
            ask(tx, cleo, &wish(attic, "09:30", "09:40"), "09:00")?;
            check_out(tx, acting(ben), booked.id, time("09:50"))?;
            ask(tx, cleo, &wish(attic, "09:50", "11:00"), "09:50")?;

            // Of two desks one is taken until ten by somebody who sits there; who did not choose moves for who comes early.
            let pool = add(tx, &done, with_rules(desks(2), rules));
            let early = ask(tx, ben, &wish(pool, "10:00", "12:00"), "09:00")?;
            let sits = ask(tx, cleo, &wish(pool, "09:00", "10:00"), "09:00")?;
            check_in(tx, acting(cleo), sits.id, time("09:00"))?;
            let loose = ask(tx, dora, &wish(pool, "09:00", "09:50"), "09:00")?;
            assert_eq!(no(tx, |tx| check_in(tx, acting(ben), early.id, time("09:46"))).code(), "wrong-time");
            assert_eq!(rows::takes(tx, early.id)?[0].1.slot, early.slot, "nothing has changed");
            cancel(tx, acting(dora), loose.id, None, time("09:47"))?;
            let there = check_in(tx, acting(ben), early.id, time("09:48"))?;
            assert_eq!(rows::takes(tx, early.id)?[0].1.slot.start(), time("09:45"));
            assert_eq!((there.slot, there.unit.is_some()), (early.slot, true), "it is booked from ten");
            let asking = Asking::here(tx, acting(dora), None, false)?;
            assert_eq!(no(tx, |tx| walk_in(tx, &asking, pool, None, None, time("09:49"))).code(), "unbookable");
            Ok(())
        })
        .unwrap();
}

#[test]
fn i33_a_check_in_by_mistake_is_taken_back_and_who_was_there_after_all_says_so() {
    let (ground, done) = Ground::set_up();
    let [ben, cleo] = ["ben", "cleo"].map(|name| ground.member(name, Role::Member));
    let host = Acting::Member(ground.member("hugo", Role::Host), Role::Host);
    ground
        .act(move |tx, _| {
            let rules = r#"{"grid_minutes": 5, "at_once": 3, "release_minutes": 15}"#;
            let attic = add(tx, &done, with_rules(room(), rules));
            let booked = ask(tx, ben, &wish(attic, "10:00", "12:00"), "09:00")?;
            assert_eq!(no(tx, |tx| undo_check_in(tx, acting(ben), booked.id, time("09:46"))).code(), "not-permitted");
            check_in(tx, host, booked.id, time("09:46"))?;
            let late = no(tx, |tx| undo_check_in(tx, host, booked.id, time("09:52")));
            assert!(late.to_string().contains("until 2027-01-15T09:51+01:00"), "{late}");
            let back = undo_check_in(tx, host, booked.id, time("09:51"))?;
            assert_eq!((back.state, back.checked_in_at), (State::Confirmed, None));
            assert_eq!(undo_check_in(tx, host, booked.id, time("09:51"))?, back, "once is enough");
            // What was taken early is free again, what is booked is not.
            ask(tx, cleo, &wish(attic, "09:55", "10:00"), "09:52")?;
            assert_eq!(no(tx, |tx| ask(tx, cleo, &wish(attic, "10:00", "10:05"), "09:52")).code(), "unbookable");

            assert_eq!(no(tx, |tx| appeal(tx, acting(ben), booked.id, "I come", time("09:53"))).code(), "wrong-state");
            tend(tx, time("10:15"), 10)?;
            assert_eq!(state(tx, &booked, "10:15"), State::NoShow);
            let mine = "I sat in there all the time.";
            assert_eq!(no(tx, |tx| appeal(tx, acting(cleo), booked.id, mine, time("10:16"))).code(), "not-found");
            assert_eq!(no(tx, |tx| appeal(tx, host, booked.id, mine, time("10:16"))).code(), "not-permitted");
            appeal(tx, acting(ben), booked.id, mine, time("10:16"))?;
            assert_eq!(no(tx, |tx| appeal(tx, acting(ben), booked.id, mine, time("10:17"))).code(), "wrong-state");
            let first = crate::store::page::Page::default();
            let waiting = crate::operations::front_desk::appeals(tx, host, done.space, first)?;
            assert_eq!(waiting.items.iter().map(|one| one.words.as_str()).collect::<Vec<_>>(), [mine]);
            assert_eq!(no(tx, |tx| lift(tx, acting(ben), booked.id, time("10:18"))).code(), "not-permitted");
            let lifted = lift(tx, host, booked.id, time("10:18"))?;
            assert_eq!((lifted.state, lifted.estimated, lifted.checked_in_at), (State::Completed, true, None));
            assert_eq!(crate::operations::front_desk::appeals(tx, host, done.space, first)?.items, []);
            assert_eq!(no(tx, |tx| dismiss(tx, host, booked.id, time("10:19"))).code(), "not-found");
            Ok(())
        })
        .unwrap();
}

#[test]
fn i35_a_booking_moves_when_the_new_time_is_granted_and_stays_where_it_is_when_it_is_not() {
    let (ground, done) = Ground::set_up();
    let [ben, cleo] = ["ben", "cleo"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, _| {
            let attic = add(tx, &done, room());
            let booked = ask(tx, ben, &wish(attic, "10:00", "11:00"), "09:00")?;
            ask(tx, cleo, &wish(attic, "12:00", "13:00"), "09:00")?;
            let refusal =
                no(tx, |tx| change(tx, acting(ben), booked.id, &wish(attic, "11:30", "12:30"), time("09:10")));
            assert_eq!(named(&refusal)[0], "11:00-12:00");
            assert_eq!(view(tx, acting(ben), booked.id)?, booked);
            // Its own time is no obstacle.
            let moved = change(tx, acting(ben), booked.id, &wish(attic, "10:30", "12:00"), time("09:10"))?;
            assert_eq!((moved.slot.start(), moved.sequence), (time("10:30"), 1));
            assert_eq!(view(tx, acting(ben), booked.id)?, moved);
            ask(tx, cleo, &wish(attic, "10:00", "10:30"), "09:11")?;
            assert_eq!(no(tx, |tx| ask(tx, cleo, &wish(attic, "11:45", "12:00"), "09:12")).code(), "unbookable");
            check_in(tx, acting(ben), booked.id, time("10:31"))?;
            let begun = no(tx, |tx| change(tx, acting(ben), booked.id, &wish(attic, "13:00", "14:00"), time("10:32")));
            assert_eq!(begun.code(), "wrong-state");
            Ok(())
        })
        .unwrap();
    assert_eq!(facts(&ground)[2..], ["BookingChanged", "BookingConfirmed", "BookingCheckedIn"]);
}

#[test]
fn what_lasts_for_days_is_listed_among_the_short_ones_page_by_page() {
    let (ground, done) = Ground::set_up();
    let people = ["ben", "cleo", "dora"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, _| {
            let rules = r#"{"grid_minutes": 60, "at_once": 9}"#;
            let pool = add(tx, &done, with_rules(desks(9), rules));
            let mut booked = |member, from: &str, to: &str| {
                let span = |input: &mut BookingInput| {
                    (input.start, input.end) = (format!("2027-01-{from}"), format!("2027-01-{to}"));
                };
                let asking = Asking::here(tx, Acting::Keeper, Some(ActorId::from(member)), false)?;
                let wish = Request { reason: Some("camp".into()), ..wish_of(pool, "09:00", "10:00", span) };
                Ok::<_, crate::operations::Error>(request(tx, &asking, &wish, time("08:00"))?.id)
            };
            let [ben, cleo, dora] = people;
            booked(ben, "15T10:00", "15T12:00")?;
            let weekend = booked(ben, "15T12:00", "18T12:00")?;
            let night = booked(cleo, "16T22:00", "17T02:00")?;
            let fortnight = booked(dora, "16T22:00", "30T10:00")?;
            let noon = booked(ben, "17T12:00", "17T13:00")?;
            booked(ben, "18T12:00", "18T13:00")?;
            let zone = Zone::parse("Europe/Amsterdam")?;
            let sunday = zone.day("2027-01-17".parse().unwrap()).unwrap();
            let (mut seen, mut page) = (Vec::new(), crate::store::page::Page::new(None, Some(1)));
            loop {
                let slice = rows::list(tx, rows::Of::Resource(pool), sunday, page)?;
                seen.extend(slice.items.iter().map(|booking| booking.id));
                let Some(next) = slice.next else { break };
                page = crate::store::page::Page::new(Some(next), Some(1));
            }
            assert_eq!(seen, [weekend, night, fortnight, noon]);
            assert_eq!(
                rows::around(tx, done.space, sunday)?.iter().map(|booking| booking.id).collect::<Vec<_>>(),
                seen
            );
            let his = rows::of_requester(tx, ben.into(), pool, sunday)?;
            assert_eq!(his.len(), 2);
            assert!(rows::is_booked(tx, pool, time("20:00") + minutes(9 * 24 * 60))?, "the fortnight is not over");
            Ok(())
        })
        .unwrap();
}
