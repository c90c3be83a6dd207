//! At the door: what the code on the screen leads to. Members check in here; guests are sent home to do it there.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::desk::Desk;
use super::sign_in::said;
use super::view::Head;
use super::{Keep, html};
use crate::coworking::booking::CheckedInBy;
use crate::coworking::id::SpaceId;
use crate::federation::resolve;
use crate::node::Node;
use crate::operations::{self, booking, door as doors, visit};
use crate::store::booking::Booking;
use crate::store::{Tx, actor, space};
use crate::web::Door;
use crate::web::asker::asker;
use crate::web::error::{Error, Result};
use crate::web::session::{Visitor, own_form};

#[derive(Template)]
#[template(path = "door.html")]
pub(super) struct DoorPage {
    pub(super) head: Head,
    pub(super) space: String,
    pub(super) action: String,
    pub(super) shown: Shown,
}

/// What stands on the page.
pub(super) enum Shown {
    /// The code is old, or there is none.
    Old,
    /// Who are you?
    Choice {
        /// For the way on; it lasts some minutes.
        ticket: String,
        /// The member who looks.
        member: Option<String>,
        /// What was typed as a home.
        home: String,
        /// Why it leads nowhere.
        wrong: Option<String>,
    },
    /// The way home.
    Home {
        /// Where it is.
        host: String,
        /// The page there.
        address: String,
    },
    /// A member is checked in, or not.
    Done {
        /// In a few words.
        title: String,
        /// The rest.
        words: String,
        /// Did it pass?
        good: bool,
    },
}

/// What the code on the screen says.
#[derive(Debug, Deserialize)]
pub struct Asked {
    code: Option<String>,
}

/// The form.
#[derive(Debug, Deserialize)]
pub struct Filled {
    ticket: String,
    home: Option<String>,
}

/// A ticket is for whoever holds it.
const ANYBODY: &str = "";

struct Stage {
    head: Head,
    id: SpaceId,
    name: String,
    uri: String,
    zone: TimeZone,
}

fn stage(tx: &mut Tx<'_>, node: &Node, visitor: Option<String>, slug: &str) -> Result<Stage> {
    let here = actor::local_by_username(tx, slug)?.filter(actor::Actor::is_active);
    let here = here.ok_or(Error::not_found("space"))?;
    let space = space::by_id(tx, here.id)?.ok_or(Error::not_found("space"))?;
    let name = visit::called(tx, here.id)?;
    let head = Desk::new(tx, node)?.head(&format!("At the door of {name}"));
    Ok(Stage {
        head: Head { visitor, ..head },
        id: space.id,
        name,
        uri: here.uri,
        zone: TimeZone::get(&space.zone).unwrap_or(TimeZone::UTC),
    })
}

fn page(status: StatusCode, stage: Stage, action: &str, shown: Shown) -> Result<HttpResponse> {
    html(status, &DoorPage { head: stage.head, space: stage.name, action: action.to_owned(), shown }, Keep::Never)
}

/// `GET /door/{space}?code=…`.
///
/// # Errors
/// [`Error::not_found`] for what is no space.
pub async fn show(
    door: web::Data<Door>,
    request: HttpRequest,
    visitor: Visitor,
    slug: web::Path<String>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (node, now, name) = (door.node.clone(), door.node.clock.now(), visitor.name());
    let code = asked.into_inner().code.unwrap_or_default();
    let found = door.node.store.read(move |tx| {
        let stage = stage(tx, &node, name.clone(), &slug)?;
        let is_shown = doors::is_shown(tx, stage.id, &code, now)?;
        let ticket = if is_shown { doors::pass(tx, stage.id, ANYBODY, now)? } else { None };
        Ok::<_, Error>((stage, ticket))
    });
    let (stage, ticket) = found.await?;
    match ticket {
        Some(ticket) => {
            let shown = Shown::Choice { ticket, member: visitor.name(), home: String::new(), wrong: None };
            page(StatusCode::OK, stage, request.path(), shown)
        }
        None => page(StatusCode::OK, stage, request.path(), Shown::Old),
    }
}

/// `POST /door/{space}`: with a home it leads there; without one it checks the member in.
///
/// # Errors
/// As of [`show`] and [`own_form`]; for who is not signed in.
pub async fn submit(
    door: web::Data<Door>,
    request: HttpRequest,
    visitor: Visitor,
    slug: web::Path<String>,
    filled: web::Form<Filled>,
) -> Result<HttpResponse> {
    own_form(&door, &request)?;
    let (node, now, name) = (door.node.clone(), door.node.clock.now(), visitor.name());
    let Filled { ticket, home } = filled.into_inner();
    let held = ticket.clone();
    let found = door.node.store.read(move |tx| {
        let stage = stage(tx, &node, name.clone(), &slug)?;
        // The code itself is no ticket: it would not last for the form.
        let good = held.contains('.') && doors::lets_in(tx, stage.id, ANYBODY, &held, now)?;
        Ok::<_, Error>((stage, good))
    });
    let (stage, good) = found.await?;
    if !good {
        return page(StatusCode::UNPROCESSABLE_ENTITY, stage, request.path(), Shown::Old);
    }
    match home.map(|home| home.trim().to_owned()) {
        Some(home) => lead_home(&door, &request, &visitor, stage, ticket, home).await,
        None => check_in(&door, &request, &visitor, stage).await,
    }
}

/// Their home is asked which page it has for this; its host decides, so it is asked no more often than is polite.
async fn lead_home(
    door: &Door,
    request: &HttpRequest,
    visitor: &Visitor,
    stage: Stage,
    ticket: String,
    home: String,
) -> Result<HttpResponse> {
    let from = asker(&door.node, request.peer_addr(), request.headers());
    let turn = door.lookups.turn(from);
    let found = match turn {
        Ok(()) => resolve::home(&door.node, &home).await,
        Err(refusal) => Err(refusal.into()),
    };
    let found = match found {
        Ok(found) => found,
        Err(error) => {
            let wrong = Some(said(error)?);
            let shown = Shown::Choice { ticket, member: visitor.name(), home, wrong };
            return page(StatusCode::UNPROCESSABLE_ENTITY, stage, request.path(), shown);
        }
    };
    let (space, guest, now) = (stage.id, found.actor.clone(), door.node.clock.now());
    let pass = door.node.store.read(move |tx| doors::pass(tx, space, &guest, now)).await?;
    let address = found.page(&stage.uri, &pass.unwrap_or_default()).ok_or_else(|| {
        Error::wrong(crate::web::error::Wrong::BadRequest, "this home names a page that is not its own")
    })?;
    let shown = Shown::Home { host: found.host.clone(), address: address.to_string() };
    page(StatusCode::OK, stage, request.path(), shown)
}

async fn check_in(door: &Door, request: &HttpRequest, visitor: &Visitor, stage: Stage) -> Result<HttpResponse> {
    let (acting, now, space) = (visitor.member()?.acting, door.node.clock.now(), stage.id);
    let done = door.node.store.write(move |tx| -> operations::Result<(Booking, String)> {
        let booking = booking::come(tx, acting, space, CheckedInBy::Code, now)?;
        let what = crate::store::resource::by_id(tx, booking.resource)?;
        Ok((booking, what.map(|kept| kept.resource.name).unwrap_or_default()))
    });
    let shown = match done.await {
        Ok((booking, what)) => {
            let end = booking.slot.end().to_zoned_datetime(stage.zone.clone()).strftime("%H:%M");
            Shown::Done { title: "You are checked in".to_owned(), words: format!("{what}, until {end}."), good: true }
        }
        Err(error) => Shown::Done { title: "That did not pass".to_owned(), words: said(error)?, good: false },
    };
    let good = matches!(shown, Shown::Done { good: true, .. });
    let status = if good { StatusCode::OK } else { StatusCode::CONFLICT };
    page(status, stage, request.path(), shown)
}
