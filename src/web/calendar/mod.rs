//! Calendars that programs subscribe to (iCalendar, RFC 5545): a member's bookings under a secret address, and when a
//! resource can be had.

mod text;

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue,
    REFERRER_POLICY, VARY,
};
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::api::Caller;
use super::asker::asker;
use super::error::{Error, Result};
use super::{Door, etag};
use crate::coworking::id::ResourceId;
use crate::operations::{self, calendar};
use crate::store::actor;

pub use text::{one, one_stay};

/// What the addresses of secret calendars begin with.
pub const CALENDARS: &str = "/calendars/";

const KIND: HeaderValue = HeaderValue::from_static("text/calendar; charset=utf-8");
const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

/// Keeps an address with a secret out of indexes, and out of what other servers are told, whatever is answered.
pub fn unnoticed(headers: &mut HeaderMap) {
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(ROBOTS, HeaderValue::from_static("noindex"));
}

/// `GET /calendars/{secret}.ics`: what a member has booked.
///
/// # Errors
/// [`Error::not_found`] for a secret that is wrong or revoked, as for anything unknown.
pub async fn feed(door: web::Data<Door>, request: HttpRequest, secret: web::Path<String>) -> Result<HttpResponse> {
    limited(&door, &request)?;
    let (site, secret, now) = (door.node.site.clone(), secret.into_inner(), door.node.clock.now());
    let found = door.node.store.read(move |tx| -> operations::Result<_> {
        let Some(reader) = calendar::find(tx, &secret, now)? else { return Ok(None) };
        let name = actor::by_uri(tx, &site.node_actor())?.map(|node| node.name).unwrap_or_default();
        let elsewhere = calendar::of_member_elsewhere(tx, reader.member, now)?;
        Ok(Some((reader, name, calendar::of_member(tx, reader.member, now)?, elsewhere)))
    });
    let (reader, name, entries, elsewhere) = found.await?.ok_or(Error::not_found("page"))?;
    if reader.touch_due
        && let Err(error) = door.node.store.write(move |tx| calendar::touch(tx, reader.feed, now)).await
    {
        // The calendar is good without it.
        tracing::warn!(error = %error, "the use of a calendar was not noted");
    }
    let site = &door.node.site;
    let text = text::all(site, if name.is_empty() { site.host() } else { &name }, &entries, &elsewhere);
    let tag = etag::of(text.as_bytes());
    let mut answer = if etag::is_held(request.headers(), &tag) {
        HttpResponse::NotModified().finish()
    } else {
        file("bookings.ics", text)
    };
    answer.headers_mut().insert(ETAG, tag);
    // Programs keep it and ask each time whether it changed.
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(answer)
}

/// Which time is asked about.
#[derive(Debug, Deserialize)]
pub struct Asked {
    from: Option<String>,
    to: Option<String>,
}

/// `GET /resources/{id}/calendar.ics?from=…&to=…`: when a resource cannot be had, and nothing about why.
///
/// # Errors
/// As [`calendar::busy`].
pub async fn free_busy(
    door: web::Data<Door>,
    request: HttpRequest,
    id: web::Path<ResourceId>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    limited(&door, &request)?;
    let known = request.headers().contains_key(AUTHORIZATION);
    // Who shows a token that is not good hears of it, and is not answered as a stranger.
    let acting = if known { Some(Caller::extract(&request).await?.acting) } else { None };
    let (id, Asked { from, to }, now) = (id.into_inner(), asked.into_inner(), door.node.clock.now());
    let during = (from.clone(), to.clone());
    let busy = door.node.store.read(move |tx| calendar::busy(tx, acting, id, (from.as_deref(), to.as_deref()), now));
    let busy = busy.await?;
    let mut url = door.node.site.resource_calendar(id);
    let (from, to) = during;
    let parts = [("from", from), ("to", to)].into_iter().filter_map(|(name, value)| Some((name, value?)));
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parts).finish();
    if !query.is_empty() {
        url = format!("{url}?{query}");
    }
    // When it was put together changes nothing of what it says.
    let same = text::busy(&door.node.site, id, &url, &busy, busy.window.start());
    let strong = etag::of(same.as_bytes());
    let mut answer = if etag::is_held(request.headers(), &strong) {
        HttpResponse::NotModified().finish()
    } else {
        file("calendar.ics", text::busy(&door.node.site, id, &url, &busy, now))
    };
    let headers = answer.headers_mut();
    let weak = [b"W/", strong.as_bytes()].concat();
    headers.insert(ETAG, HeaderValue::from_bytes(&weak).unwrap_or(strong));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(if known { "private, no-cache" } else { "no-cache" }));
    headers.insert(VARY, HeaderValue::from_static("Authorization"));
    headers.insert(ROBOTS, HeaderValue::from_static("noindex"));
    Ok(answer)
}

/// A calendar as an answer, with a name for those who save it.
#[must_use]
pub fn file(name: &str, text: String) -> HttpResponse {
    let named = HeaderValue::try_from(format!("inline; filename=\"{name}\""));
    let mut answer = HttpResponse::build(StatusCode::OK);
    answer.insert_header((CONTENT_TYPE, KIND));
    if let Ok(named) = named {
        answer.insert_header((CONTENT_DISPOSITION, named));
    }
    answer.body(text)
}

/// Calendars are asked for as often as the API.
fn limited(door: &Door, request: &HttpRequest) -> Result<()> {
    match asker(&door.node, request.peer_addr(), request.headers()) {
        Some(asker) => Ok(door.limits.address(asker)?),
        None => Ok(()),
    }
}

/// Some of one, in words: nothing for one alone.
fn several(number: u32, of: &str) -> Cow<'_, str> {
    if number > 1 { format!("{number} × {of}").into() } else { of.into() }
}
