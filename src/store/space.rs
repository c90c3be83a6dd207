//! Spaces of this node: their clocks, and which one is meant when none is named.

use jiff::Timestamp;

use super::json::{self, Json};
use super::plan::statements;
use super::{Error, Row, Tx, params};
use crate::coworking::hospitality::Hospitality;
use crate::coworking::id::{ActorId, SpaceId};
use crate::coworking::space::Place;

/// A space of this node.
#[derive(Debug, Clone, PartialEq)]
pub struct Space {
    /// Which.
    pub id: SpaceId,
    /// Where its clock hangs: the IANA name of a time zone.
    pub zone: String,
    /// Is it the one that is meant when none is named?
    pub is_default: bool,
    /// Since when it is there.
    pub founded_at: Timestamp,
    /// Where it is, and when it is open.
    pub place: Place,
    /// What it grants guests from partner spaces, if it said so.
    pub hospitality: Option<Hospitality>,
}

statements! {
    BY_ID = "SELECT actor_id, zone, is_default, founded_at, place, hospitality FROM space WHERE actor_id = ?1";
    DEFAULT = "SELECT actor_id, zone, is_default, founded_at, place, hospitality FROM space WHERE is_default = 1";
    LIST = "SELECT actor_id, zone, is_default, founded_at, place, hospitality FROM space ORDER BY actor_id LIMIT 200";
    ADD = "INSERT INTO space (actor_id, zone, is_default, founded_at, place) VALUES (?1, ?2, ?3, ?4, ?5)";
    SET_PLACE = "UPDATE space SET place = ?2 WHERE actor_id = ?1";
    SET_HOSPITALITY = "UPDATE space SET hospitality = ?2 WHERE actor_id = ?1";
    SET_ZONE = "UPDATE space SET zone = ?2 WHERE actor_id = ?1";
}

/// The most spaces of one node; it keeps the list of them one page.
pub const SPACE_LIMIT: usize = 200;

fn read(row: &Row<'_>) -> Result<Space, Error> {
    let Json(place) = row.get(4)?;
    let hospitality = row.get::<Option<Json<Hospitality>>>(5)?.map(|Json(granted)| granted);
    let (id, zone, is_default, founded_at) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
    Ok(Space { id, zone, is_default, founded_at, place, hospitality })
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
pub fn add(
    tx: &mut Tx<'_>,
    actor: ActorId,
    zone: &str,
    place: &Place,
    is_default: bool,
    now: Timestamp,
) -> Result<SpaceId, Error> {
    tx.execute(ADD, params![actor, zone, is_default, now, json::text(place)?])?;
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

/// Writes where it is, and when it is open.
///
/// # Errors
/// The store's.
pub fn set_place(tx: &mut Tx<'_>, space: SpaceId, place: &Place) -> Result<(), Error> {
    tx.execute(SET_PLACE, params![space, json::text(place)?])?;
    Ok(())
}

/// Writes what it grants guests from partner spaces; with nothing, only the rules of each resource hold.
///
/// # Errors
/// The store's.
pub fn set_hospitality(tx: &mut Tx<'_>, space: SpaceId, granted: Option<&Hospitality>) -> Result<(), Error> {
    tx.execute(SET_HOSPITALITY, params![space, granted.map(json::text).transpose()?])?;
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
