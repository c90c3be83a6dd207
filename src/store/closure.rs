//! When spaces, or parts of them, are closed in spite of their hours.

use jiff::Timestamp;

use super::json::{self, Json};
use super::page::{Page, Slice};
use super::plan::statements;
use super::{Error, Row, Tx, params};
use crate::coworking::id::{ClosureId, ResourceId, SpaceId};
use crate::coworking::resource::Audience;
use crate::coworking::slot::Slot;

/// A closure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closure {
    /// Which.
    pub id: ClosureId,
    /// Of what; `None` is the whole space.
    pub resource: Option<ResourceId>,
    /// From when.
    pub starts_at: Timestamp,
    /// Until when.
    pub ends_at: Timestamp,
    /// For whom; empty is for all.
    pub audiences: Vec<Audience>,
    /// Why, in words.
    pub reason: String,
}

statements! {
    AROUND = "SELECT id, resource_id, starts_at, ends_at, audiences, reason FROM closure \
              WHERE space_id = ?1 AND ends_at > ?2 AND starts_at < ?3 ORDER BY ends_at LIMIT 1000";
    LIST = "SELECT id, resource_id, starts_at, ends_at, audiences, reason FROM closure \
            WHERE space_id = ?1 AND (ends_at > ?2 OR ends_at = ?2 AND id > ?3) AND ends_at >= ?2 AND ends_at > ?4 \
            AND starts_at < ?5 ORDER BY ends_at, id LIMIT ?6";
    BY_ID = "SELECT id, resource_id, starts_at, ends_at, audiences, reason FROM closure WHERE id = ?1";
    ENDS_AT = "SELECT ends_at FROM closure WHERE id = ?1";
    SPACE_OF = "SELECT space_id FROM closure WHERE id = ?1";
    ADD = "INSERT INTO closure (id, space_id, resource_id, starts_at, ends_at, audiences, reason) \
           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    REMOVE = "DELETE FROM closure WHERE id = ?1";
}

fn read(row: &Row<'_>) -> Result<Closure, Error> {
    let Json(audiences) = row.get(4)?;
    Ok(Closure {
        id: row.get(0)?,
        resource: row.get(1)?,
        starts_at: row.get(2)?,
        ends_at: row.get(3)?,
        audiences,
        reason: row.get(5)?,
    })
}

/// The closures of a space that touch this time, the first that ends first; at most 1,000.
///
/// # Errors
/// The store's.
pub fn around(tx: &mut Tx<'_>, space: SpaceId, slot: Slot) -> Result<Vec<Closure>, Error> {
    tx.query(AROUND, params![space, slot.start(), slot.end()], read)
}

/// The closures of a space that touch this time, the first that ends first. The page goes on behind the closure that it
/// names.
///
/// # Errors
/// The store's.
pub fn list(tx: &mut Tx<'_>, space: SpaceId, during: Slot, page: Page) -> Result<Slice<Closure>, Error> {
    let (from, behind) = match page.before {
        None => (during.start(), i64::MAX),
        Some(last) => {
            let ends_at = tx.query_one(ENDS_AT, params![last], |row| row.get(0))?;
            (ends_at.unwrap_or(Timestamp::MAX), last)
        }
    };
    let asked = params![space, from, behind, during.start(), during.end(), page.fetched()];
    let rows = tx.query(LIST, asked, read)?;
    Ok(Slice::cut(rows, page, |closure| closure.id.0))
}

/// The closure with this number.
///
/// # Errors
/// The store's.
pub fn by_id(tx: &mut Tx<'_>, id: ClosureId) -> Result<Option<Closure>, Error> {
    tx.query_one(BY_ID, params![id], read)
}

/// The space whose closure it is.
///
/// # Errors
/// The store's.
pub fn space_of(tx: &mut Tx<'_>, id: ClosureId) -> Result<Option<SpaceId>, Error> {
    tx.query_one(SPACE_OF, params![id], |row| row.get(0))
}

/// Closes a space, or one resource of it.
///
/// # Errors
/// The store's.
pub fn add(
    tx: &mut Tx<'_>,
    space: SpaceId,
    resource: Option<ResourceId>,
    slot: Slot,
    audiences: &[Audience],
    reason: &str,
    now: Timestamp,
) -> Result<ClosureId, Error> {
    let id = ClosureId(tx.next_id(now));
    tx.execute(ADD, params![id, space, resource, slot.start(), slot.end(), json::text(audiences)?, reason])?;
    Ok(id)
}

/// Takes a closure back.
///
/// # Errors
/// The store's.
pub fn remove(tx: &mut Tx<'_>, id: ClosureId) -> Result<(), Error> {
    tx.execute(REMOVE, params![id])?;
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
