//! Blocks, which hold for both sides, and mutes, of which nobody learns.

use actix_web::web::{Json, Path};

use super::caller::Caller;
use super::paging::{List, Listing, Paging, Window};
use super::view::{Id, Person, Relation};
use crate::coworking::id::ActorId;
use crate::operations::{self, block, follow};
use crate::store::Tx;
use crate::web::error::Result;

/// Does something to somebody, and answers what they are to the caller then.
async fn done(
    caller: &Caller,
    id: ActorId,
    mut act: impl FnMut(&mut Tx<'_>, &Caller) -> operations::Result<()> + Send + 'static,
) -> Result<Json<Relation>> {
    let relation = caller.act(move |tx, caller| {
        act(tx, caller)?;
        follow::relation(tx, caller.acting, id)
    });
    Ok(Json(relation.await?.into()))
}

/// Blocks somebody: neither follows, sees or reaches the other any more
#[utoipa::path(
    post, path = "/actors/{id}/block", tag = "actors", operation_id = "block_actor", params(("id" = Id, Path)),
    responses((status = 200, description = "The relation", body = Relation))
)]
pub async fn block(caller: Caller, id: Path<ActorId>) -> Result<Json<Relation>> {
    let id = id.into_inner();
    done(&caller, id, move |tx, caller| block::block(tx, caller.acting, id, caller.now)).await
}

/// Takes a block back
#[utoipa::path(
    delete, path = "/actors/{id}/block", tag = "actors", operation_id = "unblock_actor", params(("id" = Id, Path)),
    responses((status = 200, description = "The relation", body = Relation))
)]
pub async fn unblock(caller: Caller, id: Path<ActorId>) -> Result<Json<Relation>> {
    let id = id.into_inner();
    done(&caller, id, move |tx, caller| block::unblock(tx, caller.acting, id)).await
}

/// Mutes somebody: the caller sees nothing of them in lists and notifications, and they do not learn of it
#[utoipa::path(
    post, path = "/actors/{id}/mute", tag = "actors", operation_id = "mute_actor", params(("id" = Id, Path)),
    responses((status = 200, description = "The relation", body = Relation))
)]
pub async fn mute(caller: Caller, id: Path<ActorId>) -> Result<Json<Relation>> {
    let id = id.into_inner();
    done(&caller, id, move |tx, caller| block::mute(tx, caller.acting, id, caller.now)).await
}

/// Takes a mute back
#[utoipa::path(
    delete, path = "/actors/{id}/mute", tag = "actors", operation_id = "unmute_actor", params(("id" = Id, Path)),
    responses((status = 200, description = "The relation", body = Relation))
)]
pub async fn unmute(caller: Caller, id: Path<ActorId>) -> Result<Json<Relation>> {
    let id = id.into_inner();
    done(&caller, id, move |tx, caller| block::unmute(tx, caller.acting, id)).await
}

/// Lists those whom the caller blocks, the newest first
#[utoipa::path(
    get, path = "/blocks", tag = "followers", operation_id = "list_blocks", params(Window),
    responses((status = 200, description = "A page", body = List<Person>))
)]
pub async fn blocks(caller: Caller, paging: Paging) -> Result<Listing<Person>> {
    let page = paging.page();
    let people = caller.read(move |tx, caller| block::blocked(tx, caller.acting, page)).await?;
    Ok(paging.slice(caller.site().origin(), people.map(Person::from)))
}

/// Lists those whom the caller mutes, the newest first
#[utoipa::path(
    get, path = "/mutes", tag = "followers", operation_id = "list_mutes", params(Window),
    responses((status = 200, description = "A page", body = List<Person>))
)]
pub async fn mutes(caller: Caller, paging: Paging) -> Result<Listing<Person>> {
    let page = paging.page();
    let people = caller.read(move |tx, caller| block::muted(tx, caller.acting, page)).await?;
    Ok(paging.slice(caller.site().origin(), people.map(Person::from)))
}
