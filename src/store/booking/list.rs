//! Lists of bookings: those of a member, of a space, of a resource, and those that wait for staff.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};

use super::calendar::days;
use super::life::{Booking, SHORT, columns, read};
use crate::coworking::booking::{CheckedInBy, State};
use crate::coworking::id::{ActorId, BookingId, ResourceId, SeriesId, SpaceId};
use crate::coworking::slot::Slot;
use crate::store::page::{Page, Slice};
use crate::store::plan::statements;
use crate::store::{Error, Row, Tx, params};

/// Whose bookings, or of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Somebody's.
    Requester(ActorId),
    /// At a space.
    Space(SpaceId),
    /// Of one resource.
    Resource(ResourceId),
    /// Of a series.
    Series(SeriesId),
}

macro_rules! list {
    ($column:literal) => {
        concat!(
            "SELECT ",
            columns!("b."),
            " FROM booking b WHERE b.",
            $column,
            " = ?1 AND b.long = ?2 AND (b.starts_at > ?3 OR b.starts_at = ?3 AND b.id > ?4) AND b.starts_at >= ?3 \
             AND b.starts_at < ?5 AND b.ends_at > ?6 ORDER BY b.starts_at, b.id LIMIT ?7"
        )
    };
}

/// As [`had`] reads them.
macro_rules! had_columns {
    () => {
        "b.id, b.state, b.expires_at, b.starts_at, b.ends_at, b.units, b.late, b.checked_out_at, b.checked_in_by, b.estimated"
    };
}

statements! {
    OF_REQUESTER = list!("requester_id");
    OF_SPACE = list!("space_id");
    OF_RESOURCE = list!("resource_id");
    OF_SERIES = list!("series_id");
    WAITING_OF_HOST = "SELECT count(*) FROM booking b CROSS JOIN actor a ON a.id = b.requester_id \
                       WHERE b.space_id = ?1 AND b.state = 'requested' AND b.expires_at > ?3 \
                       AND a.server = (SELECT w.server FROM actor w WHERE w.id = ?2)";
    OPEN_OF = concat!("SELECT ", columns!(""), " FROM booking WHERE requester_id = ?1 \
               AND state IN ('requested', 'held', 'confirmed') ORDER BY starts_at, id LIMIT 1000");
    // By a sign that changes nothing: what one person has is looked for among theirs, and not among all that is booked of it.
    OWN = concat!("SELECT ", had_columns!(), " FROM booking b WHERE b.requester_id = ?1 AND b.long = ?2 AND b.starts_at >= ?3 \
           AND b.starts_at < ?4 AND b.ends_at > ?5 AND +b.resource_id = ?6 \
           AND (b.state IN ('requested', 'held', 'confirmed', 'checked_in', 'completed', 'no_show') OR b.late = 1) \
           ORDER BY b.starts_at LIMIT 5000");
    OF_HOST = concat!("SELECT ", had_columns!(), " FROM booking b \
               CROSS JOIN actor a ON a.id = b.requester_id WHERE b.resource_id = ?1 AND b.long = ?2 AND b.starts_at >= ?3 \
               AND b.starts_at < ?4 AND b.ends_at > ?5 AND b.state IN ('held', 'confirmed', 'checked_in') \
               AND a.server = (SELECT w.server FROM actor w WHERE w.id = ?6) ORDER BY b.starts_at LIMIT 50000");
    STAYS = concat!("SELECT ", had_columns!(), " FROM booking b WHERE b.requester_id = ?1 AND b.long = ?2 AND b.starts_at >= ?3 \
             AND b.starts_at < ?4 AND b.ends_at > ?5 AND +b.space_id = ?6 AND b.audience = 'guest' \
             AND (b.state IN ('requested', 'held', 'confirmed', 'checked_in', 'completed', 'no_show') OR b.late = 1) \
             ORDER BY b.starts_at LIMIT 5000");
    GUESTS = "SELECT DISTINCT c.booking_id FROM claim c CROSS JOIN booking b ON b.id = c.booking_id \
              WHERE c.resource_id = ?1 AND c.day >= ?2 AND c.day <= ?3 AND b.audience = 'guest'";
    OPEN_AROUND = concat!("SELECT ", columns!(""), " FROM booking WHERE space_id = ?1 AND long = ?2 AND starts_at >= ?3 AND starts_at < ?4 \
                   AND ends_at > ?5 AND state IN ('requested', 'held', 'confirmed', 'checked_in') ORDER BY starts_at, id LIMIT 5000");
    BOOKED = "SELECT id FROM booking WHERE resource_id = ?1 AND long = ?2 AND starts_at >= ?3 AND ends_at > ?4 \
              AND state IN ('requested', 'held', 'confirmed', 'checked_in') ORDER BY starts_at, id LIMIT 1";
    // What was asked for together is one thing for those who answer.
    WAITING_OF = "SELECT count(DISTINCT coalesce(context, CAST(id AS TEXT))) FROM booking \
                  WHERE space_id = ?1 AND state = 'requested' AND requester_id = ?2 \
                  AND (context IS NULL OR context <> ?3) AND expires_at > ?4";
    // What was answered at once was answered by the rules: people took longer, and what they said counts as any booking does.
    REFUSED_SINCE = "SELECT count(*) FROM booking WHERE requester_id = ?1 AND state = 'refused' AND answered_at = requested_at \
                     AND requested_at > ?2";
    FORGET_REFUSED = "DELETE FROM booking WHERE id IN (SELECT id FROM booking WHERE state = 'refused' AND offer_uri IS NOT NULL \
                      AND answered_at = requested_at AND id < ?1 ORDER BY id LIMIT ?2)";
    AHEAD = concat!("SELECT ", columns!(""), " FROM booking WHERE space_id = ?1 AND starts_at >= ?2 \
             AND (starts_at > ?2 OR id > ?3) AND state IN ('requested', 'held', 'confirmed') ORDER BY starts_at, id LIMIT 500");
    OPEN_FROM_ELSEWHERE = "SELECT id, state FROM booking WHERE due_at IS NOT NULL AND offer_uri IS NOT NULL \
                           AND state IN ('requested', 'held', 'confirmed', 'checked_in') ORDER BY due_at, id LIMIT ?1";
    OPEN_OF_HOST = "SELECT count(*) FROM actor a CROSS JOIN booking b ON b.requester_id = a.id WHERE a.local = 0 \
                    AND a.server = ?1 AND b.state IN ('requested', 'held', 'confirmed', 'checked_in')";
    STARTS_AT = "SELECT starts_at FROM booking WHERE id = ?1";
    WAITING = concat!("SELECT ", columns!(""), " FROM booking WHERE space_id = ?1 AND state = 'requested' AND id > ?2 \
               ORDER BY id LIMIT ?3");
}

/// What somebody has or had, as far as it counts against them, without the rest of its booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Had {
    /// By which booking.
    pub id: BookingId,
    /// As it was last written down.
    pub state: State,
    /// Until when it is held, or staff can decide.
    pub expires_at: Option<Timestamp>,
    /// When.
    pub slot: Slot,
    /// How many units.
    pub units: u32,
    /// Was it given back too late?
    pub late: bool,
    /// When its guest left.
    pub checked_out_at: Option<Timestamp>,
    /// Who said that its guest was there.
    pub checked_in_by: Option<CheckedInBy>,
    /// Did nobody see when its guest left?
    pub estimated: bool,
}

impl Had {
    /// Where it stands now.
    #[must_use]
    pub fn state_at(&self, now: Timestamp) -> State {
        self.state.at(self.expires_at, now)
    }
}

fn had(row: &Row<'_>) -> Result<Had, Error> {
    let slot = Slot::new(row.get(3)?, row.get(4)?)
        .map_err(|_| Error::decode("an end after the beginning", &crate::store::Value::Null))?;
    Ok(Had {
        id: row.get(0)?,
        state: row.get(1)?,
        expires_at: row.get(2)?,
        slot,
        units: row.get(5)?,
        late: row.get(6)?,
        checked_out_at: row.get(7)?,
        checked_in_by: row.get(8)?,
        estimated: row.get(9)?,
    })
}

/// What touches a time from some moment on: the short ones can have begun a day before it, the long ones a year. Few are long,
/// so that no list reads a year of the others.
pub(in crate::store) const BEGAN: [(bool, SignedDuration); 2] = [(false, SHORT), (true, Slot::LONGEST)];

pub(in crate::store) fn before(at: Timestamp, reach: SignedDuration) -> Timestamp {
    at.saturating_sub(reach).unwrap_or(Timestamp::MIN)
}

/// Bookings that touch a time, the first that begins first. The page goes on behind the booking that it names.
///
/// # Errors
/// The store's.
pub fn list(tx: &mut Tx<'_>, of: Of, during: Slot, page: Page) -> Result<Slice<Booking>, Error> {
    let (sql, id) = match of {
        Of::Requester(actor) => (OF_REQUESTER, actor.0),
        Of::Space(space) => (OF_SPACE, space.0),
        Of::Resource(resource) => (OF_RESOURCE, resource.0),
        Of::Series(series) => (OF_SERIES, series.0),
    };
    let last = match page.before {
        None => None,
        Some(last) => {
            let starts_at = tx.query_one(STARTS_AT, params![last], |row| row.get(0))?;
            Some((starts_at.unwrap_or(Timestamp::MAX), last))
        }
    };
    let mut rows = Vec::new();
    for (long, reach) in BEGAN {
        let first = (before(during.start(), reach), 0);
        let (from, behind) = last.map_or(first, |last| last.max(first));
        let asked = params![id, long, from, behind, during.end(), during.start(), page.fetched()];
        rows.extend(tx.query(sql, asked, read)?);
    }
    rows.sort_by_key(|booking| (booking.slot.start(), booking.id));
    rows.truncate(page.limit() as usize + 1);
    Ok(Slice::cut(rows, page, |booking| booking.id.0))
}

/// All that somebody has, had, missed or gave back late of one resource around a time; at most 5,000.
///
/// # Errors
/// The store's.
pub fn of_requester(
    tx: &mut Tx<'_>,
    requester: ActorId,
    resource: ResourceId,
    during: Slot,
) -> Result<Vec<Had>, Error> {
    let mut all = Vec::new();
    for (long, reach) in BEGAN {
        let from = before(during.start(), reach);
        all.extend(tx.query(OWN, params![requester, long, from, during.end(), during.start(), resource], had)?);
    }
    Ok(all)
}

/// What the people of one server, somebody's of them, have of a resource around a time; at most 50,000.
///
/// # Errors
/// The store's.
pub fn of_host(tx: &mut Tx<'_>, somebody: ActorId, resource: ResourceId, during: Slot) -> Result<Vec<Had>, Error> {
    let mut all = Vec::new();
    for (long, reach) in BEGAN {
        let asked = params![resource, long, before(during.start(), reach), during.end(), during.start(), somebody];
        all.extend(tx.query(OF_HOST, asked, had)?);
    }
    Ok(all)
}

/// All that a guest from a trusted space has, had, missed or gave back late at a space around a time; at most 5,000.
///
/// # Errors
/// The store's.
pub fn stays(tx: &mut Tx<'_>, requester: ActorId, space: SpaceId, during: Slot) -> Result<Vec<Had>, Error> {
    let mut all = Vec::new();
    for (long, reach) in BEGAN {
        let from = before(during.start(), reach);
        all.extend(tx.query(STAYS, params![requester, long, from, during.end(), during.start(), space], had)?);
    }
    Ok(all)
}

/// Which of those who have something of a resource on the days that a time touches are guests from trusted spaces.
///
/// # Errors
/// The store's.
pub fn guests(tx: &mut Tx<'_>, resource: ResourceId, around: Slot) -> Result<HashSet<BookingId>, Error> {
    let (first, last) = days(around);
    Ok(tx.query(GUESTS, params![resource, first, last], |row| row.get(0))?.into_iter().collect())
}

/// Has anybody booked a resource from now on?
///
/// # Errors
/// The store's.
pub fn is_booked(tx: &mut Tx<'_>, resource: ResourceId, now: Timestamp) -> Result<bool, Error> {
    for (long, reach) in BEGAN {
        let asked = params![resource, long, before(now, reach), now];
        if tx.query_one(BOOKED, asked, |row| row.get::<BookingId>(0))?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// How many requests of somebody still wait for the staff of a space; those that were made together are one, and those made
/// together with `context` none.
///
/// # Errors
/// The store's.
pub fn waiting_of(
    tx: &mut Tx<'_>,
    space: SpaceId,
    requester: ActorId,
    context: Option<&str>,
    now: Timestamp,
) -> Result<usize, Error> {
    let asked = params![space, requester, context.unwrap_or_default(), now];
    let count = tx.query_one(WAITING_OF, asked, |row| row.get::<u32>(0))?;
    Ok(usize::try_from(count.unwrap_or_default()).unwrap_or(usize::MAX))
}

/// How often somebody was refused at once since a time.
///
/// # Errors
/// The store's.
pub fn refused_since(tx: &mut Tx<'_>, requester: ActorId, since: Timestamp) -> Result<usize, Error> {
    let count = tx.query_one(REFUSED_SINCE, params![requester, since], |row| row.get::<u32>(0))?;
    Ok(usize::try_from(count.unwrap_or_default()).unwrap_or(usize::MAX))
}

/// Forgets what was refused at once to people elsewhere before `time`, at most `limit` at once; tells how many. What staff
/// declined is kept as other bookings are: it says how far requests are honoured.
///
/// # Errors
/// The store's.
pub fn forget_refused(tx: &mut Tx<'_>, time: Timestamp, limit: u32) -> Result<u64, Error> {
    tx.execute(FORGET_REFUSED, params![crate::store::id::first_at(time), limit])
}

/// What is to come or going on, and touches a time, at a space; at most 5,000 of a day and 5,000 that take longer.
///
/// # Errors
/// The store's.
pub fn around(tx: &mut Tx<'_>, space: SpaceId, during: Slot) -> Result<Vec<Booking>, Error> {
    let mut all = Vec::new();
    for (long, reach) in BEGAN {
        let from = before(during.start(), reach);
        all.extend(tx.query(OPEN_AROUND, params![space, long, from, during.end(), during.start()], read)?);
    }
    all.sort_by_key(|booking| (booking.slot.start(), booking.id));
    Ok(all)
}

/// What waits for staff, the first that asked first. The page goes on behind the booking that it names.
///
/// # Errors
/// The store's.
pub fn waiting(tx: &mut Tx<'_>, space: SpaceId, page: Page) -> Result<Slice<Booking>, Error> {
    let behind = BookingId(page.before.unwrap_or(0));
    let rows = tx.query(WAITING, params![space, behind, page.fetched()], read)?;
    Ok(Slice::cut(rows, page, |booking| booking.id.0))
}

/// How many requests of the people of one server, somebody's of them, still wait for the staff of a space.
///
/// # Errors
/// The store's.
pub fn waiting_of_host(tx: &mut Tx<'_>, space: SpaceId, somebody: ActorId, now: Timestamp) -> Result<usize, Error> {
    let count = tx.query_one(WAITING_OF_HOST, params![space, somebody, now], |row| row.get::<u32>(0))?;
    Ok(usize::try_from(count.unwrap_or_default()).unwrap_or(usize::MAX))
}

/// What somebody has that has not begun; at most 1,000.
///
/// # Errors
/// The store's.
pub fn open_of(tx: &mut Tx<'_>, requester: ActorId) -> Result<Vec<Booking>, Error> {
    tx.query(OPEN_OF, params![requester], read)
}

/// What is still to come at a space, behind a booking in the order of the beginnings; at most 500.
///
/// # Errors
/// The store's.
pub fn ahead(tx: &mut Tx<'_>, space: SpaceId, from: Timestamp, behind: BookingId) -> Result<Vec<Booking>, Error> {
    tx.query(AHEAD, params![space, from, behind], read)
}

/// What stands or waits for an answer and was asked for elsewhere, that at which something happens first first; at most `limit`.
///
/// # Errors
/// The store's.
pub fn open_from_elsewhere(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<(BookingId, State)>, Error> {
    tx.query(OPEN_FROM_ELSEWHERE, params![limit], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// How much the people of a server have at this node, or wait for.
///
/// # Errors
/// The store's.
pub fn open_of_host(tx: &mut Tx<'_>, host: &str) -> Result<u32, Error> {
    Ok(tx.query_one(OPEN_OF_HOST, params![host], |row| row.get(0))?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }

    #[tokio::test]
    async fn what_one_person_has_is_looked_for_among_theirs() {
        for sql in [OWN, STAYS] {
            crate::store::plan::looks_in(sql, "booking_requester").await;
        }
    }
}
