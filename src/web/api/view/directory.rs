//! Spaces elsewhere, as the directory knows them.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Price, ResourceKind, Slot, Time};
use crate::coworking::directory::Lent;
use crate::coworking::resource::Kind;
use crate::coworking::rules;
use crate::coworking::space::{Address, Coordinates, Zone};
use crate::federation::directory::{Answered, Free};

/// A space elsewhere, as it tells of itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct KnownSpace {
    /// Its id in the network.
    pub uri: String,
    /// Its handle.
    #[schema(example = "@loft@loft.example")]
    pub handle: String,
    /// What it is called.
    pub name: String,
    /// What it says of itself, in plain text.
    pub summary: String,
    /// Where it is.
    #[schema(value_type = super::Address)]
    pub address: Address,
    /// Where it is on a map.
    #[schema(value_type = Option<super::Coordinates>, required)]
    pub coordinates: Option<Coordinates>,
    /// The IANA name of the zone of its clock.
    pub timezone: String,
    /// 1 for a partner of a space here, 2 for a partner of one.
    pub hops: u32,
    /// The space that follows it.
    pub via: String,
    /// How far it is from the point that was asked about, in kilometres.
    #[schema(required)]
    pub far_km: Option<f64>,
    /// When it told this.
    #[schema(value_type = Time)]
    pub told_at: Timestamp,
    /// What it has of what is looked for.
    pub resources: Vec<KnownResource>,
}

/// Something that can be booked there; give its address to `POST /stays`.
#[derive(Debug, Serialize, ToSchema)]
pub struct KnownResource {
    /// Its address.
    pub uri: String,
    /// What it is called.
    pub name: String,
    /// What sort of thing it is.
    #[schema(value_type = ResourceKind)]
    pub kind: Kind,
    /// How many there are.
    pub units: u32,
    /// How many people one of them holds.
    pub seats: u32,
    /// What there is in it.
    pub amenities: Vec<String>,
    /// What one costs.
    #[schema(value_type = Price)]
    pub price: rules::Price,
    /// `free` or `taken` at the time that was asked about, as its host says; `unknown` where the host did not answer; `null`
    /// where nobody asked.
    #[schema(required, example = "free")]
    pub available: Option<&'static str>,
    /// When it is free in the time that was asked about.
    pub free: Vec<Slot>,
}

impl From<Answered> for KnownSpace {
    fn from(Answered { found, free }: Answered) -> Self {
        let listing = found.listing;
        Self {
            uri: found.uri,
            handle: listing.handle,
            name: listing.name,
            summary: listing.summary,
            address: listing.address,
            coordinates: listing.coordinates,
            timezone: listing.zone,
            hops: found.hops,
            via: found.via,
            far_km: found.far.map(|far| (far * 10.0).round() / 10.0),
            told_at: found.read_at,
            resources: found.lent.into_iter().zip(free).map(|(lent, free)| KnownResource::new(lent, free)).collect(),
        }
    }
}

impl KnownResource {
    fn new(lent: Lent, free: Free) -> Self {
        let (available, stretches) = match free {
            Free::NotAsked => (None, Vec::new()),
            Free::Yes(stretches) => (Some("free"), stretches),
            Free::No => (Some("taken"), Vec::new()),
            Free::Unknown => (Some("unknown"), Vec::new()),
        };
        let zone = Zone::parse(&lent.zone).ok();
        let free = stretches.iter().filter_map(|stretch| Some(Slot::new(stretch.slot, zone.as_ref()?)));
        Self {
            free: free.collect(),
            uri: lent.uri,
            name: lent.name,
            kind: lent.kind,
            units: lent.units,
            seats: lent.seats,
            amenities: lent.amenities,
            price: lent.price,
            available,
        }
    }
}
