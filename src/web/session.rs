//! Who looks at a page: a member whose browser holds a cookie of ours, or anybody.

use std::net::IpAddr;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{COOKIE, HeaderMap, ORIGIN, USER_AGENT};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use futures_util::future::LocalBoxFuture;

use super::Door;
use super::asker::asker;
use super::error::{Error, Result, Wrong};
use crate::coworking::Refusal;
use crate::node::{Clock, Node};
use crate::operations::secret::Secret;
use crate::operations::session::{self, Known, LIFE};
use crate::rate_limit::{Rate, RateLimit, Tally, household};

/// The forms that may be sent from one household: at nine in the morning a whole space comes in through one.
const BY_VISITOR: Rate = Rate { burst: 60, every: Duration::from_secs(2) };

/// How often visitors sent a form.
#[derive(Debug)]
pub struct Forms {
    visitors: RateLimit<Option<IpAddr>>,
}

impl Forms {
    /// None was sent yet.
    #[must_use]
    pub fn new(clock: &Clock, tally: &Tally) -> Self {
        Self { visitors: RateLimit::new("forms", BY_VISITOR, clock, tally) }
    }
}

/// Who looks at a page.
pub struct Visitor {
    /// The member, if there is one.
    pub known: Option<Known>,
}

impl Visitor {
    /// The member.
    ///
    /// # Errors
    /// For everybody else.
    pub fn member(&self) -> Result<&Known> {
        self.known.as_ref().ok_or_else(|| Error::wrong(Wrong::Unauthorized, "sign in first, at /sign-in"))
    }

    /// What people call them.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        self.known.as_ref().map(|known| known.name.clone())
    }
}

impl FromRequest for Visitor {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let node = request.app_data::<Data<Node>>().cloned();
        let held = node.as_ref().and_then(|node| held(request, node));
        Box::pin(async move {
            let (Some(node), Some(held)) = (node, held) else { return Ok(Self { known: None }) };
            let now = node.clock.now();
            let known = node.store.read(move |tx| session::find(tx, &held, now)).await?;
            if let Some(known) = known.as_ref().filter(|known| known.touch_due) {
                let id = known.session;
                if let Err(error) = node.store.write(move |tx| session::touch(tx, id, now)).await {
                    // The page is good without it.
                    tracing::warn!(error = %error, "the use of a session was not noted");
                }
            }
            Ok(Self { known })
        })
    }
}

/// The name of the cookie. Browsers keep one that begins with `__Host-` for exactly this origin, and only over https.
fn name(node: &Node) -> &'static str {
    if is_secure(node) { "__Host-session" } else { "session" }
}

fn is_secure(node: &Node) -> bool {
    node.site.url().scheme() == "https"
}

/// What the browser holds of ours (RFC 6265).
fn held(request: &HttpRequest, node: &Node) -> Option<String> {
    let lines = request.headers().get_all(COOKIE).filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name(node)).map(|(_, value)| value.to_owned())
}

fn cookie(node: &Node, value: &str, seconds: i64) -> String {
    let secure = if is_secure(node) { "; Secure" } else { "" };
    format!("{}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}", name(node))
}

/// What a browser is to hold from now on, as `Set-Cookie` says it.
#[must_use]
pub fn begun(node: &Node, secret: &Secret) -> String {
    cookie(node, secret.expose(), LIFE.as_secs())
}

/// What a browser is to let go.
#[must_use]
pub fn ended(node: &Node) -> String {
    cookie(node, "", 0)
}

/// What a browser says that it is.
#[must_use]
pub fn browser(request: &HttpRequest) -> String {
    let said = request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok());
    said.unwrap_or("a browser").to_owned()
}

/// Passes a form that stood on a page of ours, and was not sent too often.
///
/// # Errors
/// [`Wrong::Forbidden`] for a form of another site, and for one whose sender does not say where it stood;
/// [`Refusal::TooOften`].
pub fn own_form(door: &Door, request: &HttpRequest) -> Result<()> {
    let origin = door.node.site.origin();
    if !stood_here(request.headers(), origin) {
        return Err(Error::wrong(Wrong::Forbidden, format!("this form has to be opened and sent at {origin}")));
    }
    let visitor = asker(&door.node, request.peer_addr(), request.headers()).map(household);
    let turn = door.forms.visitors.check(&visitor);
    turn.map_err(|seconds| Refusal::TooOften { seconds: seconds.into() }.into())
}

fn stood_here(headers: &HeaderMap, origin: &str) -> bool {
    let said = headers.get(ORIGIN).map(|said| said.as_bytes() == origin.as_bytes());
    let fetched = headers.get("sec-fetch-site").map(|said| said.as_bytes() == b"same-origin");
    match (said, fetched) {
        (None, None) => false,
        (said, fetched) => said.unwrap_or(true) && fetched.unwrap_or(true),
    }
}

/// A path on this node, and nothing that leads away.
#[must_use]
pub fn own_path(text: &str) -> Option<&str> {
    let is_own = text.starts_with('/') && !text.starts_with("//") && text.len() <= 2_048;
    Some(text).filter(|text| is_own && !text.contains(['\\', '\r', '\n', '\t']))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn a_form_of_another_site_does_not_pass_and_neither_does_one_that_does_not_say() {
        const HERE: &str = "https://harbor.example";
        for (said, fetched, passes) in [
            (Some(HERE), Some("same-origin"), true),
            (Some(HERE), None, true),
            (None, Some("same-origin"), true),
            (None, None, false),
            (Some("https://evil.example"), Some("same-origin"), false),
            (Some(HERE), Some("cross-site"), false),
            (Some(HERE), Some("same-site"), false),
            (Some("null"), None, false),
            (None, Some("none"), false),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(said) = said {
                headers.insert(ORIGIN, HeaderValue::from_static(said));
            }
            if let Some(fetched) = fetched {
                headers.insert(HeaderName::from_static("sec-fetch-site"), HeaderValue::from_static(fetched));
            }
            assert_eq!(stood_here(&headers, HERE), passes, "{said:?} {fetched:?}");
        }
    }

    #[test]
    fn nobody_is_led_away_after_signing_in() {
        for (path, passes) in [
            ("/account", true),
            ("/intents/arrive?location=https%3A%2F%2Floft.example", true),
            ("//evil.example", false),
            ("/\\evil.example", false),
            ("https://evil.example", false),
            ("", false),
        ] {
            assert_eq!(own_path(path).is_some(), passes, "{path}");
        }
    }
}
