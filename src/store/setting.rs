//! What the node knows of itself: a few named values that are not configuration.

use super::plan::statements;
use super::{Error, Tx, params};

/// The names there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    /// The origin under which this database has lived since its first start.
    Origin,
    /// SHA-256 of the secret in the setup link, hexadecimal.
    SetupLink,
    /// When the node was set up, unix milliseconds.
    SetUpAt,
    /// The epoch: a number that is higher after each time that the node's memory was set back.
    Epoch,
    /// What the zones of the spaces meant when it was last made sure that bookings agree with them (JSON: name to rules).
    Zones,
}

impl Setting {
    fn name(self) -> &'static str {
        match self {
            Self::Origin => "origin",
            Self::SetupLink => "setup_link",
            Self::SetUpAt => "set_up_at",
            Self::Epoch => "epoch",
            Self::Zones => "zones",
        }
    }
}

statements! {
    GET = "SELECT value FROM setting WHERE name = ?1";
    SET = "INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    CLEAR = "DELETE FROM setting WHERE name = ?1";
}

/// The value, if one was set.
///
/// # Errors
/// The store's.
pub fn get(tx: &mut Tx<'_>, setting: Setting) -> Result<Option<String>, Error> {
    tx.query_one(GET, params![setting.name()], |row| row.get(0))
}

/// Sets the value.
///
/// # Errors
/// The store's.
pub fn set(tx: &mut Tx<'_>, setting: Setting, value: &str) -> Result<(), Error> {
    tx.execute(SET, params![setting.name(), value])?;
    Ok(())
}

/// Forgets the value.
///
/// # Errors
/// The store's.
pub fn clear(tx: &mut Tx<'_>, setting: Setting) -> Result<(), Error> {
    tx.execute(CLEAR, params![setting.name()])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
