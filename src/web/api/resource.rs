//! What can be booked at a space: added, changed, taken away, and when how much of it is free.

use actix_web::HttpResponse;
use actix_web::web::{Json, Path, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::{Body, over};
use super::caller::Caller;
use super::once::{Key, KeyHeader, Made};
use super::paging::{List, Listing, Paging, Window};
use super::view::{self, Availability, Id, Resource};
use crate::coworking::id::{BookingId, ResourceId, SpaceId};
use crate::coworking::resource::{Audience, ResourceInput};
use crate::coworking::window::{AVAILABILITY_DAYS, window};
use crate::operations::{booking, resource, space};
use crate::store::Tx;
use crate::store::resource as rows;
use crate::web::error::Result;

/// Lists what can be booked at a space, the newest first
#[utoipa::path(
    get, path = "/spaces/{id}/resources", tag = "resources", operation_id = "list_resources",
    params(("id" = Id, Path), Window), responses((status = 200, description = "A page", body = List<Resource>))
)]
pub async fn list(caller: Caller, id: Path<SpaceId>, paging: Paging) -> Result<Listing<Resource>> {
    let page = paging.page();
    let there = caller.read(move |tx, _| {
        let space = space::or_default(tx, Some(*id))?.id;
        Ok(rows::list(tx, space, page)?)
    });
    Ok(paging.slice(caller.site().origin(), there.await?.map(Resource::from)))
}

/// Adds something that can be booked
///
/// For administrators.
#[utoipa::path(
    post, path = "/spaces/{id}/resources", tag = "resources", operation_id = "add_resource",
    params(("id" = Id, Path), KeyHeader), request_body = view::ResourceFields,
    responses((status = 201, description = "The resource", body = Resource))
)]
pub async fn add(caller: Caller, id: Path<SpaceId>, key: Key, body: Body<ResourceInput>) -> Result<HttpResponse> {
    let (space, new) = (id.into_inner(), body.value.parse()?);
    let make = move |tx: &mut Tx<'_>, caller: &Caller| {
        let id = resource::add(tx, caller.acting, space, &new, caller.now)?;
        Ok(Made { path: format!("resources/{id}"), shown: Resource::from(resource::by_id(tx, id)?) })
    };
    key.make(&caller, &body.bytes, make).await
}

/// Shows something that can be booked, with its rules
#[utoipa::path(
    get, path = "/resources/{id}", tag = "resources", operation_id = "show_resource", params(("id" = Id, Path)),
    responses((status = 200, description = "The resource", body = Resource))
)]
pub async fn show(caller: Caller, id: Path<ResourceId>) -> Result<Json<Resource>> {
    Ok(Json(caller.read(move |tx, _| Ok(Resource::from(resource::by_id(tx, *id)?))).await?))
}

/// A resource that was changed.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResourceChanged {
    /// As it is now.
    pub resource: Resource,
    /// Bookings to come that it would not allow any more, the newest first. They stand; staff decide on them.
    #[schema(value_type = Vec<Id>)]
    pub hit: Vec<BookingId>,
}

/// Changes something that can be booked
///
/// For administrators. What is booked stays; the answer names the bookings that would not be allowed any more.
#[utoipa::path(
    patch, path = "/resources/{id}", tag = "resources", operation_id = "edit_resource", params(("id" = Id, Path)),
    request_body = view::ResourceEdit,
    responses((status = 200, description = "The resource, changed", body = ResourceChanged))
)]
pub async fn edit(caller: Caller, id: Path<ResourceId>, body: Body<ResourceInput>) -> Result<Json<ResourceChanged>> {
    let (id, given) = (id.into_inner(), body.bytes);
    let changed = caller.act(move |tx, caller| {
        let old: ResourceInput = resource::by_id(tx, id)?.resource.into();
        let new = over(old, &given, None)?.parse()?;
        let hit = resource::edit(tx, caller.acting, id, &new, caller.now)?;
        Ok(ResourceChanged { resource: resource::by_id(tx, id)?.into(), hit })
    });
    Ok(Json(changed.await?))
}

/// Takes away something that can be booked
///
/// For administrators. Nobody can book it any more; what is booked stays.
#[utoipa::path(
    delete, path = "/resources/{id}", tag = "resources", operation_id = "retire_resource",
    params(("id" = Id, Path)), responses((status = 204, description = "Done"))
)]
pub async fn retire(caller: Caller, id: Path<ResourceId>) -> Result<HttpResponse> {
    caller.act(move |tx, caller| resource::retire(tx, caller.acting, *id, caller.now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The time that is looked at.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct During {
    /// From when: a moment with an offset (`+` is sent as `%2B`), or as the clock of the space shows it,
    /// `2027-01-15T09:00`. Now if absent.
    pub from: Option<String>,
    /// Until when, written alike. 31 days after `from` if absent.
    pub to: Option<String>,
}

/// Shows when how much of it is free, for at most 31 days
///
/// Without anybody's name.
#[utoipa::path(
    get, path = "/resources/{id}/availability", tag = "resources", operation_id = "show_availability",
    params(("id" = Id, Path), During),
    responses((status = 200, description = "What is free", body = Availability))
)]
pub async fn availability(caller: Caller, id: Path<ResourceId>, during: Query<During>) -> Result<Json<Availability>> {
    let found = caller.read(move |tx, caller| {
        let zone = resource::zone(tx, *id)?;
        let (from, to) = (during.from.as_deref(), during.to.as_deref());
        let during = window(&zone, from, to, AVAILABILITY_DAYS, caller.now)?;
        let found = booking::availability(tx, *id, Audience::Resident, during, caller.now)?;
        Ok(Availability::new(&found, &zone))
    });
    Ok(Json(found.await?))
}
