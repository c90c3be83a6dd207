//! The keys with which our actors sign, parsed once and kept at hand.

use std::sync::Arc;

use crate::activitypub::key::{KeyError, PrivateKey};
use crate::coworking::id::ActorId;
use crate::key_ring::SigningKeys;
use crate::node::Node;
use crate::store::key::{self, Algorithm, NewKeys, SigningKey};
use crate::store::{self, Tx};

/// Why nothing can be signed for an actor.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// It is new, and the job that makes keys has not come to it.
    #[error("the sender has no keys yet")]
    NoKeys,
    /// A key in the store is no key.
    #[error("a key of the sender cannot be read: {0}")]
    Malformed(#[from] KeyError),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// The keys with which a local actor signs now.
///
/// # Errors
/// [`Error`]; the next call asks the store again.
pub async fn keys(node: &Node, actor: ActorId) -> Result<Arc<SigningKeys>, Error> {
    node.reception
        .keys
        .signing
        .get_or_insert_async(&actor, async {
            let (rsa, ed25519) = node
                .store
                .read(move |tx| {
                    let mut of = |algorithm| key::signing(tx, actor, algorithm);
                    Ok::<_, store::Error>((of(Algorithm::Rsa)?, of(Algorithm::Ed25519)?))
                })
                .await?;
            let (rsa, ed25519) = rsa.zip(ed25519).ok_or(Error::NoKeys)?;
            Ok(Arc::new(SigningKeys {
                rsa: PrivateKey::from_pkcs8_der(&rsa.pkcs8)?,
                rsa_key_id: rsa.uri,
                ed25519: PrivateKey::from_pkcs8_der(&ed25519.pkcs8)?,
                ed25519_key_id: ed25519.uri,
            }))
        })
        .await
}

/// A key of ours by its id, retired or not; `None` when its private half is forgotten.
///
/// # Errors
/// [`Error::Store`] or [`Error::Malformed`].
pub async fn key_with_id(node: &Node, uri: &str) -> Result<Option<PrivateKey>, Error> {
    let uri = uri.to_owned();
    let found = node.store.read(move |tx: &mut Tx<'_>| key::signing_by_uri(tx, &uri)).await?;
    let parse = |key: SigningKey| PrivateKey::from_pkcs8_der(&key.pkcs8).map_err(Error::from);
    found.map(parse).transpose()
}

/// The keys of an actor changed: they are read again when they are needed.
pub fn forget(node: &Node, actor: ActorId) {
    node.reception.keys.signing.remove(&actor);
}

/// Fresh keys for one actor. Finding primes blocks for up to a second: not on a thread that others wait for.
///
/// # Errors
/// [`KeyError::Library`].
pub fn make_keys() -> Result<NewKeys, KeyError> {
    let (rsa, ed25519) = (PrivateKey::generate_rsa()?, PrivateKey::generate_ed25519()?);
    Ok(NewKeys {
        rsa_pkcs8: rsa.to_pkcs8_der()?.to_vec(),
        rsa_spki_pem: rsa.public().to_pem(),
        ed25519_pkcs8: ed25519.to_pkcs8_der()?.to_vec(),
        ed25519_multibase: ed25519.public().to_multibase(),
    })
}
