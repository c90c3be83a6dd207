//! A node of the town: its folder and its port stay, whether it runs or not.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tempfile::TempDir;
use thirdspace::config::Config;
use thirdspace::coworking::member::{Acting, NewMember, Role};
use thirdspace::coworking::peer::{Host, Level};
use thirdspace::http_client::HttpClient;
use thirdspace::node::{Clock, Node};
use thirdspace::operations::setup::{self, SetUpBy, SetupInput};
use thirdspace::operations::{self, member, peer};
use thirdspace::site::Site;
use thirdspace::store::delivery::{self, Line};
use thirdspace::store::page::Page;
use thirdspace::store::{Store, Tx, activity, actor, inbox, space};
use tokio::net::TcpSocket;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Person, keys, wire};

/// A node, running or stopped.
pub struct House {
    pub host: String,
    pub address: SocketAddr,
    number: usize,
    /// Bound and never listening: keeps the port for this node while nobody answers there.
    _seat: TcpSocket,
    settings: Vec<(String, String)>,
    clock: Clock,
    running: Mutex<Option<Running>>,
    _folder: TempDir,
}

struct Running {
    node: Arc<Node>,
    server: JoinHandle<std::io::Result<()>>,
}

impl House {
    /// An empty folder and a port.
    pub(super) fn new(host: &str, number: usize, clock: Clock) -> Self {
        let folder = TempDir::new().unwrap();
        let seat = socket("127.0.0.1:0".parse().unwrap());
        let settings = [
            ("origin", format!("http://{host}")),
            ("allow_http", "true".to_owned()),
            ("allow_private_addresses", "127.0.0.0/8".to_owned()),
            ("synchronous", "normal".to_owned()),
            ("workers", "1".to_owned()),
            ("data_dir", folder.path().to_str().unwrap().to_owned()),
        ];
        let database = crate::database::url(folder.path());
        let settings = settings.into_iter().chain(database.map(|url| ("database_url", url)));
        Self {
            host: host.to_owned(),
            address: seat.local_addr().unwrap(),
            number,
            _seat: seat,
            settings: settings.map(|(key, value)| (key.to_owned(), value)).collect(),
            clock,
            running: Mutex::default(),
            _folder: folder,
        }
    }

    /// Another setting; of what is resolved there may be more.
    pub(super) fn set(&mut self, key: &str, value: &str) {
        match self.settings.iter_mut().find(|(known, _)| known == key) {
            Some((_, known)) if key == "resolve" => *known = format!("{known},{value}"),
            Some((_, known)) => *known = value.to_owned(),
            None => self.settings.push((key.to_owned(), value.to_owned())),
        }
    }

    /// Opens the node at its folder and port, which takes a second. Its jobs are done when the town settles.
    pub async fn start(&self) {
        self.clock.advance(SignedDuration::from_secs(1));
        let settings = self.settings.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let config = Config::of(settings).unwrap();
        let store = Store::open(config.store_place(), config.store()).unwrap();
        let http = HttpClient::new(config.http()).unwrap();
        let node = Arc::new(Node::new(config, store, http, self.clock.clone()));
        let listener = socket(self.address).listen(1024).unwrap().into_std().unwrap();
        let server = tokio::spawn(thirdspace::web::server::run(node.clone(), listener, CancellationToken::new()));
        let before = self.running.lock().unwrap().replace(Running { node, server });
        assert!(before.is_none(), "{} runs already", self.host);
    }

    /// Ends the node at once: nobody answers any more, and what lay in its memory is lost.
    pub async fn stop(&self) {
        let Running { node, server } = self.running.lock().unwrap().take().expect("it runs");
        server.abort();
        let _ = server.await;
        node.store.close().await;
    }

    /// The node, if it runs.
    pub fn running(&self) -> Option<Arc<Node>> {
        self.running.lock().unwrap().as_ref().map(|running| running.node.clone())
    }

    /// The node.
    pub fn node(&self) -> Arc<Node> {
        self.running().expect("it runs")
    }

    /// The first space, named as the host's first label, and an administrator.
    pub(super) async fn set_up(&self) {
        let name = self.space_name().to_owned();
        let made = keys(self.number);
        self.act(move |tx, site, now| {
            let input = SetupInput {
                space_username: name.clone(),
                space_name: name.clone(),
                zone: "Europe/Amsterdam".into(),
                admin_username: "keeper".into(),
                admin_name: "The keeper".into(),
            };
            setup::ensure_node_actor(tx, site, Some(&made), now)?;
            setup::set_up(tx, site, SetUpBy::Keeper, &input.parse()?, &[made.clone(), made.clone()], now).map(drop)
        })
        .await;
    }

    fn space_name(&self) -> &str {
        self.host.split('.').next().unwrap_or_default()
    }

    /// A new member.
    pub(super) async fn member(self: &Arc<Self>, name: &str) -> Person {
        let (new, made) = (NewMember::parse(name, name, Role::Member, None).unwrap(), keys(self.number));
        let id = self.act(move |tx, site, now| member::add(tx, site, Acting::Keeper, &new, Some(&made), now)).await;
        Person::member(self.clone(), name, id)
    }

    pub(super) async fn space(self: &Arc<Self>) -> Person {
        let id = self.act(|tx, _, _| Ok(space::default(tx)?.expect("it is set up").id)).await;
        Person::space(self.clone(), self.space_name(), id)
    }

    /// One operation, in a transaction of its own.
    pub async fn act<T: Send + 'static>(
        &self,
        step: impl FnMut(&mut Tx<'_>, &Site, Timestamp) -> operations::Result<T> + Send + 'static,
    ) -> T {
        self.tries(step).await.unwrap()
    }

    /// The same; it may be refused.
    pub async fn tries<T: Send + 'static>(
        &self,
        mut step: impl FnMut(&mut Tx<'_>, &Site, Timestamp) -> operations::Result<T> + Send + 'static,
    ) -> operations::Result<T> {
        let node = self.node();
        let (site, now) = (node.site.clone(), node.clock.now());
        node.store.write(move |tx| step(tx, &site, now)).await
    }

    /// The keeper judges another server.
    pub async fn judges(&self, host: &str, level: Level) {
        let host = Host::parse(host).unwrap();
        self.act(move |tx, site, now| peer::set_level(tx, site, Acting::Keeper, &host, level, "", now)).await;
    }

    /// The keeper silences somebody, or lets them speak again.
    pub async fn suspends(&self, whom: &Person, suspended: bool) {
        let uri = whom.uri();
        self.act(move |tx, _, now| {
            let id = actor::id_of(tx, &uri)?.expect("they are known");
            Ok(actor::set_suspended(tx, id, suspended, now)?)
        })
        .await;
    }

    /// Every delivery that is remembered, the newest first.
    pub async fn deliveries(&self) -> Vec<Line> {
        self.act(|tx, _, _| Ok(delivery::list(tx, None, Page::new(None, Some(Page::LIMIT)))?.items)).await
    }

    /// The activities that were sent or are to be, each once, the oldest first: the bytes and who says it.
    pub async fn said(&self) -> Vec<(Value, String)> {
        let mut numbers: Vec<i64> = self.deliveries().await.iter().map(|line| line.activity).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let said = self.act(move |tx, _, _| {
            let mut bodies = Vec::new();
            for number in &numbers {
                bodies.extend(activity::by_id(tx, *number)?.map(|activity| activity.body));
            }
            Ok(bodies)
        });
        said.await.into_iter().map(|body| (serde_json::from_str(&body).unwrap(), body)).collect()
    }

    /// How many received activities wait or failed, and how many deliveries wait.
    pub async fn pending(&self) -> (u64, u64, u64) {
        self.act(|tx, _, _| {
            let (received, sent) = (inbox::counts(tx)?, delivery::counts(tx)?);
            Ok((received.waiting, received.failed, sent.waiting))
        })
        .await
    }

    /// How many activities of others were verified and taken in.
    pub async fn taken(&self) -> u64 {
        self.act(|tx, _, _| Ok(inbox::taken(tx, 1_000)?)).await
    }

    /// Hands in a delivery as it stands.
    pub async fn takes(&self, delivery: &[u8]) -> (u16, String) {
        wire::say(self.address, delivery).await
    }

    /// The path of an address of this node.
    pub fn path<'a>(&self, address: &'a str) -> &'a str {
        address.strip_prefix(&format!("http://{}", self.host)).expect("an address of this node")
    }

    /// What a stranger who signs nothing is shown at an address of this node.
    pub async fn shows(&self, address: &str) -> (u16, Value) {
        let request = wire::question(&self.host, self.path(address), "");
        let (status, body) = wire::say(self.address, request.as_bytes()).await;
        (status, serde_json::from_str(&body).unwrap_or(Value::Null))
    }
}

/// A socket that is bound and does not listen: as long as it lives nobody else gets its port, while another like it may
/// be bound there and listen.
pub fn socket(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind(address).unwrap();
    socket
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(running) = self.running.lock().unwrap().take() {
            running.server.abort();
        }
    }
}
