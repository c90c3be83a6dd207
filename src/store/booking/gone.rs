//! What is left of the bookings of those who are gone: that something was booked, and not by whom.

use jiff::Timestamp;

use crate::coworking::id::ActorId;
use crate::store::plan::statements;
use crate::store::{Error, Tx, params};

/// Nobody in particular. No server has such a name (RFC 6761), so nobody can be met under it.
const NOBODY: &str = "https://gone.invalid/somebody";

statements! {
    MAKE = "INSERT INTO actor (id, uri, local, type, username, username_folded, host, server, name, name_folded, inbox, updated, deleted_at) \
            VALUES (?1, ?2, 0, 'Person', 'somebody', 'somebody', 'gone.invalid', 'gone.invalid', 'Somebody who left', '', '', ?3, ?3) \
            ON CONFLICT (uri) DO NOTHING";
    FIND = "SELECT id FROM actor WHERE uri = ?1";
    DROP_REFUSED = "DELETE FROM booking WHERE requester_id = ?1 AND state = 'refused'";
    FORGET_NEWS = "DELETE FROM notification WHERE booking_id IN (SELECT id FROM booking WHERE requester_id = ?1)";
    FORGET_APPEALS = "DELETE FROM appeal WHERE booking_id IN (SELECT id FROM booking WHERE requester_id = ?1)";
    DISOWN = "UPDATE booking SET requester_id = ?2, guest = NULL, note = NULL, override_reason = NULL, words = NULL, \
              offer_uri = NULL, offer_hash = NULL, context = NULL, series_id = NULL, original = NULL WHERE requester_id = ?1";
    UNSIGN = "UPDATE booking SET booked_by_id = NULL WHERE booked_by_id = ?1";
}

/// Whose is what those had who are gone.
///
/// # Errors
/// The store's.
pub fn nobody(tx: &mut Tx<'_>, now: Timestamp) -> Result<ActorId, Error> {
    if let Some(nobody) = tx.query_one(FIND, params![NOBODY], |row| row.get(0))? {
        return Ok(nobody);
    }
    let id = ActorId(tx.next_id(now));
    tx.execute(MAKE, params![id, NOBODY, now])?;
    Ok(id)
}

/// Takes somebody's name and words from all that they booked or were refused, also for others, and what ties one of it to the
/// other. What they had stays counted as somebody's.
///
/// # Errors
/// The store's.
pub fn disown(tx: &mut Tx<'_>, gone: ActorId, now: Timestamp) -> Result<(), Error> {
    tx.execute(UNSIGN, params![gone])?;
    tx.execute(DROP_REFUSED, params![gone])?;
    tx.execute(FORGET_NEWS, params![gone])?;
    tx.execute(FORGET_APPEALS, params![gone])?;
    let nobody = nobody(tx, now)?;
    tx.execute(DISOWN, params![gone, nobody])?;
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
