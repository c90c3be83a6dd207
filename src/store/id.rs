//! New ids: 64-bit numbers that sort by the time they were made and need nobody to hand them out.
//!
//! ```text
//!  63  62 ............................ 20  19 ........... 6  5 .... 0
//!   0  unix milliseconds, 43 bits          sixteenths of µs   process
//! ```
//!
//! 43 bits of milliseconds last until the year 2248. What is minted at the same moment counts up, into the next
//! millisecond where it must. Processes that share the work have a number each; others (the command line) draw one, and
//! some of the time below a microsecond, so that they do not mint the same ids.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// Below the milliseconds.
const LOW_BITS: u32 = 20;
const SLOT_BITS: u32 = 6;
/// From one id of a process to the next.
const STEP: i64 = 1 << SLOT_BITS;
const LAST_MILLISECOND: i64 = (1 << (63 - LOW_BITS)) - 1;
/// Clocks that agree so well are taken for the same.
const SAME: i64 = 2_000;

/// The smallest id that a moment can have; every id minted before it is smaller.
pub(super) fn first_at(time: Timestamp) -> i64 {
    time.as_millisecond().clamp(0, LAST_MILLISECOND) << LOW_BITS
}

/// The ids of one process.
#[derive(Debug)]
pub(super) struct Ids {
    /// The last one that was given out.
    last: AtomicI64,
    slot: AtomicI64,
    /// How far the clock that all processes share is ahead of ours, in microseconds.
    ahead: AtomicI64,
    process: i64,
}

impl Default for Ids {
    fn default() -> Self {
        Self {
            last: AtomicI64::new(0),
            slot: AtomicI64::new(i64::from(rand::random::<u8>()) % STEP),
            ahead: AtomicI64::new(0),
            process: rand::random::<i64>() & i64::MAX,
        }
    }
}

impl Ids {
    /// The next id, greater than all before it and than `floor`.
    pub(super) fn next(&self, now: Timestamp, floor: i64) -> i64 {
        let now = now.as_microsecond().saturating_add(self.ahead.load(Ordering::Relaxed));
        let slot = self.slot.load(Ordering::Relaxed);
        let mut last = self.last.load(Ordering::Relaxed);
        loop {
            let next = after(last.max(floor), now, rand::random(), slot);
            match self.last.compare_exchange_weak(last, next, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return next,
                Err(seen) => last = seen,
            }
        }
    }

    /// The number of this process: drawn, and nobody else's.
    pub(super) fn process(&self) -> i64 {
        self.process
    }

    pub(super) fn set_slot(&self, slot: i64) {
        self.slot.store(slot.rem_euclid(STEP), Ordering::Relaxed);
    }

    /// The clock that all share shows so many microseconds more than ours.
    pub(super) fn set_ahead(&self, microseconds: i64) {
        let ahead = if microseconds.abs() < SAME { 0 } else { microseconds };
        self.ahead.store(ahead, Ordering::Relaxed);
    }
}

/// A time, in microseconds, outside of what the layout can hold counts as the nearest one inside.
fn after(last: i64, now: i64, random: u8, slot: i64) -> i64 {
    let (millisecond, rest) = (now.div_euclid(1_000), now.rem_euclid(1_000));
    let (millisecond, rest) = match millisecond {
        ..0 => (0, 0),
        0..=LAST_MILLISECOND => (millisecond, rest),
        _ => (LAST_MILLISECOND, rest),
    };
    let sixteenths = rest * 16 + i64::from(random % 16);
    let next = millisecond << LOW_BITS | sixteenths << SLOT_BITS | slot;
    if next > last {
        return next;
    }
    // The first of ours above the last of anybody's.
    let next = last - last % STEP + slot;
    if next > last { next } else { next.saturating_add(STEP) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(microseconds: i64) -> Timestamp {
        Timestamp::from_microsecond(microseconds).unwrap()
    }

    proptest! {
        #[test]
        fn ids_only_grow_whatever_the_clock_does(
            clock in proptest::collection::vec(-1_000_i64..8_000_000_000_000_000, 1..200),
            floor in 0_i64..1 << 62,
        ) {
            let ids = Ids::default();
            let mut last = floor;
            for now in clock {
                let next = ids.next(at(now), floor);
                prop_assert!(next > last, "{next} after {last}");
                last = next;
            }
        }

        #[test]
        fn an_id_tells_its_millisecond_and_who_minted_it(now in 1_000_i64..=LAST_MILLISECOND * 1_000, random: u8, slot in 0_i64..STEP) {
            let id = after(((now / 1_000) - 1) << LOW_BITS, now, random, slot);
            prop_assert_eq!((id >> LOW_BITS, id % STEP), (now / 1_000, slot));
        }

        #[test]
        fn processes_with_numbers_of_their_own_never_mint_the_same(
            clock in proptest::collection::vec((0_usize..3, 0_i64..50), 1..300),
        ) {
            let processes = [3, 4, 5].map(|slot| {
                let ids = Ids::default();
                ids.set_slot(slot);
                ids
            });
            let mut seen = std::collections::HashSet::new();
            for (process, now) in clock {
                prop_assert!(seen.insert(processes[process].next(at(1_800_000_000_000_000 + now), 0)));
            }
        }
    }

    #[test]
    fn a_millisecond_that_is_used_up_runs_into_the_next() {
        let full = (5 << LOW_BITS) | ((1 << LOW_BITS) - STEP);
        let next = after(full, 5_000, 0, 0);
        assert_eq!(next, 6 << LOW_BITS);
        assert_eq!(after(next, 6_000, 0, 0), next + STEP);
    }

    #[test]
    fn what_is_minted_a_microsecond_later_by_somebody_else_is_greater() {
        let ids: Vec<Ids> = (0..8).map(|_| Ids::default()).collect();
        let mut last = 0;
        for now in 0..800 {
            let next = ids[now as usize % ids.len()].next(at(1_800_000_000_000_000 + now), 0);
            assert!(next > last);
            last = next;
        }
    }

    #[test]
    fn a_clock_that_is_behind_is_helped() {
        let (slow, right) = (Ids::default(), Ids::default());
        slow.set_ahead(5_000_000);
        let now = 1_800_000_000_000_000;
        let first = right.next(at(now), 0);
        assert!(slow.next(at(now + 1 - 5_000_000), 0) > first);
        slow.set_ahead(900);
        assert!(Ids::default().next(at(now), 0) >> LOW_BITS == now / 1_000);
    }

    #[test]
    fn processes_without_numbers_seldom_meet() {
        let now = at(1_800_000_000_000_000);
        let firsts: std::collections::HashSet<i64> = (0..64).map(|_| Ids::default().next(now, 0)).collect();
        assert!(firsts.len() > 48, "64 processes minted only {} different ids", firsts.len());
    }

    #[test]
    fn the_layout_lasts_to_2248() {
        let end = Timestamp::from_millisecond(LAST_MILLISECOND).unwrap();
        assert!(end.to_string().starts_with("2248-"));
    }
}
