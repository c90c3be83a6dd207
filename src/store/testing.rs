//! A store for stories: its folder goes with it, and its jobs are called like plain functions.

use tempfile::TempDir;

use super::{Error, Store, Tx, plan};

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
