//! Memory: the one place that knows SQL.
//!
//! A [`Store`] runs jobs. `write` gives a job a transaction and answers when it is committed; `read` gives it a
//! snapshot. Jobs are sync, so no network can hide inside a transaction, and row functions are plain functions on
//! `&mut Tx` that can be called one after another in the same job. Who needs to know that something changed
//! subscribes to [`Notice`]s, which leave after the commit.

pub mod activity;
pub mod actor;
pub mod announce;
pub mod arrival;
pub mod away;
pub mod block;
pub mod booking;
pub mod calendar_feed;
pub mod closure;
pub mod copy;
mod crew;
#[cfg(test)]
#[path = "../../tests/database.rs"]
pub(crate) mod database;
pub mod delivery;
pub mod directory;
pub mod door;
mod errand;
mod error;
pub mod event;
pub mod follow;
mod id;
pub mod idempotency;
pub mod inbox;
pub mod json;
pub mod key;
pub mod kiosk;
pub mod ledger;
pub mod mail;
pub mod mailbox;
mod many;
pub mod media;
pub mod member;
mod migration;
pub mod news;
pub mod notification;
pub mod offer;
pub mod page;
pub mod partner;
pub mod peer;
pub mod pin;
mod place;
mod plan;
pub mod post;
mod postgres;
pub mod process;
mod queue;
pub mod reaction;
pub mod realigned;
pub mod refused;
pub mod report;
pub mod resource;
pub mod series;
pub mod session;
pub mod setting;
pub mod space;
pub mod spent;
mod sqlite;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
pub mod timeline;
pub mod token;
pub mod tombstone;
mod tx;
mod typed;
pub mod usage;
mod value;
pub mod visit;
pub mod waitlist;
pub mod webhook;
pub mod whereabouts;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::broadcast;

pub use error::{ConstraintKind, Error};
pub use place::{NoPlace, Place};
pub use postgres::Address;
pub use tx::{Row, Tx};
pub use value::{FromValue, Value, params};

use crew::{Crew, Jobs};
use errand::errand;
use id::Ids;
use migration::Migration;
use queue::Queue;
use sqlite::Writer;

/// Notices that a slow subscriber may fall behind before it misses some.
const NOTICES_KEPT: usize = 512;

/// How a database is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// When a commit counts as done.
    pub synchronous: Synchronous,
    /// How long jobs may join a transaction before it is committed: under load, the longest that the first of a
    /// group waits for the others. Nobody waits for jobs that have not come yet.
    pub group_time: Duration,
    /// Threads that read at the same time; they start when they are needed.
    pub readers: usize,
    /// How long to wait for another process that writes.
    pub busy_timeout: Duration,
    /// Jobs that may wait in line, for the writer and for the readers each.
    pub waiting: usize,
    /// How long to wait for a place in line.
    pub patience: Duration,
    /// How long one read may take.
    pub read_deadline: Duration,
    /// How long one statement of a write may take on a server.
    pub write_deadline: Duration,
    /// Connections to a server, all together: one listens, of the others the half that is larger writes.
    pub connections: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            synchronous: Synchronous::Full,
            group_time: Duration::from_millis(20),
            readers: 4,
            busy_timeout: Duration::from_secs(10),
            waiting: 1024,
            patience: Duration::from_secs(10),
            read_deadline: Duration::from_secs(30),
            write_deadline: Duration::from_secs(30),
            connections: 9,
        }
    }
}

/// When a commit counts as done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Synchronous {
    /// When the disk has it: what was confirmed survives a power cut.
    #[default]
    Full,
    /// When the system has it: survives the end of the process; a power cut may take the last commits, never the
    /// file's soundness.
    Normal,
}

/// What a subscriber hears after a commit: where to look again, never what is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Notice {
    /// Events were recorded.
    Event,
    /// Somebody changed what waits in the inbox: activities are tried again, or were thrown away. What is taken in is
    /// handed on by memory, without a notice.
    Inbox,
    /// Deliveries are due.
    Delivery,
    /// Cached documents about the actor with this id are stale.
    Changed(i64),
    /// The actor with this id signs with other keys: those at hand are to be forgotten.
    Keys(i64),
    /// Who may speak here was judged anew: servers were blocked or actors silenced, or let in again.
    Judged,
    /// Something came free that somebody waits for.
    Freed,
    /// Another process has written; anything may be stale.
    Elsewhere,
}

/// The open database. Cheap to clone; the threads behind it end with [`close`](Store::close), or some time after
/// the last clone is dropped.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    engine: Engine,
    subscribers: Subscribers,
}

enum Engine {
    Sqlite { writes: Arc<Jobs>, writer: Mutex<Option<JoinHandle<()>>>, readers: Crew },
    Postgres(postgres::Connections),
}

/// Those who hear notices, and how many notices there were.
#[derive(Clone)]
struct Subscribers {
    sender: broadcast::Sender<Notice>,
    told: Arc<AtomicU64>,
}

impl Subscribers {
    fn new() -> Self {
        Self { sender: broadcast::channel(NOTICES_KEPT).0, told: Arc::default() }
    }

    fn tell(&self, notice: Notice) {
        // Nobody listens: nobody is missing something.
        let _ = self.sender.send(notice);
        self.told.fetch_add(1, Ordering::Release);
    }
}

impl Store {
    /// Opens the database, applies the migrations it lacks and starts the threads. A file is made where there is none,
    /// with its folder (0700, 0600); a schema, where the server lets us. Blocks meanwhile.
    ///
    /// # Errors
    /// [`Error::File`] when it cannot be made; [`Error::Server`] and [`Error::Tls`] when the server is not to be had;
    /// [`Error::Newer`], [`Error::ChangedMigration`], [`Error::MigrationGap`] and [`Error::Migration`] when it cannot be
    /// brought to this program's shape; [`Error::Unavailable`] when another process holds it; [`Error::Engine`] when it
    /// is damaged or no database.
    pub fn open(place: impl Into<Place>, options: Options) -> Result<Store, Error> {
        Store::open_with(&place.into(), options, migration::ALL)
    }

    /// Was a store made at this place?
    ///
    /// # Errors
    /// [`Error::Server`] and [`Error::Tls`] when the server is not to be had.
    pub fn exists(place: &Place) -> Result<bool, Error> {
        match place {
            Place::File(path) => Ok(path.exists()),
            Place::Server(address) => postgres::exists(address),
        }
    }

    /// Removes what a store at this place remembers, if there is one. Nobody has it open. Blocks meanwhile.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::Server`] and [`Error::Tls`] when that cannot be done.
    pub fn remove(place: &Place) -> Result<(), Error> {
        match place {
            Place::Server(address) => postgres::remove(address),
            Place::File(path) => match std::fs::remove_file(path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    Err(Error::File { path: path.clone(), source: Arc::new(error) })
                }
                _ => Ok(()),
            },
        }
    }

    fn open_with(place: &Place, options: Options, migrations: &[Migration]) -> Result<Store, Error> {
        let subscribers = Subscribers::new();
        let ids = Arc::new(Ids::default());
        let engine = match place {
            Place::File(path) => {
                let mut connection = sqlite::open_writer(path, &options)?;
                sqlite::migrate(&mut connection, migrations)?;
                let writes = Arc::new(Queue::new(options.waiting, options.patience));
                let writer = Writer::new(connection, &options, writes.clone(), subscribers.clone(), ids.clone());
                let (path, most) = (path.clone(), options.readers);
                let hired = options.clone();
                let readers = Crew::start("store-read", most, &options, move || sqlite::reader(&path, &hired, &ids))?;
                let thread = std::thread::Builder::new()
                    .name("store-write".to_owned())
                    .spawn(move || writer.work())
                    .map_err(|error| Error::Engine(Arc::new(error)))?;
                Engine::Sqlite { writes, writer: Mutex::new(Some(thread)), readers }
            }
            Place::Server(address) => {
                Engine::Postgres(postgres::open(address, &options, migrations, subscribers.clone(), ids)?)
            }
        };
        Ok(Store(Arc::new(Inner { engine, subscribers })))
    }

    /// Runs a job in a transaction, and answers `Ok` once that is committed. On `Err` what the job wrote is rolled
    /// back. Other jobs may share the commit; they do not see each other fail.
    ///
    /// The job may run more than once (an engine that finds two transactions in conflict runs one again; what it
    /// wrote the first time is gone then), so it owns what it needs and gives out nothing but its result. It runs to
    /// its end also when the future is dropped after its first poll. There is no deadline on the answer, because
    /// giving up would not tell whether the commit happened; the line is bounded, and so is each wait of the engine.
    ///
    /// # Errors
    /// The job's own; or, through `E`, [`Error::Unavailable`] when the job was not run, [`Error::Panicked`], or the
    /// engine's error when the commit failed. In all these cases nothing was kept.
    pub async fn write<T, E>(&self, job: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (job, answer) = errand(job);
        match &self.0.engine {
            Engine::Sqlite { writes, .. } => writes.room().await?.push(job).map(drop)?,
            Engine::Postgres(connections) => connections.writers.push(job).await?,
        }
        answer.await.unwrap_or_else(|_| Err(Error::Unavailable("it is closed").into()))
    }

    /// Runs a job on one snapshot: all its queries see the same moment, which includes every write that was
    /// answered before. It cannot write.
    ///
    /// # Errors
    /// The job's own; or, through `E`, [`Error::Unavailable`] when the job was not run, or [`Error::Panicked`].
    /// A query beyond [`Options::read_deadline`] fails with [`Error::Unavailable`].
    pub async fn read<T, E>(&self, job: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (job, answer) = errand(job);
        match &self.0.engine {
            Engine::Sqlite { readers, .. } => readers.push(job).await?,
            Engine::Postgres(connections) => connections.readers.push(job).await?,
        }
        answer.await.unwrap_or_else(|_| Err(Error::Unavailable("it is closed").into()))
    }

    /// May several processes have this store open and share the work?
    #[must_use]
    pub fn is_shared(&self) -> bool {
        matches!(self.0.engine, Engine::Postgres(_))
    }

    /// The notices of all commits from now on. A subscriber that falls behind is told so
    /// ([`RecvError::Lagged`](broadcast::error::RecvError)), and treats it as [`Notice::Elsewhere`].
    pub fn subscribe(&self) -> broadcast::Receiver<Notice> {
        self.0.subscribers.sender.subscribe()
    }

    /// How many notices were told so far: as long as it stays the same, a subscriber has nothing to hear.
    #[must_use]
    pub fn notices_told(&self) -> u64 {
        self.0.subscribers.told.load(Ordering::Acquire)
    }

    /// Takes no more jobs, finishes those in line, writes the log back into the file, and ends the threads. Closing
    /// twice does nothing more, but waits for the first.
    pub async fn close(&self) {
        let inner = self.0.clone();
        match &inner.engine {
            Engine::Sqlite { writes, readers, .. } => {
                writes.close();
                readers.close();
            }
            Engine::Postgres(connections) => {
                connections.writers.close();
                connections.readers.close();
            }
        }
        // Joining blocks; a runtime that is itself ending has nobody left to wait.
        let _ = tokio::task::spawn_blocking(move || inner.join()).await;
    }
}

impl Inner {
    fn join(&self) {
        match &self.engine {
            // Readers first: a snapshot still open would keep the writer from emptying the log.
            Engine::Sqlite { writes, writer, readers } => {
                readers.finish();
                readers.join();
                writes.finish();
                let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(thread) = writer.take() {
                    let _ = thread.join();
                }
            }
            Engine::Postgres(connections) => {
                connections.readers.finish();
                connections.writers.finish();
                connections.readers.join();
                connections.writers.join();
                // Last, so that what the last commits had to say is said.
                connections.bell.finish();
                connections.bell.join();
            }
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        match &self.engine {
            // The readers end with their crew.
            Engine::Sqlite { writes, .. } => writes.finish(),
            Engine::Postgres(connections) => connections.bell.finish(),
        }
    }
}
