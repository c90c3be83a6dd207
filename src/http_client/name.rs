//! Which host names are requested, and the operator's own table of names.
//!
//! A name is judged as the parsed URL has it (lower case, IDNA in ASCII), never by cutting up the
//! URL's text.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;

use url::Host;

use super::address::Gate;
use super::{Error, Forbidden};

/// Names that mean something on this machine or network only: RFC 6761 (localhost), RFC 6762
/// (local), RFC 7686 (onion), RFC 8375 (home.arpa), and internal, which ICANN keeps for private
/// use.
const LOCAL_NAMES: [&str; 5] = ["localhost", "local", "internal", "onion", "home.arpa"];

/// The operator's table: names that are not looked up.
#[derive(Debug)]
pub(super) struct NameTable {
    exact: HashMap<String, SocketAddr>,
    /// What follows the `*.`.
    suffixes: HashMap<String, SocketAddr>,
}

impl NameTable {
    pub(super) fn new(entries: &BTreeMap<String, SocketAddr>, gate: &Gate) -> Result<Self, Error> {
        let mut table = Self { exact: HashMap::new(), suffixes: HashMap::new() };
        for (key, address) in entries {
            let (text, entries) = match key.strip_prefix("*.") {
                Some(suffix) => (suffix, &mut table.suffixes),
                None => (key.as_str(), &mut table.exact),
            };
            let Ok(Host::Domain(name)) = Host::parse(text) else {
                let reason = format!("resolve: `{key}` is no host name; write `a.example` or `*.example`");
                return Err(Error::Settings { reason });
            };
            check_form(&name)?;
            if !gate.is_open(address.ip()) {
                return Err(Forbidden::PrivateAddress { host: key.clone(), address: address.ip() }.into());
            }
            entries.insert(name, *address);
        }
        Ok(table)
    }

    /// The address of a name in the table. An exact entry wins over a suffix, a longer suffix over
    /// a shorter one.
    pub(super) fn get(&self, host: &str) -> Option<SocketAddr> {
        self.exact.get(host).copied().or_else(|| {
            let mut rest = host;
            while let Some((_, suffix)) = rest.split_once('.') {
                if let Some(address) = self.suffixes.get(suffix) {
                    return Some(*address);
                }
                rest = suffix;
            }
            None
        })
    }

    /// Says whether the name may be looked up. A local name may where the operator opened a private
    /// network; its addresses then have to lie in that network (see [`is_local`]).
    pub(super) fn check(&self, host: &str, gate: &Gate) -> Result<(), Forbidden> {
        check_form(host)?;
        if is_local(host) && !gate.has_exceptions() && self.get(host).is_none() {
            let why = "it means something on a local network only";
            return Err(Forbidden::Name { host: host.to_owned(), why });
        }
        Ok(())
    }
}

/// True for a name that means something on this machine or network only, as does every name without
/// a dot.
pub(super) fn is_local(host: &str) -> bool {
    !host.contains('.')
        || LOCAL_NAMES
            .iter()
            .any(|local| host.strip_suffix(local).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

/// Letters, digits, hyphens and underscores in labels of 1 to 63, 253 in all (RFC 1035 section
/// 2.3.4). A dot at the end is refused: it makes a second spelling of each name, equal for DNS and
/// different for every comparison of ours.
fn check_form(host: &str) -> Result<(), Forbidden> {
    let refuse = |why| Err(Forbidden::Name { host: super::error::cut(host), why });
    if host.ends_with('.') {
        return refuse("it ends with a dot");
    }
    if host.len() > 253 || host.split('.').any(|label| label.len() > 63) {
        return refuse("it is too long (253 characters, 63 between two dots)");
    }
    if host.split('.').any(str::is_empty) {
        return refuse("a part of it is empty");
    }
    if !host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.')) {
        return refuse("it has characters that no host name has");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(entries: &[(&str, &str)], allowed: &[&str]) -> Result<NameTable, Error> {
        let gate = Gate::new(allowed.iter().map(|text| text.parse().expect(text)).collect());
        let entries = entries.iter().map(|(name, to)| ((*name).to_owned(), to.parse().expect(to))).collect();
        NameTable::new(&entries, &gate)
    }

    #[test]
    fn the_nearest_entry_of_the_table_wins() {
        let table = table(
            &[
                ("a.example", "127.0.0.1:1"),
                ("*.example", "127.0.0.1:2"),
                ("*.b.EXAMPLE", "127.0.0.1:3"),
                ("*.bücher.example", "127.0.0.1:4"),
            ],
            &["127.0.0.0/8"],
        )
        .expect("a table");
        let port = |host| table.get(host).map(|address| address.port());
        assert_eq!(port("a.example"), Some(1));
        assert_eq!(port("x.a.example"), Some(2));
        assert_eq!(port("b.example"), Some(2), "a suffix does not stand for itself");
        assert_eq!(port("x.y.b.example"), Some(3));
        assert_eq!(port("x.xn--bcher-kva.example"), Some(4));
        assert_eq!(port("example"), None);
        assert_eq!(port("notexample"), None);
    }

    #[test]
    fn an_entry_is_no_way_around_the_list_of_addresses() {
        let refused = table(&[("a.example", "127.0.0.1:1")], &["10.0.0.0/8"]).expect_err("loopback is not listed");
        assert!(matches!(refused, Error::Forbidden(Forbidden::PrivateAddress { .. })), "{refused}");
        for wrong in ["127.0.0.1", "[::1]", "a b", "*.", "*", "a.*.example", "https://a.example", "a.example."] {
            assert!(table(&[(wrong, "8.8.8.8:0")], &[]).is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_of_a_local_network_are_known() {
        for local in
            ["localhost", "x.localhost", "printer.local", "db.internal", "abc.onion", "nas.home.arpa", "intranet"]
        {
            assert!(is_local(local), "{local}");
        }
        for public in ["space.example", "notlocal.example", "my-local.eu", "thelocal.se", "local.example"] {
            assert!(!is_local(public), "{public}");
        }
    }
}
