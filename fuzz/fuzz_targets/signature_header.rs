//! The headers of a signed request as a stranger may send them. The input is one `name: value` per line after a
//! first line with method and target; the parser must neither panic nor find a signature that a made-up key verifies.
#![no_main]

use std::sync::LazyLock;

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use thirdspace_fuzz::activitypub::digest::BodyDigest;
use thirdspace_fuzz::activitypub::key::PublicKey;
use thirdspace_fuzz::activitypub::proof;
use thirdspace_fuzz::activitypub::signature::{Message, parse, signature_base};
use url::Url;

static ORIGIN: LazyLock<Url> = LazyLock::new(|| Url::parse("https://node.example").expect("a URL"));
static KEY: LazyLock<PublicKey> = LazyLock::new(|| {
    PublicKey::from_multibase("z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK").expect("a key")
});

fuzz_target!(|input: &[u8]| {
    let mut lines = input.split(|byte| *byte == b'\n');
    let start = String::from_utf8_lossy(lines.next().unwrap_or_default());
    let (method, target) = start.split_once(' ').unwrap_or(("POST", "/inbox"));
    let owned: Vec<(String, &[u8])> = lines
        .filter_map(|line| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let (name, value) = line.split_at(colon);
            Some((String::from_utf8_lossy(name).into_owned(), &value[1..]))
        })
        .collect();
    let headers: Vec<(&str, &[u8])> = owned
        .iter()
        .map(|(name, value)| (name.as_str(), *value))
        .collect();
    let message = Message::received(method, target, &ORIGIN, &headers);
    let now = Timestamp::from_second(1_795_479_000).expect("a time");
    match parse(&message, now) {
        Ok(received) => assert!(received.verify(&KEY, None).is_err()),
        // The sentence goes back to the sender, so it must be made without harm too.
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    for (_, value) in &headers {
        let text = String::from_utf8_lossy(value);
        let _ = BodyDigest::from_digest(&text);
        let _ = BodyDigest::from_content_digest(&text);
        let _ = PublicKey::from_pem(&text);
        let _ = PublicKey::from_multibase(&text);
        let _ = signature_base(&message, &text);
        if let Ok(object) = serde_json::from_str(&text) {
            assert!(proof::verify(&object, &KEY, now).is_err());
        }
    }
});
