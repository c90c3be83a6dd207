//! Everybody else: one server under all names. It shows the senders to those who ask, and takes what followers get.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::time::Duration;

use serde_json::{Value, json};
use thirdspace::activitypub::key::PrivateKey;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

use super::mail::{AHEAD, Stream};
use crate::town::{keys, wire};

/// The keys that senders share.
const KEYS: usize = 2;

/// The private key of a sender.
pub(super) fn key_of(sender: usize) -> PrivateKey {
    static MADE: [OnceLock<PrivateKey>; KEYS] = [const { OnceLock::new() }; KEYS];
    let number = sender % KEYS;
    MADE[number].get_or_init(|| PrivateKey::from_pkcs8_der(&keys(number + 1).rsa_pkcs8).unwrap()).clone()
}

/// A delivery as it came.
#[derive(Clone)]
pub(super) struct Arrival {
    pub(super) host: String,
    pub(super) id: String,
    pub(super) body: String,
}

#[derive(Default)]
struct Taken {
    arrivals: Vec<Arrival>,
    /// Each once, however often it came.
    distinct: BTreeSet<(String, String)>,
}

/// All peers.
#[derive(Clone)]
pub(super) struct Peers {
    pub(super) address: SocketAddr,
    taken: Arc<Mutex<Taken>>,
    other: Arc<OnceLock<Weak<Stream>>>,
}

impl Peers {
    pub(super) async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let peers = Self { address, taken: Arc::default(), other: Arc::default() };
        let serving = peers.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serving.clone().serve(stream));
            }
        });
        peers
    }

    /// Takes no more than this stream brings.
    pub(super) fn keep_pace_with(&self, stream: &Arc<Stream>) {
        let first = self.other.set(Arc::downgrade(stream));
        assert!(first.is_ok(), "one stream");
    }

    /// Deliveries that came, each counted once.
    pub(super) fn taken(&self) -> usize {
        self.taken.lock().unwrap().distinct.len()
    }

    pub(super) fn arrivals(&self) -> Vec<Arrival> {
        self.taken.lock().unwrap().arrivals.clone()
    }

    async fn serve(self, mut stream: TcpStream) {
        let mut seen = Vec::new();
        while let Some((head, body)) = wire::message(&mut stream, &mut seen).await {
            let (status, answer) = self.answer(&head, body).await;
            let answer = format!(
                "HTTP/1.1 {status} X\r\ncontent-type: application/activity+json\r\ncontent-length: {}\r\n\r\n{answer}",
                answer.len()
            );
            if stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }

    async fn answer(&self, head: &str, body: Vec<u8>) -> (u16, String) {
        let host = wire::header(head, "host").unwrap_or_default().to_owned();
        if head.starts_with("POST /inbox ") {
            self.take(host, String::from_utf8(body).unwrap()).await;
            return (202, String::new());
        }
        // Somebody far away, who is slow to answer.
        if host == "far.test" && head.starts_with("GET /n/") {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let path = head.split(' ').nth(1).unwrap_or_default();
            return (200, note(&host, path).to_string());
        }
        if host == "far.test" && head.starts_with("GET /u/bo ") {
            return (200, actor(&host, 0).to_string());
        }
        let sender = host.strip_prefix("sender").and_then(|rest| rest.strip_suffix(".test")?.parse().ok());
        match sender {
            Some(sender) if head.starts_with("GET /u/bo ") => (200, actor(&host, sender).to_string()),
            _ => (404, String::new()),
        }
    }

    async fn take(&self, host: String, body: String) {
        let activity: Value = serde_json::from_str(&body).unwrap();
        let id = activity["id"].as_str().unwrap().to_owned();
        while self
            .other
            .get()
            .and_then(Weak::upgrade)
            .is_some_and(|other| !other.is_done() && self.taken() > other.accepted() + AHEAD)
        {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let mut taken = self.taken.lock().unwrap();
        taken.distinct.insert((host.clone(), id.clone()));
        taken.arrivals.push(Arrival { host, id, body });
    }
}

fn note(host: &str, path: &str) -> Value {
    json!({"@context": "https://www.w3.org/ns/activitystreams", "id": format!("http://{host}{path}"), "type": "Note",
        "attributedTo": format!("http://{host}/u/bo"), "content": "<p>from afar</p>",
        "to": ["https://www.w3.org/ns/activitystreams#Public"], "published": "2026-01-01T00:00:00Z"})
}

fn actor(host: &str, sender: usize) -> Value {
    let uri = format!("http://{host}/u/bo");
    json!({"@context": "https://www.w3.org/ns/activitystreams", "id": uri, "type": "Person", "preferredUsername": "bo",
        "inbox": format!("{uri}/inbox"), "endpoints": {"sharedInbox": format!("http://{host}/inbox")},
        "publicKey": {"id": format!("{uri}#main-key"), "owner": uri, "publicKeyPem": key_of(sender).public().to_pem()}})
}
