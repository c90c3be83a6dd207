//! How many keys are fetched for people who are not known here.
//!
//! Anybody may sign a request with the name of a key that lies anywhere, and so make this node ask there. Nobody gets
//! to do that without end: neither from one place nor towards one.

use std::net::IpAddr;
use std::time::Duration;

use crate::clock::Clock;
use crate::rate_limit::{Rate, RateLimit, Tally, household};

/// Unknown keys that one address may name. A large server introduces many people on a busy day, and what is turned away
/// comes again.
const BY_ASKER: Rate = Rate { burst: 300, every: Duration::from_millis(500) };
/// Unknown keys that one server is asked for, whoever names them: more, so that no single address can use them all up.
const BY_HOST: Rate = Rate { burst: 600, every: Duration::from_millis(100) };

/// Who made this node fetch how many keys, and from where.
#[derive(Debug)]
pub struct Strangers {
    askers: RateLimit<Option<IpAddr>>,
    hosts: RateLimit<String>,
}

/// No key is fetched now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TooMany {
    /// Too many because of one address.
    #[error(
        "your address named {burst} keys at once that this node does not know; the next passes in {seconds} s, then \
         {per_minute} a minute",
        burst = BY_ASKER.burst,
        per_minute = BY_ASKER.per_minute()
    )]
    Named {
        /// When one passes again.
        seconds: u32,
    },
    /// Too many from one server.
    #[error(
        "{host} was asked for {burst} unknown keys at once; the next passes in {seconds} s, then {per_minute} a minute",
        burst = BY_HOST.burst,
        per_minute = BY_HOST.per_minute()
    )]
    Asked {
        /// The server.
        host: String,
        /// When one passes again.
        seconds: u32,
    },
}

impl TooMany {
    /// In how many seconds one passes again.
    #[must_use]
    pub fn seconds(&self) -> u32 {
        match self {
            Self::Named { seconds } | Self::Asked { seconds, .. } => *seconds,
        }
    }
}

impl Strangers {
    /// Nobody has named a key yet.
    #[must_use]
    pub fn new(clock: &Clock, tally: &Tally) -> Self {
        Self {
            askers: RateLimit::new("key by asker", BY_ASKER, clock, tally),
            hosts: RateLimit::new("key by host", BY_HOST, clock, tally),
        }
    }

    /// May a key be fetched from a host because somebody at this address named it? Those whose address is not known
    /// count as one.
    ///
    /// # Errors
    /// [`TooMany`].
    pub fn admit(&self, asker: Option<IpAddr>, host: &str) -> Result<(), TooMany> {
        self.askers.check(&asker.map(household)).map_err(|seconds| TooMany::Named { seconds })?;
        let host = host.to_owned();
        self.hosts.check(&host).map_err(|seconds| TooMany::Asked { host, seconds })
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn neither_one_address_nor_one_host_is_without_end() {
        let strangers = Strangers::new(&Clock::fixed(Timestamp::UNIX_EPOCH), &Tally::default());
        let address = |last: u8| Some(IpAddr::from([192, 0, 2, last]));
        for number in 0..BY_ASKER.burst {
            strangers.admit(address(1), &format!("{number}.example")).unwrap();
        }
        let named = strangers.admit(address(1), "new.example").unwrap_err();
        assert_eq!(named, TooMany::Named { seconds: 1 });
        assert_eq!(
            named.to_string(),
            "your address named 300 keys at once that this node does not know; the next passes in 1 s, then 120 a minute"
        );
        for number in 0..BY_HOST.burst {
            let asker = address(2 + u8::try_from(number / BY_ASKER.burst).unwrap());
            strangers.admit(asker, "victim.example").unwrap();
        }
        let asked = strangers.admit(address(9), "victim.example").unwrap_err();
        assert_eq!(asked, TooMany::Asked { host: "victim.example".into(), seconds: 1 });
        assert_eq!(asked.seconds(), 1);
        strangers.admit(address(9), "other.example").unwrap();
        strangers.admit(None, "other.example").unwrap();
    }
}
