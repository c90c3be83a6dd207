//! The ground that stories about federation stand on: a node with a clock that is moved by hand, and all its peers,
//! played by one small server on the loopback interface.

mod stranger;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::activitypub::digest::BodyDigest;
use crate::activitypub::key::PublicKey;
pub(crate) use crate::activitypub::signature::Scheme;
use crate::activitypub::signature::{self, Message};
use crate::config::Config;
use crate::coworking::id::ActorId;
use crate::federation::signing;
use crate::http_client::HttpClient;
use crate::node::{Clock, Node};
use crate::operations;
use crate::operations::setup::{self, SetUpBy, SetupDone};
use crate::operations::testing::setup_input;
use crate::store::actor::{self, ActorType, NewLocal};
use crate::store::key::{self, NewKeys};
use crate::store::{Store, Tx};

pub(crate) use stranger::{Letter, Stranger, Web, date, ed25519, proven, rsa};

/// When the stories begin.
pub(crate) fn start() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

/// Real keys, the same for everybody: making them takes long.
pub(crate) fn new_keys() -> NewKeys {
    static MADE: OnceLock<NewKeys> = OnceLock::new();
    MADE.get_or_init(|| signing::make_keys().unwrap()).clone()
}

/// A node `harbor.test` in a network of peers whose names end with `.test`.
pub(crate) struct Ground {
    pub(crate) node: Arc<Node>,
    pub(crate) peers: Peers,
    folder: TempDir,
    settings: Vec<(String, String)>,
}

impl Ground {
    /// An empty node among peers that take everything.
    pub(crate) async fn new() -> Self {
        Self::with(&[]).await
    }

    /// As [`new`](Self::new), with other settings.
    pub(crate) async fn with(settings: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().unwrap();
        let peers = Peers::start().await;
        let node = Arc::new(node(&folder, &peers, settings, Clock::fixed(start())));
        let settings = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Self { node, peers, folder, settings }
    }

    /// The same node after its process was killed and started again.
    pub(crate) async fn restarted(self) -> Self {
        let Self { node, peers, folder, settings } = self;
        node.store.close().await;
        let clock = node.clock.clone();
        drop(node);
        let again: Vec<_> = settings.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let node = Arc::new(self::node(&folder, &peers, &again, clock));
        Self { node, peers, folder, settings }
    }

    /// Runs a step in a transaction of its own.
    pub(crate) async fn act<T: Send + 'static>(
        &self,
        step: impl FnMut(&mut Tx<'_>) -> operations::Result<T> + Send + 'static,
    ) -> T {
        self.node.store.write(step).await.unwrap()
    }

    /// A node with the space `harbor` and the administrator `ana`, who have keys.
    pub(crate) async fn set_up(&self) -> SetupDone {
        let site = self.node.site.clone();
        let input = setup_input().parse().unwrap();
        let keys = [new_keys(), new_keys(), new_keys()];
        self.act(move |tx| setup::set_up(tx, &site, SetUpBy::Keeper, &input, &keys, start())).await
    }

    /// Somebody elsewhere, `name` at `host.test`, whose server has a shared inbox.
    pub(crate) async fn stranger(&self, host: &'static str, name: &'static str) -> ActorId {
        self.act(move |tx| {
            let mut profile = actor::testing::profile(&format!("http://{host}.test/users/{name}"));
            profile.shared_inbox = Some(format!("http://{host}.test/inbox"));
            Ok(actor::upsert_remote(tx, &profile, start())?.0)
        })
        .await
    }

    /// A local actor with keys.
    pub(crate) async fn member(&self, name: &'static str) -> ActorId {
        let site = self.node.site.clone();
        self.act(move |tx| {
            let uri = format!("{}/members/{name}", site.origin());
            let new = NewLocal {
                uri: &uri,
                shared_inbox: &site.shared_inbox(),
                actor_type: ActorType::Person,
                username: name,
                host: site.host(),
                name,
                home_space: None,
                manually_approves_followers: false,
                discoverable: true,
                hides_network: true,
            };
            let id = actor::add_local(tx, &new, start())?;
            key::give(tx, id, &uri, &new_keys(), start())?;
            Ok(id)
        })
        .await
    }

    /// Time passes.
    pub(crate) fn wait(&self, seconds: i64) {
        self.node.clock.advance(SignedDuration::from_secs(seconds));
    }
}

fn node(folder: &TempDir, peers: &Peers, settings: &[(&str, &str)], clock: Clock) -> Node {
    let data_dir = folder.path().to_str().unwrap().to_owned();
    let resolve = format!("*.test=127.0.0.1:{}", peers.port);
    let mut all = BTreeMap::from([
        ("origin", "http://harbor.test"),
        ("allow_http", "true"),
        ("allow_private_addresses", "127.0.0.0/8"),
        ("synchronous", "normal"),
        ("data_dir", &data_dir),
        ("resolve", &resolve),
    ]);
    let database = crate::store::database::url(folder.path());
    all.extend(database.iter().map(|url| ("database_url", url.as_str())));
    all.extend(settings.iter().copied());
    let config = Config::of(all).unwrap();
    let store = Store::open(config.store_place(), config.store()).unwrap();
    let http = HttpClient::new(config.http()).unwrap();
    Node::new(config, store, http, clock)
}

/// A request as a peer got it.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) host: String,
    pub(crate) path: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Value,
    bytes: Vec<u8>,
    /// How many came before.
    pub(crate) number: usize,
}

impl Received {
    /// The scheme of its signature, which is verified as a careful peer does, at that time.
    pub(crate) fn verified(&self, now: Timestamp) -> Scheme {
        self.verified_as("POST", now)
    }

    /// The same for another method.
    pub(crate) fn verified_as(&self, method: &str, now: Timestamp) -> Scheme {
        let headers: Vec<(&str, &[u8])> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let origin = format!("http://{}", self.host).parse().unwrap();
        let message = Message::received(method, &self.path, &origin, &headers);
        let signature = signature::parse(&message, now).unwrap();
        let key = PublicKey::from_pem(&new_keys().rsa_spki_pem).unwrap();
        let body = (!self.bytes.is_empty()).then(|| BodyDigest::of(&self.bytes));
        signature.verify(&key, body.as_ref()).unwrap();
        signature.scheme()
    }

    /// The value of a header, empty if it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Its body, as it came.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The key id that its signature (draft-cavage) names.
    pub(crate) fn key_id(&self) -> String {
        let signature = self.headers.iter().find(|(name, _)| name == "signature").unwrap();
        signature.1.split('"').nth(1).unwrap().to_owned()
    }

    pub(crate) fn is_cavage(&self) -> bool {
        !self.headers.iter().any(|(name, _)| name == "signature-input")
    }
}

/// What a peer does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    Say(u16),
    SayWith(u16, &'static str, &'static str),
    Json(Value),
    HangUp,
    Hang,
}

type Behaviour = Box<dyn Fn(&Received) -> Reply + Send>;

/// All peers: one server under any number of names.
#[derive(Clone)]
pub(crate) struct Peers {
    port: u16,
    state: Arc<Mutex<State>>,
}

struct State {
    behaviour: Behaviour,
    received: Vec<Received>,
    count: usize,
}

impl Peers {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = State { behaviour: Box::new(|_| Reply::Say(202)), received: Vec::new(), count: 0 };
        let peers = Self { port, state: Arc::new(Mutex::new(state)) };
        let serving = peers.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serving.clone().serve(stream));
            }
        });
        peers
    }

    /// From now on they do this.
    pub(crate) fn behave(&self, behaviour: impl Fn(&Received) -> Reply + Send + 'static) {
        self.state.lock().unwrap().behaviour = Box::new(behaviour);
    }

    /// What they got since this was asked last.
    pub(crate) fn take(&self) -> Vec<Received> {
        std::mem::take(&mut self.state.lock().unwrap().received)
    }

    async fn serve(self, mut stream: TcpStream) {
        let mut seen = Vec::new();
        while let Some((head, body)) = read_request(&mut stream, &mut seen).await {
            let reply = {
                let mut state = self.state.lock().unwrap();
                let received = received(&head, body, state.count);
                state.count += 1;
                let reply = (state.behaviour)(&received);
                state.received.push(received);
                reply
            };
            let (status, header, body) = match reply {
                Reply::Say(status) => (status, String::new(), String::new()),
                Reply::SayWith(status, name, value) => (status, format!("{name}: {value}\r\n"), String::new()),
                Reply::Json(document) => {
                    (200, "content-type: application/activity+json\r\n".to_owned(), document.to_string())
                }
                Reply::HangUp => return,
                Reply::Hang => return std::future::pending().await,
            };
            let answer = format!("HTTP/1.1 {status} X\r\n{header}content-length: {}\r\n\r\n{body}", body.len());
            if stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }
}

async fn read_request(stream: &mut TcpStream, seen: &mut Vec<u8>) -> Option<(String, Vec<u8>)> {
    loop {
        if let Some(end) = seen.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8(seen[..end].to_vec()).unwrap();
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            let whole = end + 4 + length.unwrap_or(0_usize);
            if seen.len() >= whole {
                let body = seen[end + 4..whole].to_vec();
                seen.drain(..whole);
                return Some((head, body));
            }
        }
        if stream.read_buf(seen).await.ok()? == 0 {
            return None;
        }
    }
}

fn received(head: &str, bytes: Vec<u8>, number: usize) -> Received {
    let mut lines = head.lines();
    let path = lines.next().unwrap().split(' ').nth(1).unwrap().to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.into()))
        .collect();
    let host = headers.iter().find(|(name, _)| name == "host").unwrap().1.clone();
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Received { host, path, headers, body, bytes, number }
}
