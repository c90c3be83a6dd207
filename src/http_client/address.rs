//! Which addresses are on the public internet. Every other one is refused, because behind it sits
//! something that trusts its neighbours: this machine, the operator's network, the cloud's metadata
//! service.
//!
//! The ranges are those of the IANA special-purpose address registries for IPv4 and IPv6 (RFC 6890
//! and updates).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Network;

/// The decision about an address, with the operator's exceptions.
#[derive(Debug)]
pub(super) struct Gate {
    allowed: Vec<Network>,
}

impl Gate {
    pub(super) fn new(allowed: Vec<Network>) -> Self {
        Self { allowed }
    }

    /// True when the operator named at least one network as an exception.
    pub(super) fn has_exceptions(&self) -> bool {
        !self.allowed.is_empty()
    }

    /// True when a connection to the address may be opened.
    pub(super) fn is_open(&self, address: IpAddr) -> bool {
        is_public(address) || self.is_allowed_privately(address)
    }

    /// True when the operator named a network with this address. An address that carries an IPv4
    /// address within (NAT64, 6to4 …) is a way to that one, so both have to pass: who allows NAT64
    /// does not thereby allow `64:ff9b::10.0.0.1`.
    pub(super) fn is_allowed_privately(&self, address: IpAddr) -> bool {
        let named = |address| self.allowed.iter().any(|network| network.contains(address));
        match address {
            IpAddr::V4(_) => named(address),
            IpAddr::V6(v6) => match (v6.to_ipv4_mapped(), embedded(v6)) {
                (Some(v4), _) => named(IpAddr::V4(v4)),
                (None, Some(v4)) => named(address) && self.is_open(IpAddr::V4(v4)),
                (None, None) => named(address),
            },
        }
    }
}

/// True for global unicast addresses.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !within(&PRIVATE_V4, v4.to_bits()),
        // A mapped address is never on the wire: the system opens an IPv4 connection.
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_public(IpAddr::V4(v4)),
            None => within(&[GLOBAL_UNICAST], v6.to_bits()) && !within(&PRIVATE_V6, v6.to_bits()),
        },
    }
}

/// The IPv4 address that traffic to this IPv6 address ends at, where the address is of a kind that
/// has one.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let bits = address.to_bits();
    let low = Ipv4Addr::from_bits((bits & 0xffff_ffff) as u32);
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => None,
        // IPv4-compatible (RFC 4291, deprecated), NAT64 (RFC 6052), NAT64 of one's own network (RFC
        // 8215).
        [0, 0, 0, 0, 0, 0, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] | [0x64, 0xff9b, 1, ..] => Some(low),
        // 6to4 (RFC 3056).
        [0x2002, ..] => Some(Ipv4Addr::from_bits(((bits >> 80) & 0xffff_ffff) as u32)),
        // Teredo (RFC 4380) writes the client's address with every bit turned over.
        [0x2001, 0, ..] => Some(Ipv4Addr::from_bits(!low.to_bits())),
        _ => None,
    }
}

/// First address and length.
type Range<T> = (T, u32);

trait Bits: Copy + PartialEq {
    fn same_start(self, other: Self, length: u32) -> bool;
}

impl Bits for u32 {
    fn same_start(self, other: Self, length: u32) -> bool {
        (self ^ other).leading_zeros() >= length
    }
}

impl Bits for u128 {
    fn same_start(self, other: Self, length: u32) -> bool {
        (self ^ other).leading_zeros() >= length
    }
}

fn within<T: Bits>(ranges: &[Range<T>], address: T) -> bool {
    ranges.iter().any(|(start, length)| address.same_start(*start, *length))
}

const fn v4(a: u8, b: u8, c: u8, length: u32) -> Range<u32> {
    (Ipv4Addr::new(a, b, c, 0).to_bits(), length)
}

const fn v6(a: u16, b: u16, length: u32) -> Range<u128> {
    (Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0).to_bits(), length)
}

const PRIVATE_V4: [Range<u32>; 15] = [
    v4(0, 0, 0, 8),       // this network
    v4(10, 0, 0, 8),      // private
    v4(100, 64, 0, 10),   // shared behind a carrier's NAT
    v4(127, 0, 0, 8),     // loopback
    v4(169, 254, 0, 16),  // link-local, cloud metadata
    v4(172, 16, 0, 12),   // private
    v4(192, 0, 0, 24),    // protocol assignments
    v4(192, 0, 2, 24),    // documentation
    v4(192, 88, 99, 24),  // 6to4 relays, retired
    v4(192, 168, 0, 16),  // private
    v4(198, 18, 0, 15),   // benchmarks
    v4(198, 51, 100, 24), // documentation
    v4(203, 0, 113, 24),  // documentation
    v4(224, 0, 0, 4),     // multicast
    v4(240, 0, 0, 4),     // reserved, broadcast
];

/// All that IANA has given out as global unicast; what lies outside (loopback, mapped, NAT64, ULA,
/// link-local, multicast …) needs no entry of its own.
const GLOBAL_UNICAST: Range<u128> = v6(0x2000, 0, 3);

const PRIVATE_V6: [Range<u128>; 4] = [
    v6(0x2001, 0, 23),     // protocol assignments: Teredo, benchmarks, ORCHID
    v6(0x2001, 0xdb8, 32), // documentation
    v6(0x2002, 0, 16),     // 6to4
    v6(0x3fff, 0, 20),     // documentation
];

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::{Gate, is_public};

    fn ip(text: &str) -> IpAddr {
        text.parse().expect(text)
    }

    fn gate(allowed: &[&str]) -> Gate {
        Gate::new(allowed.iter().map(|text| text.parse().expect(text)).collect())
    }

    /// First and last address of every range, and the neighbours outside where these are public.
    #[test]
    fn only_global_unicast_is_public() {
        let ranges = [
            ("", "0.0.0.0", "0.255.255.255", "1.0.0.0"),
            ("9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"),
            ("100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"),
            ("126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"),
            ("169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0"),
            ("172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"),
            ("191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"),
            ("192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"),
            ("192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"),
            ("192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"),
            ("198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"),
            ("198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0"),
            ("203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0"),
            ("223.255.255.255", "224.0.0.0", "239.255.255.255", ""),
            ("", "240.0.0.0", "255.255.255.255", ""),
            ("", "::", "::1", ""),
            ("", "::2", "::ffff:ffff", ""),
            ("::ffff:9.255.255.255", "::ffff:10.0.0.0", "::ffff:10.255.255.255", "::ffff:11.0.0.0"),
            ("", "64:ff9b::", "64:ff9b::ffff:ffff", ""),
            ("", "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", ""),
            ("", "100::", "100::ffff:ffff:ffff:ffff", ""),
            ("", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2000::"),
            (
                "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                "2001::",
                "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
                "2001:200::",
            ),
            (
                "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
                "2001:db8::",
                "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
                "2001:db9::",
            ),
            ("2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2003::"),
            (
                "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                "3fff::",
                "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
                "3fff:1000::",
            ),
            ("3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "4000::", "4000::", ""),
            ("", "5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""),
            ("", "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""),
            ("", "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""),
            ("", "fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""),
            ("", "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""),
        ];
        for (before, first, last, after) in ranges {
            assert!(!is_public(ip(first)), "{first} begins a range that is not public");
            assert!(!is_public(ip(last)), "{last} ends a range that is not public");
            for neighbour in [before, after].into_iter().filter(|text| !text.is_empty()) {
                assert!(is_public(ip(neighbour)), "{neighbour} lies beside a range and is public");
            }
        }
        for public in ["8.8.8.8", "185.199.108.153", "2606:4700::6810:84e5", "2a01:4f8::1", "::ffff:8.8.8.8"] {
            assert!(is_public(ip(public)), "{public}");
        }
    }

    #[test]
    fn an_exception_opens_its_network_and_nothing_else() {
        let gate = gate(&["10.1.0.0/16", "::1"]);
        for open in ["10.1.0.0", "10.1.255.255", "::ffff:10.1.2.3", "::1", "8.8.8.8"] {
            assert!(gate.is_open(ip(open)), "{open}");
        }
        for closed in ["10.2.0.0", "127.0.0.1", "::", "::ffff:127.0.0.1", "::10.1.0.1", "64:ff9b::10.1.0.1"] {
            assert!(!gate.is_open(ip(closed)), "{closed}");
        }
    }

    /// A network that reaches IPv4 through NAT64 has to be usable, but is no way around the list.
    #[test]
    fn an_address_within_an_address_is_judged_too() {
        let gate = gate(&["64:ff9b::/96", "2002::/16", "2001::/32", "::/96"]);
        for open in ["64:ff9b::8.8.8.8", "2002:808:808::1", "2001:0:102:304::f7f7:f7f7", "::8.8.8.8"] {
            assert!(gate.is_open(ip(open)), "{open}");
        }
        for closed in [
            "64:ff9b::127.0.0.1",
            "64:ff9b::169.254.169.254",
            "2002:a00:1::1",
            "2001:0:102:304::f5ff:fffe",
            "::10.0.0.1",
        ] {
            assert!(!gate.is_open(ip(closed)), "{closed}");
        }
    }
}
