//! Parsed keys at hand: the private ones that sign what we send, the public ones that verify what we get.
//!
//! Parsing a key costs more than using it once. Every cache is bounded, and what is dropped is read again from the
//! store or from its owner.

use std::sync::Arc;

use jiff::Timestamp;
use quick_cache::sync::Cache;

use crate::activitypub::key::{PrivateKey, PublicKey};
use crate::coworking::id::ActorId;

/// The keys of one of our actors.
#[derive(Debug)]
pub struct SigningKeys {
    /// `{actor}#main-key`.
    pub rsa_key_id: String,
    /// Signs requests.
    pub rsa: PrivateKey,
    /// `{actor}#ed25519-key`.
    pub ed25519_key_id: String,
    /// Signs documents (FEP-8b32).
    pub ed25519: PrivateKey,
}

/// The public key of somebody elsewhere, and whose it is.
#[derive(Debug)]
pub struct VerifyingKey {
    /// The key.
    pub key: PublicKey,
    /// Its owner, as known here.
    pub actor: ActorId,
    /// Its owner's id.
    pub actor_uri: String,
    /// The host of the owner's id.
    pub host: String,
    /// When it was last read from its owner.
    pub fetched_at: Timestamp,
}

/// The caches.
#[derive(Debug)]
pub struct KeyRing {
    /// Keys of our actors.
    pub signing: Cache<ActorId, Arc<SigningKeys>>,
    /// Keys of others, by key id.
    pub verifying: Cache<String, Arc<VerifyingKey>>,
}

impl KeyRing {
    /// Forgets the keys of somebody elsewhere.
    pub fn forget(&self, actor: ActorId) {
        self.verifying.retain(|_, key| key.actor != actor);
    }
}

impl Default for KeyRing {
    fn default() -> Self {
        Self { signing: Cache::new(1_000), verifying: Cache::new(20_000) }
    }
}
