//! What became of a try, and when the next one is.

use jiff::Timestamp;

use super::{Delivery, State};
use crate::coworking::peer::Host;
use crate::store::plan::statements;
use crate::store::{Error, Notice, Tx, id, params};

/// What a try brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// The status of the answer, if one came.
    pub status: Option<u16>,
    /// What was wrong, in words for the keeper.
    pub error: Option<String>,
}

/// So many deliveries of a host are due at once when it is heard again; the others at their own time.
const REVIVED: u32 = 1_000;

statements! {
    END = "UPDATE delivery SET state = ?2, attempts = attempts + 1, status = ?3, error = ?4, ended_at = ?5 \
           WHERE id = ?1 AND state = 'waiting'";
    RETRY = "UPDATE delivery SET attempts = attempts + 1, status = ?2, error = ?3, next_at = ?4 \
             WHERE id = ?1 AND state = 'waiting'";
    HOLD_BACK = "UPDATE delivery SET next_at = ?4 WHERE host = ?1 AND ordering_key = ?2 AND state = 'waiting' \
                 AND id > ?3 AND next_at < ?4";
    DROP_FOR = "UPDATE delivery SET state = 'dropped', error = ?2, ended_at = ?3 WHERE id IN \
                (SELECT id FROM delivery WHERE host = ?1 AND state = 'waiting' ORDER BY next_at, id LIMIT ?4)";
    EXPIRE = "UPDATE delivery SET state = 'failed', error = coalesce(error, ?3), ended_at = ?4 WHERE id IN \
              (SELECT id FROM delivery WHERE state = 'waiting' AND state <> 'done' AND id < ?1 AND created_at < ?2 \
              ORDER BY id LIMIT ?5)";
    HEAD = "SELECT min(next_at) FROM delivery WHERE host = ?1 AND state = 'waiting'";
    HEAD_URGENT = "SELECT min(next_at) FROM delivery WHERE host = ?1 AND state = 'waiting' AND urgent = 1";
    PAUSES = "SELECT l.rest_until, p.open_until FROM lane l LEFT JOIN peer p ON p.host = l.host WHERE l.host = ?1";
    REST = "UPDATE lane SET rest_until = ?2 WHERE host = ?1 AND (rest_until IS NULL OR rest_until < ?2)";
    SET_LANE = "UPDATE lane SET next_at = ?2 WHERE host = ?1";
    END_LANE = "DELETE FROM lane WHERE host = ?1 AND (held_by IS NULL OR held_by = ?2)";
    HURRY = "UPDATE delivery SET next_at = ?2 WHERE id IN (SELECT id FROM delivery \
             WHERE host = ?1 AND state = 'waiting' ORDER BY next_at, id LIMIT ?3)";
    HURRY_LANE = "UPDATE lane SET next_at = ?2 WHERE host = ?1 AND next_at > ?2";
    TIDY = "DELETE FROM delivery WHERE id IN (SELECT id FROM delivery WHERE ended_at IS NOT NULL AND ended_at < ?1 \
            ORDER BY ended_at LIMIT ?2)";
}

/// The inbox took it.
///
/// # Errors
/// The store's.
pub fn done(tx: &mut Tx<'_>, delivery: i64, answer: &Answer, now: Timestamp) -> Result<(), Error> {
    end(tx, delivery, State::Done, answer, now)
}

/// It is given up.
///
/// # Errors
/// The store's.
pub fn fail(tx: &mut Tx<'_>, delivery: i64, answer: &Answer, now: Timestamp) -> Result<(), Error> {
    end(tx, delivery, State::Failed, answer, now)
}

fn end(tx: &mut Tx<'_>, delivery: i64, state: State, answer: &Answer, now: Timestamp) -> Result<(), Error> {
    tx.execute(END, params![delivery, state, answer.status, answer.error.as_deref(), now])?;
    Ok(())
}

/// It is tried again at `next_at`, and what must not overtake it not before.
///
/// # Errors
/// The store's.
pub fn retry(
    tx: &mut Tx<'_>,
    host: &Host,
    delivery: &Delivery,
    answer: &Answer,
    next_at: Timestamp,
) -> Result<(), Error> {
    tx.execute(RETRY, params![delivery.id, answer.status, answer.error.as_deref(), next_at])?;
    tx.execute(HOLD_BACK, params![host.as_str(), &delivery.ordering_key, delivery.id, next_at])?;
    Ok(())
}

/// Gives up what waits for a host, at most `limit` at once; tells how many.
///
/// # Errors
/// The store's.
pub fn drop_for(tx: &mut Tx<'_>, host: &Host, why: &str, limit: u32, now: Timestamp) -> Result<u64, Error> {
    let dropped = tx.execute(DROP_FOR, params![host.as_str(), why, now, limit])?;
    refresh(tx, host, now)?;
    Ok(dropped)
}

/// Gives up what has waited since before `time` without getting its turn, at most `limit` at once; tells how many.
///
/// # Errors
/// The store's.
pub fn expire(tx: &mut Tx<'_>, time: Timestamp, limit: u32, now: Timestamp) -> Result<u64, Error> {
    const WHY: &str = "its host did not answer for as long as a delivery is kept";
    tx.execute(EXPIRE, params![id::first_at(time), time, WHY, now, limit])
}

/// Sets when to look at a host again, and tells it; `None` when nothing waits. To be called for every host of which a
/// delivery was tried or given up.
///
/// # Errors
/// The store's.
pub fn refresh(tx: &mut Tx<'_>, host: &Host, now: Timestamp) -> Result<Option<Timestamp>, Error> {
    let host = host.as_str();
    let Some(head) = earliest(tx, HEAD, host)? else {
        tx.execute(END_LANE, params![host, tx.process().unwrap_or(0)])?;
        return Ok(None);
    };
    let pauses = tx.query_one(PAUSES, params![host], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let (rest_until, open_until): (Option<Timestamp>, Option<Timestamp>) = pauses.unwrap_or_default();
    let next = match open_until.filter(|until| *until > now) {
        Some(until) => earliest(tx, HEAD_URGENT, host)?.map_or(until, |urgent| urgent.min(until)).max(head),
        None => head,
    };
    let next = rest_until.map_or(next, |until| next.max(until));
    // Not in the past: who has had a turn goes to the end of the line.
    let next = next.max(now);
    tx.execute(SET_LANE, params![host, next])?;
    Ok(Some(next))
}

/// A host asked to be left in peace until then: nothing goes to it before. Forgotten when nothing waits for it.
///
/// # Errors
/// The store's.
pub fn rest(tx: &mut Tx<'_>, host: &Host, until: Timestamp) -> Result<(), Error> {
    tx.execute(REST, params![host.as_str(), until])?;
    Ok(())
}

fn earliest(tx: &mut Tx<'_>, sql: &str, host: &str) -> Result<Option<Timestamp>, Error> {
    Ok(tx.query_one(sql, params![host], |row| row.get(0))?.flatten())
}

/// A host was heard again: what waits for it is due now.
///
/// # Errors
/// The store's.
pub fn revive(tx: &mut Tx<'_>, host: &Host, now: Timestamp) -> Result<(), Error> {
    // The first ones by time are made due together, no later than any of them was: they go in the order in which they
    // happened, before all others, and among those of one key none overtakes another.
    let due = earliest(tx, HEAD, host.as_str())?.map_or(now, |first| first.min(now));
    tx.execute(HURRY, params![host.as_str(), due, REVIVED])?;
    tx.execute(HURRY_LANE, params![host.as_str(), now])?;
    tx.notify(Notice::Delivery);
    Ok(())
}

/// Forgets deliveries that ended before `time`, at most `limit` at once; tells how many.
///
/// # Errors
/// The store's.
pub fn tidy(tx: &mut Tx<'_>, time: Timestamp, limit: u32) -> Result<u64, Error> {
    tx.execute(TIDY, params![time, limit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
