use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::Value;

/// What can go wrong between a job and its rows.
///
/// Cloneable, because a failed commit is told to every job of its group.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Not now: the store is closing, too much is waiting, another process holds the file, or a read ran out of
    /// time. Nothing was kept; asking again later is sound.
    #[error("the store cannot do this now: {0}")]
    Unavailable(&'static str),
    /// The database itself refused a row.
    #[error("the database refused a row ({kind}): {name}")]
    Constraint {
        /// Which sort of rule it was.
        kind: ConstraintKind,
        /// The constraint as the engine names it: `table.column` of a key or of a missing value (several are joined
        /// by `, `), the name of an index or a check, the words of a trigger; empty for a foreign key.
        name: String,
    },
    /// A row holds what its reader does not understand.
    #[error("column {column} holds {found} where {expected} is expected")]
    Decode {
        /// The column's name, or `#n` when the row has no such column.
        column: String,
        /// What was asked for.
        expected: &'static str,
        /// What stood there; long values are named by their size.
        found: String,
    },
    /// [`Tx::query_one`](super::Tx::query_one) found a second row.
    #[error("more than one row answers a question that has one answer: {sql}")]
    ManyRows {
        /// The question.
        sql: String,
    },
    /// The file was written by a later release.
    #[error(
        "the database is at migration {found}, this program knows migrations up to {known}: start the newer program \
         again, or restore the backup that was made before it was installed"
    )]
    Newer {
        /// The highest version in the file.
        found: i64,
        /// The highest version in this program.
        known: i64,
    },
    /// A migration was edited after it had been applied here.
    #[error(
        "migration {name} was applied in a different wording than this program has: install the release that wrote \
         this database; an applied migration is never edited, a change is a new migration"
    )]
    ChangedMigration {
        /// Number and name, `0003_waitlist`.
        name: String,
    },
    /// The applied migrations do not follow one another.
    #[error(
        "migration {missing} was never applied though later ones were: the database is not one this program made, or \
         it was edited by hand; restore a backup"
    )]
    MigrationGap {
        /// The version that is missing.
        missing: i64,
    },
    /// A migration did not run to its end; the database stands as it was before it.
    #[error("migration {name} failed, the database is unchanged")]
    Migration {
        /// Number and name.
        name: String,
        /// What stopped it.
        #[source]
        source: Box<Error>,
    },
    /// The server is not to be had.
    #[error("the database server at {address} cannot be used: {reason}")]
    Server {
        /// Where it should be, without a password.
        address: String,
        /// What it or the network said.
        reason: String,
    },
    /// A server cannot be spoken to under TLS with these settings.
    #[error("no connection to a database server can be made safe: {0}")]
    Tls(String),
    /// The job panicked; what it had written is rolled back.
    #[error("a database job panicked and was rolled back")]
    Panicked,
    /// The file or its folder cannot be made.
    #[error("cannot create {}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: Arc<std::io::Error>,
    },
    /// Anything else the engine says: a full disk, a damaged file, SQL that does not parse.
    #[error("the database engine failed")]
    Engine(#[source] Arc<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// For implementations of [`FromValue`](super::FromValue): `found` is not `expected`.
    /// [`Row::get`](super::Row::get) adds the column.
    pub fn decode(expected: &'static str, found: &Value<'_>) -> Error {
        Error::Decode { column: String::new(), expected, found: found.describe() }
    }

    pub(super) fn in_column(self, name: &str) -> Error {
        match self {
            Error::Decode { column, expected, found } if column.is_empty() => {
                Error::Decode { column: name.to_owned(), expected, found }
            }
            other => other,
        }
    }
}

/// The sorts of rules a database holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConstraintKind {
    /// A primary key or unique index: the row is there already.
    Unique,
    /// A reference to nothing, or from something that still stands.
    ForeignKey,
    /// A CHECK.
    Check,
    /// A missing value.
    NotNull,
    /// A trigger's word, or a value of the wrong type in a STRICT table.
    Other,
}

impl fmt::Display for ConstraintKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ConstraintKind::Unique => "unique",
            ConstraintKind::ForeignKey => "foreign key",
            ConstraintKind::Check => "check",
            ConstraintKind::NotNull => "not null",
            ConstraintKind::Other => "rule",
        })
    }
}
