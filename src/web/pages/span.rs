//! From when until when, in words.

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};

use crate::coworking::slot::Slot;
use crate::coworking::space::Zone;
use crate::coworking::wall::Meaning;

/// A time as people say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    /// When it begins (RFC 3339), for programs.
    pub(super) iso: String,
    /// "Monday 18 January 2027, 10:00 to 11:30".
    pub(super) words: String,
}

impl Span {
    /// A time by the clock of a zone.
    pub(super) fn of(slot: Slot, zone: &Zone) -> Self {
        let (start, end) = (zone.wall(slot.start()), zone.wall(slot.end()));
        let day = |at: DateTime| at.strftime("%A %-d %B %Y").to_string();
        let days: Vec<_> = zone.dates(slot).collect();
        let is_whole = start.time() == Time::midnight() && end.time() == Time::midnight();
        let words = match (days.as_slice(), is_whole) {
            ([_], true) => format!("{}, all day", day(start)),
            ([.., last], true) => format!("{} to {}, all day", day(start), day(last.to_datetime(Time::midnight()))),
            ([_], false) => {
                let end = if end.date() > start.date() { "24:00".to_owned() } else { clock(zone, slot.end()) };
                format!("{}, {} to {end}", day(start), clock(zone, slot.start()))
            }
            _ => {
                let (from, until) = (clock(zone, slot.start()), clock(zone, slot.end()));
                format!("{}, {from} to {}, {until}", day(start), day(end))
            }
        };
        Self { iso: zone.written(slot.start()), words }
    }
}

/// A moment with its day: "Monday 18 January, 09:45".
pub(super) fn moment(zone: &Zone, at: Timestamp) -> String {
    format!("{}, {}", zone.wall(at).strftime("%A %-d %B"), clock(zone, at))
}

/// A time of day, with its offset where the clock shows it twice.
fn clock(zone: &Zone, at: Timestamp) -> String {
    let wall = zone.wall(at);
    let time = wall.strftime("%H:%M").to_string();
    match zone.meaning("start", wall) {
        Ok(Meaning::Twice { .. }) => {
            let offset = zone.shown(at);
            // It ends with the offset, such as +02:00.
            format!("{time} ({})", offset.get(offset.len().saturating_sub(6)..).unwrap_or_default())
        }
        _ => time,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_said_as_people_say_it() {
        let zone = Zone::parse("Europe/Amsterdam").unwrap();
        let said = |from, to| {
            let at = |text| zone.read("at", text).unwrap();
            Span::of(Slot::new(at(from), at(to)).unwrap(), &zone).words
        };
        for (from, to, words) in [
            ("2027-01-18T10:00", "2027-01-18T11:30", "Monday 18 January 2027, 10:00 to 11:30"),
            ("2027-01-18T20:00", "2027-01-19T00:00", "Monday 18 January 2027, 20:00 to 24:00"),
            ("2027-01-18T20:00", "2027-01-19T02:00", "Monday 18 January 2027, 20:00 to Tuesday 19 January 2027, 02:00"),
            ("2027-01-18T00:00", "2027-01-19T00:00", "Monday 18 January 2027, all day"),
            ("2027-01-18T00:00", "2027-01-20T00:00", "Monday 18 January 2027 to Tuesday 19 January 2027, all day"),
            ("2027-10-31T02:30+01:00", "2027-10-31T04:00", "Sunday 31 October 2027, 02:30 (+01:00) to 04:00"),
        ] {
            assert_eq!(said(from, to), words);
        }
    }
}
