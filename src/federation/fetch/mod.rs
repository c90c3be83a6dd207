//! Getting documents from other servers: signed, bounded, and believed only when they come from where they belong.
//!
//! Whom we ask is mostly decided by strangers. So every hop is checked anew (not ours, not blocked, never from https
//! to http, no circles), every answer must be an ActivityStreams document whose id is the address that it came from
//! (or that has none, where a question was asked), and everything that one try at an activity sets off shares one budget.

mod actor;
mod error;
mod handle;
mod key;
mod knock;
mod nodeinfo;
mod object;
mod refresh;
mod scheme;

use std::time::Duration;

use serde_json::Value;
use url::Url;

use crate::activitypub::id::Id;
use crate::activitypub::{json, negotiation};
use crate::http_client::{self, Budget, Response};
use crate::node::Node;

pub use actor::{Person, actor, known_or_fetched};
pub use error::Error;
pub(super) use handle::{answer as webfinger, descriptor};
pub use key::{KeyError, refetched, verifying};
pub use nodeinfo::nodeinfo;
pub use object::{Found, Thing, object, thing};
pub use refresh::refresh;

/// Redirects that are followed.
const REDIRECTS: usize = 3;

/// What a fetch sends along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// An ActivityStreams document; the question is signed.
    Document,
    /// A WebFinger answer; nobody wants these signed.
    WebFinger,
    /// What a server says of itself; nobody wants these signed either.
    NodeInfo,
}

/// The document with this id. When the server leads to another id, that one is asked for once and must stand.
///
/// # Errors
/// [`Error`].
pub async fn document(node: &Node, id: &Id, budget: &Budget) -> Result<(Id, Value), Error> {
    within(node, id.url(), async {
        let (url, value) = json(node, id.url().clone(), budget).await?;
        let said = id_of(&value).ok_or_else(|| Error::no_id(&url))?;
        led(node, (url, value), said, budget).await
    })
    .await
}

/// What a server answers to a question that it takes at this address. An answer with an id is a [`document`]; one without has to come
/// from the origin that was asked.
///
/// # Errors
/// [`Error`].
pub async fn answer(node: &Node, address: &Id, budget: &Budget) -> Result<Value, Error> {
    within(node, address.url(), async {
        let (url, value) = json(node, address.url().clone(), budget).await?;
        if json::get(&value, "id").or_else(|| json::get(&value, "@id")).is_none()
            && url.origin() == address.url().origin()
        {
            return Ok(value);
        }
        let said = id_of(&value).ok_or_else(|| Error::no_id(&url))?;
        Ok(led(node, (url, value), said, budget).await?.1)
    })
    .await
}

/// The document with the id that was said at an address, asked for once where it is another.
async fn led(node: &Node, found: (Url, Value), said: Id, budget: &Budget) -> Result<(Id, Value), Error> {
    if is_at(&said, &found.0) {
        return Ok((said, found.1));
    }
    let (url, value) = json(node, said.url().clone(), budget).await?;
    match id_of(&value) {
        Some(again) if again == said && is_at(&again, &url) => Ok((again, value)),
        _ => Err(Error::foreign_id(&said, &url)),
    }
}

/// JSON that is no ActivityStreams document, such as what is free when; asked in the name of the node.
///
/// # Errors
/// [`Error`].
pub async fn plain(node: &Node, address: &Id, budget: &Budget) -> Result<Value, Error> {
    within(node, address.url(), async {
        let response = get(node, address.url().clone(), Wanted::Document, budget).await?;
        let value = json::parse(&response.body).map_err(|error| Error::malformed(&response.url, &error))?;
        Ok(Value::Object(value))
    })
    .await
}

/// An ActivityStreams document and the address that it finally came from. What it says of itself is not checked.
async fn json(node: &Node, url: Url, budget: &Budget) -> Result<(Url, Value), Error> {
    let response = get(node, url, Wanted::Document, budget).await?;
    let kind = response.headers.get("content-type").unwrap_or_default();
    if !negotiation::is_activitypub_content_type(kind) {
        return Err(Error::content_type(&response.url, kind));
    }
    let value = json::parse(&response.body).map_err(|error| Error::malformed(&response.url, &error))?;
    Ok((response.url, Value::Object(value)))
}

/// Asks, and follows redirects by hand. The answer has a status of 2xx.
async fn get(node: &Node, url: Url, wanted: Wanted, budget: &Budget) -> Result<Response, Error> {
    let mut seen = Vec::with_capacity(1);
    let mut next = url;
    loop {
        next.set_fragment(None);
        check(node, &next, seen.last()).await?;
        if seen.contains(&next) || seen.len() > REDIRECTS {
            return Err(Error::redirects(&next));
        }
        let response = match wanted {
            Wanted::Document => knock::signed(node, &next, budget).await?,
            Wanted::NodeInfo => knock::unsigned(node, &next, "application/json", budget).await?,
            Wanted::WebFinger => knock::unsigned(node, &next, "application/jrd+json, application/json", budget).await?,
        };
        match response.status {
            200..=299 => return Ok(response),
            301 | 302 | 303 | 307 | 308 => {
                let target = response.location().ok_or_else(|| Error::status(&response))??;
                seen.push(std::mem::replace(&mut next, target));
            }
            410 => return Err(Error::Gone { address: next.into() }),
            _ => return Err(Error::status(&response)),
        }
    }
}

/// May this address be asked at all, coming from that one?
async fn check(node: &Node, url: &Url, from: Option<&Url>) -> Result<(), Error> {
    if node.site.is_ours(url) {
        return Err(Error::Ours { address: url.to_string() });
    }
    if from.is_some_and(|from| from.scheme() == "https" && url.scheme() != "https") {
        return Err(Error::redirects(url));
    }
    node.http.check(url)?;
    if node.reception.judged.blocks(&node.store, &node.reception.keys, [url]).await? {
        return Err(Error::blocked(url));
    }
    Ok(())
}

/// However many hops it takes, the whole has one deadline.
async fn within<T>(node: &Node, url: &Url, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let limit: Duration = node.config.total_timeout;
    tokio::time::timeout(limit, work).await.unwrap_or_else(|_| {
        let host = url.host_str().unwrap_or_default().to_owned();
        Err(http_client::Error::Timeout { host, wait: http_client::Wait::Answer, limit }.into())
    })
}

fn id_of(value: &Value) -> Option<Id> {
    let text = json::get(value, "id").or_else(|| json::get(value, "@id"))?.as_str()?;
    Id::parse(text).ok()
}

/// Is this the id of the document at that address? Both are compared as parsed; a fragment names a part of it.
fn is_at(id: &Id, url: &Url) -> bool {
    id.without_fragment().url() == url
}
