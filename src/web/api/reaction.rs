//! What members do with posts: like them, pass them on, pin them.

use actix_web::web::{Json, Path, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::caller::Caller;
use super::post::shown;
use super::view::{Id, Post};
use crate::coworking::id::{PostId, SpaceId};
use crate::operations::speaker::As;
use crate::operations::{self, announce, pin, reaction};
use crate::store::Tx;
use crate::web::error::Result;

/// In whose name.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Speaker {
    /// A space, for those who are trusted with it; the caller if absent.
    #[param(value_type = Option<Id>)]
    pub space: Option<SpaceId>,
}

impl Speaker {
    pub(super) fn of(&self) -> As {
        self.space.map_or(As::Oneself, As::Space)
    }
}

/// Does something to a post, and answers what the caller sees of it then.
async fn done(
    caller: &Caller,
    id: PostId,
    mut act: impl FnMut(&mut Tx<'_>, &Caller) -> operations::Result<()> + Send + 'static,
) -> Result<Json<Post>> {
    let post = caller.act(move |tx, caller| {
        act(tx, caller)?;
        shown(tx, caller, id)
    });
    Ok(Json(post.await?))
}

/// Likes a post
#[utoipa::path(
    post, path = "/posts/{id}/like", tag = "posts", operation_id = "like_post", params(("id" = Id, Path)),
    responses((status = 200, description = "The post", body = Post))
)]
pub async fn like(caller: Caller, id: Path<PostId>) -> Result<Json<Post>> {
    let id = id.into_inner();
    done(&caller, id, move |tx, caller| reaction::like(tx, caller.acting, id, caller.now).map(drop)).await
}

/// Takes a like back
#[utoipa::path(
    delete, path = "/posts/{id}/like", tag = "posts", operation_id = "unlike_post", params(("id" = Id, Path)),
    responses((status = 200, description = "The post", body = Post))
)]
pub async fn unlike(caller: Caller, id: Path<PostId>) -> Result<Json<Post>> {
    let id = id.into_inner();
    done(&caller, id, move |tx, caller| reaction::unlike(tx, caller.acting, id, caller.now)).await
}

/// Announces a post to the followers of the caller or of a space
///
/// For a space: for hosts.
#[utoipa::path(
    post, path = "/posts/{id}/announce", tag = "posts", operation_id = "announce_post",
    params(("id" = Id, Path), Speaker), responses((status = 200, description = "The post", body = Post))
)]
pub async fn announce(caller: Caller, id: Path<PostId>, speaker: Query<Speaker>) -> Result<Json<Post>> {
    let (id, by) = (id.into_inner(), speaker.of());
    let act =
        move |tx: &mut Tx<'_>, caller: &Caller| announce::announce(tx, caller.acting, by, id, caller.now).map(drop);
    done(&caller, id, act).await
}

/// Takes an announce back
#[utoipa::path(
    delete, path = "/posts/{id}/announce", tag = "posts", operation_id = "unannounce_post",
    params(("id" = Id, Path), Speaker), responses((status = 200, description = "The post", body = Post))
)]
pub async fn unannounce(caller: Caller, id: Path<PostId>, speaker: Query<Speaker>) -> Result<Json<Post>> {
    let (id, by) = (id.into_inner(), speaker.of());
    done(&caller, id, move |tx, caller| announce::withdraw(tx, caller.acting, by, id, caller.now)).await
}

/// Pins a post to its author's page
///
/// For its author.
#[utoipa::path(
    post, path = "/posts/{id}/pin", tag = "posts", operation_id = "pin_post", params(("id" = Id, Path)),
    responses((status = 200, description = "The post", body = Post))
)]
pub async fn pin(caller: Caller, id: Path<PostId>) -> Result<Json<Post>> {
    let id = id.into_inner();
    done(&caller, id, move |tx, caller| pin::pin(tx, caller.acting, id, caller.now)).await
}

/// Unpins a post
#[utoipa::path(
    delete, path = "/posts/{id}/pin", tag = "posts", operation_id = "unpin_post", params(("id" = Id, Path)),
    responses((status = 200, description = "The post", body = Post))
)]
pub async fn unpin(caller: Caller, id: Path<PostId>) -> Result<Json<Post>> {
    let id = id.into_inner();
    done(&caller, id, move |tx, caller| pin::unpin(tx, caller.acting, id, caller.now)).await
}
