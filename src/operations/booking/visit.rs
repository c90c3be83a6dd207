//! A guest of a partner space: what the space grants, and what of it the guest has had.

use jiff::Timestamp;

use super::Result;
use super::place::claim_of;
use super::scene::{Scene, Whose};
use crate::coworking::booking::State;
use crate::coworking::capacity::Claim;
use crate::coworking::decision::Visit;
use crate::coworking::resource::Audience;
use crate::coworking::slot::Slot;
use crate::operations::hospitality;
use crate::store::Tx;
use crate::store::booking::{self, Had};

/// What a wish of a guest is seen by; `None` for everybody else, and at spaces that say nothing.
pub(super) fn of(tx: &mut Tx<'_>, scene: &Scene, whose: Whose, around: Slot, now: Timestamp) -> Result<Option<Visit>> {
    let Some(granted) = scene.space.hospitality.clone().filter(|_| whose.audience == Audience::Guest) else {
        return Ok(None);
    };
    let counts = |stay: &Had| {
        let state = stay.state_at(now);
        let had = state.is_open() || matches!(state, State::Completed | State::NoShow) || stay.late;
        had && Some(stay.id) != whose.instead_of
    };
    let stays = booking::stays(tx, whose.requester, scene.space.id, around.around(Visit::reach(&granted)))?;
    let had = stays.iter().filter(|stay| counts(stay)).flat_map(|stay| scene.zone.dates(stay.slot)).collect();
    let way = match granted.asks_where() {
        true => hospitality::way(tx, &scene.space, whose.requester)?,
        false => hospitality::Way::default(),
    };
    let mut guests = Vec::with_capacity(scene.takes.len());
    for (id, resource) in &scene.takes {
        guests.push(match granted.share(resource.units).is_some() && !scene.is_combined() {
            true => of_guests(tx, *id, around.around(resource.buffers.gap()), whose, now)?,
            false => Vec::new(),
        });
    }
    Ok(Some(Visit { granted, resource: scene.kept.id, had, way, guests }))
}

fn of_guests(
    tx: &mut Tx<'_>,
    id: crate::coworking::id::ResourceId,
    around: Slot,
    whose: Whose,
    now: Timestamp,
) -> Result<Vec<Claim>> {
    let guests = booking::guests(tx, id, around)?;
    let there = booking::calendar(tx, id, around)?;
    let theirs = there.iter().filter(|taken| {
        guests.contains(&taken.booking)
            && Some(taken.booking) != whose.instead_of
            && taken.expires_at.is_none_or(|end| end > now)
    });
    Ok(theirs.map(claim_of).collect())
}
