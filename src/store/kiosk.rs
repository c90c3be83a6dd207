//! Screens at the doors, by the SHA-256 of the secret in their address; and the numbers with which members are known there.

use jiff::Timestamp;

use super::page::{Page, Slice};
use super::plan::statements;
use super::{Error, Row, Tx, params};
use crate::coworking::id::{KioskId, MemberId, SpaceId};

/// A screen at a door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kiosk {
    /// Which.
    pub id: KioskId,
    /// At whose door.
    pub space: SpaceId,
    /// What it is called.
    pub label: String,
    /// Since when.
    pub created_at: Timestamp,
    /// How often a wrong number was typed.
    pub misses: u32,
    /// Since when.
    pub missed_since: Option<Timestamp>,
    /// Until when it takes none.
    pub locked_until: Option<Timestamp>,
}

statements! {
    ADD = "INSERT INTO kiosk (id, hash, space_id, label, created_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    GOOD = "SELECT id, space_id, label, created_at, misses, missed_since, locked_until FROM kiosk WHERE hash = ?1";
    BY_ID = "SELECT id, space_id, label, created_at, misses, missed_since, locked_until FROM kiosk WHERE id = ?1";
    LIST = "SELECT id, space_id, label, created_at, misses, missed_since, locked_until FROM kiosk \
            WHERE space_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3";
    COUNT = "SELECT count(*) FROM kiosk WHERE space_id = ?1";
    MISSED = "UPDATE kiosk SET misses = ?2, missed_since = ?3, locked_until = ?4 WHERE id = ?1";
    REMOVE = "DELETE FROM kiosk WHERE id = ?1";
    CODE_OF = "SELECT code FROM member_code WHERE member_id = ?1";
    BY_CODE = "SELECT c.member_id FROM member_code c JOIN member m ON m.actor_id = c.member_id \
               JOIN actor a ON a.id = m.actor_id WHERE c.code = ?1 AND m.left_at IS NULL AND a.suspended_at IS NULL";
    DROP_CODE = "DELETE FROM member_code WHERE member_id = ?1";
    ADD_CODE = "INSERT INTO member_code (code, member_id) VALUES (?1, ?2) ON CONFLICT (code) DO NOTHING";
}

fn read(row: &Row<'_>) -> Result<Kiosk, Error> {
    Ok(Kiosk {
        id: row.get(0)?,
        space: row.get(1)?,
        label: row.get(2)?,
        created_at: row.get(3)?,
        misses: row.get(4)?,
        missed_since: row.get(5)?,
        locked_until: row.get(6)?,
    })
}

/// Keeps the hash of a screen's secret.
///
/// # Errors
/// The store's.
pub fn add(tx: &mut Tx<'_>, hash: &[u8; 32], space: SpaceId, label: &str, now: Timestamp) -> Result<KioskId, Error> {
    let id = KioskId(tx.next_id(now));
    tx.execute(ADD, params![id, hash, space, label, now])?;
    Ok(id)
}

/// The screen with a secret of this hash.
///
/// # Errors
/// The store's.
pub fn good(tx: &mut Tx<'_>, hash: &[u8; 32]) -> Result<Option<Kiosk>, Error> {
    tx.query_one(GOOD, params![hash], read)
}

/// The screen with this number.
///
/// # Errors
/// The store's.
pub fn by_id(tx: &mut Tx<'_>, id: KioskId) -> Result<Option<Kiosk>, Error> {
    tx.query_one(BY_ID, params![id], read)
}

/// The screens of a space, the newest first.
///
/// # Errors
/// The store's.
pub fn list(tx: &mut Tx<'_>, space: SpaceId, page: Page) -> Result<Slice<Kiosk>, Error> {
    let rows = tx.query(LIST, params![space, page.below(), page.fetched()], read)?;
    Ok(Slice::cut(rows, page, |kiosk| kiosk.id.0))
}

/// How many screens a space has.
///
/// # Errors
/// The store's.
pub fn count(tx: &mut Tx<'_>, space: SpaceId) -> Result<usize, Error> {
    Ok(tx.query_one(COUNT, params![space], |row| row.get::<u32>(0))?.unwrap_or(0) as usize)
}

/// Notes how often a wrong number was typed, since when.
///
/// # Errors
/// The store's.
pub fn missed(tx: &mut Tx<'_>, id: KioskId, misses: u32, since: Timestamp) -> Result<(), Error> {
    tx.execute(MISSED, params![id, misses, since, None::<Timestamp>])?;
    Ok(())
}

/// Until then no number is taken; then wrong ones are counted anew.
///
/// # Errors
/// The store's.
pub fn lock(tx: &mut Tx<'_>, id: KioskId, until: Timestamp) -> Result<(), Error> {
    tx.execute(MISSED, params![id, 0, None::<Timestamp>, until])?;
    Ok(())
}

/// A screen opens nothing any more.
///
/// # Errors
/// The store's.
pub fn remove(tx: &mut Tx<'_>, id: KioskId) -> Result<(), Error> {
    tx.execute(REMOVE, params![id])?;
    Ok(())
}

/// The number of a member, if they have one.
///
/// # Errors
/// The store's.
pub fn code_of(tx: &mut Tx<'_>, member: MemberId) -> Result<Option<String>, Error> {
    tx.query_one(CODE_OF, params![member], |row| row.get(0))
}

/// Whose number this is.
///
/// # Errors
/// The store's.
pub fn by_code(tx: &mut Tx<'_>, code: &str) -> Result<Option<MemberId>, Error> {
    tx.query_one(BY_CODE, params![code], |row| row.get(0))
}

/// Gives a member a number in place of the one before; `false` when it is somebody else's.
///
/// # Errors
/// The store's.
pub fn set_code(tx: &mut Tx<'_>, member: MemberId, code: &str) -> Result<bool, Error> {
    tx.execute(DROP_CODE, params![member])?;
    Ok(tx.execute(ADD_CODE, params![code, member])? > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
