//! What happens to bookings by themselves: they expire, are given away because nobody came, and end.

use jiff::Timestamp;

use super::{Result, promote, settle};
use crate::coworking::booking::{State, overdue};
use crate::store::Tx;
use crate::store::booking;

/// Does to each booking what was due, at most to `limit` of them, and gives to those who wait what came free; tells to how
/// many something was done.
///
/// # Errors
/// The store's.
pub fn tend(tx: &mut Tx<'_>, now: Timestamp, limit: u32) -> Result<usize> {
    let due = booking::due(tx, now, limit)?;
    for id in &due {
        let Some(mut booking) = booking::by_id(tx, *id)? else { continue };
        let state = overdue(booking.state, booking.rules.release);
        if state == State::Completed && booking.checked_in_at.is_some() {
            // Nobody saw when they left.
            booking.checked_out_at = Some(booking.slot.end());
            booking.estimated = true;
        }
        settle(tx, &mut booking, state, now)?;
    }
    Ok(due.len() + promote::serve_due(tx, now, limit)?)
}

/// Is there anything for [`tend`] to do?
///
/// # Errors
/// The store's.
pub fn is_time_for_any(tx: &mut Tx<'_>, now: Timestamp) -> Result<bool> {
    Ok(booking::next_due(tx)?.is_some_and(|due| due <= now) || promote::is_time(tx, now)?)
}
