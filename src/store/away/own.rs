//! What one member has booked elsewhere: what is to come, and what is over.

use jiff::Timestamp;

use super::{Away, reach, read};
use crate::coworking::id::MemberId;
use crate::store::page::Page;
use crate::store::plan::statements;
use crate::store::{Error, Tx, params};

macro_rules! open {
    ($end:literal) => {
        concat!("state IN ('sent', 'waiting', 'held', 'confirmed', 'checked_in') AND ends_at > ", $end)
    };
}

statements! {
    COMING = concat!("SELECT ", columns!(), " FROM away_booking WHERE member_id = ?1 AND starts_at >= ?2 \
             AND (starts_at > ?2 OR id > ?3) AND ", open!("?4"), " ORDER BY starts_at, id LIMIT ?5");
    OVER = concat!("SELECT ", columns!(), " FROM away_booking WHERE member_id = ?1 AND starts_at <= ?2 \
           AND (starts_at < ?2 OR id < ?3) AND NOT (", open!("?4"), ") ORDER BY starts_at DESC, id DESC LIMIT ?5");
}

/// What a member has or asks for elsewhere and that has not ended, the first that begins first: behind the one that begins then
/// and has this number. One more than the page has is read.
///
/// # Errors
/// The store's.
pub fn coming(
    tx: &mut Tx<'_>,
    member: MemberId,
    behind: Option<(Timestamp, i64)>,
    page: Page,
    now: Timestamp,
) -> Result<Vec<Away>, Error> {
    let first = (reach(now), 0);
    let (from, id) = behind.map_or(first, |behind| behind.max(first));
    tx.query(COMING, params![member, from, id, now, page.fetched()], read)
}

/// What a member had elsewhere, gave back or did not get, the last that began first: before the one that begins then and has
/// this number. One more than the page has is read.
///
/// # Errors
/// The store's.
pub fn over(
    tx: &mut Tx<'_>,
    member: MemberId,
    behind: Option<(Timestamp, i64)>,
    page: Page,
    now: Timestamp,
) -> Result<Vec<Away>, Error> {
    let (from, id) = behind.unwrap_or((Timestamp::MAX, i64::MAX));
    tx.query(OVER, params![member, from, id, now, page.fetched()], read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
