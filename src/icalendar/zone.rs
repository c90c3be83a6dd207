//! What the clocks of zones did: VTIMEZONE, RFC 5545, section 3.6.5.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use super::line::{Lines, utc};

/// More than any clock was ever set by.
const MARGIN: SignedDuration = SignedDuration::from_hours(48);
const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// Two times as they stand after the name of a property: parameters, a colon, the value.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) start: String,
    pub(super) end: String,
}

/// The zones that a calendar refers to, by the names that it uses for them.
#[derive(Debug, Default)]
pub(super) struct Zones(BTreeMap<String, Zone>);

#[derive(Debug)]
struct Zone {
    rules: TimeZone,
    start: Timestamp,
    end: Timestamp,
}

impl Zones {
    /// Says from when until when something is, by the clock of a zone where that can be said.
    pub(super) fn say(&mut self, name: &str, start: Timestamp, end: Timestamp) -> Said {
        self.say_local(name, start, end)
            .unwrap_or_else(|| Said { start: format!(":{}", utc(start)), end: format!(":{}", utc(end)) })
    }

    fn say_local(&mut self, name: &str, start: Timestamp, end: Timestamp) -> Option<Said> {
        let rules = TimeZone::get(name).ok().filter(|rules| !is_utc(rules))?;
        // The name as the database spells it, so that nothing else can get into a parameter.
        let name = rules.iana_name()?.to_owned();
        // A local time that happens twice means the first of the two (section 3.3.5), and no parameter can say that the
        // second is meant. Both ends go into UTC then, as readers expect them in one form.
        let said = [start, end].map(|at| {
            let wall = rules.to_datetime(at);
            let read = rules.to_timestamp(wall).ok()?;
            (read == at).then(|| format!(";TZID={name}:{}", local(wall)))
        });
        let [Some(first), Some(last)] = said else { return None };
        let zone = self.0.entry(name).or_insert(Zone { rules, start, end });
        (zone.start, zone.end) = (zone.start.min(start), zone.end.max(end));
        Some(Said { start: first, end: last })
    }

    /// Adds a VTIMEZONE for each.
    pub(super) fn write(&self, lines: &mut Lines) {
        for (name, zone) in &self.0 {
            lines.put("BEGIN:VTIMEZONE");
            lines.put(&format!("TZID:{name}"));
            for (observance, onsets) in zone.observances() {
                observance.write(&onsets, lines);
            }
            lines.put("END:VTIMEZONE");
        }
    }
}

/// Does its clock always show UTC?
fn is_utc(rules: &TimeZone) -> bool {
    let epoch = Timestamp::UNIX_EPOCH;
    rules.to_offset(epoch) == Offset::UTC
        && rules.preceding(epoch).next().is_none()
        && rules.following(epoch).next().is_none()
}

/// A way in which the clock was set, perhaps many times.
#[derive(Debug, PartialEq, Eq)]
struct Observance {
    daylight: bool,
    from: Offset,
    to: Offset,
    name: String,
}

impl Observance {
    fn write(&self, onsets: &[DateTime], lines: &mut Lines) {
        let kind = if self.daylight { "DAYLIGHT" } else { "STANDARD" };
        lines.put(&format!("BEGIN:{kind}"));
        for (number, onset) in onsets.iter().enumerate() {
            lines.put(&format!("{}:{}", if number == 0 { "DTSTART" } else { "RDATE" }, local(*onset)));
        }
        lines.put(&format!("TZOFFSETFROM:{}", offset(self.from)));
        lines.put(&format!("TZOFFSETTO:{}", offset(self.to)));
        lines.text("TZNAME", &self.name);
        lines.put(&format!("END:{kind}"));
    }
}

impl Zone {
    /// How the clock was set over its time, with what it showed when it was, in the order in which they first happened.
    /// Every time that the calendar says has an onset before it.
    fn observances(&self) -> Vec<(Observance, Vec<DateTime>)> {
        let start = self.start.checked_sub(MARGIN).unwrap_or(Timestamp::MIN);
        let end = self.end.checked_add(MARGIN).unwrap_or(Timestamp::MAX);
        let before = self.rules.preceding(start).find_map(|change| self.change(change.timestamp()));
        let since = before.as_ref().map_or(start, |(_, at)| *at);
        let first = before.unwrap_or_else(|| self.unchanged(start));
        let later = self.rules.following(since).map(|change| change.timestamp()).take_while(|at| *at <= end);
        let mut found: Vec<(Observance, Vec<DateTime>)> = Vec::new();
        for (observance, at) in [first].into_iter().chain(later.filter_map(|at| self.change(at))) {
            // What the clock would have shown without the change.
            let onset = observance.from.to_datetime(at);
            match found.iter_mut().find(|(known, _)| *known == observance) {
                Some((_, onsets)) => onsets.push(onset),
                None => found.push((observance, vec![onset])),
            }
        }
        found
    }

    /// What the database calls a change; it has some that change nothing.
    fn change(&self, at: Timestamp) -> Option<(Observance, Timestamp)> {
        let before = self.rules.to_offset_info(at.checked_sub(SECOND).ok()?);
        let after = self.rules.to_offset_info(at);
        if before == after {
            return None;
        }
        let (from, to) = (before.offset(), after.offset());
        // Some countries have summer's time by law and set the clock back for winter, as Ireland does. Readers take the
        // one that is ahead for DAYLIGHT, and copies of the zone database differ in what they call it.
        let daylight = match (before.dst().is_dst(), after.dst().is_dst()) {
            (was, is) if was == is || from == to => is,
            _ => to > from,
        };
        Some((Observance { daylight, from, to, name: after.abbreviation().to_owned() }, at))
    }

    /// The first way in which the clock was set, as if it had been so for long.
    fn unchanged(&self, start: Timestamp) -> (Observance, Timestamp) {
        let info = self.rules.to_offset_info(start);
        let (to, name) = (info.offset(), info.abbreviation().to_owned());
        (Observance { daylight: info.dst().is_dst(), from: to, to, name }, start.min(Timestamp::UNIX_EPOCH))
    }
}

/// A time without a zone, section 3.3.5.
fn local(wall: DateTime) -> String {
    wall.strftime("%Y%m%dT%H%M%S").to_string()
}

/// An offset from UTC, section 3.3.14.
fn offset(offset: Offset) -> String {
    let seconds = offset.seconds();
    let (sign, seconds) = (if seconds < 0 { '-' } else { '+' }, seconds.unsigned_abs());
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if seconds == 0 {
        format!("{sign}{hours:02}{minutes:02}")
    } else {
        format!("{sign}{hours:02}{minutes:02}{seconds:02}")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn vtimezone(name: &str, start: &str, end: &str) -> String {
        let (mut zones, mut lines) = (Zones::default(), Lines::default());
        zones.say(name, at(start), at(end));
        zones.write(&mut lines);
        lines.into_text().replace("\r\n", "\n")
    }

    /// A reader of its own: by zone, when which offset began.
    #[derive(Debug, Default)]
    struct Reader(HashMap<String, Vec<(DateTime, SignedDuration)>>);

    fn read_local(text: &str) -> DateTime {
        DateTime::strptime("%Y%m%dT%H%M%S", text).unwrap()
    }

    fn read_offset(text: &str) -> SignedDuration {
        let (sign, digits) = text.split_at(1);
        let part = |at: usize| digits.get(at..at + 2).map_or(0, |part| part.parse::<i64>().unwrap());
        let seconds = part(0) * 3600 + part(2) * 60 + part(4);
        SignedDuration::from_secs(if sign == "-" { -seconds } else { seconds })
    }

    impl Reader {
        fn new(text: &str) -> Self {
            let mut reader = Self::default();
            let (mut zone, mut onsets) = (String::new(), Vec::new());
            for line in text.replace("\r\n ", "").lines() {
                match line.split_once(':').unwrap() {
                    ("TZID", name) => name.clone_into(&mut zone),
                    ("DTSTART" | "RDATE", onset) => onsets.push(read_local(onset)),
                    ("TZOFFSETTO", offset) => {
                        let known = reader.0.entry(zone.clone()).or_default();
                        known.extend(onsets.drain(..).map(|onset| (onset, read_offset(offset))));
                    }
                    _ => {}
                }
            }
            reader
        }

        fn instant(&self, said: &str) -> Timestamp {
            let (zone, wall) = match said.strip_prefix(";TZID=") {
                None => {
                    return Timestamp::strptime("%Y%m%dT%H%M%S%z", said.replace(':', "").replace('Z', "+0000"))
                        .unwrap();
                }
                Some(rest) => rest.split_once(':').unwrap(),
            };
            let wall = read_local(wall);
            let (_, offset) = self.0[zone].iter().filter(|(onset, _)| *onset <= wall).max().unwrap();
            Offset::UTC.to_timestamp(wall).unwrap() - *offset
        }
    }

    const ZONES: [&str; 16] = [
        "Europe/Amsterdam",
        "Europe/Dublin",
        "Europe/Lisbon",
        "Europe/Moscow",
        "Europe/Istanbul",
        "Africa/Casablanca",
        "Africa/Cairo",
        "America/New_York",
        "America/Sao_Paulo",
        "America/St_Johns",
        "Antarctica/Troll",
        "Asia/Kathmandu",
        "Asia/Pyongyang",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Etc/GMT+5",
    ];

    #[test]
    fn ireland_is_ahead_in_summer() {
        assert_eq!(
            vtimezone("europe/dublin", "2026-06-01T07:00Z", "2027-12-01T08:00Z"),
            "\
BEGIN:VTIMEZONE
TZID:Europe/Dublin
BEGIN:DAYLIGHT
DTSTART:20260329T010000
RDATE:20270328T010000
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
TZNAME:IST
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:20261025T020000
RDATE:20271031T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
TZNAME:GMT
END:STANDARD
END:VTIMEZONE
"
        );
    }

    #[test]
    fn a_clock_that_is_never_set_has_one_standard() {
        for (name, onset, from, to, called) in [
            ("Etc/GMT+5", "19691231T190000", "-0500", "-0500", "-05"),
            ("Asia/Kathmandu", "19860101T000000", "+0530", "+0545", "+0545"),
        ] {
            assert_eq!(
                vtimezone(name, "2026-06-01T07:00Z", "2040-06-01T08:00Z"),
                format!(
                    "BEGIN:VTIMEZONE\nTZID:{name}\nBEGIN:STANDARD\nDTSTART:{onset}\nTZOFFSETFROM:{from}\n\
                     TZOFFSETTO:{to}\nTZNAME:{called}\nEND:STANDARD\nEND:VTIMEZONE\n"
                )
            );
        }
    }

    #[test]
    fn times_before_a_clock_was_first_set_have_an_onset() {
        let text = vtimezone("Europe/Amsterdam", "1700-06-01T07:00Z", "1700-06-01T08:00Z");
        assert!(text.contains("DTSTART:17000530T") && text.contains("TZNAME:LMT"), "{text}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]
        #[test]
        fn i48_what_is_said_is_read_as_the_same_instant(
            events in prop::collection::vec((0..ZONES.len(), 8_000_000_i64..42_000_000, 1_i64..600_000), 1..6),
        ) {
            let (mut zones, mut lines) = (Zones::default(), Lines::default());
            let said: Vec<_> = events
                .into_iter()
                .map(|(which, minute, length)| {
                    let [start, end] = [minute, minute + length].map(|at| Timestamp::from_second(at * 60).unwrap());
                    (zones.say(ZONES[which], start, end), start, end)
                })
                .collect();
            zones.write(&mut lines);
            let reader = Reader::new(&lines.into_text());
            for (said, start, end) in said {
                prop_assert_eq!([reader.instant(&said.start), reader.instant(&said.end)], [start, end], "{:?}", said);
            }
        }

        #[test]
        fn i48_also_close_to_where_the_clock_is_set(
            which in 0..ZONES.len(),
            year in 1985_i16..2090,
            change in 0_usize..4,
            before in -300_i64..300,
            length in 1_i64..300,
        ) {
            let rules = TimeZone::get(ZONES[which]).unwrap();
            let new_year = Offset::UTC.to_timestamp(jiff::civil::date(year, 1, 1).at(0, 0, 0, 0)).unwrap();
            let near = rules.following(new_year).nth(change).map_or(new_year, |change| change.timestamp());
            let start = near + SignedDuration::from_mins(before);
            let end = start + SignedDuration::from_mins(length);
            let (mut zones, mut lines) = (Zones::default(), Lines::default());
            let said = zones.say(ZONES[which], start, end);
            zones.write(&mut lines);
            let reader = Reader::new(&lines.into_text());
            prop_assert_eq!([reader.instant(&said.start), reader.instant(&said.end)], [start, end], "{:?}", said);
        }
    }

    #[test]
    fn i48_twenty_years_are_read_back() {
        for name in ZONES {
            let (mut zones, mut lines) = (Zones::default(), Lines::default());
            let (first, last) = (at("2010-01-01T00:00Z").as_second(), at("2030-01-01T00:00Z").as_second());
            let said: Vec<_> = (first..last)
                .step_by(7 * 3600 + 1800)
                .map(|second| Timestamp::from_second(second).unwrap())
                .map(|at| (at, zones.say(name, at, at)))
                .collect();
            zones.write(&mut lines);
            let reader = Reader::new(&lines.into_text());
            for (at, said) in said {
                assert_eq!(reader.instant(&said.start), at, "{name} {said:?}");
            }
        }
    }
}
