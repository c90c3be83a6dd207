//! A store for stories: its folder goes with it, and its jobs are called like plain functions.

use jiff::Timestamp;
use tempfile::TempDir;

use super::inbox::{self, InboxId, NewActivity};
use super::{Error, Store, Tx, plan};
use crate::coworking::id::ActorId;

pub(crate) use plan::ran;

/// An empty store. Above the store nothing waits, so stories there do not either.
pub(crate) struct Scratch {
    pub(crate) store: Store,
    runtime: tokio::runtime::Runtime,
    _folder: TempDir,
}

impl Scratch {
    pub(crate) fn new() -> Self {
        let (folder, store) = plan::store();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { store, runtime, _folder: folder }
    }

    /// Runs a job in a transaction of its own.
    pub(crate) fn write<T, E>(&self, job: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.runtime.block_on(self.store.write(job))
    }
}

/// A Create that was taken in and set aside because it did not work out.
pub(crate) fn set_aside(
    tx: &mut Tx<'_>,
    uri: &str,
    actor: ActorId,
    body: &str,
    now: Timestamp,
) -> Result<InboxId, Error> {
    let id = inbox::take(tx, uri, None, now)?.expect("it is new");
    inbox::put(tx, id, &NewActivity { actor, kind: "Create", recipient: None, body }, now)?;
    inbox::fail(tx, id, "no sense in it")?;
    Ok(id)
}
