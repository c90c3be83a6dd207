//! Members at the doors of other nodes.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Id, Person, Time};
use crate::coworking::id::{AwayId, VisitId};
use crate::coworking::visit::State;
use crate::operations;
use crate::store::visit as rows;
use crate::store::{Tx, actor};

/// What a member said at the door of another node, and the answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Visit {
    /// The node's number for it.
    #[schema(value_type = Id)]
    pub id: VisitId,
    /// The space.
    pub host: Person,
    /// The booking that they came for, or were given at the door.
    #[schema(value_type = Option<Id>, required)]
    pub stay: Option<AwayId>,
    /// Where it stands now.
    #[schema(value_type = super::VisitState)]
    pub state: State,
    /// Why they were not let in.
    #[schema(required)]
    pub words: Option<String>,
    /// When they said that they are there.
    #[schema(value_type = Time)]
    pub begun_at: Timestamp,
    /// When the space answered.
    #[schema(value_type = Option<Time>, required)]
    pub answered_at: Option<Timestamp>,
}

impl Visit {
    /// One, with its host.
    ///
    /// # Errors
    /// The store's.
    pub fn one(tx: &mut Tx<'_>, found: rows::Visit) -> operations::Result<Self> {
        let rows::Visit { id, space, away, state, words, begun_at, answered_at, .. } = found;
        let host = actor::summaries(tx, &[space])?.pop();
        let host = host.ok_or_else(|| anyhow::anyhow!("the host of a visit is not there"))?;
        Ok(Self { id, host: host.into(), stay: away, state, words, begun_at, answered_at })
    }
}
