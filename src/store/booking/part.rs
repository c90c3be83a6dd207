//! Bookings that belong together: those of a series, and those that were asked for in one act.

use jiff::Timestamp;

use super::life::{Booking, columns, read};
use crate::coworking::id::{ActorId, BookingId, SeriesId};
use crate::coworking::series::Part;
use crate::store::plan::statements;
use crate::store::{Error, Tx, params};

statements! {
    // A series has at most 52, and what is asked for in one act is bounded, too.
    OF_SERIES = concat!("SELECT ", columns!(""), " FROM booking WHERE series_id = ?1 ORDER BY starts_at, id LIMIT 200");
    TOGETHER = concat!("SELECT ", columns!(""), " FROM booking WHERE context = ?1 AND requester_id = ?2 ORDER BY id LIMIT 200");
    FIRST_TOGETHER = "SELECT id FROM booking WHERE context = ?1 AND requester_id = ?2 ORDER BY id LIMIT 1";
    ALIKE_IN_SERIES = "SELECT count(*) FROM booking WHERE series_id = ?1 AND id <> ?2 AND state = ?3 AND updated >= ?4 \
                       AND updated <= ?5";
    ALIKE_TOGETHER = "SELECT count(*) FROM booking WHERE context = ?1 AND requester_id = ?6 AND id <> ?2 AND state = ?3 \
                      AND updated >= ?4 AND updated <= ?5";
    SET_PART = "UPDATE booking SET series_id = ?2, original = ?3 WHERE id = ?1";
}

/// All of a series, in the order of the times at which they were to start.
///
/// # Errors
/// The store's.
pub fn of_series(tx: &mut Tx<'_>, series: SeriesId) -> Result<Vec<Booking>, Error> {
    let mut found = tx.query(OF_SERIES, params![series], read)?;
    found.sort_by_key(|booking| booking.part);
    Ok(found)
}

/// What somebody asked for together under a name, the first first.
///
/// # Errors
/// The store's.
pub fn together(tx: &mut Tx<'_>, context: &str, requester: ActorId) -> Result<Vec<Booking>, Error> {
    tx.query(TOGETHER, params![context, requester], read)
}

/// The number that all have in common that belong to a booking: the series', or that of the first that was asked for in the act;
/// `None` for what stands alone.
///
/// # Errors
/// The store's.
pub fn bundle(tx: &mut Tx<'_>, booking: &Booking) -> Result<Option<i64>, Error> {
    match (booking.part, &booking.context) {
        (Some(part), _) => Ok(Some(part.series.0)),
        (None, Some(context)) => tx.query_one(FIRST_TOGETHER, params![context, booking.requester], |row| row.get(0)),
        (None, None) => Ok(None),
    }
}

/// How many of those that belong to a booking stand as it does; of an act, those that changed at that time.
///
/// # Errors
/// The store's.
pub fn alike(tx: &mut Tx<'_>, booking: &Booking, act: Option<Timestamp>) -> Result<u32, Error> {
    let Booking { id, state, requester, .. } = *booking;
    let (from, to) = act.map_or((Timestamp::MIN, Timestamp::MAX), |act| (act, act));
    let count = match (booking.part, &booking.context) {
        (Some(part), _) => {
            tx.query_one(ALIKE_IN_SERIES, params![part.series, id, state, from, to], |row| row.get(0))?
        }
        (None, Some(context)) => {
            tx.query_one(ALIKE_TOGETHER, params![context, id, state, from, to, requester], |row| row.get(0))?
        }
        (None, None) => None,
    };
    Ok(count.unwrap_or_default())
}

/// Writes where a booking stands in a series.
///
/// # Errors
/// The store's.
pub fn set_part(tx: &mut Tx<'_>, booking: BookingId, part: Part) -> Result<(), Error> {
    tx.execute(SET_PART, params![booking, part.series, part.original.to_string()])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
