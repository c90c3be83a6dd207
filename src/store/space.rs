//! Spaces of this node: their clocks, and which one is meant when none is named.

use jiff::Timestamp;

use super::plan::statements;
use super::{Error, Row, Tx, params};
use crate::coworking::id::{ActorId, SpaceId};

/// A space of this node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Space {
    /// Which.
    pub id: SpaceId,
    /// Where its clock hangs: the IANA name of a time zone.
    pub zone: String,
    /// Is it the one that is meant when none is named?
    pub is_default: bool,
    /// Since when it is there.
    pub founded_at: Timestamp,
}

statements! {
    BY_ID = "SELECT actor_id, zone, is_default, founded_at FROM space WHERE actor_id = ?1";
    DEFAULT = "SELECT actor_id, zone, is_default, founded_at FROM space WHERE is_default = 1";
    LIST = "SELECT actor_id, zone, is_default, founded_at FROM space ORDER BY actor_id LIMIT 200";
    ADD = "INSERT INTO space (actor_id, zone, is_default, founded_at) VALUES (?1, ?2, ?3, ?4)";
    SET_ZONE = "UPDATE space SET zone = ?2 WHERE actor_id = ?1";
}

/// The most spaces of one node; it keeps the list of them one page.
pub const SPACE_LIMIT: usize = 200;

fn read(row: &Row<'_>) -> Result<Space, Error> {
    Ok(Space { id: row.get(0)?, zone: row.get(1)?, is_default: row.get(2)?, founded_at: row.get(3)? })
}

/// The space that this actor is.
///
/// # Errors
/// The store's.
pub fn by_id(tx: &mut Tx<'_>, actor: ActorId) -> Result<Option<Space>, Error> {
    tx.query_one(BY_ID, params![actor], read)
}

/// The space that is meant when none is named; there is one as soon as there is any.
///
/// # Errors
/// The store's.
pub fn default(tx: &mut Tx<'_>) -> Result<Option<Space>, Error> {
    tx.query_one(DEFAULT, params![], read)
}

/// All spaces, the oldest first.
///
/// # Errors
/// The store's.
pub fn list(tx: &mut Tx<'_>) -> Result<Vec<Space>, Error> {
    tx.query(LIST, params![], read)
}

/// Makes a local actor a space.
///
/// # Errors
/// [`Error::Constraint`] when it is one, or for a second default.
pub fn add(tx: &mut Tx<'_>, actor: ActorId, zone: &str, is_default: bool, now: Timestamp) -> Result<SpaceId, Error> {
    tx.execute(ADD, params![actor, zone, is_default, now])?;
    Ok(SpaceId(actor.0))
}

/// Hangs the clock elsewhere.
///
/// # Errors
/// The store's.
pub fn set_zone(tx: &mut Tx<'_>, space: SpaceId, zone: &str) -> Result<(), Error> {
    tx.execute(SET_ZONE, params![space, zone])?;
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
