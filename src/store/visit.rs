//! Visits of members of this node at others: what they said at the door, and the answer.

use jiff::Timestamp;

use super::plan::statements;
use super::{Error, Row, Tx, params};
use crate::coworking::id::{ActorId, AwayId, MemberId, VisitId};
use crate::coworking::visit::State;

/// A member of ours at the door of another node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Which.
    pub id: VisitId,
    /// Whose.
    pub member: MemberId,
    /// At which space.
    pub space: ActorId,
    /// The booking that they came for, or were given at the door.
    pub away: Option<AwayId>,
    /// What was scanned at the door, until it is answered.
    pub code: Option<String>,
    /// How long they mean to stay.
    pub until: Option<Timestamp>,
    /// Where it stands.
    pub state: State,
    /// Why they were not let in.
    pub words: Option<String>,
    /// When they said that they are there.
    pub begun_at: Timestamp,
    /// When the space answered.
    pub answered_at: Option<Timestamp>,
}

macro_rules! columns {
    () => {
        "id, member_id, space_id, away_id, code, until, state, words, begun_at, answered_at"
    };
}

statements! {
    ADD = concat!("INSERT INTO visit (", columns!(), ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
    SAVE = "UPDATE visit SET away_id = ?2, code = ?3, state = ?4, words = ?5, answered_at = ?6 WHERE id = ?1";
    BY_ID = concat!("SELECT ", columns!(), " FROM visit WHERE id = ?1");
    LATEST = concat!("SELECT ", columns!(), " FROM visit WHERE member_id = ?1 ORDER BY id DESC LIMIT 1");
    END = "UPDATE visit SET state = 'left', code = NULL WHERE away_id = ?1 AND state IN ('sent', 'present')";
    FORGET_OF = "DELETE FROM visit WHERE member_id = ?1";
    TIDY = "DELETE FROM visit WHERE id IN (SELECT id FROM visit WHERE id < ?1 ORDER BY id LIMIT ?2)";
}

fn read(row: &Row<'_>) -> Result<Visit, Error> {
    Ok(Visit {
        id: row.get(0)?,
        member: row.get(1)?,
        space: row.get(2)?,
        away: row.get(3)?,
        code: row.get(4)?,
        until: row.get(5)?,
        state: row.get(6)?,
        words: row.get(7)?,
        begun_at: row.get(8)?,
        answered_at: row.get(9)?,
    })
}

/// Writes one for the first time.
///
/// # Errors
/// The store's.
pub fn add(tx: &mut Tx<'_>, new: &Visit) -> Result<(), Error> {
    tx.execute(
        ADD,
        params![
            new.id,
            new.member,
            new.space,
            new.away,
            new.code.as_deref(),
            new.until,
            new.state,
            new.words.as_deref(),
            new.begun_at,
            new.answered_at
        ],
    )?;
    Ok(())
}

/// Writes down where it stands.
///
/// # Errors
/// The store's.
pub fn save(tx: &mut Tx<'_>, visit: &Visit) -> Result<(), Error> {
    let Visit { id, away, code, state, words, answered_at, .. } = visit;
    tx.execute(SAVE, params![*id, *away, code.as_deref(), *state, words.as_deref(), *answered_at])?;
    Ok(())
}

/// The one with this number.
///
/// # Errors
/// The store's.
pub fn by_id(tx: &mut Tx<'_>, id: VisitId) -> Result<Option<Visit>, Error> {
    tx.query_one(BY_ID, params![id], read)
}

/// A member's last.
///
/// # Errors
/// The store's.
pub fn latest(tx: &mut Tx<'_>, member: MemberId) -> Result<Option<Visit>, Error> {
    tx.query_one(LATEST, params![member], read)
}

/// Those for a booking are over.
///
/// # Errors
/// The store's.
pub fn end(tx: &mut Tx<'_>, away: AwayId) -> Result<(), Error> {
    tx.execute(END, params![away])?;
    Ok(())
}

/// Forgets those that began before `time`, at most `limit` at once; tells how many.
///
/// # Errors
/// The store's.
pub fn tidy(tx: &mut Tx<'_>, time: Timestamp, limit: u32) -> Result<u64, Error> {
    tx.execute(TIDY, params![super::id::first_at(time), limit])
}

/// Forgets where a member was.
///
/// # Errors
/// The store's.
pub fn forget_of(tx: &mut Tx<'_>, member: MemberId) -> Result<(), Error> {
    tx.execute(FORGET_OF, params![member])?;
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
