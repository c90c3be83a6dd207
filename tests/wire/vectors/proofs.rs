//! `eddsa-jcs-2022`: every intermediate value of the W3C vector, and the vector of FEP-8b32.

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Value, json};

use super::{ed25519_secret, hex};
use crate::published::Published;
use thirdspace::activitypub::key::PublicKey;
use thirdspace::activitypub::proof::{ProofError, ProofView, attach, canonical, verify};

pub fn the_w3c_vector_is_reached_step_by_step(published: &Published) -> String {
    let jcs = |name: &str| published.text(&format!("TestVectors/eddsa-jcs-2022/{name}JCS.txt"));
    let pair = published.json("TestVectors/keyPair.json");
    let member = |name: &str| pair[name].as_str().expect("a string").to_owned();
    let key = ed25519_secret(&member("privateKeyMultibase"));
    assert_eq!(key.public().to_multibase(), member("publicKeyMultibase"));

    let unsigned = published.json("TestVectors/unsigned.json");
    let options = published.json("TestVectors/eddsa-jcs-2022/proofConfigJCS.json");
    let (document, proof) = (canonical(&unsigned).expect("canonical"), canonical(&options).expect("canonical"));
    assert_eq!(String::from_utf8_lossy(&document), jcs("canonDoc"));
    assert_eq!(String::from_utf8_lossy(&proof), jcs("proofCanon"));
    let (document, proof) = (digest(&SHA256, &document), digest(&SHA256, &proof));
    assert_eq!(hex(document.as_ref()), jcs("docHash"));
    assert_eq!(hex(proof.as_ref()), jcs("proofHash"));
    let both = [proof.as_ref(), document.as_ref()].concat();
    assert_eq!(hex(&both), jcs("combinedHash"));
    let signature = key.sign(&both).expect("signed");
    assert_eq!(hex(&signature), jcs("sigHex"));
    assert_eq!(format!("z{}", bs58::encode(signature).into_string()), jcs("sigBTC58"));

    let signed = published.json("TestVectors/eddsa-jcs-2022/signedJCS.json");
    let view = ProofView::of(&signed).expect("well-formed").expect("a proof");
    let mut made = unsigned;
    attach(&mut made, view.verification_method, &key, view.created).expect("a proof");
    assert_eq!(made, signed);
    verify(&signed, key.public(), view.created).expect("the published proof");
    every_changed_byte_is_noticed(&signed, key.public());
    "eddsa-jcs-2022 in 9 steps".to_owned()
}

/// What the reader of proofs says of every document: none, ours, a suite that is refused by its name, or several at once.
pub fn every_document_says_which_proof_it_carries(published: &Published) -> String {
    let (mut without, mut ours, mut refused) = (0, 0, 0);
    for name in published.names() {
        let file = name.rsplit('/').next().expect("a name");
        let kinds = ["signed", "unsigned", "employmentAuth", "proofChainTempDoc"];
        if !kinds.iter().any(|kind| file.starts_with(kind)) {
            continue;
        }
        let document = published.json(&name);
        let read = ProofView::of(&document);
        let Some(proof) = document.get("proof") else {
            assert_eq!(read, Ok(None), "{name}");
            without += 1;
            continue;
        };
        let suite = proof["cryptosuite"].as_str().or(proof["type"].as_str());
        match (suite, read) {
            (Some("eddsa-jcs-2022"), Ok(Some(view))) => {
                assert_eq!(proof["verificationMethod"], view.verification_method, "{name}");
                ours += 1;
            }
            (Some(suite), Err(ProofError::Unsupported(words))) => {
                assert!(words.contains(suite), "{name}: {words}");
                refused += 1;
            }
            (None, Err(ProofError::Malformed(words))) => {
                assert!(proof.is_array() && words.contains("not one object"), "{name}: {words}");
                refused += 1;
            }
            (suite, read) => panic!("{name} with {suite:?} is read as {read:?}"),
        }
    }
    assert!(without > 0 && ours > 0, "{without} without a proof, {ours} with ours");
    format!("{without} documents without a proof, {ours} with ours, {refused} refused by name")
}

#[test]
fn the_vector_of_fep_8b32_is_made_and_verified() {
    let key = ed25519_secret("z3u2en7t5LR2WtQH5PfFqMqwVHBeXouLzo6haApm8XHqvjxq");
    let value = "z42ffGu6AUKPCFcFPiabmUvnGLPJzC7e4DGWC52NUasSSH37UMa9c58tdgVszUcZfytxa4fQ5TYHaJENCxUDe9SdL";
    let method = "https://server.example/users/alice#ed25519-key";
    // The document of the FEP (public domain), without its proof.
    let unsigned = json!({
        "@context": [
            "https://www.w3.org/ns/activitystreams",
            "https://w3id.org/security/data-integrity/v2"
        ],
        "id": "https://server.example/activities/1",
        "type": "Create",
        "actor": "https://server.example/users/alice",
        "object": {
            "id": "https://server.example/objects/1",
            "type": "Note",
            "attributedTo": "https://server.example/users/alice",
            "content": "Hello world",
            "location": {"type": "Place", "longitude": -71.184902, "latitude": 25.273962}
        }
    });
    let created = "2023-02-24T23:36:38Z".parse().expect("a time");
    let mut signed = unsigned;
    attach(&mut signed, method, &key, created).expect("a proof");
    assert_eq!(signed["proof"]["proofValue"], value);
    let view = verify(&signed, key.public(), created).expect("the published proof");
    assert_eq!(view.verification_method, method);
    every_changed_byte_is_noticed(&signed, key.public());
}

fn every_changed_byte_is_noticed(signed: &Value, key: &PublicKey) {
    let at = ProofView::of(signed).expect("well-formed").expect("a proof").created;
    let text = signed.to_string();
    let (mut tried, mut refused) = (0, 0);
    for position in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[position] ^= 1;
        // Half of the changes are no JSON any more; the parser refuses those.
        let Ok(changed) = serde_json::from_slice::<Value>(&bytes) else {
            continue;
        };
        tried += 1;
        match verify(&changed, key, at) {
            Ok(_) => panic!("byte {position} may be changed: {changed}"),
            Err(ProofError::Wrong(_)) => refused += 1,
            Err(_) => {}
        }
    }
    assert!(refused > 100 && tried > refused, "{refused} of {tried}");
}
