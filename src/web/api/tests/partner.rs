//! Partner spaces and the ledger, as a program meets them.

use serde_json::{Value, json};

use super::{House, text};
use crate::federation::testing::{Reply, Stranger};

/// Every operation once.
pub(super) async fn tour(house: &House) {
    let ana = &house.ana;
    let (dock, pool) = (Stranger::new("dock", "dock.test"), Stranger::new("pool", "pool.test"));
    house.ground.peers.behave(move |asked| {
        let whose = |name: &str| asked.path.contains(name);
        let one = if whose("pool") { &pool } else { &dock };
        let group = json!({"type": "Group", "name": one.name, "following": one.at("following"),
            "hospitality": {"days": 2, "sauna": true}});
        match asked.path.as_str() {
            path if path.starts_with("/.well-known/webfinger") => Reply::Json(one.jrd()),
            path if path.ends_with("/following") => Reply::Json(json!({
                "@context": "https://www.w3.org/ns/activitystreams", "type": "OrderedCollection", "id": dock.at("following"),
                "totalItems": 2, "orderedItems": [pool.uri(), "http://harbor.test/spaces/harbor"],
            })),
            path if path.starts_with("/u/") => Reply::Json(one.document(group)),
            _ => Reply::Say(404),
        }
    });
    let spaces = house.get(ana, "/spaces").await;
    let space = spaces["items"].as_array().unwrap().iter().find(|space| space["is_default"] == true).unwrap();
    let path = format!("/spaces/{}", text(&space["id"]));
    let found = house.get(ana, "/search?q=@dock@dock.test&resolve=true").await;
    let one = format!("{path}/partners/{}", text(&found["actors"][0]["id"]));
    let review = house.get(ana, &one).await;
    assert_eq!(
        (&review["stage"], &review["level"], &review["host"]),
        (&Value::Null, &json!("known"), &json!("dock.test"))
    );
    assert_eq!(review["sentences"], json!(["A guest can have 2 days within any 30 days."]));
    let version = review["peer_agreement"]["version"].clone();

    assert_eq!(house.ask(ana, "PUT", &one, json!({"agreement": 99})).await.status, 422);
    let agreed = house.good(ana, "PUT", &one, json!({"agreement": version, "contact": "privacy@dock.test"})).await;
    assert_eq!((&agreed["stage"], &agreed["level"]), (&json!("asked_by_us"), &json!("trusted")));
    assert_eq!((&agreed["agreed_by"], &agreed["contact"]), (&json!(ana.id), &json!("privacy@dock.test")));
    let list = house.get(ana, &format!("{path}/partners")).await;
    assert_eq!(list["items"][0]["space"]["handle"], "dock@dock.test");
    let suggested = house.get(ana, &format!("{path}/partner_suggestions?from=@dock@dock.test")).await;
    assert_eq!(suggested["items"][0]["space"]["handle"], "pool@pool.test");
    assert_eq!((&suggested["items"][0]["stage"], suggested["items"].as_array().unwrap().len()), (&Value::Null, 1));

    let eva = house.newcomer("olga").await;
    for (method, path) in [("GET", one.as_str()), ("DELETE", one.as_str()), ("GET", "/ledger")] {
        assert_eq!(house.ask(&eva, method, path, Value::Null).await.status, 403, "{method} {path}");
    }
    house.good(ana, "DELETE", &one, Value::Null).await;
    assert_eq!(house.get(ana, &format!("{path}/partners")).await["items"], json!([]));
    assert_eq!(house.get(ana, &format!("{path}/statements")).await["items"], json!([]));
    let month = house.get(ana, "/ledger?month=2027-01&peer=dock.test").await;
    assert_eq!(month["items"], json!([]));
    assert_eq!(house.ask(ana, "GET", "/ledger?month=January", Value::Null).await.status, 422);
}
