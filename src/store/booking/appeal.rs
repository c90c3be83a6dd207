//! What somebody says who is said not to have come.

use jiff::Timestamp;

use super::life::{Booking, columns, read};
use crate::coworking::id::{BookingId, SpaceId};
use crate::store::page::{Page, Slice};
use crate::store::plan::statements;
use crate::store::{Error, Tx, params};

/// An appeal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appeal {
    /// What it is about.
    pub booking: Booking,
    /// What its guest says.
    pub words: String,
    /// When.
    pub said_at: Timestamp,
}

statements! {
    APPEAL = "INSERT INTO appeal (booking_id, space_id, words, said_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (booking_id) DO NOTHING";
    ANSWER = "UPDATE appeal SET answered_at = ?2 WHERE booking_id = ?1 AND answered_at IS NULL";
    OPEN_APPEALS = concat!("SELECT ", columns!("b."), ", p.words, p.said_at FROM appeal p \
                   CROSS JOIN booking b ON b.id = p.booking_id \
                   WHERE p.space_id = ?1 AND p.answered_at IS NULL AND p.booking_id > ?2 ORDER BY p.booking_id LIMIT ?3");
}

/// Writes an appeal down; `false` when there was one before.
///
/// # Errors
/// The store's.
pub fn appeal(tx: &mut Tx<'_>, booking: &Booking, words: &str, now: Timestamp) -> Result<bool, Error> {
    Ok(tx.execute(APPEAL, params![booking.id, booking.space, words, now])? > 0)
}

/// Staff have looked at it; `false` when nothing waits for them.
///
/// # Errors
/// The store's.
pub fn answer_appeal(tx: &mut Tx<'_>, booking: BookingId, now: Timestamp) -> Result<bool, Error> {
    Ok(tx.execute(ANSWER, params![booking, now])? > 0)
}

/// What waits for the staff of a space, the oldest booking first. The page goes on behind the booking that it names.
///
/// # Errors
/// The store's.
pub fn appeals(tx: &mut Tx<'_>, space: SpaceId, page: Page) -> Result<Slice<Appeal>, Error> {
    let behind = BookingId(page.before.unwrap_or(0));
    let rows = tx.query(OPEN_APPEALS, params![space, behind, page.fetched()], |row| {
        Ok(Appeal { booking: read(row)?, words: row.get(37)?, said_at: row.get(38)? })
    })?;
    Ok(Slice::cut(rows, page, |appeal| appeal.booking.id.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
