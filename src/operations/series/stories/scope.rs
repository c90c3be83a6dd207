//! This one, this and later ones, all: what each act is about, and what it leaves alone.

use super::*;
use crate::coworking::booking::Request;
use crate::coworking::event::Event;
use crate::coworking::member::Role;
use crate::operations::booking as bookings;
use crate::store::booking::Booking;

const TUESDAYS: &str = "FREQ=WEEKLY;BYDAY=TU;COUNT=6";

/// The one that was to start then.
fn one(tx: &mut Tx<'_>, id: SeriesId, original: &str) -> Booking {
    let all = booking::of_series(tx, id).unwrap();
    all.into_iter().find(|booking| booking.part.unwrap().original == wall(original)).unwrap()
}

#[test]
fn i21_what_was_deleted_stays_deleted_and_what_was_moved_stays_where_it_is() {
    let (ground, done) = Ground::set_up();
    let ben = ground.member("ben", Role::Member);
    ground
        .act(move |tx, _| {
            let attic = room(tx, &done, "{}");
            let id = book(tx, ben, attic, &pattern("2027-01-19T10:00", "2027-01-19T11:00", TUESDAYS))?.kept.id;
            // By the booking itself, as anybody does who knows of no series.
            let second = one(tx, id, "2027-01-26T10:00");
            bookings::cancel(tx, acting(ben), second.id, None, friday())?;
            let fourth = one(tx, id, "2027-02-09T10:00");
            let elsewhen = pattern("2027-02-10T14:00", "2027-02-10T15:00", "FREQ=DAILY;COUNT=1");
            let slot = elsewhen.series.occurrences()?.occurrences[0];
            let slot = crate::coworking::slot::Slot::new(slot.start, slot.end)?;
            let wish = Request { resource: attic, draft: elsewhen.draft(slot), hold: false, reason: None };
            bookings::change(tx, acting(ben), fourth.id, &wish, friday())?;

            // All of them half an hour later: the keys go with it.
            let later = to(Scope::All, "2027-01-19T10:00", "2027-01-19T10:30", "2027-01-19T11:30");
            let edited = edit(tx, acting(ben), id, &later, None, friday())?;
            assert_eq!((edited.kept.id, edited.changed.len(), edited.before), (id, 4, None));
            let expected = ["01-19 10:30", "02-02 10:30", "02-10 14:00", "02-16 10:30", "02-23 10:30"];
            assert_eq!(shown(tx, id), expected);
            let series = edited.kept.series;
            assert_eq!(series.exdates.into_iter().collect::<Vec<_>>(), [wall("2027-01-26T10:30")]);
            assert_eq!(series.overrides.into_keys().collect::<Vec<_>>(), [wall("2027-02-09T10:30")]);
            assert_eq!(one(tx, id, "2027-02-09T10:30").id, fourth.id);

            // Moved back by itself to when it was to be: it is one of them again.
            let back = to(Scope::This, "2027-02-09T10:30", "2027-02-09T10:30", "2027-02-09T11:30");
            assert!(edit(tx, acting(ben), id, &back, None, friday())?.kept.series.overrides.is_empty());
            let wednesdays = to(Scope::All, "2027-02-16T10:30", "2027-02-17T09:00", "2027-02-17T12:00");
            let edited = edit(tx, acting(ben), id, &wednesdays, None, friday())?;
            assert_eq!(edited.kept.series.rule.to_string(), "FREQ=WEEKLY;BYDAY=WE;COUNT=6");
            let expected = ["01-20 09:00", "02-03 09:00", "02-10 09:00", "02-17 09:00", "02-24 09:00"];
            assert_eq!(shown(tx, id), expected);
            let gone = to(Scope::This, "2027-01-27T09:00", "2027-01-27T09:00", "2027-01-27T12:00");
            assert_eq!(no(tx, |tx| edit(tx, acting(ben), id, &gone, None, friday())).code(), "not-found");
            Ok(())
        })
        .unwrap();
    // Each of them tells what became of it, and nobody is told of the series.
    let events = ground.events();
    let count = |wanted: fn(&Event) -> bool| events.iter().filter(|fact| wanted(&fact.event)).count();
    assert_eq!(count(|event| matches!(event, Event::BookingConfirmed { .. })), 6);
    assert_eq!(count(|event| matches!(event, Event::BookingChanged { .. })), 1 + 4 + 1 + 5);
    assert_eq!(count(|event| matches!(event, Event::BookingCancelled { .. })), 1);
}

#[test]
fn i21_this_and_later_ones_become_a_series_of_their_own_and_are_taken_back_alone() {
    let (ground, done) = Ground::set_up();
    let [ben, cleo] = ["ben", "cleo"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, _| {
            let attic = room(tx, &done, "{}");
            let head = book(tx, ben, attic, &pattern("2027-01-19T10:00", "2027-01-19T11:00", TUESDAYS))?.kept.id;
            let skipped = one(tx, head, "2027-02-16T10:00");
            bookings::cancel(tx, acting(ben), skipped.id, None, friday())?;
            let third = to(Scope::Later, "2027-02-02T10:00", "2027-02-03T09:00", "2027-02-03T10:30");
            assert_eq!(no(tx, |tx| edit(tx, acting(cleo), head, &third, None, friday())).code(), "not-found");
            let edited = edit(tx, acting(ben), head, &third, None, friday())?;
            let tail = edited.kept.id;
            assert_eq!((edited.before.unwrap().id, edited.kept.split_from, tail != head), (head, Some(head), true));
            assert_eq!(shown(tx, head), ["01-19 10:00", "01-26 10:00"]);
            assert_eq!(shown(tx, tail), ["02-03 09:00", "02-10 09:00", "02-24 09:00"]);
            assert_eq!(one(tx, tail, "2027-02-17T09:00").id, skipped.id, "its grave goes with them");

            // What is done to one of the two is nothing to the other.
            let noon = to(Scope::All, "2027-01-19T10:00", "2027-01-19T12:00", "2027-01-19T13:00");
            edit(tx, acting(ben), head, &noon, None, friday())?;
            assert_eq!(shown(tx, head), ["01-19 12:00", "01-26 12:00"]);
            let at_ten = (Scope::Later, wall("2027-02-10T09:00"));
            let kept = cancel(tx, acting(ben), tail, at_ten, None, friday())?;
            assert_eq!((shown(tx, tail), kept.state.as_str()), (vec!["02-03 09:00".to_owned()], "open"));
            let back = to(Scope::All, "2027-02-03T09:00", "2027-02-03T08:00", "2027-02-03T09:00");
            edit(tx, acting(ben), tail, &back, None, friday())?;
            assert_eq!(shown(tx, tail), ["02-03 08:00"], "what was taken back does not come again");

            let all = (Scope::All, wall("2027-01-19T12:00"));
            let host = |tx: &mut Tx<'_>, words| cancel(tx, Acting::Keeper, head, all, words, friday());
            assert_eq!(no(tx, |tx| host(tx, None)).code(), "empty", "the space says why");
            let kept = host(tx, Some("The roof leaks"))?;
            assert_eq!((shown(tx, head).len(), kept.state.as_str()), (0, "cancelled"));
            assert_eq!(host(tx, None)?.state.as_str(), "cancelled", "once is enough");
            let again = to(Scope::All, "2027-01-19T12:00", "2027-01-19T13:00", "2027-01-19T14:00");
            assert_eq!(no(tx, |tx| edit(tx, acting(ben), head, &again, None, friday())).code(), "wrong-state");
            assert_eq!(summary(tx, &kept, friday())?, [("cancelled", 2)].into());
            let of = list(tx, acting(ben), Page::default())?.items;
            assert_eq!(of.into_iter().map(|kept| kept.id).collect::<Vec<_>>(), [tail, head]);
            Ok(())
        })
        .unwrap();
}

#[test]
fn i6_i21_what_has_begun_stays_and_the_others_keep_their_wall_time() {
    let (ground, done) = Ground::set_up();
    let ben = ground.member("ben", Role::Member);
    ground
        .act(move |tx, _| {
            let attic = room(tx, &done, "{}");
            let rule = "FREQ=WEEKLY;UNTIL=20270406";
            let id = book(tx, ben, attic, &pattern("2027-03-16T10:00", "2027-03-16T11:00", rule))?.kept.id;
            let starts: Vec<String> =
                booking::of_series(tx, id)?.iter().map(|booking| booking.slot.start().to_string()).collect();
            let expected =
                ["2027-03-16T09:00:00Z", "2027-03-23T09:00:00Z", "2027-03-30T08:00:00Z", "2027-04-06T08:00:00Z"];
            assert_eq!(starts, expected);

            let midway = at("2027-03-23T10:20");
            let later =
                |day: &str| to(Scope::All, &format!("{day}T10:00"), &format!("{day}T11:00"), &format!("{day}T12:00"));
            let edited = edit(tx, acting(ben), id, &later("2027-03-16"), None, midway)?;
            assert_eq!(edited.changed.len(), 2);
            assert_eq!(shown(tx, id), ["03-16 10:00", "03-23 10:00", "03-30 11:00", "04-06 11:00"]);
            assert_eq!(edited.kept.series.overrides.len(), 2);
            // Whatever else is changed later, of all or from one on that was changed: nobody said a word about times.
            let people = |scope, occurrence: Option<&str>, series: &Series| {
                let occurrence = occurrence.map(str::to_owned);
                let to = MoveInput { scope, occurrence, start: None, end: None }.parse(series).unwrap();
                Change { to, people: Some(4), ..later("2027-03-16") }
            };
            let four = people(Scope::All, None, &edited.kept.series);
            let edited = edit(tx, acting(ben), id, &four, None, midway)?;
            assert_eq!(edited.changed.iter().map(|booking| booking.people).collect::<Vec<_>>(), [4, 4]);
            assert_eq!(shown(tx, id), ["03-16 10:00", "03-23 10:00", "03-30 11:00", "04-06 11:00"]);
            let undone = no(tx, |tx| -> Result<()> {
                let four = people(Scope::Later, Some("2027-03-23T11:00"), &edited.kept.series);
                let tail = edit(tx, acting(ben), id, &four, None, midway)?.kept.id;
                assert_eq!(shown(tx, tail), ["03-23 10:00", "03-30 11:00", "04-06 11:00"]);
                Err(Refusal::NotFound { what: "reason to keep it" }.into())
            });
            assert_eq!(undone.code(), "not-found");
            let all = (Scope::All, wall("2027-03-16T11:00"));
            cancel(tx, acting(ben), id, all, None, midway)?;
            let states: Vec<State> = booking::of_series(tx, id)?.iter().map(|booking| booking.state).collect();
            let gone = State::Cancelled;
            assert_eq!(states, [State::Confirmed, gone, gone, gone], "the first is over, and nobody has said so yet");
            let wrong = edit(tx, acting(ben), id, &later("2027-03-17"), None, midway);
            assert!(matches!(wrong, Err(crate::operations::Error::Refused(Refusal::NotFound { what: "occurrence" }))));
            Ok(())
        })
        .unwrap();
}
