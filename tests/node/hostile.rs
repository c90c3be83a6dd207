//! What no peer should send, sent over the wire: the node answers each with a status and words, harms nobody who
//! behaves, and loses nothing of what it took.

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use thirdspace::activitypub::digest::BodyDigest;
use thirdspace::activitypub::key::PrivateKey;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::town::wire::{self, KIND, Signer};
use crate::town::{House, Town};

const KEY_ID: &str = "http://pier.test/u/bo#main-key";

/// `harbor.test`, and Bo of `pier.test`, whom it can ask for his key.
struct Harbor {
    town: Town,
    bo: Signer,
}

impl Harbor {
    async fn open() -> Self {
        let key = PrivateKey::generate_rsa().unwrap();
        let elsewhere = format!("*.test={}", peer(key.public().to_pem()).await);
        let town = Town::with(&["harbor.test"], &[("harbor.test", "resolve", &elsewhere)]).await;
        Self { town, bo: Signer { key_id: KEY_ID.to_owned(), key } }
    }

    fn node(&self) -> &House {
        self.town.node("harbor.test")
    }

    /// A note by Bo.
    fn note(number: u32) -> Vec<u8> {
        let note = json!({"id": format!("http://pier.test/n/{number}"), "type": "Note", "content": "<p>hi</p>",
            "attributedTo": "http://pier.test/u/bo", "to": "as:Public", "inReplyTo": null});
        let create = json!({"@context": "https://www.w3.org/ns/activitystreams", "type": "Create",
            "id": format!("http://pier.test/c/{number}"), "actor": "http://pier.test/u/bo", "object": note});
        create.to_string().into_bytes()
    }

    /// The head of a delivery by Bo, well signed.
    fn head(&self, path: &str, body: &[u8], kind: &str, more: &str) -> String {
        self.bo.head("harbor.test", path, body, kind, self.town.now(), more)
    }

    /// A whole delivery by Bo.
    fn delivery(&self, path: &str, body: &[u8], kind: &str) -> Vec<u8> {
        self.bo.delivery("harbor.test", path, body, kind, self.town.now())
    }

    /// Sends bytes and reads the answer's status and body.
    async fn say(&self, bytes: &[u8]) -> (u16, String) {
        wire::say(self.node().address, bytes).await
    }

    /// How many activities were taken in, and how many are not done with.
    async fn counts(&self) -> (u64, u64) {
        let (waiting, failed, _) = self.node().pending().await;
        (self.node().taken().await, waiting + failed)
    }
}

/// A peer that shows Bo, whatever it is asked; it has no WebFinger.
async fn peer(pem: String) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let actor = json!({"@context": "https://www.w3.org/ns/activitystreams", "id": "http://pier.test/u/bo",
        "type": "Person", "preferredUsername": "bo", "inbox": "http://pier.test/u/bo/inbox",
        "publicKey": {"id": KEY_ID, "owner": "http://pier.test/u/bo", "publicKeyPem": pem}})
    .to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut seen = Vec::new();
            while !seen.ends_with(b"\r\n\r\n") && stream.read_buf(&mut seen).await.is_ok_and(|read| read > 0) {}
            let (status, body) = if seen.starts_with(b"GET /u/bo ") { (200, actor.as_str()) } else { (404, "") };
            let head = format!(
                "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-type: application/activity+json\r\n\
                 content-length: {}\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all((head + body).as_bytes()).await;
        }
    });
    address
}

fn gzip_bomb() -> Vec<u8> {
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..64 {
        bomb.write_all(&vec![b' '; 1024 * 1024]).unwrap();
    }
    bomb.finish().unwrap()
}

#[tokio::test]
async fn every_bad_delivery_has_its_answer_and_the_good_ones_arrive() {
    let harbor = Harbor::open().await;
    let good = Harbor::note(1);
    for path in ["/inbox", "/members/keeper/inbox", "/spaces/harbor/inbox"] {
        let (status, words) = harbor.say(&harbor.delivery(path, &good, KIND)).await;
        assert_eq!(status, 202, "{path}: {words}");
    }
    assert_eq!(harbor.counts().await.0, 1, "the same by three ways is one");

    let large = [good.as_slice(), &vec![b' '; 1024 * 1024]].concat();
    let chunked = |body: &[u8]| {
        let head = harbor.head("/inbox", body, KIND, "transfer-encoding: chunked\r\n\r\n");
        let chunks =
            body.chunks(60_000).map(|chunk| [format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat());
        [head.into_bytes(), chunks.collect::<Vec<_>>().concat(), b"0\r\n\r\n".to_vec()].concat()
    };
    let compressed = |body: &[u8]| {
        let more = format!("content-encoding: gzip\r\ncontent-length: {}\r\n\r\n", body.len());
        [harbor.head("/inbox", body, KIND, &more).as_bytes(), body].concat()
    };
    let without_signature = |body: &[u8]| {
        let length = format!("content-length: {}", body.len());
        [
            format!("POST /inbox HTTP/1.1\r\nhost: harbor.test\r\ncontent-type: {KIND}\r\n{length}\r\n\r\n").as_bytes(),
            body,
        ]
        .concat()
    };
    let not_text = [b"{\"id\":\"".as_slice(), &[0xff, 0xfe], b"\"}"].concat();
    let deep = [b"{\"x\":".as_slice(), &vec![b'['; 900_000]].concat();
    let digest = STANDARD.encode([0; 32]);
    let mut odd_header = harbor.delivery("/inbox", &good, KIND);
    let at = odd_header.windows(11).position(|part| part == b"signature: ").unwrap() + 11;
    odd_header[at] = 0xff;
    let bomb = gzip_bomb();
    for (name, bytes, status) in [
        ("a large body", harbor.delivery("/inbox", &large, KIND), 413),
        ("a large body in pieces", chunked(&large), 413),
        ("a good body in pieces", chunked(&Harbor::note(2)), 202),
        ("a bomb", compressed(&bomb), 415),
        ("a bomb that says it is none", harbor.delivery("/inbox", &bomb, KIND), 400),
        ("another content type", harbor.delivery("/inbox", &good, "text/html"), 415),
        ("no signature", without_signature(&good), 401),
        ("no text", harbor.delivery("/inbox", &not_text, KIND), 400),
        ("a depth without end", harbor.delivery("/inbox", &deep, KIND), 400),
        ("nothing", harbor.delivery("/inbox", b"", KIND), 400),
        ("a header that is no text", odd_header, 400),
        ("an inbox of nobody", harbor.delivery("/members/nobody/inbox", &good, KIND), 404),
        (
            "a wrong digest",
            String::from_utf8(harbor.delivery("/inbox", &good, KIND))
                .unwrap()
                .replace(&BodyDigest::of(&good).to_digest(), &format!("SHA-256={digest}"))
                .into_bytes(),
            401,
        ),
    ] {
        let (found, words) = harbor.say(&bytes).await;
        assert_eq!(found, status, "{name}: {words}");
        assert_eq!(words.is_empty(), status == 202, "{name}");
    }
    let (status, _) = harbor.say(b"GET /inbox HTTP/1.1\r\nhost: harbor.test\r\n\r\n").await;
    assert!((400..500).contains(&status), "{status}");
    let (status, _) = harbor.say(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n").await;
    assert!(status == 0 || status == 400, "{status}");

    assert_eq!(harbor.counts().await, (2, 0));
}

#[tokio::test]
async fn who_sends_slowly_or_hangs_up_keeps_nobody_waiting() {
    let harbor = Harbor::open().await;
    let mut slow = Vec::new();
    for number in 0..50 {
        let mut stream = TcpStream::connect(harbor.node().address).await.unwrap();
        let delivery = harbor.delivery("/inbox", &Harbor::note(number), KIND);
        // Some stop in the head, some in the body, some go away.
        let part = if number % 2 == 0 { delivery.len() / 3 } else { delivery.len() - 9 };
        stream.write_all(&delivery[..part]).await.unwrap();
        if number % 3 > 0 {
            slow.push(stream);
        }
    }
    let quick = async {
        for number in 100..110 {
            let (status, words) = harbor.say(&harbor.delivery("/inbox", &Harbor::note(number), KIND)).await;
            assert_eq!(status, 202, "{words}");
        }
    };
    tokio::time::timeout(Duration::from_secs(8), quick).await.expect("before any of the slow ones is given up");
    assert_eq!(harbor.counts().await, (10, 0));
    drop(slow);
}
