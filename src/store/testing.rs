//! A store for stories: its folder goes with it, and its jobs are called like plain functions.

use std::path::Path;

use jiff::Timestamp;
use tempfile::TempDir;

use super::inbox::{self, InboxId, NewActivity};
use super::{Error, Place, Store, Tx, plan};
use crate::coworking::id::ActorId;

pub(crate) use plan::ran;

/// Where the store of this folder is, on the engine that the tests run on.
pub(crate) fn place(folder: &Path) -> Place {
    match super::database::url(folder) {
        Some(url) => url.parse().unwrap(),
        None => Place::File(folder.join("node.db")),
    }
}

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
    let id = inbox::take(tx, uri, None, None, now)?.expect("it is new");
    inbox::put(tx, id, &NewActivity { actor, kind: "Create", recipient: None, body }, now)?;
    inbox::fail(tx, id, "no sense in it")?;
    Ok(id)
}

/// From now on the database breaks when a post that contains this is written.
pub(crate) fn fall_ill(tx: &mut Tx<'_>, content: &str) -> Result<(), Error> {
    if tx.is_sqlite() {
        let trigger = format!(
            "CREATE TRIGGER ill BEFORE INSERT ON post WHEN new.content LIKE '%{content}%' \
             BEGIN SELECT RAISE(ABORT, 'ill'); END"
        );
        return tx.execute(&trigger, &[]).map(drop);
    }
    let check = format!(
        "CREATE FUNCTION ill() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN \
         IF new.content LIKE ''%{content}%'' THEN RAISE EXCEPTION ''ill''; END IF; RETURN new; END'"
    );
    tx.execute(&check, &[])?;
    tx.execute("CREATE TRIGGER ill BEFORE INSERT ON post FOR EACH ROW EXECUTE FUNCTION ill()", &[]).map(drop)
}

/// The database is well again.
pub(crate) fn get_well(tx: &mut Tx<'_>) -> Result<(), Error> {
    let end = if tx.is_sqlite() { "DROP TRIGGER ill" } else { "DROP TRIGGER ill ON post" };
    tx.execute(end, &[]).map(drop)
}
