//! Finding what is to be tried now: for each host the deliveries that may go out one after another.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::coworking::id::ActorId;
use crate::coworking::peer::{Host, Level};
use crate::store::json::Json;
use crate::store::peer::{self, SignatureScheme};
use crate::store::plan::statements;
use crate::store::{Error, Row, Tx, params};

/// A delivery that waits, as far as sending it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its number.
    pub id: i64,
    /// What is sent.
    pub activity: i64,
    /// Whose key signs.
    pub actor: ActorId,
    /// Where it goes.
    pub inbox: String,
    /// What it must not overtake: others of the same host with the same key and a smaller number.
    pub ordering_key: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was put on its way.
    pub created_at: Timestamp,
}

/// Deliveries to one host that are due, in the order in which they are to be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The host.
    pub host: Host,
    /// Which signatures it took last, if that is remembered.
    pub scheme: Option<SignatureScheme>,
    /// What an actor of that host says its server understands (FEP-844e); looked up only where no scheme is
    /// remembered.
    pub implements: Vec<String>,
    /// At least one.
    pub deliveries: Vec<Delivery>,
}

/// What there is to do now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Due {
    /// To be sent.
    pub runs: Vec<Run>,
    /// Hosts that nothing can be sent to at the moment: to be [refreshed](super::refresh).
    pub resting: Vec<Host>,
    /// Hosts that nothing goes to at all: what waits for them is to be [dropped](super::drop_for).
    pub blocked: Vec<Host>,
    /// Is there more, left out because of the number of hosts asked for?
    pub more: bool,
    /// When the next host that waits is to be looked at.
    pub next: Option<Timestamp>,
}

statements! {
    LANES = "SELECT l.host, l.rest_until, p.open_until FROM lane l LEFT JOIN peer p ON p.host = l.host \
             WHERE l.next_at <= ?1 AND (CAST(?3 AS BIGINT) = 0 OR l.held_by = ?3) ORDER BY l.next_at, l.host LIMIT ?2";
    NEXT = "SELECT next_at FROM lane WHERE next_at > ?1 ORDER BY next_at LIMIT 1";
    RUN = "SELECT id, activity_id, actor_id, inbox, ordering_key, attempts, created_at FROM delivery \
           WHERE host = ?1 AND state = 'waiting' AND next_at <= ?2 ORDER BY next_at, id LIMIT ?3";
    URGENT = "SELECT id, activity_id, actor_id, inbox, ordering_key, attempts, created_at FROM delivery \
              WHERE host = ?1 AND state = 'waiting' AND urgent = 1 AND next_at <= ?2 ORDER BY next_at, id LIMIT ?3";
    IMPLEMENTS = "SELECT implements FROM actor WHERE server = ?1 AND local = 0 ORDER BY id DESC LIMIT 1";
}

fn read(row: &Row<'_>) -> Result<Delivery, Error> {
    Ok(Delivery {
        id: row.get(0)?,
        activity: row.get(1)?,
        actor: row.get(2)?,
        inbox: row.get(3)?,
        ordering_key: row.get(4)?,
        attempts: row.get(5)?,
        created_at: row.get(6)?,
    })
}

/// What is due for at most `hosts` hosts, at most `each` deliveries a host, those that wait longest first. `busy`
/// hosts have something on its way and are left out; where several processes share the work, all are that this one does not
/// [hold](crate::store::process::claim_hosts).
///
/// A host whose breaker is open gets nothing but what is urgent; one that asked for a pause gets nothing.
///
/// # Errors
/// The store's.
pub fn due(tx: &mut Tx<'_>, busy: &HashSet<Host>, hosts: u32, each: u32, now: Timestamp) -> Result<Due, Error> {
    let most = u64::from(hosts) + busy.len() as u64;
    let lanes =
        tx.query(LANES, params![now, i64::try_from(most).unwrap_or(i64::MAX), tx.process().unwrap_or(0)], |row| {
            Ok((row.get::<Host>(0)?, row.get::<Option<Timestamp>>(1)?, row.get::<Option<Timestamp>>(2)?))
        })?;
    let mut due = Due { more: lanes.len() as u64 == most, ..Due::default() };
    for (host, rest_until, open_until) in lanes {
        if busy.contains(&host) {
            continue;
        }
        if due.runs.len() >= hosts as usize {
            due.more = true;
            break;
        }
        if peer::level(tx, &host)? == Level::Blocked {
            due.blocked.push(host);
            continue;
        }
        let ahead = |time: Option<Timestamp>| time.is_some_and(|time| time > now);
        let mut deliveries = match (ahead(rest_until), ahead(open_until)) {
            (true, _) => Vec::new(),
            (false, true) => tx.query(URGENT, params![host.as_str(), now, each], read)?,
            (false, false) => tx.query(RUN, params![host.as_str(), now, each], read)?,
        };
        if deliveries.is_empty() {
            due.resting.push(host);
            continue;
        }
        // What waited for a host that was away is told in the order in which it happened, however often each was tried.
        deliveries.sort_unstable_by_key(|delivery| delivery.id);
        // One shows whether it is back; then everything is due, also what would have been tried later.
        if open_until.is_some() {
            deliveries.truncate(1);
        }
        let scheme = peer::scheme(tx, &host, now)?;
        let implements = if scheme.is_none() { implements(tx, &host)? } else { Vec::new() };
        due.runs.push(Run { host, scheme, implements, deliveries });
    }
    due.next = tx.query_one(NEXT, params![now], |row| row.get(0))?;
    Ok(due)
}

/// The actor met last stands for all: it is the software that understands.
fn implements(tx: &mut Tx<'_>, host: &Host) -> Result<Vec<String>, Error> {
    let told = tx.query_one(IMPLEMENTS, params![host.as_str()], |row| row.get(0))?;
    Ok(told.map(|Json(implements)| implements).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
