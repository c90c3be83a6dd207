//! Signing in, by a link that works once or by a token; and what members see of it.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, LOCATION, SET_COOKIE};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use jiff::tz::TimeZone;
use serde::Deserialize;
use url::form_urlencoded::byte_serialize;

use super::desk::Desk;
use super::view::{Head, When};
use super::{Keep, html};
use crate::coworking::Refusal;
use crate::coworking::id::SessionId;
use crate::node::Node;
use crate::operations::secret::Secret;
use crate::operations::{self, kiosk, session};
use crate::store::Tx;
use crate::store::page::Page;
use crate::web::Door;
use crate::web::error::{Error, Result, sentence};
use crate::web::session::{Visitor, begun, browser, ended, own_form, own_path};

#[derive(Template)]
#[template(path = "sign_in.html")]
pub(super) struct SignInPage {
    pub(super) head: Head,
    /// The link that was opened, as a path; a token is asked for without one.
    pub(super) link: Option<String>,
    pub(super) next: String,
    pub(super) wrong: Option<String>,
}

#[derive(Template)]
#[template(path = "account.html")]
pub(super) struct AccountPage {
    pub(super) head: Head,
    pub(super) name: String,
    pub(super) code: Option<String>,
    pub(super) browsers: Vec<Browser>,
}

/// A browser in which somebody is signed in.
pub(super) struct Browser {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) since: When,
    pub(super) is_this: bool,
}

/// Where to go afterwards.
#[derive(Debug, Deserialize)]
pub struct Asked {
    next: Option<String>,
}

/// A token, and where to go afterwards.
#[derive(Debug, Deserialize)]
pub struct Typed {
    token: String,
    next: Option<String>,
}

/// The head of a page for one reader.
pub(super) async fn head(node: &std::sync::Arc<Node>, visitor: &Visitor, title: &str) -> Result<Head> {
    let (inner, title, name) = (node.clone(), title.to_owned(), visitor.name());
    let head: Head =
        node.store.read(move |tx: &mut Tx<'_>| Desk::new(tx, &inner).map(|desk| desk.head(&title))).await?;
    Ok(Head { visitor: name, ..head })
}

fn goes_to(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, path)).insert_header(("Cache-Control", "no-store")).finish()
}

fn after(next: Option<&str>) -> &str {
    next.and_then(own_path).unwrap_or("/account")
}

/// `GET /sign-in`.
///
/// # Errors
/// The store's.
pub async fn form(door: web::Data<Door>, visitor: Visitor, asked: web::Query<Asked>) -> Result<HttpResponse> {
    let next = after(asked.next.as_deref()).to_owned();
    if visitor.known.is_some() {
        return Ok(goes_to(&next));
    }
    let head = head(&door.node, &visitor, "Sign in").await?;
    html(StatusCode::OK, &SignInPage { head, link: None, next, wrong: None }, Keep::Never)
}

/// `POST /sign-in`, with a token.
///
/// # Errors
/// As of [`own_form`].
pub async fn submit(
    door: web::Data<Door>,
    request: HttpRequest,
    visitor: Visitor,
    typed: web::Form<Typed>,
) -> Result<HttpResponse> {
    own_form(&door, &request)?;
    let Typed { token, next } = typed.into_inner();
    let (browser, now) = (browser(&request), door.node.clock.now());
    let signed_in = door.node.store.write(move |tx| session::sign_in_by_token(tx, &token, &browser, now)).await;
    match signed_in {
        Ok(secret) => Ok(entered(&door, &secret, after(next.as_deref()))),
        Err(operations::Error::Refused(Refusal::Malformed { .. })) => {
            let head = head(&door.node, &visitor, "Sign in").await?;
            let wrong = Some("This token is wrong, has ended or was revoked.".to_owned());
            let next = after(next.as_deref()).to_owned();
            html(StatusCode::UNPROCESSABLE_ENTITY, &SignInPage { head, link: None, next, wrong }, Keep::Never)
        }
        Err(error) => Err(error.into()),
    }
}

fn holding(mut answer: HttpResponse, cookie: &str) -> HttpResponse {
    // It is ours, so it can be written.
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        answer.headers_mut().insert(SET_COOKIE, cookie);
    }
    answer
}

fn entered(door: &Door, secret: &Secret, next: &str) -> HttpResponse {
    holding(goes_to(next), &begun(&door.node, secret))
}

/// `GET /sign-in/{secret}`: programs that look at links before people do use nothing up.
///
/// # Errors
/// [`Error::not_found`] for a link that is wrong, old or used.
pub async fn link(
    door: web::Data<Door>,
    request: HttpRequest,
    visitor: Visitor,
    secret: web::Path<String>,
) -> Result<HttpResponse> {
    let (secret, now) = (secret.into_inner(), door.node.clock.now());
    if !door.node.store.read(move |tx| session::is_good_link(tx, &secret, now)).await? {
        return Err(Error::not_found("sign-in link, or it was used"));
    }
    let head = head(&door.node, &visitor, "Sign in").await?;
    let page = SignInPage { head, link: Some(request.path().to_owned()), next: "/account".to_owned(), wrong: None };
    html(StatusCode::OK, &page, Keep::Never)
}

/// `POST /sign-in/{secret}`.
///
/// # Errors
/// As of [`link`] and [`own_form`].
pub async fn follow(door: web::Data<Door>, request: HttpRequest, secret: web::Path<String>) -> Result<HttpResponse> {
    own_form(&door, &request)?;
    let (secret, browser, now) = (secret.into_inner(), browser(&request), door.node.clock.now());
    let signed_in = door.node.store.write(move |tx| session::sign_in_by_link(tx, &secret, &browser, now)).await?;
    Ok(entered(&door, &signed_in, "/account"))
}

/// `POST /sign-out`.
///
/// # Errors
/// As of [`own_form`].
pub async fn leave(door: web::Data<Door>, request: HttpRequest, visitor: Visitor) -> Result<HttpResponse> {
    own_form(&door, &request)?;
    if let Some(known) = visitor.known {
        door.node.store.write(move |tx| session::end(tx, known.acting, known.session)).await?;
    }
    Ok(holding(goes_to("/sign-in"), &ended(&door.node)))
}

/// `GET /account`.
///
/// # Errors
/// The store's.
pub async fn account(door: web::Data<Door>, visitor: Visitor) -> Result<HttpResponse> {
    let Some(known) = visitor.known.clone() else { return Ok(goes_to("/sign-in")) };
    let head = head(&door.node, &visitor, "Your account").await?;
    let found = door.node.store.read(move |tx| -> operations::Result<_> {
        let page = Page::new(None, Some(session::LIMIT));
        let sessions = session::list(tx, known.acting, known.member, page)?.items;
        let zone = crate::store::space::default(tx)?.and_then(|space| TimeZone::get(&space.zone).ok());
        let zone = zone.unwrap_or(TimeZone::UTC);
        let browsers: Vec<Browser> = sessions
            .into_iter()
            .map(|one| Browser {
                id: one.id.to_string(),
                label: if one.label.is_empty() { "A browser".to_owned() } else { one.label },
                since: When::of(one.created_at, &zone),
                is_this: one.id == known.session,
            })
            .collect();
        Ok((known.name.clone(), kiosk::own_code(tx, known.acting)?, browsers))
    });
    let (name, code, browsers) = found.await?;
    html(StatusCode::OK, &AccountPage { head, name, code, browsers }, Keep::Never)
}

/// `POST /account/code`: a new number for the screens at the doors.
///
/// # Errors
/// As of [`own_form`]; for who is not signed in.
pub async fn code(door: web::Data<Door>, request: HttpRequest, visitor: Visitor) -> Result<HttpResponse> {
    own_form(&door, &request)?;
    let known = visitor.member()?.clone();
    door.node.store.write(move |tx| kiosk::new_code(tx, known.acting, known.member)).await?;
    Ok(goes_to("/account"))
}

/// `POST /account/sessions/{id}/end`.
///
/// # Errors
/// As of [`own_form`]; for who is not signed in.
pub async fn end(
    door: web::Data<Door>,
    request: HttpRequest,
    visitor: Visitor,
    id: web::Path<SessionId>,
) -> Result<HttpResponse> {
    own_form(&door, &request)?;
    let known = visitor.member()?.clone();
    door.node.store.write(move |tx| session::end(tx, known.acting, *id)).await?;
    Ok(goes_to("/account"))
}

/// The way to sign in, and back to the page that was asked for.
pub(super) fn first_sign_in(request: &HttpRequest) -> String {
    let back = request.uri().path_and_query().map_or("/", |there| there.as_str());
    format!("/sign-in?next={}", byte_serialize(back.as_bytes()).collect::<String>())
}

/// A "no" as it stands on a page.
pub(super) fn said(error: operations::Error) -> Result<String> {
    match error {
        operations::Error::Refused(refusal) => Ok(sentence(&refusal)),
        broken => Err(broken.into()),
    }
}

/// Leads on within the node.
pub(super) fn lead(path: &str) -> HttpResponse {
    goes_to(path)
}
