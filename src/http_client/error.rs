//! Every way in which a request can fail, told so that a person can act on it and a queue can
//! decide on retrying.
//!
//! Messages name hosts only: the path, query or user info of a URL may hold a secret and would end
//! up in logs.

use std::error::Error as StdError;
use std::io;
use std::net::IpAddr;
use std::time::Duration;

/// Texts that come from outside (certificate names, the system) are cut to this many characters.
const MAX_REASON: usize = 200;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A rule of this node says that nothing is sent there.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The name could not be looked up.
    #[error("{host} could not be looked up: {reason}")]
    Resolve {
        /// The name.
        host: String,
        /// The system's words.
        reason: String,
    },
    /// No connection came about.
    #[error("no connection to {host}: {reason}")]
    Connect {
        /// The host.
        host: String,
        /// The system's words.
        reason: String,
    },
    /// The peer did not prove who it is, or broke the TLS protocol.
    #[error("no secure connection to {host}: {reason}")]
    Tls {
        /// The host.
        host: String,
        /// What is wrong, mostly with the certificate.
        reason: String,
    },
    /// A deadline passed.
    #[error("{host}: {wait} took longer than {} ms", limit.as_millis())]
    Timeout {
        /// The host.
        host: String,
        /// What was waited for.
        wait: Wait,
        /// The deadline that passed.
        limit: Duration,
    },
    /// The answer is larger than the caller takes.
    #[error("the answer of {host} is larger than {limit} bytes")]
    TooLarge {
        /// The host.
        host: String,
        /// The limit in bytes, counted after decompression.
        limit: usize,
    },
    /// The [`Budget`](super::Budget) of the activity that led here is used up.
    #[error("one try at an activity may cause {limit} requests, and this is one more")]
    BudgetSpent {
        /// How many there were to spend.
        limit: u32,
    },
    /// The connection broke, or what came over it is not HTTP.
    #[error("the answer of {host} cannot be read: {reason}")]
    Protocol {
        /// The host.
        host: String,
        /// What is wrong.
        reason: String,
    },
    /// The caller built something that cannot be sent: a defect of this program.
    #[error("the request cannot be sent: {reason}")]
    InvalidRequest {
        /// What is wrong.
        reason: String,
    },
    /// This machine cannot open a connection to anybody at the moment (no file handles, no
    /// network).
    #[error("this machine cannot connect: {reason}")]
    Exhausted {
        /// The system's words.
        reason: String,
    },
    /// The client cannot be built from these settings.
    #[error("the settings of outgoing HTTP do not work: {reason}")]
    Settings {
        /// Which one and why.
        reason: String,
    },
}

/// The rule that forbids a request. The text says what would pass.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// Neither `https` nor, where allowed, `http`.
    #[error("addresses of `{scheme}` are not requested; `https` is")]
    Scheme {
        /// The scheme.
        scheme: String,
    },
    /// A port other than 443.
    #[error("port {port} is not requested; the port of https, 443, is (leave it away)")]
    Port {
        /// The port.
        port: u16,
    },
    /// `user:password@` before the host.
    #[error("an address with a user name or password in it is not requested; leave them away")]
    UserInfo,
    /// An IP address in place of a name.
    #[error("the address {address} is not requested; a host with a name is")]
    IpLiteral {
        /// The address, whatever its spelling was.
        address: IpAddr,
    },
    /// The name stands for an address that is not public.
    #[error(
        "{host} has the address {address}, which is not on the public internet; an address that everybody can reach passes"
    )]
    PrivateAddress {
        /// The name.
        host: String,
        /// The first address that is not public.
        address: IpAddr,
    },
    /// Not a name of a host on the public internet.
    #[error("the host name `{host}` is not requested: {why}; a name such as `space.example` is")]
    Name {
        /// The name.
        host: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The URL is too long.
    #[error("the address has {length} bytes; at most {limit} are requested")]
    Length {
        /// Its length in bytes.
        length: usize,
        /// The limit in bytes.
        limit: usize,
    },
}

/// What was waited for when a deadline passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// For other requests of ours to the same host.
    Turn,
    /// For the name, the connection or the handshake.
    Connection,
    /// For the answer or its next part.
    Answer,
}

impl std::fmt::Display for Wait {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Turn => "waiting for other requests to this host",
            Self::Connection => "connecting",
            Self::Answer => "the answer",
        })
    }
}

impl Error {
    /// True when the same request would fail in the same way for as long as nobody changes
    /// something.
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::Forbidden(_) | Self::TooLarge { .. } | Self::InvalidRequest { .. } | Self::Settings { .. } => true,
            Self::Resolve { .. }
            | Self::Connect { .. }
            | Self::Tls { .. }
            | Self::Timeout { .. }
            | Self::BudgetSpent { .. }
            | Self::Protocol { .. }
            | Self::Exhausted { .. } => false,
        }
    }

    /// True when it says nothing about the peer: it must not count as a failure of the peer, nor be
    /// remembered against it.
    pub fn is_our_fault(&self) -> bool {
        match self {
            Self::BudgetSpent { .. }
            | Self::InvalidRequest { .. }
            | Self::Exhausted { .. }
            | Self::Settings { .. }
            | Self::Timeout { wait: Wait::Turn, .. } => true,
            Self::Forbidden(_)
            | Self::Resolve { .. }
            | Self::Connect { .. }
            | Self::Tls { .. }
            | Self::Timeout { .. }
            | Self::TooLarge { .. }
            | Self::Protocol { .. } => false,
        }
    }
}

/// Turns what the HTTP library says into our words.
pub(super) fn describe(error: &reqwest::Error, host: &str, connect: Duration, read: Duration) -> Error {
    let host = || host.to_owned();
    for cause in causes(error) {
        if let Some(ours) = cause.downcast_ref::<Error>() {
            return ours.clone();
        }
        if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
            return Error::Tls { host: host(), reason: cut(&tls.to_string()) };
        }
        if let Some(system) = cause.downcast_ref::<io::Error>().filter(|error| is_local(error)) {
            return Error::Exhausted { reason: system.to_string() };
        }
    }
    let reason = innermost(error);
    if error.is_builder() {
        return Error::InvalidRequest { reason };
    }
    match (error.is_timeout(), error.is_connect()) {
        (true, true) => Error::Timeout { host: host(), wait: Wait::Connection, limit: connect },
        (true, false) => Error::Timeout { host: host(), wait: Wait::Answer, limit: read },
        (false, true) => Error::Connect { host: host(), reason },
        (false, false) => Error::Protocol { host: host(), reason },
    }
}

/// The causes below an error, outermost first. An `io::Error` names the cause of its content as its
/// own, so the content is put in between.
fn causes<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    let next = |cause: &&'a (dyn StdError + 'static)| {
        let cause: &'a (dyn StdError + 'static) = *cause;
        match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(content) => Some(content as &'a (dyn StdError + 'static)),
            None => cause.source(),
        }
    };
    std::iter::successors(error.source(), next)
}

/// The last cause, which is the one that tells something; never the outermost text, as that holds
/// the URL.
pub(super) fn innermost(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(|| "no cause is known".to_owned(), |cause| cut(&cause.to_string()))
}

fn is_local(error: &io::Error) -> bool {
    // EMFILE and ENFILE (24 and 23 on every Unix) have no `ErrorKind`.
    matches!(error.raw_os_error(), Some(23 | 24))
        || matches!(
            error.kind(),
            io::ErrorKind::NetworkDown | io::ErrorKind::AddrNotAvailable | io::ErrorKind::OutOfMemory
        )
}

/// At most [`MAX_REASON`] characters, none of them a control character.
pub(super) fn cut(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_REASON).collect()
}
