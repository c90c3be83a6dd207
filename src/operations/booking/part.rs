//! Bookings that belong together: one of a series is changed or taken back by itself, and staff say yes to all that was
//! asked for together.

use jiff::Timestamp;

use super::answer::{approve, cancel_alone};
use super::ask::change_alone;
use super::{Result, of};
use crate::coworking::Refusal;
use crate::coworking::booking::{Request, State};
use crate::coworking::id::BookingId;
use crate::coworking::member::{Acting, Role};
use crate::coworking::series::{Clash, Clashes, Clashing, Override, Series};
use crate::operations::Error;
use crate::store::Tx;
use crate::store::booking::{self, Booking};
use crate::store::series;

/// Gives a booking another time, place or size. What it has stays until the new is granted; if it is not, nothing
/// changes. One of a series is an exception from then on, as long as it is at another time than the series says.
///
/// # Errors
/// As of [`request`](super::request); [`Refusal::WrongState`] when it has begun or is over, or was asked for from elsewhere:
/// what two nodes have agreed on neither changes by itself; [`Refusal::NotPermitted`] for what staff had to approve;
/// [`Refusal::TooFar`] beyond what a series spans.
pub fn change(tx: &mut Tx<'_>, acting: Acting, id: BookingId, request: &Request, now: Timestamp) -> Result<Booking> {
    let changed = change_alone(tx, acting, id, request, now)?;
    let at = Override { start: changed.wall_start, end: changed.wall_end };
    note(tx, &changed, now, |series, original| series.noting(original, at))?;
    Ok(changed)
}

/// Takes a booking back: by who has it, or by the space, which says why. Once is enough; what is over stays as it is. One of
/// a series stays deleted, whatever becomes of the series.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::WrongState`]; [`Refusal::Empty`] when the space has no word for it.
pub fn cancel(tx: &mut Tx<'_>, acting: Acting, id: BookingId, words: Option<&str>, now: Timestamp) -> Result<Booking> {
    let cancelled = cancel_alone(tx, acting, id, words, now)?;
    note(tx, &cancelled, now, |series, original| {
        if series.exdates.contains(&original) { Ok(series.clone()) } else { series.except(original) }
    })?;
    Ok(cancelled)
}

/// Writes into its series what became of one of it.
fn note(
    tx: &mut Tx<'_>,
    booking: &Booking,
    now: Timestamp,
    change: impl FnOnce(&Series, jiff::civil::DateTime) -> std::result::Result<Series, Refusal>,
) -> Result<()> {
    let Some(part) = booking.part else { return Ok(()) };
    let Some(mut kept) = series::by_id(tx, part.series)? else { return Ok(()) };
    let changed = change(&kept.series, part.original)?;
    if changed != kept.series {
        kept.series = changed;
        kept.updated = now;
        series::save(tx, &kept)?;
    }
    Ok(())
}

/// What became of several that waited for staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approved {
    /// Those that stand now.
    pub approved: Vec<Booking>,
    /// Those that still wait, because they cannot be had any more.
    pub left: Vec<Clash>,
}

/// Staff say yes to a booking and to all that were asked for together with it and wait: those of its series, and those that
/// came in one act, from here or elsewhere.
///
/// # Errors
/// [`Refusal::NotPermitted`]; [`Refusal::NotFound`]; [`Refusal::WrongState`] when none of them waits;
/// [`Refusal::Clashes`] with all that cannot be had any more, unless they are to be skipped.
pub fn approve_together(
    tx: &mut Tx<'_>,
    acting: Acting,
    id: BookingId,
    reason: Option<&str>,
    choice: Option<Clashing>,
    now: Timestamp,
) -> Result<Approved> {
    acting.needs(Role::Host, "approve bookings")?;
    let one = of(tx, acting, id)?;
    let all = match (one.part, &one.context) {
        (Some(part), _) => booking::of_series(tx, part.series)?,
        (None, Some(context)) => booking::together(tx, context, one.requester)?,
        (None, None) => vec![one],
    };
    approve_each(tx, acting, &all, reason, choice, now)
}

/// The same for these.
pub(in crate::operations) fn approve_each(
    tx: &mut Tx<'_>,
    acting: Acting,
    all: &[Booking],
    reason: Option<&str>,
    choice: Option<Clashing>,
    now: Timestamp,
) -> Result<Approved> {
    let waiting: Vec<&Booking> = all.iter().filter(|booking| booking.state_at(now) == State::Requested).collect();
    if waiting.is_empty() {
        let state = all.first().map_or("empty", |booking| booking.state_at(now).as_str());
        let needed = "what waits for staff";
        return Err(Refusal::WrongState { what: "booking", state, needed }.into());
    }
    let (of, mut approved, mut left) = (waiting.len(), Vec::new(), Vec::new());
    for booking in waiting {
        match tx.savepoint(|tx| approve(tx, acting, booking.id, reason, now)) {
            Ok(done) => approved.push(done),
            Err(Error::Refused(Refusal::Unbookable(no))) => {
                let original = booking.part.map_or(booking.wall_start, |part| part.original);
                left.push(Clash { original, no: *no });
            }
            Err(error) => return Err(error),
        }
    }
    if !left.is_empty() && (choice != Some(Clashing::Skip) || approved.is_empty()) {
        return Err(Refusal::Clashes(Box::new(Clashes { of, choice, all: left })).into());
    }
    Ok(Approved { approved, left })
}
