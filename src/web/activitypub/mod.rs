//! What peers read: actors, posts, activities and collections, each at the URL that is its id.
//!
//! The same URL is a page for people where there is one. A public document is made once and kept
//! ([`Documents`](super::document::Documents)); what not everybody may read, or reads otherwise, is made for each reader whom a
//! signature tells. What somebody may not read answers them as if it did not exist.

pub mod inbox;
mod subject;

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue, VARY};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};

use super::accept::{Wants, wants};
use super::document::Document;
use super::error::{Error, Result, Wrong};
use super::pages::{After, Cut, Wanted};
use super::session::Visitor;
use super::{Door, etag, pages};
use crate::coworking::Refusal;
use crate::federation::document::{self, Answer};
use crate::federation::verify::{self, Denial};
use crate::site::Local;
use crate::store::actor::ActorType;
use crate::store::post::Reader;
use inbox::{denied, head, headers, target};

pub use subject::Subject;

/// What every peer takes (ActivityPub, section 3.2); without a charset, which some refuse.
pub const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/activity+json");

/// `GET` of anything that has a document.
///
/// # Errors
/// [`Error::not_found`], or gone; `401` for an unsigned request where signatures are required.
pub async fn get(door: web::Data<Door>, request: HttpRequest) -> Result<HttpResponse> {
    let wants = wants(request.headers());
    if wants == Wants::Document
        && is_open(&door)
        && let Some(document) = door.documents.get(target(&request))
    {
        return Ok(answer(&door, &request, &document, true));
    }
    let subject =
        Subject::read(&door.node.site, request.path(), request.query_string()).ok_or(Error::not_found("page"))?;
    if wants == Wants::Page
        && let Some(page) = page(&door, &request, &subject).await
    {
        return page;
    }
    // Without the node's key nobody could check the signature of the question in which we ask for theirs.
    if is_open(&door) || subject == Subject::Object(Local::Node) {
        match for_everybody(&door, &request, &subject).await {
            Err(Error::Refused(Refusal::NotFound { .. })) if is_signed(&request) => {}
            Ok(None) => {}
            Ok(Some(answer)) => return Ok(answer),
            Err(error) => return Err(error),
        }
    }
    for_reader(&door, &request, &subject).await
}

/// Are public documents there for everybody?
fn is_open(door: &Door) -> bool {
    !door.node.config.authorized_fetch
}

fn is_from_a_browser(request: &HttpRequest) -> bool {
    let kinds = request.headers().get(ACCEPT).and_then(|kinds| kinds.to_str().ok());
    kinds.is_some_and(|kinds| kinds.contains("text/html"))
}

fn is_signed(request: &HttpRequest) -> bool {
    request.headers().contains_key("signature") || request.headers().contains_key("signature-input")
}

/// What everybody may read, made once; `None` when somebody signs who may read it otherwise.
async fn for_everybody(door: &Door, request: &HttpRequest, subject: &Subject) -> Result<Option<HttpResponse>> {
    let moment = door.documents.moment();
    let made = make(door, subject, Reader::Stranger).await?;
    if made.gone {
        return Ok(Some(gone(made.body)));
    }
    if !made.public && is_signed(request) {
        return Ok(None);
    }
    let document = Document::new(made.body.into(), MEDIA_TYPE, Some(made.about), moment);
    let document = match made.public && subject.is_spelled(request.uri().query()) {
        true => door.documents.keep(target(request), document),
        false => Arc::new(document),
    };
    Ok(Some(answer(door, request, &document, made.public)))
}

/// Who asks, as far as a signature tells.
///
/// # Errors
/// [`Denial`] when it is signed and the signature does not hold, or its maker may not speak here.
pub(super) async fn reader(door: &Door, request: &HttpRequest) -> std::result::Result<Reader, Denial> {
    let headers = headers(request);
    let signed = verify::reader(&door.node, &head(&door.node, request, &headers)).await?;
    Ok(signed.map_or(Reader::Stranger, |reader| Reader::Actor(reader.actor)))
}

/// What those alone may read whom their signature tells.
async fn for_reader(door: &Door, request: &HttpRequest, subject: &Subject) -> Result<HttpResponse> {
    let reader = match reader(door, request).await {
        Ok(Reader::Stranger) if is_open(door) => return Err(Error::not_found(subject.noun())),
        Ok(Reader::Stranger) => {
            return Err(Error::wrong(Wrong::Unauthorized, "this node answers signed requests only"));
        }
        Ok(reader) => reader,
        Err(denial) => return Ok(denied(&denial)),
    };
    let made = make(door, subject, reader).await?;
    if made.gone {
        return Ok(gone(made.body));
    }
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, MEDIA_TYPE))
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .insert_header((VARY, BY_READER))
        .body(made.body))
}

/// The document for a reader; who may not read it learns no more than that there is nothing.
async fn make(door: &Door, subject: &Subject, reader: Reader) -> Result<document::Document> {
    let (node, wanted) = (door.node.clone(), subject.clone());
    let made = door.node.store.read(move |tx| match &wanted {
        Subject::Object(local) => document::object(tx, &node.site, local, reader),
        Subject::Collection(owner, which, part) => document::collection(tx, &node.site, owner, *which, *part, reader),
        Subject::ByOffer(offer) => document::by_offer(tx, &node.site, offer, reader),
        Subject::Replies(post, part) => document::replies(tx, &node.site, *post, *part),
    });
    match made.await? {
        Answer::Document(document) => Ok(document),
        Answer::Missing => Err(Error::not_found(subject.noun())),
        Answer::NotYet => Err(Error::wrong(Wrong::Unavailable, "its keys are being made; ask again in a few seconds")),
    }
}

/// The tombstone of something that everybody could read.
fn gone(tombstone: Vec<u8>) -> HttpResponse {
    HttpResponse::Gone()
        .insert_header((CONTENT_TYPE, MEDIA_TYPE))
        .insert_header((CACHE_CONTROL, PUBLIC))
        .insert_header((VARY, BY_ACCEPT))
        .body(tombstone)
}

/// The page of a subject, if it has one.
async fn page(door: &web::Data<Door>, request: &HttpRequest, subject: &Subject) -> Option<Result<HttpResponse>> {
    let Subject::Object(local) = subject else { return None };
    let cut = || web::Query::<Cut>::from_query(request.query_string()).map(web::Query::into_inner).unwrap_or_default();
    Some(match local {
        Local::Node => pages::front::page(door, cut()).await,
        Local::Member(name) => pages::actor::local(door, ActorType::Person, name.to_string(), cut()).await,
        Local::Space(name) => pages::actor::local(door, ActorType::Group, name.to_string(), cut()).await,
        Local::Post(id) => {
            let after = web::Query::<After>::from_query(request.query_string());
            pages::post::page(door, *id, after.map(web::Query::into_inner).unwrap_or_default()).await
        }
        Local::Resource(id) => {
            let wanted = web::Query::<Wanted>::from_query(request.query_string());
            let wanted = wanted.map(web::Query::into_inner).unwrap_or_default();
            match Visitor::extract(request).await {
                Ok(visitor) => pages::resource::page(door, &visitor, *id, wanted).await,
                Err(error) => Err(error),
            }
        }
        // Peers read the agreement, whatever they accept.
        Local::Booking(id) if is_from_a_browser(request) && !is_signed(request) => {
            match Visitor::extract(request).await {
                Ok(visitor) => pages::booking::page(door, request, &visitor, *id).await,
                Err(error) => Err(error),
            }
        }
        Local::Activity(_)
        | Local::Follow(_)
        | Local::Like(_)
        | Local::Announce(_)
        | Local::Booking(_)
        | Local::Asked(_)
        | Local::Visit(_) => return None,
    })
}

/// A public document, or word that the asker has it; with word to caches whether everybody gets the same.
fn answer(door: &Door, request: &HttpRequest, document: &Document, same: bool) -> HttpResponse {
    let held = etag::is_held(request.headers(), &document.etag);
    let mut answer = HttpResponse::build(if held { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
    answer
        .insert_header((ETAG, document.etag.clone()))
        .insert_header((CACHE_CONTROL, PUBLIC))
        .insert_header((VARY, if same && is_open(door) { BY_ACCEPT } else { BY_READER }));
    if held {
        return answer.finish();
    }
    answer.insert_header((CONTENT_TYPE, document.media_type.clone())).body(document.body.clone())
}

/// To be kept, and asked about each time: an edit or a deletion is seen at once.
const PUBLIC: HeaderValue = HeaderValue::from_static("public, no-cache");
const BY_ACCEPT: HeaderValue = HeaderValue::from_static("Accept");
const BY_READER: HeaderValue = HeaderValue::from_static("Accept, Signature, Signature-Input");
