//! One example of each document that the node sends, in `schemas/activities/`, and the terms it uses, in
//! `schemas/context.jsonld`.
//!
//! The files are what others build against, so a change of shape shows as a difference. `UPDATE_SCHEMAS=1` writes them;
//! without it they are compared. Every file there, whoever made it, must keep clear of what is known to break peers.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Once;

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use thirdspace::activitypub::activity::Activity;
use thirdspace::activitypub::actor::{
    ActorDocument, ActorKind, Capability, PublishedImage, PublishedKeys, RemoteActor,
};
use thirdspace::activitypub::collection::{Collection, CollectionPage, ReceivedCollection, context_of_ids};
use thirdspace::activitypub::context;
use thirdspace::activitypub::id::Id;
use thirdspace::activitypub::marketplace::{Agreement, Commitment, Intent, Measure, Proposal, Purpose};
use thirdspace::activitypub::object::ReceivedObject;
use thirdspace::activitypub::place::{Address, Coordinates, Place};
use thirdspace::activitypub::sent::{
    Addressing, EmbeddedFollow, Frame, SentAttachment, SentNote, tombstone, with_context,
};

const ANA: &str = "https://harbor.example/members/ana";
const FOLLOWERS: &str = "https://harbor.example/members/ana/followers";
const BO: &str = "https://quay.example/users/bo";
const BOS_NOTE: &str = "https://quay.example/notes/1";
const KEY: &str = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAso4GNhqgM/7XVD50j+dq\nT55w7H6pOTG2S3Xpiiu3I6xmXjFfgqeMZM9B1JjSFpJPj5uO/AcgBPEv7/0zTuRH\nBBoRcrgFKhvTt3BhmgZuDPU6M3G0fp2uOilY9Jb+2XqcG7bnMe6d6HaoR3NeH+78\nZbD2ogLAjNnb6rYIo9Edw2ICQK8dRospUn26ENNpJUece0hPH8iDkOkwRk7CKfWP\nm7UPMH8+TPZG4eiCI73YXA4E4XS3lvLRmpJGk+rZZkesQf56zNwaFhIwqyHc+bXf\nvsQBIZhG9vFm2oF5smK8EAvOB6awCQAqziDVOYLOvtQs2+kkNLpsvMYANuF2lkdB\newIDAQAB\n-----END PUBLIC KEY-----\n";

fn at(path: &str) -> String {
    format!("https://harbor.example/{path}")
}

fn id(path: &str) -> Id {
    Id::parse(&at(path)).expect("an id")
}

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn actor(kind: ActorKind, path: &str, name: &str) -> ActorDocument {
    let handle = path.rsplit('/').next().expect("a name");
    let below = |end: &str| at(&format!("{path}/{end}"));
    ActorDocument {
        id: at(path),
        kind,
        preferred_username: handle.to_owned(),
        webfinger: format!("{handle}@harbor.example"),
        name: name.to_owned(),
        summary: String::new(),
        url: at(path),
        inbox: below("inbox"),
        shared_inbox: at("inbox"),
        outbox: below("outbox"),
        followers: below("followers"),
        following: below("following"),
        featured: Some(below("featured")),
        proposals: None,
        upcoming_events: None,
        keys: PublishedKeys {
            rsa_id: at(&format!("{path}#main-key")),
            rsa_pem: KEY.to_owned(),
            ed25519_id: at(&format!("{path}#ed25519-key")),
            ed25519_multibase: "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK".to_owned(),
        },
        also_known_as: Vec::new(),
        moved_to: None,
        manually_approves_followers: false,
        discoverable: true,
        indexable: false,
        icon: None,
        fields: Vec::new(),
        knows_about: Vec::new(),
        hashtags: Vec::new(),
        home_space: None,
        timezone: None,
        location: None,
        capabilities: vec![Capability::Rfc9421, Capability::IntegrityProofs, Capability::Marketplace],
        published: Some(time("2026-01-01T00:00:00Z")),
        updated: Some(time("2026-11-01T12:00:00Z")),
    }
}

fn member() -> ActorDocument {
    ActorDocument {
        summary: "<p>Ropes and sails.</p>".to_owned(),
        icon: Some(PublishedImage {
            url: "https://media.harbor.example/ana.png".to_owned(),
            media_type: Some("image/png".to_owned()),
            name: Some("A portrait".to_owned()),
        }),
        fields: vec![("Web".to_owned(), "<a href=\"https://ana.example/\" rel=\"me\">ana.example</a>".to_owned())],
        knows_about: vec!["Sailing".to_owned()],
        hashtags: vec![("Sailing".to_owned(), at("tags/sailing"))],
        home_space: Some(at("spaces/harbor")),
        also_known_as: vec!["https://old.example/ana".to_owned()],
        ..actor(ActorKind::Person, "members/ana", "Ana")
    }
}

fn space() -> ActorDocument {
    ActorDocument {
        proposals: Some(at("spaces/harbor/proposals")),
        upcoming_events: Some(at("spaces/harbor/events")),
        timezone: Some("Europe/Amsterdam".to_owned()),
        location: Some(Place {
            id: Some(id("places/harbor")),
            name: Some("Harbor".to_owned()),
            address: Some(Address {
                street_address: Some("Kade 1".to_owned()),
                postal_code: Some("3011 AA".to_owned()),
                locality: Some("Rotterdam".to_owned()),
                region: None,
                country: Some("NL".to_owned()),
            }),
            coordinates: Coordinates::new(51.92, 4.48),
        }),
        ..actor(ActorKind::Group, "spaces/harbor", "Harbor")
    }
}

fn note() -> SentNote {
    SentNote {
        id: at("posts/7"),
        author: ANA.to_owned(),
        url: at("posts/7"),
        name: None,
        content: "<p>Coffee is ready, <a href=\"https://quay.example/@bo\" class=\"u-url mention\">@bo</a>. <a href=\"https://harbor.example/tags/coffee\" class=\"mention hashtag\" rel=\"tag\">#coffee</a></p>".to_owned(),
        language: Some("en".to_owned()),
        source: Some("Coffee is ready, @bo@quay.example. #coffee".to_owned()),
        summary: None,
        sensitive: false,
        addressing: Addressing::everybody(vec![FOLLOWERS.to_owned(), BO.to_owned()]),
        in_reply_to: Some(BOS_NOTE.to_owned()),
        context: Some("https://quay.example/contexts/1".to_owned()),
        attachments: vec![SentAttachment {
            url: "https://media.harbor.example/coffee.png".to_owned(),
            media_type: Some("image/png".to_owned()),
            name: Some("A full pot".to_owned()),
            width: Some(640),
            height: Some(480),
        }],
        mentions: vec![(BO.to_owned(), "@bo@quay.example".to_owned())],
        hashtags: vec![("coffee".to_owned(), at("tags/coffee"))],
        replies: Some(at("posts/7/replies")),
        likes: None,
        shares: None,
        published: time("2026-11-01T12:00:00Z"),
        updated: None,
        end_time: None,
        proposal: None,
    }
}

fn proposal() -> Proposal {
    let intent = |fragment: &str, action: &str, note: Option<&str>| Intent {
        id: id(&format!("posts/8#{fragment}")),
        action: action.to_owned(),
        note: note.map(str::to_owned),
        resource_conforms_to: None,
        resource_quantity: Measure::of(1, "one"),
        available_quantity: None,
        minimum_quantity: None,
        finished: false,
    };
    Proposal {
        id: id("posts/8"),
        purpose: Purpose::Offer,
        publishes: intent("primary", "deliverService", None),
        reciprocal: Some(intent("reciprocal", "transfer", Some("a cake"))),
        unit_based: false,
        kind: Some("skill".to_owned()),
        state: Some("open".to_owned()),
    }
}

fn offer() -> SentNote {
    SentNote {
        id: at("posts/8"),
        url: at("posts/8"),
        name: Some("Knot lessons".to_owned()),
        content: "<p><strong>Offer: Knot lessons</strong></p><p>An hour at the quay, in return for a cake. Until 1 December 2026.</p><p><a href=\"https://harbor.example/posts/8\">harbor.example/posts/8</a></p>".to_owned(),
        source: None,
        in_reply_to: None,
        context: None,
        attachments: Vec::new(),
        mentions: Vec::new(),
        hashtags: vec![("knots".to_owned(), at("tags/knots"))],
        replies: Some(at("posts/8/replies")),
        addressing: Addressing::everybody(vec![FOLLOWERS.to_owned()]),
        end_time: Some(time("2026-12-01T12:00:00Z")),
        proposal: Some(proposal().keys()),
        ..note()
    }
}

fn agreement() -> Agreement {
    Agreement {
        id: Some(id("agreements/5")),
        attributed_to: Some(id("spaces/harbor")),
        stipulates: Commitment {
            id: Some(id("agreements/5#primary")),
            satisfies: id("proposals/42#primary"),
            resource_quantity: Measure::of(4, "hour"),
            has_beginning: Some(time("2026-12-01T08:00:00Z")),
            has_end: Some(time("2026-12-01T12:00:00Z")),
            timezone: Some("Europe/Amsterdam".to_owned()),
            finished: false,
        },
        stipulates_reciprocal: None,
        rules_version: Some("7".to_owned()),
        status: Some("Confirmed".to_owned()),
    }
}

/// Every example by the name of its file.
fn examples() -> Vec<(&'static str, Value)> {
    let published = Some(time("2026-11-01T12:00:00Z"));
    let everybody = || Addressing::everybody(vec![FOLLOWERS.to_owned()]);
    let frame = |id: &'static str, addressing| Frame { id, actor: ANA, addressing, published };
    let act = |addressing| frame("https://harbor.example/activities/9", addressing);
    let to_bo = || Addressing::to_one(BO);
    let asked = EmbeddedFollow { id: "https://quay.example/follows/1", actor: BO, object: ANA };
    let ours = EmbeddedFollow { id: "https://harbor.example/follows/1", actor: ANA, object: BO };
    let like = "https://harbor.example/likes/1";
    let shared = Addressing::everybody(vec![FOLLOWERS.to_owned(), BO.to_owned()]);
    let node = Frame { actor: "https://harbor.example/actor", ..act(to_bo()) };
    let featured = at("members/ana/featured");
    let page = CollectionPage {
        id: at("members/ana/outbox?page=1"),
        part_of: at("members/ana/outbox"),
        next: Some(at("members/ana/outbox?before=6")),
        prev: None,
        items: vec![json!(at("activities/9")), json!(at("activities/8"))],
    };
    vec![
        ("person", member().to_value()),
        ("group", space().to_value()),
        ("application", actor(ActorKind::Application, "actor", "Harbor").to_value()),
        ("note", note().document()),
        ("offer", offer().document()),
        ("agreement", with_context(agreement().to_value(), context::proposal())),
        ("tombstone", tombstone(&at("posts/7"), "Note", time("2026-11-02T12:00:00Z"))),
        ("outbox", Collection::paged(&at("members/ana/outbox"), 2, &page.id).to_value(context_of_ids())),
        ("outbox_page", page.to_value(context_of_ids())),
        ("followers", Collection::counted(FOLLOWERS, 2).to_value(context_of_ids())),
        ("featured", Collection::whole(&featured, vec![json!(at("posts/7"))]).to_value(context_of_ids())),
        ("create_note", act(note().addressing).create(&note())),
        ("create_offer", act(offer().addressing).create(&offer())),
        ("update_note", act(note().addressing).update(&SentNote { updated: published, ..note() })),
        ("delete_note", frame("https://harbor.example/posts/7#delete", everybody()).delete(&at("posts/7"))),
        ("follow", frame("https://harbor.example/follows/1", to_bo()).follow(BO)),
        ("accept_follow", act(to_bo()).accept(&asked)),
        ("reject_follow", act(to_bo()).reject(&asked)),
        ("undo_follow", act(to_bo()).undo_follow(&ours)),
        ("like", frame(like, to_bo()).like(BOS_NOTE)),
        ("undo_like", act(to_bo()).undo("Like", like, BOS_NOTE)),
        ("announce", frame("https://harbor.example/announces/1", shared.clone()).announce(BOS_NOTE)),
        ("undo_announce", act(shared).undo("Announce", "https://harbor.example/announces/1", BOS_NOTE)),
        ("add_featured", act(everybody()).add(&at("posts/7"), &featured)),
        ("remove_featured", act(everybody()).remove(&at("posts/7"), &featured)),
        ("update_person", act(everybody()).update_actor(member().to_value())),
        ("move", act(Addressing::to_one(FOLLOWERS)).moved("https://loft.example/members/ana")),
        ("flag", node.flag(BO, &[BOS_NOTE.to_owned()], "Advertising, again and again.")),
        (
            "delete_person",
            frame("https://harbor.example/members/ana#delete", Addressing::everybody(Vec::new())).delete_actor(),
        ),
    ]
}

fn schemas() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas")
}

/// Everything that is published, with its path.
fn published() -> Vec<(PathBuf, Value)> {
    let folder = schemas().join("activities");
    let examples = examples().into_iter().map(|(name, value)| (folder.join(name).with_extension("json"), value));
    examples.chain([(schemas().join("context.jsonld"), context::all())]).collect()
}

/// Writes what is published, when asked to; once, before any test reads it.
fn write_when_asked() {
    static WRITTEN: Once = Once::new();
    WRITTEN.call_once(|| {
        if std::env::var_os("UPDATE_SCHEMAS").is_none() {
            return;
        }
        for (path, value) in published() {
            let text = serde_json::to_string_pretty(&value).expect("JSON") + "\n";
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }
    });
}

fn read(path: &Path) -> Value {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn what_is_sent_is_what_is_published() {
    write_when_asked();
    for (path, value) in published() {
        let differs = "differs from what is sent; UPDATE_SCHEMAS=1 writes it anew";
        assert_eq!(read(&path), value, "{} {differs}", path.display());
    }
}

/// Every kept example, by the name of its file.
fn kept() -> Vec<(String, Value)> {
    write_when_asked();
    let files = std::fs::read_dir(schemas().join("activities")).expect("the folder of examples");
    let paths = files.map(|file| file.expect("a file").path());
    paths.map(|path| (path.file_stem().expect("a name").to_string_lossy().into_owned(), read(&path))).collect()
}

#[test]
fn no_example_has_what_breaks_a_peer() {
    for (name, value) in kept() {
        let first = value["@context"].as_str().or_else(|| value["@context"][0].as_str());
        assert_eq!(first, Some(context::ACTIVITYSTREAMS), "{name}: Mastodon compares the context's text");
        clear_of_traps(&name, &value);
        if value.get("orderedItems").is_none() && value.get("totalItems").is_none() && value["type"] != "Agreement" {
            let of_all = value.get("actor").is_none() || value.get("to").is_some();
            assert!(of_all, "{name} is addressed");
        }
    }
}

fn clear_of_traps(name: &str, value: &Value) {
    match value {
        Value::Null => panic!("{name}: absent is left out; null breaks readers with types"),
        Value::Array(items) => items.iter().for_each(|item| clear_of_traps(name, item)),
        Value::Object(object) => object.iter().filter(|(key, _)| *key != "@context").for_each(|(key, value)| {
            match key.as_str() {
                "type" => assert!(value.is_string(), "{name}: `type` is one text (Mitra, Lemmy, Mobilizon)"),
                "to" | "cc" | "attachment" | "tag" => assert!(value.is_array(), "{name}: `{key}` is an array"),
                "publicKey" | "icon" => assert!(value.is_object(), "{name}: `{key}` is one object"),
                "latitude" | "longitude" => assert!(value.is_f64(), "{name}: Mobilizon passes over whole numbers"),
                "hasNumericalValue" => assert!(value.is_string(), "{name}: Mitra reads decimal strings"),
                "publishes" => assert!(object["unitBased"].is_boolean(), "{name}: its absence means two things"),
                "id" => {
                    let id =
                        Id::parse(value.as_str().unwrap_or_default()).unwrap_or_else(|error| panic!("{name}: {error}"));
                    assert!(id.url().scheme() == "https" && id.url().port().is_none(), "{name}: Lemmy refuses ports");
                }
                _ => {}
            }
            clear_of_traps(name, value);
        }),
        _ => {}
    }
}

#[test]
fn every_example_is_read_by_our_own_reader() {
    let mut kinds = BTreeSet::new();
    for (name, value) in kept() {
        let object: Map<String, Value> = value.as_object().expect("an object").clone();
        let read = if ActorKind::of(&value).is_some() {
            RemoteActor::read(&value).map_err(|error| error.to_string()).map(|actor| assert_eq!(actor.keys.len(), 2))
        } else if let Ok(collection) = ReceivedCollection::read(&value) {
            collection.id.map(drop).ok_or_else(|| "a collection has an id".to_owned())
        } else if value["type"] == "Agreement" {
            Agreement::read(&value).map(drop).map_err(|error| error.to_string())
        } else if value["type"] == "Tombstone" {
            Id::parse(value["id"].as_str().unwrap_or_default()).map(drop).map_err(|error| error.to_string())
        } else if value.get("actor").is_some() {
            Activity::read(object).map_err(|error| error.to_string()).map(|activity| {
                assert!(activity.kind.is_known() && activity.object_id().is_some(), "{name}");
                assert_eq!(activity.audience().is_empty(), value.get("to").is_none(), "{name}");
            })
        } else {
            ReceivedObject::read(&value).map(drop).map_err(|error| error.to_string())
        };
        read.unwrap_or_else(|error| panic!("{name}: {error}"));
        kinds.insert(value["type"].as_str().expect("a type").to_owned());
    }
    assert!(kinds.contains("Create") && kinds.contains("Group") && kinds.contains("OrderedCollection"), "{kinds:?}");
}

/// A term that is sent but not defined is lost on everybody who expands documents.
#[test]
fn every_term_that_is_sent_is_defined() {
    // Of ActivityStreams, security/v1, did/v1, multikey/v1 and socialweb/webfinger, as far as they are used.
    let known: BTreeSet<&str> = [
        "@context",
        "id",
        "type",
        "actor",
        "object",
        "target",
        "to",
        "cc",
        "attachment",
        "attributedTo",
        "content",
        "contentMap",
        "context",
        "endTime",
        "formerType",
        "deleted",
        "first",
        "followers",
        "following",
        "generator",
        "height",
        "href",
        "icon",
        "inReplyTo",
        "inbox",
        "latitude",
        "location",
        "longitude",
        "mediaType",
        "name",
        "next",
        "orderedItems",
        "outbox",
        "partOf",
        "preferredUsername",
        "preview",
        "published",
        "replies",
        "sharedInbox",
        "endpoints",
        "source",
        "summary",
        "tag",
        "totalItems",
        "updated",
        "url",
        "width",
        "publicKey",
        "owner",
        "publicKeyPem",
        "assertionMethod",
        "controller",
        "publicKeyMultibase",
        "webfinger",
        "en",
    ]
    .into();
    fn keys<'v>(value: &'v Value, found: &mut BTreeSet<&'v str>) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| keys(item, found)),
            Value::Object(object) => object.iter().filter(|(key, _)| *key != "@context").for_each(|(key, value)| {
                found.insert(key);
                keys(value, found);
            }),
            _ => {}
        }
    }
    for (name, value) in kept() {
        let inline = value["@context"].as_array().into_iter().flatten().filter_map(Value::as_object);
        let terms: BTreeSet<&str> = inline.flat_map(Map::keys).map(String::as_str).collect();
        let mut found = BTreeSet::new();
        keys(&value, &mut found);
        let undefined: Vec<_> = found.iter().filter(|key| !terms.contains(*key) && !known.contains(*key)).collect();
        assert!(undefined.is_empty(), "{name} does not define {undefined:?}");
    }
}
