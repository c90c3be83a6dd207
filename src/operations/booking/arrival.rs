//! People from elsewhere at the door: let in with their booking, or with a free place, or told why not.

use jiff::{SignedDuration, Timestamp};

use super::ask::Asking;
use super::stay::{arrive, come_in, leave};
use crate::coworking::booking::{CheckedInBy, EARLY, State};
use crate::coworking::decision::{Broken, Rule, Unbookable};
use crate::coworking::id::{ActorId, ArrivalId, BookingId, SpaceId};
use crate::coworking::member::Acting;
use crate::coworking::peer::Level;
use crate::coworking::resource::Audience;
use crate::coworking::rules::Approval;
use crate::coworking::slot::Slot;
use crate::coworking::{Event, Refusal};
use crate::operations::{Error, Result, door, space as spaces};
use crate::store::arrival::{self, Arrival};
use crate::store::booking::{self, Booking};
use crate::store::page::Page;
use crate::store::{Tx, actor, event, resource};

/// The most that somebody says at the doors of this node in a day.
const A_DAY: u32 = 100;

/// What was said at the door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arriving {
    /// The activity's id.
    pub uri: String,
    /// At which space.
    pub space: SpaceId,
    /// The booking that it names.
    pub booking: Option<BookingId>,
    /// How long they mean to stay.
    pub until: Option<Timestamp>,
    /// What was scanned at the door.
    pub code: Option<String>,
    /// SHA-256 of the activity's id and what it asks.
    pub hash: [u8; 32],
}

/// Somebody from elsewhere stands at the door. The answer is kept, also when it is no: once for each activity.
///
/// # Errors
/// [`Refusal::Taken`] when somebody else's activity had the same id; [`Refusal::TooOften`]; [`Refusal::NotFound`] space.
pub fn receive_arrive(
    tx: &mut Tx<'_>,
    guest: ActorId,
    level: Level,
    arriving: &Arriving,
    now: Timestamp,
) -> Result<ArrivalId> {
    if let Some(known) = arrival::by_uri(tx, &arriving.uri)? {
        if known.actor != guest {
            return Err(Refusal::Taken { field: "id", value: arriving.uri.clone() }.into());
        }
        event::record(tx, &Event::ArrivalAnswered { arrival: known.id }, now)?;
        return Ok(known.id);
    }
    spaces::or_default(tx, Some(arriving.space))?;
    let since = now.saturating_sub(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MIN);
    if arrival::since(tx, guest, since)? >= A_DAY {
        return Err(Refusal::TooOften { seconds: 24 * 60 * 60 }.into());
    }
    let (booking, refusal) = match tx.savepoint(|tx| answer(tx, guest, level, arriving, now)) {
        Ok(booking) => (Some(booking.id), None),
        Err(Error::Refused(refusal)) => (None, Some(refusal)),
        Err(broken) => return Err(broken),
    };
    let id = ArrivalId(tx.next_id(now));
    let new = Arrival {
        id,
        uri: arriving.uri.clone(),
        actor: guest,
        space: arriving.space,
        booking,
        reason: refusal.as_ref().map(|refusal| refusal.code().to_owned()),
        words: refusal.as_ref().map(ToString::to_string),
    };
    arrival::add(tx, &new)?;
    event::record(tx, &Event::ArrivalAnswered { arrival: id }, now)?;
    Ok(id)
}

fn answer(tx: &mut Tx<'_>, guest: ActorId, level: Level, arriving: &Arriving, now: Timestamp) -> Result<Booking> {
    let by = match &arriving.code {
        None => CheckedInBy::Home,
        Some(code) => {
            let known = actor::by_id(tx, guest)?.ok_or(Refusal::NotFound { what: "account" })?;
            if !door::lets_in(tx, arriving.space, &known.uri, code, now)? {
                let expected = "what was scanned at the door a moment ago";
                return Err(Refusal::malformed("code", code, expected).into());
            }
            CheckedInBy::Code
        }
    };
    let booking = match arriving.booking {
        Some(id) => {
            let named = booking::by_id(tx, id)?;
            let own = named.filter(|named| (named.requester, named.space) == (guest, arriving.space));
            Some(own.ok_or(Refusal::NotFound { what: "booking" })?)
        }
        None => due_now(tx, guest, arriving.space, now)?,
    };
    match booking {
        Some(booking) => arrive(tx, booking, by, now),
        None => by_the_way(tx, guest, level, arriving, by, now),
    }
}

/// What somebody has at a space now, or is about to have.
pub(super) fn due_now(tx: &mut Tx<'_>, guest: ActorId, space: SpaceId, now: Timestamp) -> Result<Option<Booking>> {
    let soon = now.saturating_add(EARLY).unwrap_or(now);
    let Some(around) = Slot::between(now, soon) else { return Ok(None) };
    let own = booking::list(tx, booking::Of::Requester(guest), around, Page::new(None, Some(Page::LIMIT)))?.items;
    let mut here = own.into_iter().filter(|booking| booking.space == space && booking.guest.is_none());
    Ok(here.find(|booking| matches!(booking.state, State::Confirmed | State::CheckedIn)))
}

/// Without a booking: the first place of a pool that is free and theirs to take.
fn by_the_way(
    tx: &mut Tx<'_>,
    guest: ActorId,
    level: Level,
    arriving: &Arriving,
    by: CheckedInBy,
    now: Timestamp,
) -> Result<Booking> {
    let asking = Asking::elsewhere(guest, level, arriving.uri.clone(), arriving.hash)?;
    let audience = Audience::of(level);
    take_a_place(tx, &asking, audience, arriving.space, (arriving.until, by), now)
}

/// Takes the first place of a pool of a space that is free for somebody at its door, until the time that is said.
///
/// # Errors
/// [`Refusal::Unbookable`] when all are taken; [`Refusal::NotPermitted`] where nothing is for them.
pub(super) fn take_a_place(
    tx: &mut Tx<'_>,
    asking: &Asking,
    audience: Audience,
    space: SpaceId,
    (until, by): (Option<Timestamp>, CheckedInBy),
    now: Timestamp,
) -> Result<Booking> {
    let length = until.map(|until| until.duration_since(now)).filter(|length| length.is_positive());
    let mut no = Refusal::NotPermitted { who: "those who have booked", act: "come in" };
    for kept in resource::list(tx, space, Page::new(None, Some(Page::LIMIT)))?.items {
        let is_open = kept.resource.rules.get(&audience).is_some_and(|rules| rules.approval == Approval::None);
        if kept.resource.units < 2 || !is_open {
            continue;
        }
        match tx.savepoint(|tx| come_in(tx, asking, (kept.id, None), length, by, now)) {
            Ok(booking) => return Ok(booking),
            Err(Error::Refused(refusal)) => no = refusal,
            Err(broken) => return Err(broken),
        }
    }
    Err(full(no).into())
}

/// Whoever stands at the door is told that it is full, and not by which rule.
fn full(refusal: Refusal) -> Refusal {
    match refusal {
        // A share of what there is says the same as soon as there is nothing.
        Refusal::Unbookable(no)
            if no.broken.iter().any(|broken| broken.rule == Rule::Capacity)
                && no
                    .broken
                    .iter()
                    .all(|broken| matches!(broken.rule, Rule::Capacity | Rule::PeerShare | Rule::GuestShare)) =>
        {
            let words = "it is full: every place is taken".to_owned();
            let broken = vec![Broken { rule: Rule::Capacity, words, nearest: None }];
            Refusal::Unbookable(Box::new(Unbookable { broken, ..*no }))
        }
        other => other,
    }
}

/// A member comes to a space of this node: with what they have there now, or with a free place.
///
/// # Errors
/// [`Refusal::NotPermitted`] for the keeper; as of [`check_in`](super::check_in) and [`walk_in`](super::walk_in).
pub fn come(tx: &mut Tx<'_>, acting: Acting, space: SpaceId, by: CheckedInBy, now: Timestamp) -> Result<Booking> {
    let member = acting.member("check in")?;
    spaces::or_default(tx, Some(space))?;
    if let Some(there) = of_present(tx, member.into(), space)? {
        return Ok(there);
    }
    if let Some(booking) = due_now(tx, member.into(), space, now)? {
        return arrive(tx, booking, by, now);
    }
    let asking = Asking::here(tx, acting, None, false)?;
    take_a_place(tx, &asking, Audience::Resident, space, (None, by), now)
}

/// A member leaves a space of this node.
///
/// # Errors
/// [`Refusal::NotPermitted`] for the keeper; [`Refusal::NotFound`] when they are not there.
pub fn go(tx: &mut Tx<'_>, acting: Acting, space: SpaceId, now: Timestamp) -> Result<Booking> {
    let member = acting.member("check out")?;
    let there = of_present(tx, member.into(), space)?.ok_or(Refusal::NotFound { what: "visit" })?;
    leave(tx, there, now)
}

/// The guest of a booking is there, as something says that was shown at the door.
///
/// # Errors
/// As of [`check_in`](super::check_in).
pub fn let_in(tx: &mut Tx<'_>, booking: Booking, by: CheckedInBy, now: Timestamp) -> Result<Booking> {
    arrive(tx, booking, by, now)
}

/// What somebody is checked in with at a space.
fn of_present(tx: &mut Tx<'_>, who: ActorId, space: SpaceId) -> Result<Option<Booking>> {
    for id in booking::present(tx, who)? {
        let there = booking::by_id(tx, id)?.filter(|there| there.space == space && there.guest.is_none());
        if there.is_some() {
            return Ok(there);
        }
    }
    Ok(None)
}

/// Somebody from elsewhere leaves.
///
/// # Errors
/// [`Refusal::NotFound`] when they are not there.
pub fn receive_leave(
    tx: &mut Tx<'_>,
    guest: ActorId,
    space: SpaceId,
    named: Option<BookingId>,
    now: Timestamp,
) -> Result<()> {
    let there = of_present(tx, guest, space)?.filter(|there| named.is_none_or(|named| named == there.id));
    leave(tx, there.ok_or(Refusal::NotFound { what: "visit" })?, now)?;
    Ok(())
}
