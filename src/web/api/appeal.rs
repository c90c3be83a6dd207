//! What is taken back of what was said about somebody's being there: a check-in by mistake, and that nobody came.

use actix_web::web::{Json, Path};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::booking::done;
use super::caller::Caller;
use super::paging::{List, Listing, Paging, Window};
use super::view::{Booking, Id, Time};
use crate::coworking::id::{BookingId, SpaceId};
use crate::operations::{booking, front_desk};
use crate::web::error::Result;

/// Takes a check-in back
///
/// For hosts, within five minutes.
#[utoipa::path(
    post, path = "/bookings/{id}/checkin/undo", tag = "bookings", operation_id = "undo_check_in",
    params(("id" = Id, Path)), responses((status = 200, description = "The booking", body = Booking))
)]
pub async fn undo_check_in(caller: Caller, id: Path<BookingId>) -> Result<Json<Booking>> {
    done(&caller, move |tx, caller| booking::undo_check_in(tx, caller.acting, *id, caller.now)).await
}

/// What somebody says who is said not to have come.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AppealBody {
    /// That they were there, or why not, up to 500 characters.
    pub words: String,
}

/// Says to the space that one has come after all, or why not
///
/// For the one who has a booking to which nobody came; once.
#[utoipa::path(
    post, path = "/bookings/{id}/appeal", tag = "bookings", operation_id = "appeal", params(("id" = Id, Path)),
    request_body = AppealBody, responses((status = 200, description = "The booking", body = Booking))
)]
pub async fn appeal(caller: Caller, id: Path<BookingId>, body: Body<AppealBody>) -> Result<Json<Booking>> {
    let words = body.value.words;
    done(&caller, move |tx, caller| booking::appeal(tx, caller.acting, *id, &words, caller.now)).await
}

/// Says that somebody has come to a booking after all, with an appeal or without
///
/// For hosts.
#[utoipa::path(
    post, path = "/bookings/{id}/lift", tag = "bookings", operation_id = "lift_no_show", params(("id" = Id, Path)),
    responses((status = 200, description = "The booking", body = Booking))
)]
pub async fn lift(caller: Caller, id: Path<BookingId>) -> Result<Json<Booking>> {
    done(&caller, move |tx, caller| booking::lift(tx, caller.acting, *id, caller.now)).await
}

/// Leaves it at that nobody came, whatever the appeal says
///
/// For hosts.
#[utoipa::path(
    post, path = "/bookings/{id}/appeal/dismiss", tag = "bookings", operation_id = "dismiss_appeal",
    params(("id" = Id, Path)), responses((status = 200, description = "The booking", body = Booking))
)]
pub async fn dismiss(caller: Caller, id: Path<BookingId>) -> Result<Json<Booking>> {
    done(&caller, move |tx, caller| booking::dismiss(tx, caller.acting, *id, caller.now)).await
}

/// What somebody says who is said not to have come.
#[derive(Debug, Serialize, ToSchema)]
pub struct Appeal {
    /// What it is about.
    pub booking: Booking,
    /// What its guest says.
    pub words: String,
    /// When.
    #[schema(value_type = Time)]
    pub said_at: jiff::Timestamp,
}

/// Lists the appeals that wait for the staff of a space, the oldest booking first
///
/// For hosts.
#[utoipa::path(
    get, path = "/spaces/{id}/appeals", tag = "bookings", operation_id = "list_appeals",
    params(("id" = Id, Path), Window), responses((status = 200, description = "A page", body = List<Appeal>))
)]
pub async fn list(caller: Caller, id: Path<SpaceId>, paging: Paging) -> Result<Listing<Appeal>> {
    let page = paging.page();
    let appeals = caller.read(move |tx, caller| {
        let slice = front_desk::appeals(tx, caller.acting, *id, page)?;
        let mut said = Vec::with_capacity(slice.items.len());
        let bookings = slice.items.into_iter().map(|appeal| {
            said.push((appeal.words, appeal.said_at));
            appeal.booking
        });
        let bookings = Booking::load(tx, bookings.collect(), caller.now)?;
        let items = bookings.into_iter().zip(said);
        let items = items.map(|(booking, (words, said_at))| Appeal { booking, words, said_at }).collect();
        Ok(crate::store::page::Slice { items, next: slice.next })
    });
    Ok(paging.slice(caller.site().origin(), appeals.await?))
}
