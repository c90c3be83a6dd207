//! What is sent to the node: many distinct activities by some actors, over connections that are kept. Only what was not
//! answered with 2xx is sent again.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::peers::{Peers, key_of};
use crate::town::DEADLINE;
use crate::town::wire::{self, KIND, Signer};

/// Actors who send, each on a host of its own.
pub(super) const SENDERS: usize = 30;
/// Connections at once.
const CONNECTIONS: usize = 16;
/// How far one stream may be ahead of the other.
pub(super) const AHEAD: usize = 150;

/// Activities, and what they should lead to.
pub(super) struct Mail {
    activities: VecDeque<(usize, String)>,
    notes: Vec<String>,
    likes: BTreeMap<String, u32>,
}

impl Mail {
    /// So many notes, of which some name Ana, and so many likes of these posts, each by another actor or of another post.
    pub(super) fn write(liked: &[String], notes: usize, likes: usize, mentions: usize) -> Self {
        let mut mail = Self {
            activities: VecDeque::new(),
            notes: Vec::new(),
            likes: liked.iter().map(|uri| (uri.clone(), 0)).collect(),
        };
        for number in 0..notes {
            let sender = number % SENDERS;
            let (actor, note) = (uri_of(sender), format!("http://sender{sender}.test/n/{number}"));
            let ana = json!({"type": "Mention", "href": "http://harbor.test/members/ana", "name": "@ana"});
            let tag = if number < mentions { vec![ana] } else { Vec::new() };
            let object = json!({"id": note, "type": "Note", "attributedTo": actor, "content": "<p>hi</p>", "tag": tag,
                "to": ["https://www.w3.org/ns/activitystreams#Public"], "published": Timestamp::now().to_string()});
            mail.add(sender, "Create", &format!("{note}#create"), &object);
            mail.notes.push(note);
        }
        for number in 0..likes {
            let (sender, post) = (number % SENDERS, &liked[number / SENDERS]);
            mail.add(sender, "Like", &format!("http://sender{sender}.test/l/{number}"), &json!(post));
            *mail.likes.get_mut(post).unwrap() += 1;
        }
        // All kinds at all times; the same mixture in every run.
        let mut mixed: Vec<_> = mail.activities.drain(..).enumerate().collect();
        mixed.sort_by_key(|(number, _)| number * 7_919 % 10_007);
        mail.activities.extend(mixed.into_iter().map(|(_, activity)| activity));
        mail
    }

    fn add(&mut self, sender: usize, kind: &str, id: &str, object: &serde_json::Value) {
        let activity = json!({"@context": "https://www.w3.org/ns/activitystreams", "id": id, "type": kind,
            "actor": uri_of(sender), "object": object});
        self.activities.push_back((sender, activity.to_string()));
    }
}

/// Bo of a sending host.
pub(super) fn uri_of(sender: usize) -> String {
    format!("http://sender{sender}.test/u/bo")
}

/// The mail on its way.
pub(super) struct Stream {
    to: SocketAddr,
    waiting: Mutex<VecDeque<(usize, String)>>,
    total: usize,
    accepted: AtomicUsize,
    refused: Mutex<Vec<String>>,
    notes: Vec<String>,
    likes: BTreeMap<String, u32>,
    peers: Peers,
}

impl Stream {
    pub(super) fn new(mail: Mail, to: SocketAddr, peers: Peers) -> Self {
        Self {
            to,
            total: mail.activities.len(),
            waiting: Mutex::new(mail.activities),
            accepted: AtomicUsize::new(0),
            refused: Mutex::default(),
            notes: mail.notes,
            likes: mail.likes,
            peers,
        }
    }

    /// How many were answered with 2xx.
    pub(super) fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }

    pub(super) fn is_done(&self) -> bool {
        self.accepted() + self.refused.lock().unwrap().len() == self.total
    }

    /// Answers that no honest sender should get.
    pub(super) fn refused(&self) -> Vec<String> {
        self.refused.lock().unwrap().clone()
    }

    pub(super) fn notes(&self) -> impl Iterator<Item = String> {
        self.notes.iter().cloned()
    }

    /// How many likes each post should have.
    pub(super) fn likes(&self) -> BTreeMap<String, u32> {
        self.likes.clone()
    }

    /// Sends until all are answered.
    pub(super) async fn send(self: std::sync::Arc<Self>) {
        let sending = (0..CONNECTIONS).map(|_| tokio::spawn(self.clone().over_a_connection())).collect::<Vec<_>>();
        for one in sending {
            one.await.unwrap();
        }
    }

    async fn over_a_connection(self: std::sync::Arc<Self>) {
        let mut connection: Option<(TcpStream, Vec<u8>)> = None;
        while !self.is_done() {
            let ahead = self.accepted() > self.peers.taken() + AHEAD;
            let next = if ahead { None } else { self.waiting.lock().unwrap().pop_front() };
            let Some((sender, body)) = next else {
                tokio::time::sleep(Duration::from_millis(2)).await;
                continue;
            };
            let answer = self.try_once(&mut connection, sender, &body).await;
            match answer {
                Some(200..=299) => {
                    self.accepted.fetch_add(1, Ordering::SeqCst);
                }
                Some(400..=499) => {}
                // No answer, or one that asks for patience: it may have been taken, and is sent again.
                _ => {
                    connection = None;
                    self.waiting.lock().unwrap().push_front((sender, body));
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
            }
        }
    }

    async fn try_once(&self, connection: &mut Option<(TcpStream, Vec<u8>)>, sender: usize, body: &str) -> Option<u16> {
        if connection.is_none() {
            *connection = Some((TcpStream::connect(self.to).await.ok()?, Vec::new()));
        }
        let (stream, seen) = connection.as_mut()?;
        let signer = Signer { key_id: format!("{}#main-key", uri_of(sender)), key: key_of(sender) };
        let request = signer.delivery("harbor.test", "/inbox", body.as_bytes(), KIND, Timestamp::now());
        stream.write_all(&request).await.ok()?;
        let answer = tokio::time::timeout(DEADLINE, wire::message(stream, seen)).await.expect("an answer in time");
        let (head, words) = answer?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        if (400..500).contains(&status) {
            let words = String::from_utf8_lossy(&words);
            self.refused.lock().unwrap().push(format!("{status}: {words}, for {body}"));
        }
        Some(status)
    }
}
