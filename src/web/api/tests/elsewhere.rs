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
