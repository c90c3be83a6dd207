//! Waiting for what others have.

use actix_web::HttpResponse;
use actix_web::web::{Json, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::once::{Key, KeyHeader, Made};
use super::paging::{List, Listing, Paging, Window};
use super::view::{Id, Wait};
use crate::coworking::id::{ActorId, ResourceId, SpaceId, WaitId};
use crate::coworking::waitlist::WaitInput;
use crate::operations::booking::Asking;
use crate::operations::booking::waitlist::{self, Waiting};
use crate::operations::resource;
use crate::store::Tx;
use crate::web::error::Result;

/// What somebody wants to wait for.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WaitBody {
    /// For what.
    #[schema(value_type = Id)]
    pub resource: ResourceId,
    /// Would anything else of the same sort at the space do? `false` if absent.
    #[serde(default)]
    #[schema(required = false)]
    pub any_of_kind: bool,
    /// The earliest beginning, as the clock of the space shows it, with or without its offset.
    #[schema(example = "2027-01-15T09:00")]
    pub start: String,
    /// The latest end, at most a week later than the time itself would take.
    #[schema(example = "2027-01-15T18:00")]
    pub end: String,
    /// How long, in minutes; all of that time if absent.
    pub minutes: Option<u32>,
    /// How many units; 1 if absent.
    pub units: Option<u32>,
    /// For how many people; 1 if absent.
    pub people: Option<u32>,
    /// A word to the space, up to 500 characters.
    pub note: Option<String>,
    /// Which other member waits; for hosts.
    #[schema(value_type = Option<Id>)]
    pub member: Option<ActorId>,
}

/// Waits for what others have
///
/// When it comes free, the first who can have it gets a booking that is held until they confirm it: for two hours, or for 15
/// minutes if it begins within a day. What can be had is refused, and so is what could not be had if nobody had it.
#[utoipa::path(
    post, path = "/waitlist", tag = "waitlist", operation_id = "join_waitlist", request_body = WaitBody,
    params(KeyHeader), responses((status = 201, description = "The place in the line", body = Wait))
)]
pub async fn join(caller: Caller, key: Key, body: Body<WaitBody>) -> Result<HttpResponse> {
    let WaitBody { resource, any_of_kind, start, end, minutes, units, people, note, member } = body.value;
    let input = WaitInput { start, end, minutes, units, people, note };
    let make = move |tx: &mut Tx<'_>, caller: &Caller| {
        let asking = Asking::here(tx, caller.acting, member, false)?;
        let (wanted, note) = input.parse(&resource::zone(tx, resource)?)?;
        let waiting = Waiting { resource, any_of_kind, wanted, note, deadline: None };
        let made = waitlist::join(tx, &asking, &waiting, caller.now)?;
        Ok(Made { path: format!("waitlist/{}", made.id), shown: Wait::one(tx, made, caller.now)? })
    };
    key.make(&caller, &body.bytes, make).await
}

/// Lists what the caller waits for, and waited for as long as its time is not past, the newest first
#[utoipa::path(
    get, path = "/waitlist", tag = "waitlist", operation_id = "list_own_waitlist", params(Window),
    responses((status = 200, description = "A page", body = List<Wait>))
)]
pub async fn own(caller: Caller, paging: Paging) -> Result<Listing<Wait>> {
    let page = paging.page();
    let waits = caller.read(move |tx, caller| {
        let slice = waitlist::own(tx, caller.acting, page)?;
        Wait::page(tx, slice, caller.now)
    });
    Ok(paging.slice(caller.site().origin(), waits.await?))
}

/// Lists who waits at a space, the first that came first
///
/// For hosts.
#[utoipa::path(
    get, path = "/spaces/{id}/waitlist", tag = "waitlist", operation_id = "list_waitlist_of_space",
    params(("id" = Id, Path), Window), responses((status = 200, description = "A page", body = List<Wait>))
)]
pub async fn of_space(caller: Caller, id: Path<SpaceId>, paging: Paging) -> Result<Listing<Wait>> {
    let page = paging.page();
    let waits = caller.read(move |tx, caller| {
        let slice = waitlist::of_space(tx, caller.acting, *id, page, caller.now)?;
        Wait::page(tx, slice, caller.now)
    });
    Ok(paging.slice(caller.site().origin(), waits.await?))
}

/// Shows a place in the line
///
/// For the one who has it, and for hosts.
#[utoipa::path(
    get, path = "/waitlist/{id}", tag = "waitlist", operation_id = "show_wait", params(("id" = Id, Path)),
    responses((status = 200, description = "The place", body = Wait))
)]
pub async fn show(caller: Caller, id: Path<WaitId>) -> Result<Json<Wait>> {
    let found = caller.read(move |tx, caller| {
        let found = waitlist::view(tx, caller.acting, *id)?;
        Wait::one(tx, found, caller.now)
    });
    Ok(Json(found.await?))
}

/// How a place in the line is given up.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaveBody {
    /// Why, up to 500 characters; the space has to say.
    pub words: Option<String>,
}

/// Gives a place in the line up
///
/// For the one who has it, and for hosts, who say why.
#[utoipa::path(
    post, path = "/waitlist/{id}/leave", tag = "waitlist", operation_id = "leave_waitlist",
    params(("id" = Id, Path)), request_body = LeaveBody,
    responses((status = 200, description = "Given up", body = Wait))
)]
pub async fn leave(caller: Caller, id: Path<WaitId>, body: Body<LeaveBody>) -> Result<Json<Wait>> {
    let words = body.value.words;
    let left = caller.act(move |tx, caller| {
        let left = waitlist::leave(tx, caller.acting, *id, words.as_deref(), caller.now)?;
        Wait::one(tx, left, caller.now)
    });
    Ok(Json(left.await?))
}
