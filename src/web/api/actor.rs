//! People, spaces and nodes, here and elsewhere.

use actix_web::web::{Json, Path, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::caller::Caller;
use super::paging::{List, Listing, Paging, Window};
use super::view::{Actor, Id, Person, Post};
use crate::coworking::Refusal;
use crate::coworking::id::ActorId;
use crate::operations::{self, follow, timeline};
use crate::store::{Tx, actor};
use crate::web::error::Result;

/// An actor's profile, as everybody may see it.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::Gone`].
pub fn profile(tx: &mut Tx<'_>, id: ActorId) -> operations::Result<Actor> {
    let found = actor::by_id(tx, id)?.filter(|actor| actor.suspended_at.is_none());
    match found {
        None => Err(Refusal::NotFound { what: "account" }.into()),
        Some(actor) if actor.deleted_at.is_some() => Err(Refusal::Gone { what: "account" }.into()),
        Some(actor) => {
            let counts = crate::store::follow::counts(tx, id)?;
            Ok(Actor::new(actor, counts))
        }
    }
}

/// Whom to look up.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Lookup {
    /// A handle such as `ana@harbor.example`, or `ana` alone for somebody who lives here.
    pub handle: String,
}

/// Finds who is behind a handle, among those who are known here
///
/// To ask other servers, search with `resolve=true`.
#[utoipa::path(
    get, path = "/actors/lookup", tag = "actors", operation_id = "lookup_actor", params(Lookup),
    responses((status = 200, description = "The profile", body = Actor))
)]
pub async fn lookup(caller: Caller, Query(Lookup { handle }): Query<Lookup>) -> Result<Json<Actor>> {
    let found = caller.read(move |tx, _| {
        let handle = handle.trim().trim_start_matches('@');
        let found = match handle.split_once('@') {
            Some((name, host)) => actor::by_handle(tx, name, host)?,
            None => actor::local_by_username(tx, handle)?,
        };
        profile(tx, found.ok_or(Refusal::NotFound { what: "account" })?.id)
    });
    Ok(Json(found.await?))
}

/// Shows a profile
#[utoipa::path(
    get, path = "/actors/{id}", tag = "actors", operation_id = "show_actor", params(("id" = Id, Path)),
    responses((status = 200, description = "The profile", body = Actor))
)]
pub async fn show(caller: Caller, id: Path<ActorId>) -> Result<Json<Actor>> {
    Ok(Json(caller.read(move |tx, _| profile(tx, *id)).await?))
}

/// Which posts of somebody.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Their replies to others, too; `false` if absent.
    pub replies: Option<bool>,
}

/// Lists what somebody said and announced, the newest first
#[utoipa::path(
    get, path = "/actors/{id}/posts", tag = "actors", operation_id = "list_posts_of_actor",
    params(("id" = Id, Path), Which, Window), responses((status = 200, description = "A page", body = List<Post>))
)]
pub async fn posts(caller: Caller, id: Path<ActorId>, which: Query<Which>, paging: Paging) -> Result<Listing<Post>> {
    let (page, replies) = (paging.page(), which.replies.unwrap_or(false));
    let posts = caller.read(move |tx, caller| timeline::of_actor(tx, caller.reader(), *id, replies, page)).await?;
    Ok(paging.slice(caller.site().origin(), posts.map(|post| Post::new(post, caller.now))))
}

/// Lists those who follow somebody, the newest first, as far as is known here
#[utoipa::path(
    get, path = "/actors/{id}/followers", tag = "actors", operation_id = "list_followers_of_actor",
    params(("id" = Id, Path), Window), responses((status = 200, description = "A page", body = List<Person>))
)]
pub async fn followers(caller: Caller, id: Path<ActorId>, paging: Paging) -> Result<Listing<Person>> {
    let page = paging.page();
    let people = caller.read(move |tx, caller| follow::followers(tx, caller.reader(), *id, page)).await?;
    Ok(paging.slice(caller.site().origin(), people.map(Person::from)))
}

/// Lists those whom somebody follows, the newest first, as far as is known here
#[utoipa::path(
    get, path = "/actors/{id}/following", tag = "actors", operation_id = "list_following_of_actor",
    params(("id" = Id, Path), Window), responses((status = 200, description = "A page", body = List<Person>))
)]
pub async fn following(caller: Caller, id: Path<ActorId>, paging: Paging) -> Result<Listing<Person>> {
    let page = paging.page();
    let people = caller.read(move |tx, caller| follow::following(tx, caller.reader(), *id, page)).await?;
    Ok(paging.slice(caller.site().origin(), people.map(Person::from)))
}
