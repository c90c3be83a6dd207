//! A day at the space, seen by the programs of two members.

use serde_json::{Value, json};

use super::{House, contents, text};

#[tokio::test]
async fn members_talk_help_each_other_and_hear_of_it() {
    let house = House::new().await;
    let ana = &house.ana;
    let ben = &house.newcomer("ben").await;
    let cleo = house.newcomer("cleo").await;

    let soup = house.post(ana, json!({"content": "Soup at noon, @ben?"})).await;
    let reply = house.good(ben, "POST", "/posts", json!({"content": "Gladly", "in_reply_to": soup})).await;
    assert_eq!((&reply["in_reply_to"], &reply["visibility"]), (&json!(soup), &json!("public")));
    let liked = house.good(ben, "POST", &format!("/posts/{soup}/like"), Value::Null).await;
    assert_eq!((&liked["likes"], &liked["replies"], &liked["liked"]), (&json!(1), &json!(1), &json!(true)));
    assert_eq!(house.get(ana, &format!("/posts/{soup}")).await["liked"], false, "it is ben who likes it");

    let request = json!({"purpose": "request", "kind": "help", "name": "Carry a desk", "tags": ["moving"]});
    let request = house.good(ana, "POST", "/offers", request).await;
    assert_eq!((&request["visibility"], &request["offer"]["state"]), (&json!("members"), &json!("open")));
    let board = house.get(ben, "/offers?purpose=request&tag=moving").await;
    assert_eq!(board["items"][0]["name"], "Carry a desk");
    let desk = text(&request["id"]);
    let answer = json!({"content": "I can at three", "in_reply_to": desk});
    let answer = house.good(ben, "POST", "/posts", answer).await;
    assert_eq!(answer["visibility"], "direct", "what two come to terms about is not for everybody");
    let loud = json!({"content": "So can I", "in_reply_to": desk, "visibility": "members"});
    assert_eq!(house.good(&cleo, "POST", "/posts", loud).await["visibility"], "members", "unless somebody wants it so");
    let more = json!({"content": "It is a big desk", "in_reply_to": desk});
    assert_eq!(house.good(ana, "POST", "/posts", more).await["visibility"], "members", "her own offer is for members");

    let told = house.get(ana, "/notifications").await;
    let kinds: Vec<&str> =
        told["items"].as_array().unwrap().iter().map(|line| line["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["offer_reply", "offer_reply", "like", "reply"]);
    assert_eq!(house.get(ben, "/notifications").await["items"][0]["kind"], "mention");
    house.good(ana, "POST", &format!("/offers/{desk}/settle"), Value::Null).await;
    assert_eq!(house.get(ben, "/offers").await["items"], json!([]), "nobody needs to answer any more");
}

#[tokio::test]
async fn a_program_follows_the_links_through_a_hundred_posts_while_more_come_in() {
    let house = House::new().await;
    let ana = &house.ana;
    for number in 0..100 {
        house.post(ana, json!({"content": format!("Post {number}")})).await;
    }
    let (mut seen, mut pages) = (Vec::new(), 0);
    let mut next = Some("/timelines/space?limit=30".to_owned());
    while let Some(path) = next {
        let answer = house.ask(ana, "GET", &path, Value::Null).await;
        let page = answer.json();
        seen.extend(contents(&page));
        pages += 1;
        next = match answer.header("link") {
            "" => None,
            link => {
                let target = link.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap();
                assert!(target.contains("limit=30") && target.ends_with(page["next"].as_str().unwrap()), "{target}");
                Some(target.strip_prefix("http://harbor.test/api/v1").unwrap().to_owned())
            }
        };
        assert_eq!(next.is_none(), page["next"].is_null());
        house.post(ana, json!({"content": "Meanwhile"})).await;
    }
    let all: Vec<String> = (0..100).rev().map(|number| format!("Post {number}")).collect();
    assert_eq!((seen, pages), (all, 4));

    // A list that is ordered by name, and one whose oldest come first.
    for host in ["a.test", "b.test", "c.test"] {
        house.good(ana, "PUT", &format!("/peers/{host}"), json!({"level": "known"})).await;
    }
    let first = house.get(ana, "/peers?limit=2").await;
    let rest = house.get(ana, &format!("/peers?limit=2&cursor={}", text(&first["next"]))).await;
    assert_eq!((&first["items"][1]["host"], &rest["items"][0]["host"]), (&json!("b.test"), &json!("c.test")));

    let root = house.post(ana, json!({"content": "Root"})).await;
    for number in 0..3 {
        house.post(ana, json!({"content": format!("Answer {number}"), "in_reply_to": root})).await;
    }
    let path = format!("/posts/{root}/thread?limit=2");
    let first = house.get(ana, &path).await;
    let cursor = text(&first["descendants"]["next"]);
    let rest = house.get(ana, &format!("{path}&cursor={cursor}")).await;
    assert_eq!(contents(&first["descendants"]), ["Answer 0", "Answer 1"]);
    assert_eq!(contents(&rest["descendants"]), ["Answer 2"]);
}

#[tokio::test]
async fn what_is_private_stays_between_those_it_is_for() {
    let house = House::new().await;
    let ana = &house.ana;
    let (ben, cleo) = (&house.newcomer("ben").await, &house.newcomer("cleo").await);
    let secret = house.post(ana, json!({"content": "For @ben alone", "visibility": "direct"})).await;
    house.get(ben, &format!("/posts/{secret}")).await;
    let missing = house.ask(cleo, "GET", "/posts/7", Value::Null).await;
    for (method, path) in [("GET", ""), ("GET", "/thread"), ("POST", "/like"), ("POST", "/announce"), ("POST", "/pin")]
    {
        let hidden = house.ask(cleo, method, &format!("/posts/{secret}{path}"), Value::Null).await;
        assert_eq!((hidden.status, &hidden.body), (404, &missing.body), "{method} {path}");
    }
    for list in ["/timelines/home", "/timelines/space", "/timelines/network", "/conversations"] {
        assert_eq!(house.contents(cleo, list).await, Vec::<String>::new(), "{list}");
    }
    let hidden = house.ask(cleo, "DELETE", &format!("/posts/{secret}"), Value::Null).await;
    assert_eq!((hidden.status, &hidden.body), (404, &missing.body));
}
