//! Every "no", with words that help and in the form that is described.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{House, Person, text};

/// A "no": its status, its code and its words.
async fn no(house: &House, who: &Person, method: &str, path: &str, body: Value) -> (u16, String, String) {
    let answer = house.ask(who, method, path, body).await;
    let problem = answer.json();
    assert_eq!(answer.header("content-type"), "application/problem+json", "{method} {path}");
    assert_eq!((answer.header("cache-control"), &problem["status"]), ("no-store", &json!(answer.status)));
    let code = text(&problem["type"]).strip_prefix("/problems/").unwrap().to_owned();
    (answer.status, code, text(&problem["detail"]))
}

#[tokio::test]
async fn a_no_names_the_rule_its_value_and_what_would_pass() {
    let house = House::new().await;
    let (ana, ben) = (&house.ana, &house.newcomer("ben").await);
    let long = "x".repeat(10_001);
    let post = house.post(ana, json!({"content": "x"})).await;
    let posts = |body: Value| ("POST", "/posts".to_owned(), body);
    for ((method, path, body), status, code, words) in [
        (posts(json!({"content": long})), 422, "too-long", "Content has 10001 characters; at most 10000 pass."),
        (posts(json!({"content": " "})), 422, "empty", "needs 1 to 10000 characters"),
        (posts(json!({"content": "x", "visibility": "secret"})), 422, "malformed", "members or direct"),
        (posts(json!({"content": "x", "visibility": "direct"})), 422, "malformed", "must mention somebody"),
        (posts(json!({"content": "x", "in_reply_to": "7"})), 404, "not-found", "no such post"),
        (posts(json!({"contnet": "x"})), 400, "bad-request", "unknown field `contnet`, expected one of `content`"),
        (posts(json!({"content": 5})), 400, "bad-request", "content: invalid type: integer `5`, expected a string"),
        (
            posts(json!({"content": "x", "attachments": [{"url": "x", "width": -1}]})),
            400,
            "bad-request",
            "attachments[0].width",
        ),
        (posts(json!({})), 400, "bad-request", "missing field `content`"),
        (posts(json!(["x"])), 400, "bad-request", "no JSON object"),
        (("POST", "/offers".into(), json!({"purpose": "swap", "name": "x"})), 422, "malformed", "offer or request"),
        (
            ("POST", "/offers".into(), json!({"purpose": "offer", "name": "x", "end_time": "2020-01-01T00:00:00Z"})),
            422,
            "in-the-past",
            "must be after",
        ),
        (("GET", "/posts/x".into(), Value::Null), 404, "not-found", "no such resource"),
        (("GET", "/nothing".into(), Value::Null), 404, "not-found", "no such resource"),
        (("GET", "/timelines/home?cursor=x".into(), Value::Null), 400, "bad-request", "next of the page before"),
        (("GET", "/timelines/home?limit=0".into(), Value::Null), 422, "malformed", "from 1 to 80"),
        (("GET", "/search".into(), Value::Null), 400, "bad-request", "missing field `q`"),
        (("GET", "/peers".into(), Value::Null), 403, "not-permitted", "Only a host or an administrator may"),
        (("GET", "/suspensions".to_owned(), Value::Null), 403, "not-permitted", "list suspended accounts"),
        (("PUT", format!("/actors/{}/suspension", ana.id), Value::Null), 403, "not-permitted", "suspend accounts"),
        (("GET", "/queue".into(), Value::Null), 403, "not-permitted", "Only a host or an administrator may"),
        (("POST", "/members".into(), json!({"username": "z", "name": "Z"})), 403, "not-permitted", "administrator"),
        (("PATCH", format!("/posts/{post}"), json!({"content": "y"})), 403, "not-permitted", "Only the author"),
        (("DELETE", format!("/posts/{post}"), Value::Null), 403, "not-permitted", "the author or a host"),
        (("POST", format!("/actors/{}/follow", ben.id), Value::Null), 422, "oneself", "follow themselves"),
        (("PATCH", format!("/offers/{post}"), json!({"name": "y"})), 404, "not-found", "no such offer"),
    ] {
        let (found, problem, detail) = no(&house, ben, method, &path, body).await;
        assert_eq!((found, problem.as_str()), (status, code), "{method} {path}: {detail}");
        assert!(detail.contains(words), "{method} {path}: {detail}");
    }
    let taken = no(&house, ana, "POST", "/members", json!({"username": "ben", "name": "B"})).await;
    assert_eq!((taken.0, taken.1.as_str()), (409, "taken"));

    let wrong = house.ask(ana, "PUT", "/posts", json!({})).await;
    assert_eq!((wrong.status, wrong.header("allow")), (405, "POST"));
    let wrong = house.ask(ana, "DELETE", "/me", Value::Null).await;
    assert_eq!((wrong.status, wrong.header("allow")), (405, "GET, HEAD, PATCH"));
}

#[tokio::test]
async fn what_cannot_be_booked_is_refused_with_every_rule_and_the_nearest_times() {
    let house = House::new().await;
    let (ana, ben, cleo) = (&house.ana, &house.newcomer("ben").await, &house.newcomer("cleo").await);
    let space = text(&house.get(ana, "/spaces").await["items"][0]["id"]);
    let add = async |body| text(&house.good(ana, "POST", &format!("/spaces/{space}/resources"), body).await["id"]);
    let attic = add(json!({"kind": "meeting_room", "name": "Attic", "seats": 8})).await;
    let hall = add(json!({"kind": "event_room", "name": "Hall"})).await;
    let wish = |from: &str, to: &str| json!({"resource": attic, "start": from, "end": to});
    let (ten, eleven) = ("2027-01-15T10:00", "2027-01-15T11:00");
    let booked = text(&house.good(ben, "POST", "/bookings", wish(ten, eleven)).await["id"]);

    let taken = house.ask(cleo, "POST", "/bookings", wish(ten, eleven)).await;
    let problem = taken.json();
    assert_eq!((taken.status, &problem["type"]), (409, &json!("/problems/unbookable")));
    assert_eq!((&problem["broken"][0]["rule"], &problem["timezone"]), (&json!("capacity"), &json!("Europe/Amsterdam")));
    let after = json!({"start": "2027-01-15T11:00:00+01:00", "end": "2027-01-15T12:00:00+01:00"});
    let before = json!({"start": "2027-01-15T09:00:00+01:00", "end": "2027-01-15T10:00:00+01:00"});
    assert_eq!(problem["alternatives"].as_array().unwrap()[..2], [before, after]);
    assert!(text(&problem["detail"]).contains("it is taken at that time"), "{problem}");
    let late = house.ask(cleo, "POST", "/bookings", wish("2027-01-15T17:50", "2027-01-15T22:10")).await;
    let problem = late.json();
    let rules: Vec<&Value> = problem["broken"].as_array().unwrap().iter().map(|broken| &broken["rule"]).collect();
    assert_eq!((late.status, rules), (422, vec![&json!("longest"), &json!("grid"), &json!("hours")]));
    assert!(problem["broken"][1]["nearest"]["start"].is_string() && problem["alternatives"] != json!([]), "{problem}");

    let asked = json!({"resource": hall, "start": ten, "end": eleven});
    let asked = format!("/bookings/{}", text(&house.good(ben, "POST", "/bookings", asked).await["id"]));
    let bookings = |body: Value| ("POST", "/bookings".to_owned(), body);
    let with = |name: &str, value: Value| {
        let mut body = wish(ten, eleven);
        body[name] = value;
        body
    };
    for ((method, path, body), status, code, words) in [
        (("GET", format!("/bookings/{booked}"), Value::Null), 404, "not-found", "no such booking"),
        (("POST", format!("/bookings/{booked}/checkin"), Value::Null), 404, "not-found", "no such booking"),
        (("PATCH", format!("/bookings/{booked}"), json!({"people": 2})), 404, "not-found", "no such booking"),
        (("POST", format!("{asked}/approve"), json!({})), 403, "not-permitted", "may approve bookings"),
        (("POST", format!("{asked}/decline"), json!({"words": "No"})), 403, "not-permitted", "may decline bookings"),
        (("GET", format!("/spaces/{space}/bookings"), Value::Null), 403, "not-permitted", "the bookings of a space"),
        (
            ("GET", format!("/spaces/{space}/bookings/waiting"), Value::Null),
            403,
            "not-permitted",
            "waits for an answer",
        ),
        (("PATCH", format!("/resources/{attic}"), json!({"seats": 80})), 403, "not-permitted", "an administrator"),
        (("DELETE", format!("/resources/{attic}"), Value::Null), 403, "not-permitted", "an administrator"),
        (bookings(wish(ten, "2037-01-15T10:00")), 422, "too-far", "the latest that passes"),
        (bookings(wish("2027-01-15T10:00+02:00", eleven)), 422, "other-offset", "2027-01-15T10:00+01:00"),
        (bookings(wish("2027-03-28T02:30", "2027-03-28T04:00")), 422, "no-such-time", "03:00+02:00"),
        (bookings(wish("2027-10-31T02:30", "2027-10-31T04:00")), 422, "ambiguous-time", "02:30+02:00"),
        (bookings(wish("tomorrow", eleven)), 422, "malformed", "2026-10-25T09:30"),
        (bookings(json!({"start": ten, "end": eleven})), 422, "empty", "Resource is empty"),
        (bookings(with("reason", json!("I may"))), 403, "not-permitted", "pass over rules"),
        (bookings(with("member", json!(ben.id))), 403, "not-permitted", "book for others"),
        (bookings(with("items", json!([]))), 422, "malformed", "1 to 20 bookings"),
        (bookings(with("items", json!(vec![json!({}); 21]))), 422, "too-many", "at most 20"),
        (
            ("GET", format!("/resources/{attic}/availability?from={ten}&to=2027-02-15T10:01"), Value::Null),
            422,
            "too-far",
            "To is 2027-02-15T09:01:00Z; the latest that passes is 2027-02-15T09:00:00Z",
        ),
        (("GET", "/bookings?from=2027-01-01T00:00&to=2028-01-03T00:00".into(), Value::Null), 422, "too-far", "latest"),
    ] {
        let (found, problem, detail) = no(&house, cleo, method, &path, body).await;
        assert_eq!((found, problem.as_str()), (status, code), "{method} {path}: {detail}");
        assert!(detail.contains(words), "{method} {path}: {detail}");
    }
    let edit = no(&house, ana, "PATCH", &format!("/resources/{attic}"), json!({"name": null})).await;
    assert_eq!((edit.0, edit.1.as_str()), (400, "bad-request"), "{}", edit.2);
    let hours = json!({"place": {"opening_hours": {"monday": ["9-5"]}}});
    let edit = no(&house, ana, "PATCH", &format!("/spaces/{space}"), hours).await;
    assert_eq!((edit.0, edit.1.as_str()), (422, "malformed"), "{}", edit.2);

    // All of several, or none of them.
    let free = |from: &str, to: &str| json!({"start": from, "end": to});
    let several =
        json!({"resource": attic, "items": [free("2027-01-15T12:00", "2027-01-15T13:00"), free(ten, eleven)]});
    assert_eq!(no(&house, cleo, "POST", "/bookings", several).await.0, 409);
    assert_eq!(house.get(cleo, "/bookings").await["items"], json!([]));
    let send = async || {
        let one = wish("2027-01-15T12:00", "2027-01-15T13:00");
        house.ask_with(cleo, "POST", "/bookings", &[("Idempotency-Key", "one")], one).await
    };
    let (first, again) = (send().await, send().await);
    assert_eq!((first.status, again.status, &first.body), (201, 201, &again.body));
    assert_eq!(house.get(cleo, "/bookings").await["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_body_is_json_of_a_size() {
    let house = House::new().await;
    let bearer = format!("Bearer {}", house.ana.token);
    let send = async |kind: &str, body: &str| {
        let mut headers = vec![("Authorization", bearer.as_str())];
        if !kind.is_empty() {
            headers.push(("Content-Type", kind));
        }
        let answer = house.open.ask("POST", "/api/v1/posts", &headers, body).await;
        (answer.status, answer.json()["detail"].as_str().unwrap_or_default().to_owned())
    };
    let good = r#"{"content":"x"}"#;
    assert_eq!(send("application/json; charset=utf-8", good).await.0, 201);
    for (kind, body, status, words) in [
        ("", good, 415, "no Content-Type"),
        ("text/plain", good, 415, "must be application/json"),
        ("application/json", "", 400, "is empty"),
        ("application/json", "{\"content\": \"x\"", 400, "EOF"),
        ("application/json", "{\"content\":\"x\"} {}", 400, "trailing"),
        ("application/json", "{\"content\":\"x\",\"content\":\"y\"}", 400, "duplicate field `content`"),
        ("application/json", "{\"content\":\"\u{1}\"}", 400, "control character"),
    ] {
        let (found, detail) = send(kind, body).await;
        assert_eq!(found, status, "{body}: {detail}");
        assert!(detail.contains(words), "{body}: {detail}");
    }
    let large = format!("{{\"content\":\"{}\"}}", "x".repeat(256 * 1024));
    let (status, detail) = send("application/json", &large).await;
    assert_eq!((status, detail.contains("256 KiB")), (413, true), "{detail}");
}

#[tokio::test]
async fn nobody_comes_in_without_a_good_token_but_everybody_may_ask_what_this_is() {
    let house = House::new().await;
    let made =
        house.good(&house.ana, "POST", "/tokens", json!({"label": "old", "expires": "2027-06-01T00:00:00Z"})).await;
    let brief = Person { token: text(&made["secret"]), ..house.ana.clone() };
    house.get(&brief, "/me").await;
    house.good(&brief, "DELETE", &format!("/tokens/{}", text(&made["id"])), Value::Null).await;
    let stranger = Person { id: String::new(), token: format!("ts_{}", "A".repeat(43)) };
    for (who, name) in [(&brief, "revoked"), (&stranger, "stranger")] {
        let answer = house.ask(who, "GET", "/me", Value::Null).await;
        assert_eq!((answer.status, answer.header("www-authenticate")), (401, "Bearer"), "{name}");
        assert_eq!(answer.json()["type"], "/problems/unauthorized", "{name}");
    }
    let basic = [("Authorization", "Basic YW5hOnB3")];
    for headers in [&[][..], &basic[..]] {
        let answer = house.open.get("/api/v1/me", headers).await;
        assert!(answer.status == 401 && answer.body.contains("Authorization: Bearer ts_"), "{}", answer.body);
    }
    assert_eq!(house.open.get("/api/v1/node", &[]).await.json()["host"], "harbor.test");
    let description = house.open.get("/api/openapi.json", &[]).await;
    assert_eq!(description.json()["openapi"], "3.1.0");
    let used = house.get(&house.ana, "/tokens").await;
    assert!(used["items"][0]["last_used_at"].is_string(), "{used}");
}

#[tokio::test]
async fn a_post_that_is_sent_twice_stands_once() {
    let house = House::new().await;
    let (ana, ben) = (&house.ana, &house.newcomer("ben").await);
    let send = async |who: &Person, path: &str, key: &str, body: Value| {
        house.ask_with(who, "POST", path, &[("Idempotency-Key", key)], body).await
    };
    let soup = json!({"content": "Soup"});
    let first = send(ana, "/posts", "a", soup.clone()).await;
    let location = format!("http://harbor.test/api/v1/posts/{}", text(&first.json()["id"]));
    assert_eq!((first.status, first.header("location"), first.header("idempotent-replayed")), (201, &*location, ""));
    let again = send(ana, "/posts", "a", soup.clone()).await;
    assert_eq!(
        (again.status, again.header("location"), again.header("idempotent-replayed")),
        (201, &*location, "true")
    );
    assert_eq!(again.body, first.body);

    let other = send(ana, "/posts", "a", json!({"content": "Bread"})).await;
    assert_eq!((other.status, &other.json()["field"]), (409, &json!("Idempotency-Key")));
    assert_eq!(send(ana, "/posts", "", soup.clone()).await.status, 400);
    assert_eq!(send(ben, "/posts", "a", soup.clone()).await.header("idempotent-replayed"), "", "it is ana's key");
    let offer = json!({"purpose": "offer", "name": "Bread"});
    let both = [send(ana, "/offers", "b", offer.clone()).await, send(ana, "/offers", "b", offer).await];
    assert_eq!(both[0].body, both[1].body);
    assert_eq!(house.get(ana, "/offers").await["items"].as_array().unwrap().len(), 1);

    assert_eq!(send(ana, "/posts", "c", json!({"content": ""})).await.status, 422);
    assert_eq!(send(ana, "/posts", "c", soup.clone()).await.status, 201, "a no is not kept");
    house.ground.wait(24 * 3_600);
    let next_day = send(ana, "/posts", "a", soup).await;
    assert_ne!(next_day.header("location"), location);
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_come_back() {
    let house = House::new().await;
    let ben = &house.newcomer("ben").await;
    let mut seen = BTreeSet::new();
    let refused = loop {
        let answer = house.ask(ben, "GET", "/following", Value::Null).await;
        if answer.status == 429 {
            break answer;
        }
        seen.insert(answer.status);
        assert!(seen.len() == 1, "{seen:?}");
    };
    assert_eq!((refused.header("retry-after"), &refused.json()["type"]), ("1", &json!("/problems/too-often")));
    house.get(&house.ana, "/me").await;
    house.ground.wait(1);
    house.get(ben, "/me").await;

    // Behind a proxy that is believed, every household has its own measure.
    let ask = async |address: &str| house.open.get("/api/v1/node", &[("X-Forwarded-For", address)]).await.status;
    let mut asked = 0;
    while ask("10.0.0.1, 2001:db8::1").await == 200 {
        asked += 1;
        assert!(asked < 5_000, "nobody is stopped");
    }
    assert_eq!(ask("2001:db8::2").await, 429, "the same household");
    assert_eq!(ask("2001:db8::1, 198.51.100.7").await, 200, "what stands before the proxy's word, anybody may write");
}
