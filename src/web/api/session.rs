//! Members in their browsers: links with which they sign in, and where they are signed in.

use actix_web::HttpResponse;
use actix_web::web::{Path, Query};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::Body;
use super::caller::Caller;
use super::paging::{List, Listing, Paging, Window};
use super::view::{Id, Time};
use crate::coworking::id::{MemberId, SessionId};
use crate::operations::session;
use crate::store::session as rows;
use crate::web::error::Result;

/// A browser in which a member is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Session {
    /// The node's number for it.
    #[schema(value_type = Id)]
    pub id: SessionId,
    /// What the browser says that it is.
    pub label: String,
    /// Since when.
    #[schema(value_type = Time)]
    pub created_at: Timestamp,
    /// When it was used last, to the hour.
    #[schema(value_type = Time)]
    pub last_used_at: Timestamp,
    /// When it ends by itself.
    #[schema(value_type = Time)]
    pub expires_at: Timestamp,
}

impl From<rows::Session> for Session {
    fn from(session: rows::Session) -> Self {
        let rows::Session { id, label, created_at, last_used_at, expires_at, .. } = session;
        Self { id, label, created_at, last_used_at, expires_at }
    }
}

/// Whose sessions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Whose {
    /// The member, for administrators; the caller if absent.
    #[param(value_type = Option<Id>)]
    pub member: Option<MemberId>,
}

/// A link to be made.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkBody {
    /// Who signs in with it: for hosts a member, for administrators anybody; the caller if absent.
    #[schema(value_type = Option<Id>)]
    pub member: Option<MemberId>,
    /// For how many minutes it works, from 15 to 1,440; 60 if absent.
    pub minutes: Option<u32>,
}

/// A link with which a member signs in, once.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignInLink {
    /// Its address, shown now and never again. Whoever has it is that member.
    #[schema(example = "https://harbor.example/sign-in/in_…")]
    pub url: String,
}

/// Makes a link with which a member signs in to the pages of the node, once
#[utoipa::path(
    post, path = "/sessions/links", tag = "sessions", operation_id = "make_sign_in_link", request_body = LinkBody,
    responses((status = 201, description = "The link", body = SignInLink))
)]
pub async fn link(caller: Caller, body: Body<LinkBody>) -> Result<HttpResponse> {
    let LinkBody { member, minutes } = body.value;
    let life = SignedDuration::from_mins(minutes.unwrap_or(60).into());
    let secret = caller.act(move |tx, caller| {
        let member = member.map_or_else(|| caller.acting.member("sign in"), Ok)?;
        session::link(tx, caller.acting, member, life, caller.now)
    });
    let url = caller.site().sign_in(secret.await?.expose());
    Ok(HttpResponse::Created().json(SignInLink { url }))
}

/// Lists where a member is signed in, the newest first
#[utoipa::path(
    get, path = "/sessions", tag = "sessions", operation_id = "list_sessions", params(Whose, Window),
    responses((status = 200, description = "A page", body = List<Session>))
)]
pub async fn list(caller: Caller, whose: Query<Whose>, paging: Paging) -> Result<Listing<Session>> {
    let (page, member) = (paging.page(), whose.member);
    let sessions = caller.read(move |tx, caller| {
        let member = member.map_or_else(|| caller.acting.member("be signed in"), Ok)?;
        session::list(tx, caller.acting, member, page)
    });
    Ok(paging.slice(caller.site().origin(), sessions.await?.map(Session::from)))
}

/// Signs a member out of a browser
#[utoipa::path(
    delete, path = "/sessions/{id}", tag = "sessions", operation_id = "end_session", params(("id" = Id, Path)),
    responses((status = 204, description = "Done"))
)]
pub async fn end(caller: Caller, id: Path<SessionId>) -> Result<HttpResponse> {
    caller.act(move |tx, caller| session::end(tx, caller.acting, *id)).await?;
    Ok(HttpResponse::NoContent().finish())
}
