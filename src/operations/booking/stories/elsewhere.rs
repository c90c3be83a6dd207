//! Stories of people elsewhere: who asks without end, who is gone, and whose server is blocked.

use super::*;
use crate::coworking::id::ActorId;
use crate::coworking::peer::{Host, Level};
use crate::coworking::resource::Audience;
use crate::coworking::waitlist::State as Waits;
use crate::operations::testing::stranger;
use crate::operations::{Error, departure, peer};
use crate::store::actor::{self, RemoteProfile};
use crate::store::{booking as rows, waitlist};

/// A pool that everybody may book.
fn pool(tx: &mut Tx<'_>, done: &SetupDone, units: u32, rules: &str) -> ResourceId {
    let rules: crate::coworking::rules::RulesInput = serde_json::from_str(rules).unwrap();
    let rules = [Audience::Resident, Audience::Guest].map(|audience| (audience, rules.clone()));
    add(tx, done, ResourceInput { rules: Some(rules.into()), ..desks(units) })
}

fn somebody(tx: &mut Tx<'_>, host: &str, name: &str) -> ActorId {
    let uri = format!("https://{host}/users/{name}");
    actor::upsert_remote(tx, &RemoteProfile::bare(&uri, name, host), time("06:00")).unwrap().0
}

/// Takes in an offer of which a booking comes, if only one that is refused.
pub(super) fn receives(
    tx: &mut Tx<'_>,
    requester: ActorId,
    level: Level,
    offer: &Offered,
    now: Timestamp,
) -> Result<BookingId> {
    match receive_offer(tx, requester, level, offer, now)? {
        Received::Booking(id) => Ok(id),
        Received::Waiting(_) => panic!("nobody said that they would wait"),
    }
}

pub(super) fn offered(uri: String, request: Request) -> Offered {
    Offered {
        uri,
        hash: [1; 32],
        context: None,
        deadline: None,
        waits: false,
        rules_version: None,
        request,
        wrong: None,
    }
}

#[test]
fn i28_ten_thousand_offers_of_one_server_leave_few_rows_and_starve_nobody() {
    let (ground, done) = Ground::set_up();
    let space = done.space;
    let pool = ground.act(move |tx, _| Ok(pool(tx, &done, 50, r#"{"at_once": 50}"#))).unwrap();
    let now = time("08:30");
    let wrong = Refusal::malformed("resourceQuantity", 1, "the minutes of the time for each unit");
    let (mut refused, mut unanswered) = (0, 0);
    for name in 0..20 {
        let wrong = wrong.clone();
        let flood = move |tx: &mut Tx<'_>, _: &crate::site::Site| {
            let eve = somebody(tx, "flood.example", &format!("eve{name}"));
            let mut answered = 0;
            for number in 0..500 {
                let uri = format!("https://flood.example/offers/{name}-{number}");
                let offer = Offered { wrong: Some(wrong.clone()), ..offered(uri, wish(pool, "10:00", "11:00")) };
                match tx.savepoint(|tx| receives(tx, eve, Level::Trusted, &offer, now)) {
                    Ok(_) => answered += 1,
                    Err(error) => {
                        assert_eq!(error.to_string(), "that was too often; try again in 86400 seconds");
                    }
                }
            }
            Ok(answered)
        };
        let answered = ground.act(flood).unwrap();
        refused += answered;
        unanswered += 500 - answered;
    }
    assert_eq!((refused, unanswered), (1_000, 9_000), "clear refusals, and no more rows than that");
    ground
        .act(move |tx, _| {
            // What cannot be read counts, too.
            let eve = somebody(tx, "flood.example", "eve99");
            let unread = |tx: &mut Tx<'_>| refuse_unread(tx, eve, space, "https://flood.example/offers/x", &wrong, now);
            assert_eq!(no(tx, unread).code(), "too-often");
            // Somebody honest of the same server, and of another.
            for host in ["flood.example", "pier.example"] {
                let cleo = somebody(tx, host, "cleo");
                let offer = offered(format!("https://{host}/offers/cleo"), wish(pool, "10:00", "11:00"));
                let id = receives(tx, cleo, Level::Trusted, &offer, now)?;
                assert_eq!(rows::by_id(tx, id)?.unwrap().state, State::Confirmed, "{host}");
            }
            let other = Offered {
                wrong: Some(wrong.clone()),
                ..offered("https://pier.example/offers/2".into(), wish(pool, "10:00", "11:00"))
            };
            let dan = somebody(tx, "pier.example", "dan");
            receives(tx, dan, Level::Trusted, &other, now)?;
            refuse_unread(tx, dan, space, "https://pier.example/offers/3", &wrong, now)?;
            Ok(())
        })
        .unwrap();
}

#[test]
fn i26_i28_what_waits_for_staff_keeps_nobody_from_what_needs_none() {
    let (ground, done) = Ground::set_up();
    ground
        .act(move |tx, _| {
            let hall = pool(tx, &done, 1, r#"{"approval": "open", "at_once": 9}"#);
            let desks = pool(tx, &done, 5, r#"{"peer_percent": 100}"#);
            let mut number = 0;
            let mut asks = |tx: &mut Tx<'_>, name: &str, what: ResourceId, (from, to): (&str, &str), now: &str| {
                number += 1;
                let who = somebody(tx, "pier.example", name);
                let offer = offered(format!("https://pier.example/offers/{number}"), wish(what, from, to));
                let id = receives(tx, who, Level::Trusted, &offer, time(now))?;
                let booking = rows::by_id(tx, id)?.unwrap();
                Ok::<_, Error>((booking.state, booking.refusal.map(|refused| refused.reason)))
            };
            let hours = ["10:00", "11:00", "12:00", "13:00", "14:00", "15:00", "16:00"];
            let hour = |number: usize| (hours[number], hours[number + 1]);
            let too_many = || (State::Refused, Some("too-many".to_owned()));
            let four = ["gus", "cleo", "dan", "eva"];
            for name in four {
                for number in 0..5 {
                    assert_eq!(asks(tx, name, hall, hour(number), "08:30")?, (State::Requested, None));
                }
                assert_eq!(asks(tx, name, hall, hour(5), "08:31")?, too_many(), "five are enough for one");
            }
            assert_eq!(asks(tx, "fay", hall, hour(5), "08:32")?, too_many(), "twenty for one server");
            for name in four.into_iter().chain(["fay"]) {
                assert_eq!(asks(tx, name, desks, hour(0), "08:33")?, (State::Confirmed, None));
            }
            // The first time has come, and nobody decided.
            for name in ["gus", "fay"] {
                assert_eq!(asks(tx, name, hall, hour(5), "10:01")?, (State::Requested, None));
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn i28_people_are_of_the_server_of_their_ids_whoever_lends_them_handles() {
    let (ground, done) = Ground::set_up();
    let ben = ground.member("ben", Role::Member);
    ground
        .act(move |tx, site| {
            let (now, evil) = (time("08:30"), Host::parse("evil.example")?);
            let lent = |tx: &mut Tx<'_>, name: &str| {
                let uri = format!("https://evil.example/users/{name}");
                let profile = RemoteProfile::bare(&uri, name, &format!("{name}.lent.example"));
                actor::upsert_remote(tx, &profile, now).unwrap().0
            };
            let desks = pool(tx, &done, 4, "{}");
            let mut states = Vec::new();
            for name in ["eve", "ike", "oz"] {
                let offer = offered(format!("https://evil.example/offers/{name}"), wish(desks, "10:00", "11:00"));
                let who = lent(tx, name);
                let id = receives(tx, who, Level::Trusted, &offer, now)?;
                states.push(rows::by_id(tx, id)?.unwrap().state);
            }
            assert_eq!(states, [State::Confirmed, State::Confirmed, State::Refused], "half of the pool");
            assert_eq!(peer::ties(tx, Acting::Keeper, &evil)?.bookings, 2);

            // What they wait for they get as long as their server may have it.
            let one = pool(tx, &done, 1, r#"{"at_once": 9}"#);
            let mut waits = |from: &str, to: &str, level: Level| -> Result<Waits> {
                let had = ask(tx, ben, &wish(one, from, to), "08:30")?;
                let offer = offered(format!("https://evil.example/offers/{from}"), wish(one, from, to));
                let (eve, offer) = (lent(tx, "eve"), Offered { waits: true, ..offer });
                let Received::Waiting(wait) = receive_offer(tx, eve, Level::Trusted, &offer, now)? else {
                    panic!("ben has it")
                };
                peer::set_level(tx, site, Acting::Keeper, &evil, level, "", now)?;
                cancel(tx, acting(ben), had.id, None, time("08:31"))?;
                while is_time_for_any(tx, time("08:31"))? {
                    tend(tx, time("08:31"), 100)?;
                }
                Ok(waitlist::by_id(tx, wait)?.unwrap().state)
            };
            assert_eq!(waits("12:00", "13:00", Level::Trusted)?, Waits::Promoted);
            assert_eq!(waits("14:00", "15:00", Level::Blocked)?, Waits::Waiting);
            Ok(())
        })
        .unwrap();
}

#[test]
fn i9_i37_a_wish_that_cannot_be_read_has_one_answer_under_its_id() {
    let (ground, done) = Ground::set_up();
    ground
        .act(move |tx, _| {
            let pool = pool(tx, &done, 2, r#"{"peer_percent": 100}"#);
            let (gus, now) = (stranger(tx, "gus")?, time("08:30"));
            let wrong = Refusal::malformed("hasEnd", "noon", "a time with an offset");
            let unread = |tx: &mut Tx<'_>, who, uri: &str| refuse_unread(tx, who, done.space, uri, &wrong, now);
            unread(tx, gus, "https://pier.example/offers/1")?;
            unread(tx, gus, "https://pier.example/offers/1")?;
            let eve = somebody(tx, "evil.example", "eve");
            assert_eq!(no(tx, |tx| unread(tx, eve, "https://pier.example/offers/1")).code(), "taken");
            let good = offered("https://pier.example/offers/2".into(), wish(pool, "10:00", "11:00"));
            let id = receives(tx, gus, Level::Trusted, &good, now)?;
            assert_eq!(no(tx, |tx| unread(tx, gus, "https://pier.example/offers/2")).code(), "taken");
            assert_eq!(rows::by_id(tx, id)?.unwrap().state, State::Confirmed, "what stands is not touched");
            receive_undo(tx, gus, "https://pier.example/offers/3", now)?;
            assert_eq!(no(tx, |tx| unread(tx, gus, "https://pier.example/offers/3")).code(), "gone");
            Ok(())
        })
        .unwrap();
}

#[test]
fn i45_who_is_gone_has_nothing_ahead_and_what_they_had_was_had_by_somebody() {
    let (ground, done) = Ground::set_up();
    let (ben, host) = (ground.member("ben", Role::Member), ground.member("hera", Role::Host));
    ground
        .act(move |tx, _| {
            let pool = pool(tx, &done, 2, r#"{"peer_percent": 100}"#);
            let gus = stranger(tx, "gus")?;
            let asked = |tx: &mut Tx<'_>, number: u32, from: &str, to: &str, now: &str| {
                let request = wish_of(pool, from, to, |input| input.note = Some("I am Gus".into()));
                let uri = format!("https://pier.example/offers/{number}");
                receives(tx, gus, Level::Trusted, &offered(uri, request), time(now)).unwrap()
            };
            let (past, ahead) = (asked(tx, 1, "09:00", "10:00", "08:30"), asked(tx, 2, "15:00", "16:00", "08:31"));
            check_in(tx, Acting::Keeper, past, time("09:00"))?;
            check_out(tx, Acting::Keeper, past, time("09:50"))?;
            // And somebody who lives here, for whom the desk booked.
            let asking = Asking::here(tx, Acting::Member(host, Role::Host), Some(ben.into()), false)?;
            let local = request(tx, &asking, &wish(pool, "15:00", "16:00"), time("09:00"))?.id;
            assert_eq!(no(tx, |tx| ask(tx, host, &wish(pool, "15:00", "16:00"), "09:30")).code(), "unbookable");

            assert!(departure::receive(tx, gus, time("10:30"))?);
            crate::operations::member::leave(tx, Acting::Keeper, host, time("10:31"))?;
            crate::operations::member::leave(tx, Acting::Keeper, ben, time("10:32"))?;
            let left = [past, ahead, local].map(|id| rows::by_id(tx, id).unwrap().unwrap());
            assert_eq!(left.each_ref().map(|one| one.state), [State::Completed, State::Cancelled, State::Cancelled]);
            let nobody = actor::by_id(tx, left[0].requester)?.unwrap();
            assert_eq!((nobody.name.as_str(), nobody.is_active()), ("Somebody who left", false));
            for one in &left {
                assert_eq!((one.requester, one.booked_by, one.note.as_deref()), (nobody.id, None, None));
                assert_eq!(one.origin, rows::Origin::Here, "nor the address of what asked");
            }
            assert_eq!(left[0].checked_in_at, Some(time("09:00")), "that somebody was there is still counted");
            assert_eq!(rows::by_offer(tx, "https://pier.example/offers/1")?, None);
            for number in 10..12 {
                let cleo = stranger(tx, &format!("cleo{number}"))?;
                let uri = format!("https://pier.example/offers/{number}");
                let id =
                    receives(tx, cleo, Level::Trusted, &offered(uri, wish(pool, "15:00", "16:00")), time("11:00"))?;
                assert_eq!(rows::by_id(tx, id)?.unwrap().state, State::Confirmed, "both desks are free again");
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn i38_whoever_blocks_a_server_sees_what_that_touches_and_it_stays() {
    let (ground, done) = Ground::set_up();
    ground
        .act(move |tx, site| {
            let pool = pool(tx, &done, 5, "{}");
            let (gus, now) = (stranger(tx, "gus")?, time("08:30"));
            let mut ids = Vec::new();
            for (number, (from, to)) in
                [("10:00", "11:00"), ("12:00", "13:00"), ("14:00", "15:00")].into_iter().enumerate()
            {
                let uri = format!("https://pier.example/offers/{number}");
                ids.push(receives(tx, gus, Level::Trusted, &offered(uri, wish(pool, from, to)), now)?);
            }
            let pier = Host::parse("pier.example")?;
            cancel(tx, Acting::Keeper, ids[2], Some("closed"), now)?;
            let ties = peer::ties(tx, Acting::Keeper, &pier)?;
            assert_eq!((ties.bookings, ties.stays), (2, 0));
            peer::set_level(tx, site, Acting::Keeper, &pier, Level::Blocked, "", now)?;
            let states = |tx: &mut Tx<'_>| [ids[0], ids[1]].map(|id| rows::by_id(tx, id).unwrap().unwrap().state);
            assert_eq!(states(tx), [State::Confirmed; 2]);
            // Who comes is let in; and staff can take the other back.
            check_in(tx, Acting::Keeper, ids[0], time("10:00"))?;
            tend(tx, time("11:00"), 100)?;
            cancel(tx, Acting::Keeper, ids[1], Some("not any more"), time("11:01"))?;
            assert_eq!(states(tx), [State::Completed, State::Cancelled]);
            assert_eq!(peer::ties(tx, Acting::Keeper, &pier)?.bookings, 0);
            Ok(())
        })
        .unwrap();
}

#[test]
fn i20_the_gap_behind_a_booking_ends_with_it_however_it_ends() {
    let (ground, done) = Ground::set_up();
    let (ben, cleo) = (ground.member("ben", Role::Member), ground.member("cleo", Role::Member));
    ground
        .act(move |tx, _| {
            let room = add(tx, &done, ResourceInput { clear_minutes: Some(30), ..room() });
            let early = ask(tx, ben, &wish(room, "09:00", "11:00"), "08:30")?;
            let late = ask(tx, ben, &wish(room, "12:00", "13:00"), "08:31")?;
            assert_eq!(no(tx, |tx| ask(tx, cleo, &wish(room, "11:15", "11:45"), "08:32")).code(), "unbookable");
            assert_eq!(no(tx, |tx| ask(tx, cleo, &wish(room, "13:15", "14:00"), "08:33")).code(), "unbookable");
            check_in(tx, acting(ben), early.id, time("09:00"))?;
            check_out(tx, acting(ben), early.id, time("09:30"))?;
            cancel(tx, acting(ben), late.id, None, time("09:31"))?;
            ask(tx, cleo, &wish(room, "09:45", "10:15"), "09:32")?;
            ask(tx, cleo, &wish(room, "12:45", "13:15"), "09:33")?;
            Ok(())
        })
        .unwrap();
}
