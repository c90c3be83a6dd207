//! What peers read: actors, posts, activities and collections, each at the URL that is its id.
//!
//! The same URL is a page for people where there is one. A public document is made once and kept
//! ([`Documents`](super::document::Documents)); what not everybody may read is made for each reader whom a signature
//! tells, and answers everybody else as if it did not exist.

pub mod inbox;
mod subject;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue, VARY};
use actix_web::{HttpRequest, HttpResponse, web};

use super::accept::{Wants, wants};
use super::document::Document;
use super::error::{Error, Result};
use super::pages::{After, Cut};
use super::{Door, etag, pages};
use crate::store::actor::ActorType;

pub use subject::{List, Part, Subject, Who};

/// What every peer takes (ActivityPub, section 3.2); without a charset, which some refuse.
pub const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/activity+json");

/// `GET` of anything that has a document.
///
/// # Errors
/// [`Error::not_found`], or gone; `401` for an unsigned request where signatures are required.
pub async fn get(door: web::Data<Door>, request: HttpRequest) -> Result<HttpResponse> {
    let wants = wants(request.headers());
    if wants == Wants::Document
        && let Some(document) = kept(&door, &request)
    {
        return Ok(answer(&door, &request, &document));
    }
    let subject = Subject::read(request.path(), request.query_string()).ok_or(Error::not_found("page"))?;
    if wants == Wants::Page
        && let Some(page) = page(&door, &request, &subject).await
    {
        return page;
    }
    Err(Error::not_found(subject.noun()))
}

/// The page of a subject, if it has one.
async fn page(door: &web::Data<Door>, request: &HttpRequest, subject: &Subject) -> Option<Result<HttpResponse>> {
    let cut = || web::Query::<Cut>::from_query(request.query_string()).map(web::Query::into_inner).unwrap_or_default();
    Some(match subject {
        Subject::Actor(Who::Node) => pages::front::page(door, cut()).await,
        Subject::Actor(Who::Member(name)) => {
            pages::actor::local(door, ActorType::Person, name.to_string(), cut()).await
        }
        Subject::Actor(Who::Space(name)) => pages::actor::local(door, ActorType::Group, name.to_string(), cut()).await,
        Subject::Post(id) => {
            let after = web::Query::<After>::from_query(request.query_string());
            pages::post::page(door, *id, after.map(web::Query::into_inner).unwrap_or_default()).await
        }
        Subject::List(..)
        | Subject::Replies(..)
        | Subject::Activity(_)
        | Subject::Follow(_)
        | Subject::Like(_)
        | Subject::Announce(_) => return None,
    })
}

/// A document made before, if everybody gets the same.
fn kept(door: &Door, request: &HttpRequest) -> Option<std::sync::Arc<Document>> {
    if door.node.config.authorized_fetch {
        return None;
    }
    door.documents.get(request.uri().path_and_query()?.as_str())
}

/// A public document, or word that the asker has it.
fn answer(door: &Door, request: &HttpRequest, document: &Document) -> HttpResponse {
    let held = etag::is_held(request.headers(), &document.etag);
    let mut answer = HttpResponse::build(if held { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
    answer
        .insert_header((ETAG, document.etag.clone()))
        .insert_header((CACHE_CONTROL, PUBLIC))
        .insert_header((VARY, if door.node.config.authorized_fetch { VARY_SIGNED } else { VARY_NEGOTIATED }));
    if held {
        return answer.finish();
    }
    answer.insert_header((CONTENT_TYPE, document.media_type.clone())).body(document.body.clone())
}
const PUBLIC: HeaderValue = HeaderValue::from_static("public, no-cache");
const VARY_SIGNED: HeaderValue = HeaderValue::from_static("Accept, Signature");
const VARY_NEGOTIATED: HeaderValue = HeaderValue::from_static("Accept");
