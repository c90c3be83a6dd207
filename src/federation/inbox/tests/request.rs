//! What a request has to be: signed, readable, and its sender's own.

use super::*;

#[tokio::test]
async fn an_activity_is_taken_once_however_often_it_comes() {
    let (ground, bo) = ground().await;
    for _ in 0..3 {
        assert_eq!(ground.deliver(&bo, &bo.creates(1, json!({}))).await.status, TAKEN);
    }
    assert_eq!(ground.taken().await, 1);
    assert_eq!(ground.asked(), ["/u/bo", "/.well-known/webfinger?resource=acct%3Abo%40pier.test"], "asked for once");
}

#[tokio::test]
async fn both_schemes_and_both_kinds_of_keys_are_taken() {
    let (ground, bo) = ground().await;
    let letter = |number| bo.letter(&bo.creates(number, json!({})), start());
    assert_eq!(letter(1).signed_rfc9421().send(&ground.node).await.status, TAKEN);
    let mut modern = letter(2);
    (modern.key, modern.key_id) = (ed25519(), format!("{}#ed25519-key", bo.uri()));
    assert_eq!(modern.signed_rfc9421().send(&ground.node).await.status, TAKEN);
    assert_eq!(ground.taken().await, 2);
}

#[tokio::test]
async fn a_request_that_is_not_well_signed_is_told_what_is_wrong() {
    let (ground, bo) = ground().await;
    let letter = || bo.letter(&bo.creates(1, json!({})), start());
    let hours = |hours| date(start() + SignedDuration::from_hours(hours));
    let with = |change: &dyn Fn(&mut Letter)| {
        let mut letter = letter();
        change(&mut letter);
        letter.signed()
    };
    let after = |change: &dyn Fn(&mut Letter)| {
        let mut letter = letter().signed();
        change(&mut letter);
        letter
    };
    let signature = |letter: &Letter| {
        let (_, value) = letter.headers.iter().find(|(name, _)| name == "signature").unwrap();
        String::from_utf8(value.clone()).unwrap()
    };
    let good = letter().signed();
    let cases: Vec<(&str, Letter, u16, &str)> = vec![
        ("no signature", letter(), 401, "not signed"),
        ("unreadable", after(&|letter| letter.set("signature", "hello")), 400, ""),
        ("not even text", after(&|letter| letter.set("signature", [0xff, 0xfe])), 400, ""),
        (
            "a parameter twice",
            after(&|letter| letter.set("signature", format!("{},keyId=\"x\"", signature(letter)))),
            400,
            "keyId",
        ),
        (
            "two signatures",
            after(&|letter| letter.headers.push(("signature".into(), b"x".to_vec()))),
            400,
            "2 Signature",
        ),
        ("stale", with(&|letter| letter.set("date", hours(-2))), 401, "120 minutes ago"),
        ("from the future", with(&|letter| letter.set("date", hours(2))), 401, "ahead"),
        ("date changed on the way", after(&|letter| letter.set("date", hours(0) + " ")), 202, ""),
        ("date of another minute", after(&|letter| letter.set("date", "Fri, 15 Jan 2027 08:00:30 GMT")), 401, "match"),
        ("for another host", with(&|letter| letter.set("host", "quay.test")), 401, "host"),
        ("host not signed", with(&|letter| letter.covered.retain(|name| *name != "host")), 401, "host"),
        ("date not signed", with(&|letter| letter.covered.retain(|name| *name != "date")), 401, "date"),
        ("target not signed", with(&|letter| letter.covered.retain(|name| *name != "(request-target)")), 401, "target"),
        ("no digest", with(&|letter| letter.remove("digest")), 401, "digest"),
        ("digest not signed", with(&|letter| letter.covered.retain(|name| *name != "digest")), 401, "not covered"),
        ("another body", after(&|letter| letter.body = b"{}".to_vec()), 400, "`type`"),
        ("a changed body", after(&|letter| letter.body.push(b' ')), 401, "not the SHA-256"),
        ("another digest", with(&|letter| letter.set("digest", "SHA-256=AAAA")), 400, "digest"),
        ("another target", after(&|letter| letter.target = "/u/ana/inbox"), 401, "match"),
        ("another key", with(&|letter| letter.key = rsa(1)), 401, "does not match"),
        ("no such key", with(&|letter| letter.key_id = format!("{}#other-key", bo.uri())), 401, "does not list"),
        ("a key that is no address", with(&|letter| letter.key_id = "acct:bo@pier.test".into()), 401, "no http"),
        ("a key of ours", with(&|letter| letter.key_id = "http://harbor.test/actor#main-key".into()), 403, "this node"),
    ];
    assert_eq!(good.send(&ground.node).await.status, TAKEN);
    for (name, letter, status, words) in cases {
        let answer = letter.send(&ground.node).await;
        assert_eq!(answer.status, status, "{name}: {answer:?}");
        assert!(said(&answer).1.contains(words), "{name}: {answer:?}");
        assert_eq!(answer.body().is_some(), status != TAKEN, "{name}");
    }
    assert_eq!(ground.taken().await, 1);
}

#[tokio::test]
async fn how_old_a_signature_may_be_can_be_set() {
    let ground = Ground::with(&[("signature_window", "10min")]).await;
    let bo = Stranger::new("bo", "pier.test");
    ground.show(&[&bo]);
    let letter = bo.letter(&bo.creates(1, json!({})), start()).signed();
    ground.wait(601);
    let answer = letter.send(&ground.node).await;
    assert!(answer.status == 401 && said(&answer).1.contains("at most 10 "), "{answer:?}");
    ground.wait(-2);
    assert_eq!(letter.send(&ground.node).await.status, TAKEN);
}

#[tokio::test]
async fn what_cannot_be_read_safely_is_refused() {
    let (ground, bo) = ground().await;
    let send = async |body: Vec<u8>, kind: &str| {
        let mut letter = Letter::new(body, bo.key_id(), bo.key.clone(), start());
        letter.set("content-type", kind);
        letter.signed().send(&ground.node).await
    };
    let good = bo.creates(1, json!({})).to_string();
    let inside = |part: &str| good.replacen('{', &format!("{{{part},"), 1).into_bytes();
    let nested = format!("\"x\":{}{}", "[".repeat(70), "]".repeat(70));
    let many = format!("\"x\":[{}0]", "0,".repeat(1_001));
    for (name, body, words) in [
        ("nothing", Vec::new(), "EOF"),
        ("no JSON", b"hello".to_vec(), "expected"),
        ("a list", b"[]".to_vec(), "not a JSON object"),
        ("a key twice", inside(r#""type":"Delete""#), "twice"),
        ("deep", inside(&nested), "64 deep"),
        ("deep enough to break a stack", inside(&format!("\"x\":{}", "[".repeat(500_000))), "64 deep"),
        ("NUL", inside(r#""x":"\u0000""#), "NUL"),
        ("no UTF-8", inside("\"x\":\"\u{1}\"").into_iter().map(|b| if b == 1 { 0xff } else { b }).collect(), ""),
        ("a huge array", inside(&many), "1000 items"),
        ("a graph", inside(r#""@graph":[]"#), "@graph"),
        ("two actors", good.replace(r#""actor":"#, r#""actor":["http://x.test/",{}],"y":"#).into_bytes(), "`actor`"),
        ("no id", good.replace(r#"/Create/1""#, r#"/ Create""#).into_bytes(), "`id`"),
    ] {
        let answer = send(body, "application/activity+json").await;
        assert_eq!(answer.status, 400, "{name}: {answer:?}");
        assert!(said(&answer).1.contains(words), "{name}: {answer:?}");
    }
    let large = send(inside(&format!("\"x\":\"{}\"", "x".repeat(1024 * 1024))), "application/activity+json").await;
    assert_eq!(said(&large).0, 413, "{large:?}");
    for (kind, status) in [
        ("text/html", 415),
        ("application/json", 415),
        ("image/png", 415),
        ("application/activity+json; charset=latin1", 415),
        ("application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"", TAKEN),
    ] {
        assert_eq!(send(good.clone().into_bytes(), kind).await.status, status, "{kind}");
    }
    assert_eq!(ground.taken().await, 1);
}

#[tokio::test]
async fn nobody_speaks_for_somebody_else() {
    let (ground, bo) = ground().await;
    let eve = Stranger { key: rsa(1), ..Stranger::new("eve", "pier.test") };
    let far = Stranger { key: rsa(2), ..Stranger::new("far", "quay.test") };
    let web = ground.show(&[&bo, &eve, &far]);
    let note = bo.creates(1, json!({}));
    let forged = eve.letter(&note, start()).signed();
    let answer = forged.send(&ground.node).await;
    assert!(answer.status == 403 && said(&answer).1.contains("is said to act"), "{answer:?}");

    for (name, key, value) in [
        ("an id of ours", "id", "http://harbor.test/activities/7"),
        ("an id elsewhere", "id", "http://quay.test/1"),
        ("an id on another port", "id", "http://pier.test:8080/1"),
        ("an actor of ours", "actor", "http://harbor.test/members/ana"),
    ] {
        let mut activity = bo.creates(2, json!({}));
        activity[key] = value.into();
        let answer = ground.deliver(&bo, &activity).await;
        assert_eq!(answer.status, 403, "{name}: {answer:?}");
    }

    // An actor that lists a key elsewhere, and a key elsewhere that names an owner.
    let mut borrowed = eve.document(json!({}));
    borrowed["publicKey"] = json!({"id": far.key_id(), "owner": eve.uri(), "publicKeyPem": eve.key.public().to_pem()});
    web.put(&eve.uri(), Reply::Json(borrowed));
    web.put(
        "http://quay.test/key",
        Reply::Json(
            json!({"id": "http://quay.test/key", "owner": bo.uri(), "publicKeyPem": far.key.public().to_pem()}),
        ),
    );
    let mut letter = bo.letter(&bo.creates(3, json!({})), start());
    (letter.key, letter.key_id) = (far.key.clone(), "http://quay.test/key".into());
    let answer = letter.signed().send(&ground.node).await;
    assert_eq!(answer.status, 401, "{answer:?}");
    let mut letter = eve.letter(&eve.creates(1, json!({})), start());
    letter.key_id = far.key_id();
    let answer = letter.signed().send(&ground.node).await;
    assert_eq!(answer.status, 401, "{answer:?}");
    assert_eq!(ground.taken().await, 0);
}

#[tokio::test]
async fn who_passes_something_on_needs_its_authors_proof() {
    let (ground, bo) = ground().await;
    let relay = Stranger { key: rsa(1), ..Stranger::new("relay", "quay.test") };
    ground.show(&[&bo, &relay]);
    ground.member("ana").await;
    let activity = proven(bo.creates(1, json!({"to": "http://harbor.test/members/ana"})), &bo);
    assert_eq!(relay.letter(&activity, start()).signed().send(&ground.node).await.status, TAKEN);
    let uri = bo.at("n/1");
    let post = ground.act(move |tx| Ok(post::by_uri(tx, &uri)?)).await.expect("it is here");
    assert_eq!(Some(post.author), ground.actor(bo.uri()).await, "it is bo who acts");

    let mut changed = activity.clone();
    changed["object"]["content"] = "<p>something else</p>".into();
    let answer = relay.letter(&changed, start()).signed().send(&ground.node).await;
    assert_eq!(answer.status, 401, "{answer:?}");
    let by_another = proven(bo.creates(2, json!({})), &relay);
    let answer = relay.letter(&by_another, start()).signed().send(&ground.node).await;
    assert_eq!(answer.status, 403, "{answer:?}");
}

#[tokio::test]
async fn of_a_blocked_server_nothing_is_taken_and_nothing_is_asked() {
    let (ground, bo) = ground().await;
    ground.judge("pier.test", Level::Blocked).await;
    let answer = ground.deliver(&bo, &bo.creates(1, json!({}))).await;
    assert_eq!(said(&answer), (403, "your server is blocked here"));
    assert!(ground.asked().is_empty());
    ground.judge("pier.test", Level::Limited).await;
    assert_eq!(ground.deliver(&bo, &bo.creates(1, json!({}))).await.status, TAKEN);
    ground.judge("test", Level::Blocked).await;
    assert_eq!(ground.deliver(&bo, &bo.creates(2, json!({}))).await.status, 403, "also with a key that is at hand");
}
