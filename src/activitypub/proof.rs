//! Object integrity proofs: FEP-8b32 with the cryptosuite `eddsa-jcs-2022` (W3C vc-di-eddsa).
//!
//! A proof travels inside of an object and so survives forwarding, which an HTTP signature does not. What is signed is
//! the literal JSON in canonical form (RFC 8785), never a graph expanded from it: other code reads the same
//! keys that were signed. The parser must have refused repeated keys before a value comes here.

use jiff::{SignedDuration, Timestamp};
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::key::{KeyAlgorithm, KeyError, PrivateKey, PublicKey};

const TYPE: &str = "DataIntegrityProof";
const CRYPTOSUITE: &str = "eddsa-jcs-2022";
const PURPOSE: &str = "assertionMethod";

/// Keywords with which the graph of a JSON-LD document can differ from the JSON that is read.
const REFUSED_KEYWORDS: [&str; 3] = ["@graph", "@included", "@reverse"];

/// The largest integer up to which doubles have no gaps.
const MAX_INTEGER: u64 = 1 << 53;

/// Proofs from further in the future than this are refused; an hour is for clocks that are off.
const MAX_AHEAD: SignedDuration = SignedDuration::from_hours(1);
/// Longer ids of verification methods are refused.
const MAX_METHOD: usize = 2048;
/// An Ed25519 signature of 64 bytes has at most 88 characters in base58.
const MAX_PROOF_VALUE: usize = 1 + 88;

/// Why a proof was not made or does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// There is none.
    #[error("the object has no proof")]
    Missing,
    /// The proof or the object around it is not of the form that FEP-8b32 gives it.
    #[error("the proof is malformed: {0}")]
    Malformed(String),
    /// A kind of proof that this node does not know; the object may be authenticated in another way.
    #[error("the proof is not supported: {0}")]
    Unsupported(String),
    /// The proof does not prove this object under this key.
    #[error("the proof does not hold: {0}")]
    Wrong(String),
    /// The proof is no longer or not yet valid.
    #[error("the proof is out of its time: {0}")]
    Stale(String),
    /// The key did not sign.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// A proof that an object carries, read but not verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProofView<'a> {
    /// Id of the key, in the owner's `assertionMethod`. That the owner is the author of the object, and that their ids
    /// are of one origin, is for the caller to check.
    pub verification_method: &'a str,
    /// When it was made.
    pub created: Timestamp,
    /// When it ends, if ever.
    pub expires: Option<Timestamp>,
}

impl<'a> ProofView<'a> {
    /// The proof of an object, or nothing if it has none. A set of proofs is malformed: at most one is allowed.
    pub fn of(object: &'a Value) -> Result<Option<Self>, ProofError> {
        let Some(proof) = object.get("proof") else {
            return Ok(None);
        };
        let proof = proof.as_object().ok_or_else(|| malformed("proof is not one object"))?;
        for (name, known) in [("type", TYPE), ("cryptosuite", CRYPTOSUITE), ("proofPurpose", PURPOSE)] {
            let value = text(proof, name)?;
            if value != known {
                let value: String = value.chars().take(80).collect();
                return Err(ProofError::Unsupported(format!("{name} is {value:?}; {known} is accepted")));
            }
        }
        let verification_method = text(proof, "verificationMethod")?;
        if !(1..=MAX_METHOD).contains(&verification_method.len()) {
            return Err(malformed("verificationMethod has not 1 to 2048 bytes"));
        }
        Ok(Some(Self {
            verification_method,
            created: time(proof, "created")?.ok_or_else(|| malformed("created is missing"))?,
            expires: time(proof, "expires")?,
        }))
    }
}

fn malformed(words: &str) -> ProofError {
    ProofError::Malformed(words.to_owned())
}

fn text<'a>(proof: &'a Map<String, Value>, name: &str) -> Result<&'a str, ProofError> {
    proof
        .get(name)
        .and_then(Value::as_str)
        .ok_or_else(|| ProofError::Malformed(format!("{name} is missing or no string")))
}

fn time(proof: &Map<String, Value>, name: &str) -> Result<Option<Timestamp>, ProofError> {
    if !proof.contains_key(name) {
        return Ok(None);
    }
    text(proof, name)?
        .parse()
        .map(Some)
        .map_err(|_| ProofError::Malformed(format!("{name} is no time with a zone, such as 2026-11-24T00:10:00Z")))
}

/// Signs an object and puts the proof into it. Not for private activities: a proof is evidence that can be passed on.
pub fn attach(
    object: &mut Value,
    verification_method: &str,
    key: &PrivateKey,
    created: Timestamp,
) -> Result<(), ProofError> {
    needs_ed25519(key.algorithm())?;
    check_literal(object)?;
    let document = object.as_object_mut().ok_or_else(|| malformed("only an object can have a proof"))?;
    if document.contains_key("proof") || document.contains_key("signature") {
        return Err(malformed("the object is signed already"));
    }
    let mut proof = Map::new();
    let created = Timestamp::from_second(created.as_second()).map_err(|_| malformed("created is out of range"))?;
    for (name, value) in [
        ("type", TYPE),
        ("cryptosuite", CRYPTOSUITE),
        ("verificationMethod", verification_method),
        ("proofPurpose", PURPOSE),
        ("created", &created.to_string()),
    ] {
        proof.insert(name.to_owned(), Value::from(value));
    }
    if let Some(context) = document.get("@context") {
        proof.insert("@context".to_owned(), context.clone());
    }
    let signature = key.sign(&hash_data(document, &proof)?)?;
    let value = format!("z{}", bs58::encode(signature).into_string());
    proof.insert("proofValue".to_owned(), Value::from(value));
    document.insert("proof".to_owned(), Value::Object(proof));
    Ok(())
}

/// Proves that the holder of `key` signed this object as it stands, `signature` (of JSON-LD signatures) and the proof itself
/// left out. Returns what the proof says of itself.
pub fn verify<'a>(object: &'a Value, key: &PublicKey, now: Timestamp) -> Result<ProofView<'a>, ProofError> {
    let view = ProofView::of(object)?.ok_or(ProofError::Missing)?;
    needs_ed25519(key.algorithm())?;
    check_literal(object)?;
    if view.created.duration_since(now) > MAX_AHEAD {
        return Err(ProofError::Stale(format!("created is {}, more than an hour ahead of {now}", view.created)));
    }
    if let Some(expires) = view.expires.filter(|expires| *expires < now) {
        return Err(ProofError::Stale(format!("it expired at {expires}; here it is {now}")));
    }
    let (Some(document), Some(proof)) = (object.as_object(), object.get("proof").and_then(Value::as_object)) else {
        return Err(ProofError::Missing);
    };
    let signature = signature(text(proof, "proofValue")?)?;
    check_context(document, proof)?;
    if !key.verifies(&hash_data(document, proof)?, &signature) {
        return Err(ProofError::Wrong(format!(
            "the signature does not match the object and the key {:?}",
            view.verification_method
        )));
    }
    Ok(view)
}

fn needs_ed25519(algorithm: KeyAlgorithm) -> Result<(), ProofError> {
    match algorithm {
        KeyAlgorithm::Ed25519 => Ok(()),
        KeyAlgorithm::Rsa => {
            Err(ProofError::Unsupported(format!("{CRYPTOSUITE} needs an Ed25519 key, this one is RSA")))
        }
    }
}

fn signature(value: &str) -> Result<Vec<u8>, ProofError> {
    value
        .strip_prefix('z')
        .filter(|_| value.len() <= MAX_PROOF_VALUE)
        .and_then(|encoded| bs58::decode(encoded).into_vec().ok())
        .filter(|bytes| bytes.len() == 64)
        .ok_or_else(|| malformed("proofValue is not z and 64 bytes in base58btc"))
}

/// Refuses what could be read in another way than it was signed: keywords of the graph, and integers that the canonical
/// form rounds to a double (RFC 8785, section 3.2.2.3).
fn check_literal(object: &Value) -> Result<(), ProofError> {
    let mut open = vec![object];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(map) => {
                for (key, value) in map {
                    if REFUSED_KEYWORDS.contains(&key.as_str()) {
                        return Err(ProofError::Malformed(format!("the object has {key}")));
                    }
                    open.push(value);
                }
            }
            Value::Array(values) => open.extend(values),
            Value::Number(number) => {
                let size = number.as_u64().or(number.as_i64().map(i64::unsigned_abs));
                if size.is_some_and(|size| size > MAX_INTEGER) {
                    return Err(ProofError::Malformed(format!(
                        "the integer {number} is larger than 2^53; write it as a string"
                    )));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// The object's contexts must begin with those of the proof: what comes after them was added by somebody on the way.
fn check_context(document: &Map<String, Value>, proof: &Map<String, Value>) -> Result<(), ProofError> {
    let Some(signed) = proof.get("@context") else {
        return Ok(());
    };
    let present = document.get("@context").unwrap_or(&Value::Null);
    match contexts(present).starts_with(contexts(signed)) {
        true => Ok(()),
        false => Err(ProofError::Wrong("the @context of the object does not begin with that of the proof".to_owned())),
    }
}

fn contexts(value: &Value) -> &[Value] {
    match value {
        Value::Array(values) => values,
        Value::Null => &[],
        single => std::slice::from_ref(single),
    }
}

/// The 64 bytes that are signed: hash of the proof without its value, then hash of the object.
fn hash_data(document: &Map<String, Value>, proof: &Map<String, Value>) -> Result<Vec<u8>, ProofError> {
    let options = canonical(&Selected { map: proof, without: &["proofValue"], context: None })?;
    let document =
        canonical(&Selected { map: document, without: &["proof", "signature"], context: proof.get("@context") })?;
    let (options, document) = (Sha256::digest(&options), Sha256::digest(&document));
    Ok([options.as_slice(), document.as_slice()].concat())
}

/// The canonical form of a JSON value (JCS, RFC 8785).
pub fn canonical(value: &impl Serialize) -> Result<Vec<u8>, ProofError> {
    serde_json_canonicalizer::to_vec(value).map_err(|_| malformed("the object has no canonical form (RFC 8785)"))
}

/// An object with some keys left out and its `@context` exchanged, without a copy of it.
struct Selected<'a> {
    map: &'a Map<String, Value>,
    without: &'a [&'a str],
    context: Option<&'a Value>,
}

impl Serialize for Selected<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in self.map {
            match key.as_str() {
                "@context" => map.serialize_entry(key, self.context.unwrap_or(value))?,
                other if self.without.contains(&other) => {}
                _ => map.serialize_entry(key, value)?,
            }
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const METHOD: &str = "https://node.example/members/ana#ed25519-key";

    fn now() -> Timestamp {
        "2026-11-24T12:00:00Z".parse().expect("a time")
    }

    fn signed() -> (Value, PrivateKey) {
        let key = PrivateKey::generate_ed25519().expect("a key");
        let mut object = json!({
            "@context": ["https://www.w3.org/ns/activitystreams", {"ts": "https://w3id.org/thirdspace/ns#"}],
            "id": "https://node.example/activities/1",
            "type": "Create",
            "actor": "https://node.example/members/ana",
            "object": {"type": "Note", "content": "zwölf Plätze frei \u{1f4aa}", "latitude": 1e21}
        });
        attach(&mut object, METHOD, &key, now()).expect("a proof");
        (object, key)
    }

    #[test]
    fn a_forwarder_may_add_contexts_and_a_json_ld_signature_but_nothing_else() {
        let (object, key) = signed();
        let view = verify(&object, key.public(), now()).expect("our own proof");
        assert_eq!(view.verification_method, METHOD);
        assert_eq!(view.created, now());

        let mut forwarded = object.clone();
        forwarded["signature"] = json!({"type": "RsaSignature2017"});
        if let Some(contexts) = forwarded["@context"].as_array_mut() {
            contexts.push(json!("https://w3id.org/security/v1"));
        }
        verify(&forwarded, key.public(), now()).expect("the proof still holds");

        let changes: [fn(&mut Value); 6] = [
            |object| object["object"]["content"] = json!("13 desks"),
            |object| object["cc"] = json!([]),
            |object| object["proof"]["created"] = json!("2026-11-24T12:00:01Z"),
            |object| object["proof"]["verificationMethod"] = json!("https://node.example/x"),
            |object| object["@context"] = json!("https://www.w3.org/ns/activitystreams"),
            |object| {
                if let Some(contexts) = object["@context"].as_array_mut() {
                    contexts.reverse();
                }
            },
        ];
        for change in changes {
            let mut changed = object.clone();
            change(&mut changed);
            let error = verify(&changed, key.public(), now()).expect_err("changed");
            assert!(matches!(error, ProofError::Wrong(_)), "{error}: {changed}");
        }
        let stranger = PrivateKey::generate_ed25519().expect("a key");
        assert!(verify(&object, stranger.public(), now()).is_err());
    }

    #[test]
    fn forms_that_hide_something_are_refused_before_the_key_is_asked() {
        let (object, key) = signed();
        let malformed: [fn(&mut Value); 9] = [
            |object| object["object"]["count"] = json!(9_007_199_254_740_993_u64),
            |object| object["object"]["count"] = json!(-9_007_199_254_740_993_i64),
            |object| object["proof"] = json!([object["proof"].clone()]),
            |object| object["proof"] = json!("none"),
            |object| object["proof"]["created"] = json!("yesterday"),
            |object| object["proof"]["proofValue"] = json!("z11"),
            |object| object["object"]["tag"] = json!([{"@graph": []}]),
            |object| object["@included"] = json!({}),
            |object| object["@context"] = json!([{"a": {"@reverse": "b"}}]),
        ];
        for change in malformed {
            let mut changed = object.clone();
            change(&mut changed);
            let error = verify(&changed, key.public(), now()).expect_err("malformed");
            assert!(matches!(error, ProofError::Malformed(_)), "{error}: {changed}");
        }
        for (name, value) in
            [("type", "Ed25519Signature2020"), ("cryptosuite", "jcs-eddsa-2022"), ("proofPurpose", "authentication")]
        {
            let mut changed = object.clone();
            changed["proof"][name] = json!(value);
            let error = ProofView::of(&changed).expect_err("another kind");
            assert!(matches!(error, ProofError::Unsupported(_)), "{error}");
            assert!(error.to_string().contains(value), "{error}");
        }
        assert_eq!(ProofView::of(&json!({"type": "Note"})), Ok(None));
        let (mut again, rsa) = (object, PrivateKey::generate_rsa().expect("a key"));
        assert!(attach(&mut again, METHOD, &key, now()).is_err(), "twice");
        let mut linked = json!({"signature": {"type": "RsaSignature2017"}});
        assert!(attach(&mut linked, METHOD, &key, now()).is_err(), "after");
        assert!(attach(&mut json!({}), METHOD, &rsa, now()).is_err(), "RSA");
        assert!(attach(&mut json!([]), METHOD, &key, now()).is_err(), "list");
    }

    proptest::proptest! {
        // Another parser rounds decimal numbers correctly, so ours must, or proofs over coordinates fail by chance.
        #[test]
        fn decimal_numbers_are_read_to_the_nearest_double(number in proptest::num::f64::NORMAL) {
            let text = format!("{number:e}");
            let read: Value = serde_json::from_str(&text).expect("a number");
            proptest::prop_assert_eq!(read.as_f64(), Some(number));
        }
    }

    #[test]
    fn a_proof_holds_from_an_hour_before_created_until_expires() {
        let (object, key) = signed();
        let at = |minutes| now() + SignedDuration::from_mins(minutes);
        assert!(verify(&object, key.public(), at(-60)).is_ok());
        assert!(matches!(verify(&object, key.public(), at(-61)), Err(ProofError::Stale(_))));
        assert!(verify(&object, key.public(), at(60 * 24 * 365)).is_ok());

        let mut ending = object;
        ending["proof"]["expires"] = json!(at(5).to_string());
        let document = ending.as_object().expect("an object");
        let proof = document["proof"].as_object().expect("an object");
        let data = hash_data(document, proof).expect("canonical");
        let value = bs58::encode(key.sign(&data).expect("signed")).into_string();
        ending["proof"]["proofValue"] = json!(format!("z{value}"));
        assert!(verify(&ending, key.public(), at(5)).is_ok());
        assert!(matches!(verify(&ending, key.public(), at(6)), Err(ProofError::Stale(_))));
    }
}
