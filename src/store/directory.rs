//! The directory of spaces elsewhere: who was found through whom, when to ask them again, and what they told.

use jiff::Timestamp;

use super::json::{self, Json};
use super::many;
use super::plan::statements;
use super::value::Value;
use super::{Error, Row, Tx, params};
use crate::coworking::directory::{Lent, Listing, fold};
use crate::coworking::peer::Host;
use crate::coworking::space::Coordinates;

/// A space elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// The node's number for it.
    pub id: i64,
    /// Its id.
    pub uri: String,
    /// 1 for a partner, 2 for a partner of one.
    pub hops: u32,
    /// The space that follows it.
    pub via: String,
    /// When it was last found there.
    pub seen_at: Timestamp,
    /// When it last told of itself.
    pub read_at: Option<Timestamp>,
    /// What it told.
    pub listing: Option<Listing>,
}

/// The most spaces of a directory.
pub const SPACE_LIMIT: u32 = 1_000;
/// The most that are known through one of them.
pub const VIA_LIMIT: u32 = 200;
/// The most resources of one of them.
pub const LENT_LIMIT: usize = 100;

macro_rules! columns {
    () => {
        "id, uri, hops, via, seen_at, read_at, listing"
    };
}

statements! {
    PARTNERS = "SELECT t.uri, o.uri FROM space CROSS JOIN follow f ON f.follower_id = space.actor_id \
                CROSS JOIN actor t ON t.id = f.target_id CROSS JOIN actor o ON o.id = space.actor_id \
                WHERE f.state = 'accepted' AND t.local = 0 AND t.type = 'Group' AND t.deleted_at IS NULL \
                AND t.suspended_at IS NULL ORDER BY f.id LIMIT 500";
    BY_URI = concat!("SELECT ", columns!(), " FROM known_space WHERE uri = ?1");
    BY_HOPS = concat!("SELECT ", columns!(), " FROM known_space WHERE hops = ?1 ORDER BY id LIMIT 1000");
    DUE = concat!("SELECT ", columns!(), " FROM known_space WHERE due_at <= ?1 ORDER BY due_at, id LIMIT ?2");
    ALL = concat!("SELECT ", columns!(), " FROM known_space WHERE id > 0 AND listing IS NOT NULL ORDER BY id LIMIT 1000");
    OF_TOWN = concat!("SELECT ", columns!(), " FROM known_space WHERE town = ?1 AND listing IS NOT NULL ORDER BY id LIMIT 1000");
    BETWEEN = concat!("SELECT ", columns!(), " FROM known_space WHERE latitude >= ?1 AND latitude <= ?2 AND listing IS NOT NULL \
                       ORDER BY latitude LIMIT 1000");
    FIND = "INSERT INTO known_space (id, uri, host, hops, via, seen_at, due_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)";
    SEE = "UPDATE known_space SET hops = ?2, via = ?3, seen_at = ?4, due_at = least(due_at, ?5) WHERE id = ?1";
    LEAVE = "UPDATE known_space SET hops = 2 WHERE id = ?1";
    TELL = "UPDATE known_space SET read_at = ?2, due_at = ?3, listing = ?4, town = ?5, latitude = ?6, longitude = ?7 WHERE id = ?1";
    LATER = "UPDATE known_space SET due_at = ?2 WHERE id = ?1";
    OLD = "SELECT id FROM known_space WHERE seen_at < ?1 ORDER BY seen_at LIMIT ?2";
    FORGET = "DELETE FROM known_space WHERE id = ?1";
    COUNT = "SELECT count(*) FROM (SELECT 1 FROM known_space WHERE id > 0 LIMIT 1000) AS found";
    COUNT_VIA = "SELECT count(*) FROM known_space WHERE via = ?1";
    LEND = "INSERT INTO known_resource (space_id, number, body, words) VALUES (?1, ?2, ?3, ?4)";
    EMPTY = "DELETE FROM known_resource WHERE space_id = ?1";
    LENT = "SELECT space_id, body, words FROM known_resource WHERE space_id IN ({keys}) ORDER BY space_id, number LIMIT 10000";
}

fn read(row: &Row<'_>) -> Result<Known, Error> {
    let listing: Option<Json<Listing>> = row.get(6)?;
    Ok(Known {
        id: row.get(0)?,
        uri: row.get(1)?,
        hops: row.get(2)?,
        via: row.get(3)?,
        seen_at: row.get(4)?,
        read_at: row.get(5)?,
        listing: listing.map(|Json(listing)| listing),
    })
}

/// The spaces elsewhere that spaces of ours follow, each with the one that does.
///
/// # Errors
/// The store's.
pub fn partners(tx: &mut Tx<'_>) -> Result<Vec<(String, String)>, Error> {
    tx.query(PARTNERS, params![], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// A space by its id.
///
/// # Errors
/// The store's.
pub fn by_uri(tx: &mut Tx<'_>, uri: &str) -> Result<Option<Known>, Error> {
    tx.query_one(BY_URI, params![uri], read)
}

/// All that are so far away, at most 1,000.
///
/// # Errors
/// The store's.
pub fn by_hops(tx: &mut Tx<'_>, hops: u32) -> Result<Vec<Known>, Error> {
    tx.query(BY_HOPS, params![hops], read)
}

/// Those who are to be asked by now, the first first.
///
/// # Errors
/// The store's.
pub fn due(tx: &mut Tx<'_>, now: Timestamp, limit: u32) -> Result<Vec<Known>, Error> {
    tx.query(DUE, params![now, limit], read)
}

/// All that told of themselves, at most 1,000.
///
/// # Errors
/// The store's.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Known>, Error> {
    tx.query(ALL, params![], read)
}

/// Those of a town, which is named as it is compared.
///
/// # Errors
/// The store's.
pub fn of_town(tx: &mut Tx<'_>, town: &str) -> Result<Vec<Known>, Error> {
    tx.query(OF_TOWN, params![town], read)
}

/// Those between two degrees of latitude.
///
/// # Errors
/// The store's.
pub fn between(tx: &mut Tx<'_>, south: f64, north: f64) -> Result<Vec<Known>, Error> {
    tx.query(BETWEEN, params![millionths(south), millionths(north)], read)
}

/// How many there are, and how many through this space.
///
/// # Errors
/// The store's.
pub fn counts(tx: &mut Tx<'_>, via: &str) -> Result<(u32, u32), Error> {
    let count = |row: &Row<'_>| row.get(0);
    let all = tx.query_one(COUNT, params![], count)?.unwrap_or(0);
    Ok((all, tx.query_one(COUNT_VIA, params![via], count)?.unwrap_or(0)))
}

/// Writes down a space that was not known; it is to be asked at once.
///
/// # Errors
/// The store's.
pub fn find(tx: &mut Tx<'_>, uri: &str, host: &Host, hops: u32, via: &str, now: Timestamp) -> Result<(), Error> {
    let id = tx.next_id(now);
    tx.execute(FIND, params![id, uri, host.as_str(), hops, via, now])?;
    Ok(())
}

/// A space was found again; it is asked no later than `due_at`.
///
/// # Errors
/// The store's.
pub fn see(tx: &mut Tx<'_>, id: i64, hops: u32, via: &str, now: Timestamp, due_at: Timestamp) -> Result<(), Error> {
    tx.execute(SEE, params![id, hops, via, now, due_at])?;
    Ok(())
}

/// No space of ours follows it any more.
///
/// # Errors
/// The store's.
pub fn leave(tx: &mut Tx<'_>, id: i64) -> Result<(), Error> {
    tx.execute(LEAVE, params![id])?;
    Ok(())
}

/// Writes what a space told, in place of what it told before; `None` when it is no space.
///
/// # Errors
/// The store's.
pub fn tell(
    tx: &mut Tx<'_>,
    id: i64,
    told: Option<(&Listing, &[Lent])>,
    now: Timestamp,
    due_at: Timestamp,
) -> Result<(), Error> {
    let listing = told.map(|(listing, _)| listing);
    let text = listing.map(json::text).transpose()?;
    let town = listing.map(|listing| fold(&listing.address.locality)).filter(|town| !town.is_empty());
    let point = listing.and_then(|listing| listing.coordinates);
    let degrees = |of: fn(Coordinates) -> f64| point.map(|point| millionths(of(point)));
    let (latitude, longitude) = (degrees(|point| point.latitude), degrees(|point| point.longitude));
    tx.execute(TELL, params![id, now, due_at, text, town, latitude, longitude])?;
    tx.execute(EMPTY, params![id])?;
    for (number, lent) in told.map_or(&[][..], |(_, lent)| lent).iter().take(LENT_LIMIT).enumerate() {
        tx.execute(LEND, params![id, number as i64, json::text(lent)?, lent.words()])?;
    }
    Ok(())
}

/// A space did not answer: it is asked again then.
///
/// # Errors
/// The store's.
pub fn later(tx: &mut Tx<'_>, id: i64, due_at: Timestamp) -> Result<(), Error> {
    tx.execute(LATER, params![id, due_at])?;
    Ok(())
}

/// Forgets a space and what it has.
///
/// # Errors
/// The store's.
pub fn forget(tx: &mut Tx<'_>, id: i64) -> Result<(), Error> {
    tx.execute(EMPTY, params![id])?;
    tx.execute(FORGET, params![id])?;
    Ok(())
}

/// Forgets some of those that were last seen, or last told of themselves, before this; tells how many.
///
/// # Errors
/// The store's.
pub fn tidy(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<u64, Error> {
    let old: Vec<i64> = tx.query(OLD, params![before, limit], |row| row.get(0))?;
    for id in &old {
        forget(tx, *id)?;
    }
    Ok(old.len() as u64)
}

/// What these spaces have, with the words by which each is found.
///
/// # Errors
/// The store's.
pub fn lent(tx: &mut Tx<'_>, spaces: &[i64]) -> Result<Vec<(i64, Lent, String)>, Error> {
    let keys: Vec<Value<'_>> = spaces.iter().map(|id| Value::Integer(*id)).collect();
    many::by_keys(tx, LENT, &[], &keys, |row| {
        let Json(lent) = row.get(1)?;
        Ok((row.get(0)?, lent, row.get(2)?))
    })
}

#[allow(clippy::cast_possible_truncation)]
fn millionths(degrees: f64) -> i64 {
    (degrees * 1e6).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
