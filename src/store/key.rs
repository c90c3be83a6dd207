//! Keys: the public ones of everybody, the private halves of our own, and pairs made ahead.
//!
//! A key is never overwritten by a new one of ours: the new one gets a new id, so that a peer that knows the old one
//! asks again instead of doubting us. Retired private halves stay for a while, to sign what was said with them.

use jiff::Timestamp;

use super::actor::RemoteKey;
use super::plan::statements;
use super::typed::words;
use super::{Error, Row, Tx, params};
use crate::coworking::id::ActorId;

/// What sort of key it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rsa,
    /// Ed25519 (RFC 8032).
    Ed25519,
}

impl Algorithm {
    /// The word in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rsa => "rsa",
            Self::Ed25519 => "ed25519",
        }
    }

    /// The fragment of an actor's first key of this sort.
    fn fragment(self) -> &'static str {
        match self {
            Self::Rsa => "main-key",
            Self::Ed25519 => "ed25519-key",
        }
    }
}

/// The text names no sort of keys that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key is rsa or ed25519")]
pub struct UnknownAlgorithm;

impl std::str::FromStr for Algorithm {
    type Err = UnknownAlgorithm;

    fn from_str(text: &str) -> Result<Self, UnknownAlgorithm> {
        match text {
            "rsa" => Ok(Self::Rsa),
            "ed25519" => Ok(Self::Ed25519),
            _ => Err(UnknownAlgorithm),
        }
    }
}

words!(Algorithm: "rsa or ed25519");

/// Two fresh key pairs for one actor.
#[derive(Clone, PartialEq, Eq)]
pub struct NewKeys {
    /// The private half of an RSA key of 2048 bits or more, PKCS#8 DER.
    pub rsa_pkcs8: Vec<u8>,
    /// Its public half, SPKI PEM.
    pub rsa_spki_pem: String,
    /// The private half of an Ed25519 key, PKCS#8 DER.
    pub ed25519_pkcs8: Vec<u8>,
    /// Its public half, Multikey multibase.
    pub ed25519_multibase: String,
}

impl std::fmt::Debug for NewKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewKeys").field("ed25519_multibase", &self.ed25519_multibase).finish_non_exhaustive()
    }
}

/// A public key and whose it is: all that checking a signature needs, in one look-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// The key id.
    pub uri: String,
    /// What sort of key it is.
    pub algorithm: Algorithm,
    /// RSA: SPKI PEM. Ed25519: Multikey multibase.
    pub public_key: String,
    /// Since when it signs no more.
    pub retired_at: Option<Timestamp>,
    /// Whose it is.
    pub owner: ActorId,
    /// The owner's id in the network.
    pub owner_uri: String,
    /// Does the owner live here?
    pub owner_local: bool,
    /// Is the owner neither gone nor suspended?
    pub owner_active: bool,
    /// When the owner was last read from its home.
    pub owner_fetched_at: Option<Timestamp>,
}

/// A key that signs for a local actor.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// The key id.
    pub uri: String,
    /// What sort of key it is.
    pub algorithm: Algorithm,
    /// PKCS#8 DER.
    pub pkcs8: Vec<u8>,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").field("uri", &self.uri).finish_non_exhaustive()
    }
}

statements! {
    BY_URI = "SELECT k.uri, k.algorithm, k.public_key, k.retired_at, a.id, a.uri, a.local, \
              a.deleted_at IS NULL AND a.suspended_at IS NULL, a.fetched_at \
              FROM actor_key k JOIN actor a ON a.id = k.actor_id WHERE k.uri = ?1";
    OF_ACTOR = "SELECT k.uri, k.algorithm, k.public_key, k.retired_at, a.id, a.uri, a.local, \
                a.deleted_at IS NULL AND a.suspended_at IS NULL, a.fetched_at \
                FROM actor_key k JOIN actor a ON a.id = k.actor_id \
                WHERE k.actor_id = ?1 AND k.retired_at IS NULL ORDER BY k.algorithm DESC, k.created_at, k.uri LIMIT 20";
    SIGNING = "SELECT uri, algorithm, private_key FROM actor_key WHERE actor_id = ?1 AND algorithm = ?2 \
               AND private_key IS NOT NULL AND retired_at IS NULL ORDER BY created_at DESC, uri LIMIT 1";
    RETIRED = "SELECT uri, algorithm, private_key FROM actor_key WHERE actor_id = ?1 AND algorithm = ?2 \
               AND private_key IS NOT NULL AND retired_at IS NOT NULL ORDER BY retired_at DESC, uri LIMIT 1";
    SIGNING_BY_URI = "SELECT uri, algorithm, private_key FROM actor_key WHERE uri = ?1 AND private_key IS NOT NULL";
    COUNT = "SELECT count(*) FROM actor_key WHERE actor_id = ?1 AND algorithm = ?2";
    ADD = "INSERT INTO actor_key (uri, actor_id, algorithm, public_key, private_key, created_at) \
           VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    RETIRE = "UPDATE actor_key SET retired_at = ?2 WHERE actor_id = ?1 AND retired_at IS NULL";
    RETIRE_ONE = "UPDATE actor_key SET retired_at = ?2 WHERE uri = ?1 AND retired_at IS NULL";
    /// A key id belongs to whom it came from first; nobody can take another's over.
    PUT_REMOTE = "INSERT INTO actor_key (uri, actor_id, algorithm, public_key, created_at) VALUES (?1, ?2, ?3, ?4, ?5) \
                  ON CONFLICT (uri) DO UPDATE SET algorithm = excluded.algorithm, public_key = excluded.public_key, \
                  created_at = excluded.created_at, retired_at = NULL \
                  WHERE actor_key.actor_id = excluded.actor_id AND actor_key.private_key IS NULL";
    WITHOUT = "SELECT a.id FROM actor a WHERE a.local = 1 AND a.deleted_at IS NULL AND NOT EXISTS \
               (SELECT 1 FROM actor_key k WHERE k.actor_id = a.id AND k.retired_at IS NULL) LIMIT ?1";
    FORGET = "UPDATE actor_key SET private_key = NULL WHERE retired_at < ?1 AND private_key IS NOT NULL";
    ADD_SPARE = "INSERT INTO spare_key (id, rsa_private, rsa_public, ed25519_private, ed25519_public, created_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    TAKE_SPARE = "DELETE FROM spare_key WHERE id = (SELECT min(id) FROM spare_key) \
                  RETURNING rsa_private, rsa_public, ed25519_private, ed25519_public";
    SPARES = "SELECT count(*) FROM spare_key";
}

fn read(row: &Row<'_>) -> Result<PublicKey, Error> {
    Ok(PublicKey {
        uri: row.get(0)?,
        algorithm: row.get(1)?,
        public_key: row.get(2)?,
        retired_at: row.get(3)?,
        owner: row.get(4)?,
        owner_uri: row.get(5)?,
        owner_local: row.get(6)?,
        owner_active: row.get(7)?,
        owner_fetched_at: row.get(8)?,
    })
}

fn read_signing(row: &Row<'_>) -> Result<SigningKey, Error> {
    Ok(SigningKey { uri: row.get(0)?, algorithm: row.get(1)?, pkcs8: row.get(2)? })
}

/// The key with this id and its owner, retired or not.
///
/// # Errors
/// The store's.
pub fn by_uri(tx: &mut Tx<'_>, uri: &str) -> Result<Option<PublicKey>, Error> {
    tx.query_one(BY_URI, params![uri], read)
}

/// The keys that an actor's document shows: RSA before Ed25519, retired ones not.
///
/// # Errors
/// The store's.
pub fn of_actor(tx: &mut Tx<'_>, actor: ActorId) -> Result<Vec<PublicKey>, Error> {
    tx.query(OF_ACTOR, params![actor], read)
}

/// The key with which a local actor signs now; `None` until it has been given one.
///
/// # Errors
/// The store's.
pub fn signing(tx: &mut Tx<'_>, actor: ActorId, algorithm: Algorithm) -> Result<Option<SigningKey>, Error> {
    tx.query_one(SIGNING, params![actor, algorithm], read_signing)
}

/// The key with which a local actor signed before: the news of a rotation is believed when the old key signs it.
///
/// # Errors
/// The store's.
pub fn signing_before(tx: &mut Tx<'_>, actor: ActorId, algorithm: Algorithm) -> Result<Option<SigningKey>, Error> {
    tx.query_one(RETIRED, params![actor, algorithm], read_signing)
}

/// A key of a local actor by its id, retired or not; `None` when its private half is forgotten.
///
/// # Errors
/// The store's.
pub fn signing_by_uri(tx: &mut Tx<'_>, uri: &str) -> Result<Option<SigningKey>, Error> {
    tx.query_one(SIGNING_BY_URI, params![uri], read_signing)
}

/// Gives a local actor new keys under new ids, and retires those it has.
///
/// # Errors
/// The store's.
pub fn give(tx: &mut Tx<'_>, actor: ActorId, actor_uri: &str, keys: &NewKeys, now: Timestamp) -> Result<(), Error> {
    tx.execute(RETIRE, params![actor, now])?;
    for (algorithm, public, private) in [
        (Algorithm::Rsa, &keys.rsa_spki_pem, &keys.rsa_pkcs8),
        (Algorithm::Ed25519, &keys.ed25519_multibase, &keys.ed25519_pkcs8),
    ] {
        let before = tx.query_one(COUNT, params![actor, algorithm], |row| row.get::<i64>(0))?.unwrap_or(0);
        let uri = match before {
            0 => format!("{actor_uri}#{}", algorithm.fragment()),
            before => format!("{actor_uri}#{}-{}", algorithm.fragment(), before + 1),
        };
        tx.execute(ADD, params![uri, actor, algorithm, public, private, now])?;
    }
    Ok(())
}

/// Keeps the keys that a remote actor's document shows; a key that is not in it any more is retired.
///
/// # Errors
/// The store's.
pub fn replace_remote(tx: &mut Tx<'_>, actor: ActorId, keys: &[RemoteKey], now: Timestamp) -> Result<(), Error> {
    let known = of_actor(tx, actor)?;
    for old in known.iter().filter(|old| !keys.iter().any(|key| key.uri == old.uri)) {
        tx.execute(RETIRE_ONE, params![&old.uri, now])?;
    }
    let same = |key: &RemoteKey, old: &PublicKey| {
        (&key.uri, key.algorithm, &key.public_key) == (&old.uri, old.algorithm, &old.public_key)
    };
    for key in keys.iter().filter(|key| !known.iter().any(|old| same(key, old))) {
        tx.execute(PUT_REMOTE, params![&key.uri, actor, key.algorithm, &key.public_key, now])?;
    }
    Ok(())
}

/// Local actors who are there and have no keys, at most `limit`.
///
/// # Errors
/// The store's.
pub fn without_keys(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<ActorId>, Error> {
    tx.query(WITHOUT, params![limit], |row| row.get(0))
}

/// Forgets the private halves of keys that were retired before `time`; tells how many.
///
/// # Errors
/// The store's.
pub fn forget_retired(tx: &mut Tx<'_>, time: Timestamp) -> Result<u64, Error> {
    tx.execute(FORGET, params![time])
}

/// Lays two pairs aside for an actor to come.
///
/// # Errors
/// The store's.
pub fn add_spare(tx: &mut Tx<'_>, keys: &NewKeys, now: Timestamp) -> Result<(), Error> {
    let id = tx.next_id(now);
    tx.execute(
        ADD_SPARE,
        params![id, &keys.rsa_pkcs8, &keys.rsa_spki_pem, &keys.ed25519_pkcs8, &keys.ed25519_multibase, now],
    )?;
    Ok(())
}

/// Takes the oldest of what was laid aside.
///
/// # Errors
/// The store's.
pub fn take_spare(tx: &mut Tx<'_>) -> Result<Option<NewKeys>, Error> {
    tx.query_one(TAKE_SPARE, params![], |row| {
        Ok(NewKeys {
            rsa_pkcs8: row.get(0)?,
            rsa_spki_pem: row.get(1)?,
            ed25519_pkcs8: row.get(2)?,
            ed25519_multibase: row.get(3)?,
        })
    })
}

/// How much is laid aside.
///
/// # Errors
/// The store's.
pub fn spares(tx: &mut Tx<'_>) -> Result<u32, Error> {
    Ok(tx.query_one(SPARES, params![], |row| row.get(0))?.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
