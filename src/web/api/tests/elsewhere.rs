//! Programs reach people on other servers by their handles and addresses.

use serde_json::{Value, json};

use super::{House, text};
use crate::federation::testing::{Reply, Stranger};

#[tokio::test]
async fn somebody_elsewhere_is_found_mentioned_and_reported_as_unreachable_in_words() {
    let house = House::new().await;
    let ana = &house.ana;
    let eva = Stranger::new("eva", "quay.test");
    let known = eva.clone();
    house.ground.peers.behave(move |asked| match asked.path.as_str() {
        path if path.starts_with("/.well-known/webfinger") && path.contains("eva") => Reply::Json(known.jrd()),
        "/u/eva" => Reply::Json(known.document(json!({"name": "Eva"}))),
        "/u/eva/n/1" => Reply::Json(known.note(1, json!({"@context": "https://www.w3.org/ns/activitystreams"}))),
        _ => Reply::Say(404),
    });
    assert_eq!(house.get(ana, "/search?q=@eva@quay.test").await["actors"], json!([]), "nobody was asked");
    assert_eq!(house.ground.peers.take().len(), 0);
    let found = house.get(ana, "/search?q=@eva@quay.test&resolve=true").await;
    assert_eq!((&found["actors"][0]["name"], &found["actors"][0]["local"]), (&json!("Eva"), &json!(false)));
    let note = house.get(ana, "/search?q=http://quay.test/u/eva/n/1&resolve=true").await;
    assert_eq!(note["posts"][0]["content"], "<p>note 1</p>");

    let handle = json!({"content": "Hello @eva@quay.test and @nobody@quay.test"});
    let post = house.good(ana, "POST", "/posts", handle).await;
    assert_eq!(post["mentions"], json!([{"uri": eva.uri(), "name": "@eva@quay.test"}]));
    let id = text(&found["actors"][0]["id"]);
    let asked = house.good(ana, "POST", &format!("/actors/{id}/follow"), Value::Null).await;
    assert_eq!(asked["following"], "requested", "her server has not answered");

    house.ground.peers.behave(|_| Reply::HangUp);
    let lost = house.ask(ana, "GET", "/search?q=@gus@pier.test&resolve=true", Value::Null).await;
    assert_eq!((lost.status, &lost.json()["type"]), (502, &json!("/problems/unreachable")), "{}", lost.body);
}

#[tokio::test]
async fn of_two_changes_to_one_post_at_the_same_time_both_count() {
    let house = House::with(&[("total_timeout", "1s")]).await;
    let ana = &house.ana;
    let post = house.post(ana, json!({"content": "Soup at noon", "summary": "food"})).await;
    let path = format!("/posts/{post}");
    // Whom the new text mentions is looked for in vain, which takes a while.
    house.ground.peers.behave(|_| Reply::Hang);
    let slow = house.good(ana, "PATCH", &path, json!({"content": "Soup at one, @eva@quay.test?"}));
    let quick = async {
        while house.ground.peers.take().is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        house.good(ana, "PATCH", &path, json!({"summary": "lunch", "language": "en"})).await
    };
    let both = futures_util::future::join(slow, quick);
    let (changed, _) = tokio::time::timeout(std::time::Duration::from_secs(20), both).await.unwrap();
    assert_eq!((&changed["summary"], &changed["language"]), (&json!("lunch"), &json!("en")));
    assert!(text(&changed["content"]).contains("Soup at one"), "{changed}");
}

#[tokio::test]
async fn a_member_moves_away_as_soon_as_the_new_account_says_so() {
    let house = House::new().await;
    let ana = &house.ana;
    let new = Stranger::new("ana", "quay.test");
    let says = |aliases: Value| {
        let new = new.clone();
        house.ground.peers.behave(move |asked| match asked.path.as_str() {
            "/u/ana" => Reply::Json(new.document(json!({"alsoKnownAs": aliases}))),
            path if path.starts_with("/.well-known/webfinger") => Reply::Json(new.jrd()),
            _ => Reply::Say(404),
        });
    };
    says(json!([]));
    let early = house.ask(ana, "POST", "/me/move", json!({"target": "ana@quay.test"})).await;
    assert_eq!(early.status, 422);
    assert!(text(&early.json()["detail"]).contains("alsoKnownAs"), "{}", early.body);
    says(json!(["http://harbor.test/members/ana"]));
    house.good(ana, "POST", "/me/move", json!({"target": "ana@quay.test"})).await;
    assert_eq!(house.get(ana, "/me").await["moved_to"], new.uri());
}
