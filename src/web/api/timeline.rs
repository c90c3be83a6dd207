//! What there is to read.

use actix_web::web::{Path, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::caller::Caller;
use super::paging::{List, Listing, Paging, Window};
use super::view::{Id, Post};
use crate::coworking::id::SpaceId;
use crate::operations::{self, timeline};
use crate::store::Tx;
use crate::store::page::{Page, Slice};
use crate::store::post::PostView;
use crate::web::error::Result;

/// A page of posts.
async fn posts(
    caller: &Caller,
    paging: &Paging,
    mut list: impl FnMut(&mut Tx<'_>, &Caller, Page) -> operations::Result<Slice<PostView>> + Send + 'static,
) -> Result<Listing<Post>> {
    let page = paging.page();
    let posts = caller.read(move |tx, caller| list(tx, caller, page)).await?;
    Ok(paging.slice(caller.site().origin(), posts.map(|post| Post::new(post, caller.now))))
}

/// Lists what those whom the caller follows say and announce, in the order of arrival, the newest first
#[utoipa::path(
    get, path = "/timelines/home", tag = "timelines", operation_id = "list_home", params(Window),
    responses((status = 200, description = "A page", body = List<Post>))
)]
pub async fn home(caller: Caller, paging: Paging) -> Result<Listing<Post>> {
    posts(&caller, &paging, |tx, caller, page| timeline::home(tx, caller.acting, page)).await
}

/// Which space.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Where {
    /// The space; the default space if absent.
    #[param(value_type = Option<Id>)]
    pub space: Option<SpaceId>,
}

/// Lists what the members of a space say, the newest first
#[utoipa::path(
    get, path = "/timelines/space", tag = "timelines", operation_id = "list_space", params(Where, Window),
    responses((status = 200, description = "A page", body = List<Post>))
)]
pub async fn space(caller: Caller, place: Query<Where>, paging: Paging) -> Result<Listing<Post>> {
    let space = place.space;
    posts(&caller, &paging, move |tx, caller, page| timeline::of_space(tx, caller.reader(), space, page)).await
}

/// Lists all public posts that are known here, the newest first
#[utoipa::path(
    get, path = "/timelines/network", tag = "timelines", operation_id = "list_network", params(Window),
    responses((status = 200, description = "A page", body = List<Post>))
)]
pub async fn network(caller: Caller, paging: Paging) -> Result<Listing<Post>> {
    posts(&caller, &paging, |tx, caller, page| timeline::network(tx, caller.reader(), page)).await
}

/// Lists posts with a word, in whatever spelling, the newest first
#[utoipa::path(
    get, path = "/timelines/tags/{tag}", tag = "timelines", operation_id = "list_tag",
    params(("tag" = String, Path, description = "The word, without `#`"), Window),
    responses((status = 200, description = "A page", body = List<Post>))
)]
pub async fn tag(caller: Caller, word: Path<String>, paging: Paging) -> Result<Listing<Post>> {
    posts(&caller, &paging, move |tx, caller, page| timeline::by_tag(tx, caller.reader(), &word, page)).await
}

/// Lists direct posts that the caller wrote or was sent, the newest first
#[utoipa::path(
    get, path = "/conversations", tag = "timelines", operation_id = "list_conversations", params(Window),
    responses((status = 200, description = "A page", body = List<Post>))
)]
pub async fn conversations(caller: Caller, paging: Paging) -> Result<Listing<Post>> {
    posts(&caller, &paging, |tx, caller, page| timeline::conversations(tx, caller.acting, page)).await
}
