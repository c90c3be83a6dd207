//! Programs that are told what happens, and what they were told.

use jiff::Timestamp;

use super::json::{self, Json};
use super::page::{Page, Slice};
use super::plan::statements;
use super::typed::words;
use super::{Error, Notice, Row, Tx, params};
use crate::coworking::id::{ActorId, BookingId, WebhookDeliveryId, WebhookId};
use crate::coworking::webhook::Kind;

/// A webhook.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Which.
    pub id: WebhookId,
    /// Where it is told.
    pub url: String,
    /// What.
    pub events: Vec<Kind>,
    /// The key that signs.
    pub secret: Vec<u8>,
    /// Since when.
    pub added_at: Timestamp,
    /// When it took something last.
    pub took_at: Option<Timestamp>,
    /// Nothing is sent before.
    pub rest_until: Option<Timestamp>,
    /// Since when nothing is sent any more.
    pub disabled_at: Option<Timestamp>,
    /// Why.
    pub problem: Option<String>,
}

impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webhook")
            .field("id", &self.id)
            .field("url", &self.url)
            .field("events", &self.events)
            .finish_non_exhaustive()
    }
}

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// It is on its way, or will be.
    Waiting,
    /// It arrived.
    Done,
    /// It was given up.
    Failed,
}

impl State {
    /// The word in the store and of the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

impl std::str::FromStr for State {
    type Err = crate::coworking::Refusal;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "waiting" => Ok(Self::Waiting),
            "done" => Ok(Self::Done),
            "failed" => Ok(Self::Failed),
            _ => Err(Self::Err::malformed("state", text, "waiting, done or failed")),
        }
    }
}

words!(State: "the state of a delivery to a webhook");

/// Something that a webhook is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookDelivery {
    /// Which.
    pub id: WebhookDeliveryId,
    /// Whom.
    pub webhook: WebhookId,
    /// What sort of thing happened.
    pub kind: String,
    /// The message, as long as it waits.
    pub body: Option<String>,
    /// What became of it.
    pub state: State,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next.
    pub next_at: Timestamp,
    /// Of the last answer.
    pub status: Option<u16>,
    /// What went wrong last.
    pub error: Option<String>,
    /// Since when it waits.
    pub created_at: Timestamp,
    /// When it arrived or was given up.
    pub ended_at: Option<Timestamp>,
}

macro_rules! columns {
    () => {
        "SELECT id, webhook_id, kind, body, state, attempts, next_at, status, error, created_at, ended_at FROM webhook_delivery "
    };
}

statements! {
    ADD = "INSERT INTO webhook (id, url, events, secret, added_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    ALL = "SELECT id, url, events, secret, added_at, took_at, rest_until, disabled_at, problem FROM webhook ORDER BY id LIMIT 100";
    BY_ID = "SELECT id, url, events, secret, added_at, took_at, rest_until, disabled_at, problem FROM webhook WHERE id = ?1";
    REMOVE = "DELETE FROM webhook WHERE id = ?1";
    REMOVE_TOLD = "DELETE FROM webhook_delivery WHERE webhook_id = ?1";
    REST = "UPDATE webhook SET rest_until = ?2 WHERE id = ?1";
    TOOK = "UPDATE webhook SET took_at = ?2, rest_until = NULL WHERE id = ?1";
    DISABLE = "UPDATE webhook SET disabled_at = ?2, problem = ?3 WHERE id = ?1 AND disabled_at IS NULL";
    ENABLE = "UPDATE webhook SET disabled_at = NULL, problem = NULL, rest_until = NULL WHERE id = ?1";
    TELL = "INSERT INTO webhook_delivery (id, webhook_id, news, kind, booking_id, body, state, next_at, created_at) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'waiting', ?7, ?7) ON CONFLICT (webhook_id, news) DO NOTHING";
    DUE = concat!(columns!(), "WHERE webhook_id = ?1 AND state = 'waiting' AND next_at <= ?2 ORDER BY next_at, id LIMIT ?3");
    WAITS = concat!(columns!(), "WHERE id = ?1 AND state = 'waiting'");
    OF_REQUESTER = "SELECT d.id, d.body FROM booking b CROSS JOIN webhook_delivery d ON d.booking_id = b.id \
                    WHERE b.requester_id = ?1 AND d.state = 'waiting' AND d.body IS NOT NULL";
    REWRITE = "UPDATE webhook_delivery SET body = ?2 WHERE id = ?1 AND state = 'waiting'";
    NEXT = "SELECT next_at FROM webhook_delivery WHERE webhook_id = ?1 AND state = 'waiting' ORDER BY next_at, id LIMIT 1";
    LIST = concat!(columns!(), "WHERE webhook_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3");
    WAITING = "SELECT count(*) FROM webhook_delivery WHERE webhook_id = ?1 AND state = 'waiting'";
    RETRY = "UPDATE webhook_delivery SET attempts = attempts + 1, status = ?2, error = ?3, next_at = ?4 WHERE id = ?1 AND state = 'waiting'";
    END = "UPDATE webhook_delivery SET attempts = attempts + 1, state = ?2, status = ?3, error = ?4, ended_at = ?5, body = NULL \
           WHERE id = ?1 AND state = 'waiting'";
    TRY_NOW = "UPDATE webhook_delivery SET next_at = ?2, created_at = ?2 WHERE webhook_id = ?1 AND state = 'waiting'";
    EXPIRE = "UPDATE webhook_delivery SET state = 'failed', body = NULL, error = 'its webhook is switched off', ended_at = ?3 WHERE id IN \
              (SELECT id FROM webhook_delivery WHERE state = 'waiting' AND created_at < ?1 ORDER BY created_at, id LIMIT ?2)";
    TIDY = "DELETE FROM webhook_delivery WHERE id IN \
            (SELECT id FROM webhook_delivery WHERE ended_at IS NOT NULL AND ended_at < ?1 ORDER BY ended_at LIMIT ?2)";
}

fn read(row: &Row<'_>) -> Result<Webhook, Error> {
    let Json(events) = row.get(2)?;
    Ok(Webhook {
        id: row.get(0)?,
        url: row.get(1)?,
        events,
        secret: row.get(3)?,
        added_at: row.get(4)?,
        took_at: row.get(5)?,
        rest_until: row.get(6)?,
        disabled_at: row.get(7)?,
        problem: row.get(8)?,
    })
}

fn read_told(row: &Row<'_>) -> Result<WebhookDelivery, Error> {
    Ok(WebhookDelivery {
        id: row.get(0)?,
        webhook: row.get(1)?,
        kind: row.get(2)?,
        body: row.get(3)?,
        state: row.get(4)?,
        attempts: row.get(5)?,
        next_at: row.get(6)?,
        status: row.get(7)?,
        error: row.get(8)?,
        created_at: row.get(9)?,
        ended_at: row.get(10)?,
    })
}

/// Adds a webhook.
///
/// # Errors
/// The store's.
pub fn add(tx: &mut Tx<'_>, url: &str, events: &[Kind], secret: &[u8; 32], now: Timestamp) -> Result<WebhookId, Error> {
    let id = WebhookId(tx.next_id(now));
    tx.execute(ADD, params![id, url, json::text(events)?, secret, now])?;
    Ok(id)
}

/// All webhooks, the oldest first: a node has few.
///
/// # Errors
/// The store's.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Webhook>, Error> {
    tx.query(ALL, params![], read)
}

/// The webhook with this number.
///
/// # Errors
/// The store's.
pub fn by_id(tx: &mut Tx<'_>, id: WebhookId) -> Result<Option<Webhook>, Error> {
    tx.query_one(BY_ID, params![id], read)
}

/// Forgets a webhook and all that it was told.
///
/// # Errors
/// The store's.
pub fn remove(tx: &mut Tx<'_>, id: WebhookId) -> Result<(), Error> {
    tx.execute(REMOVE_TOLD, params![id])?;
    tx.execute(REMOVE, params![id])?;
    Ok(())
}

/// It took something, so nothing speaks against sending it the next.
///
/// # Errors
/// The store's.
pub fn took(tx: &mut Tx<'_>, id: WebhookId, now: Timestamp) -> Result<(), Error> {
    tx.execute(TOOK, params![id, now])?;
    Ok(())
}

/// Nothing is sent there before this time.
///
/// # Errors
/// The store's.
pub fn rest(tx: &mut Tx<'_>, id: WebhookId, until: Timestamp) -> Result<(), Error> {
    tx.execute(REST, params![id, until])?;
    Ok(())
}

/// Nothing is sent there any more; `false` when that was so.
///
/// # Errors
/// The store's.
pub fn disable(tx: &mut Tx<'_>, id: WebhookId, problem: &str, now: Timestamp) -> Result<bool, Error> {
    Ok(tx.execute(DISABLE, params![id, now, problem])? > 0)
}

/// Things are sent there again, what waits at once.
///
/// # Errors
/// The store's.
pub fn enable(tx: &mut Tx<'_>, id: WebhookId, now: Timestamp) -> Result<(), Error> {
    tx.execute(ENABLE, params![id])?;
    tx.execute(TRY_NOW, params![id, now])?;
    tx.notify(Notice::Delivery);
    Ok(())
}

/// Puts a message on its way under a number that was [minted](Tx::next_id) for it, once for each piece of news; `false`
/// when it is or was.
///
/// # Errors
/// The store's.
pub fn tell(
    tx: &mut Tx<'_>,
    id: WebhookDeliveryId,
    webhook: WebhookId,
    (news, kind, booking): (&str, &str, Option<BookingId>),
    body: &str,
    now: Timestamp,
) -> Result<bool, Error> {
    let told = tx.execute(TELL, params![id, webhook, news, kind, booking, body, now])? > 0;
    if told {
        tx.notify(Notice::Delivery);
    }
    Ok(told)
}

/// What is to be tried at one webhook now, what waits longest first.
///
/// # Errors
/// The store's.
pub fn due(tx: &mut Tx<'_>, id: WebhookId, now: Timestamp, limit: u32) -> Result<Vec<WebhookDelivery>, Error> {
    tx.query(DUE, params![id, now, limit], read_told)
}

/// A message as it is now; `None` when it does not wait any more, or its webhook is forgotten.
///
/// # Errors
/// The store's.
pub fn waits(tx: &mut Tx<'_>, id: WebhookDeliveryId) -> Result<Option<WebhookDelivery>, Error> {
    tx.query_one(WAITS, params![id], read_told)
}

/// What waits and is about somebody's bookings, with what it says.
///
/// # Errors
/// The store's.
pub fn of_requester(tx: &mut Tx<'_>, requester: ActorId) -> Result<Vec<(WebhookDeliveryId, String)>, Error> {
    tx.query(OF_REQUESTER, params![requester], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// A message says something else, as long as it waits.
///
/// # Errors
/// The store's.
pub fn rewrite(tx: &mut Tx<'_>, id: WebhookDeliveryId, body: &str) -> Result<(), Error> {
    tx.execute(REWRITE, params![id, body])?;
    Ok(())
}

/// When the next message to a webhook is to be tried.
///
/// # Errors
/// The store's.
pub fn next_due(tx: &mut Tx<'_>, id: WebhookId) -> Result<Option<Timestamp>, Error> {
    tx.query_one(NEXT, params![id], |row| row.get(0))
}

/// What a webhook was told and is to be told, the newest first.
///
/// # Errors
/// The store's.
pub fn deliveries(tx: &mut Tx<'_>, id: WebhookId, page: Page) -> Result<Slice<WebhookDelivery>, Error> {
    let rows = tx.query(LIST, params![id, page.below(), page.fetched()], read_told)?;
    Ok(Slice::cut(rows, page, |delivery| delivery.id.0))
}

/// How much waits for a webhook.
///
/// # Errors
/// The store's.
pub fn waiting(tx: &mut Tx<'_>, id: WebhookId) -> Result<u64, Error> {
    Ok(tx.query_one(WAITING, params![id], |row| row.get(0))?.unwrap_or(0))
}

/// A try failed; there will be another.
///
/// # Errors
/// The store's.
pub fn retry(
    tx: &mut Tx<'_>,
    id: WebhookDeliveryId,
    status: Option<u16>,
    error: &str,
    next: Timestamp,
) -> Result<(), Error> {
    tx.execute(RETRY, params![id, status, error, next])?;
    Ok(())
}

/// A message's end. What it said is forgotten.
///
/// # Errors
/// The store's.
pub fn end(
    tx: &mut Tx<'_>,
    id: WebhookDeliveryId,
    state: State,
    status: Option<u16>,
    error: Option<&str>,
    now: Timestamp,
) -> Result<(), Error> {
    tx.execute(END, params![id, state, status, error, now])?;
    Ok(())
}

/// Gives up what has waited since before `time`, because its webhook is switched off, at most `limit` at once; tells how many.
///
/// # Errors
/// The store's.
pub fn expire(tx: &mut Tx<'_>, time: Timestamp, limit: u32, now: Timestamp) -> Result<u64, Error> {
    tx.execute(EXPIRE, params![time, limit, now])
}

/// Forgets what ended before `time`, at most `limit` at once; tells how many.
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
