//! Stories of people at the door: who has nothing, who has several things, and who leaves.

use super::elsewhere::{offered, receives};
use super::*;
use crate::coworking::booking::CheckedInBy;
use crate::coworking::id::{ArrivalId, SpaceId};
use crate::coworking::peer::Level;
use crate::coworking::resource::Audience;
use crate::coworking::rules::RulesInput;
use crate::coworking::template::{Size, items};
use crate::operations::testing::stranger;
use crate::store::page::Page;
use crate::store::{arrival, booking as rows, resource};

/// A member scans the code at the door.
fn scans(tx: &mut Tx<'_>, member: MemberId, space: SpaceId, now: &str) -> Result<Booking> {
    come(tx, acting(member), space, CheckedInBy::Code, time(now))
}

fn called(tx: &mut Tx<'_>, booking: &Booking) -> String {
    resource::by_id(tx, booking.resource).unwrap().unwrap().resource.name
}

/// A guest says at the door that they are there; what they are told, and with which booking they are let in.
fn arrives(tx: &mut Tx<'_>, guest: ActorId, space: SpaceId, number: u32, now: &str) -> (Option<BookingId>, String) {
    let uri = format!("https://pier.example/visits/{number}");
    let arriving = Arriving { uri, space, booking: None, until: None, code: None, hash: [2; 32] };
    let id: ArrivalId = receive_arrive(tx, guest, Level::Trusted, &arriving, time(now)).unwrap();
    let told = arrival::by_id(tx, id).unwrap().unwrap();
    (told.booking, told.words.unwrap_or_default())
}

#[test]
fn i34_who_has_booked_nothing_gets_a_desk_and_no_projector_until_the_desks_are_full() {
    let (ground, done) = Ground::set_up();
    let [ben, cleo] = ["ben", "cleo"].map(|name| ground.member(name, Role::Member));
    let hera = ground.member("hera", Role::Host);
    ground
        .act(move |tx, _| {
            for item in items(Size::Medium) {
                add(tx, &done, item.resource);
            }
            // However much a space has, its oldest pool is found.
            for number in 0..Page::LIMIT {
                add(tx, &done, ResourceInput { name: format!("Room {number}"), ..room() });
            }
            let gus = stranger(tx, "gus")?;
            let came = scans(tx, ben, done.space, "10:00")?;
            assert_eq!((called(tx, &came).as_str(), came.state), ("Desks", State::CheckedIn));
            let (booking, words) = arrives(tx, gus, done.space, 1, "10:00");
            let came = rows::by_id(tx, booking.expect(&words))?.unwrap();
            assert_eq!((called(tx, &came).as_str(), came.state), ("Desks", State::CheckedIn));

            let group = wish_of(came.resource, "10:00", "18:00", |input| {
                input.units = Some(38);
                input.guest = Some("A class".into());
            });
            let staff = Asking::here(tx, Acting::Member(hera, Role::Host), None, true)?;
            request(tx, &staff, &group, time("10:00"))?;
            let no = no(tx, |tx| scans(tx, cleo, done.space, "10:01")).to_string();
            assert!(no.contains("it is full: every place is taken"), "{no}");
            let mo = stranger(tx, "mo")?;
            let (booking, words) = arrives(tx, mo, done.space, 2, "10:01");
            assert!(booking.is_none() && words.contains("it is full: every place is taken"), "{words}");
            Ok(())
        })
        .unwrap();
}

#[test]
fn where_no_desk_is_free_for_all_a_fixed_one_is_given_and_that_it_is_full_is_said_before_other_rules() {
    let (ground, done) = Ground::set_up();
    let [ben, cleo, dora] = ["ben", "cleo", "dora"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, _| {
            let fixed = ResourceInput { kind: "desk".into(), name: "Fixed".into(), ..desks(2) };
            let fixed = add(tx, &done, fixed);
            assert_eq!(scans(tx, ben, done.space, "10:00")?.resource, fixed);
            let one = add(tx, &done, desks(1));
            let short = ResourceInput { name: "Window".into(), ..desks(4) };
            add(tx, &done, with_rules(short, r#"{"longest_minutes": 60}"#));
            assert_eq!(scans(tx, cleo, done.space, "10:00")?.resource, one);
            let no = no(tx, |tx| scans(tx, dora, done.space, "10:01")).to_string();
            assert!(no.contains("it is full") && !no.contains("longest"), "{no}");
            Ok(())
        })
        .unwrap();
}

#[test]
fn i33_i34_who_scans_the_door_is_there_for_all_that_is_theirs_and_leaves_all_of_it() {
    let (ground, done) = Ground::set_up();
    let ben = ground.member("ben", Role::Member);
    ground
        .act(move |tx, _| {
            let rules = || {
                let rules = RulesInput { release_minutes: Some(15), ..RulesInput::default() };
                Some([Audience::Resident, Audience::Guest].map(|who| (who, rules.clone())).into())
            };
            let pool = add(tx, &done, ResourceInput { rules: rules(), ..desks(4) });
            let attic = add(tx, &done, ResourceInput { rules: rules(), ..room() });
            let loft = add(tx, &done, ResourceInput { name: "Loft".into(), rules: rules(), ..room() });
            let gus = stranger(tx, "gus")?;
            let desk = ask(tx, ben, &wish(pool, "09:00", "17:00"), "08:30")?.id;
            let talk = ask(tx, ben, &wish(attic, "10:00", "11:00"), "08:30")?.id;
            let call = ask(tx, ben, &wish(loft, "15:00", "16:00"), "08:30")?.id;
            let guests = [wish(pool, "09:00", "17:00"), wish(loft, "10:00", "11:00")].map(|wish| {
                let uri = format!("https://pier.example/offers/{}", wish.resource);
                receives(tx, gus, Level::Trusted, &offered(uri, wish), time("08:30")).unwrap()
            });
            let state = |tx: &mut Tx<'_>, id| rows::by_id(tx, id).unwrap().unwrap().state;

            assert_eq!(scans(tx, ben, done.space, "09:00")?.id, desk);
            assert_eq!(scans(tx, ben, done.space, "09:30")?.id, desk, "a second scan is no second check-in");
            assert_eq!(scans(tx, ben, done.space, "10:00")?.id, talk, "the room has begun");
            assert_eq!(arrives(tx, gus, done.space, 1, "09:00").0, Some(guests[0]));
            assert_eq!(arrives(tx, gus, done.space, 2, "10:00").0, Some(guests[1]));
            tend(tx, time("10:16"), 100)?;
            for id in [desk, talk, guests[0], guests[1]] {
                assert_eq!(state(tx, id), State::CheckedIn);
            }
            // Gus names the room and keeps the desk.
            receive_leave(tx, gus, done.space, Some(guests[1]), time("10:20"))?;
            assert_eq!(guests.map(|id| state(tx, id)), [State::CheckedIn, State::Completed]);
            receive_leave(tx, gus, done.space, None, time("10:30"))?;
            assert_eq!(state(tx, guests[0]), State::Completed);

            go(tx, acting(ben), done.space, time("10:30"))?;
            assert_eq!(
                [desk, talk, call].map(|id| state(tx, id)),
                [State::Completed, State::Completed, State::Confirmed]
            );
            assert_eq!(no(tx, |tx| go(tx, acting(ben), done.space, time("10:31"))).code(), "not-found");

            // Once is enough for what begins together, also a little early.
            let again = ask(tx, ben, &wish(pool, "15:00", "17:00"), "14:00")?.id;
            assert_eq!(scans(tx, ben, done.space, "14:50")?.id, call);
            assert_eq!([call, again].map(|id| state(tx, id)), [State::CheckedIn; 2]);
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_room_that_others_have_until_it_begins_takes_nothing_from_who_is_in() {
    let (ground, done) = Ground::set_up();
    let [ben, cleo] = ["ben", "cleo"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, _| {
            let (pool, attic) = (add(tx, &done, desks(4)), add(tx, &done, room()));
            let before = ask(tx, cleo, &wish(attic, "09:00", "10:00"), "08:30")?.id;
            let talk = ask(tx, ben, &wish(attic, "10:00", "11:00"), "08:30")?.id;
            check_in(tx, acting(cleo), before, time("09:00"))?;
            assert_eq!(no(tx, |tx| scans(tx, ben, done.space, "09:50")).code(), "wrong-time", "and no desk instead");
            let desk = ask(tx, ben, &wish(pool, "09:00", "17:00"), "08:30")?.id;
            check_in(tx, acting(ben), desk, time("09:51"))?;
            assert_eq!(scans(tx, ben, done.space, "09:55")?.id, desk);
            assert_eq!(scans(tx, ben, done.space, "10:00")?.id, talk);
            Ok(())
        })
        .unwrap();
}
