//! What is taken back of what was said about somebody's being there: a check-in by mistake, and that nobody came.

use jiff::Timestamp;

use super::{Result, is_own, of, place};
use crate::coworking::booking::{NOTE_LIMIT, State, UNDO};
use crate::coworking::id::BookingId;
use crate::coworking::member::{Acting, Role};
use crate::coworking::space::Zone;
use crate::coworking::{Event, Refusal, refusal};
use crate::store::booking::{self, Booking, Taken};
use crate::store::{Tx, event};

/// The front desk takes a check-in back, within five minutes. What was taken early is free again.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but those who work here; [`Refusal::NotFound`]; [`Refusal::WrongState`];
/// [`Refusal::WrongTime`] later than that.
pub fn undo_check_in(tx: &mut Tx<'_>, acting: Acting, id: BookingId, now: Timestamp) -> Result<Booking> {
    acting.needs(Role::Host, "take a check-in back")?;
    let mut booking = of(tx, acting, id)?;
    // Once is enough.
    if booking.state == State::Confirmed {
        return Ok(booking);
    }
    booking.state.must_be(&[State::CheckedIn], "whoever is checked in")?;
    let came = booking.checked_in_at.unwrap_or(booking.slot.start());
    let until = came.saturating_add(UNDO).unwrap_or(Timestamp::MAX);
    if now > until {
        let zone = Zone::parse(&booking.zone)?;
        let [found, from, until] = [now, came, until].map(|at| zone.shown(at));
        return Err(Refusal::WrongTime { act: "take a check-in back", found, from, until }.into());
    }
    let slot = booking.slot;
    place::rewrite(tx, id, |taken| Taken { slot, ..taken })?;
    booking.checked_in_at = None;
    booking.checked_in_by = None;
    changed(tx, &mut booking, State::Confirmed, now)?;
    event::record(tx, &Event::BookingCheckInUndone { booking: id }, now)?;
    Ok(booking)
}

/// Who is said not to have come says that they have, or why not, to those who work at the space. Once for each booking.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::NotPermitted`] for all but the one who has it; [`Refusal::WrongState`];
/// [`Refusal::Empty`] without a word.
pub fn appeal(tx: &mut Tx<'_>, acting: Acting, id: BookingId, words: &str, now: Timestamp) -> Result<Booking> {
    let booking = of(tx, acting, id)?;
    if !is_own(acting, &booking) {
        return Err(Refusal::NotPermitted { who: "the one who has a booking", act: "appeal" }.into());
    }
    booking.state.must_be(&[State::NoShow], "one to which nobody came")?;
    let words = refusal::needed("words", words, NOTE_LIMIT)?;
    if !booking::appeal(tx, &booking, &words, now)? {
        let needed = "one without an appeal";
        return Err(Refusal::WrongState { what: "booking", state: "appealed already", needed }.into());
    }
    Ok(booking)
}

/// Those who work at the space believe it, with an appeal or without: it counts as a booking that is over. Its time was
/// given back to others and stays so.
///
/// # Errors
/// [`Refusal::NotPermitted`]; [`Refusal::NotFound`]; [`Refusal::WrongState`].
pub fn lift(tx: &mut Tx<'_>, acting: Acting, id: BookingId, now: Timestamp) -> Result<Booking> {
    acting.needs(Role::Host, "lift a no-show")?;
    let mut booking = of(tx, acting, id)?;
    if booking.state == State::Completed {
        return Ok(booking);
    }
    booking.state.must_be(&[State::NoShow], "one to which nobody came")?;
    booking::answer_appeal(tx, id, now)?;
    // Nobody saw them: it is no evidence that they were there.
    booking.estimated = true;
    changed(tx, &mut booking, State::Completed, now)?;
    event::record(tx, &Event::BookingNoShowLifted { booking: id }, now)?;
    Ok(booking)
}

/// Those who work at the space have looked at an appeal, and it stays as it is.
///
/// # Errors
/// [`Refusal::NotPermitted`]; [`Refusal::NotFound`] booking or appeal that waits.
pub fn dismiss(tx: &mut Tx<'_>, acting: Acting, id: BookingId, now: Timestamp) -> Result<Booking> {
    acting.needs(Role::Host, "answer an appeal")?;
    let booking = of(tx, acting, id)?;
    if !booking::answer_appeal(tx, id, now)? {
        return Err(Refusal::NotFound { what: "appeal" }.into());
    }
    event::record(tx, &Event::BookingAppealDismissed { booking: id }, now)?;
    Ok(booking)
}

fn changed(tx: &mut Tx<'_>, booking: &mut Booking, state: State, now: Timestamp) -> Result<()> {
    booking.state = state;
    booking.updated = now;
    booking.sequence = booking.sequence.saturating_add(1);
    Ok(booking::save(tx, booking)?)
}
