//! The caller's own account.

use actix_web::HttpResponse;
use actix_web::web::{Json, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::actor::profile;
use super::body::Body;
use super::caller::Caller;
use super::member::MemberProfile;
use super::search::one_actor;
use super::view::Actor;
use crate::coworking::id::MemberId;
use crate::coworking::profile::{Field, ProfileInput};
use crate::operations::{self, notification, profile as profiles};
use crate::store::Tx;
use crate::web::error::Result;

/// The caller.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// What everybody sees.
    #[serde(flatten)]
    pub member: MemberProfile,
    /// Notifications that they have not seen.
    pub unread_notifications: u64,
}

fn load(tx: &mut Tx<'_>, caller: &Caller) -> operations::Result<Me> {
    let member: MemberId = caller.acting.member("have a profile")?;
    Ok(Me { member: MemberProfile::load(tx, member)?, unread_notifications: notification::unread(tx, caller.acting)? })
}

/// Shows who the caller is
#[utoipa::path(
    get, path = "/me", tag = "me", operation_id = "show_me",
    responses((status = 200, description = "The caller", body = Me))
)]
pub async fn show(caller: Caller) -> Result<Json<Me>> {
    Ok(Json(caller.read(load).await?))
}

/// A change to a profile; absent fields stay as they are.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileBody {
    /// The display name, up to 200 characters.
    pub name: Option<String>,
    /// Markdown, up to 5,000 characters; an empty text removes it.
    pub summary: Option<String>,
    /// Skills, up to 20 tags of 60 characters.
    pub skills: Option<Vec<String>>,
    /// Up to 10 lines of plain text; a web address becomes a link.
    pub fields: Option<Vec<FieldBody>>,
    /// The picture's URL; an empty text removes it.
    pub picture: Option<String>,
    /// What the picture shows.
    pub picture_alt: Option<String>,
    /// May be suggested to others.
    pub discoverable: Option<bool>,
    /// Public posts may be searched.
    pub indexable: Option<bool>,
    /// Followers need an approval.
    pub manually_approves_followers: Option<bool>,
    /// Followers and followed are shown as counts only.
    pub hides_network: Option<bool>,
}

/// A line of a profile's table.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldBody {
    /// What it is, up to 80 characters.
    #[schema(example = "Web")]
    pub name: String,
    /// Up to 500 characters.
    #[schema(example = "https://ana.example")]
    pub value: String,
}

impl From<FieldBody> for Field {
    fn from(body: FieldBody) -> Self {
        Self { name: body.name, value: body.value }
    }
}

impl From<ProfileBody> for ProfileInput {
    fn from(body: ProfileBody) -> Self {
        Self {
            name: body.name,
            summary: body.summary,
            skills: body.skills,
            fields: body.fields.map(|fields| fields.into_iter().map(Field::from).collect()),
            picture: body.picture,
            picture_alt: body.picture_alt,
            discoverable: body.discoverable,
            indexable: body.indexable,
            manually_approves_followers: body.manually_approves_followers,
            hides_network: body.hides_network,
        }
    }
}

/// Changes the caller's profile
#[utoipa::path(
    patch, path = "/me", tag = "me", operation_id = "edit_me", request_body = ProfileBody,
    responses((status = 200, description = "The caller, changed", body = Me))
)]
pub async fn edit(caller: Caller, body: Body<ProfileBody>) -> Result<Json<Me>> {
    let edit = ProfileInput::from(body.value).parse()?;
    let me = caller.act(move |tx, caller| {
        let member = caller.acting.member("have a profile")?;
        profiles::edit(tx, caller.site(), caller.acting, member.into(), &edit, caller.now)?;
        load(tx, caller)
    });
    Ok(Json(me.await?))
}

/// Another account of the caller's.
#[derive(Debug, Deserialize, ToSchema, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Alias {
    /// Its id in the network.
    #[schema(example = "https://quay.example/members/ana")]
    pub uri: String,
}

/// Says that an account elsewhere is the caller's too
///
/// An account elsewhere can move here when this one names it.
#[utoipa::path(
    post, path = "/me/aliases", tag = "me", operation_id = "add_alias", request_body = Alias,
    responses((status = 200, description = "The caller, changed", body = Me))
)]
pub async fn add_alias(caller: Caller, body: Body<Alias>) -> Result<Json<Me>> {
    let Alias { uri } = body.value;
    let me = caller.act(move |tx, caller| {
        profiles::add_alias(tx, caller.acting, &uri, caller.now)?;
        load(tx, caller)
    });
    Ok(Json(me.await?))
}

/// Takes back that an account elsewhere is the caller's too
#[utoipa::path(
    delete, path = "/me/aliases", tag = "me", operation_id = "remove_alias", params(Alias),
    responses((status = 204, description = "Done"))
)]
pub async fn remove_alias(caller: Caller, alias: Query<Alias>) -> Result<HttpResponse> {
    let Alias { uri } = alias.into_inner();
    caller.act(move |tx, caller| profiles::remove_alias(tx, caller.acting, &uri, caller.now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Where to move.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveBody {
    /// The new account's handle or id in the network. It has to name this one among its other accounts already.
    #[schema(example = "ana@quay.example")]
    pub target: String,
}

/// Moves the caller's followers to an account elsewhere
///
/// The account here stays and shows where it went. This cannot be undone.
#[utoipa::path(
    post, path = "/me/move", tag = "me", operation_id = "move_away", request_body = MoveBody,
    responses((status = 200, description = "The new account", body = Actor))
)]
pub async fn move_away(caller: Caller, body: Body<MoveBody>) -> Result<Json<Actor>> {
    let target = one_actor(&caller, &body.value.target).await?;
    let target = caller.act(move |tx, caller| {
        profiles::move_to(tx, caller.acting, target, caller.now)?;
        profile(tx, target)
    });
    Ok(Json(target.await?))
}
