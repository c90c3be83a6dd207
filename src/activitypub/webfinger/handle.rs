//! Handles: how people name each other across nodes (`@ana@harbor.example`).

use std::fmt;
use std::str::FromStr;

use url::Host;

/// The most characters of the first half of a handle that is read.
pub const USER_LIMIT: usize = 255;
/// The longest host name (RFC 1035, section 2.3.4).
pub const HOST_LIMIT: usize = 253;

/// A user at a host. The user is kept as spelled; the host is lower-case ASCII (IDNA) without a port, except on a
/// development node. Two handles are equal when they differ in upper and lower case only.
#[derive(Debug, Clone)]
pub struct Handle {
    user: Box<str>,
    host: Box<str>,
}

/// Why a text is no handle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HandleError {
    /// There is no `@` between two parts.
    #[error("a handle has a name and a host, such as @ana@harbor.example")]
    Shape,
    /// The name has other characters, or is too long.
    #[error("the name in a handle has 1 to {USER_LIMIT} letters, digits and signs of _ . - ~ + ! $ * =")]
    User,
    /// The host is no domain name.
    #[error("the host in a handle is a domain name without a path, such as harbor.example")]
    Host,
    /// The host has a port, which only a development node may have.
    #[error("the host in a handle has no port")]
    Port,
}

impl Handle {
    /// Reads `user@host`, `@user@host` or `acct:user@host`.
    ///
    /// A host with a port or an IP address in it is refused: it would let a stranger choose any service to be asked.
    ///
    /// # Errors
    /// [`HandleError`].
    pub fn parse(text: &str) -> Result<Self, HandleError> {
        Self::read(text, false)
    }

    /// The same for a node in development, whose peers live on ports of the loopback interface.
    ///
    /// # Errors
    /// [`HandleError`].
    pub fn parse_with_port(text: &str) -> Result<Self, HandleError> {
        Self::read(text, true)
    }

    fn read(text: &str, allow_port: bool) -> Result<Self, HandleError> {
        let text = text.trim();
        let text = text.get(..5).filter(|head| head.eq_ignore_ascii_case("acct:")).map_or(text, |_| &text[5..]);
        let (user, host) = text.strip_prefix('@').unwrap_or(text).split_once('@').ok_or(HandleError::Shape)?;
        Self::of(user, host, allow_port)
    }

    /// A handle of its two halves.
    ///
    /// # Errors
    /// [`HandleError`].
    pub fn of(user: &str, host: &str, allow_port: bool) -> Result<Self, HandleError> {
        if !is_user(user) {
            return Err(HandleError::User);
        }
        Ok(Self { user: user.into(), host: read_host(host, allow_port)?.into() })
    }

    /// The name, as spelled.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The host, lower-case ASCII.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// `acct:user@host` (RFC 7565).
    #[must_use]
    pub fn acct(&self) -> String {
        format!("acct:{self}")
    }
}

impl PartialEq for Handle {
    fn eq(&self, other: &Self) -> bool {
        self.host == other.host && self.user.to_lowercase() == other.user.to_lowercase()
    }
}

impl Eq for Handle {}

impl std::hash::Hash for Handle {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.user.to_lowercase().hash(state);
        self.host.hash(state);
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.user, self.host)
    }
}

impl FromStr for Handle {
    type Err = HandleError;

    fn from_str(text: &str) -> Result<Self, HandleError> {
        Self::parse(text)
    }
}

/// Can this be the first half of a handle? Letters and digits of every script and a few signs; nothing that is
/// invisible, turns the direction of writing, or has a meaning in a URL or in HTML.
#[must_use]
pub fn is_user(text: &str) -> bool {
    !text.is_empty()
        && text.chars().count() <= USER_LIMIT
        && text.chars().all(|c| c.is_alphanumeric() || "_.-~+!$*=".contains(c))
}

fn read_host(text: &str, allow_port: bool) -> Result<String, HandleError> {
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) => (name, Some(port.parse::<u16>().map_err(|_| HandleError::Host)?)),
        None => (text, None),
    };
    if port.is_some() && !allow_port {
        return Err(HandleError::Port);
    }
    // The URL standard would decode `%`, so that `evil.example%2Fx` could become something else.
    let wordlike = |c: char| c.is_alphanumeric() || c == '.' || c == '-';
    if !name.chars().all(wordlike) || name.starts_with('.') || name.contains("..") {
        return Err(HandleError::Host);
    }
    let host = match Host::parse(name).map_err(|_| HandleError::Host)? {
        Host::Domain(domain) => domain,
        Host::Ipv4(address) if allow_port => address.to_string(),
        Host::Ipv4(_) | Host::Ipv6(_) => return Err(HandleError::Host),
    };
    let host = host.strip_suffix('.').map_or(host.as_str(), |bare| bare);
    if host.is_empty() || host.len() > HOST_LIMIT {
        return Err(HandleError::Host);
    }
    Ok(port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_handle_is_read_in_every_spelling() {
        for text in
            ["ana@harbor.example", "@ana@harbor.example", "acct:ana@HARBOR.example", " ACCT:Ana@harbor.example. "]
        {
            let handle = Handle::parse(text).unwrap();
            assert_eq!(handle, Handle::parse("ana@harbor.example").unwrap(), "{text}");
            assert_eq!(handle.host(), "harbor.example");
        }
        assert_eq!(Handle::parse("@bo@bücher.example").unwrap().acct(), "acct:bo@xn--bcher-kva.example");
        assert_eq!(Handle::parse_with_port("ana@harbor.localhost:8080").unwrap().host(), "harbor.localhost:8080");
    }

    #[test]
    fn what_could_lead_elsewhere_is_no_handle() {
        for (text, error) in [
            ("ana", HandleError::Shape),
            ("@ana", HandleError::Shape),
            ("@@harbor.example", HandleError::User),
            ("a/b@harbor.example", HandleError::User),
            ("a\u{202e}b@harbor.example", HandleError::User),
            ("a<b@harbor.example", HandleError::User),
            ("ana@harbor.example:8080", HandleError::Port),
            ("ana@harbor.example/inbox", HandleError::Host),
            ("ana@harbor.example%2finbox", HandleError::Host),
            ("ana@evil.example@harbor.example", HandleError::Host),
            ("ana@harbor.example?x", HandleError::Host),
            ("ana@127.0.0.1", HandleError::Host),
            ("ana@2130706433", HandleError::Host),
            ("ana@[::1]", HandleError::Host),
            ("ana@", HandleError::Host),
            ("ana@..", HandleError::Host),
        ] {
            assert_eq!(Handle::parse(text), Err(error), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_is_read_again(text in "(acct:|@)?[a-zA-Zé0-9@_.:-]{0,20}@?[a-zA-Zü0-9.:-]{0,20}") {
            if let Ok(handle) = Handle::parse_with_port(&text) {
                prop_assert_eq!(Handle::parse_with_port(&handle.to_string()).unwrap(), handle.clone());
                prop_assert_eq!(Handle::parse_with_port(&handle.acct()).unwrap(), handle);
            }
        }
    }
}
