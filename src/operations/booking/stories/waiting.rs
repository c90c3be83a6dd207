//! Stories of those who wait for what others have, at one space.

use super::*;
use crate::coworking::booking::Side;
use crate::coworking::id::{ActorId, BookingId, WaitId};
use crate::coworking::member::Role;
use crate::coworking::peer::{Host, Level};
use crate::coworking::resource::Audience;
use crate::coworking::waitlist::{State as Stands, Wanted};
use crate::operations::booking::waitlist::{Waiting, join, leave, place, view as look};
use crate::operations::{peer, testing};
use crate::store::booking as rows;
use crate::store::waitlist::{self, Wait};

/// So many units of it, at this time or for so many minutes in it.
pub(super) fn waiting(resource: ResourceId, from: &str, to: &str, minutes: Option<i64>, units: u32) -> Waiting {
    let wish = wish(resource, from, to).draft.wish;
    let length = minutes.map_or(wish.slot.elapsed(), SignedDuration::from_mins);
    let wanted = Wanted { length, units, ..Wanted::just(&wish) };
    Waiting { resource, any_of_kind: false, wanted, note: None, deadline: None }
}

pub(super) fn waits(tx: &mut Tx<'_>, member: MemberId, what: &Waiting, now: &str) -> Result<Wait> {
    let asking = Asking::here(tx, acting(member), None, false)?;
    join(tx, &asking, what, time(now))
}

/// What the job does.
pub(super) fn job(tx: &mut Tx<'_>, now: &str) -> Result<()> {
    while is_time_for_any(tx, time(now))? {
        tend(tx, time(now), 100)?;
    }
    Ok(())
}

/// What somebody got, and where it stands.
pub(super) fn got(tx: &mut Tx<'_>, wait: &Wait, now: &str) -> Option<(BookingId, State)> {
    let wait = waitlist::by_id(tx, wait.id).unwrap().unwrap();
    let booking = wait.booking.filter(|_| wait.state == Stands::Promoted)?;
    Some((booking, rows::by_id(tx, booking).unwrap().unwrap().state_at(time(now))))
}

fn places(tx: &mut Tx<'_>, all: &[&Wait], now: &str) -> Vec<Option<usize>> {
    let mut found = |id: WaitId| {
        let wait = waitlist::by_id(tx, id).unwrap().unwrap();
        place(tx, &wait, time(now)).unwrap()
    };
    all.iter().map(|wait| found(wait.id)).collect()
}

#[test]
fn i30_the_first_who_can_have_it_gets_it_and_the_next_when_they_let_it_go() {
    let (ground, done) = Ground::set_up();
    let [ben, cleo, dora, emil] = ["ben", "cleo", "dora", "emil"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, _| {
            let desks = add(tx, &done, with_rules(desks(3), r#"{"at_once": 9}"#));
            let two = wish_of(desks, "14:00", "16:00", |input| input.units = Some(2));
            ask(tx, ben, &two, "09:00")?;
            let last = ask(tx, ben, &wish(desks, "14:00", "16:00"), "09:00")?;
            let team = waits(tx, cleo, &waiting(desks, "14:00", "16:00", None, 2), "09:01")?;
            let dora = waits(tx, dora, &waiting(desks, "14:00", "16:00", None, 1), "09:02")?;
            let emil_waits = waits(tx, emil, &waiting(desks, "14:00", "16:00", None, 1), "09:03")?;
            assert_eq!(places(tx, &[&team, &dora, &emil_waits], "09:03"), [Some(1), Some(2), Some(3)]);
            job(tx, "09:04")?;
            assert_eq!(got(tx, &team, "09:04"), None);

            // One came free: the two who need two are passed over, and keep their place.
            cancel(tx, acting(ben), last.id, None, time("09:05"))?;
            job(tx, "09:05")?;
            let (held, state) = got(tx, &dora, "09:05").unwrap();
            assert_eq!(state, State::Held);
            assert_eq!(rows::by_id(tx, held)?.unwrap().expires_at, Some(time("09:20")), "it begins within a day");
            assert_eq!(places(tx, &[&team, &dora, &emil_waits], "09:05"), [Some(1), None, Some(2)]);
            // She lets it go; whoever comes next is told.
            job(tx, "09:19")?;
            assert_eq!(got(tx, &emil_waits, "09:19"), None);
            job(tx, "09:20")?;
            assert_eq!(got(tx, &dora, "09:20"), Some((held, State::Expired)));
            let (held, state) = got(tx, &emil_waits, "09:20").unwrap();
            assert_eq!(state, State::Held);
            assert_eq!(confirm(tx, acting(emil), held, time("09:30"))?.state, State::Confirmed);
            job(tx, "10:00")?;
            assert_eq!(places(tx, &[&team], "10:00"), [Some(1)]);
            // Nobody is told of a place when its time has come.
            cancel(tx, Acting::Keeper, held, Some("The heating is off"), time("14:00"))?;
            job(tx, "14:00")?;
            assert_eq!(look(tx, acting(cleo), team.id)?.state, Stands::Expired);
            let names: Vec<_> =
                crate::store::event::unpublished(tx, 100)?.iter().map(|fact| fact.event.name()).collect();
            let count = |name| names.iter().filter(|found| **found == name).count();
            assert_eq!([count("WaitlistJoined"), count("WaitlistPromoted"), count("WaitlistExpired")], [3, 2, 1]);
            Ok(())
        })
        .unwrap();
}

#[test]
fn i30_whoever_is_quick_does_not_get_past_those_who_wait() {
    let (ground, done) = Ground::set_up();
    let [ben, cleo, dora] = ["ben", "cleo", "dora"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, _| {
            let attic = add(tx, &done, room());
            let hour = wish(attic, "14:00", "15:00");
            let had = ask(tx, ben, &hour, "09:00")?;
            let first = waits(tx, cleo, &waiting(attic, "14:00", "15:00", None, 1), "09:00")?;
            cancel(tx, acting(ben), had.id, None, time("09:05"))?;
            // The job has not come by yet.
            let quick = no(tx, |tx| ask(tx, dora, &hour, "09:05"));
            assert_eq!(quick.code(), "unbookable");
            let early = ask(tx, dora, &wish(attic, "12:00", "13:00"), "09:05")?;
            let moved = no(tx, |tx| change(tx, acting(dora), early.id, &hour, time("09:05")));
            assert_eq!(moved.code(), "unbookable");
            let queued = waits(tx, dora, &waiting(attic, "14:00", "15:00", None, 1), "09:05")?;
            assert_eq!(got(tx, &first, "09:05").map(|(_, state)| state), Some(State::Held), "who joins serves it, too");

            // Whoever books what they wait for, and is first, has it; and waits no more.
            let (held, _) = got(tx, &first, "09:05").unwrap();
            cancel(tx, acting(cleo), held, None, time("09:06"))?;
            let own = ask(tx, dora, &hour, "09:06")?;
            assert_eq!(own.state, State::Confirmed);
            assert_eq!(look(tx, acting(dora), queued.id)?.state, Stands::Left);

            // A hold that has run out, and nobody has written down that it has.
            let hall = add(tx, &done, ResourceInput { name: "Hall".into(), ..room() });
            let kept = ask(tx, ben, &holding(wish(hall, "14:00", "15:00")), "10:00")?;
            let next = waits(tx, cleo, &waiting(hall, "14:00", "15:00", None, 1), "10:01")?;
            let late = no(tx, |tx| confirm(tx, acting(ben), kept.id, time("10:15")));
            assert_eq!(late.code(), "unbookable");
            job(tx, "10:15")?;
            assert!(got(tx, &next, "10:15").is_some());
            Ok(())
        })
        .unwrap();
}

#[test]
fn i31_what_is_freed_goes_to_who_waits_for_it_and_to_nobody_else() {
    let (ground, done) = Ground::set_up();
    let [ben, cleo, dora, emil] = ["ben", "cleo", "dora", "emil"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, _| {
            let rules = r#"{"at_once": 9, "release_minutes": 15}"#;
            let attic = add(tx, &done, with_rules(room(), rules));
            let all = ask(tx, ben, &wish(attic, "14:00", "17:00"), "09:00")?;
            let early = waits(tx, cleo, &waiting(attic, "14:00", "15:00", None, 1), "09:00")?;
            let late = waits(tx, dora, &waiting(attic, "16:00", "17:00", None, 1), "09:01")?;
            let any = waits(tx, emil, &waiting(attic, "14:00", "17:00", Some(60), 1), "09:02")?;
            // Shortened: only the end is free.
            change(tx, acting(ben), all.id, &wish(attic, "14:00", "15:30"), time("09:05"))?;
            job(tx, "09:05")?;
            assert_eq!(got(tx, &early, "09:05"), None);
            let (held, _) = got(tx, &late, "09:05").unwrap();
            confirm(tx, acting(dora), held, time("09:06"))?;
            // Half an hour is left, which is nobody's.
            assert_eq!(got(tx, &any, "09:06"), None);
            // Nobody comes: the rest is free from the moment on at which that is known.
            job(tx, "14:15")?;
            assert_eq!(state(tx, &all, "14:15"), State::NoShow);
            let (held, _) = got(tx, &any, "14:15").unwrap();
            let slot = rows::by_id(tx, held)?.unwrap().slot;
            assert_eq!(
                (slot.start(), slot.end()),
                (time("14:30"), time("15:30")),
                "the first time of the grid to come"
            );
            Ok(())
        })
        .unwrap();
}

#[test]
fn i30_more_of_it_and_others_of_its_kind_are_places_that_come_free() {
    let (ground, done) = Ground::set_up();
    let [ben, cleo, dora, emil] = ["ben", "cleo", "dora", "emil"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, _| {
            let at = time("09:05");
            let attic = add(tx, &done, room());
            ask(tx, ben, &wish(attic, "14:00", "15:00"), "09:00")?;
            let this_one = waits(tx, cleo, &waiting(attic, "14:00", "15:00", None, 1), "09:00")?;
            let any = Waiting { any_of_kind: true, ..waiting(attic, "14:00", "15:00", None, 1) };
            let any = waits(tx, dora, &any, "09:01")?;
            let loft = add(tx, &done, ResourceInput { name: "Loft".into(), ..room() });
            job(tx, "09:05")?;
            assert_eq!(got(tx, &this_one, "09:05"), None);
            let (held, _) = got(tx, &any, "09:05").unwrap();
            assert_eq!(rows::by_id(tx, held)?.unwrap().resource, loft);

            // A closure is taken back; there are more desks than before.
            let pool = add(tx, &done, desks(1));
            ask(tx, ben, &wish(pool, "14:00", "15:00"), "09:05")?;
            let more = waits(tx, emil, &waiting(pool, "14:00", "15:00", None, 1), "09:05")?;
            resources::edit(tx, Acting::Keeper, pool, &desks(2).parse()?, at)?;
            job(tx, "09:06")?;
            assert!(got(tx, &more, "09:06").is_some());
            Ok(())
        })
        .unwrap();
}

#[test]
fn nobody_waits_for_what_is_free_or_can_never_be_theirs() {
    let (ground, done) = Ground::set_up();
    let [ben, cleo] = ["ben", "cleo"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, _| {
            let attic = add(tx, &done, with_rules(room(), r#"{"at_once": 9, "longest_minutes": 120}"#));
            let free = no(tx, |tx| waits(tx, cleo, &waiting(attic, "14:00", "15:00", None, 1), "09:00"));
            assert_eq!((free.code(), free.field()), ("free", None));
            assert!(free.to_string().contains("Attic is free from 2027-01-15T14:00+01:00"), "{free}");
            ask(tx, ben, &wish(attic, "14:00", "16:00"), "09:00")?;
            let part = no(tx, |tx| waits(tx, cleo, &waiting(attic, "14:00", "17:00", Some(60), 1), "09:00"));
            assert_eq!(part.code(), "free", "the last hour is");
            let long = no(tx, |tx| waits(tx, cleo, &waiting(attic, "13:00", "16:00", None, 1), "09:00"));
            assert!(long.to_string().contains("the longest that passes is 2 hours"), "{long}");
            let many = no(tx, |tx| waits(tx, cleo, &waiting(attic, "14:00", "15:00", None, 2), "09:00"));
            assert_eq!(many.code(), "unbookable");
            let past = no(tx, |tx| waits(tx, cleo, &waiting(attic, "14:00", "15:00", None, 1), "14:00"));
            assert_eq!(past.code(), "in-the-past");

            let hour = waiting(attic, "14:00", "15:00", None, 1);
            let wait = waits(tx, cleo, &hour, "09:00")?;
            assert_eq!(waits(tx, cleo, &hour, "09:10")?, wait, "twice is once");
            for people in 2..6 {
                let more = Waiting { wanted: Wanted { people, ..hour.wanted }, ..hour.clone() };
                waits(tx, cleo, &more, "09:10")?;
            }
            let most = no(tx, |tx| waits(tx, cleo, &waiting(attic, "14:30", "15:30", None, 1), "09:10"));
            assert_eq!(most.to_string(), "places in line has 6 items; at most 5 pass");

            // It is theirs to give up, and the space's with a word; and nobody else's to see.
            assert_eq!(no(tx, |tx| leave(tx, acting(ben), wait.id, None, time("09:11"))).code(), "not-found");
            assert_eq!(no(tx, |tx| leave(tx, Acting::Keeper, wait.id, None, time("09:11"))).code(), "empty");
            assert_eq!(leave(tx, acting(cleo), wait.id, None, time("09:11"))?.state, Stands::Left);
            assert_eq!(leave(tx, acting(cleo), wait.id, None, time("09:12"))?.state, Stands::Left);
            Ok(())
        })
        .unwrap();
}

#[test]
fn i30_who_waits_from_elsewhere_has_said_yes_in_advance_and_may_think_again() {
    let (ground, done) = Ground::set_up();
    let ben = ground.member("ben", Role::Member);
    ground
        .act(move |tx, site| {
            peer::set_level(
                tx,
                site,
                Acting::Keeper,
                &Host::parse("pier.example")?,
                Level::Trusted,
                "",
                time("08:30"),
            )?;
            let rules = serde_json::from_str(r#"{"cancel_minutes": 10080, "at_once": 9}"#).unwrap();
            let rules: crate::coworking::rules::RulesInput = rules;
            let rules = [Audience::Resident, Audience::Guest].map(|audience| (audience, rules.clone()));
            let attic = add(tx, &done, ResourceInput { rules: Some(rules.into()), ..room() });
            let monday = wish_of(attic, "14:00", "15:00", |input| {
                (input.start, input.end) = ("2027-01-18T14:00".into(), "2027-01-18T15:00".into());
            });
            let had = ask(tx, ben, &monday, "09:00")?;
            let eva: ActorId = testing::stranger(tx, "eva")?;
            let offer = |number: u8, waits| Offered {
                uri: format!("https://pier.example/asked/{number}"),
                hash: [number; 32],
                deadline: Some(monday.draft.wish.slot.start()),
                waits,
                context: None,
                rules_version: None,
                request: monday.clone(),
                wrong: None,
            };
            let receive = |tx: &mut Tx<'_>, number, waits, now| {
                receive_offer(tx, eva, Level::Trusted, &offer(number, waits), time(now))
            };
            assert!(matches!(receive(tx, 1, false, "09:00")?, Received::Booking(_)), "who does not wait is refused");
            let Received::Waiting(wait) = receive(tx, 2, true, "09:01")? else { panic!("she waits") };
            assert_eq!(receive(tx, 2, true, "09:02")?, Received::Waiting(wait), "once is enough");
            let other = Offered { hash: [9; 32], ..offer(2, true) };
            assert_eq!(no(tx, |tx| receive_offer(tx, eva, Level::Trusted, &other, time("09:02"))).code(), "taken");
            let Received::Waiting(gone) = receive(tx, 3, true, "09:03")? else { panic!("she waits") };
            receive_undo(tx, eva, "https://pier.example/asked/3", time("09:04"))?;
            assert_eq!(look(tx, Acting::Keeper, gone)?.state, Stands::Left);

            cancel(tx, acting(ben), had.id, None, time("09:10"))?;
            job(tx, "09:10")?;
            let wait = look(tx, Acting::Keeper, wait)?;
            let (booking, state) = got(tx, &wait, "09:10").unwrap();
            assert_eq!((state, wait.promised_until), (State::Confirmed, Some(time("11:10"))));
            assert_eq!(receive(tx, 2, true, "09:11")?, Received::Booking(booking), "asked again, it is the booking");
            // It was hers without her knowing when: until the promise ends she gives it back without being late.
            receive_undo(tx, eva, "https://pier.example/asked/2", time("11:10"))?;
            let back = rows::by_id(tx, booking)?.unwrap();
            assert_eq!((back.state, back.late, back.cancelled_by), (State::Cancelled, false, Some(Side::Guest)));

            // Whoever is not welcome any more gets nothing by having waited.
            let had = ask(tx, ben, &wish(attic, "15:00", "16:00"), "11:30")?;
            let next = Offered { request: wish(attic, "15:00", "16:00"), ..offer(5, true) };
            let Received::Waiting(next) = receive_offer(tx, eva, Level::Trusted, &next, time("11:30"))? else {
                panic!("she waits")
            };
            peer::set_level(
                tx,
                site,
                Acting::Keeper,
                &Host::parse("pier.example")?,
                Level::Limited,
                "",
                time("11:31"),
            )?;
            cancel(tx, acting(ben), had.id, None, time("11:32"))?;
            job(tx, "11:32")?;
            assert_eq!(look(tx, Acting::Keeper, next)?.state, Stands::Waiting);
            Ok(())
        })
        .unwrap();
}
