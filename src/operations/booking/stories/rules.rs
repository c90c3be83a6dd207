//! Units, parts, and those who may pass over rules.

use super::*;
use crate::coworking::hours::HoursInput;
use crate::coworking::id::ActorId;
use crate::coworking::member::Role;
use crate::coworking::peer::Level;
use crate::coworking::resource::Audience;
use crate::coworking::slot::Slot;
use crate::coworking::space::NewSpace;
use crate::operations::resource::NewClosure;
use crate::operations::testing::stranger;
use crate::store::booking as rows;
use crate::store::page::Page;

#[test]
fn i14_who_chose_a_desk_keeps_it_and_the_others_are_moved_before_anybody_is_refused() {
    let (ground, done) = Ground::set_up();
    let people = ["ben", "cleo", "dora", "eve"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, _| {
            let pool = add(tx, &done, desks(2));
            let [ben, cleo, dora, eve] = people;
            let chosen = |number| move |input: &mut BookingInput| input.unit = Some(number);
            let loose = ask(tx, ben, &wish(pool, "09:30", "10:30"), "09:00")?;
            ask(tx, cleo, &wish_of(pool, "10:30", "11:30", chosen(2)), "09:00")?;
            let given = |tx: &mut Tx<'_>, booking: &Booking| rows::takes(tx, booking.id).unwrap().remove(0).1.given;
            assert_eq!(given(tx, &loose), [0]);
            // Only desk 1 is free all day, if the one who did not choose moves to the other.
            let long = ask(tx, dora, &wish(pool, "09:30", "11:30"), "09:00")?;
            assert_eq!((given(tx, &loose), given(tx, &long)), (vec![1], vec![0]));
            let refusal = no(tx, |tx| ask(tx, eve, &wish_of(pool, "10:00", "11:00", chosen(1)), "09:00"));
            assert!(
                refusal.to_string().contains("it is taken at that time") || refusal.to_string().contains("number 1")
            );
            // Whoever sits there stays: nobody moves who is checked in.
            let sits = check_in(tx, acting(ben), loose.id, time("09:30"))?;
            assert_eq!(sits.unit, Some(1));
            Ok(())
        })
        .unwrap();
}

#[test]
fn i15_i18_a_hall_takes_both_of_its_rooms_and_several_things_are_had_together_or_not_at_all() {
    let (ground, done) = Ground::set_up();
    let [ben, cleo] = ["ben", "cleo"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, _| {
            let named = |name: &str| ResourceInput { name: name.into(), ..room() };
            let (left, right) = (add(tx, &done, named("Left")), add(tx, &done, named("Right")));
            let hall = add(tx, &done, ResourceInput { parts: vec![left, right], seats: Some(16), ..named("Hall") });
            let right_taken = ask(tx, ben, &wish(right, "10:00", "11:00"), "09:00")?;
            assert_eq!(no(tx, |tx| ask(tx, cleo, &wish(hall, "10:30", "11:30"), "09:00")).code(), "unbookable");
            ask(tx, cleo, &wish(hall, "11:00", "12:00"), "09:00")?;
            for part in [left, right] {
                assert_eq!(no(tx, |tx| ask(tx, ben, &wish(part, "11:30", "12:30"), "09:00")).code(), "unbookable");
            }
            assert_eq!(no(tx, |tx| resources::retire(tx, Acting::Keeper, left, time("09:00"))).code(), "wrong-state");
            assert!(
                no(tx, |tx| resources::edit(
                    tx,
                    Acting::Keeper,
                    left,
                    &ResourceInput { parts: vec![right], ..named("Left") }.parse()?,
                    time("09:00")
                ))
                .to_string()
                .contains("parts")
            );

            let beamer = add(tx, &done, ResourceInput { kind: "equipment".into(), ..named("Beamer") });
            let both = [wish(beamer, "10:00", "11:00"), wish(left, "10:00", "11:00")];
            let clash = [wish(beamer, "10:00", "11:00"), wish(right, "10:00", "11:00")];
            let asking = Asking::here(tx, acting(cleo), None, false)?;
            assert_eq!(no(tx, |tx| request_all(tx, &asking, &clash, time("09:00"))).code(), "unbookable");
            let had = request_all(tx, &asking, &both, time("09:00"))?;
            assert_eq!(had.iter().map(|booking| booking.resource).collect::<Vec<_>>(), [beamer, left]);
            let window = Slot::new(time("09:00"), time("13:00"))?;
            let free = availability(tx, hall, Audience::Resident, window, time("09:00"))?;
            assert_eq!(free.busy, [(Slot::new(time("10:00"), time("12:00"))?, 1)]);
            cancel(tx, acting(ben), right_taken.id, None, time("09:01"))?;
            let free = availability(tx, right, Audience::Resident, window, time("09:01"))?;
            assert_eq!(free.busy, [(Slot::new(time("11:00"), time("12:00"))?, 1)]);
            assert_eq!(free.bookable, [window]);
            Ok(())
        })
        .unwrap();
}

#[test]
fn i20_a_hall_keeps_the_gaps_of_its_rooms_and_what_is_shown_as_free_can_be_had() {
    let (ground, done) = Ground::set_up();
    let [ben, cleo] = ["ben", "cleo"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, _| {
            let named = |name: &str| with_rules(ResourceInput { name: name.into(), ..room() }, r#"{"at_once": 5}"#);
            let left = add(tx, &done, ResourceInput { clear_minutes: Some(60), ..named("Left") });
            let right = add(tx, &done, ResourceInput { ready_minutes: Some(30), ..named("Right") });
            let hall = ResourceInput { parts: vec![left, right], seats: Some(16), ..named("Hall") };
            let cleaned = ResourceInput { clear_minutes: Some(60), ..hall.clone() };
            assert!(cleaned.parse().unwrap_err().to_string().contains("each of its parts keeps its own"));
            let hall = add(tx, &done, hall);
            ask(tx, ben, &wish(hall, "12:00", "13:00"), "09:00")?;
            let window = Slot::new(time("09:00"), time("18:00"))?;
            for (what, before, after) in [(hall, "11:00", "14:00"), (left, "11:00", "14:00"), (right, "11:30", "13:30")]
            {
                let free = availability(tx, what, Audience::Resident, window, time("09:00"))?;
                assert_eq!(free.busy, [(Slot::new(time(before), time(after))?, 1)]);
                for (from, to) in [("12:45", after), (before, "12:15"), ("13:15", "13:30"), ("11:30", "11:45")] {
                    let refusal = no(tx, |tx| ask(tx, cleo, &wish(what, from, to), "09:01"));
                    assert_eq!(refusal.code(), "unbookable", "{from} to {to}");
                }
                for (from, to) in [("10:00", before), (after, "15:00")] {
                    let had = ask(tx, cleo, &wish(what, from, to), "09:02")?;
                    cancel(tx, acting(cleo), had.id, None, time("09:03"))?;
                }
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn what_is_named_is_free_also_when_it_has_to_be_asked_for_weeks_before() {
    let (ground, done) = Ground::set_up();
    let [ben, cleo] = ["ben", "cleo"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, _| {
            let rules = r#"{"notice_minutes": 28800, "at_once": 5}"#;
            let attic = add(tx, &done, with_rules(room(), rules));
            let first = |input: &mut BookingInput| {
                (input.start, input.end) = ("2027-02-04T09:00".into(), "2027-02-04T18:00".into());
            };
            ask(tx, cleo, &wish_of(attic, "09:00", "10:00", first), "09:00")?;
            let Refusal::Unbookable(no) = no(tx, |tx| ask(tx, ben, &wish(attic, "10:00", "11:00"), "09:00")) else {
                panic!("it is too late for that")
            };
            assert_eq!(no.zone.shown(no.alternatives[0].start()), "2027-02-05T09:00+01:00");
            Ok(())
        })
        .unwrap();
}

#[test]
fn i29_whoever_waits_for_a_whole_or_a_part_of_it_hears_a_no_when_the_other_is_given() {
    let (ground, done) = Ground::set_up();
    let [ben, cleo, dora] = ["ben", "cleo", "dora"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, _| {
            let open = |name: &str| {
                let input = ResourceInput { name: name.into(), ..room() };
                with_rules(input, r#"{"approval": "open", "at_once": 5, "grid_minutes": 5}"#)
            };
            let part = |name: &str| ResourceInput { clear_minutes: Some(15), ..open(name) };
            let (left, right) = (add(tx, &done, part("Left")), add(tx, &done, part("Right")));
            let hall = add(tx, &done, ResourceInput { parts: vec![left, right], seats: Some(16), ..open("Hall") });
            let in_left = ask(tx, ben, &wish(left, "10:00", "11:00"), "09:00")?;
            let in_right = ask(tx, ben, &wish(right, "12:10", "13:00"), "09:00")?;
            let next = ask(tx, ben, &wish(right, "12:15", "13:00"), "09:00")?;
            let in_hall = ask(tx, cleo, &wish(hall, "10:30", "12:00"), "09:01")?;
            let evening = ask(tx, dora, &wish(hall, "15:00", "17:00"), "09:02")?;
            approve(tx, Acting::Keeper, in_hall.id, None, time("09:10"))?;
            for (other, stands) in [
                (&in_left, State::Refused),
                (&in_right, State::Refused),
                (&next, State::Requested),
                (&evening, State::Requested),
            ] {
                assert_eq!(state(tx, other, "09:10"), stands, "{}", other.slot.start());
            }
            let in_left = ask(tx, ben, &wish(left, "16:00", "18:00"), "09:11")?;
            approve(tx, Acting::Keeper, in_left.id, None, time("09:12"))?;
            assert_eq!(state(tx, &evening, "09:12"), State::Refused);
            assert_eq!(state(tx, &next, "09:12"), State::Requested, "the other room");
            Ok(())
        })
        .unwrap();
}

#[test]
fn i28_nobody_holds_more_than_they_can_use_and_no_server_starves_the_others() {
    let (ground, done) = Ground::set_up();
    let ben = ground.member("ben", Role::Member);
    ground
        .act(move |tx, _| {
            let rules = r#"{"at_once": 50}"#;
            let pool = add(tx, &done, ResourceInput { rules: None, ..with_rules(desks(100), rules) });
            let everybody = |input: ResourceInput| {
                let rules: crate::coworking::rules::RulesInput = serde_json::from_str(rules).unwrap();
                let rules = [Audience::Resident, Audience::Guest].map(|audience| (audience, rules.clone()));
                ResourceInput { rules: Some(rules.into()), ..input }
            };
            resources::edit(tx, Acting::Keeper, pool, &everybody(desks(100)).parse()?, time("08:01"))?;
            let hold = holding(wish(pool, "10:00", "11:00"));
            ask(tx, ben, &hold, "09:00")?;
            ask(tx, ben, &hold, "09:01")?;
            assert_eq!(no(tx, |tx| ask(tx, ben, &hold, "09:02")).to_string(), "holds has 3 items; at most 2 pass");
            ask(tx, ben, &hold, "09:10")?;

            let mut had = 0;
            for number in 0..15_u8 {
                let guest = stranger(tx, &format!("guest{number}"))?;
                for offer in 0..2_u8 {
                    let uri = format!("https://pier.example/offers/{number}-{offer}");
                    let asking = Asking::elsewhere(guest, Level::Trusted, uri, [number; 32])?;
                    match tx.savepoint(|tx| request(tx, &asking, &hold, time("09:15"))) {
                        Ok(held) => {
                            assert_eq!(held.expires_at, Some(time("09:45")));
                            had += 1;
                        }
                        Err(error) => assert!(error.to_string().starts_with("holds of your server has 21"), "{error}"),
                    }
                }
            }
            assert_eq!(had, 20);
            let small = add(tx, &done, everybody(desks(10)));
            let four =
                holding(wish_of(small, "10:00", "11:00", |input| (input.units, input.people) = (Some(4), Some(4))));
            assert_eq!(
                no(tx, |tx| ask(tx, ben, &four, "09:30")).to_string(),
                "held units at that time has 4 items; at most 3 pass"
            );
            let stranger = stranger(tx, "far")?;
            let limited = Asking::elsewhere(stranger, Level::Limited, "https://pier.example/offers/x".into(), [0; 32]);
            assert_eq!(crate::operations::testing::refused(limited).code(), "not-permitted");
            let known = Asking::elsewhere(stranger, Level::Known, "https://pier.example/offers/x".into(), [0; 32])?;
            let outside = no(tx, |tx| request(tx, &known, &hold, time("09:15")));
            assert!(outside.to_string().contains("it is not for people from outside"), "{outside}");
            Ok(())
        })
        .unwrap();
}

#[test]
fn i28_the_people_of_one_server_have_no_more_of_a_pool_than_its_share_and_members_find_a_place() {
    let (ground, done) = Ground::set_up();
    let ben = ground.member("ben", Role::Member);
    ground
        .act(move |tx, _| {
            let shared = |units: u32, guests: &str| {
                let rules = [(Audience::Resident, "{}"), (Audience::Guest, guests)]
                    .map(|(audience, rules)| (audience, serde_json::from_str(rules).unwrap()));
                ResourceInput { rules: Some(rules.into()), ..desks(units) }
            };
            let half = add(tx, &done, shared(5, "{}"));
            let fifth = add(tx, &done, shared(10, r#"{"peer_percent": 20}"#));
            let one = add(tx, &done, shared(1, r#"{"peer_percent": 20}"#));
            let mut offers = 0;
            let mut asks = |tx: &mut Tx<'_>, wish: &Request| {
                offers += 1;
                let guest = stranger(tx, &format!("guest{offers}"))?;
                let uri = format!("https://pier.example/offers/{offers}");
                request(tx, &Asking::elsewhere(guest, Level::Trusted, uri, [0; 32])?, wish, time("09:00"))
            };
            for (pool, of, most) in [(half, 5, 2), (fifth, 10, 2), (one, 1, 1)] {
                let wish = wish(pool, "10:00", "11:00");
                for _ in 0..most {
                    assert_eq!(asks(tx, &wish)?.state, State::Confirmed);
                }
                let refusal = no(tx, |tx| asks(tx, &wish)).to_string();
                let words =
                    format!("your server has {most} of {of} at that time already and wants 1; {most} at the most pass");
                assert!(refusal.contains(&words), "{refusal}");
                assert!(refusal.contains("2027-01-15T11:00+01:00 to 2027-01-15T12:00+01:00"), "{refusal}");
            }
            let three = wish_of(fifth, "14:00", "15:00", |input| (input.units, input.people) = (Some(3), Some(3)));
            assert!(no(tx, |tx| asks(tx, &three)).to_string().contains("has 0 of 10 at that time already and wants 3"));
            assert_eq!(ask(tx, ben, &wish(half, "10:00", "11:00"), "09:00")?.state, State::Confirmed);
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_booking_that_moves_goes_to_the_other_space_and_never_past_those_who_approve() {
    let (ground, done) = Ground::set_up();
    let ben = ground.member("ben", Role::Member);
    ground
        .act(move |tx, site| {
            let attic = add(tx, &done, room());
            let hall = ResourceInput { kind: "event_room".into(), name: "Hall".into(), ..Default::default() };
            let hall = add(tx, &done, hall);
            let booked = ask(tx, ben, &wish(attic, "10:00", "11:00"), "09:00")?;
            let held = ask(tx, ben, &holding(wish(attic, "12:00", "13:00")), "09:00")?;
            let to_the_hall = wish(hall, "14:00", "15:00");
            for booking in [&booked, &held] {
                let refusal = no(tx, |tx| change(tx, acting(ben), booking.id, &to_the_hall, time("09:01")));
                assert_eq!(refusal.to_string(), "only those who approve it may move a booking there");
            }
            let asked = ask(tx, ben, &to_the_hall, "09:00")?;
            let later = change(tx, acting(ben), asked.id, &wish(hall, "16:00", "17:00"), time("09:01"))?;
            assert_eq!(later.state, State::Requested, "who waits can wait for another time");
            assert_eq!(change(tx, Acting::Keeper, held.id, &to_the_hall, time("09:01"))?.resource, hall);

            let pier = NewSpace::parse("pier", "The Pier", "Europe/Amsterdam")?;
            let pier = crate::operations::space::found(tx, site, Acting::Keeper, &pier, None, time("08:00"))?;
            let loft = resources::add(tx, Acting::Keeper, pier, &room().parse()?, time("08:00"))?;
            change(tx, acting(ben), booked.id, &wish(loft, "10:00", "11:00"), time("09:01"))?;
            assert_eq!(view(tx, acting(ben), booked.id)?.space, pier);
            let day = Slot::new(time("08:00"), time("20:00"))?;
            let there = rows::list(tx, rows::Of::Space(pier), day, Page::default())?;
            assert_eq!(there.items.iter().map(|booking| booking.id).collect::<Vec<_>>(), [booked.id]);
            Ok(())
        })
        .unwrap();
}

#[test]
fn staff_pass_over_rules_with_a_reason_and_never_over_what_others_have() {
    let (ground, done) = Ground::set_up();
    let [ben, cleo] = ["ben", "cleo"].map(|name| ground.member(name, Role::Member));
    let hugo = ground.member("hugo", Role::Host);
    ground
        .act(move |tx, _| {
            let host = Acting::Member(hugo, Role::Host);
            let attic = add(tx, &done, room());
            let evening =
                |reason: Option<&str>| Request { reason: reason.map(str::to_owned), ..wish(attic, "20:00", "21:00") };
            assert_eq!(no(tx, |tx| ask(tx, ben, &evening(Some("I want to")), "09:00")).code(), "not-permitted");
            assert_eq!(no(tx, |tx| Asking::here(tx, acting(cleo), Some(ben.into()), false)).code(), "not-permitted");
            let asking = Asking::here(tx, host, Some(ben.into()), false)?;
            assert_eq!(no(tx, |tx| request(tx, &asking, &evening(None), time("09:00"))).code(), "unbookable");
            assert_eq!(no(tx, |tx| request(tx, &asking, &evening(Some(" ")), time("09:00"))).code(), "empty");
            let booked = request(tx, &asking, &evening(Some("Choir")), time("09:00"))?;
            assert_eq!(booked.override_reason.as_deref(), Some("Choir"));
            assert_eq!((booked.requester, booked.booked_by), (ben.into(), Some(ActorId::from(hugo))));
            let again = no(tx, |tx| request(tx, &asking, &evening(Some("Choir, too")), time("09:00")));
            assert!(again.to_string().contains("it is taken at that time"), "{again}");
            Ok(())
        })
        .unwrap();
}

#[test]
fn i11_i17_i20_what_changes_later_takes_nothing_from_anybody_and_says_whom_it_hits() {
    let (ground, done) = Ground::set_up();
    let people = ["ben", "cleo", "dora"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, _| {
            let cleaned = |minutes: u32| ResourceInput { clear_minutes: Some(minutes), ..desks(3) };
            let pool = add(tx, &done, cleaned(30));
            let [ben, cleo, dora] = people;
            let mut had = Vec::new();
            for person in [ben, cleo, dora] {
                had.push(ask(tx, person, &wish(pool, "10:00", "11:00"), "09:00")?.id);
            }
            assert_eq!(no(tx, |tx| ask(tx, ben, &wish(pool, "11:15", "12:00"), "09:00")).code(), "unbookable");
            // Less cleaning: what is booked keeps others out for no longer.
            assert_eq!(resources::edit(tx, Acting::Keeper, pool, &cleaned(15).parse()?, time("09:01"))?, []);
            had.push(ask(tx, ben, &wish(pool, "11:15", "12:00"), "09:02")?.id);
            // Fewer desks than are booked at ten: the newest first.
            let fewer = ResourceInput { units: Some(2), ..cleaned(15) };
            let hit = resources::edit(tx, Acting::Keeper, pool, &fewer.parse()?, time("09:03"))?;
            assert_eq!(hit, [had[2], had[1], had[0]]);
            assert_eq!(view(tx, acting(dora), had[2])?.state, State::Confirmed);
            ask(tx, cleo, &wish(pool, "11:15", "12:00"), "09:04")?;
            assert_eq!(no(tx, |tx| ask(tx, dora, &wish(pool, "11:15", "12:00"), "09:04")).code(), "unbookable");

            let closure = NewClosure {
                space: done.space,
                resource: None,
                slot: Slot::new(time("11:30"), time("18:00"))?,
                audiences: vec![Audience::Resident],
                reason: "The floor is sanded.".into(),
            };
            assert_eq!(no(tx, |tx| resources::close(tx, acting(ben), &closure, time("09:05"))).code(), "not-permitted");
            let (id, hit) = resources::close(tx, Acting::Keeper, &closure, time("09:05"))?;
            assert_eq!(hit.len(), 2);
            let refusal = no(tx, |tx| ask(tx, dora, &wish(pool, "14:00", "15:00"), "09:06"));
            assert!(
                refusal.to_string().contains("closed until 2027-01-15T18:00+01:00: The floor is sanded."),
                "{refusal}"
            );
            resources::open(tx, Acting::Keeper, id)?;
            ask(tx, dora, &wish(pool, "14:00", "15:00"), "09:06")?;
            resources::retire(tx, Acting::Keeper, pool, time("09:07"))?;
            assert_eq!(no(tx, |tx| ask(tx, dora, &wish(pool, "15:00", "16:00"), "09:08")).code(), "gone");
            Ok(())
        })
        .unwrap();
}

#[test]
fn i18_a_change_hits_what_is_booked_of_the_whole_or_of_its_parts_and_nothing_beside() {
    let (ground, done) = Ground::set_up();
    let [ben, cleo, dora] = ["ben", "cleo", "dora"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, _| {
            let named = |name: &str| with_rules(ResourceInput { name: name.into(), ..room() }, r#"{"at_once": 5}"#);
            let (left, right) = (add(tx, &done, named("Left")), add(tx, &done, named("Right")));
            let fridays = |range: &str| HoursInput { friday: vec![range.into()], ..HoursInput::default() };
            let hall = |hours: Option<HoursInput>| ResourceInput {
                parts: vec![left, right],
                seats: Some(16),
                hours,
                ..named("Hall")
            };
            let whole = add(tx, &done, hall(None));
            let part = ask(tx, ben, &wish(left, "16:00", "17:00"), "09:00")?;
            let all = ask(tx, cleo, &wish(whole, "10:00", "12:00"), "09:00")?;
            let late = ask(tx, cleo, &wish(whole, "14:00", "15:00"), "09:00")?;
            let mornings = hall(Some(fridays("09:00-13:00"))).parse()?;
            let hit = resources::edit(tx, Acting::Keeper, whole, &mornings, time("09:01"))?;
            assert_eq!(hit, [late.id], "the hours of the hall are not those of its rooms");
            let afternoons = ResourceInput { hours: Some(fridays("13:00-16:30")), ..named("Left") };
            let hit = resources::edit(tx, Acting::Keeper, left, &afternoons.parse()?, time("09:01"))?;
            assert_eq!(hit, [part.id], "the hall goes by its own hours");

            let mut closes = |resource| {
                let (space, slot) = (done.space, Slot::new(time("09:00"), time("18:00"))?);
                let reason = "A pipe burst.".to_owned();
                let closure = NewClosure { space, resource: Some(resource), slot, audiences: Vec::new(), reason };
                let (id, hit) = resources::close(tx, Acting::Keeper, &closure, time("09:05"))?;
                resources::open(tx, Acting::Keeper, id)?;
                Ok::<_, crate::operations::Error>(hit)
            };
            assert_eq!(closes(left)?, [all.id, late.id, part.id]);
            assert_eq!(closes(right)?, [all.id, late.id]);
            assert_eq!(closes(whole)?, [all.id, late.id]);
            ask(tx, dora, &wish(left, "13:00", "14:00"), "09:06")?;
            Ok(())
        })
        .unwrap();
}

#[test]
fn what_is_booked_as_it_is_made_keeps_its_parts_and_what_is_given_back_late_counts_as_had() {
    let (ground, done) = Ground::set_up();
    let [ben, cleo] = ["ben", "cleo"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, _| {
            let named = |name: &str| ResourceInput { name: name.into(), ..room() };
            let (left, right) = (add(tx, &done, named("Left")), add(tx, &done, named("Right")));
            let of = |parts: Vec<ResourceId>| ResourceInput { parts, ..named("Hall") }.parse().unwrap();
            let hall = resources::add(tx, Acting::Keeper, done.space, &of(vec![left, right]), time("08:00"))?;
            let booked = ask(tx, ben, &wish(hall, "10:00", "12:00"), "09:00")?;
            let apart = |tx: &mut Tx<'_>| resources::edit(tx, Acting::Keeper, hall, &of(vec![left]), time("09:01"));
            assert_eq!(no(tx, apart).code(), "wrong-state");
            cancel(tx, acting(ben), booked.id, None, time("09:02"))?;
            apart(tx)?;

            let rules = r#"{"cancel_minutes": 60, "quota": {"minutes": 120, "per": "day"}}"#;
            let attic = add(tx, &done, with_rules(room(), rules));
            let booked = ask(tx, cleo, &wish(attic, "10:00", "12:00"), "09:00")?;
            // Moved to the evening within the notice, and then given back: it is as late as it was.
            change(tx, acting(cleo), booked.id, &wish(attic, "16:00", "18:00"), time("09:30"))?;
            assert!(cancel(tx, acting(cleo), booked.id, None, time("09:31"))?.late);
            let refusal = no(tx, |tx| ask(tx, cleo, &wish(attic, "13:00", "14:00"), "09:32"));
            assert!(refusal.to_string().contains("you have 2 hours in that day already"), "{refusal}");
            let begun = ask(tx, ben, &wish(attic, "10:00", "11:00"), "09:00")?;
            assert_eq!(
                no(tx, |tx| change(tx, acting(ben), begun.id, &wish(attic, "13:00", "14:00"), time("10:00"))).code(),
                "wrong-state"
            );
            Ok(())
        })
        .unwrap();
}
