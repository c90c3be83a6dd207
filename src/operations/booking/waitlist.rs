//! Waiting for what others have: taking a place in the line, giving it up, and seeing who is there.

use jiff::Timestamp;

use super::ask::{Asking, request};
use super::line::{Thing, who_meet};
use super::scene::{Scene, Whose};
use super::{Result, promote};
use crate::coworking::booking::{NOTE_LIMIT, Request};
use crate::coworking::decision::{Broken, Rule, Within};
use crate::coworking::id::{ResourceId, SpaceId, WaitId};
use crate::coworking::member::{Acting, Role};
use crate::coworking::slot::Slot;
use crate::coworking::waitlist::{LINE, LOOK_AGAIN, State, WAITS, WAITS_OF_PEER, Wanted};
use crate::coworking::{Event, Refusal, refusal};
use crate::operations::{Error, space as spaces};
use crate::store::booking::{Booking, Origin};
use crate::store::page::{Page, Slice};
use crate::store::waitlist::{self as rows, Wait};
use crate::store::{Tx, event};

/// What somebody wants to wait for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Of what.
    pub resource: ResourceId,
    /// Would anything else of the same sort at the space do?
    pub any_of_kind: bool,
    /// What they want of it.
    pub wanted: Wanted,
    /// A word to the space.
    pub note: Option<String>,
    /// After which it must not be accepted.
    pub deadline: Option<Timestamp>,
}

/// Takes a place at the end of the line, for what others have and nothing else speaks against. Who waits for it already keeps
/// the place that they have.
///
/// # Errors
/// [`Refusal::Free`] when it can be had; [`Refusal::Unbookable`] when it could not be had if nobody had it, with the rules
/// that say so; [`Refusal::InThePast`]; [`Refusal::TooMany`]; [`Refusal::NotFound`] or [`Refusal::Gone`] resource.
pub fn join(tx: &mut Tx<'_>, asking: &Asking, waiting: &Waiting, now: Timestamp) -> Result<Wait> {
    let scene = Scene::load(tx, waiting.resource)?;
    let wanted = waiting.wanted;
    if wanted.first(now).is_none() {
        return Err(Refusal::InThePast { field: "end", found: wanted.window.end(), now }.into());
    }
    let here = *asking.origin() == Origin::Here;
    let same = |wait: &&Wait| {
        (wait.resource, wait.any_of_kind, wait.wanted) == (waiting.resource, waiting.any_of_kind, wanted)
            && wait.space == scene.space.id
    };
    let own = rows::waiting_of(tx, asking.requester())?;
    if let Some(known) = own.iter().find(same).filter(|_| here) {
        return Ok(known.clone());
    }
    // What came free a moment ago is for those who came before.
    let (kind, any_of_kind) = (scene.kept.resource.kind, waiting.any_of_kind);
    let thing = Thing { resource: waiting.resource, kind, any_of_kind };
    let line = who_meet(tx, scene.space.id, wanted.window, thing)?;
    promote::serve(tx, line, None, now)?;
    let wait = Wait {
        id: WaitId(tx.next_id(now)),
        space: scene.space.id,
        resource: waiting.resource,
        kind,
        any_of_kind,
        requester: asking.requester(),
        booked_by: asking.booked_by(),
        audience: asking.audience(),
        state: State::Waiting,
        wanted,
        note: waiting.note.clone(),
        origin: asking.origin().clone(),
        deadline: waiting.deadline,
        told_by: crate::coworking::id::EventId(0),
        look_at: now.saturating_add(LOOK_AGAIN).unwrap_or(Timestamp::MAX).min(wanted.latest_start()),
        booking: None,
        promised_until: None,
        words: None,
        joined_at: now,
        updated: now,
        rules: scene.rules(asking.audience()).filter(|_| !here).cloned(),
    };
    must_be_full(tx, &wait, now)?;
    let too_many = |field, limit: usize, found: usize| Refusal::TooMany { field, limit, found: found + 1 };
    if own.len() >= WAITS {
        return Err(too_many("places in line", WAITS, own.len()).into());
    }
    let all = rows::in_line(tx, wait.space)?;
    if all >= LINE {
        return Err(too_many("places in line of the space", LINE, all).into());
    }
    if !here {
        let of_host = rows::of_host(tx, wait.space, wait.requester)?;
        if of_host >= WAITS_OF_PEER {
            return Err(too_many("places in line of your server", WAITS_OF_PEER, of_host).into());
        }
    }
    let told_by = event::record(tx, &Event::WaitlistJoined { wait: wait.id }, now)?;
    let wait = Wait { told_by, ..wait };
    rows::add(tx, &wait)?;
    Ok(wait)
}

/// Nobody waits for what they can have, nor for what they could never have.
fn must_be_full(tx: &mut Tx<'_>, wait: &Wait, now: Timestamp) -> Result<()> {
    let whose = Whose { requester: wait.requester, audience: wait.audience, instead_of: None };
    let mut is_full = false;
    let mut never = None;
    for resource in promote::wanted_of(tx, wait)? {
        let scene = Scene::load(tx, resource)?;
        match scene.within(tx, &wait.wanted, whose, now)? {
            Within::Free(slot) => {
                let shown = |at| scene.zone.shown(at);
                let what = scene.kept.resource.name.clone();
                return Err(Refusal::Free { what, from: shown(slot.start()), until: shown(slot.end()) }.into());
            }
            Within::Full => is_full = true,
            Within::Never(slot, broken) => {
                never.get_or_insert((scene, slot, broken));
            }
        }
    }
    match never {
        Some((scene, slot, broken)) if !is_full => {
            let wish = crate::coworking::decision::Wish {
                slot,
                units: wait.wanted.units,
                unit: None,
                people: wait.wanted.people,
            };
            Err(Refusal::Unbookable(Box::new(scene.refuse(tx, &wish, whose, broken, now)?)).into())
        }
        _ => Ok(()),
    }
}

/// Do others have it, and nothing else speaks against it?
pub(super) fn is_only_full(broken: &[Broken]) -> bool {
    !broken.is_empty() && broken.iter().all(|broken| Rule::can_be_waited_for(broken.rule))
}

/// What became of a wish of somebody who would wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BookedOrWaits {
    /// It could be had.
    Booked(Box<Booking>),
    /// Others have it.
    Waits(Box<Wait>),
}

/// Books something, or takes a place in the line when others have it and nothing else speaks against it.
///
/// # Errors
/// As of [`request`] and of [`join`].
pub fn book_or_wait(
    tx: &mut Tx<'_>,
    asking: &Asking,
    wish: &Request,
    deadline: Option<Timestamp>,
    now: Timestamp,
) -> Result<BookedOrWaits> {
    match tx.savepoint(|tx| request(tx, asking, wish, now)) {
        Ok(booking) => Ok(BookedOrWaits::Booked(Box::new(booking))),
        Err(Error::Refused(Refusal::Unbookable(no))) if is_only_full(&no.broken) => {
            let (resource, note) = (wish.resource, wish.draft.note.clone());
            let wanted = Wanted::just(&wish.draft.wish);
            let waiting = Waiting { resource, any_of_kind: false, wanted, note, deadline };
            Ok(BookedOrWaits::Waits(Box::new(join(tx, asking, &waiting, now)?)))
        }
        Err(other) => Err(other),
    }
}

/// Somebody's place, for the one who has it and for those who work here.
///
/// # Errors
/// [`Refusal::NotFound`].
pub fn view(tx: &mut Tx<'_>, acting: Acting, id: WaitId) -> Result<Wait> {
    let found = rows::by_id(tx, id)?
        .filter(|wait| is_own(acting, wait) || acting.needs(Role::Host, "see for what somebody else waits").is_ok());
    Ok(found.ok_or(Refusal::NotFound { what: "place in line" })?)
}

/// A place, for the one who has it and for nobody else.
///
/// # Errors
/// [`Refusal::NotFound`].
pub fn own_place(tx: &mut Tx<'_>, acting: Acting, id: WaitId) -> Result<Wait> {
    let found = rows::by_id(tx, id)?.filter(|wait| is_own(acting, wait));
    Ok(found.ok_or(Refusal::NotFound { what: "place in line" })?)
}

fn is_own(acting: Acting, wait: &Wait) -> bool {
    acting.member("wait").is_ok_and(|member| wait.requester == member.into())
}

/// How many are before somebody who want the same, and they themselves: the first is 1. `None` for who waits no more.
///
/// # Errors
/// The store's.
pub fn place(tx: &mut Tx<'_>, wait: &Wait, now: Timestamp) -> Result<Option<usize>> {
    match wait.state_at(now) {
        State::Waiting => Ok(Some(rows::before(tx, wait)? + 1)),
        _ => Ok(None),
    }
}

/// Gives a place in the line up: by who has it, or by the space, which says why. Once is enough.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::WrongState`] for who has got something; [`Refusal::Empty`] when the space has no word
/// for it.
pub fn leave(tx: &mut Tx<'_>, acting: Acting, id: WaitId, words: Option<&str>, now: Timestamp) -> Result<Wait> {
    let wait = view(tx, acting, id)?;
    let state = if is_own(acting, &wait) { State::Left } else { State::Removed };
    if wait.state == state {
        return Ok(wait);
    }
    let found = wait.state_at(now);
    if found != State::Waiting {
        let needed = "whoever waits";
        return Err(Refusal::WrongState { what: "place in line", state: found.as_str(), needed }.into());
    }
    let words = match state {
        State::Removed => Some(refusal::needed("words", words.unwrap_or_default(), NOTE_LIMIT)?),
        _ => None,
    };
    promote::end(tx, Wait { words, ..wait }, state, now)
}

/// What somebody waits for or waited for, the newest first.
///
/// # Errors
/// [`Refusal::NotPermitted`] for the keeper.
pub fn own(tx: &mut Tx<'_>, acting: Acting, page: Page) -> Result<Slice<Wait>> {
    let member = acting.member("wait")?;
    Ok(rows::of_requester(tx, member.into(), page)?)
}

/// Those who wait at a space for a time that lies ahead, the first that came first.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but hosts, administrators and the keeper; [`Refusal::NotFound`] space.
pub fn of_space(tx: &mut Tx<'_>, acting: Acting, space: SpaceId, page: Page, now: Timestamp) -> Result<Slice<Wait>> {
    acting.needs(Role::Host, "list who waits")?;
    spaces::or_default(tx, Some(space))?;
    let ahead = Slot::between(now, Timestamp::MAX).ok_or(Refusal::NotFound { what: "time" })?;
    let mut slice = rows::list(tx, space, ahead, page)?;
    slice.items.retain(|wait| wait.state_at(now) == State::Waiting);
    Ok(slice)
}
