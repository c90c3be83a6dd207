//! Places in the line of those who wait for what others have.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Id, LocalTime, Person, Time};
use crate::coworking::id::{ActorId, BookingId, ResourceId, SpaceId, WaitId};
use crate::coworking::space::Zone;
use crate::coworking::waitlist::State;
use crate::operations;
use crate::operations::booking::waitlist::place;
use crate::operations::space;
use crate::store::page::Slice;
use crate::store::{Tx, actor, resource, waitlist as rows};

/// Somebody's place in the line of those who wait.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Wait {
    /// The node's number for it.
    #[schema(value_type = Id)]
    pub id: WaitId,
    /// At which space.
    #[schema(value_type = Id)]
    pub space: SpaceId,
    /// For what.
    #[schema(value_type = Id)]
    pub resource: ResourceId,
    /// What that is called.
    pub resource_name: String,
    /// Would anything else of the same sort at the space do?
    pub any_of_kind: bool,
    /// Who waits.
    pub requester: Person,
    /// Where they stand now.
    #[schema(value_type = super::WaitState)]
    pub state: State,
    /// The place, the first is 1; of who waits.
    #[schema(required)]
    pub place: Option<usize>,
    /// The earliest beginning.
    #[schema(value_type = LocalTime)]
    pub start: String,
    /// The latest end.
    #[schema(value_type = LocalTime)]
    pub end: String,
    /// How long, in minutes.
    pub minutes: i64,
    /// The IANA name of the zone where the clock of the space hangs.
    #[schema(example = "Europe/Amsterdam")]
    pub timezone: String,
    /// How many units.
    pub units: u32,
    /// For how many people.
    pub people: u32,
    /// A word to the space.
    #[schema(required)]
    pub note: Option<String>,
    /// The booking that they got. It is kept until `promised_until`; until then it has to be confirmed.
    #[schema(value_type = Option<Id>, required)]
    pub booking: Option<BookingId>,
    /// Until when what came free is kept for them.
    #[schema(value_type = Option<Time>, required)]
    pub promised_until: Option<Timestamp>,
    /// Why the space took them off.
    #[schema(required)]
    pub words: Option<String>,
    /// Since when they wait.
    #[schema(value_type = Time)]
    pub joined_at: Timestamp,
}

impl Wait {
    /// One as it stands now.
    ///
    /// # Errors
    /// The store's.
    pub fn one(tx: &mut Tx<'_>, found: rows::Wait, now: Timestamp) -> operations::Result<Self> {
        let shown = Self::load(tx, vec![found], now)?.pop();
        Ok(shown.ok_or_else(|| anyhow::anyhow!("one place in line is shown as none"))?)
    }

    /// A page of them.
    ///
    /// # Errors
    /// The store's.
    pub fn page(tx: &mut Tx<'_>, slice: Slice<rows::Wait>, now: Timestamp) -> operations::Result<Slice<Self>> {
        Ok(Slice { items: Self::load(tx, slice.items, now)?, next: slice.next })
    }

    fn load(tx: &mut Tx<'_>, found: Vec<rows::Wait>, now: Timestamp) -> operations::Result<Vec<Self>> {
        let ids: Vec<ActorId> = found.iter().map(|wait| wait.requester).collect();
        let people: HashMap<ActorId, Person> =
            actor::summaries(tx, &ids)?.into_iter().map(|actor| (actor.id, actor.into())).collect();
        let shown = found.into_iter().map(|wait| {
            let requester = people.get(&wait.requester).cloned();
            let requester = requester.ok_or_else(|| anyhow::anyhow!("the account of who waits is not there"))?;
            let zone = Zone::parse(&space::or_default(tx, Some(wait.space))?.zone)?;
            let resource_name = resource::by_id(tx, wait.resource)?.map(|kept| kept.resource.name).unwrap_or_default();
            Ok(Self {
                id: wait.id,
                space: wait.space,
                resource: wait.resource,
                resource_name,
                any_of_kind: wait.any_of_kind,
                requester,
                state: wait.state_at(now),
                place: place(tx, &wait, now)?,
                start: zone.written(wait.wanted.window.start()),
                end: zone.written(wait.wanted.window.end()),
                minutes: wait.wanted.length.as_mins(),
                timezone: zone.as_str().to_owned(),
                units: wait.wanted.units,
                people: wait.wanted.people,
                note: wait.note,
                booking: wait.booking,
                promised_until: wait.promised_until,
                words: wait.words,
                joined_at: wait.joined_at,
            })
        });
        shown.collect()
    }
}
