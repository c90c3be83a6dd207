//! Being there: checking in, with a booking or without, and leaving.

use jiff::{SignedDuration, Timestamp};

use super::ask::{Asking, request};
use super::scene::Scene;
use super::{Result, is_own, of, place, settle};
use crate::coworking::Refusal;
use crate::coworking::booking::{CheckedInBy, Draft, Request, State, can_check_in, step_after, step_before};
use crate::coworking::capacity::Claim;
use crate::coworking::decision::Wish;
use crate::coworking::id::{BookingId, MemberId, ResourceId};
use crate::coworking::member::Acting;
use crate::coworking::slot::Slot;
use crate::coworking::space::Zone;
use crate::operations::visit;
use crate::store::booking::{self, Booking, Taken};
use crate::store::{Tx, member};

/// The guest of a booking is there: said by the guest, or by those who work here. A second time changes nothing.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::WrongState`]; [`Refusal::WrongTime`]; [`Refusal::Elsewhere`] while the same person
/// is checked in at another space.
pub fn check_in(tx: &mut Tx<'_>, acting: Acting, id: BookingId, now: Timestamp) -> Result<Booking> {
    let booking = of(tx, acting, id)?;
    let by = if is_own(acting, &booking) { CheckedInBy::Member } else { CheckedInBy::Host };
    arrive(tx, booking, by, now)
}

pub(super) fn arrive(tx: &mut Tx<'_>, mut booking: Booking, by: CheckedInBy, now: Timestamp) -> Result<Booking> {
    if booking.state == State::CheckedIn {
        return Ok(booking);
    }
    booking.state_at(now).must_be(&[State::Confirmed], "what is confirmed")?;
    let zone = Zone::parse(&booking.zone)?;
    can_check_in(booking.slot, &zone, now)?;
    // A guest without an account is another person than who booked.
    if booking.guest.is_none() {
        for other in booking::present(tx, booking.requester)? {
            let other = booking::by_id(tx, other)?;
            if let Some(other) = other.filter(|other| other.space != booking.space && other.guest.is_none()) {
                let place = visit::called(tx, other.space.into())?;
                return Err(Refusal::Elsewhere { place }.into());
            }
        }
        if member::by_id(tx, booking.requester)?.is_some() {
            visit::must_be_nowhere_else(tx, MemberId(booking.requester.0), None, now)?;
        }
    }
    if now < booking.slot.start() {
        take_from_now(tx, &booking, &zone, now)?;
    }
    booking.checked_in_at = Some(now);
    booking.checked_in_by = Some(by);
    // From now on the place is theirs: nobody is moved who sits.
    place::rewrite(tx, booking.id, |taken| {
        let unit = taken.unit.or_else(|| taken.given.first().copied().filter(|_| taken.units == 1));
        Taken { unit, ..taken }
    })?;
    if let [(resource, taken)] = booking::takes(tx, booking.id)?.as_slice()
        && *resource == booking.resource
    {
        booking.unit = taken.unit;
    }
    settle(tx, &mut booking, State::CheckedIn, now)?;
    Ok(booking)
}

/// Early is welcome as long as nobody else has the place until then; and from now on nobody else gets it.
fn take_from_now(tx: &mut Tx<'_>, booking: &Booking, zone: &Zone, now: Timestamp) -> Result<()> {
    let scene = Scene::load(tx, booking.resource)?;
    let Some(before) = Slot::between(step_before(now), booking.slot.start()) else { return Ok(()) };
    scene.clear(tx, before, now)?;
    tx.savepoint(|tx| {
        for (part, taken) in booking::takes(tx, booking.id)? {
            let Some((_, resource)) = scene.takes.iter().find(|(of, _)| *of == part) else { continue };
            let wanted = Claim { slot: before.until(taken.slot.end()), units: taken.units, chosen: taken.unit };
            booking::release(tx, part, &taken)?;
            if !place::take(tx, (part, resource), booking.id, &wanted, taken.expires_at)? {
                let (from, until) = (zone.shown(booking.slot.start()), zone.shown(booking.slot.end()));
                return Err(Refusal::WrongTime { act: "check in", found: zone.shown(now), from, until }.into());
            }
        }
        Ok(())
    })
}

/// The guest of a booking leaves. What is left of its time is free again.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::WrongState`].
pub fn check_out(tx: &mut Tx<'_>, acting: Acting, id: BookingId, now: Timestamp) -> Result<Booking> {
    let booking = of(tx, acting, id)?;
    leave(tx, booking, now)
}

pub(super) fn leave(tx: &mut Tx<'_>, mut booking: Booking, now: Timestamp) -> Result<Booking> {
    if booking.state == State::Completed {
        return Ok(booking);
    }
    booking.state.must_be(&[State::CheckedIn], "whoever is checked in")?;
    booking.checked_out_at = Some(now);
    settle(tx, &mut booking, State::Completed, now)?;
    Ok(booking)
}

/// Somebody comes without a booking: takes a place if one is free, until closing or for as long as was said, and is
/// checked in.
///
/// # Errors
/// [`Refusal::Unbookable`] when all are taken or the house is closed; as of [`check_in`].
pub fn walk_in(
    tx: &mut Tx<'_>,
    asking: &Asking,
    resource: ResourceId,
    guest: Option<String>,
    length: Option<SignedDuration>,
    now: Timestamp,
) -> Result<Booking> {
    come_in(tx, asking, (resource, guest), length, CheckedInBy::WalkIn, now)
}

/// The same, by whoever or whatever said so.
pub(super) fn come_in(
    tx: &mut Tx<'_>,
    asking: &Asking,
    (resource, guest): (ResourceId, Option<String>),
    length: Option<SignedDuration>,
    by: CheckedInBy,
    now: Timestamp,
) -> Result<Booking> {
    let scene = Scene::load(tx, resource)?;
    let start = step_before(now);
    let rest_of_day = || {
        let today = scene.zone.day(scene.zone.wall(now).date())?;
        let until_late = Slot::between(start, today.end())?;
        scene.hours().within(&scene.zone, until_late).first().map(|part| part.end())
    };
    // Outside the hours the rules say no in their own words.
    let end = match length {
        Some(length) => start.saturating_add(length).unwrap_or(start),
        None => rest_of_day().unwrap_or_else(|| start.saturating_add(SignedDuration::from_hours(1)).unwrap_or(start)),
    };
    let slot = Slot::new(start, step_after(end))?;
    let wish = Wish { slot, units: 1, unit: None, people: 1 };
    let draft = Draft { wish, note: None, guest };
    let booking = request(tx, &asking.at_the_door(), &Request { resource, draft, hold: false, reason: None }, now)?;
    match booking.state {
        State::Confirmed => arrive(tx, booking, by, now),
        // Staff have to say yes first; they stand next to the guest.
        _ => Ok(booking),
    }
}
