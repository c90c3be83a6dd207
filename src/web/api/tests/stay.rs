//! Booking at another node, as a program does it.

use std::time::Duration;

use serde_json::{Value, json};

use super::{House, text};
use crate::coworking::id::{AwayId, VisitId};
use crate::federation::testing::{Reply, Stranger};
use crate::operations;
use crate::operations::away::{self, Answer, Terms};
use crate::operations::visit::{self, Welcome};
use crate::store::Tx;
use crate::store::away as rows;

pub(super) const DESKS: &str = "http://quay.test/resources/7";

fn desks() -> Value {
    json!({
        "@context": "https://www.w3.org/ns/activitystreams", "type": "Proposal", "id": DESKS,
        "attributedTo": "http://quay.test/u/quay", "name": "Desks", "timezone": "Europe/Lisbon",
        "purpose": "offer", "unitBased": true, "rulesVersion": "2026-12-01T09:00:00Z", "rules": {"grid_minutes": 30},
        "publishes": {"type": "Intent", "id": format!("{DESKS}#primary"), "action": "deliverService",
            "resourceQuantity": {"hasUnit": "minute", "hasNumericalValue": "30"},
            "availableQuantity": {"hasUnit": "one", "hasNumericalValue": "4"}},
    })
}

/// Every operation once.
pub(super) async fn tour(house: &House) {
    let ana = &house.ana;
    let quay = Stranger::new("quay", "quay.test");
    house.ground.peers.behave(move |asked| match asked.path.as_str() {
        "/resources/7" => Reply::Json(desks()),
        "/u/quay" => Reply::Json(quay.document(json!({"type": "Group", "name": "The Quay"}))),
        path if path.starts_with("/.well-known/webfinger") => Reply::Json(quay.jrd()),
        _ => Reply::Say(404),
    });
    let year = house.ground.node.clock.now().strftime("%Y").to_string().parse::<i32>().unwrap() + 1;
    let wish = json!({"resource": DESKS, "start": format!("{year}-01-15T09:00"), "end": format!("{year}-01-15T17:00"), "units": 2});
    let stay = house.good(ana, "POST", "/stays", wish.clone()).await;
    assert_eq!((&stay["state"], &stay["host"]["name"]), (&json!("sent"), &json!("The Quay")));
    assert_eq!((&stay["timezone"], &stay["resource_name"]), (&json!("Europe/Lisbon"), &json!("Desks")));
    let path = format!("/stays/{}", text(&stay["id"]));
    assert_eq!(house.get(ana, &path).await, stay);
    let list = house.get(ana, &format!("/stays?from={year}-01-01T00:00&to={year}-02-01T00:00")).await;
    assert_eq!(list["items"], json!([stay]));
    assert_eq!(house.good(ana, "POST", &format!("{path}/cancel"), Value::Null).await["state"], "cancelled");

    // At the door, without a booking.
    let at = json!({"space": "http://quay.test/u/quay", "code": "abc"});
    let visit = house.good(ana, "POST", "/visits", at.clone()).await;
    assert_eq!(
        (&visit["state"], &visit["stay"], &visit["host"]["name"]),
        (&json!("sent"), &Value::Null, &json!("The Quay"))
    );
    assert_eq!(house.good(ana, "POST", "/visits", at).await, visit, "twice is once");
    assert_eq!(house.get(ana, &format!("/visits/{}", text(&visit["id"]))).await, visit);
    for (end, body) in [("arrive", json!({})), ("leave", Value::Null)] {
        let refused = house.ask(ana, "POST", &format!("{path}/{end}"), body).await;
        assert_eq!(refused.status, 409, "{end}: it was taken back");
    }

    // With a booking that the host has confirmed.
    let today = json!({"resource": DESKS, "start": "2027-01-15T08:00", "end": "2027-01-15T12:00"});
    let today = format!("/stays/{}", text(&house.good(ana, "POST", "/stays", today).await["id"]));
    let (id, now): (AwayId, _) = (today.rsplit('/').next().unwrap().parse().unwrap(), house.ground.node.clock.now());
    let agreed = move |tx: &mut Tx<'_>| {
        let found = rows::by_id(tx, id)?.unwrap();
        let agreement = "http://quay.test/bookings/5".to_owned();
        let answer = Answer::Agreed(Terms {
            agreement,
            proposal: found.proposal,
            slot: found.slot,
            units: found.units,
            in_return: None,
            epoch: None,
        });
        Ok::<_, operations::Error>((found.space, answer))
    };
    house
        .ground
        .act(move |tx| {
            let (host, answer) = agreed(tx)?;
            away::receive_answer(tx, host, id, &answer, now)
        })
        .await;
    let there = house.good(ana, "POST", &format!("{today}/arrive"), json!({})).await;
    assert_eq!((&there["state"], text(&there["stay"])), (&json!("sent"), id.to_string()));
    let visit_id: VisitId = text(&there["id"]).parse().unwrap();
    house
        .ground
        .act(move |tx| {
            let (host, answer) = agreed(tx)?;
            visit::receive_answer(tx, host, visit_id, &Welcome { answer, zone: None }, now)
        })
        .await;
    assert_eq!(house.get(ana, &today).await["state"], "checked_in");
    assert_eq!(house.good(ana, "POST", &format!("{today}/leave"), Value::Null).await["state"], "completed");
    assert_eq!(house.get(ana, &format!("/visits/{visit_id}")).await["state"], "left");

    // The screen at the door, the numbers that are typed there, and browsers.
    let space = text(&house.get(ana, "/spaces").await["items"][0]["id"]);
    let screens = format!("/spaces/{space}/kiosks");
    let made = house.good(ana, "POST", &screens, json!({"label": "Front door"})).await;
    assert!(text(&made["url"]).starts_with("http://harbor.test/kiosk/kiosk_"));
    assert_eq!(house.get(ana, &screens).await["items"][0]["label"], "Front door");
    house.good(ana, "DELETE", &format!("/kiosks/{}", text(&made["id"])), Value::Null).await;
    assert_eq!(house.get(ana, &screens).await["items"], json!([]));
    assert_eq!(house.get(ana, "/me/code").await["code"], Value::Null);
    let code = house.good(ana, "POST", "/me/code", Value::Null).await;
    assert_eq!((house.get(ana, "/me/code").await, text(&code["code"]).len()), (code.clone(), 8));
    let booked = text(&house.get(ana, "/bookings?from=2027-01-01T00:00&to=2027-12-31T00:00").await["items"][0]["id"]);
    assert_eq!(text(&house.get(ana, &format!("/bookings/{booked}/code")).await["code"]).len(), 6);
    let link = house.good(ana, "POST", "/sessions/links", json!({"minutes": 15})).await;
    let address = text(&link["url"]).strip_prefix("http://harbor.test").unwrap().to_owned();
    let own = [("Origin", "http://harbor.test"), ("User-Agent", "Lynx")];
    assert_eq!(house.open.ask("POST", &address, &own, "").await.status, 303);
    let signed_in = house.get(ana, "/sessions").await["items"].clone();
    assert_eq!(signed_in[0]["label"], "Lynx");
    house.good(ana, "DELETE", &format!("/sessions/{}", text(&signed_in[0]["id"])), Value::Null).await;
    assert_eq!(house.get(ana, "/sessions").await["items"], json!([]));

    let eve = house.newcomer("eve").await;
    assert_eq!(house.ask(&eve, "GET", &path, Value::Null).await.status, 404);
    assert_eq!(house.ask(&eve, "GET", &format!("/visits/{}", text(&visit["id"])), Value::Null).await.status, 404);
    for (change, status) in [
        (json!({"units": 5}), 422),
        (json!({"start": format!("{year}-01-15T18:00")}), 422),
        (json!({"resource": "http://quay.test/u/quay"}), 422),
        (json!({"resource": "http://quay.test/resources/8"}), 404),
        (json!({"resource": "http://harbor.test/resources/7"}), 422),
    ] {
        let mut wrong = wish.clone();
        wrong.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        assert_eq!(house.ask(ana, "POST", "/stays", wrong).await.status, status, "{change}");
    }
}

#[tokio::test]
async fn a_space_that_takes_its_time_keeps_no_program_waiting() {
    let house = House::with(&[("read_timeout", "30s")]).await;
    house.ground.peers.behave(|_| Reply::Hang);
    let time_passes = async {
        while house.ground.peers.take().is_empty() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(21)).await;
        tokio::time::resume();
    };
    let begins = house.ask(&house.ana, "POST", "/visits", json!({"space": "http://slow.test/u/quay"}));
    let both = futures_util::future::join(begins, time_passes);
    let (answer, ()) = tokio::time::timeout(Duration::from_secs(60), both).await.expect("an answer");
    assert_eq!((answer.status, &answer.json()["type"]), (502, &json!("/problems/unreachable")), "{}", answer.body);
    assert!(text(&answer.json()["detail"]).contains("there was no answer within 20 seconds"), "{}", answer.body);
}
