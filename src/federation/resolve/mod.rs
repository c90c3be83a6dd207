//! From what a person types (a handle, an address) to whom or what it means: here first, then by asking its home.
//!
//! Everything that cannot be found is a refusal in words.

mod mentions;
mod place;
#[cfg(test)]
mod tests;

use crate::activitypub::id::Id;
use crate::activitypub::webfinger::{Answer, Handle};
use crate::coworking::Refusal;
use crate::coworking::id::{ActorId, PostId};
use crate::federation::fetch::{self, Person, Thing};
use crate::federation::take;
use crate::http_client::Budget;
use crate::node::Node;
use crate::operations::{self, post};
use crate::store::{Tx, actor};

pub use mentions::mentions;

/// Requests that one question of a person may cause.
const BUDGET: u32 = 20;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolved {
    /// Somebody.
    Actor(ActorId),
    /// A post. Whether the asker may read it is asked when it is shown.
    Post(PostId),
}

/// Whom a handle (`@ana@harbor.example`, `ana@harbor.example`, `acct:…`; `@ana` for who lives here) or an address means.
///
/// # Errors
/// [`Refusal::Malformed`], [`Refusal::NotFound`], [`Refusal::Gone`] or [`Refusal::Unreachable`].
pub async fn actor(node: &Node, who: &str) -> operations::Result<ActorId> {
    let who = who.trim();
    if is_address(who) {
        return match object(node, who).await? {
            Resolved::Actor(actor) => Ok(actor),
            Resolved::Post(_) => {
                Err(Refusal::malformed("account", who, "a handle or the address of an account").into())
            }
        };
    }
    match read_handle(node, who)? {
        Named::Here(name) => here(node, &name).await,
        Named::Elsewhere(handle) => {
            let budget = Budget::new(BUDGET);
            elsewhere(node, &handle, &budget).await
        }
    }
}

/// What an address means: an account or a post, here or elsewhere.
///
/// # Errors
/// As [`actor()`].
pub async fn object(node: &Node, address: &str) -> operations::Result<Resolved> {
    const EXPECTED: &str = "an address such as https://harbor.example/members/ana";
    let id = Id::parse(address.trim()).map_err(|_| Refusal::malformed("address", address, EXPECTED))?;
    let id = id.without_fragment();
    if let Some(known) = place::known(node, id.as_str()).await? {
        return Ok(known);
    }
    if node.site.is_ours(id.url()) {
        return Err(Refusal::NotFound { what: "post or account" }.into());
    }
    let budget = Budget::new(BUDGET);
    match fetch::thing(node, &id, &budget).await.map_err(|error| refusal(id.as_str(), error))? {
        Thing::Person(person) => Ok(Resolved::Actor(person.id)),
        Thing::Object(found) => {
            let parent = found.object.in_reply_to.clone();
            let (site, now) = (node.site.clone(), node.clock.now());
            let known = place::kept(node, move |tx| {
                let received = take::received(tx, &site, found.authentic(), None, now)?;
                post::receive(tx, &received, post::Why::Asked, now)
            })
            .await?;
            if let Some(parent) = parent {
                around(node, &parent, &budget).await;
            }
            Ok(Resolved::Post(known.post().ok_or(Refusal::Gone { what: "post" })?))
        }
    }
}

/// Takes in what a post answers, so that it is not read without the question.
async fn around(node: &Node, parent: &Id, budget: &Budget) {
    if node.site.is_ours(parent.url()) || !matches!(place::known(node, parent.as_str()).await, Ok(None)) {
        return;
    }
    let Ok(found) = fetch::object(node, parent, budget).await else { return };
    let (site, now) = (node.site.clone(), node.clock.now());
    let kept = place::kept(node, move |tx| {
        let received = take::received(tx, &site, found.authentic(), None, now)?;
        post::receive(tx, &received, post::Why::Asked, now)
    });
    if let Err(error) = kept.await {
        tracing::warn!(%error, "what a post answers was not kept");
    }
}

fn is_address(text: &str) -> bool {
    text.contains("://")
}

enum Named {
    Here(String),
    Elsewhere(Handle),
}

fn read_handle(node: &Node, who: &str) -> Result<Named, Refusal> {
    const EXPECTED: &str = "a handle such as @ana@harbor.example, or an address";
    let bare = who.strip_prefix('@').unwrap_or(who);
    if !bare.contains('@') && !bare.is_empty() {
        return Ok(Named::Here(bare.to_owned()));
    }
    let read = if node.config.allow_http { Handle::parse_with_port(who) } else { Handle::parse(who) };
    let handle = read.map_err(|_| Refusal::malformed("account", who, EXPECTED))?;
    Ok(match handle.host() == node.site.host() {
        true => Named::Here(handle.user().to_owned()),
        false => Named::Elsewhere(handle),
    })
}

async fn here(node: &Node, name: &str) -> operations::Result<ActorId> {
    let name = name.to_owned();
    let found: Option<actor::Actor> =
        node.store.read(move |tx: &mut Tx<'_>| actor::local_by_username(tx, &name)).await?;
    there(found.ok_or(Refusal::NotFound { what: "account" })?)
}

fn there(actor: actor::Actor) -> operations::Result<ActorId> {
    match actor.deleted_at {
        None => Ok(actor.id),
        Some(_) => Err(Refusal::Gone { what: "account" }.into()),
    }
}

/// Who is known under a handle is not asked for again, unless they are gone.
async fn elsewhere(node: &Node, handle: &Handle, budget: &Budget) -> operations::Result<ActorId> {
    let (user, host) = (handle.user().to_owned(), handle.host().to_owned());
    let known: Option<actor::Actor> =
        node.store.read(move |tx: &mut Tx<'_>| actor::by_handle(tx, &user, &host)).await?;
    if let Some(known) = known.filter(|known| known.deleted_at.is_none()) {
        return Ok(known.id);
    }
    let whom = handle.to_string();
    let person = found(node, handle, budget).await.map_err(|error| refusal(&whom, error))?;
    Ok(person.id)
}

/// Asks the host of a handle, and believes its answer when the actor's own document leads back to the same handle.
async fn found(node: &Node, handle: &Handle, budget: &Budget) -> Result<Person, fetch::Error> {
    let scheme = node.site.url().scheme();
    let (handle, id) = match fetch::webfinger(node, handle, scheme, budget).await? {
        Answer::Actor(id) => (handle.clone(), id),
        Answer::Renamed(other) => match fetch::webfinger(node, &other, scheme, budget).await? {
            Answer::Actor(id) => (other, id),
            Answer::Renamed(_) => return Err(fetch::Error::Unusable(format!("{handle} leads from name to name"))),
        },
    };
    let person = fetch::actor(node, &id, budget).await?;
    match person.is_called(&handle) {
        true => Ok(person),
        false => Err(fetch::Error::Unusable(format!("{handle} leads to {id}, which calls itself {}", person.handle))),
    }
}

fn refusal(whom: &str, error: fetch::Error) -> operations::Error {
    match error {
        fetch::Error::Store(error) => error.into(),
        fetch::Error::Gone { .. } => Refusal::Gone { what: "account or post" }.into(),
        fetch::Error::Status { status: 404, .. } => Refusal::NotFound { what: "account or post" }.into(),
        error => Refusal::Unreachable { whom: whom.chars().take(300).collect(), why: error.to_string() }.into(),
    }
}
