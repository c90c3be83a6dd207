//! Requests as they arrive, signed by code that stands apart from the code under test.

mod peers;
mod properties;
mod refusals;
mod sending;

use std::sync::LazyLock;

use url::Url;

use super::*;
use crate::activitypub::digest::BodyDigest;
use crate::activitypub::key::{PrivateKey, PublicKey};

static RSA: LazyLock<PrivateKey> = LazyLock::new(|| PrivateKey::generate_rsa().expect("an RSA key"));
static ED25519: LazyLock<PrivateKey> = LazyLock::new(|| PrivateKey::generate_ed25519().expect("an Ed25519 key"));

const BODY: &[u8] = br#"{"type":"Follow"}"#;
const DATE: &str = "Tue, 24 Nov 2026 00:10:00 GMT";

fn now() -> Timestamp {
    "2026-11-24T00:12:00Z".parse().expect("a time")
}

fn origin() -> Url {
    Url::parse("https://node.example/").expect("a URL")
}

/// A request as it arrives, owned so that tests can bend it.
#[derive(Debug, Clone)]
struct Request {
    method: &'static str,
    target: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

impl Request {
    /// A POST of `BODY` or a GET, with every header that one of the peers signs.
    fn new(method: &'static str, target: &str) -> Self {
        let body = if method == "POST" { BODY } else { b"" };
        let digest = BodyDigest::of(body);
        let mut request = Self { method, target: target.to_owned(), headers: Vec::new(), body: body.to_vec() };
        request.set("host", "node.example");
        request.set("date", DATE);
        request.set("accept", "application/activity+json");
        if method == "POST" {
            request.set("digest", &digest.to_digest());
            request.set("content-digest", &digest.to_content_digest());
            request.set("content-type", "application/activity+json");
            request.set("content-length", &body.len().to_string());
        }
        request
    }

    fn set(&mut self, name: &str, value: &str) {
        self.headers.retain(|(other, _)| other != name);
        self.headers.push((name.to_owned(), value.as_bytes().to_vec()));
    }

    fn get(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(other, _)| other == name);
        let (_, value) = found.unwrap_or_else(|| panic!("no {name} in the test request"));
        std::str::from_utf8(value).expect("text")
    }

    fn check(&self, key: &PublicKey) -> Result<ReceivedSignature, SignatureError> {
        self.check_at(key, now())
    }

    fn check_at(&self, key: &PublicKey, at: Timestamp) -> Result<ReceivedSignature, SignatureError> {
        let headers: Vec<(&str, &[u8])> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
        let origin = origin();
        let message = Message::received(self.method, &self.target, &origin, &headers);
        let received = parse(&message, at)?;
        received.verify(key, Some(&BodyDigest::of(&self.body)))?;
        Ok(received)
    }

    /// Signs like a peer: the text is put together here, by other code than that under test. `{}` in `header` is
    /// the signature, `covered` what its `headers` lists.
    fn sign_like_a_peer(&mut self, covered: &str, target: &str, header: &str) {
        let lines: Vec<String> = covered
            .split(' ')
            .map(|name| match name {
                "(request-target)" => {
                    format!("{name}: {} {target}", self.method.to_lowercase())
                }
                "(created)" => format!("{name}: {}", now().as_second()),
                "(expires)" => format!("{name}: {}", now().as_second() + 300),
                _ => format!("{name}: {}", self.get(name)),
            })
            .collect();
        let signature = RSA.sign(lines.join("\n").as_bytes()).expect("signed");
        let value = header
            .replace("{covered}", covered)
            .replace("{created}", &now().as_second().to_string())
            .replace("{expires}", &(now().as_second() + 300).to_string())
            .replace("{signature}", &base64(&signature));
        self.set("signature", &value);
    }

    /// The same for RFC 9421: `values` are the values of the components, in their order.
    fn sign_rfc9421_like_a_peer(&mut self, parameters: &str, values: &[&str], key: &PrivateKey) {
        let names = parameters.split(['(', ')']).nth(1).expect("a list");
        let mut lines: Vec<String> =
            names.split(' ').zip(values).map(|(name, value)| format!("{name}: {value}")).collect();
        lines.push(format!("\"@signature-params\": {parameters}"));
        let signature = key.sign(lines.join("\n").as_bytes()).expect("signed");
        self.set("signature-input", &format!("sig1={parameters}"));
        self.set("signature", &format!("sig1=:{}:", base64(&signature)));
    }
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn signed_post() -> Request {
    let mut request = Request::new("POST", "/inbox");
    request.sign_like_a_peer(
        "(request-target) host date digest content-type",
        "/inbox",
        r#"keyId="https://peer.example/u/a#main-key",algorithm="rsa-sha256",headers="{covered}",signature="{signature}""#,
    );
    request
}
