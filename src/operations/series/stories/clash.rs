//! What cannot be had of a series: named, one by one, and left out only when the asker says so.

use super::*;
use crate::coworking::decision::Rule;
use crate::coworking::member::Role;
use crate::coworking::series::Clashes;
use crate::operations::booking::{self as bookings, request_all};

fn clashes(refusal: Refusal) -> Clashes {
    match refusal {
        Refusal::Clashes(clashes) => *clashes,
        other => panic!("{other}"),
    }
}

/// The dates of those that cannot be had, each with the first rule that it breaks.
fn dates(all: &[crate::coworking::series::Clash]) -> Vec<(String, Rule)> {
    let date = |clash: &crate::coworking::series::Clash| clash.original.strftime("%m-%d").to_string();
    all.iter().map(|clash| (date(clash), clash.no.broken[0].rule)).collect()
}

#[test]
fn i22_each_clash_is_named_and_nothing_is_left_out_unless_it_is_said() {
    let (ground, done) = Ground::set_up();
    let [ben, cleo] = ["ben", "cleo"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, _| {
            let attic = room(tx, &done, r#"{"at_once": 5}"#);
            book(tx, cleo, attic, &pattern("2027-01-26T10:30", "2027-01-26T12:00", "FREQ=WEEKLY;INTERVAL=2;COUNT=2"))?;
            let wish = pattern("2027-01-19T10:00", "2027-01-19T11:00", "FREQ=WEEKLY;COUNT=4");
            let asking = Asking::here(tx, acting(ben), None, false)?;
            let seen = preview(tx, &asking, attic, &wish, friday())?;
            let bad: Vec<bool> = seen.occurrences.iter().map(|one| one.no.is_some()).collect();
            assert_eq!(bad, [false, true, false, true]);
            let free = seen.occurrences[1].no.as_ref().unwrap().alternatives[0];
            assert_eq!(free.start(), at("2027-01-26T09:30"));

            let none = no(tx, |tx| book(tx, ben, attic, &wish));
            assert_eq!((none.code(), none.sort()), ("clashes", crate::coworking::refusal::Sort::Conflict));
            let words = none.to_string();
            assert!(words.starts_with("2 of 4 cannot be had: 2027-01-26 10:00 (it is taken at that time"), "{words}");
            assert!(words.contains("clashes: skip"), "{words}");
            let none = clashes(none);
            let taken = |date: &str| (date.to_owned(), Rule::Capacity);
            assert_eq!((none.of, dates(&none.all)), (4, vec![taken("01-26"), taken("02-09")]));
            let refuse = Some(Clashing::Refuse);
            assert_eq!(no(tx, |tx| book_with(tx, ben, attic, &wish, refuse)).code(), "clashes");
            assert!(list(tx, acting(ben), Page::default())?.items.is_empty(), "all or nothing");

            let made = book_with(tx, ben, attic, &wish, Some(Clashing::Skip))?;
            assert_eq!((made.bookings.len(), dates(&made.left_out)), (2, dates(&none.all)));
            assert_eq!(shown(tx, made.kept.id), ["01-19 10:00", "02-02 10:00"]);
            assert_eq!(made.kept.series.exdates.len(), 2);
            // Nothing would be left.
            let again = no(tx, |tx| book_with(tx, cleo, attic, &wish, Some(Clashing::Skip)));
            assert_eq!(clashes(again).all.len(), 4);

            // The same for another time: those that cannot go there stay where they are.
            let two = "FREQ=WEEKLY;INTERVAL=2;COUNT=2";
            book(tx, cleo, attic, &pattern("2027-02-02T15:00", "2027-02-02T16:00", two))?;
            let id = made.kept.id;
            let later = to(Scope::All, "2027-01-19T10:00", "2027-01-19T15:00", "2027-01-19T16:00");
            let none = clashes(no(tx, |tx| edit(tx, acting(ben), id, &later, None, friday())));
            assert_eq!((none.of, dates(&none.all)), (2, vec![taken("02-02")]));
            assert_eq!(shown(tx, id), ["01-19 10:00", "02-02 10:00"]);
            let edited = edit(tx, acting(ben), id, &later, Some(Clashing::Skip), friday())?;
            assert_eq!((edited.changed.len(), edited.left.len()), (1, 1));
            assert_eq!(shown(tx, id), ["01-19 15:00", "02-02 10:00"]);
            assert_eq!(edited.kept.series.overrides.into_keys().collect::<Vec<_>>(), [wall("2027-02-02T15:00")]);
            Ok(())
        })
        .unwrap();
}

#[test]
fn i23_quota_notice_and_horizon_are_those_of_each_date() {
    let (ground, done) = Ground::set_up();
    let ben = ground.member("ben", Role::Member);
    ground
        .act(move |tx, _| {
            let rules = r#"{"quota": {"minutes": 120, "per": "week"}, "horizon_days": 30, "notice_minutes": 1440}"#;
            let attic = room(tx, &done, rules);
            let every_day = pattern("2027-01-18T10:00", "2027-01-18T11:00", "FREQ=DAILY;COUNT=9");
            let none = clashes(no(tx, |tx| book(tx, ben, attic, &every_day)));
            let quota = |date: &str| (date.to_owned(), Rule::Quota);
            let expected = ["01-20", "01-21", "01-22", "01-23", "01-24"].map(quota);
            assert_eq!(dates(&none.all), expected, "two in each week");
            let weekly = pattern("2027-01-15T18:00", "2027-01-15T19:00", "FREQ=WEEKLY;COUNT=6");
            let none = clashes(no(tx, |tx| book(tx, ben, attic, &weekly)));
            let horizon = ("02-19".to_owned(), Rule::Horizon);
            assert_eq!(dates(&none.all), [("01-15".to_owned(), Rule::Notice), horizon]);
            assert_eq!(none.of, 6);
            Ok(())
        })
        .unwrap();
}

#[test]
fn i3_i25_a_preview_shows_days_that_are_not_there_and_times_that_no_clock_shows() {
    let (ground, done) = Ground::set_up();
    let ben = ground.member("ben", Role::Member);
    ground
        .act(move |tx, _| {
            let attic = room(tx, &done, "{}");
            let asking = Asking::here(tx, acting(ben), None, false)?;
            let months = pattern("2027-01-31T10:00", "2027-01-31T11:00", "FREQ=MONTHLY;COUNT=2");
            let seen = preview(tx, &asking, attic, &months, friday())?;
            assert_eq!(seen.skipped[0].to_string(), "2027-02 has no day 31");
            let starts: Vec<Timestamp> = seen.occurrences.iter().map(|one| one.occurrence.start).collect();
            assert_eq!(starts, [at("2027-01-31T10:00"), at("2027-03-31T10:00")]);
            let nights = pattern("2027-03-27T02:30", "2027-03-27T04:00", "FREQ=DAILY;COUNT=2");
            let second = preview(tx, &asking, attic, &nights, friday())?.occurrences[1].occurrence;
            assert_eq!((second.start, second.end), (at("2027-03-28T03:30"), at("2027-03-28T04:00")));
            assert!(matches!(second.note, Some(crate::coworking::series::Note::Shifted { .. })));
            assert!(list(tx, acting(ben), Page::default())?.items.is_empty(), "it was only looked at");
            book(tx, ben, attic, &nights)?;
            Ok(())
        })
        .unwrap();
    let made = ground.events().iter().filter(|fact| fact.event.name().starts_with("Booking")).count();
    assert_eq!(made, 2);
}

#[test]
fn i18_i29_staff_say_yes_to_all_that_was_asked_for_together() {
    let (ground, done) = Ground::set_up();
    let [ben, cleo] = ["ben", "cleo"].map(|name| ground.member(name, Role::Member));
    ground
        .act(move |tx, _| {
            let open = r#"{"approval": "open", "at_once": 9}"#;
            let attic = room(tx, &done, open);
            let wish = pattern("2027-01-19T10:00", "2027-01-19T11:00", "FREQ=WEEKLY;COUNT=4");
            let made = book(tx, ben, attic, &wish)?;
            let id = made.kept.id;
            assert_eq!(summary(tx, &made.kept, friday())?, [("requested", 4)].into());
            bookings::decline(tx, Acting::Keeper, made.bookings[0].id, "A party", friday())?;
            // Meanwhile somebody else was given one of the times.
            let other = book(tx, cleo, attic, &pattern("2027-02-02T10:00", "2027-02-02T11:00", "FREQ=DAILY;COUNT=1"))?;
            let given = bookings::approve_together(tx, Acting::Keeper, other.bookings[0].id, None, None, friday())?;
            assert_eq!(given.approved.len(), 1);
            let approve = |tx: &mut Tx<'_>, who, choice| approve(tx, who, id, None, choice, friday());
            assert_eq!(no(tx, |tx| approve(tx, acting(ben), None)).code(), "not-permitted");
            let done = approve(tx, Acting::Keeper, None)?;
            assert_eq!((done.approved.len(), done.left.len()), (2, 0), "who had no room beside it was told so");
            let expected = [("confirmed", 2), ("refused", 2)];
            assert_eq!(summary(tx, &made.kept, friday())?, expected.into());
            assert_eq!(no(tx, |tx| approve(tx, Acting::Keeper, None)).code(), "wrong-state");

            // Several things in one act share a name, and one yes is for all of them.
            let requests: Vec<_> = ["2027-03-02", "2027-03-03"]
                .map(|day| {
                    let day = pattern(&format!("{day}T10:00"), &format!("{day}T11:00"), "FREQ=DAILY;COUNT=1");
                    let one = day.series.occurrences().unwrap().occurrences[0];
                    let draft = day.draft(crate::coworking::slot::Slot::new(one.start, one.end).unwrap());
                    crate::coworking::booking::Request { resource: attic, draft, hold: false, reason: None }
                })
                .into();
            let asking = Asking::here(tx, acting(cleo), None, false)?;
            let both = request_all(tx, &asking, &requests, friday())?;
            assert!(both[0].context.is_some() && both[0].context == both[1].context);
            let given = bookings::approve_together(tx, Acting::Keeper, both[1].id, None, None, friday())?;
            assert_eq!(given.approved.len(), 2);
            Ok(())
        })
        .unwrap();
}
