//! The request that a signature is about, as it was received or will be sent.

use url::{Position, Url};

/// A request seen by the signature schemes. Header values are raw: what is signed is what went over the wire.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    method: &'a str,
    scheme: &'a str,
    authority: &'a str,
    path: &'a str,
    query: Option<&'a str>,
    headers: &'a [(&'a str, &'a [u8])],
}

impl<'a> Message<'a> {
    /// A request that will be sent to `url`, with the headers that will be sent, `Host` among them.
    pub fn sent(method: &'a str, url: &'a Url, headers: &'a [(&'a str, &'a [u8])]) -> Self {
        Self { method, scheme: url.scheme(), authority: authority(url), path: url.path(), query: url.query(), headers }
    }

    /// A request that was received. `origin` is the public address of this node (its path is ignored), which a proxy
    /// cannot change; `target` is the path with the query exactly as it stood in the request line.
    pub fn received(method: &'a str, target: &'a str, origin: &'a Url, headers: &'a [(&'a str, &'a [u8])]) -> Self {
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target, None),
        };
        Self { method, scheme: origin.scheme(), authority: authority(origin), path, query, headers }
    }

    /// The method as received: names of methods are case-sensitive.
    pub fn method(&self) -> &'a str {
        self.method
    }

    /// `https`, or `http` on a development node.
    pub fn scheme(&self) -> &'a str {
        self.scheme
    }

    /// Host in lower case, with the port when it is not the default one.
    pub fn authority(&self) -> &'a str {
        self.authority
    }

    /// The path, percent-encoded as received.
    pub fn path(&self) -> &'a str {
        self.path
    }

    /// The query without its question mark.
    pub fn query(&self) -> Option<&'a str> {
        self.query
    }

    /// All values of a header in their order. `name` in any case.
    pub fn values<'m>(&'m self, name: &'m str) -> impl Iterator<Item = &'a [u8]> + 'm {
        self.headers.iter().filter(move |(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| trim(value))
    }

    /// The one value of a header, or how many there are.
    pub(super) fn single(&self, name: &str) -> Result<&'a [u8], usize> {
        let mut values = self.values(name);
        match (values.next(), values.count()) {
            (Some(value), 0) => Ok(value),
            (None, _) => Err(0),
            (Some(_), more) => Err(1 + more),
        }
    }

    /// Appends the values of a header, joined as RFC 9421 section 2.1 and draft-cavage section 2.3 say. False if there
    /// is none, or one that could forge a line of the signed text; HTTP allows no line break in a value.
    pub(super) fn write_header(&self, name: &str, out: &mut Vec<u8>) -> bool {
        let mut first = true;
        for value in self.values(name) {
            if value.contains(&b'\n') {
                return false;
            }
            if !first {
                out.extend_from_slice(b", ");
            }
            out.extend_from_slice(value);
            first = false;
        }
        !first
    }

    /// Appends path and query. Returns where the query with its question mark stands in `out`.
    pub(super) fn write_target(&self, out: &mut Vec<u8>) -> Option<std::ops::Range<usize>> {
        out.extend_from_slice(self.path.as_bytes());
        let query = self.query?;
        let start = out.len();
        out.push(b'?');
        out.extend_from_slice(query.as_bytes());
        Some(start..out.len())
    }

    /// Whether requests of this method bring a body that must be covered.
    pub(super) fn brings_body(&self) -> bool {
        ["POST", "PUT", "PATCH"].iter().any(|method| self.method.eq_ignore_ascii_case(method))
    }

    /// Whether a `Host` value names the authority of this message; a spelled-out default port is no difference.
    pub(super) fn is_host(&self, value: &[u8]) -> bool {
        let default_port: &[u8] = match self.scheme {
            "https" => b":443",
            _ => b":80",
        };
        let value = value.strip_suffix(default_port).unwrap_or(value);
        value.eq_ignore_ascii_case(self.authority.as_bytes())
    }
}

/// Host and, when it is not the default one, port; never a user name.
fn authority(url: &Url) -> &str {
    &url[Position::BeforeHost..Position::AfterPort]
}

fn trim(value: &[u8]) -> &[u8] {
    let mut value = value;
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}
