//! Bookings that belong together: those of a series, and those that were asked for in one act.

use super::life::{Booking, columns, read};
use crate::coworking::id::{ActorId, BookingId, SeriesId};
use crate::coworking::series::Part;
use crate::store::plan::statements;
use crate::store::{Error, Tx, params};

statements! {
    // A series has at most 52, and what is asked for in one act is bounded, too.
    OF_SERIES = concat!("SELECT ", columns!(""), " FROM booking WHERE series_id = ?1 ORDER BY starts_at, id LIMIT 200");
    TOGETHER = concat!("SELECT ", columns!(""), " FROM booking WHERE context = ?1 AND requester_id = ?2 ORDER BY id LIMIT 200");
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
