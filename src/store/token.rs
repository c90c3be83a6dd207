//! Bearer tokens of members, by their SHA-256: who reads the database cannot act for anybody.

use jiff::Timestamp;

use super::page::{Page, Slice};
use super::plan::statements;
use super::{Error, Row, Tx, params};
use crate::coworking::id::{MemberId, TokenId};
use crate::coworking::member::Role;

/// A token as its owner may see it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Which.
    pub id: TokenId,
    /// Whose.
    pub member: MemberId,
    /// What its owner calls it.
    pub label: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was used last, to the hour.
    pub last_used_at: Option<Timestamp>,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// Since when it is void.
    pub revoked_at: Option<Timestamp>,
}

/// What stands behind a token that is good now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bearer {
    /// Which token.
    pub token: TokenId,
    /// Whose.
    pub member: MemberId,
    /// What the member may do now.
    pub role: Role,
    /// When the token was used last.
    pub last_used_at: Option<Timestamp>,
}

statements! {
    ADD = "INSERT INTO token (hash, id, member_id, label, created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    BEARER = "SELECT t.id, m.actor_id, m.role, t.last_used_at FROM token t JOIN member m ON m.actor_id = t.member_id \
              JOIN actor a ON a.id = m.actor_id \
              WHERE t.hash = ?1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > ?2) \
              AND m.left_at IS NULL AND a.suspended_at IS NULL";
    TOUCH = "UPDATE token SET last_used_at = ?2 WHERE id = ?1";
    BY_ID = "SELECT id, member_id, label, created_at, last_used_at, expires_at, revoked_at FROM token WHERE id = ?1";
    LIST = "SELECT id, member_id, label, created_at, last_used_at, expires_at, revoked_at FROM token \
            WHERE member_id = ?1 AND id < ?2 AND revoked_at IS NULL ORDER BY id DESC LIMIT ?3";
    COUNT = "SELECT count(*) FROM token WHERE member_id = ?1 AND revoked_at IS NULL \
             AND (expires_at IS NULL OR expires_at > ?2)";
    REVOKE = "UPDATE token SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL";
    REVOKE_ALL = "UPDATE token SET revoked_at = ?2 WHERE member_id = ?1 AND revoked_at IS NULL";
}

fn read(row: &Row<'_>) -> Result<Token, Error> {
    Ok(Token {
        id: row.get(0)?,
        member: row.get(1)?,
        label: row.get(2)?,
        created_at: row.get(3)?,
        last_used_at: row.get(4)?,
        expires_at: row.get(5)?,
        revoked_at: row.get(6)?,
    })
}

/// Keeps a token's hash.
///
/// # Errors
/// The store's.
pub fn add(
    tx: &mut Tx<'_>,
    hash: &[u8; 32],
    member: MemberId,
    label: &str,
    expires: Option<Timestamp>,
    now: Timestamp,
) -> Result<TokenId, Error> {
    let id = TokenId(tx.next_id(now));
    tx.execute(ADD, params![hash, id, member, label, now, expires])?;
    Ok(id)
}

/// Who may act with the token of this hash now: it is neither ended nor revoked, and its owner is still a member.
///
/// # Errors
/// The store's.
pub fn bearer(tx: &mut Tx<'_>, hash: &[u8; 32], now: Timestamp) -> Result<Option<Bearer>, Error> {
    tx.query_one(BEARER, params![hash, now], |row| {
        Ok(Bearer { token: row.get(0)?, member: row.get(1)?, role: row.get(2)?, last_used_at: row.get(3)? })
    })
}

/// Notes that a token was used.
///
/// # Errors
/// The store's.
pub fn touch(tx: &mut Tx<'_>, token: TokenId, now: Timestamp) -> Result<(), Error> {
    tx.execute(TOUCH, params![token, now])?;
    Ok(())
}

/// The token with this number, good or not.
///
/// # Errors
/// The store's.
pub fn by_id(tx: &mut Tx<'_>, token: TokenId) -> Result<Option<Token>, Error> {
    tx.query_one(BY_ID, params![token], read)
}

/// A member's tokens, the newest first; revoked ones are not among them, ended ones are.
///
/// # Errors
/// The store's.
pub fn list(tx: &mut Tx<'_>, member: MemberId, page: Page) -> Result<Slice<Token>, Error> {
    let rows = tx.query(LIST, params![member, page.below(), page.fetched()], read)?;
    Ok(Slice::cut(rows, page, |token| token.id.0))
}

/// How many good tokens a member has.
///
/// # Errors
/// The store's.
pub fn count(tx: &mut Tx<'_>, member: MemberId, now: Timestamp) -> Result<usize, Error> {
    Ok(tx.query_one(COUNT, params![member, now], |row| row.get::<u32>(0))?.unwrap_or(0) as usize)
}

/// Makes a token void; `false` when it was.
///
/// # Errors
/// The store's.
pub fn revoke(tx: &mut Tx<'_>, token: TokenId, now: Timestamp) -> Result<bool, Error> {
    Ok(tx.execute(REVOKE, params![token, now])? > 0)
}

/// Makes all tokens of a member void.
///
/// # Errors
/// The store's.
pub fn revoke_all(tx: &mut Tx<'_>, member: MemberId, now: Timestamp) -> Result<u64, Error> {
    tx.execute(REVOKE_ALL, params![member, now])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
