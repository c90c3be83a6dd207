//! What spaces have that can be booked: added, changed, taken away, and closed for a time.

use jiff::{SignedDuration, Timestamp};

use super::{Result, booking as bookings, media, space};
use crate::coworking::booking::NOTE_LIMIT;
use crate::coworking::id::{BookingId, ClosureId, ResourceId, SpaceId};
use crate::coworking::member::{Acting, Role};
use crate::coworking::resource::{Audience, Resource};
use crate::coworking::slot::Slot;
use crate::coworking::space::Zone;
use crate::coworking::{Refusal, refusal};
use crate::store::resource::{self, Kept, RESOURCE_LIMIT};
use crate::store::{Notice, Tx, booking, closure};

/// Adds something that can be booked.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but administrators and the keeper; [`Refusal::NotFound`] space or part;
/// [`Refusal::TooMany`].
pub fn add(tx: &mut Tx<'_>, acting: Acting, space: SpaceId, new: &Resource, now: Timestamp) -> Result<ResourceId> {
    acting.needs(Role::Admin, "add what can be booked")?;
    space::or_default(tx, Some(space))?;
    let others = resource::count(tx, space)?;
    if others >= RESOURCE_LIMIT {
        return Err(Refusal::TooMany { field: "resources", limit: RESOURCE_LIMIT, found: others + 1 }.into());
    }
    parts_are_there(tx, space, None, new)?;
    media::settle(tx, &[], &new.photos.iter().collect::<Vec<_>>(), now)?;
    tx.notify(Notice::Changed(space.0));
    bookings::opened(tx, space, None)?;
    Ok(resource::add(tx, space, new, now)?)
}

/// Changes it. What is booked stays as it was given; those bookings that the change would not allow any more are told, the
/// newest first, for staff to decide on.
///
/// # Errors
/// [`Refusal::NotPermitted`]; [`Refusal::NotFound`]; [`Refusal::WrongState`] for other parts while it is booked.
pub fn edit(tx: &mut Tx<'_>, acting: Acting, id: ResourceId, new: &Resource, now: Timestamp) -> Result<Vec<BookingId>> {
    acting.needs(Role::Admin, "change what can be booked")?;
    let old = by_id(tx, id)?;
    parts_are_there(tx, old.space, Some(id), new)?;
    // What is booked is taken of the parts of that day.
    if new.parts != old.resource.parts && booking::is_booked(tx, id, now)? {
        let needed = "one that nobody has booked from now on";
        return Err(Refusal::WrongState { what: "resource", state: "booked as it is made", needed }.into());
    }
    let (before, after) = (old.resource.photos.iter().collect::<Vec<_>>(), new.photos.iter().collect::<Vec<_>>());
    media::settle(tx, &before, &after, now)?;
    // Whoever asked by the version before is told of the new one: it is newer by a whole second, which is what is sent.
    let updated = now.max(old.updated.saturating_add(SignedDuration::from_secs(1)).unwrap_or(now));
    resource::save(tx, id, new, updated)?;
    tx.notify(Notice::Changed(old.space.0));
    if new.buffers.gap() < old.resource.buffers.gap() {
        bookings::shrink_gaps(tx, id, new, now)?;
    }
    bookings::opened(tx, old.space, None)?;
    bookings::hit(tx, id, now)
}

/// Takes it away: nobody can book it any more. What is booked stays.
///
/// # Errors
/// [`Refusal::NotPermitted`]; [`Refusal::NotFound`]; [`Refusal::WrongState`] when something is made of it.
pub fn retire(tx: &mut Tx<'_>, acting: Acting, id: ResourceId, now: Timestamp) -> Result<()> {
    acting.needs(Role::Admin, "take away what can be booked")?;
    let old = by_id(tx, id)?;
    let space = old.space;
    if !resource::wholes(tx, id)?.is_empty() {
        let needed = "what nothing else is made of";
        return Err(Refusal::WrongState { what: "resource", state: "a part of another one", needed }.into());
    }
    media::settle(tx, &old.resource.photos.iter().collect::<Vec<_>>(), &[], now)?;
    tx.notify(Notice::Changed(space.0));
    Ok(resource::retire(tx, id, now)?)
}

/// A closure that is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewClosure {
    /// Of which space.
    pub space: SpaceId,
    /// Of what there; `None` is all of it.
    pub resource: Option<ResourceId>,
    /// When.
    pub slot: Slot,
    /// For whom; empty is for all.
    pub audiences: Vec<Audience>,
    /// Why, in words.
    pub reason: String,
}

/// Closes a space, or one resource of it, for a time. What is booked stays; those bookings are told that lie in it, for
/// staff to decide on.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but hosts, administrators and the keeper; [`Refusal::NotFound`]; what is wrong with
/// the reason.
pub fn close(tx: &mut Tx<'_>, acting: Acting, new: &NewClosure, now: Timestamp) -> Result<(ClosureId, Vec<BookingId>)> {
    acting.needs(Role::Host, "close a space")?;
    space::or_default(tx, Some(new.space))?;
    if let Some(id) = new.resource
        && by_id(tx, id)?.space != new.space
    {
        return Err(Refusal::NotFound { what: "resource" }.into());
    }
    let reason = refusal::needed("reason", &new.reason, NOTE_LIMIT)?;
    let id = closure::add(tx, new.space, new.resource, new.slot, &new.audiences, &reason, now)?;
    // What is made of it is closed with it.
    let wholes = new.resource.map(|of| resource::wholes(tx, of)).transpose()?.unwrap_or_default();
    let there = booking::around(tx, new.space, new.slot)?.into_iter();
    let hit = there.filter(|booking| {
        booking.state_at(now).is_open()
            && new.resource.is_none_or(|of| of == booking.resource || wholes.contains(&booking.resource))
            && (new.audiences.is_empty() || new.audiences.contains(&booking.audience))
    });
    Ok((id, hit.map(|booking| booking.id).collect()))
}

/// Takes a closure back.
///
/// # Errors
/// [`Refusal::NotPermitted`]; [`Refusal::NotFound`].
pub fn open(tx: &mut Tx<'_>, acting: Acting, id: ClosureId) -> Result<()> {
    acting.needs(Role::Host, "take a closure back")?;
    let space = closure::space_of(tx, id)?.ok_or(Refusal::NotFound { what: "closure" })?;
    let closed = closure::by_id(tx, id)?.and_then(|closure| Slot::between(closure.starts_at, closure.ends_at));
    closure::remove(tx, id)?;
    bookings::opened(tx, space, closed)
}

/// What can be booked, by its number.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::Gone`].
pub fn by_id(tx: &mut Tx<'_>, id: ResourceId) -> Result<Kept> {
    let kept = resource::by_id(tx, id)?.ok_or(Refusal::NotFound { what: "resource" })?;
    if kept.retired_at.is_some() {
        return Err(Refusal::Gone { what: "resource" }.into());
    }
    Ok(kept)
}

/// Where the clock hangs by which it is booked.
///
/// # Errors
/// As of [`by_id`].
pub fn zone(tx: &mut Tx<'_>, id: ResourceId) -> Result<Zone> {
    let kept = by_id(tx, id)?;
    Ok(Zone::parse(&space::or_default(tx, Some(kept.space))?.zone)?)
}

/// The parts of a combined resource are resources of the same space that are not combined themselves.
fn parts_are_there(tx: &mut Tx<'_>, space: SpaceId, of: Option<ResourceId>, new: &Resource) -> Result<()> {
    for part in &new.parts {
        let kept = by_id(tx, *part)?;
        if kept.space != space || Some(*part) == of || !kept.resource.parts.is_empty() {
            let expected = "resources of the same space that are not combined themselves";
            return Err(Refusal::malformed("parts", part, expected).into());
        }
    }
    if let Some(id) = of
        && !new.parts.is_empty()
        && !resource::wholes(tx, id)?.is_empty()
    {
        return Err(Refusal::malformed("parts", id, "empty for what is a part itself").into());
    }
    Ok(())
}
