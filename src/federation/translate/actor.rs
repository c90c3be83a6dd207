//! Actors: what a remote one's document says, as it is kept here; and the document of one of ours.

use crate::activitypub::actor::{
    ActorDocument, ActorKind, Capability, KeyMaterial, PublishedImage, PublishedKeys, ReceivedKey, RemoteActor,
};
use crate::activitypub::id::Id;
use crate::activitypub::key::{KeyAlgorithm, PublicKey};
use crate::activitypub::webfinger::Handle;
use crate::coworking::markdown;
use crate::coworking::profile::Picture;
use crate::coworking::tag;
use crate::site::Site;
use crate::store::actor::{Actor, ActorType, RemoteKey, RemoteProfile, ShownField};
use crate::store::key::{Algorithm, PublicKey as PublicKeyRow};

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

/// What else a local actor's document tells, besides its row.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// Its keys that are not retired.
    pub keys: &'a [PublicKeyRow],
    /// The IANA zone of a space.
    pub zone: Option<&'a str>,
    /// The id of a member's home space.
    pub home_space: Option<&'a str>,
}

/// The document of a local actor; `None` while its keys are still being made.
#[must_use]
pub fn document(site: &Site, actor: &Actor, shown: Shown<'_>) -> Option<ActorDocument> {
    let key = |algorithm| shown.keys.iter().find(|key| key.algorithm == algorithm);
    let (rsa, ed25519) = (key(Algorithm::Rsa)?, key(Algorithm::Ed25519)?);
    let under = |name: &str| format!("{}/{name}", actor.uri);
    let kind = match actor.actor_type {
        ActorType::Person => ActorKind::Person,
        ActorType::Group => ActorKind::Group,
        ActorType::Organization => ActorKind::Organization,
        ActorType::Service => ActorKind::Service,
        ActorType::Application => ActorKind::Application,
    };
    Some(ActorDocument {
        id: actor.uri.clone(),
        kind,
        preferred_username: actor.username.clone(),
        webfinger: actor.handle(),
        name: if actor.name.is_empty() { actor.username.clone() } else { actor.name.clone() },
        summary: actor.summary.clone(),
        url: actor.url.clone().unwrap_or_else(|| actor.uri.clone()),
        inbox: actor.inbox.clone(),
        shared_inbox: site.shared_inbox(),
        outbox: under("outbox"),
        followers: under("followers"),
        following: under("following"),
        featured: Some(under("featured")),
        proposals: None,
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
        icon: actor.icon.as_ref().map(|icon| PublishedImage {
            url: icon.url.clone(),
            media_type: None,
            name: icon.alt.clone(),
        }),
        fields: actor.fields.iter().map(|field| (field.name.clone(), field.value.clone())).collect(),
        knows_about: actor.skills.clone(),
        hashtags: actor
            .skills
            .iter()
            .map(|skill| {
                let folded = tag::fold(skill);
                let page = site.tag(&folded);
                (folded, page)
            })
            .collect(),
        home_space: shown.home_space.map(str::to_owned),
        timezone: shown.zone.map(str::to_owned),
        location: None,
        capabilities: CAPABILITIES.to_vec(),
        published: actor.published,
        updated: Some(actor.updated),
    })
}

/// What this node does by now; peers send extension activities only where they are listed.
const CAPABILITIES: [Capability; 4] =
    [Capability::Rfc9421, Capability::Rfc9421Ed25519, Capability::IntegrityProofs, Capability::Marketplace];
