//! Spaces elsewhere and what they have, as the directory keeps them.

use crate::activitypub::actor::{ActorKind, RemoteActor};
use crate::activitypub::availability::Availability;
use crate::activitypub::id::Id;
use crate::activitypub::marketplace::{Bookable, Decimal};
use crate::coworking::directory::{Lent, Listing};
use crate::coworking::markdown;
use crate::coworking::resource::{AMENITY_LIMIT, Kind, SEAT_LIMIT, UNIT_LIMIT};
use crate::coworking::rules::{Rules, RulesInput};
use crate::coworking::slot::Slot;
use crate::coworking::space::{Address, Coordinates, Zone};
use crate::coworking::timetable::{Stretch, Supply};

/// The most characters of what a space says of itself.
const SUMMARY: usize = 300;

/// A space as it tells of itself: a group that is somewhere and may be suggested to others. `None` for anything else.
#[must_use]
pub fn listing(actor: &RemoteActor) -> Option<Listing> {
    let place = actor.location.as_ref().filter(|_| actor.kind == ActorKind::Group && actor.discoverable)?;
    let zone = Zone::parse(actor.timezone.as_deref()?).ok()?;
    let address = place.address.clone().unwrap_or_default();
    let host = actor.id.url().host_str()?;
    let host = actor.id.url().port().map_or(host.to_owned(), |port| format!("{host}:{port}"));
    Some(Listing {
        name: actor.name.clone().filter(|name| !name.is_empty()).unwrap_or_else(|| actor.preferred_username.clone()),
        handle: format!("@{}@{host}", actor.preferred_username),
        summary: actor
            .summary_unsanitised
            .as_deref()
            .map(|summary| markdown::plain_text(&markdown::sanitise(summary), SUMMARY))
            .unwrap_or_default(),
        address: Address {
            street: address.street_address.unwrap_or_default(),
            locality: address.locality.unwrap_or_default(),
            region: address.region.unwrap_or_default(),
            postal_code: address.postal_code.unwrap_or_default(),
            country: address.country.unwrap_or_default(),
        },
        coordinates: place
            .coordinates
            .map(|point| Coordinates { latitude: point.latitude(), longitude: point.longitude() }),
        zone: zone.as_str().to_owned(),
    })
}

/// Something that a space has, if it is its own and of a kind that is known here.
#[must_use]
pub fn lent(read: &Bookable, space: &Id) -> Option<Lent> {
    if read.attributed_to != *space || !read.proposal.id.same_origin(space) || read.proposal.publishes.finished {
        return None;
    }
    let kind: Kind = read.proposal.kind.as_deref()?.parse().ok()?;
    let rules = read.rules.clone().and_then(|rules| serde_json::from_value::<RulesInput>(rules).ok());
    let rules: Option<Rules> = rules.and_then(|rules| rules.parse().ok());
    let units = read.proposal.publishes.available_quantity.as_ref();
    let units = units.and_then(|units| units.value?.multiple_of(Decimal::ONE)).unwrap_or(1);
    Some(Lent {
        uri: read.proposal.id.to_string(),
        name: read.name.clone(),
        kind,
        units: u32::try_from(units).unwrap_or(1).clamp(1, UNIT_LIMIT),
        seats: read.seats.unwrap_or(1).clamp(1, SEAT_LIMIT),
        amenities: read.amenities.iter().take(AMENITY_LIMIT).cloned().collect(),
        price: rules.map(|rules| rules.price).unwrap_or_default(),
        zone: Zone::parse(&read.timezone).ok()?.as_str().to_owned(),
    })
}

/// When any are free in a time, as a host told. What it said in another order, or twice, is put straight.
#[must_use]
pub fn free(told: &Availability, during: Slot) -> Vec<Stretch> {
    let mut bookable: Vec<Slot> =
        told.bookable.iter().filter_map(|(start, end)| Slot::between(*start, *end)?.intersection(during)).collect();
    bookable.sort_unstable();
    let mut apart: Vec<Slot> = Vec::new();
    for slot in bookable {
        match apart.last_mut() {
            Some(last) if slot.start() <= last.end() => *last = last.until(slot.end()),
            _ => apart.push(slot),
        }
    }
    let busy = told
        .busy
        .iter()
        .filter_map(|(start, end, units)| Some((Slot::between(*start, *end)?.intersection(during)?, *units)));
    let mut busy: Vec<(Slot, u32)> = busy.collect();
    busy.sort_unstable();
    // Where two overlap, one follows the other.
    let mut end = during.start();
    busy.retain_mut(|(slot, _)| match Slot::between(slot.start().max(end), slot.end()) {
        Some(rest) => {
            *slot = rest;
            end = rest.end();
            true
        }
        None => false,
    });
    Supply { capacity: told.capacity, bookable: &apart, busy: &busy }.free(during)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_tells_things_twice_is_understood() {
        let at = |minutes: i64| jiff::Timestamp::from_second(1_800_000_000 + minutes * 60).unwrap();
        let told = Availability {
            capacity: 1,
            bookable: vec![(at(60), at(120)), (at(0), at(70)), (at(90), at(80))],
            busy: vec![(at(30), at(50), 1), (at(10), at(40), 1), (at(0), at(600), 0)],
        };
        let during = Slot::new(at(0), at(600)).unwrap();
        let stretches = free(&told, during);
        assert!(stretches.iter().all(|stretch| stretch.slot.end() <= at(120)), "{stretches:?}");
        assert_eq!(stretches.last().map(|stretch| stretch.slot.end()), Some(at(120)));
    }
}
