//! What a peer is answered that is not believed: a status, and words that its operator can act on.
//!
//! Peers retry on 401 and 5xx, so what will never pass is answered with another status (403, 413, 415, 400), and
//! trouble of ours, or on the way to a key, with 503.

use std::borrow::Cow;

use jiff::Timestamp;

use crate::activitypub::signature::SignatureError;
use crate::federation::fetch::{self, KeyError};
use crate::store;

/// When to come back, where nothing says it better.
const COME_BACK: u32 = 300;
/// When to come back after trouble of ours.
const COME_BACK_SOON: u32 = 30;

/// Why an activity is not taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotTaken {
    /// It is in order and means nothing to this node: answered as if it were taken.
    Dropped(&'static str),
    /// It is refused.
    Denied(Denial),
}

/// A "no" to a peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// The HTTP status.
    pub status: u16,
    /// What is wrong and what would pass.
    pub words: Cow<'static, str>,
    /// In how many seconds it might pass.
    pub retry_after: Option<u32>,
}

impl From<Denial> for NotTaken {
    fn from(denial: Denial) -> Self {
        Self::Denied(denial)
    }
}

impl Denial {
    fn new(status: u16, words: impl Into<Cow<'static, str>>) -> Self {
        Self { status, words: words.into(), retry_after: None }
    }

    pub(super) fn malformed(error: impl std::fmt::Display) -> Self {
        Self::new(400, error.to_string())
    }

    pub(super) fn unauthorized(words: impl Into<Cow<'static, str>>) -> Self {
        Self::new(401, words)
    }

    pub(super) fn forbidden(words: impl Into<Cow<'static, str>>) -> Self {
        Self::new(403, words)
    }

    pub(super) fn too_large(found: usize, limit: usize) -> Self {
        Self::new(413, format!("the body has {found} bytes; at most {limit} pass"))
    }

    pub(super) fn content_type(found: &str) -> Self {
        let found: String = found.chars().take(80).collect();
        Self::new(415, format!("the content type is {found:?}; send application/activity+json"))
    }

    pub(super) fn busy(words: &'static str) -> Self {
        Self { retry_after: Some(COME_BACK), ..Self::new(503, words) }
    }

    /// For trouble of ours: the other side did nothing wrong.
    #[must_use]
    pub fn store(error: &store::Error) -> Self {
        tracing::error!(%error, "an activity was turned away because the store failed");
        Self { retry_after: Some(COME_BACK_SOON), ..Self::new(503, "this node is in trouble; try again later") }
    }

    pub(super) fn signature(error: SignatureError) -> Self {
        match error {
            SignatureError::Malformed(words) => Self::new(400, words),
            SignatureError::Missing => Self::unauthorized(error.to_string()),
            SignatureError::Wrong(words) | SignatureError::Stale(words) => Self::unauthorized(words),
        }
    }

    pub(super) fn no_key(error: &KeyError, now: Timestamp) -> Self {
        let words = error.to_string();
        match error {
            KeyError::Ours(_) | KeyError::Silenced(_) => Self::forbidden(words),
            KeyError::NotAnAddress(_) | KeyError::NotListed { .. } | KeyError::Malformed { .. } => {
                Self::unauthorized(words)
            }
            KeyError::TooMany(many) => Self { retry_after: Some(many.seconds()), ..Self::new(503, words) },
            KeyError::Store(error) => Self::store(error),
            KeyError::Fetch { why: fetch::Error::Store(error), .. } => Self::store(error),
            KeyError::Fetch { why: fetch::Error::Blocked { .. } | fetch::Error::Ours { .. }, .. } => {
                Self::forbidden(words)
            }
            KeyError::Fetch { why, .. } if why.is_transient() => {
                let until = match why {
                    fetch::Error::TooSoon { until, .. } => u32::try_from(until.duration_since(now).as_secs()).ok(),
                    _ => None,
                };
                Self { retry_after: Some(until.unwrap_or(COME_BACK).max(1)), ..Self::new(503, words) }
            }
            KeyError::Fetch { .. } => Self::unauthorized(words),
        }
    }
}
