//! What spaces have that can be booked.

use jiff::Timestamp;

use super::json::{self, Json};
use super::page::{Page, Slice};
use super::plan::statements;
use super::{Error, Row, Tx, params};
use crate::coworking::id::{ResourceId, SpaceId};
use crate::coworking::resource::Resource;

/// A resource, with what the store knows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Which.
    pub id: ResourceId,
    /// Whose it is.
    pub space: SpaceId,
    /// What it is, and by which rules it is booked.
    pub resource: Resource,
    /// Since when it is there.
    pub added_at: Timestamp,
    /// The version of its rules.
    pub updated: Timestamp,
    /// Since when nobody can book it any more.
    pub retired_at: Option<Timestamp>,
}

/// The most resources of one space.
pub const RESOURCE_LIMIT: usize = 2_000;

statements! {
    BY_ID = "SELECT id, space_id, body, added_at, updated, retired_at FROM resource WHERE id = ?1";
    LIST = "SELECT id, space_id, body, added_at, updated, retired_at FROM resource \
            WHERE space_id = ?1 AND retired_at IS NULL AND id < ?2 ORDER BY id DESC LIMIT ?3";
    COUNT = "SELECT count(*) FROM resource WHERE space_id = ?1 AND retired_at IS NULL";
    ADD = "INSERT INTO resource (id, space_id, body, added_at, updated) VALUES (?1, ?2, ?3, ?4, ?4)";
    SAVE = "UPDATE resource SET body = ?2, updated = ?3 WHERE id = ?1";
    RETIRE = "UPDATE resource SET retired_at = ?2, updated = ?2 WHERE id = ?1 AND retired_at IS NULL";
    ADD_PART = "INSERT INTO resource_part (whole_id, part_id) VALUES (?1, ?2)";
    CLEAR_PARTS = "DELETE FROM resource_part WHERE whole_id = ?1";
    WHOLES_OF = "SELECT r.id, r.space_id, r.body, r.added_at, r.updated, r.retired_at FROM resource r WHERE r.space_id = ?1 \
                 AND r.retired_at IS NULL AND EXISTS (SELECT 1 FROM resource_part p WHERE p.whole_id = r.id) ORDER BY r.id LIMIT 2000";
    PARTS_OF = "SELECT r.id, r.space_id, r.body, r.added_at, r.updated, r.retired_at FROM resource r WHERE r.space_id = ?1 \
                AND r.retired_at IS NULL AND EXISTS (SELECT 1 FROM resource_part p WHERE p.part_id = r.id) ORDER BY r.id LIMIT 2000";
    WHOLES = "SELECT w.whole_id FROM resource_part w CROSS JOIN resource r ON r.id = w.whole_id \
              WHERE w.part_id = ?1 AND r.retired_at IS NULL ORDER BY w.whole_id LIMIT 100";
}

fn read(row: &Row<'_>) -> Result<Kept, Error> {
    let Json(resource) = row.get(2)?;
    Ok(Kept {
        id: row.get(0)?,
        space: row.get(1)?,
        resource,
        added_at: row.get(3)?,
        updated: row.get(4)?,
        retired_at: row.get(5)?,
    })
}

/// The resource with this number.
///
/// # Errors
/// The store's.
pub fn by_id(tx: &mut Tx<'_>, id: ResourceId) -> Result<Option<Kept>, Error> {
    tx.query_one(BY_ID, params![id], read)
}

/// What can be booked at a space, the newest first.
///
/// # Errors
/// The store's.
pub fn list(tx: &mut Tx<'_>, space: SpaceId, page: Page) -> Result<Slice<Kept>, Error> {
    let rows = tx.query(LIST, params![space, page.below(), page.fetched()], read)?;
    Ok(Slice::cut(rows, page, |kept| kept.id.0))
}

/// All that can be booked at a space, the oldest first.
///
/// # Errors
/// The store's.
pub fn all(tx: &mut Tx<'_>, space: SpaceId) -> Result<Vec<Kept>, Error> {
    let (mut all, mut page) = (Vec::new(), Page::new(None, Some(Page::LIMIT)));
    loop {
        let slice = list(tx, space, page)?;
        all.extend(slice.items);
        match slice.next {
            Some(next) => page = Page::new(Some(next), Some(Page::LIMIT)),
            None => break,
        }
    }
    all.reverse();
    Ok(all)
}

/// How much can be booked at a space.
///
/// # Errors
/// The store's.
pub fn count(tx: &mut Tx<'_>, space: SpaceId) -> Result<usize, Error> {
    let count = tx.query_one(COUNT, params![space], |row| row.get::<u32>(0))?;
    Ok(usize::try_from(count.unwrap_or_default()).unwrap_or(usize::MAX))
}

/// Adds one.
///
/// # Errors
/// The store's.
pub fn add(tx: &mut Tx<'_>, space: SpaceId, resource: &Resource, now: Timestamp) -> Result<ResourceId, Error> {
    let id = ResourceId(tx.next_id(now));
    tx.execute(ADD, params![id, space, json::text(resource)?, now])?;
    set_parts(tx, id, resource)?;
    Ok(id)
}

/// Writes it over what was there, as a newer version.
///
/// # Errors
/// The store's.
pub fn save(tx: &mut Tx<'_>, id: ResourceId, resource: &Resource, updated: Timestamp) -> Result<(), Error> {
    tx.execute(SAVE, params![id, json::text(resource)?, updated])?;
    tx.execute(CLEAR_PARTS, params![id])?;
    set_parts(tx, id, resource)
}

fn set_parts(tx: &mut Tx<'_>, id: ResourceId, resource: &Resource) -> Result<(), Error> {
    resource.parts.iter().try_for_each(|part| tx.execute(ADD_PART, params![id, *part]).map(drop))
}

/// Nobody can book it any more; what is booked stays.
///
/// # Errors
/// The store's.
pub fn retire(tx: &mut Tx<'_>, id: ResourceId, now: Timestamp) -> Result<(), Error> {
    tx.execute(RETIRE, params![id, now])?;
    Ok(())
}

/// What is made of this one and others.
///
/// # Errors
/// The store's.
pub fn wholes(tx: &mut Tx<'_>, part: ResourceId) -> Result<Vec<ResourceId>, Error> {
    tx.query(WHOLES, params![part], |row| row.get(0))
}

/// What of a space is made of others, and what others are made of.
///
/// # Errors
/// The store's.
pub fn combined(tx: &mut Tx<'_>, space: SpaceId) -> Result<Vec<Kept>, Error> {
    let mut all = tx.query(WHOLES_OF, params![space], read)?;
    if !all.is_empty() {
        all.extend(tx.query(PARTS_OF, params![space], read)?);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
