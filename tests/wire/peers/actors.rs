//! Actors, keys, collections and proposals of peers.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use thirdspace::activitypub::actor::{ActorError, ActorKind, Capability, KeyDocument, KeyMaterial, RemoteActor};
use thirdspace::activitypub::collection::ReceivedCollection;
use thirdspace::activitypub::json;
use thirdspace::activitypub::key::PublicKey;
use thirdspace::activitypub::marketplace::{Agreement, Proposal, Purpose, is_proposal};
use thirdspace::activitypub::place::Place;
use thirdspace::activitypub::webfinger::Jrd;

use super::{document, json_files, samples};
use crate::published::Published;

fn actor(name: &str) -> RemoteActor {
    RemoteActor::read(&samples::sample(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn parsed(key: &KeyMaterial) -> bool {
    match key {
        KeyMaterial::Pem(text) => PublicKey::from_pem(text).is_ok(),
        KeyMaterial::Multibase(text) => PublicKey::from_multibase(text).is_ok(),
    }
}

#[test]
fn every_peers_actor_can_be_kept_followed_and_verified() {
    let actors = json_files(&samples::folder())
        .into_iter()
        .filter(|(path, _)| path.file_stem().is_some_and(|name| name == "actor" || name == "group"));
    for (path, bytes) in actors {
        let name = path.display().to_string();
        let read = RemoteActor::read(&document(&name, &bytes)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!read.keys.is_empty() && read.keys.iter().all(|key| parsed(&key.material)), "{name}");
        assert!(read.outbox.is_some(), "{name}");
        assert!(read.claimed_handle().is_some(), "{name}");
    }
}

#[test]
fn each_program_has_its_own_way_to_say_who_somebody_is() {
    let mastodon = actor("mastodon/actor");
    assert_eq!(mastodon.claimed_handle().expect("a handle").to_string(), "mareike@tidepool.example");
    assert_eq!((mastodon.fields.len(), mastodon.also_known_as.len()), (2, 1));
    assert_eq!(mastodon.icon.and_then(|icon| icon.name).as_deref(), Some("A lead letter M"));
    let gotosocial = actor("gotosocial/actor");
    assert!(
        gotosocial.manually_approves_followers && gotosocial.shared_inbox.is_none() && gotosocial.fields.len() == 1
    );
    let stub = KeyDocument::read(&samples::sample("gotosocial/key_stub")).expect("keys");
    assert_eq!((stub.owner, stub.keys), (gotosocial.id, gotosocial.keys));
    assert!(RemoteActor::read(&samples::sample("gotosocial/key_stub")).is_err(), "a stub cannot be delivered to");
    let ghost = actor("ghost/actor");
    assert_eq!((ghost.keys.len(), ghost.preferred_username.as_str()), (2, "index"));
    let mitra = actor("mitra/actor");
    assert_eq!(mitra.fields.len(), 1, "a way to pay is no line of a profile");
    assert!(mitra.can(Capability::Rfc9421) && mitra.can(Capability::Rfc9421Ed25519));
    let wordpress = actor("wordpress/actor").fields;
    let names: Vec<_> = wordpress.iter().map(|field| field.name.as_str()).collect();
    assert_eq!(names, ["Blog", "About"], "what is spelled twice is shown once");
    assert_eq!(actor("misskey/actor").name.as_deref(), Some("あき"));
    assert_eq!((actor("mobilizon/group").kind, actor("lemmy/group").kind), (ActorKind::Group, ActorKind::Group));
    // A subscription of Mitra's is shown and understood, even though nothing here can be paid in Monero.
    let value = samples::sample("mitra/proposal");
    let proposal = Proposal::read(&value).expect("a proposal");
    assert!(is_proposal(&value) && proposal.unit_based && proposal.purpose == Purpose::Offer);
    assert_eq!(proposal.publishes.resource_quantity.unit, "second");
    assert!(proposal.reciprocal.is_some());
}

pub fn every_captured_actor_and_collection_is_read(published: &Published) -> String {
    let (mut actors, mut collections) = (0, 0);
    for name in published.names() {
        let value = document(&name, &published.bytes(&name));
        if ActorKind::of(&value).is_some() {
            let read = RemoteActor::read(&value).unwrap_or_else(|error| panic!("{name}: {error}"));
            // GNU social shows the key of the group's maker as the group's, and it is not.
            assert_eq!(read.keys.is_empty(), name.ends_with("gnusocial/objects/group.json"), "{name}");
            assert!(read.keys.iter().all(|key| parsed(&key.material)), "{name}");
            assert!(read.outbox.is_some() && read.claimed_handle().is_some(), "{name}");
            actors += 1;
        } else if name.contains("/collections/") {
            let read = ReceivedCollection::read(&value).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(read.id.is_some(), "{name}");
            let items = u64::try_from(read.items.len()).expect("few");
            assert!(read.total_items.is_none_or(|total| total >= items), "{name}");
            collections += 1;
        } else {
            assert!(RemoteActor::read(&value).is_err(), "{name}");
        }
    }
    assert!(actors > 0 && collections > 0, "{actors} actors, {collections} collections");
    format!("among them {actors} actors, {collections} collections")
}

/// ActivityStreams allows actors that nobody can write to; they are refused for what they lack, and read once they have it.
pub fn every_w3c_actor_and_collection_is_read_or_lacks_what_its_refusal_names(published: &Published) -> String {
    let (mut actors, mut collections, mut places) = (0, 0, 0);
    for name in published.names() {
        if name.starts_with("test/fail/") || name.ends_with(super::w3c::NOT_JSON) {
            continue;
        }
        let mut value = document(&name, &published.bytes(&name));
        if ActorKind::of(&value).is_some() {
            actors += 1;
            let mut read = RemoteActor::read(&value);
            for _ in 0..4 {
                match read {
                    Err(ActorError::NoId) => value["id"] = json!("http://example.org/actor"),
                    Err(ActorError::NoInbox) => {
                        let scheme = value["id"].as_str().and_then(|id| id.split_once(':')).expect(&name).0;
                        value["inbox"] = json!(format!("{scheme}://example.org/inbox"));
                    }
                    Err(ActorError::NoUsername) => value["preferredUsername"] = json!("sally"),
                    _ => break,
                }
                read = RemoteActor::read(&value);
            }
            let read = read.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(read.name.is_some(), value["name"].is_string() || value["nameMap"].is_object(), "{name}");
        } else if let Ok(read) = ReceivedCollection::read(&value) {
            collections += 1;
            let pages = json::is_a(&value, "CollectionPage") || json::is_a(&value, "OrderedCollectionPage");
            assert!(pages || read.first.is_some() || !read.items.is_empty() || read.is_hidden(), "{name}");
        } else if json::is_a(&value, "Place") {
            places += 1;
            let read = Place::read(&value).expect(&name);
            assert_eq!(read.coordinates.is_some(), value.get("latitude").is_some(), "{name}");
        }
    }
    assert!(actors > 0 && collections > 0 && places > 0, "{actors} actors, {collections} collections, {places} places");
    format!("among them {actors} actors, {collections} collections, {places} places")
}

/// Spells a property of an actor in another way that means the same.
fn respelled(object: &Map<String, Value>, choices: &[u8]) -> Value {
    let mut rest = choices.iter().cycle().copied();
    let mut spelled = Map::new();
    for (key, value) in object {
        let choice = rest.next().unwrap_or_default() % 4;
        let value = match (key.as_str(), choice) {
            ("id", _) | (_, 0) => value.clone(),
            ("@context", _) => json!([{"x": "https://x.example/"}, "https://www.w3.org/ns/activitystreams"]),
            ("type", _) => json!(["https://x.example/Odd", value]),
            ("inbox" | "outbox" | "followers" | "following" | "featured" | "movedTo", 1) if value.is_string() => {
                json!({"type": "OrderedCollection", "id": value})
            }
            ("inbox" | "outbox" | "followers" | "following" | "featured" | "movedTo", 2) => json!([value]),
            ("name" | "summary", _) if value.is_string() && value != "" => {
                spelled.insert(format!("{key}Map"), json!({"und": value}));
                continue;
            }
            ("publicKey" | "icon" | "image", _) if value.is_object() => json!([null, value]),
            ("discoverable" | "manuallyApprovesFollowers" | "indexable", 1) if value.is_boolean() => {
                json!(value.to_string())
            }
            ("attachment" | "tag" | "alsoKnownAs" | "assertionMethod", 1) => {
                match value.as_array().map(Vec::as_slice) {
                    Some([only]) => only.clone(),
                    Some([]) => Value::Null,
                    _ => value.clone(),
                }
            }
            _ => value.clone(),
        };
        spelled.insert(key.clone(), value);
    }
    spelled.insert("https://x.example/unknown".to_owned(), json!({"deep": [1, 2, null]}));
    Value::Object(spelled)
}

/// Any JSON in the place of any property of a good document.
fn damaged(good: Value) -> impl Strategy<Value = Value> {
    let keys: Vec<String> = good.as_object().expect("an object").keys().cloned().collect();
    let texts = prop::sample::select(vec![
        "",
        "Person",
        "Link",
        "https://social.tidepool.example/x#y",
        "http://[::1]/",
        "é@é",
        "99999999999999999999999999999999999999999",
        "1e-128",
        "\u{202e}",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        texts.prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    let inner_keys = prop::sample::select(vec![
        "id",
        "type",
        "name",
        "href",
        "url",
        "value",
        "hasUnit",
        "hasNumericalValue",
        "sharedInbox",
        "rel",
    ]);
    let any_value = leaf.prop_recursive(3, 20, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((inner_keys.clone(), inner), 0..4).prop_map(|entries| entries
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect::<Map<_, _>>()
                .into()),
        ]
    });
    prop::collection::vec((prop::sample::select(keys), any_value), 1..6).prop_map(move |changes| {
        let mut damaged = good.clone();
        for (key, value) in changes {
            damaged[key] = value;
        }
        damaged
    })
}

proptest! {
    #[test]
    fn an_actor_is_the_same_in_every_spelling(
        name in prop::sample::select(vec!["mastodon", "gotosocial", "akkoma", "lemmy", "misskey", "ghost", "friendica", "mitra", "snac", "wordpress", "pixelfed", "mobilizon"]),
        choices in prop::collection::vec(any::<u8>(), 31),
    ) {
        let plain = samples::sample(&format!("{name}/actor"));
        let spelled = respelled(plain.as_object().expect("an object"), &choices);
        prop_assert_eq!(RemoteActor::read(&spelled), RemoteActor::read(&plain), "{}", spelled);
    }

    #[test]
    fn no_document_stops_a_reader(value in damaged(samples::sample("mastodon/actor")), proposal in damaged(samples::sample("mitra/proposal"))) {
        for value in [&value, &proposal] {
            let _ = (RemoteActor::read(value).map(|actor| actor.claimed_handle()), KeyDocument::read(value));
            let _ = (ReceivedCollection::read(value), Proposal::read(value), Agreement::read(value), Place::read(value));
            let _ = Jrd::read(value.as_object().expect("an object"));
        }
    }
}
