//! What peers send is accepted; what broke other servers is refused, with the reason in the sentence.

use std::sync::LazyLock;

use jiff::SignedDuration;
use url::Url;

use super::super::digest::BodyDigest;
use super::super::key::{PrivateKey, PublicKey};
use super::*;

pub(super) static RSA: LazyLock<PrivateKey> =
    LazyLock::new(|| PrivateKey::generate_rsa().expect("an RSA key"));
pub(super) static ED25519: LazyLock<PrivateKey> =
    LazyLock::new(|| PrivateKey::generate_ed25519().expect("an Ed25519 key"));

const BODY: &[u8] = br#"{"type":"Follow"}"#;
const DATE: &str = "Tue, 24 Nov 2026 00:10:00 GMT";

pub(super) fn now() -> Timestamp {
    "2026-11-24T00:12:00Z".parse().expect("a time")
}

pub(super) fn origin() -> Url {
    Url::parse("https://node.example/").expect("a URL")
}

/// A request as it arrives, owned so that tests can bend it.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) method: &'static str,
    pub(super) target: String,
    pub(super) headers: Vec<(String, Vec<u8>)>,
    pub(super) body: Vec<u8>,
}

impl Request {
    /// A POST of `BODY` or a GET, with every header that one of the peers signs.
    fn new(method: &'static str, target: &str) -> Self {
        let body = if method == "POST" { BODY } else { b"" };
        let digest = BodyDigest::of(body);
        let mut request = Self {
            method,
            target: target.to_owned(),
            headers: Vec::new(),
            body: body.to_vec(),
        };
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

    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.headers.retain(|(other, _)| other != name);
        self.headers
            .push((name.to_owned(), value.as_bytes().to_vec()));
    }

    fn get(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(other, _)| other == name);
        let (_, value) = found.unwrap_or_else(|| panic!("no {name} in the test request"));
        std::str::from_utf8(value).expect("text")
    }

    pub(super) fn check(&self, key: &PublicKey) -> Result<ReceivedSignature, SignatureError> {
        self.check_at(key, now())
    }

    fn check_at(
        &self,
        key: &PublicKey,
        at: Timestamp,
    ) -> Result<ReceivedSignature, SignatureError> {
        let headers: Vec<(&str, &[u8])> = self
            .headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_slice()))
            .collect();
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
        let mut lines: Vec<String> = names
            .split(' ')
            .zip(values)
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
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

#[test]
fn every_peer_that_signs_the_old_way_is_understood() {
    const ALL: &str = "(request-target) host date digest content-type";
    // Software, method, target as sent, target as signed, covered headers, shape of the header, key id.
    let samples = [
        (
            "Mastodon",
            "POST",
            "/inbox",
            "/inbox",
            "host date content-type digest (request-target)",
            r#"keyId="K",algorithm="rsa-sha256",headers="{covered}",signature="{signature}""#,
            "https://m.example/users/a#main-key",
        ),
        (
            "Mastodon, page",
            "GET",
            "/members/b/followers?page=1",
            "/members/b/followers?page=1",
            "host date (request-target)",
            r#"keyId="K",algorithm="rsa-sha256",headers="{covered}",signature="{signature}""#,
            "https://m.example/actor#main-key",
        ),
        (
            "GoToSocial",
            "POST",
            "/members/b/inbox",
            "/members/b/inbox",
            ALL,
            r#"keyId="K",algorithm="hs2019",headers="{covered}",signature="{signature}""#,
            "https://g.example/users/a/main-key",
        ),
        (
            "GoToSocial, retry",
            "GET",
            "/members/b?x=1&y",
            "/members/b",
            "(request-target) host date",
            r#"keyId="K",algorithm="hs2019",headers="{covered}",signature="{signature}""#,
            "https://g.example/users/a/main-key",
        ),
        (
            "Mitra",
            "POST",
            "/inbox",
            "/inbox",
            "(request-target) host date digest content-type",
            r#"keyId="K",algorithm="rsa-sha256",headers="{covered}",signature="{signature}""#,
            "https://mi.example/users/a#main-key",
        ),
        (
            "Mitra, page",
            "GET",
            "/members/b/outbox?page=2",
            "/members/b/outbox",
            "(request-target) host date",
            r#"keyId="K",algorithm="rsa-sha256",headers="{covered}",signature="{signature}""#,
            "https://mi.example/actor#main-key",
        ),
        (
            "Lemmy",
            "POST",
            "/inbox",
            "/inbox",
            "(request-target) content-type date digest host",
            r#"keyId="K",algorithm="hs2019",headers="{covered}",signature="{signature}""#,
            "https://l.example/u/a#main-key",
        ),
        (
            "Lemmy, page",
            "GET",
            "/spaces/x?page=true",
            "/spaces/x?page=true",
            "(request-target) accept date host",
            r#"keyId="K",algorithm="hs2019",headers="{covered}",signature="{signature}""#,
            "https://l.example/#main-key",
        ),
        (
            "snac",
            "POST",
            "/inbox",
            "/inbox",
            "(request-target) host digest date",
            r#"keyId="K",algorithm="rsa-sha256",headers="{covered}",signature="{signature}""#,
            "https://s.example/a#main-key",
        ),
        (
            "Fedify",
            "POST",
            "/inbox",
            "/inbox",
            "(request-target) accept content-type date digest host",
            r#"keyId="K",headers="{covered}",signature="{signature}""#,
            "https://f.example/users/a#main-key",
        ),
        (
            "Fedify, page",
            "GET",
            "/members/b?cursor=0",
            "/members/b",
            "(request-target) accept date host",
            r#"keyId="K",headers="{covered}",signature="{signature}""#,
            "https://f.example/actor#main-key",
        ),
        (
            "Pleroma, Akkoma",
            "POST",
            "/inbox",
            "/inbox",
            "(request-target) content-length date digest host",
            r#"keyId="K",algorithm="rsa-sha256",headers="{covered}",signature="{signature}""#,
            "https://p.example/users/a#main-key",
        ),
        (
            "Mobilizon",
            "POST",
            "/inbox",
            "/inbox",
            "(request-target) content-length date digest host",
            r#"algorithm="rsa-sha256",headers="{covered}",keyId="K",signature="{signature}""#,
            "https://mob.example/@a#main-key",
        ),
        (
            "with (created)",
            "POST",
            "/inbox",
            "/inbox",
            "(request-target) (created) (expires) host digest",
            r#"keyId="K",algorithm="hs2019",created={created},expires={expires},headers="{covered}",signature="{signature}""#,
            "https://h.example/a#main-key",
        ),
        (
            "with spaces",
            "POST",
            "/inbox",
            "/inbox",
            ALL,
            r#"keyId="K", algorithm="rsa-sha256", headers="{covered}", signature="{signature}", version="2""#,
            "https://x.example/a#main-key",
        ),
    ];
    for (name, method, sent, signed, covered, header, key_id) in samples {
        let mut request = Request::new(method, sent);
        request.sign_like_a_peer(covered, signed, &header.replace('K', key_id));
        let received = request
            .check(RSA.public())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(received.key_id(), key_id, "{name}");
        assert_eq!(received.scheme(), Scheme::Cavage, "{name}");
    }

    // Old snac sends and signs the digest of the empty body with a GET.
    let mut request = Request::new("GET", "/members/b");
    request.set("digest", &BodyDigest::of(b"").to_digest());
    request.sign_like_a_peer(
        "(request-target) host digest date",
        "/members/b",
        r#"keyId="https://s.example/a#main-key",algorithm="rsa-sha256",headers="{covered}",signature="{signature}""#,
    );
    request.check(RSA.public()).expect("old snac");
}

#[test]
fn every_peer_that_signs_by_rfc_9421_is_understood() {
    let created = now().as_second();
    let content_digest = BodyDigest::of(BODY).to_content_digest();
    let uri = "https://node.example/inbox";
    let mastodon = format!(
        r#"("@method" "@target-uri" "content-digest");created={created};keyid="https://m.example/u/a#main-key""#
    );
    let fedify = format!(
        r#"("@method" "@target-uri" "@authority" "host" "date" "content-digest");alg="rsa-v1_5-sha256";keyid="https://f.example/u/a#main-key";created={created}"#
    );
    let mitra = format!(
        r#"("@method" "@target-uri" "content-digest");keyid="https://mi.example/u/a#ed25519-key";created={created};expires={}"#,
        created + 600
    );
    let pieces = format!(
        r#"("@authority" "@path" "@method" "content-digest" "@scheme");created={created};keyid="https://n.example/u/a#k";alg="ed25519";nonce="a;b,c";tag="x""#
    );
    let samples: [(&str, &str, &[&str], &PrivateKey); 4] = [
        (
            "Mastodon, second knock",
            &mastodon,
            &["POST", uri, &content_digest],
            &RSA,
        ),
        (
            "Fedify",
            &fedify,
            &[
                "POST",
                uri,
                "node.example",
                "node.example",
                DATE,
                &content_digest,
            ],
            &RSA,
        ),
        (
            "Mitra, Ed25519",
            &mitra,
            &["POST", uri, &content_digest],
            &ED25519,
        ),
        (
            "piece by piece",
            &pieces,
            &["node.example", "/inbox", "POST", &content_digest, "https"],
            &ED25519,
        ),
    ];
    for (name, parameters, values, key) in samples {
        let mut request = Request::new("POST", "/inbox");
        request.sign_rfc9421_like_a_peer(parameters, values, key);
        let received = request
            .check(key.public())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(received.scheme(), Scheme::Rfc9421, "{name}");

        // A proxy on the way adds its own signature, in front and of no use to us.
        let input = format!(
            "proxy=(\"@authority\");created=1;keyid=\"p\", {}",
            request.get("signature-input")
        );
        let signature = format!("proxy=:AAAA:, {}", request.get("signature"));
        request.set("signature-input", &input);
        request.set("signature", &signature);
        request
            .check(key.public())
            .unwrap_or_else(|error| panic!("{name} behind a proxy: {error}"));
    }

    let mut request = Request::new("GET", "/members/b?page=1");
    let parameters =
        format!(r#"("@method" "@authority" "@path" "@query");created={created};keyid="k""#);
    request.sign_rfc9421_like_a_peer(
        &parameters,
        &["GET", "node.example", "/members/b", "?page=1"],
        &RSA,
    );
    request.check(RSA.public()).expect("a page");
}

/// What is expected of a refusal: its kind, and words that help.
enum Refusal {
    Malformed(&'static str),
    Wrong(&'static str),
    Stale(&'static str),
}

fn expect_refusal(
    name: &str,
    result: Result<ReceivedSignature, SignatureError>,
    expected: &Refusal,
) {
    let error = result
        .err()
        .unwrap_or_else(|| panic!("{name} was accepted"));
    let words = error.to_string();
    let (right, needed) = match expected {
        Refusal::Malformed(needed) => (matches!(error, SignatureError::Malformed(_)), needed),
        Refusal::Wrong(needed) => (matches!(error, SignatureError::Wrong(_)), needed),
        Refusal::Stale(needed) => (matches!(error, SignatureError::Stale(_)), needed),
    };
    assert!(right && words.contains(needed), "{name}: {error:?}");
}

#[test]
fn what_broke_other_servers_is_refused() {
    use Refusal::{Malformed, Stale, Wrong};
    type Bend = fn(&mut Request);
    let cases: [(&str, Bend, Refusal); 14] = [
        (
            "another body",
            |r| r.body.push(b' '),
            Wrong("body that arrived"),
        ),
        (
            "another path",
            |r| r.target = "/members/b/inbox".to_owned(),
            Wrong("(request-target): post /members/b/inbox"),
        ),
        (
            "a query",
            |r| r.target.push_str("?a"),
            Wrong("does not match"),
        ),
        (
            "another date",
            |r| r.set("date", "Tue, 24 Nov 2026 00:10:01 GMT"),
            Wrong("does not match"),
        ),
        (
            "another host",
            |r| r.set("host", "evil.example"),
            Wrong("this node is \"node.example\""),
        ),
        (
            "no digest",
            |r| r.headers.retain(|(name, _)| name != "digest"),
            Malformed("digest"),
        ),
        (
            "another digest",
            |r| r.set("digest", "SHA-512=AAAA"),
            Wrong("no sha-256"),
        ),
        (
            "two dates",
            |r| {
                r.headers
                    .push(("date".to_owned(), DATE.as_bytes().to_vec()))
            },
            Malformed("2 Date headers"),
        ),
        (
            "two signatures",
            |r| {
                r.headers
                    .push(("signature".to_owned(), b"keyId=\"x\"".to_vec()))
            },
            Malformed("2 Signature headers"),
        ),
        (
            "a key id twice",
            |r| {
                r.set(
                    "signature",
                    &format!(
                        "keyId=\"https://evil.example/k\",{}",
                        r.get("signature").to_owned()
                    ),
                )
            },
            Malformed("\"keyId\" twice"),
        ),
        (
            "another algorithm",
            |r| {
                r.set(
                    "signature",
                    &r.get("signature").replace("rsa-sha256", "hmac-sha256"),
                )
            },
            Wrong("\"hmac-sha256\" is not supported"),
        ),
        (
            "evading to RFC 9421",
            |r| r.set("signature-input", "sig1=();created=1;keyid=\"x\""),
            Malformed("dictionary"),
        ),
        (
            "a forged line",
            |r| {
                r.set(
                    "content-type",
                    "application/activity+json\nhost: evil.example",
                )
            },
            Malformed("content-type"),
        ),
        (
            "half a header",
            |r| r.set("signature", &r.get("signature").split_at(90).0.to_owned()),
            Malformed("name=\"value\""),
        ),
    ];
    for (name, bend, expected) in &cases {
        let mut request = signed_post();
        request
            .check(RSA.public())
            .expect("valid before it is bent");
        bend(&mut request);
        expect_refusal(name, request.check(RSA.public()), expected);
    }

    let request = signed_post();
    let stranger = PrivateKey::generate_rsa().expect("a key");
    expect_refusal(
        "another key",
        request.check(stranger.public()),
        &Wrong("does not match the key"),
    );
    expect_refusal(
        "an Ed25519 key",
        request.check(ED25519.public()),
        &Wrong("kind Ed25519"),
    );
    let late = now() + SignedDuration::from_mins(59);
    expect_refusal(
        "a replay",
        request.check_at(RSA.public(), late),
        &Stale("61 minutes ago"),
    );
    let mut unsigned = request;
    unsigned.headers.retain(|(name, _)| name != "signature");
    assert_eq!(
        unsigned.check(RSA.public()).err(),
        Some(SignatureError::Missing)
    );
}

#[test]
fn an_old_signature_must_cover_what_it_vouches_for() {
    use Refusal::{Malformed, Wrong};
    let header = |algorithm: &str| {
        format!(
            r#"keyId="k"{algorithm},created={{created}},expires={{expires}},headers="{{covered}}",signature="{{signature}}""#
        )
    };
    for (covered, algorithm, expected) in [
        ("host date digest", "", Wrong("cover (request-target)")),
        ("(request-target) date digest", "", Wrong("cover host")),
        ("(request-target) host digest", "", Wrong("cover date")),
        ("(request-target) host date", "", Wrong("is not covered")),
        (
            "(request-target) host date digest host",
            "",
            Malformed("\"host\" twice"),
        ),
        (
            "(request-target) host date digest x-none",
            "",
            Malformed("\"x-none\""),
        ),
        (
            "(request-target) host date digest (nonce)",
            "",
            Malformed("\"(nonce)\""),
        ),
        (
            "(request-target) (created) host digest",
            r#",algorithm="rsa-sha256""#,
            Malformed("use hs2019"),
        ),
    ] {
        let mut request = Request::new("POST", "/inbox");
        let known = covered.replace(" x-none", "").replace(" (nonce)", "");
        request.sign_like_a_peer(&known, "/inbox", &header(algorithm));
        request.set(
            "signature",
            &request.get("signature").replace(&known, covered),
        );
        expect_refusal(covered, request.check(RSA.public()), &expected);
    }
    // Without `headers` only (created) is signed (section 2.1.6).
    let mut request = Request::new("POST", "/inbox");
    request.sign_like_a_peer(
        "(created)",
        "/inbox",
        r#"keyId="k",created={created},signature="{signature}""#,
    );
    expect_refusal(
        "no headers",
        request.check(RSA.public()),
        &Wrong("cover (request-target)"),
    );
}

#[test]
fn a_new_signature_must_cover_what_it_vouches_for() {
    use Refusal::{Malformed, Stale, Wrong};
    let content_digest = BodyDigest::of(BODY).to_content_digest();
    let uri = "https://node.example/inbox?a=1";
    let created = now().as_second();
    for (components, parameters, expected) in [
        (
            r#""@target-uri" "content-digest""#,
            format!(r#";created={created};keyid="k""#),
            Wrong("@method"),
        ),
        (
            r#""@method" "content-digest""#,
            format!(r#";created={created};keyid="k""#),
            Wrong("@target-uri"),
        ),
        (
            r#""@method" "@path" "@query" "content-digest""#,
            format!(r#";created={created};keyid="k""#),
            Wrong("@authority"),
        ),
        (
            r#""@method" "@authority" "@path" "content-digest""#,
            format!(r#";created={created};keyid="k""#),
            Wrong("@query"),
        ),
        (
            r#""@method" "@target-uri""#,
            format!(r#";created={created};keyid="k""#),
            Wrong("content-digest header is not covered"),
        ),
        (
            r#""@method" "@target-uri" "content-digest""#,
            r#";keyid="k""#.to_owned(),
            Malformed("created"),
        ),
        (
            r#""@method" "@target-uri" "content-digest""#,
            format!(";created={created}"),
            Malformed("keyid"),
        ),
        (
            r#""@method" "@target-uri" "content-digest""#,
            format!(r#";created={created};keyid="a";keyid="k""#),
            Malformed("repeats"),
        ),
        (
            r#""@method" "@target-uri" "content-digest" "@method""#,
            format!(r#";created={created};keyid="k""#),
            Malformed("twice"),
        ),
        (
            r#""@method" "@target-uri" "content-digest" "@status""#,
            format!(r#";created={created};keyid="k""#),
            Wrong("@status"),
        ),
        (
            r#""@method" "@target-uri" "content-digest";req"#,
            format!(r#";created={created};keyid="k""#),
            Wrong("content-digest"),
        ),
        (
            r#""@method" "@target-uri" "content-digest""#,
            format!(r#";created={created};keyid="k";alg="ecdsa-p256-sha256""#),
            Wrong("ecdsa-p256-sha256"),
        ),
        (
            r#""@method" "@target-uri" "content-digest""#,
            format!(r#";created={created};keyid="k";alg="rsa-pss-sha512""#),
            Wrong("rsa-pss-sha512"),
        ),
        (
            r#""@method" "@target-uri" "content-digest""#,
            format!(r#";created={created};keyid="k";alg="ed25519""#),
            Wrong("kind Rsa"),
        ),
        (
            r#""@method" "@target-uri" "content-digest""#,
            format!(r#";created={};keyid="k""#, created - 3601),
            Stale("60"),
        ),
        (
            r#""@method" "@target-uri" "content-digest""#,
            format!(r#";created={created};expires={};keyid="k""#, created - 1),
            Stale("expired"),
        ),
    ] {
        let mut request = Request::new("POST", "/inbox?a=1");
        let parameters = format!("({components}){parameters}");
        let values: Vec<&str> = components
            .split(' ')
            .map(|name| match name.trim_matches('"') {
                "@method" => "POST",
                "@target-uri" => uri,
                "@authority" => "node.example",
                "@path" => "/inbox",
                "@query" => "?a=1",
                _ => &content_digest,
            })
            .collect();
        request.sign_rfc9421_like_a_peer(&parameters, &values, &RSA);
        expect_refusal(&parameters, request.check(RSA.public()), &expected);
    }
}

#[test]
fn what_we_send_has_the_shape_that_every_peer_reads() {
    let url = Url::parse("https://peer.example:8443/users/bob/inbox?x=1#frag").expect("a URL");
    let body = BodyDigest::of(BODY);
    let (digest, content_digest) = (body.to_digest(), body.to_content_digest());
    let at: Timestamp = "2026-11-24T00:10:00.7Z".parse().expect("a time");
    let date = http_date(at);
    assert_eq!(date, DATE);
    let headers: [(&str, &[u8]); 5] = [
        ("Host", b"peer.example:8443"),
        ("Date", date.as_bytes()),
        ("Digest", digest.as_bytes()),
        ("Content-Digest", content_digest.as_bytes()),
        ("Content-Type", b"application/activity+json"),
    ];
    let post = Message::sent("POST", &url, &headers);
    let key_id = "https://node.example/members/ana#main-key";

    let value = sign_cavage(&post, key_id, &RSA).expect("signed");
    let text = format!(
        "(request-target): post /users/bob/inbox?x=1\nhost: peer.example:8443\ndate: {DATE}\ndigest: {digest}\ncontent-type: application/activity+json"
    );
    let signature = base64(&RSA.sign(text.as_bytes()).expect("signed"));
    assert_eq!(
        value,
        format!(
            "keyId=\"{key_id}\",algorithm=\"rsa-sha256\",headers=\"(request-target) host date digest content-type\",signature=\"{signature}\""
        )
    );

    let sent = sign_rfc9421(&post, key_id, &RSA, at).expect("signed");
    let parameters = format!(
        "(\"@method\" \"@target-uri\" \"content-digest\");created=1795479000;keyid=\"{key_id}\""
    );
    let text = format!(
        "\"@method\": POST\n\"@target-uri\": https://peer.example:8443/users/bob/inbox?x=1\n\"content-digest\": {content_digest}\n\"@signature-params\": {parameters}"
    );
    let signature = base64(&RSA.sign(text.as_bytes()).expect("signed"));
    assert_eq!(sent.signature_input, format!("sig1={parameters}"));
    assert_eq!(sent.signature, format!("sig1=:{signature}:"));

    let get = Message::sent("GET", &url, headers.split_at(2).0);
    let value = sign_cavage(&get, key_id, &RSA).expect("signed");
    assert!(
        value.contains("headers=\"(request-target) host date\""),
        "{value}"
    );

    let bare = Message::sent("POST", &url, headers.split_at(2).0);
    let missing = |name: &str| SigningError::MissingComponent(name.to_owned());
    assert_eq!(sign_cavage(&bare, key_id, &RSA), Err(missing("digest")));
    assert_eq!(
        sign_rfc9421(&bare, key_id, &RSA, at),
        Err(missing("content-digest"))
    );
    assert_eq!(
        sign_cavage(&post, key_id, &ED25519),
        Err(SigningError::NeedsRsa)
    );
    assert_eq!(sign_cavage(&post, "a\"b", &RSA), Err(SigningError::KeyId));
}

#[test]
fn refusals_quote_no_header_that_may_hold_a_secret() {
    let mut request = Request::new("POST", "/inbox");
    request.set("authorization", "Bearer hush");
    request.sign_like_a_peer(
        "(request-target) host date digest authorization",
        "/inbox",
        r#"keyId="k",headers="{covered}",signature="{signature}""#,
    );
    request.check(RSA.public()).expect("valid");
    request.target.push('x');
    let words = request.check(RSA.public()).expect_err("bent").to_string();
    assert!(
        words.contains("authorization") && !words.contains("hush"),
        "{words}"
    );
}
