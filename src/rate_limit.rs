//! How often something may be done: so many times at once, and then again at a steady pace, for each key by itself.
//!
//! Each process counts for itself, so that no request waits for another. Where several processes share the work they tell
//! each other within a second what they counted; so long somebody who is quick may do more than the limit says, and not
//! longer.

use std::collections::HashMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::marker::PhantomData;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
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

/// Who did something how often. Keys are known by a hash that all processes of a release agree on.
pub struct RateLimit<K> {
    counted: Arc<Counted>,
    asked: AtomicU32,
    of: PhantomData<fn(&K)>,
}

struct Counted {
    name: &'static str,
    rate: Rate,
    limiter: RateLimiter<u64, DashMapStateStore<u64>, Time, NoOpMiddleware<Duration>>,
    time: Time,
    /// What other processes have not heard of; counted only where there are any.
    untold: Mutex<HashMap<u64, u32>>,
    told: Arc<AtomicBool>,
}

impl<K: Hash> RateLimit<K> {
    /// Nobody has done anything yet. Limits of the same name count together where processes share the work.
    #[must_use]
    pub fn new(name: &'static str, rate: Rate, clock: &Clock, tally: &Tally) -> Self {
        let time = Time { clock: clock.clone(), start: Instant::now() };
        let every = rate.every.max(Duration::from_nanos(1));
        let quota = Quota::with_period(every).unwrap_or(Quota::per_second(NonZeroU32::MIN));
        let quota = quota.allow_burst(NonZeroU32::new(rate.burst).unwrap_or(NonZeroU32::MIN));
        let limiter = RateLimiter::dashmap_with_clock(quota, time.clone());
        let told = tally.shared.clone();
        let counted = Arc::new(Counted { name, rate, limiter, time, untold: Mutex::default(), told });
        lock(&tally.limits).push(Arc::downgrade(&counted));
        Self { counted, asked: AtomicU32::new(0), of: PhantomData }
    }

    /// Takes a turn.
    ///
    /// # Errors
    /// In how many seconds there is one again, when there is none.
    pub fn check(&self, key: &K) -> Result<(), u32> {
        let counted = &*self.counted;
        if self.asked.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            counted.limiter.retain_recent();
        }
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let key = hasher.finish();
        counted.limiter.check_key(&key).map_err(|until| {
            let wait = until.wait_time_from(counted.time.now());
            u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1)
        })?;
        if counted.told.load(Ordering::Relaxed) {
            let mut untold = lock(&counted.untold);
            if untold.len() < UNTOLD {
                *untold.entry(key).or_default() += 1;
            }
        }
        Ok(())
    }
}

/// So many keys are remembered that others have not heard of.
const UNTOLD: usize = 10_000;
/// A key is worth telling of when it has spent this part of what it may at once.
const WORTH: u32 = 50;
/// So many are told of at once, those who spent most.
const TOLD: usize = 500;

/// What was done, for other processes to count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spent {
    /// The limit.
    pub what: String,
    /// Whose turns they were, as a hash.
    pub who: u64,
    /// How many.
    pub times: u32,
}

/// All limits of a process, so that several processes can count together.
#[derive(Debug, Default)]
pub struct Tally {
    limits: Mutex<Vec<Weak<Counted>>>,
    shared: Arc<AtomicBool>,
}

impl Tally {
    /// From now on there are others to be told, or there are none.
    pub fn set_shared(&self, shared: bool) {
        self.shared.store(shared, Ordering::Relaxed);
    }

    /// What was done since this was asked last, and is worth telling.
    #[must_use]
    pub fn take(&self) -> Vec<Spent> {
        let mut all = Vec::new();
        for limit in lock(&self.limits).iter().filter_map(Weak::upgrade) {
            let worth = (limit.rate.burst / WORTH).max(1);
            lock(&limit.untold).retain(|who, times| {
                let tell = *times >= worth;
                if tell {
                    all.push(Spent { what: limit.name.to_owned(), who: *who, times: *times });
                }
                !tell
            });
        }
        all.sort_by_key(|spent| std::cmp::Reverse(spent.times));
        all.truncate(TOLD);
        all
    }

    /// Counts what was done at another process.
    pub fn charge(&self, spent: &Spent) {
        for limit in lock(&self.limits).iter().filter_map(Weak::upgrade).filter(|limit| limit.name == spent.what) {
            // What is beyond the limit was done already; nobody pays for it.
            let _ = (0..spent.times.min(limit.rate.burst)).try_for_each(|_| limit.limiter.check_key(&spent.who));
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Counted").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<K> fmt::Debug for RateLimit<K> {
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
        let rate = Rate { burst: 2, every: Duration::from_secs(10) };
        let limit = RateLimit::new("turns", rate, &clock, &Tally::default());
        assert_eq!([limit.check(&1), limit.check(&1), limit.check(&2)], [Ok(()); 3]);
        assert_eq!(limit.check(&1), Err(11));
        clock.advance(SignedDuration::from_secs(10));
        assert_eq!([limit.check(&1), limit.check(&2), limit.check(&2)], [Ok(()); 3]);
        assert!(limit.check(&1).is_err());
    }

    #[test]
    fn two_processes_that_tell_each_other_count_together() {
        let clock = Clock::fixed(Timestamp::from_second(1_800_000_000).unwrap());
        let rate = Rate { burst: 100, every: Duration::from_secs(1) };
        let tallies = [Tally::default(), Tally::default()];
        let limits = tallies.each_ref().map(|tally| RateLimit::new("turns", rate, &clock, tally));
        let other = RateLimit::<&str>::new("other turns", rate, &clock, &tallies[1]);
        assert_eq!((limits[0].check(&"ana"), tallies[0].take()), (Ok(()), vec![]), "nobody is there to be told");
        tallies.iter().for_each(|tally| tally.set_shared(true));
        for _ in 0..60 {
            limits[0].check(&"ana").unwrap();
        }
        limits[0].check(&"bo").unwrap();
        let told = tallies[0].take();
        assert_eq!(told.iter().map(|spent| (spent.what.as_str(), spent.times)).collect::<Vec<_>>(), [("turns", 60)]);
        assert!(tallies[0].take().is_empty(), "it is told once; Bo's one turn is not worth it");
        told.iter().for_each(|spent| tallies[1].charge(spent));
        let left = (0..100).filter(|_| limits[1].check(&"ana").is_ok()).count();
        assert_eq!(left, 40);
        assert!(limits[1].check(&"bo").is_ok() && other.check(&"ana").is_ok(), "each key and each limit by itself");
    }

    #[test]
    fn a_household_counts_once() {
        let parse = |text: &str| text.parse::<IpAddr>().unwrap();
        assert_eq!(household(parse("2001:db8:1:2:3::4")), household(parse("2001:db8:1:2:ffff::")));
        assert_ne!(household(parse("2001:db8:1:2::")), household(parse("2001:db8:1:3::")));
        assert_eq!(household(parse("::ffff:192.0.2.7")), parse("192.0.2.7"));
    }
}
