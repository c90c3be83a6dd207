//! What one signed request costs, without the network: signing, reading the header, verifying with a cached key.

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::Timestamp;
use std::hint::black_box;
use thirdspace::activitypub::digest::BodyDigest;
use thirdspace::activitypub::key::{PrivateKey, PublicKey};
use thirdspace::activitypub::signature::{Message, http_date, parse, sign_cavage, sign_rfc9421};
use url::Url;

const KEY_ID: &str = "https://node.example/members/ana#main-key";

fn signatures(c: &mut Criterion) {
    let rsa = PrivateKey::generate_rsa().expect("an RSA key");
    let ed25519 = PrivateKey::generate_ed25519().expect("an Ed25519 key");
    let body = vec![b'x'; 2048];
    let digest = BodyDigest::of(&body);
    let now: Timestamp = "2026-11-24T00:10:00Z".parse().expect("a time");
    let url = Url::parse("https://peer.example/members/bob/inbox").expect("a URL");
    let (date, digest_header) = (http_date(now), digest.to_digest());
    let content_digest = digest.to_content_digest();
    let unsigned: Vec<(&str, &[u8])> = vec![
        ("host", b"peer.example"),
        ("user-agent", b"thirdspace/0.1 (+https://node.example)"),
        ("accept-encoding", b"gzip"),
        ("date", date.as_bytes()),
        ("digest", digest_header.as_bytes()),
        ("content-digest", content_digest.as_bytes()),
        ("content-type", b"application/activity+json"),
        ("content-length", b"2048"),
    ];
    let message = Message::sent("POST", &url, &unsigned);

    let cavage = sign_cavage(&message, KEY_ID, &rsa).expect("signed");
    let mut with_cavage = unsigned.clone();
    with_cavage.push(("signature", cavage.as_bytes()));
    let cavage_message = Message::sent("POST", &url, &with_cavage);
    let rfc9421 = sign_rfc9421(&message, KEY_ID, &ed25519, now).expect("signed");
    let mut with_rfc9421 = unsigned.clone();
    with_rfc9421.push(("signature-input", rfc9421.signature_input.as_bytes()));
    with_rfc9421.push(("signature", rfc9421.signature.as_bytes()));
    let rfc9421_message = Message::sent("POST", &url, &with_rfc9421);
    let cavage_parsed = parse(&cavage_message, now).expect("parsed");
    let rfc9421_parsed = parse(&rfc9421_message, now).expect("parsed");

    c.bench_function("digest of 2 KiB", |b| b.iter(|| BodyDigest::of(black_box(&body))));
    c.bench_function("cavage sign (RSA-2048)", |b| b.iter(|| sign_cavage(black_box(&message), KEY_ID, &rsa)));
    c.bench_function("cavage parse", |b| b.iter(|| parse(black_box(&cavage_message), now)));
    c.bench_function("cavage verify (RSA-2048, cached key)", |b| {
        b.iter(|| cavage_parsed.verify(black_box(rsa.public()), Some(&digest)))
    });
    c.bench_function("RSA public key from PEM", |b| {
        let pem = rsa.public().to_pem();
        b.iter(|| PublicKey::from_pem(black_box(&pem)))
    });
    c.bench_function("rfc9421 sign (Ed25519)", |b| b.iter(|| sign_rfc9421(black_box(&message), KEY_ID, &ed25519, now)));
    c.bench_function("rfc9421 parse", |b| b.iter(|| parse(black_box(&rfc9421_message), now)));
    c.bench_function("rfc9421 verify (Ed25519)", |b| {
        b.iter(|| rfc9421_parsed.verify(black_box(ed25519.public()), Some(&digest)))
    });
}

criterion_group!(benches, signatures);
criterion_main!(benches);
