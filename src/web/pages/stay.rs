//! A booking of a member's at another node, as its host has said it.

use actix_web::{HttpRequest, HttpResponse, web};
use jiff::Timestamp;
use url::form_urlencoded::byte_serialize;

use super::booking::{Act, Shown, Standing, cost, facts, paper, space_of};
use super::sign_in::{first_sign_in, lead};
use super::span::{Span, moment};
use crate::coworking::Refusal;
use crate::coworking::away::Shown as State;
use crate::coworking::booking::{Side, can_check_in};
use crate::coworking::id::AwayId;
use crate::coworking::member::Acting;
use crate::coworking::slot::Slot;
use crate::coworking::space::Zone;
use crate::operations::{self, away, visit};
use crate::site::Site;
use crate::store::away::Away;
use crate::store::{Tx, actor};
use crate::web::Door;
use crate::web::error::{Error, Result};
use crate::web::session::{Visitor, own_form};

/// The clock of the host; ours, if its zone is not known here.
pub(super) fn zone(away: &Away) -> operations::Result<Zone> {
    Ok(Zone::parse(&away.zone).or_else(|_| Zone::parse("UTC"))?)
}

/// Where a booking elsewhere stands, in words.
pub(super) fn standing(tx: &mut Tx<'_>, away: &Away, zone: &Zone, now: Timestamp) -> operations::Result<Standing> {
    Ok(match away::shown(tx, away, now)? {
        State::Sent => Standing::new("open", "On its way to the space"),
        State::Received => Standing::new("open", "The space has not answered yet"),
        State::Unknown => Standing::new("open", "The space does not answer"),
        State::Waiting => match away.place {
            Some(place) => Standing::new("open", format!("You wait in line there, number {place}")),
            None => Standing::new("open", "You wait in line there"),
        },
        State::Held => match away.held_until.filter(|until| *until > now) {
            Some(until) => Standing::new("open", format!("Kept for you until {}", moment(zone, until))),
            None => Standing::new("open", "Kept for you"),
        },
        State::Confirmed => Standing::new("free", "Confirmed"),
        State::CheckedIn => Standing::new("free", "You are checked in"),
        State::Completed => Standing::new("closed", "Over"),
        State::Refused => Standing::new("taken", "Refused"),
        State::Expired => Standing::new("taken", "Not answered in time"),
        State::Cancelled if away.cancelled_by == Some(Side::Host) => Standing::new("taken", "Cancelled by the space"),
        State::Cancelled => Standing::new("closed", "Cancelled"),
        State::NoShow => Standing::new("closed", "Nobody came"),
    })
}

fn shown(tx: &mut Tx<'_>, site: &Site, away: &Away, now: Timestamp) -> operations::Result<Shown> {
    let zone = zone(away)?;
    let state = away::shown(tx, away, now)?;
    let mut sentences: Vec<String> = away.words.iter().cloned().collect();
    let others = away.alternatives.iter().filter_map(|(start, end)| Slot::between(*start, *end));
    sentences.extend(others.map(|slot| format!("This would have passed: {}.", Span::of(slot, &zone).words)));
    if matches!(state, State::Sent | State::Received | State::Unknown) {
        sentences.push(format!("It can say yes until {}.", moment(&zone, away.deadline)));
    }
    let mut facts = facts(away.units, away.people, away.note.as_ref());
    facts.push(("Price", cost(&away.price, &zone, away.slot, away.units)));
    let act = |name: &str, label, hint: &str, quiet| {
        let path = format!("/stays/{}/{name}", away.id);
        Act { path, label, hint: Some(hint.to_owned()), quiet }
    };
    let (mut acts, mut links) = (Vec::new(), Vec::new());
    match state {
        State::Confirmed => {
            if can_check_in(away.slot, &zone, now).is_ok()
                && let Some(host) = actor::by_id(tx, away.space)?
            {
                let place = byte_serialize(host.uri.as_bytes()).collect::<String>();
                links.push((format!("/intents/arrive?location={place}"), "Check in there".to_owned()));
            }
            acts.push(act(
                "cancel",
                "Cancel it",
                "The space is told. Whether that is late is for its rules to say.",
                true,
            ));
        }
        State::Sent | State::Received | State::Unknown | State::Waiting | State::Held => {
            acts.push(act("cancel", "Take it back", "The space is told.", true));
        }
        State::CheckedIn => acts.push(act("leave", "I am leaving", "The space is told.", false)),
        State::Completed | State::Refused | State::Expired | State::Cancelled | State::NoShow => {}
    }
    Ok(Shown {
        what: away.name.clone(),
        page: None,
        space: space_of(tx, site, away.space)?,
        when: Span::of(away.slot, &zone),
        zone: zone.as_str().to_owned(),
        standing: standing(tx, away, &zone, now)?,
        sentences,
        facts,
        links,
        acts,
    })
}

/// `GET /stays/{id}`.
///
/// # Errors
/// [`Error::not_found`] for what is somebody else's.
pub async fn show(
    door: web::Data<Door>,
    request: HttpRequest,
    visitor: Visitor,
    id: web::Path<AwayId>,
) -> Result<HttpResponse> {
    if visitor.known.is_none() {
        return Ok(lead(&first_sign_in(&request)));
    }
    answer(&door, &visitor, *id, None).await
}

async fn answer(door: &web::Data<Door>, visitor: &Visitor, id: AwayId, no: Option<Refusal>) -> Result<HttpResponse> {
    let acting = visitor.member()?.acting;
    let (site, now) = (door.node.site.clone(), door.node.clock.now());
    let found = door.node.store.read(move |tx| {
        let away = away::view(tx, acting, id)?;
        shown(tx, &site, &away, now)
    });
    paper(door, visitor, found.await?, no).await
}

async fn act(
    door: &web::Data<Door>,
    request: &HttpRequest,
    visitor: &Visitor,
    id: AwayId,
    job: fn(&mut Tx<'_>, Acting, AwayId, Timestamp) -> operations::Result<Away>,
) -> Result<HttpResponse> {
    own_form(door, request)?;
    let (acting, now) = (visitor.member()?.acting, door.node.clock.now());
    match door.node.store.write(move |tx| job(tx, acting, id, now)).await {
        Ok(_) => Ok(lead(&format!("/stays/{id}"))),
        Err(operations::Error::Refused(no)) if !matches!(no, Refusal::NotFound { .. }) => {
            answer(door, visitor, id, Some(no)).await
        }
        Err(error) => Err(Error::from(error)),
    }
}

/// `POST /stays/{id}/cancel`.
///
/// # Errors
/// As of [`own_form`]; for who is not signed in, and for what is somebody else's.
pub async fn cancel(
    door: web::Data<Door>,
    request: HttpRequest,
    visitor: Visitor,
    id: web::Path<AwayId>,
) -> Result<HttpResponse> {
    act(&door, &request, &visitor, *id, away::cancel).await
}

/// `POST /stays/{id}/leave`.
///
/// # Errors
/// As of [`cancel`].
pub async fn leave(
    door: web::Data<Door>,
    request: HttpRequest,
    visitor: Visitor,
    id: web::Path<AwayId>,
) -> Result<HttpResponse> {
    act(&door, &request, &visitor, *id, visit::leave).await
}
