use serde_json::{Value, json};

use super::*;
use crate::activitypub::id::Id;
use crate::activitypub::place::{Address, Coordinates, Place};

fn bo() -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
        "id": "https://social.quay.example/users/bo", "type": "Person", "preferredUsername": "bo",
        "inbox": "https://social.quay.example/users/bo/inbox", "outbox": "https://social.quay.example/users/bo/outbox",
        "endpoints": {"sharedInbox": "https://social.quay.example/inbox"},
        "publicKey": {"id": "https://social.quay.example/users/bo#main-key", "owner": "https://social.quay.example/users/bo", "publicKeyPem": "PEM"},
    })
}

fn with(key: &str, value: Value) -> Value {
    let mut actor = bo();
    actor[key] = value;
    actor
}

#[test]
fn an_actor_that_cannot_be_kept_is_refused_with_the_reason() {
    for (key, value, error) in [
        ("type", json!("Note"), ActorError::Type("Note".into())),
        ("type", json!(null), ActorError::Type(String::new())),
        ("id", json!("acct:bo@quay.example"), ActorError::NoId),
        ("id", json!("https://social.quay.example/users/bo#me"), ActorError::NoId),
        ("inbox", json!(null), ActorError::NoInbox),
        ("inbox", json!("http://social.quay.example/users/bo/inbox"), ActorError::NoInbox),
        ("preferredUsername", json!("bo/../admin"), ActorError::NoUsername),
        ("preferredUsername", json!(""), ActorError::NoUsername),
        ("@context", json!("https://schema.org"), ActorError::OtherContext),
    ] {
        assert_eq!(RemoteActor::read(&with(key, value)), Err(error), "{key}");
    }
    // Mbin's own context, and a server actor without a name.
    assert!(RemoteActor::read(&with("@context", json!(["https://social.quay.example/contexts"]))).is_ok());
    let mut server = with("type", json!("Application"));
    server["preferredUsername"] = Value::Null;
    assert_eq!(RemoteActor::read(&server).unwrap().preferred_username, "social.quay.example");
}

#[test]
fn collections_and_shared_inbox_belong_to_the_site_of_the_actor() {
    let shared = |inbox: &str| {
        RemoteActor::read(&with("endpoints", json!({"sharedInbox": inbox}))).unwrap().shared_inbox.is_some()
    };
    assert!(shared("https://social.quay.example/inbox") && shared("https://quay.example/inbox"));
    for elsewhere in [
        "https://evil.example/inbox",
        "https://notquay.example/inbox",
        "http://social.quay.example/inbox",
        "https://social.quay.example:8443/inbox",
        "https://quay.example.evil.example/inbox",
    ] {
        assert!(!shared(elsewhere), "{elsewhere}");
    }
    assert_eq!(RemoteActor::read(&with("followers", json!("https://evil.example/f"))).unwrap().followers, None);
    // co.uk is nobody's site.
    let mut british = bo();
    for (key, value) in
        [("id", "https://a.co.uk/bo"), ("inbox", "https://a.co.uk/in"), ("outbox", "https://b.co.uk/out")]
    {
        british[key] = json!(value);
    }
    assert_eq!(RemoteActor::read(&british).unwrap().outbox, None);
}

#[test]
fn keys_of_others_are_left_out() {
    let key = |id: &str, owner: &str| json!({"id": id, "owner": owner, "publicKeyPem": "PEM"});
    let me = "https://social.quay.example/users/bo";
    let keys = |keys: Value| RemoteActor::read(&with("publicKey", keys)).unwrap().keys.len();
    assert_eq!(keys(json!([key(&format!("{me}#a"), me), key(&format!("{me}#b"), me), key(&format!("{me}#a"), me)])), 2);
    assert_eq!(keys(key("https://evil.example/#key", me)), 0);
    assert_eq!(keys(key(&format!("{me}#a"), "https://social.quay.example/users/eve")), 0);
    assert_eq!(keys(json!({"id": format!("{me}/main-key"), "publicKeyPem": "PEM"})), 0);
    let many: Vec<Value> = (0..30).map(|n| key(&format!("{me}#{n}"), me)).collect();
    assert_eq!(keys(json!(many)), KEY_LIMIT);
}

#[test]
fn a_key_may_stand_in_a_document_of_its_own() {
    let me = "https://social.quay.example/users/bo";
    let stub = json!({"id": me, "type": "Person", "preferredUsername": "bo",
        "publicKey": {"id": format!("{me}/main-key"), "owner": me, "publicKeyPem": "PEM"}});
    let alone = json!({"id": format!("{me}/main-key"), "owner": me, "publicKeyPem": "PEM"});
    let multikey =
        json!({"id": format!("{me}#ed"), "type": "Multikey", "controller": me, "publicKeyMultibase": "z6Mk"});
    for document in [stub, alone, multikey] {
        let read = KeyDocument::read(&document).unwrap();
        assert_eq!((read.owner.as_str(), read.keys.len()), (me, 1));
    }
    assert_eq!(KeyDocument::read(&json!({"id": "https://evil.example/k", "owner": me, "publicKeyPem": "PEM"})), None);
}

#[test]
fn the_many_spellings_of_a_profile_are_read() {
    let mut actor = bo();
    let more = json!({
        "type": ["Person", "schema:Person"], "webfinger": "bo@quay.example", "nameMap": {"nl": "Bo"}, "discoverable": "true",
        "icon": [{"type": "Image", "width": 48, "url": "https://m.example/48.png"}, {"type": "Image", "width": 120, "url": [{"type": "Link", "mediaType": "image/png", "href": "https://m.example/120.png"}]}],
        "image": "https://m.example/banner.jpg",
        "attachment": [{"type": "PropertyValue", "name": "Web", "value": "<a>"}, {"type": "Link", "name": "Blog", "href": "https://bo.example/?a&b", "rel": ["me", "nofollow"]}, {"type": "Note", "name": "Pronouns", "content": "they"}, {"type": "Image", "url": "https://m.example/x"}],
        "tag": {"type": "Hashtag", "name": "#Rust"}, "schema:knowsAbout": ["Rust", {"name": "Sailing"}],
        "generator": {"type": "Application", "implements": [{"href": "https://datatracker.ietf.org/doc/html/rfc9421"}]},
        "alsoKnownAs": "https://old.example/bo", "movedTo": null, "published": "2026-01-01T00:00:00Z",
        "location": {"type": "Place", "name": "Rotterdam"}, "summary": "x".repeat(SUMMARY_LIMIT + 5),
    });
    actor.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let read = RemoteActor::read(&actor).unwrap();
    assert_eq!(read.claimed_handle().unwrap().to_string(), "bo@quay.example");
    assert_eq!(read.icon.unwrap().url.as_str(), "https://m.example/120.png");
    let fields: Vec<_> = read.fields.iter().map(|field| field.value_unsanitised.as_str()).collect();
    assert_eq!(
        fields,
        ["<a>", "<a href=\"https://bo.example/?a&amp;b\" rel=\"me\">https://bo.example/?a&amp;b</a>", "they"]
    );
    assert_eq!(
        (read.hashtags, read.knows_about),
        (vec!["Rust".to_owned()], vec!["Rust".to_owned(), "Sailing".to_owned()])
    );
    assert_eq!(read.implements, [Capability::Rfc9421.uri()]);
    assert_eq!(read.summary_unsanitised.unwrap().len(), SUMMARY_LIMIT);
    assert!(read.discoverable && !read.indexable && read.name.as_deref() == Some("Bo"));
}

/// A space with everything that an actor of ours can have.
fn harbor() -> ActorDocument {
    let at = |path: &str| format!("https://harbor.example/{path}");
    ActorDocument {
        id: at("spaces/harbor"),
        kind: ActorKind::Group,
        preferred_username: "harbor".into(),
        webfinger: "harbor@harbor.example".into(),
        name: "Harbor".into(),
        summary: "<p>By the water.</p>".into(),
        url: at("spaces/harbor"),
        inbox: at("spaces/harbor/inbox"),
        shared_inbox: at("inbox"),
        outbox: at("spaces/harbor/outbox"),
        followers: at("spaces/harbor/followers"),
        following: at("spaces/harbor/following"),
        featured: Some(at("spaces/harbor/featured")),
        proposals: Some(at("spaces/harbor/proposals")),
        upcoming_events: Some(at("spaces/harbor/events")),
        keys: PublishedKeys {
            rsa_id: at("spaces/harbor#main-key"),
            rsa_pem: "PEM".into(),
            ed25519_id: at("spaces/harbor#ed25519-key"),
            ed25519_multibase: "z6Mk".into(),
        },
        also_known_as: vec!["https://old.example/harbor".into()],
        moved_to: Some("https://new.example/harbor".into()),
        manually_approves_followers: true,
        discoverable: true,
        indexable: true,
        icon: Some(PublishedImage {
            url: "https://media.harbor.example/a.png".into(),
            media_type: Some("image/png".into()),
            name: Some("A quay".into()),
        }),
        fields: vec![("Web".into(), "<a href=\"https://harbor.example\" rel=\"me\">harbor.example</a>".into())],
        knows_about: vec!["Sailing".into()],
        hashtags: vec![("Sailing".into(), at("tags/sailing"))],
        home_space: Some(at("spaces/harbor")),
        timezone: Some("Europe/Amsterdam".into()),
        hospitality: None,
        location: Some(Place {
            id: Id::parse(&at("places/harbor")).ok(),
            name: Some("Harbor".into()),
            address: Some(Address { locality: Some("Rotterdam".into()), ..Address::default() }),
            coordinates: Coordinates::new(51.0, 4.0),
        }),
        capabilities: vec![Capability::Rfc9421, Capability::Marketplace],
        published: "2026-01-01T00:00:00Z".parse().ok(),
        updated: "2026-11-01T12:00:00Z".parse().ok(),
    }
}

#[test]
fn what_we_say_of_an_actor_is_what_a_reader_knows() {
    let sent = harbor();
    let value = sent.to_value();
    assert_eq!(value["type"], "Group");
    assert!(value["publicKey"].is_object() && value["icon"].is_object());
    let read = RemoteActor::read(&value).unwrap();
    let text = |id: &Option<Id>| id.as_ref().map(ToString::to_string);
    assert_eq!((read.id.as_str(), read.kind), (sent.id.as_str(), sent.kind));
    assert_eq!(
        (&read.preferred_username, read.webfinger.unwrap().to_string()),
        (&sent.preferred_username, sent.webfinger)
    );
    assert_eq!((read.name, read.summary_unsanitised), (Some(sent.name), Some(sent.summary)));
    assert_eq!((text(&read.url), read.inbox.as_str()), (Some(sent.url), sent.inbox.as_str()));
    assert_eq!((text(&read.shared_inbox), text(&read.outbox)), (Some(sent.shared_inbox), Some(sent.outbox)));
    assert_eq!((text(&read.followers), text(&read.following)), (Some(sent.followers), Some(sent.following)));
    assert_eq!((text(&read.featured), text(&read.proposals)), (sent.featured, sent.proposals));
    assert_eq!((text(&read.upcoming_events), text(&read.moved_to)), (sent.upcoming_events, sent.moved_to));
    let keys: Vec<_> = read.keys.iter().map(|key| (key.id.as_str(), &key.material)).collect();
    assert_eq!(keys[0], (sent.keys.rsa_id.as_str(), &KeyMaterial::Pem(sent.keys.rsa_pem)));
    assert_eq!(keys[1], (sent.keys.ed25519_id.as_str(), &KeyMaterial::Multibase(sent.keys.ed25519_multibase)));
    assert_eq!(read.also_known_as.iter().map(ToString::to_string).collect::<Vec<_>>(), sent.also_known_as);
    assert!(read.manually_approves_followers && read.discoverable && read.indexable);
    let icon = read.icon.unwrap();
    assert_eq!((icon.url.to_string(), icon.media_type, icon.name).0, sent.icon.unwrap().url);
    let fields: Vec<_> = read.fields.into_iter().map(|field| (field.name, field.value_unsanitised)).collect();
    assert_eq!((fields, read.knows_about, read.hashtags), (sent.fields, sent.knows_about.clone(), sent.knows_about));
    assert_eq!((read.location, read.published, read.updated), (sent.location, sent.published, sent.updated));
    assert_eq!((text(&read.home_space), read.timezone), (sent.home_space, sent.timezone));
    assert_eq!(read.implements, sent.capabilities.iter().map(|can| can.uri()).collect::<Vec<_>>());
}
