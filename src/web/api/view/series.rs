//! Series, and which of them cannot be had.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Booking, Broken, Id, LocalTime, Person, Slot, Time, Unbookable, WallTime};
use crate::coworking::id::{ResourceId, SeriesId};
use crate::coworking::series::{self as rules, Note, State};
use crate::operations;
use crate::operations::booking as bookings;
use crate::operations::series as acts;
use crate::store::page::Slice;
use crate::store::series::{Kept, Of};
use crate::store::{Tx, actor};

/// Bookings that repeat. Times are those that the clock of the space shows.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Series {
    /// The node's number for it.
    #[schema(value_type = Id)]
    pub id: SeriesId,
    /// Whose it is.
    pub requester: Person,
    /// Of what of this node.
    #[schema(value_type = Option<Id>, required)]
    pub resource: Option<ResourceId>,
    /// Of what of another node, by its address.
    #[schema(required)]
    pub address: Option<String>,
    /// What that is called.
    pub resource_name: String,
    /// Does it go on?
    #[schema(value_type = super::SeriesState)]
    pub state: State,
    /// When the first starts.
    #[schema(value_type = WallTime)]
    pub start: String,
    /// When the first ends.
    #[schema(value_type = WallTime)]
    pub end: String,
    /// The IANA name of the zone where that clock hangs.
    #[schema(example = "Europe/Amsterdam")]
    pub timezone: String,
    /// When the others are: a recurrence rule (RFC 5545).
    #[schema(example = "FREQ=WEEKLY;COUNT=10")]
    pub rule: String,
    /// Those that were deleted, each by when it was to start.
    #[schema(value_type = Vec<WallTime>)]
    pub deleted: Vec<String>,
    /// Those that are at another time.
    pub moved: Vec<Moved>,
    /// How many stand how, by the word for their state.
    pub summary: BTreeMap<&'static str, u32>,
    /// Whose later part it is.
    #[schema(value_type = Option<Id>, required)]
    pub split_from: Option<SeriesId>,
    /// Since when it is there.
    #[schema(value_type = Time)]
    pub made_at: Timestamp,
    /// When it changed last.
    #[schema(value_type = Time)]
    pub updated: Timestamp,
}

/// One of a series that is at another time.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Moved {
    /// When it was to start: its name within the series.
    #[schema(value_type = WallTime)]
    pub occurrence: String,
    /// When it starts.
    #[schema(value_type = WallTime)]
    pub start: String,
    /// When it ends.
    #[schema(value_type = WallTime)]
    pub end: String,
}

/// One of a series that cannot be had, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Clash {
    /// When it was to start.
    #[schema(value_type = WallTime)]
    pub occurrence: String,
    /// Every rule that it breaks.
    pub broken: Vec<Broken>,
    /// The nearest times that break none, the nearest first.
    pub alternatives: Vec<Slot>,
}

/// What was booked again and again.
#[derive(Debug, Serialize, ToSchema)]
pub struct MadeSeries {
    /// The series; its bookings are listed by themselves.
    pub series: Series,
    /// Those that were skipped because they could not be had.
    pub left_out: Vec<Clash>,
}

/// What became of a series.
#[derive(Debug, Serialize, ToSchema)]
pub struct EditedSeries {
    /// The series with what was changed; a new one if it was split.
    pub series: Series,
    /// What came before it, if it was split.
    #[schema(required)]
    pub before: Option<Series>,
    /// The bookings that are as wished now, at most 52.
    pub changed: Vec<Booking>,
    /// Those that stay as they were, because they could not be had otherwise.
    pub left: Vec<Clash>,
}

/// What became of bookings that waited for staff.
#[derive(Debug, Serialize, ToSchema)]
pub struct Approved {
    /// Those that stand now.
    pub approved: Vec<Booking>,
    /// Those that still wait, because they cannot be had any more.
    pub left: Vec<Clash>,
}

/// What a series would be.
#[derive(Debug, Serialize, ToSchema)]
pub struct SeriesPreview {
    /// In their order, at most 52.
    pub occurrences: Vec<PreviewedOccurrence>,
    /// What one may have expected and would not be there, in words: days that a month does not have.
    #[schema(example = json!(["2027-02 has no day 31"]))]
    pub skipped: Vec<String>,
    /// The IANA name of the zone where the clock hangs.
    #[schema(example = "Europe/Amsterdam")]
    pub timezone: String,
}

/// One of a series that is only looked at.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreviewedOccurrence {
    /// When it would start by the rule: its name within the series.
    #[schema(value_type = WallTime)]
    pub occurrence: String,
    /// From when.
    #[schema(value_type = LocalTime)]
    pub start: String,
    /// Until when.
    #[schema(value_type = LocalTime)]
    pub end: String,
    /// By how many minutes it is moved on, because clocks are set forward past its time; 0 for almost all.
    pub shifted_minutes: i64,
    /// Every rule that it breaks; none if it can be had. Of what another node has only that node knows.
    pub broken: Vec<Broken>,
    /// If it cannot be had, the nearest times that can, the nearest first.
    pub alternatives: Vec<Slot>,
}

/// What a clock shows, as text.
pub(super) fn wall(at: DateTime) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

impl Series {
    /// One as it stands now.
    ///
    /// # Errors
    /// The store's.
    pub fn one(tx: &mut Tx<'_>, found: Kept, now: Timestamp) -> operations::Result<Self> {
        let summary = acts::summary(tx, &found, now)?;
        let requester = actor::summaries(tx, &[found.requester])?.pop();
        let requester = requester.ok_or_else(|| anyhow::anyhow!("the account of a series is not there"))?;
        let (resource, address) = match found.of {
            Of::Here(resource) => (Some(resource), None),
            Of::Elsewhere(address) => (None, Some(address)),
        };
        let rules::Series { zone, start, end, rule, exdates, overrides, .. } = found.series;
        let moved = overrides.into_iter().map(|(original, to)| Moved {
            occurrence: wall(original),
            start: wall(to.start),
            end: wall(to.end),
        });
        Ok(Self {
            id: found.id,
            requester: requester.into(),
            resource,
            address,
            resource_name: found.name,
            state: found.state,
            start: wall(start),
            end: wall(end),
            timezone: zone.as_str().to_owned(),
            rule: rule.to_string(),
            deleted: exdates.into_iter().map(wall).collect(),
            moved: moved.collect(),
            summary,
            split_from: found.split_from,
            made_at: found.made_at,
            updated: found.updated,
        })
    }

    /// A page of them.
    ///
    /// # Errors
    /// The store's.
    pub fn page(tx: &mut Tx<'_>, found: Slice<Kept>, now: Timestamp) -> operations::Result<Slice<Self>> {
        let items = found.items.into_iter().map(|kept| Self::one(tx, kept, now)).collect::<Result<_, _>>()?;
        Ok(Slice { items, next: found.next })
    }
}

impl From<&rules::Clash> for Clash {
    fn from(clash: &rules::Clash) -> Self {
        let Unbookable { broken, alternatives, .. } = Unbookable::from(&clash.no);
        Self { occurrence: wall(clash.original), broken, alternatives }
    }
}

impl MadeSeries {
    /// What was made, as it stands.
    ///
    /// # Errors
    /// The store's.
    pub fn new(tx: &mut Tx<'_>, made: acts::Made, now: Timestamp) -> operations::Result<Self> {
        let left_out = made.left_out.iter().map(Clash::from).collect();
        Ok(Self { series: Series::one(tx, made.kept, now)?, left_out })
    }
}

impl EditedSeries {
    /// What was edited, as it stands.
    ///
    /// # Errors
    /// The store's.
    pub fn new(tx: &mut Tx<'_>, edited: acts::Edited, now: Timestamp) -> operations::Result<Self> {
        let before = edited.before.map(|before| Series::one(tx, before, now)).transpose()?;
        let left = edited.left.iter().map(Clash::from).collect();
        let (series, changed) = (Series::one(tx, edited.kept, now)?, Booking::load(tx, edited.changed, now)?);
        Ok(Self { series, before, changed, left })
    }
}

impl Approved {
    /// What staff said yes to, as it stands.
    ///
    /// # Errors
    /// The store's.
    pub fn new(tx: &mut Tx<'_>, done: bookings::Approved, now: Timestamp) -> operations::Result<Self> {
        let left = done.left.iter().map(Clash::from).collect();
        Ok(Self { approved: Booking::load(tx, done.approved, now)?, left })
    }
}

impl SeriesPreview {
    /// What would be, by the clock of its zone.
    #[must_use]
    pub fn new(preview: acts::Preview, pattern: &rules::Pattern) -> Self {
        let zone = &pattern.series.zone;
        let one = |one: acts::Previewed| {
            let no = one.no.as_ref().map(Unbookable::from);
            let (broken, alternatives) = no.map(|no| (no.broken, no.alternatives)).unwrap_or_default();
            PreviewedOccurrence {
                occurrence: wall(one.occurrence.original),
                start: zone.written(one.occurrence.start),
                end: zone.written(one.occurrence.end),
                shifted_minutes: match one.occurrence.note {
                    Some(Note::Shifted { by }) => by.as_mins(),
                    Some(Note::First | Note::Changed) | None => 0,
                },
                broken,
                alternatives,
            }
        };
        Self {
            occurrences: preview.occurrences.into_iter().map(one).collect(),
            skipped: preview.skipped.iter().map(ToString::to_string).collect(),
            timezone: zone.as_str().to_owned(),
        }
    }
}
