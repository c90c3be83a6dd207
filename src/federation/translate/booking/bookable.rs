//! What can be booked, as a proposal: ours for others, and others' for us.

use jiff::{SignedDuration, Timestamp};

use super::{MINUTE, money};
use crate::activitypub::id::Id;
use crate::activitypub::marketplace::{Bookable, Decimal, Intent, Measure, Proposal, Purpose};
use crate::activitypub::place::{self, Address, Coordinates};
use crate::coworking::id::ActorId;
use crate::coworking::peer::Level;
use crate::coworking::resource::{Audience, Resource};
use crate::coworking::rules::{Price, Rules, RulesInput, written_amount};
use crate::coworking::space::{Place, Zone};
use crate::coworking::{Refusal, decision};
use crate::federation::translate::html::escape;
use crate::operations::away::Elsewhere;
use crate::site::Site;
use crate::store::resource::Kept;

/// What is given in return that is no money.
const SOCIAL_CAPITAL: &str = "https://w3id.org/thirdspace/ns#SocialCapital";
/// Money, by the name of its currency.
const CURRENCY: &str = "urn:iso:std:iso:4217:";

/// Does it hang on the reader's server which rules are shown?
#[must_use]
pub fn is_by_reader(resource: &Resource) -> bool {
    let shown = |audience| resource.shown_to(audience).map(|(_, rules)| rules);
    shown(Audience::Guest) != shown(Audience::External)
}

/// The rules by which people of a server book.
#[must_use]
pub fn rules_for(resource: &Resource, level: Level) -> Option<&Rules> {
    resource.rules.get(&Audience::of(level))
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

/// What can be booked, for those from elsewhere who book as these: by their rules and at their price. `None` for what is not
/// for people from elsewhere.
#[must_use]
pub fn bookable(site: &Site, host: &Host, kept: &Kept, audience: Audience) -> Option<Bookable> {
    let (_, rules) = kept.resource.shown_to(audience)?;
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
        amenities: kept.resource.amenities.clone(),
        rules_version: Some(rules_version(kept.updated)),
        rules: serde_json::to_value(rules).ok(),
        published: Some(kept.added_at),
        updated: Some(kept.updated),
    })
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
