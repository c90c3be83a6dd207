//! What the codes at the door of each space are made from.

use super::plan::statements;
use super::{Error, Tx, params};
use crate::coworking::id::SpaceId;

statements! {
    ADD = "INSERT INTO door (space_id, secret) VALUES (?1, ?2) ON CONFLICT (space_id) DO NOTHING";
    SECRET = "SELECT secret FROM door WHERE space_id = ?1";
}

/// Keeps a secret for a space that has none.
///
/// # Errors
/// The store's.
pub fn add(tx: &mut Tx<'_>, space: SpaceId, secret: &[u8; 32]) -> Result<(), Error> {
    tx.execute(ADD, params![space, secret])?;
    Ok(())
}

/// The secret of a space, if it has one yet.
///
/// # Errors
/// The store's.
pub fn secret(tx: &mut Tx<'_>, space: SpaceId) -> Result<Option<Vec<u8>>, Error> {
    tx.query_one(SECRET, params![space], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
