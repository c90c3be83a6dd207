//! What broke other servers is refused, with the reason in the sentence.

use jiff::SignedDuration;

use super::*;

/// What is expected of a refusal: its kind, and words that help.
enum Refusal {
    Malformed(&'static str),
    Wrong(&'static str),
    Stale(&'static str),
}

fn expect_refusal(name: &str, result: Result<ReceivedSignature, SignatureError>, expected: &Refusal) {
    let error = result.err().unwrap_or_else(|| panic!("{name} was accepted"));
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
        ("another body", |r| r.body.push(b' '), Wrong("body that arrived")),
        (
            "another path",
            |r| r.target = "/members/b/inbox".to_owned(),
            Wrong("(request-target): post /members/b/inbox"),
        ),
        ("a query", |r| r.target.push_str("?a"), Wrong("does not match")),
        ("another date", |r| r.set("date", "Tue, 24 Nov 2026 00:10:01 GMT"), Wrong("does not match")),
        ("another host", |r| r.set("host", "evil.example"), Wrong("this node is \"node.example\"")),
        ("no digest", |r| r.headers.retain(|(name, _)| name != "digest"), Malformed("digest")),
        ("another digest", |r| r.set("digest", "SHA-512=AAAA"), Wrong("no sha-256")),
        ("two dates", |r| r.headers.push(("date".to_owned(), DATE.as_bytes().to_vec())), Malformed("2 Date headers")),
        (
            "two signatures",
            |r| r.headers.push(("signature".to_owned(), b"keyId=\"x\"".to_vec())),
            Malformed("2 Signature headers"),
        ),
        (
            "a key id twice",
            |r| r.set("signature", &format!("keyId=\"https://evil.example/k\",{}", r.get("signature").to_owned())),
            Malformed("\"keyId\" twice"),
        ),
        (
            "another algorithm",
            |r| r.set("signature", &r.get("signature").replace("rsa-sha256", "hmac-sha256")),
            Wrong("\"hmac-sha256\" is not supported"),
        ),
        ("evading to RFC 9421", |r| r.set("signature-input", "sig1=();created=1;keyid=\"x\""), Malformed("dictionary")),
        (
            "a forged line",
            |r| r.set("content-type", "application/activity+json\nhost: evil.example"),
            Malformed("content-type"),
        ),
        (
            "half a header",
            |r| {
                let (half, _) = r.get("signature").split_at(90);
                let half = half.to_owned();
                r.set("signature", &half);
            },
            Malformed("name=\"value\""),
        ),
    ];
    for (name, bend, expected) in &cases {
        let mut request = signed_post();
        request.check(RSA.public()).expect("valid before it is bent");
        bend(&mut request);
        expect_refusal(name, request.check(RSA.public()), expected);
    }

    let request = signed_post();
    let stranger = PrivateKey::generate_rsa().expect("a key");
    expect_refusal("another key", request.check(stranger.public()), &Wrong("does not match the key"));
    expect_refusal("an Ed25519 key", request.check(ED25519.public()), &Wrong("kind Ed25519"));
    let late = now() + SignedDuration::from_mins(59);
    expect_refusal("a replay", request.check_at(RSA.public(), late), &Stale("61 minutes ago"));
    let mut unsigned = request;
    unsigned.headers.retain(|(name, _)| name != "signature");
    assert_eq!(unsigned.check(RSA.public()).err(), Some(SignatureError::Missing));
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
        ("(request-target) host date digest host", "", Malformed("\"host\" twice")),
        ("(request-target) host date digest x-none", "", Malformed("\"x-none\"")),
        ("(request-target) host date digest (nonce)", "", Malformed("\"(nonce)\"")),
        ("(request-target) (created) host digest", r#",algorithm="rsa-sha256""#, Malformed("use hs2019")),
    ] {
        let mut request = Request::new("POST", "/inbox");
        let known = covered.replace(" x-none", "").replace(" (nonce)", "");
        request.sign_like_a_peer(&known, "/inbox", &header(algorithm));
        request.set("signature", &request.get("signature").replace(&known, covered));
        expect_refusal(covered, request.check(RSA.public()), &expected);
    }
    // Without `headers` only (created) is signed (section 2.1.6).
    let mut request = Request::new("POST", "/inbox");
    request.sign_like_a_peer("(created)", "/inbox", r#"keyId="k",created={created},signature="{signature}""#);
    expect_refusal("no headers", request.check(RSA.public()), &Wrong("cover (request-target)"));
}

#[test]
fn a_new_signature_must_cover_what_it_vouches_for() {
    use Refusal::{Malformed, Stale, Wrong};
    let content_digest = BodyDigest::of(BODY).to_content_digest();
    let uri = "https://node.example/inbox?a=1";
    let created = now().as_second();
    for (components, parameters, expected) in [
        (r#""@target-uri" "content-digest""#, format!(r#";created={created};keyid="k""#), Wrong("@method")),
        (r#""@method" "content-digest""#, format!(r#";created={created};keyid="k""#), Wrong("@target-uri")),
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
        (r#""@method" "@target-uri" "content-digest""#, r#";keyid="k""#.to_owned(), Malformed("created")),
        (r#""@method" "@target-uri" "content-digest""#, format!(";created={created}"), Malformed("keyid")),
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
fn a_host_that_stands_for_the_authority_must_be_ours() {
    let created = now().as_second();
    let mut request = Request::new("GET", "/members/b");
    request.set("host", "evil.example");
    let parameters = format!(r#"("@method" "host" "@path");created={created};keyid="k""#);
    let values = ["GET", "evil.example", "/members/b"];
    request.sign_rfc9421_like_a_peer(&parameters, &values, &RSA);
    let expected = Refusal::Wrong("this node is \"node.example\"");
    expect_refusal("host", request.check(RSA.public()), &expected);
}

#[test]
fn an_end_that_is_not_signed_lengthens_nothing() {
    let mut request = Request::new("POST", "/inbox");
    request.sign_like_a_peer(
        "(request-target) host date digest",
        "/inbox",
        r#"keyId="k",expires={expires},headers="{covered}",signature="{signature}""#,
    );
    let end = (now().as_second() + 300).to_string();
    let later = (now().as_second() + 36_000).to_string();
    request.set("signature", &request.get("signature").replace(&end, &later));
    request.check(RSA.public()).expect("in its hour");
    let late = now() + SignedDuration::from_mins(59);
    let expected = Refusal::Stale("61 minutes ago");
    expect_refusal("expires", request.check_at(RSA.public(), late), &expected);
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
    assert!(words.contains("authorization") && !words.contains("hush"), "{words}");
}
