//! Lists and counts of follows, and where news of an actor has to go.

use crate::coworking::id::ActorId;
use crate::coworking::peer::Host;
use crate::store::actor::{self, ActorSummary};
use crate::store::page::{Page, Slice};
use crate::store::plan::statements;
use crate::store::post::Reader;
use crate::store::post::reader::unblocked;
use crate::store::{Error, Row, Tx, Value, params};

statements! {
    FOLLOWERS = concat!(
        "SELECT f.id, f.follower_id FROM follow f WHERE f.target_id = ?2 AND f.state = 'accepted' AND f.id < ?3 \
         AND NOT EXISTS (SELECT 1 FROM actor a WHERE a.id = f.follower_id AND a.suspended_at IS NOT NULL) AND ",
        unblocked!("f.follower_id"), " ORDER BY f.id DESC LIMIT ?4"
    );
    FOLLOWING = concat!(
        "SELECT f.id, f.target_id FROM follow f WHERE f.follower_id = ?2 AND f.state = 'accepted' AND f.id < ?3 \
         AND NOT EXISTS (SELECT 1 FROM actor a WHERE a.id = f.target_id AND a.suspended_at IS NOT NULL) AND ",
        unblocked!("f.target_id"), " ORDER BY f.id DESC LIMIT ?4"
    );
    REQUESTS = concat!(
        "SELECT f.id, f.follower_id FROM follow f WHERE f.target_id = ?1 AND f.state = 'requested' AND f.id < ?2 \
         AND NOT EXISTS (SELECT 1 FROM actor a WHERE a.id = f.follower_id AND a.suspended_at IS NOT NULL) AND ",
        unblocked!("f.follower_id"), " ORDER BY f.id DESC LIMIT ?3"
    );
    COUNTS = "SELECT (SELECT count(*) FROM follow WHERE target_id = ?1 AND state = 'accepted'), \
              (SELECT count(*) FROM follow WHERE follower_id = ?1 AND state = 'accepted')";
    HAS_FOLLOWERS = "SELECT 1 FROM follow WHERE target_id = ?1 AND state = 'accepted' LIMIT 1";
    LOCAL_FOLLOWERS = "SELECT f.follower_id FROM follow f CROSS JOIN actor a ON a.id = f.follower_id \
                       WHERE f.target_id = ?1 AND f.state = 'accepted' AND a.local = 1 ORDER BY f.id";
    LOCAL_TIES = "SELECT f.follower_id FROM follow f CROSS JOIN actor a ON a.id = f.follower_id \
                  WHERE f.target_id = ?1 AND a.local = 1 \
                  UNION SELECT f.target_id FROM follow f CROSS JOIN actor a ON a.id = f.target_id \
                  WHERE f.follower_id = ?1 AND a.local = 1";
    REMOTE_INBOXES = "SELECT DISTINCT coalesce(a.shared_inbox, a.inbox) FROM follow f \
                      CROSS JOIN actor a ON a.id = f.follower_id \
                      WHERE f.target_id = ?1 AND f.state = 'accepted' AND a.local = 0 AND a.deleted_at IS NULL \
                      AND a.suspended_at IS NULL";
}

fn line(row: &Row<'_>) -> Result<(i64, ActorId), Error> {
    Ok((row.get(0)?, row.get(1)?))
}

/// Those who follow an actor, the newest first; those whom the reader blocks, or who block the reader, are left out.
///
/// # Errors
/// The store's.
pub fn followers(tx: &mut Tx<'_>, reader: Reader, actor: ActorId, page: Page) -> Result<Slice<ActorSummary>, Error> {
    people(tx, FOLLOWERS, params![reader.id(), actor, page.below(), page.fetched()], page)
}

/// Those whom an actor follows, the newest first, as [`followers`].
///
/// # Errors
/// The store's.
pub fn following(tx: &mut Tx<'_>, reader: Reader, actor: ActorId, page: Page) -> Result<Slice<ActorSummary>, Error> {
    people(tx, FOLLOWING, params![reader.id(), actor, page.below(), page.fetched()], page)
}

/// Those who ask to follow an actor and wait for its answer, the newest first.
///
/// # Errors
/// The store's.
pub fn requests(tx: &mut Tx<'_>, actor: ActorId, page: Page) -> Result<Slice<ActorSummary>, Error> {
    people(tx, REQUESTS, params![actor, page.below(), page.fetched()], page)
}

fn people(tx: &mut Tx<'_>, sql: &str, params: &[Value<'_>], page: Page) -> Result<Slice<ActorSummary>, Error> {
    let lines = Slice::cut(tx.query(sql, params, line)?, page, |(id, _)| *id);
    let order: Vec<ActorId> = lines.items.iter().map(|(_, actor)| *actor).collect();
    let mut items = actor::summaries(tx, &order)?;
    items.sort_by_cached_key(|actor| order.iter().position(|id| *id == actor.id));
    Ok(Slice { items, next: lines.next })
}

/// How many follow an actor, and how many it follows.
///
/// # Errors
/// The store's.
pub fn counts(tx: &mut Tx<'_>, actor: ActorId) -> Result<(u64, u64), Error> {
    Ok(tx.query_one(COUNTS, params![actor], |row| Ok((row.get(0)?, row.get(1)?)))?.unwrap_or_default())
}

/// Does anybody follow this actor, as far as is known here? Of an actor elsewhere: does anybody here?
///
/// # Errors
/// The store's.
pub fn has_followers(tx: &mut Tx<'_>, actor: ActorId) -> Result<bool, Error> {
    Ok(tx.query_one(HAS_FOLLOWERS, params![actor], |_| Ok(()))?.is_some())
}

/// The members and spaces of this node that follow an actor; a node has few.
///
/// # Errors
/// The store's.
pub fn local_followers(tx: &mut Tx<'_>, actor: ActorId) -> Result<Vec<ActorId>, Error> {
    tx.query(LOCAL_FOLLOWERS, params![actor], |row| row.get(0))
}

/// Those who live here and follow an actor or are followed by it, or asked to or were asked.
///
/// # Errors
/// The store's.
pub fn local_ties(tx: &mut Tx<'_>, actor: ActorId) -> Result<Vec<ActorId>, Error> {
    tx.query(LOCAL_TIES, params![actor], |row| row.get(0))
}

/// Where something for several actors of one server goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inbox {
    /// The shared inbox of their server, or the inbox of the one.
    pub url: String,
    /// Its server.
    pub host: Host,
}

/// The inboxes of an actor's followers elsewhere, each once. Followers without a usable address, and those who are
/// gone or suspended, get nothing.
///
/// # Errors
/// The store's.
pub fn remote_inboxes(tx: &mut Tx<'_>, actor: ActorId) -> Result<Vec<Inbox>, Error> {
    let urls = tx.query(REMOTE_INBOXES, params![actor], |row| row.get::<String>(0))?;
    let inbox = |url: String| {
        let host = Host::of(&url::Url::parse(&url).ok()?)?;
        Some(Inbox { url, host })
    };
    Ok(urls.into_iter().filter_map(inbox).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
