//! What can be booked, by which rules, and when it is closed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Approval, Hours, Id, LocalTime, Per, Period, ResourceKind, Slot, Time};
use crate::coworking::id::{ClosureId, ResourceId, SpaceId};
use crate::coworking::resource::{Audience, ResourceInput};
use crate::coworking::space::Zone;
use crate::operations::booking as bookings;
use crate::store::closure;
use crate::store::resource::Kept;

/// Something that can be booked.
#[derive(Debug, Serialize, ToSchema)]
pub struct Resource {
    /// The node's number for it.
    #[schema(value_type = Id)]
    pub id: ResourceId,
    /// Whose it is.
    #[schema(value_type = Id)]
    pub space: SpaceId,
    /// Since when it is there.
    #[schema(value_type = Time)]
    pub added_at: Timestamp,
    /// When it changed last: the version of its rules.
    #[schema(value_type = Time)]
    pub updated: Timestamp,
    /// What it is, and by which rules it is booked.
    #[serde(flatten)]
    #[schema(value_type = ResourceFields)]
    pub fields: ResourceInput,
}

impl From<Kept> for Resource {
    fn from(kept: Kept) -> Self {
        Self {
            id: kept.id,
            space: kept.space,
            added_at: kept.added_at,
            updated: kept.updated,
            fields: kept.resource.into(),
        }
    }
}

/// What a resource is, and by which rules it is booked.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is written elsewhere")]
pub struct ResourceFields {
    /// What sort of thing it is.
    kind: ResourceKind,
    /// The name, up to 200 characters.
    #[schema(example = "Attic")]
    name: String,
    /// More about it, up to 2,000 characters.
    description: Option<String>,
    /// How many there are, 1 to 1,000; 1 if none is given. A combined one has those of its parts.
    units: Option<u32>,
    /// How many people one of them holds; 1 if none is given.
    seats: Option<u32>,
    /// What it is made of: other resources of the space, each of which it takes as a whole.
    #[schema(required = false)]
    parts: Vec<Id>,
    /// What there is in it, up to 30 words.
    #[schema(required = false)]
    amenities: Vec<String>,
    /// Up to 12 pictures.
    #[schema(required = false)]
    photos: Vec<Photo>,
    /// Where each unit stands on the floor plan, the first first.
    #[schema(required = false)]
    plan: Vec<Area>,
    /// Minutes to make it ready before a booking; 0 if none are given, and for what is combined of parts.
    ready_minutes: Option<u32>,
    /// Minutes to clear it after one; 0 if none are given, and for what is combined.
    clear_minutes: Option<u32>,
    /// When it can be booked, where that differs from the space's bookable hours.
    hours: Option<Hours>,
    /// By which rules, for each audience: `resident`, `guest`, `external`, `staff`. Whoever is not named cannot book it. If
    /// none are given: the usual ones of the kind.
    rules: Option<BTreeMap<String, Rules>>,
}

/// A change to a resource; absent fields stay as they are, and `null` takes away what need not be there.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is written elsewhere")]
pub struct ResourceEdit {
    /// What sort of thing it is.
    #[schema(nullable = false)]
    kind: Option<ResourceKind>,
    /// The name, up to 200 characters.
    #[schema(nullable = false)]
    name: Option<String>,
    /// More about it, up to 2,000 characters.
    description: Option<String>,
    /// How many there are.
    units: Option<u32>,
    /// How many people one of them holds.
    seats: Option<u32>,
    /// What it is made of, all of it.
    #[schema(required = false)]
    parts: Vec<Id>,
    /// What there is in it, all of it.
    #[schema(required = false)]
    amenities: Vec<String>,
    /// Pictures, all of them.
    #[schema(required = false)]
    photos: Vec<Photo>,
    /// Where each unit stands on the floor plan.
    #[schema(required = false)]
    plan: Vec<Area>,
    /// Minutes to make it ready before a booking.
    ready_minutes: Option<u32>,
    /// Minutes to clear it after one.
    clear_minutes: Option<u32>,
    /// When it can be booked; `null` as the space.
    hours: Option<Hours>,
    /// By which rules, of all audiences; `null` for the usual ones of the kind.
    rules: Option<BTreeMap<String, Rules>>,
}

/// A picture.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is written elsewhere")]
pub struct Photo {
    /// Where it is: with https, or `/media/…` here.
    #[schema(example = "https://harbor.example/attic.jpg")]
    url: String,
    /// What it shows, in words.
    alt: String,
}

/// Where one unit stands on the floor plan: a rectangle, in thousandths of the plan's width and height.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is written elsewhere")]
pub struct Area {
    /// The left side.
    x: u16,
    /// The upper side.
    y: u16,
    /// How wide.
    width: u16,
    /// How high.
    height: u16,
    /// On which floor of the space, from 0, which is meant where none is given.
    #[schema(required = false)]
    floor: u16,
}

/// Rules for one audience; what is not given is not limited, unless it says otherwise.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is written elsewhere")]
pub struct Rules {
    /// The shortest booking, in minutes of a stop watch; 5 if none are given.
    shortest_minutes: Option<u32>,
    /// The longest booking, in minutes of a stop watch.
    longest_minutes: Option<u32>,
    /// The longest booking, in days of the calendar that it touches.
    longest_days: Option<u32>,
    /// Beginnings and ends are this many minutes apart, counted from midnight; 15 if none are given. 1440 is whole days.
    grid_minutes: Option<u32>,
    /// Minutes that must lie between the asking and the beginning; 0 if none are given.
    notice_minutes: Option<u32>,
    /// How many days of the calendar ahead it can begin, 0 for the same day only; 90 if none are given.
    horizon_days: Option<u32>,
    /// How many bookings of the resource one person can have at the same time; 1 if none is given.
    at_once: Option<u32>,
    /// How much one person can have of it.
    quota: Option<Quota>,
    /// Units that others keep until shortly before.
    keep_free: Option<KeepFree>,
    /// How much of it the people of one other server can have at the same time, in hundredths, one unit in any case; 50 if
    /// none are given.
    peer_percent: Option<u32>,
    /// Who decides; nobody if none is given.
    approval: Option<Approval>,
    /// Cancelling later than so many minutes before the beginning is late; 0 if none are given.
    cancel_minutes: Option<u32>,
    /// Minutes after the beginning or a later yes at which it is given away if nobody came; never if none are given.
    release_minutes: Option<u32>,
    /// What one unit costs; nothing if absent.
    #[schema(required = false)]
    price: Price,
}

/// So much for one person in one period.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is written elsewhere")]
pub struct Quota {
    /// Minutes.
    minutes: u32,
    /// In which.
    per: Period,
}

/// Units that an audience cannot have until shortly before, so that others find a place.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is written elsewhere")]
pub struct KeepFree {
    /// How many.
    units: u32,
    /// Until so many minutes before the beginning.
    until_minutes: u32,
}

/// What one unit costs: `free`; `money`, with an amount in the smallest unit of a currency (ISO 4217); or
/// `social_capital`, knowledge and help shared with those who are there.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is written elsewhere")]
pub struct Price {
    /// `free`, `money` or `social_capital`.
    #[schema(example = "free")]
    kind: String,
    /// Of money: 1250 is 12.50 euro.
    #[schema(nullable = false)]
    amount: Option<u32>,
    /// Of money.
    #[schema(example = "EUR", nullable = false)]
    currency: Option<String>,
    /// Of money: what it is for.
    #[schema(nullable = false)]
    per: Option<Per>,
}

/// A time in which a space or a part of it is closed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Closure {
    /// The node's number for it.
    #[schema(value_type = Id)]
    pub id: ClosureId,
    /// Of what; `null` is the whole space.
    #[schema(value_type = Option<Id>, required)]
    pub resource: Option<ResourceId>,
    /// From when.
    #[schema(value_type = LocalTime)]
    pub start: String,
    /// Until when.
    #[schema(value_type = LocalTime)]
    pub end: String,
    /// For whom; empty is for all.
    #[schema(value_type = Vec<super::Audience>)]
    pub audiences: Vec<Audience>,
    /// Why, in words.
    pub reason: String,
}

impl Closure {
    /// A closure by the clock of its space.
    #[must_use]
    pub fn new(closure: closure::Closure, zone: &Zone) -> Self {
        Self {
            id: closure.id,
            resource: closure.resource,
            start: zone.written(closure.starts_at),
            end: zone.written(closure.ends_at),
            audiences: closure.audiences,
            reason: closure.reason,
        }
    }
}

/// When how much of a resource is free, and nobody's name.
#[derive(Debug, Serialize, ToSchema)]
pub struct Availability {
    /// The IANA name of the zone where its clock hangs.
    #[schema(example = "Europe/Amsterdam")]
    pub timezone: String,
    /// How many there are.
    pub capacity: u32,
    /// The version of its rules.
    #[schema(value_type = Time)]
    pub updated: Timestamp,
    /// When it can be booked at all.
    pub bookable: Vec<Slot>,
    /// When how many are taken or kept free around what is taken; times at which all are free are left out.
    pub busy: Vec<Busy>,
}

/// A time in which some of a resource are taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct Busy {
    /// When.
    #[serde(flatten)]
    pub slot: Slot,
    /// How many are taken.
    pub units: u32,
}

impl Availability {
    /// What is free, by the clock of the zone.
    #[must_use]
    pub fn new(found: &bookings::Availability, zone: &Zone) -> Self {
        Self {
            timezone: found.zone.clone(),
            capacity: found.capacity,
            updated: found.updated,
            bookable: found.bookable.iter().map(|slot| Slot::new(*slot, zone)).collect(),
            busy: found.busy.iter().map(|(slot, units)| Busy { slot: Slot::new(*slot, zone), units: *units }).collect(),
        }
    }
}
