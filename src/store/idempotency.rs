//! Answers that were given to requests with an idempotency key, so that a request that is sent again, because its
//! answer got lost, is answered again and not done again.

use jiff::Timestamp;

use super::plan::statements;
use super::{Error, Tx, params};
use crate::coworking::id::TokenId;

/// An answer that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// SHA-256 of what was asked.
    pub fingerprint: Vec<u8>,
    /// What was answered.
    pub answer: String,
}

statements! {
    FIND = "SELECT fingerprint, answer FROM idempotency WHERE token_id = ?1 AND key = ?2 AND answered_at > ?3";
    KEEP = "INSERT INTO idempotency (token_id, key, fingerprint, answer, answered_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    TIDY = "DELETE FROM idempotency WHERE answered_at <= ?1";
}

/// What a token's key was answered after `since`.
///
/// # Errors
/// The store's.
pub fn find(tx: &mut Tx<'_>, token: TokenId, key: &str, since: Timestamp) -> Result<Option<Answered>, Error> {
    tx.query_one(FIND, params![token, key, since], |row| Ok(Answered { fingerprint: row.get(0)?, answer: row.get(1)? }))
}

/// Keeps an answer.
///
/// # Errors
/// The store's.
pub fn keep(
    tx: &mut Tx<'_>,
    token: TokenId,
    key: &str,
    fingerprint: &[u8],
    answer: &str,
    now: Timestamp,
) -> Result<(), Error> {
    tx.execute(KEEP, params![token, key, fingerprint, answer, now])?;
    Ok(())
}

/// Forgets answers that were given until then.
///
/// # Errors
/// The store's.
pub fn tidy(tx: &mut Tx<'_>, until: Timestamp) -> Result<u64, Error> {
    tx.execute(TIDY, params![until])
}

#[cfg(test)]
mod tests {
    #[tokio::test]
    async fn no_statement_reads_a_whole_table() {
        crate::store::plan::check(super::STATEMENTS).await;
    }
}
