//! The only way out of the process: every request to another machine goes through [`HttpClient`].
//!
//! Whom we call is mostly decided by strangers (an actor's inbox, a key id, a link that a member
//! pastes), so this module owns the question "may we call there at all?" and the limits on what
//! comes back: time, size, redirects, how many at once. It knows nothing of ActivityPub and signs
//! nothing; callers pass headers.

mod address;
mod budget;
mod error;
mod message;
mod name;
mod network;
mod resolve;
#[cfg(test)]
mod tests;
mod turn;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use url::{Host, Url};

pub use budget::Budget;
pub use error::{Error, Forbidden, Wait};
pub use message::{Headers, Request, Response};
pub use network::{Network, NetworkError};

use address::Gate;
use name::NameTable;
use resolve::{Lookup, Resolver};
use turn::Turns;

/// Longest URL that is requested, in bytes.
const MAX_URL: usize = 4096;
/// How long an idle connection is kept for the next request to the same peer.
const IDLE: Duration = Duration::from_secs(30);
/// Longest deadline; a longer one means the same to everybody and would overflow the clock.
const MAX_DEADLINE: Duration = Duration::from_secs(24 * 60 * 60);
/// Largest header block of an HTTP/2 answer in bytes; HTTP/1.1 is bounded by hyper (100 headers,
/// about 400 KiB).
const MAX_HTTP2_HEADERS: u32 = 64 * 1024;

/// How the client reaches out. [`Settings::default`] is right for the open internet.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Value of the `User-Agent` header.
    pub user_agent: String,
    /// Also permits `http:` and ports other than 443. For development.
    pub allow_http: bool,
    /// Networks that may be reached although they are not public, loopback included.
    pub allow_private_addresses: Vec<Network>,
    /// Names that are not looked up: `a.example` or `*.example` to an address. A port of 0 stands
    /// for the port of the URL; a URL that names a port itself keeps it. An address that is not
    /// public has to lie in [`allow_private_addresses`](Self::allow_private_addresses) too.
    pub resolve: BTreeMap<String, SocketAddr>,
    /// PEM file with certificates of authorities that are trusted besides the public ones.
    pub ca_file: Option<PathBuf>,
    /// Limit for looking up, connecting and the TLS handshake together.
    pub connect_timeout: Duration,
    /// Limit for the start of the answer, and for each silence within its body.
    pub read_timeout: Duration,
    /// Limit for the whole, from [`HttpClient::send`] to the last byte, waiting for a turn
    /// included.
    pub total_timeout: Duration,
    /// Largest body of an answer in bytes, counted after decompression.
    pub max_body: usize,
    /// How many requests may be on their way to one host at once, at least 1.
    pub per_host: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            user_agent: concat!("thirdspace/", env!("CARGO_PKG_VERSION")).to_owned(),
            allow_http: false,
            allow_private_addresses: Vec::new(),
            resolve: BTreeMap::new(),
            ca_file: None,
            connect_timeout: Duration::from_secs(5),
            read_timeout: Duration::from_secs(10),
            total_timeout: Duration::from_secs(30),
            max_body: 1024 * 1024,
            per_host: 4,
        }
    }
}

/// A pool of connections with rules. Clones share pool and rules.
#[derive(Clone)]
pub struct HttpClient {
    shared: Arc<Shared>,
}

struct Shared {
    client: reqwest::Client,
    gate: Arc<Gate>,
    names: Arc<NameTable>,
    turns: Arc<Turns>,
    allow_http: bool,
    connect_timeout: Duration,
    read_timeout: Duration,
    total_timeout: Duration,
    max_body: usize,
}

impl HttpClient {
    /// Builds the client; reads `ca_file`.
    ///
    /// # Errors
    /// [`Error::Settings`] when a setting cannot work; [`Error::Forbidden`] when `resolve` points
    /// to an address that is neither public nor in `allow_private_addresses`: better told at start
    /// than at the first delivery.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        Self::with_lookup(settings, Lookup::System)
    }

    fn with_lookup(settings: Settings, lookup: Lookup) -> Result<Self, Error> {
        if settings.per_host == 0 {
            return Err(Error::Settings { reason: "per_host is 0; it has to be at least 1".to_owned() });
        }
        let gate = Arc::new(Gate::new(settings.allow_private_addresses));
        let names = Arc::new(NameTable::new(&settings.resolve, &gate)?);
        let resolver = Resolver::new(lookup, Arc::clone(&names), Arc::clone(&gate));
        // One configuration for all connections, so that sessions are resumed across them.
        let mut tls =
            crate::tls::client_config(settings.ca_file.as_deref()).map_err(|reason| Error::Settings { reason })?;
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let client = reqwest::Client::builder()
            .user_agent(settings.user_agent)
            .tls_backend_preconfigured(tls)
            .dns_resolver(resolver)
            // A proxy would look names up in our place, past every check here.
            .no_proxy()
            // The next address is checked and signed anew by the caller.
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .https_only(!settings.allow_http)
            .connect_timeout(settings.connect_timeout)
            .read_timeout(settings.read_timeout)
            .tcp_nodelay(true)
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(settings.per_host)
            .http2_max_header_list_size(MAX_HTTP2_HEADERS)
            .build()
            .map_err(|error| Error::Settings { reason: error::innermost(&error) })?;
        Ok(Self {
            shared: Arc::new(Shared {
                client,
                gate,
                names,
                turns: Arc::new(Turns::new(settings.per_host)),
                allow_http: settings.allow_http,
                connect_timeout: settings.connect_timeout,
                read_timeout: settings.read_timeout,
                total_timeout: settings.total_timeout,
                max_body: settings.max_body,
            }),
        })
    }

    /// Says whether this URL may be requested, as far as that is known before its name is looked
    /// up. [`send`](Self::send) asks this too; ask it earlier to tell a person what is wrong with
    /// an address.
    ///
    /// # Errors
    /// [`Error::Forbidden`] with the rule that the URL breaks.
    pub fn check(&self, url: &Url) -> Result<(), Error> {
        let rules = &*self.shared;
        if url.as_str().len() > MAX_URL {
            return Err(Forbidden::Length { length: url.as_str().len(), limit: MAX_URL }.into());
        }
        match url.scheme() {
            "https" => {}
            "http" if rules.allow_http => {}
            scheme => {
                return Err(Forbidden::Scheme { scheme: error::cut(scheme) }.into());
            }
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Forbidden::UserInfo.into());
        }
        if let Some(port) = url.port().filter(|_| !rules.allow_http) {
            return Err(Forbidden::Port { port }.into());
        }
        // `Url` has by now turned every spelling of an address (octal, hex, one number, mapped)
        // into `Ipv4` or `Ipv6`. They have to be stopped here, because the resolver is never asked
        // about them.
        let address = match url.host() {
            Some(Host::Domain(host)) => return Ok(rules.names.check(host, &rules.gate)?),
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address),
            None => {
                return Err(Forbidden::Name { host: String::new(), why: "there is none" }.into());
            }
        };
        if rules.gate.is_allowed_privately(address) { Ok(()) } else { Err(Forbidden::IpLiteral { address }.into()) }
    }

    /// Sends one request and reads the whole answer. A redirect is an answer like any other, see
    /// [`Response::location`].
    ///
    /// # Errors
    /// See [`Error`]; [`Error::is_permanent`] and [`Error::is_our_fault`] say what to do about it.
    /// A status of 4xx or 5xx is not an error here.
    pub async fn send(&self, request: Request) -> Result<Response, Error> {
        let rules = &*self.shared;
        let Request { inner, deadline, max_body, budget, body_optional, invalid } = request;
        if let Some(reason) = invalid {
            return Err(Error::InvalidRequest { reason });
        }
        self.check(inner.url())?;
        if let Some(budget) = budget {
            budget.spend()?;
        }
        let url = inner.url().clone();
        let host: Arc<str> = url.host_str().unwrap_or_default().into();
        let whole = deadline.unwrap_or(rules.total_timeout).min(MAX_DEADLINE);
        let end = Instant::now() + whole;
        let too_late = |wait| Error::Timeout { host: host.to_string(), wait, limit: whole };
        let describe =
            |error: reqwest::Error| error::describe(&error, &host, rules.connect_timeout, rules.read_timeout);

        let _turn = timeout_at(end, rules.turns.take(&host)).await.map_err(|_| too_late(Wait::Turn))?;
        let mut answer = timeout_at(end, rules.client.execute(inner))
            .await
            .map_err(|_| too_late(Wait::Answer))?
            .map_err(describe)?;

        let limit = max_body.unwrap_or(rules.max_body);
        let head = message::Head {
            status: answer.status().as_u16(),
            headers: Headers::new(std::mem::take(answer.headers_mut())),
            url,
        };
        let mut body = message::Body::new(limit);
        let complete = match timeout_at(end, body.read(answer)).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err(Error::TooLarge { host: host.to_string(), limit }),
            Ok(Err(error)) => Err(describe(error)),
            Err(_) => Err(too_late(Wait::Answer)),
        };
        match complete {
            Err(error) if !body_optional => Err(error),
            _ => Ok(head.with(body.into_bytes())),
        }
    }
}
