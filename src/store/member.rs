//! Members: who belongs to a space of this node, with what role, and since when.

use jiff::Timestamp;

use super::actor::{self, ActorSummary};
use super::page::{Page, Slice};
use super::plan::statements;
use super::{Error, Row, Tx, params};
use crate::coworking::id::{ActorId, MemberId};
use crate::coworking::member::Role;

/// Somebody's membership.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub id: MemberId,
    /// What they may do.
    pub role: Role,
    /// Since when.
    pub joined_at: Timestamp,
    /// Until when.
    pub left_at: Option<Timestamp>,
}

/// A line of the list of members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberLine {
    /// Who.
    pub actor: ActorSummary,
    /// What they may do.
    pub role: Role,
    /// Since when.
    pub joined_at: Timestamp,
}

statements! {
    BY_ID = "SELECT actor_id, role, joined_at, left_at FROM member WHERE actor_id = ?1";
    ADD = "INSERT INTO member (actor_id, role, joined_at) VALUES (?1, ?2, ?3)";
    SET_ROLE = "UPDATE member SET role = ?2 WHERE actor_id = ?1";
    LEAVE = "UPDATE member SET left_at = ?2 WHERE actor_id = ?1 AND left_at IS NULL";
    LIST = "SELECT actor_id, role, joined_at, left_at FROM member WHERE left_at IS NULL AND actor_id < ?1 \
            ORDER BY actor_id DESC LIMIT ?2";
    WITH_ROLE = "SELECT actor_id FROM member WHERE left_at IS NULL AND role = ?1 AND NOT EXISTS \
                 (SELECT 1 FROM actor a WHERE a.id = member.actor_id AND a.suspended_at IS NOT NULL) \
                 ORDER BY actor_id LIMIT ?2";
    COUNT = "SELECT count(*) FROM member WHERE left_at IS NULL";
}

fn read(row: &Row<'_>) -> Result<Member, Error> {
    Ok(Member { id: row.get(0)?, role: row.get(1)?, joined_at: row.get(2)?, left_at: row.get(3)? })
}

/// The membership of an actor, ended or not.
///
/// # Errors
/// The store's.
pub fn by_id(tx: &mut Tx<'_>, actor: ActorId) -> Result<Option<Member>, Error> {
    tx.query_one(BY_ID, params![actor], read)
}

/// Makes a local actor a member.
///
/// # Errors
/// [`Error::Constraint`] when it is one.
pub fn add(tx: &mut Tx<'_>, actor: ActorId, role: Role, now: Timestamp) -> Result<MemberId, Error> {
    tx.execute(ADD, params![actor, role, now])?;
    Ok(MemberId(actor.0))
}

/// Writes a role.
///
/// # Errors
/// The store's.
pub fn set_role(tx: &mut Tx<'_>, member: MemberId, role: Role) -> Result<(), Error> {
    tx.execute(SET_ROLE, params![member, role])?;
    Ok(())
}

/// Ends a membership.
///
/// # Errors
/// The store's.
pub fn leave(tx: &mut Tx<'_>, member: MemberId, now: Timestamp) -> Result<(), Error> {
    tx.execute(LEAVE, params![member, now])?;
    Ok(())
}

/// Members, those who came last first; who left is not among them.
///
/// # Errors
/// The store's.
pub fn list(tx: &mut Tx<'_>, page: Page) -> Result<Slice<MemberLine>, Error> {
    let members = Slice::cut(tx.query(LIST, params![page.below(), page.fetched()], read)?, page, |member| member.id.0);
    let ids: Vec<ActorId> = members.items.iter().map(|member| member.id.into()).collect();
    let mut actors = actor::summaries(tx, &ids)?;
    let items = members.items.into_iter().filter_map(|Member { id, role, joined_at, .. }| {
        let place = actors.iter().position(|actor| actor.id == id.into())?;
        Some(MemberLine { actor: actors.swap_remove(place), role, joined_at })
    });
    Ok(Slice { items: items.collect(), next: members.next })
}

/// Members with exactly this role who are not suspended, at most `limit`.
///
/// # Errors
/// The store's.
pub fn with_role(tx: &mut Tx<'_>, role: Role, limit: u32) -> Result<Vec<MemberId>, Error> {
    tx.query(WITH_ROLE, params![role, limit], |row| row.get(0))
}

/// How many members there are.
///
/// # Errors
/// The store's.
pub fn count(tx: &mut Tx<'_>) -> Result<u64, Error> {
    Ok(tx.query_one(COUNT, params![], |row| row.get(0))?.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
