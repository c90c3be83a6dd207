//! What came free goes to those who wait for it, the first that came first.
//!
//! Whatever frees something says so in its own transaction (`freed`), and a job looks at once who can have it. Whoever books
//! by hand before the job was there serves the line first, in the transaction of the booking: nobody gets past those who wait
//! because they were quick.

use jiff::Timestamp;

use super::Result;
use super::ask::{Asking, request};
use super::from_elsewhere::{as_refused, audience_of, not_after, write_no};
use super::line::{Thing, who_meet};
use super::scene::{Scene, Whose};
use crate::coworking::booking::{Draft, Request};
use crate::coworking::decision::{Wish, Within};
use crate::coworking::id::{ActorId, ResourceId, SpaceId, WaitId};
use crate::coworking::peer::Level;
use crate::coworking::slot::Slot;
use crate::coworking::waitlist::{LOOK_AGAIN, State, promise};
use crate::coworking::{Event, Refusal};
use crate::operations::Error;
use crate::store::booking::{Booking, Origin};
use crate::store::page::Page;
use crate::store::waitlist::{self, Wait};
use crate::store::{Tx, actor, event, peer, resource};

/// Gives out what came free to those for whom it is time to look, and ends what is past; tells how many of them there were.
///
/// # Errors
/// The store's.
pub(super) fn serve_due(tx: &mut Tx<'_>, now: Timestamp, limit: u32) -> Result<usize> {
    let due = waitlist::due(tx, now, limit)?;
    let mut served: Vec<(SpaceId, Slot)> = Vec::new();
    for wait in &due {
        let window = wait.wanted.window;
        match served.iter_mut().find(|(space, _)| *space == wait.space) {
            Some((_, around)) => *around = around.hull(window),
            None => served.push((wait.space, window)),
        }
    }
    for (space, around) in served {
        // All who are in the way of each other, also those that nobody called: the first has the first turn.
        let line = waitlist::line(tx, space, around)?;
        serve(tx, line, None, now)?;
    }
    Ok(due.len())
}

/// Is there anything for [`serve_due`] to do?
pub(super) fn is_time(tx: &mut Tx<'_>, now: Timestamp) -> Result<bool> {
    Ok(waitlist::next_look(tx)?.is_some_and(|look| look <= now))
}

/// Somebody is about to take something by hand: those who wait have it first, as far as they can. Tells whether any of them got
/// something.
pub(super) fn goes_first(
    tx: &mut Tx<'_>,
    scene: &Scene,
    wish: &Wish,
    requester: ActorId,
    now: Timestamp,
) -> Result<bool> {
    let gap = scene.takes.iter().map(|(_, part)| part.buffers.gap()).max().unwrap_or_default();
    let around = wish.slot.around(gap);
    let thing = Thing { resource: scene.kept.id, kind: scene.kept.resource.kind, any_of_kind: false };
    let line = who_meet(tx, scene.space.id, around, thing)?;
    // Whoever takes what they wait for has come as far as their own place.
    let own = line.iter().find(|wait| wait.requester == requester && is_for(wait, scene, wish));
    let own = own.map(|wait| wait.id);
    Ok(serve(tx, line, own, now)? > 0)
}

/// Whoever has booked what they wait for waits no more.
pub(super) fn has_got(tx: &mut Tx<'_>, scene: &Scene, booking: &Booking, now: Timestamp) -> Result<()> {
    let wish = Wish { slot: booking.slot, units: booking.units, unit: None, people: booking.people };
    for wait in waitlist::waiting_of(tx, booking.requester)? {
        if wait.space == scene.space.id && wait.origin == Origin::Here && is_for(&wait, scene, &wish) {
            let (state, booking) = (State::Left, Some(booking.id));
            end(tx, Wait { booking, ..wait }, state, now)?;
        }
    }
    Ok(())
}

fn is_for(wait: &Wait, scene: &Scene, wish: &Wish) -> bool {
    let of = wait.resource == scene.kept.id || wait.any_of_kind && wait.kind == scene.kept.resource.kind;
    of && wait.wanted.is_met_by(wish)
}

/// Ends somebody's waiting, with the fact that tells of it.
pub(super) fn end(tx: &mut Tx<'_>, mut wait: Wait, state: State, now: Timestamp) -> Result<Wait> {
    wait.state = state;
    wait.updated = now;
    waitlist::save(tx, &wait)?;
    let id = wait.id;
    let fact = match state {
        State::Expired => Event::WaitlistExpired { wait: id },
        _ => Event::WaitlistLeft { wait: id },
    };
    event::record(tx, &fact, now)?;
    Ok(wait)
}

/// Goes along a line, up to somebody's place in it; tells how many got something. Whoever cannot have anything is passed over:
/// others may need less.
pub(super) fn serve(tx: &mut Tx<'_>, line: Vec<Wait>, up_to: Option<WaitId>, now: Timestamp) -> Result<usize> {
    let mut got = 0;
    for wait in line {
        if up_to == Some(wait.id) {
            break;
        }
        if wait.state_at(now) == State::Expired || wait.deadline.is_some_and(|deadline| deadline <= now) {
            end(tx, wait, State::Expired, now)?;
        } else if let Some(scene) = has_other_rules(tx, &wait)? {
            ask_anew(tx, wait, &scene, now)?;
        } else if promote(tx, &wait, now)? {
            got += 1;
        } else {
            let again = now.saturating_add(LOOK_AGAIN).unwrap_or(Timestamp::MAX);
            waitlist::look_again(tx, wait.id, again.min(wait.wanted.latest_start()))?;
        }
    }
    Ok(got)
}

/// Where what somebody from elsewhere waits for is had by other rules than those to which they said yes.
fn has_other_rules(tx: &mut Tx<'_>, wait: &Wait) -> Result<Option<Scene>> {
    let Some(seen) = &wait.rules else { return Ok(None) };
    if !is_welcome(tx, wait)? {
        return Ok(None);
    }
    match Scene::load(tx, wait.resource) {
        Ok(scene) if scene.rules(wait.audience) != Some(seen) => Ok(Some(scene)),
        Ok(_) | Err(Error::Refused(_)) => Ok(None),
        Err(broken) => Err(broken),
    }
}

/// Tells somebody from elsewhere that the rules have changed: they are bound to nothing that they have not seen, and can ask by
/// the new ones.
fn ask_anew(tx: &mut Tx<'_>, wait: Wait, scene: &Scene, now: Timestamp) -> Result<()> {
    let (wanted, no) = (wait.wanted, Refusal::Stale { what: "rules" });
    let wish = Wish { slot: wanted.window, units: wanted.units, unit: None, people: wanted.people };
    let draft = Draft { wish, note: wait.note.clone(), guest: None };
    let whose = Whose { requester: wait.requester, audience: wait.audience, instead_of: None };
    let refused = as_refused(tx, scene, whose, wait.origin.clone(), &draft, &no, now)?;
    let booking = Some(write_no(tx, &refused, now)?);
    end(tx, Wait { booking, ..wait }, State::Left, now).map(drop)
}

/// Gives somebody the first thing that they can have, if there is one.
fn promote(tx: &mut Tx<'_>, wait: &Wait, now: Timestamp) -> Result<bool> {
    if !is_welcome(tx, wait)? {
        return Ok(false);
    }
    let whose = Whose { requester: wait.requester, audience: wait.audience, instead_of: None };
    for resource in wanted_of(tx, wait)? {
        let scene = match Scene::load(tx, resource) {
            Ok(scene) => scene,
            Err(Error::Refused(_)) => continue,
            Err(broken) => return Err(broken),
        };
        let Within::Free(slot) = scene.within(tx, &wait.wanted, whose, now)? else { continue };
        let delay = waitlist::delay(tx, wait)?.filter(|_| wait.origin != Origin::Here);
        let until = promise(slot.start(), delay, now);
        let wanted = wait.wanted;
        let wish = Wish { slot, units: wanted.units, unit: None, people: wanted.people };
        let draft = Draft { wish, note: wait.note.clone(), guest: None };
        // Who asked from elsewhere has said yes in advance: there is nothing left to confirm.
        let asked = Request { resource, draft, hold: wait.origin == Origin::Here, reason: None };
        let asking = Asking::who_waited(wait, until);
        let made = match tx.savepoint(|tx| request(tx, &asking, &asked, now)) {
            Ok(made) => made,
            // There was room, and no way to deal it out.
            Err(Error::Refused(_)) => continue,
            Err(broken) => return Err(broken),
        };
        let made = not_after(tx, made, wait.deadline)?;
        let (booking, promised_until) = (Some(made.id), Some(until));
        let promoted = Wait { state: State::Promoted, booking, promised_until, updated: now, ..wait.clone() };
        waitlist::save(tx, &promoted)?;
        event::record(tx, &Event::WaitlistPromoted { wait: wait.id, booking: made.id }, now)?;
        return Ok(true);
    }
    Ok(false)
}

/// May they still book here? Nobody gets anything by having waited that they would not get by asking.
fn is_welcome(tx: &mut Tx<'_>, wait: &Wait) -> Result<bool> {
    let Some(known) = actor::by_id(tx, wait.requester)?.filter(actor::Actor::is_active) else { return Ok(false) };
    if known.local {
        return Ok(true);
    }
    let level = match known.server() {
        Some(host) => peer::level(tx, &host)?,
        None => Level::Known,
    };
    Ok(audience_of(level) == Some(wait.audience))
}

/// What would do, the first that was asked for first.
pub(super) fn wanted_of(tx: &mut Tx<'_>, wait: &Wait) -> Result<Vec<ResourceId>> {
    let mut all = vec![wait.resource];
    if wait.any_of_kind {
        all.extend(of_kind(tx, wait)?);
    }
    Ok(all)
}

fn of_kind(tx: &mut Tx<'_>, wait: &Wait) -> Result<Vec<ResourceId>> {
    let mut found = Vec::new();
    let mut page = Page::new(None, Some(Page::LIMIT));
    loop {
        let slice = resource::list(tx, wait.space, page)?;
        let others = slice.items.into_iter().filter(|kept| kept.resource.kind == wait.kind && kept.id != wait.resource);
        found.extend(others.map(|kept| kept.id));
        match slice.next {
            Some(next) => page = Page::new(Some(next), Some(Page::LIMIT)),
            None => break,
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// More can be had at a space than before, or by more people: it opens again, has more, or by other rules.
///
/// # Errors
/// The store's.
pub(crate) fn opened(tx: &mut Tx<'_>, space: SpaceId, during: Option<Slot>) -> Result<()> {
    let always = Slot::between(Timestamp::UNIX_EPOCH, Timestamp::MAX);
    match during.or(always) {
        Some(during) => Ok(waitlist::freed_at(tx, space, during)?),
        None => Ok(()),
    }
}

/// Until when a booking can be given back without being late by who said yes to it in advance, without knowing when it would
/// be theirs.
pub(super) fn second_thoughts(tx: &mut Tx<'_>, booking: &Booking) -> Result<Option<Timestamp>> {
    match booking.origin {
        Origin::Here => Ok(None),
        Origin::Offer { .. } => Ok(waitlist::promised_until(tx, booking.id)?),
    }
}
