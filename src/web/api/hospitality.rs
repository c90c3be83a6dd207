//! What spaces grant guests from partner spaces.

use actix_web::web::{Json, Path};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::view::{self, Id};
use crate::coworking::hospitality::HospitalityInput;
use crate::coworking::id::{ActorId, SpaceId};
use crate::operations::hospitality::{self, Shown};
use crate::web::error::Result;

/// What a space grants guests.
#[derive(Debug, Serialize, ToSchema)]
pub struct Granted {
    /// The clauses; absent where the space has said nothing: then the rules of each resource hold.
    #[schema(value_type = Option<view::Hospitality>, required)]
    pub hospitality: Option<HospitalityInput>,
    /// The addresses of the resources that guests can have; all if empty.
    pub resources: Vec<String>,
    /// A sentence for each clause.
    #[schema(example = json!(["A guest can have 3 days within any 30 days."]))]
    pub sentences: Vec<String>,
}

impl From<Shown> for Granted {
    fn from(shown: Shown) -> Self {
        let Shown { granted, resources, sentences } = shown;
        Self { hospitality: granted.map(Into::into), resources, sentences }
    }
}

/// Shows what a space grants guests, here or elsewhere
///
/// Of a space elsewhere: what its home has said when it was read last.
#[utoipa::path(
    get, path = "/actors/{id}/hospitality", tag = "hospitality", operation_id = "show_hospitality",
    params(("id" = Id, Path)), responses((status = 200, description = "What it grants", body = Granted))
)]
pub async fn show(caller: Caller, id: Path<ActorId>) -> Result<Json<Granted>> {
    let shown = caller.read(move |tx, caller| hospitality::show(tx, caller.site(), *id)).await?;
    Ok(Json(shown.into()))
}

/// What a space is to grant guests.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HospitalityBody {
    /// The clauses, all of them; absent: nothing is said any more, and only the rules of each resource hold.
    #[schema(value_type = Option<view::Hospitality>)]
    pub hospitality: Option<HospitalityInput>,
}

/// Says what a space grants guests from partner spaces
///
/// For administrators. It is kept to from now on, also for what waits for an answer; what is booked stays.
#[utoipa::path(
    put, path = "/spaces/{id}/hospitality", tag = "hospitality", operation_id = "set_hospitality",
    params(("id" = Id, Path)), request_body = HospitalityBody,
    responses((status = 200, description = "What it grants", body = Granted))
)]
pub async fn set(caller: Caller, id: Path<SpaceId>, body: Body<HospitalityBody>) -> Result<Json<Granted>> {
    let granted = body.value.hospitality.map(HospitalityInput::parse).transpose()?;
    let shown = caller.act(move |tx, caller| {
        hospitality::set(tx, caller.acting, *id, granted.as_ref(), caller.now)?;
        hospitality::show(tx, caller.site(), (*id).into())
    });
    Ok(Json(shown.await?.into()))
}
