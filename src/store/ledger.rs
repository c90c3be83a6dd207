//! What the ledger between spaces is counted from: bookings of guests here, and of members elsewhere.

use jiff::Timestamp;

use super::booking::{BEGAN, Refused, before};
use super::json::Json;
use super::plan::statements;
use super::{Error, Row, Tx, Value, params};
use crate::coworking::away;
use crate::coworking::booking;
use crate::coworking::id::{ActorId, BookingId, MemberId, SpaceId};
use crate::coworking::slot::Slot;

/// The most bookings that are counted at once of one sort.
const LIMIT: u32 = 50_000;

/// A booking of a guest from a trusted space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hosted {
    /// Which.
    pub id: BookingId,
    /// Whose.
    pub guest: ActorId,
    /// The server that the guest lives on.
    pub host: String,
    /// The id of the guest's space, if the guest's home says which it is.
    pub home_space: Option<String>,
    /// When.
    pub slot: Slot,
    /// The zone of the clock that it is meant by.
    pub zone: String,
    /// Where it stands.
    pub state: booking::State,
    /// Was it confirmed or refused?
    pub answered: bool,
    /// Why it was refused, as a code.
    pub refused: Option<String>,
}

/// A booking of a member of ours elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// Whose.
    pub member: MemberId,
    /// The member's space.
    pub home_space: Option<SpaceId>,
    /// The space that was asked.
    pub space: ActorId,
    /// The server that it lives on.
    pub host: String,
    /// Its address of the booking.
    pub agreement: Option<String>,
    /// When.
    pub slot: Slot,
    /// The zone of the host's clock.
    pub zone: String,
    /// Where it stands.
    pub state: away::State,
    /// Did the host say yes or no?
    pub answered: bool,
    /// Did a no name times that would have passed?
    pub alternatives: bool,
}

statements! {
    HOSTED = "SELECT b.id, b.requester_id, a.server, w.home_space, b.starts_at, b.ends_at, b.zone, b.state, \
              b.answered_at IS NOT NULL, b.refusal \
              FROM booking b CROSS JOIN actor a ON a.id = b.requester_id LEFT JOIN whereabouts w ON w.actor_id = a.id \
              WHERE b.space_id = ?1 AND b.long = ?2 AND b.starts_at >= ?3 AND b.starts_at < ?4 AND b.ends_at > ?5 \
              AND b.audience = 'guest' ORDER BY b.starts_at, b.id LIMIT ?6";
    SENT = "SELECT b.member_id, m.home_space_id, b.space_id, a.server, b.agreement, b.starts_at, b.ends_at, b.zone, b.state, \
            b.answered_at IS NOT NULL, b.alternatives <> '[]' \
            FROM away_booking b CROSS JOIN actor a ON a.id = b.space_id CROSS JOIN actor m ON m.id = b.member_id \
            WHERE b.starts_at >= ?1 AND b.starts_at < ?2 AND b.ends_at > ?3 ORDER BY b.starts_at, b.id LIMIT ?4";
}

fn slot(row: &Row<'_>, column: usize) -> Result<Slot, Error> {
    Slot::between(row.get(column)?, row.get(column + 1)?)
        .ok_or_else(|| Error::decode("an end after the beginning", &Value::Null))
}

/// The bookings of guests at a space that touch a time, the first that begins first; at most 50,000 of a day and 50,000 that take
/// longer.
///
/// # Errors
/// The store's.
pub fn hosted(tx: &mut Tx<'_>, space: SpaceId, from: Timestamp, to: Timestamp) -> Result<Vec<Hosted>, Error> {
    let mut all = Vec::new();
    for (long, reach) in BEGAN {
        let asked = params![space, long, before(from, reach), to, from, LIMIT];
        all.extend(tx.query(HOSTED, asked, |row| {
            Ok(Hosted {
                id: row.get(0)?,
                guest: row.get(1)?,
                host: row.get(2)?,
                home_space: row.get(3)?,
                slot: slot(row, 4)?,
                zone: row.get(6)?,
                state: row.get(7)?,
                answered: row.get(8)?,
                refused: row.get::<Option<Json<Refused>>>(9)?.map(|Json(refused)| refused.reason),
            })
        })?);
    }
    all.sort_by_key(|hosted: &Hosted| (hosted.slot.start(), hosted.id));
    Ok(all)
}

/// The bookings of members elsewhere that touch a time, the first that begins first.
///
/// # Errors
/// The store's.
pub fn sent(tx: &mut Tx<'_>, from: Timestamp, to: Timestamp) -> Result<Vec<Sent>, Error> {
    tx.query(SENT, params![before(from, Slot::LONGEST), to, from, LIMIT], |row| {
        Ok(Sent {
            member: row.get(0)?,
            home_space: row.get(1)?,
            space: row.get(2)?,
            host: row.get(3)?,
            agreement: row.get(4)?,
            slot: slot(row, 5)?,
            zone: row.get(7)?,
            state: row.get(8)?,
            answered: row.get(9)?,
            alternatives: row.get(10)?,
        })
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
