//! Bookings that repeat, as a program makes them, moves them and takes them back.

use serde_json::{Value, json};

use super::{House, text};

/// Every operation once, after those on bookings at another node. It is Friday, 15 January 2027.
pub(super) async fn tour(house: &House) {
    let ana = &house.ana;
    let (gus, hal) = (&house.newcomer("gus").await, &house.newcomer("hal").await);
    let space = text(&house.get(ana, "/spaces").await["items"][0]["id"]);
    let add = async |body| text(&house.good(ana, "POST", &format!("/spaces/{space}/resources"), body).await["id"]);
    let open = json!({"monday": ["08:00-20:00"], "tuesday": ["08:00-20:00"], "sunday": ["08:00-20:00"], "wednesday": ["08:00-20:00"]});
    let den = add(json!({"kind": "meeting_room", "name": "Den", "hours": open, "seats": 8})).await;
    let barn = add(json!({"kind": "event_room", "name": "Barn", "hours": open, "seats": 80})).await;
    house
        .good(
            hal,
            "POST",
            "/bookings",
            json!({"resource": den, "start": "2027-01-26T10:30", "end": "2027-01-26T11:30"}),
        )
        .await;

    let wish =
        json!({"resource": den, "start": "2027-01-19T10:00", "end": "2027-01-19T11:00", "rule": "FREQ=WEEKLY;COUNT=4"});
    let seen = house.good(gus, "POST", "/series/preview", wish.clone()).await;
    let broken = |place: usize| seen["occurrences"][place]["broken"].as_array().unwrap().len();
    assert_eq!([broken(0), broken(1), broken(2), broken(3)], [0, 1, 0, 0]);
    assert_eq!(seen["occurrences"][1]["alternatives"][0]["start"], "2027-01-26T09:30:00+01:00");
    let monthly =
        json!({"resource": den, "start": "2027-01-31T10:00", "end": "2027-01-31T11:00", "every": "month", "times": 2});
    let seen = house.good(gus, "POST", "/series/preview", monthly).await;
    assert_eq!((&seen["skipped"], &seen["timezone"]), (&json!(["2027-02 has no day 31"]), &json!("Europe/Amsterdam")));

    let refused = house.ask(gus, "POST", "/series", wish.clone()).await;
    let problem = refused.json();
    assert_eq!((refused.status, &problem["type"]), (409, &json!("/problems/clashes")));
    assert_eq!(problem["clashes"].as_array().unwrap().len(), 1);
    assert_eq!(problem["clashes"][0]["occurrence"], "2027-01-26T10:00:00");
    assert_eq!(problem["clashes"][0]["broken"][0]["rule"], "capacity");
    assert_eq!(house.get(gus, "/series").await["items"], json!([]));
    let mut skipping = wish.clone();
    skipping["clashes"] = json!("skip");
    let made = house.good(gus, "POST", "/series", skipping).await;
    assert_eq!(made["left_out"], problem["clashes"]);
    let series = &made["series"];
    assert_eq!((&series["summary"], &series["rule"]), (&json!({"confirmed": 3}), &json!("FREQ=WEEKLY;COUNT=4")));
    assert_eq!(series["deleted"], json!(["2027-01-26T10:00:00"]));
    let path = format!("/series/{}", text(&series["id"]));
    assert_eq!(&house.get(ana, &path).await, series, "hosts see it, too");
    assert_eq!(house.ask(hal, "GET", &path, Value::Null).await.status, 404);
    let first = house.get(gus, &format!("{path}/bookings?limit=2")).await;
    let rest = house.get(gus, &format!("{path}/bookings?limit=2&cursor={}", text(&first["next"]))).await;
    assert_eq!((first["items"].as_array().unwrap().len(), rest["items"].as_array().unwrap().len()), (2, 1));
    assert_eq!((&first["items"][0]["series"], &first["items"][0]["occurrence"]), (&series["id"], &series["start"]));

    let move_all = json!({"scope": "all", "start": "2027-01-19T11:00"});
    let moved = house.good(gus, "PATCH", &path, move_all).await;
    assert_eq!(
        (&moved["series"]["start"], &moved["series"]["end"]),
        (&json!("2027-01-19T11:00:00"), &json!("2027-01-19T12:00:00"))
    );
    assert_eq!((moved["changed"].as_array().unwrap().len(), &moved["left"]), (3, &json!([])));
    let later = json!({"scope": "later", "occurrence": "2027-02-02T11:00", "start": "2027-02-03T09:00", "people": 3});
    let split = house.good(gus, "PATCH", &path, later).await;
    assert_eq!((&split["series"]["split_from"], &split["before"]["id"]), (&series["id"], &series["id"]));
    assert_eq!((&split["changed"][0]["people"], &split["before"]["summary"]), (&json!(3), &json!({"confirmed": 1})));
    let cancelled = house.good(gus, "POST", &format!("{path}/cancel"), json!({"scope": "all"})).await;
    assert_eq!((&cancelled["state"], &cancelled["summary"]), (&json!("cancelled"), &json!({"cancelled": 1})));
    assert_eq!(house.get(gus, "/series").await["items"].as_array().unwrap().len(), 2);

    let evenings = json!({"resource": barn, "start": "2027-01-19T18:00", "end": "2027-01-19T20:00", "every": "week", "until": "2027-02-09"});
    let asked = house.good(gus, "POST", "/series", evenings).await["series"].clone();
    assert_eq!(asked["summary"], json!({"requested": 4}));
    let path = format!("/series/{}", text(&asked["id"]));
    let refused = house.ask(gus, "POST", &format!("{path}/approve"), json!({})).await;
    assert_eq!(refused.status, 403);
    let approved = house.good(ana, "POST", &format!("{path}/approve"), json!({})).await;
    assert_eq!((approved["approved"].as_array().unwrap().len(), &approved["left"]), (4, &json!([])));
    let both = json!({"start": "2027-01-20T10:00", "end": "2027-01-20T11:00", "items": [
        {"resource": barn}, {"resource": barn, "start": "2027-01-20T12:00", "end": "2027-01-20T13:00"}]});
    let both = house.good(hal, "POST", "/bookings", both).await["items"].clone();
    assert_eq!(both[0]["context"], both[1]["context"]);
    let together = format!("/bookings/{}/approve_together", text(&both[0]["id"]));
    let approved = house.good(ana, "POST", &together, json!({"clashes": "refuse"})).await;
    assert_eq!(approved["approved"].as_array().unwrap().len(), 2);

    // At another node: each is asked for by itself.
    let desks = json!({"resource": super::stay::DESKS, "start": "2027-03-16T10:00", "end": "2027-03-16T11:00", "every": "week", "times": 3});
    let seen = house.good(gus, "POST", "/series/preview", desks.clone()).await;
    assert_eq!((seen["occurrences"].as_array().unwrap().len(), &seen["timezone"]), (3, &json!("Europe/Lisbon")));
    let asked = house.good(gus, "POST", "/series", desks.clone()).await["series"].clone();
    assert_eq!((&asked["address"], &asked["summary"]), (&json!(super::stay::DESKS), &json!({"sent": 3})));
    let path = format!("/series/{}", text(&asked["id"]));
    let stays = house.get(gus, &format!("{path}/stays")).await;
    assert_eq!((&stays["items"][2]["occurrence"], &stays["next"]), (&json!("2027-03-30T10:00:00"), &Value::Null));
    assert_eq!(stays["items"][2]["start"], "2027-03-30T10:00:00+01:00", "an hour earlier than before, in UTC");
    let refused = house.ask(gus, "PATCH", &path, json!({"scope": "all", "start": "2027-03-16T12:00"})).await;
    assert_eq!((refused.status, &refused.json()["type"]), (409, &json!("/problems/wrong-state")));
    let back = json!({"scope": "this", "occurrence": "2027-03-23T10:00"});
    assert_eq!(
        house.good(gus, "POST", &format!("{path}/cancel"), back).await["summary"],
        json!({"cancelled": 1, "sent": 2})
    );

    let mut for_hal = desks;
    for_hal["guest"] = json!("Mr Smit");
    for (body, status, words) in [
        (for_hal, 422, "left out for what another node has"),
        (
            json!({"resource": "Den", "start": "2027-01-19T10:00", "end": "2027-01-19T11:00"}),
            422,
            "the number of a resource",
        ),
        (json!({"resource": den, "start": "2027-01-19T10:00", "end": "2027-01-19T11:00"}), 422, "with times or until"),
        (
            json!({"resource": den, "start": "2027-01-19T10:00", "end": "2027-01-19T11:00", "rule": "FREQ=WEEKLY;COUNT=53"}),
            422,
            "at most 52",
        ),
        (
            json!({"resource": den, "start": "2027-01-19T10:02", "end": "2027-01-19T11:00", "rule": "FREQ=WEEKLY;COUNT=3"}),
            422,
            "5 minutes",
        ),
    ] {
        let refused = house.ask(gus, "POST", "/series", body).await;
        assert_eq!(refused.status, status, "{}", refused.body);
        assert!(refused.body.contains(words), "{}", refused.body);
    }
}
