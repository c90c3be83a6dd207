//! Signatures published with draft-cavage-12 (appendix C) and RFC 9421 (appendix B).
//!
//! They cover less than this node asks for and are years old, so the steps are held against them one by one: digest,
//! signed text, key, signature. What is not supported is refused with its name.

use aws_lc_rs::{hmac, signature};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use rsa::pkcs8::DecodePublicKey as _;
use rsa::signature::Verifier as _;
use serde_json::Value;
use thirdspace::activitypub::digest::{BodyDigest, DigestError};
use thirdspace::activitypub::key::{KeyError, PublicKey};
use thirdspace::activitypub::signature::{Message, parse, signature_base, signing_string};
use url::Url;

use super::only_exactly;
use crate::published::Published;

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

fn pairs(headers: &[(String, String)]) -> Vec<(&str, &[u8])> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect()
}

pub fn draft_cavage_12_appendix_c(published: &Published) -> String {
    let vectors = published.json("draft-cavage-12-appendix-c.json");
    let request = &vectors["request"];
    let headers: Vec<(String, String)> = request["headers"]
        .as_object()
        .expect("headers")
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().expect("text").to_owned()))
        .collect();
    let digest = BodyDigest::of(text(request, "body").as_bytes());
    assert_eq!(digest.to_digest(), text(&request["headers"], "digest"));

    // Its key has 1024 bits: this node refuses it, so the other library verifies what this one composed.
    let pem = text(&vectors, "public_key_pem");
    assert_eq!(PublicKey::from_pem(pem), Err(KeyError::RsaSize { bits: 1024 }));
    let key = rsa::PublicKey::from_public_key_pem(pem).expect("a key");
    let key = rsa::pkcs1v15::VerifyingKey::<sha2::Sha256>::new(key);

    let origin = Url::parse("https://example.com").expect("a URL");
    let headers = pairs(&headers);
    let message = Message::received(text(request, "method"), text(request, "target"), &origin, &headers);
    let (mut texts, mut signatures) = (0, 0);
    for case in vectors["cases"].as_array().expect("cases") {
        let name = text(case, "name");
        let composed = signing_string(
            &message,
            text(case, "headers").split(' '),
            case["created"].as_i64(),
            case["expires"].as_i64(),
        )
        .expect("every component is there");
        assert_eq!(String::from_utf8_lossy(&composed.bytes), text(case, "signing_string"), "{name}");
        texts += 1;
        // The third one is wrong in the draft, which says so itself.
        if case["verified_here_with_python_cryptography"] == true {
            let verifies = |text: &[u8], signature: &[u8]| {
                rsa::pkcs1v15::Signature::try_from(signature)
                    .is_ok_and(|signature| key.verify(text, &signature).is_ok())
            };
            let signature = STANDARD.decode(text(case, "signature")).expect("base64");
            only_exactly(verifies, &composed.bytes, &signature);
            signatures += 1;
        }
    }
    assert_eq!((texts, signatures), (3, 2));
    format!("draft-cavage-12: 1 digest, {texts} signing strings, {signatures} signatures")
}

/// Head and body of a request or an answer as the RFC prints it.
fn split(http: &str) -> (Vec<&str>, Vec<(String, String)>, &str) {
    let (head, body) = http.split_once("\n\n").expect("head and body");
    let mut lines = head.lines();
    let start = lines.next().expect("a first line").split(' ').collect();
    let headers = lines
        .map(|line| line.split_once(": ").expect("a header"))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    (start, headers, body)
}

type Verifier = Box<dyn Fn(&[u8], &[u8]) -> bool>;

/// Who says whether a published signature holds: ours for Ed25519; for what this node refuses, the library below it.
fn verifier(name: &str, key: &Value) -> Verifier {
    let ours = || PublicKey::from_pem(text(key, "public_pem")).expect("a key");
    let number = |member: &str| URL_SAFE_NO_PAD.decode(text(&key["jwk"], member)).expect("base64url");
    let below = |algorithm: &'static dyn signature::VerificationAlgorithm, key: Vec<u8>| -> Verifier {
        let key = signature::UnparsedPublicKey::new(algorithm, key);
        Box::new(move |text, signature| key.verify(text, signature).is_ok())
    };
    match name.rsplit(' ').next().expect("a name") {
        "ed25519" => {
            let key = ours();
            Box::new(move |text, signature| key.verifies(text, signature))
        }
        "rsa-pss-sha512" => below(&signature::RSA_PSS_2048_8192_SHA512, ours().to_spki_der().to_vec()),
        "ecdsa-p256-sha256" => below(&signature::ECDSA_P256_SHA256_FIXED, [vec![4], number("x"), number("y")].concat()),
        "hmac-sha256" => {
            let key = STANDARD.decode(text(key, "secret_base64")).expect("base64");
            let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
            Box::new(move |text, signature| hmac::verify(&key, text, signature).is_ok())
        }
        other => panic!("{other} is new"),
    }
}

pub fn rfc_9421_appendix_b(published: &Published) -> String {
    let vectors = published.json("rfc9421-appendix-b.json");
    let (start, headers, _) = split(text(&vectors, "test_request"));
    let origin = Url::parse("https://example.com").expect("a URL");
    let headers = pairs(&headers);
    let message = Message::received(start[0], start[1], &origin, &headers);
    let (mut bases, mut refused) = (0, 0);

    for case in vectors["vectors"].as_array().expect("vectors") {
        let name = text(case, "name");
        only_exactly(
            verifier(name, &vectors["keys"][text(case, "keyid")]),
            text(case, "signature_base").as_bytes(),
            &STANDARD.decode(text(case, "signature")).expect("base64"),
        );
        let (label, parameters) = text(case, "signature_input").split_once('=').expect("a label");
        if name.contains("Response") {
            let words = signature_base(&message, parameters).expect_err(name).to_string();
            assert!(words.contains("@status"), "{words}");
            refused += 1;
            continue;
        }
        let base = signature_base(&message, parameters).expect("every component is there");
        assert_eq!(String::from_utf8_lossy(&base), text(case, "signature_base"), "{name}");
        bases += 1;

        let algorithm = name.rsplit(' ').next().expect("a name");
        if algorithm != "ed25519" {
            let input = format!("{};alg=\"{algorithm}\"", text(case, "signature_input"));
            let signature = format!("{label}=:{}:", text(case, "signature"));
            let mut headers = headers.clone();
            headers.push(("signature-input", input.as_bytes()));
            headers.push(("signature", signature.as_bytes()));
            let message = Message::received(start[0], start[1], &origin, &headers);
            let now = Timestamp::from_second(1_618_884_473).expect("a time");
            let words = parse(&message, now).expect_err(name).to_string();
            assert!(words.contains(algorithm), "{words}");
            refused += 1;
        }
    }
    let signatures = vectors["vectors"].as_array().expect("vectors").len();
    assert_eq!((bases, signatures, refused), (5, 6, 5));
    format!("RFC 9421: {bases} signature bases, {signatures} signatures, {refused} refused by name")
}

pub fn rfc_9421_keys_and_digests(published: &Published) -> String {
    let vectors = published.json("rfc9421-appendix-b.json");
    let keys = &vectors["keys"];
    for (name, supported) in [
        ("test-key-rsa", Ok("n")),
        ("test-key-rsa-pss", Ok("n")),
        ("test-key-ed25519", Ok("x")),
        ("test-key-ecc-p256", Err("EC (ECDSA)")),
    ] {
        let key = PublicKey::from_pem(text(&keys[name], "public_pem"));
        match (key, supported) {
            (Ok(key), Ok(member)) => {
                // The number in the JWK stands as it is in the DER of the key.
                let number = URL_SAFE_NO_PAD.decode(text(&keys[name]["jwk"], member)).expect("base64url");
                let der = key.to_spki_der();
                assert!(der.windows(number.len()).any(|window| window == number), "{name}");
            }
            (Err(KeyError::Unsupported(kind)), Err(expected)) => assert_eq!(kind, expected),
            (key, _) => panic!("{name}: {key:?}"),
        }
    }
    // A PSS signature is none of PKCS#1 v1.5, whatever the key.
    let pss = PublicKey::from_pem(text(&keys["test-key-rsa-pss"], "public_pem")).expect("a key");
    let case = &vectors["vectors"][0];
    let signature = STANDARD.decode(text(case, "signature")).expect("base64");
    assert!(!pss.verifies(text(case, "signature_base").as_bytes(), &signature));

    // Both messages carry SHA-512 alone, which no fediverse server sends.
    for name in ["test_request", "test_response"] {
        let (_, headers, _) = split(text(&vectors, name));
        let digest = headers.iter().find(|(name, _)| name == "Content-Digest");
        let (_, digest) = digest.expect("a digest");
        let refused = BodyDigest::from_content_digest(digest);
        assert_eq!(refused, Err(DigestError::Unsupported("sha-512".to_owned())));
    }
    "4 keys, 2 digests".to_owned()
}
