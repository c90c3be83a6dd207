//! All that a member has booked, here and elsewhere, and where they wait: what is to come, then what is over.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use jiff::Timestamp;
use serde::Deserialize;

use super::booking::{Standing, space_of};
use super::sign_in::{first_sign_in, head, lead};
use super::span::Span;
use super::view::Head;
use super::{Keep, booking, html, stay, waitlist};
use crate::coworking::id::{ActorId, MemberId};
use crate::coworking::member::Acting;
use crate::coworking::space::Zone;
use crate::coworking::waitlist::State;
use crate::operations::agenda::{self, Booked, Last, Part};
use crate::operations::{self, booking::waitlist as waits};
use crate::site::Site;
use crate::store::page::Page;
use crate::store::waitlist::{self as waitlist_rows, Wait};
use crate::store::{Tx, resource};
use crate::web::Door;
use crate::web::error::Result;
use crate::web::session::Visitor;

#[derive(Template)]
#[template(path = "agenda.html")]
pub(super) struct AgendaPage {
    pub(super) head: Head,
    /// Is it the beginning, and not a part of one of the lists?
    pub(super) whole: bool,
    pub(super) coming: Option<List>,
    pub(super) waits: Vec<Row>,
    pub(super) over: Option<List>,
}

/// A list, and where it goes on.
pub(super) struct List {
    pub(super) rows: Vec<Row>,
    pub(super) next: Option<String>,
}

/// One of them.
pub(super) struct Row {
    pub(super) href: String,
    pub(super) what: String,
    /// What the space is called.
    pub(super) place: String,
    pub(super) when: Span,
    pub(super) standing: Standing,
}

/// Which part.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Of what is to come, what is behind this.
    coming: Option<String>,
    /// Of what is over, what is before this.
    over: Option<String>,
}

/// `GET /bookings`.
///
/// # Errors
/// [`Refusal::Malformed`](crate::coworking::Refusal::Malformed) for a part that no page led to.
pub async fn page(
    door: web::Data<Door>,
    request: HttpRequest,
    visitor: Visitor,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let Some(known) = visitor.known.clone() else { return Ok(lead(&first_sign_in(&request))) };
    let read = |text: Option<&String>| text.map(|text| text.parse::<Last>()).transpose();
    let (coming, over) = (read(asked.coming.as_ref())?, read(asked.over.as_ref())?);
    let whole = coming.is_none() && over.is_none();
    let head = head(&door.node, &visitor, "Your bookings").await?;
    let (site, now) = (door.node.site.clone(), door.node.clock.now());
    let found = door.node.store.read(move |tx| -> operations::Result<_> {
        let (acting, member, page) = (known.acting, known.member, Page::default());
        let waits = if whole { waiting(tx, &site, (acting, member), now)? } else { Vec::new() };
        let coming = match coming.is_some() || whole {
            true => Some((agenda::coming(tx, acting, coming, page, now)?, "coming")),
            false => None,
        };
        let over = match over.is_some() || whole {
            true => Some((agenda::over(tx, acting, over, page, now)?, "over")),
            false => None,
        };
        let mut list = |part: Option<(Part, &str)>| match part {
            Some((part, name)) => list(tx, &site, part, name, now).map(Some),
            None => Ok(None),
        };
        Ok((list(coming)?, waits, list(over)?))
    });
    let (coming, waits, over) = found.await?;
    html(StatusCode::OK, &AgendaPage { head, whole, coming, waits, over }, Keep::Never)
}

fn list(tx: &mut Tx<'_>, site: &Site, part: Part, name: &str, now: Timestamp) -> operations::Result<List> {
    let mut rows = Vec::with_capacity(part.items.len());
    for one in part.items {
        rows.push(row(tx, site, &one, now)?);
    }
    Ok(List { rows, next: part.next.map(|next| format!("/bookings?{name}={next}")) })
}

fn row(tx: &mut Tx<'_>, site: &Site, one: &Booked, now: Timestamp) -> operations::Result<Row> {
    Ok(match one {
        Booked::Here(one) => {
            let zone = Zone::parse(&one.zone)?;
            Row {
                href: format!("/bookings/{}", one.id),
                what: resource::by_id(tx, one.resource)?.map(|kept| kept.resource.name).unwrap_or_default(),
                place: place(tx, site, one.space.into())?,
                when: Span::of(one.slot, &zone),
                standing: booking::standing(one, &zone, now),
            }
        }
        Booked::Elsewhere(one) => {
            let zone = stay::zone(one)?;
            Row {
                href: format!("/stays/{}", one.id),
                what: one.name.clone(),
                place: place(tx, site, one.space)?,
                when: Span::of(one.slot, &zone),
                standing: stay::standing(tx, one, &zone, now)?,
            }
        }
    })
}

fn place(tx: &mut Tx<'_>, site: &Site, space: ActorId) -> operations::Result<String> {
    Ok(space_of(tx, site, space)?.map(|space| space.name).unwrap_or_default())
}

/// Where somebody waits; and where they did, as long as they have not heard what became of it.
fn waiting(
    tx: &mut Tx<'_>,
    site: &Site,
    (acting, member): (Acting, MemberId),
    now: Timestamp,
) -> operations::Result<Vec<Row>> {
    let mut all = waitlist_rows::waiting_of(tx, member.into())?;
    let ended = waits::own(tx, acting, Page::default())?.items.into_iter();
    all.extend(ended.filter(|wait| matches!(wait.state, State::Removed | State::Expired)));
    let mut rows = Vec::with_capacity(all.len());
    for wait in all {
        rows.push(waiting_row(tx, site, &wait, now)?);
    }
    Ok(rows)
}

fn waiting_row(tx: &mut Tx<'_>, site: &Site, wait: &Wait, now: Timestamp) -> operations::Result<Row> {
    let zone = waitlist::zone(tx, wait)?;
    Ok(Row {
        href: format!("/waitlist/{}", wait.id),
        what: waitlist::what(tx, wait)?,
        place: place(tx, site, wait.space.into())?,
        when: Span::of(wait.wanted.window, &zone),
        standing: waitlist::standing(tx, wait, now)?,
    })
}
