//! What was taken back before it came: mail has no order.
//!
//! The statements that let something in ask this table themselves, in the same breath.

use jiff::Timestamp;

use super::plan::statements;
use super::{Error, Tx, params};
use crate::coworking::id::ActorId;

statements! {
    BURY = "INSERT INTO tombstone (uri, actor_id, buried_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    FIND = "SELECT 1 FROM tombstone WHERE uri = ?1 AND actor_id = ?2";
    TIDY = "DELETE FROM tombstone WHERE (uri, actor_id) IN \
            (SELECT uri, actor_id FROM tombstone WHERE buried_at < ?1 ORDER BY buried_at LIMIT ?2)";
}

/// Remembers that an actor took back what it will send, or never sends, under this id.
///
/// # Errors
/// The store's.
pub fn bury(tx: &mut Tx<'_>, uri: &str, actor: ActorId, now: Timestamp) -> Result<(), Error> {
    tx.execute(BURY, params![uri, actor, now])?;
    Ok(())
}

/// Did this actor take it back?
///
/// # Errors
/// The store's.
pub fn is_buried(tx: &mut Tx<'_>, uri: &str, actor: ActorId) -> Result<bool, Error> {
    Ok(tx.query_one(FIND, params![uri, actor], |_| Ok(()))?.is_some())
}

/// Forgets what was buried before `time`, at most `limit` at once; tells how many.
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
