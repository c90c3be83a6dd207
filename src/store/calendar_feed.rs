//! Secret links to members' calendars, by the SHA-256 of the secret: who reads the database cannot read along.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::page::{Page, Slice};
use super::plan::statements;
use super::{Error, FromValue, Row, Tx, Value, params};
use crate::coworking::id::{MalformedId, MemberId, TokenId};

/// A secret link to a member's calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FeedId(pub i64);

impl fmt::Display for FeedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for FeedId {
    type Err = MalformedId;

    fn from_str(text: &str) -> Result<Self, MalformedId> {
        // All ids are written alike.
        text.parse().map(|TokenId(id)| Self(id))
    }
}

impl Serialize for FeedId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FeedId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        TokenId::deserialize(deserializer).map(|TokenId(id)| Self(id))
    }
}

impl From<FeedId> for Value<'_> {
    fn from(id: FeedId) -> Self {
        Value::Integer(id.0)
    }
}

impl FromValue for FeedId {
    fn from_value(value: Value<'_>) -> Result<Self, Error> {
        i64::from_value(value).map(Self)
    }
}

/// A link as its owner may see it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// Which.
    pub id: FeedId,
    /// Whose calendar.
    pub member: MemberId,
    /// What its owner calls it.
    pub label: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was used last, to the hour.
    pub last_used_at: Option<Timestamp>,
    /// Since when it is void.
    pub revoked_at: Option<Timestamp>,
}

statements! {
    ADD = "INSERT INTO calendar_feed (id, hash, member_id, label, created_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    GOOD = "SELECT f.id, f.member_id, f.label, f.created_at, f.last_used_at, f.revoked_at \
            FROM calendar_feed f JOIN member m ON m.actor_id = f.member_id JOIN actor a ON a.id = m.actor_id \
            WHERE f.hash = ?1 AND f.revoked_at IS NULL AND m.left_at IS NULL AND a.suspended_at IS NULL";
    TOUCH = "UPDATE calendar_feed SET last_used_at = ?2 WHERE id = ?1";
    BY_ID = "SELECT id, member_id, label, created_at, last_used_at, revoked_at FROM calendar_feed WHERE id = ?1";
    LIST = "SELECT id, member_id, label, created_at, last_used_at, revoked_at FROM calendar_feed \
            WHERE member_id = ?1 AND id < ?2 AND revoked_at IS NULL ORDER BY id DESC LIMIT ?3";
    COUNT = "SELECT count(*) FROM calendar_feed WHERE member_id = ?1 AND revoked_at IS NULL";
    REVOKE = "UPDATE calendar_feed SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL";
    REVOKE_ALL = "UPDATE calendar_feed SET revoked_at = ?2 WHERE member_id = ?1 AND revoked_at IS NULL";
}

fn read(row: &Row<'_>) -> Result<Feed, Error> {
    Ok(Feed {
        id: row.get(0)?,
        member: row.get(1)?,
        label: row.get(2)?,
        created_at: row.get(3)?,
        last_used_at: row.get(4)?,
        revoked_at: row.get(5)?,
    })
}

/// Keeps the hash of a link's secret.
///
/// # Errors
/// The store's.
pub fn add(tx: &mut Tx<'_>, hash: &[u8; 32], member: MemberId, label: &str, now: Timestamp) -> Result<FeedId, Error> {
    let id = FeedId(tx.next_id(now));
    tx.execute(ADD, params![id, hash, member, label, now])?;
    Ok(id)
}

/// The link with a secret of this hash, if it is good now: it is not revoked, and its owner is still a member.
///
/// # Errors
/// The store's.
pub fn good(tx: &mut Tx<'_>, hash: &[u8; 32]) -> Result<Option<Feed>, Error> {
    tx.query_one(GOOD, params![hash], read)
}

/// Notes that a link was used.
///
/// # Errors
/// The store's.
pub fn touch(tx: &mut Tx<'_>, feed: FeedId, now: Timestamp) -> Result<(), Error> {
    tx.execute(TOUCH, params![feed, now])?;
    Ok(())
}

/// The link with this number, good or not.
///
/// # Errors
/// The store's.
pub fn by_id(tx: &mut Tx<'_>, feed: FeedId) -> Result<Option<Feed>, Error> {
    tx.query_one(BY_ID, params![feed], read)
}

/// A member's links, the newest first, without those that were revoked.
///
/// # Errors
/// The store's.
pub fn list(tx: &mut Tx<'_>, member: MemberId, page: Page) -> Result<Slice<Feed>, Error> {
    let rows = tx.query(LIST, params![member, page.below(), page.fetched()], read)?;
    Ok(Slice::cut(rows, page, |feed| feed.id.0))
}

/// How many good links a member has.
///
/// # Errors
/// The store's.
pub fn count(tx: &mut Tx<'_>, member: MemberId) -> Result<usize, Error> {
    Ok(tx.query_one(COUNT, params![member], |row| row.get::<u32>(0))?.unwrap_or(0) as usize)
}

/// Makes a link void; `false` when it was.
///
/// # Errors
/// The store's.
pub fn revoke(tx: &mut Tx<'_>, feed: FeedId, now: Timestamp) -> Result<bool, Error> {
    Ok(tx.execute(REVOKE, params![feed, now])? > 0)
}

/// Makes all links of a member void.
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
