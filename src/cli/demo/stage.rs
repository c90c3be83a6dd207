//! The stage: three nodes with a store, a server and jobs each, on ports of this machine.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use futures_util::future::try_join_all;

use super::cast::{Person, Place, Space};
use crate::cli::answer::Failure;
use crate::cli::keys;
use crate::cli::open::Opened;
use crate::cli::running::{Running, listen};
use crate::config::Config;
use crate::coworking::id::{MemberId, SpaceId};
use crate::coworking::member::{Acting, NewMember, Role};
use crate::coworking::profile::{ProfileEdit, ProfileInput};
use crate::node::Node;
use crate::operations::setup::{SetUpBy, SetupInput, ensure_node_actor, set_up};
use crate::operations::{self, key, member, profile};
use crate::site::Site;
use crate::store::key::NewKeys;
use crate::store::{self, Address, Store, actor};

/// Easy to remember, and seldom taken.
const PORTS: [u16; 3] = [7101, 7102, 7103];
/// The highest first port of three in a row.
pub(super) const HIGHEST: u16 = u16::MAX - 2;
/// For a port that was given up for a moment to become free again.
const REOPENING: Duration = Duration::from_secs(20);

/// A place to answer at for each node.
pub(super) struct Doors {
    pub(super) doors: [TcpListener; 3],
    /// Was a port of the usual ones taken?
    pub(super) elsewhere: bool,
}

impl Doors {
    /// Three in a row from this port on; any three for 0; without a wish the usual ones, or any if one of them is taken.
    pub(super) fn open(wish: Option<u16>) -> Result<Self, Failure> {
        match wish {
            Some(0) => Self::at([0; 3]).map_err(Failure::Broken),
            Some(first) => Self::at([first, first + 1, first + 2]).map_err(|why| {
                Failure::Usage(format!("{why:#}; choose another with --port, or 0 for any that are free"))
            }),
            None => match Self::at(PORTS) {
                Ok(doors) => Ok(doors),
                Err(_) => Ok(Self { elsewhere: true, ..Self::at([0; 3])? }),
            },
        }
    }

    fn at([harbor, loft, garden]: [u16; 3]) -> Result<Self, anyhow::Error> {
        let door = |port| listen(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        Ok(Self { doors: [door(harbor)?, door(loft)?, door(garden)?], elsewhere: false })
    }
}

/// A member of the cast, at home on their node.
#[derive(Debug, Clone)]
pub(super) struct Player {
    pub(super) person: &'static Person,
    pub(super) id: MemberId,
    pub(super) uri: String,
    pub(super) handle: String,
}

impl Player {
    pub(super) fn acting(&self) -> Acting {
        Acting::Member(self.id, self.person.role)
    }
}

/// A node on the stage, open or closed.
struct House {
    config: Config,
    address: SocketAddr,
    space: SpaceId,
    space_uri: String,
    players: Vec<Player>,
    /// None while it is closed.
    open: Option<(Opened, Running)>,
}

/// All three.
pub(super) struct Stage {
    houses: Vec<House>,
}

impl Stage {
    /// Opens the three nodes, lets their people in and begins to answer. On a database server each has a new schema.
    pub(super) async fn set(
        folder: &Path,
        doors: Doors,
        settings: &[(String, String)],
        database: Option<&Address>,
    ) -> Result<Self, Failure> {
        let opening =
            Place::ALL.into_iter().zip(doors.doors).map(|(place, door)| raise(place, folder, door, settings, database));
        Ok(Self { houses: try_join_all(opening).await? })
    }

    /// Where a node keeps what it remembers, if that is not in the folder.
    pub(super) fn database(&self, place: Place) -> Option<&store::Place> {
        self.house(place).config.database_url.as_ref()
    }

    /// Removes the schemas; the nodes have ended.
    pub(super) fn clear(&self) -> Result<(), Failure> {
        let places = self.houses.iter().filter_map(|house| house.config.database_url.as_ref());
        places.into_iter().try_for_each(Store::remove).map_err(|why| Failure::Broken(why.into()))
    }

    fn house(&self, place: Place) -> &House {
        &self.houses[place.index()]
    }

    /// The node of a place.
    pub(super) fn at(&self, place: Place) -> Result<&Opened, Failure> {
        let open = self.house(place).open.as_ref();
        open.map(|(opened, _)| opened).ok_or_else(|| Failure::Broken(anyhow::anyhow!("{place} is closed")))
    }

    pub(super) fn node(&self, place: Place) -> Result<Arc<Node>, Failure> {
        Ok(self.at(place)?.node.clone())
    }

    pub(super) fn site(&self, place: Place) -> &Site {
        &self.house(place).config.origin
    }

    pub(super) fn address(&self, place: Place) -> SocketAddr {
        self.house(place).address
    }

    pub(super) fn space(&self, place: Place) -> SpaceId {
        self.house(place).space
    }

    /// A space's id in the network.
    pub(super) fn space_uri(&self, place: Place) -> &str {
        &self.house(place).space_uri
    }

    pub(super) fn player(&self, person: &Person) -> Result<Player, Failure> {
        let player = self.house(person.home).players.iter().find(|player| player.person.username == person.username);
        player.cloned().ok_or_else(|| Failure::Broken(anyhow::anyhow!("{} is not at home", person.name)))
    }

    /// Ends one node as its keeper would.
    pub(super) async fn close(&mut self, place: Place) -> Result<(), Failure> {
        match self.houses[place.index()].open.take() {
            Some((opened, running)) => {
                drop(opened);
                Ok(running.stop().await?)
            }
            None => Ok(()),
        }
    }

    /// Starts a node that was ended, on its store and at its address.
    pub(super) async fn reopen(&mut self, place: Place) -> Result<(), Failure> {
        let house = &mut self.houses[place.index()];
        let door = listen_again(house.address).await?;
        let opened = Opened::new(house.config.clone()).await?;
        let running = Running::start(opened.node.clone(), door);
        house.open = Some((opened, running));
        Ok(())
    }

    /// Starts those again that a story left closed when it broke off.
    pub(super) async fn reopen_all(&mut self) -> Result<(), Failure> {
        for place in Place::ALL {
            if self.house(place).open.is_none() {
                self.reopen(place).await?;
            }
        }
        Ok(())
    }

    /// Waits until one of them cannot answer any more.
    pub(super) async fn broken(&mut self) -> anyhow::Error {
        let open = self.houses.iter_mut().filter_map(|house| house.open.as_mut());
        let broken: Vec<_> = open.map(|(_, running)| Box::pin(running.broken())).collect();
        match broken.is_empty() {
            true => anyhow::anyhow!("no node is open"),
            false => futures_util::future::select_all(broken).await.0,
        }
    }

    /// Ends all that are open, the last one first.
    pub(super) async fn strike(&mut self) -> Result<(), Failure> {
        let mut ended = Ok(());
        for place in Place::ALL.into_iter().rev() {
            ended = ended.and(self.close(place).await);
        }
        ended
    }
}

/// Somebody else may have taken the port for a moment: every connection of this machine has one.
async fn listen_again(address: SocketAddr) -> Result<TcpListener, Failure> {
    let began = Instant::now();
    loop {
        match listen(address) {
            Ok(door) => return Ok(door),
            Err(why) if began.elapsed() > REOPENING => return Err(Failure::Broken(why)),
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn raise(
    place: Place,
    folder: &Path,
    door: TcpListener,
    settings: &[(String, String)],
    database: Option<&Address>,
) -> Result<House, Failure> {
    let Space { slug, name, .. } = place.space();
    let address = door.local_addr().context("cannot tell the address")?;
    let data = folder.join(slug);
    let data = data.to_str().ok_or_else(|| Failure::Usage("the folder's name must be readable as text".to_owned()))?;
    let given = settings.iter().map(|(key, value)| (key.clone(), value.clone()));
    let own = [
        ("origin", format!("http://{slug}.localhost:{}", address.port())),
        ("listen", address.to_string()),
        ("data_dir", data.to_owned()),
        ("node_name", (*name).to_owned()),
        ("workers", "1".to_owned()),
        // Who shares a machine with a busy compiler is slow, not away.
        ("connect_timeout", "30s".to_owned()),
        ("read_timeout", "60s".to_owned()),
        ("total_timeout", "60s".to_owned()),
    ];
    let mut config = Config::of(own.map(|(key, value)| (key.to_owned(), value)).into_iter().chain(given))?;
    if let Some(database) = database {
        let schema = database.in_schema(&format!("demo_{slug}_{:08x}", rand::random::<u32>()));
        config.database_url = Some(store::Place::Server(schema.map_err(|why| Failure::Usage(why.to_string()))?));
        // Three nodes share one server with whoever else is there.
        config.database_connections = 5;
    }
    let opened = Opened::new(config.clone()).await?;
    let (space, space_uri, players) = populate(&opened, place).await?;
    let running = Running::start(opened.node.clone(), door);
    Ok(House { config, address, space, space_uri, players, open: Some((opened, running)) })
}

/// Sets the node up and lets everybody in, each with keys, skills and a profile.
async fn populate(opened: &Opened, place: Place) -> Result<(SpaceId, String, Vec<Player>), Failure> {
    let space = place.space();
    let [admin, members @ ..] = space.people else {
        return Err(Failure::Broken(anyhow::anyhow!("nobody keeps {place}")));
    };
    // For the node, the space and everybody in it.
    let pairs: Vec<NewKeys> = try_join_all((0..space.people.len() + 2).map(|_| keys::make())).await?;
    let setup = SetupInput {
        space_username: space.slug.to_owned(),
        space_name: space.name.to_owned(),
        zone: space.zone.to_owned(),
        admin_username: admin.username.to_owned(),
        admin_name: admin.name.to_owned(),
    }
    .parse()?;
    let newcomers = members.iter().map(|person| NewMember::parse(person.username, person.name, person.role, None));
    let newcomers = newcomers.collect::<Result<Vec<_>, _>>()?;
    let about = ProfileInput { summary: Some(space.summary.to_owned()), ..ProfileInput::default() }.parse()?;
    let profiles = space.people.iter().map(profile_of).collect::<Result<Vec<_>, _>>()?;
    opened
        .write(move |tx, site, now| {
            let [for_node, for_space, for_admin, for_members @ ..] = pairs.as_slice() else {
                return Err(anyhow::anyhow!("too few keys").into());
            };
            let first = [for_space.clone(), for_admin.clone()];
            let done = set_up(tx, site, SetUpBy::Keeper, &setup, &first, now)?;
            let node = ensure_node_actor(tx, site, None, now)?;
            key::give(tx, node, for_node, now)?;
            let mut people = vec![done.admin];
            for (new, pair) in newcomers.iter().zip(for_members) {
                people.push(member::add(tx, site, Acting::Keeper, new, Some(pair), now)?);
            }
            let admin = Acting::Member(done.admin, Role::Admin);
            for place in [node, done.space.into()] {
                profile::edit(tx, site, admin, place, &about, now)?;
            }
            for (id, edit) in people.iter().zip(&profiles) {
                profile::edit(tx, site, Acting::Member(*id, Role::Member), (*id).into(), edit, now)?;
            }
            let mut players = Vec::new();
            for (id, person) in people.iter().zip(space.people) {
                let actor = actor::by_id(tx, (*id).into())?.ok_or_else(|| anyhow::anyhow!("a member is missing"))?;
                players.push(Player { person, id: *id, handle: format!("@{}", actor.handle()), uri: actor.uri });
            }
            let space = actor::by_id(tx, done.space.into())?.ok_or_else(|| anyhow::anyhow!("the space is missing"))?;
            Ok::<_, operations::Error>((done.space, space.uri, players))
        })
        .await
}

fn profile_of(person: &Person) -> Result<ProfileEdit, Failure> {
    let input = ProfileInput {
        summary: Some(person.summary.to_owned()),
        skills: Some(person.skills.iter().map(|skill| (*skill).to_owned()).collect()),
        manually_approves_followers: Some(!person.open),
        discoverable: Some(true),
        ..ProfileInput::default()
    };
    Ok(input.parse()?)
}
