//! The keys that an actor's document lists, and key documents of their own.

use serde_json::Value;

use super::{ActorKind, KEY_LIMIT};
use crate::activitypub::id::Id;
use crate::activitypub::json;

/// The longest key text that is read: room for RSA-8192 in PEM.
const KEY_TEXT_LIMIT: usize = 4_096;

/// A public key as a document shows it; on the origin of its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedKey {
    /// The key id that signatures name.
    pub id: Id,
    /// The key, not yet parsed.
    pub material: KeyMaterial,
}

/// A public key in one of its two spellings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyMaterial {
    /// `publicKeyPem`.
    Pem(String),
    /// `publicKeyMultibase` of a Multikey (FEP-521a).
    Multibase(String),
}

/// What may be found at a key id without the rest of an actor: a key on its own, or the stub that GoToSocial serves.
///
/// It proves nothing alone: the owner's own document must list a key with this id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyDocument {
    /// Whose keys these are said to be; on their origin.
    pub owner: Id,
    /// The keys.
    pub keys: Vec<ReceivedKey>,
}

impl KeyDocument {
    /// Reads a key, or the keys of an actor of which the document may lack all else.
    #[must_use]
    pub fn read(document: &Value) -> Option<Self> {
        if ActorKind::of(document).is_some() {
            let owner = Id::parse(json::id_text(document)?).ok()?;
            let keys = of_actor(document, &owner);
            return (!keys.is_empty()).then_some(Self { owner, keys });
        }
        let owner = json::id(document, "owner").or_else(|| json::id(document, "controller"))?;
        let key = read(document, &owner)?;
        Some(Self { owner, keys: vec![key] })
    }
}

/// The keys of an actor, in `publicKey` and `assertionMethod`. Keys of others, and keys on other origins, are left out.
pub(super) fn of_actor(actor: &Value, owner: &Id) -> Vec<ReceivedKey> {
    let mut keys: Vec<ReceivedKey> = Vec::new();
    for value in json::each(actor, "publicKey").chain(json::each(actor, "assertionMethod")).take(2 * KEY_LIMIT) {
        if let Some(key) = read(value, owner)
            && keys.len() < KEY_LIMIT
            && keys.iter().all(|known| known.id != key.id)
        {
            keys.push(key);
        }
    }
    keys
}

fn read(value: &Value, owner: &Id) -> Option<ReceivedKey> {
    let id = Id::parse(json::id_text(value)?).ok().filter(|id| id.same_origin(owner))?;
    let mut named = json::each(value, "owner").chain(json::each(value, "controller")).peekable();
    // A key that names no owner is the actor's only when it stands inside of the actor.
    let is_own = match named.peek() {
        None => id.without_fragment() == *owner,
        Some(_) => named.all(|named| json::id_text(named) == Some(owner.as_str())),
    };
    let text = |key| json::text(value, key).filter(|text| text.len() <= KEY_TEXT_LIMIT).map(str::to_owned);
    let material = text("publicKeyPem")
        .map(KeyMaterial::Pem)
        .or_else(|| text("publicKeyMultibase").map(KeyMaterial::Multibase))?;
    is_own.then_some(ReceivedKey { id, material })
}
