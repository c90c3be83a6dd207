//! `eddsa-jcs-2022`: every intermediate value of the W3C vector, and the vector of FEP-8b32.

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Value, json};

use super::{ed25519_secret, folder, hex, read};
use thirdspace::activitypub::key::PublicKey;
use thirdspace::activitypub::proof::{ProofError, ProofView, attach, canonical, verify};

#[test]
fn the_w3c_vector_is_reached_step_by_step() {
    let Some(folder) = folder("eddsa/TestVectors") else {
        return;
    };
    let jcs = folder.join("eddsa-jcs-2022");
    let parse = |text: String| -> Value { serde_json::from_str(&text).expect("JSON") };
    let pair = parse(read(&folder, "keyPair.json"));
    let member = |name: &str| pair[name].as_str().expect("a string").to_owned();
    let key = ed25519_secret(&member("privateKeyMultibase"));
    assert_eq!(key.public().to_multibase(), member("publicKeyMultibase"));

    let unsigned = parse(read(&folder, "unsigned.json"));
    let options = parse(read(&jcs, "proofConfigJCS.json"));
    let (document, proof) = (canonical(&unsigned).expect("canonical"), canonical(&options).expect("canonical"));
    assert_eq!(String::from_utf8_lossy(&document), read(&jcs, "canonDocJCS.txt"));
    assert_eq!(String::from_utf8_lossy(&proof), read(&jcs, "proofCanonJCS.txt"));
    let (document, proof) = (digest(&SHA256, &document), digest(&SHA256, &proof));
    assert_eq!(hex(document.as_ref()), read(&jcs, "docHashJCS.txt"));
    assert_eq!(hex(proof.as_ref()), read(&jcs, "proofHashJCS.txt"));
    let both = [proof.as_ref(), document.as_ref()].concat();
    assert_eq!(hex(&both), read(&jcs, "combinedHashJCS.txt"));
    let signature = key.sign(&both).expect("signed");
    assert_eq!(hex(&signature), read(&jcs, "sigHexJCS.txt"));
    let value = format!("z{}", bs58::encode(signature).into_string());
    assert_eq!(value, read(&jcs, "sigBTC58JCS.txt"));

    let signed = parse(read(&jcs, "signedJCS.json"));
    let view = ProofView::of(&signed).expect("well-formed").expect("a proof");
    let mut made = unsigned;
    attach(&mut made, view.verification_method, &key, view.created).expect("a proof");
    assert_eq!(made, signed);
    verify(&signed, key.public(), view.created).expect("the published proof");
    every_changed_byte_is_noticed(&signed, key.public());
    println!("1 proof of the W3C in 9 steps");
}

#[test]
fn other_suites_of_the_w3c_are_refused_by_name() {
    let Some(folder) = folder("eddsa/TestVectors") else {
        return;
    };
    let mut count = 0;
    for (name, word) in [
        ("eddsa-rdfc-2022/signedDataInt.json", "eddsa-rdfc-2022"),
        ("eddsa-rdfc-2022/employ/signedDataInt.json", "eddsa-rdfc-2022"),
        ("Ed25519Signature2020/signedEdSig.json", "Ed25519Signature2020"),
        ("proof-set-chain/signedProofSet2.json", "not one object"),
        ("proof-set-chain/signedProofChain2.json", "not one object"),
    ] {
        let object: Value = serde_json::from_str(&read(&folder, name)).expect("JSON");
        let words = ProofView::of(&object).expect_err(name).to_string();
        assert!(words.contains(word), "{name}: {words}");
        count += 1;
    }
    println!("{count} other proofs of the W3C refused");
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
    println!("1 proof of FEP-8b32");
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
