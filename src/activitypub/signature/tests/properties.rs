//! Whatever is signed verifies, whatever is changed does not, and nothing that arrives breaks the parser.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::activitypub::key::KeyAlgorithm;

/// A request from us to us, unsigned: any method, path, query, spelling of header names, body and date in the window.
fn request() -> impl Strategy<Value = Request> {
    let target = r"(/[a-zA-Z0-9._~%!$&'()*+,;=:@-]{0,12}){1,3}(\?[a-zA-Z0-9._~%!$&'()*+,;=:@/?-]{0,20})?";
    let host = select(vec!["node.example", "Node.Example", "node.example:443"]);
    let spelling = select(vec![str::to_owned, str::to_ascii_uppercase, |name: &str| {
        let mut name = name.to_owned();
        name[..1].make_ascii_uppercase();
        name
    }]);
    let method = select(vec!["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"]);
    let body = proptest::collection::vec(any::<u8>(), 0..200);
    let media_type = "[ -~]{0,40}";
    (method, target, host, spelling, body, media_type, -3000..3000_i64).prop_map(
        |(method, target, host, spelling, body, media_type, age)| {
            let date = http_date(now() - jiff::SignedDuration::from_secs(age));
            let digest = BodyDigest::of(&body);
            let mut request = Request { method, target, headers: Vec::new(), body };
            for (name, value) in [
                ("host", host),
                ("date", &date),
                ("digest", &digest.to_digest()),
                ("content-digest", &digest.to_content_digest()),
                ("content-type", &media_type),
            ] {
                request.set(&spelling(name), value);
            }
            request
        },
    )
}

impl Request {
    fn sign(&mut self, scheme: Scheme, key: &PrivateKey) {
        let headers: Vec<(&str, &[u8])> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
        let origin = origin();
        let message = Message::received(self.method, &self.target, &origin, &headers);
        let key_id = "https://node.example/members/ana#main-key";
        match scheme {
            Scheme::Cavage => {
                let value = sign_cavage(&message, key_id, key).expect("signed");
                self.set("Signature", &value);
            }
            Scheme::Rfc9421 => {
                let sent = sign_rfc9421(&message, key_id, key, now()).expect("signed");
                self.set("Signature-Input", &sent.signature_input);
                self.set("Signature", &sent.signature);
            }
        }
    }
}

fn scheme_and_key() -> impl Strategy<Value = (Scheme, &'static PrivateKey)> {
    select(vec![0, 1, 2]).prop_map(|which| match which {
        0 => (Scheme::Cavage, &*RSA),
        1 => (Scheme::Rfc9421, &*RSA),
        _ => (Scheme::Rfc9421, &*ED25519),
    })
}

/// The headers whose every byte is signed or is the signature, for requests of this method.
fn bound(request: &Request, scheme: Scheme) -> Vec<&'static str> {
    let body = matches!(request.method, "POST" | "PUT" | "PATCH");
    match (scheme, body) {
        (Scheme::Cavage, true) => vec!["host", "date", "digest", "content-type"],
        (Scheme::Cavage, false) => vec!["host", "date"],
        (Scheme::Rfc9421, true) => vec!["signature-input", "signature", "content-digest"],
        (Scheme::Rfc9421, false) => vec!["signature-input", "signature"],
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_signed_verifies(mut request in request(), (scheme, key) in scheme_and_key()) {
        request.sign(scheme, key);
        let received = request.check(key.public());
        prop_assert_eq!(received.map(|received| received.scheme()), Ok(scheme));
        let other = match key.algorithm() {
            KeyAlgorithm::Rsa => &ED25519,
            KeyAlgorithm::Ed25519 => &RSA,
        };
        prop_assert!(request.check(other.public()).is_err());
    }

    #[test]
    fn one_changed_byte_of_what_is_covered_is_noticed(
        mut request in request(),
        (scheme, key) in scheme_and_key(),
        header in any::<Index>(),
        at in any::<Index>(),
        change in 1..=255_u8,
    ) {
        request.sign(scheme, key);
        let names = bound(&request, scheme);
        let name = names[header.index(names.len())];
        let mut bent = request.clone();
        let (_, value) = bent.headers.iter_mut().find(|(other, _)| other.eq_ignore_ascii_case(name)).expect("present");
        // White space around a value is no part of it, so a blank one has nothing to change.
        prop_assume!(!value.trim_ascii().is_empty());
        let place = at.index(value.len());
        // The last character of a base64 text may hold bits that stand for nothing, and structured fields have readers
        // let them be (RFC 9651, section 4.2.7): another spelling of the same signature.
        let spare = value.iter().rposition(|byte| !b"=:".contains(byte));
        prop_assume!(name != "signature" || Some(place) != spare);
        value[place] ^= change;
        let trimmed = |request: &Request| request.headers.iter().map(|(_, v)| v.trim_ascii().to_vec()).collect::<Vec<_>>();
        prop_assume!(trimmed(&bent) != trimmed(&request));
        prop_assert!(bent.check(key.public()).is_err(), "{name}: {bent:?}");
    }

    #[test]
    fn a_changed_target_method_or_body_is_noticed(
        mut request in request(),
        (scheme, key) in scheme_and_key(),
        at in any::<Index>(),
        extra in "[?a-z]",
    ) {
        request.sign(scheme, key);
        let mut target = request.clone();
        let at = 1 + at.index(target.target.len());
        target.target.insert_str(at, &extra);
        // Mitra and Fedify sign a GET without its query, so one that is added cannot be told from one left out.
        let brings_body = matches!(request.method, "POST" | "PUT" | "PATCH");
        let adds_query = target.target.split_once('?').is_some_and(|(path, _)| path == request.target);
        let unnoticed = scheme == Scheme::Cavage && !brings_body && adds_query;
        prop_assert_eq!(target.check(key.public()).is_ok(), unnoticed, "{}", target.target);
        let mut method = request.clone();
        method.method = if request.method == "GET" { "DELETE" } else { "GET" };
        prop_assert!(method.check(key.public()).is_err());
        if brings_body {
            request.body.push(0);
            prop_assert!(request.check(key.public()).is_err());
        }
    }
}

/// Pieces from which headers are made, to come deeper into the parser than noise does.
fn nearly_a_signature() -> impl Strategy<Value = Vec<u8>> {
    let piece = select(vec![
        "keyId",
        "headers",
        "signature",
        "created",
        "algorithm",
        "=",
        "=\"",
        "\"",
        ",",
        ", ",
        "(request-target)",
        "host date digest",
        "hs2019",
        "1795479000",
        "-1",
        "AAAA",
        "sig1",
        "=(",
        ")",
        "\"@method\"",
        "\"@target-uri\"",
        "\"@query-param\";name=\"a\"",
        ";created=1795479000",
        ";keyid=\"k\"",
        ";alg=\"ed25519\"",
        "=:AAAA:",
        "\\",
        ";",
        "99999999999999999999",
        "\u{e9}",
        " ",
        "\n",
        "\"content-digest\"",
        "(created)",
    ]);
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..60),
        proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat().into_bytes()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn nothing_that_arrives_breaks_the_parser(
        method in select(vec!["GET", "POST"]),
        target in "[/?a-z%&=é]{0,12}",
        headers in proptest::collection::vec(
            (select(vec!["signature", "signature-input", "digest", "content-digest", "date", "host"]), nearly_a_signature()),
            0..7,
        ),
    ) {
        let headers: Vec<(&str, &[u8])> = headers.iter().map(|(name, value)| (*name, value.as_slice())).collect();
        let origin = origin();
        let message = Message::received(method, &target, &origin, &headers);
        // Nobody holds the key that could have made such a signature.
        if let Ok(received) = parse(&message, now()) {
            prop_assert!(received.verify(RSA.public(), None).is_err());
        }
        if let Some((_, value)) = headers.first() {
            let _ = signature_base(&message, &String::from_utf8_lossy(value));
        }
    }
}
