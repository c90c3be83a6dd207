//! Actors: what a remote one's document says, as it is kept here.

use crate::activitypub::actor::{ActorKind, KeyMaterial, ReceivedKey, RemoteActor};
use crate::activitypub::id::Id;
use crate::activitypub::key::{KeyAlgorithm, PublicKey};
use crate::activitypub::webfinger::Handle;
use crate::coworking::markdown;
use crate::coworking::profile::Picture;
use crate::store::actor::{ActorType, RemoteKey, RemoteProfile, ShownField};
use crate::store::key::Algorithm;

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
