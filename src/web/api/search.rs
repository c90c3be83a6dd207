//! Finding people and posts, here and, when asked to, elsewhere.

use actix_web::web::{Json, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::Caller;
use super::view::{Person, Post};
use crate::coworking::Refusal;
use crate::coworking::id::ActorId;
use crate::coworking::markdown;
use crate::operations::post::Mentions;
use crate::operations::search;
use crate::store::actor;
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

/// Finds people, places and posts
#[utoipa::path(
    get, path = "/search", tag = "search", operation_id = "search", params(Wanted),
    responses((status = 200, description = "What was found; may be nothing", body = Found))
)]
pub async fn search(caller: Caller, wanted: Query<Wanted>) -> Result<Json<Found>> {
    let Wanted { q, resolve: _, limit } = wanted.into_inner();
    let limit = limit.unwrap_or(20);
    let found = caller.read(move |tx, caller| search::known(tx, caller.site(), caller.acting, &q, limit)).await?;
    Ok(Json(Found {
        actors: found.actors.into_iter().map(Person::from).collect(),
        posts: found.posts.into_iter().map(|post| Post::new(post, caller.now)).collect(),
    }))
}

/// Whom a handle or an address means.
pub(super) async fn one_actor(caller: &Caller, text: &str) -> Result<ActorId> {
    let text = text.to_owned();
    let found = caller.read(move |tx, caller| search::known(tx, caller.site(), caller.acting, &text, 1)).await?;
    Ok(found.actors.first().ok_or(Refusal::NotFound { what: "account" })?.id)
}

/// The people whom a text mentions.
pub(super) async fn mentions(caller: &Caller, source: &str) -> Result<Mentions> {
    let handles = markdown::mentions(source);
    caller
        .read(move |tx, _| {
            let mut found = Mentions::default();
            for handle in &handles {
                let known = match handle.split_once('@') {
                    Some((name, host)) => actor::by_handle(tx, name, host)?,
                    None => actor::local_by_username(tx, handle)?,
                };
                if let Some(known) = known.filter(actor::Actor::is_active) {
                    found.found(handle, known.id, known.url.clone().unwrap_or(known.uri));
                }
            }
            Ok(found)
        })
        .await
}
