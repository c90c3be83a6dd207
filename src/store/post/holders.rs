//! Those elsewhere who have a post in their hands because they did something with it.

use crate::coworking::id::{ActorId, PostId};
use crate::store::plan::statements;
use crate::store::{Error, Tx, params};

statements! {
    HOLDERS = "SELECT id FROM actor WHERE id IN (SELECT actor_id FROM post_like WHERE post_id = ?1 \
               UNION SELECT actor_id FROM announce WHERE post_id = ?1 \
               UNION SELECT author_id FROM post WHERE in_reply_to_id = ?1) \
               AND local = 0 AND deleted_at IS NULL LIMIT ?2";
}

/// Actors elsewhere who liked a post, announced it or answered it, at most `limit`, in no order.
///
/// # Errors
/// The store's.
pub fn holders(tx: &mut Tx<'_>, post: PostId, limit: u32) -> Result<Vec<ActorId>, Error> {
    tx.query(HOLDERS, params![post, limit], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
