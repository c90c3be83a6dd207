//! Offers from other nodes: one offer has one outcome, however often and in whatever order its mail comes.

use jiff::{SignedDuration, Timestamp};

use super::answer::take_back;
use super::ask::{Asking, request};
use super::scene::{Scene, Whose};
use super::waitlist::{BookedOrWaits, book_or_wait};
use super::{Result, promote, settle};
use crate::coworking::booking::{Draft, Request, Side, State};
use crate::coworking::id::{ActorId, BookingId, SpaceId, WaitId, WishId};
use crate::coworking::peer::Level;
use crate::coworking::resource::Audience;
use crate::coworking::rules::{Approval, Rules, RulesInput};
use crate::coworking::{Event, Refusal, waitlist as waiting};
use crate::operations::Error;
use crate::store::booking::{self, Booking, Origin, Refused};
use crate::store::refused::{self, Wish};
use crate::store::waitlist::{self, Wait};
use crate::store::{Tx, event, resource, tombstone};

/// What was offered, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// The activity's id.
    pub uri: String,
    /// SHA-256 of what it asks.
    pub hash: [u8; 32],
    /// After which it must not be accepted.
    pub deadline: Option<Timestamp>,
    /// Would the asker wait for it?
    pub waits: bool,
    /// What it is asked for together with, under the name that its home gave to all of it.
    pub context: Option<String>,
    /// The version of the rules that the asker saw, in whole seconds.
    pub rules_version: Option<Timestamp>,
    /// What is asked for.
    pub request: Request,
    /// What is wrong with it besides: an amount that is not that of the time.
    pub wrong: Option<Refusal>,
}

/// What became of an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// There is a booking, if only one that was refused.
    Booking(BookingId),
    /// Others have it, and the asker waits.
    Waiting(WaitId),
}

/// As what people of a server book here, if they may.
pub(super) fn audience_of(level: Level) -> Option<Audience> {
    match level {
        Level::Trusted => Some(Audience::Guest),
        Level::Known => Some(Audience::External),
        Level::Limited | Level::Blocked => None,
    }
}

/// Was an offer decided on, so that a repeat of it gets the same answer?
///
/// # Errors
/// The store's.
pub fn has_outcome(tx: &mut Tx<'_>, uri: &str) -> Result<bool> {
    Ok(booking::by_offer(tx, uri)?.is_some()
        || waitlist::by_offer(tx, uri)?.is_some()
        || refused::by_uri(tx, uri)?.is_some())
}

/// Somebody elsewhere asks for a booking. The answer is written with what it rests on, also when it is no.
///
/// # Errors
/// [`Refusal::Taken`] when the same id asked for something else before; [`Refusal::Gone`] when it was taken back before it
/// came; [`Refusal::InThePast`] after its deadline; [`Refusal::NotFound`] resource; [`Refusal::TooOften`].
pub fn receive_offer(
    tx: &mut Tx<'_>,
    requester: ActorId,
    level: Level,
    offered: &Offered,
    now: Timestamp,
) -> Result<Received> {
    let taken = || Err(Refusal::Taken { field: "id", value: offered.uri.clone() }.into());
    if let Some(known) = booking::by_offer(tx, &offered.uri)? {
        return match known.origin {
            // The answer may have been lost: it is given again, as it stands now.
            Origin::Offer { hash, .. } if hash == offered.hash && known.requester == requester => {
                event::record(tx, &again(&known), now)?;
                Ok(Received::Booking(known.id))
            }
            _ => taken(),
        };
    }
    if let Some(known) = waitlist::by_offer(tx, &offered.uri)? {
        return match known.origin {
            Origin::Offer { hash, .. } if hash == offered.hash && known.requester == requester => {
                event::record(tx, &waits_again(&known), now)?;
                Ok(Received::Waiting(known.id))
            }
            _ => taken(),
        };
    }
    if tombstone::is_buried(tx, &offered.uri, requester)? {
        return Err(Refusal::Gone { what: "offer" }.into());
    }
    if let Some(found) = offered.deadline.filter(|deadline| *deadline <= now) {
        return Err(Refusal::InThePast { field: "endTime", found, now }.into());
    }
    let kept = resource::by_id(tx, offered.request.resource)?.ok_or(Refusal::NotFound { what: "resource" })?;
    let (is_gone, scene) = (kept.retired_at.is_some(), Scene::of(tx, kept)?);
    must_be_worth_an_answer(tx, requester, now)?;
    let audience = Audience::of(level);
    let stale = |seen: Timestamp| seen.as_second() != scene.kept.updated.as_second();
    let outcome = match (offered.rules_version.is_some_and(stale), &offered.wrong) {
        _ if is_gone => Err(Error::Refused(Refusal::Gone { what: "resource" })),
        // What is not for them they hear nothing of.
        _ if scene.rules(audience).is_none() => {
            Err(Error::Refused(Refusal::NotPermitted { who: "those whom its rules name", act: "book this" }))
        }
        (true, _) => Err(Error::Refused(Refusal::Stale { what: "rules" })),
        (false, Some(wrong)) => Err(Error::Refused(wrong.clone())),
        (false, None) => tx.savepoint(|tx| {
            let asking = Asking::elsewhere(requester, level, offered.uri.clone(), offered.hash)?;
            let asking = asking.together(offered.context.clone());
            // What nobody has to look at waits for nobody.
            if scene.rules(audience).is_some_and(|rules| rules.approval != Approval::None) {
                must_not_wait_for_too_much(tx, &scene, requester, offered.context.as_deref(), now)?;
            }
            if offered.waits {
                return book_or_wait(tx, &asking, &offered.request, offered.deadline, now);
            }
            Ok(BookedOrWaits::Booked(Box::new(request(tx, &asking, &offered.request, now)?)))
        }),
    };
    match outcome {
        Ok(BookedOrWaits::Waits(wait)) => Ok(Received::Waiting(wait.id)),
        Ok(BookedOrWaits::Booked(booking)) => Ok(Received::Booking(not_after(tx, *booking, offered.deadline)?.id)),
        Err(Error::Refused(refusal)) => {
            Ok(Received::Booking(decline(tx, &scene, requester, level, offered, &refusal, now)?))
        }
        Err(broken) => Err(broken),
    }
}

/// What must not be accepted after a time is kept no longer than that.
pub(super) fn not_after(tx: &mut Tx<'_>, mut booking: Booking, deadline: Option<Timestamp>) -> Result<Booking> {
    if let (Some(end), Some(deadline)) = (booking.expires_at, deadline)
        && deadline < end
    {
        booking.expires_at = Some(deadline);
        super::place::rewrite(tx, booking.id, |taken| booking::Taken { expires_at: Some(deadline), ..taken })?;
        booking::save(tx, &booking)?;
    }
    Ok(booking)
}

/// The most requests of the people of one server, and of one of them, that wait for the staff of one space.
const WAITING: usize = 20;
const WAITING_OF_ONE: usize = 5;
/// The most refusals of one person in a day that are written down and answered, and of all people of one server.
const REFUSED_A_DAY: usize = 100;
const REFUSED_A_DAY_OF_HOST: u32 = 1_000;

/// Whoever is told no again and again is not worth a row each time.
fn must_be_worth_an_answer(tx: &mut Tx<'_>, requester: ActorId, now: Timestamp) -> Result<()> {
    let since = now.saturating_sub(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MIN);
    if booking::refused_since(tx, requester, since)? + refused::since(tx, requester, since)? >= REFUSED_A_DAY {
        return Err(Refusal::TooOften { seconds: 24 * 60 * 60 }.into());
    }
    Ok(())
}

/// Counts a no. A server with many names does not get more rows than one with few; its people can still get a yes.
fn must_be_counted(tx: &mut Tx<'_>, requester: ActorId, now: Timestamp) -> Result<()> {
    match refused::count(tx, requester, now)? > REFUSED_A_DAY_OF_HOST {
        true => Err(Refusal::TooOften { seconds: 24 * 60 * 60 }.into()),
        false => Ok(()),
    }
}

/// Answers a wish for something of a space that cannot be read, so that nobody waits for it.
///
/// # Errors
/// [`Refusal::Taken`] when the same id asked for something else before; [`Refusal::Gone`] when it was taken back before it
/// came; [`Refusal::TooOften`].
pub fn refuse_unread(
    tx: &mut Tx<'_>,
    requester: ActorId,
    space: SpaceId,
    uri: &str,
    refusal: &Refusal,
    now: Timestamp,
) -> Result<()> {
    if let Some(known) = refused::by_uri(tx, uri)?.filter(|known| known.requester == requester) {
        event::record(tx, &Event::WishRefused { wish: known.id }, now)?;
        return Ok(());
    }
    if booking::by_offer(tx, uri)?.is_some() || refused::by_uri(tx, uri)?.is_some() {
        return Err(Refusal::Taken { field: "id", value: uri.to_owned() }.into());
    }
    if tombstone::is_buried(tx, uri, requester)? {
        return Err(Refusal::Gone { what: "offer" }.into());
    }
    must_be_worth_an_answer(tx, requester, now)?;
    must_be_counted(tx, requester, now)?;
    let (reason, words) = (refusal.code().to_owned(), refusal.to_string());
    let wish = Wish { id: WishId(tx.next_id(now)), uri: uri.to_owned(), space, requester, reason, words };
    refused::add(tx, &wish)?;
    event::record(tx, &Event::WishRefused { wish: wish.id }, now)?;
    Ok(())
}

/// The fact that says where a booking stands.
fn again(known: &Booking) -> Event {
    let booking = known.id;
    match known.state {
        State::Requested => Event::BookingRequested { booking },
        State::Held => Event::BookingHeld { booking },
        State::Confirmed => Event::BookingConfirmed { booking },
        State::Refused => Event::BookingRefused { booking },
        State::Expired => Event::BookingExpired { booking },
        State::Cancelled => Event::BookingCancelled { booking },
        State::CheckedIn | State::Completed | State::NoShow => Event::BookingAskedAgain { booking },
    }
}

/// The fact that says where somebody stands who waits.
fn waits_again(known: &Wait) -> Event {
    let wait = known.id;
    match known.state {
        waiting::State::Waiting | waiting::State::Promoted => Event::WaitlistJoined { wait },
        waiting::State::Left | waiting::State::Removed => Event::WaitlistLeft { wait },
        waiting::State::Expired => Event::WaitlistExpired { wait },
    }
}

/// Whoever floods the front desk starves everybody else's requests.
fn must_not_wait_for_too_much(
    tx: &mut Tx<'_>,
    scene: &Scene,
    requester: ActorId,
    context: Option<&str>,
    now: Timestamp,
) -> Result<()> {
    let found = booking::waiting_of_host(tx, scene.space.id, requester, now)?;
    if found >= WAITING {
        return Err(Refusal::TooMany { field: "waiting requests", limit: WAITING, found: found + 1 }.into());
    }
    let own = booking::waiting_of(tx, scene.space.id, requester, context, now)?;
    if own >= WAITING_OF_ONE {
        return Err(Refusal::TooMany { field: "waiting requests", limit: WAITING_OF_ONE, found: own + 1 }.into());
    }
    Ok(())
}

/// Writes a no, so that the same question gets the same answer.
fn decline(
    tx: &mut Tx<'_>,
    scene: &Scene,
    requester: ActorId,
    level: Level,
    offered: &Offered,
    refusal: &Refusal,
    now: Timestamp,
) -> Result<BookingId> {
    let whose = Whose { requester, audience: Audience::of(level), instead_of: None };
    let origin = Origin::Offer { uri: offered.uri.clone(), hash: offered.hash };
    let no = as_refused(tx, scene, whose, origin, &offered.request.draft, refusal, now)?;
    must_be_counted(tx, requester, now)?;
    write_no(tx, &Booking { context: offered.context.clone(), ..no }, now)
}

/// Writes down that somebody cannot have what they wished for.
pub(super) fn write_no(tx: &mut Tx<'_>, no: &Booking, now: Timestamp) -> Result<BookingId> {
    booking::add(tx, no)?;
    event::record(tx, &Event::BookingRefused { booking: no.id }, now)?;
    Ok(no.id)
}

/// What was wished for, as a booking that was refused.
pub(super) fn as_refused(
    tx: &mut Tx<'_>,
    scene: &Scene,
    whose: Whose,
    origin: Origin,
    draft: &Draft,
    refusal: &Refusal,
    now: Timestamp,
) -> Result<Booking> {
    let rules: Rules = match scene.rules(whose.audience) {
        Some(rules) => rules.clone(),
        None => RulesInput::default().parse()?,
    };
    let alternatives = match refusal {
        Refusal::Unbookable(no) => no.alternatives.iter().map(|slot| (slot.start(), slot.end())).collect(),
        _ => Vec::new(),
    };
    let wish = &draft.wish;
    Ok(Booking {
        id: BookingId(tx.next_id(now)),
        space: scene.space.id,
        resource: scene.kept.id,
        requester: whose.requester,
        booked_by: None,
        guest: None,
        audience: whose.audience,
        state: State::Refused,
        units: wish.units,
        unit: None,
        people: wish.people,
        slot: wish.slot,
        wall_start: scene.zone.wall(wish.slot.start()),
        wall_end: scene.zone.wall(wish.slot.end()),
        zone: scene.space.zone.clone(),
        rules,
        note: draft.note.clone(),
        override_reason: None,
        words: Some(refusal.to_string()),
        refusal: Some(Refused { reason: refusal.code().to_owned(), alternatives }),
        origin,
        context: None,
        part: None,
        expires_at: None,
        cancelled_by: None,
        late: false,
        requested_at: now,
        answered_at: Some(now),
        checked_in_at: None,
        checked_in_by: None,
        checked_out_at: None,
        estimated: false,
        sequence: 0,
        updated: now,
    })
}

/// Somebody elsewhere takes back what they asked for. What has not come yet is refused when it comes.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but the one who asked.
pub fn receive_undo(tx: &mut Tx<'_>, requester: ActorId, uri: &str, now: Timestamp) -> Result<()> {
    let Some(booking) = booking::by_offer(tx, uri)? else {
        return match waitlist::by_offer(tx, uri)? {
            Some(wait) if wait.requester != requester => {
                Err(Refusal::NotPermitted { who: "the one who asked", act: "give a place in line up" }.into())
            }
            Some(wait) if wait.state == waiting::State::Waiting => {
                promote::end(tx, wait, waiting::State::Left, now).map(drop)
            }
            Some(_) => Ok(()),
            None => Ok(tombstone::bury(tx, uri, requester, now)?),
        };
    };
    if booking.requester != requester {
        return Err(Refusal::NotPermitted { who: "the one who asked", act: "take a booking back" }.into());
    }
    let id = booking.id;
    match take_back(tx, booking, Side::Guest, None, now) {
        // Whoever is there or was is told so; what was refused is over on both sides.
        Err(Error::Refused(Refusal::WrongState { .. })) => {
            event::record(tx, &Event::BookingAskedAgain { booking: id }, now)?;
            Ok(())
        }
        other => other.map(drop),
    }
}

/// Somebody is gone for good: what they had ahead is free again, they wait for nothing, and what they had was had by somebody.
///
/// # Errors
/// The store's.
pub fn forget(tx: &mut Tx<'_>, requester: ActorId, now: Timestamp) -> Result<()> {
    refused::forget_of(tx, requester)?;
    for wait in waitlist::waiting_of(tx, requester)? {
        promote::end(tx, wait, waiting::State::Left, now)?;
    }
    waitlist::hush(tx, requester)?;
    loop {
        let open = booking::open_of(tx, requester)?;
        if open.is_empty() {
            return Ok(booking::disown(tx, requester, now)?);
        }
        for mut booking in open {
            booking.cancelled_by = Some(Side::Guest);
            settle(tx, &mut booking, State::Cancelled, now)?;
        }
    }
}
