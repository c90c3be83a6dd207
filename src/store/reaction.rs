//! Likes: at most one of an actor and a post.

use jiff::Timestamp;

use super::plan::statements;
use super::{Error, Row, Tx, params};
use crate::coworking::id::{ActorId, LikeId, PostId};

/// A like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Like {
    /// Our number for it; names our own Like activities.
    pub id: LikeId,
    /// Its id in the network; `None` of ours, whose id follows from the number.
    pub uri: Option<String>,
    /// Who likes.
    pub actor: ActorId,
    /// What.
    pub post: PostId,
    /// Since when.
    pub liked_at: Timestamp,
}

statements! {
    ADD = "INSERT INTO post_like (id, uri, actor_id, post_id, liked_at) SELECT ?1, ?2, ?3, ?4, ?5 \
           WHERE NOT EXISTS (SELECT 1 FROM tombstone t WHERE t.uri = ?2 AND t.actor_id = ?3) ON CONFLICT DO NOTHING";
    OF = "SELECT id, uri, actor_id, post_id, liked_at FROM post_like WHERE post_id = ?1 AND actor_id = ?2";
    BY_ID = "SELECT id, uri, actor_id, post_id, liked_at FROM post_like WHERE id = ?1";
    BY_URI = "SELECT id, uri, actor_id, post_id, liked_at FROM post_like WHERE uri = ?1";
    REMOVE = "DELETE FROM post_like WHERE post_id = ?1 AND actor_id = ?2";
}

fn read(row: &Row<'_>) -> Result<Like, Error> {
    Ok(Like { id: row.get(0)?, uri: row.get(1)?, actor: row.get(2)?, post: row.get(3)?, liked_at: row.get(4)? })
}

/// Writes a like. `None` when there is one already, or it was taken back before it came.
///
/// # Errors
/// The store's.
pub fn add(
    tx: &mut Tx<'_>,
    actor: ActorId,
    post: PostId,
    uri: Option<&str>,
    now: Timestamp,
) -> Result<Option<LikeId>, Error> {
    let id = LikeId(tx.next_id(now));
    Ok((tx.execute(ADD, params![id, uri, actor, post, now])? > 0).then_some(id))
}

/// The like of this actor and post.
///
/// # Errors
/// The store's.
pub fn of(tx: &mut Tx<'_>, actor: ActorId, post: PostId) -> Result<Option<Like>, Error> {
    tx.query_one(OF, params![post, actor], read)
}

/// The like with this number.
///
/// # Errors
/// The store's.
pub fn by_id(tx: &mut Tx<'_>, id: LikeId) -> Result<Option<Like>, Error> {
    tx.query_one(BY_ID, params![id], read)
}

/// The like from elsewhere with this id in the network.
///
/// # Errors
/// The store's.
pub fn by_uri(tx: &mut Tx<'_>, uri: &str) -> Result<Option<Like>, Error> {
    tx.query_one(BY_URI, params![uri], read)
}

/// Takes a like away.
///
/// # Errors
/// The store's.
pub fn remove(tx: &mut Tx<'_>, actor: ActorId, post: PostId) -> Result<(), Error> {
    tx.execute(REMOVE, params![post, actor])?;
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
