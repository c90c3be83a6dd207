//! What those who work at the front desk see: who has what of a space, and who waits for an answer.

use jiff::Timestamp;

use super::{Result, space as spaces};
use crate::coworking::booking::{Guests, State};
use crate::coworking::id::SpaceId;
use crate::coworking::member::{Acting, Role};
use crate::coworking::slot::Slot;
use crate::coworking::space::Zone;
use crate::store::Tx;
use crate::store::booking::{self, Appeal, Booking, Of};
use crate::store::page::{Page, Slice};

/// The bookings of a space that touch a time, the first that begins first.
///
/// # Errors
/// [`Refusal::NotPermitted`](crate::coworking::Refusal::NotPermitted) for all but hosts, administrators and the keeper;
/// [`Refusal::NotFound`](crate::coworking::Refusal::NotFound) space.
pub fn bookings(tx: &mut Tx<'_>, acting: Acting, space: SpaceId, during: Slot, page: Page) -> Result<Slice<Booking>> {
    acting.needs(Role::Host, "list the bookings of a space")?;
    spaces::or_default(tx, Some(space))?;
    Ok(booking::list(tx, Of::Space(space), during, page)?)
}

/// Today's guests of a space, the first that begins first: who is expected, who is there, or who is late. A page may have
/// less than its limit and still not be the last.
///
/// # Errors
/// As of [`bookings`].
pub fn guests(
    tx: &mut Tx<'_>,
    acting: Acting,
    space: SpaceId,
    list: Guests,
    page: Page,
    now: Timestamp,
) -> Result<Slice<Booking>> {
    acting.needs(Role::Host, "list the guests of a space")?;
    let zone = Zone::parse(&spaces::or_default(tx, Some(space))?.zone)?;
    let tomorrow = zone.day(zone.wall(now).date()).map(|day| day.end()).filter(|end| *end > now);
    let Some(today) = tomorrow.and_then(|end| Slot::between(now, end)) else {
        return Ok(Slice { items: Vec::new(), next: None });
    };
    let mut slice = booking::list(tx, Of::Space(space), today, page)?;
    slice.items.retain(|booking| list.has(booking.state_at(now), booking.slot.start(), now));
    Ok(slice)
}

/// What those say who are said not to have come, as far as staff have not answered, the oldest booking first.
///
/// # Errors
/// As of [`bookings`].
pub fn appeals(tx: &mut Tx<'_>, acting: Acting, space: SpaceId, page: Page) -> Result<Slice<Appeal>> {
    acting.needs(Role::Host, "list the appeals of a space")?;
    spaces::or_default(tx, Some(space))?;
    Ok(booking::appeals(tx, space, page)?)
}

/// Those bookings of a space that wait for staff, the first that asked first. What has expired waits no more.
///
/// # Errors
/// As of [`bookings`].
pub fn waiting(tx: &mut Tx<'_>, acting: Acting, space: SpaceId, page: Page, now: Timestamp) -> Result<Slice<Booking>> {
    acting.needs(Role::Host, "list what waits for an answer")?;
    spaces::or_default(tx, Some(space))?;
    let mut slice = booking::waiting(tx, space, page)?;
    slice.items.retain(|booking| booking.state_at(now) == State::Requested);
    Ok(slice)
}
