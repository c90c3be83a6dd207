//! What is sent and what comes back. Header values are bytes that pass unchanged, because
//! signatures cover them.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, Url};
use url::Position;

use super::{Budget, Error};

/// One request, built up by its methods and sent by [`HttpClient::send`](super::HttpClient::send).
#[derive(Debug)]
pub struct Request {
    pub(super) inner: reqwest::Request,
    pub(super) deadline: Option<Duration>,
    pub(super) max_body: Option<usize>,
    pub(super) budget: Option<Budget>,
    pub(super) body_optional: bool,
    pub(super) invalid: Option<String>,
}

impl Request {
    /// Asks for what is at the URL. A fragment is not part of the request and is dropped.
    pub fn get(url: Url) -> Self {
        Self::new(Method::GET, url)
    }

    /// Posts the bytes to the URL. The bytes are shared, not copied.
    pub fn post(url: Url, body: Bytes) -> Self {
        let mut request = Self::new(Method::POST, url);
        *request.inner.body_mut() = Some(body.into());
        request
    }

    fn new(method: Method, mut url: Url) -> Self {
        url.set_fragment(None);
        Self {
            inner: reqwest::Request::new(method, url),
            deadline: None,
            max_body: None,
            budget: None,
            body_optional: false,
            invalid: None,
        }
    }

    /// Adds a header. Values go out byte by byte as given and in the order given; names are sent in
    /// lower case, as HTTP/2 wants them and signatures spell them. The same name twice makes two
    /// headers.
    ///
    /// `host` and `content-length` may be named (signatures often cover them) and are taken as a
    /// statement that the connection makes true: a value other than that of URL and body makes
    /// [`send`](super::HttpClient::send) fail. Headers of the connection itself (`connection`,
    /// `transfer-encoding` …) make it fail too.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        let value = value.as_ref();
        let refused = match (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value)) {
            (Err(_), _) => Some("is no name of a header"),
            (_, Err(_)) => Some("has a value with control characters"),
            (Ok(header::HOST), _) if value == self.authority().as_bytes() => None,
            (Ok(header::HOST), _) => Some("differs from the host of the URL"),
            (Ok(header::CONTENT_LENGTH), _) if value == self.content_length().as_bytes() => None,
            (Ok(header::CONTENT_LENGTH), _) => Some("differs from the length of the body"),
            (Ok(name), _) if OF_THE_CONNECTION.contains(&name) => Some("is decided by the connection"),
            (Ok(name), Ok(value)) => {
                self.inner.headers_mut().append(name, value);
                None
            }
        };
        if let Some(why) = refused {
            self.invalid.get_or_insert_with(|| super::error::cut(&format!("the header `{name}` {why}")));
        }
        self
    }

    /// Replaces the client's total timeout for this request.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Replaces the client's limit for the body of the answer, in bytes.
    #[must_use]
    pub fn max_body(mut self, limit: usize) -> Self {
        self.max_body = Some(limit);
        self
    }

    /// Counts this request on the budget of the activity that led to it.
    #[must_use]
    pub fn budget(mut self, budget: &Budget) -> Self {
        self.budget = Some(budget.clone());
        self
    }

    /// For deliveries, where the status is the answer: a body that is too large, too slow or broken
    /// is cut where the trouble begins and is no error. Without this a peer that takes an activity
    /// and then babbles would get it again.
    #[must_use]
    pub fn body_optional(mut self) -> Self {
        self.body_optional = true;
        self
    }

    /// Ends the connection after the answer, where it serves one request at a time (HTTP/1.1): for many hosts that are
    /// asked once, whose idle connections would add up.
    #[must_use]
    pub fn hang_up(mut self) -> Self {
        self.inner.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        self
    }

    fn authority(&self) -> &str {
        &self.inner.url()[Position::BeforeHost..Position::AfterPort]
    }

    fn content_length(&self) -> String {
        self.inner.body().and_then(|body| body.as_bytes()).map_or(0, <[u8]>::len).to_string()
    }
}

/// Headers that steer the connection; a wrong one would let the next request on it be misread.
const OF_THE_CONNECTION: [HeaderName; 7] = [
    header::CONNECTION,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::TE,
    header::TRAILER,
    header::PROXY_AUTHORIZATION,
    header::EXPECT,
];

/// Headers of an answer.
#[derive(Clone, Debug, Default)]
pub struct Headers(HeaderMap);

impl Headers {
    pub(super) fn new(map: HeaderMap) -> Self {
        Self(map)
    }

    /// The first value under this name (in any case), unless it has characters outside of visible
    /// ASCII.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.get_all(name).next()
    }

    /// All values under this name, in the order of the answer, as [`get`](Self::get) has them.
    pub fn get_all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.get_all(name).iter().filter_map(|value| value.to_str().ok())
    }
}

/// An answer of whatever status, redirects included.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status code, 100 to 999.
    pub status: u16,
    /// The headers. When the body came compressed, `content-encoding` and `content-length` are
    /// gone.
    pub headers: Headers,
    /// The whole body, decompressed.
    pub body: Bytes,
    /// The URL that was requested, without a fragment.
    pub url: Url,
}

impl Response {
    /// Where the `Location` header points, seen from [`url`](Self::url). Nothing has been checked
    /// about it.
    ///
    /// # Errors
    /// [`Error::Protocol`] when it is no URL.
    pub fn location(&self) -> Option<Result<Url, Error>> {
        let value = self.headers.0.get(header::LOCATION)?;
        let target = value.to_str().ok().and_then(|text| self.url.join(text).ok());
        Some(target.ok_or_else(|| Error::Protocol {
            host: self.url.host_str().unwrap_or_default().to_owned(),
            reason: "it redirects to something that is no URL".to_owned(),
        }))
    }
}

/// What is known of an answer before its body.
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) headers: Headers,
    pub(super) url: Url,
}

impl Head {
    pub(super) fn with(self, body: Bytes) -> Response {
        Response { status: self.status, headers: self.headers, body, url: self.url }
    }
}

/// A body that comes in parts and stays below a limit. It lives outside of the reading future, so
/// that what has come is still there when a deadline cuts the reading.
pub(super) struct Body {
    limit: usize,
    /// The first part, not copied: most answers have only this one.
    first: Bytes,
    rest: BytesMut,
}

impl Body {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, first: Bytes::new(), rest: BytesMut::new() }
    }

    /// Reads to the end; false when the limit came first.
    pub(super) async fn read(&mut self, mut answer: reqwest::Response) -> Result<bool, reqwest::Error> {
        // A plain body that announces its size need not be read to know that it is too large. With
        // compression no length is given here.
        if answer.content_length().is_some_and(|length| length > self.limit as u64) {
            return Ok(false);
        }
        while let Some(part) = answer.chunk().await? {
            let room = self.limit - self.first.len() - self.rest.len();
            let fits = part.len() <= room;
            let part = part.slice(..part.len().min(room));
            if self.first.is_empty() {
                self.first = part;
            } else {
                self.rest.extend_from_slice(&part);
            }
            if !fits {
                return Ok(false);
            }
        }
        Ok(true)
    }

    pub(super) fn into_bytes(self) -> Bytes {
        if self.rest.is_empty() {
            return self.first;
        }
        let mut whole = BytesMut::with_capacity(self.first.len() + self.rest.len());
        whole.extend_from_slice(&self.first);
        whole.extend_from_slice(&self.rest);
        whole.freeze()
    }
}
