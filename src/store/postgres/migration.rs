//! Brings a schema to the shape that this program knows.

use super::dialect::definition;
use super::session::{Access, Session};
use super::statement::{self, Harm};
use crate::store::Error;
use crate::store::migration::{Migration, missing};

/// What has to be there before the first migration. Each connection that writes counts in `commit_mark` what it committed, in
/// the transaction itself: when the answer to a commit is lost with the connection, the number tells whether it happened.
const TABLES: &str = "CREATE TABLE IF NOT EXISTS migration (version INTEGER PRIMARY KEY, name TEXT NOT NULL, \
     checksum TEXT NOT NULL, applied_at INTEGER NOT NULL); \
     CREATE TABLE IF NOT EXISTS commit_mark (session INTEGER PRIMARY KEY, job INTEGER NOT NULL, opened_at INTEGER NOT NULL)";
/// So often two processes may begin at the same moment.
const TRIES: u32 = 50;

/// Applies what is missing, each in a transaction of its own.
///
/// # Errors
/// As [`crate::store::migration`] says them.
pub(super) fn apply(session: &mut Session, schema: &str, known: &[Migration]) -> Result<(), Error> {
    if !again(|| exists(session, schema))? {
        again(|| session.batch(&format!("CREATE SCHEMA IF NOT EXISTS \"{schema}\"")).map_err(|(_, error)| error))?;
    }
    again(|| session.batch(&definition(TABLES)).map_err(|(_, error)| error))?;
    while let Some(name) = again(|| step(session, known))? {
        tracing::info!(name, "migration applied");
    }
    Ok(())
}

/// Who may use a schema may not always make one, not even one that is there.
fn exists(session: &mut Session, schema: &str) -> Result<bool, Error> {
    finds(session, "SELECT 1 FROM information_schema.schemata WHERE schema_name = ?1", schema)
}

/// Was ever a migration begun in this schema?
pub(super) fn was_begun(session: &mut Session, schema: &str) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM information_schema.tables WHERE table_schema = ?1 AND table_name = 'migration'";
    finds(session, sql, schema)
}

fn finds(session: &mut Session, sql: &str, schema: &str) -> Result<bool, Error> {
    session.begin(Access::Read);
    let found = session.query(sql, &[schema.into()], |_| Ok(()));
    session.roll_back();
    Ok(!found?.is_empty())
}

/// Applies one, and tells which. Its row is written first: who is second waits there, and then finds it done.
fn step(session: &mut Session, known: &[Migration]) -> Result<Option<&'static str>, Error> {
    let tx = session;
    tx.begin(Access::Write);
    let applied = tx.query("SELECT version, checksum FROM migration ORDER BY version", &[], |row| {
        Ok((statement::column::<i64>(row, 0)?, statement::column::<String>(row, 1)?))
    });
    let next = match applied.and_then(|applied| missing(applied, known)) {
        Ok(Some(next)) => next,
        other => {
            tx.roll_back();
            return other.map(|_| None);
        }
    };
    let (version, migration) = next;
    let now = jiff::Timestamp::now();
    let sql = "INSERT INTO migration (version, name, checksum, applied_at) VALUES (?1, ?2, ?3, ?4)";
    let row = [version.into(), migration.name.into(), migration.checksum().into(), now.into()];
    if let Err(error) = tx.execute(sql, &row) {
        tx.roll_back();
        return Err(error);
    }
    let kept = "SELECT version FROM migration WHERE version = ?1";
    let done = tx
        .apply(&definition(migration.sql))
        .and_then(|()| tx.query_one(kept, &[version.into()], |_| Ok(())))
        .and_then(|row| row.ok_or(Error::Unavailable("a migration may not end its own transaction")))
        .and_then(|()| tx.commit_unmarked().map_err(|(_, error)| error));
    let again = matches!(tx.harm(), Some(Harm::Conflict | Harm::Lost));
    match done {
        Ok(()) => return Ok(Some(migration.name)),
        Err(_) => tx.roll_back(),
    }
    done.map(|()| None).map_err(|source| match again {
        true => source,
        false => Error::Migration { name: migration.name.to_owned(), source: Box::new(source) },
    })
}

/// Two processes that make the same thing at the same moment hear of it as a conflict, or as a row that is there already.
fn again<T>(mut job: impl FnMut() -> Result<T, Error>) -> Result<T, Error> {
    let mut tries = 0;
    loop {
        match job() {
            Err(Error::Unavailable(_) | Error::Constraint { .. }) if tries < TRIES => {
                tries += 1;
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
            done => return done,
        }
    }
}
