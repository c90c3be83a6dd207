//! Proofs of the W3C over a document's graph, which this node neither makes nor accepts.
//!
//! What they share with ours is everything after the canonical form: two hashes, the proof's first, and an Ed25519
//! signature over both. The canonical form is published as a text, and the few statements of a proof are written here.

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::Value;
use thirdspace::activitypub::key::{PrivateKey, PublicKey};

use super::{ed25519_secret, hex, only_exactly};
use crate::published::Published;

const SECURITY: &str = "https://w3id.org/security#";
const SETS: &str = "TestVectors/proof-set-chain";

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

fn without(value: &Value, names: &[&str]) -> Value {
    let mut value = value.clone();
    names.iter().for_each(|name| drop(value.as_object_mut().expect("an object").remove(*name)));
    value
}

fn hash(text: &str) -> Vec<u8> {
    digest(&SHA256, text.as_bytes()).as_ref().to_vec()
}

fn bytes(multibase: &str) -> Vec<u8> {
    bs58::decode(multibase.strip_prefix('z').expect("base58btc")).into_vec().expect("base58btc")
}

/// The key pair behind `publicKeyMultibase` and `privateKeyMultibase`.
fn pair(value: &Value) -> PrivateKey {
    let key = ed25519_secret(text(value, "privateKeyMultibase"));
    assert_eq!(key.public().to_multibase(), text(value, "publicKeyMultibase"));
    key
}

/// The key that a `did:key` names.
fn named(proof: &Value) -> PublicKey {
    let (_, fragment) = text(proof, "verificationMethod").split_once('#').expect("a fragment");
    PublicKey::from_multibase(fragment).expect("a key")
}

pub fn every_published_text_has_its_hash_and_its_signature(published: &Published) -> String {
    let key = pair(&published.json("TestVectors/keyPair.json"));
    let suites = [
        ("eddsa-rdfc-2022", "DataInt", "unsigned"),
        ("eddsa-rdfc-2022/employ", "DataInt", "employmentAuth"),
        ("Ed25519Signature2020", "EdSig", "unsigned"),
    ];
    for (folder, ending, document) in suites {
        let file = |name: &str| published.text(&format!("TestVectors/{folder}/{name}{ending}.txt"));
        let (document_hash, proof_hash) = (hash(&file("canonDoc")), hash(&file("proofCanon")));
        assert_eq!(hex(&document_hash), file("docHash"), "{folder}");
        assert_eq!(hex(&proof_hash), file("proofHash"), "{folder}");
        let both = [proof_hash, document_hash].concat();
        assert_eq!(hex(&both), file("combinedHash"), "{folder}");
        let signature = key.sign(&both).expect("signed");
        assert_eq!(hex(&signature), file("sigHex"), "{folder}");
        assert_eq!(bytes(&file("sigBTC58")), signature, "{folder}");
        only_exactly(|text, signature| key.public().verifies(text, signature), &both, &signature);

        // The signed document is the unsigned one, the options of its proof, and that signature.
        let signed = published.json(&format!("TestVectors/{folder}/signed{ending}.json"));
        let options = published.json(&format!("TestVectors/{folder}/proofConfig{ending}.json"));
        assert_eq!(options["@context"], signed["@context"], "{folder}");
        assert_eq!(without(&options, &["@context"]), without(&signed["proof"], &["proofValue"]), "{folder}");
        assert_eq!(text(&signed["proof"], "proofValue"), file("sigBTC58"), "{folder}");
        assert_eq!(named(&options).to_multibase(), key.public().to_multibase(), "{folder}");
        // That of the older suite names the context of the suite besides.
        let (signed, unsigned) =
            (without(&signed, &["proof"]), published.json(&format!("TestVectors/{document}.json")));
        assert_eq!(without(&signed, &["@context"]), without(&unsigned, &["@context"]), "{folder}");
    }
    format!("{} proofs over published texts", suites.len())
}

/// The statements of a proof as N-Quads: about its id or the blank node, and in a graph where it is part of a document.
fn statements(proof: &Value, graph: &str) -> Vec<String> {
    let subject = proof["id"].as_str().map_or("_:c14n0".to_owned(), |id| format!("<{id}>"));
    let time = "<http://www.w3.org/2001/XMLSchema#dateTime>";
    let mut facts = vec![
        ("http://purl.org/dc/terms/created".to_owned(), format!("\"{}\"^^{time}", text(proof, "created"))),
        ("http://www.w3.org/1999/02/22-rdf-syntax-ns#type".to_owned(), format!("<{SECURITY}{}>", text(proof, "type"))),
        (format!("{SECURITY}proofPurpose"), format!("<{SECURITY}{}>", text(proof, "proofPurpose"))),
        (format!("{SECURITY}verificationMethod"), format!("<{}>", text(proof, "verificationMethod"))),
    ];
    for (name, kind) in [("cryptosuite", "cryptosuiteString"), ("proofValue", "multibase")] {
        if let Some(value) = proof[name].as_str() {
            facts.push((format!("{SECURITY}{name}"), format!("\"{value}\"^^<{SECURITY}{kind}>")));
        }
    }
    let previous = &proof["previousProof"];
    let previous = previous.as_array().map_or(std::slice::from_ref(previous), Vec::as_slice);
    for id in previous.iter().filter_map(Value::as_str) {
        facts.push((format!("{SECURITY}previousProof"), format!("<{id}>")));
    }
    facts.into_iter().map(|(name, value)| format!("{subject} <{name}> {value}{graph} .\n")).collect()
}

fn canonical(mut statements: Vec<String>) -> String {
    statements.sort();
    statements.concat()
}

/// Each proof of a set signs the document alone; one that follows others signs the document with those in it.
pub fn every_proof_of_a_set_and_of_a_chain_holds(published: &Published) -> String {
    let suite = published.json("TestVectors/eddsa-rdfc-2022/proofConfigDataInt.json");
    let proof = published.text("TestVectors/eddsa-rdfc-2022/proofCanonDataInt.txt");
    assert_eq!(canonical(statements(&suite, "")), proof, "the statements written here are the published ones");
    let document = published.text("TestVectors/eddsa-rdfc-2022/canonDocDataInt.txt");
    let read = |name: &str| published.json(&format!("{SETS}/{name}.json"));
    let (unsigned, keys) = (read("unsigned"), read("multiKeyPairs"));
    assert_eq!(unsigned, published.json("TestVectors/unsigned.json"));

    let cases = [
        ("proofSetConfig", "1", "keyPair1", None, "signedProofSet1"),
        ("proofSetConfig", "2", "keyPair2", None, "signedProofSet2"),
        ("proofChainConfig", "1", "keyPair3", Some("proofChainTempDoc1"), "signedProofChain1"),
        ("proofChainConfig", "2", "keyPair4", Some("proofChainTempDoc2"), "signedProofChain2"),
    ];
    let mut all: Vec<Value> = Vec::new();
    for (config, number, key, signed_with, result) in cases {
        let options = read(&format!("{config}{number}"));
        let signed = read(&format!("{config}Signed{number}"));
        assert_eq!(without(&signed, &["proofValue"]), options, "{result}");

        let mut whole: Vec<String> = document.split_inclusive('\n').map(str::to_owned).collect();
        if let Some(name) = signed_with {
            let with = read(name);
            assert_eq!(without(&with, &["proof"]), unsigned, "{name}");
            let previous = with["proof"].as_array().expect("proofs");
            assert!(previous.iter().all(|proof| all.contains(proof)), "{name}");
            for (at, proof) in previous.iter().enumerate() {
                whole.push(format!("<{}> <{SECURITY}proof> _:c14n{at} .\n", text(&unsigned, "id")));
                whole.extend(statements(proof, &format!(" _:c14n{at}")));
            }
        }
        let both = [hash(&canonical(statements(&options, ""))), hash(&canonical(whole))].concat();
        let key = pair(&keys[key]);
        assert_eq!(named(&options).to_multibase(), key.public().to_multibase(), "{result}");
        let signature = bytes(text(&signed, "proofValue"));
        assert_eq!(key.sign(&both).expect("signed"), signature, "{result}");
        only_exactly(|text, signature| key.public().verifies(text, signature), &both, &signature);

        // What is published in the end carries every proof so far.
        all.push(signed);
        let published = read(result);
        assert_eq!(without(&published, &["proof"]), unsigned, "{result}");
        let carried = &published["proof"];
        assert_eq!(carried.as_array().map_or(std::slice::from_ref(carried), Vec::as_slice), all, "{result}");
    }
    format!("{} proofs of sets and chains", cases.len())
}

/// `Ed25519Signature2020` has a context of its own: each statement of its published proof has a name there.
pub fn the_published_context_defines_what_its_proof_says(published: &Published) -> String {
    let context = published.json("contexts/lds-ed25519-2020-v1.json");
    let defined = &context["@context"]["Ed25519Signature2020"];
    let options = published.json("TestVectors/Ed25519Signature2020/proofConfigEdSig.json");
    let canon = published.text("TestVectors/Ed25519Signature2020/proofCanonEdSig.txt");
    assert_eq!(canonical(statements(&options, "")), canon, "the statements written here are the published ones");
    assert!(canon.contains(&format!("<{}>", text(defined, "@id"))), "the type of the proof");
    let terms = without(&options, &["type", "@context"]);
    for term in terms.as_object().expect("terms").keys() {
        let id = text(&defined["@context"][term], "@id");
        assert!(canon.contains(&format!(" <{id}> ")), "{term} is {id}");
    }
    "1 context".to_owned()
}
