//! Members in their browsers, by the SHA-256 of what a browser holds; and links with which one signs in once.

use jiff::Timestamp;

use super::page::{Page, Slice};
use super::plan::statements;
use super::{Error, Row, Tx, params};
use crate::coworking::id::{MemberId, SessionId, TokenId};
use crate::coworking::member::Role;

/// A browser in which a member is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Which.
    pub id: SessionId,
    /// Whose.
    pub member: MemberId,
    /// What the browser says that it is.
    pub label: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was used last, to the hour.
    pub last_used_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// Who is known by a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearer {
    /// The session.
    pub session: Session,
    /// What the member may do now.
    pub role: Role,
    /// What people call them, or their username.
    pub name: String,
}

statements! {
    ADD = "INSERT INTO session (id, hash, member_id, label, created_at, last_used_at, expires_at, token_id) \
           VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7)";
    GOOD = "SELECT s.id, s.member_id, s.label, s.created_at, s.last_used_at, s.expires_at, m.role, a.name, a.username \
            FROM session s JOIN member m ON m.actor_id = s.member_id JOIN actor a ON a.id = m.actor_id \
            WHERE s.hash = ?1 AND s.expires_at > ?2 AND m.left_at IS NULL AND a.suspended_at IS NULL";
    TOUCH = "UPDATE session SET last_used_at = ?2 WHERE id = ?1";
    BY_ID = "SELECT id, member_id, label, created_at, last_used_at, expires_at FROM session WHERE id = ?1";
    LIST = "SELECT id, member_id, label, created_at, last_used_at, expires_at FROM session \
            WHERE member_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3";
    END = "DELETE FROM session WHERE id = ?1";
    END_OF_TOKEN = "DELETE FROM session WHERE token_id = ?1";
    END_ALL = "DELETE FROM session WHERE member_id = ?1";
    END_OLD = "DELETE FROM session WHERE member_id = ?1 AND id < \
               (SELECT o.id FROM session o WHERE o.member_id = ?1 ORDER BY o.id DESC LIMIT 1 OFFSET ?2)";
    TIDY = "DELETE FROM session WHERE id IN (SELECT id FROM session WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2)";
    ADD_LINK = "INSERT INTO sign_in_link (hash, member_id, expires_at) VALUES (?1, ?2, ?3)";
    LINK = "SELECT l.member_id FROM sign_in_link l JOIN member m ON m.actor_id = l.member_id \
            JOIN actor a ON a.id = m.actor_id \
            WHERE l.hash = ?1 AND l.expires_at > ?2 AND m.left_at IS NULL AND a.suspended_at IS NULL";
    USE_LINK = "DELETE FROM sign_in_link WHERE hash = ?1";
    DROP_LINKS = "DELETE FROM sign_in_link WHERE member_id = ?1";
    TIDY_LINKS = "DELETE FROM sign_in_link WHERE expires_at < ?1";
}

fn read(row: &Row<'_>) -> Result<Session, Error> {
    Ok(Session {
        id: row.get(0)?,
        member: row.get(1)?,
        label: row.get(2)?,
        created_at: row.get(3)?,
        last_used_at: row.get(4)?,
        expires_at: row.get(5)?,
    })
}

/// Keeps the hash of what a browser holds, until a time, and the token with which it was opened, if it was.
///
/// # Errors
/// The store's.
pub fn add(
    tx: &mut Tx<'_>,
    hash: &[u8; 32],
    member: MemberId,
    label: &str,
    (expires_at, token): (Timestamp, Option<TokenId>),
    now: Timestamp,
) -> Result<SessionId, Error> {
    let id = SessionId(tx.next_id(now));
    tx.execute(ADD, params![id, hash, member, label, now, expires_at, token])?;
    Ok(id)
}

/// Who is known by it now: it has not ended, and its member is there.
///
/// # Errors
/// The store's.
pub fn good(tx: &mut Tx<'_>, hash: &[u8; 32], now: Timestamp) -> Result<Option<Bearer>, Error> {
    tx.query_one(GOOD, params![hash, now], |row| {
        let name: String = row.get(7)?;
        let name = if name.trim().is_empty() { row.get(8)? } else { name };
        Ok(Bearer { session: read(row)?, role: row.get(6)?, name })
    })
}

/// Notes that it was used.
///
/// # Errors
/// The store's.
pub fn touch(tx: &mut Tx<'_>, id: SessionId, now: Timestamp) -> Result<(), Error> {
    tx.execute(TOUCH, params![id, now])?;
    Ok(())
}

/// The one with this number.
///
/// # Errors
/// The store's.
pub fn by_id(tx: &mut Tx<'_>, id: SessionId) -> Result<Option<Session>, Error> {
    tx.query_one(BY_ID, params![id], read)
}

/// A member's, the newest first.
///
/// # Errors
/// The store's.
pub fn list(tx: &mut Tx<'_>, member: MemberId, page: Page) -> Result<Slice<Session>, Error> {
    let rows = tx.query(LIST, params![member, page.below(), page.fetched()], read)?;
    Ok(Slice::cut(rows, page, |session| session.id.0))
}

/// Ends one.
///
/// # Errors
/// The store's.
pub fn end(tx: &mut Tx<'_>, id: SessionId) -> Result<(), Error> {
    tx.execute(END, params![id])?;
    Ok(())
}

/// Ends those that were opened with a token.
///
/// # Errors
/// The store's.
pub fn end_of_token(tx: &mut Tx<'_>, token: TokenId) -> Result<(), Error> {
    tx.execute(END_OF_TOKEN, params![token])?;
    Ok(())
}

/// Ends all of a member, and makes links void that lead to another.
///
/// # Errors
/// The store's.
pub fn end_all(tx: &mut Tx<'_>, member: MemberId) -> Result<(), Error> {
    tx.execute(END_ALL, params![member])?;
    tx.execute(DROP_LINKS, params![member])?;
    Ok(())
}

/// Ends all of a member but the newest `kept`.
///
/// # Errors
/// The store's.
pub fn end_old(tx: &mut Tx<'_>, member: MemberId, kept: u32) -> Result<(), Error> {
    tx.execute(END_OLD, params![member, kept.saturating_sub(1)])?;
    Ok(())
}

/// Keeps the hash of a link's secret.
///
/// # Errors
/// The store's.
pub fn add_link(tx: &mut Tx<'_>, hash: &[u8; 32], member: MemberId, expires_at: Timestamp) -> Result<(), Error> {
    tx.execute(ADD_LINK, params![hash, member, expires_at])?;
    Ok(())
}

/// To whom a link leads, if it is good now.
///
/// # Errors
/// The store's.
pub fn link(tx: &mut Tx<'_>, hash: &[u8; 32], now: Timestamp) -> Result<Option<MemberId>, Error> {
    tx.query_one(LINK, params![hash, now], |row| row.get(0))
}

/// A link was used; `false` when it was before.
///
/// # Errors
/// The store's.
pub fn use_link(tx: &mut Tx<'_>, hash: &[u8; 32]) -> Result<bool, Error> {
    Ok(tx.execute(USE_LINK, params![hash])? > 0)
}

/// Forgets what has ended, at most `limit` at once; tells how many.
///
/// # Errors
/// The store's.
pub fn tidy(tx: &mut Tx<'_>, now: Timestamp, limit: u32) -> Result<u64, Error> {
    tx.execute(TIDY_LINKS, params![now])?;
    tx.execute(TIDY, params![now, limit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
