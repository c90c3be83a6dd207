//! `thirdspace bookings moved`: what a change of the rules of a zone did to bookings.

use serde_json::json;

use super::answer::{Answer, Failure};
use super::open::Opened;
use crate::coworking::id::BookingId;
use crate::coworking::member::Acting;
use crate::coworking::space::Zone;
use crate::operations::booking;
use crate::store::booking as rows;

pub(super) async fn run(opened: &Opened, after: Option<BookingId>, limit: u32) -> Result<Answer, Failure> {
    let found = opened.read(move |tx| {
        let mut found = Vec::new();
        for one in booking::list_realigned(tx, Acting::Keeper, after.unwrap_or(BookingId(0)), limit)? {
            let zone = rows::by_id(tx, one.booking)?.map_or_else(|| "UTC".to_owned(), |booking| booking.zone);
            found.push((one, Zone::parse(&zone)?));
        }
        Ok(found)
    });
    let found = found.await?;
    let lines: Vec<[String; 4]> = found
        .iter()
        .map(|(one, zone)| {
            [one.booking.to_string(), one.outcome.to_string(), zone.shown(one.was.start()), zone.shown(one.new.start())]
        })
        .collect();
    let facts: Vec<_> = found
        .iter()
        .map(|(one, zone)| {
            json!({
                "booking": one.booking, "outcome": one.outcome.as_str(), "noted_at": one.noted_at,
                "was": {"start": zone.written(one.was.start()), "end": zone.written(one.was.end())},
                "new": {"start": zone.written(one.new.start()), "end": zone.written(one.new.end())},
            })
        })
        .collect();
    Answer::table(["BOOKING", "OUTCOME", "WAS", "NEW"], &lines, "No booking was moved.", json!({ "moved": facts }))
}
