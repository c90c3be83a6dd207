//! Lists of bookings: those of a member, of a space, of a resource, and those that wait for staff.

use jiff::Timestamp;

use super::life::{Booking, columns, read};
use crate::coworking::id::{ActorId, BookingId, ResourceId, SpaceId};
use crate::coworking::slot::Slot;
use crate::store::page::{Page, Slice};
use crate::store::plan::statements;
use crate::store::{Error, Tx, params};

/// Whose bookings, or of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Somebody's.
    Requester(ActorId),
    /// At a space.
    Space(SpaceId),
    /// Of one resource.
    Resource(ResourceId),
}

macro_rules! list {
    ($column:literal) => {
        concat!(
            "SELECT ",
            columns!("b."),
            " FROM booking b WHERE b.",
            $column,
            " = ?1 AND (b.starts_at > ?2 OR b.starts_at = ?2 AND b.id > ?3) AND b.starts_at >= ?2 AND b.starts_at < ?4 \
             AND b.ends_at > ?5 ORDER BY b.starts_at, b.id LIMIT ?6"
        )
    };
}

statements! {
    OF_REQUESTER = list!("requester_id");
    OF_SPACE = list!("space_id");
    OF_RESOURCE = list!("resource_id");
    WAITING_OF_HOST = "SELECT count(*) FROM booking b CROSS JOIN actor a ON a.id = b.requester_id \
                       WHERE b.space_id = ?1 AND b.state = 'requested' \
                       AND a.host = (SELECT w.host FROM actor w WHERE w.id = ?2)";
    OPEN_OF = concat!("SELECT ", columns!(""), " FROM booking WHERE requester_id = ?1 \
               AND state IN ('requested', 'held', 'confirmed') ORDER BY starts_at, id LIMIT 1000");
    STARTS_AT = "SELECT starts_at FROM booking WHERE id = ?1";
    WAITING = concat!("SELECT ", columns!(""), " FROM booking WHERE space_id = ?1 AND state = 'requested' AND id > ?2 \
               ORDER BY id LIMIT ?3");
}

/// How long before a time what touches it can have begun.
fn reach(at: Timestamp) -> Timestamp {
    at.saturating_sub(Slot::LONGEST).unwrap_or(Timestamp::MIN)
}

/// Bookings that touch a time, the first that begins first. The page goes on behind the booking that it names.
///
/// # Errors
/// The store's.
pub fn list(tx: &mut Tx<'_>, of: Of, during: Slot, page: Page) -> Result<Slice<Booking>, Error> {
    let (sql, id) = match of {
        Of::Requester(actor) => (OF_REQUESTER, actor.0),
        Of::Space(space) => (OF_SPACE, space.0),
        Of::Resource(resource) => (OF_RESOURCE, resource.0),
    };
    let (from, behind) = match page.before {
        None => (reach(during.start()), 0),
        Some(last) => {
            let starts_at = tx.query_one(STARTS_AT, params![last], |row| row.get(0))?;
            (starts_at.unwrap_or(Timestamp::MAX), last)
        }
    };
    let asked = params![id, from, behind, during.end(), during.start(), page.fetched()];
    let rows = tx.query(sql, asked, read)?;
    Ok(Slice::cut(rows, page, |booking| booking.id.0))
}

/// All that somebody has of one resource around a time; at most 1,000.
///
/// # Errors
/// The store's.
pub fn of_requester(
    tx: &mut Tx<'_>,
    requester: ActorId,
    resource: ResourceId,
    during: Slot,
) -> Result<Vec<Booking>, Error> {
    let asked = params![requester, reach(during.start()), 0_i64, during.end(), during.start(), 1_000_i64];
    let mut all = tx.query(OF_REQUESTER, asked, read)?;
    all.retain(|booking| booking.resource == resource);
    Ok(all)
}

/// What touches a time at a space; at most 1,000.
///
/// # Errors
/// The store's.
pub fn around(tx: &mut Tx<'_>, space: SpaceId, during: Slot) -> Result<Vec<Booking>, Error> {
    let asked = params![space, reach(during.start()), 0_i64, during.end(), during.start(), 1_000_i64];
    tx.query(OF_SPACE, asked, read)
}

/// What waits for staff, the first that asked first. The page goes on behind the booking that it names.
///
/// # Errors
/// The store's.
pub fn waiting(tx: &mut Tx<'_>, space: SpaceId, page: Page) -> Result<Slice<Booking>, Error> {
    let behind = BookingId(page.before.unwrap_or(0));
    let rows = tx.query(WAITING, params![space, behind, page.fetched()], read)?;
    Ok(Slice::cut(rows, page, |booking| booking.id.0))
}

/// How many requests of the people of one server, somebody's of them, wait for the staff of a space.
///
/// # Errors
/// The store's.
pub fn waiting_of_host(tx: &mut Tx<'_>, space: SpaceId, somebody: ActorId) -> Result<usize, Error> {
    let count = tx.query_one(WAITING_OF_HOST, params![space, somebody], |row| row.get::<u32>(0))?;
    Ok(usize::try_from(count.unwrap_or_default()).unwrap_or(usize::MAX))
}

/// What somebody has that has not begun; at most 1,000.
///
/// # Errors
/// The store's.
pub fn open_of(tx: &mut Tx<'_>, requester: ActorId) -> Result<Vec<Booking>, Error> {
    tx.query(OPEN_OF, params![requester], read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
