//! Whom the caller, or a space, follows, and who follows them.

use actix_web::HttpResponse;
use actix_web::web::{Json, Path, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::caller::Caller;
use super::paging::{List, Listing, Paging, Window};
use super::reaction::Speaker;
use super::view::{Id, Person, Relation};
use crate::coworking::id::ActorId;
use crate::operations::follow;
use crate::web::error::Result;

/// Shows what the caller and somebody are to each other
#[utoipa::path(
    get, path = "/actors/{id}/relation", tag = "actors", operation_id = "show_relation", params(("id" = Id, Path)),
    responses((status = 200, description = "The relation", body = Relation))
)]
pub async fn relation(caller: Caller, id: Path<ActorId>) -> Result<Json<Relation>> {
    Ok(Json(caller.read(move |tx, caller| follow::relation(tx, caller.acting, *id)).await?.into()))
}

/// How to follow.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Again {
    /// Ask once more, if the question was never answered.
    pub again: Option<bool>,
}

/// Follows somebody, or asks to
///
/// The answer tells how far it has come: a person may decide first, or their server. For a space: for administrators.
#[utoipa::path(
    post, path = "/actors/{id}/follow", tag = "actors", operation_id = "follow_actor",
    params(("id" = Id, Path), Speaker, Again), responses((status = 200, description = "The relation", body = Relation))
)]
pub async fn follow(
    caller: Caller,
    id: Path<ActorId>,
    speaker: Query<Speaker>,
    again: Query<Again>,
) -> Result<Json<Relation>> {
    let (id, by, again) = (id.into_inner(), speaker.of(), again.again.unwrap_or(false));
    let relation = caller.act(move |tx, caller| {
        follow::follow(tx, caller.acting, by, id, again, caller.now)?;
        follow::relation(tx, caller.acting, id)
    });
    Ok(Json(relation.await?.into()))
}

/// Stops following somebody, or takes the question back
#[utoipa::path(
    delete, path = "/actors/{id}/follow", tag = "actors", operation_id = "unfollow_actor",
    params(("id" = Id, Path), Speaker), responses((status = 200, description = "The relation", body = Relation))
)]
pub async fn unfollow(caller: Caller, id: Path<ActorId>, speaker: Query<Speaker>) -> Result<Json<Relation>> {
    let (id, by) = (id.into_inner(), speaker.of());
    let relation = caller.act(move |tx, caller| {
        follow::unfollow(tx, caller.acting, by, id, caller.now)?;
        follow::relation(tx, caller.acting, id)
    });
    Ok(Json(relation.await?.into()))
}

/// Lists those who follow the caller, the newest first
#[utoipa::path(
    get, path = "/followers", tag = "followers", operation_id = "list_followers", params(Window),
    responses((status = 200, description = "A page", body = List<Person>))
)]
pub async fn followers(caller: Caller, paging: Paging) -> Result<Listing<Person>> {
    let page = paging.page();
    let people = caller.read(move |tx, caller| {
        let member = caller.acting.member("have followers")?;
        follow::followers(tx, caller.reader(), member.into(), page)
    });
    Ok(paging.slice(caller.site().origin(), people.await?.map(Person::from)))
}

/// Removes a follower of the caller or of a space
///
/// For a space: for administrators.
#[utoipa::path(
    delete, path = "/followers/{id}", tag = "followers", operation_id = "remove_follower",
    params(("id" = Id, Path, description = "The actor who follows"), Speaker),
    responses((status = 204, description = "Done"))
)]
pub async fn remove(caller: Caller, id: Path<ActorId>, speaker: Query<Speaker>) -> Result<HttpResponse> {
    let by = speaker.of();
    caller.act(move |tx, caller| follow::reject(tx, caller.acting, by, *id, caller.now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Lists those whom the caller follows, the newest first
#[utoipa::path(
    get, path = "/following", tag = "followers", operation_id = "list_following", params(Window),
    responses((status = 200, description = "A page", body = List<Person>))
)]
pub async fn following(caller: Caller, paging: Paging) -> Result<Listing<Person>> {
    let page = paging.page();
    let people = caller.read(move |tx, caller| {
        let member = caller.acting.member("follow")?;
        follow::following(tx, caller.reader(), member.into(), page)
    });
    Ok(paging.slice(caller.site().origin(), people.await?.map(Person::from)))
}

/// Lists those who ask to follow the caller or a space and wait for an answer, the newest first
///
/// For a space: for administrators.
#[utoipa::path(
    get, path = "/follow_requests", tag = "followers", operation_id = "list_follow_requests",
    params(Speaker, Window), responses((status = 200, description = "A page", body = List<Person>))
)]
pub async fn requests(caller: Caller, whose: Query<Speaker>, paging: Paging) -> Result<Listing<Person>> {
    let (by, page) = (whose.of(), paging.page());
    let people = caller.read(move |tx, caller| follow::requests(tx, caller.acting, by, page)).await?;
    Ok(paging.slice(caller.site().origin(), people.map(Person::from)))
}

/// Lets somebody follow who asked to
#[utoipa::path(
    post, path = "/follow_requests/{id}/approve", tag = "followers", operation_id = "approve_follow_request",
    params(("id" = Id, Path, description = "The actor who asks"), Speaker),
    responses((status = 204, description = "Done"))
)]
pub async fn approve(caller: Caller, id: Path<ActorId>, speaker: Query<Speaker>) -> Result<HttpResponse> {
    let by = speaker.of();
    caller.act(move |tx, caller| follow::approve(tx, caller.acting, by, *id, caller.now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Refuses somebody who asked to follow
#[utoipa::path(
    post, path = "/follow_requests/{id}/reject", tag = "followers", operation_id = "reject_follow_request",
    params(("id" = Id, Path, description = "The actor who asks"), Speaker),
    responses((status = 204, description = "Done"))
)]
pub async fn reject(caller: Caller, id: Path<ActorId>, speaker: Query<Speaker>) -> Result<HttpResponse> {
    let by = speaker.of();
    caller.act(move |tx, caller| follow::reject(tx, caller.acting, by, *id, caller.now)).await?;
    Ok(HttpResponse::NoContent().finish())
}
