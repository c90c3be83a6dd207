//! What the clock on a space's wall shows, and which instant that is.
//!
//! People mean wall time: "Tuesday at seven" stays at seven when the offset from UTC changes. Twice a year in many zones a
//! wall time does not happen, or happens twice; whole days have been left out. Which it is follows from the zone alone,
//! never from where the program runs.

use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::temporal::{Pieces, PiecesOffset};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use super::refusal::Refusal;
use super::slot::Slot;
use super::space::Zone;

const EXPECTED: &str = "a date and time such as 2026-10-25T09:30 or 2026-10-25T09:30+01:00";
const EXPECTED_IN_TIME: &str = "a time between the years 1 and 9998";
/// People mean minutes: the last time before a gap is the last whole one.
const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// Which instant a wall time is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// The usual case.
    Once(Timestamp),
    /// The clock was set back, and shows it again.
    Twice {
        /// With the earlier offset.
        first: Timestamp,
        /// With the later one.
        second: Timestamp,
    },
    /// The clock was set forward past it.
    Never {
        /// The last minute that it showed before.
        before: Timestamp,
        /// The first that it showed after.
        after: Timestamp,
        /// As far after the jump as was asked for before: what an occurrence of a series becomes.
        shifted: Timestamp,
    },
}

impl Meaning {
    /// The instant at which a clock that only goes forward has come as far as this: the first of two; the end of the gap.
    /// Hours of opening mean this.
    #[must_use]
    pub fn reached(self) -> Timestamp {
        match self {
            Self::Once(at) | Self::Twice { first: at, .. } | Self::Never { after: at, .. } => at,
        }
    }

    /// The instant for one occurrence of a series: the first of two; past a gap by as much as the clock was.
    #[must_use]
    pub fn of_series(self) -> Timestamp {
        match self {
            Self::Once(at) | Self::Twice { first: at, .. } | Self::Never { shifted: at, .. } => at,
        }
    }
}

impl Zone {
    fn rules(&self) -> TimeZone {
        // It was found there when the zone was read.
        TimeZone::get(self.as_str()).unwrap_or(TimeZone::UTC)
    }

    /// Which instant the clock of this zone shows this at.
    ///
    /// # Errors
    /// [`Refusal::Malformed`], naming `field`, for times at the ends of the calendar.
    pub fn meaning(&self, field: &'static str, wall: DateTime) -> Result<Meaning, Refusal> {
        self.meant(wall).map_err(|_| Refusal::malformed(field, wall, EXPECTED_IN_TIME))
    }

    fn meant(&self, wall: DateTime) -> Result<Meaning, jiff::Error> {
        let rules = self.rules();
        Ok(match rules.to_ambiguous_timestamp(wall).offset() {
            AmbiguousOffset::Unambiguous { offset } => Meaning::Once(offset.to_timestamp(wall)?),
            AmbiguousOffset::Fold { before, after } => {
                Meaning::Twice { first: before.to_timestamp(wall)?, second: after.to_timestamp(wall)? }
            }
            AmbiguousOffset::Gap { before, after } => {
                let (early, shifted) = (after.to_timestamp(wall)?, before.to_timestamp(wall)?);
                let jump = rules
                    .following(early)
                    .take_while(|change| change.timestamp() <= shifted)
                    .find(|change| change.offset() == after)
                    .map_or(shifted, |change| change.timestamp());
                Meaning::Never { before: jump.saturating_sub(MINUTE)?, after: jump, shifted }
            }
        })
    }

    /// What the clock shows at an instant.
    #[must_use]
    pub fn wall(&self, at: Timestamp) -> DateTime {
        self.rules().to_datetime(at)
    }

    /// An instant as people of this zone read it, with its offset: `2026-10-25T02:30+02:00`.
    #[must_use]
    pub fn shown(&self, at: Timestamp) -> String {
        at.to_zoned_datetime(self.rules()).strftime("%Y-%m-%dT%H:%M%:z").to_string()
    }

    /// An instant as programs read it (RFC 3339), with the offset of this zone: `2026-10-25T02:30:00+02:00`.
    #[must_use]
    pub fn written(&self, at: Timestamp) -> String {
        at.to_zoned_datetime(self.rules()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }

    /// Reads a time that somebody gave for this zone: with an offset, or as the clock shows it.
    ///
    /// # Errors
    /// [`Refusal::Malformed`]; [`Refusal::NoSuchTime`] and [`Refusal::AmbiguousTime`] for a time without an offset that
    /// does not happen or happens twice; [`Refusal::OtherOffset`] when the offset is not that of the zone at that time.
    pub fn read(&self, field: &'static str, text: &str) -> Result<Timestamp, Refusal> {
        let wrong = || Refusal::malformed(field, text, EXPECTED);
        let pieces = Pieces::parse(text.trim()).map_err(|_| wrong())?;
        // A zone in brackets could say another one than ours.
        let time = pieces.time().filter(|_| pieces.time_zone_annotation().is_none()).ok_or_else(wrong)?;
        let wall = pieces.date().to_datetime(time);
        let Some(given) = pieces.offset() else {
            return match self.meaning(field, wall)? {
                Meaning::Once(at) => Ok(at),
                Meaning::Twice { first, second } => Err(Refusal::AmbiguousTime {
                    field,
                    found: wall,
                    zone: self.as_str().to_owned(),
                    first: self.shown(first),
                    second: self.shown(second),
                }),
                Meaning::Never { before, after, .. } => Err(self.no_such_time(field, wall, before, after)),
            };
        };
        let offset = pieces.to_numeric_offset().ok_or_else(wrong)?;
        let at = offset.to_timestamp(wall).map_err(|_| Refusal::malformed(field, text, EXPECTED_IN_TIME))?;
        // `Z` says which instant it is and nothing about a wall.
        if !matches!(given, PiecesOffset::Zulu) && self.rules().to_offset(at) != offset {
            return Err(match self.meaning(field, wall)? {
                Meaning::Never { before, after, .. } => self.no_such_time(field, wall, before, after),
                meaning => Refusal::OtherOffset {
                    field,
                    found: text.trim().chars().take(40).collect(),
                    zone: self.as_str().to_owned(),
                    expected: self.shown(meaning.reached()),
                },
            });
        }
        Ok(at)
    }

    fn no_such_time(&self, field: &'static str, wall: DateTime, before: Timestamp, after: Timestamp) -> Refusal {
        let zone = self.as_str().to_owned();
        Refusal::NoSuchTime { field, found: wall, zone, before: self.shown(before), after: self.shown(after) }
    }

    /// A day, from when the clock first shows it until it first shows the next; `None` when the zone left it out. It has
    /// 23 to 25 hours where clocks are set, and need not begin at midnight.
    #[must_use]
    pub fn day(&self, date: Date) -> Option<Slot> {
        let begins = |date: Date| self.meant(date.to_datetime(Time::midnight())).map(Meaning::reached).ok();
        let (start, end) = (begins(date)?, begins(date.tomorrow().ok()?)?);
        (self.wall(start).date() == date).then(|| Slot::new(start, end).ok())?
    }

    /// How many days of the calendar a slot touches; limits in days mean this, however many hours a day has.
    #[must_use]
    pub fn days(&self, slot: Slot) -> usize {
        self.dates(slot).count()
    }

    /// The days of the calendar that a slot touches, the first first.
    pub fn dates(&self, slot: Slot) -> impl Iterator<Item = Date> {
        let last = slot.end().saturating_sub(SignedDuration::from_nanos(1)).unwrap_or(slot.start());
        let (first, last) = (self.wall(slot.start()).date(), self.wall(last).date());
        first
            .series(jiff::Span::new().days(1))
            .take_while(move |date| *date <= last)
            .filter(|date| self.day(*date).is_some())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn zone(name: &str) -> Zone {
        Zone::parse(name).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn wall(text: &str) -> DateTime {
        text.parse().unwrap()
    }

    fn meaning(name: &str, text: &str) -> Meaning {
        zone(name).meaning("start", wall(text)).unwrap()
    }

    #[test]
    fn i3_a_time_that_does_not_happen_is_refused_with_the_two_nearest() {
        for (name, time, before, after, shifted) in [
            ("Europe/Amsterdam", "2026-03-29T02:30", "00:59Z", "01:00Z", "01:30Z"),
            ("America/New_York", "2027-03-14T02:15", "06:59Z", "07:00Z", "07:15Z"),
            ("Australia/Lord_Howe", "2026-10-04T02:15", "15:29Z", "15:30Z", "15:45Z"),
            ("Africa/Cairo", "2026-04-24T00:00", "21:59Z", "22:00Z", "22:00Z"),
            ("America/Santiago", "2026-09-06T00:00", "03:59Z", "04:00Z", "04:00Z"),
        ] {
            let Meaning::Never { before: last, after: first, shifted: moved } = meaning(name, time) else {
                panic!("{name} {time}")
            };
            let utc = |at: Timestamp| at.strftime("%H:%MZ").to_string();
            assert_eq!([utc(last), utc(first), utc(moved)], [before, after, shifted], "{name} {time}");
            assert_eq!(meaning(name, time).of_series(), moved, "of a series it is moved, not dropped");
        }
        let refused = zone("Europe/Amsterdam").read("start", "2026-03-29T02:30").unwrap_err();
        assert_eq!(
            refused.to_string(),
            "start is 2026-03-29T02:30:00, which no clock in Europe/Amsterdam shows; the nearest times that pass are \
             2026-03-29T01:59+01:00 and 2026-03-29T03:00+02:00"
        );
    }

    #[test]
    fn i4_a_time_that_happens_twice_wants_its_offset_and_is_the_first_where_nobody_can_be_asked() {
        for (name, time, first, second) in [
            ("Europe/Amsterdam", "2026-10-25T02:30", "2026-10-25T00:30Z", "2026-10-25T01:30Z"),
            ("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30Z", "2026-11-01T06:30Z"),
            ("Australia/Lord_Howe", "2027-04-04T01:45", "2027-04-03T14:45Z", "2027-04-03T15:15Z"),
            ("Africa/Casablanca", "2027-02-07T02:30", "2027-02-07T01:30Z", "2027-02-07T02:30Z"),
        ] {
            assert_eq!(meaning(name, time), Meaning::Twice { first: at(first), second: at(second) }, "{name} {time}");
            assert_eq!(meaning(name, time).of_series(), at(first));
            let zone = zone(name);
            let Err(Refusal::AmbiguousTime { first: one, second: other, .. }) = zone.read("start", time) else {
                panic!("{name} {time}")
            };
            // What the refusal names passes, and is what was meant.
            assert_eq!([zone.read("start", &one), zone.read("start", &other)], [Ok(at(first)), Ok(at(second))]);
        }
    }

    #[test]
    fn i5_hours_are_those_of_a_stop_watch_and_days_those_of_the_calendar() {
        for (name, date, minutes) in [
            ("Europe/Amsterdam", "2026-03-29", 23 * 60),
            ("Europe/Amsterdam", "2026-10-25", 25 * 60),
            ("Australia/Lord_Howe", "2026-10-04", 23 * 60 + 30),
            ("Australia/Lord_Howe", "2027-04-04", 24 * 60 + 30),
            ("Africa/Cairo", "2026-04-24", 23 * 60),
            ("America/Santiago", "2026-09-06", 23 * 60),
            ("Asia/Kathmandu", "2026-06-01", 24 * 60),
        ] {
            let zone = zone(name);
            let day = zone.day(date.parse().unwrap()).unwrap();
            assert_eq!(day.elapsed(), SignedDuration::from_mins(minutes), "{name} {date}");
            assert_eq!(zone.days(day), 1, "{name} {date}");
        }
        assert_eq!(
            zone("Africa/Cairo").shown(zone("Africa/Cairo").day("2026-04-24".parse().unwrap()).unwrap().start()),
            "2026-04-24T01:00+03:00",
            "the day begins at one"
        );
        let amsterdam = zone("Europe/Amsterdam");
        for (evening, hours) in [("2026-03-28", 7), ("2026-10-24", 9)] {
            let evening: Date = evening.parse().unwrap();
            let [from, to] = [evening.at(22, 0, 0, 0), evening.tomorrow().unwrap().at(6, 0, 0, 0)];
            let [from, to] = [from, to].map(|wall| amsterdam.meaning("start", wall).unwrap().reached());
            let night = Slot::new(from, to).unwrap();
            assert_eq!((night.elapsed(), amsterdam.days(night)), (SignedDuration::from_hours(hours), 2));
        }
    }

    #[test]
    fn a_day_that_was_left_out_is_none_and_is_not_counted() {
        let apia = zone("Pacific/Apia");
        assert_eq!(apia.day("2011-12-30".parse().unwrap()), None);
        let Meaning::Never { before, after, .. } = meaning("Pacific/Apia", "2011-12-30T12:00") else { panic!() };
        assert_eq!([apia.shown(before), apia.shown(after)], ["2011-12-29T23:59-10:00", "2011-12-31T00:00+14:00"]);
        let until = |end| Slot::new(at("2011-12-29T22:00Z"), at(end)).unwrap();
        assert_eq!(apia.days(until("2011-12-31T10:00Z")), 2, "29 and 31 December: it ends where the new year begins");
        assert_eq!(apia.days(until("2011-12-31T10:01Z")), 3);
    }

    #[test]
    fn i6_seven_in_the_evening_stays_seven_when_the_offset_changes() {
        let tuesdays = ["2026-10-06", "2026-10-13", "2026-10-20", "2026-10-27"];
        let hours = tuesdays.map(|date| {
            let date: Date = date.parse().unwrap();
            meaning("Europe/Amsterdam", &date.at(19, 0, 0, 0).to_string()).of_series().strftime("%H:%MZ").to_string()
        });
        assert_eq!(hours, ["17:00Z", "17:00Z", "17:00Z", "18:00Z"]);
        assert_eq!(meaning("Asia/Kathmandu", "2026-06-01T09:00"), Meaning::Once(at("2026-06-01T03:15Z")));
    }

    #[test]
    fn i9_an_offset_that_is_not_the_zones_is_refused_with_the_one_that_is() {
        let amsterdam = zone("Europe/Amsterdam");
        let instant = at("2026-06-01T07:00Z");
        for good in ["2026-06-01T09:00+02:00", "2026-06-01T07:00Z", " 2026-06-01T09:00 ", "2026-06-01 09:00:00"] {
            assert_eq!(amsterdam.read("start", good), Ok(instant), "{good}");
        }
        let refused = amsterdam.read("start", "2026-06-01T09:00+01:00").unwrap_err();
        assert_eq!(
            refused.to_string(),
            "start is 2026-06-01T09:00+01:00, but the clock of Europe/Amsterdam has another offset then; what would pass \
             is 2026-06-01T09:00+02:00"
        );
        assert_eq!(refused.code(), "other-offset");
        let gap = amsterdam.read("start", "2026-03-29T02:30+01:00").unwrap_err();
        assert_eq!(gap.code(), "no-such-time");
        for bad in [
            "",
            "soon",
            "2026-06-01",
            "09:00",
            "2026-02-30T09:00",
            "2026-06-01T25:00",
            "2026-06-01T09:00[Asia/Tokyo]",
            "2026-06-01T09:00+02:00[Europe/Amsterdam]",
            "-009999-01-01T00:00Z",
            "9999-12-31T23:59-23:00",
        ] {
            assert!(matches!(amsterdam.read("start", bad), Err(Refusal::Malformed { field: "start", .. })), "{bad}");
        }
    }

    const ZONES: [&str; 10] = [
        "Europe/Amsterdam",
        "America/New_York",
        "Australia/Lord_Howe",
        "Africa/Cairo",
        "America/Santiago",
        "Pacific/Apia",
        "Africa/Casablanca",
        "Asia/Kathmandu",
        "America/St_Johns",
        "UTC",
    ];

    proptest! {
        #[test]
        fn what_the_clock_shows_is_read_as_the_instant_it_shows_it_at(which in 0..ZONES.len(), minute in 21_000_000_i64..33_000_000) {
            let (zone, at) = (zone(ZONES[which]), Timestamp::from_second(minute * 60).unwrap());
            prop_assert_eq!(zone.read("start", &zone.shown(at)), Ok(at));
            match zone.meaning("start", zone.wall(at)).unwrap() {
                Meaning::Once(found) => prop_assert_eq!(found, at),
                Meaning::Twice { first, second } => prop_assert!(first < second && (first == at || second == at)),
                Meaning::Never { .. } => prop_assert!(false, "the clock shows it"),
            }
        }

        #[test]
        fn days_follow_each_other_without_a_gap(which in 0..ZONES.len(), number in 14_600_i32..22_900) {
            let (zone, date) = (zone(ZONES[which]), Date::constant(1970, 1, 1).saturating_add(jiff::Span::new().days(number)));
            let [today, tomorrow] = [date, date.tomorrow().unwrap()].map(|date| zone.day(date));
            if let Some((today, tomorrow)) = today.zip(tomorrow) {
                prop_assert_eq!(today.end(), tomorrow.start());
            }
        }
    }
}
