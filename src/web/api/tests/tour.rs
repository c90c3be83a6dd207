//! Every operation passes once, as described.

use serde_json::{Value, json};

use super::{House, text};
use crate::coworking::id::ActorId;
use crate::store::testing::set_aside;

#[tokio::test]
async fn every_operation_answers_as_it_is_described() {
    let house = House::new().await;
    let (ana, none) = (&house.ana, Value::Null);
    people(&house).await;
    what_is_said(&house).await;
    ties(&house).await;
    order(&house).await;
    rooms(&house).await;
    bookings(&house).await;
    appeals(&house).await;

    super::stay::tour(&house).await;
    super::waitlist::tour(&house).await;
    super::series::tour(&house).await;
    super::mail::tour(&house).await;
    super::partner::tour(&house).await;

    let other = text(&house.good(ana, "POST", "/tokens", json!({"label": "phone"})).await["id"]);
    assert_eq!(house.get(ana, "/tokens").await["items"][0]["label"], "phone");
    house.good(ana, "DELETE", &format!("/tokens/{other}"), none).await;
    house.tour_of_calendars().await;
    house.tour_of_photos().await;
    assert_eq!(house.described.lock().unwrap().unheard(), Vec::<String>::new());
}

async fn people(house: &House) {
    let (ana, none) = (&house.ana, || Value::Null);
    let node = house.get(ana, "/node").await;
    assert_eq!((&node["name"], &node["is_set_up"]), (&json!("Harbor Coworking"), &json!(true)));
    let edited = house.good(ana, "PATCH", "/node", json!({"name": "Harbor", "summary": "By the *water*"})).await;
    assert_eq!((&edited["name"], &edited["profile"]["type"]), (&json!("Harbor"), &json!("Application")));
    assert_eq!(edited["profile"]["summary"], "<p>By the <em>water</em></p>");
    assert_eq!(house.get(ana, "/node").await, edited);
    let me = house.good(ana, "PATCH", "/me", json!({"summary": "I *bake*.", "skills": ["Sourdough"]})).await;
    assert_eq!((&me["summary"], &me["role"]), (&json!("<p>I <em>bake</em>.</p>"), &json!("admin")));
    assert_eq!(house.get(ana, "/me").await["skills"], json!(["Sourdough"]));

    let pier = json!({"username": "pier", "name": "The Pier", "zone": "Europe/Lisbon"});
    let pier = text(&house.good(ana, "POST", "/spaces", pier).await["id"]);
    let edit = json!({"zone": "Asia/Tokyo", "profile": {"summary": "By the water"}});
    let edited = house.good(ana, "PATCH", &format!("/spaces/{pier}"), edit).await;
    assert_eq!((&edited["zone"], &edited["is_default"]), (&json!("Asia/Tokyo"), &json!(false)));
    assert_eq!(house.get(ana, &format!("/spaces/{pier}")).await, edited);
    assert_eq!(house.get(ana, "/spaces").await["items"].as_array().unwrap().len(), 2);
    let elsewhere = house.get(ana, "/spaces/search?town=Utrecht&kind=desk&people=2&need=lamp&date=2027-01-15").await;
    assert_eq!(elsewhere, json!({"items": [], "next": null}), "nobody is followed from here");

    let eva = house.newcomer("eva").await;
    let refused = house.ask(&eva, "PATCH", "/node", json!({"name": "Eva's"})).await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    let role = house.good(ana, "PUT", &format!("/members/{}/role", eva.id), json!({"role": "host"})).await;
    assert_eq!(role["role"], "host");
    assert_eq!(house.get(ana, &format!("/members/{}", eva.id)).await, role);
    let members = house.get(ana, "/members").await;
    assert_eq!([&members["items"][0]["username"], &members["items"][1]["username"]], ["eva", "ana"]);

    let fred = house.newcomer("fred").await;
    let elsewhere = json!({"uri": house.get(&fred, "/me").await["uri"]});
    house.good(&eva, "POST", "/me/aliases", elsewhere.clone()).await;
    assert_eq!(house.good(&fred, "POST", "/me/move", json!({"target": "@eva"})).await["username"], "eva");
    let query = url::form_urlencoded::byte_serialize(elsewhere["uri"].as_str().unwrap().as_bytes());
    house.good(&eva, "DELETE", &format!("/me/aliases?uri={}", query.collect::<String>()), none()).await;
    house.good(ana, "DELETE", &format!("/members/{}", fred.id), none()).await;
    assert_eq!(house.ask(&fred, "GET", "/me", none()).await.status, 401);
}

async fn what_is_said(house: &House) {
    let (ana, none) = (&house.ana, || Value::Null);
    let post = house.post(ana, json!({"content": "Soup at #noon"})).await;
    let path = format!("/posts/{post}");
    let edited = house.good(ana, "PATCH", &path, json!({"summary": "Food"})).await;
    assert_eq!((&edited["summary"], &edited["tags"]), (&json!("Food"), &json!(["noon"])));
    assert!(text(&edited["content"]).starts_with("<p>Soup at "), "the rest stays");
    for (act, flag) in [("like", "liked"), ("announce", "announced"), ("pin", "pinned")] {
        assert_eq!(house.good(ana, "POST", &format!("{path}/{act}"), none()).await[flag], true, "{act}");
        assert_eq!(house.good(ana, "DELETE", &format!("{path}/{act}"), none()).await[flag], false, "{act}");
    }
    let reply = house.post(ana, json!({"content": "With bread", "in_reply_to": post})).await;
    let thread = house.get(ana, &format!("/posts/{reply}/thread")).await;
    assert_eq!((&thread["ancestors"][0]["id"], &thread["post"]["id"]), (&json!(post), &json!(reply)));
    for list in ["home", "space", "network", "tags/Noon"] {
        let page = house.get(ana, &format!("/timelines/{list}")).await;
        assert!(page["items"].as_array().unwrap().iter().any(|item| item["id"] == json!(post)), "{list}: {page}");
    }
    let own = house.get(ana, &format!("/actors/{}/posts?replies=true", ana.id)).await;
    assert_eq!(own["items"][0]["id"], json!(reply));
    house.good(ana, "DELETE", &path, none()).await;
    assert_eq!(house.ask(ana, "GET", &path, none()).await.status, 410);
    house.get(ana, &format!("/posts/{reply}")).await;

    let offer = json!({"purpose": "offer", "name": "Bread", "content": "Fresh #rye", "tags": ["baking"],
        "in_return": "A coffee", "end_time": "2027-02-01T12:00:00+02:00"});
    let made = house.good(ana, "POST", "/offers", offer).await;
    let path = format!("/offers/{}", text(&made["id"]));
    let edit = json!({"content": "Fresh #spelt", "in_return": "", "announce": true});
    let edited = house.good(ana, "PATCH", &path, edit).await;
    assert_eq!(edited["announces"], 1, "her space passes it on");
    assert_eq!((&edited["tags"], &edited["offer"]["in_return"]), (&json!(["baking", "spelt"]), &none()));
    assert_eq!((&edited["name"], &edited["offer"]["end_time"]), (&json!("Bread"), &json!("2027-02-01T10:00:00Z")));
    assert_eq!(house.get(ana, &path).await, edited);
    let board = house.get(ana, "/offers?scope=network&purpose=offer&kind=other&tag=Baking&q=SPELT").await;
    assert_eq!(board["items"], json!([edited]));
    assert_eq!(house.get(ana, "/offers?scope=followed").await["items"], json!([]), "she does not follow herself");
    assert_eq!(house.good(ana, "POST", &format!("{path}/settle"), none()).await["offer"]["state"], "settled");
    assert_eq!(house.get(ana, "/offers").await["items"], json!([]));
    house.good(ana, "DELETE", &path, none()).await;
}

async fn ties(house: &House) {
    let (ana, none) = (&house.ana, || Value::Null);
    let ben = &house.newcomer("ben").await;
    let (to_ben, to_ana) = (format!("/actors/{}", ben.id), format!("/actors/{}", ana.id));
    house.good(ben, "PATCH", "/me", json!({"hides_network": false, "discoverable": true})).await;
    assert_eq!(house.get(ana, "/actors/lookup?handle=ben@harbor.test").await["username"], "ben");
    assert_eq!(house.get(ana, "/search?q=be").await["actors"][0]["username"], "ben");

    for (answer, state) in [("reject", none()), ("approve", json!("accepted"))] {
        let asked = house.good(ana, "POST", &format!("{to_ben}/follow?again=true"), none()).await;
        assert_eq!(asked["following"], "requested");
        assert_eq!(house.get(ben, "/follow_requests").await["items"][0]["username"], "ana");
        house.good(ben, "POST", &format!("/follow_requests/{}/{answer}", ana.id), none()).await;
        assert_eq!(house.get(ana, &format!("{to_ben}/relation")).await["following"], state);
    }
    assert_eq!(house.get(ana, &to_ben).await["counts"]["followers"], 1);
    assert_eq!(house.get(ana, &format!("{to_ben}/followers")).await["items"][0]["username"], "ana");
    assert_eq!(house.get(ben, "/followers").await["items"][0]["username"], "ana");
    assert_eq!(house.get(ana, "/following").await["items"][0]["username"], "ben");
    assert_eq!(house.get(ana, &format!("{to_ben}/following")).await["items"], json!([]));
    house.good(ben, "DELETE", &format!("/followers/{}", ana.id), none()).await;
    house.good(ana, "DELETE", &format!("{to_ben}/follow"), none()).await;

    house.post(ben, json!({"content": "Psst @ana@harbor.test", "visibility": "direct"})).await;
    assert_eq!(house.get(ana, "/conversations").await["items"][0]["visibility"], "direct");
    let told = house.get(ana, "/notifications").await;
    assert_eq!(told["items"][0]["kind"], "direct");
    assert_eq!(house.get(ana, "/me").await["unread_notifications"], told["items"].as_array().unwrap().len());
    house.good(ana, "POST", "/notifications/read", json!({"up_to": told["items"][0]["id"]})).await;
    assert_eq!(house.get(ana, "/me").await["unread_notifications"], 0);

    for (act, list, flag) in [("mute", "/mutes", "muting"), ("block", "/blocks", "blocking")] {
        assert_eq!(house.good(ben, "POST", &format!("{to_ana}/{act}"), none()).await[flag], true);
        assert_eq!(house.get(ben, list).await["items"][0]["username"], "ana");
        assert_eq!(house.good(ben, "DELETE", &format!("{to_ana}/{act}"), none()).await[flag], false);
    }
}

async fn order(house: &House) {
    let (ana, none) = (&house.ana, || Value::Null);
    let cleo = &house.newcomer("cleo").await;
    let loud = house.post(cleo, json!({"content": "AAA"})).await;
    let report = json!({"target": cleo.id, "content": "Too loud", "posts": [loud], "forward": true});
    let report = text(&house.good(ana, "POST", "/reports", report).await["id"]);
    assert_eq!(house.get(ana, "/reports").await["items"][0]["target"]["username"], "cleo");
    house.good(ana, "POST", &format!("/reports/{report}/resolve"), none()).await;
    assert_eq!(house.get(ana, "/reports").await["items"], json!([]));
    assert!(house.get(ana, "/reports?resolved=true").await["items"][0]["resolved_at"].is_string());

    let silence = format!("/actors/{}/suspension", cleo.id);
    house.good(ana, "PUT", &silence, none()).await;
    assert_eq!(house.ask(ana, "GET", &format!("/actors/{}", cleo.id), none()).await.status, 404);
    assert_eq!(house.ask(cleo, "GET", "/me", none()).await.status, 401, "who is suspended does not get in");
    assert_eq!(house.get(ana, "/suspensions").await["items"][0]["username"], "cleo");
    house.good(ana, "DELETE", &silence, none()).await;
    assert_eq!(house.get(ana, "/suspensions").await["items"], json!([]));
    assert_eq!(house.get(cleo, "/me").await["username"], "cleo");

    let ties = house.get(ana, "/peers/quay.test/ties").await;
    assert_eq!(ties, json!({"bookings": 0, "stays": 0}), "nobody has anything there");
    let judged = house.good(ana, "PUT", "/peers/Quay.test", json!({"level": "limited", "note": "Spam"})).await;
    assert_eq!((&judged["host"], &judged["level"]), (&json!("quay.test"), &json!("limited")));
    assert_eq!(house.get(ana, "/peers?level=limited").await["items"], json!([judged]));

    let (actor, now) = (ActorId(cleo.id.parse().unwrap()), house.ground.node.clock.now());
    let failed = |number: u8| {
        let uri = format!("https://quay.test/activities/{number}");
        house.ground.act(move |tx| Ok(set_aside(tx, &uri, actor, "{}", now)?.0))
    };
    let (first, second) = (failed(1).await, failed(2).await);
    assert_eq!(house.get(ana, "/queue").await["incoming"], json!({"waiting": 0, "failed": 2}));
    assert_eq!(house.get(ana, "/queue/incoming").await["items"][0]["error"], "no sense in it");
    house.good(ana, "POST", &format!("/queue/{first}/retry"), none()).await;
    house.good(ana, "DELETE", &format!("/queue/{second}"), none()).await;
    assert_eq!(house.get(ana, "/queue").await["incoming"], json!({"waiting": 1, "failed": 0}));
    assert_eq!(house.get(ana, "/queue/outgoing?state=waiting").await["items"], json!([]));
}

/// It is Friday, 15 January 2027, nine o'clock in Amsterdam.
async fn rooms(house: &House) {
    let (ana, none) = (&house.ana, || Value::Null);
    let space = text(&house.get(ana, "/spaces").await["items"][0]["id"]);
    let (there, closed) = (format!("/spaces/{space}/resources"), format!("/spaces/{space}/closures"));
    let place = json!({"place": {"address": {"locality": "Utrecht", "country": "nl"},
        "bookable_hours": {"friday": ["08:00-20:00"], "exceptions": {"2027-12-25": []}}}});
    house.good(ana, "PATCH", &format!("/spaces/{space}"), place).await;
    let opening = json!({"place": {"opening_hours": {"friday": ["07:00-22:00"]}}});
    let place = house.good(ana, "PATCH", &format!("/spaces/{space}"), opening).await["place"].clone();
    assert_eq!((&place["address"]["country"], &place["opening_hours"]["monday"]), (&json!("NL"), &json!([])));
    assert_eq!(place["bookable_hours"]["friday"], json!(["08:00-20:00"]), "what is not named stays");

    let attic = json!({"kind": "meeting_room", "name": "Attic", "seats": 8, "clear_minutes": 15, "amenities": ["screen"],
        "rules": {"resident": {"longest_minutes": 240, "price": {"kind": "money", "amount": 900, "currency": "EUR", "per": "hour"},
            "quota": {"minutes": 600, "per": "week"}, "keep_free": {"units": 1, "until_minutes": 0}, "approval": "none"}}});
    let made = house.good(ana, "POST", &there, attic).await;
    assert_eq!((&made["rules"]["resident"]["grid_minutes"], &made["space"]), (&json!(15), &json!(space)));
    let path = format!("/resources/{}", text(&made["id"]));
    let changed =
        house.good(ana, "PATCH", &path, json!({"seats": 6, "rules": null, "hours": {"friday": ["10:00-18:00"]}})).await;
    let attic = &changed["resource"];
    assert_eq!((&attic["seats"], &attic["name"], &attic["clear_minutes"]), (&json!(6), &json!("Attic"), &json!(15)));
    assert!(attic["rules"]["guest"].is_object(), "the usual ones of the kind: {attic}");
    assert_eq!((&changed["hit"], &house.get(ana, &path).await), (&json!([]), attic));
    let free = house.get(ana, &format!("{path}/availability?from=2027-01-15T00:00&to=2027-01-16T00:00")).await;
    let open = json!([{"start": "2027-01-15T10:00:00+01:00", "end": "2027-01-15T18:00:00+01:00"}]);
    assert_eq!((&free["bookable"], &free["busy"], &free["capacity"]), (&open, &json!([]), &json!(1)));
    assert_eq!(house.get(ana, &there).await["items"], json!([attic]));

    let granted = json!({"hospitality": {"days": 3, "kinds": ["meeting_room"], "resources": [attic["id"]],
        "hours": {"friday": ["10:00-17:00"]}}});
    let said = house.good(ana, "PUT", &format!("/spaces/{space}/hospitality"), granted).await;
    assert_eq!(said["hospitality"]["window_days"], json!(30));
    assert_eq!(said["sentences"][0], json!("A guest can have 3 days within any 30 days."));
    assert_eq!(house.get(ana, &format!("/actors/{space}/hospitality")).await, said);
    let said = house.good(ana, "PUT", &format!("/spaces/{space}/hospitality"), json!({})).await;
    assert_eq!(said, json!({"hospitality": null, "resources": [], "sentences": []}));

    let party = json!({"resource": attic["id"], "start": "2027-01-15T16:00", "end": "2027-01-15T18:00",
        "audiences": ["resident", "guest"], "reason": "A party"});
    let made = house.good(ana, "POST", &closed, party).await;
    assert_eq!((&made["closure"]["start"], &made["hit"]), (&json!("2027-01-15T16:00:00+01:00"), &json!([])));
    assert_eq!(house.get(ana, &closed).await["items"], json!([made["closure"]]));
    let free = house.get(ana, &format!("{path}/availability")).await;
    assert_eq!(free["bookable"][0]["end"], "2027-01-15T16:00:00+01:00");
    house.good(ana, "DELETE", &format!("/closures/{}", text(&made["closure"]["id"])), none()).await;
    assert_eq!(house.get(ana, &closed).await["items"], json!([]));
    house.good(ana, "DELETE", &path, none()).await;
    assert_eq!(house.ask(ana, "GET", &path, none()).await.status, 410);
}

async fn bookings(house: &House) {
    let (ana, none) = (&house.ana, || Value::Null);
    let dora = &house.newcomer("dora").await;
    let space = text(&house.get(ana, "/spaces").await["items"][0]["id"]);
    let add = async |body| text(&house.good(ana, "POST", &format!("/spaces/{space}/resources"), body).await["id"]);
    let attic = add(json!({"kind": "meeting_room", "name": "Attic", "seats": 8})).await;
    let desks = add(json!({"kind": "hot_desk", "name": "Desks", "units": 3})).await;
    let hall = add(json!({"kind": "event_room", "name": "Hall", "seats": 80})).await;
    let at = |time: &str| format!("2027-01-15T{time}");
    let done = async |who, path: &str, body| house.good(who, "POST", path, body).await;

    let wish =
        json!({"resource": attic, "start": at("10:00"), "end": at("11:00"), "people": 4, "note": "Hi", "hold": true});
    let held = done(dora, "/bookings", wish).await;
    assert_eq!(
        (&held["state"], &held["seconds_left"], &held["timezone"]),
        (&json!("held"), &json!(600), &json!("Europe/Amsterdam"))
    );
    assert_eq!((&held["requester"]["username"], &held["start"]), (&json!("dora"), &json!("2027-01-15T10:00:00+01:00")));
    let path = format!("/bookings/{}", text(&held["id"]));
    assert_eq!(done(dora, &format!("{path}/confirm"), none()).await["state"], "confirmed");
    let moved = house.good(dora, "PATCH", &path, json!({"start": at("11:00"), "end": at("12:30"), "note": ""})).await;
    assert_eq!(
        (&moved["end"], &moved["people"], &moved["note"]),
        (&json!("2027-01-15T12:30:00+01:00"), &json!(4), &none())
    );
    assert_eq!(house.get(dora, &path).await, moved);
    let busy = house.get(dora, &format!("/resources/{attic}/availability")).await["busy"].clone();
    assert_eq!(busy, json!([{"start": moved["start"], "end": moved["end"], "units": 1}]));

    // The screen of the front desk: for somebody who rang up, two things at once.
    let both = json!({"start": at("09:00"), "end": at("10:00"), "guest": "Mr Smit", "items": [
        {"resource": desks, "unit": 2}, {"resource": attic, "people": 3}]});
    let both = done(ana, "/bookings", both).await["items"].clone();
    assert_eq!((&both[0]["unit"], &both[1]["people"], &both[1]["guest"]), (&json!(2), &json!(3), &json!("Mr Smit")));
    assert_eq!(both[0]["audience"], "staff");
    let first = format!("/bookings/{}", text(&both[0]["id"]));
    assert_eq!(done(ana, &format!("{first}/checkin"), none()).await["state"], "checked_in");
    assert_eq!(done(ana, &format!("{first}/checkout"), none()).await["state"], "completed");
    let walked = done(dora, &format!("/resources/{desks}/checkin"), json!({"minutes": 60})).await;
    assert_eq!((&walked["state"], &walked["end"]), (&json!("checked_in"), &json!("2027-01-15T10:00:00+01:00")));

    let evening = |from: &str| json!({"resource": hall, "start": at(from), "end": at("20:00")});
    let asked = done(dora, "/bookings", evening("18:00")).await;
    assert_eq!(asked["state"], "requested");
    let waiting = format!("/spaces/{space}/bookings/waiting");
    assert_eq!(house.get(ana, &waiting).await["items"], json!([asked]));
    let declined = done(ana, &format!("/bookings/{}/decline", text(&asked["id"])), json!({"words": "A party"})).await;
    assert_eq!((&declined["state"], &declined["words"]), (&json!("refused"), &json!("A party")));
    let asked = done(dora, "/bookings", evening("19:00")).await;
    let approved = done(ana, &format!("/bookings/{}/approve", text(&asked["id"])), json!({})).await;
    assert_eq!((&approved["state"], &house.get(ana, &waiting).await["items"]), (&json!("confirmed"), &json!([])));
    let cancelled = done(ana, &format!("{path}/cancel"), json!({"words": "The roof leaks"})).await;
    assert_eq!((&cancelled["cancelled_by"], &cancelled["late"]), (&json!("host"), &json!(false)));

    let own = house.get(dora, "/bookings?to=2027-01-16T00:00:00Z&limit=2").await;
    let rest =
        house.get(dora, &format!("/bookings?to=2027-01-16T00:00:00Z&limit=9&cursor={}", text(&own["next"]))).await;
    let states =
        |page: &Value| page["items"].as_array().unwrap().iter().map(|one| text(&one["state"])).collect::<Vec<_>>();
    assert_eq!(
        (states(&own), states(&rest)),
        (vec!["checked_in".into(), "cancelled".into()], vec!["refused".into(), "confirmed".into()])
    );
    let present = house.get(ana, &format!("/spaces/{space}/guests/present")).await;
    assert!(present["items"].as_array().unwrap().iter().all(|there| there["state"] == "checked_in"), "{present}");
    let all = house.get(ana, &format!("/spaces/{space}/bookings?from=2027-01-15T09:00")).await;
    assert_eq!(all["items"].as_array().unwrap().len(), 6);
}

async fn appeals(house: &House) {
    let (ana, none) = (&house.ana, || Value::Null);
    let emil = &house.newcomer("emil").await;
    let space = text(&house.get(ana, "/spaces").await["items"][0]["id"]);
    let body = json!({"kind": "hot_desk", "name": "Window desks", "units": 3});
    let desks = text(&house.good(ana, "POST", &format!("/spaces/{space}/resources"), body).await["id"]);
    let done = async |who, path: &str, body| house.good(who, "POST", path, body).await;
    let mut paths = Vec::new();
    for hours in ["09:00", "10:00"] {
        let (start, end) = (format!("2027-01-15T{hours}"), "2027-01-15T12:00");
        let booked = done(emil, "/bookings", json!({"resource": desks, "start": start, "end": end})).await;
        paths.push(format!("/bookings/{}", text(&booked["id"])));
        if hours == "09:00" {
            done(ana, &format!("{}/checkin", paths[0]), none()).await;
            let back = done(ana, &format!("{}/checkin/undo", paths[0]), none()).await;
            assert_eq!((&back["state"], &back["checked_in_at"]), (&json!("confirmed"), &none()));
            let noon = "2027-01-15T11:00:00Z".parse().unwrap();
            house.ground.act(move |tx| crate::operations::booking::tend(tx, noon, 100)).await;
        }
    }
    let late = "2027-01-15T11:00:00Z".parse().unwrap();
    house.ground.act(move |tx| crate::operations::booking::tend(tx, late, 100)).await;
    let list = format!("/spaces/{space}/appeals");
    for path in &paths {
        assert_eq!(done(emil, &format!("{path}/appeal"), json!({"words": "I was there"})).await["state"], "no_show");
    }
    let waiting = house.get(ana, &list).await;
    assert_eq!((waiting["items"].as_array().unwrap().len(), &waiting["items"][0]["words"]), (2, &json!("I was there")));
    assert_eq!(done(ana, &format!("{}/lift", paths[0]), none()).await["state"], "completed");
    assert_eq!(done(ana, &format!("{}/appeal/dismiss", paths[1]), none()).await["state"], "no_show");
    assert_eq!(house.get(ana, &list).await["items"], json!([]));
}
