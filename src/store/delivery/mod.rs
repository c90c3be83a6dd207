//! The outgoing mail: one row per activity and inbox, until it has arrived or is given up.
//!
//! A `lane` row stands for every host that something waits for, so that finding what is due costs as much as there is
//! due, however much waits for hosts that do not answer. That a delivery is on its way at this moment is not written
//! down: who delivers knows it, and after a crash it is simply sent again, under the same id.

mod due;
mod end;
mod queue;

use jiff::Timestamp;

use super::plan::statements;
use super::typed::words;
use super::{Error, FromValue, Notice, Tx, Value, params};
use crate::coworking::id::ActorId;
use crate::coworking::peer::Host;

pub use due::{Delivery, Due, Run, due};
pub use end::{Answer, done, drop_for, expire, fail, refresh, rest, retry, revive, tidy};
pub use queue::{Counts, Line, counts, drop_one, list, retry_host, retry_one};

/// How a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// It will be tried (again).
    Waiting,
    /// The inbox took it.
    Done,
    /// It was refused for good, or tried for as long as we try.
    Failed,
    /// Somebody here decided not to send it.
    Dropped,
}

impl State {
    /// The word in the store and in the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }
}

/// The text names no state of deliveries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a delivery is waiting, done, failed or dropped")]
pub struct UnknownState;

impl std::str::FromStr for State {
    type Err = UnknownState;

    fn from_str(text: &str) -> Result<Self, UnknownState> {
        match text {
            "waiting" => Ok(Self::Waiting),
            "done" => Ok(Self::Done),
            "failed" => Ok(Self::Failed),
            "dropped" => Ok(Self::Dropped),
            _ => Err(UnknownState),
        }
    }
}

words!(State: "the state of a delivery");

impl FromValue for Host {
    fn from_value(value: Value<'_>) -> Result<Self, Error> {
        match &value {
            Value::Text(text) => Host::parse(text).ok(),
            _ => None,
        }
        .ok_or_else(|| Error::decode("the host of a peer", &value))
    }
}

/// Where something is to go.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Destination {
    /// The inbox; a shared one where several recipients have the same.
    pub inbox: String,
    /// The inbox's host.
    pub host: Host,
}

impl Destination {
    /// The destination that an inbox's URL names; `None` when it is no web address.
    #[must_use]
    pub fn of(inbox: &str) -> Option<Self> {
        let url = url::Url::parse(inbox).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        Some(Self { inbox: inbox.to_owned(), host: Host::of(&url)? })
    }
}

/// What is to be sent, to whomever it goes.
#[derive(Debug, Clone, Copy)]
pub struct Posting<'a> {
    /// The activity.
    pub activity: i64,
    /// Whose key signs.
    pub actor: ActorId,
    /// The id of the object: what is said of one thing arrives in the order in which it was said.
    pub ordering_key: &'a str,
    /// Is it sent even to a host that is given up?
    pub urgent: bool,
}

statements! {
    ADD = "INSERT INTO delivery (id, activity_id, actor_id, inbox, host, ordering_key, urgent, state, next_at, \
           created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'waiting', greatest(?8, coalesce((SELECT next_at FROM delivery \
           WHERE host = ?5 AND ordering_key = ?6 AND state = 'waiting' ORDER BY id DESC LIMIT 1), 0)), ?8) \
           ON CONFLICT (activity_id, inbox) DO NOTHING";
    /// Writes the row in any case: another process may just have seen that nothing waits for the host and end its lane.
    /// A row that is only looked at would go unnoticed there (`ON CONFLICT` looks without a predicate lock).
    WAKE = "INSERT INTO lane (host, next_at) VALUES (?1, ?2) ON CONFLICT (host) DO UPDATE \
            SET next_at = least(lane.next_at, excluded.next_at)";
    REACH = "INSERT INTO reached (actor_id, inbox) VALUES (?1, ?2) ON CONFLICT (actor_id, inbox) DO NOTHING";
    REACHED = "SELECT inbox FROM reached WHERE actor_id = ?1 AND inbox > ?2 ORDER BY inbox LIMIT ?3";
    WAITS = "SELECT 1 FROM lane WHERE host = ?1";
}

/// Puts one activity on its way to these inboxes, and tells the deliverer after the commit. An inbox that it is on
/// its way to (or was) is left out. Tells how many are new.
///
/// # Errors
/// The store's.
pub fn add(tx: &mut Tx<'_>, what: &Posting<'_>, to: &[Destination], now: Timestamp) -> Result<u64, Error> {
    let mut added = 0;
    for Destination { inbox, host } in to {
        let id = tx.next_id(now);
        let host = host.as_str();
        let row = params![id, what.activity, what.actor, inbox, host, what.ordering_key, what.urgent, now];
        if tx.execute(ADD, row)? > 0 {
            tx.execute(WAKE, params![host, now])?;
            tx.execute(REACH, params![what.actor, inbox])?;
            added += 1;
        }
    }
    if added > 0 {
        tx.notify(Notice::Delivery);
    }
    Ok(added)
}

/// Inboxes that ever got something of an actor, in the order of their URLs, after one of them; at most `limit`.
///
/// # Errors
/// The store's.
pub fn reached(tx: &mut Tx<'_>, actor: ActorId, after: &str, limit: u32) -> Result<Vec<String>, Error> {
    tx.query(REACHED, params![actor, after, limit], |row| row.get(0))
}

/// Does anything wait for this host?
///
/// # Errors
/// The store's.
pub fn waits_for(tx: &mut Tx<'_>, host: &Host) -> Result<bool, Error> {
    Ok(tx.query_one(WAITS, params![host.as_str()], |_| Ok(()))?.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
