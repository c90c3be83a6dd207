//! What actors are.

use serde::{Deserialize, Serialize};

use crate::store::typed::words;

/// What an actor is, in ActivityStreams' words (Activity Vocabulary, section 3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ActorType {
    /// A human; every member is one.
    Person,
    /// A community; every space of ours is one.
    Group,
    /// A company or association.
    Organization,
    /// A bot.
    Service,
    /// A program; the node itself is one.
    Application,
}

impl ActorType {
    /// The word on the wire and in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "Person",
            Self::Group => "Group",
            Self::Organization => "Organization",
            Self::Service => "Service",
            Self::Application => "Application",
        }
    }
}

/// The text is none of the five types of actors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an actor is a Person, Group, Organization, Service or Application")]
pub struct UnknownActorType;

impl std::str::FromStr for ActorType {
    type Err = UnknownActorType;

    fn from_str(text: &str) -> Result<Self, UnknownActorType> {
        match text {
            "Person" => Ok(Self::Person),
            "Group" => Ok(Self::Group),
            "Organization" => Ok(Self::Organization),
            "Service" => Ok(Self::Service),
            "Application" => Ok(Self::Application),
            _ => Err(UnknownActorType),
        }
    }
}

words!(ActorType: "a type of actors");
