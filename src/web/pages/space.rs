//! What the page of a space shows beside what every actor's shows: where it is, when it is open, and what it has.

use super::plan::{ShownPlan, plans};
use super::resource::{ShownPhoto, kind, photos, price_of, size};
use super::week::{ShownHours, ShownNow};
use crate::coworking::id::SpaceId;
use crate::coworking::resource::Kind;
use crate::coworking::space::{Address, Coordinates, Zone};
use crate::operations::calendar::{self, Stock};
use crate::store::page::Page;
use crate::store::{Tx, space};
use crate::web::error::Result;
use jiff::Timestamp;

/// The order in which kinds stand.
const KINDS: [Kind; 6] =
    [Kind::HotDesk, Kind::Desk, Kind::MeetingRoom, Kind::PhoneBooth, Kind::EventRoom, Kind::Equipment];

/// A space as a place.
pub(super) struct ShownPlace {
    /// In one line.
    pub(super) address: Option<String>,
    /// "52.3702, 4.8952", and where a map shows it.
    pub(super) map: Option<(String, String)>,
    pub(super) hours: ShownHours,
    /// The zone by whose clock its times are.
    pub(super) zone: String,
    /// Is it open at this moment?
    pub(super) open: bool,
    pub(super) photos: Vec<ShownPhoto>,
    pub(super) plans: Vec<ShownPlan>,
    pub(super) groups: Vec<ShownGroup>,
    /// There is more; where.
    pub(super) more: Option<String>,
}

/// What a space has of one kind.
pub(super) struct ShownGroup {
    pub(super) kind: &'static str,
    pub(super) items: Vec<ShownItem>,
}

/// Something that can be booked, in a card.
pub(super) struct ShownItem {
    pub(super) link: String,
    pub(super) name: String,
    pub(super) size: String,
    pub(super) price: Option<String>,
    pub(super) amenities: String,
    pub(super) now: ShownNow,
}

/// An address in one line; `None` when nothing is known of it.
pub(super) fn address(address: &Address) -> Option<String> {
    let Address { street, locality, region, postal_code, country } = address;
    let town = [postal_code.as_str(), locality.as_str()].join(" ");
    let parts = [street.as_str(), town.trim(), region.as_str(), country.as_str()];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn map(point: Coordinates) -> (String, String) {
    let Coordinates { latitude, longitude } = point;
    let (lat, lon) = (format!("{latitude:.5}"), format!("{longitude:.5}"));
    let link = format!("https://www.openstreetmap.org/?mlat={lat}&mlon={lon}#map=17/{lat}/{lon}");
    (format!("{latitude:.4}, {longitude:.4}"), link)
}

/// What is shown of a space of ours as a place. The list of what it has goes on behind the number, if there is one.
pub(super) fn place(
    tx: &mut Tx<'_>,
    id: SpaceId,
    path: &str,
    have: Option<i64>,
    now: Timestamp,
) -> Result<Option<ShownPlace>> {
    let Some(space) = space::by_id(tx, id.into())? else { return Ok(None) };
    let zone = Zone::parse(&space.zone)?;
    let there = calendar::stock(tx, None, id, Page::new(have, Some(Page::LIMIT)), now)?;
    let mut groups = Vec::new();
    for kind_of in KINDS {
        let mut mine: Vec<&Stock> = there.items.iter().filter(|item| item.kept.resource.kind == kind_of).collect();
        // As they were added, which is how whoever added them thinks of them.
        mine.sort_by_key(|item| item.kept.id.0);
        if !mine.is_empty() {
            let many = mine.len() > 1 || mine.iter().any(|item| item.kept.resource.units > 1);
            let items: Vec<ShownItem> = mine.into_iter().map(|item| shown(item, &zone, now)).collect();
            groups.push(ShownGroup { kind: kind(kind_of, many), items });
        }
    }
    let window = crate::coworking::slot::Slot::between(
        now,
        now.saturating_add(jiff::SignedDuration::from_secs(1)).unwrap_or(now),
    );
    Ok(Some(ShownPlace {
        address: address(&space.place.address),
        map: space.place.coordinates.map(map),
        hours: ShownHours::of(&space.place.opening_hours, zone.wall(now).date()),
        open: window.is_some_and(|moment| space.place.opening_hours.cover(&zone, moment)),
        photos: photos(&space.place.photos),
        plans: plans(&space.place.floors, &there.items, |item| {
            ShownNow::of(item.now, item.kept.resource.units, &zone, now)
        }),
        zone: zone.as_str().to_owned(),
        groups,
        more: there.next.map(|next| format!("{path}?have={next}#have")),
    }))
}

fn shown(item: &Stock, zone: &Zone, now: Timestamp) -> ShownItem {
    let what = &item.kept.resource;
    ShownItem {
        link: format!("/resources/{}", item.kept.id),
        name: what.name.clone(),
        size: size(what),
        price: price_of(what),
        amenities: what.amenities.join(", "),
        now: ShownNow::of(item.now, what.units, zone, now),
    }
}
