//! A member of ours stands at the door of another node: says so to that space alone, and hears whether they are let in.

use jiff::Timestamp;

use super::away::{Answer, Terms};
use super::{Result, away as aways};
use crate::coworking::away;
use crate::coworking::booking::can_check_in;
use crate::coworking::id::{ActorId, AwayId, MemberId, VisitId};
use crate::coworking::member::Acting;
use crate::coworking::rules::Price;
use crate::coworking::space::Zone;
use crate::coworking::visit::{State, waits};
use crate::coworking::{Event, Refusal, refusal};
use crate::store::actor::{Actor, ActorType};
use crate::store::away::{self as rows, Away};
use crate::store::visit::{self, Visit};
use crate::store::{Tx, actor, booking, event};

/// The most characters of what was scanned at a door.
pub const CODE_LIMIT: usize = 200;

/// Where a member stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Door {
    /// There for a booking.
    Of(AwayId),
    /// At this space, with a booking or without.
    At(ActorId),
}

/// Says to a space elsewhere that a member is there. Twice is once.
///
/// # Errors
/// [`Refusal::NotPermitted`] for the keeper; [`Refusal::NotFound`]; [`Refusal::WrongState`], [`Refusal::WrongTime`] by the
/// rules for whoever checks in; [`Refusal::Elsewhere`] for whoever is somewhere else.
pub fn arrive(tx: &mut Tx<'_>, acting: Acting, at: &Door, code: Option<&str>, now: Timestamp) -> Result<Visit> {
    let member = acting.member("check in")?;
    let code = refusal::optional("code", code.unwrap_or_default(), CODE_LIMIT)?;
    let (space, away) = match at {
        Door::Of(id) => {
            let away = aways::view(tx, acting, *id)?;
            (away.space, Some(away))
        }
        Door::At(space) => (*space, rows::at_space(tx, member, *space, now)?),
    };
    let is_space = |host: &Actor| !host.local && host.is_active() && host.actor_type != ActorType::Person;
    let host = actor::by_id(tx, space)?.filter(is_space);
    host.ok_or(Refusal::NotFound { what: "space elsewhere" })?;
    let latest = visit::latest(tx, member)?;
    if let Some(last) = latest
        && last.space == space
        && last.away == away.as_ref().map(|away| away.id).or(last.away)
        && (waits(last.state, last.begun_at, now) || is_there(tx, &last, now)?)
    {
        return Ok(last);
    }
    must_be_nowhere_else(tx, member, Some(space), now)?;
    if let Some(away) = &away {
        let state = away.state_at(now);
        if !matches!(state, away::State::Confirmed | away::State::CheckedIn) {
            let needed = "what is confirmed";
            return Err(Refusal::WrongState { what: "booking", state: state.as_str(), needed }.into());
        }
        can_check_in(away.slot, &Zone::parse(&away.zone)?, now)?;
    }
    let visit = Visit {
        id: VisitId(tx.next_id(now)),
        member,
        space,
        until: away.as_ref().map(|away| away.slot.end()),
        away: away.map(|away| away.id),
        code,
        state: State::Sent,
        words: None,
        begun_at: now,
        answered_at: None,
    };
    visit::add(tx, &visit)?;
    event::record(tx, &Event::AwayArrived { visit: visit.id }, now)?;
    Ok(visit)
}

/// Is a visit going on, as far as its host has said?
fn is_there(tx: &mut Tx<'_>, visit: &Visit, now: Timestamp) -> Result<bool> {
    let Some(id) = visit.away.filter(|_| visit.state == State::Present) else { return Ok(false) };
    Ok(rows::by_id(tx, id)?.is_some_and(|away| away.state == away::State::CheckedIn && away.slot.end() > now))
}

/// I-19: nobody is checked in at two spaces at once, wherever these are.
///
/// # Errors
/// [`Refusal::Elsewhere`] that names the place where they are.
pub(super) fn must_be_nowhere_else(
    tx: &mut Tx<'_>,
    member: MemberId,
    here: Option<ActorId>,
    now: Timestamp,
) -> Result<()> {
    let mut place = rows::present(tx, member, now)?.filter(|space| Some(*space) != here);
    if place.is_none() && here.is_some() {
        place = visit::latest(tx, member)?
            .filter(|last| waits(last.state, last.begun_at, now) && Some(last.space) != here)
            .map(|last| last.space);
    }
    if place.is_none() && here.is_some() {
        for id in booking::present(tx, member.into())? {
            let there = booking::by_id(tx, id)?.filter(|there| there.guest.is_none() && there.slot.end() > now);
            place = place.or(there.map(|there| there.space.into()));
        }
    }
    match place {
        Some(space) => Err(Refusal::Elsewhere { place: called(tx, space)? }.into()),
        None => Ok(()),
    }
}

/// What a space is called.
///
/// # Errors
/// The store's.
pub fn called(tx: &mut Tx<'_>, space: ActorId) -> Result<String> {
    let named = actor::by_id(tx, space)?;
    Ok(named.map_or_else(
        || "another space".to_owned(),
        |space| if space.name.is_empty() { space.handle() } else { space.name },
    ))
}

/// A visit, for the one whose it is. Who was let in is there as long as the host says no more of the booking than that: it may
/// have checked them out, taken the check-in back, or be closed.
///
/// # Errors
/// [`Refusal::NotFound`].
pub fn view(tx: &mut Tx<'_>, acting: Acting, id: VisitId, now: Timestamp) -> Result<Visit> {
    let visit = visit::by_id(tx, id)?.filter(|visit| acting.member("see visits") == Ok(visit.member));
    let mut visit = visit.ok_or(Refusal::NotFound { what: "visit" })?;
    if visit.state == State::Present && !is_there(tx, &visit, now)? {
        visit.state = State::Left;
    }
    Ok(visit)
}

/// A member leaves another node, and tells that space. It is over at once: whoever left need not be believed.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::WrongState`] for who is not there.
pub fn leave(tx: &mut Tx<'_>, acting: Acting, id: AwayId, now: Timestamp) -> Result<Away> {
    let mut away = aways::view(tx, acting, id)?;
    match away.state {
        away::State::Completed => return Ok(away),
        away::State::CheckedIn => {}
        state => {
            let needed = "whoever is checked in";
            return Err(Refusal::WrongState { what: "booking", state: state.as_str(), needed }.into());
        }
    }
    away.state = away::State::Completed;
    aways::changed(&mut away, now);
    rows::save(tx, &away)?;
    visit::end(tx, id)?;
    event::record(tx, &Event::AwayLeft { away: id }, now)?;
    Ok(away)
}

/// What a space says to somebody at its door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Welcome {
    /// What it says.
    pub answer: Answer,
    /// The zone of its clock, if it says so.
    pub zone: Option<String>,
}

/// The space lets a member in, or not. Only its word counts, and only once.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::NotPermitted`] for all but the space; [`Refusal::Malformed`] for an agreement about
/// something else.
pub fn receive_answer(tx: &mut Tx<'_>, by: ActorId, id: VisitId, welcome: &Welcome, now: Timestamp) -> Result<()> {
    let mut visit = visit::by_id(tx, id)?.ok_or(Refusal::NotFound { what: "visit" })?;
    if visit.space != by {
        return Err(Refusal::NotPermitted { who: "its host", act: "answer a visit" }.into());
    }
    if visit.state != State::Sent {
        return Ok(());
    }
    match &welcome.answer {
        Answer::Waiting(_) | Answer::Held(_) => return Ok(()),
        Answer::Refused { words, .. } => {
            visit.state = State::Refused;
            visit.words.clone_from(words);
        }
        Answer::Agreed(terms) => {
            visit.away = Some(let_in(tx, &visit, terms, welcome.zone.as_deref(), now)?);
            visit.state = State::Present;
        }
    }
    visit.code = None;
    visit.answered_at = Some(now);
    visit::save(tx, &visit)?;
    Ok(())
}

/// The booking with which a member was let in: the one that they came for, or one that they were given at the door.
fn let_in(tx: &mut Tx<'_>, visit: &Visit, terms: &Terms, zone: Option<&str>, now: Timestamp) -> Result<AwayId> {
    let known = match visit.away {
        Some(id) => rows::by_id(tx, id)?,
        None => rows::by_agreement(tx, &terms.agreement)?,
    };
    if let Some(mut away) = known {
        let is_it = away.agreement.as_deref() == Some(&terms.agreement)
            && (away.space, away.member) == (visit.space, visit.member);
        if !is_it {
            return Err(Refusal::malformed("result", &terms.agreement, "the booking that was named at the door").into());
        }
        // The host may have said by now that it is over.
        if away.state == away::State::Confirmed {
            away.state = away::State::CheckedIn;
            aways::changed(&mut away, now);
            rows::save(tx, &away)?;
            event::record(tx, &Event::AwayAnswered { away: away.id }, now)?;
        }
        return Ok(away.id);
    }
    let zone = Zone::parse(zone.unwrap_or("UTC")).or_else(|_| Zone::parse("UTC"))?;
    let id = AwayId(tx.next_id(now));
    let asked_by = event::record(tx, &Event::AwayAnswered { away: id }, now)?;
    let mut away = Away {
        id,
        member: visit.member,
        space: visit.space,
        proposal: terms.proposal.clone(),
        name: called(tx, visit.space)?,
        zone: zone.as_str().to_owned(),
        rules_version: None,
        units: terms.units,
        people: 1,
        slot: terms.slot,
        note: None,
        price: Price::Free,
        waits: false,
        place: None,
        part: None,
        wall_start: zone.wall(terms.slot.start()),
        wall_end: zone.wall(terms.slot.end()),
        poll_at: None,
        polls: 0,
        silent_since: None,
        state: away::State::CheckedIn,
        agreement: Some(terms.agreement.clone()),
        words: None,
        alternatives: Vec::new(),
        cancelled_by: None,
        held_until: None,
        deadline: terms.slot.end(),
        asked_by,
        requested_at: visit.begun_at,
        answered_at: Some(now),
        told_at: None,
        sequence: 0,
        updated: now,
    };
    aways::listen(&mut away, false, now);
    rows::add(tx, &away)?;
    Ok(id)
}
