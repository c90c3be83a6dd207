//! What this node sends.

use super::*;

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
    let parameters = format!("(\"@method\" \"@target-uri\" \"content-digest\");created=1795479000;keyid=\"{key_id}\"");
    let text = format!(
        "\"@method\": POST\n\"@target-uri\": https://peer.example:8443/users/bob/inbox?x=1\n\"content-digest\": {content_digest}\n\"@signature-params\": {parameters}"
    );
    let signature = base64(&RSA.sign(text.as_bytes()).expect("signed"));
    assert_eq!(sent.signature_input, format!("sig1={parameters}"));
    assert_eq!(sent.signature, format!("sig1=:{signature}:"));

    let get = Message::sent("GET", &url, headers.split_at(2).0);
    let value = sign_cavage(&get, key_id, &RSA).expect("signed");
    assert!(value.contains("headers=\"(request-target) host date\""), "{value}");

    let bare = Message::sent("POST", &url, headers.split_at(2).0);
    let missing = |name: &str| SigningError::MissingComponent(name.to_owned());
    assert_eq!(sign_cavage(&bare, key_id, &RSA), Err(missing("digest")));
    assert_eq!(sign_rfc9421(&bare, key_id, &RSA, at), Err(missing("content-digest")));
    assert_eq!(sign_cavage(&post, key_id, &ED25519), Err(SigningError::NeedsRsa));
    assert_eq!(sign_cavage(&post, "a\"b", &RSA), Err(SigningError::KeyId));
}
