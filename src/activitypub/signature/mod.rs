//! HTTP signatures: draft-cavage-http-signatures-12, which the whole fediverse speaks, and RFC 9421, which
//! replaces it.
//!
//! Checking has two steps, because between them the key must be found. [`parse`] reads the headers, applies every
//! rule that needs no key (coverage, host, time, digest present) and keeps the exact bytes that were signed;
//! [`ReceivedSignature::verify`] then compares the body and asks the key. What passes the first step alone
//! proves nothing.

mod cavage;
mod error;
mod message;
mod received;
mod rfc9421;
mod window;

pub use cavage::{SigningString, http_date, sign_cavage, signing_string};
pub use error::{SignatureError, SigningError};
pub use message::Message;
pub use received::{ReceivedSignature, Scheme};
pub use rfc9421::{Rfc9421Headers, sign_rfc9421, signature_base};
pub use window::{MAX_LIFE, WINDOW};

use jiff::{SignedDuration, Timestamp};

/// Longer signature headers are refused unread.
const MAX_HEADER: usize = 8 * 1024;
/// More signed components than this are refused.
const MAX_COVERED: usize = 64;
/// Longer key ids are refused.
const MAX_KEY_ID: usize = 2048;

/// Reads the signature of a request and applies every rule that needs no key.
///
/// Both schemes use the header `Signature`; a request with `Signature-Input` is RFC 9421 and nothing else, so that
/// one scheme's rules cannot be evaded through the other.
///
/// # Errors
/// [`SignatureError`].
pub fn parse(message: &Message<'_>, now: Timestamp) -> Result<ReceivedSignature, SignatureError> {
    parse_within(message, now, WINDOW)
}

/// As [`parse`], where a signature without its own end is accepted for another time than [`WINDOW`].
///
/// # Errors
/// [`SignatureError`].
pub fn parse_within(
    message: &Message<'_>,
    now: Timestamp,
    window: SignedDuration,
) -> Result<ReceivedSignature, SignatureError> {
    if message.values("signature-input").next().is_some() {
        rfc9421::parse(message, now, window)
    } else if message.values("signature").next().is_some() {
        cavage::parse(message, now, window)
    } else {
        Err(SignatureError::Missing)
    }
}

#[cfg(test)]
mod tests;
