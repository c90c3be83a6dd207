//! The rules of a zone changed: bookings keep their wall times, and their instants follow.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Result;
use super::place;
use crate::coworking::Event;
use crate::coworking::id::{BookingId, ResourceId, SpaceId};
use crate::coworking::member::{Acting, Role};
use crate::coworking::realign::{Outcome, is_soon, realigned};
use crate::coworking::slot::Slot;
use crate::coworking::space::Zone;
use crate::store::booking::{self, Booking, Taken};
use crate::store::realigned::{self, Realigned};
use crate::store::setting::{self, Setting};
use crate::store::{self, Tx, event, space};

/// What the zones of all spaces mean now, as it is kept.
fn zones(tx: &mut Tx<'_>, now: Timestamp) -> Result<BTreeMap<String, String>> {
    let mut zones = BTreeMap::new();
    for space in space::list(tx)? {
        let zone = Zone::parse(&space.zone)?;
        zones.insert(zone.as_str().to_owned(), zone.rules_of_the_years(now));
    }
    Ok(zones)
}

fn known(tx: &mut Tx<'_>) -> Result<BTreeMap<String, String>> {
    let text = setting::get(tx, Setting::Zones)?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

/// Does any zone mean something else than when bookings were last compared with it?
///
/// # Errors
/// The store's.
pub fn is_time_to_realign(tx: &mut Tx<'_>, now: Timestamp) -> Result<bool> {
    Ok(zones(tx, now)? != known(tx)?)
}

/// Moves what is still to come to the instants that its wall times mean by now, and notes for those who work here what was moved,
/// and what was not: what begins within a day, and what would meet somebody else. Tells how many were noted.
///
/// # Errors
/// The store's.
pub fn realign(tx: &mut Tx<'_>, now: Timestamp) -> Result<usize> {
    let (current, known) = (zones(tx, now)?, known(tx)?);
    let mut noted = 0;
    if current == known {
        return Ok(noted);
    }
    for space in space::list(tx)? {
        let zone = Zone::parse(&space.zone)?;
        if known.get(zone.as_str()) != current.get(zone.as_str()) {
            noted += at_space(tx, space.id, now)?;
        }
    }
    let text = serde_json::to_string(&current).map_err(anyhow::Error::from)?;
    setting::set(tx, Setting::Zones, &text)?;
    Ok(noted)
}

/// A booking, where it goes, and what it has until then.
type Moving = (Booking, Slot, Vec<(ResourceId, Taken)>);

fn at_space(tx: &mut Tx<'_>, space: SpaceId, now: Timestamp) -> Result<usize> {
    let mut moving: Vec<Moving> = Vec::new();
    let (mut from, mut behind, mut noted) = (now, BookingId(0), 0);
    loop {
        let some = booking::ahead(tx, space, from, behind)?;
        let Some(last) = some.last() else { break };
        (from, behind) = (last.slot.start(), last.id);
        for booking in some {
            let zone = Zone::parse(&booking.zone)?;
            let meaning = |wall| zone.meaning("start", wall).ok();
            let Some(new) = realigned(meaning, booking.slot, booking.wall_start, booking.wall_end) else { continue };
            noted += 1;
            if is_soon(booking.slot, new, now) {
                note(tx, &booking, new, Outcome::Soon, now)?;
            } else {
                moving.push((booking, new, Vec::new()));
            }
        }
    }
    // All of them move at once: each may go where another was.
    for (booking, _, taken) in &mut moving {
        *taken = booking::takes(tx, booking.id)?;
        place::release(tx, booking.id)?;
    }
    moving.sort_by_key(|(booking, ..)| (booking.requested_at, booking.id));
    for (mut booking, new, taken) in moving {
        let was = booking.slot;
        let shifted = tx.savepoint(|tx| {
            let shift = |at: Timestamp| at.saturating_add(new.end().duration_since(was.end())).unwrap_or(at);
            taken.iter().try_for_each(|(resource, taken)| {
                booking::give(tx, *resource, &Taken { slot: new, kept_until: shift(taken.kept_until), ..taken.clone() })
            })
        });
        match shifted {
            Ok(()) => {
                note(tx, &booking, new, Outcome::Moved, now)?;
                booking.slot = new;
                booking.sequence = booking.sequence.saturating_add(1);
                booking.updated = now;
                booking::move_to(tx, &booking)?;
                event::record(tx, &Event::BookingChanged { booking: booking.id }, now)?;
            }
            Err(store::Error::Constraint { .. }) => {
                note(tx, &booking, new, Outcome::Clash, now)?;
                let stays = tx
                    .savepoint(|tx| taken.iter().try_for_each(|(resource, taken)| booking::give(tx, *resource, taken)));
                match stays {
                    // Somebody who was moved has its place: it stands without one until those who work here have found it one.
                    Ok(()) | Err(store::Error::Constraint { .. }) => {}
                    Err(broken) => return Err(broken.into()),
                }
            }
            Err(broken) => return Err(broken.into()),
        }
    }
    Ok(noted)
}

fn note(tx: &mut Tx<'_>, booking: &Booking, new: Slot, outcome: Outcome, now: Timestamp) -> Result<()> {
    let one = Realigned { booking: booking.id, outcome, was: booking.slot, new, noted_at: now };
    Ok(realigned::note(tx, &one)?)
}

/// What became of bookings whose wall times became other instants, after one of them, at most `limit`.
///
/// # Errors
/// [`Refusal::NotPermitted`](crate::coworking::Refusal::NotPermitted) for all but hosts, administrators and the keeper.
pub fn list_realigned(tx: &mut Tx<'_>, acting: Acting, after: BookingId, limit: u32) -> Result<Vec<Realigned>> {
    acting.needs(Role::Host, "see everybody's bookings")?;
    Ok(realigned::list(tx, after, limit.clamp(1, store::page::Page::LIMIT))?)
}
