//! One example of each document that the node sends, in `schemas/activities/`, and the terms it uses, in
//! `schemas/context.jsonld`.
//!
//! The files are what others build against, so a change of shape shows as a difference. `UPDATE_SCHEMAS=1` writes them;
//! without it they are compared. Every file there, whoever made it, must keep clear of what is known to break peers.

mod bookings;
mod examples;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Once;

use serde_json::{Map, Value};
use thirdspace::activitypub::activity::{Activity, ActivityKind};
use thirdspace::activitypub::actor::{ActorKind, RemoteActor};
use thirdspace::activitypub::collection::ReceivedCollection;
use thirdspace::activitypub::context;
use thirdspace::activitypub::id::Id;
use thirdspace::activitypub::marketplace::{Agreement, Bookable, is_proposal};
use thirdspace::activitypub::object::ReceivedObject;

use examples::examples;

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
    let sent: BTreeSet<_> = examples().into_iter().map(|(name, _)| name.to_owned()).collect();
    let kept: BTreeSet<_> = kept().into_iter().map(|(name, _)| name).collect();
    assert_eq!(kept, sent, "an example that nothing here sends");
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
        if value.get("orderedItems").is_none() && value.get("totalItems").is_none() {
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
        } else if value["type"] == "Tombstone" {
            Id::parse(value["id"].as_str().unwrap_or_default()).map(drop).map_err(|error| error.to_string())
        } else if value.get("actor").is_some() {
            Activity::read(object).map_err(|error| error.to_string()).map(|activity| {
                // An agreement that is only asked for has no id yet; where somebody is is no object.
                let named = matches!(activity.kind, ActivityKind::Offer | ActivityKind::Arrive);
                let named = named || activity.object_id().is_some();
                assert!(activity.kind.is_known() && named, "{name}");
                assert_eq!(activity.audience().is_empty(), value.get("to").is_none(), "{name}");
            })
        } else if value["type"] == "Agreement" {
            Agreement::read(&value).map(drop).map_err(|error| error.to_string())
        } else if value["type"] == "Proposal" {
            Bookable::read(&value).map(drop).map_err(|error| error.to_string())
        } else {
            ReceivedObject::read(&value).map(drop).map_err(|error| error.to_string())
        };
        read.unwrap_or_else(|error| panic!("{name}: {error}"));
        kinds.insert(value["type"].as_str().expect("a type").to_owned());
    }
    assert!(kinds.contains("Create") && kinds.contains("Group") && kinds.contains("OrderedCollection"), "{kinds:?}");
}

/// Every object with a proposal in it, here and inside of activities.
fn proposals<'v>(value: &'v Value, found: &mut Vec<&'v Value>) {
    if is_proposal(value) {
        found.push(value);
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| proposals(item, found)),
        Value::Object(object) => object.values().for_each(|value| proposals(value, found)),
        _ => {}
    }
}

#[test]
fn every_proposal_that_is_sent_fits_its_schema() {
    let schema = read(&schemas().join("proposal.schema.json"));
    let schema = jsonschema::validator_for(&schema).expect("a JSON Schema");
    let kept = kept();
    let mut found = Vec::new();
    kept.iter().for_each(|(_, value)| proposals(value, &mut found));
    assert!(found.len() >= 4, "offers open and settled, alone and in activities");
    for proposal in &found {
        let errors: Vec<String> = schema.iter_errors(proposal).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", proposal["id"]);
    }
    // What Mitra and the FEP trip over does not fit.
    let one = found.first().copied().expect("a proposal");
    for (place, wrong) in [
        ("/unitBased", Value::Null),
        ("/purpose", Value::from("gift")),
        ("/publishes/resourceQuantity/hasNumericalValue", Value::from(1)),
        ("/publishes/id", Value::from("https://harbor.example/posts/8")),
        ("/state", Value::from("closed")),
        ("/type", serde_json::json!(["Note", "Proposal"])),
    ] {
        let mut changed = one.clone();
        *changed.pointer_mut(place).unwrap_or_else(|| panic!("{place} is there")) = wrong;
        assert!(!schema.is_valid(&changed), "{place}");
    }
}

/// Every agreement, here and inside of activities.
fn agreements<'v>(value: &'v Value, found: &mut Vec<&'v Value>) {
    if value["type"] == "Agreement" {
        found.push(value);
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| agreements(item, found)),
        Value::Object(object) => object.values().for_each(|value| agreements(value, found)),
        _ => {}
    }
}

#[test]
fn every_agreement_that_is_sent_fits_its_schema() {
    let schema = read(&schemas().join("agreement.schema.json"));
    let schema = jsonschema::validator_for(&schema).expect("a JSON Schema");
    let kept = kept();
    let mut found = Vec::new();
    kept.iter().for_each(|(_, value)| agreements(value, &mut found));
    assert!(found.len() >= 5, "asked for, taken back, concluded, changed, and alone");
    for agreement in &found {
        let errors: Vec<String> = schema.iter_errors(agreement).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{agreement}: {errors:#?}");
    }
    let concluded = found.iter().copied().find(|agreement| agreement.get("id").is_some()).expect("one");
    for (place, wrong) in [
        ("/stipulates/hasBeginning", Value::from("2026-12-01T09:00:00")),
        ("/stipulates/satisfies", Value::from("https://harbor.example/resources/5")),
        ("/stipulates/resourceQuantity/hasNumericalValue", Value::from(120)),
        ("/preview/name", Value::from("Maybe")),
        ("/attributedTo", Value::Null),
    ] {
        let mut changed = concluded.clone();
        *changed.pointer_mut(place).unwrap_or_else(|| panic!("{place} is there")) = wrong;
        assert!(!schema.is_valid(&changed), "{place}");
    }
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
        "result",
        "likes",
        "shares",
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
                // JSON that is meant as it stands, and is not expanded.
                if !["rules", "alternatives", "hospitality", "hosted", "sent"].contains(&key.as_str()) {
                    keys(value, found);
                }
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
