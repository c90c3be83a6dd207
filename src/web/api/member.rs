//! Members of the node.

use actix_web::HttpResponse;
use actix_web::web::{Json, Path};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::actor::profile;
use super::body::Body;
use super::caller::Caller;
use super::once::{Made, created};
use super::paging::{List, Listing, Paging, Window};
use super::view::{self, Actor, Id, Person, Time};
use crate::coworking::id::{MemberId, SpaceId};
use crate::coworking::member::{NewMember, Role};
use crate::operations::{self, member};
use crate::store::Tx;
use crate::store::member as rows;
use crate::web::error::Result;

/// A member, as far as the list shows them.
#[derive(Debug, Serialize, ToSchema)]
pub struct Member {
    /// Who.
    #[serde(flatten)]
    pub person: Person,
    /// What they may do.
    #[schema(value_type = view::Role)]
    pub role: Role,
    /// Since when.
    #[schema(value_type = Time)]
    pub joined_at: Timestamp,
}

/// A member with their profile.
#[derive(Debug, Serialize, ToSchema)]
pub struct MemberProfile {
    /// What everybody sees.
    #[serde(flatten)]
    pub actor: Actor,
    /// What they may do.
    #[schema(value_type = view::Role)]
    pub role: Role,
    /// Since when.
    #[schema(value_type = Time)]
    pub joined_at: Timestamp,
}

impl MemberProfile {
    pub(super) fn load(tx: &mut Tx<'_>, id: MemberId) -> operations::Result<Self> {
        let known = member::present(tx, id)?;
        Ok(Self { actor: profile(tx, id.into())?, role: known.role, joined_at: known.joined_at })
    }
}

/// Lists the members, those who came last first
#[utoipa::path(
    get, path = "/members", tag = "members", operation_id = "list_members", params(Window),
    responses((status = 200, description = "A page", body = List<Member>))
)]
pub async fn list(caller: Caller, paging: Paging) -> Result<Listing<Member>> {
    let page = paging.page();
    let members = caller.read(move |tx, _| Ok(rows::list(tx, page)?)).await?;
    let shown = members.map(|line| Member { person: line.actor.into(), role: line.role, joined_at: line.joined_at });
    Ok(paging.slice(caller.site().origin(), shown))
}

/// Somebody who is to become a member.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberBody {
    /// Their name in handles and addresses: 1 to 30 letters a to z, digits and `_`, with single `.` or `-` inside. It
    /// is given once and for good.
    #[schema(example = "ana")]
    pub username: String,
    /// The display name, up to 200 characters.
    #[schema(example = "Ana Lima")]
    pub name: String,
    /// What they may do; `member` if absent.
    #[schema(value_type = Option<view::Role>)]
    pub role: Option<Role>,
    /// The space that they belong to; the default space if absent.
    #[schema(value_type = Option<Id>)]
    pub home_space: Option<SpaceId>,
}

/// Makes somebody a member
///
/// For administrators. The newcomer acts with a token, which `POST /tokens` creates.
#[utoipa::path(
    post, path = "/members", tag = "members", operation_id = "add_member", request_body = MemberBody,
    responses((status = 201, description = "The member", body = MemberProfile))
)]
pub async fn add(caller: Caller, body: Body<MemberBody>) -> Result<HttpResponse> {
    let MemberBody { username, name, role, home_space } = body.value;
    let new = NewMember::parse(&username, &name, role.unwrap_or(Role::Member), home_space)?;
    let made = caller.act(move |tx, caller| {
        let id = member::add(tx, caller.site(), caller.acting, &new, None, caller.now)?;
        Ok(Made { path: format!("members/{id}"), shown: MemberProfile::load(tx, id)? })
    });
    Ok(created(&caller, &made.await?))
}

/// Shows a member
#[utoipa::path(
    get, path = "/members/{id}", tag = "members", operation_id = "show_member", params(("id" = Id, Path)),
    responses((status = 200, description = "The member", body = MemberProfile))
)]
pub async fn show(caller: Caller, id: Path<MemberId>) -> Result<Json<MemberProfile>> {
    Ok(Json(caller.read(move |tx, _| MemberProfile::load(tx, *id)).await?))
}

/// What a member is to be allowed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleBody {
    /// The role.
    #[schema(value_type = view::Role)]
    pub role: Role,
}

/// Changes what a member may do
///
/// For administrators.
#[utoipa::path(
    put, path = "/members/{id}/role", tag = "members", operation_id = "set_role", params(("id" = Id, Path)),
    request_body = RoleBody, responses((status = 200, description = "The member, changed", body = MemberProfile))
)]
pub async fn set_role(caller: Caller, id: Path<MemberId>, body: Body<RoleBody>) -> Result<Json<MemberProfile>> {
    let role = body.value.role;
    let changed = caller.act(move |tx, caller| {
        member::set_role(tx, caller.acting, *id, role)?;
        MemberProfile::load(tx, *id)
    });
    Ok(Json(changed.await?))
}

/// Ends a membership for good
///
/// For the member and for administrators. All that the member said is taken back, here and elsewhere; the name is not
/// given again.
#[utoipa::path(
    delete, path = "/members/{id}", tag = "members", operation_id = "end_membership", params(("id" = Id, Path)),
    responses((status = 204, description = "Done"))
)]
pub async fn leave(caller: Caller, id: Path<MemberId>) -> Result<HttpResponse> {
    caller.act(move |tx, caller| member::leave(tx, caller.acting, *id, caller.now)).await?;
    Ok(HttpResponse::NoContent().finish())
}
