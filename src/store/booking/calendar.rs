//! What bookings take of each resource, by day; and who has which unit in which five minutes, which the database lets
//! nobody have twice.

use std::collections::HashSet;

use jiff::Timestamp;

use crate::coworking::id::{BookingId, ResourceId};
use crate::coworking::resource::STEP;
use crate::coworking::slot::Slot;
use crate::store::json::{self, Json};
use crate::store::plan::statements;
use crate::store::{Error, Row, Tx, params};

/// What one booking takes of one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Which booking.
    pub booking: BookingId,
    /// When, without the gap behind it.
    pub slot: Slot,
    /// Until when others are kept out: its end, and the gap that the resource had when it was given.
    pub kept_until: Timestamp,
    /// How many units.
    pub units: u32,
    /// The first of those that were chosen; `None` when they can still be moved.
    pub unit: Option<u32>,
    /// The units that it has.
    pub given: Vec<u32>,
    /// From when on it takes nothing, if nobody confirms it.
    pub expires_at: Option<Timestamp>,
}

impl Taken {
    /// The time in which nobody else can have its units.
    #[must_use]
    pub fn kept(&self) -> Slot {
        self.slot.until(self.kept_until)
    }
}

statements! {
    // A claim that goes over several days is read once: where it begins, or on the first day.
    CALENDAR = "SELECT resource_id, booking_id, starts_at, ends_at, kept_until, units, unit, given, expires_at FROM claim \
                WHERE resource_id = ?1 AND day >= ?2 AND day <= ?3 AND (day = ?2 OR starts_at >= day * 86400000) \
                ORDER BY day, booking_id LIMIT 100000";
    EXPIRED = "SELECT booking_id FROM claim WHERE resource_id = ?1 AND day >= ?2 AND day <= ?3 AND expires_at <= ?4 \
               ORDER BY day, booking_id LIMIT 100000";
    TAKES = "SELECT resource_id, booking_id, starts_at, ends_at, kept_until, units, unit, given, expires_at FROM claim WHERE booking_id = ?1 \
             ORDER BY resource_id LIMIT 10000";
    CLAIM = "INSERT INTO claim (resource_id, day, booking_id, starts_at, ends_at, kept_until, units, unit, given, expires_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    STEPS = "WITH RECURSIVE n(step) AS (SELECT CAST(?3 AS BIGINT) UNION ALL SELECT step + 1 FROM n WHERE step + 1 < ?4) \
             INSERT INTO claimed_step (resource_id, unit, step, booking_id) SELECT ?1, ?2, n.step, ?5 FROM n";
    UNCLAIM = "DELETE FROM claim WHERE resource_id = ?1 AND day >= ?2 AND day <= ?3 AND booking_id = ?4";
    UNSTEP = "DELETE FROM claimed_step WHERE resource_id = ?1 AND unit = ?2 AND step >= ?3 AND step < ?4 AND booking_id = ?5";
}

const DAY: i64 = 24 * 60 * 60;

fn day(at: Timestamp) -> i64 {
    at.as_second().div_euclid(DAY)
}

/// The days that a claim is written under: of the time that it keeps from others.
pub(super) fn days(slot: Slot) -> (i64, i64) {
    (day(slot.start()), (slot.end().as_second() - 1).div_euclid(DAY))
}

fn steps(slot: Slot) -> (i64, i64) {
    let step = STEP.as_secs();
    (slot.start().as_second().div_euclid(step), (slot.end().as_second() + step - 1).div_euclid(step))
}

fn taken(row: &Row<'_>) -> Result<(ResourceId, Taken), Error> {
    let Json(given) = row.get(7)?;
    let slot = Slot::new(row.get(2)?, row.get(3)?)
        .map_err(|_| Error::decode("an end after the beginning", &crate::store::Value::Null))?;
    Ok((
        row.get(0)?,
        Taken {
            booking: row.get(1)?,
            slot,
            kept_until: row.get(4)?,
            units: row.get(5)?,
            unit: row.get(6)?,
            given,
            expires_at: row.get(8)?,
        },
    ))
}

/// What bookings take of a resource on the days that this time touches.
///
/// # Errors
/// The store's.
pub fn calendar(tx: &mut Tx<'_>, resource: ResourceId, around: Slot) -> Result<Vec<Taken>, Error> {
    let (first, last) = days(around);
    tx.query(CALENDAR, params![resource, first, last], |row| Ok(taken(row)?.1))
}

/// Which of them take nothing any more since nobody confirmed them in time.
///
/// # Errors
/// The store's.
pub fn expired(tx: &mut Tx<'_>, resource: ResourceId, around: Slot, now: Timestamp) -> Result<Vec<BookingId>, Error> {
    let (first, last) = days(around);
    let mut all = tx.query(EXPIRED, params![resource, first, last, now], |row| row.get(0))?;
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

/// What one booking takes, of which resources.
///
/// # Errors
/// The store's.
pub fn takes(tx: &mut Tx<'_>, booking: BookingId) -> Result<Vec<(ResourceId, Taken)>, Error> {
    let mut seen = HashSet::new();
    let mut all = tx.query(TAKES, params![booking], taken)?;
    all.retain(|(resource, _)| seen.insert(*resource));
    Ok(all)
}

/// Gives a booking its units, for its own time and the gap behind it.
///
/// # Errors
/// [`Error::Constraint`] when somebody has one of them in that time.
pub fn give(tx: &mut Tx<'_>, resource: ResourceId, taken: &Taken) -> Result<(), Error> {
    let (first, last) = days(taken.kept());
    let given = json::text(&taken.given)?;
    for day in first..=last {
        let (start, end) = (taken.slot.start(), taken.slot.end());
        let (booking, kept_until, expires_at) = (taken.booking, taken.kept_until, taken.expires_at);
        let row = params![resource, day, booking, start, end, kept_until, taken.units, taken.unit, &given, expires_at];
        tx.execute(CLAIM, row)?;
    }
    let (from, to) = steps(taken.kept());
    for unit in &taken.given {
        tx.execute(STEPS, params![resource, *unit, from, to, taken.booking])?;
    }
    Ok(())
}

/// Takes them back.
///
/// # Errors
/// The store's.
pub fn release(tx: &mut Tx<'_>, resource: ResourceId, taken: &Taken) -> Result<(), Error> {
    let (first, last) = days(taken.kept());
    tx.execute(UNCLAIM, params![resource, first, last, taken.booking])?;
    let (from, to) = steps(taken.kept());
    for unit in &taken.given {
        tx.execute(UNSTEP, params![resource, *unit, from, to, taken.booking])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::ConstraintKind;
    use crate::store::testing::Scratch;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }

    fn slot(from: i64, to: i64) -> Slot {
        let at = |minutes: i64| Timestamp::from_second(1_800_000_000 + minutes * 60).unwrap();
        Slot::new(at(from), at(to)).unwrap()
    }

    #[test]
    fn the_database_itself_lets_nobody_have_what_somebody_has() {
        let store = Scratch::new();
        store
            .write(|tx| {
                let desk = ResourceId(7);
                let taken = |booking, slot: Slot, gap: i64, unit| Taken {
                    booking: BookingId(booking),
                    slot,
                    kept_until: slot.end() + jiff::SignedDuration::from_mins(gap),
                    units: 1,
                    unit: None,
                    given: vec![unit],
                    expires_at: None,
                };
                let long = 3 * 24 * 60;
                let there = taken(1, slot(0, long), 10, 0);
                give(tx, desk, &there)?;
                for clash in [slot(long + 5, long + 20), slot(60, 65), slot(-60, 1)] {
                    let refused = tx.savepoint(|tx| give(tx, desk, &taken(2, clash, 0, 0))).unwrap_err();
                    assert!(matches!(refused, Error::Constraint { kind: ConstraintKind::Unique, .. }), "{refused:?}");
                }
                give(tx, desk, &taken(3, slot(60, 65), 0, 1))?;
                give(tx, ResourceId(8), &taken(4, slot(60, 65), 0, 0))?;
                give(tx, desk, &taken(5, slot(long + 10, long + 70), 0, 0))?;

                let numbers = |all: Vec<Taken>| all.iter().map(|taken| taken.booking.0).collect::<Vec<_>>();
                assert_eq!(numbers(calendar(tx, desk, slot(0, 60))?), [1, 3]);
                assert_eq!(takes(tx, BookingId(1))?, [(desk, there.clone())]);
                release(tx, desk, &there)?;
                assert_eq!(numbers(calendar(tx, desk, slot(0, 60))?), [3]);
                give(tx, desk, &taken(6, slot(-60, long), 10, 0))?;
                Ok::<_, Error>(())
            })
            .unwrap();
    }
}
