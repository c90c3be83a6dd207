//! Keys: who signed this? From memory, from the store, or from the key's owner.
//!
//! A key counts as its owner's when the owner's own document lists it under the same id, on the same origin. What was
//! found at the key id alone proves nothing.

use std::net::IpAddr;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::actor::{self, Person, too_soon};
use super::{Error, document};
use crate::activitypub::actor::{KeyDocument, RemoteActor};
use crate::activitypub::id::Id;
use crate::activitypub::key::{self, PublicKey};
use crate::http_client::Budget;
use crate::key_ring::VerifyingKey;
use crate::node::Node;
use crate::reception::TooMany;
use crate::store::actor::RemoteKey;
use crate::store::key::Algorithm;
use crate::store::{self, Tx};

/// An actor is not asked again for its keys within this time, however many signatures fail.
const PATIENCE: SignedDuration = SignedDuration::from_mins(5);
/// An actor that speaks is read again when its document is older than this.
const FRESH: SignedDuration = SignedDuration::from_hours(24);

/// Why there is no key to check a signature with.
#[derive(Debug, Clone, thiserror::Error)]
pub enum KeyError {
    /// The key id is nothing that can be asked for.
    #[error("the key id {0:?} is no http(s) URL")]
    NotAnAddress(String),
    /// Somebody elsewhere signs with the name of one of our keys.
    #[error("the key {0} is one of this node, which does not write to itself")]
    Ours(String),
    /// Its owner may not speak here.
    #[error("the owner of the key {0} is suspended or gone here")]
    Silenced(String),
    /// Its owner does not own up to it.
    #[error("{owner} does not list the key {key_id}")]
    NotListed {
        /// Whose key it would be.
        owner: String,
        /// The key.
        key_id: String,
    },
    /// It is no key that can be used.
    #[error("the key {key_id} cannot be used: {why}")]
    Malformed {
        /// The key.
        key_id: String,
        /// What is wrong with it.
        why: key::KeyError,
    },
    /// It could not be fetched.
    #[error("the key {key_id} could not be fetched: {why}")]
    Fetch {
        /// The key.
        key_id: String,
        /// Why not.
        why: Error,
    },
    /// It is not fetched now, because so many others were.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// Our own memory fails.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// The key with this id. Of somebody who spoke lately this asks neither store nor network; many who ask for the same
/// unknown key cause one fetch, and who names many unknown keys is not served without end.
///
/// # Errors
/// [`KeyError`].
pub async fn verifying(
    node: &Node,
    key_id: &str,
    asker: Option<IpAddr>,
    budget: &Budget,
) -> Result<Arc<VerifyingKey>, KeyError> {
    if let Some(key) = node.reception.keys.verifying.get(key_id) {
        note_age(node, &key);
        return Ok(key);
    }
    let id = Id::parse(key_id).map_err(|_| KeyError::NotAnAddress(key_id.to_owned()))?;
    if node.site.is_ours(id.url()) {
        return Err(KeyError::Ours(key_id.to_owned()));
    }
    let _flight = node.reception.flights.board(&lane(&id)).await;
    if let Some(key) = node.reception.keys.verifying.get(key_id) {
        return Ok(key);
    }
    match remembered(node, &id).await? {
        Remembered::Key(key) => {
            note_age(node, &key);
            Ok(keep(node, key_id, key))
        }
        Remembered::NotListed => {
            Err(KeyError::NotListed { owner: id.without_fragment().to_string(), key_id: key_id.to_owned() })
        }
        Remembered::Nothing => {
            let failed = |why| KeyError::Fetch { key_id: key_id.to_owned(), why };
            // What failed a while ago is not asked for, and costs nobody a turn.
            too_soon(node, &id.without_fragment()).map_err(failed)?;
            node.reception.strangers.admit(asker, id.host())?;
            let person = owner(node, &id, budget).await.map_err(failed)?;
            let key = of(&person, &id, node.clock.now())?;
            Ok(keep(node, key_id, key))
        }
    }
}

/// The key again, read anew from its owner, after a signature did not match it; nothing when the owner was read too
/// short a while ago to ask again.
///
/// # Errors
/// [`KeyError`].
pub async fn refetched(
    node: &Node,
    key_id: &str,
    failed: &VerifyingKey,
    asker: Option<IpAddr>,
    budget: &Budget,
) -> Result<Option<Arc<VerifyingKey>>, KeyError> {
    let id = Id::parse(key_id).map_err(|_| KeyError::NotAnAddress(key_id.to_owned()))?;
    let _flight = node.reception.flights.board(&lane(&id)).await;
    if let Some(key) = node.reception.keys.verifying.get(key_id).filter(|key| key.fetched_at > failed.fetched_at) {
        return Ok(Some(key));
    }
    let now = node.clock.now();
    if now.duration_since(failed.fetched_at) < PATIENCE {
        return Ok(None);
    }
    let fetch = |why| KeyError::Fetch { key_id: key_id.to_owned(), why };
    let owner = Id::parse(&failed.actor_uri).map_err(|_| KeyError::NotAnAddress(failed.actor_uri.clone()))?;
    too_soon(node, &owner.without_fragment()).map_err(fetch)?;
    node.reception.strangers.admit(asker, owner.host())?;
    let person = actor::actor(node, &owner, budget).await.map_err(fetch)?;
    let key = of(&person, &id, node.clock.now())?;
    Ok(Some(keep(node, key_id, key)))
}

/// Actors have lanes of their own, and a key is often found at its actor.
fn lane(id: &Id) -> String {
    format!("key {}", id.without_fragment())
}

fn keep(node: &Node, key_id: &str, key: VerifyingKey) -> Arc<VerifyingKey> {
    let key = Arc::new(key);
    node.reception.keys.verifying.insert(key_id.to_owned(), Arc::clone(&key));
    key
}

fn note_age(node: &Node, key: &VerifyingKey) {
    if node.clock.now().duration_since(key.fetched_at) > FRESH {
        node.reception.note_stale(&key.actor_uri);
    }
}

/// What the store knows of a key.
enum Remembered {
    Key(VerifyingKey),
    /// Its owner was read lately and does not list it.
    NotListed,
    Nothing,
}

async fn remembered(node: &Node, id: &Id) -> Result<Remembered, KeyError> {
    let (key_id, document) = (id.to_string(), id.without_fragment().to_string());
    let (key, owner, keys) = node
        .store
        .read(move |tx: &mut Tx<'_>| {
            let key = store::key::by_uri(tx, &key_id)?;
            if key.is_some() {
                return Ok((key, None, Vec::new()));
            }
            let owner = store::actor::by_uri(tx, &document)?;
            // PeerTube names its keys without the fragment.
            let keys = match &owner {
                Some(owner) if key_id == document => store::key::of_actor(tx, owner.id)?,
                _ => Vec::new(),
            };
            Ok::<_, store::Error>((None, owner, keys))
        })
        .await?;
    let sole = sole_rsa(keys, |key| key.algorithm);
    let Some(key) = key.or(sole) else {
        return Ok(match owner {
            Some(owner) if owner.local => return Err(KeyError::Ours(id.to_string())),
            Some(owner) if !owner.is_active() => return Err(KeyError::Silenced(id.to_string())),
            Some(owner) if is_recent(node, owner.fetched_at) => Remembered::NotListed,
            Some(_) | None => Remembered::Nothing,
        });
    };
    if key.owner_local {
        return Err(KeyError::Ours(id.to_string()));
    }
    if !key.owner_active {
        return Err(KeyError::Silenced(id.to_string()));
    }
    if key.retired_at.is_some() {
        let recent = is_recent(node, key.owner_fetched_at);
        return Ok(if recent { Remembered::NotListed } else { Remembered::Nothing });
    }
    let fetched_at = key.owner_fetched_at.unwrap_or(Timestamp::UNIX_EPOCH);
    Ok(Remembered::Key(VerifyingKey {
        key: parse(id, key.algorithm, &key.public_key)?,
        actor: key.owner,
        host: host(&key.owner_uri),
        actor_uri: key.owner_uri,
        fetched_at,
    }))
}

fn is_recent(node: &Node, fetched_at: Option<Timestamp>) -> bool {
    fetched_at.is_some_and(|at| node.clock.now().duration_since(at) < PATIENCE)
}

/// The owner of an unknown key, read from its home. At the key id stands the owner itself (nearly always), the key
/// alone, or a stub of the owner (GoToSocial); the latter two lead to the owner.
async fn owner(node: &Node, id: &Id, budget: &Budget) -> Result<Person, Error> {
    let address = id.without_fragment();
    let (found, value) = match document(node, &address, budget).await {
        Ok(found) => found,
        Err(error) => {
            if matches!(error, Error::Gone { .. }) {
                actor::bury(node, &address).await?;
            } else if !error.is_our_fault() {
                node.reception.failed(address.as_str(), error.is_transient(), node.clock.now());
            }
            return Err(error);
        }
    };
    node.reception.succeeded(address.as_str());
    match RemoteActor::read(&value) {
        Ok(read) => actor::keep(node, found, &read, budget).await,
        Err(why) => {
            let not_an_actor = Error::NotAnActor { address: address.to_string(), why };
            let key = KeyDocument::read(&value).ok_or(not_an_actor)?;
            if !key.owner.same_origin(id) || key.owner == found && found == address {
                return Err(Error::foreign_id(&key.owner, address.url()));
            }
            actor::actor(node, &key.owner, budget).await
        }
    }
}

/// The key with this id among those that its owner lists.
fn of(owner: &Person, id: &Id, now: Timestamp) -> Result<VerifyingKey, KeyError> {
    let not_listed = || KeyError::NotListed { owner: owner.uri.to_string(), key_id: id.to_string() };
    if !owner.uri.same_origin(id) {
        return Err(not_listed());
    }
    let listed = owner.keys.iter().find(|key| key.uri == id.as_str());
    let sole = || sole_rsa(owner.keys.iter(), |key| key.algorithm).filter(|_| *id == owner.uri);
    let RemoteKey { algorithm, public_key, .. } = listed.or_else(sole).ok_or_else(not_listed)?;
    Ok(VerifyingKey {
        key: parse(id, *algorithm, public_key)?,
        actor: owner.id,
        actor_uri: owner.uri.to_string(),
        host: owner.uri.host().to_owned(),
        fetched_at: now,
    })
}

/// The RSA key, if there is exactly one.
fn sole_rsa<K>(keys: impl IntoIterator<Item = K>, algorithm: impl Fn(&K) -> Algorithm) -> Option<K> {
    let mut keys = keys.into_iter().filter(|key| algorithm(key) == Algorithm::Rsa);
    keys.next().filter(|_| keys.next().is_none())
}

fn parse(id: &Id, algorithm: Algorithm, text: &str) -> Result<PublicKey, KeyError> {
    let parsed = match algorithm {
        Algorithm::Rsa => PublicKey::from_pem(text),
        Algorithm::Ed25519 => PublicKey::from_multibase(text),
    };
    parsed.map_err(|why| KeyError::Malformed { key_id: id.to_string(), why })
}

fn host(actor_uri: &str) -> String {
    Id::parse(actor_uri).map_or_else(|_| String::new(), |id| id.host().to_owned())
}
