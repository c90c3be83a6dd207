//! How often the API may be asked: by one token, and by one address whatever tokens it shows.
//!
//! Both refill steadily and have room for a burst. An address stands for all that come from it: of IPv6 the network of
//! 64 bits, because one household has as many addresses in it as it likes.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use actix_web::dev::ServiceRequest;
use governor::clock::Clock as Pace;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::coworking::Refusal;
use crate::coworking::id::TokenId;
use crate::node::{Clock, Node};

/// Requests of one token: at once, and in a second from then on.
const BY_TOKEN: (u32, u32) = (300, 5);
/// Requests from one address: a space shares one.
const BY_ADDRESS: (u32, u32) = (1_200, 20);
/// After how many requests those are forgotten who have not asked for a while.
const SWEEP: u32 = 4_096;

type Limiter<K> = RateLimiter<K, DashMapStateStore<K>, Time, NoOpMiddleware<Duration>>;

/// How often who has asked.
pub struct Limits {
    tokens: Limiter<i64>,
    addresses: Limiter<IpAddr>,
    time: Time,
    asked: AtomicU32,
}

impl Limits {
    /// Nobody has asked yet.
    #[must_use]
    pub fn new(node: Arc<Node>) -> Self {
        let time = Time { node, start: Instant::now() };
        Self {
            tokens: limiter(BY_TOKEN, time.clone()),
            addresses: limiter(BY_ADDRESS, time.clone()),
            time,
            asked: AtomicU32::new(0),
        }
    }

    /// Counts a request of a token.
    ///
    /// # Errors
    /// [`Refusal::TooOften`].
    pub fn token(&self, token: TokenId) -> Result<(), Refusal> {
        self.check(&self.tokens, token.0)
    }

    /// Counts a request from an address.
    ///
    /// # Errors
    /// [`Refusal::TooOften`].
    pub fn address(&self, address: IpAddr) -> Result<(), Refusal> {
        self.check(&self.addresses, household(address))
    }

    fn check<K: Clone + Eq + std::hash::Hash>(&self, limiter: &Limiter<K>, key: K) -> Result<(), Refusal> {
        if self.asked.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            self.tokens.retain_recent();
            self.addresses.retain_recent();
        }
        limiter.check_key(&key).map_err(|until| {
            let wait = until.wait_time_from(self.time.now());
            Refusal::TooOften { seconds: wait.as_secs() + 1 }
        })
    }
}

fn limiter<K: Clone + Eq + std::hash::Hash>((burst, rate): (u32, u32), time: Time) -> Limiter<K> {
    let (burst, rate) = (NonZeroU32::new(burst), NonZeroU32::new(rate));
    let quota = Quota::per_second(rate.unwrap_or(NonZeroU32::MIN)).allow_burst(burst.unwrap_or(NonZeroU32::MIN));
    RateLimiter::dashmap_with_clock(quota, time)
}

/// Time that never goes back, whatever is done to the machine's clock; the clock of a test moves it, too.
#[derive(Clone)]
struct Time {
    node: Arc<Node>,
    start: Instant,
}

impl Pace for Time {
    type Instant = Duration;

    fn now(&self) -> Duration {
        match &self.node.clock {
            Clock::System => self.start.elapsed(),
            Clock::Fixed(milliseconds) => {
                Duration::from_millis(u64::try_from(milliseconds.load(Ordering::SeqCst)).unwrap_or(0))
            }
        }
    }
}

fn household(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
        address @ IpAddr::V4(_) => address,
    }
}

/// Who asks: the other end of the connection or, if that is a proxy that is believed, whom the proxy names. Proxies
/// write whom they hear at the end of `X-Forwarded-For`; what stands before that, anybody may have written.
#[must_use]
pub fn asker(node: &Node, request: &ServiceRequest) -> Option<IpAddr> {
    let mut asker = request.peer_addr()?.ip();
    let named = request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
    let named: Vec<&str> = named.flat_map(|value| value.split(',')).map(str::trim).collect();
    for address in named.iter().rev() {
        if !node.config.trusts_proxy(asker) {
            break;
        }
        let Ok(address) = address.parse() else { break };
        asker = address;
    }
    Some(asker)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_household_counts_once() {
        let parse = |text: &str| text.parse::<IpAddr>().unwrap();
        assert_eq!(household(parse("2001:db8:1:2:3::4")), household(parse("2001:db8:1:2:ffff::")));
        assert_ne!(household(parse("2001:db8:1:2::")), household(parse("2001:db8:1:3::")));
        assert_eq!(household(parse("::ffff:192.0.2.7")), parse("192.0.2.7"));
    }
}
