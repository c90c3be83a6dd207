//! What is kept of series when nobody has them any more.

use super::*;
use crate::coworking::member::Role;
use crate::operations::away::Elsewhere;
use crate::operations::testing::stranger;
use crate::operations::{booking as bookings, member};

const TUESDAYS: &str = "FREQ=WEEKLY;BYDAY=TU;COUNT=4";

/// A series of which the later part is one of its own.
fn split(tx: &mut Tx<'_>, who: MemberId, of: ResourceId, hour: u32) -> Result<[SeriesId; 2]> {
    let (start, end) = (format!("2027-01-19T{hour}:00"), format!("2027-01-19T{}:00", hour + 1));
    let id = book(tx, who, of, &pattern(&start, &end, TUESDAYS))?.kept.id;
    let from = |minutes: &str| format!("2027-02-02T{hour}:{minutes}");
    let later = to(Scope::Later, &from("00"), &from("15"), &from("45"));
    let edited = edit(tx, acting(who), id, &later, None, friday())?;
    assert_eq!(edited.kept.split_from, Some(id));
    Ok([id, edited.kept.id])
}

#[test]
fn i45_of_whoever_leaves_no_series_is_kept_and_nothing_that_they_had_leads_to_them() {
    let (ground, done) = Ground::set_up();
    let ben = ground.member("ben", Role::Member);
    ground
        .act(move |tx, _| {
            let attic = room(tx, &done, r#"{"release_minutes": 15}"#);
            let [id, later] = split(tx, ben, attic, 10)?;
            let there = Elsewhere {
                space: stranger(tx, "loft")?,
                proposal: "https://pier.example/resources/1".into(),
                name: "Loft".into(),
                zone: "Europe/Amsterdam".into(),
                rules_version: None,
                units: None,
                price: Default::default(),
            };
            let away = pattern("2027-01-20T10:00", "2027-01-20T11:00", "FREQ=WEEKLY;COUNT=3");
            let away = ask(tx, acting(ben), &there, &away, friday())?.id;
            let first = booking::of_series(tx, id)?.remove(0).id;
            let noon = at("2027-01-19T12:00");
            bookings::tend(tx, noon, 100)?;
            bookings::appeal(tx, acting(ben), first, "I was there", noon)?;

            member::leave(tx, Acting::Keeper, ben, noon)?;
            for series in [id, later, away] {
                assert_eq!(series::by_id(tx, series)?, None);
                assert_eq!(booking::of_series(tx, series)?, []);
            }
            assert_eq!(booking::appeals(tx, done.space, Page::default())?.items, []);
            let left = booking::by_id(tx, first)?.unwrap();
            assert_eq!((left.state, left.part), (State::NoShow, None), "it stays counted");
            assert_ne!(left.requester, ben.into());
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_series_is_forgotten_with_the_last_of_its_bookings() {
    let (ground, done) = Ground::set_up();
    let ben = ground.member("ben", Role::Member);
    ground
        .act(move |tx, _| {
            let attic = room(tx, &done, "{}");
            let all = split(tx, ben, attic, 10)?;
            for id in all {
                let first = booking::of_series(tx, id)?[0].part.unwrap().original;
                cancel(tx, acting(ben), id, (Scope::All, first), None, friday())?;
            }
            let later = at("2029-06-01T09:00");
            booking::reduce(tx, later, 100)?;
            assert_eq!(series::tidy(tx, later, 100)?, 0, "its bookings are still there");
            assert_eq!(booking::forget_old(tx, later, 100)?, 4);
            assert_eq!(series::tidy(tx, friday(), 100)?, 0, "nor is one that is being made");
            assert_eq!(series::tidy(tx, later, 100)?, 2);
            assert_eq!([series::by_id(tx, all[0])?, series::by_id(tx, all[1])?], [None, None]);
            Ok(())
        })
        .unwrap();
}
