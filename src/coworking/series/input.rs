//! What somebody sends who wants something again and again, and who wants it at other times.

use jiff::civil::DateTime;

use super::{Override, Rule, Scope, Series};
use crate::coworking::booking::{BookingInput, Draft, NOTE_LIMIT};
use crate::coworking::decision::Wish;
use crate::coworking::profile::NAME_LIMIT;
use crate::coworking::refusal::{self, Refusal};
use crate::coworking::resource::{STEP, UNIT_LIMIT};
use crate::coworking::slot::Slot;
use crate::coworking::space::Zone;

/// How often something is, in words or as a rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RepeatInput {
    /// A recurrence rule of RFC 5545: `FREQ=WEEKLY;COUNT=10`.
    pub rule: Option<String>,
    /// In place of a rule: `day`, `weekday`, `week`, `month`, `year`, or a number of them such as `2 weeks`.
    pub every: Option<String>,
    /// How many there are.
    pub times: Option<u32>,
    /// The last date on which there can be one: `2027-06-30`.
    pub until: Option<String>,
}

/// What somebody sends who wants to book something again and again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeriesInput {
    /// The first; its times as the clock of the space shows them.
    pub first: BookingInput,
    /// How often.
    pub repeat: RepeatInput,
}

/// What is wished again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// When.
    pub series: Series,
    /// How many units each time.
    pub units: u32,
    /// The unit that was chosen, from 0.
    pub unit: Option<u32>,
    /// For how many people.
    pub people: u32,
    /// A word to the space.
    pub note: Option<String>,
    /// For whom, if that is somebody without an account.
    pub guest: Option<String>,
}

/// What somebody sends who wants a series at other times. What is absent stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveInput {
    /// How much of it.
    pub scope: Scope,
    /// Of which one the times are: when it was to start. The first if absent.
    pub occurrence: Option<String>,
    /// When that one is to start, as the clock of the space shows it.
    pub start: Option<String>,
    /// When it is to end.
    pub end: Option<String>,
}

/// When a series is to be instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// How much of it.
    pub scope: Scope,
    /// Of which one the times are.
    pub original: DateTime,
    /// When that one is to start.
    pub start: DateTime,
    /// When it is to end.
    pub end: DateTime,
}

impl RepeatInput {
    /// The rule that was meant.
    ///
    /// # Errors
    /// [`Refusal::Malformed`], with what would pass.
    pub fn parse(&self) -> Result<Rule, Refusal> {
        const EVERY: &str = "day, weekday, week, month or year, or a number of them such as 2 weeks";
        const END: &str = "given together with times or until, one of the two";
        if let Some(rule) = &self.rule {
            if self.every.is_some() || self.times.is_some() || self.until.is_some() {
                return Err(Refusal::malformed("rule", rule, "given without every, times and until"));
            }
            return Rule::parse("rule", rule);
        }
        let every = self.every.as_deref().unwrap_or("week").trim();
        let wrong = || Refusal::malformed("every", every, EVERY);
        let (number, unit) = every.split_once(' ').map_or((None, every), |(number, unit)| (Some(number), unit.trim()));
        let interval = match number {
            Some(number) => number.parse::<u8>().ok().filter(|number| (1..=99).contains(number)).ok_or_else(wrong)?,
            None => 1,
        };
        let frequency = match unit.strip_suffix('s').unwrap_or(unit).to_ascii_lowercase().as_str() {
            "day" => "DAILY",
            "weekday" if number.is_none() => "WEEKLY;BYDAY=MO,TU,WE,TH,FR",
            "week" => "WEEKLY",
            "month" => "MONTHLY",
            "year" => "YEARLY",
            _ => return Err(wrong()),
        };
        let end = match (self.times, &self.until) {
            (Some(times), None) => format!("COUNT={times}"),
            (None, Some(until)) => {
                let date = until.trim().parse::<jiff::civil::Date>();
                let date = date.map_err(|_| Refusal::malformed("until", until, "a date such as 2027-06-30"))?;
                format!("UNTIL={}", date.strftime("%Y%m%d"))
            }
            (None, None) | (Some(_), Some(_)) => return Err(Refusal::malformed("every", every, END)),
        };
        Rule::parse("rule", &format!("FREQ={frequency};INTERVAL={interval};{end}"))
    }
}

/// What the clock is to show, in whole steps. The two times that are hard to read, those that no clock shows and those that
/// it shows twice, are for the series to move.
fn wall(zone: &Zone, field: &'static str, text: &str) -> Result<DateTime, Refusal> {
    let wall = match zone.read(field, text) {
        Ok(at) => zone.wall(at),
        Err(Refusal::NoSuchTime { found, .. } | Refusal::AmbiguousTime { found, .. }) => found,
        Err(refused) => return Err(refused),
    };
    let minutes = STEP.as_mins();
    if wall.second() == 0 && wall.subsec_nanosecond() == 0 && i64::from(wall.minute()) % minutes == 0 {
        Ok(wall)
    } else {
        Err(Refusal::malformed(field, text, "a time in whole steps of 5 minutes"))
    }
}

/// The unit that is chosen, from 0, of its number from 1.
///
/// # Errors
/// [`Refusal::Malformed`].
pub fn unit(number: Option<u32>) -> Result<Option<u32>, Refusal> {
    let Some(number) = number else { return Ok(None) };
    let unit = number.checked_sub(1).filter(|unit| *unit < UNIT_LIMIT);
    unit.map(Some).ok_or_else(|| Refusal::malformed("unit", number, "a number from 1 to 1,000"))
}

impl SeriesInput {
    /// Reads the times by the clock of the space, and checks the rest.
    ///
    /// # Errors
    /// The first [`Refusal`] met, naming the field; those of [`Series::occurrences`].
    pub fn parse(&self, zone: &Zone) -> Result<Pattern, Refusal> {
        let first = &self.first;
        let (start, end) = (wall(zone, "start", &first.start)?, wall(zone, "end", &first.end)?);
        Ok(Pattern {
            series: Series::new(zone.clone(), start, end, self.repeat.parse()?)?,
            units: first.units.unwrap_or(1),
            unit: unit(first.unit)?,
            people: first.people.unwrap_or(1),
            note: refusal::optional("note", first.note.as_deref().unwrap_or_default(), NOTE_LIMIT)?,
            guest: refusal::optional("guest", first.guest.as_deref().unwrap_or_default(), NAME_LIMIT)?,
        })
    }
}

impl Pattern {
    /// What is wished at one of its times.
    #[must_use]
    pub fn draft(&self, slot: Slot) -> Draft {
        let wish = Wish { slot, units: self.units, unit: self.unit, people: self.people };
        Draft { wish, note: self.note.clone(), guest: self.guest.clone() }
    }
}

impl Series {
    /// Reads when one of it was to start: the name of an occurrence. The first if nothing is said.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] and the like of [`Zone::read`].
    pub fn named(&self, occurrence: Option<&str>) -> Result<DateTime, Refusal> {
        occurrence.map_or(Ok(self.start), |text| wall(&self.zone, "occurrence", text))
    }
}

impl MoveInput {
    /// Reads the times by the clock of the series. Where only the start is given, the length stays. Of several, the times that
    /// stay are those of the rule: what was changed by itself says nothing of the others.
    ///
    /// # Errors
    /// The first [`Refusal`] met, naming the field.
    pub fn parse(&self, series: &Series) -> Result<Move, Refusal> {
        let original = series.named(self.occurrence.as_deref())?;
        let usual = match self.scope {
            Scope::This => series.wall(original),
            Scope::Later | Scope::All => Override { start: original, end: original.saturating_add(series.length()) },
        };
        let read =
            |field, text: &Option<String>| text.as_deref().map(|text| wall(&series.zone, field, text)).transpose();
        let start = read("start", &self.start)?;
        let moved = start.map_or(usual.end, |start| start.saturating_add(usual.end.duration_since(usual.start)));
        let end = read("end", &self.end)?.unwrap_or(moved);
        Ok(Move { scope: self.scope, original, start: start.unwrap_or(usual.start), end })
    }
}
