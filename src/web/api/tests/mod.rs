//! The API as programs use it: over HTTP, and held to its own description with every answer.

mod calendar;
mod described;
mod elsewhere;
mod mail;
mod partner;
mod photo;
mod refused;
mod series;
mod stay;
mod story;
mod tour;
mod waitlist;

use std::sync::Mutex;

use serde_json::{Value, json};

use crate::coworking::member::Acting;
use crate::federation::testing::{Ground, new_keys};
use crate::operations::{key, token};
use crate::store::actor;
use crate::web::tests::{Answer, Open, harbor, open};
use described::Described;

/// A node that is open, with the administrator "ana".
struct House {
    ground: Ground,
    open: Open,
    described: Mutex<Described>,
    ana: Person,
}

/// A member with a token.
#[derive(Debug, Clone)]
struct Person {
    id: String,
    token: String,
}

impl House {
    async fn new() -> Self {
        Self::with(&[]).await
    }

    /// As [`new`](Self::new), with other settings.
    async fn with(settings: &[(&str, &str)]) -> Self {
        let ground = harbor(settings).await;
        let now = ground.node.clock.now();
        let site = ground.node.site.clone();
        let ana = ground.act(move |tx| {
            // The node signs what it asks of others.
            let node = actor::by_uri(tx, &site.node_actor())?.unwrap();
            key::give(tx, node.id, &new_keys(), now)?;
            let ana = actor::local_by_username(tx, "ana")?.unwrap().id;
            let made = token::create(tx, Acting::Keeper, crate::coworking::id::MemberId(ana.0), "test", None, now)?;
            Ok(Person { id: ana.to_string(), token: made.secret.expose().to_owned() })
        });
        let ana = ana.await;
        let open = open(&ground.node);
        Self { ground, open, described: Mutex::new(Described::new()), ana }
    }

    /// Asks as somebody, and holds the answer to the description.
    async fn ask(&self, who: &Person, method: &str, path: &str, body: Value) -> Answer {
        self.ask_with(who, method, path, &[], body).await
    }

    async fn ask_with(&self, who: &Person, method: &str, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        let bearer = format!("Bearer {}", who.token);
        let mut all = vec![("Authorization", bearer.as_str())];
        all.extend_from_slice(headers);
        let text = if body.is_null() { String::new() } else { body.to_string() };
        if !text.is_empty() {
            all.push(("Content-Type", "application/json"));
        }
        let answer = self.open.ask(method, &format!("/api/v1{path}"), &all, &text).await;
        self.described.lock().unwrap().hold(method, path, &body, &answer);
        answer
    }

    /// As [`ask`](Self::ask), for what passes: the body of the answer, `null` if there is none.
    async fn good(&self, who: &Person, method: &str, path: &str, body: Value) -> Value {
        let answer = self.ask(who, method, path, body).await;
        assert!((200..300).contains(&answer.status), "{method} {path}: {} {}", answer.status, answer.body);
        if answer.body.is_empty() { Value::Null } else { answer.json() }
    }

    async fn get(&self, who: &Person, path: &str) -> Value {
        self.good(who, "GET", path, Value::Null).await
    }

    /// The contents of the items of a page of posts.
    async fn contents(&self, who: &Person, path: &str) -> Vec<String> {
        contents(&self.get(who, path).await)
    }

    /// Ana makes somebody a member.
    async fn newcomer(&self, name: &str) -> Person {
        let member = self.good(&self.ana, "POST", "/members", json!({"username": name, "name": name})).await;
        let id = text(&member["id"]);
        let made = self.good(&self.ana, "POST", "/tokens", json!({"label": "first", "member": id})).await;
        Person { id, token: text(&made["secret"]) }
    }

    /// Somebody posts; the post's number.
    async fn post(&self, who: &Person, body: Value) -> String {
        text(&self.good(who, "POST", "/posts", body).await["id"])
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

fn contents(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    let plain = |post: &Value| text(&post["content"]).replace("<p>", "").replace("</p>", "");
    items.iter().map(plain).collect()
}
