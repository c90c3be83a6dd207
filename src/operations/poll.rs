//! What became of bookings elsewhere, asked of their hosts: mail can be lost for good, and what the host knows may be lost, too.
//!
//! What a host shows counts exactly as what it sends. What it does not know is asked for again under the same id, which it
//! answers like the first time, and is never taken for granted.

use jiff::Timestamp;

use super::away::{News, changed, is_about, is_in_vain, keep, listen, must_be_what_was_asked, stands};
use super::{Result, epoch};
use crate::coworking::Event;
use crate::coworking::away::{State, deadline};
use crate::store::away::{self, Away, Question};
use crate::store::{Tx, delivery, event};

/// What was heard when a host was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// Where it stands.
    Stands(Box<News>),
    /// Others have it, and its guest waits in the line.
    Waits,
    /// The host does not know it.
    Unknown,
    /// Nothing, or nothing that can be understood.
    Silence,
}

/// Takes in what a host answered, unless something else came of the booking since it was asked.
///
/// # Errors
/// The store's.
pub fn receive(tx: &mut Tx<'_>, asked: &Question, heard: &Heard, now: Timestamp) -> Result<()> {
    let Some(mut away) = away::by_id(tx, asked.away)?.filter(|away| away.poll_at == Some(asked.poll_at)) else {
        return Ok(());
    };
    match heard {
        Heard::Silence => {
            away.silent_since = away.silent_since.or(Some(now));
            ask_later(&mut away, now);
        }
        Heard::Unknown => {
            away.silent_since = None;
            unknown(tx, &mut away, now)?;
        }
        Heard::Waits => {
            away.silent_since = None;
            waits(tx, &mut away, now)?;
        }
        Heard::Stands(news) => {
            away.silent_since = None;
            told(tx, &mut away, news, now)?;
        }
    }
    keep(tx, &away)?;
    if let Heard::Stands(news) = heard {
        epoch::heard(tx, away.space, news.terms.epoch, now)?;
    }
    Ok(())
}

fn ask_later(away: &mut Away, now: Timestamp) {
    away.polls = away.polls.saturating_add(1);
    away.poll_at = away.standing(away.state == State::Cancelled).next_question(now);
}

fn unknown(tx: &mut Tx<'_>, away: &mut Away, now: Timestamp) -> Result<()> {
    match away.state {
        State::Sent | State::Waiting if away.deadline <= now => end(tx, away, State::Expired, now)?,
        State::Sent | State::Waiting => {
            offer_again(tx, away, now)?;
            ask_later(away, now);
        }
        State::Held | State::Confirmed if away.slot.end() <= now => end(tx, away, State::Expired, now)?,
        State::CheckedIn if away.slot.end() <= now => end(tx, away, State::Completed, now)?,
        // Its memory was set back: what it does not know it does not keep.
        State::Held | State::Confirmed => {
            away.state = State::Sent;
            away.agreement = None;
            away.held_until = None;
            away.answered_at = None;
            away.told_at = None;
            away.deadline = deadline(away.slot, away.waits, now);
            changed(away, now);
            offer_again(tx, away, now)?;
            listen(away, false, now);
            event::record(tx, &Event::AwayAnswered { away: away.id }, now)?;
        }
        // No yes can come any more.
        State::Cancelled if away.deadline <= now => away.poll_at = None,
        _ => ask_later(away, now),
    }
    Ok(())
}

fn end(tx: &mut Tx<'_>, away: &mut Away, state: State, now: Timestamp) -> Result<()> {
    away.state = state;
    away.held_until = None;
    changed(away, now);
    listen(away, false, now);
    event::record(tx, &Event::AwayAnswered { away: away.id }, now)?;
    Ok(())
}

/// Asks the same once more, unless it is still on its way.
fn offer_again(tx: &mut Tx<'_>, away: &mut Away, now: Timestamp) -> Result<()> {
    if away::delivered(tx, away)? != Some(delivery::State::Waiting) {
        away.asked_by = event::record(tx, &Event::AwayAsked { away: away.id }, now)?;
    }
    Ok(())
}

/// The host has its guest in the line, of whom it has said no place.
fn waits(tx: &mut Tx<'_>, away: &mut Away, now: Timestamp) -> Result<()> {
    match away.state {
        // What it held is forgotten where its memory was set back.
        State::Sent | State::Held if away.waits => {
            away.state = State::Waiting;
            away.held_until = None;
            changed(away, now);
            listen(away, false, now);
            event::record(tx, &Event::AwayAnswered { away: away.id }, now)?;
        }
        // It has not heard that its guest does not want it any more.
        State::Cancelled => {
            event::record(tx, &Event::AwayCancelled { away: away.id }, now)?;
            ask_later(away, now);
        }
        _ => ask_later(away, now),
    }
    Ok(())
}

fn told(tx: &mut Tx<'_>, away: &mut Away, news: &News, now: Timestamp) -> Result<()> {
    let News { terms, asked, state: Some((state, by)), .. } = news else {
        ask_later(away, now);
        return Ok(());
    };
    // What is of another booking, or not what was asked, is no word about it.
    let slot = match is_about(tx, away, terms, *asked)? {
        true => must_be_what_was_asked(away, terms).ok(),
        false => None,
    };
    let Some(slot) = slot else {
        ask_later(away, now);
        return Ok(());
    };
    if is_in_vain(away, *state) {
        let unheard = match away.state {
            State::Completed => Event::AwayLeft { away: away.id },
            _ => Event::AwayCancelled { away: away.id },
        };
        event::record(tx, &unheard, now)?;
        away.agreement = Some(terms.agreement.clone());
        ask_later(away, now);
        return Ok(());
    }
    // It is over on both sides, whatever each calls it.
    if away.state == State::Cancelled && !state.is_open() {
        away.poll_at = None;
        return Ok(());
    }
    let is_old = away.told_at.is_some_and(|told| told > news.said_at);
    if is_old || (*state == away.state && slot == away.slot && away.agreement.is_some()) {
        match state {
            // It stands, as long as it is not over.
            State::Confirmed | State::CheckedIn if now < away.slot.end() => listen(away, false, now),
            _ => ask_later(away, now),
        }
        return Ok(());
    }
    away.slot = slot;
    away.told_at = Some(news.said_at);
    away.agreement = Some(terms.agreement.clone());
    stands(away, *state, *by, now);
    changed(away, now);
    listen(away, false, now);
    event::record(tx, &Event::AwayAnswered { away: away.id }, now)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coworking::booking::BookingInput;
    use crate::coworking::id::{EventId, MemberId};
    use crate::coworking::member::Role;
    use crate::coworking::slot::Slot;
    use crate::coworking::space::Zone;
    use crate::operations::away::{Elsewhere, Terms, ask, view};
    use crate::operations::testing::{Ground, acting, at, stranger};

    const PROPOSAL: &str = "https://pier.example/resources/1";

    fn heard(there: &Away, slot: Slot, state: State, said_at: Timestamp) -> Heard {
        let terms = Terms {
            agreement: "https://pier.example/bookings/7".into(),
            proposal: PROPOSAL.into(),
            slot,
            units: there.units,
            in_return: None,
            epoch: None,
        };
        Heard::Stands(Box::new(News { terms, asked: Some(there.id), state: Some((state, None)), said_at }))
    }

    fn question(there: &Away) -> Question {
        let poll_at = there.poll_at.unwrap_or(at(0));
        Question { away: there.id, space: String::new(), agreement: there.agreement.clone(), poll_at }
    }

    fn asks(tx: &mut Tx<'_>, ben: MemberId) -> Result<Away> {
        let zone = Zone::parse("Europe/Amsterdam")?;
        let input =
            BookingInput { start: zone.shown(at(403_200)), end: zone.shown(at(406_800)), ..BookingInput::default() };
        let there = Elsewhere {
            space: stranger(tx, "loft")?,
            proposal: PROPOSAL.into(),
            name: "Attic".into(),
            zone: zone.as_str().into(),
            rules_version: None,
            units: None,
            price: Default::default(),
        };
        ask(tx, acting(ben), &there, &input.parse(&zone)?, at(100))
    }

    #[test]
    fn i2_i38_what_a_host_shows_counts_once_and_may_follow_the_wall_time_alone() {
        let (ground, _) = Ground::set_up();
        let ben = ground.member("ben", Role::Member);
        ground
            .act(move |tx, _| {
                let asked = asks(tx, ben)?;
                // As if the zone had meant an hour less when it was asked for.
                let earlier = |slot: Slot| {
                    let hour = jiff::SignedDuration::from_hours(1);
                    Slot::new(slot.start() - hour, slot.end() - hour).unwrap()
                };
                let meant = asked.slot;
                let was = Away { slot: earlier(meant), ..asked.clone() };
                away::save(tx, &was)?;

                let other = earlier(earlier(meant));
                receive(tx, &question(&was), &heard(&was, other, State::Confirmed, at(400)), at(400))?;
                let now = view(tx, acting(ben), asked.id)?;
                assert_eq!(
                    (now.state, now.slot, now.polls),
                    (State::Sent, earlier(meant), 1),
                    "another time was not asked for"
                );
                // What was heard to a question that something else has answered is nothing.
                receive(tx, &question(&was), &heard(&was, meant, State::Confirmed, at(400)), at(400))?;
                assert_eq!(view(tx, acting(ben), asked.id)?, now);
                receive(tx, &question(&now), &heard(&now, meant, State::Confirmed, at(800)), at(800))?;
                let now = view(tx, acting(ben), asked.id)?;
                assert_eq!((now.state, now.slot), (State::Confirmed, meant), "the clock on the wall shows the same");

                // The host forgot it: it is asked for again under the same id, and stands no more.
                receive(tx, &question(&now), &Heard::Unknown, at(900))?;
                let again = view(tx, acting(ben), asked.id)?;
                assert_eq!((again.state, again.agreement.as_deref()), (State::Sent, None));
                assert!(again.asked_by > asked.asked_by && again.deadline > asked.deadline);
                assert_ne!(again.asked_by, EventId(0));
                // Nobody says yes until its deadline, and then nobody can.
                receive(tx, &question(&again), &Heard::Unknown, again.deadline)?;
                assert_eq!(view(tx, acting(ben), asked.id)?.state, State::Expired);
                Ok(())
            })
            .unwrap();
        let asked = ground.events().iter().filter(|fact| fact.event.name() == "AwayAsked").count();
        assert_eq!(asked, 2);
    }

    #[test]
    fn i38_who_was_there_has_left_when_it_is_over_whatever_was_lost() {
        let (ground, _) = Ground::set_up();
        let ben = ground.member("ben", Role::Member);
        ground
            .act(move |tx, _| {
                let asked = asks(tx, ben)?;
                let agreement = Some("https://pier.example/bookings/7".to_owned());
                let in_there = Away { state: State::CheckedIn, agreement, ..asked };
                away::save(tx, &in_there)?;
                receive(tx, &question(&in_there), &Heard::Unknown, at(404_000))?;
                let now = view(tx, acting(ben), in_there.id)?;
                assert_eq!(now.state, State::CheckedIn, "its host may remember");
                receive(tx, &question(&now), &Heard::Unknown, now.slot.end())?;
                let now = view(tx, acting(ben), in_there.id)?;
                assert_eq!((now.state, now.poll_at), (State::Completed, None));

                // Who left and is there still as the host knows has left, and has not taken anything back.
                let left = Away { poll_at: Some(at(406_900)), ..now };
                away::save(tx, &left)?;
                receive(tx, &question(&left), &heard(&left, left.slot, State::CheckedIn, at(407_000)), at(407_000))?;
                assert_eq!(view(tx, acting(ben), left.id)?.state, State::Completed);
                Ok(())
            })
            .unwrap();
        assert_eq!(ground.events().last().map(|fact| fact.event.name()), Some("AwayLeft"));
    }
}
