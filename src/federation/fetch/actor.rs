//! Actors: fetched from their homes, their handles confirmed, and kept.

use super::{Error, document, handle};
use crate::activitypub::actor::RemoteActor;
use crate::activitypub::id::Id;
use crate::activitypub::webfinger::Handle;
use crate::coworking::id::ActorId;
use crate::federation::translate;
use crate::http_client::Budget;
use crate::node::Node;
use crate::operations;
use crate::store::actor::{self, Changed, RemoteKey};
use crate::store::{self, Tx};

/// Somebody elsewhere, as its home just showed it.
#[derive(Debug, Clone)]
pub struct Person {
    /// Our number for it.
    pub id: ActorId,
    /// Its id in the network.
    pub uri: Id,
    /// Its handle, confirmed: `ana@harbor.example`.
    pub handle: String,
    /// Its keys.
    pub keys: Vec<RemoteKey>,
    /// What is different from before.
    pub changed: Changed,
}

impl Person {
    /// Is this its handle?
    #[must_use]
    pub fn is_called(&self, handle: &Handle) -> bool {
        self.handle.to_lowercase() == handle.to_string().to_lowercase()
    }
}

/// Reads an actor from its home and keeps what it says. Many who ask at once cause one fetch; an actor that cannot be
/// read is left in peace for a while.
///
/// # Errors
/// [`Error`]; [`Error::Gone`] also buries the actor if it was known.
pub async fn actor(node: &Node, id: &Id, budget: &Budget) -> Result<Person, Error> {
    let address = id.without_fragment();
    if node.site.is_ours(address.url()) {
        return Err(Error::Ours { address: address.to_string() });
    }
    let asked_at = node.clock.now();
    let flight = node.reception.flights.board(address.as_str()).await;
    if flight.had_to_wait()
        && let Some(person) = fetched_since(node, &address, asked_at).await?
    {
        return Ok(person);
    }
    too_soon(node, &address)?;
    let read = read(node, &address, budget).await;
    match &read {
        Ok(_) => node.reception.succeeded(address.as_str()),
        Err(Error::Gone { .. }) => bury(node, &address).await?,
        Err(error) if error.is_our_fault() => {}
        Err(error) => {
            node.reception.failed(address.as_str(), error.is_transient(), node.clock.now());
        }
    }
    read
}

/// Our number for an actor; whoever is not known here is fetched.
///
/// # Errors
/// As [`actor()`].
pub async fn known_or_fetched(node: &Node, id: &Id, budget: &Budget) -> Result<ActorId, Error> {
    let uri = id.to_string();
    match node.store.read(move |tx: &mut Tx<'_>| actor::id_of(tx, &uri)).await? {
        Some(id) => Ok(id),
        None => Ok(actor(node, id, budget).await?.id),
    }
}

/// Who asks too soon after a failure is told so.
pub(super) fn too_soon(node: &Node, address: &Id) -> Result<(), Error> {
    match node.reception.failure(address.as_str(), node.clock.now()) {
        None => Ok(()),
        Some(failure) => {
            Err(Error::TooSoon { address: address.to_string(), until: failure.until, transient: failure.transient })
        }
    }
}

async fn read(node: &Node, address: &Id, budget: &Budget) -> Result<Person, Error> {
    let (id, value) = document(node, address, budget).await?;
    let read = RemoteActor::read(&value).map_err(|why| Error::NotAnActor { address: address.to_string(), why })?;
    keep(node, id, &read, budget).await
}

/// Keeps what an actor's own document says, after its handle is confirmed.
///
/// # Errors
/// [`Error`].
pub(super) async fn keep(node: &Node, id: Id, read: &RemoteActor, budget: &Budget) -> Result<Person, Error> {
    // Who was met under this handle before need not show papers again.
    let claims = handle::claims(node, read);
    let handle = match known_as(node, &id, claims).await? {
        Some(handle) => handle,
        None => handle::confirmed(node, read, budget).await?,
    };
    let profile = translate::actor::profile(read, &handle);
    let now = node.clock.now();
    let keys = profile.keys.clone();
    let (actor, changed) = node.store.write(move |tx: &mut Tx<'_>| actor::upsert_remote(tx, &profile, now)).await?;
    if changed != Changed::New {
        // A key may be another one now under the same id.
        node.reception.keys.forget(actor);
    }
    Ok(Person { id: actor, uri: id, handle: handle.to_string(), keys, changed })
}

async fn known_as(node: &Node, id: &Id, claims: Vec<Handle>) -> Result<Option<Handle>, Error> {
    let uri = id.to_string();
    let known = node.store.read(move |tx: &mut Tx<'_>| actor::by_uri(tx, &uri)).await?;
    let Some(known) = known else { return Ok(None) };
    Ok(claims.into_iter().find(|claim| claim.user() == known.username && claim.host() == known.host))
}

/// What another flight brought while we waited for it.
async fn fetched_since(node: &Node, address: &Id, time: jiff::Timestamp) -> Result<Option<Person>, Error> {
    let uri = address.to_string();
    let found = node
        .store
        .read(move |tx: &mut Tx<'_>| {
            let Some(known) = actor::by_uri(tx, &uri)? else { return Ok(None) };
            let keys = store::key::of_actor(tx, known.id)?;
            Ok::<_, store::Error>(Some((known, keys)))
        })
        .await?;
    Ok(found.filter(|(known, _)| known.fetched_at.is_some_and(|at| at >= time)).map(|(known, keys)| Person {
        id: known.id,
        uri: address.clone(),
        handle: known.handle(),
        keys: keys
            .into_iter()
            .map(|key| RemoteKey { uri: key.uri, algorithm: key.algorithm, public_key: key.public_key })
            .collect(),
        changed: Changed::Nothing,
    }))
}

/// Its own home says that it is gone: what was here of it goes, too. Whoever is not known by this address is left alone.
///
/// # Errors
/// The store's.
pub(super) async fn bury(node: &Node, address: &Id) -> Result<(), Error> {
    let uri = address.to_string();
    let now = node.clock.now();
    let buried = node
        .store
        .write(move |tx| match actor::id_of(tx, &uri)? {
            Some(actor) => operations::departure::receive(tx, actor, now).map(|_| Some(actor)),
            None => Ok(None),
        })
        .await;
    match buried {
        Ok(gone) => {
            node.reception.keys.verifying.retain(|_, key| Some(key.actor) != gone);
            Ok(())
        }
        Err(error) => {
            tracing::warn!(%error, actor = address.as_str(), "somebody who is gone could not be buried");
            Err(store::Error::Unavailable("somebody who is gone could not be buried").into())
        }
    }
}
