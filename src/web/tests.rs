//! The door as its visitors see it: one node, asked over HTTP's own types.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::server;
use crate::coworking::member::{Acting, NewMember, Role};
use crate::federation::testing::{Ground, Reply, Stranger, date, new_keys, start};
use crate::node::Node;
use crate::operations::setup::{self, SetUpBy, SetupInput};
use crate::operations::{member, suspension};

/// A node that is set up with the space "harbor" and the administrator "ana".
pub(super) async fn harbor(settings: &[(&str, &str)]) -> Ground {
    let ground = Ground::with(settings).await;
    let (site, now) = (ground.node.site.clone(), ground.node.clock.now());
    let input = SetupInput {
        space_username: "harbor".into(),
        space_name: "Harbor Coworking".into(),
        zone: "Europe/Amsterdam".into(),
        admin_username: "ana".into(),
        admin_name: "Ana Lima".into(),
    };
    let setup = input.parse().unwrap();
    let keys = [new_keys(), new_keys()];
    ground.act(move |tx| setup::set_up(tx, &site, SetUpBy::Keeper, &setup, &keys, now)).await;
    ground
}

/// A server that runs until it is dropped.
pub(super) struct Open {
    pub(super) address: SocketAddr,
    _stop: DropGuard,
}

/// Opens the door of a node on loopback.
pub(super) fn open(node: &Arc<Node>) -> Open {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    tokio::spawn(server::run(node.clone(), listener, stop.clone()));
    Open { address, _stop: stop.drop_guard() }
}

/// What came back.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(given, _)| given == name).map_or("", |(_, value)| value)
    }

    pub(super) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

impl Open {
    pub(super) async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask("GET", path, headers, "").await
    }

    pub(super) async fn document(&self, path: &str) -> Answer {
        self.get(path, &[("Accept", "application/activity+json")]).await
    }

    pub(super) async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let length = format!("Content-Length: {}", body.len());
        self.send(method, path, headers, &length, body).await
    }

    /// As [`ask`](Self::ask), with a body that is cut into chunks already.
    pub(super) async fn chunked(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.send(method, path, headers, "Transfer-Encoding: chunked", body).await
    }

    async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], framing: &str, body: &str) -> Answer {
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: harbor.test\r\nConnection: close\r\n");
        for (name, value) in headers {
            request += &format!("{name}: {value}\r\n");
        }
        request += &format!("{framing}\r\n\r\n{body}");
        let mut stream = tokio::net::TcpStream::connect(self.address).await.unwrap();
        // A server that has said no may hang up on the rest of a body.
        let _ = stream.write_all(request.as_bytes()).await;
        let mut answer = Vec::new();
        tokio::time::timeout(Duration::from_secs(60), stream.read_to_end(&mut answer)).await.unwrap().ok();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines.filter_map(|line| line.split_once(": "));
        let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
        Answer { status, headers, body: body.to_owned() }
    }
}

#[tokio::test]
async fn a_page_is_safe_to_look_at_and_says_who_lives_here() {
    let ground = harbor(&[]).await;
    let open = open(&ground.node);
    for path in ["/", "/members/ana", "/spaces/harbor", "/tags/espresso", "/problems", "/problems/gone"] {
        let page = open.get(path, &[("Accept", "text/html,*/*;q=0.8")]).await;
        assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"), "{path}");
        assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
        assert!(page.header("vary").contains("Accept"), "{path}");
        let head = open.ask("HEAD", path, &[], "").await;
        assert_eq!((head.status, head.body.as_str()), (200, ""), "{path}");
    }
    let front = open.get("/", &[]).await.body;
    assert!(front.contains("Harbor Coworking") && front.contains("@harbor@harbor.test"));
    let style =
        front.split("href=\"").find(|part| part.starts_with("/static/site.")).unwrap().split('"').next().unwrap();
    let style = open.get(style, &[]).await;
    assert_eq!((style.status, style.header("content-type")), (200, "text/css; charset=utf-8"));
    assert!(style.header("cache-control").contains("immutable"));
}

#[tokio::test]
async fn a_no_is_a_page_for_people_and_a_problem_for_programs() {
    let ground = harbor(&[]).await;
    let open = open(&ground.node);
    for path in ["/nothing", "/members/nobody", "/members/harbor", "/posts/7", "/people/7", "/setup/wrong"] {
        let page = open.get(path, &[("Accept", "text/html")]).await;
        assert!(page.status == 404 || path.starts_with("/setup") && page.status == 409, "{path}: {}", page.status);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8", "{path}");
        assert!(page.body.contains("<h1>"), "{path}");
        let problem = open.document(path).await;
        assert_eq!(
            (problem.status, problem.header("content-type")),
            (page.status, "application/problem+json"),
            "{path}"
        );
        assert_eq!(problem.json()["status"], page.status, "{path}");
    }
    let wrong = open.ask("DELETE", "/members/ana", &[], "").await;
    assert_eq!((wrong.status, wrong.header("allow")), (405, "GET, HEAD"));
}

#[tokio::test]
async fn the_setup_link_works_once_and_only_from_its_own_page() {
    let ground = Ground::new().await;
    let node = &ground.node;
    let secret = node.store.write(setup::link).await.unwrap().expose().to_owned();
    let open = open(node);
    let path = format!("/setup/{secret}");
    let form = open.get(&path, &[]).await;
    assert_eq!((form.status, form.header("cache-control")), (200, "no-store"));

    let typed = [("Content-Type", "application/x-www-form-urlencoded")];
    let input = "space_username=harbor&space_name=Harbor&zone=Mars%2FX&admin_username=ana&admin_name=Ana";
    let refused = open.ask("POST", &path, &typed, input).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("aria-invalid=\"true\"") && refused.body.contains("value=\"Mars/X\""));
    let more = input.replace("=harbor", "=my+space").replace("=Ana", "=+");
    let refused = open.ask("POST", &path, &typed, &more).await;
    assert_eq!((refused.status, refused.body.matches("aria-invalid").count()), (422, 3), "all that is wrong, at once");
    assert!(refused.body.contains("3 of the fields below") && !refused.body.contains("Space_username"));

    let input = input.replace("Mars%2FX", "Europe%2FAmsterdam");
    for origin in ["https://evil.example", "null"] {
        let foreign = open.ask("POST", &path, &[typed[0], ("Origin", origin)], &input).await;
        assert_eq!(foreign.status, 403, "{origin}");
    }
    let done = open.ask("POST", &path, &[typed[0], ("Origin", "http://harbor.test")], &input).await;
    assert_eq!(done.status, 200);
    let token = done.body.split("ts_").nth(1).unwrap().split('<').next().unwrap();
    let token = format!("ts_{token}");
    let now = node.clock.now();
    node.store.read(move |tx| crate::operations::token::authenticate(tx, &token, now)).await.unwrap().unwrap();
    assert_eq!(open.ask("POST", &path, &typed, &input).await.status, 409, "the link is used up");
    assert_eq!(open.get(&path, &[]).await.status, 409);
    assert_eq!(open.get("/members/ana", &[]).await.status, 200);
}

#[tokio::test]
async fn a_stopped_server_ends() {
    let ground = harbor(&[]).await;
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let stop = CancellationToken::new();
    let running = tokio::spawn(server::run(ground.node.clone(), listener, stop.clone()));
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(10), running).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn a_delivery_is_bounded_before_it_is_believed() {
    let ground = harbor(&[("max_body", "65536")]).await;
    let open = open(&ground.node);
    let typed = ("Content-Type", "application/activity+json");
    for path in ["/inbox", "/members/ana/inbox", "/spaces/harbor/inbox", "/actor/inbox"] {
        let activity = r#"{"id":"http://loft.test/1","type":"Like","actor":"http://loft.test/ben","object":"x"}"#;
        let unsigned = open.ask("POST", path, &[typed], activity).await;
        assert_eq!(unsigned.status, 401, "{path}: {}", unsigned.body);
        assert!(unsigned.json()["error"].is_string(), "{path}");
        let large = open.ask("POST", path, &[typed], &"x".repeat(65_537)).await;
        assert_eq!((large.status, large.header("content-type")), (413, "application/problem+json"), "{path}");
        let chunked = format!("{:x}\r\n{}\r\n0\r\n\r\n", 65_537, "x".repeat(65_537));
        let chunked = open.chunked("POST", path, &[typed], &chunked).await;
        assert_eq!(chunked.status, 413, "{path}");
        let packed = open.ask("POST", path, &[typed, ("Content-Encoding", "gzip")], activity).await;
        assert_eq!(packed.status, 415, "{path}");
        assert_eq!(open.get(path, &[]).await.header("allow"), "POST", "{path}");
    }
    for path in ["/members/nobody/inbox", "/members/harbor/inbox", "/posts/7/inbox"] {
        assert_eq!(open.ask("POST", path, &[typed], "{}").await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_signed_question_makes_the_node_ask_elsewhere_no_more_often_than_an_address_may() {
    let ground = harbor(&[]).await;
    let open = open(&ground.node);
    let date = date(start());
    let ask = |number: u32| {
        let signature = format!(
            "keyId=\"http://victim.test/{number}\",algorithm=\"hs2019\",headers=\"(request-target) host date\",signature=\"eA==\""
        );
        let (open, date) = (&open, date.as_str());
        async move {
            let headers = [("Accept", "application/activity+json"), ("Date", date), ("Signature", signature.as_str())];
            open.get("/posts/7", &headers).await
        }
    };
    ground.peers.behave(|_| Reply::Say(404));
    assert_eq!((ask(1).await.status, ground.asked().len()), (401, 1));
    while ground.node.reception.strangers.admit(Some(open.address.ip()), "other.test").is_ok() {}
    let refused = ask(2).await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, "1"), "{}", refused.body);
    assert!(refused.json()["error"].as_str().unwrap().contains("the next passes in 1 s"));
    assert!(ground.asked().is_empty());
}

#[tokio::test]
async fn a_visitor_from_elsewhere_finds_what_they_came_for_and_nobody_asks_without_end() {
    let ground = harbor(&[]).await;
    let open = open(&ground.node);
    let (bo, ida) = (Stranger::new("bo", "pier.test"), Stranger::new("ida", "quay.test"));
    let web = ground.show(&[&bo, &ida]);
    let note =
        bo.note(1, json!({"@context": "https://www.w3.org/ns/activitystreams", "url": "http://pier.test/@bo/1"}));
    web.put(&bo.at("n/1"), Reply::Json(note));
    web.put("http://pier.test/@bo/1", Reply::SayWith(302, "location", "/u/bo/n/1"));
    let (open, page) = (&open, &[("Accept", "text/html")]);
    let look = |what: String| async move { open.get(&format!("/authorize_interaction?uri={what}"), page).await };

    let post = look("http://pier.test/@bo/1".into()).await;
    assert_eq!((post.status, post.header("cache-control")), (200, "no-store"));
    assert!(post.body.contains("note 1") && post.body.contains("in_reply_to"), "{}", post.body);
    let person = look("acct:ida@quay.test".into()).await;
    assert_eq!(person.status, 200);
    assert!(person.body.contains("thirdspace follow @ida@quay.test"), "{}", person.body);
    ground.asked();
    for known in ["http://pier.test/@bo/1", "http://pier.test/u/bo/n/1", "@ida@quay.test", "@ana@harbor.test"] {
        assert_eq!(look(known.into()).await.status, 200, "{known}");
    }
    assert!(ground.asked().is_empty(), "what is known needs no asking");
    let nonsense = look("a%20b@c@d".into()).await;
    assert_eq!(nonsense.status, 422);
    assert!(nonsense.body.contains("value=\"a b@c@d\"") && nonsense.body.contains("aria-invalid"), "{}", nonsense.body);

    let mut statuses = Vec::new();
    for number in 0..6 {
        statuses.push(look(format!("http://pier.test/nothing/{number}")).await.status);
    }
    assert_eq!(statuses, [404, 404, 404, 404, 503, 503], "six turns, of which two were spent above");
    ground.asked();
    let refused = look("http://pier.test/nothing/7".into()).await;
    assert_eq!((refused.status, refused.header("retry-after")), (503, "31"));
    assert!(refused.body.contains("Try again in 31 seconds") && refused.body.contains("Members need not wait"));
    assert_eq!(look("@ida@quay.test".into()).await.status, 200);
    assert!(ground.asked().is_empty());
}

#[tokio::test]
async fn a_member_who_is_suspended_has_no_page_until_they_may_speak_again() {
    let ground = harbor(&[]).await;
    let door = open(&ground.node);
    let now = ground.node.clock.now();
    let browser = [("Accept", "text/html")];
    let (site, new) = (ground.node.site.clone(), NewMember::parse("ben", "Ben Okafor", Role::Member, None).unwrap());
    let ben = ground.act(move |tx| member::add(tx, &site, Acting::Keeper, &new, None, now)).await;
    assert!(door.get("/members/ben", &browser).await.body.contains("Okafor"));
    ground.act(move |tx| suspension::suspend(tx, Acting::Keeper, ben.into(), now)).await;
    let page = door.get("/members/ben", &browser).await;
    assert!(page.status == 404 && !page.body.contains("Okafor"), "{}", page.body);
    ground.act(move |tx| suspension::lift(tx, Acting::Keeper, ben.into(), now)).await;
    assert_eq!(door.get("/members/ben", &browser).await.status, 200);
}
