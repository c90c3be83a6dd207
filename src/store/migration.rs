//! Brings a database to the shape this program knows: `schemas/sql/NNNN_name.sql`, in order, each once.
//!
//! The text is for both engines. A migration that was applied is history: its wording is remembered by checksum, and a
//! changed one, a missing one or one from a later release keeps the node from starting, with words on what to do, rather
//! than from working.

use sha2::{Digest, Sha256};

use super::Error;

/// One file of `schemas/sql`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Migration {
    pub(super) name: &'static str,
    pub(super) sql: &'static str,
}

macro_rules! migrations {
    ($($name:literal),+ $(,)?) => {
        &[$(Migration { name: $name, sql: include_str!(concat!("../../schemas/sql/", $name, ".sql")) }),+]
    };
}

/// Every migration; its place in the list, counted from 1, is its version.
pub(super) const ALL: &[Migration] = migrations!["0001_foundation"];

/// The first that is not applied, once all that are (version and checksum, in order) have been compared.
///
/// # Errors
/// [`Error::Newer`], [`Error::ChangedMigration`], [`Error::MigrationGap`] when the database's history is not ours.
pub(super) fn missing(applied: Vec<(i64, String)>, known: &[Migration]) -> Result<Option<(i64, &Migration)>, Error> {
    let newest = known.len() as i64;
    if let Some(&(found, _)) = applied.last().filter(|(found, _)| *found > newest) {
        return Err(Error::Newer { found, known: newest });
    }
    let mut ours = (1_i64..).zip(known);
    for (found, checksum) in applied {
        match ours.next() {
            Some((version, migration)) if version == found => {
                if migration.checksum() != checksum {
                    return Err(Error::ChangedMigration { name: migration.name.to_owned() });
                }
            }
            Some((missing, _)) => return Err(Error::MigrationGap { missing }),
            None => return Err(Error::Newer { found, known: newest }),
        }
    }
    Ok(ours.next())
}

impl Migration {
    /// SHA-256 of the text, in lower-case hexadecimal.
    pub(super) fn checksum(&self) -> String {
        Sha256::digest(self.sql).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
impl Migration {
    pub(super) const fn new(name: &'static str, sql: &'static str) -> Migration {
        Migration { name, sql }
    }
}
