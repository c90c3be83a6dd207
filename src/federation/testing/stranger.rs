//! Somebody elsewhere: an actor on one of the peers, who signs letters well or badly.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, OnceLock};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Ground, Received, Reply, start};
use crate::activitypub::digest::BodyDigest;
use crate::activitypub::id::Id;
use crate::activitypub::key::PrivateKey;
use crate::activitypub::proof;
use crate::activitypub::signature::{Message, http_date, sign_rfc9421, signing_string};
use crate::coworking::id::ActorId;
use crate::federation::inbox::{Answer, InboxRequest, accept};
use crate::federation::verify::Head;
use crate::node::Node;

/// Three RSA keys: making them takes long.
pub(crate) fn rsa(number: usize) -> PrivateKey {
    static MADE: OnceLock<Vec<PrivateKey>> = OnceLock::new();
    MADE.get_or_init(|| (0..3).map(|_| PrivateKey::generate_rsa().unwrap()).collect())[number].clone()
}

pub(crate) fn ed25519() -> PrivateKey {
    static MADE: OnceLock<PrivateKey> = OnceLock::new();
    MADE.get_or_init(|| PrivateKey::generate_ed25519().unwrap()).clone()
}

/// A time as a `Date` header has it.
pub(crate) fn date(time: Timestamp) -> String {
    http_date(time)
}

/// An actor on a peer.
#[derive(Debug, Clone)]
pub(crate) struct Stranger {
    pub(crate) name: &'static str,
    pub(crate) host: &'static str,
    pub(crate) key: PrivateKey,
}

impl Stranger {
    pub(crate) fn new(name: &'static str, host: &'static str) -> Self {
        Self { name, host, key: rsa(0) }
    }

    pub(crate) fn uri(&self) -> String {
        format!("http://{}/u/{}", self.host, self.name)
    }

    /// The id, parsed.
    pub(crate) fn id(&self) -> Id {
        Id::parse(&self.uri()).unwrap()
    }

    /// Something under the actor's id.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.uri())
    }

    pub(crate) fn key_id(&self) -> String {
        format!("{}#main-key", self.uri())
    }

    /// The actor's document, with more parts over it.
    pub(crate) fn document(&self, more: Value) -> Value {
        let uri = self.uri();
        let mut document = json!({
            "@context": "https://www.w3.org/ns/activitystreams", "id": uri, "type": "Person",
            "preferredUsername": self.name, "inbox": self.at("inbox"), "outbox": self.at("outbox"),
            "followers": self.at("followers"), "featured": self.at("featured"),
            "publicKey": {"id": self.key_id(), "owner": uri, "publicKeyPem": self.key.public().to_pem()},
            "assertionMethod": [{"id": format!("{uri}#ed25519-key"), "type": "Multikey", "controller": uri,
                "publicKeyMultibase": ed25519().public().to_multibase()}],
        });
        document.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        document
    }

    /// What its host says of its handle.
    pub(crate) fn jrd(&self) -> Value {
        json!({"subject": format!("acct:{}@{}", self.name, self.host), "links": [
            {"rel": "self", "type": "application/activity+json", "href": self.uri()}]})
    }

    /// An activity by this actor.
    pub(crate) fn does(&self, kind: &str, number: u32, more: Value) -> Value {
        let mut activity = json!({
            "@context": "https://www.w3.org/ns/activitystreams", "id": self.at(&format!("{kind}/{number}")),
            "type": kind, "actor": self.uri(),
        });
        activity.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        activity
    }

    /// A public note.
    pub(crate) fn note(&self, number: u32, more: Value) -> Value {
        let mut note = json!({
            "id": self.at(&format!("n/{number}")), "type": "Note", "attributedTo": self.uri(),
            "content": format!("<p>note {number}</p>"), "to": "https://www.w3.org/ns/activitystreams#Public",
            "cc": self.at("followers"), "published": start().to_string(),
        });
        note.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        note
    }

    pub(crate) fn creates(&self, number: u32, more: Value) -> Value {
        self.does("Create", number, json!({ "object": self.note(number, more) }))
    }

    /// A letter with this activity in it, addressed to the shared inbox of `harbor.test`.
    pub(crate) fn letter(&self, activity: &Value, now: Timestamp) -> Letter {
        Letter::new(activity.to_string(), self.key_id(), self.key.clone(), now)
    }
}

/// A request to an inbox, before it is signed.
#[derive(Debug, Clone)]
pub(crate) struct Letter {
    pub(crate) target: &'static str,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
    pub(crate) key_id: String,
    pub(crate) key: PrivateKey,
    pub(crate) covered: Vec<&'static str>,
    pub(crate) now: Timestamp,
    pub(crate) asker: Option<IpAddr>,
}

impl Letter {
    pub(crate) fn new(body: impl Into<Vec<u8>>, key_id: String, key: PrivateKey, now: Timestamp) -> Self {
        let body = body.into();
        let mut letter = Self {
            target: "/inbox",
            headers: Vec::new(),
            covered: vec!["(request-target)", "host", "date", "digest", "content-type"],
            key_id,
            key,
            now,
            asker: None,
            body: Vec::new(),
        };
        letter.set("host", "harbor.test");
        letter.set("date", http_date(now));
        letter.set("content-type", "application/activity+json");
        letter.set("digest", BodyDigest::of(&body).to_digest());
        letter.body = body;
        letter
    }

    pub(crate) fn set(&mut self, name: &str, value: impl Into<Vec<u8>>) {
        self.headers.retain(|(other, _)| other != name);
        self.headers.push((name.to_owned(), value.into()));
    }

    pub(crate) fn remove(&mut self, name: &'static str) {
        self.headers.retain(|(other, _)| other != name);
        self.covered.retain(|other| *other != name);
    }

    fn raw(&self) -> Vec<(&str, &[u8])> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect()
    }

    /// Signs what stands there now, right or wrong.
    pub(crate) fn signed(mut self) -> Self {
        let origin = "http://harbor.test".parse().unwrap();
        let raw = self.raw();
        let message = Message::received("POST", self.target, &origin, &raw);
        let text = signing_string(&message, self.covered.iter().copied(), None, None).unwrap();
        let signature = self.key.sign(&text.bytes).unwrap();
        let signature = {
            use base64::Engine as _;
            base64::engine::general_purpose::STANDARD.encode(signature)
        };
        let value = format!(
            "keyId=\"{}\",algorithm=\"hs2019\",headers=\"{}\",signature=\"{signature}\"",
            self.key_id,
            self.covered.join(" ")
        );
        self.set("signature", value);
        self
    }

    /// Signs by RFC 9421.
    pub(crate) fn signed_rfc9421(mut self) -> Self {
        self.remove("digest");
        let digest = BodyDigest::of(&self.body).to_content_digest();
        self.set("content-digest", digest);
        let origin = "http://harbor.test".parse().unwrap();
        let raw = self.raw();
        let message = Message::received("POST", self.target, &origin, &raw);
        let made = sign_rfc9421(&message, &self.key_id, &self.key, self.now).unwrap();
        self.set("signature-input", made.signature_input);
        self.set("signature", made.signature);
        self
    }

    /// Puts it into the inbox.
    pub(crate) async fn send(&self, node: &Node) -> Answer {
        self.send_to(node, None).await
    }

    /// Puts it into somebody's inbox, or the shared one.
    pub(crate) async fn send_to(&self, node: &Node, recipient: Option<ActorId>) -> Answer {
        let raw = self.raw();
        let head = Head { method: "POST", target: self.target, headers: &raw, asker: self.asker };
        accept(node, InboxRequest { head, body: self.body.clone().into(), recipient }).await
    }
}

/// The same activity, signed itself by the strangers' Ed25519 key (FEP-8b32).
pub(crate) fn proven(mut activity: Value, author: &Stranger) -> Value {
    proof::attach(&mut activity, &format!("{}#ed25519-key", author.uri()), &ed25519(), start()).unwrap();
    activity
}

/// What peers show: documents by address. What is not here is a 404.
#[derive(Debug, Clone, Default)]
pub(crate) struct Web(Arc<Mutex<BTreeMap<String, Reply>>>);

impl Web {
    pub(crate) fn put(&self, address: &str, reply: Reply) {
        self.0.lock().unwrap().insert(address.to_owned(), reply);
    }

    /// Shows an actor and its handle.
    pub(crate) fn show(&self, stranger: &Stranger) {
        self.put(&stranger.uri(), Reply::Json(stranger.document(json!({}))));
        let address =
            format!("http://{0}/.well-known/webfinger?resource=acct%3A{1}%40{0}", stranger.host, stranger.name);
        self.put(&address, Reply::Json(stranger.jrd()));
    }

    fn reply(&self, got: &Received) -> Reply {
        let address = format!("http://{}{}", got.host, got.path);
        self.0.lock().unwrap().get(&address).cloned().unwrap_or(Reply::Say(404))
    }
}

impl Ground {
    /// From now on the peers show these strangers, and what is put beside them.
    pub(crate) fn show(&self, strangers: &[&Stranger]) -> Web {
        let web = Web::default();
        for stranger in strangers {
            web.show(stranger);
        }
        let shown = web.clone();
        self.peers.behave(move |got| shown.reply(got));
        web
    }

    /// Puts an activity into the inbox, signed by its actor.
    pub(crate) async fn deliver(&self, from: &Stranger, activity: &Value) -> Answer {
        from.letter(activity, self.node.clock.now()).signed().send(&self.node).await
    }

    /// The paths that the peers were asked for since this was asked last.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.peers.take().into_iter().map(|got| got.path).collect()
    }
}
