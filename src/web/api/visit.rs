//! Checking in and out at other nodes: said to the space alone, which answers.

use actix_web::web::{Json, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::search::one_actor;
use super::view::{Id, Stay, Visit};
use crate::coworking::id::{AwayId, VisitId};
use crate::operations::visit::{self, Door};
use crate::web::error::Result;

/// What was found at the door.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ArriveBody {
    /// The code that is shown there, if it was scanned.
    pub code: Option<String>,
}

/// Where somebody stands.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VisitBody {
    /// The space, by its handle or its address.
    #[schema(example = "@loft@loft.example")]
    pub space: String,
    /// The code that is shown there, if it was scanned.
    pub code: Option<String>,
}

/// Says to the host of a booking at another node that the caller is there
///
/// From a quarter of an hour before it begins. The host is told, and nobody else; it answers at once if it can be reached.
#[utoipa::path(
    post, path = "/stays/{id}/arrive", tag = "stays", operation_id = "arrive", params(("id" = Id, Path)),
    request_body = ArriveBody, responses((status = 200, description = "The visit", body = Visit))
)]
pub async fn arrive(caller: Caller, id: Path<AwayId>, body: Body<ArriveBody>) -> Result<Json<Visit>> {
    said(&caller, Door::Of(*id), body.value.code).await
}

/// Says to the host of a booking at another node that the caller leaves
#[utoipa::path(
    post, path = "/stays/{id}/leave", tag = "stays", operation_id = "leave_stay", params(("id" = Id, Path)),
    responses((status = 200, description = "It is over", body = Stay))
)]
pub async fn leave(caller: Caller, id: Path<AwayId>) -> Result<Json<Stay>> {
    let left = caller.act(move |tx, caller| {
        let left = visit::leave(tx, caller.acting, *id, caller.now)?;
        Stay::one(tx, left, caller.now)
    });
    Ok(Json(left.await?))
}

/// Says to a space elsewhere that the caller is there, with a booking or without
///
/// Without one, the space gives a place to who may come in, if one is free.
#[utoipa::path(
    post, path = "/visits", tag = "stays", operation_id = "visit", request_body = VisitBody,
    responses((status = 200, description = "The visit", body = Visit))
)]
pub async fn begin(caller: Caller, body: Body<VisitBody>) -> Result<Json<Visit>> {
    let VisitBody { space, code } = body.value;
    let space = one_actor(&caller, &space).await?;
    said(&caller, Door::At(space), code).await
}

/// Shows a visit
///
/// For the member whose it is.
#[utoipa::path(
    get, path = "/visits/{id}", tag = "stays", operation_id = "show_visit", params(("id" = Id, Path)),
    responses((status = 200, description = "As the space has answered", body = Visit))
)]
pub async fn show(caller: Caller, id: Path<VisitId>) -> Result<Json<Visit>> {
    let found = caller.read(move |tx, caller| {
        let found = visit::view(tx, caller.acting, *id, caller.now)?;
        Visit::one(tx, found)
    });
    Ok(Json(found.await?))
}

async fn said(caller: &Caller, at: Door, code: Option<String>) -> Result<Json<Visit>> {
    let said = caller.act(move |tx, caller| {
        let begun = visit::arrive(tx, caller.acting, &at, code.as_deref(), caller.now)?;
        Visit::one(tx, begun)
    });
    Ok(Json(said.await?))
}
