//! The outgoing mail as the keeper sees it.

use jiff::Timestamp;

use super::{State, WAKE, refresh};
use crate::coworking::id::ActorId;
use crate::coworking::peer::Host;
use crate::store::page::{Page, Slice};
use crate::store::plan::statements;
use crate::store::{Error, Notice, Row, Tx, params};

/// How many deliveries there are. Those that are done are not counted: they are the rest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// To be tried.
    pub waiting: u64,
    /// Given up.
    pub failed: u64,
    /// Not sent by a decision here.
    pub dropped: u64,
}

/// One delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its number.
    pub id: i64,
    /// The activity's number.
    pub activity: i64,
    /// The activity's type: `Create`. None where it is kept from the reader.
    pub kind: Option<String>,
    /// Who says it. None where it is kept from the reader.
    pub actor: Option<ActorId>,
    /// Does a member say it, and not to everybody?
    pub personal: bool,
    /// Where it goes.
    pub inbox: String,
    /// How it stands.
    pub state: State,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next; means nothing when it is not waiting.
    pub next_at: Timestamp,
    /// The status of the last answer.
    pub status: Option<u16>,
    /// What was wrong at the last try.
    pub error: Option<String>,
    /// When it was put on its way.
    pub created_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

macro_rules! columns {
    () => {
        "SELECT d.id, d.activity_id, a.type, d.actor_id, d.inbox, d.state, d.attempts, d.next_at, d.status, d.error, \
         d.created_at, d.ended_at, CASE WHEN a.public = 0 AND m.actor_id IS NOT NULL THEN 1 ELSE 0 END \
         FROM delivery d JOIN activity a ON a.id = d.activity_id LEFT JOIN member m ON m.actor_id = d.actor_id"
    };
}

statements! {
    COUNT = "SELECT count(*) FROM delivery WHERE state = ?1 AND state <> 'done'";
    ALL = concat!(columns!(), " WHERE d.id < ?1 ORDER BY d.id DESC LIMIT ?2");
    DONE = concat!(columns!(), " WHERE d.id < ?1 AND d.state = 'done' ORDER BY d.id DESC LIMIT ?2");
    IN_STATE = concat!(
        columns!(), " WHERE d.state = ?3 AND d.state <> 'done' AND d.id < ?1 ORDER BY d.id DESC LIMIT ?2"
    );
    HOST = "SELECT host FROM delivery WHERE id = ?1";
    /// Before what must not overtake it, however long that is due.
    RETRY = "UPDATE delivery SET state = 'waiting', attempts = 0, created_at = ?2, ended_at = NULL, \
             next_at = least(?2, coalesce((SELECT min(later.next_at) FROM delivery AS later \
             WHERE later.host = delivery.host AND later.ordering_key = delivery.ordering_key \
             AND later.state = 'waiting' AND later.id > delivery.id), ?2)) \
             WHERE id = ?1 AND state <> 'done'";
    /// Those that it must not overtake come along.
    HURRY = "UPDATE delivery SET next_at = ?2 WHERE host = (SELECT host FROM delivery WHERE id = ?1) \
             AND ordering_key = (SELECT ordering_key FROM delivery WHERE id = ?1) AND state = 'waiting' \
             AND id < ?1 AND next_at > ?2";
    /// A person's word is worth one try at a host that rests.
    WAKE_HOST = "UPDATE peer SET open_until = NULL WHERE host = ?1 AND open_until > ?2";
    FAILED_OF = "SELECT id FROM delivery WHERE state = 'failed' AND state <> 'done' AND host = ?1 \
                 ORDER BY id DESC LIMIT ?2";
    DROP = "UPDATE delivery SET state = 'dropped', ended_at = ?2 WHERE id = ?1 AND state IN ('waiting', 'failed')";
}

fn read(row: &Row<'_>) -> Result<Line, Error> {
    Ok(Line {
        id: row.get(0)?,
        activity: row.get(1)?,
        kind: row.get(2)?,
        actor: row.get(3)?,
        inbox: row.get(4)?,
        state: row.get(5)?,
        attempts: row.get(6)?,
        next_at: row.get(7)?,
        status: row.get(8)?,
        error: row.get(9)?,
        created_at: row.get(10)?,
        ended_at: row.get(11)?,
        personal: row.get(12)?,
    })
}

/// How many deliveries there are.
///
/// # Errors
/// The store's.
pub fn counts(tx: &mut Tx<'_>) -> Result<Counts, Error> {
    let mut of = |state: State| Ok::<_, Error>(tx.query_one(COUNT, params![state], |row| row.get(0))?.unwrap_or(0));
    Ok(Counts { waiting: of(State::Waiting)?, failed: of(State::Failed)?, dropped: of(State::Dropped)? })
}

/// Deliveries, newest first, in one state or in all.
///
/// # Errors
/// The store's.
pub fn list(tx: &mut Tx<'_>, state: Option<State>, page: Page) -> Result<Slice<Line>, Error> {
    let lines = match state {
        None => tx.query(ALL, params![page.below(), page.fetched()], read),
        Some(State::Done) => tx.query(DONE, params![page.below(), page.fetched()], read),
        Some(state) => tx.query(IN_STATE, params![page.below(), page.fetched(), state], read),
    }?;
    Ok(Slice::cut(lines, page, |line| line.id))
}

/// Tries a delivery now, with all its tries before it again; `false` when there is none or it is done.
///
/// # Errors
/// The store's.
pub fn retry_one(tx: &mut Tx<'_>, delivery: i64, now: Timestamp) -> Result<bool, Error> {
    let Some(host) = tx.query_one(HOST, params![delivery], |row| row.get::<Host>(0))? else { return Ok(false) };
    if tx.execute(RETRY, params![delivery, now])? == 0 {
        return Ok(false);
    }
    tx.execute(HURRY, params![delivery, now])?;
    tx.execute(WAKE_HOST, params![host.as_str(), now])?;
    tx.execute(WAKE, params![host.as_str(), now])?;
    tx.notify(Notice::Delivery);
    Ok(true)
}

/// Tries what was given up for a host again, the newest `limit` of it; tells how many.
///
/// # Errors
/// The store's.
pub fn retry_host(tx: &mut Tx<'_>, host: &Host, limit: u32, now: Timestamp) -> Result<u64, Error> {
    let failed = tx.query(FAILED_OF, params![host.as_str(), limit], |row| row.get::<i64>(0))?;
    let mut revived = 0;
    for delivery in failed {
        revived += u64::from(retry_one(tx, delivery, now)?);
    }
    Ok(revived)
}

/// Gives a delivery up; `false` when there is none that could still be sent.
///
/// # Errors
/// The store's.
pub fn drop_one(tx: &mut Tx<'_>, delivery: i64, now: Timestamp) -> Result<bool, Error> {
    let Some(host) = tx.query_one(HOST, params![delivery], |row| row.get::<Host>(0))? else { return Ok(false) };
    let dropped = tx.execute(DROP, params![delivery, now])? > 0;
    refresh(tx, &host, now)?;
    Ok(dropped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
