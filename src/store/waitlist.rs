//! Who waits for what others have at our spaces: one line for each space, the first that came first.

use jiff::{SignedDuration, Timestamp};

use super::booking::Origin;
use super::json::{self, Json};
use super::page::{Page, Slice};
use super::plan::statements;
use super::{Error, Notice, Row, Tx, Value, params};
use crate::coworking::id::{ActorId, BookingId, EventId, ResourceId, SpaceId, WaitId};
use crate::coworking::resource::{Audience, Kind};
use crate::coworking::rules::Rules;
use crate::coworking::slot::Slot;
use crate::coworking::waitlist::{LINE, State, Wanted};

/// Somebody who waits, or did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// Which.
    pub id: WaitId,
    /// At which space.
    pub space: SpaceId,
    /// For what.
    pub resource: ResourceId,
    /// Of what sort that is.
    pub kind: Kind,
    /// Would anything else of the sort do?
    pub any_of_kind: bool,
    /// Who waits.
    pub requester: ActorId,
    /// Who put them on the list, if that is somebody of the front desk.
    pub booked_by: Option<ActorId>,
    /// By whose rules.
    pub audience: Audience,
    /// As it was last written down; [`state_at`](Self::state_at) tells what it is by now.
    pub state: State,
    /// What they want.
    pub wanted: Wanted,
    /// A word to the space.
    pub note: Option<String>,
    /// Where it comes from.
    pub origin: Origin,
    /// After which it must not be accepted.
    pub deadline: Option<Timestamp>,
    /// The event that said that they wait.
    pub told_by: EventId,
    /// When to look again.
    pub look_at: Timestamp,
    /// What they got.
    pub booking: Option<BookingId>,
    /// Until when that is kept for them; if they said yes before, until when it can be given back without being late.
    pub promised_until: Option<Timestamp>,
    /// Why they were taken off.
    pub words: Option<String>,
    /// Since when.
    pub joined_at: Timestamp,
    /// When it changed last.
    pub updated: Timestamp,
    /// The rules to which somebody from elsewhere said yes in advance; whoever waits here looks at what is held for them.
    pub rules: Option<Rules>,
}

impl Wait {
    /// Where they stand now.
    #[must_use]
    pub fn state_at(&self, now: Timestamp) -> State {
        self.state.at(&self.wanted, now)
    }
}

macro_rules! columns {
    () => {
        "id, space_id, resource_id, kind, any_of_kind, requester_id, booked_by_id, audience, state, starts_at, ends_at, \
         minutes, units, people, note, offer_uri, offer_hash, deadline, told_by, look_at, booking_id, promised_until, words, \
         joined_at, updated, rules"
    };
}

statements! {
    ADD = concat!("INSERT INTO waitlist (", columns!(), ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, \
          ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26)");
    SAVE = "UPDATE waitlist SET state = ?2, booking_id = ?3, promised_until = ?4, words = ?5, updated = ?6 WHERE id = ?1";
    BY_ID = concat!("SELECT ", columns!(), " FROM waitlist WHERE id = ?1");
    BY_OFFER = concat!("SELECT ", columns!(), " FROM waitlist WHERE offer_uri = ?1");
    LINE_OF = concat!("SELECT ", columns!(), " FROM waitlist WHERE space_id = ?1 AND state = 'waiting' \
              AND ends_at > ?2 AND starts_at < ?3 AND id > ?4 ORDER BY id LIMIT ?5");
    WAITING_OF = concat!("SELECT ", columns!(), " FROM waitlist WHERE requester_id = ?1 AND state = 'waiting' ORDER BY id LIMIT 100");
    OF_REQUESTER = concat!("SELECT ", columns!(), " FROM waitlist WHERE requester_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3");
    BEFORE = "SELECT count(*) FROM waitlist WHERE space_id = ?1 AND state = 'waiting' AND id < ?2 AND ends_at > ?3 \
              AND starts_at < ?4 AND (resource_id = ?5 OR kind = ?6 AND (any_of_kind = 1 OR CAST(?7 AS BIGINT) = 1))";
    IN_LINE = "SELECT count(*) FROM waitlist WHERE space_id = ?1 AND state = 'waiting'";
    OF_HOST = "SELECT count(*) FROM waitlist l CROSS JOIN actor a ON a.id = l.requester_id WHERE l.space_id = ?1 \
               AND l.state = 'waiting' AND a.server = (SELECT w.server FROM actor w WHERE w.id = ?2)";
    DUE = concat!("SELECT ", columns!(), " FROM waitlist WHERE state = 'waiting' AND look_at <= ?1 ORDER BY look_at, id LIMIT ?2");
    NEXT_LOOK = "SELECT look_at FROM waitlist WHERE state = 'waiting' ORDER BY look_at, id LIMIT 1";
    LOOK = "UPDATE waitlist SET look_at = ?2 WHERE id = ?1 AND state = 'waiting'";
    FREED = "UPDATE waitlist SET look_at = 0 WHERE space_id = (SELECT space_id FROM resource WHERE id = ?1) \
             AND state = 'waiting' AND ends_at > ?2 AND starts_at < ?3 AND look_at > 0";
    FREED_AT = "UPDATE waitlist SET look_at = 0 WHERE space_id = ?1 AND state = 'waiting' AND ends_at > ?2 AND starts_at < ?3 \
                AND look_at > 0";
    PROMISED = "SELECT promised_until FROM waitlist WHERE booking_id = ?1 ORDER BY id LIMIT 1";
    DELAY = "SELECT ended_at - created_at FROM delivery WHERE activity_id = ?1 AND state = 'done' ORDER BY inbox LIMIT 1";
    HUSH = "UPDATE waitlist SET note = NULL, words = NULL WHERE requester_id = ?1";
    TIDY = "DELETE FROM waitlist WHERE id IN (SELECT id FROM waitlist WHERE ends_at < ?1 ORDER BY ends_at, id LIMIT ?2)";
}

fn read(row: &Row<'_>) -> Result<Wait, Error> {
    let window = Slot::between(row.get(9)?, row.get(10)?)
        .ok_or_else(|| Error::decode("an end after the beginning", &Value::Null))?;
    let (uri, hash) = (row.get::<Option<String>>(15)?, row.get::<Option<Vec<u8>>>(16)?);
    let hash = hash.and_then(|hash| <[u8; 32]>::try_from(hash).ok()).unwrap_or_default();
    Ok(Wait {
        id: row.get(0)?,
        space: row.get(1)?,
        resource: row.get(2)?,
        kind: row.get(3)?,
        any_of_kind: row.get(4)?,
        requester: row.get(5)?,
        booked_by: row.get(6)?,
        audience: row.get(7)?,
        state: row.get(8)?,
        wanted: Wanted {
            window,
            length: SignedDuration::from_mins(row.get(11)?),
            units: row.get(12)?,
            people: row.get(13)?,
        },
        note: row.get(14)?,
        origin: uri.map_or(Origin::Here, |uri| Origin::Offer { uri, hash }),
        deadline: row.get(17)?,
        told_by: row.get(18)?,
        look_at: row.get(19)?,
        booking: row.get(20)?,
        promised_until: row.get(21)?,
        words: row.get(22)?,
        joined_at: row.get(23)?,
        updated: row.get(24)?,
        rules: row.get::<Option<Json<Rules>>>(25)?.map(|Json(rules)| rules),
    })
}

fn counted(count: Option<u32>) -> usize {
    usize::try_from(count.unwrap_or_default()).unwrap_or(usize::MAX)
}

/// Puts somebody at the end of the line.
///
/// # Errors
/// [`Error::Constraint`] for a second time by one offer.
pub fn add(tx: &mut Tx<'_>, new: &Wait) -> Result<(), Error> {
    let (uri, hash) = match &new.origin {
        Origin::Here => (None, None),
        Origin::Offer { uri, hash } => (Some(uri.as_str()), Some(hash)),
    };
    tx.execute(
        ADD,
        params![
            new.id,
            new.space,
            new.resource,
            new.kind,
            new.any_of_kind,
            new.requester,
            new.booked_by,
            new.audience,
            new.state,
            new.wanted.window.start(),
            new.wanted.window.end(),
            new.wanted.length.as_mins(),
            new.wanted.units,
            new.wanted.people,
            new.note.as_deref(),
            uri,
            hash,
            new.deadline,
            new.told_by,
            new.look_at,
            new.booking,
            new.promised_until,
            new.words.as_deref(),
            new.joined_at,
            new.updated,
            new.rules.as_ref().map(json::text).transpose()?
        ],
    )?;
    Ok(())
}

/// Writes down where somebody stands.
///
/// # Errors
/// The store's.
pub fn save(tx: &mut Tx<'_>, wait: &Wait) -> Result<(), Error> {
    let (words, promised) = (wait.words.as_deref(), wait.promised_until);
    tx.execute(SAVE, params![wait.id, wait.state, wait.booking, promised, words, wait.updated])?;
    Ok(())
}

/// The one with this number.
///
/// # Errors
/// The store's.
pub fn by_id(tx: &mut Tx<'_>, id: WaitId) -> Result<Option<Wait>, Error> {
    tx.query_one(BY_ID, params![id], read)
}

/// The one whom an activity put on the list.
///
/// # Errors
/// The store's.
pub fn by_offer(tx: &mut Tx<'_>, uri: &str) -> Result<Option<Wait>, Error> {
    tx.query_one(BY_OFFER, params![uri], read)
}

/// Those who wait at a space for something that touches a time, the first that came first; all of them.
///
/// # Errors
/// The store's.
pub fn line(tx: &mut Tx<'_>, space: SpaceId, during: Slot) -> Result<Vec<Wait>, Error> {
    let most = u32::try_from(LINE).unwrap_or(u32::MAX);
    tx.query(LINE_OF, params![space, during.start(), during.end(), WaitId(0), most], read)
}

/// The same in pages. A page goes on behind the one whom it names.
///
/// # Errors
/// The store's.
pub fn list(tx: &mut Tx<'_>, space: SpaceId, during: Slot, page: Page) -> Result<Slice<Wait>, Error> {
    let behind = WaitId(page.before.unwrap_or(0));
    let rows = tx.query(LINE_OF, params![space, during.start(), during.end(), behind, page.fetched()], read)?;
    Ok(Slice::cut(rows, page, |wait| wait.id.0))
}

/// What somebody waits for; at most 100.
///
/// # Errors
/// The store's.
pub fn waiting_of(tx: &mut Tx<'_>, requester: ActorId) -> Result<Vec<Wait>, Error> {
    tx.query(WAITING_OF, params![requester], read)
}

/// What somebody waits for or waited for, the newest first.
///
/// # Errors
/// The store's.
pub fn of_requester(tx: &mut Tx<'_>, requester: ActorId, page: Page) -> Result<Slice<Wait>, Error> {
    let rows = tx.query(OF_REQUESTER, params![requester, page.below(), page.fetched()], read)?;
    Ok(Slice::cut(rows, page, |wait| wait.id.0))
}

/// How many are before somebody who want the same.
///
/// # Errors
/// The store's.
pub fn before(tx: &mut Tx<'_>, wait: &Wait) -> Result<usize, Error> {
    let window = wait.wanted.window;
    let asked = params![wait.space, wait.id, window.start(), window.end(), wait.resource, wait.kind, wait.any_of_kind];
    Ok(counted(tx.query_one(BEFORE, asked, |row| row.get(0))?))
}

/// How many wait at a space.
///
/// # Errors
/// The store's.
pub fn in_line(tx: &mut Tx<'_>, space: SpaceId) -> Result<usize, Error> {
    Ok(counted(tx.query_one(IN_LINE, params![space], |row| row.get(0))?))
}

/// How many people of one server, somebody's of them, wait at a space.
///
/// # Errors
/// The store's.
pub fn of_host(tx: &mut Tx<'_>, space: SpaceId, somebody: ActorId) -> Result<usize, Error> {
    Ok(counted(tx.query_one(OF_HOST, params![space, somebody], |row| row.get(0))?))
}

/// Those for whom it is time to look, the first whose time came first.
///
/// # Errors
/// The store's.
pub fn due(tx: &mut Tx<'_>, now: Timestamp, limit: u32) -> Result<Vec<Wait>, Error> {
    tx.query(DUE, params![now, limit], read)
}

/// When it is time to look for the next time.
///
/// # Errors
/// The store's.
pub fn next_look(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, Error> {
    tx.query_one(NEXT_LOOK, params![], |row| row.get(0))
}

/// Looks again at this time.
///
/// # Errors
/// The store's.
pub fn look_again(tx: &mut Tx<'_>, id: WaitId, at: Timestamp) -> Result<(), Error> {
    tx.execute(LOOK, params![id, at])?;
    Ok(())
}

/// Something of a resource came free: it is time to look for those who wait at its space for a time that touches it.
///
/// # Errors
/// The store's.
pub fn freed(tx: &mut Tx<'_>, resource: ResourceId, during: Slot) -> Result<(), Error> {
    if tx.execute(FREED, params![resource, during.start(), during.end()])? > 0 {
        tx.notify(Notice::Freed);
    }
    Ok(())
}

/// More can be had at a space than before, at times that touch this.
///
/// # Errors
/// The store's.
pub fn freed_at(tx: &mut Tx<'_>, space: SpaceId, during: Slot) -> Result<(), Error> {
    if tx.execute(FREED_AT, params![space, during.start(), during.end()])? > 0 {
        tx.notify(Notice::Freed);
    }
    Ok(())
}

/// Until when a booking was promised to somebody who had waited for it.
///
/// # Errors
/// The store's.
pub fn promised_until(tx: &mut Tx<'_>, booking: BookingId) -> Result<Option<Timestamp>, Error> {
    Ok(tx.query_one(PROMISED, params![booking], |row| row.get(0))?.flatten())
}

/// How long it took until somebody elsewhere had the answer that they wait, if they have it.
///
/// # Errors
/// The store's.
pub fn delay(tx: &mut Tx<'_>, wait: &Wait) -> Result<Option<SignedDuration>, Error> {
    let millis = tx.query_one(DELAY, params![wait.told_by], |row| row.get::<Option<i64>>(0))?.flatten();
    Ok(millis.map(SignedDuration::from_millis))
}

/// Forgets all words of and to somebody who waited.
///
/// # Errors
/// The store's.
pub fn hush(tx: &mut Tx<'_>, requester: ActorId) -> Result<(), Error> {
    tx.execute(HUSH, params![requester])?;
    Ok(())
}

/// Forgets those who waited for a time that was over before `time`, at most `limit` at once; tells how many.
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
