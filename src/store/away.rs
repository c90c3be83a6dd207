//! What members of this node have booked elsewhere, as far as the hosts have said it.

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::booking::part;
use super::json::{self, Json};
use super::page::{Page, Slice};
use super::plan::statements;
use super::{Error, Row, Tx, Value, params};
use crate::coworking::away::{Standing, State};
use crate::coworking::booking::{EARLY, Side};
use crate::coworking::id::{ActorId, AwayId, EventId, MemberId, SeriesId};
use crate::coworking::rules::Price;
use crate::coworking::series::Part;
use crate::coworking::slot::Slot;

/// A booking of a member of ours at another node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Away {
    /// Which.
    pub id: AwayId,
    /// Whose it is.
    pub member: MemberId,
    /// The host: a space elsewhere.
    pub space: ActorId,
    /// What was asked for, by its address.
    pub proposal: String,
    /// What that is called.
    pub name: String,
    /// The zone of the host's clock.
    pub zone: String,
    /// The version of the rules that was seen.
    pub rules_version: Option<String>,
    /// Where it stands in a series.
    pub part: Option<Part>,
    /// How many units.
    pub units: u32,
    /// For how many people.
    pub people: u32,
    /// When.
    pub slot: Slot,
    /// When it begins, as the clock of the host showed it when it was asked for.
    pub wall_start: DateTime,
    /// When it ends, as the clock of the host showed it when it was asked for.
    pub wall_end: DateTime,
    /// A word to the host.
    pub note: Option<String>,
    /// What was asked in return when it was asked for.
    pub price: Price,
    /// As it was last written down; [`state_at`](Self::state_at) tells what it is by now.
    pub state: State,
    /// Would its guest wait for it?
    pub waits: bool,
    /// Their place in the host's line, the first is 1; of one who waits.
    pub place: Option<u32>,
    /// The host's address of it.
    pub agreement: Option<String>,
    /// Why it was refused or cancelled.
    pub words: Option<String>,
    /// Times that would have passed.
    pub alternatives: Vec<(Timestamp, Timestamp)>,
    /// Who cancelled it.
    pub cancelled_by: Option<Side>,
    /// Until when the host keeps it, if it said so.
    pub held_until: Option<Timestamp>,
    /// After which the host must not say yes.
    pub deadline: Timestamp,
    /// The event that asked.
    pub asked_by: EventId,
    /// When it was asked.
    pub requested_at: Timestamp,
    /// When the host said yes or no.
    pub answered_at: Option<Timestamp>,
    /// The time of the last thing that the host said.
    pub told_at: Option<Timestamp>,
    /// When the host is asked what became of it.
    pub poll_at: Option<Timestamp>,
    /// How often it was asked since something came of it.
    pub polls: u32,
    /// Since when the host does not answer that question.
    pub silent_since: Option<Timestamp>,
    /// How often it changed so that calendars should show it.
    pub sequence: u32,
    /// When it changed last.
    pub updated: Timestamp,
}

impl Away {
    /// Where it stands now.
    #[must_use]
    pub fn state_at(&self, now: Timestamp) -> State {
        self.state.at(self.deadline, now)
    }

    /// As far as it tells when its host is to be asked; `unheard` when it was taken back and the host does not know.
    #[must_use]
    pub fn standing(&self, unheard: bool) -> Standing {
        let Self { state, slot, held_until, deadline, polls, .. } = *self;
        Standing { state, slot, held_until, deadline, unheard, asked: polls }
    }
}

/// A question to a host that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// About which booking.
    pub away: AwayId,
    /// The host, by its id in the network.
    pub space: String,
    /// The host's address of it, where it has said one.
    pub agreement: Option<String>,
    /// When it was to be asked. What is different by then was settled by somebody else.
    pub poll_at: Timestamp,
}

macro_rules! columns {
    () => {
        "id, member_id, space_id, proposal, name, zone, rules_version, units, people, starts_at, ends_at, note, \
         price, state, agreement, words, alternatives, cancelled_by, held_until, deadline, asked_by, \
         requested_at, answered_at, told_at, sequence, updated, waits, place, series_id, original, poll_at, polls, \
         silent_since, wall_start, wall_end"
    };
}

mod own;

pub use own::{coming, over};

statements! {
    ADD = concat!("INSERT INTO away_booking (", columns!(), ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, \
          ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35)");
    SAVE = "UPDATE away_booking SET state = ?2, agreement = ?3, words = ?4, alternatives = ?5, cancelled_by = ?6, \
            held_until = ?7, answered_at = ?8, told_at = ?9, sequence = ?10, updated = ?11, poll_at = ?12, polls = ?13, \
            silent_since = ?14, asked_by = ?15, deadline = ?16, starts_at = ?17, ends_at = ?18, place = ?19 WHERE id = ?1";
    BY_ID = concat!("SELECT ", columns!(), " FROM away_booking WHERE id = ?1");
    BY_AGREEMENT = concat!("SELECT ", columns!(), " FROM away_booking WHERE agreement = ?1");
    LIST = concat!("SELECT ", columns!(), " FROM away_booking WHERE member_id = ?1 AND starts_at >= ?2 \
           AND (starts_at > ?2 OR id > ?3) AND starts_at < ?4 AND ends_at > ?5 ORDER BY starts_at, id LIMIT ?6");
    OF_SERIES = concat!("SELECT ", columns!(), " FROM away_booking WHERE series_id = ?1 AND starts_at >= ?2 \
                AND (starts_at > ?2 OR id > ?3) ORDER BY starts_at, id LIMIT ?4");
    STARTS_AT = "SELECT starts_at FROM away_booking WHERE id = ?1";
    AT_SPACE = concat!("SELECT ", columns!(), " FROM away_booking WHERE member_id = ?1 AND space_id = ?2 AND starts_at >= ?3 \
               AND starts_at <= ?4 AND ends_at > ?5 AND state IN ('confirmed', 'checked_in') \
               ORDER BY CASE state WHEN 'confirmed' THEN 0 ELSE 1 END, starts_at, id LIMIT 1");
    PRESENT = "SELECT space_id FROM away_booking WHERE member_id = ?1 AND starts_at >= ?2 AND starts_at <= ?3 AND ends_at > ?4 \
               AND state = 'checked_in' ORDER BY starts_at, id LIMIT 1";
    OPEN_OF = concat!("SELECT ", columns!(), " FROM away_booking WHERE member_id = ?1 \
              AND state IN ('sent', 'waiting', 'held', 'confirmed') ORDER BY starts_at, id LIMIT 1000");
    HUSH = "UPDATE away_booking SET note = NULL, words = NULL WHERE member_id = ?1";
    FORGET_REST = "DELETE FROM away_booking WHERE member_id = ?1 AND (poll_at IS NULL OR state <> 'cancelled')";
    EPOCH = "INSERT INTO host_epoch (space_id, epoch) VALUES (?1, ?2) ON CONFLICT (space_id) DO UPDATE \
             SET epoch = excluded.epoch WHERE host_epoch.epoch < excluded.epoch";
    // What the host said before it was set back is older than what it says now, whatever its clock showed.
    ASK_AT = "UPDATE away_booking SET poll_at = ?2, polls = 0, told_at = NULL WHERE space_id = ?1 AND state IN ('sent', 'waiting', 'held', 'confirmed')";
    ASK_ALL = "UPDATE away_booking SET poll_at = ?1, polls = 0 WHERE poll_at IS NOT NULL AND poll_at > ?1";
    REDUCE = "UPDATE away_booking SET reduced = 1, note = NULL, words = NULL WHERE id IN \
              (SELECT id FROM away_booking WHERE reduced = 0 AND ends_at < ?1 ORDER BY ends_at, id LIMIT ?2)";
    FORGET_OLD = "DELETE FROM away_booking WHERE id IN \
                  (SELECT id FROM away_booking WHERE reduced = 1 AND ends_at < ?1 ORDER BY ends_at, id LIMIT ?2)";
    OPEN_AT_HOST = "SELECT count(*) FROM actor a CROSS JOIN away_booking w ON w.space_id = a.id WHERE a.local = 0 \
                    AND a.server = ?1 AND w.state IN ('sent', 'waiting', 'held', 'confirmed', 'checked_in')";
    FORGET = "DELETE FROM away_booking WHERE id = ?1";
    POLL_DUE = "SELECT w.id, a.uri, w.agreement, w.poll_at FROM away_booking w CROSS JOIN actor a ON a.id = w.space_id \
                WHERE w.poll_at IS NOT NULL AND w.poll_at <= ?1 ORDER BY w.poll_at, w.id LIMIT ?2";
    // The state of a row whose deadline has passed says so by itself.
    DELIVERED = "SELECT state FROM delivery WHERE activity_id = ?1 ORDER BY inbox LIMIT 1";
}

fn read(row: &Row<'_>) -> Result<Away, Error> {
    let (Json(alternatives), Json(price)) = (row.get(16)?, row.get(12)?);
    let slot = Slot::between(row.get(9)?, row.get(10)?)
        .ok_or_else(|| Error::decode("an end after the beginning", &Value::Null))?;
    Ok(Away {
        id: row.get(0)?,
        member: row.get(1)?,
        space: row.get(2)?,
        proposal: row.get(3)?,
        name: row.get(4)?,
        zone: row.get(5)?,
        rules_version: row.get(6)?,
        part: part(row, 28)?,
        units: row.get(7)?,
        people: row.get(8)?,
        slot,
        note: row.get(11)?,
        price,
        state: row.get(13)?,
        agreement: row.get(14)?,
        words: row.get(15)?,
        alternatives,
        cancelled_by: row.get(17)?,
        held_until: row.get(18)?,
        deadline: row.get(19)?,
        asked_by: row.get(20)?,
        requested_at: row.get(21)?,
        answered_at: row.get(22)?,
        told_at: row.get(23)?,
        sequence: row.get(24)?,
        updated: row.get(25)?,
        waits: row.get(26)?,
        place: row.get(27)?,
        poll_at: row.get(30)?,
        polls: row.get(31)?,
        silent_since: row.get(32)?,
        wall_start: wall(row, 33)?,
        wall_end: wall(row, 34)?,
    })
}

fn wall(row: &Row<'_>, column: usize) -> Result<DateTime, Error> {
    let text: String = row.get(column)?;
    text.parse().map_err(|_| Error::decode("a date and time", &Value::Text(text.into())))
}

/// Writes one for the first time.
///
/// # Errors
/// The store's.
pub fn add(tx: &mut Tx<'_>, new: &Away) -> Result<(), Error> {
    tx.execute(
        ADD,
        params![
            new.id,
            new.member,
            new.space,
            &new.proposal,
            &new.name,
            &new.zone,
            new.rules_version.as_deref(),
            new.units,
            new.people,
            new.slot.start(),
            new.slot.end(),
            new.note.as_deref(),
            json::text(&new.price)?,
            new.state,
            new.agreement.as_deref(),
            new.words.as_deref(),
            json::text(&new.alternatives)?,
            new.cancelled_by,
            new.held_until,
            new.deadline,
            new.asked_by,
            new.requested_at,
            new.answered_at,
            new.told_at,
            new.sequence,
            new.updated,
            new.waits,
            new.place,
            new.part.map(|part| part.series),
            new.part.map(|part| part.original.to_string()),
            new.poll_at,
            new.polls,
            new.silent_since,
            new.wall_start.to_string(),
            new.wall_end.to_string()
        ],
    )?;
    Ok(())
}

/// Writes down where it stands.
///
/// # Errors
/// [`Error::Constraint`] when the host has given the address to another booking.
pub fn save(tx: &mut Tx<'_>, away: &Away) -> Result<(), Error> {
    tx.execute(
        SAVE,
        params![
            away.id,
            away.state,
            away.agreement.as_deref(),
            away.words.as_deref(),
            json::text(&away.alternatives)?,
            away.cancelled_by,
            away.held_until,
            away.answered_at,
            away.told_at,
            away.sequence,
            away.updated,
            away.poll_at,
            away.polls,
            away.silent_since,
            away.asked_by,
            away.deadline,
            away.slot.start(),
            away.slot.end(),
            away.place
        ],
    )?;
    Ok(())
}

/// The one with this number.
///
/// # Errors
/// The store's.
pub fn by_id(tx: &mut Tx<'_>, id: AwayId) -> Result<Option<Away>, Error> {
    tx.query_one(BY_ID, params![id], read)
}

/// The one to which the host has given this address.
///
/// # Errors
/// The store's.
pub fn by_agreement(tx: &mut Tx<'_>, uri: &str) -> Result<Option<Away>, Error> {
    tx.query_one(BY_AGREEMENT, params![uri], read)
}

/// A member's, those that touch a time, the first that begins first. The page goes on behind the one that it names.
///
/// # Errors
/// The store's.
pub fn list(tx: &mut Tx<'_>, member: MemberId, during: Slot, page: Page) -> Result<Slice<Away>, Error> {
    let (from, behind) = behind(tx, page, reach(during.start()))?;
    let asked = params![member, from, behind, during.end(), during.start(), page.fetched()];
    let rows = tx.query(LIST, asked, read)?;
    Ok(Slice::cut(rows, page, |away| away.id.0))
}

/// What a member has at a space now, or is about to have: what they are not checked in with comes first.
///
/// # Errors
/// The store's.
pub fn at_space(tx: &mut Tx<'_>, member: MemberId, space: ActorId, now: Timestamp) -> Result<Option<Away>, Error> {
    tx.query_one(AT_SPACE, params![member, space, reach(now), soon(now), now], read)
}

/// The space elsewhere where a member is checked in, as far as its host has said so.
///
/// # Errors
/// The store's.
pub fn present(tx: &mut Tx<'_>, member: MemberId, now: Timestamp) -> Result<Option<ActorId>, Error> {
    tx.query_one(PRESENT, params![member, reach(now), soon(now), now], |row| row.get(0))
}

/// How long before a time what touches it can have begun.
fn reach(at: Timestamp) -> Timestamp {
    at.saturating_sub(Slot::LONGEST).unwrap_or(Timestamp::MIN)
}

/// Whoever comes may be a little early.
fn soon(now: Timestamp) -> Timestamp {
    now.saturating_add(EARLY).unwrap_or(Timestamp::MAX)
}

/// Those of a series, the first that begins first. The page goes on behind the one that it names.
///
/// # Errors
/// The store's.
pub fn of_series(tx: &mut Tx<'_>, series: SeriesId, page: Page) -> Result<Slice<Away>, Error> {
    let (from, behind) = behind(tx, page, Timestamp::MIN)?;
    let rows = tx.query(OF_SERIES, params![series, from, behind, page.fetched()], read)?;
    Ok(Slice::cut(rows, page, |away| away.id.0))
}

/// From when a page goes on, and behind which of those that begin then.
fn behind(tx: &mut Tx<'_>, page: Page, first: Timestamp) -> Result<(Timestamp, i64), Error> {
    let Some(last) = page.before else { return Ok((first, 0)) };
    let starts_at = tx.query_one(STARTS_AT, params![last], |row| row.get(0))?;
    Ok((starts_at.unwrap_or(Timestamp::MAX), last))
}

/// What a member has asked for or has elsewhere and that has not begun; at most 1,000.
///
/// # Errors
/// The store's.
pub fn open_of(tx: &mut Tx<'_>, member: MemberId) -> Result<Vec<Away>, Error> {
    tx.query(OPEN_OF, params![member], read)
}

/// Forgets what a member had elsewhere, and all words; what was taken back stays until its host knows.
///
/// # Errors
/// The store's.
pub fn forget_of(tx: &mut Tx<'_>, member: MemberId) -> Result<(), Error> {
    tx.execute(FORGET_REST, params![member])?;
    tx.execute(HUSH, params![member])?;
    Ok(())
}

/// Keeps the epoch of a host; `true` when it is higher than the one that was known.
///
/// # Errors
/// The store's.
pub fn raise_epoch(tx: &mut Tx<'_>, space: ActorId, epoch: u32) -> Result<bool, Error> {
    Ok(tx.execute(EPOCH, params![space, epoch])? > 0)
}

/// A host is to be asked at once about all that members have or want there.
///
/// # Errors
/// The store's.
pub fn ask_about_all_at(tx: &mut Tx<'_>, space: ActorId, now: Timestamp) -> Result<(), Error> {
    tx.execute(ASK_AT, params![space, now])?;
    Ok(())
}

/// All hosts are to be asked at once about all of which there is more to hear.
///
/// # Errors
/// The store's.
pub fn ask_about_all(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), Error> {
    tx.execute(ASK_ALL, params![now])?;
    Ok(())
}

/// How much members have at a server, or have asked for there.
///
/// # Errors
/// The store's.
pub fn open_at_host(tx: &mut Tx<'_>, host: &str) -> Result<u32, Error> {
    Ok(tx.query_one(OPEN_AT_HOST, params![host], |row| row.get(0))?.unwrap_or_default())
}

/// Forgets the words of bookings that ended before `time`, at most `limit` at once; tells how many.
///
/// # Errors
/// The store's.
pub fn reduce(tx: &mut Tx<'_>, time: Timestamp, limit: u32) -> Result<u64, Error> {
    tx.execute(REDUCE, params![time, limit])
}

/// Forgets bookings that ended before `time` and whose words were forgotten before, at most `limit` at once; tells how many.
///
/// # Errors
/// The store's.
pub fn forget_old(tx: &mut Tx<'_>, time: Timestamp, limit: u32) -> Result<u64, Error> {
    tx.execute(FORGET_OLD, params![time, limit])
}

/// Forgets one.
///
/// # Errors
/// The store's.
pub fn forget(tx: &mut Tx<'_>, id: AwayId) -> Result<(), Error> {
    tx.execute(FORGET, params![id])?;
    Ok(())
}

/// Questions to hosts that are due, the longest due first.
///
/// # Errors
/// The store's.
pub fn poll_due(tx: &mut Tx<'_>, now: Timestamp, limit: u32) -> Result<Vec<Question>, Error> {
    tx.query(POLL_DUE, params![now, limit], |row| {
        Ok(Question { away: row.get(0)?, space: row.get(1)?, agreement: row.get(2)?, poll_at: row.get(3)? })
    })
}

/// What became of the delivery of the question: `None` as long as it has not been handed to the courier.
///
/// # Errors
/// The store's.
pub fn delivered(tx: &mut Tx<'_>, away: &Away) -> Result<Option<super::delivery::State>, Error> {
    tx.query_one(DELIVERED, params![away.asked_by], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
