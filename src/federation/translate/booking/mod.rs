//! Bookings: what can be booked as a proposal, a booking as an agreement, and what is asked and answered about it.
//!
//! Quantities of time are minutes, because all times are whole steps of five of them; an hour would make fractions that
//! no decimal number holds.

mod bookable;
mod waiting;
mod wished;

use jiff::{SignedDuration, Timestamp};

use crate::activitypub::activity::Activity;
use crate::activitypub::id::Id;
use crate::activitypub::marketplace::{Agreement, Ask, Commitment, Decimal, Measure, No, Told, WAITING, told};
use crate::coworking::booking::{Side, State};
use crate::coworking::id::AwayId;
use crate::coworking::rules::{Price, written_amount};
use crate::coworking::slot::Slot;
use crate::coworking::space::Zone;
use crate::coworking::{Refusal, away};
use crate::operations::away::{Answer, News, Terms};
use crate::site::{Local, Site};
use crate::store::away::Away;
use crate::store::booking::{Booking, Origin, Refused};

pub use bookable::{Host, bookable, elsewhere, is_by_reader, location, rules_for, rules_version};
pub use waiting::{WaitFact, WaitSaying, wait_saying, waiting};
pub use wished::{Wished, about, wished};

const MINUTE: &str = "minute";

fn money(amount: u64, currency: &str) -> Option<Measure> {
    let value: Decimal = written_amount(amount, currency).parse().ok()?;
    Some(Measure::of(value, "one"))
}

/// So many units for so long.
fn quantity(slot: Slot, units: u32) -> Measure {
    let minutes = u32::try_from(slot.elapsed().as_mins()).unwrap_or(u32::MAX);
    Measure::of(minutes.saturating_mul(units), MINUTE)
}

fn commitment(id: Option<Id>, satisfies: Id, slot: Slot, units: u32) -> Commitment {
    Commitment {
        id,
        satisfies,
        resource_quantity: quantity(slot, units),
        has_beginning: Some(slot.start()),
        has_end: Some(slot.end()),
        timezone: None,
        units: Some(units),
        people: None,
        note: None,
        finished: false,
    }
}

/// What is given in return: exactly what the proposal asks for the time.
fn in_return(id: Option<Id>, proposal: &str, price: &Price, zone: &Zone, slot: Slot, units: u32) -> Option<Commitment> {
    let satisfies = Id::parse(&format!("{proposal}#reciprocal")).ok()?;
    let resource_quantity = match price {
        Price::Free => return None,
        Price::SocialCapital => Measure::of(1, "one"),
        Price::Money { currency, .. } => money(price.total(zone, slot, units), currency)?,
    };
    let plain = commitment(id, satisfies, slot, units);
    Some(Commitment { resource_quantity, has_beginning: None, has_end: None, units: None, ..plain })
}

/// What a member of ours asks for; what is of one series has one context.
#[must_use]
pub fn ask(site: &Site, away: &Away) -> Option<Ask> {
    let zone = Zone::parse(&away.zone).ok()?;
    let satisfies = Id::parse(&format!("{}#primary", away.proposal)).ok()?;
    let stipulates = Commitment {
        timezone: Some(away.zone.clone()),
        people: Some(away.people),
        note: away.note.clone(),
        ..commitment(None, satisfies, away.slot, away.units)
    };
    let agreement = Agreement {
        id: None,
        attributed_to: None,
        stipulates,
        stipulates_reciprocal: in_return(None, &away.proposal, &away.price, &zone, away.slot, away.units),
        rules_version: away.rules_version.clone(),
        in_reply_to: None,
        status: None,
        updated: None,
        epoch: None,
    };
    let context = away.part.and_then(|part| Id::parse(&site.series(part.series)).ok());
    Some(Ask { agreement, deadline: Some(away.deadline), context, waits: away.waits })
}

/// The word for where a booking stands.
fn status(booking: &Booking, state: State) -> &'static str {
    match (state, booking.cancelled_by) {
        (State::Requested, _) => "Requested",
        (State::Held, _) => "Held",
        (State::Confirmed, _) => "Confirmed",
        (State::CheckedIn, _) => "CheckedIn",
        (State::Completed, _) => "Completed",
        (State::NoShow, _) => "NoShow",
        (State::Cancelled, Some(Side::Guest)) => "CancelledByGuest",
        (State::Cancelled, _) => "CancelledByHost",
        (State::Refused, _) => "Refused",
        (State::Expired, _) => "Expired",
    }
}

/// A booking at one of our spaces, as it stands, in this epoch of the node.
#[must_use]
pub fn agreement(site: &Site, booking: &Booking, space: &str, epoch: u32) -> Option<Agreement> {
    let state = booking.state;
    let uri = site.booking(booking.id);
    let (id, proposal) = (Id::parse(&uri).ok()?, site.resource(booking.resource));
    let part = |fragment: &str| Id::parse(&format!("{uri}#{fragment}")).ok();
    let satisfies = Id::parse(&format!("{proposal}#primary")).ok()?;
    let zone = Zone::parse(&booking.zone).ok()?;
    let (slot, units) = (booking.slot, booking.units);
    Some(Agreement {
        id: Some(id),
        attributed_to: Id::parse(space).ok(),
        stipulates: Commitment {
            timezone: Some(booking.zone.clone()),
            people: Some(booking.people),
            finished: !state.is_open(),
            ..commitment(Some(part("primary")?), satisfies, slot, units)
        },
        stipulates_reciprocal: in_return(part("reciprocal"), &proposal, &booking.rules.price, &zone, slot, units),
        rules_version: None,
        in_reply_to: match &booking.origin {
            Origin::Offer { uri, .. } => Id::parse(uri).ok(),
            Origin::Here => None,
        },
        status: Some(status(booking, state).to_owned()),
        updated: Some(booking.updated),
        epoch: Some(epoch).filter(|epoch| *epoch > 0),
    })
}

/// Why not.
#[must_use]
pub fn no(booking: &Booking) -> No {
    let refused = booking.refusal.clone();
    let Refused { reason, alternatives } =
        refused.unwrap_or_else(|| Refused { reason: "expired".to_owned(), alternatives: Vec::new() });
    No { reason: Some(reason), words: booking.words.clone(), alternatives }
}

/// What a space says because of a fact about a booking from elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub enum Saying {
    /// Perhaps: it is kept until then.
    Perhaps(Timestamp),
    /// Yes.
    Yes(Agreement),
    /// No; because what was asked rests on rules that have changed since?
    No(No, bool),
    /// Where it stands by now.
    News(Agreement),
}

/// What happened to a booking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the events of the same names say what they are")]
pub enum Fact {
    Requested,
    Held,
    Confirmed,
    Refused,
    Expired,
    Changed,
    Cancelled,
    CheckedIn,
    Completed,
    NoShow,
}

/// What there is to say, as long as the booking stands as the fact says: what came after it is told by its own fact.
#[must_use]
pub fn saying(site: &Site, fact: Fact, booking: &Booking, space: &str, epoch: u32) -> Option<Saying> {
    let state = booking.state;
    let agreement = || agreement(site, booking, space, epoch);
    match (fact, state) {
        (Fact::Requested, State::Requested) | (Fact::Held, State::Held) => booking.expires_at.map(Saying::Perhaps),
        (Fact::Confirmed, State::Confirmed) => agreement().map(Saying::Yes),
        (Fact::Refused, State::Refused) | (Fact::Expired, State::Expired) => {
            let stale = booking.refusal.as_ref().is_some_and(|refused| refused.reason == "stale");
            Some(Saying::No(no(booking), stale))
        }
        // What was never confirmed has no address for others.
        (Fact::Changed, State::Confirmed | State::CheckedIn | State::Completed | State::NoShow)
        | (Fact::Cancelled, State::Cancelled)
        | (Fact::CheckedIn, State::CheckedIn)
        | (Fact::Completed, State::Completed)
        | (Fact::NoShow, State::NoShow) => agreement().map(Saying::News),
        _ => None,
    }
}

/// What a host says to something that a member of ours has asked.
///
/// # Errors
/// [`Refusal::Malformed`].
pub fn answer(activity: &Activity) -> Result<Answer, Refusal> {
    let wrong = |found: String| Refusal::malformed("result", found, "an answer to an offer");
    Ok(match told(activity).map_err(|error| wrong(error.to_string()))? {
        Told::Waiting { place } => Answer::Waiting(place),
        Told::Held { seconds } => Answer::Held(SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX))),
        Told::Agreed(agreement) => {
            if agreement.attributed_to.as_ref() != Some(&activity.actor) {
                return Err(wrong("an agreement of somebody else".to_owned()));
            }
            Answer::Agreed(terms(&agreement)?)
        }
        Told::Refused(no) => Answer::Refused { words: no.words, alternatives: no.alternatives },
    })
}

/// What an agreement says.
///
/// # Errors
/// [`Refusal::Malformed`].
pub fn terms(agreement: &Agreement) -> Result<Terms, Refusal> {
    let wrong = |found: &str| Refusal::malformed("agreement", found, "an agreement with an id and both times");
    let Agreement { id, stipulates, stipulates_reciprocal, .. } = agreement;
    let times = stipulates.has_beginning.zip(stipulates.has_end).ok_or_else(|| wrong("no times"))?;
    Ok(Terms {
        agreement: id.as_ref().ok_or_else(|| wrong("no id"))?.to_string(),
        proposal: stipulates.satisfies.without_fragment().to_string(),
        slot: Slot::new(times.0, times.1)?,
        units: stipulates.units.unwrap_or(1),
        in_return: stipulates_reciprocal
            .as_ref()
            .and_then(|given| given.resource_quantity.value)
            .map(|value| value.to_string()),
        epoch: agreement.epoch,
    })
}

/// What an agreement says that a space keeps: of its own, and at its own address.
///
/// # Errors
/// [`Refusal::NotPermitted`] for one that is not the space's; [`Refusal::Malformed`].
pub fn news(site: &Site, space: &Id, agreement: &Agreement, said_at: Timestamp) -> Result<News, Refusal> {
    let terms = terms(agreement)?;
    let is_its_own = agreement.id.as_ref().is_some_and(|id| id.same_origin(space));
    if agreement.attributed_to.as_ref() != Some(space) || !is_its_own {
        return Err(Refusal::NotPermitted { who: "its owner", act: "change agreements" });
    }
    Ok(News { terms, asked: asked(site, agreement), state: state_of(agreement), said_at })
}

/// The question of ours that an agreement goes back to.
#[must_use]
pub fn asked(site: &Site, agreement: &Agreement) -> Option<AwayId> {
    match site.local_of(agreement.in_reply_to.as_ref()?.as_str()) {
        Some(Local::Asked(id)) => Some(id),
        _ => None,
    }
}

/// Does a host say of something that its guest waits for it?
#[must_use]
pub fn is_waiting(agreement: &Agreement) -> bool {
    agreement.status.as_deref() == Some(WAITING)
}

/// Where a host says that a booking stands.
#[must_use]
pub fn state_of(agreement: &Agreement) -> Option<(away::State, Option<Side>)> {
    Some(match agreement.status.as_deref()? {
        WAITING => (away::State::Waiting, None),
        "Requested" | "Held" => (away::State::Held, None),
        "Confirmed" => (away::State::Confirmed, None),
        "CheckedIn" => (away::State::CheckedIn, None),
        "Completed" => (away::State::Completed, None),
        "NoShow" => (away::State::NoShow, None),
        "CancelledByGuest" => (away::State::Cancelled, Some(Side::Guest)),
        "CancelledByHost" => (away::State::Cancelled, Some(Side::Host)),
        "Refused" => (away::State::Refused, None),
        "Expired" => (away::State::Expired, None),
        _ => return None,
    })
}
