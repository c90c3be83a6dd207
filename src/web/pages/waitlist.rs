//! A member's place in the line of those who wait for what others have.

use actix_web::{HttpRequest, HttpResponse, web};
use jiff::Timestamp;

use super::booking::{Act, Shown, Standing, facts, paper, space_of};
use super::sign_in::{first_sign_in, lead};
use super::span::{Span, moment};
use crate::coworking::Refusal;
use crate::coworking::decision::in_words;
use crate::coworking::id::WaitId;
use crate::coworking::space::Zone;
use crate::coworking::waitlist::State;
use crate::operations::booking::waitlist::{self, place};
use crate::operations::{self, space};
use crate::site::Site;
use crate::store::waitlist::Wait;
use crate::store::{Tx, resource};
use crate::web::Door;
use crate::web::error::{Error, Result};
use crate::web::session::{Visitor, own_form};

/// Where somebody stands who waits, in words.
pub(super) fn standing(tx: &mut Tx<'_>, wait: &Wait, now: Timestamp) -> operations::Result<Standing> {
    Ok(match wait.state_at(now) {
        State::Waiting => match place(tx, wait, now)? {
            Some(place) => Standing::new("open", format!("You wait in line, number {place}")),
            None => Standing::new("open", "You wait in line"),
        },
        State::Promoted => Standing::new("free", "It came free for you"),
        State::Left => Standing::new("closed", "You do not wait any more"),
        State::Removed => Standing::new("taken", "The space took you off the line"),
        State::Expired => Standing::new("closed", "Nothing came free in time"),
    })
}

/// Where its clock hangs.
pub(super) fn zone(tx: &mut Tx<'_>, wait: &Wait) -> operations::Result<Zone> {
    Ok(Zone::parse(&space::or_default(tx, Some(wait.space))?.zone)?)
}

/// What is waited for, by name.
pub(super) fn what(tx: &mut Tx<'_>, wait: &Wait) -> operations::Result<String> {
    Ok(resource::by_id(tx, wait.resource)?.map(|kept| kept.resource.name).unwrap_or_default())
}

fn shown(tx: &mut Tx<'_>, site: &Site, wait: &Wait, now: Timestamp) -> operations::Result<Shown> {
    let (zone, state) = (zone(tx, wait)?, wait.state_at(now));
    let mut sentences: Vec<String> = wait.words.iter().cloned().collect();
    if wait.wanted.length < wait.wanted.window.elapsed() {
        sentences.push(format!("For {} within that time.", in_words(wait.wanted.length)));
    }
    if wait.any_of_kind {
        sentences.push("Anything else of the same sort would do, too.".to_owned());
    }
    let mut acts = Vec::new();
    if state == State::Waiting {
        sentences.push("When it comes free, it is kept for you for a while, until you confirm it.".to_owned());
        let path = format!("/waitlist/{}/leave", wait.id);
        acts.push(Act { path, label: "Leave the line", hint: None, quiet: true });
    }
    if let (State::Promoted, Some(until)) = (state, wait.promised_until.filter(|until| *until > now)) {
        sentences.push(format!("It is kept for you until {}.", moment(&zone, until)));
    }
    let links = wait.booking.map(|booking| (format!("/bookings/{booking}"), "Your booking".to_owned()));
    Ok(Shown {
        what: what(tx, wait)?,
        page: Some(format!("/resources/{}", wait.resource)),
        space: space_of(tx, site, wait.space.into())?,
        when: Span::of(wait.wanted.window, &zone),
        zone: zone.as_str().to_owned(),
        standing: standing(tx, wait, now)?,
        sentences,
        facts: facts(wait.wanted.units, wait.wanted.people, wait.note.as_ref()),
        links: links.into_iter().collect(),
        acts,
    })
}

/// `GET /waitlist/{id}`.
///
/// # Errors
/// [`Error::not_found`] for what is somebody else's.
pub async fn show(
    door: web::Data<Door>,
    request: HttpRequest,
    visitor: Visitor,
    id: web::Path<WaitId>,
) -> Result<HttpResponse> {
    if visitor.known.is_none() {
        return Ok(lead(&first_sign_in(&request)));
    }
    answer(&door, &visitor, *id, None).await
}

async fn answer(door: &web::Data<Door>, visitor: &Visitor, id: WaitId, no: Option<Refusal>) -> Result<HttpResponse> {
    let acting = visitor.member()?.acting;
    let (site, now) = (door.node.site.clone(), door.node.clock.now());
    let found = door.node.store.read(move |tx| {
        let wait = waitlist::own_place(tx, acting, id)?;
        shown(tx, &site, &wait, now)
    });
    paper(door, visitor, found.await?, no).await
}

/// `POST /waitlist/{id}/leave`.
///
/// # Errors
/// As of [`own_form`]; for who is not signed in, and for what is somebody else's.
pub async fn leave(
    door: web::Data<Door>,
    request: HttpRequest,
    visitor: Visitor,
    id: web::Path<WaitId>,
) -> Result<HttpResponse> {
    own_form(&door, &request)?;
    let (acting, now, id) = (visitor.member()?.acting, door.node.clock.now(), *id);
    let left = door.node.store.write(move |tx| -> operations::Result<()> {
        waitlist::own_place(tx, acting, id)?;
        waitlist::leave(tx, acting, id, None, now).map(drop)
    });
    match left.await {
        Ok(()) => Ok(lead(&format!("/waitlist/{id}"))),
        Err(operations::Error::Refused(no)) if !matches!(no, Refusal::NotFound { .. }) => {
            answer(&door, &visitor, id, Some(no)).await
        }
        Err(error) => Err(Error::from(error)),
    }
}
