//! Calendars as the programs that people already have read them: iCalendar, RFC 5545.
//!
//! Most of what goes in was written by strangers. Whatever it is, it stays inside the one property that it was put in.

use std::fmt::Write as _;

use jiff::Timestamp;

use self::line::{Lines, parameter, utc};
use self::zone::{Said, Zones};

mod line;
mod zone;

/// Is it going to happen? RFC 5545, section 3.8.1.11.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Asked for, or held.
    Tentative,
    /// Agreed.
    Confirmed,
    /// It was to happen. Readers that know of it drop it when they see this.
    Cancelled,
}

impl Status {
    const fn name(self) -> &'static str {
        match self {
            Self::Tentative => "TENTATIVE",
            Self::Confirmed => "CONFIRMED",
            Self::Cancelled => "CANCELLED",
        }
    }
}

/// Something that happens once: a VEVENT, RFC 5545, section 3.6.1.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// What it is known by for good (UID).
    pub uid: String,
    /// Grows with every change that matters (SEQUENCE).
    pub sequence: u32,
    /// Is it going to happen?
    pub status: Status,
    /// Its first instant. Parts of a second cannot be said.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
    /// The IANA name of the zone that its clock is in; in UTC when there is none of that name.
    pub zone: String,
    /// What it is, in a line.
    pub summary: String,
    /// What else there is to say, as plain text.
    pub description: Option<String>,
    /// Where, as people say it.
    pub location: Option<String>,
    /// Where, as degrees of latitude and longitude; left out when there is no such place.
    pub geo: Option<(f64, f64)>,
    /// A page about it.
    pub url: Option<String>,
    /// A name, and the URI that belongs to it, such as `mailto:` or `https:` (ORGANIZER).
    pub organizer: Option<(String, String)>,
    /// When it was first written down.
    pub created: Timestamp,
    /// When it was last changed (DTSTAMP and LAST-MODIFIED).
    pub updated: Timestamp,
    /// Takes nobody's time (TRANSP).
    pub transparent: bool,
    /// For the reader only (CLASS).
    pub private: bool,
}

impl Event {
    fn write(&self, lines: &mut Lines, zones: &mut Zones) {
        lines.put("BEGIN:VEVENT");
        lines.text("UID", &self.uid);
        lines.put(&format!("DTSTAMP:{}", utc(self.updated)));
        let Said { start, end } = zones.say(&self.zone, self.start, self.end);
        lines.put(&format!("DTSTART{start}"));
        // An end that is not later must not be written; without one it ends when it begins.
        if utc(self.start) < utc(self.end) {
            lines.put(&format!("DTEND{end}"));
        }
        lines.put(&format!("SEQUENCE:{}", self.sequence.min(i32::MAX.unsigned_abs())));
        lines.put(&format!("STATUS:{}", self.status.name()));
        lines.text("SUMMARY", &self.summary);
        if let Some(description) = &self.description {
            lines.text("DESCRIPTION", description);
        }
        if let Some(location) = &self.location {
            lines.text("LOCATION", location);
        }
        if let Some((latitude, longitude)) = self.geo
            && latitude.abs() <= 90.0
            && longitude.abs() <= 180.0
        {
            lines.put(&format!("GEO:{latitude:.6};{longitude:.6}"));
        }
        if let Some(url) = &self.url {
            lines.uri("URL", url);
        }
        if let Some((name, uri)) = &self.organizer {
            let mut property = "ORGANIZER".to_owned();
            if !name.is_empty() {
                let _ = write!(property, ";CN={}", parameter(name));
            }
            lines.uri(&property, uri);
        }
        if self.private {
            lines.put("CLASS:PRIVATE");
        }
        lines.put(if self.transparent { "TRANSP:TRANSPARENT" } else { "TRANSP:OPAQUE" });
        lines.put(&format!("CREATED:{}", utc(self.created)));
        lines.put(&format!("LAST-MODIFIED:{}", utc(self.updated)));
        lines.put("END:VEVENT");
    }
}

/// A calendar to subscribe to: a VCALENDAR, RFC 5545, section 3.4; its name and how often to come back are RFC 7986.
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    /// What readers list it as.
    pub name: String,
    /// What is in it. Each `uid` is to be there once.
    pub events: Vec<Event>,
}

impl Calendar {
    /// It as text, for `text/calendar; charset=utf-8`.
    #[must_use]
    pub fn text(&self) -> String {
        let (mut events, mut zones) = (Lines::default(), Zones::default());
        for event in &self.events {
            event.write(&mut events, &mut zones);
        }
        let mut lines = begin();
        lines.put("METHOD:PUBLISH");
        lines.text("NAME", &self.name);
        lines.text("X-WR-CALNAME", &self.name);
        lines.put("REFRESH-INTERVAL;VALUE=DURATION:PT15M");
        zones.write(&mut lines);
        lines.append(&events);
        lines.put("END:VCALENDAR");
        lines.into_text()
    }
}

/// In which way somebody or something is not free: FBTYPE, RFC 5545, section 3.2.9.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BusyType {
    /// Taken.
    Busy,
    /// Perhaps taken.
    Tentative,
    /// Not to be had, such as when it is closed.
    Unavailable,
}

impl BusyType {
    const fn name(self) -> &'static str {
        match self {
            Self::Busy => "BUSY",
            Self::Tentative => "BUSY-TENTATIVE",
            Self::Unavailable => "BUSY-UNAVAILABLE",
        }
    }
}

/// When somebody or something is not free, and nothing about why: a VFREEBUSY, RFC 5545, section 3.6.4.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreeBusy {
    /// What it is known by for good (UID).
    pub uid: String,
    /// Where this can be had again.
    pub url: String,
    /// The first instant that it tells about.
    pub start: Timestamp,
    /// The first instant that it no longer tells about.
    pub end: Timestamp,
    /// When it was put together (DTSTAMP).
    pub stamp: Timestamp,
    /// From when until before when, and in which way. Empty ones are left out.
    pub busy: Vec<(Timestamp, Timestamp, BusyType)>,
}

impl FreeBusy {
    /// It as text, for `text/calendar; charset=utf-8`.
    #[must_use]
    pub fn text(&self) -> String {
        // No METHOD: one that is published must name an organizer (RFC 5546, section 3.3.1), and here nobody is named.
        let mut lines = begin();
        lines.put("BEGIN:VFREEBUSY");
        lines.text("UID", &self.uid);
        lines.put(&format!("DTSTAMP:{}", utc(self.stamp)));
        lines.put(&format!("DTSTART:{}", utc(self.start)));
        lines.put(&format!("DTEND:{}", utc(self.end)));
        lines.uri("URL", &self.url);
        let mut busy = self.busy.clone();
        busy.sort_unstable();
        for (start, end, kind) in busy {
            let (start, end) = (utc(start), utc(end));
            if start < end {
                lines.put(&format!("FREEBUSY;FBTYPE={}:{start}/{end}", kind.name()));
            }
        }
        lines.put("END:VFREEBUSY");
        lines.put("END:VCALENDAR");
        lines.into_text()
    }
}

fn begin() -> Lines {
    let mut lines = Lines::default();
    lines.put("BEGIN:VCALENDAR");
    lines.put("VERSION:2.0");
    lines.put("PRODID:-//Thirdspace//thirdspace//EN");
    lines.put("CALSCALE:GREGORIAN");
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn event(zone: &str, start: &str, end: &str) -> Event {
        Event {
            uid: "claim-1@space.example".to_owned(),
            sequence: 3,
            status: Status::Confirmed,
            start: at(start),
            end: at(end),
            zone: zone.to_owned(),
            summary: "Desk 4; by the window, upstairs".to_owned(),
            description: Some("Bring a badge.\r\nAsk for \\ at the door".to_owned()),
            location: Some("Rue de l’Église 7, 1000 Bruxelles".to_owned()),
            geo: Some((50.8503, -4.3517)),
            url: Some("https://space.example/claims/1?a=b,c;d".to_owned()),
            organizer: Some(("Sam \"S\" Jansen".to_owned(), "mailto:sam@space.example".to_owned())),
            created: at("2026-01-02T03:04:05Z"),
            updated: at("2026-01-03T03:04:05.75Z"),
            transparent: false,
            private: true,
        }
    }

    fn calendar(events: Vec<Event>) -> Calendar {
        Calendar { name: "My desks".to_owned(), events }
    }

    fn unfolded(text: &str) -> Vec<String> {
        let text = text.strip_suffix("\r\n").unwrap().replace("\r\n ", "");
        text.split("\r\n").map(str::to_owned).collect()
    }

    fn value<'a>(lines: &'a [String], start: &str) -> Vec<&'a str> {
        lines.iter().filter_map(|line| line.strip_prefix(start)).collect()
    }

    #[test]
    fn i48_a_calendar_is_this_text() {
        let text = calendar(vec![event("Europe/Brussels", "2026-10-24T20:00Z", "2026-10-25T08:00Z")]).text();
        let expected = "\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Thirdspace//thirdspace//EN
CALSCALE:GREGORIAN
METHOD:PUBLISH
NAME:My desks
X-WR-CALNAME:My desks
REFRESH-INTERVAL;VALUE=DURATION:PT15M
BEGIN:VTIMEZONE
TZID:Europe/Brussels
BEGIN:DAYLIGHT
DTSTART:20260329T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:20261025T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:claim-1@space.example
DTSTAMP:20260103T030405Z
DTSTART;TZID=Europe/Brussels:20261024T220000
DTEND;TZID=Europe/Brussels:20261025T090000
SEQUENCE:3
STATUS:CONFIRMED
SUMMARY:Desk 4\\; by the window\\, upstairs
DESCRIPTION:Bring a badge.\\nAsk for \\\\ at the door
LOCATION:Rue de l’Église 7\\, 1000 Bruxelles
GEO:50.850300;-4.351700
URL:https://space.example/claims/1?a=b,c;d
ORGANIZER;CN=\"Sam 'S' Jansen\":mailto:sam@space.example
CLASS:PRIVATE
TRANSP:OPAQUE
CREATED:20260102T030405Z
LAST-MODIFIED:20260103T030405Z
END:VEVENT
END:VCALENDAR
";
        assert_eq!(text, expected.replace('\n', "\r\n"));
    }

    #[test]
    fn i48_others_see_when_and_nothing_else() {
        let free_busy = FreeBusy {
            uid: "space-1".to_owned(),
            url: "https://space.example/busy.ics".to_owned(),
            start: at("2026-06-01T00:00Z"),
            end: at("2026-06-08T00:00Z"),
            stamp: at("2026-05-31T12:00Z"),
            busy: vec![
                (at("2026-06-02T09:00Z"), at("2026-06-02T10:00Z"), BusyType::Tentative),
                (at("2026-06-01T22:00Z"), at("2026-06-02T06:00Z"), BusyType::Unavailable),
                (at("2026-06-02T08:00Z"), at("2026-06-02T08:00Z"), BusyType::Busy),
                (at("2026-06-02T08:00Z"), at("2026-06-02T09:00Z"), BusyType::Busy),
            ],
        };
        let expected = "\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Thirdspace//thirdspace//EN
CALSCALE:GREGORIAN
BEGIN:VFREEBUSY
UID:space-1
DTSTAMP:20260531T120000Z
DTSTART:20260601T000000Z
DTEND:20260608T000000Z
URL:https://space.example/busy.ics
FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20260601T220000Z/20260602T060000Z
FREEBUSY;FBTYPE=BUSY:20260602T080000Z/20260602T090000Z
FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260602T090000Z/20260602T100000Z
END:VFREEBUSY
END:VCALENDAR
";
        assert_eq!(free_busy.text(), expected.replace('\n', "\r\n"));
    }

    #[test]
    fn utc_and_zones_that_nobody_knows_have_no_vtimezone() {
        for zone in ["UTC", "Etc/UTC", "Mars/Olympus", "", "Europe/Brussels\r\nX-EVIL:1", "../../etc/passwd"] {
            let text = calendar(vec![event(zone, "2026-06-01T07:00Z", "2026-06-01T08:00Z")]).text();
            assert!(text.contains("\r\nDTSTART:20260601T070000Z\r\nDTEND:20260601T080000Z\r\n"), "{zone}");
            assert!(!text.contains("TZ") && !text.contains("EVIL"), "{zone}");
        }
    }

    #[test]
    fn a_time_that_happens_the_second_time_is_written_in_utc() {
        for (zone, first, second) in [
            ("Europe/Amsterdam", "2026-10-25T00:30Z", "2026-10-25T01:30Z"),
            ("Europe/Dublin", "2026-10-25T00:30Z", "2026-10-25T01:30Z"),
            ("America/New_York", "2026-11-01T05:30Z", "2026-11-01T06:30Z"),
            ("Australia/Lord_Howe", "2027-04-03T14:45Z", "2027-04-03T15:15Z"),
            ("Africa/Casablanca", "2027-02-07T01:30Z", "2027-02-07T02:30Z"),
        ] {
            let (before, after) = (at(first) - jiff::SignedDuration::from_hours(3), "2030-01-01T00:00Z");
            let start = unfolded(&calendar(vec![event(zone, first, after)]).text());
            assert_eq!(value(&start, "DTSTART;TZID=").len(), 1, "{zone}: the first is what a reader takes it for");
            for (start, end) in [(second, after), (&before.to_string(), second), (first, second)] {
                let lines = unfolded(&calendar(vec![event(zone, start, end)]).text());
                assert_eq!(value(&lines, "DTSTART:"), [utc(at(start))], "{zone}");
                assert_eq!(value(&lines, "DTEND:"), [utc(at(end))], "{zone}");
                assert_eq!(value(&lines, "TZID"), [""; 0], "{zone}: no VTIMEZONE that nothing refers to");
            }
        }
    }

    #[test]
    fn what_has_no_valid_form_is_left_out() {
        let mut event = event("Asia/Kathmandu", "2026-06-01T07:00:00.2Z", "2026-06-01T07:00:00.9Z");
        (event.sequence, event.geo, event.url) = (u32::MAX, Some((f64::NAN, 0.0)), Some("\r\n".to_owned()));
        event.organizer = Some((String::new(), "https://space.example/a b\"é".to_owned()));
        let lines = unfolded(&calendar(vec![event.clone()]).text());
        assert!(lines.contains(&"SEQUENCE:2147483647".to_owned()));
        assert!(lines.contains(&"ORGANIZER:https://space.example/a%20b%22%C3%A9".to_owned()));
        for name in ["DTEND", "GEO", "URL"] {
            assert!(value(&lines, name).is_empty(), "{name}");
        }
        event.geo = Some((0.0, 180.5));
        assert!(!calendar(vec![event]).text().contains("GEO"));
    }

    /// `schemas/calendar/zones.ics` is what a foreign parser is asked about: each summary says the instants that were meant.
    #[test]
    fn i48_the_calendar_for_foreign_parsers_is_the_newest() {
        let zones = ["Europe/Amsterdam", "Europe/Dublin", "Australia/Lord_Howe", "America/New_York", "Asia/Kathmandu"];
        let mut events = Vec::new();
        for zone in zones.into_iter().chain(["UTC"]) {
            let rules = jiff::tz::TimeZone::get(zone).unwrap();
            let changes = rules.following(at("2026-01-01T00:00Z")).map(|change| change.timestamp());
            for change in changes.take_while(|change| *change < at("2027-01-01T00:00Z")) {
                for minutes in [-150, -75, -15, 0, 30, 75] {
                    let start = change + jiff::SignedDuration::from_mins(minutes);
                    let end = start + jiff::SignedDuration::from_mins(80);
                    let mut event = event(zone, &start.to_string(), &end.to_string());
                    event.uid = format!("{zone}-{}@space.example", start.as_second());
                    event.summary = format!("{start}|{end}|🪑 ünïcödé; , \\ \n");
                    event.description =
                        Some("a\r\nEND:VEVENT\rATTACH:x\u{2028}X-EVIL:1\u{85}X-EVIL:2\u{b}X-EVIL:3".into());
                    events.push(event);
                }
            }
            events.push(Event { uid: zone.to_owned(), ..event(zone, "2026-06-01T07:00Z", "2026-06-01T08:00Z") });
        }
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/calendar/zones.ics");
        let text = calendar(events).text();
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == text, "schemas/calendar/zones.ics is old; run this test with UPDATE_SCHEMAS=1");
    }

    /// The names of what is there, as a reader that also breaks lines wherever Unicode has a break would see them.
    fn names(text: &str) -> Vec<String> {
        let breaks = ['\r', '\n', '\u{b}', '\u{c}', '\u{1c}', '\u{1d}', '\u{1e}', '\u{85}', '\u{2028}', '\u{2029}'];
        let text = text.replace("\r\n ", "");
        text.split(breaks)
            .filter(|line| !line.is_empty())
            .map(|line| line.split([':', ';']).next().unwrap().to_owned())
            .collect()
    }

    proptest! {
        #[test]
        fn nothing_that_a_stranger_wrote_begins_a_property(
            hostile in r#"([\r\n\t\x00\x0b\x0c\x1c\x7f\u{85}\u{2028}\u{2029}";:,\\^ é🪑]|ATTACH:x|END:VEVENT|\PC){1,60}"#,
        ) {
            let mut evil = event("Europe/Dublin", "2026-06-01T07:00Z", "2026-06-01T08:00Z");
            let good = calendar(vec![evil.clone()]).text();
            let some = || Some(hostile.clone());
            (evil.uid, evil.summary) = (hostile.clone(), hostile.clone());
            (evil.description, evil.location) = (some(), some());
            evil.url = Some(format!("x:{hostile}"));
            evil.organizer = Some((hostile.clone(), format!("x:{hostile}")));
            let text = Calendar { name: hostile.clone(), events: vec![evil] }.text();
            prop_assert_eq!(names(&text), names(&good));
            let lines = unfolded(&text);
            let organizer = value(&lines, "ORGANIZER;CN=\"")[0];
            let (name, uri) = organizer.split_once('"').unwrap();
            prop_assert!(!name.contains('"') && uri.starts_with(":x:") && !uri.contains('"'), "{}", organizer);
        }
    }
}
