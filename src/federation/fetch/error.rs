//! Why a document cannot be had, in words for people and with what a queue must know.

use jiff::Timestamp;
use url::Url;

use crate::activitypub::actor::ActorError;
use crate::activitypub::id::Id;
use crate::activitypub::json::JsonError;
use crate::http_client::{self, Response};
use crate::store;

/// Why a document cannot be had. Texts that a server sent are cut.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// There is no answer.
    #[error(transparent)]
    Http(#[from] http_client::Error),
    /// The answer is a "no".
    #[error("{host} answers {status}")]
    Status {
        /// Who answers.
        host: String,
        /// The status.
        status: u16,
    },
    /// It was there (410).
    #[error("{address} is gone")]
    Gone {
        /// What was asked for.
        address: String,
    },
    /// The answer is no ActivityStreams document, or not one that can be believed.
    #[error("{0}")]
    Unusable(String),
    /// The document is no actor that can be kept.
    #[error("{address} is no actor that can be kept: {why}")]
    NotAnActor {
        /// What was asked for.
        address: String,
        /// What is wrong with it.
        why: ActorError,
    },
    /// It is ours, and nobody asks themselves over the network.
    #[error("{address} is on this node")]
    Ours {
        /// What was asked for.
        address: String,
    },
    /// Nothing is asked of its server.
    #[error("{host} is blocked here")]
    Blocked {
        /// The server.
        host: String,
    },
    /// It failed a short while ago.
    #[error("{address} could not be read a while ago; it is asked for again after {until}")]
    TooSoon {
        /// What was asked for.
        address: String,
        /// When it is asked for again.
        until: Timestamp,
        /// Might it work then?
        transient: bool,
    },
    /// Our own memory fails.
    #[error(transparent)]
    Store(#[from] store::Error),
}

impl Error {
    /// Might the same work later without anybody changing anything?
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Http(error) => !error.is_permanent(),
            Self::Status { status, .. } => matches!(status, 408 | 425 | 429 | 500..=599),
            Self::TooSoon { transient, .. } => *transient,
            Self::Store(_) => true,
            Self::Gone { .. }
            | Self::Unusable(_)
            | Self::NotAnActor { .. }
            | Self::Ours { .. }
            | Self::Blocked { .. } => false,
        }
    }

    /// Does it say nothing about the other server, so that nothing is to be remembered against it?
    #[must_use]
    pub fn is_our_fault(&self) -> bool {
        match self {
            Self::Http(error) => error.is_our_fault(),
            Self::Store(_) | Self::TooSoon { .. } | Self::Ours { .. } | Self::Blocked { .. } => true,
            Self::Status { .. } | Self::Gone { .. } | Self::Unusable(_) | Self::NotAnActor { .. } => false,
        }
    }

    pub(super) fn status(response: &Response) -> Self {
        Self::Status { host: host(&response.url), status: response.status }
    }

    pub(super) fn blocked(url: &Url) -> Self {
        Self::Blocked { host: host(url) }
    }

    pub(super) fn redirects(url: &Url) -> Self {
        Self::Unusable(format!(
            "the way leads to {} by more than 3 redirects, in a circle, or from https to http",
            host(url)
        ))
    }

    pub(super) fn content_type(url: &Url, found: &str) -> Self {
        let found: String = found.chars().take(80).collect();
        Self::Unusable(format!("{} answers with {found:?} where application/activity+json is needed", host(url)))
    }

    pub(super) fn malformed(url: &Url, error: &JsonError) -> Self {
        Self::Unusable(format!("the answer of {} cannot be read: {error}", host(url)))
    }

    pub(super) fn no_id(url: &Url) -> Self {
        Self::Unusable(format!("the document at {} has no id", cut(url.as_str())))
    }

    pub(super) fn foreign_id(id: &Id, url: &Url) -> Self {
        Self::Unusable(format!("the document at {} has not the id {}", cut(url.as_str()), cut(id.as_str())))
    }

    pub(super) fn handle(handle: &str, actor: &Id) -> Self {
        Self::Unusable(format!("{} calls itself {handle}, but that is somebody else", cut(actor.as_str())))
    }
}

fn host(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

fn cut(text: &str) -> String {
    text.chars().take(200).collect()
}
