use serde_json::json;

use super::*;
use crate::activitypub::id::Id;

fn id(text: &str) -> Id {
    Id::parse(text).unwrap()
}

/// A proposal in the spelling of FEP-0837's examples, with numbers as numbers.
fn boat() -> Value {
    json!({
        "type": ["Note", "Proposal"], "id": "https://quay.example/posts/1", "purpose": "offer", "unitBased": true,
        "publishes": {"type": "Intent", "id": "https://quay.example/posts/1#primary", "action": "deliverService",
            "resourceQuantity": {"hasUnit": "hour", "hasNumericalValue": 1}, "availableQuantity": {"hasUnit": "om2:hour", "hasNumericalValue": "8.0"}},
        "reciprocal": {"type": "Intent", "action": "transfer", "name": "a cake",
            "resourceQuantity": {"hasUnit": "one", "hasNumericalValue": {"@value": "1", "@type": "xsd:decimal"}}},
    })
}

fn with(path: &str, value: Value) -> Value {
    let mut changed = boat();
    *changed.pointer_mut(path).unwrap() = value;
    changed
}

#[test]
fn a_proposal_is_read_in_every_spelling_and_written_in_one() {
    let read = Proposal::read(&boat()).unwrap();
    assert_eq!(read.publishes.available_quantity, Some(Measure::of(8, "hour")));
    assert_eq!(read.reciprocal.as_ref().unwrap().id, id("https://quay.example/posts/1#reciprocal"));
    let mut written = json!({"type": "Note", "id": read.id.as_str()});
    written.as_object_mut().unwrap().extend(read.keys());
    assert_eq!(written["publishes"]["resourceQuantity"], json!({"hasUnit": "hour", "hasNumericalValue": "1"}));
    assert_eq!((&written["unitBased"], &written["reciprocal"]["note"]), (&json!(true), &json!("a cake")));
    assert_eq!(Proposal::read(&written), Ok(read));
    assert!(
        is_proposal(&boat()) && is_proposal(&written) && !is_proposal(&json!({"type": "Note", "purpose": "offer"}))
    );
}

#[test]
fn a_proposal_that_cannot_be_taken_up_says_why() {
    for (path, value, error) in [
        ("/purpose", json!("gift"), MarketplaceError::Part("purpose")),
        ("/publishes", json!(null), MarketplaceError::Part("publishes")),
        ("/publishes/action", json!(""), MarketplaceError::Part("action")),
        ("/publishes/id", json!("https://evil.example/posts/1#primary"), MarketplaceError::ForeignPart("publishes")),
        ("/publishes/id", json!("https://quay.example/posts/1"), MarketplaceError::ForeignPart("publishes")),
        ("/publishes/resourceQuantity", json!({}), MarketplaceError::Part("resourceQuantity")),
        (
            "/publishes/resourceQuantity/hasNumericalValue",
            json!("many"),
            MarketplaceError::Quantity("resourceQuantity", MalformedDecimal),
        ),
        ("/id", json!("urn:x"), MarketplaceError::Part("id")),
    ] {
        assert_eq!(Proposal::read(&with(path, value)), Err(error), "{path}");
    }
    // The FEP says false in one place and anything in another.
    assert!(!Proposal::read(&with("/unitBased", json!(null))).unwrap().unit_based);
}

fn booking() -> Agreement {
    Agreement {
        id: Some(id("https://space.example/agreements/5")),
        attributed_to: Some(id("https://space.example/spaces/harbor")),
        stipulates: Commitment {
            id: Some(id("https://space.example/agreements/5#primary")),
            satisfies: id("https://space.example/proposals/42#primary"),
            resource_quantity: Measure::of(4, "hour"),
            has_beginning: "2026-12-01T09:00:00Z".parse().ok(),
            has_end: "2026-12-01T13:00:00Z".parse().ok(),
            timezone: Some("Europe/Amsterdam".into()),
            units: Some(2),
            people: None,
            note: Some("By the window, please.".into()),
            finished: false,
        },
        stipulates_reciprocal: None,
        rules_version: Some("7".into()),
        in_reply_to: Some(id("https://harbor.example/asked/3")),
        status: Some("Confirmed".into()),
        updated: Some("2026-12-01T09:00:00Z".parse().unwrap()),
        epoch: Some(1),
    }
}

#[test]
fn an_agreement_is_read_as_it_is_written() {
    let agreement = booking();
    assert_eq!(Agreement::read(&agreement.to_value()), Ok(agreement));
}

#[test]
fn an_agreement_has_one_home_and_times_have_offsets() {
    let change = |path: &str, value: Value| {
        let mut changed = booking().to_value();
        *changed.pointer_mut(path).unwrap() = value;
        Agreement::read(&changed)
    };
    let foreign = MarketplaceError::ForeignPart("stipulates");
    assert_eq!(change("/stipulates/id", json!("https://evil.example/5#primary")), Err(foreign.clone()));
    assert_eq!(change("/id", json!(null)), Err(foreign));
    let time = MarketplaceError::Time("hasBeginning");
    assert_eq!(change("/stipulates/hasBeginning", json!("2026-12-01T09:00:00")), Err(time));
    assert_eq!(
        change("/stipulates/satisfies", json!("https://space.example/42")),
        Err(MarketplaceError::Part("satisfies"))
    );
    assert_eq!(change("/type", json!("Note")), Err(MarketplaceError::Part("type")));
    let local = change("/stipulates/hasBeginning", json!("2026-12-01T10:00:00+01:00")).unwrap();
    assert_eq!(local.stipulates.has_beginning, booking().stipulates.has_beginning);
}

#[test]
fn i30_who_waits_is_told_the_place_in_line_and_nothing_is_kept() {
    let answer = |more: Value| {
        let mut value = json!({
            "id": "https://quay.example/activities/1", "type": "TentativeAccept", "actor": "https://quay.example/spaces/quay",
            "object": "https://harbor.example/asked/3",
        });
        value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        told(&crate::activitypub::activity::Activity::read(value.as_object().unwrap().clone()).unwrap())
    };
    let waiting = json!({"type": "Note", "name": "Waiting"});
    assert_eq!(answer(json!({"preview": waiting, "placeInLine": 2})), Ok(Told::Waiting { place: Some(2) }));
    assert_eq!(answer(json!({"preview": waiting, "ts:placeInLine": 0})), Ok(Told::Waiting { place: None }));
    assert_eq!(answer(json!({"preview": waiting, "secondsLeft": 60})), Ok(Told::Held { seconds: 60 }));
    assert_eq!(answer(json!({})), Err(MarketplaceError::Part("secondsLeft")));
}
