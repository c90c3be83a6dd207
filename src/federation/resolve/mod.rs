//! From what a person types (a handle, an address) to whom or what it means: here first, then by asking its home.
//!
//! Everything that cannot be found is a refusal in words.

mod home;
mod mentions;
mod partners;
mod place;
#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::activitypub::id::Id;
use crate::activitypub::marketplace::Bookable;
use crate::activitypub::webfinger::{Answer, Handle};
use crate::coworking::Refusal;
use crate::coworking::id::{ActorId, PostId};
use crate::federation::fetch::{self, Person, Thing};
use crate::federation::take;
use crate::federation::translate;
use crate::http_client::Budget;
use crate::node::Node;
use crate::operations::away::Elsewhere;
use crate::operations::{self, post};
use crate::store::{Tx, actor};

pub use home::{Home, home};
pub use mentions::mentions;
pub use partners::partners_of;

/// Requests that one question of a person may cause.
const BUDGET: u32 = 20;
/// So long whoever opens a page waits for other servers.
pub const AT_A_PAGE: Duration = Duration::from_secs(10);
/// So long a program does.
pub const AT_THE_API: Duration = Duration::from_secs(20);

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolved {
    /// Somebody.
    Actor(ActorId),
    /// A post. Whether the asker may read it is asked when it is shown.
    Post(PostId),
}

/// Waits for what is asked about somebody or something, and no longer than this: other servers may take their time, who asks
/// may not have it.
///
/// # Errors
/// [`Refusal::Unreachable`] when it takes longer; what the question itself fails with.
pub async fn in_time<T>(
    whom: &str,
    patience: Duration,
    asked: impl Future<Output = operations::Result<T>>,
) -> operations::Result<T> {
    tokio::time::timeout(patience, asked).await.unwrap_or_else(|_| {
        let why = format!("there was no answer within {} seconds", patience.as_secs());
        Err(Refusal::Unreachable { whom: whom.chars().take(300).collect(), why }.into())
    })
}

/// What a handle or an address means, as far as it is known here: nobody is asked.
///
/// # Errors
/// [`Refusal::Malformed`], [`Refusal::NotFound`] for what would be here and is not, or [`Refusal::Gone`].
pub async fn known(node: &Node, what: &str) -> operations::Result<Option<Resolved>> {
    let what = what.trim();
    if is_address(what) {
        let id = read_address(what)?;
        let known = place::known(node, &id).await?;
        return match node.site.is_ours(id.url()) && known.is_none() {
            true => Err(Refusal::NotFound { what: "post or account" }.into()),
            false => Ok(known),
        };
    }
    match read_handle(node, what)? {
        Named::Here(name) => Ok(Some(Resolved::Actor(here(node, &name).await?))),
        Named::Elsewhere(handle) => Ok(met(node, &handle).await?.map(Resolved::Actor)),
    }
}

/// What a handle or an address means: an account or a post, here or elsewhere.
///
/// # Errors
/// As [`actor()`].
pub async fn anything(node: &Node, what: &str) -> operations::Result<Resolved> {
    match is_address(what) {
        true => object(node, what).await,
        false => actor(node, what).await.map(Resolved::Actor),
    }
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

/// Reads somebody from elsewhere again, where what is known of them must be of now.
///
/// # Errors
/// [`Refusal::Gone`], [`Refusal::NotFound`] or [`Refusal::Unreachable`].
pub async fn again(node: &Node, who: ActorId) -> operations::Result<()> {
    let known: Option<actor::Actor> =
        node.store.read(move |tx| Ok::<_, operations::Error>(actor::by_id(tx, who)?)).await?;
    let known = known.ok_or(Refusal::NotFound { what: "account" })?;
    if let (false, Ok(id)) = (known.local, Id::parse(&known.uri)) {
        let read = fetch::actor(node, &id, &Budget::new(BUDGET)).await;
        read.map_err(|error| refusal(&known.handle(), error))?;
    }
    Ok(())
}

/// What an address means: an account or a post, here or elsewhere.
///
/// # Errors
/// As [`actor()`].
pub async fn object(node: &Node, address: &str) -> operations::Result<Resolved> {
    let id = read_address(address.trim())?;
    if let Some(known) = place::known(node, &id).await? {
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

/// What can be booked under an address elsewhere.
///
/// # Errors
/// As [`actor()`]; [`Refusal::Malformed`] for what cannot be booked from here.
pub async fn bookable(node: &Node, address: &str) -> operations::Result<Elsewhere> {
    const EXPECTED: &str = "the address of something that can be booked, on the server of its space";
    let id = read_address(address.trim())?;
    let wrong = || Refusal::malformed("resource", address, EXPECTED);
    if node.site.is_ours(id.url()) {
        return Err(wrong().into());
    }
    let budget = Budget::new(BUDGET);
    let (id, document) = fetch::document(node, &id, &budget).await.map_err(|error| refusal(id.as_str(), error))?;
    let read = Bookable::read(&document).map_err(|_| wrong())?;
    if read.proposal.id != id || !read.attributed_to.same_origin(&id) {
        return Err(wrong().into());
    }
    let space = fetch::known_or_fetched(node, &read.attributed_to, &budget).await;
    let space = space.map_err(|error| refusal(read.attributed_to.as_str(), error))?;
    Ok(translate::booking::elsewhere(&read, space)?)
}

/// Takes in what a post answers, so that it is not read without the question.
async fn around(node: &Node, parent: &Id, budget: &Budget) {
    if node.site.is_ours(parent.url()) || !matches!(place::known(node, parent).await, Ok(None)) {
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

fn read_address(address: &str) -> Result<Id, Refusal> {
    const EXPECTED: &str = "an address such as https://harbor.example/members/ana";
    let id = Id::parse(address).map_err(|_| Refusal::malformed("address", address, EXPECTED))?;
    Ok(id.without_fragment())
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

/// Who is known under a handle, unless they are gone.
async fn met(node: &Node, handle: &Handle) -> operations::Result<Option<ActorId>> {
    let (user, host) = (handle.user().to_owned(), handle.host().to_owned());
    let known: Option<actor::Actor> =
        node.store.read(move |tx: &mut Tx<'_>| actor::by_handle(tx, &user, &host)).await?;
    Ok(known.filter(|known| known.deleted_at.is_none()).map(|known| known.id))
}

/// Who is known under a handle is not asked for again.
async fn elsewhere(node: &Node, handle: &Handle, budget: &Budget) -> operations::Result<ActorId> {
    if let Some(known) = met(node, handle).await? {
        return Ok(known);
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
