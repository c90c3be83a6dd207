//! A series, or a part of it, is taken back.

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::{Result, is_in, view};
use crate::coworking::Refusal;
use crate::coworking::away;
use crate::coworking::booking::State;
use crate::coworking::id::SeriesId;
use crate::coworking::member::Acting;
use crate::coworking::series::{self as rules, Scope};
use crate::operations::{away as stays, booking as bookings};
use crate::store::page::Page;
use crate::store::series::{self, Kept, Of};
use crate::store::{Tx, booking};

/// Takes back what has not begun: this one, this and all later ones, or all. They stay deleted. Once is enough.
///
/// # Errors
/// [`Refusal::NotFound`] series or occurrence; [`Refusal::WrongState`] when nothing of it can be taken back;
/// [`Refusal::Empty`] when the space has no word for it.
pub fn cancel(
    tx: &mut Tx<'_>,
    acting: Acting,
    id: SeriesId,
    (scope, named): (Scope, DateTime),
    words: Option<&str>,
    now: Timestamp,
) -> Result<Kept> {
    let mut kept = view(tx, acting, id)?;
    let (mut cancelled, mut over, mut left) = (Vec::new(), None, false);
    let mut seen = false;
    if let Of::Here(_) = kept.of {
        for booking in booking::of_series(tx, id)? {
            let original = booking.part.map_or(booking.wall_start, |part| part.original);
            let state = booking.state_at(now);
            let is_ahead =
                matches!(state, State::Requested | State::Held | State::Confirmed) && booking.slot.end() > now;
            if !is_in(scope, named, original) {
                left |= is_ahead || state == State::CheckedIn;
                continue;
            }
            seen = true;
            match state {
                State::Cancelled => cancelled.push(original),
                _ if is_ahead => {
                    bookings::cancel_alone(tx, acting, booking.id, words, now)?;
                    cancelled.push(original);
                }
                _ => over = Some(state.as_str()),
            }
        }
    } else {
        for stay in crate::store::away::of_series(tx, id, Page::new(None, Some(Page::LIMIT)))?.items {
            let original = stay.part.map_or(kept.series.start, |part| part.original);
            let is_ahead = matches!(stay.state, away::State::Sent | away::State::Held | away::State::Confirmed)
                && stay.slot.end() > now;
            if !is_in(scope, named, original) {
                left |= is_ahead || stay.state == away::State::CheckedIn;
                continue;
            }
            seen = true;
            match stay.state {
                away::State::Cancelled => cancelled.push(original),
                _ if is_ahead => {
                    stays::cancel(tx, acting, stay.id, now)?;
                    cancelled.push(original);
                }
                state => over = Some(state.as_str()),
            }
        }
    }
    if !seen {
        return Err(Refusal::NotFound { what: "occurrence" }.into());
    }
    if let (Some(state), true) = (over, cancelled.is_empty()) {
        return Err(Refusal::WrongState { what: "series", state, needed: "what has not begun" }.into());
    }
    for original in cancelled {
        if !kept.series.exdates.contains(&original) {
            kept.series = kept.series.except(original)?;
        }
    }
    if !left {
        kept.state = rules::State::Cancelled;
    }
    kept.updated = now;
    series::save(tx, &kept)?;
    Ok(kept)
}
