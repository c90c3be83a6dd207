//! Tokens, with which programs act for a member.

use actix_web::HttpResponse;
use actix_web::web::{Path, Query};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::Body;
use super::caller::Caller;
use super::once::{Made, created};
use super::paging::{List, Listing, Paging, Window};
use super::view::{Id, Time};
use crate::coworking::id::{MemberId, TokenId};
use crate::operations::token;
use crate::store::token as rows;
use crate::web::error::Result;

/// A token; its text is shown only once, when it is created.
#[derive(Debug, Serialize, ToSchema)]
pub struct Token {
    /// The node's number for it.
    #[schema(value_type = Id)]
    pub id: TokenId,
    /// What its owner calls it.
    pub label: String,
    /// Since when.
    #[schema(value_type = Time)]
    pub created_at: Timestamp,
    /// When it was used last, to the hour.
    #[schema(value_type = Option<Time>, required)]
    pub last_used_at: Option<Timestamp>,
    /// When it ends by itself.
    #[schema(value_type = Option<Time>, required)]
    pub expires: Option<Timestamp>,
}

/// A new token.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewToken {
    /// The node's number for it.
    #[schema(value_type = Id)]
    pub id: TokenId,
    /// Its text, shown now and never again.
    #[schema(example = "ts_…")]
    pub secret: String,
}

impl From<rows::Token> for Token {
    fn from(token: rows::Token) -> Self {
        Self {
            id: token.id,
            label: token.label,
            created_at: token.created_at,
            last_used_at: token.last_used_at,
            expires: token.expires_at,
        }
    }
}

/// Whose tokens.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Whose {
    /// The member, for administrators; the caller if absent.
    #[param(value_type = Option<Id>)]
    pub member: Option<MemberId>,
}

/// Lists tokens, the newest first; revoked ones are not among them
#[utoipa::path(
    get, path = "/tokens", tag = "tokens", operation_id = "list_tokens", params(Whose, Window),
    responses((status = 200, description = "A page", body = List<Token>))
)]
pub async fn list(caller: Caller, whose: Query<Whose>, paging: Paging) -> Result<Listing<Token>> {
    let (page, member) = (paging.page(), whose.member);
    let tokens = caller.read(move |tx, caller| {
        let member = member.map_or_else(|| caller.acting.member("have tokens"), Ok)?;
        token::list(tx, caller.acting, member, page)
    });
    Ok(paging.slice(caller.site().origin(), tokens.await?.map(Token::from)))
}

/// A token to be created.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenBody {
    /// What to call it, up to 100 characters.
    #[schema(example = "Phone")]
    pub label: String,
    /// Whose it is to be, for administrators; the caller's if absent.
    #[schema(value_type = Option<Id>)]
    pub member: Option<MemberId>,
    /// When it ends by itself; never if absent.
    #[schema(value_type = Option<Time>)]
    pub expires: Option<Timestamp>,
}

/// Creates a token
#[utoipa::path(
    post, path = "/tokens", tag = "tokens", operation_id = "create_token", request_body = TokenBody,
    responses((status = 201, description = "The token, with its text", body = NewToken))
)]
pub async fn create(caller: Caller, body: Body<TokenBody>) -> Result<HttpResponse> {
    let TokenBody { label, member, expires } = body.value;
    let made = caller.act(move |tx, caller| {
        let member = member.map_or_else(|| caller.acting.member("have tokens"), Ok)?;
        let made = token::create(tx, caller.acting, member, &label, expires, caller.now)?;
        let shown = NewToken { id: made.token, secret: made.secret.expose().to_owned() };
        Ok(Made { path: format!("tokens/{}", made.token), shown })
    });
    Ok(created(&caller, &made.await?))
}

/// Makes a token void
#[utoipa::path(
    delete, path = "/tokens/{id}", tag = "tokens", operation_id = "revoke_token", params(("id" = Id, Path)),
    responses((status = 204, description = "Done"))
)]
pub async fn revoke(caller: Caller, id: Path<TokenId>) -> Result<HttpResponse> {
    caller.act(move |tx, caller| token::revoke(tx, caller.acting, *id, caller.now)).await?;
    Ok(HttpResponse::NoContent().finish())
}
