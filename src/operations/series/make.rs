//! A series is looked at before it is made, and made.

use jiff::Timestamp;

use super::Result;
use crate::coworking::Refusal;
use crate::coworking::booking::Request;
use crate::coworking::decision::Unbookable;
use crate::coworking::id::{ResourceId, SeriesId};
use crate::coworking::series::{Clash, Clashes, Clashing, Occurrence, Part, Pattern, Skipped, State};
use crate::coworking::slot::Slot;
use crate::operations::Error;
use crate::operations::booking::{Asking, request};
use crate::operations::resource as resources;
use crate::store::Tx;
use crate::store::booking::Booking;
use crate::store::series::{self, Kept, Of};

/// One of a series that is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Previewed {
    /// When it would be.
    pub occurrence: Occurrence,
    /// Every rule that it breaks, and what would pass; `None` for what can be had.
    pub no: Option<Unbookable>,
}

/// What a series would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// In their order.
    pub occurrences: Vec<Previewed>,
    /// What one may have expected, and would not be there.
    pub skipped: Vec<Skipped>,
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The series.
    pub kept: Kept,
    /// Its bookings, in their order.
    pub bookings: Vec<Booking>,
    /// Those that were skipped.
    pub left_out: Vec<Clash>,
}

/// All times of a series, of which nobody here knows whether they can be had.
///
/// # Errors
/// Those of [`Series::occurrences`](crate::coworking::series::Series::occurrences).
pub fn expand(pattern: &Pattern) -> Result<Preview> {
    let expansion = pattern.series.occurrences()?;
    let occurrences = expansion.occurrences.into_iter().map(|occurrence| Previewed { occurrence, no: None });
    Ok(Preview { occurrences: occurrences.collect(), skipped: expansion.skipped })
}

/// Asks for each in its turn, by the rules as they are at its own date and beside those before it.
fn ask_each(
    tx: &mut Tx<'_>,
    asking: &Asking,
    resource: ResourceId,
    pattern: &Pattern,
    reason: Option<&str>,
    id: SeriesId,
    now: Timestamp,
) -> Result<(Preview, Vec<Booking>)> {
    let (mut preview, mut made) = (expand(pattern)?, Vec::new());
    for one in &mut preview.occurrences {
        let Occurrence { original, start, end, .. } = one.occurrence;
        let (draft, reason) = (pattern.draft(Slot::new(start, end)?), reason.map(str::to_owned));
        let wish = Request { resource, draft, hold: false, reason };
        let asking = asking.as_part(Part { series: id, original });
        match tx.savepoint(|tx| request(tx, &asking, &wish, now)) {
            Ok(booking) => made.push(booking),
            Err(Error::Refused(Refusal::Unbookable(no))) => one.no = Some(*no),
            Err(error) => return Err(error),
        }
    }
    Ok((preview, made))
}

/// What a series would be, and which of it cannot be had: it is made, looked at, and undone.
///
/// # Errors
/// As of [`make`], without [`Refusal::Clashes`].
pub fn preview(
    tx: &mut Tx<'_>,
    asking: &Asking,
    resource: ResourceId,
    pattern: &Pattern,
    now: Timestamp,
) -> Result<Preview> {
    let id = SeriesId(tx.next_id(now));
    let mut found = None;
    // Only a step that fails is undone.
    let undone: Result<()> = tx.savepoint(|tx| {
        found = Some(ask_each(tx, asking, resource, pattern, None, id, now)?.0);
        Err(Refusal::NotFound { what: "series" }.into())
    });
    match (found, undone) {
        (Some(preview), _) => Ok(preview),
        (None, Err(error)) => Err(error),
        (None, Ok(())) => Err(Refusal::NotFound { what: "series" }.into()),
    }
}

/// Books again and again. Those that cannot be had are skipped if the asker says so; otherwise nothing is made.
///
/// # Errors
/// [`Refusal::Clashes`] with each that cannot be had, unless they are to be skipped and some are left; as of
/// [`request`] what holds for all of them.
pub fn make(
    tx: &mut Tx<'_>,
    asking: &Asking,
    resource: ResourceId,
    pattern: &Pattern,
    (reason, choice): (Option<&str>, Option<Clashing>),
    now: Timestamp,
) -> Result<Made> {
    let name = resources::by_id(tx, resource)?.resource.name;
    let id = SeriesId(tx.next_id(now));
    let (preview, bookings) = ask_each(tx, asking, resource, pattern, reason, id, now)?;
    let of = preview.occurrences.len();
    let left_out: Vec<Clash> = preview
        .occurrences
        .into_iter()
        .filter_map(|one| Some(Clash { original: one.occurrence.original, no: one.no? }))
        .collect();
    if !left_out.is_empty() && (choice != Some(Clashing::Skip) || bookings.is_empty()) {
        return Err(Refusal::Clashes(Box::new(Clashes { of, choice, all: left_out })).into());
    }
    let mut series = pattern.series.clone();
    for clash in &left_out {
        series = series.except(clash.original)?;
    }
    let kept = Kept {
        id,
        requester: asking.requester(),
        of: Of::Here(resource),
        name,
        series,
        state: State::Open,
        split_from: None,
        made_at: now,
        updated: now,
    };
    series::add(tx, &kept)?;
    Ok(Made { kept, bookings, left_out })
}
