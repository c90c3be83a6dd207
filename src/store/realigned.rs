//! Bookings whose wall times became other instants, for those who work at the desk.

use jiff::Timestamp;

use super::plan::statements;
use super::{Error, Row, Tx, Value, params};
use crate::coworking::id::BookingId;
use crate::coworking::realign::Outcome;
use crate::coworking::slot::Slot;

/// A booking whose wall times became other instants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Realigned {
    /// Which.
    pub booking: BookingId,
    /// What became of it.
    pub outcome: Outcome,
    /// When it was until then.
    pub was: Slot,
    /// When it is by what its wall times mean now.
    pub new: Slot,
    /// When that was found out.
    pub noted_at: Timestamp,
}

statements! {
    NOTE = "INSERT INTO realigned (booking_id, outcome, was_start, was_end, new_start, new_end, noted_at) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (booking_id) DO UPDATE SET outcome = excluded.outcome, \
            was_start = excluded.was_start, was_end = excluded.was_end, new_start = excluded.new_start, \
            new_end = excluded.new_end, noted_at = excluded.noted_at";
    LIST = "SELECT booking_id, outcome, was_start, was_end, new_start, new_end, noted_at FROM realigned \
            WHERE booking_id > ?1 ORDER BY booking_id LIMIT ?2";
    TIDY = "DELETE FROM realigned WHERE booking_id IN \
            (SELECT booking_id FROM realigned WHERE noted_at < ?1 ORDER BY noted_at, booking_id LIMIT ?2)";
}

fn read(row: &Row<'_>) -> Result<Realigned, Error> {
    let slot = |from: usize| {
        let slot = Slot::between(row.get(from)?, row.get(from + 1)?);
        slot.ok_or_else(|| Error::decode("an end after the beginning", &Value::Null))
    };
    Ok(Realigned { booking: row.get(0)?, outcome: row.get(1)?, was: slot(2)?, new: slot(4)?, noted_at: row.get(6)? })
}

/// Notes what became of a booking.
///
/// # Errors
/// The store's.
pub fn note(tx: &mut Tx<'_>, one: &Realigned) -> Result<(), Error> {
    let (was, new) = (one.was, one.new);
    let row = params![one.booking, one.outcome, was.start(), was.end(), new.start(), new.end(), one.noted_at];
    tx.execute(NOTE, row)?;
    Ok(())
}

/// Those after this booking, in the order of their numbers; at most `limit`.
///
/// # Errors
/// The store's.
pub fn list(tx: &mut Tx<'_>, after: BookingId, limit: u32) -> Result<Vec<Realigned>, Error> {
    tx.query(LIST, params![after, limit], read)
}

/// Forgets what was noted before `time`, at most `limit` at once; tells how many.
///
/// # Errors
/// The store's.
pub fn tidy(tx: &mut Tx<'_>, time: Timestamp, limit: u32) -> Result<u64, Error> {
    tx.execute(TIDY, params![time, limit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
