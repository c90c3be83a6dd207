//! Series: the same booking again and again, at the time that the clock on the space's wall shows.
//!
//! A series is a rule and what differs from it: dates added, dates deleted, occurrences changed. Each occurrence is
//! known by the wall time at which it was to start, wherever it is moved.

mod clash;
mod input;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::id::SeriesId;
pub use super::recurrence::{COUNT_LIMIT, Rule, SPAN, Skipped};
use super::recurrence::{Ends, latest, too_far};
use super::refusal::Refusal;
use super::slot::Slot;
use super::space::Zone;
use super::wall::Meaning;
use super::word::word;
pub use clash::{Clash, Clashes};
pub use input::{Move, MoveInput, Pattern, RepeatInput, SeriesInput, unit};

word!(
    /// Does a series go on?
    State, "state", "open or cancelled", {
        /// It stands, or has come to its end.
        Open = "open",
        /// What was left of it was taken back.
        Cancelled = "cancelled",
    }
);

word!(
    /// How much of a series an act is about.
    Scope, "scope", "this, later or all", {
        /// The one that is named.
        This = "this",
        /// It and all that come after it.
        Later = "later",
        /// All of it.
        All = "all",
    }
);

word!(
    /// What is to be done when some of a series cannot be had.
    Clashing, "clashes", "skip, to have the others, or refuse, to have all or nothing", {
        /// The others are had.
        Skip = "skip",
        /// None is.
        Refuse = "refuse",
    }
);

/// Where a booking stands in a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// Of which.
    pub series: SeriesId,
    /// When it was to start, as the clock shows it: its name within the series, wherever it is moved.
    pub original: DateTime,
}

/// When one occurrence is instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// What the clock shows when it starts.
    pub start: DateTime,
    /// What it shows when it ends.
    pub end: DateTime,
}

/// What somebody wants again and again. All times are those that the clock of the zone shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// That of the space.
    pub zone: Zone,
    /// When the first occurrence starts.
    pub start: DateTime,
    /// When the first occurrence ends.
    pub end: DateTime,
    /// When the others are.
    pub rule: Rule,
    /// More starts, beside the rule.
    pub rdates: BTreeSet<DateTime>,
    /// The original starts that were deleted.
    pub exdates: BTreeSet<DateTime>,
    /// What was changed, by original start.
    pub overrides: BTreeMap<DateTime, Override>,
}

/// What one should know about an occurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// The clock is set forward past its start or, if not, its end: that was moved on by as much.
    Shifted {
        /// By how much the clock is set forward.
        by: SignedDuration,
    },
    /// The clock shows its start or, if not, its end twice; the first time is meant.
    First,
    /// Somebody changed this one.
    Changed,
}

/// One of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurrence {
    /// When it was to start: its name within the series.
    pub original: DateTime,
    /// When it starts.
    pub start: Timestamp,
    /// When it ends.
    pub end: Timestamp,
    /// What is unusual about it.
    pub note: Option<Note>,
}

/// What becomes of a series.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expansion {
    /// In the order of their original starts.
    pub occurrences: Vec<Occurrence>,
    /// Days first, in their order.
    pub skipped: Vec<Skipped>,
}

const OCCURRENCE: Refusal = Refusal::NotFound { what: "occurrence" };

impl Series {
    /// A series as its rule says.
    ///
    /// # Errors
    /// Those of [`occurrences`](Self::occurrences).
    pub fn new(zone: Zone, start: DateTime, end: DateTime, rule: Rule) -> Result<Self, Refusal> {
        let (rdates, exdates, overrides) = Default::default();
        Self { zone, start, end, rule, rdates, exdates, overrides }.checked()
    }

    fn checked(self) -> Result<Self, Refusal> {
        self.occurrences()?;
        Ok(self)
    }

    fn instant(&self, field: &'static str, wall: DateTime) -> Result<Timestamp, Refusal> {
        Ok(self.zone.meaning(field, wall)?.of_series())
    }

    /// All original starts, with those deleted; and the days that are skipped.
    fn originals(&self) -> Result<(BTreeSet<DateTime>, Vec<Skipped>), Refusal> {
        let (starts, skipped) = self.rule.starts(&self.zone, self.start)?;
        let latest = latest(self.start);
        for date in &self.rdates {
            if *date < self.start {
                let (found, after) = (self.instant("rdates", *date)?, self.instant("start", self.start)?);
                return Err(Refusal::NotAfter { field: "rdates", found, after });
            }
            if *date > latest {
                return Err(too_far(&self.zone, "rdates", *date, latest));
            }
        }
        let all: BTreeSet<_> = starts.into_iter().chain(self.rdates.iter().copied()).collect();
        if all.len() > COUNT_LIMIT {
            return Err(Refusal::TooMany { field: "rdates", limit: COUNT_LIMIT, found: all.len() });
        }
        if self.exdates.iter().chain(self.overrides.keys()).any(|key| !all.contains(key)) {
            return Err(OCCURRENCE);
        }
        Ok((all, skipped))
    }

    /// Every occurrence that is not deleted, and what is skipped.
    ///
    /// # Errors
    /// [`Refusal::TooMany`] and [`Refusal::TooFar`] beyond [`COUNT_LIMIT`] and [`SPAN`]; [`Refusal::Malformed`] when
    /// the first does not follow the rule; [`Refusal::NotAfter`] when it ends before it starts; [`Refusal::NotFound`]
    /// when something was deleted or changed that is no occurrence.
    pub fn occurrences(&self) -> Result<Expansion, Refusal> {
        if self.end <= self.start {
            let (found, after) = (self.instant("end", self.end)?, self.instant("start", self.start)?);
            return Err(Refusal::NotAfter { field: "end", found, after });
        }
        let (originals, skipped) = self.originals()?;
        let mut expansion = Expansion { occurrences: Vec::new(), skipped };
        for original in originals.into_iter().filter(|original| !self.exdates.contains(original)) {
            let changed = self.overrides.get(&original);
            let Override { start, end } = self.wall(original);
            let (from, to) = (self.zone.meaning("start", start)?, self.zone.meaning("end", end)?);
            match Slot::new(from.of_series(), to.of_series()) {
                Err(Refusal::NotAfter { .. }) => expansion.skipped.push(Skipped::Collapsed(original)),
                slot => {
                    let note = self.note(start, from).or_else(|| self.note(end, to));
                    let note = note.or(changed.map(|_| Note::Changed));
                    let slot = slot?;
                    expansion.occurrences.push(Occurrence { original, start: slot.start(), end: slot.end(), note });
                }
            }
        }
        Ok(expansion)
    }

    fn note(&self, wall: DateTime, meaning: Meaning) -> Option<Note> {
        match meaning {
            Meaning::Once(_) => None,
            Meaning::Twice { .. } => Some(Note::First),
            Meaning::Never { shifted, .. } => Some(Note::Shifted { by: self.zone.wall(shifted).duration_since(wall) }),
        }
    }

    /// How long each of the rule is, as the clock shows it.
    #[must_use]
    pub fn length(&self) -> SignedDuration {
        self.end.duration_since(self.start)
    }

    /// When the clock shows that this one starts and ends.
    #[must_use]
    pub fn wall(&self, original: DateTime) -> Override {
        let usual = Override { start: original, end: original.saturating_add(self.length()) };
        self.overrides.get(&original).copied().unwrap_or(usual)
    }

    /// With this one at a time that it has, whatever the rule says; at the rule's own time it follows the rule again.
    ///
    /// # Errors
    /// [`Refusal::TooFar`] beyond [`SPAN`].
    pub fn noting(&self, original: DateTime, at: Override) -> Result<Self, Refusal> {
        let mut series = self.clone();
        series.overrides.remove(&original);
        if series.wall(original) != at {
            self.must_be_near(at.start)?;
            series.overrides.insert(original, at);
        }
        Ok(series)
    }

    fn must_be_near(&self, start: DateTime) -> Result<(), Refusal> {
        let latest = latest(self.start);
        if start > latest { Err(too_far(&self.zone, "start", start, latest)) } else { Ok(()) }
    }

    fn find(&self, original: DateTime) -> Result<(), Refusal> {
        let there = self.originals()?.0.contains(&original) && !self.exdates.contains(&original);
        if there { Ok(()) } else { Err(OCCURRENCE) }
    }

    /// Without this one. It stays deleted, whatever is changed later.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when there is none, or no longer.
    pub fn except(&self, original: DateTime) -> Result<Self, Refusal> {
        self.find(original)?;
        let mut series = self.clone();
        series.overrides.remove(&original);
        series.exdates.insert(original);
        Ok(series)
    }

    /// With this one at another time.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when there is none; [`Refusal::NoSuchTime`], as this time is for one date;
    /// [`Refusal::TooFar`] beyond [`SPAN`]; those of [`Slot::new`].
    pub fn change_one(&self, original: DateTime, start: DateTime, end: DateTime) -> Result<Self, Refusal> {
        self.find(original)?;
        for (field, wall) in [("start", start), ("end", end)] {
            if let Err(refused @ Refusal::NoSuchTime { .. }) = self.zone.read(field, &wall.to_string()) {
                return Err(refused);
            }
        }
        Slot::new(self.instant("start", start)?, self.instant("end", end)?)?;
        self.must_be_near(start)?;
        let mut series = self.clone();
        series.overrides.insert(original, Override { start, end });
        Ok(series)
    }

    /// With all at another time, as these of the first say. What was deleted or changed by itself stays so.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] when they would not all be moved alike, as from the 31st of each month to the 30th; those of
    /// [`occurrences`](Self::occurrences).
    pub fn change_all(&self, start: DateTime, end: DateTime) -> Result<Self, Refusal> {
        let by = start.duration_since(self.start);
        let days = start.date().duration_since(self.start.date()).as_hours() / 24;
        let moved = |wall: &DateTime| wall.saturating_add(by);
        let mut series = Self { start, end, ..self.clone() };
        series.rule.turn(days);
        // The last one stays the last, even if it starts later in the day than the rule says.
        let last = match self.rule.ends {
            Ends::OnDate(date) => Some(date),
            Ends::AtWall(_) | Ends::AtInstant(_) => {
                self.rule.starts(&self.zone, self.start)?.0.last().map(|last| last.date())
            }
            Ends::Never | Ends::After(_) => None,
        };
        if let Some(last) = last {
            series.rule.ends = Ends::OnDate(last.saturating_add(SignedDuration::from_hours(24 * days)));
        }
        series.rdates = self.rdates.iter().map(moved).collect();
        series.exdates = self.exdates.iter().map(moved).collect();
        series.overrides = self.overrides.iter().map(|(original, to)| (moved(original), *to)).collect();
        let (starts, _) = series.rule.starts(&self.zone, start)?;
        let (old, _) = self.rule.starts(&self.zone, self.start)?;
        if old.iter().map(moved).ne(starts) {
            const EXPECTED: &str =
                "a time to which all of them can be moved alike; for other dates begin another series";
            return Err(Refusal::malformed("start", start, EXPECTED));
        }
        series.checked()
    }

    /// Those before this one as they are, and this and all later ones at another time.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] when there is none; [`Refusal::WrongState`] for the first and for those beside the rule;
    /// those of [`occurrences`](Self::occurrences).
    pub fn split_at(&self, original: DateTime, start: DateTime, end: DateTime) -> Result<(Self, Self), Refusal> {
        self.find(original)?;
        let refused = |state, needed| Refusal::WrongState { what: "occurrence", state, needed };
        let (starts, _) = self.rule.starts(&self.zone, self.start)?;
        if !starts.contains(&original) {
            return Err(refused("beside the rule", "one of the rule"));
        }
        let before = starts.partition_point(|start| *start < original);
        let Some(last) = starts.iter().rfind(|start| **start < original) else {
            return Err(refused("the first", "a later one"));
        };
        let (mut head, mut tail) = (self.clone(), self.clone());
        (head.rule.ends, tail.rule.ends) = match self.rule.ends {
            Ends::After(count) => (Ends::After(before), Ends::After(count.saturating_sub(before))),
            ends => (Ends::OnDate(last.date()), ends),
        };
        (tail.start, tail.end) = (original, original.saturating_add(self.length()));
        tail.rdates = head.rdates.split_off(&original);
        tail.exdates = head.exdates.split_off(&original);
        tail.overrides = head.overrides.split_off(&original);
        Ok((head.checked()?, tail.change_all(start, end)?))
    }
}
