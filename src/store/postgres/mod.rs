//! The engine of several processes: a server that speaks PostgreSQL's protocol.
//!
//! Here transactions run side by side, each as if it ran alone (SERIALIZABLE); the server finds those that met, and they
//! are run again. A few connections write and a few read, each on a thread of its own, and one listens for what other
//! processes have done. Nothing is used that other servers of this protocol lack: no advisory locks, no exclusion
//! constraints, no extensions.

mod address;
mod bell;
mod dialect;
#[cfg(test)]
mod live;
mod migration;
#[cfg(test)]
pub(super) mod plan;
mod session;
pub(super) mod statement;
mod worker;

use std::sync::Arc;

pub use address::Address;
pub(super) use bell::Bell;
pub(super) use session::Session;

use super::crew::Crew;
use super::id::Ids;
use super::migration::Migration;
use super::{Error, Options, Subscribers};

/// What all connections have in common.
struct Shared {
    address: Address,
    options: Options,
    subscribers: Subscribers,
    ids: Arc<Ids>,
}

/// The connections of one process.
pub(super) struct Connections {
    pub(super) writers: Crew,
    pub(super) readers: Crew,
    pub(super) bell: Bell,
}

/// Brings the schema to this program's shape, making it where there is none, and opens the first connections.
pub(super) fn open(
    address: &Address,
    options: &Options,
    migrations: &[Migration],
    subscribers: Subscribers,
    ids: Arc<Ids>,
) -> Result<Connections, Error> {
    let shared = Arc::new(Shared { address: address.clone(), options: options.clone(), subscribers, ids });
    aside(|| {
        let mut session = Session::open(address, options.write_deadline)?;
        migration::apply(&mut session, address.schema(), migrations)?;
        session.tidy_marks()?;
        drop(session);

        let bell = Bell::hang(&shared)?;
        // The bell has one; of the others the half that is larger writes.
        let both = options.connections.saturating_sub(1).max(2);
        let (hire, ring) = (shared.clone(), bell.ring().clone());
        let writers = Crew::start("store-write", both.div_ceil(2), options, move || worker::writer(&hire, &ring))?;
        let hire = shared.clone();
        let readers = Crew::start("store-read", both / 2, options, move || worker::reader(&hire))?;
        Ok(Connections { writers, readers, bell })
    })
}

/// Was a store made in this schema?
pub(super) fn exists(address: &Address) -> Result<bool, Error> {
    aside(|| {
        let mut session = Session::open(address, Options::default().read_deadline)?;
        migration::was_begun(&mut session, address.schema())
    })
}

/// Removes the schema with all that is in it.
pub(super) fn remove(address: &Address) -> Result<(), Error> {
    aside(|| {
        let mut session = Session::open(address, Options::default().write_deadline)?;
        let drop = format!("DROP SCHEMA IF EXISTS \"{}\" CASCADE", address.schema());
        session.batch(&drop).map_err(|(_, error)| error)
    })
}

/// On a thread of its own: a connection is driven by whoever waits for it, and the caller may be driving something else.
fn aside<T: Send>(job: impl FnOnce() -> Result<T, Error> + Send) -> Result<T, Error> {
    std::thread::scope(|scope| scope.spawn(job).join().unwrap_or(Err(Error::Panicked)))
}
