//! New ids: 64-bit numbers that sort by the time they were made and need nobody to hand them out.
//!
//! ```text
//!  63  62 ............................ 20  19 ......... 0
//!   0  unix milliseconds, 43 bits          20 bits
//! ```
//!
//! 43 bits of milliseconds last until the year 2248. The low bits start at random with each new millisecond and
//! then count up, so that a second process on the same database (the command line) does not mint the same ids.

use std::sync::atomic::{AtomicI64, Ordering};

const LOW_BITS: u32 = 20;
const LAST_MILLISECOND: i64 = (1 << (63 - LOW_BITS)) - 1;

/// The smallest id that a moment can have; every id minted before it is smaller.
pub(super) fn first_at(time: jiff::Timestamp) -> i64 {
    time.as_millisecond().clamp(0, LAST_MILLISECOND) << LOW_BITS
}

/// The last id that a store has given out.
#[derive(Debug, Default)]
pub(super) struct Ids(AtomicI64);

impl Ids {
    pub(super) fn next(&self, now: jiff::Timestamp) -> i64 {
        let mut last = self.0.load(Ordering::Relaxed);
        loop {
            let next = after(last, now.as_millisecond(), rand::random());
            match self.0.compare_exchange_weak(last, next, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return next,
                Err(seen) => last = seen,
            }
        }
    }
}

/// A time outside of what the layout can hold counts as the nearest one inside.
fn after(last: i64, now: i64, random: u32) -> i64 {
    let now = now.clamp(0, LAST_MILLISECOND);
    if now > last >> LOW_BITS {
        now << LOW_BITS | i64::from(random >> (u32::BITS - LOW_BITS))
    } else {
        last.saturating_add(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ids_only_grow_whatever_the_clock_does(
            clock in proptest::collection::vec(-1_000_i64..8_000_000_000_000, 1..200),
        ) {
            let ids = Ids::default();
            let mut last = 0;
            for now in clock {
                let next = ids.next(Timestamp::from_millisecond(now).unwrap());
                prop_assert!(next > last, "{next} after {last}");
                last = next;
            }
        }

        #[test]
        fn an_id_tells_its_millisecond(now in 1_i64..=LAST_MILLISECOND, random: u32) {
            let id = after((now - 1) << LOW_BITS, now, random);
            prop_assert_eq!(id >> LOW_BITS, now);
            prop_assert!(id > 0);
        }
    }

    #[test]
    fn a_millisecond_that_is_used_up_runs_into_the_next() {
        let full = (5 << LOW_BITS) | ((1 << LOW_BITS) - 1);
        let next = after(full, 5, 0);
        assert_eq!(next, 6 << LOW_BITS);
        assert_eq!(after(next, 6, u32::MAX), next + 1);
    }

    #[test]
    fn two_processes_start_a_millisecond_apart_from_each_other() {
        let now = Timestamp::from_millisecond(1_800_000_000_000).unwrap();
        let firsts: std::collections::HashSet<i64> = (0..64).map(|_| Ids::default().next(now)).collect();
        assert!(firsts.len() > 48, "64 processes minted only {} different ids", firsts.len());
    }

    #[test]
    fn the_layout_lasts_to_2248() {
        let end = Timestamp::from_millisecond(LAST_MILLISECOND).unwrap();
        assert!(end.to_string().starts_with("2248-"));
    }
}
