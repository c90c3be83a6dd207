//! How often something may be done: so many times at once, and then again at a steady pace, for each key by itself.

use std::fmt;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use governor::clock::Clock as Pace;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::clock::Clock;

/// After how many questions those keys are forgotten that have all their turns again.
const SWEEP: u32 = 4_096;

/// A pace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// So often at once.
    pub burst: u32,
    /// And once more each time this has passed.
    pub every: Duration,
}

impl Rate {
    /// So often in a minute, once the burst is spent.
    #[must_use]
    pub fn per_minute(self) -> u64 {
        u64::try_from(60_000 / self.every.as_millis().max(1)).unwrap_or(u64::MAX)
    }
}

/// Who did something how often.
pub struct RateLimit<K: Eq + Hash + Clone> {
    limiter: RateLimiter<K, DashMapStateStore<K>, Time, NoOpMiddleware<Duration>>,
    time: Time,
    asked: AtomicU32,
}

impl<K: Eq + Hash + Clone> RateLimit<K> {
    /// Nobody has done anything yet.
    #[must_use]
    pub fn new(rate: Rate, clock: &Clock) -> Self {
        let time = Time { clock: clock.clone(), start: Instant::now() };
        let every = rate.every.max(Duration::from_nanos(1));
        let quota = Quota::with_period(every).unwrap_or(Quota::per_second(NonZeroU32::MIN));
        let quota = quota.allow_burst(NonZeroU32::new(rate.burst).unwrap_or(NonZeroU32::MIN));
        Self { limiter: RateLimiter::dashmap_with_clock(quota, time.clone()), time, asked: AtomicU32::new(0) }
    }

    /// Takes a turn.
    ///
    /// # Errors
    /// In how many seconds there is one again, when there is none.
    pub fn check(&self, key: &K) -> Result<(), u32> {
        if self.asked.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(key).map_err(|until| {
            let wait = until.wait_time_from(self.time.now());
            u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1)
        })
    }
}

impl<K: Eq + Hash + Clone> fmt::Debug for RateLimit<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimit").finish_non_exhaustive()
    }
}

/// Time that never goes back, whatever is done to the machine's clock; the clock of a test moves it, too.
#[derive(Clone)]
struct Time {
    clock: Clock,
    start: Instant,
}

impl Pace for Time {
    type Instant = Duration;

    fn now(&self) -> Duration {
        match &self.clock {
            Clock::System => self.start.elapsed(),
            Clock::Fixed(milliseconds) => {
                Duration::from_millis(u64::try_from(milliseconds.load(Ordering::SeqCst)).unwrap_or(0))
            }
        }
    }
}

/// All addresses that one customer of a network has: of IPv6 the network of 64 bits, because one household has as many
/// addresses in it as it likes.
#[must_use]
pub fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::*;

    #[test]
    fn turns_come_back_one_by_one_and_each_key_has_its_own() {
        let clock = Clock::fixed(Timestamp::from_second(1_800_000_000).unwrap());
        let limit = RateLimit::new(Rate { burst: 2, every: Duration::from_secs(10) }, &clock);
        assert_eq!([limit.check(&1), limit.check(&1), limit.check(&2)], [Ok(()); 3]);
        assert_eq!(limit.check(&1), Err(11));
        clock.advance(SignedDuration::from_secs(10));
        assert_eq!([limit.check(&1), limit.check(&2), limit.check(&2)], [Ok(()); 3]);
        assert!(limit.check(&1).is_err());
    }

    #[test]
    fn a_household_counts_once() {
        let parse = |text: &str| text.parse::<IpAddr>().unwrap();
        assert_eq!(household(parse("2001:db8:1:2:3::4")), household(parse("2001:db8:1:2:ffff::")));
        assert_ne!(household(parse("2001:db8:1:2::")), household(parse("2001:db8:1:3::")));
        assert_eq!(household(parse("::ffff:192.0.2.7")), parse("192.0.2.7"));
    }
}
