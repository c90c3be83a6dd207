//! Looking for a time within a window, for whoever waits for one.

use jiff::Timestamp;

use super::{Broken, Ground, Rule, Wish, is_on_grid, judge};
use crate::coworking::resource::STEP;
use crate::coworking::slot::Slot;

/// What there is for a wish that may lie anywhere in a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Within {
    /// The first time that breaks no rule.
    Free(Slot),
    /// There would be one if others did not have it.
    Full,
    /// There is none, whatever others do: the first time that was looked at, and what is wrong with it.
    Never(Slot, Vec<Broken>),
}

impl Rule {
    /// Does it pass as soon as others give something back, or nothing is kept for them any more?
    #[must_use]
    pub fn can_be_waited_for(self) -> bool {
        matches!(self, Self::Capacity | Self::KeepFree)
    }
}

/// The first time for a wish from its own on to the end of a window. The ground has to reach over all of it.
#[must_use]
pub fn within(wish: &Wish, until: Timestamp, ground: &Ground<'_>) -> Within {
    let (from, length) = (wish.slot.start(), wish.slot.elapsed());
    let spare = until.duration_since(wish.slot.end()).as_secs().div_euclid(STEP.as_secs());
    let rules = ground.resource.rules.get(&ground.audience);
    let mut first: Option<(Slot, Vec<Broken>)> = None;
    let mut is_full = false;
    for step in 0..=i32::try_from(spare).unwrap_or(0) {
        let start = STEP.checked_mul(step).and_then(|later| from.checked_add(later).ok());
        let slot = start.and_then(|start| Slot::between(start, start.checked_add(length).ok()?));
        let Some(slot) = slot else { break };
        // Between the times of the grid nothing passes; what is wrong is said of the first.
        if step > 0 && rules.is_some_and(|rules| !is_on_grid(ground.zone, rules, slot.start())) {
            continue;
        }
        let broken = judge(&Wish { slot, ..wish.clone() }, ground);
        if broken.is_empty() {
            return Within::Free(slot);
        }
        is_full |= broken.iter().all(|broken| broken.rule.can_be_waited_for());
        first.get_or_insert((slot, broken));
    }
    match first {
        _ if is_full => Within::Full,
        Some((slot, broken)) => Within::Never(slot, broken),
        None => Within::Never(wish.slot, Vec::new()),
    }
}
