//! What no peer should send, sent over the wire: the node answers each with a status and words, harms nobody who
//! behaves, and loses nothing of what it took.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use serde_json::json;
use tempfile::TempDir;
use thirdspace::activitypub::digest::BodyDigest;
use thirdspace::activitypub::key::PrivateKey;
use thirdspace::activitypub::signature::{Message, http_date, sign_cavage};
use thirdspace::config::Config;
use thirdspace::http_client::HttpClient;
use thirdspace::jobs;
use thirdspace::node::{Clock, Node};
use thirdspace::operations;
use thirdspace::operations::setup::{self, SetUpBy, SetupInput};
use thirdspace::store::{self, Store, Tx, inbox};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

const KEY_ID: &str = "http://pier.test/u/bo#main-key";
const MINUTE: Duration = Duration::from_secs(60);

/// `harbor.test` on a port of its own, and Bo of `pier.test`, whom it can ask for his key.
struct Harbor {
    node: Arc<Node>,
    address: SocketAddr,
    key: PrivateKey,
    stop: CancellationToken,
    _folder: TempDir,
}

impl Harbor {
    async fn open() -> Self {
        let key = PrivateKey::generate_rsa().unwrap();
        let peer = peer(key.public().to_pem()).await;
        let folder = TempDir::new().unwrap();
        let resolve = format!("*.test={peer}");
        let settings = [
            ("origin", "http://harbor.test"),
            ("allow_http", "true"),
            ("allow_private_addresses", "127.0.0.0/8"),
            ("synchronous", "normal"),
            ("workers", "1"),
            ("data_dir", folder.path().to_str().unwrap()),
            ("resolve", &resolve),
        ];
        let config = Config::of(settings).unwrap();
        let store = Store::open(&config.store_path(), config.store()).unwrap();
        let http = HttpClient::new(config.http()).unwrap();
        let node = Arc::new(Node::new(config, store, http, Clock::System));
        let site = node.site.clone();
        let input = SetupInput {
            space_username: "harbor".into(),
            space_name: "Harbor".into(),
            zone: "Europe/Amsterdam".into(),
            admin_username: "ana".into(),
            admin_name: "Ana".into(),
        };
        let now = node.clock.now();
        let set_up = move |tx: &mut Tx<'_>| {
            setup::set_up(tx, &site, SetUpBy::Keeper, &input.clone().parse()?, &[], now).map(drop)
        };
        let done: operations::Result<()> = node.store.write(set_up).await;
        done.unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        tokio::spawn(thirdspace::web::server::run(node.clone(), listener, stop.clone()));
        Self { node, address, key, stop, _folder: folder }
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
        let (date, digest) = (http_date(Timestamp::now()), BodyDigest::of(body).to_digest());
        let headers: [(&str, &[u8]); 4] = [
            ("host", b"harbor.test"),
            ("date", date.as_bytes()),
            ("digest", digest.as_bytes()),
            ("content-type", kind.as_bytes()),
        ];
        let url = format!("http://harbor.test{path}").parse().unwrap();
        let signature = sign_cavage(&Message::sent("POST", &url, &headers), KEY_ID, &self.key).unwrap();
        format!(
            "POST {path} HTTP/1.1\r\nhost: harbor.test\r\ndate: {date}\r\ndigest: {digest}\r\ncontent-type: {kind}\r\n\
             signature: {signature}\r\n{more}"
        )
    }

    /// A whole delivery by Bo.
    fn delivery(&self, path: &str, body: &[u8], kind: &str) -> Vec<u8> {
        let length = format!("content-length: {}\r\n\r\n", body.len());
        [self.head(path, body, kind, &length).as_bytes(), body].concat()
    }

    /// Sends bytes and reads the answer's status and body.
    async fn say(&self, bytes: &[u8]) -> (u16, String) {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // A node that has heard enough stops listening, so not everything may be sent.
        let _ = stream.write_all(bytes).await;
        tokio::time::timeout(MINUTE, answer(&mut stream)).await.expect("an answer within a minute")
    }

    async fn counts(&self) -> inbox::Counts {
        let counts: Result<_, store::Error> = self.node.store.read(|tx: &mut Tx<'_>| inbox::counts(tx)).await;
        counts.unwrap()
    }
}

impl Drop for Harbor {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn answer(stream: &mut TcpStream) -> (u16, String) {
    let mut seen = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&seen).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0_usize) {
                return (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned());
            }
        }
        match stream.read_buf(&mut seen).await {
            Ok(1..) => {}
            // Closed without a word.
            Ok(0) | Err(_) => return (0, String::new()),
        }
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

const KIND: &str = "application/activity+json";

#[tokio::test]
async fn every_bad_delivery_has_its_answer_and_the_good_ones_arrive() {
    let harbor = Harbor::open().await;
    let good = Harbor::note(1);
    for path in ["/inbox", "/members/ana/inbox", "/spaces/harbor/inbox"] {
        let (status, words) = harbor.say(&harbor.delivery(path, &good, KIND)).await;
        assert_eq!(status, 202, "{path}: {words}");
    }
    assert_eq!(harbor.counts().await.waiting, 1, "the same by three ways is one");

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

    assert_eq!((harbor.counts().await.waiting, harbor.counts().await.failed), (2, 0));
    jobs::drain(&harbor.node).await;
    assert_eq!(harbor.counts().await, inbox::Counts::default());
}

#[tokio::test]
async fn who_sends_slowly_or_hangs_up_keeps_nobody_waiting() {
    let harbor = Harbor::open().await;
    let mut slow = Vec::new();
    for number in 0..50 {
        let mut stream = TcpStream::connect(harbor.address).await.unwrap();
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
    assert_eq!(harbor.counts().await.waiting, 10);
    drop(slow);
}
