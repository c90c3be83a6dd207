//! What processes tell each other of how often somebody did something that is limited. Rows live for seconds.

use jiff::{SignedDuration, Timestamp};

use super::plan::statements;
use super::{Error, Tx, id, params};

/// Whoever has not heard of it by then does not any more.
const KEPT: SignedDuration = SignedDuration::from_secs(10);
/// Rows that are read at once.
const MOST: u32 = 2_000;

/// So many turns of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turns {
    /// The limit.
    pub what: String,
    /// Whose they were, as a hash.
    pub who: i64,
    /// How many.
    pub times: u32,
}

statements! {
    SAY = "INSERT INTO spent (id, process, what, who, times) VALUES (?1, ?2, ?3, ?4, ?5)";
    HEAR = "SELECT id, what, who, times FROM spent WHERE id > ?1 AND process <> ?2 ORDER BY id LIMIT ?3";
    FORGET = "DELETE FROM spent WHERE id < ?1";
}

/// Tells the other processes. Nothing happens where there can be none.
///
/// # Errors
/// The store's.
pub fn say(tx: &mut Tx<'_>, turns: &[Turns], now: Timestamp) -> Result<(), Error> {
    let Some(me) = tx.process() else { return Ok(()) };
    tx.execute(FORGET, params![id::first_at(now.checked_sub(KEPT).unwrap_or(Timestamp::MIN))])?;
    for Turns { what, who, times } in turns {
        let id = tx.next_id(now);
        tx.execute(SAY, params![id, me, what, *who, *times])?;
    }
    Ok(())
}

/// What the other processes have said of late, with numbers by which it is known again.
///
/// # Errors
/// The store's.
pub fn hear(tx: &mut Tx<'_>, now: Timestamp) -> Result<Vec<(i64, Turns)>, Error> {
    let Some(me) = tx.process() else { return Ok(Vec::new()) };
    // A word may be committed after a later one; so all of the last seconds are read each time.
    let since = id::first_at(now.checked_sub(KEPT).unwrap_or(Timestamp::MIN));
    tx.query(HEAR, params![since, me, MOST], |row| {
        Ok((row.get(0)?, Turns { what: row.get(1)?, who: row.get(2)?, times: row.get(3)? }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
