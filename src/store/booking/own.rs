//! What one person has booked: what is to come, and what is over.

use jiff::Timestamp;

use super::life::{Booking, columns, read};
use super::list::{BEGAN, before};
use crate::coworking::id::ActorId;
use crate::store::page::Page;
use crate::store::plan::statements;
use crate::store::{Error, Tx, params};

macro_rules! open {
    ($end:literal) => {
        concat!("state IN ('requested', 'held', 'confirmed', 'checked_in') AND ends_at > ", $end)
    };
}

statements! {
    COMING = concat!("SELECT ", columns!(""), " FROM booking WHERE requester_id = ?1 AND long = ?2 AND starts_at >= ?3 \
              AND (starts_at > ?3 OR id > ?4) AND ", open!("?5"), " ORDER BY starts_at, id LIMIT ?6");
    OVER = concat!("SELECT ", columns!(""), " FROM booking WHERE requester_id = ?1 AND long = ?2 AND starts_at <= ?3 \
            AND (starts_at < ?3 OR id < ?4) AND NOT (", open!("?5"), ") ORDER BY starts_at DESC, id DESC LIMIT ?6");
}

/// What somebody has or asks for and that has not ended, the first that begins first: behind the one that begins then and has
/// this number. One more than the page has is read.
///
/// # Errors
/// The store's.
pub fn coming(
    tx: &mut Tx<'_>,
    requester: ActorId,
    behind: Option<(Timestamp, i64)>,
    page: Page,
    now: Timestamp,
) -> Result<Vec<Booking>, Error> {
    let mut rows = Vec::new();
    for (long, reach) in BEGAN {
        let first = (before(now, reach), 0);
        let (from, id) = behind.map_or(first, |behind| behind.max(first));
        rows.extend(tx.query(COMING, params![requester, long, from, id, now, page.fetched()], read)?);
    }
    rows.sort_by_key(|booking| (booking.slot.start(), booking.id));
    Ok(rows)
}

/// What somebody had, gave back or did not get, the last that began first: before the one that begins then and has this number.
/// One more than the page has is read.
///
/// # Errors
/// The store's.
pub fn over(
    tx: &mut Tx<'_>,
    requester: ActorId,
    behind: Option<(Timestamp, i64)>,
    page: Page,
    now: Timestamp,
) -> Result<Vec<Booking>, Error> {
    let (from, id) = behind.unwrap_or((Timestamp::MAX, i64::MAX));
    let mut rows = Vec::new();
    for (long, _) in BEGAN {
        rows.extend(tx.query(OVER, params![requester, long, from, id, now, page.fetched()], read)?);
    }
    rows.sort_by_key(|booking| std::cmp::Reverse((booking.slot.start(), booking.id)));
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
