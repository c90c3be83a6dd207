<<<<<<< HEAD
//! The JSON-LD contexts of what is sent.
//!
//! Nobody has to fetch a context of ours: every term beside the well-known vocabularies is defined inline, where it is
//! used. Our own terms live under `https://w3id.org/thirdspace/ns#` (prefix `ts`). The context itself is never read.

use serde_json::{Map, Value, json};

/// The ActivityStreams vocabulary.
pub const ACTIVITYSTREAMS: &str = "https://www.w3.org/ns/activitystreams";
/// The namespace of our own terms.
pub const NAMESPACE: &str = "https://w3id.org/thirdspace/ns#";

const SECURITY: &str = "https://w3id.org/security/v1";
const CONTROLLED_IDENTIFIERS: &str = "https://www.w3.org/ns/cid/v1";
const WEBFINGER: &str = "https://purl.archive.org/socialweb/webfinger";
const DATA_INTEGRITY: &str = "https://w3id.org/security/data-integrity/v1";

/// Of an actor's document.
#[must_use]
pub fn actor() -> Value {
    with_terms(&[ACTIVITYSTREAMS, SECURITY, CONTROLLED_IDENTIFIERS, WEBFINGER], [actor_terms(), place_terms()])
}

/// Of a post, or an activity with a post in it.
#[must_use]
pub fn note() -> Value {
    with_terms(&[ACTIVITYSTREAMS, DATA_INTEGRITY], [note_terms()])
}

/// Of a proposal, an agreement, and activities with these in them (FEP-0837).
#[must_use]
pub fn marketplace() -> Value {
    with_terms(&[ACTIVITYSTREAMS, DATA_INTEGRITY], [note_terms(), marketplace_terms()])
}

/// Of an activity with an actor in it.
#[must_use]
pub fn actor_activity() -> Value {
    let vocabularies = [ACTIVITYSTREAMS, SECURITY, CONTROLLED_IDENTIFIERS, WEBFINGER, DATA_INTEGRITY];
    with_terms(&vocabularies, [actor_terms(), place_terms()])
}

/// Of everything that needs no other words.
#[must_use]
pub fn plain() -> Value {
    json!([ACTIVITYSTREAMS, DATA_INTEGRITY])
}

/// All terms in one context, for readers of the documentation (`schemas/context.jsonld`).
#[must_use]
pub fn document() -> Value {
    let terms = [actor_terms(), place_terms(), note_terms(), marketplace_terms()];
    json!({"@context": with_terms(&[ACTIVITYSTREAMS], terms)})
}

fn with_terms<const N: usize>(vocabularies: &[&str], terms: [Value; N]) -> Value {
    let inline: Map<String, Value> = terms
        .into_iter()
        .filter_map(|terms| match terms {
            Value::Object(terms) => Some(terms),
            _ => None,
        })
        .flatten()
        .collect();
    let named = vocabularies.iter().map(|vocabulary| json!(vocabulary));
    named.chain([Value::Object(inline)]).collect()
=======
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
const CONTROLLED_IDENTIFIER: &str = "https://www.w3.org/ns/cid/v1";
const DATA_INTEGRITY: &str = "https://w3id.org/security/data-integrity/v2";
const WEBFINGER: &str = "https://purl.archive.org/socialweb/webfinger";

/// Of activities that are nothing but ActivityStreams.
#[must_use]
pub fn plain() -> Value {
    json!(ACTIVITYSTREAMS)
}

/// Of actor documents.
#[must_use]
pub fn actor() -> Value {
    json!([ACTIVITYSTREAMS, SECURITY, CONTROLLED_IDENTIFIER, DATA_INTEGRITY, WEBFINGER, actor_terms()])
}

/// Of posts, and of activities that carry one.
#[must_use]
pub fn note() -> Value {
    json!([ACTIVITYSTREAMS, DATA_INTEGRITY, note_terms()])
}

/// Of offers and requests: a post's terms and those of FEP-0837.
#[must_use]
pub fn proposal() -> Value {
    let mut terms = note_terms();
    if let (Some(terms), Some(more)) = (terms.as_object_mut(), proposal_terms().as_object()) {
        terms.extend(more.clone());
    }
    json!([ACTIVITYSTREAMS, DATA_INTEGRITY, terms])
>>>>>>> main
}

fn actor_terms() -> Value {
    json!({
        "toot": "http://joinmastodon.org/ns#",
        "schema": "http://schema.org#",
<<<<<<< HEAD
        "ts": NAMESPACE,
        "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
        "movedTo": {"@id": "as:movedTo", "@type": "@id"},
        "alsoKnownAs": {"@id": "as:alsoKnownAs", "@type": "@id"},
        "Hashtag": "as:Hashtag",
        "featured": {"@id": "toot:featured", "@type": "@id"},
        "discoverable": "toot:discoverable",
        "indexable": "toot:indexable",
        "PropertyValue": "schema:PropertyValue",
        "value": "schema:value",
        "schema:memberOf": {"@type": "@id"},
        "implements": {"@id": "https://w3id.org/fep/844e#implements", "@type": "@id", "@container": "@set"},
        "proposals": {"@id": "ts:proposals", "@type": "@id"},
        "upcomingEvents": {"@id": "https://w3id.org/fep/8a8e/upcomingEvents", "@type": "@id"},
    })
}

fn place_terms() -> Value {
    json!({
        "schema": "http://schema.org#",
        "PostalAddress": "schema:PostalAddress",
        "address": "schema:address",
        "streetAddress": "schema:streetAddress",
        "postalCode": "schema:postalCode",
        "addressLocality": "schema:addressLocality",
        "addressRegion": "schema:addressRegion",
        "addressCountry": "schema:addressCountry",
=======
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
        "knowsAbout": "schema:knowsAbout",
        "Hashtag": "as:Hashtag",
        "implements": {"@id": "https://w3id.org/fep/844e#implements", "@type": "@id"},
        "homeSpace": {"@id": "ts:homeSpace", "@type": "@id"},
        "timezone": "ts:timezone"
>>>>>>> main
    })
}

fn note_terms() -> Value {
    json!({
<<<<<<< HEAD
        "toot": "http://joinmastodon.org/ns#",
        "Hashtag": "as:Hashtag",
        "sensitive": "as:sensitive",
        "blurhash": "toot:blurhash",
    })
}

/// The mapping of FEP-0837, and our own terms beside it.
fn marketplace_terms() -> Value {
    let time = |id: &str| json!({"@id": id, "@type": "http://www.w3.org/2001/XMLSchema#dateTimeStamp"});
    let link = |id: &str| json!({"@id": id, "@type": "@id"});
    json!({
        "vf": "https://w3id.org/valueflows/ont/vf#",
        "om2": "http://www.ontology-of-units-of-measure.org/resource/om-2/",
        "ts": NAMESPACE,
        "Proposal": "vf:Proposal",
        "Intent": "vf:Intent",
        "Agreement": "vf:Agreement",
        "Commitment": "vf:Commitment",
=======
        "schema": "http://schema.org#",
        "ts": THIRDSPACE,
        "sensitive": "as:sensitive",
        "Hashtag": "as:Hashtag",
        "conversation": "ostatus:conversation",
        "ostatus": "http://ostatus.org#"
    })
}

fn proposal_terms() -> Value {
    json!({
        "vf": "https://w3id.org/valueflows/ont/vf#",
        "om2": "http://www.ontology-of-units-of-measure.org/resource/om-2/",
        "Proposal": "vf:Proposal",
        "Intent": "vf:Intent",
>>>>>>> main
        "purpose": "vf:purpose",
        "unitBased": "vf:unitBased",
        "publishes": "vf:publishes",
        "reciprocal": "vf:reciprocal",
        "action": "vf:action",
<<<<<<< HEAD
        "resourceConformsTo": link("vf:resourceConformsTo"),
        "resourceQuantity": "vf:resourceQuantity",
        "availableQuantity": "vf:availableQuantity",
        "minimumQuantity": "vf:minimumQuantity",
        "stipulates": "vf:stipulates",
        "stipulatesReciprocal": "vf:stipulatesReciprocal",
        "satisfies": link("vf:satisfies"),
        "hasBeginning": time("vf:hasBeginning"),
        "hasEnd": time("vf:hasEnd"),
        "due": time("vf:due"),
        "finished": "vf:finished",
        "hasUnit": "om2:hasUnit",
        "hasNumericalValue": "om2:hasNumericalValue",
        "timezone": "https://w3id.org/fep/8a8e/timezone",
    })
}
=======
        "resourceConformsTo": {"@id": "vf:resourceConformsTo", "@type": "@id"},
        "resourceQuantity": "vf:resourceQuantity",
        "availableQuantity": "vf:availableQuantity",
        "minimumQuantity": "vf:minimumQuantity",
        "finished": "vf:finished",
        "note": "vf:note",
        "hasUnit": "om2:hasUnit",
        "hasNumericalValue": "om2:hasNumericalValue",
        "kind": "ts:kind",
        "state": "ts:state"
    })
}

/// Every term of every context, as it stands in `schemas/context.jsonld`.
#[must_use]
pub fn all() -> Value {
    let mut terms = serde_json::Map::new();
    for part in [actor_terms(), note_terms(), proposal_terms()] {
        if let Value::Object(part) = part {
            terms.extend(part);
        }
    }
    json!({"@context": [ACTIVITYSTREAMS, SECURITY, CONTROLLED_IDENTIFIER, DATA_INTEGRITY, WEBFINGER, terms]})
}
>>>>>>> main
