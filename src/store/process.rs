//! The processes that share a store, and which of them does what.
//!
//! A process says every few seconds that it lives. What it holds (a [`Duty`], a host that it sends to) is its own as long as
//! it has said so; then anybody may take it. So one row is renewed for all that a process holds. A file has one process,
//! which holds everything without saying so: there these functions cost nothing.

use jiff::{SignedDuration, Timestamp};

use super::plan::statements;
use super::{Error, Tx, params};
use crate::coworking::peer::Host;

/// For so long a process is believed to live after it said so.
pub const LEASE: SignedDuration = SignedDuration::from_secs(10);
/// How often it says so.
pub const BEAT: SignedDuration = SignedDuration::from_secs(2);

/// The most processes of one node: more would mint the same ids.
const MOST: i64 = 48;

/// Work that one process at a time does for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Duty {
    /// Acting on what could not be acted on when it came.
    Receive,
    /// Telling others what happened here.
    Publish,
    /// Ending what has had its time.
    Expire,
    /// Making keys ahead.
    Keys,
    /// Sending letters to members.
    Mail,
    /// Telling programs what happens.
    Webhook,
    /// Asking other servers what they are.
    NodeInfo,
    /// Asking the hosts of bookings elsewhere what became of them.
    Poll,
    /// Forgetting what nobody needs any more.
    Tidy,
    /// Asking spaces elsewhere for the directory.
    Directory,
}

impl Duty {
    /// The word in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Receive => "receive",
            Self::Publish => "publish",
            Self::Expire => "expire",
            Self::Keys => "keys",
            Self::Mail => "mail",
            Self::Webhook => "webhook",
            Self::NodeInfo => "nodeinfo",
            Self::Poll => "poll",
            Self::Tidy => "tidy",
            Self::Directory => "directory",
        }
    }
}

statements! {
    BEAT_ON = "UPDATE process SET alive_until = ?2 WHERE id = ?1 AND alive_until > ?3";
    REGISTER = "INSERT INTO process (id, slot, alive_until) VALUES (?1, ?2, ?3)";
    BURY = "DELETE FROM process WHERE alive_until <= ?1";
    SLOTS = "SELECT slot FROM process WHERE alive_until > ?1 ORDER BY slot LIMIT 100";
    LEAVE = "DELETE FROM process WHERE id = ?1";
    HOLDER = "SELECT held_by FROM duty WHERE name = ?1";
    TAKE = "INSERT INTO duty (name, held_by) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE \
            SET held_by = excluded.held_by WHERE duty.held_by IS NULL OR NOT EXISTS \
            (SELECT 1 FROM process p WHERE p.id = duty.held_by AND p.alive_until > ?3)";
    DROP_DUTIES = "UPDATE duty SET held_by = NULL WHERE held_by = ?1";
    DROP_LANES = "UPDATE lane SET held_by = NULL WHERE held_by = ?1";
    DROP_LANE = "UPDATE lane SET held_by = NULL WHERE host = ?1 AND held_by = ?2";
    CLAIM = "UPDATE lane SET held_by = ?1 WHERE host IN (SELECT l.host FROM lane l WHERE l.next_at <= ?2 \
             AND (l.held_by IS NULL OR l.held_by <> ?1 AND NOT EXISTS \
             (SELECT 1 FROM process p WHERE p.id = l.held_by AND p.alive_until > ?2)) \
             ORDER BY l.next_at, l.host LIMIT ?3 {unlocked})";
}

/// How a process finds itself when it says that it lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beat {
    /// It is the only one that there can be.
    Alone,
    /// It lived all the time. So many live.
    Alive(usize),
    /// It is new, or was taken for dead: what it held is not its own any more. So many live.
    Born(usize),
}

/// May others share the work?
#[must_use]
pub fn is_shared(tx: &Tx<'_>) -> bool {
    tx.process().is_some()
}

/// This process lives, and will until [`LEASE`] from now.
///
/// # Errors
/// The store's; [`Error::Unavailable`] when there are as many processes as there can be.
pub fn beat(tx: &mut Tx<'_>, now: Timestamp) -> Result<Beat, Error> {
    let Some(me) = tx.process() else { return Ok(Beat::Alone) };
    let until = now.checked_add(LEASE).unwrap_or(Timestamp::MAX);
    if tx.execute(BEAT_ON, params![me, until, now])? > 0 {
        return Ok(Beat::Alive(tx.query(SLOTS, params![now], |row| row.get::<i64>(0))?.len()));
    }
    tx.execute(BURY, params![now])?;
    let taken = tx.query(SLOTS, params![now], |row| row.get::<i64>(0))?;
    let Some(slot) = (0..MOST).find(|slot| !taken.contains(slot)) else {
        return Err(Error::Unavailable("48 processes share the store already"));
    };
    tx.execute(REGISTER, params![me, slot, until])?;
    tx.set_slot(slot);
    Ok(Beat::Born(taken.len() + 1))
}

/// This process ends: whatever it held is anybody's.
///
/// # Errors
/// The store's.
pub fn leave(tx: &mut Tx<'_>) -> Result<(), Error> {
    let Some(me) = tx.process() else { return Ok(()) };
    for drop in [DROP_DUTIES, DROP_LANES, LEAVE] {
        tx.execute(drop, params![me])?;
    }
    Ok(())
}

/// Is this duty ours? It is taken if nobody has it who lives. Asked in the very transaction that does the work: should
/// another process take the duty at the same moment, the two transactions meet, and only one of them happens.
///
/// # Errors
/// The store's.
pub fn take(tx: &mut Tx<'_>, duty: Duty, now: Timestamp) -> Result<bool, Error> {
    let Some(me) = tx.process() else { return Ok(true) };
    let holder = tx.query_one(HOLDER, params![duty.as_str()], |row| row.get::<Option<i64>>(0))?;
    if holder.flatten() == Some(me) {
        return Ok(true);
    }
    Ok(tx.execute(TAKE, params![duty.as_str(), me, now])? > 0)
}

/// Takes up to `limit` hosts that something is due for and that nobody sends to who lives; tells how many.
///
/// # Errors
/// The store's.
pub fn claim_hosts(tx: &mut Tx<'_>, limit: u32, now: Timestamp) -> Result<u64, Error> {
    let Some(me) = tx.process() else { return Ok(0) };
    let sql = CLAIM.replace("{unlocked}", tx.skip_locked());
    tx.execute(&sql, params![me, now, limit])
}

/// Nothing is on its way to this host any more: anybody may send to it.
///
/// # Errors
/// The store's.
pub fn release_host(tx: &mut Tx<'_>, host: &Host) -> Result<(), Error> {
    if let Some(me) = tx.process() {
        tx.execute(DROP_LANE, params![host.as_str(), me])?;
    }
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
