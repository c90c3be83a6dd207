//! Networks as an operator writes them in the settings.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// A block of addresses in CIDR notation (RFC 4632): `192.168.0.0/16`, `fd00::/8`. A single address
/// stands for itself: `127.0.0.1` is `127.0.0.1/32`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network(IpNet);

/// The text is no network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// Not CIDR notation.
    #[error("`{0}` is no network; write an address and a length, such as `192.168.0.0/16`")]
    Syntax(String),
    /// The address has bits set beyond the length, so it is unclear what was meant.
    #[error("`{given}` is not the start of a network; write `{start}` or the single address `{address}`")]
    HostBits {
        /// What was written.
        given: String,
        /// The network that the address lies in.
        start: String,
        /// The address alone.
        address: IpAddr,
    },
}

impl Network {
    /// True when the address lies in the network. IPv4 and IPv6 never lie in each other.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address)
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self(address.into()));
        }
        // The address is read by the standard library, which refuses the octal spelling
        // `010.0.0.0`.
        let network = text
            .split_once('/')
            .filter(|(_, length)| length.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|(address, length)| IpNet::new(address.parse().ok()?, length.parse().ok()?).ok())
            .ok_or_else(|| NetworkError::Syntax(text.to_owned()))?;
        if network.addr() != network.network() {
            return Err(NetworkError::HostBits {
                given: text.to_owned(),
                start: network.trunc().to_string(),
                address: network.addr(),
            });
        }
        Ok(Self(network))
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<String> for Network {
    type Error = NetworkError;

    fn try_from(text: String) -> Result<Self, NetworkError> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use proptest::prelude::*;

    use super::Network;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect(text)
    }

    #[test]
    fn networks_are_written_in_cidr_notation() {
        for (given, written) in [("10.0.0.0/8", "10.0.0.0/8"), ("127.0.0.1", "127.0.0.1/32"), ("::1", "::1/128")] {
            assert_eq!(given.parse::<Network>().expect(given).to_string(), written);
        }
        let refused = "10.1.2.3/8".parse::<Network>().expect_err("host bits").to_string();
        assert!(refused.contains("`10.0.0.0/8`") && refused.contains("`10.1.2.3`"), "{refused}");
        for wrong in ["", "10.0.0.0/33", "10.0.0/8", "localhost", "010.0.0.0/8", "::/129"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_network_reads_back_what_it_writes_and_holds_its_start(bits: u128, short: bool, length in 0u8..=128) {
            let text = if short {
                let length = length.min(32);
                let mask = u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0);
                format!("{}/{length}", std::net::Ipv4Addr::from_bits((bits as u32) & mask))
            } else {
                let mask = u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0);
                format!("{}/{length}", std::net::Ipv6Addr::from_bits(bits & mask))
            };
            let network: Network = text.parse().expect("a network");
            prop_assert_eq!(network.to_string().parse::<Network>(), Ok(network));
            let json = serde_json::to_string(&network).expect("text");
            prop_assert_eq!(serde_json::from_str::<Network>(&json).expect("network"), network);
            let (start, _) = text.split_once('/').expect("as built");
            prop_assert!(network.contains(ip(start)));
        }
    }
}
