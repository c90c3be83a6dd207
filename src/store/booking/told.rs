//! When the guest of a booking that was asked for elsewhere hears that it stands.

use jiff::Timestamp;

use crate::coworking::id::{BookingId, EventId};
use crate::store::plan::statements;
use crate::store::{Error, Tx, params};

statements! {
    TELL = "UPDATE booking SET told_by = ?2 WHERE id = ?1 AND told_by IS NULL";
    IS_NEWS = "SELECT 1 FROM booking b CROSS JOIN event e ON e.id = b.told_by LEFT JOIN delivery d ON d.activity_id = e.id \
               WHERE b.id = ?1 AND (e.published_at IS NULL OR d.state = 'waiting' OR d.ended_at >= ?2) LIMIT 1";
}

/// This event says that it stands. The first that did counts.
///
/// # Errors
/// The store's.
pub fn tell(tx: &mut Tx<'_>, booking: BookingId, told_by: EventId) -> Result<(), Error> {
    tx.execute(TELL, params![booking, told_by])?;
    Ok(())
}

/// Is word that it stands still on its way to its guest's server, or did its delivery end, in whatever way, no earlier than this?
///
/// # Errors
/// The store's.
pub fn is_news(tx: &mut Tx<'_>, booking: BookingId, since: Timestamp) -> Result<bool, Error> {
    Ok(tx.query_one(IS_NEWS, params![booking, since], |_| Ok(()))?.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
