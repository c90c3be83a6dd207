//! What becomes of bookings as time goes by: first the words and the times of coming and going are forgotten, later all of it but
//! a count for each day.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::Booking;
use super::life::{columns, read};
use crate::coworking::booking::State;
use crate::coworking::id::{ResourceId, SpaceId};
use crate::store::plan::statements;
use crate::store::{Error, Tx, params};

/// What was had of a resource on a day, and not by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OccupancyDay {
    /// Of what.
    pub resource: ResourceId,
    /// Days since 1970, by the clock of the space.
    pub day: i64,
    /// Bookings that are not kept any more.
    pub bookings: u32,
    /// Their minutes, for all units together.
    pub minutes: u64,
    /// Those of them to which nobody came.
    pub no_shows: u32,
    /// Visits of which it is not kept when they began and ended.
    pub visits: u32,
    /// Their minutes.
    pub visit_minutes: u64,
}

statements! {
    OLD = concat!("SELECT ", columns!(""), " FROM booking WHERE reduced = ?1 AND ends_at < ?2 \
           AND state NOT IN ('requested', 'held', 'confirmed', 'checked_in') ORDER BY ends_at, id LIMIT ?3");
    REDUCE = "UPDATE booking SET reduced = 1, note = NULL, words = NULL, guest = NULL, override_reason = NULL, \
              checked_in_at = NULL, checked_out_at = NULL WHERE id = ?1";
    FORGET_APPEAL = "DELETE FROM appeal WHERE booking_id = ?1";
    FORGET = "DELETE FROM booking WHERE id = ?1";
    COUNT = "INSERT INTO occupancy_day (resource_id, day, space_id, bookings, minutes, no_shows, visits, visit_minutes) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (resource_id, day) DO UPDATE SET \
             bookings = occupancy_day.bookings + excluded.bookings, minutes = occupancy_day.minutes + excluded.minutes, \
             no_shows = occupancy_day.no_shows + excluded.no_shows, visits = occupancy_day.visits + excluded.visits, \
             visit_minutes = occupancy_day.visit_minutes + excluded.visit_minutes";
    OF_SPACE = "SELECT resource_id, day, bookings, minutes, no_shows, visits, visit_minutes FROM occupancy_day \
                WHERE space_id = ?1 AND day >= ?2 AND day <= ?3 ORDER BY day, resource_id LIMIT 20000";
}

/// Days since 1970.
fn day(wall: DateTime) -> i64 {
    let epoch = Date::constant(1970, 1, 1);
    wall.date().since(epoch).map_or(0, |since| i64::from(since.get_days()))
}

fn count(tx: &mut Tx<'_>, space: SpaceId, of: &OccupancyDay) -> Result<(), Error> {
    tx.execute(
        COUNT,
        params![
            of.resource,
            of.day,
            space,
            of.bookings,
            i64::try_from(of.minutes).unwrap_or(i64::MAX),
            of.no_shows,
            of.visits,
            i64::try_from(of.visit_minutes).unwrap_or(i64::MAX)
        ],
    )?;
    Ok(())
}

fn minutes(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.duration_since(from).as_mins()).unwrap_or_default()
}

fn nothing(booking: &Booking) -> OccupancyDay {
    let (resource, day) = (booking.resource, day(booking.wall_start));
    OccupancyDay { resource, day, bookings: 0, minutes: 0, no_shows: 0, visits: 0, visit_minutes: 0 }
}

/// Forgets of bookings that ended before `time` all words, and when their guests came and went; what is left of that is a count
/// for the day. At most `limit` at once; tells how many.
///
/// # Errors
/// The store's.
pub fn reduce(tx: &mut Tx<'_>, time: Timestamp, limit: u32) -> Result<u64, Error> {
    let old = tx.query(OLD, params![0, time, limit], read)?;
    for booking in &old {
        if let Some(came) = booking.checked_in_at {
            let went = booking.checked_out_at.unwrap_or(booking.slot.end());
            count(
                tx,
                booking.space,
                &OccupancyDay { visits: 1, visit_minutes: minutes(came, went), ..nothing(booking) },
            )?;
        }
        tx.execute(REDUCE, params![booking.id])?;
        tx.execute(FORGET_APPEAL, params![booking.id])?;
    }
    Ok(u64::try_from(old.len()).unwrap_or(u64::MAX))
}

/// Forgets bookings that ended before `time`, and that were reduced before; what is left of them is a count for the day. At most
/// `limit` at once; tells how many.
///
/// # Errors
/// The store's.
pub fn forget_old(tx: &mut Tx<'_>, time: Timestamp, limit: u32) -> Result<u64, Error> {
    let old = tx.query(OLD, params![1, time, limit], read)?;
    for booking in &old {
        if matches!(booking.state, State::Completed | State::NoShow) {
            let minutes = minutes(booking.slot.start(), booking.slot.end()).saturating_mul(u64::from(booking.units));
            let no_shows = u32::from(booking.state == State::NoShow);
            count(tx, booking.space, &OccupancyDay { bookings: 1, minutes, no_shows, ..nothing(booking) })?;
        }
        tx.execute(FORGET, params![booking.id])?;
    }
    Ok(u64::try_from(old.len()).unwrap_or(u64::MAX))
}

/// What was had at a space on these days (since 1970, both included) and is only counted by now; at most 20,000 lines.
///
/// # Errors
/// The store's.
pub fn occupancy(tx: &mut Tx<'_>, space: SpaceId, from: i64, to: i64) -> Result<Vec<OccupancyDay>, Error> {
    tx.query(OF_SPACE, params![space, from, to], |row| {
        Ok(OccupancyDay {
            resource: row.get(0)?,
            day: row.get(1)?,
            bookings: row.get(2)?,
            minutes: row.get(3)?,
            no_shows: row.get(4)?,
            visits: row.get(5)?,
            visit_minutes: row.get(6)?,
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
