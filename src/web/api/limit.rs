//! How often the API may be asked: by one token, and by one address whatever tokens it shows.

use std::net::IpAddr;
use std::time::Duration;

use crate::coworking::Refusal;
use crate::coworking::id::TokenId;
use crate::node::Clock;
use crate::rate_limit::{Rate, RateLimit, Tally, household};

/// Requests of one token: five a second.
const BY_TOKEN: Rate = Rate { burst: 300, every: Duration::from_millis(200) };
/// Requests from one address, which a whole space shares: twenty a second.
const BY_ADDRESS: Rate = Rate { burst: 1_200, every: Duration::from_millis(50) };

/// How often who has asked.
#[derive(Debug)]
pub struct Limits {
    tokens: RateLimit<i64>,
    addresses: RateLimit<IpAddr>,
}

impl Limits {
    /// Nobody has asked yet.
    #[must_use]
    pub fn new(clock: &Clock, tally: &Tally) -> Self {
        Self {
            tokens: RateLimit::new("api by token", BY_TOKEN, clock, tally),
            addresses: RateLimit::new("api by address", BY_ADDRESS, clock, tally),
        }
    }

    /// Counts a request of a token.
    ///
    /// # Errors
    /// [`Refusal::TooOften`].
    pub fn token(&self, token: TokenId) -> Result<(), Refusal> {
        self.tokens.check(&token.0).map_err(too_often)
    }

    /// Counts a request from an address.
    ///
    /// # Errors
    /// [`Refusal::TooOften`].
    pub fn address(&self, address: IpAddr) -> Result<(), Refusal> {
        self.addresses.check(&household(address)).map_err(too_often)
    }
}

fn too_often(seconds: u32) -> Refusal {
    Refusal::TooOften { seconds: seconds.into() }
}
