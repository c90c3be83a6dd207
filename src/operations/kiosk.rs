//! Screens at the doors: they show the code of the door, and take numbers that people type. They list nobody.

use jiff::{SignedDuration, Timestamp};

use super::door::{self, digits, same};
use super::secret::{self, Secret};
use super::token::LABEL_LIMIT;
use super::{Error, Result, booking as bookings, member as members, space as spaces};
use crate::coworking::booking::{CheckedInBy, EARLY, State};
use crate::coworking::id::{BookingId, KioskId, MemberId, SpaceId};
use crate::coworking::member::{Acting, Role};
use crate::coworking::slot::Slot;
use crate::coworking::{Refusal, refusal};
use crate::store::booking::{self, Booking};
use crate::store::kiosk::{self, Kiosk};
use crate::store::page::{Page, Slice};
use crate::store::{Tx, actor, door as doors, member, resource};

/// The most screens of one space.
pub const KIOSK_LIMIT: usize = 20;
/// Wrong numbers within [`LOCKED`] after which a screen takes none for as long. Right ones in between change nothing: whoever
/// knows one could else guess for ever.
pub const MISSES: u32 = 5;
/// How long that is.
pub const LOCKED: SignedDuration = SignedDuration::from_mins(5);
/// The digits of a booking's number.
const OF_BOOKING: u32 = 6;
/// The digits of a member's number.
const OF_MEMBER: u32 = 8;

/// What every secret begins with, so that one that leaked is recognised.
const PREFIX: &str = "kiosk_";

/// A new screen.
#[derive(Debug, Clone)]
pub struct Created {
    /// Which.
    pub kiosk: KioskId,
    /// What is secret of its address, which is shown now and never again.
    pub secret: Secret,
}

/// Which way somebody goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// They come.
    In,
    /// They go.
    Out,
}

/// What a screen says to a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// It is nobody's now; so often it may be wrong again.
    Wrong(u32),
    /// Too often wrong: it takes none until then.
    Locked(Timestamp),
    /// It is somebody's, and does not pass.
    No(Refusal),
    /// It passes.
    Done {
        /// Their first name.
        name: String,
        /// What they have.
        what: String,
        /// Until when, as it stands in the booking.
        booking: Box<Booking>,
    },
}

/// Makes the address of a screen at the door of a space.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but hosts, administrators and the keeper; [`Refusal::NotFound`] space;
/// [`Refusal::TooMany`], or what is wrong with the label.
pub fn add(tx: &mut Tx<'_>, acting: Acting, space: SpaceId, label: &str, now: Timestamp) -> Result<Created> {
    acting.needs(Role::Host, "put up a screen at the door")?;
    spaces::or_default(tx, Some(space))?;
    let label = refusal::needed("label", label, LABEL_LIMIT)?;
    let others = kiosk::count(tx, space)?;
    if others >= KIOSK_LIMIT {
        return Err(Refusal::TooMany { field: "kiosks", limit: KIOSK_LIMIT, found: others + 1 }.into());
    }
    door::ensure(tx, space)?;
    let secret = Secret::new(PREFIX);
    let kiosk = kiosk::add(tx, &secret::hash(secret.expose()), space, &label, now)?;
    Ok(Created { kiosk, secret })
}

/// The screens of a space, the newest first.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but hosts, administrators and the keeper; [`Refusal::NotFound`] space.
pub fn list(tx: &mut Tx<'_>, acting: Acting, space: SpaceId, page: Page) -> Result<Slice<Kiosk>> {
    acting.needs(Role::Host, "list the screens at the door")?;
    spaces::or_default(tx, Some(space))?;
    Ok(kiosk::list(tx, space, page)?)
}

/// Takes a screen down: its address opens nothing any more. Once is enough.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but hosts, administrators and the keeper.
pub fn remove(tx: &mut Tx<'_>, acting: Acting, id: KioskId) -> Result<()> {
    acting.needs(Role::Host, "take down a screen at the door")?;
    Ok(kiosk::remove(tx, id)?)
}

/// The screen whose address has this secret.
///
/// # Errors
/// [`Refusal::NotFound`].
pub fn find(tx: &mut Tx<'_>, text: &str) -> Result<Kiosk> {
    let known = match text.starts_with(PREFIX) && text.len() <= 100 {
        true => kiosk::good(tx, &secret::hash(text))?,
        false => None,
    };
    Ok(known.ok_or(Refusal::NotFound { what: "screen" })?)
}

/// The number of a booking, for who has it and for those who work here, who tell it to guests without an account.
///
/// # Errors
/// [`Refusal::NotFound`].
pub fn code_of_booking(tx: &mut Tx<'_>, acting: Acting, id: BookingId) -> Result<String> {
    let booking = bookings::view(tx, acting, id)?;
    door::ensure(tx, booking.space)?;
    Ok(of_booking(tx, booking.space, id)?.unwrap_or_default())
}

fn of_booking(tx: &mut Tx<'_>, space: SpaceId, id: BookingId) -> Result<Option<String>> {
    Ok(doors::secret(tx, space)?.map(|secret| digits(&secret, &format!("booking {id}"), OF_BOOKING)))
}

/// A member's own number, if they have one.
///
/// # Errors
/// [`Refusal::NotPermitted`] for the keeper.
pub fn own_code(tx: &mut Tx<'_>, acting: Acting) -> Result<Option<String>> {
    Ok(kiosk::code_of(tx, acting.member("have a number")?)?)
}

/// Gives a member a new number, in place of the one before.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but the member, administrators and the keeper; [`Refusal::NotFound`].
pub fn new_code(tx: &mut Tx<'_>, acting: Acting, member: MemberId) -> Result<String> {
    if !matches!(acting, Acting::Member(asker, _) if asker == member) {
        acting.needs(Role::Admin, "give somebody else a number")?;
    }
    members::present(tx, member)?;
    loop {
        let width = OF_MEMBER as usize;
        let code = format!("{:0width$}", rand::random::<u64>() % 10_u64.pow(OF_MEMBER));
        if kiosk::set_code(tx, member, &code)? {
            return Ok(code);
        }
    }
}

/// Somebody types a number at a screen. Only the whole number passes, and only for who has something here now.
///
/// # Errors
/// [`Refusal::NotFound`] for a screen that was taken down.
pub fn type_code(tx: &mut Tx<'_>, secret: &str, code: &str, way: Way, now: Timestamp) -> Result<Said> {
    let known = find(tx, secret)?;
    if let Some(until) = known.locked_until.filter(|until| *until > now) {
        return Ok(Said::Locked(until));
    }
    let code: String = code.chars().filter(|c| !c.is_whitespace() && *c != '-').take(20).collect();
    let Some(whose) = whose(tx, &known, &code, now)? else {
        let before = known.missed_since.filter(|since| now.duration_since(*since) < LOCKED);
        let misses = before.map_or(0, |_| known.misses).saturating_add(1);
        if misses >= MISSES {
            let until = now.saturating_add(LOCKED).unwrap_or(now);
            kiosk::lock(tx, known.id, until)?;
            return Ok(Said::Locked(until));
        }
        kiosk::missed(tx, known.id, misses, before.unwrap_or(now))?;
        return Ok(Said::Wrong(MISSES - misses));
    };
    let done = tx.savepoint(|tx| match (way, whose) {
        (Way::In, Whose::Booking(booking)) => bookings::let_in(tx, *booking, CheckedInBy::Code, now),
        (Way::In, Whose::Member(acting)) => bookings::come(tx, acting, known.space, CheckedInBy::Code, now),
        (Way::Out, Whose::Booking(booking)) => bookings::check_out(tx, Acting::Keeper, booking.id, now),
        (Way::Out, Whose::Member(acting)) => bookings::go(tx, acting, known.space, now),
    });
    match done {
        Ok(booking) => {
            Ok(Said::Done { name: first_name(tx, &booking)?, what: what(tx, &booking)?, booking: Box::new(booking) })
        }
        Err(Error::Refused(refusal)) => Ok(Said::No(refusal)),
        Err(broken) => Err(broken),
    }
}

enum Whose {
    Booking(Box<Booking>),
    Member(Acting),
}

fn whose(tx: &mut Tx<'_>, kiosk: &Kiosk, code: &str, now: Timestamp) -> Result<Option<Whose>> {
    if code.len() == OF_MEMBER as usize {
        let Some(id) = kiosk::by_code(tx, code)? else { return Ok(None) };
        let known = member::by_id(tx, id.into())?;
        return Ok(known.map(|member| Whose::Member(Acting::Member(id, member.role))));
    }
    let soon = now.saturating_add(EARLY).unwrap_or(now);
    let Some(around) = Slot::between(now, soon).filter(|_| code.len() == OF_BOOKING as usize) else { return Ok(None) };
    let Some(secret) = doors::secret(tx, kiosk.space)? else { return Ok(None) };
    let there = booking::around(tx, kiosk.space, around)?.into_iter();
    let mut due = there.filter(|booking| matches!(booking.state, State::Confirmed | State::CheckedIn));
    let its = due.find(|booking| same(&digits(&secret, &format!("booking {}", booking.id), OF_BOOKING), code));
    Ok(its.map(|booking| Whose::Booking(Box::new(booking))))
}

fn first_name(tx: &mut Tx<'_>, booking: &Booking) -> Result<String> {
    let name = match &booking.guest {
        Some(guest) => guest.clone(),
        None => match actor::by_id(tx, booking.requester)? {
            Some(actor) if actor.name.trim().is_empty() => actor.username,
            Some(actor) => actor.name,
            None => String::new(),
        },
    };
    Ok(name.split_whitespace().next().unwrap_or_default().to_owned())
}

fn what(tx: &mut Tx<'_>, booking: &Booking) -> Result<String> {
    let name = resource::by_id(tx, booking.resource)?.map(|kept| kept.resource.name).unwrap_or_default();
    Ok(match booking.unit {
        Some(unit) => format!("{name}, number {}", unit.saturating_add(1)),
        None => name,
    })
}

#[cfg(test)]
mod tests;
