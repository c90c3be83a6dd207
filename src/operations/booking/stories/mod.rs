//! Stories of bookings at one space, and what holds however they are mixed.

mod door;
mod elsewhere;
mod guest;
mod life;
mod line;
mod mixed;
mod old;
mod quota;
mod realign;
mod rules;
mod waiting;
mod waiting_mixed;

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::coworking::booking::{BookingInput, Request};
use crate::coworking::id::{MemberId, ResourceId};
use crate::coworking::resource::ResourceInput;
use crate::coworking::space::Zone;
use crate::operations::resource as resources;
use crate::operations::setup::SetupDone;
use crate::operations::testing::{Ground, acting, no};

/// Friday, 15 January 2027, at this time in Amsterdam.
pub(super) fn time(text: &str) -> Timestamp {
    Zone::parse("Europe/Amsterdam").unwrap().read("start", &format!("2027-01-15T{text}")).unwrap()
}

pub(super) fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

/// A wish for that day.
pub(super) fn wish(resource: ResourceId, from: &str, to: &str) -> Request {
    wish_of(resource, from, to, |_| {})
}

pub(super) fn wish_of(resource: ResourceId, from: &str, to: &str, change: impl FnOnce(&mut BookingInput)) -> Request {
    let on = |time: &str| format!("2027-01-15T{time}");
    let mut input = BookingInput { start: on(from), end: on(to), ..Default::default() };
    change(&mut input);
    let draft = input.parse(&Zone::parse("Europe/Amsterdam").unwrap()).unwrap();
    Request { resource, draft, hold: false, reason: None }
}

pub(super) fn holding(request: Request) -> Request {
    Request { hold: true, ..request }
}

pub(super) fn room() -> ResourceInput {
    ResourceInput { kind: "meeting_room".into(), name: "Attic".into(), seats: Some(8), ..Default::default() }
}

pub(super) fn desks(units: u32) -> ResourceInput {
    ResourceInput { kind: "hot_desk".into(), name: "Desks".into(), units: Some(units), ..Default::default() }
}

/// With rules for residents that differ in this.
pub(super) fn with_rules(input: ResourceInput, rules: &str) -> ResourceInput {
    let rules = serde_json::from_str(rules).unwrap();
    ResourceInput { rules: Some([(crate::coworking::resource::Audience::Resident, rules)].into()), ..input }
}

pub(super) fn add(tx: &mut Tx<'_>, done: &SetupDone, input: ResourceInput) -> ResourceId {
    resources::add(tx, Acting::Keeper, done.space, &input.parse().unwrap(), time("08:00")).unwrap()
}

/// A member asks for it.
pub(super) fn ask(tx: &mut Tx<'_>, member: MemberId, wish: &Request, now: &str) -> Result<Booking> {
    let asking = Asking::here(tx, acting(member), None, false)?;
    request(tx, &asking, wish, time(now))
}

/// What is named to the asker, as times of the day.
pub(super) fn named(refusal: &Refusal) -> Vec<String> {
    let Refusal::Unbookable(no) = refusal else { panic!("{refusal}") };
    let shown = |at| no.zone.wall(at).strftime("%H:%M").to_string();
    no.alternatives.iter().map(|slot| format!("{}-{}", shown(slot.start()), shown(slot.end()))).collect()
}

pub(super) fn state(tx: &mut Tx<'_>, booking: &Booking, now: &str) -> State {
    crate::store::booking::by_id(tx, booking.id).unwrap().unwrap().state_at(time(now))
}

pub(super) fn facts(ground: &Ground) -> Vec<&'static str> {
    ground.events().iter().map(|fact| fact.event.name()).filter(|name| name.starts_with("Booking")).collect()
}
