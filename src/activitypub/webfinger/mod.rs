//! WebFinger (RFC 7033): from a handle to an actor, and back.
//!
//! Both directions of the JSON Resource Descriptor, the rule by which an answer is believed, and host-meta. An answer
//! alone proves nothing: the actor's own document must name the same handle.

mod handle;
mod interaction;
mod jrd;

use super::id::Id;

pub use handle::{HOST_LIMIT, Handle, HandleError, USER_LIMIT, is_user};
pub use interaction::{Intent, InteractionTemplate};
pub use jrd::{Answer, Jrd, JrdError, JrdLink, rel};

/// The content type of an answer (RFC 7033, section 10.2).
pub const CONTENT_TYPE: &str = "application/jrd+json";

/// What somebody asks about (`?resource=`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// `acct:ana@harbor.example`; also without `acct:`, as some ask.
    Handle(Handle),
    /// A URL: an actor's id, its page, or `https://harbor.example/` for the node (FEP-d556).
    Url(Id),
}

impl Resource {
    /// Reads the parameter; hosts with ports pass when this node is in development.
    #[must_use]
    pub fn parse(text: &str, allow_port: bool) -> Option<Self> {
        if text.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("http")) && text.contains("://") {
            return Id::parse(text).ok().map(Self::Url);
        }
        let handle = if allow_port { Handle::parse_with_port(text) } else { Handle::parse(text) };
        handle.ok().map(Self::Handle)
    }
}

/// Where to ask about a handle: `https://host/.well-known/webfinger?resource=acct:…`.
#[must_use]
pub fn query_url(handle: &Handle, scheme: &str) -> Option<url::Url> {
    let mut url = url::Url::parse(&format!("{scheme}://{}/.well-known/webfinger", handle.host())).ok()?;
    url.query_pairs_mut().append_pair("resource", &handle.acct());
    Some(url)
}

/// host-meta (RFC 6415) in XML, for peers that find WebFinger by it. The content type is `application/xrd+xml`.
#[must_use]
pub fn host_meta_xml(origin: &str) -> String {
    let origin = origin.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <XRD xmlns=\"http://docs.oasis-open.org/ns/xri/xrd-1.0\">\n  \
         <Link rel=\"lrdd\" type=\"{CONTENT_TYPE}\" template=\"{origin}/.well-known/webfinger?resource={{uri}}\"/>\n\
         </XRD>\n"
    )
}

/// host-meta in JSON.
#[must_use]
pub fn host_meta_json(origin: &str) -> serde_json::Value {
    serde_json::json!({"links": [{
        "rel": "lrdd", "type": CONTENT_TYPE,
        "template": format!("{origin}/.well-known/webfinger?resource={{uri}}"),
    }]})
}
