//! Bookings: what can be booked as a proposal, a booking as an agreement, and what is asked and answered about it.
//!
//! Quantities of time are minutes, because all times are whole steps of five of them; an hour would make fractions that
//! no decimal number holds.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::html::escape;
use crate::activitypub::activity::Activity;
use crate::activitypub::id::Id;
use crate::activitypub::marketplace::{
    Agreement, Ask, Bookable, Commitment, Decimal, Intent, Measure, No, Proposal, Purpose, Told, told,
};
use crate::activitypub::place::{self, Address, Coordinates};
use crate::coworking::away;
use crate::coworking::booking::{BookingInput, Side, State};
use crate::coworking::id::{ActorId, ResourceId};
use crate::coworking::resource::{Audience, Resource};
use crate::coworking::rules::{Price, Rules, RulesInput, written_amount};
use crate::coworking::slot::Slot;
use crate::coworking::space::{Place, Zone};
use crate::coworking::{Refusal, decision};
use crate::operations::away::{Answer, Elsewhere, Terms};
use crate::site::{Local, Site};
use crate::store::away::Away;
use crate::store::booking::{Booking, Origin, Refused};
use crate::store::resource::Kept;

const MINUTE: &str = "minute";
/// What is given in return that is no money.
const SOCIAL_CAPITAL: &str = "https://w3id.org/thirdspace/ns#SocialCapital";
/// Money, by the name of its currency.
const CURRENCY: &str = "urn:iso:std:iso:4217:";

/// The rules that people from elsewhere are shown: those for guests of trusted spaces, or else for anybody.
#[must_use]
pub fn shown_rules(resource: &Resource) -> Option<&Rules> {
    resource.rules.get(&Audience::Guest).or_else(|| resource.rules.get(&Audience::External))
}

/// The version of a resource's rules, in the whole seconds that are sent.
#[must_use]
pub fn rules_version(updated: Timestamp) -> String {
    Timestamp::from_second(updated.as_second()).unwrap_or(updated).to_string()
}

/// A space as it stands around what it has.
#[derive(Debug, Clone, PartialEq)]
pub struct Host {
    /// Its id.
    pub uri: String,
    /// What it is called.
    pub name: String,
    /// The zone of its clock.
    pub zone: String,
    /// Where it is.
    pub place: Place,
}

/// Where a space is.
#[must_use]
pub fn location(host: &Host) -> place::Place {
    let some = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    let address = &host.place.address;
    let address = Address {
        street_address: some(&address.street),
        postal_code: some(&address.postal_code),
        locality: some(&address.locality),
        region: some(&address.region),
        country: some(&address.country),
    };
    let coordinates = host.place.coordinates;
    place::Place {
        id: Id::parse(&format!("{}#place", host.uri)).ok(),
        name: some(&host.name),
        address: Some(address).filter(|address| *address != Address::default()),
        coordinates: coordinates.and_then(|point| Coordinates::new(point.latitude, point.longitude)),
    }
}

/// What can be booked, for those from elsewhere; `None` for what is not for them.
#[must_use]
pub fn bookable(site: &Site, host: &Host, kept: &Kept) -> Option<Bookable> {
    let rules = shown_rules(&kept.resource)?;
    let id = Id::parse(&site.resource(kept.id)).ok()?;
    let part = |fragment: &str| Id::parse(&format!("{id}#{fragment}")).ok();
    let minutes = |time: SignedDuration| Measure::of(u32::try_from(time.as_mins()).unwrap_or(u32::MAX), MINUTE);
    let intent = |id, action: &str, quantity| Intent {
        id,
        action: action.to_owned(),
        note: None,
        resource_conforms_to: None,
        resource_quantity: quantity,
        available_quantity: None,
        minimum_quantity: None,
        finished: kept.retired_at.is_some(),
    };
    let publishes = Intent {
        available_quantity: Some(Measure::of(kept.resource.units, "one")),
        minimum_quantity: Some(minutes(rules.shortest)),
        ..intent(part("primary")?, "deliverService", minutes(rules.grid))
    };
    let reciprocal = match &rules.price {
        Price::Free => None,
        Price::Money { amount, currency, per } => Some(Intent {
            note: Some(format!("{} {currency} for each {per}", written_amount((*amount).into(), currency))),
            resource_conforms_to: Some(format!("{CURRENCY}{currency}")),
            ..intent(part("reciprocal")?, "transfer", money((*amount).into(), currency)?)
        }),
        Price::SocialCapital => Some(Intent {
            note: Some("what you know and share with those who are there".to_owned()),
            resource_conforms_to: Some(SOCIAL_CAPITAL.to_owned()),
            ..intent(part("reciprocal")?, "deliverService", Measure::of(1, "one"))
        }),
    };
    Some(Bookable {
        proposal: Proposal {
            id: id.clone(),
            purpose: Purpose::Offer,
            publishes,
            reciprocal,
            unit_based: true,
            kind: Some(kept.resource.kind.to_string()),
            state: None,
        },
        attributed_to: Id::parse(&host.uri).ok()?,
        name: kept.resource.name.clone(),
        content: content(host, kept, rules),
        location: Some(location(host)),
        timezone: host.zone.clone(),
        seats: Some(kept.resource.seats),
        rules_version: Some(rules_version(kept.updated)),
        rules: serde_json::to_value(rules).ok(),
        published: Some(kept.added_at),
        updated: Some(kept.updated),
    })
}

fn money(amount: u64, currency: &str) -> Option<Measure> {
    let value: Decimal = written_amount(amount, currency).parse().ok()?;
    Some(Measure::of(value, "one"))
}

/// The whole of it in words, for software that knows no proposals.
fn content(host: &Host, kept: &Kept, rules: &Rules) -> String {
    let resource = &kept.resource;
    let many = match resource.units {
        1 => format!("for up to {} people", resource.seats),
        units => format!("{units} places"),
    };
    let longest = rules.longest.map(|longest| format!(" up to {}", decision::in_words(longest))).unwrap_or_default();
    let shortest = decision::in_words(rules.shortest);
    let more = resource.description.iter().map(|text| format!("<p>{}</p>", escape(text)));
    let (name, at) = (escape(&resource.name), escape(&host.name));
    format!("<p><strong>{name}</strong> at {at}: {many}, from {shortest}{longest}.</p>{}", more.collect::<String>())
}

/// What somebody of ours can book elsewhere, if its host lives where it does.
///
/// # Errors
/// [`Refusal::Malformed`] naming what is wrong with it.
pub fn elsewhere(read: &Bookable, space: ActorId) -> Result<Elsewhere, Refusal> {
    let zone = Zone::parse(&read.timezone)?;
    let rules = read.rules.clone().and_then(|rules| serde_json::from_value::<RulesInput>(rules).ok());
    let units = read.proposal.publishes.available_quantity.as_ref().and_then(|units| {
        let number = units.value?.multiple_of(Decimal::ONE)?;
        u32::try_from(number).ok()
    });
    Ok(Elsewhere {
        space,
        proposal: read.proposal.id.to_string(),
        name: read.name.clone(),
        zone: zone.as_str().to_owned(),
        rules_version: read.rules_version.clone(),
        units,
        price: rules.and_then(|rules| rules.parse().ok()).map(|rules| rules.price).unwrap_or_default(),
    })
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

/// What a member of ours asks for.
#[must_use]
pub fn ask(away: &Away) -> Option<Ask> {
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
    };
    Some(Ask { agreement, deadline: Some(away.deadline) })
}

/// A wish from elsewhere, as far as it can be read without looking at what it is about.
#[derive(Debug, Clone, PartialEq)]
pub struct Wished {
    /// Of what.
    pub resource: ResourceId,
    /// What is wished; times as they were written.
    pub input: BookingInput,
    /// The zone that they are meant in.
    pub timezone: Option<String>,
    /// How much of the time is wished for, in minutes times units.
    minutes: Decimal,
    /// What is offered in return.
    in_return: Option<Measure>,
    /// After which it must not be accepted.
    pub deadline: Option<Timestamp>,
    /// The version of the rules that the asker saw.
    pub rules_version: Option<Timestamp>,
    /// SHA-256 of what is asked.
    pub hash: [u8; 32],
}

/// Reads an `Offer` of an agreement about something of ours.
///
/// # Errors
/// [`Refusal::Malformed`]; [`Refusal::NotFound`] for what is about nothing of ours.
pub fn wished(site: &Site, activity: &Activity) -> Result<Wished, Refusal> {
    let wrong = |found: String| Refusal::malformed("object", found, "an agreement about something that can be booked");
    let Ask { agreement, deadline } = Ask::read(activity).map_err(|error| wrong(error.to_string()))?;
    let stipulates = agreement.stipulates;
    let resource = match site.local_of(stipulates.satisfies.without_fragment().as_str()) {
        Some(Local::Resource(id)) => id,
        _ => return Err(Refusal::NotFound { what: "resource" }),
    };
    let object = activity.value().get("object").unwrap_or(&Value::Null);
    let time = |key| {
        let text = object.get("stipulates").and_then(|part| part.get(key)).and_then(Value::as_str);
        text.map(str::to_owned).ok_or_else(|| wrong(format!("an agreement without {key}")))
    };
    let per = match stipulates.resource_quantity.unit.rsplit(['/', '#', ':']).next() {
        Some("minute") => Decimal::ONE,
        Some("hour") => Decimal::from(60),
        _ => return Err(wrong(stipulates.resource_quantity.unit)),
    };
    let amount = stipulates.resource_quantity.value.ok_or_else(|| wrong("no quantity".to_owned()))?;
    // Hours are only compared where they are whole.
    let minutes = match amount.multiple_of(Decimal::ONE) {
        Some(whole) if per != Decimal::ONE => Decimal::from(u32::try_from(whole.saturating_mul(60)).unwrap_or(0)),
        _ => amount,
    };
    Ok(Wished {
        resource,
        input: BookingInput {
            start: time("hasBeginning")?,
            end: time("hasEnd")?,
            units: stipulates.units,
            unit: None,
            people: stipulates.people,
            note: stipulates.note,
            guest: None,
        },
        timezone: stipulates.timezone,
        minutes,
        in_return: agreement.stipulates_reciprocal.map(|commitment| commitment.resource_quantity),
        deadline,
        rules_version: agreement.rules_version.and_then(|text| text.parse().ok()),
        hash: Sha256::digest(object.to_string().as_bytes()).into(),
    })
}

impl Wished {
    /// Passes when amount, time and what is given in return belong together, by the zone and the rules of the resource.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] naming what does not, and what would pass.
    pub fn check(&self, zone: &Zone, rules: Option<&Rules>, slot: Slot, units: u32) -> Result<(), Refusal> {
        if self.timezone.as_deref().is_some_and(|given| given != zone.as_str()) {
            let found = self.timezone.clone().unwrap_or_default();
            return Err(Refusal::malformed("timezone", found, "the zone of the space"));
        }
        if quantity(slot, units).value != Some(self.minutes) {
            return Err(Refusal::malformed("resourceQuantity", self.minutes, "the minutes of the time for each unit"));
        }
        let price = rules.map(|rules| &rules.price).unwrap_or(&Price::Free);
        let due = match price {
            Price::Money { currency, .. } => money(price.total(zone, slot, units), currency),
            Price::Free | Price::SocialCapital => None,
        };
        if let Some(due) = due
            && self.in_return.as_ref().and_then(|measure| measure.value) != due.value
        {
            let found = self.in_return.as_ref().and_then(|measure| measure.value).unwrap_or_default();
            return Err(Refusal::malformed("stipulatesReciprocal", found, "what the proposal asks for the time"));
        }
        Ok(())
    }
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

/// A booking at one of our spaces, as it stands.
#[must_use]
pub fn agreement(site: &Site, booking: &Booking, space: &str, state: State) -> Option<Agreement> {
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

/// What a host says to something that a member of ours has asked.
///
/// # Errors
/// [`Refusal::Malformed`].
pub fn answer(activity: &Activity) -> Result<Answer, Refusal> {
    let wrong = |found: String| Refusal::malformed("result", found, "an answer to an offer");
    Ok(match told(activity).map_err(|error| wrong(error.to_string()))? {
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
    let Agreement { id, stipulates, .. } = agreement;
    let times = stipulates.has_beginning.zip(stipulates.has_end).ok_or_else(|| wrong("no times"))?;
    Ok(Terms {
        agreement: id.as_ref().ok_or_else(|| wrong("no id"))?.to_string(),
        proposal: stipulates.satisfies.without_fragment().to_string(),
        slot: Slot::new(times.0, times.1)?,
        units: stipulates.units.unwrap_or(1),
    })
}

/// Where a host says that a booking stands.
#[must_use]
pub fn state_of(agreement: &Agreement) -> Option<(away::State, Option<Side>)> {
    Some(match agreement.status.as_deref()? {
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
