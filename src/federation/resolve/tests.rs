//! What people type, and whom or what they find.

use serde_json::json;

use super::{Resolved, actor, known, mentions, object};
use crate::coworking::Refusal;
use crate::federation::testing::{Ground, Reply, Stranger, Web, start};
use crate::operations::{self, post::Mentions};
use crate::store::{actor as actors, post};

const AS: &str = "https://www.w3.org/ns/activitystreams";

async fn ground() -> (Ground, Stranger, Web) {
    let ground = Ground::new().await;
    let bo = Stranger::new("bo", "pier.test");
    let web = ground.show(&[&bo]);
    (ground, bo, web)
}

fn refused<T: std::fmt::Debug>(answer: operations::Result<T>) -> Refusal {
    match answer {
        Err(operations::Error::Refused(refusal)) => refusal,
        other => panic!("expected a refusal, found {other:?}"),
    }
}

#[tokio::test]
async fn one_person_has_many_spellings_and_is_asked_for_once() {
    let (ground, bo, web) = ground().await;
    web.put("http://pier.test/@bo", Reply::SayWith(302, "location", "/u/bo"));
    let found = actor(&ground.node, "@bo@pier.test").await.unwrap();
    assert_eq!(
        ground.asked(),
        [
            "/.well-known/webfinger?resource=acct%3Abo%40pier.test",
            "/u/bo",
            "/.well-known/webfinger?resource=acct%3Abo%40pier.test"
        ]
    );
    for spelling in ["bo@pier.test", "acct:bo@pier.test", " @Bo@PIER.test ", &bo.uri(), &format!("{}#x", bo.uri())] {
        assert_eq!(actor(&ground.node, spelling).await.unwrap(), found, "{spelling}");
    }
    assert!(ground.asked().is_empty());
    assert_eq!(actor(&ground.node, "http://pier.test/@bo").await.unwrap(), found, "also by the page");

    let ana = ground.member("ana").await;
    for spelling in ["ana", "@ana", "@Ana@harbor.test", "http://harbor.test/members/ana"] {
        assert_eq!(actor(&ground.node, spelling).await.unwrap(), ana, "{spelling}");
    }
}

#[tokio::test]
async fn who_is_not_found_is_told_apart_from_who_cannot_be_asked() {
    let (ground, bo, web) = ground().await;
    for (who, code) in [
        ("", "malformed"),
        ("@", "malformed"),
        ("ana bo", "not-found"),
        ("@nobody", "not-found"),
        ("@nobody@harbor.test", "not-found"),
        ("http://harbor.test/members/nobody", "not-found"),
        ("http://harbor.test/admin", "not-found"),
        ("@nobody@pier.test", "not-found"),
        ("http://pier.test/nothing", "not-found"),
        ("javascript://pier.test/%0aalert(1)", "malformed"),
        ("@bo@pier.test/x", "malformed"),
        ("@bo@127.0.0.1:9", "unreachable"),
        ("http://169.254.169.254/latest", "unreachable"),
    ] {
        let refusal = refused(actor(&ground.node, who).await);
        assert_eq!(refusal.code(), code, "{who}: {refusal}");
    }
    web.put(&bo.uri(), Reply::Say(410));
    assert_eq!(refused(actor(&ground.node, "@bo@pier.test").await).code(), "gone");
    ground.peers.behave(|_| Reply::HangUp);
    let silent = refused(actor(&ground.node, "@ida@quay.test").await);
    assert!(silent.to_string().starts_with("ida@quay.test could not be reached: "), "{silent}");
}

#[tokio::test]
async fn a_handle_is_believed_when_it_loops_back() {
    let (ground, bo, web) = ground().await;
    let stolen = |host: &str| {
        json!({"subject": format!("acct:famous@{host}"), "links": [
        {"rel": "self", "type": "application/activity+json", "href": bo.uri()}]})
    };
    web.put(
        "http://evil.test/.well-known/webfinger?resource=acct%3Afamous%40evil.test",
        Reply::Json(stolen("evil.test")),
    );
    let refusal = refused(actor(&ground.node, "@famous@evil.test").await);
    assert!(refusal.to_string().contains("calls itself bo@pier.test"), "{refusal}");
    // A host may say that a name is really another one, once.
    let renamed = json!({"subject": "acct:bo@pier.test", "links": []});
    web.put("http://old.test/.well-known/webfinger?resource=acct%3Abo%40old.test", Reply::Json(renamed.clone()));
    assert!(actor(&ground.node, "@bo@old.test").await.is_ok());
    let circle = json!({"subject": "acct:bo@old.test", "links": []});
    web.put("http://new.test/.well-known/webfinger?resource=acct%3Abo%40new.test", Reply::Json(circle));
    assert_eq!(refused(actor(&ground.node, "@bo@new.test").await).code(), "unreachable");
}

#[tokio::test]
async fn a_post_is_found_with_its_author_and_what_it_answers() {
    let (ground, bo, web) = ground().await;
    let ida = Stranger::new("ida", "quay.test");
    web.show(&ida);
    web.put(&ida.at("n/1"), Reply::Json(ida.note(1, json!({"@context": AS}))));
    let answer = bo.note(2, json!({"@context": AS, "inReplyTo": ida.at("n/1")}));
    web.put(&bo.at("n/2"), Reply::Json(answer));
    web.put("http://pier.test/@bo/2", Reply::SayWith(302, "location", "/u/bo/n/2"));
    let Resolved::Post(found) = object(&ground.node, "http://pier.test/@bo/2").await.unwrap() else { panic!() };
    let (child, parent) = ground
        .act(move |tx| {
            let child = post::by_id(tx, found)?.unwrap();
            let parent = post::by_id(tx, child.in_reply_to.unwrap())?.unwrap();
            Ok((child, parent))
        })
        .await;
    assert_eq!((child.uri, parent.uri), (bo.at("n/2"), ida.at("n/1")));
    assert_eq!(object(&ground.node, &bo.uri()).await.unwrap(), Resolved::Actor(child.author));

    let forged = bo.note(3, json!({"@context": AS, "attributedTo": ida.uri()}));
    web.put(&bo.at("n/3"), Reply::Json(forged));
    assert_eq!(refused(object(&ground.node, &bo.at("n/3")).await).code(), "unreachable");
    assert_eq!(refused(actor(&ground.node, &bo.at("n/2")).await).code(), "malformed");
}

#[tokio::test]
async fn what_is_known_is_found_by_its_page_without_asking_and_nobody_claims_the_page_of_another_home() {
    let (ground, bo, web) = ground().await;
    let page = "http://pier.test/@bo/1";
    web.put(&bo.uri(), Reply::Json(bo.document(json!({"url": "http://pier.test/@bo"}))));
    web.put(&bo.at("n/1"), Reply::Json(bo.note(1, json!({"@context": AS, "url": page}))));
    let eve = Stranger::new("eve", "evil.test");
    web.show(&eve);
    web.put(&eve.at("n/1"), Reply::Json(eve.note(1, json!({"@context": AS, "url": page}))));
    object(&ground.node, &eve.at("n/1")).await.unwrap();
    assert_eq!(known(&ground.node, page).await.unwrap(), None, "it is claimed by somebody who does not live there");
    let post = object(&ground.node, &bo.at("n/1")).await.unwrap();
    let Resolved::Actor(person) = object(&ground.node, &bo.uri()).await.unwrap() else { panic!() };
    ground.asked();
    for (what, found) in [
        (page, Some(post)),
        (bo.at("n/1").as_str(), Some(post)),
        ("http://pier.test/@bo", Some(Resolved::Actor(person))),
        (" @bo@pier.test", Some(Resolved::Actor(person))),
        ("http://pier.test/@bo/2", None),
        ("@ida@pier.test", None),
    ] {
        assert_eq!(known(&ground.node, what).await.unwrap(), found, "{what}");
    }
    assert_eq!(refused(known(&ground.node, "http://harbor.test/members/nobody").await).code(), "not-found");
    assert_eq!(refused(known(&ground.node, "http://").await).code(), "malformed");
    assert!(ground.asked().is_empty());
}

#[tokio::test]
async fn mentions_are_found_and_the_rest_stays_text() {
    let (ground, bo, web) = ground().await;
    web.put(&bo.uri(), Reply::Json(bo.document(json!({"url": "http://pier.test/@bo"}))));
    let ana = ground.member("ana").await;
    let found = mentions(&ground.node, "@ana, ask @bo@pier.test or @nobody@pier.test. `@code`").await;
    let uri = bo.uri();
    let bo = ground.act(move |tx| Ok(actors::id_of(tx, &uri)?.unwrap())).await;
    let mut expected = Mentions::default();
    expected.found("ana", ana, "http://harbor.test/members/ana".into());
    expected.found("bo@pier.test", bo, "http://pier.test/@bo".into());
    assert_eq!(found, expected);
    assert_eq!(mentions(&ground.node, "nobody at all").await, Mentions::default());
    assert_eq!(ground.node.clock.now(), start());
}
