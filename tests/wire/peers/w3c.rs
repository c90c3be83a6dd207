//! The W3C's examples of ActivityStreams 2.0: what is valid is read, and what is not is refused or read without the
//! part that is wrong.
//!
//! ActivityStreams allows what federation cannot use: nameless objects, activities without an actor, authors on other
//! hosts. Such a document is refused with the part it lacks, and is read once it has that part.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use thirdspace::activitypub::activity::ActivityError;
use thirdspace::activitypub::json::{self, Flaw};
use thirdspace::activitypub::object::{ObjectError, ObjectKind, ReceivedObject};

use super::{activity, document};
use crate::published::Published;

const ACTIVITIES: [&str; 29] = [
    "Accept",
    "Activity",
    "Add",
    "Announce",
    "Arrive",
    "Block",
    "Create",
    "Delete",
    "Dislike",
    "Flag",
    "Follow",
    "Ignore",
    "Invite",
    "Join",
    "Leave",
    "Like",
    "Listen",
    "Move",
    "Offer",
    "Read",
    "Reject",
    "Remove",
    "TentativeAccept",
    "TentativeReject",
    "Travel",
    "Undo",
    "Update",
    "View",
    "Question",
];

/// The one example whose text is not JSON (a line break in a string); it is listed as valid by mistake.
pub(super) const NOT_JSON: &str = "vocabulary-ex196-jsonld.json";

pub fn every_valid_example_is_read_or_lacks_what_its_refusal_names(published: &Published) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut count = |what| *counts.entry(what).or_default() += 1;
    for name in published.names() {
        if name.starts_with("test/fail/") {
            continue;
        }
        let bytes = published.bytes(&name);
        if name.ends_with(NOT_JSON) {
            assert_eq!(json::parse(&bytes).expect_err("no JSON").flaw, Flaw::Syntax);
            count("not JSON");
            continue;
        }
        let mut value = document(&name, &bytes);
        if ObjectKind::of(&value).is_some() {
            // At most one repair for each part that can be missing.
            let mut read = ReceivedObject::read(&value);
            for _ in 0..3 {
                match read {
                    Err(ObjectError::NoId) => value["id"] = json!("https://w3c.example/id"),
                    Err(ObjectError::NoAuthor | ObjectError::ForeignAuthor) => {
                        value["attributedTo"] = json!(format!("{}/author", origin(&value)));
                    }
                    _ => break,
                }
                read = ReceivedObject::read(&value);
            }
            read.unwrap_or_else(|error| panic!("{name}: {error}"));
            count("posts");
        } else if ACTIVITIES.iter().any(|kind| json::is_a(&value, kind)) {
            let mut read = activity(&value);
            for _ in 0..2 {
                match read {
                    Err(ActivityError::NoId) => value["id"] = json!("https://w3c.example/id"),
                    Err(ActivityError::NoActor) => value["actor"] = json!("https://w3c.example/actor"),
                    _ => break,
                }
                read = activity(&value);
            }
            read.unwrap_or_else(|error| panic!("{name}: {error}"));
            count("activities");
        } else {
            assert!(matches!(ReceivedObject::read(&value), Err(ObjectError::Type(_))), "{name}");
            count("neither");
        }
    }
    counts.into_iter().map(|(what, count)| format!("{count} {what}")).collect::<Vec<_>>().join(", ")
}

fn origin(value: &Value) -> String {
    let id = value["id"].as_str().and_then(|id| url::Url::parse(id).ok()).expect("an id");
    id.origin().ascii_serialization()
}

/// One line per file of `fail/`: what our reader makes of it. Structure that is wrong is refused; a description that is
/// wrong counts as absent, since a peer's odd title is no reason to lose its post.
pub fn every_invalid_example_is_refused_or_loses_its_wrong_part(published: &Published) -> String {
    let mut invalid = 0;
    for path in published.names() {
        let Some(name) = path.strip_prefix("test/fail/") else { continue };
        let bytes = published.bytes(&path);
        invalid += 1;
        let flaw = || json::parse(&bytes).expect_err(name).flaw;
        let value = || document(name, &bytes);
        // Posts are read as if somebody signed for them: the examples name no author.
        let post = || {
            let mut value = value();
            if value.get("id").is_none() {
                value["id"] = json!("https://w3c.example/id");
            }
            if let Some(id) = value["id"].as_str().map(str::to_owned) {
                value["attributedTo"] = json!(id);
            }
            ReceivedObject::read(&value)
        };
        let act = || {
            let mut value = value();
            value["id"] = json!("http://example.org/activity");
            activity(&value)
        };
        match name {
            "array-at-top.json" | "number-at-top.json" | "string-at-top.json" => {
                assert_eq!(flaw(), Flaw::NotAnObject, "{name}");
            }
            "bad-character-set.json" => assert_eq!(flaw(), Flaw::Syntax, "{name}"),
            "number-as-id.json" => {
                let mut value = value();
                value["attributedTo"] = json!("http://example.com/author");
                assert_eq!(ReceivedObject::read(&value), Err(ObjectError::NoId), "{name}");
            }
            "number-as-type.json" => assert!(matches!(post(), Err(ObjectError::Type(_))), "{name}"),
            "number-as-actor.json" => assert_eq!(act(), Err(ActivityError::NoActor), "{name}"),
            "number-as-object.json" => assert_eq!(act().expect(name).object(), None, "{name}"),
            "number-as-context.json" => {
                let mut value = value();
                value["type"] = json!("Like");
                assert_eq!(activity(&value), Err(ActivityError::OtherContext), "{name}");
            }
            "other-context.json" => assert!(matches!(post(), Err(ObjectError::Type(_))), "{name}"),
            "number-as-content.json" => assert_eq!(post().expect(name).content_unsanitised, "", "{name}"),
            "number-as-name.json" => assert_eq!(post().expect(name).name, None, "{name}"),
            "content-map-with-invalid-language-tag.json" => {
                let post = post().expect(name);
                assert!(!post.content_unsanitised.is_empty() && post.language.is_none(), "{name}");
            }
            // `Object` is no kind of post, so that only the reader of texts can be asked.
            "name-as-namemap.json" => assert_eq!(json::text_in_language(&value(), "name"), None, "{name}"),
            "namemap-as-name.json" => {
                assert_eq!(json::text_in_language(&value(), "name"), Some(("This is the title", Some("en"))), "{name}");
            }
            "relative-uri-for-url.json" => assert_eq!(post().expect(name).url, None, "{name}"),
            // Collections are not held to their types: some peers fill `items` of an OrderedCollection.
            "collection-with-non-page-first.json"
            | "ordered-collection-with-items.json"
            | "ordered-collection-with-non-page-first.json"
            | "unordered-collection-with-ordered-items.json" => {
                assert!(matches!(post(), Err(ObjectError::Type(_))), "{name}");
            }
            other => panic!("{other} is new: decide what becomes of it"),
        }
    }
    assert!(invalid > 0, "none in test/fail");
    format!("{invalid} invalid")
}
