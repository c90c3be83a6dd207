//! Actors: what a remote one's document says, as it is kept here; and what the document of one of ours says.

use super::hospitality;
use crate::activitypub::actor::{
    ActorDocument, ActorKind, Capability, KeyMaterial, PublishedImage, PublishedKeys, ReceivedKey, RemoteActor,
};
use crate::activitypub::id::Id;
use crate::activitypub::key::{KeyAlgorithm, PublicKey};
use crate::activitypub::place::Place;
use crate::activitypub::webfinger::Handle;
use crate::coworking::profile::Picture;
use crate::coworking::{markdown, tag};
use crate::site::Site;
use crate::store::actor::{Actor, ActorType, RemoteKey, RemoteProfile, ShownField};
use crate::store::key::{self, Algorithm};

/// What is kept of an actor whose handle was confirmed. HTML is sanitised, keys that cannot be used are left out.
#[must_use]
pub fn profile(actor: &RemoteActor, handle: &Handle) -> RemoteProfile {
    let text = |id: &Option<Id>| id.as_ref().map(Id::to_string);
    let hashtags = actor.hashtags.iter().filter(|tag| !actor.knows_about.contains(tag));
    RemoteProfile {
        uri: actor.id.to_string(),
        actor_type: actor_type(actor.kind),
        username: handle.user().to_owned(),
        host: handle.host().to_owned(),
        name: actor.name.clone().unwrap_or_default(),
        summary: actor.summary_unsanitised.as_deref().map(markdown::sanitise).unwrap_or_default(),
        url: text(&actor.url),
        icon: actor.icon.as_ref().map(|icon| Picture { url: icon.url.to_string(), alt: icon.name.clone() }),
        fields: actor
            .fields
            .iter()
            .map(|field| ShownField {
                name: field.name.clone(),
                value: markdown::sanitise(&field.value_unsanitised),
                source: None,
            })
            .collect(),
        skills: actor.knows_about.iter().chain(hashtags).cloned().collect(),
        inbox: actor.inbox.to_string(),
        shared_inbox: text(&actor.shared_inbox),
        outbox: text(&actor.outbox),
        followers: text(&actor.followers),
        following: text(&actor.following),
        featured: text(&actor.featured),
        also_known_as: actor.also_known_as.iter().map(Id::to_string).collect(),
        moved_to: text(&actor.moved_to),
        implements: actor.implements.clone(),
        manually_approves_followers: actor.manually_approves_followers,
        discoverable: actor.discoverable,
        indexable: actor.indexable,
        hides_network: true,
        published: actor.published,
        updated: actor.updated,
        // A server speaks for its own people and spaces: nobody is at home where another one says.
        home_space: actor.home_space.as_ref().filter(|home| home.same_origin(&actor.id)).map(Id::to_string),
        space: hospitality::elsewhere(actor),
        keys: actor.keys.iter().filter_map(key).collect(),
    }
}

fn actor_type(kind: ActorKind) -> ActorType {
    match kind {
        ActorKind::Application => ActorType::Application,
        ActorKind::Group => ActorType::Group,
        ActorKind::Organization => ActorType::Organization,
        ActorKind::Person => ActorType::Person,
        ActorKind::Service => ActorType::Service,
    }
}

/// What this node does beyond what its objects show (FEP-844e); peers send extension activities by it, so it names only
/// what is there.
const CAPABILITIES: [Capability; 6] = [
    Capability::Rfc9421,
    Capability::Rfc9421Ed25519,
    Capability::IntegrityProofs,
    Capability::Marketplace,
    Capability::CheckIns,
    Capability::Statements,
];

/// What the document of a local actor tells besides its own row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Belongings {
    /// Its keys, retired ones left out.
    pub keys: Vec<key::PublicKey>,
    /// The id of the space that it is at home in; of members.
    pub home_space: Option<String>,
    /// The zone of its clock; of spaces.
    pub zone: Option<String>,
    /// Where it is; of spaces.
    pub location: Option<Place>,
    /// What it grants guests, as it is sent; of spaces.
    pub hospitality: Option<serde_json::Value>,
}

/// The document of an actor of ours. `None` as long as it lacks one of its two keys: nobody could take it.
#[must_use]
pub fn document(site: &Site, actor: &Actor, belongings: &Belongings) -> Option<ActorDocument> {
    let newest = |algorithm| belongings.keys.iter().rev().find(|key| key.algorithm == algorithm);
    let (rsa, ed25519) = (newest(Algorithm::Rsa)?, newest(Algorithm::Ed25519)?);
    let below = |given: &Option<String>, end: &str| given.clone().unwrap_or_else(|| format!("{}/{end}", actor.uri));
    let icon = actor.icon.as_ref();
    Some(ActorDocument {
        id: actor.uri.clone(),
        kind: kind(actor.actor_type),
        preferred_username: actor.username.clone(),
        webfinger: actor.handle(),
        name: if actor.name.is_empty() { actor.username.clone() } else { actor.name.clone() },
        summary: actor.summary.clone(),
        url: actor.url.clone().unwrap_or_else(|| actor.uri.clone()),
        inbox: actor.inbox.clone(),
        shared_inbox: actor.shared_inbox.clone().unwrap_or_else(|| site.shared_inbox()),
        outbox: below(&actor.outbox, "outbox"),
        followers: below(&actor.followers, "followers"),
        following: below(&actor.following, "following"),
        featured: actor.featured.clone(),
        proposals: belongings.location.as_ref().map(|_| format!("{}/proposals", actor.uri)),
        upcoming_events: None,
        keys: PublishedKeys {
            rsa_id: rsa.uri.clone(),
            rsa_pem: rsa.public_key.clone(),
            ed25519_id: ed25519.uri.clone(),
            ed25519_multibase: ed25519.public_key.clone(),
        },
        also_known_as: actor.also_known_as.clone(),
        moved_to: actor.moved_to.clone(),
        manually_approves_followers: actor.manually_approves_followers,
        discoverable: actor.discoverable,
        indexable: actor.indexable,
        icon: icon.map(|icon| PublishedImage { url: icon.url.clone(), media_type: None, name: icon.alt.clone() }),
        fields: actor.fields.iter().map(|field| (field.name.clone(), field.value.clone())).collect(),
        knows_about: actor.skills.clone(),
        hashtags: actor.skills.iter().map(|skill| (tag::hashtag(skill), site.tag(&tag::fold(skill)))).collect(),
        home_space: belongings.home_space.clone(),
        timezone: belongings.zone.clone(),
        location: belongings.location.clone(),
        hospitality: belongings.hospitality.clone(),
        capabilities: CAPABILITIES.to_vec(),
        published: actor.published,
        updated: Some(actor.updated),
    })
}

fn kind(actor_type: ActorType) -> ActorKind {
    match actor_type {
        ActorType::Application => ActorKind::Application,
        ActorType::Group => ActorKind::Group,
        ActorType::Organization => ActorKind::Organization,
        ActorType::Person => ActorKind::Person,
        ActorType::Service => ActorKind::Service,
    }
}

fn key(key: &ReceivedKey) -> Option<RemoteKey> {
    let parsed = match &key.material {
        KeyMaterial::Pem(text) => PublicKey::from_pem(text),
        KeyMaterial::Multibase(text) => PublicKey::from_multibase(text),
    };
    let parsed = parsed.ok()?;
    let (algorithm, public_key) = match parsed.algorithm() {
        KeyAlgorithm::Rsa => (Algorithm::Rsa, parsed.to_pem()),
        KeyAlgorithm::Ed25519 => (Algorithm::Ed25519, parsed.to_multibase()),
    };
    Some(RemoteKey { uri: key.id.to_string(), algorithm, public_key })
}
