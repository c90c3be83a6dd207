//! Capacity: how many units of one resource are taken at once, and which of them.
//!
//! Every resource is counted on its own. What several claims take of it at one instant is found by going along the time line
//! once; counting a claim's neighbours would take two that follow each other for two at once.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::slot::Slot;

/// The most steps of all searches for units in one decision, where the plain way has failed.
const STEPS: u32 = 20_000;
/// With more than this to be placed, the plain way has the last word.
const SEARCHED: usize = 200;

/// What somebody takes of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// When.
    pub slot: Slot,
    /// How many units.
    pub units: u32,
    /// The unit that was chosen, from 0; it is kept. Of several units this is the first one, and the others follow it.
    pub chosen: Option<u32>,
}

/// Time that a resource needs around each claim.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Buffers {
    /// To make it ready.
    pub before: SignedDuration,
    /// To clear it.
    pub after: SignedDuration,
}

impl Buffers {
    /// What must lie between two claims: the longer of the two, not their sum; one cleaning is enough.
    #[must_use]
    pub fn gap(self) -> SignedDuration {
        self.before.max(self.after).max(SignedDuration::ZERO)
    }
}

/// How many steps a decision may still search for units: all the times together that it looks at. When they are spent, only the
/// plain way is tried.
#[derive(Debug, Clone)]
pub struct Steps(Cell<u32>);

impl Default for Steps {
    fn default() -> Self {
        Self(Cell::new(STEPS))
    }
}

impl Steps {
    /// How many are left.
    #[must_use]
    pub fn left(&self) -> u32 {
        self.0.get()
    }

    fn take(&self) -> bool {
        let left = self.0.get().checked_sub(1);
        self.0.set(left.unwrap_or_default());
        left.is_some()
    }
}

/// A claim's time and the gap behind it. Two claims of one unit keep the gap when these do not overlap.
#[must_use]
pub fn kept(slot: Slot, gap: SignedDuration) -> Slot {
    slot.until(slot.end().saturating_add(gap).unwrap_or(Timestamp::MAX))
}

/// How many units are taken or kept free for the gap, in the parts of a window in which that does not change, the first first.
#[must_use]
pub fn usage(claims: &[Claim], buffers: Buffers, window: Slot) -> Vec<(Slot, u32)> {
    let mut changes: BTreeMap<Timestamp, i64> = BTreeMap::from([(window.start(), 0), (window.end(), 0)]);
    for claim in claims {
        if let Some(part) = kept(claim.slot, buffers.gap()).intersection(window) {
            *changes.entry(part.start()).or_default() += i64::from(claim.units);
            *changes.entry(part.end()).or_default() -= i64::from(claim.units);
        }
    }
    let (mut taken, mut parts) = (0, Vec::<(Slot, u32)>::new());
    for ((from, change), to) in changes.iter().zip(changes.keys().skip(1)) {
        taken += change;
        let units = u32::try_from(taken).unwrap_or(u32::MAX);
        parts_with(&mut parts, Slot::between(*from, *to), units);
    }
    parts
}

/// One part more; those that follow each other with as many units are one.
fn parts_with(parts: &mut Vec<(Slot, u32)>, part: Option<Slot>, units: u32) {
    match (part, parts.last_mut()) {
        (Some(part), Some((before, same))) if *same == units => *before = before.until(part.end()),
        (Some(part), _) => parts.push((part, units)),
        (None, _) => {}
    }
}

/// How many units nobody else can have, in the parts of a window in which that does not change, the first first: also shortly
/// before what is taken, for whoever came then would need the gap behind them, too. Where nobody has chosen a unit, so many
/// more fit into a time as are left in all of its parts.
#[must_use]
pub fn withheld(claims: &[Claim], buffers: Buffers, window: Slot) -> Vec<(Slot, u32)> {
    let gap = buffers.gap();
    let taken = usage(claims, buffers, kept(window, gap));
    if gap.is_zero() {
        return taken;
    }
    // What is taken from some moment on counts so much sooner; a unit that two have one after the other still counts once.
    let sooner = |at: Timestamp| at.saturating_sub(gap).unwrap_or(Timestamp::MIN);
    let changes = taken.iter().flat_map(|(part, _)| [sooner(part.start()), part.end()]);
    let changes: BTreeSet<Timestamp> = changes.map(|at| at.clamp(window.start(), window.end())).collect();
    let mut parts = Vec::new();
    for (from, to) in changes.iter().zip(changes.iter().skip(1)) {
        let first = taken.partition_point(|(part, _)| part.end() <= *from);
        let there = taken.iter().skip(first).take_while(|(part, _)| sooner(part.start()) < *to);
        parts_with(&mut parts, Slot::between(*from, *to), there.map(|(_, units)| *units).max().unwrap_or(0));
    }
    parts
}

/// The most units that are taken at one instant of a window; the gap after the window counts, too.
#[must_use]
pub fn peak(claims: &[Claim], buffers: Buffers, window: Slot) -> u32 {
    usage(claims, buffers, kept(window, buffers.gap())).into_iter().map(|(_, units)| units).max().unwrap_or(0)
}

/// Does this fit beside what is there, in a pool of so many units? Those that did not choose may be given others for it, as far
/// as the steps last to find them.
#[must_use]
pub fn fits(pool: u32, buffers: Buffers, there: &[Claim], wanted: &Claim, steps: &Steps) -> bool {
    // Without this nothing fits; with it everything does when nobody has chosen.
    if u64::from(peak(there, buffers, wanted.slot)) + u64::from(wanted.units) > u64::from(pool) {
        return false;
    }
    if wanted.chosen.is_none() && there.iter().all(|claim| claim.chosen.is_none()) {
        return true;
    }
    let mut all = connected(buffers, there, wanted);
    all.push(wanted.clone());
    arrange(pool, buffers, &all, all.len() - 1, steps).is_some()
}

/// Those who hang together with a claim in time: whom it meets, whom they meet, and so on. Nobody else has to move for it.
fn connected(buffers: Buffers, there: &[Claim], wanted: &Claim) -> Vec<Claim> {
    let mut line: Vec<(Slot, Option<&Claim>)> =
        there.iter().map(|claim| (kept(claim.slot, buffers.gap()), Some(claim))).collect();
    line.push((kept(wanted.slot, buffers.gap()), None));
    line.sort_by_key(|(slot, _)| slot.start());
    // Along the time line: what begins after all so far have ended begins another group.
    let (mut end, mut group, mut is_it) = (Timestamp::MIN, Vec::new(), false);
    for (slot, claim) in line {
        if slot.start() >= end {
            if is_it {
                break;
            }
            group.clear();
        }
        end = end.max(slot.end());
        match claim {
            Some(claim) => group.push(claim),
            None => is_it = true,
        }
    }
    group.into_iter().cloned().collect()
}

/// Gives each claim its units, from 0 to below `pool`, so that none has two claims at once; `None` when that cannot be done,
/// or is not found. Where nobody has chosen it is always found, if it is possible.
#[must_use]
pub fn pack(pool: u32, buffers: Buffers, claims: &[Claim]) -> Option<Vec<Vec<u32>>> {
    arrange(pool, buffers, claims, 0, &Steps::default())
}

/// The same for the last claim beside the others, who are there already: that those who chose stand in each other's way since
/// a rule changed, or have a unit that is no longer there, is nobody's fault who comes now.
#[must_use]
pub fn pack_beside(pool: u32, buffers: Buffers, claims: &[Claim]) -> Option<Vec<Vec<u32>>> {
    arrange(pool, buffers, claims, claims.len().saturating_sub(1), &Steps::default())
}

/// The first `there` of them may stand in each other's way.
fn arrange(pool: u32, buffers: Buffers, claims: &[Claim], there: usize, steps: &Steps) -> Option<Vec<Vec<u32>>> {
    let mut plan = Plan { units: vec![BTreeMap::new(); usize::try_from(pool).ok()?] };
    let mut given: Vec<Vec<u32>> = vec![Vec::new(); claims.len()];
    let mut loose: Vec<(Slot, usize)> = Vec::new();
    for (at, claim) in claims.iter().enumerate() {
        let slot = kept(claim.slot, buffers.gap());
        match claim.chosen {
            None => loose.extend((0..claim.units).map(|_| (slot, at))),
            Some(first) => {
                for unit in first..first.checked_add(claim.units)? {
                    match plan.is_free(unit, slot) {
                        true => plan.put(unit, slot),
                        false if at < there => plan.cover(unit, slot),
                        false => return None,
                    }
                    given.get_mut(at)?.push(unit);
                }
            }
        }
    }
    // Where those who chose leave no unit free all through, no way to place the others makes one.
    let has_unit = |plan: &Plan, claim: &Claim| {
        claim.chosen.is_some() || plan.has_free(kept(claim.slot, buffers.gap()), claim.units)
    };
    if !claims.iter().skip(there).all(|claim| has_unit(&plan, claim)) {
        return None;
    }
    loose.sort_unstable();
    let mut found = Vec::with_capacity(loose.len());
    if !plan.place_each(&loose, &mut found) {
        let is_hopeless = loose.len() > SEARCHED || !claims.iter().take(there).all(|claim| has_unit(&plan, claim));
        if is_hopeless || !plan.search(&loose, &mut found, steps) {
            return None;
        }
    }
    for ((_, at), unit) in loose.iter().zip(found) {
        given.get_mut(*at)?.push(unit);
    }
    Some(given)
}

/// Units for a claim beside what is there, each with the units that it has, while nobody moves; `None` when there are none.
#[must_use]
pub fn seat(pool: u32, buffers: Buffers, there: &[(Claim, Vec<u32>)], wanted: &Claim) -> Option<Vec<u32>> {
    let mut plan = Plan { units: vec![BTreeMap::new(); usize::try_from(pool).ok()?] };
    for (claim, given) in there {
        given.iter().for_each(|unit| plan.put(*unit, kept(claim.slot, buffers.gap())));
    }
    let slot = kept(wanted.slot, buffers.gap());
    match wanted.chosen {
        Some(first) => {
            let units: Vec<u32> = (first..first.checked_add(wanted.units)?).collect();
            units.iter().all(|unit| plan.is_free(*unit, slot)).then_some(units)
        }
        None => {
            let mut free = plan.free(slot);
            let wanted = usize::try_from(wanted.units).ok()?;
            (free.len() >= wanted).then(|| {
                free.truncate(wanted);
                free
            })
        }
    }
}

/// Which unit is taken when: for each the end of what begins at a time.
struct Plan {
    units: Vec<BTreeMap<Timestamp, Timestamp>>,
}

impl Plan {
    fn of(&self, unit: u32) -> Option<&BTreeMap<Timestamp, Timestamp>> {
        self.units.get(usize::try_from(unit).ok()?)
    }

    fn is_free(&self, unit: u32, slot: Slot) -> bool {
        // Nothing overlaps in a unit, so the last that begins before the slot ends is the only one that can reach into it.
        self.of(unit)
            .is_some_and(|taken| taken.range(..slot.end()).next_back().is_none_or(|(_, end)| *end <= slot.start()))
    }

    fn put(&mut self, unit: u32, slot: Slot) {
        if let Some(taken) = usize::try_from(unit).ok().and_then(|unit| self.units.get_mut(unit)) {
            taken.insert(slot.start(), slot.end());
        }
    }

    /// Takes a time of which a part may be taken already.
    fn cover(&mut self, unit: u32, slot: Slot) {
        let Some(taken) = usize::try_from(unit).ok().and_then(|unit| self.units.get_mut(unit)) else { return };
        let met: Vec<_> =
            taken.range(..slot.end()).filter(|(_, end)| **end > slot.start()).map(|(s, e)| (*s, *e)).collect();
        let (mut start, mut end) = (slot.start(), slot.end());
        for (from, to) in met {
            taken.remove(&from);
            (start, end) = (start.min(from), end.max(to));
        }
        taken.insert(start, end);
    }

    fn take_back(&mut self, unit: u32, slot: Slot) {
        if let Some(taken) = usize::try_from(unit).ok().and_then(|unit| self.units.get_mut(unit)) {
            taken.remove(&slot.start());
        }
    }

    /// Are so many units free for a slot?
    fn has_free(&self, slot: Slot, wanted: u32) -> bool {
        let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
        let units = 0..u32::try_from(self.units.len()).unwrap_or(u32::MAX);
        units.filter(|unit| self.is_free(*unit, slot)).take(wanted).count() == wanted
    }

    /// The units that are free for a slot; first those that are wanted again the soonest, so that long free times stay.
    fn free(&self, slot: Slot) -> Vec<u32> {
        let next = |unit: u32| self.of(unit)?.range(slot.end()..).next().map(|(start, _)| *start);
        let units = 0..u32::try_from(self.units.len()).unwrap_or(u32::MAX);
        let mut free: Vec<u32> = units.filter(|unit| self.is_free(*unit, slot)).collect();
        free.sort_by_key(|unit| next(*unit).unwrap_or(Timestamp::MAX));
        free
    }

    /// One after another, each to the first that suits; nothing is kept when it does not work out.
    fn place_each(&mut self, loose: &[(Slot, usize)], found: &mut Vec<u32>) -> bool {
        for (slot, _) in loose {
            let Some(unit) = self.free(*slot).first().copied() else {
                for ((slot, _), unit) in loose.iter().zip(found.drain(..)) {
                    self.take_back(unit, *slot);
                }
                return false;
            };
            self.put(unit, *slot);
            found.push(unit);
        }
        true
    }

    /// Every way, as long as the steps last.
    fn search(&mut self, loose: &[(Slot, usize)], found: &mut Vec<u32>, steps: &Steps) -> bool {
        let Some((slot, _)) = loose.get(found.len()) else { return true };
        for unit in self.free(*slot) {
            if !steps.take() {
                return false;
            }
            self.put(unit, *slot);
            found.push(unit);
            if self.search(loose, found, steps) {
                return true;
            }
            found.pop();
            self.take_back(unit, *slot);
        }
        false
    }
}

#[cfg(test)]
mod tests;
