//! How much a node is used, in numbers that name nobody.

use jiff::Timestamp;

use super::plan::statements;
use super::{Error, Tx, params};

statements! {
    ACTIVE = "SELECT count(*) FROM member m WHERE m.left_at IS NULL AND EXISTS \
              (SELECT 1 FROM token t WHERE t.member_id = m.actor_id AND t.last_used_at >= ?1)";
    OPEN_POSTS = "SELECT count(*) FROM member m CROSS JOIN post p ON p.author_id = m.actor_id \
                  WHERE p.deleted_at IS NULL AND p.visibility IN ('public', 'unlisted')";
}

/// Members who have used the node since `time`.
///
/// # Errors
/// The store's.
pub fn active_since(tx: &mut Tx<'_>, time: Timestamp) -> Result<u64, Error> {
    Ok(tx.query_one(ACTIVE, params![time], |row| row.get(0))?.unwrap_or(0))
}

/// Posts of members that everybody may read.
///
/// # Errors
/// The store's.
pub fn open_posts(tx: &mut Tx<'_>) -> Result<u64, Error> {
    Ok(tx.query_one(OPEN_POSTS, params![], |row| row.get(0))?.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
