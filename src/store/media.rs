//! Pictures that are kept here, by the hash of their bytes; and by how much each is shown.

use jiff::Timestamp;

use super::plan::statements;
use super::{Error, Tx, params};

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// Its media type.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

statements! {
    BY_NAME = "SELECT media_type, bytes FROM media WHERE name = ?1 AND uses > 0";
    // What was there and no longer shown is shown again.
    KEEP = "INSERT INTO media (name, media_type, bytes, uses, changed_at) VALUES (?1, ?2, ?3, 1, ?4) \
            ON CONFLICT (name) DO UPDATE SET uses = media.uses + 1, changed_at = excluded.changed_at";
    USE = "UPDATE media SET uses = uses + 1, changed_at = ?2 WHERE name = ?1";
    DROP = "UPDATE media SET uses = uses - 1, changed_at = ?2 WHERE name = ?1";
    FORGET = "DELETE FROM media WHERE name IN (SELECT name FROM media WHERE uses <= 0 AND changed_at < ?1 \
              ORDER BY changed_at LIMIT ?2)";
}

/// A picture by its name, as long as anything shows it.
///
/// # Errors
/// The store's.
pub fn by_name(tx: &mut Tx<'_>, name: &str) -> Result<Option<Media>, Error> {
    tx.query_one(BY_NAME, params![name], |row| Ok(Media { media_type: row.get(0)?, bytes: row.get(1)? }))
}

/// Keeps a picture that something shows.
///
/// # Errors
/// The store's.
pub fn keep(tx: &mut Tx<'_>, name: &str, media_type: &str, bytes: &[u8], now: Timestamp) -> Result<(), Error> {
    tx.execute(KEEP, params![name, media_type, bytes, now])?;
    Ok(())
}

/// Something more shows it; `false` when there is none of this name.
///
/// # Errors
/// The store's.
pub fn used(tx: &mut Tx<'_>, name: &str, now: Timestamp) -> Result<bool, Error> {
    Ok(tx.execute(USE, params![name, now])? > 0)
}

/// Something does not show it any more.
///
/// # Errors
/// The store's.
pub fn dropped(tx: &mut Tx<'_>, name: &str, now: Timestamp) -> Result<(), Error> {
    tx.execute(DROP, params![name, now])?;
    Ok(())
}

/// Forgets some of those that nothing shows since before a time; tells how many.
///
/// # Errors
/// The store's.
pub fn tidy(tx: &mut Tx<'_>, before: Timestamp, limit: u32) -> Result<u64, Error> {
    tx.execute(FORGET, params![before, limit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
