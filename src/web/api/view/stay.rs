//! Bookings of members at other nodes.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::series::wall;
use super::{Id, LocalTime, Person, Slot, Time, WallTime};
use crate::coworking::away::Shown;
use crate::coworking::booking::Side;
use crate::coworking::id::{AwayId, SeriesId};
use crate::coworking::slot;
use crate::coworking::space::Zone;
use crate::operations;
use crate::operations::away::shown;
use crate::store::away as rows;
use crate::store::page::Slice;
use crate::store::{Tx, actor};

/// A booking at another node. Only its host confirms it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Stay {
    /// The node's number for it.
    #[schema(value_type = Id)]
    pub id: AwayId,
    /// The space that hosts it.
    pub host: Person,
    /// What was asked for, by its address.
    pub resource: String,
    /// What that is called.
    pub resource_name: String,
    /// Where it stands now.
    #[schema(value_type = super::StayState)]
    pub state: Shown,
    /// From when.
    #[schema(value_type = LocalTime)]
    pub start: String,
    /// Until when.
    #[schema(value_type = LocalTime)]
    pub end: String,
    /// The IANA name of the zone where the clock of the host hangs.
    #[schema(example = "Europe/Amsterdam")]
    pub timezone: String,
    /// Of which series it is one.
    #[schema(value_type = Option<Id>, required)]
    pub series: Option<SeriesId>,
    /// When it was to start by that: its name within the series.
    #[schema(value_type = Option<WallTime>, required)]
    pub occurrence: Option<String>,
    /// How many units.
    pub units: u32,
    /// For how many people.
    pub people: u32,
    /// A word to the host.
    #[schema(required)]
    pub note: Option<String>,
    /// Does the member wait for it when others have it?
    pub wait: bool,
    /// The member's place in the host's line, the first is 1; of one who waits, if the host said which.
    #[schema(required)]
    pub place: Option<u32>,
    /// The host's address of it, once it has said yes.
    #[schema(required)]
    pub agreement: Option<String>,
    /// For how many seconds the host still keeps it; of what is held.
    #[schema(required)]
    pub seconds_left: Option<i64>,
    /// After which the host must not say yes.
    #[schema(value_type = Time)]
    pub deadline: Timestamp,
    /// Which side took it back.
    #[schema(value_type = Option<super::Side>, required)]
    pub cancelled_by: Option<Side>,
    /// What the host said when it refused.
    #[schema(required)]
    pub words: Option<String>,
    /// Times that would have passed; of a refused one.
    pub alternatives: Vec<Slot>,
    /// When it was asked for.
    #[schema(value_type = Time)]
    pub requested_at: Timestamp,
    /// When the host said yes or no.
    #[schema(value_type = Option<Time>, required)]
    pub answered_at: Option<Timestamp>,
    /// When it changed last.
    #[schema(value_type = Time)]
    pub updated: Timestamp,
}

impl Stay {
    /// One as it stands now, with its host.
    ///
    /// # Errors
    /// The store's.
    pub fn one(tx: &mut Tx<'_>, found: rows::Away, now: Timestamp) -> operations::Result<Self> {
        let state = shown(tx, &found, now)?;
        let host = actor::summaries(tx, &[found.space])?.pop();
        let host = host.ok_or_else(|| anyhow::anyhow!("the host of a booking is not there"))?;
        let zone = Zone::parse(&found.zone)?;
        let Slot { start, end } = Slot::new(found.slot, &zone);
        let alternatives = found.alternatives.iter().filter_map(|(start, end)| slot::Slot::between(*start, *end));
        let left = found.held_until.map(|until| until.duration_since(now).as_secs().max(0));
        Ok(Self {
            id: found.id,
            host: host.into(),
            resource: found.proposal,
            resource_name: found.name,
            state,
            start,
            end,
            timezone: found.zone,
            series: found.part.map(|part| part.series),
            occurrence: found.part.map(|part| wall(part.original)),
            units: found.units,
            people: found.people,
            note: found.note,
            wait: found.waits,
            place: found.place.filter(|_| state == Shown::Waiting),
            agreement: found.agreement,
            seconds_left: left.filter(|_| state == Shown::Held),
            deadline: found.deadline,
            cancelled_by: found.cancelled_by,
            words: found.words,
            alternatives: alternatives.map(|slot| Slot::new(slot, &zone)).collect(),
            requested_at: found.requested_at,
            answered_at: found.answered_at,
            updated: found.updated,
        })
    }

    /// A page of them.
    ///
    /// # Errors
    /// The store's.
    pub fn page(tx: &mut Tx<'_>, found: Slice<rows::Away>, now: Timestamp) -> operations::Result<Slice<Self>> {
        let items = found.items.into_iter().map(|away| Self::one(tx, away, now)).collect::<Result<_, _>>()?;
        Ok(Slice { items, next: found.next })
    }
}
