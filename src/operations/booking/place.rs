//! Giving out units: beside those who are there, and if need be by moving those who did not choose.

use jiff::{SignedDuration, Timestamp};

use super::Result;
use crate::coworking::capacity::{self, Claim};
use crate::coworking::id::{BookingId, ResourceId};
use crate::coworking::resource::Resource;
use crate::coworking::rules::HORIZON_LIMIT;
use crate::coworking::slot::Slot;
use crate::store::booking::{self, Taken};
use crate::store::{Tx, waitlist};

/// How often the time that is looked at grows before it is given up: each claim in it may reach further than the last.
const GROWTH: usize = 30;

/// What a booking takes, as the arithmetic of pools sees it.
#[must_use]
pub fn claim_of(taken: &Taken) -> Claim {
    Claim { slot: taken.slot, units: taken.units, chosen: taken.unit }
}

/// Gives a booking what it wants of a resource; `false` when there is no way to.
pub(super) fn take(
    tx: &mut Tx<'_>,
    (id, resource): (ResourceId, &Resource),
    booking: BookingId,
    wanted: &Claim,
    expires_at: Option<Timestamp>,
) -> Result<bool> {
    let gap = resource.buffers.gap();
    let kept = |slot: Slot| capacity::kept(slot, gap);
    let (pool, buffers) = (resource.units, resource.buffers);
    let there = booking::calendar(tx, id, kept(wanted.slot))?;
    let seated: Vec<_> = there.iter().map(|taken| (claim_of(taken), taken.given.clone())).collect();
    let given = match capacity::seat(pool, buffers, &seated, wanted) {
        Some(given) => given,
        None => match move_others(tx, (id, resource), wanted)? {
            Some(given) => given,
            None => return Ok(false),
        },
    };
    let kept_until = kept(wanted.slot).end();
    let (slot, units, unit) = (wanted.slot, wanted.units, wanted.chosen);
    booking::give(tx, id, &Taken { booking, slot, kept_until, units, unit, given, expires_at })?;
    Ok(true)
}

/// Finds units by giving others to those who did not choose; tells which.
fn move_others(tx: &mut Tx<'_>, (id, resource): (ResourceId, &Resource), wanted: &Claim) -> Result<Option<Vec<u32>>> {
    let gap = resource.buffers.gap();
    // Whoever is moved meets others who reach further: all who hang together are looked at together.
    let mut around = capacity::kept(wanted.slot, gap);
    let mut there = Vec::new();
    for _ in 0..GROWTH {
        there = booking::calendar(tx, id, around)?;
        let ends = there.iter().map(|taken| capacity::kept(taken.slot, gap));
        let wider = ends.fold(around, |all, kept| all.hull(kept));
        if wider == around {
            break;
        }
        around = wider;
    }
    let mut claims: Vec<Claim> = there.iter().map(claim_of).collect();
    claims.push(wanted.clone());
    let Some(mut packed) = capacity::pack_beside(resource.units, resource.buffers, &claims) else { return Ok(None) };
    let given = packed.pop();
    let moved: Vec<_> = there.into_iter().zip(packed).filter(|(taken, units)| taken.given != *units).collect();
    for (taken, _) in &moved {
        booking::release(tx, id, taken)?;
    }
    for (taken, given) in moved {
        let kept_until = capacity::kept(taken.slot, gap).end();
        booking::give(tx, id, &Taken { given, kept_until, ..taken })?;
    }
    Ok(given)
}

/// Gives back all that a booking takes, and says so to those who wait.
pub(super) fn release(tx: &mut Tx<'_>, booking: BookingId) -> Result<()> {
    for (id, taken) in booking::takes(tx, booking)? {
        booking::release(tx, id, &taken)?;
        waitlist::freed(tx, id, taken.kept())?;
    }
    Ok(())
}

/// Writes what a booking takes anew, with another end of waiting or a unit that is its own from now on.
pub(super) fn rewrite(tx: &mut Tx<'_>, booking: BookingId, change: impl Fn(Taken) -> Taken) -> Result<()> {
    for (id, taken) in booking::takes(tx, booking)? {
        booking::release(tx, id, &taken)?;
        booking::give(tx, id, &change(taken))?;
    }
    Ok(())
}

/// A resource needs less time between bookings than before: what is booked keeps others out for no longer.
pub(crate) fn shrink_gaps(tx: &mut Tx<'_>, id: ResourceId, resource: &Resource, now: Timestamp) -> Result<()> {
    // As far as rules let anybody book, and as long as a booking can be.
    let horizon = SignedDuration::from_hours(24 * i64::from(HORIZON_LIMIT)) + Slot::LONGEST;
    let Some(ahead) = Slot::between(now, now.saturating_add(horizon).unwrap_or(Timestamp::MAX)) else {
        return Ok(());
    };
    for taken in booking::calendar(tx, id, ahead)? {
        let kept_until = capacity::kept(taken.slot, resource.buffers.gap()).end();
        if kept_until < taken.kept_until {
            booking::release(tx, id, &taken)?;
            booking::give(tx, id, &Taken { kept_until, ..taken })?;
        }
    }
    Ok(())
}
