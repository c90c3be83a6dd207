//! Answers to what was asked: confirmed, approved, declined, taken back.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use jiff::Timestamp;

use super::ask::{side, take_all};
use super::scene::{Scene, Whose, is_final};
use super::{Result, answered, of, place, promote, settle};
use crate::coworking::booking::{GRACE, NOTE_LIMIT, Side, State, is_late};
use crate::coworking::decision::Wish;
use crate::coworking::id::{BookingId, ResourceId};
use crate::coworking::member::{Acting, Role};
use crate::coworking::{Refusal, refusal};
use crate::store::Tx;
use crate::store::booking::{self, Booking, Origin, Refused, Taken};
use crate::store::page::Page;

fn wish(booking: &Booking) -> Wish {
    Wish { slot: booking.slot, units: booking.units, unit: booking.unit, people: booking.people }
}

fn whose(booking: &Booking) -> Whose {
    Whose { requester: booking.requester, audience: booking.audience, instead_of: Some(booking.id) }
}

/// Confirms a time that is held. One whose hold has expired is had all the same if nobody else has it by now.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::WrongState`]; [`Refusal::Unbookable`] when others were quicker.
pub fn confirm(tx: &mut Tx<'_>, acting: Acting, id: BookingId, now: Timestamp) -> Result<Booking> {
    let mut booking = of(tx, acting, id)?;
    // Once is enough.
    if booking.state == State::Confirmed {
        return Ok(booking);
    }
    if !super::is_confirmable(&booking, now) {
        booking.state_at(now).must_be(&[State::Held], "what is held")?;
    }
    let scene = Scene::load(tx, booking.resource)?;
    if booking.state_at(now) == State::Expired {
        let mut broken = scene.judge(tx, &wish(&booking), whose(&booking), now, now)?;
        if broken.is_empty() && promote::goes_first(tx, &scene, &wish(&booking), booking.requester, now)? {
            broken = scene.judge(tx, &wish(&booking), whose(&booking), now, now)?;
        }
        if !broken.is_empty() {
            let no = scene.refuse(tx, &wish(&booking), whose(&booking), broken, now)?;
            return Err(Refusal::Unbookable(Box::new(no)).into());
        }
        place::release(tx, id)?;
        booking.expires_at = None;
        take_all(tx, &scene, &booking, whose(&booking), now)?;
    }
    booking.answered_at = Some(now);
    settle(tx, &mut booking, State::Confirmed, now)?;
    place::rewrite(tx, id, |taken| Taken { expires_at: None, ..taken })?;
    Ok(booking)
}

/// Staff say yes. What speaks against it by now is looked at again, as of the time of the asking; others who wait for the
/// same and do not fit beside it any more are declined.
///
/// # Errors
/// [`Refusal::NotPermitted`]; [`Refusal::NotFound`]; [`Refusal::WrongState`]; [`Refusal::Unbookable`].
pub fn approve(
    tx: &mut Tx<'_>,
    acting: Acting,
    id: BookingId,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<Booking> {
    acting.needs(Role::Host, "approve bookings")?;
    let mut booking = of(tx, acting, id)?;
    if booking.state == State::Confirmed {
        return Ok(booking);
    }
    booking.state_at(now).must_be(&[State::Requested], "what waits for staff")?;
    let scene = Scene::load(tx, booking.resource)?;
    let (wish, whose) = (wish(&booking), whose(&booking));
    let broken = scene.judge(tx, &wish, whose, booking.requested_at, now)?;
    if !broken.is_empty() {
        let reason = reason.map(|reason| refusal::needed("reason", reason, NOTE_LIMIT)).transpose()?;
        if reason.is_none() || is_final(&broken) {
            return Err(Refusal::Unbookable(Box::new(scene.refuse(tx, &wish, whose, broken, now)?)).into());
        }
        booking.override_reason = reason;
    }
    booking.answered_at = Some(now);
    let took_room = State::Requested.takes_room(booking.rules.approval);
    settle(tx, &mut booking, State::Confirmed, now)?;
    if took_room {
        place::rewrite(tx, id, |taken| Taken { expires_at: None, ..taken })?;
    } else {
        take_all(tx, &scene, &booking, whose, now)?;
    }
    decline_those_without_room(tx, &scene, &booking, now)?;
    Ok(booking)
}

/// Of those who wait for the same time, whoever cannot have it any more is told so: also who waits for a whole of which a
/// part was given, or for a part of such a whole.
fn decline_those_without_room(tx: &mut Tx<'_>, there: &Scene, given: &Booking, now: Timestamp) -> Result<()> {
    let gap = there.takes.iter().map(|(_, resource)| resource.buffers.gap()).max().unwrap_or_default();
    let near = given.slot.around(gap);
    let mut scenes: BTreeMap<ResourceId, Scene> = BTreeMap::new();
    let mut page = Page::new(None, Some(Page::LIMIT));
    loop {
        let slice = booking::waiting(tx, given.space, page)?;
        for mut other in slice.items {
            if !other.slot.overlaps(near) || other.state_at(now) != State::Requested {
                continue;
            }
            let scene = match scenes.entry(other.resource) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(Scene::load(tx, other.resource)?),
            };
            if !scene.meets(there) {
                continue;
            }
            let (wish, whose) = (wish(&other), whose(&other));
            let broken = scene.judge(tx, &wish, whose, other.requested_at, now)?;
            if is_final(&broken) {
                let no = scene.refuse(tx, &wish, whose, broken, now)?;
                other.words = Some(no.to_string());
                other.refusal = Some(Refused {
                    reason: "unbookable".to_owned(),
                    alternatives: no.alternatives.iter().map(|slot| (slot.start(), slot.end())).collect(),
                });
                other.answered_at = Some(now);
                settle(tx, &mut other, State::Refused, now)?;
            }
        }
        match slice.next {
            Some(next) => page = Page::new(Some(next), Some(Page::LIMIT)),
            None => return Ok(()),
        }
    }
}

/// Staff say no.
///
/// # Errors
/// [`Refusal::NotPermitted`]; [`Refusal::NotFound`]; [`Refusal::WrongState`]; [`Refusal::Empty`] without a word.
pub fn decline(tx: &mut Tx<'_>, acting: Acting, id: BookingId, words: &str, now: Timestamp) -> Result<Booking> {
    acting.needs(Role::Host, "decline bookings")?;
    let mut booking = of(tx, acting, id)?;
    if booking.state == State::Refused {
        return Ok(booking);
    }
    booking.state_at(now).must_be(&[State::Requested], "what waits for staff")?;
    booking.words = Some(refusal::needed("words", words, NOTE_LIMIT)?);
    booking.refusal = Some(Refused { reason: "declined".to_owned(), alternatives: Vec::new() });
    booking.answered_at = Some(now);
    settle(tx, &mut booking, State::Refused, now)?;
    Ok(booking)
}

/// Takes a booking back: by who has it, or by the space, which says why. Once is enough; what is over stays as it is.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::WrongState`]; [`Refusal::Empty`] when the space has no word for it.
pub(in crate::operations) fn cancel_alone(
    tx: &mut Tx<'_>,
    acting: Acting,
    id: BookingId,
    words: Option<&str>,
    now: Timestamp,
) -> Result<Booking> {
    let booking = of(tx, acting, id)?;
    let by = side(acting, &booking);
    take_back(tx, booking, by, words, now)
}

pub(super) fn take_back(
    tx: &mut Tx<'_>,
    mut booking: Booking,
    by: Side,
    words: Option<&str>,
    now: Timestamp,
) -> Result<Booking> {
    if booking.state == State::Cancelled {
        return Ok(booking);
    }
    let state = booking.state_at(now);
    state.must_be(&[State::Requested, State::Held, State::Confirmed], "what has not begun")?;
    let words = refusal::optional("words", words.unwrap_or_default(), NOTE_LIMIT)?;
    if by == Side::Host && words.is_none() {
        return Err(Refusal::Empty { field: "words", limit: NOTE_LIMIT }.into());
    }
    booking.words = words;
    booking.cancelled_by = Some(by);
    booking.late = by == Side::Guest
        && state == State::Confirmed
        && (booking.late || is_late(booking.slot, &booking.rules, answered(&booking), now))
        && !may_think_again(tx, &booking, now)?;
    settle(tx, &mut booking, State::Cancelled, now)?;
    Ok(booking)
}

/// Who asked from elsewhere gives nothing back late of which they do not know that they have it, have just heard that they do, or
/// did not know when it would be theirs.
fn may_think_again(tx: &mut Tx<'_>, booking: &Booking, now: Timestamp) -> Result<bool> {
    let Origin::Offer { .. } = booking.origin else { return Ok(false) };
    let since = now.saturating_sub(GRACE).unwrap_or(Timestamp::MIN);
    Ok(promote::second_thoughts(tx, booking)?.is_some_and(|until| now <= until)
        || booking::is_news(tx, booking.id, since)?)
}
