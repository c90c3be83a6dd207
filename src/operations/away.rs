//! A member of ours books at another node: asked there, and kept as the host says.

use jiff::{SignedDuration, Timestamp};

use super::{Result, epoch};
use crate::coworking::away::{Carried, Shown, State, deadline};
use crate::coworking::booking::{Draft, Side};
use crate::coworking::id::{ActorId, AwayId, EventId, MemberId};
use crate::coworking::member::Acting;
use crate::coworking::realign::realigned;
use crate::coworking::rules::{Price, read_amount};
use crate::coworking::series::Part;
use crate::coworking::slot::Slot;
use crate::coworking::space::Zone;
use crate::coworking::{Event, Refusal};
use crate::store::away::{self, Away};
use crate::store::{Tx, delivery, event, member, visit};

/// Something that can be booked elsewhere, as its host shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// The host.
    pub space: ActorId,
    /// Its address.
    pub proposal: String,
    /// What it is called.
    pub name: String,
    /// The zone of the host's clock.
    pub zone: String,
    /// The version of its rules.
    pub rules_version: Option<String>,
    /// How many there are.
    pub units: Option<u32>,
    /// What has to be given in return.
    pub price: Price,
}

/// What the host says to a booking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Others have it; the guest waits, at this place in the line if the host says which.
    Waiting(Option<u32>),
    /// It keeps it for so long.
    Held(SignedDuration),
    /// It says yes, and under which address.
    Agreed(Terms),
    /// It says no.
    Refused {
        /// Why, in words.
        words: Option<String>,
        /// Times that would have passed.
        alternatives: Vec<(Timestamp, Timestamp)>,
    },
}

/// What the two have agreed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The host's address of it.
    pub agreement: String,
    /// Of what.
    pub proposal: String,
    /// When.
    pub slot: Slot,
    /// How many units.
    pub units: u32,
    /// How much is given in return, as a decimal number, where the host says so.
    pub in_return: Option<String>,
    /// The epoch of the host, higher each time that its memory was set back, if it says so.
    pub epoch: Option<u32>,
}

/// Asks for a booking elsewhere. It is confirmed by the host, and by nobody else.
///
/// # Errors
/// [`Refusal::NotPermitted`] for the keeper, who is nobody in the network; [`Refusal::InThePast`]; [`Refusal::Malformed`]
/// for more units than there are.
pub fn ask(tx: &mut Tx<'_>, acting: Acting, at: &Elsewhere, draft: &Draft, now: Timestamp) -> Result<Away> {
    asked(tx, acting, at, draft, (false, None), now)
}

/// The same, and to wait in the host's line when others have it: the member says yes in advance to what comes free, until it
/// begins.
///
/// # Errors
/// As of [`ask`].
pub fn ask_or_wait(tx: &mut Tx<'_>, acting: Acting, at: &Elsewhere, draft: &Draft, now: Timestamp) -> Result<Away> {
    asked(tx, acting, at, draft, (true, None), now)
}

/// As [`ask`], for one of a series.
pub(super) fn ask_part(
    tx: &mut Tx<'_>,
    acting: Acting,
    at: &Elsewhere,
    draft: &Draft,
    part: Option<Part>,
    now: Timestamp,
) -> Result<Away> {
    asked(tx, acting, at, draft, (false, part), now)
}

fn asked(
    tx: &mut Tx<'_>,
    acting: Acting,
    at: &Elsewhere,
    draft: &Draft,
    (waits, part): (bool, Option<Part>),
    now: Timestamp,
) -> Result<Away> {
    let member = acting.member("book elsewhere")?;
    let wish = &draft.wish;
    if wish.slot.end() <= now {
        return Err(Refusal::InThePast { field: "end", found: wish.slot.end(), now }.into());
    }
    if at.units.is_some_and(|units| wish.units > units) || wish.units == 0 {
        return Err(Refusal::malformed("units", wish.units, "as many as there are").into());
    }
    let zone = Zone::parse(&at.zone)?;
    let id = AwayId(tx.next_id(now));
    let asked_by: EventId = event::record(tx, &Event::AwayAsked { away: id }, now)?;
    let away = Away {
        id,
        member,
        space: at.space,
        proposal: at.proposal.clone(),
        name: at.name.clone(),
        zone: at.zone.clone(),
        rules_version: at.rules_version.clone(),
        part,
        units: wish.units,
        people: wish.people,
        slot: wish.slot,
        wall_start: zone.wall(wish.slot.start()),
        wall_end: zone.wall(wish.slot.end()),
        note: draft.note.clone(),
        price: at.price.clone(),
        state: State::Sent,
        waits,
        place: None,
        agreement: None,
        words: None,
        alternatives: Vec::new(),
        cancelled_by: None,
        held_until: None,
        deadline: deadline(wish.slot, waits, now),
        asked_by,
        requested_at: now,
        answered_at: None,
        told_at: None,
        poll_at: None,
        polls: 0,
        silent_since: None,
        sequence: 0,
        updated: now,
    };
    let away = Away { poll_at: away.standing(false).next_question(now), ..away };
    away::add(tx, &away)?;
    Ok(away)
}

/// A booking elsewhere, for the one who has it.
///
/// # Errors
/// [`Refusal::NotFound`].
pub fn view(tx: &mut Tx<'_>, acting: Acting, id: AwayId) -> Result<Away> {
    let away = away::by_id(tx, id)?.filter(|away| acting.member("see bookings") == Ok(away.member));
    Ok(away.ok_or(Refusal::NotFound { what: "booking" })?)
}

/// What is said of a booking elsewhere now.
///
/// # Errors
/// The store's.
pub fn shown(tx: &mut Tx<'_>, away: &Away, now: Timestamp) -> Result<Shown> {
    let question = match away.state {
        State::Sent if away.silent_since.is_some() => Carried::GivenUp,
        State::Sent => match away::delivered(tx, away)? {
            Some(delivery::State::Done) => Carried::Arrived,
            Some(delivery::State::Failed | delivery::State::Dropped) => Carried::GivenUp,
            Some(delivery::State::Waiting) | None => Carried::Waits,
        },
        _ => Carried::Arrived,
    };
    Ok(Shown::of(away.state_at(now), question))
}

/// Takes a booking elsewhere back. Once is enough.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::WrongState`] when it has begun or is over.
pub fn cancel(tx: &mut Tx<'_>, acting: Acting, id: AwayId, now: Timestamp) -> Result<Away> {
    let mut away = view(tx, acting, id)?;
    if away.state == State::Cancelled {
        return Ok(away);
    }
    // Also what was not answered in time: the yes may be on its way, and the host would wait for nobody.
    let state = away.state;
    if !matches!(state, State::Sent | State::Waiting | State::Held | State::Confirmed | State::Expired) {
        let needed = "what has not begun";
        return Err(Refusal::WrongState { what: "booking", state: state.as_str(), needed }.into());
    }
    away.state = State::Cancelled;
    away.cancelled_by = Some(Side::Guest);
    changed(&mut away, now);
    listen(&mut away, true, now);
    away::save(tx, &away)?;
    event::record(tx, &Event::AwayCancelled { away: id }, now)?;
    Ok(away)
}

/// A member is gone for good: the hosts of what they had ahead are told, and nothing is kept of where they were.
///
/// # Errors
/// The store's.
pub fn forget(tx: &mut Tx<'_>, member: MemberId, now: Timestamp) -> Result<()> {
    visit::forget_of(tx, member)?;
    loop {
        let open = away::open_of(tx, member)?;
        if open.is_empty() {
            return Ok(away::forget_of(tx, member)?);
        }
        for mut away in open {
            away.state = State::Cancelled;
            away.cancelled_by = Some(Side::Guest);
            changed(&mut away, now);
            listen(&mut away, true, now);
            away::save(tx, &away)?;
            event::record(tx, &Event::AwayCancelled { away: away.id }, now)?;
        }
    }
}

/// What the host says to it. Only the host's word counts, and it counts once: a yes that comes after it was taken back is
/// answered by that. A yes to something else than was asked is none: its guest is told so, and the host that it is not had.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::NotPermitted`] for all but the host; [`Refusal::Malformed`] for a yes under the address
/// of another booking.
pub fn receive_answer(tx: &mut Tx<'_>, by: ActorId, id: AwayId, answer: &Answer, now: Timestamp) -> Result<()> {
    let mut away = away::by_id(tx, id)?.ok_or(Refusal::NotFound { what: "booking" })?;
    must_be_the_host(&away, by, "answer a booking")?;
    if let Answer::Agreed(terms) = answer
        && !is_about(tx, &away, terms, None)?
    {
        return Err(of_another(terms).into());
    }
    let waits = matches!(away.state, State::Sent | State::Waiting | State::Held | State::Expired);
    match answer {
        // Mail comes in any order: whoever was promised a place waits no more.
        Answer::Waiting(place) if away.waits && matches!(away.state, State::Sent | State::Waiting) => {
            away.state = State::Waiting;
            away.place = *place;
        }
        Answer::Held(time) if waits => {
            away.state = State::Held;
            away.held_until = now.saturating_add(*time).ok();
        }
        Answer::Agreed(terms) if waits => {
            if let Some(other) = other_than_asked(&away, terms) {
                away.state = State::Refused;
                away.words = Some(format!("The host said yes to something else than was asked: {other}."));
                event::record(tx, &Event::AwayCancelled { away: id }, now)?;
            } else {
                away.slot = terms.slot;
                away.state = State::Confirmed;
                away.agreement = Some(terms.agreement.clone());
            }
            away.answered_at = Some(now);
            away.held_until = None;
        }
        // Its Undo is on the way; where the host has it, the copy is told.
        Answer::Agreed(terms) if away.state == State::Cancelled && away.agreement.is_none() => {
            must_be_what_was_asked(&away, terms)?;
            away.agreement = Some(terms.agreement.clone());
        }
        Answer::Refused { words, alternatives } if waits => {
            away.state = State::Refused;
            away.words.clone_from(words);
            away.alternatives.clone_from(alternatives);
            away.answered_at = Some(now);
            away.held_until = None;
        }
        Answer::Waiting(_) | Answer::Held(_) | Answer::Agreed(_) | Answer::Refused { .. } => {
            return doubt(tx, away, answer, now);
        }
    }
    if away.state != State::Waiting {
        away.place = None;
    }
    changed(&mut away, now);
    let unheard = away.state == State::Cancelled;
    listen(&mut away, unheard, now);
    away::save(tx, &away)?;
    event::record(tx, &Event::AwayAnswered { away: id }, now)?;
    if let Answer::Agreed(terms) = answer {
        epoch::heard(tx, away.space, terms.epoch, now)?;
    }
    Ok(())
}

/// An answer that cannot follow from what is known here is late mail, or its host was restored from a backup and has forgotten
/// what it said: it is asked where the booking stands, and told what it does not know any more.
fn doubt(tx: &mut Tx<'_>, mut away: Away, answer: &Answer, now: Timestamp) -> Result<()> {
    match (away.state, answer) {
        (State::Confirmed | State::CheckedIn, Answer::Waiting(_) | Answer::Held(_) | Answer::Refused { .. }) => {
            away.poll_at = Some(now);
            away::save(tx, &away)?;
        }
        // Whoever was refused does not come.
        (State::Refused, Answer::Held(_) | Answer::Agreed(_)) => {
            event::record(tx, &Event::AwayCancelled { away: away.id }, now)?;
        }
        (State::Cancelled, Answer::Waiting(_) | Answer::Held(_) | Answer::Agreed(_)) if away.poll_at.is_none() => {
            listen(&mut away, true, now);
            away::save(tx, &away)?;
        }
        _ => {}
    }
    if let Answer::Agreed(terms) = answer {
        epoch::heard(tx, away.space, terms.epoch, now)?;
    }
    Ok(())
}

/// What a host says later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// What the two have agreed on by now.
    pub terms: Terms,
    /// The question that it goes back to: news may come before the yes.
    pub asked: Option<AwayId>,
    /// Where it stands, and who took it back.
    pub state: Option<(State, Option<Side>)>,
    /// When the host said so.
    pub said_at: Timestamp,
}

/// What the host says later: where it stands.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::NotPermitted`] for all but the host; [`Refusal::Malformed`] for other terms.
pub fn receive_update(tx: &mut Tx<'_>, by: ActorId, news: &News, now: Timestamp) -> Result<()> {
    let known = match (away::by_agreement(tx, &news.terms.agreement)?, news.asked) {
        (Some(known), _) => Some(known),
        (None, Some(id)) => away::by_id(tx, id)?.filter(|away| away.agreement.is_none()),
        (None, None) => None,
    };
    let mut away = known.ok_or(Refusal::NotFound { what: "booking" })?;
    must_be_the_host(&away, by, "change a booking")?;
    if !is_about(tx, &away, &news.terms, news.asked)? {
        return Err(of_another(&news.terms).into());
    }
    epoch::heard(tx, away.space, news.terms.epoch, now)?;
    // Mail comes in any order, and old mail may come again.
    if away.told_at.is_some_and(|told| told > news.said_at) {
        return Ok(());
    }
    // What two have agreed on neither changes by itself.
    away.slot = must_be_what_was_asked(&away, &news.terms)?;
    away.told_at = Some(news.said_at);
    away.agreement = Some(news.terms.agreement.clone());
    match news.state {
        Some((state, by)) if !is_in_vain(&away, state) => {
            stands(&mut away, state, by, now);
            listen(&mut away, false, now);
        }
        // The host knew that it was taken back, and has forgotten: it will be asked, and told again.
        Some(_) if away.state == State::Cancelled && away.poll_at.is_none() => listen(&mut away, true, now),
        Some(_) if away.state == State::Refused => {
            event::record(tx, &Event::AwayCancelled { away: away.id }, now)?;
        }
        _ => {}
    }
    changed(&mut away, now);
    keep(tx, &away)?;
    event::record(tx, &Event::AwayAnswered { away: away.id }, now)?;
    Ok(())
}

/// Writes down where it stands. What somebody had who left is kept only until its host knows.
pub(super) fn keep(tx: &mut Tx<'_>, away: &Away) -> Result<()> {
    away::save(tx, away)?;
    if away.poll_at.is_none() && member::by_id(tx, away.member.into())?.is_none_or(|member| member.left_at.is_some()) {
        away::forget(tx, away.id)?;
    }
    Ok(())
}

/// The host does not know that it was taken back, that its guest was refused or has left; it will.
pub(super) fn is_in_vain(away: &Away, state: State) -> bool {
    match away.state {
        State::Cancelled | State::Refused => {
            matches!(state, State::Sent | State::Waiting | State::Held | State::Confirmed)
        }
        State::Completed => state == State::CheckedIn,
        _ => false,
    }
}

/// Where it stands, by the word of the host.
pub(super) fn stands(away: &mut Away, state: State, by: Option<Side>, now: Timestamp) {
    if state != away.state {
        away.held_until = None;
    }
    if state != State::Waiting {
        away.place = None;
    }
    away.state = state;
    away.cancelled_by = by.or(away.cancelled_by);
    away.answered_at = away.answered_at.or_else(|| (!matches!(state, State::Held | State::Waiting)).then_some(now));
}

/// Something came of it: from now on the host is asked anew, should its mail not come.
pub(super) fn listen(away: &mut Away, unheard: bool, now: Timestamp) {
    away.polls = 0;
    away.silent_since = None;
    away.poll_at = away.standing(unheard).next_question(now);
}

pub(super) fn changed(away: &mut Away, now: Timestamp) {
    away.sequence = away.sequence.saturating_add(1);
    away.updated = now;
}

fn must_be_the_host(away: &Away, by: ActorId, act: &'static str) -> Result<()> {
    match away.space == by {
        true => Ok(()),
        false => Err(Refusal::NotPermitted { who: "its host", act }.into()),
    }
}

/// Is what a host says about this booking? An address is that of one booking, and an answer goes back to one question.
pub(super) fn is_about(tx: &mut Tx<'_>, away: &Away, terms: &Terms, asked: Option<AwayId>) -> Result<bool> {
    let is_free = away::by_agreement(tx, &terms.agreement)?.is_none_or(|known| known.id == away.id);
    Ok(is_free && asked.is_none_or(|asked| asked == away.id))
}

fn of_another(terms: &Terms) -> Refusal {
    Refusal::malformed("agreement", &terms.agreement, "the address of this booking and of no other")
}

/// A yes is one to what was asked: nobody is signed up for another time, another amount or another price. Tells what is
/// other.
fn other_than_asked(away: &Away, terms: &Terms) -> Option<String> {
    if terms.proposal != away.proposal {
        return Some(terms.proposal.clone());
    }
    // A time that cannot be read here is not known to be the same.
    let Ok(zone) = Zone::parse(&away.zone) else { return Some(format!("a time by the clock of {}", away.zone)) };
    let meaning = |wall| zone.meaning("start", wall).ok();
    // A wall time was meant, which is another instant when the rules of its zone changed, as far as they are known here.
    let is_then = away.slot == terms.slot
        || realigned(meaning, away.slot, away.wall_start, away.wall_end).is_some_and(|new| new == terms.slot);
    if !is_then {
        return Some(format!("{} to {}", zone.shown(terms.slot.start()), zone.shown(terms.slot.end())));
    }
    if terms.units != away.units {
        return Some(format!("{} units", terms.units));
    }
    // Who came without a booking asked for no price, and for whoever is there it is settled.
    if matches!(away.state, State::CheckedIn | State::Completed | State::NoShow) {
        return None;
    }
    // Who does not speak of it takes what was offered.
    let found = terms.in_return.as_ref()?;
    let is_same = match &away.price {
        Price::Free => read_amount(found, "") == Some(0),
        Price::SocialCapital => read_amount(found, "") == Some(100),
        Price::Money { currency, .. } => {
            read_amount(found, currency) == Some(away.price.total(&zone, away.slot, away.units))
        }
    };
    (!is_same).then(|| match &away.price {
        Price::Money { currency, .. } => format!("{found} {currency} in return"),
        Price::Free | Price::SocialCapital => format!("{found} in return"),
    })
}

/// Refuses what is not what was asked; tells when it is.
pub(super) fn must_be_what_was_asked(away: &Away, terms: &Terms) -> Result<Slot> {
    match other_than_asked(away, terms) {
        Some(found) => Err(Refusal::malformed("result", found, "what was asked for").into()),
        None => Ok(terms.slot),
    }
}

#[cfg(test)]
mod tests;
