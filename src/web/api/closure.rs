//! When spaces, or parts of them, are closed in spite of their hours.

use actix_web::HttpResponse;
use actix_web::web::{Path, Query};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::once::{Key, KeyHeader, Made};
use super::paging::{List, Listing, Paging, Window};
use super::resource::During;
use super::view::{self, Closure, Id};
use crate::coworking::Refusal;
use crate::coworking::id::{BookingId, ClosureId, ResourceId, SpaceId};
use crate::coworking::resource::Audience;
use crate::coworking::slot::Slot;
use crate::coworking::space::Zone;
use crate::coworking::window::{LIST_DAYS, window};
use crate::operations::{resource, space};
use crate::store::{Tx, closure as rows};
use crate::web::error::Result;

/// Lists when a space or a part of it is closed, the first that ends first
#[utoipa::path(
    get, path = "/spaces/{id}/closures", tag = "resources", operation_id = "list_closures",
    params(("id" = Id, Path), During, Window),
    responses((status = 200, description = "A page", body = List<Closure>))
)]
pub async fn list(
    caller: Caller,
    id: Path<SpaceId>,
    during: Query<During>,
    paging: Paging,
) -> Result<Listing<Closure>> {
    let page = paging.page();
    let closures = caller.read(move |tx, caller| {
        let space = space::or_default(tx, Some(*id))?;
        let zone = Zone::parse(&space.zone)?;
        let during = window(&zone, during.from.as_deref(), during.to.as_deref(), LIST_DAYS, caller.now)?;
        Ok(rows::list(tx, space.id, during, page)?.map(|closure| Closure::new(closure, &zone)))
    });
    Ok(paging.slice(caller.site().origin(), closures.await?))
}

/// A closure that is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClosureBody {
    /// Of what; all of the space if absent.
    #[schema(value_type = Option<Id>)]
    pub resource: Option<ResourceId>,
    /// From when, as the clock of the space shows it, with or without its offset.
    #[schema(example = "2027-12-24T18:00")]
    pub start: String,
    /// Until when.
    #[schema(example = "2027-12-27T08:00")]
    pub end: String,
    /// For whom; for all if absent or empty.
    #[serde(default)]
    #[schema(value_type = Vec<view::Audience>, required = false)]
    pub audiences: Vec<Audience>,
    /// Why, in words, up to 500 characters.
    pub reason: String,
}

/// A closure that has been made.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClosureMade {
    /// The closure.
    pub closure: Closure,
    /// Bookings that lie in it. They stand; staff decide on them.
    #[schema(value_type = Vec<Id>)]
    pub hit: Vec<BookingId>,
}

/// Closes a space, or a part of it, for a time
///
/// For hosts. What is booked stays; the answer names the bookings that lie in it.
#[utoipa::path(
    post, path = "/spaces/{id}/closures", tag = "resources", operation_id = "close_space",
    params(("id" = Id, Path), KeyHeader), request_body = ClosureBody,
    responses((status = 201, description = "The closure", body = ClosureMade))
)]
pub async fn close(caller: Caller, id: Path<SpaceId>, key: Key, body: Body<ClosureBody>) -> Result<HttpResponse> {
    let (space, ClosureBody { resource, start, end, audiences, reason }) = (id.into_inner(), body.value);
    let make = move |tx: &mut Tx<'_>, caller: &Caller| {
        let zone = Zone::parse(&space::or_default(tx, Some(space))?.zone)?;
        let slot = Slot::new(zone.read("start", &start)?, zone.read("end", &end)?)?;
        let (audiences, reason) = (audiences.clone(), reason.clone());
        let new = resource::NewClosure { space, resource, slot, audiences, reason };
        let (id, hit) = resource::close(tx, caller.acting, &new, caller.now)?;
        let made = rows::by_id(tx, id)?.ok_or(Refusal::NotFound { what: "closure" })?;
        Ok(Made { path: format!("closures/{id}"), shown: ClosureMade { closure: Closure::new(made, &zone), hit } })
    };
    key.make(&caller, &body.bytes, make).await
}

/// Takes a closure back
///
/// For hosts.
#[utoipa::path(
    delete, path = "/closures/{id}", tag = "resources", operation_id = "open_space", params(("id" = Id, Path)),
    responses((status = 204, description = "Done"))
)]
pub async fn open(caller: Caller, id: Path<ClosureId>) -> Result<HttpResponse> {
    caller.act(move |tx, caller| resource::open(tx, caller.acting, *id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
