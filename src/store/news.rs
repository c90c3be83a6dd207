//! What news is about: a booking here or elsewhere, as it stands now.

use super::{Error, Tx, actor, away, booking, resource};
use crate::coworking::id::{ActorId, AwayId, BookingId};
use crate::coworking::news::Subject;

/// What news is about, and of how many more it is told; `None` when that is nothing, or forgotten.
///
/// # Errors
/// The store's.
pub fn subject(
    tx: &mut Tx<'_>,
    (here, among): (Option<BookingId>, u32),
    elsewhere: Option<AwayId>,
) -> Result<Option<Subject>, Error> {
    match (here, elsewhere) {
        (Some(id), _) => Ok(of_booking(tx, id)?.map(|subject| Subject { among, ..subject })),
        (None, Some(id)) => of_stay(tx, id),
        (None, None) => Ok(None),
    }
}

fn of_booking(tx: &mut Tx<'_>, id: BookingId) -> Result<Option<Subject>, Error> {
    let Some(booking) = booking::by_id(tx, id)? else { return Ok(None) };
    let Some(kept) = resource::by_id(tx, booking.resource)? else { return Ok(None) };
    Ok(Some(Subject {
        what: kept.resource.name,
        space: name_of(tx, booking.space.into())?,
        slot: booking.slot,
        zone: booking.zone,
        units: booking.units,
        who: Some(name_of(tx, booking.requester)?),
        until: booking.expires_at,
        words: booking.words,
        alternatives: booking.refusal.map_or(0, |refusal| refusal.alternatives.len()),
        among: 0,
    }))
}

fn of_stay(tx: &mut Tx<'_>, id: AwayId) -> Result<Option<Subject>, Error> {
    let Some(away) = away::by_id(tx, id)? else { return Ok(None) };
    Ok(Some(Subject {
        space: name_of(tx, away.space)?,
        what: away.name,
        slot: away.slot,
        zone: away.zone,
        units: away.units,
        who: None,
        until: away.held_until,
        words: away.words,
        alternatives: away.alternatives.len(),
        among: 0,
    }))
}

fn name_of(tx: &mut Tx<'_>, id: ActorId) -> Result<String, Error> {
    let known = actor::summaries(tx, &[id])?.pop();
    Ok(known.map_or_else(String::new, |actor| if actor.name.is_empty() { actor.handle() } else { actor.name }))
}
