//! Members' e-mail addresses, and what may go there.

use jiff::Timestamp;

use super::plan::statements;
use super::{Error, Row, Tx, params};
use crate::coworking::id::MemberId;

/// Where a member gets letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// Whose.
    pub member: MemberId,
    /// The address.
    pub address: String,
    /// Since when it is known to be theirs.
    pub confirmed_at: Option<Timestamp>,
    /// SHA-256 of the secret that confirms it, and until when that is good.
    pub secret: Option<([u8; 32], Timestamp)>,
    /// In the link of every letter that ends them.
    pub stop_key: String,
    /// Are letters about bookings wanted?
    pub bookings: bool,
    /// When anything of it changed last.
    pub updated: Timestamp,
}

statements! {
    SAVE = "INSERT INTO mailbox (member_id, address, confirmed_at, secret_hash, secret_until, stop_key, bookings, updated) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (member_id) DO UPDATE SET address = excluded.address, \
            confirmed_at = excluded.confirmed_at, secret_hash = excluded.secret_hash, secret_until = excluded.secret_until, \
            stop_key = excluded.stop_key, bookings = excluded.bookings, \
            updated = excluded.updated";
    BY_MEMBER = "SELECT member_id, address, confirmed_at, secret_hash, secret_until, stop_key, bookings, updated \
                 FROM mailbox WHERE member_id = ?1";
    BY_SECRET = "SELECT member_id, address, confirmed_at, secret_hash, secret_until, stop_key, bookings, updated \
                 FROM mailbox WHERE secret_hash = ?1";
    BY_STOP_KEY = "SELECT member_id, address, confirmed_at, secret_hash, secret_until, stop_key, bookings, updated \
                   FROM mailbox WHERE stop_key = ?1";
    REMOVE = "DELETE FROM mailbox WHERE member_id = ?1";
}

fn read(row: &Row<'_>) -> Result<Mailbox, Error> {
    Ok(Mailbox {
        member: row.get(0)?,
        address: row.get(1)?,
        confirmed_at: row.get(2)?,
        secret: row.get::<Option<Vec<u8>>>(3)?.and_then(|hash| hash.try_into().ok()).zip(row.get(4)?),
        stop_key: row.get(5)?,
        bookings: row.get(6)?,
        updated: row.get(7)?,
    })
}

/// Writes a mailbox over what its member had.
///
/// # Errors
/// The store's.
pub fn save(tx: &mut Tx<'_>, mailbox: &Mailbox) -> Result<(), Error> {
    let Mailbox { member, address, confirmed_at, secret, stop_key, bookings, updated } = mailbox;
    let (hash, until) = secret.as_ref().map_or((None, None), |(hash, until)| (Some(hash), Some(*until)));
    tx.execute(SAVE, params![*member, address, *confirmed_at, hash, until, stop_key, *bookings, *updated])?;
    Ok(())
}

/// A member's mailbox.
///
/// # Errors
/// The store's.
pub fn by_member(tx: &mut Tx<'_>, member: MemberId) -> Result<Option<Mailbox>, Error> {
    tx.query_one(BY_MEMBER, params![member], read)
}

/// The mailbox that waits for a secret of this hash.
///
/// # Errors
/// The store's.
pub fn by_secret(tx: &mut Tx<'_>, hash: &[u8; 32]) -> Result<Option<Mailbox>, Error> {
    tx.query_one(BY_SECRET, params![hash], read)
}

/// The mailbox whose letters have this key in the link that ends them.
///
/// # Errors
/// The store's.
pub fn by_stop_key(tx: &mut Tx<'_>, key: &str) -> Result<Option<Mailbox>, Error> {
    tx.query_one(BY_STOP_KEY, params![key], read)
}

/// Forgets a member's address.
///
/// # Errors
/// The store's.
pub fn remove(tx: &mut Tx<'_>, member: MemberId) -> Result<(), Error> {
    tx.execute(REMOVE, params![member])?;
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
