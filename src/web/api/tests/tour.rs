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

    let other = text(&house.good(ana, "POST", "/tokens", json!({"label": "phone"})).await["id"]);
    assert_eq!(house.get(ana, "/tokens").await["items"][0]["label"], "phone");
    house.good(ana, "DELETE", &format!("/tokens/{other}"), none).await;
    house.tour_of_calendars().await;
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
