//! Brings a file to the shape that this program knows.

use jiff::Timestamp;
use rusqlite::{Connection, TransactionBehavior, params};

use super::statement::error;
use crate::store::migration::{Migration, missing};
use crate::store::{ConstraintKind, Error};

const TABLE: &str = "CREATE TABLE IF NOT EXISTS migration (
  version INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  checksum TEXT NOT NULL,
  applied_at INTEGER NOT NULL
) STRICT";

/// Applies what is missing, each in a transaction of its own.
///
/// # Errors
/// [`Error::Newer`], [`Error::ChangedMigration`], [`Error::MigrationGap`] when the file's history is not ours;
/// [`Error::Migration`] when one fails.
pub(in crate::store) fn apply(connection: &mut Connection, known: &[Migration]) -> Result<(), Error> {
    if exists(connection)? && next(connection, known)?.is_none() {
        return Ok(());
    }
    // A migration that rebuilds a table drops the old one, which must not cascade; what was broken is found before
    // the commit. The switch does nothing inside a transaction.
    connection.pragma_update(None, "foreign_keys", false).map_err(error)?;
    let applied = apply_missing(connection, known);
    connection.pragma_update(None, "foreign_keys", true).map_err(error)?;
    applied
}

fn apply_missing(connection: &mut Connection, known: &[Migration]) -> Result<(), Error> {
    loop {
        // Looked at again inside each transaction: another process may be doing the same.
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(error)?;
        tx.execute_batch(TABLE).map_err(error)?;
        let Some((version, migration)) = next(&tx, known)? else {
            return tx.commit().map_err(error);
        };
        run(&tx, version, migration)
            .and_then(|()| tx.commit().map_err(error))
            .map_err(|source| Error::Migration { name: migration.name.to_owned(), source: Box::new(source) })?;
        tracing::info!(name = migration.name, "migration applied");
    }
}

fn run(tx: &rusqlite::Transaction<'_>, version: i64, migration: &Migration) -> Result<(), Error> {
    tx.execute_batch(migration.sql).map_err(error)?;
    if tx.is_autocommit() {
        return Err(Error::Unavailable("a migration may not end its own transaction"));
    }
    let broken: Option<String> = {
        let mut check = tx.prepare("PRAGMA foreign_key_check").map_err(error)?;
        let mut rows = check.query([]).map_err(error)?;
        rows.next().map_err(error)?.map(|row| row.get(0)).transpose().map_err(error)?
    };
    if let Some(table) = broken {
        return Err(Error::Constraint { kind: ConstraintKind::ForeignKey, name: table });
    }
    tx.execute(
        "INSERT INTO migration (version, name, checksum, applied_at) VALUES (?1, ?2, ?3, ?4)",
        params![version, migration.name, migration.checksum(), Timestamp::now().as_millisecond()],
    )
    .map_err(error)?;
    Ok(())
}

fn exists(connection: &Connection) -> Result<bool, Error> {
    let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'migration')";
    connection.query_row(sql, [], |row| row.get(0)).map_err(error)
}

fn next<'k>(connection: &Connection, known: &'k [Migration]) -> Result<Option<(i64, &'k Migration)>, Error> {
    let mut statement =
        connection.prepare("SELECT version, checksum FROM migration ORDER BY version").map_err(error)?;
    let applied = statement
        .query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(error)?;
    missing(applied, known)
}
