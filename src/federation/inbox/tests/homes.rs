//! Whose homes are asked about keys and people, and how often.

use super::*;

#[tokio::test]
async fn who_is_suspended_is_silent_at_once() {
    let (ground, bo) = ground().await;
    assert_eq!(ground.deliver(&bo, &bo.creates(1, json!({}))).await.status, TAKEN);
    let id = ground.actor(bo.uri()).await.unwrap();
    for (suspended, status) in [(true, 403), (false, TAKEN)] {
        ground.act(move |tx| Ok(actor::set_suspended(tx, id, suspended, start())?)).await;
        assert_eq!(ground.deliver(&bo, &bo.creates(2, json!({}))).await.status, status);
    }
}

#[tokio::test]
async fn nobody_is_fetched_to_learn_that_they_left() {
    let (ground, bo) = ground().await;
    let leaves = bo.does("Delete", 1, json!({"object": bo.uri()}));
    assert_eq!(ground.deliver(&bo, &leaves).await.status, TAKEN);
    assert_eq!(
        ground.deliver(&bo, &bo.does("Update", 2, json!({"object": bo.document(json!({}))}))).await.status,
        TAKEN
    );
    assert!(ground.asked().is_empty());
    assert_eq!(ground.taken().await, 0);

    assert_eq!(ground.deliver(&bo, &bo.creates(1, json!({}))).await.status, TAKEN);
    let eve = Stranger { key: rsa(1), ..bo.clone() };
    assert_eq!(ground.deliver(&eve, &leaves).await.status, 401, "somebody known leaves by their own hand");
    assert_eq!(ground.deliver(&bo, &leaves).await.status, TAKEN);
    assert_eq!(ground.taken().await, 2);
}

#[tokio::test]
async fn an_actor_whose_home_says_that_it_is_gone_is_gone() {
    let (ground, bo) = ground().await;
    assert_eq!(ground.deliver(&bo, &bo.creates(1, json!({}))).await.status, TAKEN);
    ground.peers.behave(|_| Reply::Say(410));
    ground.wait(600);
    // Its key was lost with it, so a new one signs.
    let last = Stranger { key: rsa(1), ..bo.clone() };
    let leaves = bo.does("Delete", 1, json!({"object": bo.uri()}));
    let now = ground.node.clock.now();
    assert_eq!(last.letter(&leaves, now).signed().send(&ground.node).await.status, TAKEN);
    let uri = bo.uri();
    let gone = ground.act(move |tx| Ok(actor::by_uri(tx, &uri)?.unwrap().deleted_at)).await;
    assert_eq!(gone, Some(now));
    assert_eq!(bo.letter(&bo.creates(2, json!({})), now).signed().send(&ground.node).await.status, 403);
}

#[tokio::test]
async fn who_leaves_with_a_key_that_was_never_seen_is_believed_when_their_home_says_so() {
    for key_at in ["#new-key", "/main-key"] {
        let (ground, bo) = ground().await;
        assert_eq!(ground.deliver(&bo, &bo.creates(1, json!({}))).await.status, TAKEN);
        let leaves = bo.does("Delete", 1, json!({"object": bo.uri()}));
        let letter = |key_id: String| {
            let now = ground.node.clock.now();
            Letter::new(leaves.to_string(), key_id, rsa(1), now).signed()
        };
        let deleted = async || {
            let uri = bo.uri();
            ground.act(move |tx| Ok(actor::by_uri(tx, &uri)?.unwrap().deleted_at)).await.is_some()
        };
        // A key that is gone says nothing of somebody whose home shows them.
        ground.wait(600);
        let document = Reply::Json(bo.document(json!({})));
        ground.peers.behave(move |got| if got.path == "/u/bo" { document.clone() } else { Reply::Say(410) });
        for key_id in ["http://quay.test/u/eve#main-key".to_owned(), bo.at("main-key")] {
            assert_eq!(letter(key_id).send(&ground.node).await.status, 401);
            assert!(!deleted().await);
        }
        ground.wait(7_200);
        ground.peers.behave(|_| Reply::Say(503));
        assert_eq!(letter(format!("{}{key_at}", bo.uri())).send(&ground.node).await.status, 503);
        assert!(!deleted().await);
        ground.wait(7_200);
        ground.peers.behave(|_| Reply::Say(410));
        assert_eq!(letter(format!("{}{key_at}", bo.uri())).send(&ground.node).await.status, TAKEN);
        assert!(deleted().await, "{key_at}");
    }
}

#[tokio::test]
async fn what_is_not_acted_on_is_verified_and_leaves_nothing() {
    let (ground, bo) = ground().await;
    for kind in ["Travel", "Join", "Invite", "EmojiReact", "ex:Wave"] {
        let activity = bo.does(kind, 1, json!({"object": "http://harbor.test/x"}));
        assert_eq!(ground.deliver(&bo, &activity).await.status, TAKEN, "{kind}");
        let eve = Stranger { key: rsa(1), ..bo.clone() };
        assert_eq!(ground.deliver(&eve, &activity).await.status, 401, "{kind}");
    }
    assert_eq!(ground.taken().await, 0);
}

#[tokio::test]
async fn a_new_key_is_asked_for_once_in_five_minutes() {
    let (ground, bo) = ground().await;
    assert_eq!(ground.deliver(&bo, &bo.creates(1, json!({}))).await.status, TAKEN);
    let renewed = Stranger { key: rsa(1), ..bo.clone() };
    ground.show(&[&renewed]);
    ground.asked();
    assert_eq!(ground.deliver(&renewed, &bo.creates(2, json!({}))).await.status, 401, "just asked");
    ground.wait(301);
    for _ in 0..3 {
        assert_eq!(ground.deliver(&renewed, &bo.creates(2, json!({}))).await.status, TAKEN);
        assert_eq!(ground.deliver(&bo, &bo.creates(3, json!({}))).await.status, 401, "the old one counts no more");
    }
    assert_eq!(ground.asked(), ["/u/bo"]);
}

#[tokio::test]
async fn many_who_need_the_same_key_cause_one_question() {
    let (ground, bo) = ground().await;
    let letters: Vec<Letter> =
        (0..20).map(|number| bo.letter(&bo.creates(number, json!({})), start()).signed()).collect();
    let answers = futures_util::future::join_all(letters.iter().map(|letter| letter.send(&ground.node))).await;
    assert!(answers.iter().all(|answer| answer.status == TAKEN), "{answers:?}");
    assert_eq!(ground.asked().len(), 2, "the actor and its handle");
}

#[tokio::test]
async fn a_home_that_does_not_answer_is_left_in_peace_for_a_while() {
    let ground = Ground::with(&[("read_timeout", "100ms"), ("total_timeout", "300ms")]).await;
    let bo = Stranger::new("bo", "pier.test");
    ground.peers.behave(|_| Reply::Hang);
    let answer = ground.deliver(&bo, &bo.creates(1, json!({}))).await;
    assert_eq!((answer.status, answer.retry_after), (503, Some(300)), "{answer:?}");
    assert_eq!(ground.asked().len(), 1);
    ground.show(&[&bo]);
    ground.wait(200);
    let answer = ground.deliver(&bo, &bo.creates(1, json!({}))).await;
    assert_eq!((answer.status, answer.retry_after), (503, Some(100)), "{answer:?}");
    assert!(ground.asked().is_empty());
    ground.wait(101);
    assert_eq!(ground.deliver(&bo, &bo.creates(1, json!({}))).await.status, TAKEN);
}

#[tokio::test]
async fn a_home_that_leads_astray_is_not_followed() {
    let (ground, bo) = ground().await;
    let somewhere = bo.document(json!({"id": "http://pier.test/u/other"}));
    for (name, reply, status) in [
        ("to the cloud's own secrets", Reply::SayWith(302, "location", "http://169.254.169.254/"), 401),
        ("to a private address", Reply::SayWith(302, "location", "http://10.0.0.1/"), 401),
        ("to us", Reply::SayWith(302, "location", "http://harbor.test/actor"), 403),
        ("in a circle", Reply::SayWith(302, "location", "http://pier.test/u/bo"), 401),
        ("to another scheme", Reply::SayWith(302, "location", "ftp://pier.test/"), 401),
        ("nowhere", Reply::Say(302), 401),
        ("to an upload", Reply::SayWith(200, "content-type", "image/png"), 401),
        ("to a document that lives elsewhere", Reply::Json(somewhere), 401),
        (
            "to an actor without keys",
            Reply::Json(bo.document(json!({"publicKey": null, "assertionMethod": null}))),
            401,
        ),
        ("to no actor", Reply::Json(bo.document(json!({"type": "Note"}))), 401),
        ("missing", Reply::Say(404), 401),
        ("ill", Reply::Say(502), 503),
        ("broken off", Reply::HangUp, 503),
    ] {
        let web = ground.show(&[&bo]);
        web.put(&bo.uri(), reply);
        ground.wait(3_601);
        let answer = ground.deliver(&bo, &bo.creates(1, json!({}))).await;
        assert_eq!(answer.status, status, "{name}: {answer:?}");
    }
    assert_eq!(ground.taken().await, 0);
}

#[tokio::test]
async fn redirects_within_reason_are_followed_and_signed_anew() {
    let (ground, bo) = ground().await;
    let site = ground.node.site.clone();
    let keys = crate::federation::testing::new_keys();
    ground.act(move |tx| setup::ensure_node_actor(tx, &site, Some(&keys), start())).await;
    let web = ground.show(&[&bo]);
    let mut letter = bo.letter(&bo.creates(1, json!({})), start());
    letter.key_id = "http://pier.test/moved-key".into();
    web.put("http://pier.test/moved-key", Reply::SayWith(301, "location", "/stub"));
    // A stub, as GoToSocial shows it: only the owner's whole document counts.
    web.put(
        "http://pier.test/stub",
        Reply::Json(json!({"@context": "https://www.w3.org/ns/activitystreams", "id": "http://pier.test/stub",
            "owner": bo.uri(), "publicKeyPem": bo.key.public().to_pem()})),
    );
    let answer = letter.clone().signed().send(&ground.node).await;
    assert!(answer.status == 401 && said(&answer).1.contains("does not list"), "{answer:?}");
    let asked = ground.peers.take();
    for got in &asked {
        if !got.path.starts_with("/.well-known") {
            got.verified_as("GET", ground.node.clock.now());
        }
    }
    assert_eq!(asked.len(), 4);

    let listed = json!({"publicKey": {"id": "http://pier.test/moved-key", "owner": bo.uri(),
        "publicKeyPem": bo.key.public().to_pem()}});
    web.put(&bo.uri(), Reply::Json(bo.document(listed)));
    ground.wait(301);
    let mut letter = bo.letter(&bo.creates(1, json!({})), ground.node.clock.now());
    letter.key_id = "http://pier.test/moved-key".into();
    assert_eq!(letter.signed().send(&ground.node).await.status, TAKEN);
}

#[tokio::test]
async fn nobody_is_called_what_somebody_else_is_called() {
    let (ground, bo) = ground().await;
    let web = ground.show(&[&bo]);
    let impostor = Stranger { key: rsa(1), ..Stranger::new("mallory", "pier.test") };
    web.put(&impostor.uri(), Reply::Json(impostor.document(json!({"preferredUsername": "bo"}))));
    let answer = ground.deliver(&impostor, &impostor.creates(1, json!({}))).await;
    assert!(answer.status == 401 && said(&answer).1.contains("somebody else"), "{answer:?}");

    // A host without WebFinger cannot deny a name, so its word in the document counts.
    let plain = Stranger::new("ida", "quay.test");
    web.put(&plain.uri(), Reply::Json(plain.document(json!({}))));
    assert_eq!(ground.deliver(&plain, &plain.creates(1, json!({}))).await.status, TAKEN);
    // A name at another host counts when that host says so.
    let split = Stranger::new("kim", "social.lee.test");
    web.put(&split.uri(), Reply::Json(split.document(json!({"webfinger": "kim@lee.test"}))));
    web.put(
        "http://lee.test/.well-known/webfinger?resource=acct%3Akim%40lee.test",
        Reply::Json(json!({"subject": "acct:kim@lee.test", "links": [
            {"rel": "self", "type": "application/activity+json", "href": split.uri()}]})),
    );
    assert_eq!(ground.deliver(&split, &split.creates(1, json!({}))).await.status, TAKEN);
    let handles = ground
        .act(move |tx| {
            let mut handles = Vec::new();
            for uri in [plain.uri(), split.uri()] {
                handles.push(actor::by_uri(tx, &uri)?.unwrap().handle());
            }
            Ok(handles)
        })
        .await;
    assert_eq!(handles, ["ida@quay.test", "kim@lee.test"]);
}

#[tokio::test]
async fn an_actor_who_speaks_after_a_day_is_read_again_in_the_background() {
    let (ground, bo) = ground().await;
    assert_eq!(ground.deliver(&bo, &bo.creates(1, json!({}))).await.status, TAKEN);
    let web = ground.show(&[&bo]);
    web.put(&bo.uri(), Reply::Json(bo.document(json!({"name": "Bo, renamed"}))));
    ground.asked();
    ground.wait(25 * 3_600);
    assert_eq!(ground.deliver(&bo, &bo.creates(2, json!({}))).await.status, TAKEN);
    assert!(ground.asked().is_empty(), "the peer does not wait for it");
    crate::federation::fetch::refresh(&ground.node).await;
    assert_eq!(ground.asked(), ["/u/bo"]);
    let uri = bo.uri();
    assert_eq!(ground.act(move |tx| Ok(actor::by_uri(tx, &uri)?.unwrap().name)).await, "Bo, renamed");
}

mod any {
    use proptest::prelude::*;

    use super::*;

    fn part() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "(http://(pier|harbor|quay)\\.test(/u/bo|/n/1)?|Create|Note|as:Public|[a-z@:/#]{0,8})"
                .prop_map(Value::from),
        ];
        let key = "(id|type|actor|object|to|cc|target|attributedTo|tag|proof|@context|name|href|content|inReplyTo|url)";
        leaf.prop_recursive(4, 32, 4, move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map(key, inner, 0..6).prop_map(|map| map.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        /// Whatever bo signs is answered and acted on without harm.
        #[test]
        fn letter_is_answered(
            kind in "(Create|Update|Delete|Undo|Announce|Like|Follow|Accept|Reject|Move|Block|Flag|Add|Remove)",
            object in part(),
            target in part(),
            to in part(),
            header in proptest::collection::vec(any::<u8>(), 0..60),
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let (ground, bo) = ground().await;
                let activity = bo.does(&kind, 1, json!({"object": object, "target": target, "to": to}));
                let mut letter = bo.letter(&activity, start()).signed();
                let answer = letter.send(&ground.node).await;
                assert!([TAKEN, 400, 403].contains(&answer.status), "{answer:?}");
                crate::federation::receive::Desk::new(ground.node.clone()).settle().await;
                ground.taken().await;
                letter.set("signature", header);
                assert!([400, 401].contains(&letter.send(&ground.node).await.status));
            });
        }
    }
}

#[tokio::test]
async fn who_names_unknown_keys_without_end_is_told_to_come_later_and_nobody_is_asked() {
    let (ground, bo) = ground().await;
    let ida = Stranger::new("ida", "quay.test");
    ground.show(&[&bo, &ida]);
    let sent_by = |who: &Stranger, number: u32, last: u8| {
        let mut letter = who.letter(&who.creates(number, json!({})), ground.node.clock.now());
        letter.asker = Some([192, 0, 2, last].into());
        letter.signed()
    };
    assert_eq!(sent_by(&bo, 1, 1).send(&ground.node).await.status, TAKEN);
    let spent = |last: u8, host: &str| {
        let asker = Some([192, 0, 2, last].into());
        while ground.node.reception.strangers.admit(asker, host).is_ok() {}
    };
    spent(1, "elsewhere.test");
    ground.asked();
    let refused = sent_by(&ida, 1, 1).send(&ground.node).await;
    assert_eq!((refused.status, refused.retry_after), (503, Some(1)));
    assert!(refused.error.unwrap().contains("your address named 300 keys"));
    assert!(ground.asked().is_empty(), "no request goes out");
    assert_eq!(sent_by(&bo, 2, 1).send(&ground.node).await.status, TAKEN, "whose key is known is heard");

    for last in 10..14 {
        spent(last, "quay.test");
    }
    let refused = sent_by(&ida, 1, 2).send(&ground.node).await;
    assert_eq!(said(&refused).0, 503);
    assert!(said(&refused).1.starts_with("quay.test was asked for 600 unknown keys"), "{refused:?}");
    assert!(ground.asked().is_empty(), "whoever names it, it is left in peace");
    ground.wait(1);
    assert_eq!(sent_by(&ida, 1, 2).send(&ground.node).await.status, TAKEN);
}
