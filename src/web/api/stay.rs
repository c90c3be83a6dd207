//! Bookings at other nodes: asked for from here, and told as their hosts tell them.

use actix_web::HttpResponse;
use actix_web::web::{Json, Path, Query};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::once::{Key, KeyHeader, Made};
use super::paging::{List, Listing, Paging, Window};
use super::resource::During;
use super::view::{Id, Stay};
use crate::coworking::booking::BookingInput;
use crate::coworking::id::AwayId;
use crate::coworking::space::Zone;
use crate::coworking::window::{LIST_DAYS, window};
use crate::federation::resolve;
use crate::operations::{away, space};
use crate::store::Tx;
use crate::store::away as rows;
use crate::web::error::Result;

/// What somebody wants to book at another node.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StayBody {
    /// Of what: its address.
    #[schema(example = "https://loft.example/resources/1868812345678901234")]
    pub resource: String,
    /// From when, as the clock of the host shows it, with or without its offset.
    #[schema(example = "2027-01-15T09:30")]
    pub start: String,
    /// Until when.
    #[schema(example = "2027-01-15T11:00")]
    pub end: String,
    /// How many units; 1 if absent.
    pub units: Option<u32>,
    /// For how many people; 1 if absent.
    pub people: Option<u32>,
    /// A word to the host, up to 500 characters.
    pub note: Option<String>,
    /// If others have it: wait in the host's line until it begins. What comes free is confirmed at once; it can be given back
    /// for some time without being late. `false` if absent.
    #[serde(default)]
    #[schema(required = false)]
    pub wait: bool,
}

/// Asks for a booking at another node
///
/// The host is told the member's name and home, what is asked for, and the note; nobody else is told anything. It is confirmed
/// when the host says so, and not before.
#[utoipa::path(
    post, path = "/stays", tag = "stays", operation_id = "request_stay", request_body = StayBody, params(KeyHeader),
    responses((status = 201, description = "What was asked for", body = Stay))
)]
pub async fn request(caller: Caller, key: Key, body: Body<StayBody>) -> Result<HttpResponse> {
    let StayBody { resource, start, end, units, people, note, wait } = body.value;
    let at = resolve::bookable(caller.node(), &resource).await?;
    let input = BookingInput { start, end, units, unit: None, people, note, guest: None };
    let draft = input.parse(&Zone::parse(&at.zone)?)?;
    let make = move |tx: &mut Tx<'_>, caller: &Caller| {
        let ask = if wait { away::ask_or_wait } else { away::ask };
        let made = ask(tx, caller.acting, &at, &draft, caller.now)?;
        Ok(Made { path: format!("stays/{}", made.id), shown: Stay::one(tx, made, caller.now)? })
    };
    key.make(&caller, &body.bytes, make).await
}

/// Lists the caller's bookings at other nodes that touch a time of at most 366 days, the first that begins first
///
/// A time without an offset is read by the clock of the default space.
#[utoipa::path(
    get, path = "/stays", tag = "stays", operation_id = "list_stays", params(During, Window),
    responses((status = 200, description = "A page", body = List<Stay>))
)]
pub async fn list(caller: Caller, during: Query<During>, paging: Paging) -> Result<Listing<Stay>> {
    let page = paging.page();
    let stays = caller.read(move |tx, caller| {
        let member = caller.acting.member("have bookings")?;
        let zone = Zone::parse(&space::or_default(tx, None)?.zone)?;
        let during = window(&zone, during.from.as_deref(), during.to.as_deref(), LIST_DAYS, caller.now)?;
        let slice = rows::list(tx, member, during, page)?;
        Stay::page(tx, slice, caller.now)
    });
    Ok(paging.slice(caller.site().origin(), stays.await?))
}

/// Shows a booking at another node
///
/// For the member who has it.
#[utoipa::path(
    get, path = "/stays/{id}", tag = "stays", operation_id = "show_stay", params(("id" = Id, Path)),
    responses((status = 200, description = "As its host has said it", body = Stay))
)]
pub async fn show(caller: Caller, id: Path<AwayId>) -> Result<Json<Stay>> {
    let stay = caller.read(move |tx, caller| {
        let found = away::view(tx, caller.acting, *id)?;
        Stay::one(tx, found, caller.now)
    });
    Ok(Json(stay.await?))
}

/// Takes a booking at another node back
///
/// For the member who has it. The host is told, and the time is free there as soon as it has heard of it.
#[utoipa::path(
    post, path = "/stays/{id}/cancel", tag = "stays", operation_id = "cancel_stay", params(("id" = Id, Path)),
    responses((status = 200, description = "Taken back", body = Stay))
)]
pub async fn cancel(caller: Caller, id: Path<AwayId>) -> Result<Json<Stay>> {
    let stay = caller.act(move |tx, caller| {
        let taken_back = away::cancel(tx, caller.acting, *id, caller.now)?;
        Stay::one(tx, taken_back, caller.now)
    });
    Ok(Json(stay.await?))
}
