//! Waiting for what others have, as a program does it.

use serde_json::{Value, json};

use super::{House, text};
use crate::operations::booking::tend;

/// Every operation once.
pub(super) async fn tour(house: &House) {
    let ana = &house.ana;
    let [ben, cleo] = [house.newcomer("benno").await, house.newcomer("clara").await];
    let space = text(&house.get(ana, "/spaces").await["items"][0]["id"]);
    let booth = json!({"kind": "phone_booth", "name": "Booth"});
    let booth = text(&house.good(ana, "POST", &format!("/spaces/{space}/resources"), booth).await["id"]);
    let at = |time: &str| format!("2027-01-15T{time}");
    let hour = json!({"resource": booth, "start": at("15:00"), "end": at("16:00")});
    let free = house.ask(&cleo, "POST", "/waitlist", hour.clone()).await;
    assert_eq!((free.status, &free.json()["type"]), (409, &json!("/problems/free")), "{}", free.body);
    let booked = house.good(&ben, "POST", "/bookings", hour.clone()).await;

    let mut wish = hour.clone();
    wish.as_object_mut()
        .unwrap()
        .extend([("minutes".to_owned(), json!(45)), ("note".to_owned(), json!("Quiet, please"))]);
    let wait = house.good(&cleo, "POST", "/waitlist", wish).await;
    assert_eq!((&wait["state"], &wait["place"], &wait["minutes"]), (&json!("waiting"), &json!(1), &json!(45)));
    assert_eq!((&wait["resource_name"], &wait["start"]), (&json!("Booth"), &json!("2027-01-15T15:00:00+01:00")));
    let for_ben = json!({"resource": booth, "start": at("15:00"), "end": at("16:00"), "member": cleo.id});
    assert_eq!(house.ask(&ben, "POST", "/waitlist", for_ben.clone()).await.status, 403);
    let second = house.good(ana, "POST", "/waitlist", for_ben).await;
    assert_eq!((&second["place"], &second["requester"]["username"]), (&json!(2), &json!("clara")));

    let line = format!("/spaces/{space}/waitlist");
    assert_eq!(house.get(ana, &line).await["items"], json!([wait, second]));
    assert_eq!(house.ask(&cleo, "GET", &line, Value::Null).await.status, 403);
    assert_eq!(house.get(&cleo, "/waitlist").await["items"], json!([second, wait]));
    let path = format!("/waitlist/{}", text(&wait["id"]));
    assert_eq!(house.get(&cleo, &path).await, wait);
    assert_eq!(house.ask(&ben, "GET", &path, Value::Null).await.status, 404);
    let left = format!("/waitlist/{}/leave", text(&second["id"]));
    assert_eq!(house.good(ana, "POST", &left, json!({"words": "Once is enough"})).await["state"], "removed");

    house.good(&ben, "POST", &format!("/bookings/{}/cancel", text(&booked["id"])), json!({})).await;
    let now = house.ground.node.clock.now();
    house.ground.act(move |tx| tend(tx, now, 100)).await;
    let got = house.get(&cleo, &path).await;
    assert_eq!((&got["state"], &got["place"]), (&json!("promoted"), &Value::Null));
    let booking = format!("/bookings/{}", text(&got["booking"]));
    assert_eq!(house.get(&cleo, &booking).await["state"], "held");
    assert_eq!(house.good(&cleo, "POST", &format!("{booking}/confirm"), Value::Null).await["state"], "confirmed");
}
