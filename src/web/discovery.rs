//! How others find this node and its people: WebFinger (RFC 7033), host-meta (RFC 6415), NodeInfo (FEP-f1d5).
//!
//! Anybody may read these from anywhere, scripts of other sites included.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::activitypub::inbox::target;
use super::document::Document;
use super::error::{Error, Result, Wrong};
use super::{Door, etag};
use crate::federation::discovery::{self, Resource, Version};

const ANYWHERE: (actix_web::http::header::HeaderName, HeaderValue) =
    (ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
const JRD: HeaderValue = HeaderValue::from_static(discovery::JRD_CONTENT_TYPE);
const KEPT: HeaderValue = HeaderValue::from_static("public, no-cache");

/// A question longer than this is answered and not kept: it is no handle of ours in plain spelling.
const LONGEST: usize = 256;

/// What WebFinger is asked.
#[derive(Debug, Deserialize)]
pub struct Asked {
    resource: Option<String>,
}

/// `GET /.well-known/webfinger?resource=…`
///
/// # Errors
/// Without a resource, or with one that is nobody here.
pub async fn webfinger(door: web::Data<Door>, request: HttpRequest) -> Result<HttpResponse> {
    let path = target(&request);
    if let Some(document) = door.documents.get(path) {
        return Ok(answer(&request, &document));
    }
    let asked = web::Query::<Asked>::from_query(request.query_string());
    let asked = asked
        .ok()
        .and_then(|query| query.into_inner().resource)
        .ok_or_else(|| Error::wrong(Wrong::BadRequest, "`resource` is missing; ask with ?resource=acct:name@host"))?;
    // A development node has a port in its handles; elsewhere no handle of ours has one, so it is not found.
    let resource = Resource::parse(&asked, true).ok_or_else(|| {
        Error::wrong(Wrong::BadRequest, "`resource` is neither a handle (acct:name@host) nor a web address")
    })?;
    let moment = door.documents.moment();
    let node = door.node.clone();
    let found = door.node.store.read(move |tx| discovery::webfinger(tx, &node.site, &resource)).await?;
    let found = found.ok_or(Error::not_found("account"))?;
    let document = Document::new(found.body.into(), JRD, Some(found.about), moment);
    let document = match path.len() <= LONGEST {
        true => door.documents.keep(path, document),
        false => Arc::new(document),
    };
    Ok(answer(&request, &document))
}

fn answer(request: &HttpRequest, document: &Document) -> HttpResponse {
    let held = etag::is_held(request.headers(), &document.etag);
    let mut answer = HttpResponse::build(if held { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
    answer.insert_header(ANYWHERE).insert_header((CACHE_CONTROL, KEPT)).insert_header((ETAG, document.etag.clone()));
    if held {
        return answer.finish();
    }
    answer.insert_header((CONTENT_TYPE, document.media_type.clone())).body(document.body.clone())
}

/// `GET /.well-known/host-meta`
pub async fn host_meta(door: web::Data<Door>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(ANYWHERE)
        .insert_header((CONTENT_TYPE, "application/xrd+xml"))
        .body(discovery::host_meta_xml(door.node.site.origin()))
}

/// `GET /.well-known/host-meta.json`
pub async fn host_meta_json(door: web::Data<Door>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(ANYWHERE)
        .insert_header((CONTENT_TYPE, JRD))
        .body(discovery::host_meta_json(door.node.site.origin()).to_string())
}

/// `GET /.well-known/nodeinfo`
pub async fn nodeinfo_links(door: web::Data<Door>) -> HttpResponse {
    HttpResponse::Ok().insert_header(ANYWHERE).json(discovery::nodeinfo_links(&door.node.site))
}

/// `GET /nodeinfo/{version}`
///
/// # Errors
/// For another version than 2.0 and 2.1.
pub async fn nodeinfo(door: web::Data<Door>, version: web::Path<String>) -> Result<HttpResponse> {
    let version = Version::of(&version).ok_or(Error::not_found("version of NodeInfo"))?;
    let node = door.node.clone();
    let now = node.clock.now();
    let value = door
        .node
        .store
        .read(move |tx| discovery::nodeinfo(tx, &node.site, node.config.node_name.as_str(), version, now))
        .await?;
    Ok(HttpResponse::Ok()
        .insert_header(ANYWHERE)
        .insert_header((CONTENT_TYPE, version.content_type()))
        // Counts need not be of this second.
        .insert_header((CACHE_CONTROL, "public, max-age=1800"))
        .body(value.to_string()))
}

/// `GET /robots.txt`: pages of people from elsewhere are theirs to be found by. Calendars are not named: some programs that
/// people subscribe with obey this, and others need not hear where secrets are; a header keeps them out of indexes.
pub async fn robots() -> &'static str {
    "User-agent: *\nDisallow: /people/\nDisallow: /api/\nDisallow: /setup/\nDisallow: /authorize_interaction\nDisallow: /door/\nDisallow: /intents/\n"
}
