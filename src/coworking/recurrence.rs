//! The rule of what is done again and again: a part of the recurrence rules of RFC 5545.
//!
//! A rule says on which dates. The time of day and the zone are those of the series.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::{Span, Timestamp};

use super::refusal::Refusal;
use super::space::Zone;

/// The most occurrences of a series, those deleted among them.
pub const COUNT_LIMIT: usize = 52;
/// The most months from the first occurrence to the last.
pub const SPAN: i64 = 12;

const FREQUENCIES: [(&str, Frequency); 4] = [
    ("DAILY", Frequency::Daily),
    ("WEEKLY", Frequency::Weekly),
    ("MONTHLY", Frequency::Monthly),
    ("YEARLY", Frequency::Yearly),
];
const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Monday),
    ("TU", Weekday::Tuesday),
    ("WE", Weekday::Wednesday),
    ("TH", Weekday::Thursday),
    ("FR", Weekday::Friday),
    ("SA", Weekday::Saturday),
    ("SU", Weekday::Sunday),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// What one may have expected, and is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skipped {
    /// The month has no such day.
    NoSuchDay {
        /// The year.
        year: i16,
        /// The month.
        month: i8,
        /// The day as the rule names it: below zero from the end.
        day: i8,
    },
    /// The zone left this day out.
    LeftOut(Date),
    /// Clocks are set forward so that nothing is left of the one that was to start then.
    Collapsed(DateTime),
}

/// When a rule ends. What starts at the end itself still belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    Never,
    After(usize),
    OnDate(Date),
    AtWall(DateTime),
    AtInstant(Timestamp),
}

/// On which dates something is repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    frequency: Frequency,
    interval: i64,
    /// In their order; of a month the first, second or, below zero, last ones; 0 is each.
    weekdays: Vec<(Weekday, i8)>,
    month_days: BTreeSet<i8>,
    pub(super) ends: Ends,
    week_start: Weekday,
}

fn named<T: Copy>(names: &[(&str, T)], text: &str) -> Option<T> {
    names.iter().find(|(name, _)| *name == text).map(|(_, value)| *value)
}

fn name_of<T: PartialEq>(names: &[(&'static str, T)], value: &T) -> &'static str {
    names.iter().find(|(_, other)| other == value).map_or("", |(name, _)| name)
}

/// A number without a sign that is not above a limit.
fn number(text: &str, limit: usize) -> Option<usize> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| digits && (1..=limit).contains(number))
}

/// A number from either end.
fn ordinal(text: &str, limit: u8) -> Option<i8> {
    text.parse().ok().filter(|number: &i8| (1..=limit).contains(&number.unsigned_abs()))
}

/// `20261231`, `20261231T190000` or `20261231T180000Z`.
fn until(text: &str) -> Option<Ends> {
    let form: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    match form.as_str() {
        "00000000" => text.parse().ok().map(Ends::OnDate),
        "00000000T000000" => text.parse().ok().map(Ends::AtWall),
        "00000000T000000Z" => text.parse().ok().map(Ends::AtInstant),
        _ => None,
    }
}

impl Rule {
    /// Reads `FREQ=WEEKLY;BYDAY=TU;COUNT=10` and the like; whatever it does not know is refused.
    ///
    /// # Errors
    /// [`Refusal::Malformed`], with what would pass.
    pub fn parse(field: &'static str, text: &str) -> Result<Self, Refusal> {
        const PARTS: &str = "a rule such as FREQ=WEEKLY;BYDAY=TU;COUNT=10, of FREQ, INTERVAL, BYDAY when WEEKLY, BYDAY \
                             or BYMONTHDAY when MONTHLY, COUNT or UNTIL, and WKST, each once";
        let text = text.trim().to_ascii_uppercase();
        let wrong = |expected| Refusal::malformed(field, &text, expected);
        let mut parts = BTreeMap::new();
        for part in text.split(';') {
            let (name, value) = part.split_once('=').ok_or_else(|| wrong(PARTS))?;
            if parts.insert(name, value).is_some() {
                return Err(wrong(PARTS));
            }
        }
        let frequency = parts.remove("FREQ").and_then(|value| named(&FREQUENCIES, value));
        let frequency = frequency.ok_or_else(|| wrong("a rule with FREQ of DAILY, WEEKLY, MONTHLY or YEARLY"))?;
        let interval = parts.remove("INTERVAL").map_or(Some(1), |value| number(value, 99));
        let interval = interval.ok_or_else(|| wrong("a rule with INTERVAL from 1 to 99"))?;
        let ends = match (parts.remove("COUNT"), parts.remove("UNTIL")) {
            (None, None) => Some(Ends::Never),
            (Some(count), None) => number(count, usize::from(u16::MAX)).map(Ends::After),
            (None, Some(end)) => until(end),
            (Some(_), Some(_)) => None,
        };
        let ends = ends.ok_or_else(|| {
            wrong("a rule with COUNT from 1 or UNTIL such as 20261231, 20261231T190000 or 20261231T180000Z, not both")
        })?;
        let week_start = parts.remove("WKST").map_or(Some(Weekday::Monday), |value| named(&WEEKDAYS, value));
        let week_start = week_start.ok_or_else(|| wrong("a rule with WKST of MO, TU, WE, TH, FR, SA or SU"))?;
        let monthly = frequency == Frequency::Monthly;
        let (mut weekdays, mut month_days) = (Vec::new(), BTreeSet::new());
        if monthly || frequency == Frequency::Weekly {
            let weekday = |value: &str| {
                let (nth, name) = value.split_at_checked(value.len().checked_sub(2)?)?;
                let nth = if nth.is_empty() { 0 } else { ordinal(nth, 5).filter(|_| monthly)? };
                Some((named(&WEEKDAYS, name)?, nth))
            };
            let read = |value: &str| value.split(',').map(weekday).collect::<Option<_>>();
            weekdays = parts.remove("BYDAY").map_or(Some(Vec::new()), read).ok_or_else(|| {
                wrong("a rule with BYDAY such as MO,FR, or, MONTHLY, such as 2TU for the second and -1FR for the last")
            })?;
            weekdays.sort_by_key(|(weekday, nth)| (weekday.to_monday_zero_offset(), *nth));
            weekdays.dedup();
        }
        if monthly && weekdays.is_empty() {
            let read = |value: &str| value.split(',').map(|day| ordinal(day, 31)).collect();
            month_days = parts.remove("BYMONTHDAY").map_or(Some(BTreeSet::new()), read).ok_or_else(|| {
                wrong("a rule with BYMONTHDAY such as 1,15 or -1 for the last, from 1 to 31 from either end")
            })?;
        }
        if !parts.is_empty() {
            return Err(wrong(PARTS));
        }
        let interval = i64::try_from(interval).unwrap_or(1);
        Ok(Self { frequency, interval, weekdays, month_days, ends, week_start })
    }

    /// The starts of a series with this first one, and the days that are skipped. A day that the zone left out is like
    /// one that a month does not have.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] when the first does not follow the rule; [`Refusal::TooMany`] and [`Refusal::TooFar`].
    pub(super) fn starts(&self, zone: &Zone, start: DateTime) -> Result<(Vec<DateTime>, Vec<Skipped>), Refusal> {
        let (first, latest) = (start.date(), latest(start));
        let next = self.first_from(first);
        if next != Some(first) {
            let hint = next.map(|next| format!(" (the next that does is {next})")).unwrap_or_default();
            return Err(Refusal::malformed("start", format!("{first}{hint}"), "a date that follows the rule"));
        }
        let too_many = |found| Refusal::TooMany { field: "rule", limit: COUNT_LIMIT, found };
        let time = start.time();
        let (mut starts, mut skipped) = (Vec::new(), Vec::new());
        for (date, missing) in self.dates(first) {
            let start = date.to_datetime(time);
            let ended = match self.ends {
                Ends::Never => false,
                Ends::After(count) if count > COUNT_LIMIT => return Err(too_many(count)),
                Ends::After(count) => starts.len() >= count,
                Ends::OnDate(last) => date > last,
                Ends::AtWall(last) => start > last,
                Ends::AtInstant(last) => zone.meaning("rule", start)?.of_series() > last,
            };
            if ended {
                break;
            }
            match missing {
                Some(_) if start > latest => {}
                Some(day) => skipped.push(Skipped::NoSuchDay { year: date.year(), month: date.month(), day }),
                None if start > latest && starts.len() <= COUNT_LIMIT => {
                    return Err(too_far(zone, "rule", start, latest));
                }
                None if start > latest => break,
                None if zone.day(date).is_none() => skipped.push(Skipped::LeftOut(date)),
                None => starts.push(start),
            }
        }
        if starts.len() > COUNT_LIMIT {
            return Err(too_many(starts.len()));
        }
        if starts.is_empty() {
            return Err(Refusal::malformed("rule", self, "a rule that ends after the first occurrence has begun"));
        }
        Ok((starts, skipped))
    }

    /// The first date from this one on that could be the first of a series.
    fn first_from(&self, date: Date) -> Option<Date> {
        let every = Self { interval: 1, ..self.clone() };
        every.dates(date).find_map(|(date, missing)| missing.is_none().then_some(date))
    }

    /// The dates from the first on, whether it follows the rule or not, as if the rule had no end. Days that a month
    /// does not have are among them, at its nearest day and with their number.
    fn dates(&self, first: Date) -> impl Iterator<Item = (Date, Option<i8>)> {
        (0..).map_while(move |period| self.period(first, period)).flatten().filter(move |(date, _)| *date >= first)
    }

    /// `None` at the end of the calendar.
    fn period(&self, first: Date, period: i64) -> Option<Vec<(Date, Option<i8>)>> {
        let steps = period.checked_mul(self.interval)?;
        let plain = |date| (date, None);
        let mut found: Vec<_> = match self.frequency {
            Frequency::Daily => vec![plain(first.checked_add(Span::new().try_days(steps).ok()?).ok()?)],
            Frequency::Weekly => {
                let begun = Span::new().days(first.weekday().since(self.week_start));
                let week = first.checked_sub(begun).ok()?.checked_add(Span::new().try_weeks(steps).ok()?).ok()?;
                let implied = [(first.weekday(), 0)];
                let weekdays = if self.weekdays.is_empty() { implied.as_slice() } else { &self.weekdays };
                let within = |weekday: Weekday| Span::new().days(weekday.since(self.week_start));
                weekdays.iter().filter_map(|(weekday, _)| week.checked_add(within(*weekday)).ok().map(plain)).collect()
            }
            Frequency::Monthly | Frequency::Yearly => {
                let months = if self.frequency == Frequency::Yearly { steps.checked_mul(12)? } else { steps };
                let month = first.first_of_month().checked_add(Span::new().try_months(months).ok()?).ok()?;
                let nth = |weekday, nth| month.nth_weekday_of_month(nth, weekday).ok().map(plain);
                let implied = BTreeSet::from([first.day()]);
                let month_days = if self.month_days.is_empty() { &implied } else { &self.month_days };
                if self.weekdays.is_empty() {
                    month_days.iter().filter_map(|day| month_day(month, *day)).collect()
                } else {
                    let all = |(weekday, which): &(Weekday, i8)| {
                        let (from, to) = if *which == 0 { (1, 5) } else { (*which, *which) };
                        (from..=to).filter_map(move |which| nth(*weekday, which)).collect::<Vec<_>>()
                    };
                    self.weekdays.iter().flat_map(all).collect()
                }
            }
        };
        found.sort_unstable();
        found.dedup();
        Some(found)
    }
}

/// The last start that a series can have.
pub(super) fn latest(first: DateTime) -> DateTime {
    first.saturating_add(Span::new().months(SPAN))
}

pub(super) fn too_far(zone: &Zone, field: &'static str, found: DateTime, latest: DateTime) -> Refusal {
    match (zone.meaning(field, found), zone.meaning(field, latest)) {
        (Ok(found), Ok(latest)) => Refusal::TooFar { field, found: found.of_series(), latest: latest.of_series() },
        (Err(refused), _) | (_, Err(refused)) => refused,
    }
}

/// A day of a month from either end; if there is none, the nearest and the number.
fn month_day(month: Date, day: i8) -> Option<(Date, Option<i8>)> {
    let last = month.days_in_month();
    let wanted = if day < 0 { last.saturating_add(day).saturating_add(1) } else { day };
    let near = wanted.clamp(1, last);
    let date = Date::new(month.year(), month.month(), near).ok()?;
    Some((date, (near != wanted).then_some(day)))
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FREQ={}", name_of(&FREQUENCIES, &self.frequency))?;
        if self.interval != 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        let mut before = ";BYDAY=";
        for (weekday, nth) in &self.weekdays {
            let nth = if *nth == 0 { String::new() } else { nth.to_string() };
            write!(f, "{before}{nth}{}", name_of(&WEEKDAYS, weekday))?;
            before = ",";
        }
        before = ";BYMONTHDAY=";
        for day in &self.month_days {
            write!(f, "{before}{day}")?;
            before = ",";
        }
        match self.ends {
            Ends::Never => Ok(()),
            Ends::After(count) => write!(f, ";COUNT={count}"),
            Ends::OnDate(date) => write!(f, ";UNTIL={}", date.strftime("%Y%m%d")),
            Ends::AtWall(wall) => write!(f, ";UNTIL={}", wall.strftime("%Y%m%dT%H%M%S")),
            Ends::AtInstant(at) => write!(f, ";UNTIL={}", at.strftime("%Y%m%dT%H%M%SZ")),
        }?;
        match self.week_start {
            Weekday::Monday => Ok(()),
            other => write!(f, ";WKST={}", name_of(&WEEKDAYS, &other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rule(text: &str) -> Rule {
        Rule::parse("rule", text).unwrap()
    }

    fn dates(text: &str, first: &str, count: usize) -> Vec<String> {
        let shown = |(date, missing): (Date, Option<i8>)| match missing {
            Some(day) => format!("no {day} in {}", date.strftime("%Y-%m")),
            None => date.to_string(),
        };
        rule(text).dates(first.parse().unwrap()).take(count).map(shown).collect()
    }

    #[test]
    fn what_is_not_known_is_refused_with_what_would_pass() {
        for (text, passes) in [
            ("", "of FREQ, INTERVAL"),
            ("weekly", "of FREQ, INTERVAL"),
            ("INTERVAL=2", "FREQ of DAILY"),
            ("FREQ=HOURLY;COUNT=2", "FREQ of DAILY"),
            ("FREQ=DAILY;FREQ=DAILY", "each once"),
            ("FREQ=DAILY;COUNT=2;", "each once"),
            ("FREQ=DAILY;BYHOUR=9", "of FREQ, INTERVAL"),
            ("FREQ=DAILY;BYDAY=MO", "BYDAY when WEEKLY"),
            ("FREQ=YEARLY;BYMONTHDAY=1", "BYMONTHDAY when MONTHLY"),
            ("FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR", "BYDAY or BYMONTHDAY"),
            ("FREQ=DAILY;INTERVAL=0", "from 1 to 99"),
            ("FREQ=DAILY;INTERVAL=100", "from 1 to 99"),
            ("FREQ=DAILY;INTERVAL=+2", "from 1 to 99"),
            ("FREQ=DAILY;COUNT=0", "COUNT from 1"),
            ("FREQ=DAILY;COUNT=2;UNTIL=20261231", "not both"),
            ("FREQ=DAILY;UNTIL=2026-12-31", "20261231T190000"),
            ("FREQ=DAILY;UNTIL=20260230", "20261231T190000"),
            ("FREQ=DAILY;WKST=DI", "MO, TU"),
            ("FREQ=WEEKLY;BYDAY=2TU", "2TU for the second"),
            ("FREQ=WEEKLY;BYDAY=MO,", "BYDAY such as"),
            ("FREQ=MONTHLY;BYDAY=6TU", "2TU for the second"),
            ("FREQ=MONTHLY;BYDAY=0é", "2TU for the second"),
            ("FREQ=MONTHLY;BYMONTHDAY=32", "1 to 31"),
            ("FREQ=MONTHLY;BYMONTHDAY=0", "1 to 31"),
        ] {
            let refused = Rule::parse("rule", text).unwrap_err();
            assert_eq!((refused.code(), refused.field()), ("malformed", Some("rule")));
            assert!(refused.to_string().contains(passes), "{text}: {refused}");
        }
        let written = rule(" freq=monthly;wkst=mo;byday=+2TU,FR,fr,-1TU;interval=01;until=20261231t180000z ");
        assert_eq!(written.to_string(), "FREQ=MONTHLY;BYDAY=-1TU,2TU,FR;UNTIL=20261231T180000Z");
    }

    #[test]
    fn the_dates_are_those_of_the_standard() {
        // The two examples of RFC 5545 in which only the first day of the week differs.
        let apart = "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU";
        assert_eq!(dates(apart, "1997-08-05", 4), ["1997-08-05", "1997-08-10", "1997-08-19", "1997-08-24"]);
        let apart = format!("{apart};WKST=SU");
        assert_eq!(dates(&apart, "1997-08-05", 4), ["1997-08-05", "1997-08-17", "1997-08-19", "1997-08-31"]);
        assert_eq!(dates("FREQ=MONTHLY;BYDAY=-2MO", "1997-09-22", 3), ["1997-09-22", "1997-10-20", "1997-11-17"]);
        assert_eq!(dates("FREQ=MONTHLY;BYMONTHDAY=-3", "1997-09-28", 3), ["1997-09-28", "1997-10-29", "1997-11-28"]);
        assert_eq!(dates("FREQ=MONTHLY", "2026-01-31", 3), ["2026-01-31", "no 31 in 2026-02", "2026-03-31"]);
        assert_eq!(dates("FREQ=YEARLY;INTERVAL=2", "2028-02-29", 2), ["2028-02-29", "no 29 in 2030-02"]);
        assert_eq!(rule("FREQ=YEARLY;INTERVAL=99").dates(Date::MAX).count(), 1, "the calendar ends");
    }

    type Weekdays = Vec<(usize, i8)>;
    type MonthDays = Vec<i8>;

    fn parts() -> impl Strategy<Value = (usize, Weekdays, MonthDays, usize)> {
        let month_day = (1_i8..=31, any::<bool>()).prop_map(|(day, last)| if last { -day } else { day });
        let weekdays = prop::collection::vec((0_usize..7, -5_i8..=5), 0..4);
        (0_usize..4, weekdays, prop::collection::vec(month_day, 0..4), 0_usize..7)
    }

    fn text((which, weekdays, month_days, week_start): &(usize, Weekdays, MonthDays, usize)) -> String {
        let nth = |nth: i8| if nth == 0 || *which == 1 { String::new() } else { nth.to_string() };
        let weekdays: Vec<_> = weekdays.iter().map(|(day, which)| nth(*which) + WEEKDAYS[*day].0).collect();
        let month_days: Vec<_> = month_days.iter().map(ToString::to_string).collect();
        let by = match which {
            1 | 2 if !weekdays.is_empty() => format!(";BYDAY={}", weekdays.join(",")),
            2 if !month_days.is_empty() => format!(";BYMONTHDAY={}", month_days.join(",")),
            _ => String::new(),
        };
        format!("WKST={}{by};FREQ={}", WEEKDAYS[*week_start].0, FREQUENCIES[*which].0)
    }

    /// Does a date follow the rule? Asked of each by itself.
    fn follows(
        (which, weekdays, month_days, week_start): &(usize, Weekdays, MonthDays, usize),
        interval: i64,
        first: Date,
        date: Date,
    ) -> bool {
        let days = |from: Date, to: Date| to.duration_since(from).as_hours() / 24;
        // 5 January 1970 was a Monday.
        let monday = Date::constant(1970, 1, 5).saturating_add(Span::new().days(i64::try_from(*week_start).unwrap()));
        let months = |date: Date| i64::from(date.year()) * 12 + i64::from(date.month());
        let (number, from_end) = (date.day(), date.day() - date.days_in_month() - 1);
        let nths = [0, (number - 1) / 7 + 1, (from_end + 1) / 7 - 1];
        let weekday =
            |(day, nth): &(usize, i8)| date.weekday() == WEEKDAYS[*day].1 && (*which == 1 || nths.contains(nth));
        let weekday = weekdays.iter().any(weekday);
        let (passed, fits) = match which {
            0 => (days(first, date), true),
            1 => {
                let same = weekdays.is_empty() && date.weekday() == first.weekday();
                (days(monday, date).div_euclid(7) - days(monday, first).div_euclid(7), weekday || same)
            }
            2 if !weekdays.is_empty() => (months(date) - months(first), weekday),
            2 if !month_days.is_empty() => {
                (months(date) - months(first), month_days.contains(&number) || month_days.contains(&from_end))
            }
            2 => (months(date) - months(first), number == first.day()),
            _ if date.month() != first.month() => return false,
            _ => (i64::from(date.year() - first.year()), number == first.day()),
        };
        fits && passed % interval == 0
    }

    proptest! {
        #[test]
        fn a_rule_is_read_as_it_is_written(
            parts in parts(), interval in 1_u8..=99, end in (0_usize..5, 1_u16.., 0_i32..700_000),
        ) {
            let wall = Date::constant(1, 1, 1).saturating_add(Span::new().days(end.2)).at(23, 59, 7, 0);
            let ends = match end.0 {
                0 => String::new(),
                1 => format!("COUNT={};", end.1),
                form => format!("UNTIL={};", wall.strftime(["%Y%m%d", "%Y%m%dT%H%M%S", "%Y%m%dT%H%M%SZ"][form - 2])),
            };
            let read = rule(&format!("{ends}INTERVAL={interval};{}", text(&parts)));
            prop_assert_eq!(&rule(&read.to_string()), &read);
            prop_assert_eq!(rule(&read.to_string()).to_string(), read.to_string());
            let again = format!("{};", read);
            prop_assert!(again.contains(&ends));
        }

        #[test]
        fn the_starts_are_on_the_days_that_follow_the_rule(
            parts in parts(), interval in 1_i64..4, from in 0_i64..800, end in (any::<bool>(), 1_usize..56, 0_i64..500),
        ) {
            let days = |from: Date| from.series(Span::new().days(1)).take(2_000);
            let from = Date::constant(2026, 1, 1).saturating_add(Span::new().days(from));
            let first = days(from).find(|date| follows(&parts, 1, *date, *date)).unwrap();
            let last = if end.0 { Date::MAX } else { first.saturating_add(Span::new().days(end.2)) };
            let count = if end.0 { end.1 } else { usize::MAX };
            let followed = days(first).filter(|date| *date <= last && follows(&parts, interval, first, *date));
            let expected: Vec<DateTime> = followed.take(count).map(|date| date.at(9, 0, 0, 0)).collect();
            let ends = if end.0 { format!("COUNT={count}") } else { format!("UNTIL={}", last.strftime("%Y%m%d")) };
            let rule = rule(&format!("{ends};INTERVAL={interval};{}", text(&parts)));
            let zone = Zone::parse("Asia/Kathmandu").unwrap();
            let found = rule.starts(&zone, first.at(9, 0, 0, 0)).map(|(starts, _)| starts);
            let late = expected.last().is_none_or(|last| *last > latest(first.at(9, 0, 0, 0)));
            let many = expected.len() > COUNT_LIMIT || end.0 && count > COUNT_LIMIT;
            match found {
                Err(Refusal::TooMany { .. }) => prop_assert!(many),
                Err(Refusal::TooFar { .. }) => prop_assert!(late || end.0 && expected.len() < count),
                found => {
                    prop_assert!(!many && !late);
                    prop_assert_eq!(found, Ok(expected));
                }
            }
            if let Some(before) = days(from).take_while(|date| *date < first).last() {
                let refused = rule.starts(&zone, before.at(9, 0, 0, 0)).unwrap_err().to_string();
                prop_assert!(refused.contains(&format!("(the next that does is {first})")), "{}", refused);
            }
        }
    }
}
