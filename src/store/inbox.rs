//! Mail from other nodes: verified activities that have to wait, and the ids of all that were taken.
//!
//! An activity that is answered with "taken" was acted on by then or has its row here, so that nothing is lost when the
//! power goes. What is done is deleted at once; its id stays for a while, because peers repeat themselves.

use jiff::{SignedDuration, Timestamp};

use super::many::by_keys;
use super::page::{Page, Slice};
use super::plan::statements;
use super::{Error, FromValue, Row, Tx, Value, id, params};
use crate::coworking::id::ActorId;

/// The most characters of an error that are kept.
const ERROR_LIMIT: usize = 1_000;
/// The most that one statement has tried again.
const RETRY_LIMIT: u32 = 1_000;
/// A question that comes again and again is looked at once in this time.
const REPEATS_APART: SignedDuration = SignedDuration::from_mins(1);

/// The number of a received activity; numbers grow in the order of arrival: for what waits of one actor always, else as far
/// as several processes agree on the time. What has a smaller number may be committed later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InboxId(pub i64);

impl From<InboxId> for Value<'_> {
    fn from(id: InboxId) -> Self {
        Value::Integer(id.0)
    }
}

impl FromValue for InboxId {
    fn from_value(value: Value<'_>) -> Result<Self, Error> {
        i64::from_value(value).map(Self)
    }
}

/// An activity that has to wait.
#[derive(Debug, Clone, Copy)]
pub struct NewActivity<'a> {
    /// Who acts.
    pub actor: ActorId,
    /// What is done, by its name.
    pub kind: &'a str,
    /// Whose personal inbox it came to, where that matters: it is taken once for each.
    pub recipient: Option<ActorId>,
    /// The JSON as received.
    pub body: &'a str,
}

/// An activity that waits, without its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its number.
    pub id: InboxId,
    /// Who acts.
    pub actor: ActorId,
    /// Whose personal inbox it came to.
    pub recipient: Option<ActorId>,
    /// How often it was tried.
    pub attempts: u32,
    /// Not to be tried before.
    pub next_at: Timestamp,
}

/// An activity that was set aside, for the eyes of the keeper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// Its number.
    pub id: InboxId,
    /// Its id in the network.
    pub uri: String,
    /// Who acts.
    pub actor_uri: String,
    /// What is done, by its name.
    pub kind: String,
    /// How often it was tried.
    pub attempts: u32,
    /// What went wrong the last time.
    pub error: String,
}

/// How much is in the inbox.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// To be processed, or tried again.
    pub waiting: u64,
    /// Set aside.
    pub failed: u64,
}

statements! {
    /// Ids are on the origin of their actor, so nobody's activity is taken for a repeat of somebody else's.
    RECEIVE = "INSERT INTO received (id, uri, recipient_id) VALUES (?1, ?2, ?3) \
               ON CONFLICT (uri, recipient_id) DO NOTHING";
    REPEAT = "UPDATE received SET again_at = ?2 WHERE uri = ?1 AND recipient_id = 0 AND coalesce(again_at, 0) <= ?3";
    INSERT = "INSERT INTO inbox (id, actor_id, type, recipient_id, body, state, next_at) \
              VALUES (?1, ?2, ?3, ?4, ?5, 'waiting', ?6)";
    WAITING = "SELECT id, actor_id, recipient_id, attempts, next_at FROM inbox \
               WHERE id > ?1 AND state = 'waiting' ORDER BY id LIMIT ?2";
    LAST_OF = "SELECT id FROM inbox WHERE actor_id = ?1 AND state = 'waiting' AND id <= ?2 ORDER BY id DESC LIMIT 1";
    BODIES = "SELECT id, body FROM inbox WHERE id IN ({keys}) AND state = 'waiting'";
    STILL = "SELECT id FROM inbox WHERE id IN ({keys}) AND state = 'waiting'";
    DONE = "DELETE FROM inbox WHERE id = ?1 AND state = 'waiting'";
    AGAIN = "UPDATE inbox SET attempts = attempts + 1, next_at = ?2, error = ?3 WHERE id = ?1";
    FAIL = "UPDATE inbox SET state = 'failed', attempts = attempts + 1, error = ?2 WHERE id = ?1";
    FAILED = "SELECT i.id, r.uri, a.uri, i.type, i.attempts, i.error FROM inbox i \
              JOIN received r ON r.id = i.id JOIN actor a ON a.id = i.actor_id WHERE i.state = 'failed' AND i.id < ?1 ORDER BY i.id DESC LIMIT ?2";
    RETRY = "UPDATE inbox SET state = 'waiting', attempts = 0, next_at = ?2 WHERE id = ?1 AND state = 'failed'";
    RETRY_ALL = "UPDATE inbox SET state = 'waiting', attempts = 0, next_at = ?1 \
                 WHERE id IN (SELECT id FROM inbox WHERE state = 'failed' ORDER BY id LIMIT ?2)";
    DROP = "DELETE FROM inbox WHERE id = ?1";
    TAKEN = "SELECT count(*) FROM (SELECT uri FROM received ORDER BY uri LIMIT ?1) AS taken";
    TIDY = "DELETE FROM received WHERE id IN (SELECT r.id FROM received r WHERE r.id < ?1 \
            AND NOT EXISTS (SELECT 1 FROM inbox i WHERE i.id = r.id) ORDER BY r.id LIMIT ?2)";
}

/// The table is as small as the work that waits, so it may be counted.
const COUNT: &str = "SELECT count(*) FROM inbox";
const COUNT_FAILED: &str = "SELECT count(*) FROM inbox WHERE state = 'failed'";

/// Takes an activity in, by its id in the network; `None` when it was taken before, for the same recipient. `recipient`
/// is as in [`NewActivity`]; the number is greater than `after`, whichever process minted that.
///
/// # Errors
/// The store's.
pub fn take(
    tx: &mut Tx<'_>,
    uri: &str,
    recipient: Option<ActorId>,
    after: Option<InboxId>,
    now: Timestamp,
) -> Result<Option<InboxId>, Error> {
    let id = InboxId(tx.next_id_after(now, after.map_or(0, |after| after.0)));
    let taken = tx.execute(RECEIVE, params![id, uri, recipient.map_or(0, |recipient| recipient.0)])?;
    Ok((taken > 0).then_some(id))
}

/// Is it time to look at a repeat of this activity, which was taken before? Once a minute, whoever sends it how often.
///
/// # Errors
/// The store's.
pub fn may_repeat(tx: &mut Tx<'_>, uri: &str, now: Timestamp) -> Result<bool, Error> {
    let before = now.saturating_sub(REPEATS_APART).unwrap_or(Timestamp::MIN);
    Ok(tx.execute(REPEAT, params![uri, now, before])? > 0)
}

/// Puts an activity that was taken in with the number `id` among those that wait.
///
/// # Errors
/// The store's.
pub fn put(tx: &mut Tx<'_>, id: InboxId, new: &NewActivity<'_>, now: Timestamp) -> Result<(), Error> {
    tx.execute(INSERT, params![id, new.actor, new.kind, new.recipient, new.body, now])?;
    Ok(())
}

/// The last of what waits of this actor. What comes now must not overtake it.
///
/// # Errors
/// The store's.
pub fn last_waiting(tx: &mut Tx<'_>, actor: ActorId) -> Result<Option<InboxId>, Error> {
    last_waiting_up_to(tx, actor, InboxId(i64::MAX))
}

/// The last of what waits of this actor with a number up to this one.
///
/// # Errors
/// The store's.
pub fn last_waiting_up_to(tx: &mut Tx<'_>, actor: ActorId, up_to: InboxId) -> Result<Option<InboxId>, Error> {
    tx.query_one(LAST_OF, params![actor, up_to], |row| row.get(0))
}

/// What waits, in the order of arrival, after a number; at most `limit`. What is to be tried later is among it: what
/// came after it from the same actor waits for it.
///
/// # Errors
/// The store's.
pub fn waiting(tx: &mut Tx<'_>, after: InboxId, limit: u32) -> Result<Vec<Waiting>, Error> {
    tx.query(WAITING, params![after, limit], |row: &Row<'_>| {
        Ok(Waiting {
            id: row.get(0)?,
            actor: row.get(1)?,
            recipient: row.get(2)?,
            attempts: row.get(3)?,
            next_at: row.get(4)?,
        })
    })
}

/// The JSON of those that still wait, in no order.
///
/// # Errors
/// The store's.
pub fn bodies(tx: &mut Tx<'_>, ids: &[InboxId]) -> Result<Vec<(InboxId, String)>, Error> {
    by_keys(tx, BODIES, &[], &keys(ids), |row| Ok((row.get(0)?, row.get(1)?)))
}

/// Which of these still wait, in no order.
///
/// # Errors
/// The store's.
pub fn still_waiting(tx: &mut Tx<'_>, ids: &[InboxId]) -> Result<Vec<InboxId>, Error> {
    by_keys(tx, STILL, &[], &keys(ids), |row| row.get(0))
}

/// These are done.
///
/// # Errors
/// The store's.
pub fn done(tx: &mut Tx<'_>, ids: &[InboxId]) -> Result<(), Error> {
    // One by one: a list of keys would have the engine build a table of them first.
    for id in ids {
        tx.execute(DONE, params![*id])?;
    }
    Ok(())
}

/// One did not work out and is tried again.
///
/// # Errors
/// The store's.
pub fn again(tx: &mut Tx<'_>, id: InboxId, next_at: Timestamp, error: &str) -> Result<(), Error> {
    tx.execute(AGAIN, params![id, next_at, cut(error)])?;
    Ok(())
}

/// One did not work out and is set aside until somebody looks at it.
///
/// # Errors
/// The store's.
pub fn fail(tx: &mut Tx<'_>, id: InboxId, error: &str) -> Result<(), Error> {
    tx.execute(FAIL, params![id, cut(error)])?;
    Ok(())
}

/// What was set aside, newest first.
///
/// # Errors
/// The store's.
pub fn failed(tx: &mut Tx<'_>, page: Page) -> Result<Slice<Failed>, Error> {
    let rows = tx.query(FAILED, params![page.below(), page.fetched()], |row| {
        Ok(Failed {
            id: row.get(0)?,
            uri: row.get(1)?,
            actor_uri: row.get(2)?,
            kind: row.get(3)?,
            attempts: row.get(4)?,
            error: row.get::<Option<String>>(5)?.unwrap_or_default(),
        })
    })?;
    Ok(Slice::cut(rows, page, |failed| failed.id.0))
}

/// How much is in the inbox.
///
/// # Errors
/// The store's.
pub fn counts(tx: &mut Tx<'_>) -> Result<Counts, Error> {
    let mut count = |sql| Ok::<u64, Error>(tx.query_one(sql, params![], |row| row.get(0))?.unwrap_or(0));
    let (all, failed) = (count(COUNT)?, count(COUNT_FAILED)?);
    Ok(Counts { waiting: all.saturating_sub(failed), failed })
}

/// How many activities were verified and taken, as far as their ids are still kept; no more than `most` are counted.
///
/// # Errors
/// The store's.
pub fn taken(tx: &mut Tx<'_>, most: u32) -> Result<u64, Error> {
    Ok(tx.query_one(TAKEN, params![most], |row| row.get(0))?.unwrap_or(0))
}

/// Has what was set aside tried again: one, or the oldest 1,000. Tells how many.
///
/// # Errors
/// The store's.
pub fn retry(tx: &mut Tx<'_>, id: Option<InboxId>, now: Timestamp) -> Result<u64, Error> {
    match id {
        Some(id) => tx.execute(RETRY, params![id, now]),
        None => tx.execute(RETRY_ALL, params![now, RETRY_LIMIT]),
    }
}

/// Throws one away, waiting or set aside; `false` when it is not there.
///
/// # Errors
/// The store's.
pub fn drop(tx: &mut Tx<'_>, id: InboxId) -> Result<bool, Error> {
    Ok(tx.execute(DROP, params![id])? > 0)
}

/// Forgets the ids of what came before `time` and is done, at most `limit` at once; tells how many.
///
/// # Errors
/// The store's.
pub fn tidy(tx: &mut Tx<'_>, time: Timestamp, limit: u32) -> Result<u64, Error> {
    tx.execute(TIDY, params![id::first_at(time), limit])
}

fn keys(ids: &[InboxId]) -> Vec<Value<'static>> {
    ids.iter().map(|id| Value::Integer(id.0)).collect()
}

fn cut(error: &str) -> String {
    error.chars().take(ERROR_LIMIT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::plan;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn insert(tx: &mut Tx<'_>, uri: &str, to: Option<ActorId>, now: Timestamp) -> Result<Option<InboxId>, Error> {
        let Some(id) = take(tx, uri, to, None, now)? else { return Ok(None) };
        put(tx, id, &NewActivity { actor: ActorId(1), kind: "Create", recipient: to, body: "{}" }, now)?;
        Ok(Some(id))
    }

    fn somebody(tx: &mut Tx<'_>) -> Result<(), Error> {
        let insert = "INSERT INTO actor (id, uri, local, type, username, username_folded, host, server, inbox, updated) \
                      VALUES (1, 'https://a.example/u', 0, 'Person', 'u', 'u', 'a.example', 'a.example', 'https://a.example/i', 0)";
        tx.execute(insert, &[])?;
        Ok(())
    }

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        plan::check(STATEMENTS).await;
    }

    #[tokio::test]
    async fn an_activity_is_taken_once_worked_on_in_order_and_known_after_it_is_done() {
        let (_folder, store) = plan::store();
        store
            .write(|tx| {
                somebody(tx)?;
                let first = insert(tx, "https://a.example/1", None, at(0))?.unwrap();
                let second = insert(tx, "https://a.example/2", None, at(0))?.unwrap();
                assert_eq!(insert(tx, "https://a.example/1", None, at(1))?, None);

                again(tx, first, at(60), "the disk was full")?;
                let rows = waiting(tx, InboxId(0), 10)?;
                let seen: Vec<_> = rows.iter().map(|row| (row.id, row.attempts, row.next_at)).collect();
                assert_eq!(seen, [(first, 1, at(60)), (second, 0, at(0))]);
                assert_eq!(bodies(tx, &[second])?, [(second, "{}".to_owned())]);

                assert_eq!((last_waiting(tx, ActorId(1))?, last_waiting(tx, ActorId(2))?), (Some(second), None));
                assert_eq!(last_waiting_up_to(tx, ActorId(1), first)?, Some(first));
                done(tx, &[second])?;
                assert_eq!(still_waiting(tx, &[first, second])?, [first]);
                assert_eq!(insert(tx, "https://a.example/2", None, at(2))?, None, "a repeat of what is done");

                assert!(
                    may_repeat(tx, "https://a.example/2", at(2))? && !may_repeat(tx, "https://a.example/2", at(61))?
                );
                assert!(
                    may_repeat(tx, "https://a.example/2", at(62))? && !may_repeat(tx, "https://a.example/9", at(62))?
                );

                let mut secret = |to, now| Ok(take(tx, "https://a.example/3", Some(ActorId(to)), None, now)?.is_some());
                assert!(secret(7, at(3))? && secret(8, at(3))?);
                assert!(!secret(7, at(4))? && !secret(8, at(4))?);
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn what_is_set_aside_can_be_seen_tried_again_and_thrown_away() {
        let (_folder, store) = plan::store();
        store
            .write(|tx| {
                somebody(tx)?;
                let mut ids = Vec::new();
                for number in 0..3 {
                    let id = insert(tx, &format!("https://a.example/{number}"), None, at(number))?.unwrap();
                    fail(tx, id, &"x".repeat(2_000))?;
                    ids.push(id);
                }
                assert_eq!(counts(tx)?, Counts { waiting: 0, failed: 3 });
                let page = failed(tx, Page::new(None, Some(2)))?;
                assert_eq!(page.items.iter().map(|row| row.id).collect::<Vec<_>>(), [ids[2], ids[1]]);
                assert_eq!((page.items[0].error.len(), page.items[0].attempts, page.next), (1_000, 1, Some(ids[1].0)));

                assert_eq!(retry(tx, Some(ids[0]), at(9))?, 1);
                assert_eq!(waiting(tx, InboxId(0), 10)?[0].next_at, at(9));
                assert!(drop(tx, ids[1])? && !drop(tx, ids[1])?);
                assert_eq!(retry(tx, None, at(9))?, 1);
                assert_eq!(counts(tx)?, Counts { waiting: 2, failed: 0 });

                assert_eq!(tidy(tx, at(9), 10)?, 1, "of what still waits the id is kept");
                assert!(insert(tx, "https://a.example/1", None, at(9))?.is_some(), "forgotten, so it is news");
                Ok::<_, Error>(())
            })
            .await
            .unwrap();
    }
}
