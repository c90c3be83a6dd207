//! People, spaces and nodes, here and elsewhere.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{ActorType, FollowState, Id, Time};
use crate::coworking::id::{ActorId, SpaceId};
use crate::coworking::profile;
use crate::operations::follow;
use crate::store::actor::{self, ActorSummary};

/// Somebody, as far as lists show them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Person {
    /// The node's number for them.
    #[schema(value_type = Id)]
    pub id: ActorId,
    /// Their id in the network.
    pub uri: String,
    /// What they are.
    #[serde(rename = "type")]
    #[schema(value_type = ActorType)]
    pub actor_type: actor::ActorType,
    /// Do they live on this node?
    pub local: bool,
    /// The first half of the handle.
    #[schema(example = "ana")]
    pub username: String,
    /// The handle.
    #[schema(example = "ana@harbor.example")]
    pub handle: String,
    /// The display name; may be empty.
    pub name: String,
    /// Their page for humans.
    pub url: String,
    /// Their picture.
    #[schema(required)]
    pub picture: Option<Picture>,
}

/// A picture.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Picture {
    /// Where it is.
    pub url: String,
    /// What it shows, for those who cannot see it.
    #[schema(required)]
    pub alt: Option<String>,
}

impl From<profile::Picture> for Picture {
    fn from(picture: profile::Picture) -> Self {
        Self { url: picture.url, alt: picture.alt }
    }
}

impl From<ActorSummary> for Person {
    fn from(actor: ActorSummary) -> Self {
        Self {
            id: actor.id,
            handle: actor.handle(),
            actor_type: actor.actor_type,
            local: actor.local,
            username: actor.username,
            name: actor.name,
            url: actor.url.unwrap_or_else(|| actor.uri.clone()),
            uri: actor.uri,
            picture: actor.icon.map(Picture::from),
        }
    }
}

/// Somebody with their profile.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Actor {
    /// What lists show of them.
    #[serde(flatten)]
    pub person: Person,
    /// What they say about themselves, as harmless HTML.
    pub summary: String,
    /// The same as Markdown; of those who live here.
    #[schema(required)]
    pub summary_source: Option<String>,
    /// The table of the profile.
    pub fields: Vec<Field>,
    /// What they know about.
    pub skills: Vec<String>,
    /// Other accounts of theirs, as ids in the network.
    pub also_known_as: Vec<String>,
    /// The account that took over, as its id in the network.
    #[schema(required)]
    pub moved_to: Option<String>,
    /// Does a follower need an approval?
    pub manually_approves_followers: bool,
    /// May they be suggested to others?
    pub discoverable: bool,
    /// May their public posts be searched?
    pub indexable: bool,
    /// Are their followers and followed shown as counts only?
    pub hides_network: bool,
    /// The space that they belong to; of members.
    #[schema(value_type = Option<Id>, required)]
    pub home_space: Option<SpaceId>,
    /// When the account came to be.
    #[schema(value_type = Option<Time>, required)]
    pub published: Option<Timestamp>,
    /// When the profile changed last.
    #[schema(value_type = Time)]
    pub updated: Timestamp,
    /// How many of what, as far as is known here.
    pub counts: Counts,
}

/// A line of a profile's table.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Field {
    /// What it is.
    #[schema(example = "Web")]
    pub name: String,
    /// Harmless HTML.
    pub value: String,
}

/// How many follow somebody, and how many they follow, as far as is known here.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct Counts {
    /// Those who follow them.
    pub followers: u64,
    /// Those whom they follow.
    pub following: u64,
}

impl Actor {
    /// An actor, with how many follow it and how many it follows.
    #[must_use]
    pub fn new(actor: actor::Actor, (followers, following): (u64, u64)) -> Self {
        Self {
            person: actor.summarised().into(),
            summary: actor.summary,
            summary_source: actor.summary_source,
            fields: actor.fields.into_iter().map(|field| Field { name: field.name, value: field.value }).collect(),
            skills: actor.skills,
            also_known_as: actor.also_known_as,
            moved_to: actor.moved_to,
            manually_approves_followers: actor.manually_approves_followers,
            discoverable: actor.discoverable,
            indexable: actor.indexable,
            hides_network: actor.hides_network,
            home_space: actor.home_space,
            published: actor.published,
            updated: actor.updated,
            counts: Counts { followers, following },
        }
    }
}

/// What the caller and somebody are to each other.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub struct Relation {
    /// Does the caller follow them, or ask to? `null` for neither.
    #[schema(value_type = Option<FollowState>, required)]
    pub following: Option<&'static str>,
    /// Do they follow the caller, or ask to? `null` for neither.
    #[schema(value_type = Option<FollowState>, required)]
    pub followed_by: Option<&'static str>,
    /// Does the caller block them?
    pub blocking: bool,
    /// Does the caller mute them?
    pub muting: bool,
}

impl From<follow::Relation> for Relation {
    fn from(relation: follow::Relation) -> Self {
        Self {
            following: relation.following.map(|state| state.as_str()),
            followed_by: relation.followed_by.map(|state| state.as_str()),
            blocking: relation.blocking,
            muting: relation.muting,
        }
    }
}
