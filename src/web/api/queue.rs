//! The mail between nodes, as those see it who keep it going.

use actix_web::HttpResponse;
use actix_web::web::{Json, Path, Query};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::paging::{List, Listing, Paging, Window};
use super::view::{self, Id, Time};
use crate::coworking::id::ActorId;
use crate::operations::queue;
use crate::store::delivery::Line;
use crate::store::inbox::Failed;
use crate::web::error::Result;

/// How much mail there is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Queue {
    /// On its way to others.
    pub outgoing: Outgoing,
    /// From others.
    pub incoming: Incoming,
}

/// How many deliveries there are.
#[derive(Debug, Serialize, ToSchema)]
pub struct Outgoing {
    /// To be tried.
    pub waiting: u64,
    /// Given up.
    pub failed: u64,
    /// Not sent by a decision here.
    pub dropped: u64,
}

/// How many received activities there are.
#[derive(Debug, Serialize, ToSchema)]
pub struct Incoming {
    /// To be worked on, or tried again.
    pub waiting: u64,
    /// Set aside, because working on them failed.
    pub failed: u64,
}

/// Tells how much mail there is
///
/// For hosts.
#[utoipa::path(
    get, path = "/queue", tag = "queue", operation_id = "show_queue",
    responses((status = 200, description = "How much of what", body = Queue))
)]
pub async fn show(caller: Caller) -> Result<Json<Queue>> {
    let queue::Overview { outgoing, incoming } = caller.read(|tx, caller| queue::overview(tx, caller.acting)).await?;
    Ok(Json(Queue {
        outgoing: Outgoing { waiting: outgoing.waiting, failed: outgoing.failed, dropped: outgoing.dropped },
        incoming: Incoming { waiting: incoming.waiting, failed: incoming.failed },
    }))
}

/// An activity on its way to an inbox.
#[derive(Debug, Serialize, ToSchema)]
pub struct Delivery {
    /// The node's number for it.
    #[schema(value_type = Id)]
    pub id: String,
    /// The activity's type; null for what a member does not say to everybody.
    #[serde(rename = "type")]
    #[schema(example = "Create", required)]
    pub kind: Option<String>,
    /// Whose activity it is; null for what a member does not say to everybody.
    #[schema(value_type = Option<Id>, required)]
    pub actor: Option<ActorId>,
    /// The inbox where it goes; its host alone for what a member does not say to everybody.
    pub inbox: String,
    /// What became of it.
    #[schema(value_type = view::DeliveryState)]
    pub state: &'static str,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next; of one that waits.
    #[schema(value_type = Time)]
    pub next_at: Timestamp,
    /// The HTTP status of the last answer.
    #[schema(required)]
    pub status: Option<u16>,
    /// What went wrong last.
    #[schema(required)]
    pub error: Option<String>,
    /// Since when it waits.
    #[schema(value_type = Time)]
    pub created_at: Timestamp,
    /// When it was done, given up or dropped.
    #[schema(value_type = Option<Time>, required)]
    pub ended_at: Option<Timestamp>,
}

impl From<Line> for Delivery {
    fn from(line: Line) -> Self {
        Self {
            id: line.id.to_string(),
            kind: line.kind,
            actor: line.actor,
            inbox: line.inbox,
            state: line.state.as_str(),
            attempts: line.attempts,
            next_at: line.next_at,
            status: line.status,
            error: line.error,
            created_at: line.created_at,
            ended_at: line.ended_at,
        }
    }
}

/// Which deliveries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Those in this state; all if absent.
    #[param(value_type = Option<view::DeliveryState>)]
    pub state: Option<String>,
}

/// Lists deliveries, the newest first
///
/// For hosts.
#[utoipa::path(
    get, path = "/queue/outgoing", tag = "queue", operation_id = "list_deliveries", params(Which, Window),
    responses((status = 200, description = "A page", body = List<Delivery>))
)]
pub async fn outgoing(caller: Caller, which: Query<Which>, paging: Paging) -> Result<Listing<Delivery>> {
    let state = which.state.as_deref().map(state).transpose()?;
    let page = paging.page();
    let lines = caller.read(move |tx, caller| queue::outgoing(tx, caller.acting, state, page)).await?;
    Ok(paging.slice(caller.site().origin(), lines.map(Delivery::from)))
}

fn state(word: &str) -> Result<crate::store::delivery::State> {
    let expected = "waiting, done, failed or dropped";
    Ok(word.parse().map_err(|_| crate::coworking::Refusal::malformed("state", word, expected))?)
}

/// A received activity that was set aside, because working on it failed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Arrival {
    /// The node's number for it.
    #[schema(value_type = Id)]
    pub id: String,
    /// Its id in the network.
    pub uri: String,
    /// Whose it is, as an id in the network.
    pub actor_uri: String,
    /// Its type.
    #[serde(rename = "type")]
    #[schema(example = "Create")]
    pub kind: String,
    /// How often it was worked on.
    pub attempts: u32,
    /// What went wrong last.
    pub error: String,
}

impl From<Failed> for Arrival {
    fn from(failed: Failed) -> Self {
        Self {
            id: failed.id.0.to_string(),
            uri: failed.uri,
            actor_uri: failed.actor_uri,
            kind: failed.kind,
            attempts: failed.attempts,
            error: failed.error,
        }
    }
}

/// Lists received activities that were set aside, the newest first
///
/// For hosts.
#[utoipa::path(
    get, path = "/queue/incoming", tag = "queue", operation_id = "list_arrivals", params(Window),
    responses((status = 200, description = "A page", body = List<Arrival>))
)]
pub async fn incoming(caller: Caller, paging: Paging) -> Result<Listing<Arrival>> {
    let page = paging.page();
    let failed = caller.read(move |tx, caller| queue::incoming(tx, caller.acting, page)).await?;
    Ok(paging.slice(caller.site().origin(), failed.map(Arrival::from)))
}

/// Tries a delivery or a received activity again, now
///
/// For hosts.
#[utoipa::path(
    post, path = "/queue/{id}/retry", tag = "queue", operation_id = "retry_mail", params(("id" = Id, Path)),
    responses((status = 204, description = "It is tried"))
)]
pub async fn retry(caller: Caller, id: Path<i64>) -> Result<HttpResponse> {
    caller.act(move |tx, caller| queue::retry(tx, caller.acting, *id, caller.now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Gives up a delivery, or throws a received activity away
///
/// For hosts.
#[utoipa::path(
    delete, path = "/queue/{id}", tag = "queue", operation_id = "drop_mail", params(("id" = Id, Path)),
    responses((status = 204, description = "Done"))
)]
pub async fn give_up(caller: Caller, id: Path<i64>) -> Result<HttpResponse> {
    caller.act(move |tx, caller| queue::drop(tx, caller.acting, *id, caller.now)).await?;
    Ok(HttpResponse::NoContent().finish())
}
