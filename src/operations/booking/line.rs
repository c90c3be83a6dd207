//! Who of a line is in the way of whom: not everybody at a space waits for what somebody is about to take.

use std::collections::{BTreeMap, BTreeSet};

use super::Result;
use crate::coworking::id::{ResourceId, SpaceId};
use crate::coworking::resource::Kind;
use crate::coworking::slot::Slot;
use crate::store::waitlist::{self, Wait};
use crate::store::{Tx, resource};

/// What somebody is about to take, or waits for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Thing {
    pub(super) resource: ResourceId,
    pub(super) kind: Kind,
    /// Would anything else of the kind do?
    pub(super) any_of_kind: bool,
}

impl Thing {
    fn of(wait: &Wait) -> Self {
        Self { resource: wait.resource, kind: wait.kind, any_of_kind: wait.any_of_kind }
    }
}

/// Those of the line of a space around a time who wait for this, or for what shares a part with it, and those who wait for what
/// these can have: among them the first has the first turn. For all others nothing changes, and nobody has to look what they
/// could have.
pub(super) fn who_meet(tx: &mut Tx<'_>, space: SpaceId, around: Slot, thing: Thing) -> Result<Vec<Wait>> {
    let line = waitlist::line(tx, space, around)?;
    // Of most lines that is seen without looking at what the space has.
    if line.iter().all(|wait| wait.resource == thing.resource) {
        return Ok(line);
    }
    let combined = resource::combined(tx, space)?;
    let mut known: BTreeMap<ResourceId, Kind> = combined.iter().map(|kept| (kept.id, kept.resource.kind)).collect();
    known.extend(line.iter().map(|wait| (wait.resource, wait.kind)));
    known.insert(thing.resource, thing.kind);
    let parts: BTreeMap<ResourceId, &BTreeSet<ResourceId>> = combined
        .iter()
        .filter(|kept| !kept.resource.parts.is_empty())
        .map(|kept| (kept.id, &kept.resource.parts))
        .collect();
    // All that it could take, as far as anybody else waits for it.
    let takes = |thing: Thing| -> BTreeSet<ResourceId> {
        let others = known.iter().filter(|(_, kind)| thing.any_of_kind && **kind == thing.kind).map(|(id, _)| *id);
        let each = |id: ResourceId| parts.get(&id).map_or_else(|| BTreeSet::from([id]), |parts| (*parts).clone());
        others.chain([thing.resource]).flat_map(each).collect()
    };
    let mut met = takes(thing);
    let mut all: Vec<_> = line.into_iter().map(|wait| (takes(Thing::of(&wait)), wait, false)).collect();
    loop {
        let mut grew = false;
        for (takes, _, meets) in all.iter_mut().filter(|(_, _, meets)| !meets) {
            if !takes.is_disjoint(&met) {
                met.append(takes);
                (*meets, grew) = (true, true);
            }
        }
        if !grew {
            return Ok(all.into_iter().filter_map(|(_, wait, meets)| meets.then_some(wait)).collect());
        }
    }
}
