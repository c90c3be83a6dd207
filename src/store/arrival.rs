//! People from elsewhere at the doors of this node: by which activity they said that they are there, and the answer.

use jiff::Timestamp;

use super::plan::statements;
use super::{Error, Row, Tx, params};
use crate::coworking::id::{ActorId, ArrivalId, BookingId, SpaceId};

/// Somebody from elsewhere said that they are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Which.
    pub id: ArrivalId,
    /// The activity's id.
    pub uri: String,
    /// Who.
    pub actor: ActorId,
    /// At which space.
    pub space: SpaceId,
    /// The booking with which they were let in.
    pub booking: Option<BookingId>,
    /// Why they were not, as a code.
    pub reason: Option<String>,
    /// The same in words.
    pub words: Option<String>,
}

macro_rules! columns {
    () => {
        "id, uri, actor_id, space_id, booking_id, reason, words"
    };
}

statements! {
    ADD = concat!("INSERT INTO arrival (", columns!(), ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    BY_ID = concat!("SELECT ", columns!(), " FROM arrival WHERE id = ?1");
    BY_URI = concat!("SELECT ", columns!(), " FROM arrival WHERE uri = ?1");
    SINCE = "SELECT count(*) FROM arrival WHERE actor_id = ?1 AND id >= ?2";
    TIDY = "DELETE FROM arrival WHERE id IN (SELECT id FROM arrival WHERE id < ?1 ORDER BY id LIMIT ?2)";
}

fn read(row: &Row<'_>) -> Result<Arrival, Error> {
    Ok(Arrival {
        id: row.get(0)?,
        uri: row.get(1)?,
        actor: row.get(2)?,
        space: row.get(3)?,
        booking: row.get(4)?,
        reason: row.get(5)?,
        words: row.get(6)?,
    })
}

/// Keeps one with its answer.
///
/// # Errors
/// [`Error::Constraint`] for a second one by the same activity.
pub fn add(tx: &mut Tx<'_>, new: &Arrival) -> Result<(), Error> {
    let Arrival { id, uri, actor, space, booking, reason, words } = new;
    tx.execute(ADD, params![*id, uri, *actor, *space, *booking, reason.as_deref(), words.as_deref()])?;
    Ok(())
}

/// The one with this number.
///
/// # Errors
/// The store's.
pub fn by_id(tx: &mut Tx<'_>, id: ArrivalId) -> Result<Option<Arrival>, Error> {
    tx.query_one(BY_ID, params![id], read)
}

/// The one by this activity.
///
/// # Errors
/// The store's.
pub fn by_uri(tx: &mut Tx<'_>, uri: &str) -> Result<Option<Arrival>, Error> {
    tx.query_one(BY_URI, params![uri], read)
}

/// How often somebody said so since a time.
///
/// # Errors
/// The store's.
pub fn since(tx: &mut Tx<'_>, actor: ActorId, time: Timestamp) -> Result<u32, Error> {
    let count = tx.query_one(SINCE, params![actor, super::id::first_at(time)], |row| row.get(0))?;
    Ok(count.unwrap_or_default())
}

/// Forgets those before `time`, at most `limit` at once; tells how many.
///
/// # Errors
/// The store's.
pub fn tidy(tx: &mut Tx<'_>, time: Timestamp, limit: u32) -> Result<u64, Error> {
    tx.execute(TIDY, params![super::id::first_at(time), limit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
