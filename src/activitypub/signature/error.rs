//! Why a request is not taken as signed, in words for the operator of the peer that sent it.

use std::borrow::Cow;

use crate::activitypub::digest::DigestError;
use crate::activitypub::key::KeyError;

/// Parts of a request are quoted back in errors up to this many characters.
const EXCERPT: usize = 80;

/// Why a request is not taken as signed. The sentence may be sent back: it quotes only what the request said itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// There is no signature at all. Answer 401.
    #[error(
        "this request is not signed; sign it with draft-cavage-http-signatures-12 (Signature) or RFC 9421 (Signature-Input and Signature)"
    )]
    Missing,
    /// The headers cannot be read as a signature. Answer 400.
    #[error("{0}")]
    Malformed(Cow<'static, str>),
    /// The signature is readable, but it does not hold or does not cover what it must. Answer 401.
    #[error("{0}")]
    Wrong(Cow<'static, str>),
    /// The signature was made too long ago or in the future. Answer 401.
    #[error("{0}")]
    Stale(Cow<'static, str>),
}

impl SignatureError {
    pub(super) fn malformed(words: impl Into<Cow<'static, str>>) -> Self {
        Self::Malformed(words.into())
    }

    pub(super) fn wrong(words: impl Into<Cow<'static, str>>) -> Self {
        Self::Wrong(words.into())
    }

    pub(super) fn stale(words: impl Into<Cow<'static, str>>) -> Self {
        Self::Stale(words.into())
    }

    pub(super) fn digest(header: &str, error: &DigestError) -> Self {
        let words = format!("the {header} header cannot be used: {error}");
        match error {
            DigestError::Malformed(_) => Self::malformed(words),
            DigestError::Unsupported(_) => Self::wrong(words),
        }
    }
}

/// Why our own request could not be signed: a mistake of the caller, never of a peer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SigningError {
    /// A component to be covered is not in the message or not known.
    #[error("{0:?} is to be signed but the message has none")]
    MissingComponent(String),
    /// The key id would break the header.
    #[error("the key id is not printable ASCII without quotes and backslashes")]
    KeyId,
    /// Ed25519 in a draft-cavage signature: no peer reads it.
    #[error("draft-cavage signatures need an RSA key")]
    NeedsRsa,
    /// The cryptographic library failed.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// A short, printable piece of what a peer sent.
pub(super) fn excerpt(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut short: String = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(EXCERPT).collect();
    if text.chars().nth(EXCERPT).is_some() {
        short.push('…');
    }
    short
}
