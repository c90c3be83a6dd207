//! The pages behind the links in letters: one confirms an address, one ends letters.
//!
//! Mail programs open links to look at them, so opening changes nothing; a button does. Who has the secret in the link may
//! press it. The one that ends letters is pressed by mail programs, too (RFC 8058).

use actix_web::http::StatusCode;
use actix_web::http::header::ORIGIN;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::view::Head;
use super::{Keep, html};
use crate::operations::mailbox;
use crate::web::Door;
use crate::web::asker::asker;
use crate::web::error::{Error, Result, Wrong};

/// What the addresses of these pages begin with.
pub const LETTERS: &str = "/mail/";

#[derive(Template)]
#[template(path = "mail.html")]
struct MailPage<'a> {
    head: Head,
    step: Step,
    address: String,
    action: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Ask,
    Confirmed,
    Stop,
    Stopped,
}

/// `GET /mail/confirm/{secret}`.
///
/// # Errors
/// [`Refusal::NotFound`](crate::coworking::Refusal::NotFound) when the link is wrong, used or too old.
pub async fn ask(door: web::Data<Door>, request: HttpRequest, secret: web::Path<String>) -> Result<HttpResponse> {
    limited(&door, &request)?;
    let (secret, now) = (secret.into_inner(), door.node.clock.now());
    let mailbox = door.node.store.read(move |tx| mailbox::asked(tx, &secret, now)).await?;
    page(&door, &request, Step::Ask, mailbox.address)
}

/// `POST /mail/confirm/{secret}`.
///
/// # Errors
/// As [`ask`]; [`Wrong::Forbidden`] when the form stood on another site.
pub async fn confirm(door: web::Data<Door>, request: HttpRequest, secret: web::Path<String>) -> Result<HttpResponse> {
    limited(&door, &request)?;
    let origin = request.headers().get(ORIGIN).map(|origin| origin.as_bytes());
    if origin.is_some_and(|origin| origin != door.node.site.origin().as_bytes()) {
        let expected = door.node.site.origin();
        return Err(Error::wrong(Wrong::Forbidden, format!("this form has to be opened and sent at {expected}")));
    }
    let (secret, now) = (secret.into_inner(), door.node.clock.now());
    let mailbox = door.node.store.write(move |tx| mailbox::confirm(tx, &secret, now)).await?;
    page(&door, &request, Step::Confirmed, mailbox.address)
}

/// `GET /mail/stop/{key}`.
///
/// # Errors
/// [`Refusal::NotFound`](crate::coworking::Refusal::NotFound) when the link is wrong.
pub async fn ask_to_stop(door: web::Data<Door>, request: HttpRequest, key: web::Path<String>) -> Result<HttpResponse> {
    limited(&door, &request)?;
    let key = key.into_inner();
    let mailbox = door.node.store.read(move |tx| mailbox::stoppable(tx, &key)).await?;
    page(&door, &request, if mailbox.bookings { Step::Stop } else { Step::Stopped }, mailbox.address)
}

/// `POST /mail/stop/{key}`.
///
/// # Errors
/// As [`ask_to_stop`].
pub async fn stop(door: web::Data<Door>, request: HttpRequest, key: web::Path<String>) -> Result<HttpResponse> {
    limited(&door, &request)?;
    let (key, now) = (key.into_inner(), door.node.clock.now());
    let mailbox = door.node.store.write(move |tx| mailbox::stop(tx, &key, now)).await?;
    page(&door, &request, Step::Stopped, mailbox.address)
}

fn page(door: &Door, request: &HttpRequest, step: Step, address: String) -> Result<HttpResponse> {
    let title = match step {
        Step::Ask => "Is this your address?",
        Step::Confirmed => "Letters will come",
        Step::Stop => "No more letters?",
        Step::Stopped => "No more letters",
    };
    let head = Head::plain(title, door.node_name());
    html(StatusCode::OK, &MailPage { head, step, address, action: request.path() }, Keep::Never)
}

/// Secrets are not to be tried out.
fn limited(door: &Door, request: &HttpRequest) -> Result<()> {
    match asker(&door.node, request.peer_addr(), request.headers()) {
        Some(asker) => Ok(door.limits.address(asker)?),
        None => Ok(()),
    }
}
