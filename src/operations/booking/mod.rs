//! Bookings: asked for, held, decided on, moved, taken back, begun and over.
//!
//! What is decided and what it takes of the calendar are one transaction, on whatever door the wish came in.

mod answer;
mod appeal;
mod arrival;
mod ask;
mod from_elsewhere;
mod line;
mod part;
mod place;
mod promote;
mod realign;
mod scene;
mod stay;
#[cfg(test)]
mod stories;
mod tend;
mod visit;
pub mod waitlist;

use jiff::Timestamp;

use super::Result;
use crate::coworking::booking::{State, in_time_until};
use crate::coworking::id::{ActorId, BookingId};
use crate::coworking::member::{Acting, Role};
use crate::coworking::{Event, Refusal};
use crate::store::booking::{self, Booking, Origin};
use crate::store::{Tx, event};

pub(super) use answer::cancel_alone;
pub use answer::{approve, confirm, decline};
pub use appeal::{appeal, dismiss, lift, undo_check_in};
pub use arrival::{Arriving, come, go, let_in, receive_arrive, receive_leave};
pub(super) use ask::change_alone;
pub use ask::{Asking, asked_a_moment_ago, request, request_all};
pub use from_elsewhere::{Offered, Received, forget, has_outcome, receive_offer, receive_undo, refuse_unread};
pub(super) use part::approve_each;
pub use part::{Approved, approve_together, cancel, change};
pub(super) use place::shrink_gaps;
pub(super) use promote::opened;
pub use realign::{is_time_to_realign, list_realigned, realign};
pub use scene::{Availability, availability, hit};
pub use stay::{check_in, check_out, walk_in};
pub use tend::{is_time_for_any, tend};

/// Who may do something to a booking.
fn of(tx: &mut Tx<'_>, acting: Acting, id: BookingId) -> Result<Booking> {
    let booking = booking::by_id(tx, id)?.ok_or(Refusal::NotFound { what: "booking" })?;
    // Whether somebody else has a booking is nobody's to know.
    if !is_own(acting, &booking) && acting.needs(Role::Host, "see somebody else's booking").is_err() {
        return Err(Refusal::NotFound { what: "booking" }.into());
    }
    Ok(booking)
}

/// Since when its guest knows that it stands: the grace for second thoughts begins then.
fn answered(booking: &Booking) -> Timestamp {
    booking.answered_at.map_or(booking.requested_at, |at| at.max(booking.requested_at))
}

fn is_own(acting: Acting, booking: &Booking) -> bool {
    matches!(acting, Acting::Member(member, _) if ActorId::from(member) == booking.requester)
}

/// A booking, for the one who has it and for those who work here.
///
/// # Errors
/// [`Refusal::NotFound`].
pub fn view(tx: &mut Tx<'_>, acting: Acting, id: BookingId) -> Result<Booking> {
    of(tx, acting, id)
}

/// A booking, for the one who has it and for nobody else.
///
/// # Errors
/// [`Refusal::NotFound`].
pub fn own(tx: &mut Tx<'_>, acting: Acting, id: BookingId) -> Result<Booking> {
    let booking = booking::by_id(tx, id)?.filter(|booking| is_own(acting, booking));
    Ok(booking.ok_or(Refusal::NotFound { what: "booking" })?)
}

/// Until when its guest, who booked here, can give a confirmed booking back without being late; `None` when it was moved out of
/// the notice and is late whenever they do.
#[must_use]
pub fn given_back_until(booking: &Booking) -> Option<Timestamp> {
    (!booking.late).then(|| in_time_until(booking.slot, &booking.rules, answered(booking)))
}

/// Can it be confirmed by the one who has it, as far as that is seen without the calendar? What was held until a time that has
/// passed can be had if nobody else has it.
#[must_use]
pub fn can_be_confirmed(booking: &Booking, now: Timestamp) -> bool {
    is_confirmable(booking, now) && now < booking.slot.end()
}

fn is_confirmable(booking: &Booking, now: Timestamp) -> bool {
    let Booking { state, expires_at, answered_at, .. } = *booking;
    crate::coworking::booking::can_be_confirmed((state, expires_at), answered_at, booking.rules.approval, now)
}

/// Writes a booking's new state with the fact that made it, and gives back what it does not take any more.
fn settle(tx: &mut Tx<'_>, booking: &mut Booking, state: State, now: Timestamp) -> Result<()> {
    booking.state = state;
    booking.updated = now;
    booking.sequence = booking.sequence.saturating_add(1);
    if state != State::Held && state != State::Requested {
        booking.expires_at = None;
    }
    if !state.takes_room(booking.rules.approval) {
        place::release(tx, booking.id)?;
    }
    booking::save(tx, booking)?;
    let id = booking.id;
    let fact = match state {
        State::Requested => Event::BookingRequested { booking: id },
        State::Held => Event::BookingHeld { booking: id },
        State::Confirmed => Event::BookingConfirmed { booking: id },
        State::CheckedIn => Event::BookingCheckedIn { booking: id },
        State::Completed => Event::BookingCompleted { booking: id },
        State::Refused => Event::BookingRefused { booking: id },
        State::Expired => Event::BookingExpired { booking: id },
        State::Cancelled => Event::BookingCancelled { booking: id },
        State::NoShow => Event::BookingNoShow { booking: id },
    };
    let told_by = event::record(tx, &fact, now)?;
    if state == State::Confirmed && matches!(booking.origin, Origin::Offer { .. }) {
        booking::tell(tx, id, told_by)?;
    }
    Ok(())
}
