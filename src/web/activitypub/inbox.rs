//! Where peers deliver: the bytes are read within bounds, and handed on as they came.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;

use crate::coworking::Refusal;
use crate::coworking::id::ActorId;
use crate::federation::inbox::{Answer, InboxRequest, accept};
use crate::federation::patience::within;
use crate::federation::verify::{Denial, Head};
use crate::node::Node;
use crate::site::Local;
use crate::store::actor;
use crate::web::Door;
use crate::web::asker::asker;
use crate::web::document::Document;
use crate::web::error::{Error, Result, Wrong};

/// How long a peer may take to send a body; those who deliver give up after ten seconds themselves.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// `POST /inbox`: the inbox that all actors of the node share.
///
/// # Errors
/// A body that is too large, too slow or compressed; everything else is answered in words by the federation.
pub async fn shared(door: web::Data<Door>, request: HttpRequest, body: web::Payload) -> Result<HttpResponse> {
    take(&door, &request, body, None).await
}

/// `POST` to the inbox of one actor.
///
/// # Errors
/// As [`shared`]; [`Error::not_found`], or gone, for an actor that is not there.
pub async fn personal(door: web::Data<Door>, request: HttpRequest, body: web::Payload) -> Result<HttpResponse> {
    let recipient = recipient(&door, request.path()).await?;
    take(&door, &request, body, Some(recipient)).await
}

async fn take(
    door: &Door,
    request: &HttpRequest,
    body: web::Payload,
    recipient: Option<ActorId>,
) -> Result<HttpResponse> {
    let body = read(request, body, door.node.config.max_body).await?;
    let headers = headers(request);
    let head = head(&door.node, request, &headers);
    Ok(answered(&accept(&door.node, InboxRequest { head, body, recipient }).await))
}

/// A "no" to a peer that asks.
pub(in crate::web) fn denied(denial: &Denial) -> HttpResponse {
    answered(&Answer::from(denial.clone()))
}

fn answered(answer: &Answer) -> HttpResponse {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponse::build(status);
    if let Some(seconds) = answer.retry_after {
        response.insert_header((RETRY_AFTER, HeaderValue::from(seconds)));
    }
    match answer.body() {
        Some(body) => response.insert_header((CONTENT_TYPE, "application/json")).body(body),
        None => response.finish(),
    }
}

/// Names in lower case, values raw: they are what was signed.
pub(in crate::web) fn headers(request: &HttpRequest) -> Vec<(&str, &[u8])> {
    request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect()
}

/// The head as the federation takes it.
pub(in crate::web) fn head<'r>(node: &Node, request: &'r HttpRequest, headers: &'r [(&'r str, &'r [u8])]) -> Head<'r> {
    let asker = asker(node, request.peer_addr(), request.headers());
    Head { method: request.method().as_str(), target: target(request), headers, asker }
}

/// Path and query as in the request line.
pub(in crate::web) fn target(request: &HttpRequest) -> &str {
    request.uri().path_and_query().map_or("/", |target| target.as_str())
}

/// Whose inbox it is. Asked of the store once and then only after the actor has changed.
async fn recipient(door: &Door, path: &str) -> Result<ActorId> {
    if let Some(known) = door.documents.get(path).and_then(|inbox| inbox.about) {
        return Ok(known);
    }
    let nobody = || Error::not_found("inbox");
    let site = &door.node.site;
    let uri = path.strip_suffix("/inbox").map(|owner| format!("{}{owner}", site.origin())).ok_or_else(nobody)?;
    if !matches!(site.local_of(&uri), Some(Local::Node | Local::Member(_) | Local::Space(_))) {
        return Err(nobody());
    }
    let moment = door.documents.moment();
    let found = door.node.store.read(move |tx| actor::by_uri(tx, &uri)).await?.ok_or_else(nobody)?;
    if found.deleted_at.is_some() {
        return Err(Refusal::Gone { what: "inbox" }.into());
    }
    door.documents.keep(path, Document::new(Bytes::new(), HeaderValue::from_static(""), Some(found.id), moment));
    Ok(found.id)
}

async fn read(request: &HttpRequest, mut body: web::Payload, limit: usize) -> Result<Bytes> {
    let identity = |value: &HeaderValue| value.as_bytes().eq_ignore_ascii_case(b"identity");
    if !request.headers().get_all(CONTENT_ENCODING).all(identity) {
        // Digests are made of the bytes on the wire, and no peer compresses what it delivers.
        return Err(Error::wrong(Wrong::UnsupportedMediaType, "deliveries are read uncompressed only"));
    }
    let announced = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let too_large =
        || Error::wrong(Wrong::TooLarge, format!("the body is larger than {limit} bytes, the most that pass"));
    if announced.is_some_and(|length: usize| length > limit) {
        return Err(too_large());
    }
    let whole = async {
        // Nearly every body comes in one piece, which is then taken as it is.
        let Some(first) = body.next().await else { return Ok(Bytes::new()) };
        let first = first.map_err(broken_off)?;
        let Some(second) = body.next().await else { return Ok(first) };
        let mut all = BytesMut::with_capacity(announced.unwrap_or(limit).min(limit));
        all.extend_from_slice(&first);
        let mut more = Some(second);
        while let Some(part) = more {
            let part = part.map_err(broken_off)?;
            if all.len() + part.len() > limit {
                return Err(too_large());
            }
            all.extend_from_slice(&part);
            more = body.next().await;
        }
        Ok(all.freeze())
    };
    let body: Bytes = within(BODY_TIMEOUT, whole).await.map_err(|_| {
        Error::wrong(Wrong::Timeout, format!("the body did not arrive within {} seconds", BODY_TIMEOUT.as_secs()))
    })??;
    if body.len() > limit { Err(too_large()) } else { Ok(body) }
}

fn broken_off(error: actix_web::error::PayloadError) -> Error {
    Error::wrong(Wrong::BadRequest, format!("the body broke off: {error}"))
}
