//! People from elsewhere at the door: let in with their booking, or with a free place, or told why not.

use jiff::{SignedDuration, Timestamp};

use super::ask::Asking;
use super::stay::{arrive, come_in, leave};
use crate::coworking::booking::{CheckedInBy, EARLY, State};
use crate::coworking::decision::Unbookable;
use crate::coworking::id::{ActorId, ArrivalId, BookingId, ResourceId, SpaceId};
use crate::coworking::member::Acting;
use crate::coworking::peer::Level;
use crate::coworking::resource::{Audience, Kind};
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
/// The most pools in which a place is looked for.
const POOLS: usize = 100;

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
    if let Some(id) = arriving.booking {
        let named = booking::by_id(tx, id)?;
        let own = named.filter(|named| (named.requester, named.space) == (guest, arriving.space));
        return arrive(tx, own.ok_or(Refusal::NotFound { what: "booking" })?, by, now);
    }
    match with_theirs(tx, guest, arriving.space, by, now)? {
        Some(there) => Ok(there),
        None => by_the_way(tx, guest, level, arriving, by, now),
    }
}

/// Somebody is at a space: checked in with all that is theirs there now, or soon. Tells with what, or with what they were
/// before; nothing when nothing there is theirs.
fn with_theirs(
    tx: &mut Tx<'_>,
    who: ActorId,
    space: SpaceId,
    by: CheckedInBy,
    now: Timestamp,
) -> Result<Option<Booking>> {
    let (mut there, mut no) = (None, None);
    for booking in due_now(tx, who, space, now)? {
        match tx.savepoint(|tx| arrive(tx, booking, by, now)) {
            Ok(booking) => there = there.or(Some(booking)),
            Err(Error::Refused(refusal)) => no = no.or(Some(refusal)),
            Err(broken) => return Err(broken),
        }
    }
    // A second scan is no second check-in, and what may not begin yet takes nothing from who is in.
    if there.is_none() {
        there = present(tx, who, space)?.into_iter().find(|there| there.slot.end() > now);
    }
    match (there, no) {
        (None, Some(refusal)) => Err(refusal.into()),
        (there, _) => Ok(there),
    }
}

/// What somebody is expected with at a space now, or soon, the first that begins first.
fn due_now(tx: &mut Tx<'_>, who: ActorId, space: SpaceId, now: Timestamp) -> Result<Vec<Booking>> {
    let soon = now.saturating_add(EARLY).unwrap_or(now);
    let Some(around) = Slot::between(now, soon) else { return Ok(Vec::new()) };
    let mut own = booking::list(tx, booking::Of::Requester(who), around, Page::new(None, Some(Page::LIMIT)))?.items;
    own.retain(|own| own.space == space && own.guest.is_none() && own.state == State::Confirmed);
    Ok(own)
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
fn take_a_place(
    tx: &mut Tx<'_>,
    asking: &Asking,
    audience: Audience,
    space: SpaceId,
    (until, by): (Option<Timestamp>, CheckedInBy),
    now: Timestamp,
) -> Result<Booking> {
    let length = until.map(|until| until.duration_since(now)).filter(|length| length.is_positive());
    let mut no = Refusal::NotPermitted { who: "those who have booked", act: "come in" };
    for pool in pools(tx, audience, space)? {
        match tx.savepoint(|tx| come_in(tx, asking, (pool, None), length, by, now)) {
            Ok(booking) => return Ok(booking),
            // That a pool is full says more than why another one is not for them.
            Err(Error::Refused(_)) if no.unbookable().is_some_and(Unbookable::is_full) => {}
            Err(Error::Refused(refusal)) => no = refusal,
            Err(broken) => return Err(broken),
        }
    }
    Err(match no {
        Refusal::Unbookable(no) => Refusal::Unbookable(Box::new(no.at_the_door())).into(),
        other => other.into(),
    })
}

/// Where somebody may sit down who has booked nothing, the oldest first: at the desks that are nobody's, or where a space has
/// no such desks, at those that people have for days. A room, a booth or a thing is for who asks for it.
fn pools(tx: &mut Tx<'_>, audience: Audience, space: SpaceId) -> Result<Vec<ResourceId>> {
    let mut open = resource::all(tx, space)?;
    open.retain(|kept| kept.resource.rules.get(&audience).is_some_and(|rules| rules.approval == Approval::None));
    let of = |kind, units| {
        let pools = open.iter().filter(move |kept| kept.resource.kind == kind && kept.resource.units >= units);
        pools.map(|kept| kept.id).take(POOLS).collect::<Vec<_>>()
    };
    let places = of(Kind::HotDesk, 1);
    Ok(if places.is_empty() { of(Kind::Desk, 2) } else { places })
}

/// A member comes to a space of this node: with all that they have there now, or with a free place.
///
/// # Errors
/// [`Refusal::NotPermitted`] for the keeper; as of [`check_in`](super::check_in) and [`walk_in`](super::walk_in).
pub fn come(tx: &mut Tx<'_>, acting: Acting, space: SpaceId, by: CheckedInBy, now: Timestamp) -> Result<Booking> {
    let member = acting.member("check in")?;
    spaces::or_default(tx, Some(space))?;
    if let Some(there) = with_theirs(tx, member.into(), space, by, now)? {
        return Ok(there);
    }
    let asking = Asking::here(tx, acting, None, false)?;
    take_a_place(tx, &asking, Audience::Resident, space, (None, by), now)
}

/// A member leaves a space of this node, with all that they are checked in with there; tells the first of it.
///
/// # Errors
/// [`Refusal::NotPermitted`] for the keeper; [`Refusal::NotFound`] when they are not there.
pub fn go(tx: &mut Tx<'_>, acting: Acting, space: SpaceId, now: Timestamp) -> Result<Booking> {
    let member = acting.member("check out")?;
    let there = present(tx, member.into(), space)?;
    go_from(tx, there, now)
}

fn go_from(tx: &mut Tx<'_>, there: Vec<Booking>, now: Timestamp) -> Result<Booking> {
    let mut first = None;
    for booking in there {
        let gone = leave(tx, booking, now)?;
        first = first.or(Some(gone));
    }
    Ok(first.ok_or(Refusal::NotFound { what: "visit" })?)
}

/// The guest of a booking is there, as something says that was shown at the door.
///
/// # Errors
/// As of [`check_in`](super::check_in).
pub fn let_in(tx: &mut Tx<'_>, booking: Booking, by: CheckedInBy, now: Timestamp) -> Result<Booking> {
    arrive(tx, booking, by, now)
}

/// What somebody is checked in with at a space.
fn present(tx: &mut Tx<'_>, who: ActorId, space: SpaceId) -> Result<Vec<Booking>> {
    let mut present = Vec::new();
    for id in booking::present(tx, who)? {
        present.extend(booking::by_id(tx, id)?.filter(|there| there.space == space && there.guest.is_none()));
    }
    Ok(present)
}

/// Somebody from elsewhere leaves: what they name, or all that they are checked in with.
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
    let mut there = present(tx, guest, space)?;
    there.retain(|there| named.is_none_or(|named| named == there.id));
    go_from(tx, there, now).map(drop)
}
