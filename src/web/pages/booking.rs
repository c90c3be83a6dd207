//! A booking of a member's: where it stands, which rules matter from here on, and what they can do.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use jiff::Timestamp;

use super::sign_in::{first_sign_in, head, lead};
use super::span::{Span, moment};
use super::view::{Head, Person};
use super::{Keep, html};
use crate::coworking::Refusal;
use crate::coworking::booking::{EARLY, Side, State, can_check_in};
use crate::coworking::id::{ActorId, BookingId};
use crate::coworking::member::Acting;
use crate::coworking::rules::{Approval, Price, written_amount};
use crate::coworking::slot::Slot;
use crate::coworking::space::Zone;
use crate::coworking::terms;
use crate::operations::{self, booking};
use crate::site::Site;
use crate::store::booking::Booking;
use crate::store::{Tx, actor, resource};
use crate::web::Door;
use crate::web::error::{Error, Result, sentence};
use crate::web::problem::status;
use crate::web::session::{Visitor, own_form};

#[derive(Template)]
#[template(path = "booking.html")]
pub(super) struct BookingPage {
    pub(super) head: Head,
    pub(super) shown: Shown,
    /// Why what was asked last did not pass.
    pub(super) wrong: Option<String>,
}

/// Something that is booked here or elsewhere, or waited for.
pub(super) struct Shown {
    /// What it is called.
    pub(super) what: String,
    /// Its page, where that is one of ours.
    pub(super) page: Option<String>,
    /// Whose it is.
    pub(super) space: Option<Person>,
    pub(super) when: Span,
    pub(super) zone: String,
    pub(super) standing: Standing,
    /// What matters from here on, a sentence each.
    pub(super) sentences: Vec<String>,
    pub(super) facts: Vec<(&'static str, String)>,
    /// Where it goes on: an address, and what is there.
    pub(super) links: Vec<(String, String)>,
    pub(super) acts: Vec<Act>,
}

/// Where something stands.
pub(super) struct Standing {
    /// The class of the badge: `free` for what stands, `open` for what is not decided, `taken` for a no, `closed` for what is over.
    pub(super) class: &'static str,
    pub(super) words: String,
}

impl Standing {
    pub(super) fn new(class: &'static str, words: impl Into<String>) -> Self {
        Self { class, words: words.into() }
    }
}

/// A button.
pub(super) struct Act {
    pub(super) path: String,
    pub(super) label: &'static str,
    /// What it does, or costs, where that has to be known before.
    pub(super) hint: Option<String>,
    /// Is it the way back rather than the way on?
    pub(super) quiet: bool,
}

/// The space, as a line shows it.
pub(super) fn space_of(tx: &mut Tx<'_>, site: &Site, space: ActorId) -> operations::Result<Option<Person>> {
    Ok(actor::summaries(tx, &[space])?.pop().map(|space| Person::of(&space, site)))
}

/// What all of it costs.
pub(super) fn cost(price: &Price, zone: &Zone, slot: Slot, units: u32) -> String {
    match price {
        Price::Money { currency, .. } => {
            format!("{} {currency}", written_amount(price.total(zone, slot, units), currency))
        }
        other => terms::price(other),
    }
}

/// How many, for how many people, and what else was said.
pub(super) fn facts(units: u32, people: u32, note: Option<&String>) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if units > 1 {
        facts.push(("How many", units.to_string()));
    }
    if people > 1 {
        facts.push(("People", people.to_string()));
    }
    facts.extend(note.map(|note| ("Your word to the space", note.clone())));
    facts
}

/// Where a booking stands, in words.
pub(super) fn standing(booking: &Booking, zone: &Zone, now: Timestamp) -> Standing {
    let until = |words: &str| match booking.expires_at {
        Some(end) => format!("{words} until {}", moment(zone, end)),
        None => words.to_owned(),
    };
    match booking.state_at(now) {
        State::Requested => Standing::new("open", "Waits for the front desk"),
        State::Held => Standing::new("open", until("Kept for you")),
        State::Confirmed => Standing::new("free", "Confirmed"),
        State::CheckedIn => Standing::new("free", "You are checked in"),
        State::Completed => Standing::new("closed", "Over"),
        State::Refused => Standing::new("taken", "Refused"),
        State::Expired if booking.rules.approval != Approval::None => Standing::new("taken", "Not decided in time"),
        State::Expired => Standing::new("taken", "Not confirmed in time"),
        State::Cancelled if booking.cancelled_by == Some(Side::Host) => {
            Standing::new("taken", "Cancelled by the space")
        }
        State::Cancelled if booking.late => Standing::new("closed", "Cancelled, late"),
        State::Cancelled => Standing::new("closed", "Cancelled"),
        State::NoShow => Standing::new("closed", "Nobody came"),
    }
}

fn shown(tx: &mut Tx<'_>, site: &Site, booking: &Booking, now: Timestamp) -> operations::Result<Shown> {
    let zone = Zone::parse(&booking.zone)?;
    let kept = resource::by_id(tx, booking.resource)?;
    let mut facts = facts(booking.units, booking.people, booking.note.as_ref());
    facts.extend(booking.guest.clone().map(|guest| ("For", guest)));
    let is_one_of_many = kept.as_ref().is_some_and(|kept| kept.resource.units > 1);
    let unit = booking.unit.filter(|_| is_one_of_many);
    facts.extend(unit.map(|unit| ("Number", unit.saturating_add(1).to_string())));
    facts.push(("Price", cost(&booking.rules.price, &zone, booking.slot, booking.units)));
    Ok(Shown {
        what: kept.map(|kept| kept.resource.name).unwrap_or_default(),
        page: Some(format!("/resources/{}", booking.resource)),
        space: space_of(tx, site, booking.space.into())?,
        when: Span::of(booking.slot, &zone),
        zone: booking.zone.clone(),
        standing: standing(booking, &zone, now),
        sentences: sentences(booking, &zone, now),
        facts,
        links: Vec::new(),
        acts: acts(booking, &zone, now),
    })
}

/// What matters from here on.
fn sentences(booking: &Booking, zone: &Zone, now: Timestamp) -> Vec<String> {
    let mut all: Vec<String> = booking.words.iter().cloned().collect();
    match booking.state_at(now) {
        State::Requested => {
            all.extend(booking.expires_at.map(|end| format!("They decide until {}.", moment(zone, end))));
        }
        State::Held => {
            all.push("It is yours when you confirm it; otherwise others can have it after that time.".to_owned());
        }
        State::Confirmed => {
            let from = booking.slot.start().saturating_sub(EARLY).unwrap_or(booking.slot.start());
            if now < from {
                all.push(format!("You can check in from {} on.", moment(zone, from)));
            }
            if booking.rules.release.is_some() {
                let due = booking.due().unwrap_or(booking.slot.end());
                all.push(format!("It is given to others if you have not checked in by {}.", moment(zone, due)));
            }
        }
        State::CheckedIn => all.push("What is left of it is free for others as soon as you check out.".to_owned()),
        State::Completed | State::Refused | State::Expired | State::Cancelled | State::NoShow => {}
    }
    all
}

/// What its guest can do now.
fn acts(booking: &Booking, zone: &Zone, now: Timestamp) -> Vec<Act> {
    let act =
        |name: &str, label, hint, quiet| Act { path: format!("/bookings/{}/{name}", booking.id), label, hint, quiet };
    let state = booking.state_at(now);
    let mut all = Vec::new();
    if booking::can_be_confirmed(booking, now) {
        let hint = (state == State::Expired).then(|| "Nobody may have taken it: you can still try.".to_owned());
        all.push(act("confirm", "Confirm it", hint, false));
    }
    if state == State::Confirmed && can_check_in(booking.slot, zone, now).is_ok() {
        all.push(act("checkin", "Check in", None, false));
    }
    if state == State::CheckedIn {
        all.push(act("checkout", "Check out", None, false));
    }
    match state {
        State::Requested | State::Held => all.push(act("cancel", "Cancel it", None, true)),
        State::Confirmed => {
            let hint = match booking::given_back_until(booking) {
                Some(until) if now <= until => format!("Until {} that is not late.", moment(zone, until)),
                Some(until) => format!(
                    "That would be late: it was in time until {}. What is given back late counts as had.",
                    moment(zone, until)
                ),
                None => {
                    "That would be late: it was moved when it was late already. What is given back late counts as had."
                        .to_owned()
                }
            };
            let late = booking::given_back_until(booking).is_none_or(|until| now > until);
            all.push(act("cancel", if late { "Cancel it, late" } else { "Cancel it" }, Some(hint), true));
        }
        State::CheckedIn | State::Completed | State::Refused | State::Expired | State::Cancelled | State::NoShow => {}
    }
    all
}

/// `GET /bookings/{id}`, for people.
///
/// # Errors
/// [`Error::not_found`] for what is somebody else's.
pub async fn page(
    door: &web::Data<Door>,
    request: &HttpRequest,
    visitor: &Visitor,
    id: BookingId,
) -> Result<HttpResponse> {
    if visitor.known.is_none() {
        return Ok(lead(&first_sign_in(request)));
    }
    answer(door, visitor, id, None).await
}

async fn answer(door: &web::Data<Door>, visitor: &Visitor, id: BookingId, no: Option<Refusal>) -> Result<HttpResponse> {
    let acting = visitor.member()?.acting;
    let (site, now) = (door.node.site.clone(), door.node.clock.now());
    let found = door.node.store.read(move |tx| {
        let booking = booking::own(tx, acting, id)?;
        shown(tx, &site, &booking, now)
    });
    paper(door, visitor, found.await?, no).await
}

/// The page, with what did not pass if something did not.
pub(super) async fn paper(
    door: &web::Data<Door>,
    visitor: &Visitor,
    shown: Shown,
    no: Option<Refusal>,
) -> Result<HttpResponse> {
    let title = format!("{}, {}", shown.what, shown.when.words);
    let head = head(&door.node, visitor, &title).await?;
    let (code, wrong) = (no.as_ref().map_or(StatusCode::OK, status), no.as_ref().map(sentence));
    html(code, &BookingPage { head, shown, wrong }, Keep::Never)
}

/// Something that somebody does to what they have.
type Job = fn(&mut Tx<'_>, Acting, BookingId, Timestamp) -> operations::Result<Booking>;

async fn act(
    door: &web::Data<Door>,
    request: &HttpRequest,
    visitor: &Visitor,
    id: BookingId,
    job: Job,
) -> Result<HttpResponse> {
    own_form(door, request)?;
    let (acting, now) = (visitor.member()?.acting, door.node.clock.now());
    let done = door.node.store.write(move |tx| -> operations::Result<()> {
        // Those who work here do to other people's bookings what they do by other doors.
        booking::own(tx, acting, id)?;
        job(tx, acting, id, now).map(drop)
    });
    match done.await {
        Ok(()) => Ok(lead(&format!("/bookings/{id}"))),
        Err(operations::Error::Refused(no)) if !matches!(no, Refusal::NotFound { .. }) => {
            answer(door, visitor, id, Some(no)).await
        }
        Err(error) => Err(Error::from(error)),
    }
}

/// `POST /bookings/{id}/confirm`.
///
/// # Errors
/// As of [`own_form`]; for who is not signed in, and for what is somebody else's.
pub async fn confirm(
    door: web::Data<Door>,
    request: HttpRequest,
    visitor: Visitor,
    id: web::Path<BookingId>,
) -> Result<HttpResponse> {
    act(&door, &request, &visitor, *id, booking::confirm).await
}

/// `POST /bookings/{id}/cancel`.
///
/// # Errors
/// As of [`confirm`].
pub async fn cancel(
    door: web::Data<Door>,
    request: HttpRequest,
    visitor: Visitor,
    id: web::Path<BookingId>,
) -> Result<HttpResponse> {
    act(&door, &request, &visitor, *id, |tx, acting, id, now| booking::cancel(tx, acting, id, None, now)).await
}

/// `POST /bookings/{id}/checkin`.
///
/// # Errors
/// As of [`confirm`].
pub async fn check_in(
    door: web::Data<Door>,
    request: HttpRequest,
    visitor: Visitor,
    id: web::Path<BookingId>,
) -> Result<HttpResponse> {
    act(&door, &request, &visitor, *id, booking::check_in).await
}

/// `POST /bookings/{id}/checkout`.
///
/// # Errors
/// As of [`confirm`].
pub async fn check_out(
    door: web::Data<Door>,
    request: HttpRequest,
    visitor: Visitor,
    id: web::Path<BookingId>,
) -> Result<HttpResponse> {
    act(&door, &request, &visitor, *id, booking::check_out).await
}
