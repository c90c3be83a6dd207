//! A time to book as people type it into a form: a day, from when and until when. And what a form begins with.

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Timestamp};

use super::refusal::Refusal;
use super::rules::Rules;
use super::slot::Slot;
use super::space::Zone;
use super::wall::Meaning;

/// How long something is booked for when nothing is said.
const USUAL: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What has to be typed: it depends on the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Whole days: the first and the last.
    Days,
    /// A day, from when and until when.
    Times,
    /// The same, and the day on which it ends.
    Spans,
}

impl Shape {
    /// What the rules need.
    #[must_use]
    pub fn of(rules: &Rules) -> Self {
        let is_short = rules.longest_days == Some(1) || rules.longest.is_some_and(|longest| longest <= DAY);
        match (rules.grid >= DAY, is_short) {
            (true, _) => Self::Days,
            (false, true) => Self::Times,
            (false, false) => Self::Spans,
        }
    }
}

/// What was typed, or stands there before anything is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed {
    /// The first day: `2026-10-25`.
    pub day: String,
    /// From when: `09:30`.
    pub from: String,
    /// Until when. Midnight is the end of a day.
    pub until: String,
    /// The last day; the first if it is empty.
    pub last: String,
}

impl Typed {
    /// A time as it would be typed.
    #[must_use]
    pub fn of(zone: &Zone, slot: Slot, shape: Shape) -> Self {
        let (start, end) = (zone.wall(slot.start()), zone.wall(slot.end()));
        let time = |at: DateTime| at.strftime("%H:%M").to_string();
        let last = match shape {
            Shape::Days => zone.dates(slot).last().unwrap_or(end.date()).to_string(),
            Shape::Times => String::new(),
            Shape::Spans => end.date().to_string(),
        };
        Self { day: start.date().to_string(), from: time(start), until: time(end), last }
    }

    /// The beginning and the end, as [`Zone::read`] reads them. An end that is not later than the beginning is on the day after,
    /// as with hours of opening; where the day of the end is typed, only midnight is.
    ///
    /// # Errors
    /// [`Refusal::Malformed`], naming the field.
    pub fn times(&self, zone: &Zone, shape: Shape) -> Result<(String, String), Refusal> {
        let first = date("day", &self.day)?;
        let last = if self.last.trim().is_empty() { first } else { date("last", &self.last)? };
        if shape == Shape::Days {
            let day = |field, date: Date| {
                zone.day(date).ok_or_else(|| Refusal::malformed(field, date, "a day that its clock shows"))
            };
            let (begins, ends) = (day("day", first)?, day("last", last)?);
            if last < first {
                return Err(Refusal::malformed("last", last, format!("{first} or a later day")));
            }
            return Ok((zone.shown(begins.start()), zone.shown(ends.end())));
        }
        let (from, until) = (time("from", &self.from)?, time("until", &self.until)?);
        let start = first.to_datetime(from);
        let last = if shape == Shape::Times { first } else { last };
        let is_after = until > from || last > first || shape == Shape::Spans && until != Time::midnight();
        let end = if is_after { Ok(last) } else { last.tomorrow() }.map(|date| date.to_datetime(until));
        match end.ok().filter(|end| *end > start) {
            Some(end) => Ok((written(start), written(end))),
            None => Err(Refusal::malformed("until", &self.until, format!("later than {}", start.strftime("%H:%M")))),
        }
    }
}

fn date(field: &'static str, text: &str) -> Result<Date, Refusal> {
    text.trim().parse().map_err(|_| Refusal::malformed(field, text, "a day such as 2026-10-25"))
}

fn time(field: &'static str, text: &str) -> Result<Time, Refusal> {
    text.trim().parse().map_err(|_| Refusal::malformed(field, text, "a time of the day such as 09:30"))
}

fn written(wall: DateTime) -> String {
    wall.strftime("%Y-%m-%dT%H:%M").to_string()
}

/// A time as [`Zone::read`] reads it: as the clock shows it, with its offset where the clock shows it twice.
#[must_use]
pub fn text(zone: &Zone, at: Timestamp) -> String {
    let wall = zone.wall(at);
    match zone.meaning("start", wall) {
        Ok(Meaning::Once(_)) => written(wall),
        _ => zone.shown(at),
    }
}

/// What somebody can have meant who typed times that the clock does not show or shows twice: the end of the gap, or either.
#[must_use]
pub fn readings(zone: &Zone, start: &str, end: &str) -> Vec<Slot> {
    let meant = |text: &str| -> Vec<Timestamp> {
        if let Ok(at) = zone.read("start", text) {
            return vec![at];
        }
        match text.parse::<DateTime>().map(|wall| zone.meaning("start", wall)) {
            Ok(Ok(Meaning::Once(at) | Meaning::Never { after: at, .. })) => vec![at],
            Ok(Ok(Meaning::Twice { first, second })) => vec![first, second],
            Ok(Err(_)) | Err(_) => Vec::new(),
        }
    };
    let ends = meant(end);
    let all = meant(start).into_iter().flat_map(|start| ends.iter().map(move |end| Slot::new(start, *end)));
    all.filter_map(Result::ok).collect()
}

/// The first time from a moment on that passes the rules for the grid and how long it may be, in a stretch that is free within
/// one day. What has no longest time goes on until the stretch ends.
#[must_use]
pub fn usual(zone: &Zone, rules: &Rules, free: Slot, from: Timestamp) -> Option<Slot> {
    if rules.grid >= DAY {
        return zone.day(zone.wall(free.start()).date());
    }
    let start = on_grid(zone, rules, free.start().max(from), true)?;
    let latest = on_grid(zone, rules, free.end(), false)?;
    let end = match rules.longest {
        None => latest,
        Some(longest) => {
            let long = USUAL.max(rules.shortest).min(longest);
            on_grid(zone, rules, start.checked_add(long).ok()?, true)?.min(latest)
        }
    };
    Slot::between(start, end).filter(|slot| {
        slot.elapsed() >= rules.shortest && rules.longest.is_none_or(|longest| slot.elapsed() <= longest)
    })
}

/// The time on the grid that is nearest, after or before; that one itself if it is on it.
fn on_grid(zone: &Zone, rules: &Rules, at: Timestamp, after: bool) -> Option<Timestamp> {
    let wall = zone.wall(at);
    let (grid, second) = (rules.grid.as_secs().max(1), i64::from(wall.hour()) * 3_600 + i64::from(wall.minute()) * 60);
    let past = second.rem_euclid(grid) + i64::from(wall.second());
    if past == 0 {
        return Some(at);
    }
    let moved = if after { grid - past } else { -past };
    let wall = wall.checked_add(SignedDuration::from_secs(moved)).ok()?;
    let wall = wall.with().second(0).subsec_nanosecond(0).build().ok()?;
    Some(zone.meaning("start", wall).ok()?.reached())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::coworking::rules::RulesInput;

    fn zone() -> Zone {
        Zone::parse("Europe/Amsterdam").unwrap()
    }

    fn slot(from: &str, to: &str) -> Slot {
        let at = |text| zone().read("at", text).unwrap();
        Slot::new(at(from), at(to)).unwrap()
    }

    fn rules(shortest: u32, longest: Option<u32>, grid: u32) -> Rules {
        let (shortest_minutes, grid_minutes) = (Some(shortest), Some(grid));
        RulesInput { shortest_minutes, longest_minutes: longest, grid_minutes, ..Default::default() }.parse().unwrap()
    }

    fn typed(day: &str, from: &str, until: &str, last: &str) -> Typed {
        Typed { day: day.into(), from: from.into(), until: until.into(), last: last.into() }
    }

    #[test]
    fn what_is_typed_is_a_time_by_the_clock_on_the_wall() {
        let read = |typed: &Typed, shape| typed.times(&zone(), shape);
        let pair = |start: &str, end: &str| Ok((start.to_owned(), end.to_owned()));
        let hour = typed("2027-01-18", "09:30", "11:00", "");
        assert_eq!(read(&hour, Shape::Times), pair("2027-01-18T09:30", "2027-01-18T11:00"));
        let night = typed("2027-01-18", "22:00", "02:00", "");
        assert_eq!(read(&night, Shape::Times), pair("2027-01-18T22:00", "2027-01-19T02:00"));
        assert_eq!(read(&night, Shape::Spans).unwrap_err().field(), Some("until"));
        for until in ["00:00", "00:00:00"] {
            let evening = typed("2027-01-18", "20:00", until, "2027-01-18");
            assert_eq!(
                read(&evening, Shape::Spans),
                pair("2027-01-18T20:00", "2027-01-19T00:00"),
                "the end of the day"
            );
        }
        let over = typed("2027-01-18", "20:00", "09:00", "2027-01-20");
        assert_eq!(read(&over, Shape::Spans), pair("2027-01-18T20:00", "2027-01-20T09:00"));
        let days = typed("2027-03-27", "", "", "2027-03-28");
        assert_eq!(read(&days, Shape::Days), pair("2027-03-27T00:00+01:00", "2027-03-29T00:00+02:00"));
        for (wrong, field) in [
            (typed("tomorrow", "09:00", "10:00", ""), "day"),
            (typed("2027-01-18", "nine", "10:00", ""), "from"),
            (typed("2027-01-18", "09:00", "", ""), "until"),
            (typed("2027-01-18", "09:00", "10:00", "x"), "last"),
            (typed("2027-01-18", "09:00", "10:00", "2027-01-17"), "until"),
        ] {
            assert_eq!(read(&wrong, Shape::Spans).unwrap_err().field(), Some(field), "{wrong:?}");
        }
        assert_eq!(read(&typed("2027-01-18", "", "", "2027-01-17"), Shape::Days).unwrap_err().field(), Some("last"));
    }

    #[test]
    fn i4_a_time_that_the_clock_leaves_out_or_shows_twice_can_be_chosen() {
        let gap = readings(&zone(), "2027-03-28T02:30", "2027-03-28T04:00");
        assert_eq!(gap, [slot("2027-03-28T03:00", "2027-03-28T04:00")]);
        let twice = readings(&zone(), "2027-10-31T02:30", "2027-10-31T03:00");
        let (first, second) = ("2027-10-31T02:30+02:00", "2027-10-31T02:30+01:00");
        assert_eq!(twice, [slot(first, "2027-10-31T03:00"), slot(second, "2027-10-31T03:00")]);
        assert_eq!([text(&zone(), twice[0].start()), text(&zone(), twice[0].end())], [first, "2027-10-31T03:00"]);
        assert!(readings(&zone(), "soon", "later").is_empty());
    }

    #[test]
    fn a_form_begins_with_the_next_time_that_can_be_had() {
        let free = slot("2027-01-18T09:00", "2027-01-18T18:00");
        let from = |text| slot(text, "2027-01-20T00:00").start();
        let first = |rules: &Rules, now| usual(&zone(), rules, free, from(now));
        let room = rules(30, Some(240), 15);
        assert_eq!(first(&room, "2027-01-18T07:00"), Some(slot("2027-01-18T09:00", "2027-01-18T10:00")));
        assert_eq!(first(&room, "2027-01-18T10:01"), Some(slot("2027-01-18T10:15", "2027-01-18T11:15")));
        assert_eq!(first(&room, "2027-01-18T17:20"), Some(slot("2027-01-18T17:30", "2027-01-18T18:00")));
        assert_eq!(first(&room, "2027-01-18T17:40"), None);
        let desk = rules(30, None, 15);
        assert_eq!(first(&desk, "2027-01-18T10:00"), Some(slot("2027-01-18T10:00", "2027-01-18T18:00")));
        let days = rules(5, None, 1_440);
        assert_eq!(first(&days, "2027-01-18T10:00"), zone().day(jiff::civil::date(2027, 1, 18)));
        let shapes = [&room, &desk, &days].map(Shape::of);
        assert_eq!(shapes, [Shape::Times, Shape::Spans, Shape::Days]);
    }

    proptest! {
        #[test]
        fn what_would_be_typed_is_read_as_the_same_time(
            from in 0_i64..200_000, long in 1_i64..2_000, shape in prop::sample::select(vec![Shape::Spans, Shape::Times]),
        ) {
            let at = |step: i64| Timestamp::from_second(1_800_000_000 + step * 300).unwrap();
            let long = if shape == Shape::Times { long % 250 + 1 } else { long };
            let slot = Slot::new(at(from), at(from + long)).unwrap();
            // Within the hour that the clock shows twice, an end can look earlier than its beginning.
            prop_assume!(zone().wall(slot.end()) > zone().wall(slot.start()));
            let (start, end) = Typed::of(&zone(), slot, shape).times(&zone(), shape).unwrap();
            prop_assert!(readings(&zone(), &start, &end).contains(&slot), "{start} {end}");
        }
    }
}
