//! The program under test, and its folder while it does not run.

use std::fs::File;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use jiff::Timestamp;
use thirdspace::config::Config;
use thirdspace::coworking::id::{ActorId, MemberId};
use thirdspace::coworking::member::{Acting, NewMember, Role};
use thirdspace::coworking::post::PostInput;
use thirdspace::operations::post::{Mentions, publish};
use thirdspace::operations::setup::{self, SetUpBy, SetupInput};
use thirdspace::operations::{self, member};
use thirdspace::site::Site;
use thirdspace::store::actor::{self, RemoteKey, RemoteProfile};
use thirdspace::store::follow::{self, FollowState, NewFollow};
use thirdspace::store::key::Algorithm;
use thirdspace::store::{Store, Tx};
use tokio::net::TcpSocket;

use super::peers::key_of;
use crate::town::{DEADLINE, keys, socket};

/// A folder, a port and the settings.
pub(super) struct Ground {
    folder: PathBuf,
    seat: TcpSocket,
    settings: Vec<(&'static str, String)>,
}

impl Ground {
    /// Whoever is not the node is found at this address.
    pub(super) fn new(folder: &Path, elsewhere: SocketAddr) -> Self {
        let settings = vec![
            ("origin", "http://harbor.test".to_owned()),
            ("data_dir", folder.to_str().unwrap().to_owned()),
            ("allow_http", "true".to_owned()),
            ("allow_private_addresses", "127.0.0.0/8".to_owned()),
            ("synchronous", "full".to_owned()),
            // The peers answer when it suits the test; that should not count against them.
            ("read_timeout", "1min".to_owned()),
            ("total_timeout", "2min".to_owned()),
            ("resolve", format!("*.test={elsewhere}")),
        ];
        let database = crate::database::url(folder);
        let settings = settings.into_iter().chain(database.map(|url| ("database_url", url))).collect();
        Self { folder: folder.to_owned(), seat: socket("127.0.0.1:0".parse().unwrap()), settings }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.seat.local_addr().unwrap()
    }

    pub(super) fn site(&self) -> Site {
        self.config().site()
    }

    fn config(&self) -> Config {
        Config::of(self.settings.iter().map(|(key, value)| (*key, value.as_str()))).unwrap()
    }

    /// The store, beside the program or in its place.
    pub(super) fn open(&self) -> Store {
        let config = self.config();
        Store::open(config.store_place(), config.store()).unwrap()
    }

    /// Does something to the store while the program does not run.
    async fn act<T: Send + 'static>(
        &self,
        mut step: impl FnMut(&mut Tx<'_>, &Site, Timestamp) -> operations::Result<T> + Send + 'static,
    ) -> T {
        let (store, site, now) = (self.open(), self.config().site(), Timestamp::now());
        let done = store.write(move |tx| step(tx, &site, now)).await.unwrap();
        store.close().await;
        done
    }

    /// The space `harbor` with Ana, who has followers elsewhere and follows the senders, and Nina, who has nobody.
    pub(super) async fn set_up(&self, followers: usize, senders: usize) -> (MemberId, MemberId) {
        let made = keys(0);
        self.act(move |tx, site, now| {
            let input = SetupInput {
                space_username: "harbor".into(),
                space_name: "Harbor".into(),
                zone: "Europe/Amsterdam".into(),
                admin_username: "ana".into(),
                admin_name: "Ana".into(),
            };
            setup::check_origin(tx, site)?;
            setup::ensure_node_actor(tx, site, Some(&made), now)?;
            let pair = [made.clone(), made.clone()];
            let ana = setup::set_up(tx, site, SetUpBy::Keeper, &input.parse()?, &pair, now)?.admin;
            let new = NewMember::parse("nina", "Nina", Role::Member, None)?;
            let nina = member::add(tx, site, Acting::Keeper, &new, Some(&made), now)?;
            for number in 0..followers {
                let host = format!("follower{number}.test");
                let follower = meet(tx, &host, None, now)?;
                let uri = format!("http://{host}/follows/1");
                let new = NewFollow { follower, target: ana.into(), uri: Some(&uri), state: FollowState::Accepted };
                follow::save(tx, new, now)?;
            }
            for number in 0..senders {
                let target = meet(tx, &format!("sender{number}.test"), Some(number), now)?;
                let new = NewFollow { follower: ana.into(), target, uri: None, state: FollowState::Accepted };
                follow::save(tx, new, now)?;
            }
            Ok((ana, nina))
        })
        .await
    }

    /// A member says something, so many times; answers with the addresses.
    pub(super) async fn posts(&self, by: MemberId, count: usize, text: &str) -> Vec<String> {
        let text = text.to_owned();
        self.act(move |tx, site, now| {
            let mut said = Vec::new();
            for number in 0..count {
                let content = format!("{text}, number {number}");
                let draft = PostInput { content, ..PostInput::default() }.parse()?;
                let id = publish(tx, site, Acting::Member(by, Role::Member), &draft, &Mentions::default(), now)?;
                said.push(site.post(id));
            }
            Ok(said)
        })
        .await
    }
}

/// Bo of this host, with the key of this sender.
fn meet(tx: &mut Tx<'_>, host: &str, sender: Option<usize>, now: Timestamp) -> operations::Result<ActorId> {
    let uri = format!("http://{host}/u/bo");
    let profile = RemoteProfile {
        name: "Bo".into(),
        shared_inbox: Some(format!("http://{host}/inbox")),
        discoverable: true,
        keys: sender
            .map(|sender| RemoteKey {
                uri: format!("{uri}#main-key"),
                algorithm: Algorithm::Rsa,
                public_key: key_of(sender).public().to_pem(),
            })
            .into_iter()
            .collect(),
        ..RemoteProfile::bare(&uri, "bo", host)
    };
    Ok(actor::upsert_remote(tx, &profile, now)?.0)
}

/// The running program; ended when it is dropped, whatever the test says.
pub(super) struct Program(Child);

impl Program {
    /// Starts it and waits until it answers.
    pub(super) async fn start(ground: &Ground) -> Self {
        Self::start_at(ground, ground.address()).await
    }

    /// The same at another address than the ground's.
    pub(super) async fn start_at(ground: &Ground, address: SocketAddr) -> Self {
        let log = ground.folder.join(format!("log of {}.txt", address.port()));
        let mut command = Command::new(env!("CARGO_BIN_EXE_thirdspace"));
        command.current_dir(&ground.folder).env_clear().args(["serve", "--listen", &address.to_string()]);
        for (key, value) in &ground.settings {
            command.args(["--set", &format!("{key}={value}")]);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(&log).unwrap());
        let mut program = Self(command.spawn().unwrap());
        let began = Instant::now();
        while tokio::net::TcpStream::connect(address).await.is_err() {
            let said = || std::fs::read_to_string(&log).unwrap_or_default();
            assert_eq!(program.0.try_wait().unwrap(), None, "it runs: {}", said());
            assert!(began.elapsed() < DEADLINE, "it answers in time: {}", said());
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        program
    }

    /// SIGKILL: no word of farewell.
    pub(super) fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// SIGTERM, and waits for the end.
    pub(super) async fn end(mut self) {
        let asked = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status().unwrap();
        assert!(asked.success());
        let began = Instant::now();
        let status = loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                break status;
            }
            assert!(began.elapsed() < DEADLINE, "it ends in time");
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        };
        assert!(status.success(), "{status}");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
