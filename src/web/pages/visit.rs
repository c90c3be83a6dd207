//! Where a member is sent who scanned a code elsewhere: they see what would be told, confirm it, and see the answer.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use jiff::tz::TimeZone;
use serde::Deserialize;
use url::form_urlencoded::byte_serialize;

use super::sign_in::{head, lead, said};
use super::view::{Head, Person, When};
use super::{Keep, html};
use crate::coworking::away::State as Stay;
use crate::coworking::id::{ActorId, VisitId};
use crate::coworking::member::Acting;
use crate::coworking::visit::{State, waits};
use crate::federation::resolve;
use crate::operations;
use crate::operations::visit::{self, Door as At};
use crate::store::{actor, away};
use crate::web::Door;
use crate::web::asker::asker;
use crate::web::error::{Error, Result};
use crate::web::session::{Visitor, own_form};

#[derive(Template)]
#[template(path = "visit.html")]
pub(super) struct VisitPage {
    pub(super) head: Head,
    pub(super) shown: Shown,
}

/// What stands on the page.
pub(super) enum Shown {
    /// Where is that?
    Nowhere {
        /// Why.
        words: String,
    },
    /// May the space be told?
    Question {
        /// The space.
        host: Person,
        /// Who would be there.
        name: String,
        /// With what, and until when.
        booking: Option<(String, When)>,
        /// As it came.
        location: String,
        /// As it came.
        code: String,
        /// Why it did not pass.
        wrong: Option<String>,
    },
    /// The answer, or that there is none yet.
    Answer {
        /// The space.
        host: Person,
        /// Where it stands.
        state: State,
        /// Where to look again, while the door still thinks.
        again: Option<String>,
        /// Why not, or what is left of it.
        words: String,
        /// With what, and until when.
        booking: Option<(String, When)>,
        /// Where to say that they leave.
        leave: Option<String>,
    },
}

/// How long the answer of a space is waited for before a page says that there is none yet, and how often it is looked for.
const PATIENCE: Duration = Duration::from_secs(3);
const NAP: Duration = Duration::from_millis(250);

/// Where, and what was scanned there.
#[derive(Debug, Clone, Deserialize)]
pub struct Asked {
    location: Option<String>,
    code: Option<String>,
}

/// The space at a place: our own kind names it by a fragment.
fn space_of(location: &str) -> &str {
    location.strip_suffix("#place").unwrap_or(location)
}

/// Who is at a place. What is not known here is looked up no more often than is polite, and not for long:
/// another site can lead members here.
async fn space_at(door: &Door, request: &HttpRequest, location: &str) -> operations::Result<ActorId> {
    let address = space_of(location);
    if resolve::known(&door.node, address).await?.is_none() {
        door.lookups.turn(asker(&door.node, request.peer_addr(), request.headers()))?;
    }
    resolve::in_time(address, resolve::AT_A_PAGE, resolve::actor(&door.node, address)).await
}

/// `GET /intents/arrive?location=…&code=…` (FEP-3b86 `Arrive`).
///
/// # Errors
/// The store's. What is not found is said on the page.
pub async fn question(
    door: web::Data<Door>,
    request: HttpRequest,
    visitor: Visitor,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    if visitor.known.is_none() {
        let encoded =
            |text: Option<&String>| byte_serialize(text.map_or("", String::as_str).as_bytes()).collect::<String>();
        let back = format!(
            "/intents/arrive?location={}&code={}",
            encoded(asked.location.as_ref()),
            encoded(asked.code.as_ref())
        );
        return Ok(lead(&format!("/sign-in?next={}", byte_serialize(back.as_bytes()).collect::<String>())));
    }
    shown(&door, &request, &visitor, asked.into_inner(), None).await
}

/// The question, with why it did not pass if it was answered.
async fn shown(
    door: &Door,
    request: &HttpRequest,
    visitor: &Visitor,
    asked: Asked,
    wrong: Option<String>,
) -> Result<HttpResponse> {
    let known = visitor.member()?.clone();
    let (location, code) = (asked.location.unwrap_or_default(), asked.code.unwrap_or_default());
    let head = head(&door.node, visitor, "Check in elsewhere").await?;
    let space = match space_at(door, request, &location).await {
        Ok(space) => space,
        Err(error) => return nowhere(head, error),
    };
    let (site, now) = (door.node.site.clone(), door.node.clock.now());
    let found = door.node.store.read(move |tx| -> operations::Result<_> {
        let host = actor::summaries(tx, &[space])?.pop().map(|host| Person::of(&host, &site));
        let away = away::at_space(tx, known.member, space, now)?;
        let booking = away.map(|away| (away.name, When::of(away.slot.end(), &zone(&away.zone))));
        Ok((host, booking))
    });
    let (host, booking) = found.await?;
    let host = host.ok_or(Error::not_found("space"))?;
    let status = if wrong.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    let shown = Shown::Question { host, name: visitor.name().unwrap_or_default(), booking, location, code, wrong };
    html(status, &VisitPage { head, shown }, Keep::Never)
}

fn nowhere(head: Head, why: operations::Error) -> Result<HttpResponse> {
    let shown = Shown::Nowhere { words: said(why)? };
    html(StatusCode::NOT_FOUND, &VisitPage { head, shown }, Keep::Never)
}

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// `POST /intents/arrive`: the space is told, and most answer before the page that this leads to is shown.
///
/// # Errors
/// As of [`own_form`]; for who is not signed in.
pub async fn confirm(
    door: web::Data<Door>,
    request: HttpRequest,
    visitor: Visitor,
    filled: web::Form<Asked>,
) -> Result<HttpResponse> {
    own_form(&door, &request)?;
    let (acting, now) = (visitor.member()?.acting, door.node.clock.now());
    let asked = filled.into_inner();
    let at = match space_at(&door, &request, asked.location.as_deref().unwrap_or_default()).await {
        Ok(space) => At::At(space),
        Err(error) => return nowhere(head(&door.node, &visitor, "Check in elsewhere").await?, error),
    };
    let code = asked.code.clone();
    let begun = door.node.store.write(move |tx| visit::arrive(tx, acting, &at, code.as_deref(), now)).await;
    match begun {
        Ok(begun) => {
            answered(&door, acting, begun.id).await?;
            Ok(lead(&format!("/visits/{}", begun.id)))
        }
        Err(error) => {
            let wrong = Some(said(error)?);
            shown(&door, &request, &visitor, asked, wrong).await
        }
    }
}

/// Waits a moment for the answer of a space.
async fn answered(door: &Door, acting: Acting, id: VisitId) -> Result<()> {
    let end = tokio::time::Instant::now() + PATIENCE;
    loop {
        let now = door.node.clock.now();
        let visit = door.node.store.read(move |tx| visit::view(tx, acting, id, now)).await?;
        if visit.state != State::Sent || tokio::time::Instant::now() >= end {
            return Ok(());
        }
        tokio::time::sleep(NAP).await;
    }
}

/// `GET /visits/{id}`: what the space has answered, if it has.
///
/// # Errors
/// [`Error::not_found`] for what is somebody else's.
pub async fn show(door: web::Data<Door>, visitor: Visitor, id: web::Path<VisitId>) -> Result<HttpResponse> {
    let known = visitor.known.clone().ok_or(Error::not_found("visit"))?;
    let head = head(&door.node, &visitor, "Your visit").await?;
    let (site, now) = (door.node.site.clone(), door.node.clock.now());
    let found = door.node.store.read(move |tx| -> operations::Result<_> {
        let visit = visit::view(tx, known.acting, *id, now)?;
        let host = actor::summaries(tx, &[visit.space])?.pop().map(|host| Person::of(&host, &site));
        let away = match visit.away {
            Some(away) => away::by_id(tx, away)?,
            None => None,
        };
        Ok((visit, host, away))
    });
    let (visit, host, away) = found.await?;
    let host = host.ok_or(Error::not_found("visit"))?;
    let again = waits(visit.state, visit.begun_at, now).then(|| format!("/visits/{}", visit.id));
    let leave = away.as_ref().filter(|_| visit.state == State::Present).map(|_| format!("/visits/{}/leave", visit.id));
    let words = match (visit.state, away.as_ref().map(|away| away.state)) {
        (State::Left, Some(Stay::Confirmed)) => "Your check-in was taken back. Your booking stands.".to_owned(),
        (State::Left, _) => "What was left of your time is free again.".to_owned(),
        _ => visit.words.unwrap_or_default(),
    };
    let booking = away.map(|away| (away.name, When::of(away.slot.end(), &zone(&away.zone))));
    let shown = Shown::Answer { host, state: visit.state, again, words, booking, leave };
    html(StatusCode::OK, &VisitPage { head, shown }, Keep::Never)
}

/// `POST /visits/{id}/leave`.
///
/// # Errors
/// As of [`own_form`] and [`visit::leave`]; for who is not signed in.
pub async fn leave(
    door: web::Data<Door>,
    request: HttpRequest,
    visitor: Visitor,
    id: web::Path<VisitId>,
) -> Result<HttpResponse> {
    own_form(&door, &request)?;
    let (acting, now, id) = (visitor.member()?.acting, door.node.clock.now(), *id);
    let left = door.node.store.write(move |tx| -> operations::Result<()> {
        let of = visit::view(tx, acting, id, now)?;
        match of.away {
            Some(away) => visit::leave(tx, acting, away, now).map(drop),
            None => Ok(()),
        }
    });
    left.await?;
    Ok(lead(&format!("/visits/{id}")))
}
