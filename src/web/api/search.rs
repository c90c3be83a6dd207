//! Finding people and posts, here and, when asked to, elsewhere.

use std::future::Future;

use actix_web::web::{Json, Query};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::view::{Person, Post};
use crate::coworking::id::ActorId;
use crate::federation::resolve::{self, Resolved};
use crate::operations::{self, search};
use crate::store::page::Page;
use crate::web::error::Result;

/// What is looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// A handle, a web address, or the beginning of a name.
    pub q: String,
    /// Ask the network for a handle or an address that is not known here; `false` if absent.
    pub resolve: Option<bool>,
    /// How many to find at the most, 20 if absent; more than 80 counts as 80.
    #[param(minimum = 1)]
    pub limit: Option<u32>,
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct Found {
    /// People and places.
    pub actors: Vec<Person>,
    /// Posts that the caller may read.
    pub posts: Vec<Post>,
}

impl Found {
    /// What was found, as the asker sees it `now`.
    #[must_use]
    pub fn new(found: search::Found, now: Timestamp) -> Self {
        Self {
            actors: found.actors.into_iter().map(Person::from).collect(),
            posts: found.posts.into_iter().map(|post| Post::new(post, now)).collect(),
        }
    }
}

/// Finds people, places and posts
#[utoipa::path(
    get, path = "/search", tag = "search", operation_id = "search", params(Wanted),
    responses((status = 200, description = "What was found; may be nothing", body = Found))
)]
pub async fn search(caller: Caller, wanted: Query<Wanted>) -> Result<Json<Found>> {
    let Wanted { q, resolve, limit } = wanted.into_inner();
    let (text, limit) = (q.clone(), limit.unwrap_or(Page::DEFAULT));
    let mut found =
        caller.read(move |tx, caller| search::known(tx, caller.site(), caller.acting, &text, limit)).await?;
    if found.is_empty() && resolve.unwrap_or(false) && search::names_one(&q) {
        found = match elsewhere(&caller, &q).await? {
            Resolved::Actor(id) => caller.read(move |tx, _| search::actor(tx, id)).await?,
            Resolved::Post(id) => caller.read(move |tx, caller| search::post(tx, caller.acting, id)).await?,
        };
    }
    Ok(Json(Found::new(found, caller.now)))
}

/// What its home says that a handle or an address means.
async fn elsewhere(caller: &Caller, text: &str) -> Result<Resolved> {
    let asked = async {
        if search::is_address(text) {
            resolve::object(caller.node(), text).await
        } else {
            resolve::actor(caller.node(), text).await.map(Resolved::Actor)
        }
    };
    in_time(text, asked).await
}

/// Whom a handle or an address means, here or elsewhere.
pub(super) async fn one_actor(caller: &Caller, text: &str) -> Result<ActorId> {
    in_time(text, resolve::actor(caller.node(), text)).await
}

/// Whom a handle or an address means, as they are now.
pub(super) async fn one_actor_now(caller: &Caller, text: &str) -> Result<ActorId> {
    let found = one_actor(caller, text).await?;
    in_time(text, resolve::again(caller.node(), found)).await?;
    Ok(found)
}

async fn in_time<T>(text: &str, asked: impl Future<Output = operations::Result<T>>) -> Result<T> {
    Ok(resolve::in_time(text, resolve::AT_THE_API, asked).await?)
}
