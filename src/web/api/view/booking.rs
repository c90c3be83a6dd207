//! Bookings, and why something cannot be booked.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::series::wall;
use super::{Id, LocalTime, Person, Time, WallTime};
use crate::coworking::booking::{CheckedInBy, Side, State};
use crate::coworking::id::{ActorId, BookingId, ResourceId, SeriesId, SpaceId};
use crate::coworking::resource::Audience;
use crate::coworking::space::Zone;
use crate::coworking::{decision, slot};
use crate::operations;
use crate::store::page::Slice;
use crate::store::{Tx, actor, booking as rows, resource};

/// A time, from its start until before its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Slot {
    /// From when.
    #[schema(value_type = LocalTime)]
    pub start: String,
    /// Until when.
    #[schema(value_type = LocalTime)]
    pub end: String,
}

impl Slot {
    /// A time by the clock of a zone.
    #[must_use]
    pub fn new(slot: slot::Slot, zone: &Zone) -> Self {
        Self { start: zone.written(slot.start()), end: zone.written(slot.end()) }
    }
}

/// What is wrong with a wish to book, and what would pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unbookable {
    /// Every rule that it breaks.
    pub broken: Vec<Broken>,
    /// The nearest times that break none, the nearest first.
    pub alternatives: Vec<Slot>,
    /// The IANA name of the zone where its clock hangs.
    pub timezone: String,
}

/// A rule that a wish to book breaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Broken {
    /// Which.
    #[schema(value_type = super::Rule)]
    pub rule: decision::Rule,
    /// What is wrong, with the rule's value.
    pub detail: String,
    /// The nearest time that passes this rule, if the time is what is wrong.
    #[schema(required)]
    pub nearest: Option<Slot>,
}

impl From<&decision::Unbookable> for Unbookable {
    fn from(no: &decision::Unbookable) -> Self {
        let shown = |slot| Slot::new(slot, &no.zone);
        let broken = no.broken.iter().map(|broken| Broken {
            rule: broken.rule,
            detail: broken.words.clone(),
            nearest: broken.nearest.map(shown),
        });
        Self {
            broken: broken.collect(),
            alternatives: no.alternatives.iter().copied().map(shown).collect(),
            timezone: no.zone.as_str().to_owned(),
        }
    }
}

/// A booking.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Booking {
    /// The node's number for it.
    #[schema(value_type = Id)]
    pub id: BookingId,
    /// At which space.
    #[schema(value_type = Id)]
    pub space: SpaceId,
    /// Of what.
    #[schema(value_type = Id)]
    pub resource: ResourceId,
    /// What that is called.
    pub resource_name: String,
    /// Whose it is.
    pub requester: Person,
    /// Who asked for it, if that is somebody of the front desk.
    #[schema(required)]
    pub booked_by: Option<Person>,
    /// For whom, if that is somebody without an account.
    #[schema(required)]
    pub guest: Option<String>,
    /// Whose booking it is, as far as rules go.
    #[schema(value_type = super::Audience)]
    pub audience: Audience,
    /// Where it stands now.
    #[schema(value_type = super::BookingState)]
    pub state: State,
    /// From when.
    #[schema(value_type = LocalTime)]
    pub start: String,
    /// Until when.
    #[schema(value_type = LocalTime)]
    pub end: String,
    /// The IANA name of the zone where the clock of the space hangs.
    #[schema(example = "Europe/Amsterdam")]
    pub timezone: String,
    /// Of which series it is one.
    #[schema(value_type = Option<Id>, required)]
    pub series: Option<SeriesId>,
    /// When it was to start by that: its name within the series.
    #[schema(value_type = Option<WallTime>, required)]
    pub occurrence: Option<String>,
    /// What it was asked for together with has the same.
    #[schema(required)]
    pub context: Option<String>,
    /// How many units.
    pub units: u32,
    /// The number of the unit that was chosen or that its guest has since coming, from 1.
    #[schema(required)]
    pub unit: Option<u32>,
    /// For how many people.
    pub people: u32,
    /// A word to the space.
    #[schema(required)]
    pub note: Option<String>,
    /// Why rules were passed over.
    #[schema(required)]
    pub reason: Option<String>,
    /// Until when it is held, or staff may decide.
    #[schema(value_type = Option<Time>, required)]
    pub expires_at: Option<Timestamp>,
    /// For how many seconds it is still held; of a hold.
    #[schema(required)]
    pub seconds_left: Option<i64>,
    /// Which side took it back.
    #[schema(value_type = Option<super::Side>, required)]
    pub cancelled_by: Option<Side>,
    /// Was it taken back too late?
    pub late: bool,
    /// Why it was refused or taken back.
    #[schema(required)]
    pub words: Option<String>,
    /// Times that would have passed; of a refused one.
    pub alternatives: Vec<Slot>,
    /// When it was asked for.
    #[schema(value_type = Time)]
    pub requested_at: Timestamp,
    /// When it was confirmed or refused.
    #[schema(value_type = Option<Time>, required)]
    pub answered_at: Option<Timestamp>,
    /// When its guest came.
    #[schema(value_type = Option<Time>, required)]
    pub checked_in_at: Option<Timestamp>,
    /// Who or what said so.
    #[schema(value_type = Option<super::CheckedInBy>, required)]
    pub checked_in_by: Option<CheckedInBy>,
    /// When its guest left.
    #[schema(value_type = Option<Time>, required)]
    pub checked_out_at: Option<Timestamp>,
    /// Did nobody see its guest leave?
    pub estimated: bool,
    /// When it changed last.
    #[schema(value_type = Time)]
    pub updated: Timestamp,
}

impl Booking {
    /// Bookings as they stand now, with whose they are.
    ///
    /// # Errors
    /// The store's.
    pub fn load(tx: &mut Tx<'_>, found: Vec<rows::Booking>, now: Timestamp) -> operations::Result<Vec<Self>> {
        let ids: Vec<ActorId> =
            found.iter().flat_map(|booking| [Some(booking.requester), booking.booked_by]).flatten().collect();
        let people: HashMap<ActorId, Person> =
            actor::summaries(tx, &ids)?.into_iter().map(|actor| (actor.id, actor.into())).collect();
        let mut names: HashMap<ResourceId, String> = HashMap::new();
        for booking in &found {
            if let Entry::Vacant(place) = names.entry(booking.resource) {
                let kept = resource::by_id(tx, booking.resource)?;
                place.insert(kept.map(|kept| kept.resource.name).unwrap_or_default());
            }
        }
        let shown = found.into_iter().map(|booking| {
            let name = names.get(&booking.resource).cloned().unwrap_or_default();
            let requester = people.get(&booking.requester).cloned();
            let requester = requester.ok_or_else(|| anyhow::anyhow!("the account of a booking is not there"))?;
            let booked_by = booking.booked_by.and_then(|id| people.get(&id).cloned());
            Self::new(booking, name, requester, booked_by, now)
        });
        shown.collect()
    }

    /// One booking, as [`load`](Self::load).
    ///
    /// # Errors
    /// The store's.
    pub fn one(tx: &mut Tx<'_>, found: rows::Booking, now: Timestamp) -> operations::Result<Self> {
        let shown = Self::load(tx, vec![found], now)?.pop();
        Ok(shown.ok_or_else(|| anyhow::anyhow!("one booking is shown as none"))?)
    }

    /// A page of them, as [`load`](Self::load).
    ///
    /// # Errors
    /// The store's.
    pub fn page(tx: &mut Tx<'_>, slice: Slice<rows::Booking>, now: Timestamp) -> operations::Result<Slice<Self>> {
        Ok(Slice { items: Self::load(tx, slice.items, now)?, next: slice.next })
    }

    fn new(
        booking: rows::Booking,
        resource_name: String,
        requester: Person,
        booked_by: Option<Person>,
        now: Timestamp,
    ) -> operations::Result<Self> {
        let (state, zone) = (booking.state_at(now), Zone::parse(&booking.zone)?);
        let hold_ends = booking.expires_at.filter(|_| state == State::Held);
        let times = booking.refusal.into_iter().flat_map(|refused| refused.alternatives);
        let alternatives = times.map(|(start, end)| Slot { start: zone.written(start), end: zone.written(end) });
        Ok(Self {
            id: booking.id,
            space: booking.space,
            resource: booking.resource,
            resource_name,
            requester,
            booked_by,
            guest: booking.guest,
            audience: booking.audience,
            state,
            start: zone.written(booking.slot.start()),
            end: zone.written(booking.slot.end()),
            timezone: booking.zone,
            series: booking.part.map(|part| part.series),
            occurrence: booking.part.map(|part| wall(part.original)),
            context: booking.context,
            units: booking.units,
            unit: booking.unit.map(|unit| unit.saturating_add(1)),
            people: booking.people,
            note: booking.note,
            reason: booking.override_reason,
            expires_at: booking.expires_at,
            seconds_left: hold_ends.map(|end| end.duration_since(now).as_secs()),
            cancelled_by: booking.cancelled_by,
            late: booking.late,
            words: booking.words,
            alternatives: alternatives.collect(),
            requested_at: booking.requested_at,
            answered_at: booking.answered_at,
            checked_in_at: booking.checked_in_at,
            checked_in_by: booking.checked_in_by,
            checked_out_at: booking.checked_out_at,
            estimated: booking.estimated,
            updated: booking.updated,
        })
    }
}
