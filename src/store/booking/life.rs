//! One booking: its row, from the first asking to its end.

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::coworking::booking::{CheckedInBy, Side, State};
use crate::coworking::id::{ActorId, BookingId, ResourceId, SpaceId};
use crate::coworking::resource::Audience;
use crate::coworking::rules::Rules;
use crate::coworking::series::Part;
use crate::coworking::slot::Slot;
use crate::store::json::{self, Json};
use crate::store::plan::statements;
use crate::store::{Error, Row, Tx, params};

/// Where a booking comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// It was asked for at this node.
    Here,
    /// It was asked for by an activity from elsewhere.
    Offer {
        /// The activity's id.
        uri: String,
        /// SHA-256 of what it asks.
        hash: [u8; 32],
    },
}

/// What was answered to a wish that was refused, so that it can be answered again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The rule or the refusal, as a code.
    pub reason: String,
    /// Times that would have passed then.
    pub alternatives: Vec<(Timestamp, Timestamp)>,
}

/// Something that is held, beside somebody who would hold something, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// Is it theirs?
    pub own: bool,
    /// Is it of somebody who lives at the same server?
    pub of_host: bool,
    /// Of what.
    pub resource: ResourceId,
    /// When.
    pub slot: Slot,
    /// How many units.
    pub units: u32,
}

/// A booking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Booking {
    /// Which.
    pub id: BookingId,
    /// At which space.
    pub space: SpaceId,
    /// Of what.
    pub resource: ResourceId,
    /// Whose it is.
    pub requester: ActorId,
    /// Who asked for it, if that is somebody of the front desk.
    pub booked_by: Option<ActorId>,
    /// For whom, if that is somebody without an account.
    pub guest: Option<String>,
    /// Whose booking it is, as far as rules go.
    pub audience: Audience,
    /// As it was last written down; [`state_at`](Self::state_at) tells what it is by now.
    pub state: State,
    /// How many units.
    pub units: u32,
    /// The one that was chosen, from 0.
    pub unit: Option<u32>,
    /// For how many people.
    pub people: u32,
    /// When.
    pub slot: Slot,
    /// When it begins, as the clock of the space shows it.
    pub wall_start: DateTime,
    /// When it ends, as the clock of the space shows it.
    pub wall_end: DateTime,
    /// The clock's zone.
    pub zone: String,
    /// The rules under which it was given.
    pub rules: Rules,
    /// A word to the space.
    pub note: Option<String>,
    /// Why rules were passed over.
    pub override_reason: Option<String>,
    /// Why it was refused or cancelled.
    pub words: Option<String>,
    /// What was answered, if it was refused.
    pub refusal: Option<Refused>,
    /// Where it comes from.
    pub origin: Origin,
    /// What it was asked for together with.
    pub context: Option<String>,
    /// Where it stands in a series.
    pub part: Option<Part>,
    /// Until when it is held, or staff can decide.
    pub expires_at: Option<Timestamp>,
    /// Who cancelled it.
    pub cancelled_by: Option<Side>,
    /// Was it cancelled late?
    pub late: bool,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When it was confirmed or refused.
    pub answered_at: Option<Timestamp>,
    /// When its guest came.
    pub checked_in_at: Option<Timestamp>,
    /// Who or what said so.
    pub checked_in_by: Option<CheckedInBy>,
    /// When its guest left.
    pub checked_out_at: Option<Timestamp>,
    /// Did nobody see its guest leave?
    pub estimated: bool,
    /// How often it changed so that calendars should show it.
    pub sequence: u32,
    /// When it changed last.
    pub updated: Timestamp,
}

impl Booking {
    /// Where it stands now.
    #[must_use]
    pub fn state_at(&self, now: Timestamp) -> State {
        self.state.at(self.expires_at, now)
    }

    /// When something happens to it by itself.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        let release = self.rules.release;
        crate::coworking::booking::due(self.state, self.slot, self.expires_at, self.answered_at, release)
    }
}

macro_rules! columns {
    ($prefix:literal) => {
        concat!(
            $prefix,
            "id, ",
            $prefix,
            "space_id, ",
            $prefix,
            "resource_id, ",
            $prefix,
            "requester_id, ",
            $prefix,
            "booked_by_id, ",
            $prefix,
            "guest, ",
            $prefix,
            "audience, ",
            $prefix,
            "state, ",
            $prefix,
            "units, ",
            $prefix,
            "unit, ",
            $prefix,
            "people, ",
            $prefix,
            "starts_at, ",
            $prefix,
            "ends_at, ",
            $prefix,
            "wall_start, ",
            $prefix,
            "wall_end, ",
            $prefix,
            "zone, ",
            $prefix,
            "rules, ",
            $prefix,
            "note, ",
            $prefix,
            "override_reason, ",
            $prefix,
            "words, ",
            $prefix,
            "offer_uri, ",
            $prefix,
            "offer_hash, ",
            $prefix,
            "context, ",
            $prefix,
            "expires_at, ",
            $prefix,
            "refusal, ",
            $prefix,
            "cancelled_by, ",
            $prefix,
            "late, ",
            $prefix,
            "requested_at, ",
            $prefix,
            "answered_at, ",
            $prefix,
            "checked_in_at, ",
            $prefix,
            "checked_out_at, ",
            $prefix,
            "estimated, ",
            $prefix,
            "sequence, ",
            $prefix,
            "updated, ",
            $prefix,
            "checked_in_by, ",
            $prefix,
            "series_id, ",
            $prefix,
            "original"
        )
    };
}
pub(super) use columns;

statements! {
    ADD = concat!("INSERT INTO booking (", columns!(""), ", due_at, long) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, \
          ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35, ?36, ?37, ?38, ?39)");
    SAVE = "UPDATE booking SET state = ?2, words = ?3, expires_at = ?4, cancelled_by = ?5, late = ?6, answered_at = ?7, \
            checked_in_at = ?8, checked_out_at = ?9, estimated = ?10, sequence = ?11, updated = ?12, due_at = ?13, unit = ?14, \
            override_reason = ?15, refusal = ?16, checked_in_by = ?17 WHERE id = ?1";
    MOVE = "UPDATE booking SET starts_at = ?2, ends_at = ?3, wall_start = ?4, wall_end = ?5, zone = ?6, units = ?7, \
            people = ?8, rules = ?9, resource_id = ?10, note = ?11, guest = ?12, space_id = ?13, long = ?14 WHERE id = ?1";
    BY_ID = concat!("SELECT ", columns!(""), " FROM booking WHERE id = ?1");
    BY_OFFER = concat!("SELECT ", columns!(""), " FROM booking WHERE offer_uri = ?1");
    DUE = "SELECT id FROM booking WHERE due_at IS NOT NULL AND due_at <= ?1 ORDER BY due_at, id LIMIT ?2";
    NEXT_DUE = "SELECT due_at FROM booking WHERE due_at IS NOT NULL ORDER BY due_at, id LIMIT 1";
    // Whoever moves away from what they waited for holds it like everybody else.
    HOLDS = "SELECT b.requester_id, a.server = w.server, b.resource_id, b.starts_at, b.ends_at, b.units \
             FROM booking b CROSS JOIN actor a ON a.id = b.requester_id CROSS JOIN actor w ON w.id = ?2 \
             WHERE b.state = 'held' AND b.expires_at > ?1 AND b.id <> ?3 AND NOT EXISTS (SELECT 1 FROM waitlist l \
             WHERE l.booking_id = b.id AND l.starts_at <= b.starts_at AND l.ends_at >= b.ends_at AND l.units >= b.units \
             AND (l.resource_id = b.resource_id OR l.any_of_kind = 1)) \
             ORDER BY b.expires_at LIMIT 10000";
    PRESENT = "SELECT id FROM booking WHERE requester_id = ?1 AND state = 'checked_in' ORDER BY id LIMIT 100";
}

/// Longer than the longest day is long.
pub(super) const SHORT: SignedDuration = SignedDuration::from_hours(26);

fn is_long(slot: Slot) -> bool {
    slot.elapsed() > SHORT
}

pub(super) fn read(row: &Row<'_>) -> Result<Booking, Error> {
    let Json(rules) = row.get(16)?;
    let slot = Slot::new(row.get(11)?, row.get(12)?)
        .map_err(|_| Error::decode("an end after the beginning", &crate::store::Value::Null))?;
    let (uri, hash) = (row.get::<Option<String>>(20)?, row.get::<Option<Vec<u8>>>(21)?);
    let hash = hash.and_then(|hash| <[u8; 32]>::try_from(hash).ok());
    Ok(Booking {
        id: row.get(0)?,
        space: row.get(1)?,
        resource: row.get(2)?,
        requester: row.get(3)?,
        booked_by: row.get(4)?,
        guest: row.get(5)?,
        audience: row.get(6)?,
        state: row.get(7)?,
        units: row.get(8)?,
        unit: row.get(9)?,
        people: row.get(10)?,
        slot,
        wall_start: wall(row, 13)?,
        wall_end: wall(row, 14)?,
        zone: row.get(15)?,
        rules,
        note: row.get(17)?,
        override_reason: row.get(18)?,
        words: row.get(19)?,
        origin: uri.map_or(Origin::Here, |uri| Origin::Offer { uri, hash: hash.unwrap_or_default() }),
        context: row.get(22)?,
        part: part(row, 35)?,
        expires_at: row.get(23)?,
        refusal: row.get::<Option<Json<Refused>>>(24)?.map(|Json(refused)| refused),
        cancelled_by: row.get(25)?,
        late: row.get(26)?,
        requested_at: row.get(27)?,
        answered_at: row.get(28)?,
        checked_in_at: row.get(29)?,
        checked_in_by: row.get(34)?,
        checked_out_at: row.get(30)?,
        estimated: row.get(31)?,
        sequence: row.get(32)?,
        updated: row.get(33)?,
    })
}

pub(in crate::store) fn wall(row: &Row<'_>, column: usize) -> Result<DateTime, Error> {
    let text: String = row.get(column)?;
    text.parse().map_err(|_| Error::decode("a date and time", &crate::store::Value::Text(text.into())))
}

/// Where it stands in a series, from two columns.
pub(in crate::store) fn part(row: &Row<'_>, column: usize) -> Result<Option<Part>, Error> {
    match row.get(column)? {
        Some(series) => Ok(Some(Part { series, original: wall(row, column.saturating_add(1))? })),
        None => Ok(None),
    }
}

/// Writes a booking for the first time.
///
/// # Errors
/// [`Error::Constraint`] for a second one of one offer.
pub fn add(tx: &mut Tx<'_>, new: &Booking) -> Result<(), Error> {
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
            new.requester,
            new.booked_by,
            new.guest.as_deref(),
            new.audience,
            new.state,
            new.units,
            new.unit,
            new.people,
            new.slot.start(),
            new.slot.end(),
            new.wall_start.to_string(),
            new.wall_end.to_string(),
            &new.zone,
            json::text(&new.rules)?,
            new.note.as_deref(),
            new.override_reason.as_deref(),
            new.words.as_deref(),
            uri,
            hash,
            new.context.as_deref(),
            new.expires_at,
            new.refusal.as_ref().map(json::text).transpose()?,
            new.cancelled_by,
            new.late,
            new.requested_at,
            new.answered_at,
            new.checked_in_at,
            new.checked_out_at,
            new.estimated,
            new.sequence,
            new.updated,
            new.checked_in_by,
            new.part.map(|part| part.series),
            new.part.map(|part| part.original.to_string()),
            new.due(),
            is_long(new.slot)
        ],
    )?;
    Ok(())
}

/// Writes down where it stands.
///
/// # Errors
/// The store's.
pub fn save(tx: &mut Tx<'_>, booking: &Booking) -> Result<(), Error> {
    tx.execute(
        SAVE,
        params![
            booking.id,
            booking.state,
            booking.words.as_deref(),
            booking.expires_at,
            booking.cancelled_by,
            booking.late,
            booking.answered_at,
            booking.checked_in_at,
            booking.checked_out_at,
            booking.estimated,
            booking.sequence,
            booking.updated,
            booking.due(),
            booking.unit,
            booking.override_reason.as_deref(),
            booking.refusal.as_ref().map(json::text).transpose()?,
            booking.checked_in_by
        ],
    )?;
    Ok(())
}

/// Writes down another time, or what else of it was changed, and where it stands.
///
/// # Errors
/// The store's.
pub fn move_to(tx: &mut Tx<'_>, booking: &Booking) -> Result<(), Error> {
    tx.execute(
        MOVE,
        params![
            booking.id,
            booking.slot.start(),
            booking.slot.end(),
            booking.wall_start.to_string(),
            booking.wall_end.to_string(),
            &booking.zone,
            booking.units,
            booking.people,
            json::text(&booking.rules)?,
            booking.resource,
            booking.note.as_deref(),
            booking.guest.as_deref(),
            booking.space,
            is_long(booking.slot)
        ],
    )?;
    save(tx, booking)
}

/// The booking with this number.
///
/// # Errors
/// The store's.
pub fn by_id(tx: &mut Tx<'_>, id: BookingId) -> Result<Option<Booking>, Error> {
    tx.query_one(BY_ID, params![id], read)
}

/// The booking that an activity asked for.
///
/// # Errors
/// The store's.
pub fn by_offer(tx: &mut Tx<'_>, uri: &str) -> Result<Option<Booking>, Error> {
    tx.query_one(BY_OFFER, params![uri], read)
}

/// Bookings to which something happens by itself, those whose time came first first.
///
/// # Errors
/// The store's.
pub fn due(tx: &mut Tx<'_>, now: Timestamp, limit: u32) -> Result<Vec<BookingId>, Error> {
    tx.query(DUE, params![now, limit], |row| row.get(0))
}

/// When something happens to a booking by itself for the next time.
///
/// # Errors
/// The store's.
pub fn next_due(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, Error> {
    tx.query_one(NEXT_DUE, params![], |row| row.get(0))
}

/// What is held and has not expired, as somebody sees it who would hold something: all but a booking of their own that they
/// move, and but what came free for those who waited for it. At most 10,000.
///
/// # Errors
/// The store's.
pub fn holds(
    tx: &mut Tx<'_>,
    requester: ActorId,
    without: Option<BookingId>,
    now: Timestamp,
) -> Result<Vec<Hold>, Error> {
    let without = without.unwrap_or(BookingId(0));
    tx.query(HOLDS, params![now, requester, without], |row| {
        let slot = Slot::new(row.get(3)?, row.get(4)?)
            .map_err(|_| Error::decode("an end after the beginning", &crate::store::Value::Null))?;
        let own = row.get::<ActorId>(0)? == requester;
        Ok(Hold { own, of_host: row.get(1)?, resource: row.get(2)?, slot, units: row.get(5)? })
    })
}

/// Where somebody is checked in.
///
/// # Errors
/// The store's.
pub fn present(tx: &mut Tx<'_>, requester: ActorId) -> Result<Vec<BookingId>, Error> {
    tx.query(PRESENT, params![requester], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
