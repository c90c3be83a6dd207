//! Whose inbox it is.

use crate::coworking::peer::Host;
use crate::store::plan::statements;
use crate::store::{Error, Tx, params};

statements! {
    WITH_INBOX = "SELECT uri FROM actor WHERE server = ?1 AND local = 0 AND deleted_at IS NULL \
                  AND (inbox = ?2 OR shared_inbox = ?2) ORDER BY id LIMIT ?3";
}

/// Ids of those elsewhere who get their mail at this inbox, their own or a shared one, at most `limit`. Those whose
/// id names another host than the inbox are not found.
///
/// # Errors
/// The store's.
pub fn with_inbox(tx: &mut Tx<'_>, inbox: &str, limit: u32) -> Result<Vec<String>, Error> {
    let Some(host) = url::Url::parse(inbox).ok().as_ref().and_then(Host::of) else { return Ok(Vec::new()) };
    tx.query(WITH_INBOX, params![host.as_str(), inbox, limit], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
