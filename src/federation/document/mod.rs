//! The documents that peers read at our URLs, each made from the store inside of one read.
//!
//! Who may not read something gets the same answer as for what does not exist. What is told about a thing here and what
//! was sent about it come from one translation.

mod collection;
mod object;
pub mod rows;

use serde_json::Value;

use crate::coworking::id::ActorId;

pub use collection::{Collection, Part, collection, replies};
pub use object::{by_offer, object};

/// Where a home node asks what became of an offer, with `id`.
pub const BY_OFFER: &str = "/bookings/by-offer";

/// A document as it is served (`application/activity+json`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The JSON.
    pub body: Vec<u8>,
    /// Is it the tombstone of something that is gone? Then its status is 410.
    pub gone: bool,
    /// Does everybody get the same? Otherwise it is for this reader alone.
    pub public: bool,
    /// The actor that it tells about: changes of others leave it as it is.
    pub about: ActorId,
}

impl Document {
    fn public(value: &Value, about: ActorId) -> Self {
        Self { body: value.to_string().into_bytes(), gone: false, public: true, about }
    }

    fn tombstone(value: &Value, about: ActorId) -> Self {
        Self { gone: true, ..Self::public(value, about) }
    }
}

/// What stands at a URL of ours, for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// This, or word that it is gone.
    Document(Document),
    /// Nothing, or nothing for them.
    Missing,
    /// An actor that has no keys yet; a moment later it has.
    NotYet,
}

impl From<Option<Document>> for Answer {
    fn from(document: Option<Document>) -> Self {
        document.map_or(Self::Missing, Self::Document)
    }
}

#[cfg(test)]
mod tests;
