//! Actors: people, spaces and nodes, as received ([`RemoteActor`]) and as sent ([`ActorDocument`]).
//!
//! A received actor has passed every rule that makes it safe to keep: what belongs to its origin is on its origin,
//! every text and list is bounded. What remains to be proven is named: its handle (WebFinger must loop back).

mod capability;
mod document;
mod keys;
mod received;
#[cfg(test)]
mod tests;

use std::fmt;

pub use capability::Capability;
pub use document::{ActorDocument, PublishedImage, PublishedKeys};
pub use keys::{KeyDocument, KeyMaterial, ReceivedKey};
pub use received::{ActorError, ProfileField, ReceivedImage, RemoteActor};

/// The most characters of a display name.
pub const NAME_LIMIT: usize = 200;
/// The longest summary, in bytes of HTML.
pub const SUMMARY_LIMIT: usize = 20_000;
/// The most fields of a profile.
pub const FIELD_LIMIT: usize = 50;
/// The most characters of a field's value.
pub const FIELD_VALUE_LIMIT: usize = 2_047;
/// The most hashtags, and the most skills, of a profile.
pub const TAG_LIMIT: usize = 20;
/// The most other accounts that an actor may name.
pub const ALIAS_LIMIT: usize = 256;
/// The most keys of an actor.
pub const KEY_LIMIT: usize = 10;
/// The most capabilities of a server.
pub const CAPABILITY_LIMIT: usize = 50;

/// What an actor is (Activity Vocabulary, section 3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ActorKind {
    /// A program; the node itself is one.
    Application,
    /// A community; every space of ours is one.
    Group,
    /// A company or association.
    Organization,
    /// A human.
    Person,
    /// A bot.
    Service,
}

impl ActorKind {
    /// All five.
    pub const ALL: [Self; 5] = [Self::Application, Self::Group, Self::Organization, Self::Person, Self::Service];

    /// The type's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Application => "Application",
            Self::Group => "Group",
            Self::Organization => "Organization",
            Self::Person => "Person",
            Self::Service => "Service",
        }
    }

    /// The kind of a document; of several types the first that is an actor's counts.
    #[must_use]
    pub fn of(value: &serde_json::Value) -> Option<Self> {
        super::json::types(value).find_map(|name| Self::ALL.into_iter().find(|kind| kind.as_str() == name))
    }
}

impl fmt::Display for ActorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
