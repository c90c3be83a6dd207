//! Offers and requests, and the board that lists those which can be taken up.

use actix_web::HttpResponse;
use actix_web::web::{Json, Path, Query};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::body::Body;
use super::caller::Caller;
use super::once::{Key, KeyHeader, Made};
use super::paging::{List, Listing, Paging, Window};
use super::post::shown;
use super::view::{self, Id, Post, Time};
use crate::coworking::id::PostId;
use crate::coworking::offer::OfferInput;
use crate::coworking::{Refusal, markdown, tag};
use crate::operations::{self, offer, post};
use crate::store::Tx;
use crate::store::offer::{Filter, Scope};
use crate::store::post as rows;
use crate::web::error::Result;

/// Which offers the board shows.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum BoardScope {
    /// Those of this node's members.
    #[default]
    Here,
    /// Those of whom the caller follows, and those that a space announces which the caller follows.
    Followed,
    /// All that are known here.
    Network,
}

/// What is looked for on the board; an absent part asks for nothing.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Those of this node's members (`here`, if absent); those of whom the caller follows, and those that a space
    /// announces which the caller follows (`followed`); or all that are known here (`network`).
    #[param(inline)]
    pub scope: Option<BoardScope>,
    /// Which way it goes.
    #[param(value_type = Option<view::Purpose>)]
    pub purpose: Option<String>,
    /// What it is about.
    #[param(value_type = Option<view::Kind>)]
    pub kind: Option<String>,
    /// A word it is tagged with, in whatever spelling.
    pub tag: Option<String>,
    /// A part of its title, its text or a tag, in any case.
    pub q: Option<String>,
}

/// Lists the offers and requests that can be taken up now, the newest first
#[utoipa::path(
    get, path = "/offers", tag = "offers", operation_id = "list_offers", params(Wanted, Window),
    responses((status = 200, description = "A page", body = List<Post>))
)]
pub async fn board(caller: Caller, wanted: Query<Wanted>, paging: Paging) -> Result<Listing<Post>> {
    let Wanted { scope, purpose, kind, tag, q } = wanted.into_inner();
    let scope = match scope.unwrap_or_default() {
        BoardScope::Here => Scope::Here,
        BoardScope::Followed => Scope::Followed,
        BoardScope::Network => Scope::Network,
    };
    let filter = Filter {
        purpose: purpose.as_deref().map(str::parse).transpose()?,
        kind: kind.as_deref().map(str::parse).transpose()?,
        tag,
        text: q,
    };
    let page = paging.page();
    let offers =
        caller.read(move |tx, caller| offer::board(tx, caller.reader(), scope, &filter, page, caller.now)).await?;
    Ok(paging.slice(caller.site().origin(), offers.map(|post| Post::new(post, caller.now))))
}

/// An offer or request to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferBody {
    /// Which way it goes.
    #[schema(value_type = view::Purpose)]
    pub purpose: String,
    /// What it is about; `other` if absent.
    #[schema(value_type = Option<view::Kind>)]
    pub kind: Option<String>,
    /// The title, up to 200 characters.
    pub name: String,
    /// Markdown, up to 10,000 characters.
    pub content: Option<String>,
    /// What is hoped for in return, in words, up to 300 characters; a gift if absent.
    pub in_return: Option<String>,
    /// When it ends: at the latest in a year, in 30 days if absent.
    #[schema(value_type = Option<Time>)]
    pub end_time: Option<Timestamp>,
    /// Words by which it is found, up to 20.
    pub tags: Option<Vec<String>>,
    /// Who may read it; `direct` does not pass. If absent, an offer is public and a request is for members: what
    /// somebody seeks can give away more than they mean to.
    #[schema(value_type = Option<view::Visibility>)]
    pub visibility: Option<String>,
    /// The author's home space announces it to those who follow the space, as long as it is open. Only public offers
    /// and requests are announced. `false` if absent.
    pub announce: Option<bool>,
}

impl From<OfferBody> for OfferInput {
    fn from(body: OfferBody) -> Self {
        Self {
            purpose: body.purpose,
            kind: body.kind,
            name: body.name,
            content: body.content,
            in_return: body.in_return,
            end_time: body.end_time,
            tags: body.tags,
            visibility: body.visibility,
            announce: body.announce,
        }
    }
}

/// Makes an offer or a request
#[utoipa::path(
    post, path = "/offers", tag = "offers", operation_id = "make_offer", request_body = OfferBody,
    params(KeyHeader),
    responses((status = 201, description = "The offer", body = Post))
)]
pub async fn make(caller: Caller, key: Key, body: Body<OfferBody>) -> Result<HttpResponse> {
    let draft = OfferInput::from(body.value).parse(caller.now)?;
    let make = move |tx: &mut Tx<'_>, caller: &Caller| {
        let id = offer::make(tx, caller.site(), caller.acting, &draft, caller.now)?;
        Ok(Made { path: format!("offers/{id}"), shown: shown(tx, caller, id)? })
    };
    key.make(&caller, &body.bytes, make).await
}

/// The post with this number, if there is an offer in it.
fn found(tx: &mut Tx<'_>, caller: &Caller, id: PostId) -> operations::Result<rows::Post> {
    let found = post::may_read(tx, caller.reader(), id).ok().filter(|post| post.offer.is_some());
    found.ok_or_else(|| Refusal::NotFound { what: "offer" }.into())
}

/// Shows an offer or a request
#[utoipa::path(
    get, path = "/offers/{id}", tag = "offers", operation_id = "show_offer", params(("id" = Id, Path)),
    responses((status = 200, description = "The offer", body = Post))
)]
pub async fn show(caller: Caller, id: Path<PostId>) -> Result<Json<Post>> {
    let offer = caller.read(move |tx, caller| {
        let shown = shown(tx, caller, *id)?;
        if shown.offer.is_none() {
            return Err(Refusal::NotFound { what: "offer" }.into());
        }
        Ok(shown)
    });
    Ok(Json(offer.await?))
}

/// A change to an offer or a request; absent fields stay as they are.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OfferEdit {
    /// Which way it goes.
    #[schema(value_type = Option<view::Purpose>)]
    pub purpose: Option<String>,
    /// What it is about.
    #[schema(value_type = Option<view::Kind>)]
    pub kind: Option<String>,
    /// The title, up to 200 characters.
    pub name: Option<String>,
    /// Markdown, up to 10,000 characters; an empty text removes it.
    pub content: Option<String>,
    /// What is hoped for in return, in words, up to 300 characters; an empty text makes it a gift.
    pub in_return: Option<String>,
    /// When it ends: at the latest in a year.
    #[schema(value_type = Option<Time>)]
    pub end_time: Option<Timestamp>,
    /// Words by which it is found, up to 20.
    pub tags: Option<Vec<String>>,
    /// The author's home space announces it from now on, or no more.
    pub announce: Option<bool>,
}

impl OfferEdit {
    /// The whole offer as it is to be.
    #[must_use]
    pub fn over(self, old: rows::Post, now: Timestamp) -> OfferInput {
        let source = old.source.unwrap_or_default();
        // The words that were given; those of the text are found in it again.
        let hashtags: Vec<String> = markdown::hashtags(&source).iter().map(|word| tag::fold(word)).collect();
        let given = || old.tags.into_iter().filter(|word| !hashtags.contains(&tag::fold(word))).collect();
        let offered = old.offer.as_ref();
        let kept = |part: fn(&crate::store::offer::Offer) -> String| offered.map(part);
        OfferInput {
            purpose: self.purpose.or_else(|| kept(|offer| offer.purpose.to_string())).unwrap_or_default(),
            kind: self.kind.or_else(|| kept(|offer| offer.kind.to_string())),
            name: self.name.or(old.name).unwrap_or_default(),
            content: self.content.or(Some(source)),
            in_return: self.in_return.or_else(|| offered.and_then(|offer| offer.in_return.clone())),
            // One that is over is refused as such, not for its time.
            end_time: self.end_time.or_else(|| offered.and_then(|offer| offer.ends_at).filter(|end| *end > now)),
            tags: Some(self.tags.unwrap_or_else(given)),
            visibility: Some(old.visibility.to_string()),
            announce: self.announce,
        }
    }
}

/// Changes an offer or a request that is open
///
/// For its author. Who may read it stays as it is.
#[utoipa::path(
    patch, path = "/offers/{id}", tag = "offers", operation_id = "edit_offer", params(("id" = Id, Path)),
    request_body = OfferEdit, responses((status = 200, description = "The offer, changed", body = Post))
)]
pub async fn update(caller: Caller, id: Path<PostId>, body: Body<OfferEdit>) -> Result<Json<Post>> {
    let (id, edit) = (id.into_inner(), body.value);
    let changed = caller.act(move |tx, caller| {
        let draft = edit.clone().over(found(tx, caller, id)?, caller.now).parse(caller.now)?;
        offer::update(tx, caller.site(), caller.acting, id, &draft, caller.now)?;
        shown(tx, caller, id)
    });
    Ok(Json(changed.await?))
}

/// Closes an offer or a request: it found its match, or nobody needs to answer any more
///
/// For its author.
#[utoipa::path(
    post, path = "/offers/{id}/settle", tag = "offers", operation_id = "settle_offer", params(("id" = Id, Path)),
    responses((status = 200, description = "The offer, settled", body = Post))
)]
pub async fn settle(caller: Caller, id: Path<PostId>) -> Result<Json<Post>> {
    let settled = caller.act(move |tx, caller| {
        offer::settle(tx, caller.acting, *id, caller.now)?;
        shown(tx, caller, *id)
    });
    Ok(Json(settled.await?))
}

/// Takes an offer or a request back
///
/// For its author, and for hosts if it was made on this node.
#[utoipa::path(
    delete, path = "/offers/{id}", tag = "offers", operation_id = "delete_offer", params(("id" = Id, Path)),
    responses((status = 204, description = "Done"))
)]
pub async fn delete(caller: Caller, id: Path<PostId>) -> Result<HttpResponse> {
    caller.act(move |tx, caller| offer::delete(tx, caller.acting, *id, caller.now)).await?;
    Ok(HttpResponse::NoContent().finish())
}
