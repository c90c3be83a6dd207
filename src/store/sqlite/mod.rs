//! The embedded engine: SQLite in WAL mode, one thread that writes, a few that read.
//!
//! SQLite has one writer at a time whatever a program does; here it has one by construction, so that nobody inside
//! this process ever waits for a lock, and a commit (the expensive part: the disk's word that it is there) is shared
//! by all who asked meanwhile. Readers stand on snapshots and neither wait nor are waited for. Another process, the
//! command line, may write between our transactions; both sides then wait up to the busy timeout.

mod migration;
mod reader;
pub(super) mod statement;
#[cfg(test)]
mod tests;
mod writer;

use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, OpenFlags};

use super::{Error, Options, Synchronous};
pub(super) use migration::apply as migrate;
pub(super) use reader::reader;
pub(super) use writer::Writer;

/// Statements kept prepared per connection. All that the node has, with room; a reader meets fewer of them.
const WRITER_STATEMENTS: usize = 768;
const READER_STATEMENTS: usize = 96;

/// What a connection may keep of the file, in KiB. The writer is the only one to change pages, so what it keeps stays
/// good; a reader starts anew after each commit. No memory map: it would count as ours, once per connection, and
/// turn a failing disk into a signal instead of an error.
const WRITER_CACHE: i64 = 8 * 1024;
const READER_CACHE: i64 = 2 * 1024;

/// After a large transaction the write-ahead log is cut back to this.
const LOG_BYTES_KEPT: i64 = 4 * 1024 * 1024;

/// Pages in the log before they are written back into the file: as many as are kept. With fewer the same pages go back more
/// often under load; with more everybody waits longer meanwhile.
const LOG_PAGES: i64 = LOG_BYTES_KEPT / 4096;

/// The first connection: makes folder and file where there are none, readable by the owner alone, and sets what the
/// file remembers.
pub(super) fn open_writer(path: &Path, options: &Options) -> Result<Connection, Error> {
    create(path)?;
    let connection = connect(path, options, WRITER_CACHE)?;
    write_ahead(&connection, options.busy_timeout)?;
    let synchronous = match options.synchronous {
        Synchronous::Full => "FULL",
        Synchronous::Normal => "NORMAL",
    };
    set(&connection, "synchronous", synchronous)?;
    connection
        .pragma_update_and_check(None, "journal_size_limit", LOG_BYTES_KEPT, |_| Ok(()))
        .map_err(statement::error)?;
    connection.pragma_update_and_check(None, "wal_autocheckpoint", LOG_PAGES, |_| Ok(())).map_err(statement::error)?;
    connection.set_prepared_statement_cache_capacity(WRITER_STATEMENTS);
    Ok(connection)
}

/// A further connection to the same file, which cannot change it.
fn open_reader(path: &Path, options: &Options) -> Result<Connection, Error> {
    let connection = connect(path, options, READER_CACHE)?;
    set(&connection, "query_only", true)?;
    connection.set_prepared_statement_cache_capacity(READER_STATEMENTS);
    Ok(connection)
}

fn connect(path: &Path, options: &Options, cache: i64) -> Result<Connection, Error> {
    // A connection stays on the thread that uses it, so SQLite's own mutex is left out.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(statement::error)?;
    connection.busy_timeout(options.busy_timeout).map_err(statement::error)?;
    // A mistyped "name" is an error and not a text; the file's own schema cannot be written around. A plan does not hang
    // on what is bound, or SQLite would parse such a statement again at each use.
    for (setting, on) in [
        (DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true),
        (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
        (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
    ] {
        connection.set_db_config(setting, on).map_err(statement::error)?;
    }
    scalar(&connection, "greatest", std::cmp::max)?;
    scalar(&connection, "least", std::cmp::min)?;
    set(&connection, "trusted_schema", false)?;
    set(&connection, "foreign_keys", true)?;
    set(&connection, "temp_store", "MEMORY")?;
    set(&connection, "cache_size", -cache)?;
    Ok(connection)
}

/// The larger or smaller of some numbers, by PostgreSQL's name and rule (9.18.4): NULL does not count.
fn scalar(connection: &Connection, name: &str, choose: fn(i64, i64) -> i64) -> Result<(), Error> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    connection
        .create_scalar_function(name, -1, flags, move |context| {
            let mut chosen = None;
            for place in 0..context.len() {
                let number = context.get::<Option<i64>>(place)?;
                chosen = number.map(|number| chosen.map_or(number, |chosen| choose(chosen, number))).or(chosen);
            }
            Ok(chosen)
        })
        .map_err(statement::error)
}

fn set(connection: &Connection, name: &str, value: impl rusqlite::ToSql) -> Result<(), Error> {
    connection.pragma_update(None, name, value).map_err(statement::error)
}

/// Two processes that make a new file at the same moment meet here, and SQLite does not use the busy timeout for
/// this switch.
fn write_ahead(connection: &Connection, patience: Duration) -> Result<(), Error> {
    let started = Instant::now();
    loop {
        let mode = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0));
        match mode.map_err(statement::error) {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(_) => return Err(Error::Unavailable("the file system cannot hold a write-ahead log")),
            Err(Error::Unavailable(_)) if started.elapsed() < patience => {
                std::thread::sleep(Duration::from_millis(10));
            }
            Err(error) => return Err(error),
        }
    }
}

/// SQLite gives the log beside the file the same permissions.
fn create(path: &Path) -> Result<(), Error> {
    let told = |path: &Path, source| Error::File { path: path.to_owned(), source: Arc::new(source) };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| told(folder, error))?;
    }
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(told(path, error)),
    }
}
