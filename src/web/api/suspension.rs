//! Who is not heard here.

use actix_web::HttpResponse;
use actix_web::web::Path;

use super::caller::Caller;
use super::paging::{List, Listing, Paging, Window};
use super::view::{Id, Person};
use crate::coworking::id::ActorId;
use crate::operations::suspension;
use crate::web::error::Result;

/// Suspends an account, here or elsewhere: it is neither heard nor shown
///
/// For hosts; for administrators where it is a host's or an administrator's. Nothing is lost.
#[utoipa::path(
    put, path = "/actors/{id}/suspension", tag = "actors", operation_id = "suspend_actor", params(("id" = Id, Path)),
    responses((status = 204, description = "Done"))
)]
pub async fn suspend(caller: Caller, id: Path<ActorId>) -> Result<HttpResponse> {
    caller.act(move |tx, caller| suspension::suspend(tx, caller.acting, *id, caller.now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Lets a suspended account speak again
///
/// For hosts; for administrators where it is a host's or an administrator's.
#[utoipa::path(
    delete, path = "/actors/{id}/suspension", tag = "actors", operation_id = "unsuspend_actor",
    params(("id" = Id, Path)), responses((status = 204, description = "Done"))
)]
pub async fn lift(caller: Caller, id: Path<ActorId>) -> Result<HttpResponse> {
    caller.act(move |tx, caller| suspension::lift(tx, caller.acting, *id, caller.now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Lists the suspended accounts, those known for the shortest time first
///
/// For hosts.
#[utoipa::path(
    get, path = "/suspensions", tag = "actors", operation_id = "list_suspensions", params(Window),
    responses((status = 200, description = "A page", body = List<Person>))
)]
pub async fn list(caller: Caller, paging: Paging) -> Result<Listing<Person>> {
    let page = paging.page();
    let people = caller.read(move |tx, caller| suspension::list(tx, caller.acting, page)).await?;
    Ok(paging.slice(caller.site().origin(), people.map(Person::from)))
}
