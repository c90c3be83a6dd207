//! Other nodes and servers: how far each is trusted.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::refusal::Refusal;

/// How far another server is trusted. Each level is let more than the ones before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Nothing is taken from it, and nothing is sent to it.
    Blocked,
    /// It reaches those who follow its people, and nobody else.
    Limited,
    /// As everybody: the level of a server that nobody has judged.
    Known,
    /// A partner: its people are guests here.
    Trusted,
}

impl Level {
    /// The word on the wire of the API, in the store and on the page.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Limited => "limited",
            Self::Known => "known",
            Self::Trusted => "trusted",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Level {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        match text {
            "blocked" => Ok(Self::Blocked),
            "limited" => Ok(Self::Limited),
            "known" => Ok(Self::Known),
            "trusted" => Ok(Self::Trusted),
            _ => Err(Refusal::malformed("level", text, "blocked, limited, known or trusted")),
        }
    }
}

/// The most bytes of a host's name (RFC 1035, section 2.3.4).
const HOST_LIMIT: usize = 253;

/// The name by which a server is known: a host in its ASCII form, with a port only where its addresses have one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Host(String);

impl Host {
    /// Reads `harbor.example` or, on development nodes, `harbor.localhost:8080`.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] for a whole address, a path, or anything else that is no host.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        const EXPECTED: &str = "a host such as harbor.example, without https:// or a path";
        let given = text.trim();
        let wrong = || Refusal::malformed("host", given, EXPECTED);
        if given.is_empty() || given.contains(['/', '\\', '@', '?', '#']) || given.contains(char::is_whitespace) {
            return Err(wrong());
        }
        let url = url::Url::parse(&format!("https://{given}/")).map_err(|_| wrong())?;
        Self::of(&url).ok_or_else(wrong)
    }

    /// The host of an address; `None` for an address without one, or one beyond what DNS can hold.
    #[must_use]
    pub fn of(url: &url::Url) -> Option<Self> {
        // A dot at the end names the same server, and must not be a way around a judgement.
        let host = url.host_str()?.trim_end_matches('.');
        if host.is_empty() || host.len() > HOST_LIMIT {
            return None;
        }
        Some(Self(match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name and the names it stands under: `a.b.example`, `b.example`, `example`.
    ///
    /// A judgement on `b.example` covers `a.b.example`, which its owner can make as many of as they like.
    pub fn lineage(&self) -> impl Iterator<Item = &str> {
        let host = self.0.as_str();
        let number = host.starts_with('[') || host.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b':'));
        std::iter::successors(
            Some(host),
            move |name| {
                if number { None } else { name.split_once('.').map(|(_, parent)| parent) }
            },
        )
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_has_one_spelling() {
        for (given, read) in [
            ("Harbor.Example", "harbor.example"),
            (" bücher.example ", "xn--bcher-kva.example"),
            ("harbor.example:443", "harbor.example"),
            ("harbor.example.", "harbor.example"),
            ("harbor.localhost:8080", "harbor.localhost:8080"),
            ("[::1]:80", "[::1]:80"),
        ] {
            assert_eq!(Host::parse(given).unwrap().as_str(), read, "{given}");
        }
        for wrong in ["", "https://harbor.example", "harbor.example/x", "ana@harbor.example", "a b", "h:99999", "?"] {
            assert!(Host::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_host_stands_under_its_parents_and_an_address_under_nothing() {
        let line = |text: &str| Host::parse(text).unwrap().lineage().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(line("a.b.example"), ["a.b.example", "b.example", "example"]);
        let deep = format!("{}evil.example", "a.".repeat(100));
        assert_eq!(line(&deep).len(), 102, "no depth hides from a parent's judgement");
        assert!(Host::parse(&format!("{}example", "a.".repeat(130))).is_err());
        assert_eq!(line("192.0.2.1:8080"), ["192.0.2.1:8080"]);
        assert_eq!(line("[2001:db8::1]"), ["[2001:db8::1]"]);
    }
}
