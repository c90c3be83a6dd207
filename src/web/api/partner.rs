//! Partner spaces: looking at them, agreeing, ending.

use actix_web::HttpResponse;
use actix_web::web::{Json, Path, Query};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::body::Body;
use super::caller::Caller;
use super::paging::{List, Listing, Paging, Window};
use super::view::{Id, Partner, Review};
use crate::coworking::id::{ActorId, SpaceId};
use crate::federation::resolve;
use crate::operations::partner;
use crate::store::Tx;
use crate::web::error::Result;

/// Lists the partners of a space, and the spaces that asked or were asked
///
/// For hosts.
#[utoipa::path(
    get, path = "/spaces/{id}/partners", tag = "partners", operation_id = "list_partners", params(("id" = Id, Path), Window),
    responses((status = 200, description = "A page", body = List<Partner>))
)]
pub async fn list(caller: Caller, id: Path<SpaceId>, paging: Paging) -> Result<Listing<Partner>> {
    let page = paging.page();
    let slice = caller.read(move |tx, caller| partner::list(tx, caller.acting, *id, page)).await?;
    Ok(paging.slice(caller.site().origin(), slice.map(Partner::from)))
}

/// Shows all that is known of a space elsewhere, for who decides on it
///
/// For hosts. Its home is asked first, so that nobody decides on something old.
#[utoipa::path(
    get, path = "/spaces/{id}/partners/{partner}", tag = "partners", operation_id = "review_partner",
    params(("id" = Id, Path), ("partner" = Id, Path, description = "The space elsewhere")),
    responses((status = 200, description = "What is known", body = Review))
)]
pub async fn review(caller: Caller, path: Path<(SpaceId, ActorId)>) -> Result<Json<Review>> {
    let (space, other) = *path;
    resolve::again(caller.node(), other).await?;
    Ok(Json(shown(&caller, space, other).await?))
}

async fn shown(caller: &Caller, space: SpaceId, other: ActorId) -> Result<Review> {
    let review = caller
        .read(move |tx: &mut Tx<'_>, caller| {
            partner::review(tx, caller.site(), caller.acting, space, other, caller.now)
        })
        .await?;
    Ok(review.into())
}

/// Agreeing to be partners.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PartnerBody {
    /// The version of the peer agreement that was read and agreed to.
    pub agreement: u32,
    /// Where the other side is written to after a breach of data, up to 200 characters.
    pub contact: Option<String>,
}

/// Agrees to be partners: the space follows the other one, lets it follow, and its server is trusted
///
/// For administrators. They are partners as soon as the other side has done the same.
#[utoipa::path(
    put, path = "/spaces/{id}/partners/{partner}", tag = "partners", operation_id = "accept_partner",
    params(("id" = Id, Path), ("partner" = Id, Path, description = "The space elsewhere")), request_body = PartnerBody,
    responses((status = 200, description = "How it stands", body = Review))
)]
pub async fn accept(caller: Caller, path: Path<(SpaceId, ActorId)>, body: Body<PartnerBody>) -> Result<Json<Review>> {
    let (space, other) = *path;
    let PartnerBody { agreement, contact } = body.value;
    caller
        .act(move |tx, caller| {
            let contact = contact.as_deref();
            partner::accept(tx, caller.site(), caller.acting, space, other, agreement, contact, caller.now)
        })
        .await?;
    Ok(Json(shown(&caller, space, other).await?))
}

/// Ends a partnership, or turns down a space that asked; what is booked stands
///
/// For administrators.
#[utoipa::path(
    delete, path = "/spaces/{id}/partners/{partner}", tag = "partners", operation_id = "end_partner",
    params(("id" = Id, Path), ("partner" = Id, Path, description = "The space elsewhere")), responses((status = 204, description = "Done"))
)]
pub async fn end(caller: Caller, path: Path<(SpaceId, ActorId)>) -> Result<HttpResponse> {
    let (space, other) = *path;
    caller.act(move |tx, caller| partner::end(tx, caller.site(), caller.acting, space, other, caller.now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Whose partners.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Whose {
    /// A space elsewhere, by its handle or its address.
    #[param(example = "@quay@quay.example")]
    pub from: String,
}

/// Lists the partners of another space, to look at one by one
///
/// For hosts. They are what that space shows of whom it follows; each is accepted by itself, or not.
#[utoipa::path(
    get, path = "/spaces/{id}/partner_suggestions", tag = "partners", operation_id = "suggest_partners",
    params(("id" = Id, Path), Whose),
    responses((status = 200, description = "All of them, at most 40", body = List<Partner>))
)]
pub async fn suggest(caller: Caller, id: Path<SpaceId>, from: Query<Whose>) -> Result<Json<List<Partner>>> {
    // Who may not look at partners sends nobody to ask for them.
    let space = caller.read(move |tx, caller| partner::may_look(tx, caller.acting, *id)).await?;
    let other = resolve::actor(caller.node(), &from.from).await?;
    let found = resolve::partners_of(caller.node(), other).await?;
    let found = caller.read(move |tx, _| partner::neighbours(tx, space, &found)).await?;
    Ok(Json(List { items: found.into_iter().map(Partner::from).collect(), next: None }))
}
