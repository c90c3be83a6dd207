//! Hours: when a space is open, and when something in it can be booked. The two differ, and are written alike.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::{Date, Time};
use jiff::{SignedDuration, Span, Timestamp};
use serde::{Deserialize, Serialize};

use super::refusal::Refusal;
use super::slot::Slot;
use super::space::Zone;

/// The most ranges of one day.
pub const RANGES_LIMIT: usize = 8;
/// The most dated exceptions.
pub const EXCEPTIONS_LIMIT: usize = 1_000;

/// From one time of the day until before another; until that of the next day when it is not later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimeRange {
    opens: Time,
    closes: Time,
}

impl TimeRange {
    /// Reads `09:00-17:30`, or `22:00-06:00` across midnight; a whole day is `00:00-24:00`.
    ///
    /// # Errors
    /// [`Refusal::Malformed`].
    pub fn parse(field: &'static str, text: &str) -> Result<Self, Refusal> {
        const EXPECTED: &str = "a range of times such as 09:00-17:30, or 22:00-06:00 across midnight";
        let read = || {
            let (opens, closes) = text.split_once('-')?;
            let (opens, closes) = (opens.trim(), closes.trim());
            Some(Self {
                opens: minute(opens)?,
                closes: if closes == "24:00" { Time::midnight() } else { minute(closes)? },
            })
        };
        read().ok_or_else(|| Refusal::malformed(field, text, EXPECTED))
    }

    /// When it is, if it begins on this date; `None` when that time of that day is left out by the zone.
    fn on(self, zone: &Zone, date: Date) -> Option<Slot> {
        let until = if self.closes > self.opens { date } else { date.tomorrow().ok()? };
        let reached = |date: Date, time| Some(zone.meaning("hours", date.to_datetime(time)).ok()?.reached());
        Slot::new(reached(date, self.opens)?, reached(until, self.closes)?).ok()
    }
}

/// `HH:MM`.
fn minute(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let number =
        |text: &str| (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?;
    Time::new(number(hour)?, number(minute)?, 0, 0).ok()
}

impl fmt::Display for TimeRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let closes = if self.closes == Time::midnight() {
            "24:00".to_owned()
        } else {
            self.closes.strftime("%H:%M").to_string()
        };
        write!(f, "{}-{closes}", self.opens.strftime("%H:%M"))
    }
}

/// Hours as they are written: for each day of the week and each different date the ranges, `["09:00-12:00", "13:00-17:00"]`;
/// a day that is not named is closed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HoursInput {
    /// The ranges of each Monday; and so on.
    pub monday: Vec<String>,
    #[allow(missing_docs)]
    pub tuesday: Vec<String>,
    #[allow(missing_docs)]
    pub wednesday: Vec<String>,
    #[allow(missing_docs)]
    pub thursday: Vec<String>,
    #[allow(missing_docs)]
    pub friday: Vec<String>,
    #[allow(missing_docs)]
    pub saturday: Vec<String>,
    #[allow(missing_docs)]
    pub sunday: Vec<String>,
    /// Dates that are different, with all of their ranges.
    pub exceptions: BTreeMap<Date, Vec<String>>,
}

impl HoursInput {
    /// Reads every range.
    ///
    /// # Errors
    /// The first [`Refusal`] met; [`Refusal::TooMany`] as of [`Hours::new`].
    pub fn parse(&self) -> Result<Hours, Refusal> {
        let read =
            |texts: &[String]| texts.iter().map(|text| TimeRange::parse("hours", text)).collect::<Result<_, _>>();
        let week = [
            read(&self.monday)?,
            read(&self.tuesday)?,
            read(&self.wednesday)?,
            read(&self.thursday)?,
            read(&self.friday)?,
            read(&self.saturday)?,
            read(&self.sunday)?,
        ];
        let exceptions = self.exceptions.iter().map(|(date, texts)| Ok((*date, read(texts)?)));
        Hours::new(week, exceptions.collect::<Result<_, Refusal>>()?)
    }
}

impl TryFrom<HoursInput> for Hours {
    type Error = Refusal;

    fn try_from(input: HoursInput) -> Result<Self, Refusal> {
        input.parse()
    }
}

impl From<Hours> for HoursInput {
    fn from(hours: Hours) -> Self {
        let written = |ranges: Vec<TimeRange>| ranges.iter().map(ToString::to_string).collect();
        let [monday, tuesday, wednesday, thursday, friday, saturday, sunday] = hours.week.map(written);
        let exceptions = hours.exceptions.into_iter().map(|(date, ranges)| (date, written(ranges))).collect();
        Self { monday, tuesday, wednesday, thursday, friday, saturday, sunday, exceptions }
    }
}

/// The hours of a week, and the days that are different.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "HoursInput", into = "HoursInput")]
pub struct Hours {
    /// From Monday to Sunday.
    week: [Vec<TimeRange>; 7],
    exceptions: BTreeMap<Date, Vec<TimeRange>>,
}

impl Hours {
    /// The ranges of each day, Monday first, and the dated exceptions: what they say of a day takes the place of what the
    /// week says. A range belongs to the day on which it begins.
    ///
    /// # Errors
    /// [`Refusal::TooMany`], for the first day with more than [`RANGES_LIMIT`] ranges, or for more than
    /// [`EXCEPTIONS_LIMIT`] exceptions.
    pub fn new(week: [Vec<TimeRange>; 7], exceptions: BTreeMap<Date, Vec<TimeRange>>) -> Result<Self, Refusal> {
        let few =
            |field, limit, found| if found > limit { Err(Refusal::TooMany { field, limit, found }) } else { Ok(()) };
        few("exceptions", EXCEPTIONS_LIMIT, exceptions.len())?;
        for ranges in week.iter().chain(exceptions.values()) {
            few("hours", RANGES_LIMIT, ranges.len())?;
        }
        Ok(Self { week, exceptions })
    }

    /// Day and night, each day.
    #[must_use]
    pub fn always() -> Self {
        let all_day = TimeRange { opens: Time::midnight(), closes: Time::midnight() };
        Self { week: std::array::from_fn(|_| vec![all_day]), exceptions: BTreeMap::new() }
    }

    /// The same ranges on each day of the week.
    ///
    /// # Errors
    /// As of [`new`](Self::new).
    pub fn daily(ranges: &[TimeRange]) -> Result<Self, Refusal> {
        Self::new(std::array::from_fn(|_| ranges.to_vec()), BTreeMap::new())
    }

    /// The ranges of one date, as they are written.
    #[must_use]
    pub fn of(&self, date: Date) -> &[TimeRange] {
        let of_week = || {
            let day = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or_default();
            self.week.get(day)
        };
        self.exceptions.get(&date).or_else(of_week).map_or(&[], Vec::as_slice)
    }

    /// The same week, on every date.
    #[must_use]
    pub fn without_exceptions(&self) -> Self {
        Self { week: self.week.clone(), exceptions: BTreeMap::new() }
    }

    /// The dates that are different, from this one on.
    pub fn exceptions_from(&self, date: Date) -> impl Iterator<Item = Date> {
        self.exceptions.range(date..).map(|(date, _)| *date)
    }

    /// The parts of a window that are within the hours, the first first; ranges that touch or overlap are one.
    #[must_use]
    pub fn within(&self, zone: &Zone, window: Slot) -> Vec<Slot> {
        let (first, last) = (zone.wall(window.start()).date(), zone.wall(window.end()).date());
        // What began the evening before may go on.
        let first = first.yesterday().unwrap_or(first);
        let mut parts: Vec<Slot> = first
            .series(Span::new().days(1))
            .take_while(|date| *date <= last)
            .filter(|date| !self.of(*date).is_empty() && zone.day(*date).is_some())
            .flat_map(|date| self.of(date).iter().filter_map(move |range| range.on(zone, date)))
            .filter_map(|part| part.intersection(window))
            .collect();
        parts.sort_unstable();
        parts.dedup_by(|next, before| {
            let joined = next.start() <= before.end();
            if joined {
                *before = before.until(next.end());
            }
            joined
        });
        parts
    }

    /// Is all of a slot within the hours, from its start to its end?
    #[must_use]
    pub fn cover(&self, zone: &Zone, slot: Slot) -> bool {
        self.within(zone, slot) == [slot]
    }

    /// The first time from `from` on, ending no later than `until`, at which so much fits into the hours without a break.
    #[must_use]
    pub fn first_fit(&self, zone: &Zone, from: Timestamp, length: SignedDuration, until: Timestamp) -> Option<Slot> {
        if length > Slot::LONGEST {
            return None;
        }
        // Each look overlaps the one before by the length, so that nothing that fits lies across its end.
        let reach = length.checked_add(SignedDuration::from_hours(24 * 14))?.min(Slot::LONGEST);
        let mut from = from;
        while let Ok(end) = from.saturating_add(reach) {
            let window = Slot::new(from, end.min(until)).ok()?;
            if let Some(part) = self.within(zone, window).into_iter().find(|part| part.elapsed() >= length) {
                return Slot::new(part.start(), part.start().checked_add(length).ok()?).ok();
            }
            if window.end() >= until {
                return None;
            }
            from = window.end().checked_sub(length).ok().filter(|next| *next > from)?;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn zone(name: &str) -> Zone {
        Zone::parse(name).unwrap()
    }

    fn range(text: &str) -> TimeRange {
        TimeRange::parse("hours", text).unwrap()
    }

    fn ranges(texts: &[&str]) -> Vec<TimeRange> {
        texts.iter().map(|text| range(text)).collect()
    }

    fn slot(zone: &Zone, from: &str, to: &str) -> Slot {
        Slot::new(zone.read("start", from).unwrap(), zone.read("end", to).unwrap()).unwrap()
    }

    fn shown(zone: &Zone, slots: &[Slot]) -> Vec<String> {
        let time = |at: Timestamp| zone.wall(at).strftime("%d %H:%M").to_string();
        slots.iter().map(|slot| format!("{} to {}", time(slot.start()), time(slot.end()))).collect()
    }

    #[test]
    fn a_range_is_read_as_it_is_written() {
        for text in ["09:00-17:30", "22:00-06:00", "00:00-24:00", "12:00-12:00"] {
            assert_eq!(range(text).to_string(), text);
        }
        assert_eq!(range(" 08:00 - 00:00 ").to_string(), "08:00-24:00");
        for bad in ["", "9-17", "09:00", "09:00-25:00", "24:00-06:00", "09:60-10:00", "+9:00-10:00", "09:00–17:00"] {
            assert!(matches!(TimeRange::parse("hours", bad), Err(Refusal::Malformed { .. })), "{bad}");
        }
        let crowded = Hours::daily(&ranges(&["09:00-10:00"; 9])).unwrap_err();
        assert_eq!(crowded.to_string(), "hours has 9 items; at most 8 pass");
    }

    #[test]
    fn i10_a_slot_lies_in_the_union_of_the_ranges_all_through() {
        let zone = zone("Europe/Amsterdam");
        let mut week: [Vec<TimeRange>; 7] =
            std::array::from_fn(|_| ranges(&["13:00-18:00", "09:00-12:00", "12:00-13:00"]));
        week[4].push(range("18:00-02:00"));
        week[6].clear();
        let holidays = [("2026-06-03", ranges(&[])), ("2026-06-04", ranges(&["14:00-16:00"]))];
        let holidays = holidays.map(|(date, ranges)| (date.parse().unwrap(), ranges));
        let hours = Hours::new(week, BTreeMap::from(holidays)).unwrap();
        assert_eq!(
            shown(&zone, &hours.within(&zone, slot(&zone, "2026-06-01T00:00", "2026-06-08T00:00"))),
            [
                "01 09:00 to 01 18:00",
                "02 09:00 to 02 18:00",
                "04 14:00 to 04 16:00",
                "05 09:00 to 06 02:00",
                "06 09:00 to 06 18:00"
            ]
        );
        for (from, to, covered) in [
            ("2026-06-01T11:30", "2026-06-01T13:30", true),
            ("2026-06-01T09:00", "2026-06-01T18:00", true),
            ("2026-06-01T08:59", "2026-06-01T10:00", false),
            ("2026-06-01T17:00", "2026-06-02T10:00", false),
            ("2026-06-03T10:00", "2026-06-03T11:00", false),
            ("2026-06-04T14:00", "2026-06-04T16:00", true),
            ("2026-06-05T23:00", "2026-06-06T02:00", true),
            ("2026-06-06T00:00", "2026-06-06T02:01", false),
        ] {
            assert_eq!(hours.cover(&zone, slot(&zone, from, to)), covered, "{from} to {to}");
        }
        let always = Hours::daily(&ranges(&["00:00-24:00"])).unwrap();
        assert!(
            always.cover(&zone, slot(&zone, "2026-03-27T10:00", "2026-04-02T10:00")),
            "nights between are open, too"
        );
    }

    #[test]
    fn i5_hours_follow_the_clock_over_its_changes() {
        for (name, hours, from, to, expected) in [
            ("Europe/Amsterdam", "22:00-06:00", "2026-03-28T12:00", "2026-03-29T12:00", 7.0),
            ("Europe/Amsterdam", "22:00-06:00", "2026-10-24T12:00", "2026-10-25T12:00", 9.0),
            // Opening and closing times that do not happen, or happen twice.
            ("Europe/Amsterdam", "02:30-09:00", "2026-03-29T00:00", "2026-03-29T23:00", 6.0),
            ("Europe/Amsterdam", "02:15-02:45", "2026-03-29T00:00", "2026-03-29T23:00", 0.0),
            ("Europe/Amsterdam", "02:30-09:00", "2026-10-25T00:00", "2026-10-25T23:00", 7.5),
            ("Africa/Cairo", "00:00-08:00", "2026-04-23T12:00", "2026-04-24T12:00", 7.0),
            ("Australia/Lord_Howe", "00:00-24:00", "2026-10-04T00:00", "2026-10-05T00:00", 23.5),
            ("Pacific/Apia", "09:00-17:00", "2011-12-29T00:00", "2012-01-01T00:00", 16.0),
            ("Pacific/Apia", "22:00-06:00", "2011-12-29T12:00", "2011-12-31T12:00", 2.0),
        ] {
            let (zone, hours) = (zone(name), Hours::daily(&ranges(&[hours])).unwrap());
            let parts = hours.within(&zone, slot(&zone, from, to));
            let elapsed: f64 = parts.iter().map(|part| part.elapsed().as_secs_f64() / 3_600.0).sum();
            assert!((elapsed - expected).abs() < 1e-9, "{name} from {from}: {elapsed}, {:?}", shown(&zone, &parts));
        }
    }

    #[test]
    fn the_first_time_that_fits_is_found_across_weeks_and_not_after_the_end() {
        let zone = zone("Europe/Amsterdam");
        let mut week: [Vec<TimeRange>; 7] = Default::default();
        week[0] = ranges(&["09:00-17:00"]);
        let holidays =
            (1..=5).map(|week| (Date::constant(2026, 6, 1).saturating_add(Span::new().weeks(week - 1)), Vec::new()));
        let hours = Hours::new(week, holidays.collect()).unwrap();
        let at = |text| zone.read("start", text).unwrap();
        let fit = |length, until| {
            let found = hours.first_fit(&zone, at("2026-05-25T16:00"), SignedDuration::from_hours(length), at(until));
            found.map(|found| shown(&zone, &[found]).remove(0))
        };
        assert_eq!(fit(1, "2027-01-01T00:00").as_deref(), Some("25 16:00 to 25 17:00"));
        assert_eq!(fit(2, "2027-01-01T00:00").as_deref(), Some("06 09:00 to 06 11:00"), "6 July");
        assert_eq!((fit(2, "2026-07-06T10:00"), fit(9, "2027-01-01T00:00")), (None, None));
    }

    proptest! {
        #[test]
        fn i10_the_hours_of_a_window_are_those_of_its_parts(
            which in 0_usize..5, from in 0_i64..600_000, lengths in (1_i64..8_000, 1_i64..8_000),
            times in prop::collection::vec((0_i8..24, 0_i8..24), 0..4),
        ) {
            let zone = zone(["Europe/Amsterdam", "Australia/Lord_Howe", "America/Santiago", "Africa/Cairo", "Asia/Kathmandu"][which]);
            let times: Vec<_> = times.iter().map(|(opens, closes)| range(&format!("{opens:02}:00-{closes:02}:30"))).collect();
            let hours = Hours::daily(&times).unwrap();
            let at = |minute: i64| Timestamp::from_second(1_767_225_600 + minute * 60).unwrap();
            let (middle, end) = (from + lengths.0, from + lengths.0 + lengths.1);
            let within = |from, to| hours.within(&zone, Slot::new(at(from), at(to)).unwrap());
            let whole = within(from, end);
            prop_assert!(whole.windows(2).all(|pair| pair[0].end() < pair[1].start()), "in order, and apart");
            let elapsed = |parts: &[Slot]| parts.iter().map(|part| part.elapsed().as_secs()).sum::<i64>();
            prop_assert_eq!(elapsed(&whole), elapsed(&within(from, middle)) + elapsed(&within(middle, end)));
            for part in whole {
                prop_assert!(hours.cover(&zone, part));
                prop_assert_eq!(hours.first_fit(&zone, part.start(), part.elapsed(), part.end()), Some(part));
            }
            if which == 4 {
                // Where no clock is ever set, each minute can be asked by itself.
                for minute in (from..end).step_by(7) {
                    let wall = zone.wall(at(minute)).time();
                    let open = times.iter().any(|range| match range.closes > range.opens {
                        true => wall >= range.opens && wall < range.closes,
                        false => wall >= range.opens || wall < range.closes,
                    });
                    prop_assert_eq!(!within(minute, minute + 1).is_empty(), open);
                }
            }
        }
    }
}
