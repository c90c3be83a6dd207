//! Documents captured from fourteen kinds of server (Lemmy's test assets).

use std::collections::BTreeMap;

use serde_json::Value;
use thirdspace::activitypub::activity::{Activity, ActivityError};
use thirdspace::activitypub::json;
use thirdspace::activitypub::object::{ObjectError, ObjectKind, ReceivedObject};

use super::{activity, document};
use crate::published::Published;

/// Types that name no post and that our reader of posts must not take.
const OTHERS: [&str; 3] = ["Tombstone", "ChatMessage", "OrderedCollection"];

pub fn every_captured_activity_and_post_is_read(published: &Published) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for name in published.names() {
        let value = document(&name, &published.bytes(&name));
        let what = if value.get("actor").is_some() && ObjectKind::of(&value).is_none() {
            let read = activity(&value).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(read.id.same_origin(&read.actor), "{name}: an activity lives where its actor does");
            assert!(read.object().is_some(), "{name}");
            embedded(&name, &read);
            "activities"
        } else if ObjectKind::of(&value).is_some() {
            post(&name, &value);
            "posts"
        } else {
            assert!(matches!(ReceivedObject::read(&value), Err(ObjectError::Type(_))), "{name}");
            let kind = json::types(&value).next().unwrap_or_default().to_owned();
            if !name.contains("/collections/") {
                let actor = value.get("inbox").is_some();
                assert!(actor || OTHERS.contains(&kind.as_str()), "{name}: {kind} is new");
            }
            "others"
        };
        *counts.entry(what).or_default() += 1;
    }
    counts.into_iter().map(|(what, count)| format!("{count} {what}")).collect::<Vec<_>>().join(", ")
}

/// A post is read with its words and its readers.
fn post(name: &str, value: &Value) {
    let post = ReceivedObject::read(value).unwrap_or_else(|error| panic!("{name}: {error}"));
    let shown = !post.content_unsanitised.is_empty() || !post.attachments.is_empty() || post.name.is_some();
    assert!(shown, "{name} says something");
    assert!(!post.audience.is_empty(), "{name} is for somebody");
    assert!(post.published.is_some(), "{name} has a time");
}

/// What an activity brings along is itself an activity or a post, all the way down.
fn embedded(name: &str, outer: &Activity) {
    for object in outer.objects() {
        let Some(value) = object.embedded() else { continue };
        match activity(value) {
            Ok(inner) => embedded(name, &inner),
            // What is no activity has no actor, or is a post that names its maker there (Mobilizon, Pleroma).
            Err(ActivityError::NoActor) if ObjectKind::of(value).is_some() => post(name, value),
            Err(error) => {
                let other = json::types(value).all(|kind| OTHERS.contains(&kind));
                let actor = value.get("inbox").is_some();
                assert!(other || actor, "{name}: {error} in {value}");
            }
        }
    }
}
