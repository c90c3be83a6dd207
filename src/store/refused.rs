//! What was refused to people elsewhere and is no booking: wishes that could not be read; and how often each server's people are
//! refused.

use jiff::Timestamp;

use super::plan::statements;
use super::{Error, Tx, params};
use crate::coworking::id::{ActorId, SpaceId, WishId};

/// A wish that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// Which.
    pub id: WishId,
    /// The activity that asked.
    pub uri: String,
    /// Which space was asked.
    pub space: SpaceId,
    /// Who asked.
    pub requester: ActorId,
    /// Why not, as a code.
    pub reason: String,
    /// Why not, in words.
    pub words: String,
}

statements! {
    ADD = "INSERT INTO refused_wish (id, uri, space_id, requester_id, reason, words) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    BY_ID = "SELECT id, uri, space_id, requester_id, reason, words FROM refused_wish WHERE id = ?1";
    BY_URI = "SELECT id, uri, space_id, requester_id, reason, words FROM refused_wish WHERE uri = ?1";
    SINCE = "SELECT count(*) FROM refused_wish WHERE requester_id = ?1 AND id >= ?2";
    FORGET = "DELETE FROM refused_wish WHERE id IN (SELECT id FROM refused_wish WHERE id < ?1 ORDER BY id LIMIT ?2)";
    FORGET_OF = "DELETE FROM refused_wish WHERE requester_id = ?1";
    COUNT = "INSERT INTO refusal_day (host, day, refused) SELECT a.server, CAST(?2 AS BIGINT), 1 FROM actor a WHERE a.id = ?1 \
             ON CONFLICT (host, day) DO UPDATE SET refused = refusal_day.refused + 1";
    COUNTED = "SELECT d.refused FROM actor a CROSS JOIN refusal_day d ON d.host = a.server WHERE a.id = ?1 AND d.day = ?2";
    FORGET_DAYS = "DELETE FROM refusal_day WHERE (host, day) IN \
                   (SELECT host, day FROM refusal_day WHERE day < ?1 ORDER BY day, host LIMIT ?2)";
}

fn read(row: &super::Row<'_>) -> Result<Wish, Error> {
    Ok(Wish {
        id: row.get(0)?,
        uri: row.get(1)?,
        space: row.get(2)?,
        requester: row.get(3)?,
        reason: row.get(4)?,
        words: row.get(5)?,
    })
}

fn day(at: Timestamp) -> i64 {
    at.as_second().div_euclid(24 * 60 * 60)
}

/// Writes down a wish that could not be read.
///
/// # Errors
/// [`Error::Constraint`] for a second one of one activity.
pub fn add(tx: &mut Tx<'_>, wish: &Wish) -> Result<(), Error> {
    let row = params![wish.id, &wish.uri, wish.space, wish.requester, &wish.reason, &wish.words];
    tx.execute(ADD, row)?;
    Ok(())
}

/// The wish with this number.
///
/// # Errors
/// The store's.
pub fn by_id(tx: &mut Tx<'_>, id: WishId) -> Result<Option<Wish>, Error> {
    tx.query_one(BY_ID, params![id], read)
}

/// The wish of this activity.
///
/// # Errors
/// The store's.
pub fn by_uri(tx: &mut Tx<'_>, uri: &str) -> Result<Option<Wish>, Error> {
    tx.query_one(BY_URI, params![uri], read)
}

/// How many wishes of somebody could not be read since a time.
///
/// # Errors
/// The store's.
pub fn since(tx: &mut Tx<'_>, requester: ActorId, time: Timestamp) -> Result<usize, Error> {
    let count = tx.query_one(SINCE, params![requester, super::id::first_at(time)], |row| row.get::<u32>(0))?;
    Ok(usize::try_from(count.unwrap_or_default()).unwrap_or(usize::MAX))
}

/// Counts a refusal to somebody for their server; tells how many that makes today, this one among them.
///
/// # Errors
/// The store's.
pub fn count(tx: &mut Tx<'_>, requester: ActorId, now: Timestamp) -> Result<u32, Error> {
    tx.execute(COUNT, params![requester, day(now)])?;
    Ok(tx.query_one(COUNTED, params![requester, day(now)], |row| row.get(0))?.unwrap_or_default())
}

/// Forgets what somebody wished who is gone.
///
/// # Errors
/// The store's.
pub fn forget_of(tx: &mut Tx<'_>, requester: ActorId) -> Result<(), Error> {
    tx.execute(FORGET_OF, params![requester])?;
    Ok(())
}

/// Forgets wishes and counts from before `time`, at most `limit` of each at once; tells how many.
///
/// # Errors
/// The store's.
pub fn tidy(tx: &mut Tx<'_>, time: Timestamp, limit: u32) -> Result<u64, Error> {
    let wishes = tx.execute(FORGET, params![super::id::first_at(time), limit])?;
    Ok(wishes.max(tx.execute(FORGET_DAYS, params![day(time), limit])?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
