//! Screens at the doors, and the numbers that are typed there.

use actix_web::HttpResponse;
use actix_web::web::{Json, Path};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::once::{Made, created};
use super::paging::{List, Listing, Paging, Window};
use super::view::{Id, Time};
use crate::coworking::id::{BookingId, KioskId, SpaceId};
use crate::operations::kiosk;
use crate::store::kiosk as rows;
use crate::web::error::Result;

/// A screen at the door of a space; its address is shown only once, when it is made.
#[derive(Debug, Serialize, ToSchema)]
pub struct Kiosk {
    /// The node's number for it.
    #[schema(value_type = Id)]
    pub id: KioskId,
    /// What it is called.
    pub label: String,
    /// Since when.
    #[schema(value_type = Time)]
    pub created_at: Timestamp,
}

impl From<rows::Kiosk> for Kiosk {
    fn from(kiosk: rows::Kiosk) -> Self {
        Self { id: kiosk.id, label: kiosk.label, created_at: kiosk.created_at }
    }
}

/// A new screen.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewKiosk {
    /// The node's number for it.
    #[schema(value_type = Id)]
    pub id: KioskId,
    /// What the screen is to open, shown now and never again.
    #[schema(example = "https://harbor.example/kiosk/kiosk_…")]
    pub url: String,
}

/// A number to be typed at a screen.
#[derive(Debug, Serialize, ToSchema)]
pub struct Number {
    /// Its digits; none if there is no number yet.
    #[schema(required, example = "204913")]
    pub code: Option<String>,
}

/// A screen to be put up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KioskBody {
    /// What to call it, up to 100 characters.
    #[schema(example = "Front door")]
    pub label: String,
}

/// Lists the screens at the door of a space, the newest first
///
/// For hosts.
#[utoipa::path(
    get, path = "/spaces/{id}/kiosks", tag = "kiosks", operation_id = "list_kiosks", params(("id" = Id, Path), Window),
    responses((status = 200, description = "A page", body = List<Kiosk>))
)]
pub async fn list(caller: Caller, id: Path<SpaceId>, paging: Paging) -> Result<Listing<Kiosk>> {
    let page = paging.page();
    let kiosks = caller.read(move |tx, caller| kiosk::list(tx, caller.acting, *id, page));
    Ok(paging.slice(caller.site().origin(), kiosks.await?.map(Kiosk::from)))
}

/// Puts up a screen at the door of a space
///
/// For hosts. It shows a code to scan and takes numbers; it lists nobody, and opens nothing else.
#[utoipa::path(
    post, path = "/spaces/{id}/kiosks", tag = "kiosks", operation_id = "add_kiosk", params(("id" = Id, Path)),
    request_body = KioskBody, responses((status = 201, description = "The screen, with its address", body = NewKiosk))
)]
pub async fn add(caller: Caller, id: Path<SpaceId>, body: Body<KioskBody>) -> Result<HttpResponse> {
    let label = body.value.label;
    let made = caller.act(move |tx, caller| {
        let made = kiosk::add(tx, caller.acting, *id, &label, caller.now)?;
        let shown = NewKiosk { id: made.kiosk, url: caller.site().kiosk(made.secret.expose()) };
        Ok(Made { path: format!("kiosks/{}", made.kiosk), shown })
    });
    Ok(created(&caller, &made.await?))
}

/// Takes a screen down: its address opens nothing any more
///
/// For hosts.
#[utoipa::path(
    delete, path = "/kiosks/{id}", tag = "kiosks", operation_id = "remove_kiosk", params(("id" = Id, Path)),
    responses((status = 204, description = "Done"))
)]
pub async fn remove(caller: Caller, id: Path<KioskId>) -> Result<HttpResponse> {
    caller.act(move |tx, caller| kiosk::remove(tx, caller.acting, *id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Shows the number of a booking, with which its guest checks in at a screen
///
/// For the one who has it, and for hosts.
#[utoipa::path(
    get, path = "/bookings/{id}/code", tag = "kiosks", operation_id = "booking_code", params(("id" = Id, Path)),
    responses((status = 200, description = "Six digits", body = Number))
)]
pub async fn of_booking(caller: Caller, id: Path<BookingId>) -> Result<Json<Number>> {
    let code = caller.act(move |tx, caller| kiosk::code_of_booking(tx, caller.acting, *id));
    Ok(Json(Number { code: Some(code.await?) }))
}

/// Shows the caller's own number
#[utoipa::path(
    get, path = "/me/code", tag = "kiosks", operation_id = "show_code",
    responses((status = 200, description = "Eight digits, or none yet", body = Number))
)]
pub async fn own(caller: Caller) -> Result<Json<Number>> {
    Ok(Json(Number { code: caller.read(|tx, caller| kiosk::own_code(tx, caller.acting)).await? }))
}

/// Gives the caller a new number, in place of the one before
#[utoipa::path(
    post, path = "/me/code", tag = "kiosks", operation_id = "new_code",
    responses((status = 200, description = "Eight digits", body = Number))
)]
pub async fn renew(caller: Caller) -> Result<Json<Number>> {
    let code = caller.act(|tx, caller| {
        let member = caller.acting.member("have a number")?;
        kiosk::new_code(tx, caller.acting, member)
    });
    Ok(Json(Number { code: Some(code.await?) }))
}
