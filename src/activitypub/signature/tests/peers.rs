//! What each kind of server sends is accepted.

use super::*;

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
        let received = request.check(RSA.public()).unwrap_or_else(|error| panic!("{name}: {error}"));
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
        ("Mastodon, second knock", &mastodon, &["POST", uri, &content_digest], &RSA),
        ("Fedify", &fedify, &["POST", uri, "node.example", "node.example", DATE, &content_digest], &RSA),
        ("Mitra, Ed25519", &mitra, &["POST", uri, &content_digest], &ED25519),
        ("piece by piece", &pieces, &["node.example", "/inbox", "POST", &content_digest, "https"], &ED25519),
    ];
    for (name, parameters, values, key) in samples {
        let mut request = Request::new("POST", "/inbox");
        request.sign_rfc9421_like_a_peer(parameters, values, key);
        let received = request.check(key.public()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(received.scheme(), Scheme::Rfc9421, "{name}");

        // A proxy on the way adds its own signature, in front and of no use to us.
        let input = format!("proxy=(\"@authority\");created=1;keyid=\"p\", {}", request.get("signature-input"));
        let signature = format!("proxy=:AAAA:, {}", request.get("signature"));
        request.set("signature-input", &input);
        request.set("signature", &signature);
        request.check(key.public()).unwrap_or_else(|error| panic!("{name} behind a proxy: {error}"));
    }

    let mut request = Request::new("GET", "/members/b?page=1");
    let parameters = format!(r#"("@method" "@authority" "@path" "@query");created={created};keyid="k""#);
    request.sign_rfc9421_like_a_peer(&parameters, &["GET", "node.example", "/members/b", "?page=1"], &RSA);
    request.check(RSA.public()).expect("a page");
}
