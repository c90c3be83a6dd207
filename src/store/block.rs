//! Who wants nothing to do with whom: blocks hold for both sides, mutes are for the muter alone to know.

use jiff::Timestamp;

use super::actor::{self, ActorSummary};
use super::page::{Page, Slice};
use super::plan::statements;
use super::{Error, Tx, Value, params};
use crate::coworking::id::{ActorId, MemberId};

statements! {
    BLOCK = "INSERT INTO block (id, actor_id, target_id, uri, blocked_at) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT DO NOTHING";
    UNBLOCK = "DELETE FROM block WHERE actor_id = ?1 AND target_id = ?2";
    BETWEEN = "SELECT EXISTS (SELECT 1 FROM block WHERE actor_id = ?1 AND target_id = ?2) \
               OR EXISTS (SELECT 1 FROM block WHERE actor_id = ?2 AND target_id = ?1)";
    HAS_BLOCKED = "SELECT 1 FROM block WHERE actor_id = ?1 AND target_id = ?2";
    BY_URI = "SELECT target_id FROM block WHERE actor_id = ?1 AND uri = ?2 LIMIT 1";
    BLOCKED = "SELECT id, target_id FROM block WHERE actor_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3";
    MUTE = "INSERT INTO mute (id, member_id, target_id, muted_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
    UNMUTE = "DELETE FROM mute WHERE member_id = ?1 AND target_id = ?2";
    HAS_MUTED = "SELECT 1 FROM mute WHERE member_id = ?1 AND target_id = ?2";
    MUTED = "SELECT id, target_id FROM mute WHERE member_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3";
}

/// Writes a block; `false` when there was one. `uri` is its id in the network, when it came from elsewhere.
///
/// # Errors
/// The store's.
pub fn block(
    tx: &mut Tx<'_>,
    actor: ActorId,
    target: ActorId,
    uri: Option<&str>,
    now: Timestamp,
) -> Result<bool, Error> {
    let id = tx.next_id(now);
    Ok(tx.execute(BLOCK, params![id, actor, target, uri, now])? > 0)
}

/// Takes a block away; `false` when there was none.
///
/// # Errors
/// The store's.
pub fn unblock(tx: &mut Tx<'_>, actor: ActorId, target: ActorId) -> Result<bool, Error> {
    Ok(tx.execute(UNBLOCK, params![actor, target])? > 0)
}

/// Has one of the two blocked the other?
///
/// # Errors
/// The store's.
pub fn between(tx: &mut Tx<'_>, one: ActorId, other: ActorId) -> Result<bool, Error> {
    Ok(tx.query_one(BETWEEN, params![one, other], |row| row.get(0))?.unwrap_or(false))
}

/// Has the actor blocked the target?
///
/// # Errors
/// The store's.
pub fn has_blocked(tx: &mut Tx<'_>, actor: ActorId, target: ActorId) -> Result<bool, Error> {
    Ok(tx.query_one(HAS_BLOCKED, params![actor, target], |_| Ok(()))?.is_some())
}

/// Whom the block with this id in the network, made by this actor, is against.
///
/// # Errors
/// The store's.
pub fn target_by_uri(tx: &mut Tx<'_>, actor: ActorId, uri: &str) -> Result<Option<ActorId>, Error> {
    tx.query_one(BY_URI, params![actor, uri], |row| row.get(0))
}

/// Those whom an actor blocks, the newest first.
///
/// # Errors
/// The store's.
pub fn blocked(tx: &mut Tx<'_>, actor: ActorId, page: Page) -> Result<Slice<ActorSummary>, Error> {
    people(tx, BLOCKED, params![actor, page.below(), page.fetched()], page)
}

/// Writes a mute.
///
/// # Errors
/// The store's.
pub fn mute(tx: &mut Tx<'_>, member: MemberId, target: ActorId, now: Timestamp) -> Result<(), Error> {
    let id = tx.next_id(now);
    tx.execute(MUTE, params![id, member, target, now])?;
    Ok(())
}

/// Takes a mute away.
///
/// # Errors
/// The store's.
pub fn unmute(tx: &mut Tx<'_>, member: MemberId, target: ActorId) -> Result<(), Error> {
    tx.execute(UNMUTE, params![member, target])?;
    Ok(())
}

/// Has the member muted them?
///
/// # Errors
/// The store's.
pub fn has_muted(tx: &mut Tx<'_>, member: MemberId, target: ActorId) -> Result<bool, Error> {
    Ok(tx.query_one(HAS_MUTED, params![member, target], |_| Ok(()))?.is_some())
}

/// Those whom a member has muted, the newest first.
///
/// # Errors
/// The store's.
pub fn muted(tx: &mut Tx<'_>, member: MemberId, page: Page) -> Result<Slice<ActorSummary>, Error> {
    people(tx, MUTED, params![member, page.below(), page.fetched()], page)
}

fn people(tx: &mut Tx<'_>, sql: &str, params: &[Value<'_>], page: Page) -> Result<Slice<ActorSummary>, Error> {
    let lines = tx.query(sql, params, |row| Ok((row.get::<i64>(0)?, row.get::<ActorId>(1)?)))?;
    let lines = Slice::cut(lines, page, |(id, _)| *id);
    let order: Vec<ActorId> = lines.items.iter().map(|(_, actor)| *actor).collect();
    let mut items = actor::summaries(tx, &order)?;
    items.sort_by_cached_key(|actor| order.iter().position(|id| *id == actor.id));
    Ok(Slice { items, next: lines.next })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
