//! However a document is spelled, it says the same.

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use thirdspace::activitypub::activity::{Activity, Audience};
use thirdspace::activitypub::json;
use thirdspace::activitypub::object::ReceivedObject;

/// A post with every property that is read, in the spelling that peers use most.
fn post() -> impl Strategy<Value = Value> {
    let id = |kind: &'static str| {
        (0_u32..1000).prop_map(move |number| json!(format!("https://peer.example/{kind}/{number}")))
    };
    let addressed = prop::collection::vec(prop_oneof![Just(json!(json::PUBLIC)), id("users"), id("followers")], 0..4);
    let texts =
        ("[a-z <>&]{1,30}", prop::option::of("[a-z ]{1,20}"), prop::sample::select(vec!["en", "de-AT", "zh-Hant"]));
    let tags = prop::collection::vec(
        prop_oneof![
            "[a-z]{1,8}".prop_map(
                |name| json!({"type": "Hashtag", "name": format!("#{name}"), "href": "https://peer.example/tags/x"})
            ),
            id("users").prop_map(|href| json!({"type": "Mention", "href": href, "name": "@x@peer.example"})),
        ],
        0..4,
    );
    let times = (0_i64..4_000_000_000, 0_i64..4_000_000_000);
    let kinds = prop::sample::select(vec!["Note", "Article", "Page", "Event"]);
    let files = prop::collection::vec((id("files"), 1_u32..5000), 0..3);
    (
        id("posts"),
        id("users"),
        kinds,
        addressed.clone(),
        addressed,
        texts,
        tags,
        times,
        prop::option::of(id("parents")),
        files,
        any::<bool>(),
    )
        .prop_map(
            |(id, author, kind, to, cc, (content, name, language), tags, times, parent, files, sensitive)| {
                let time = |second| jiff::Timestamp::from_second(second).expect("a time").to_string();
                let attachments: Vec<Value> = files
                .iter()
                .map(|(url, width)| json!({"type": "Document", "mediaType": "image/png", "url": url, "width": width}))
                .collect();
                json!({
                    "@context": "https://www.w3.org/ns/activitystreams",
                    "id": id, "type": kind, "attributedTo": author, "to": to, "cc": cc, "content": content,
                    "contentMap": {language: content}, "name": name, "tag": tags, "published": time(times.0),
                    "updated": time(times.1), "inReplyTo": parent, "attachment": attachments, "sensitive": sensitive,
                    "url": "https://peer.example/@x/1",
                })
            },
        )
}

/// Spells each property in another way that means the same; `choices` says which way.
fn respelled(object: &Map<String, Value>, choices: &[u8]) -> Value {
    let mut rest = choices.iter().cycle().copied();
    let mut spelled = Map::new();
    for (key, value) in object {
        let choice = rest.next().unwrap_or_default();
        match (key.as_str(), choice % 4) {
            ("@context", 0) => {}
            ("@context", 1) => drop(spelled.insert(key.clone(), json!([{"x": "https://x.example/"}, value]))),
            ("content", 0) => {}
            ("type", 1) => drop(spelled.insert(key.clone(), json!([value]))),
            ("type", 2) => drop(spelled.insert(key.clone(), json!(["https://x.example/Odd", value]))),
            ("to" | "cc" | "tag" | "attachment", 1) => drop(spelled.insert(key.clone(), one(value))),
            ("to" | "cc", 2) => drop(spelled.insert(key.clone(), each(value, public))),
            ("attributedTo", 1) => drop(spelled.insert(key.clone(), json!({"type": "Person", "id": value}))),
            ("attributedTo", 2) => drop(spelled.insert(key.clone(), json!([{"type": "Person", "id": value}, null]))),
            ("inReplyTo", 1) if value.is_string() => {
                drop(spelled.insert(key.clone(), json!({"id": value, "type": "Note"})))
            }
            ("inReplyTo", 2) if value.is_string() => drop(spelled.insert(key.clone(), json!([value]))),
            ("url", 1) => drop(spelled.insert(key.clone(), json!({"type": "Link", "href": value}))),
            ("url", 2) => {
                let film = json!({"type": "Link", "mediaType": "video/mp4", "href": "https://peer.example/film"});
                drop(
                    spelled
                        .insert(key.clone(), json!([film, {"type": "Link", "mediaType": "text/html", "href": value}])),
                );
            }
            ("sensitive", 1) => drop(spelled.insert(key.clone(), json!(value.to_string()))),
            ("published" | "updated", 1) => drop(spelled.insert(key.clone(), offset(value))),
            ("attachment", 2) => drop(spelled.insert(key.clone(), each(value, linked))),
            (_, 3) if value.is_null() => {}
            _ => drop(spelled.insert(key.clone(), value.clone())),
        }
    }
    spelled.insert("https://x.example/unknown".to_owned(), json!({"deep": [1, 2, null]}));
    Value::Object(spelled)
}

fn one(value: &Value) -> Value {
    match value.as_array().map(Vec::as_slice) {
        Some([only]) => only.clone(),
        Some([]) => Value::Null,
        _ => value.clone(),
    }
}

fn each(value: &Value, with: fn(&Value) -> Value) -> Value {
    value.as_array().into_iter().flatten().map(with).collect()
}

fn public(id: &Value) -> Value {
    if id == json::PUBLIC { json!("as:Public") } else { json!({"id": id}) }
}

fn offset(time: &Value) -> Value {
    let time: jiff::Timestamp = time.as_str().and_then(|text| text.parse().ok()).expect("a time");
    json!(time.display_with_offset(jiff::tz::offset(-7)).to_string())
}

fn linked(attachment: &Value) -> Value {
    let mut attachment = attachment.clone();
    attachment["url"] = json!([{"type": "Link", "href": attachment["url"], "mediaType": attachment["mediaType"]}]);
    attachment["width"] = json!(attachment["width"].to_string());
    attachment
}

/// Any JSON, with keys that readers look for.
fn anything() -> impl Strategy<Value = Value> {
    let keys = prop::sample::select(vec![
        "@context",
        "id",
        "type",
        "actor",
        "object",
        "attributedTo",
        "to",
        "cc",
        "content",
        "contentMap",
        "name",
        "nameMap",
        "tag",
        "attachment",
        "url",
        "href",
        "published",
        "inReplyTo",
        "source",
        "oneOf",
        "target",
        "width",
        "sensitive",
        "image",
        "mediaType",
    ]);
    let texts = prop::sample::select(vec![
        "",
        "Note",
        "Create",
        "Mention",
        "Hashtag",
        "https://a.example/x",
        "http://[::1]/",
        "as:Public",
        "#",
        "2026-01-01",
        "99999999999",
        "true",
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
    leaf.prop_recursive(5, 60, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((keys.clone(), inner), 0..8).prop_map(|entries| entries
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect::<Map<_, _>>()
                .into()),
        ]
    })
}

proptest! {
    #[test]
    fn a_post_says_the_same_in_every_spelling(post in post(), choices in prop::collection::vec(any::<u8>(), 24)) {
        let plain = ReceivedObject::read(&post).expect("a post");
        let spelled = respelled(post.as_object().expect("an object"), &choices);
        let bytes = serde_json::to_vec(&spelled).expect("JSON");
        let parsed = Value::Object(json::parse(&bytes).expect("JSON"));
        prop_assert_eq!(ReceivedObject::read(&parsed).expect("a post"), plain, "{}", parsed);
    }

    #[test]
    fn a_create_keeps_its_head_in_every_spelling(post in post(), choices in prop::collection::vec(any::<u8>(), 24)) {
        let create = json!({
            "@context": "https://www.w3.org/ns/activitystreams", "id": "https://peer.example/acts/1", "type": "Create",
            "actor": post["attributedTo"], "to": post["to"], "cc": post["cc"], "published": post["published"], "object": post,
        });
        let read = |value: &Value| Activity::read(value.as_object().expect("an object").clone()).expect("an activity");
        let (plain, spelled) = (read(&create), read(&respelled(create.as_object().expect("an object"), &choices)));
        prop_assert_eq!((&plain.id, &plain.actor, &plain.kind), (&spelled.id, &spelled.actor, &spelled.kind));
        prop_assert_eq!((plain.audience(), plain.object()), (spelled.audience(), spelled.object()));
    }

    #[test]
    fn nothing_that_is_json_stops_a_reader(value in anything()) {
        let _ = ReceivedObject::read(&value);
        let _ = Audience::of(&value);
        let bytes = serde_json::to_vec(&value).expect("JSON");
        let parsed = json::parse_value(&bytes);
        if let Ok(Value::Object(object)) = parsed
            && let Ok(activity) = Activity::read(object)
        {
            let _ = (activity.objects().count(), activity.target().is_some(), activity.is_about_its_actor());
        }
    }
}
