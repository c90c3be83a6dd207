//! Posts that actors pinned to their pages.

use jiff::Timestamp;

use super::plan::statements;
use super::{Error, Tx, params};
use crate::coworking::id::{ActorId, PostId};

statements! {
    ADD = "INSERT INTO pin (actor_id, post_id, pinned_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    REMOVE = "DELETE FROM pin WHERE actor_id = ?1 AND post_id = ?2";
    COUNT = "SELECT count(*) FROM pin WHERE actor_id = ?1";
}

/// Pins; `false` when it was pinned.
///
/// # Errors
/// The store's.
pub fn add(tx: &mut Tx<'_>, actor: ActorId, post: PostId, now: Timestamp) -> Result<bool, Error> {
    Ok(tx.execute(ADD, params![actor, post, now])? > 0)
}

/// Unpins; `false` when it was not pinned.
///
/// # Errors
/// The store's.
pub fn remove(tx: &mut Tx<'_>, actor: ActorId, post: PostId) -> Result<bool, Error> {
    Ok(tx.execute(REMOVE, params![actor, post])? > 0)
}

/// How many an actor has.
///
/// # Errors
/// The store's.
pub fn count(tx: &mut Tx<'_>, actor: ActorId) -> Result<usize, Error> {
    let count: u32 = tx.query_one(COUNT, params![actor], |row| row.get(0))?.unwrap_or(0);
    Ok(count as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
