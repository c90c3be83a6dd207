//! The rule of what is done again and again: a part of the recurrence rules of RFC 5545.
//!
//! A rule says on which dates. The time of day and the zone are those of the series.

#[cfg(test)]
mod tests;

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

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchDay { year, month, day } if *day < 0 => {
                write!(f, "{year}-{month:02} has no day {} from its end", day.unsigned_abs())
            }
            Self::NoSuchDay { year, month, day } => write!(f, "{year}-{month:02} has no day {day}"),
            Self::LeftOut(date) => write!(f, "{date} was left out of the calendar there"),
            Self::Collapsed(wall) => {
                write!(f, "{}: clocks are set forward past all of it", wall.strftime("%Y-%m-%d %H:%M"))
            }
        }
    }
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

    /// Follows the first date by so many days to another day of the week.
    pub(super) fn turn(&mut self, days: i64) {
        if self.frequency == Frequency::Weekly {
            self.weekdays.iter_mut().for_each(|(weekday, _)| *weekday = weekday.wrapping_add(days));
            self.weekdays.sort_by_key(|(weekday, _)| weekday.to_monday_zero_offset());
        }
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
