//! The JSON-LD contexts that are sent: every term is defined inline, so that no peer ever has to fetch one of ours.
//!
//! Readers of plain JSON ignore them; those who expand (Fedify) need them. Terms of this network live under
//! `https://w3id.org/thirdspace/ns#`.

use serde_json::{Value, json};

/// ActivityStreams 2.0.
pub const ACTIVITYSTREAMS: &str = "https://www.w3.org/ns/activitystreams";
/// The vocabulary of this network.
pub const THIRDSPACE: &str = "https://w3id.org/thirdspace/ns#";

const SECURITY: &str = "https://w3id.org/security/v1";
// `assertionMethod` and `Multikey` by the two contexts that Fedify brings along. It would have to fetch
// `https://www.w3.org/ns/cid/v1`, and that one protects terms that stand inline here.
const CONTROLLER: &str = "https://www.w3.org/ns/did/v1";
const MULTIKEY: &str = "https://w3id.org/security/multikey/v1";
const DATA_INTEGRITY: &str = "https://w3id.org/security/data-integrity/v1";
const WEBFINGER: &str = "https://purl.archive.org/socialweb/webfinger";

/// Of activities that are nothing but ActivityStreams. A list, also because Mastodon reads proofs (FEP-8b32) only with
/// lists.
#[must_use]
pub fn plain() -> Value {
    json!([ACTIVITYSTREAMS, DATA_INTEGRITY])
}

/// Of actor documents.
#[must_use]
pub fn actor() -> Value {
    json!([ACTIVITYSTREAMS, SECURITY, CONTROLLER, MULTIKEY, DATA_INTEGRITY, WEBFINGER, actor_terms()])
}

/// Of posts, and of activities that carry one.
#[must_use]
pub fn note() -> Value {
    json!([ACTIVITYSTREAMS, DATA_INTEGRITY, note_terms()])
}

/// Of offers and requests, agreements, and activities that carry one: a post's terms and those of FEP-0837.
#[must_use]
pub fn proposal() -> Value {
    let mut terms = note_terms();
    if let (Some(terms), Some(more)) = (terms.as_object_mut(), proposal_terms().as_object()) {
        terms.extend(more.clone());
    }
    json!([ACTIVITYSTREAMS, DATA_INTEGRITY, terms])
}

/// What there is in something that can be booked.
const AMENITIES: (&str, &str) = ("amenityFeature", "schema:amenityFeature");

/// Of what can be booked: a proposal, and where it is.
#[must_use]
pub fn bookable() -> Value {
    let mut terms = note_terms();
    if let Some(terms) = terms.as_object_mut() {
        for more in [proposal_terms(), place_terms()] {
            terms.extend(more.as_object().cloned().unwrap_or_default());
        }
        terms.insert(AMENITIES.0.to_owned(), AMENITIES.1.into());
    }
    json!([ACTIVITYSTREAMS, DATA_INTEGRITY, terms])
}

/// Of being at a place.
#[must_use]
pub fn presence() -> Value {
    json!([ACTIVITYSTREAMS, DATA_INTEGRITY, presence_terms()])
}

fn presence_terms() -> Value {
    json!({"ts": THIRDSPACE, "code": "ts:code"})
}

/// Of statements between partner spaces.
#[must_use]
pub fn statement() -> Value {
    json!([ACTIVITYSTREAMS, DATA_INTEGRITY, statement_terms()])
}

fn statement_terms() -> Value {
    json!({
        "ts": THIRDSPACE,
        "Statement": "ts:Statement",
        "month": "ts:month",
        "hosted": {"@id": "ts:hosted", "@type": "@json"},
        "sent": {"@id": "ts:sent", "@type": "@json"}
    })
}

fn place_terms() -> Value {
    json!({
        "PostalAddress": "schema:PostalAddress",
        "address": "schema:address",
        "streetAddress": "schema:streetAddress",
        "postalCode": "schema:postalCode",
        "addressLocality": "schema:addressLocality",
        "addressRegion": "schema:addressRegion",
        "addressCountry": "schema:addressCountry"
    })
}

fn actor_terms() -> Value {
    json!({
        "toot": "http://joinmastodon.org/ns#",
        "schema": "http://schema.org#",
        "ts": THIRDSPACE,
        "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
        "movedTo": {"@id": "as:movedTo", "@type": "@id"},
        "alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": "@id"},
        "featured": {"@id": "toot:featured", "@type": "@id"},
        "discoverable": "toot:discoverable",
        "indexable": "toot:indexable",
        "suspended": "toot:suspended",
        "PropertyValue": "schema:PropertyValue",
        "value": "schema:value",
        "PostalAddress": "schema:PostalAddress",
        "address": "schema:address",
        "streetAddress": "schema:streetAddress",
        "postalCode": "schema:postalCode",
        "addressLocality": "schema:addressLocality",
        "addressRegion": "schema:addressRegion",
        "addressCountry": "schema:addressCountry",
        "knowsAbout": "schema:knowsAbout",
        "Hashtag": "as:Hashtag",
        "implements": {"@id": "https://w3id.org/fep/844e#implements", "@type": "@id", "@container": "@set"},
        "proposals": {"@id": "ts:proposals", "@type": "@id"},
        "upcomingEvents": {"@id": "https://w3id.org/fep/8a8e/upcomingEvents", "@type": "@id"},
        "homeSpace": {"@id": "ts:homeSpace", "@type": "@id"},
        "hospitality": {"@id": "ts:hospitality", "@type": "@json"},
        "timezone": "ts:timezone"
    })
}

fn note_terms() -> Value {
    json!({
        "schema": "http://schema.org#",
        "ts": THIRDSPACE,
        "sensitive": "as:sensitive",
        "Hashtag": "as:Hashtag",
        "conversation": "ostatus:conversation",
        "ostatus": "http://ostatus.org#"
    })
}

fn proposal_terms() -> Value {
    let time = |id: &str| json!({"@id": id, "@type": "http://www.w3.org/2001/XMLSchema#dateTimeStamp"});
    json!({
        "vf": "https://w3id.org/valueflows/ont/vf#",
        "om2": "http://www.ontology-of-units-of-measure.org/resource/om-2/",
        "Proposal": "vf:Proposal",
        "Intent": "vf:Intent",
        "Agreement": "vf:Agreement",
        "Commitment": "vf:Commitment",
        "purpose": "vf:purpose",
        "unitBased": "vf:unitBased",
        "publishes": "vf:publishes",
        "reciprocal": "vf:reciprocal",
        "action": "vf:action",
        "resourceConformsTo": {"@id": "vf:resourceConformsTo", "@type": "@id"},
        "resourceQuantity": "vf:resourceQuantity",
        "availableQuantity": "vf:availableQuantity",
        "minimumQuantity": "vf:minimumQuantity",
        "stipulates": "vf:stipulates",
        "stipulatesReciprocal": "vf:stipulatesReciprocal",
        "satisfies": {"@id": "vf:satisfies", "@type": "@id"},
        "hasBeginning": time("vf:hasBeginning"),
        "hasEnd": time("vf:hasEnd"),
        "due": time("vf:due"),
        "finished": "vf:finished",
        "note": "vf:note",
        "hasUnit": "om2:hasUnit",
        "hasNumericalValue": "om2:hasNumericalValue",
        "kind": "ts:kind",
        "state": "ts:state",
        "rulesVersion": "ts:rulesVersion",
        "epoch": "ts:epoch",
        "rules": {"@id": "ts:rules", "@type": "@json"},
        "units": "ts:units",
        "people": "ts:people",
        "seats": "ts:seats",
        "reason": "ts:reason",
        "alternatives": {"@id": "ts:alternatives", "@type": "@json"},
        "secondsLeft": "ts:secondsLeft",
        "wait": "ts:wait",
        "placeInLine": "ts:placeInLine",
        "fresh": "ts:fresh",
        "timezone": "ts:timezone"
    })
}

/// Every term of every context, as it stands in `schemas/context.jsonld`.
#[must_use]
pub fn all() -> Value {
    let mut terms = serde_json::Map::new();
    for part in [actor_terms(), note_terms(), proposal_terms(), presence_terms(), statement_terms()] {
        if let Value::Object(part) = part {
            terms.extend(part);
        }
    }
    terms.insert(AMENITIES.0.to_owned(), AMENITIES.1.into());
    json!({"@context": [ACTIVITYSTREAMS, SECURITY, CONTROLLER, MULTIKEY, DATA_INTEGRITY, WEBFINGER, terms]})
}
