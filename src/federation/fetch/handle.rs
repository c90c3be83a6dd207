//! The handle of an actor, confirmed by its host (WebFinger): nobody is called what somebody else is called.

use url::Url;

use super::{Error, Wanted, get};
use crate::activitypub::actor::RemoteActor;
use crate::activitypub::id::Id;
use crate::activitypub::json;
use crate::activitypub::webfinger::{Answer, Handle, Jrd, query_url};
use crate::http_client::Budget;
use crate::node::Node;

/// The handle that an actor's document claims: in words, or by its name and the host of its id.
pub(super) fn claims(node: &Node, actor: &RemoteActor) -> Vec<Handle> {
    let own = Handle::of(&actor.preferred_username, actor.id.host(), node.config.allow_http).ok();
    let mut claims: Vec<Handle> = actor.webfinger.iter().cloned().chain(own).collect();
    claims.dedup();
    claims
}

/// The handle under which the actor is known from now on.
///
/// A claim to a name at another host counts only when that host says so. A name at the actor's own host also counts
/// when the host says nothing at all (it may have no WebFinger, or be in trouble), but not when it says that the name
/// is somebody else's.
///
/// # Errors
/// [`Error::Unusable`] when no claim stands.
pub(super) async fn confirmed(node: &Node, actor: &RemoteActor, budget: &Budget) -> Result<Handle, Error> {
    let mut denied = None;
    for claim in claims(node, actor) {
        match asked(node, actor, &claim, budget).await {
            Ok(Some(handle)) => return Ok(handle),
            Ok(None) => denied = Some(claim),
            Err(_) if claim.host() == actor.id.host() => return Ok(claim),
            Err(error) if error.is_our_fault() => return Err(error),
            Err(_) => denied = Some(claim),
        }
    }
    let denied = denied.map_or_else(|| actor.preferred_username.clone(), |handle| handle.to_string());
    Err(Error::handle(&denied, &actor.id))
}

/// The handle that its host confirms for this actor; nothing when it names another actor.
async fn asked(node: &Node, actor: &RemoteActor, claim: &Handle, budget: &Budget) -> Result<Option<Handle>, Error> {
    let leads_back = |id: &Id| *id == actor.id;
    Ok(match answer(node, claim, actor.id.url().scheme(), budget).await? {
        Answer::Actor(id) => leads_back(&id).then(|| claim.clone()),
        Answer::Renamed(other) => match answer(node, &other, actor.id.url().scheme(), budget).await? {
            Answer::Actor(id) => leads_back(&id).then_some(other),
            Answer::Renamed(_) => None,
        },
    })
}

/// What the host of a handle says about it.
///
/// # Errors
/// [`Error`].
pub(in crate::federation) async fn answer(
    node: &Node,
    handle: &Handle,
    scheme: &str,
    budget: &Budget,
) -> Result<Answer, Error> {
    Ok(descriptor(node, handle, scheme, budget).await?.1)
}

/// All that the host of a handle says about it, and whom it names.
///
/// # Errors
/// [`Error`].
pub(in crate::federation) async fn descriptor(
    node: &Node,
    handle: &Handle,
    scheme: &str,
    budget: &Budget,
) -> Result<(Jrd, Answer), Error> {
    let unusable = |why: &dyn std::fmt::Display| Error::Unusable(format!("{}: {why}", handle.host()));
    let url: Url = query_url(handle, scheme).ok_or_else(|| unusable(&"it is no host that can be asked"))?;
    let response = get(node, url, Wanted::WebFinger, budget).await?;
    let document = json::parse(&response.body).map_err(|error| Error::malformed(&response.url, &error))?;
    let jrd = Jrd::read(&document).map_err(|error| unusable(&error))?;
    let answer = jrd.answer(handle).map_err(|error| unusable(&error))?;
    Ok((jrd, answer))
}
