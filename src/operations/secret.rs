//! Secrets that are told once: the node keeps their SHA-256 alone.
//!
//! 256 random bits cannot be guessed, so a plain hash is enough; slow hashes are for what people think up.

use sha2::{Digest, Sha256};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// A fresh secret, to be shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub(super) fn new(prefix: &str) -> Self {
        Self(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())))
    }

    /// A key that both sides have, as it is shown once: its bytes in base64 behind the prefix.
    pub(super) fn key(prefix: &str, key: &[u8; 32]) -> Self {
        Self(format!("{prefix}{}", STANDARD.encode(key)))
    }

    /// The text, for the one who is to have it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What is kept of a secret.
pub(super) fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}
