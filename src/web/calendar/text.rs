//! Bookings in the words of iCalendar (RFC 5545).
//!
//! What leaves here is kept by programs that nobody here knows, under an address that may be passed on: it names what is
//! booked and where, never a guest, and nothing that people wrote to each other.

use jiff::Timestamp;

use super::several;
use crate::coworking::away;
use crate::coworking::booking::State;
use crate::coworking::id::ResourceId;
use crate::icalendar::{BusyType, Calendar, Event, FreeBusy, Status};
use crate::operations::calendar::{Busy, Elsewhere, Entry, Where};
use crate::site::Site;
use crate::store::booking::Booking;

/// All that somebody has booked, as a calendar of the node with this name.
pub fn all(site: &Site, node: &str, entries: &[Entry], stays: &[Elsewhere]) -> String {
    let here = entries.iter().map(|entry| event(site, entry));
    let events = here.chain(stays.iter().map(|stay| elsewhere(site, stay))).collect();
    Calendar { name: format!("Bookings at {node}"), events }.text()
}

/// One booking as a calendar of its own.
#[must_use]
pub fn one(site: &Site, entry: &Entry) -> String {
    Calendar { name: entry.resource.clone(), events: vec![event(site, entry)] }.text()
}

/// One booking at another node as a calendar of its own.
#[must_use]
pub fn one_stay(site: &Site, stay: &Elsewhere) -> String {
    Calendar { name: stay.away.name.clone(), events: vec![elsewhere(site, stay)] }.text()
}

fn event(site: &Site, entry: &Entry) -> Event {
    let Entry { booking, state, space, .. } = entry;
    let status = status(*state);
    Event {
        uid: format!("booking-{}@{}", booking.id, site.host()),
        sequence: entry.sequence,
        status,
        start: booking.slot.start(),
        end: booking.slot.end(),
        zone: booking.zone.clone(),
        summary: several(booking.units, &entry.resource).into_owned(),
        description: description(*state, booking),
        location: Some(location(space)),
        geo: space.place.coordinates.map(|point| (point.latitude, point.longitude)),
        url: None,
        organizer: Some((space.name.clone(), space.uri.clone())),
        created: booking.requested_at,
        updated: entry.updated,
        transparent: status == Status::Cancelled,
        private: true,
    }
}

/// A booking at another node, as its host has said it.
fn elsewhere(site: &Site, stay: &Elsewhere) -> Event {
    let Elsewhere { away, state, host, uri } = stay;
    let (status, stands) = match state {
        away::State::Sent => (Status::Tentative, "It waits for the host's answer."),
        away::State::Waiting => (Status::Tentative, "Others have it. You wait in the line of the host."),
        away::State::Held => (Status::Tentative, "The host keeps it, and has not said yes."),
        away::State::Confirmed | away::State::CheckedIn | away::State::Completed => (Status::Confirmed, ""),
        away::State::Refused => (Status::Cancelled, "The host said no."),
        away::State::Expired => (Status::Cancelled, "The host did not say yes in time."),
        away::State::NoShow => (Status::Cancelled, "Nobody came, so it was given back."),
        away::State::Cancelled => (Status::Cancelled, ""),
    };
    // An end that nobody has written down yet is one more change.
    let unwritten = u32::from(*state != away.state);
    Event {
        uid: format!("stay-{}@{}", away.id, site.host()),
        sequence: away.sequence.saturating_add(unwritten),
        status,
        start: away.slot.start(),
        end: away.slot.end(),
        zone: away.zone.clone(),
        summary: several(away.units, &away.name).into_owned(),
        description: Some(stands.to_owned()).filter(|text| !text.is_empty()),
        location: Some(host.clone()),
        geo: None,
        url: None,
        organizer: Some((host.clone(), uri.clone())),
        created: away.requested_at,
        updated: if unwritten > 0 { away.deadline } else { away.updated },
        transparent: status == Status::Cancelled,
        private: true,
    }
}

fn status(state: State) -> Status {
    match state {
        State::Requested | State::Held => Status::Tentative,
        State::Confirmed | State::CheckedIn | State::Completed => Status::Confirmed,
        State::Refused | State::Expired | State::Cancelled | State::NoShow => Status::Cancelled,
    }
}

fn description(state: State, booking: &Booking) -> Option<String> {
    let stands = match state {
        State::Requested => "It waits for the space's answer.",
        State::Held => "It is kept for a moment only: confirm it.",
        State::Refused => "The space said no.",
        State::Expired => "It was not answered or confirmed in time.",
        State::NoShow => "Nobody came, so it was given back.",
        State::Confirmed | State::CheckedIn | State::Completed | State::Cancelled => "",
    };
    let unit = booking.unit.map(|unit| format!("Number {}.", unit.saturating_add(1))).unwrap_or_default();
    let people = if booking.people > 1 { format!("For {} people.", booking.people) } else { String::new() };
    let lines = [stands.to_owned(), unit, people].into_iter().filter(|line| !line.is_empty());
    Some(lines.collect::<Vec<_>>().join("\n")).filter(|text| !text.is_empty())
}

fn location(space: &Where) -> String {
    let address = &space.place.address;
    let town = [&address.postal_code, &address.locality].map(String::as_str).join(" ");
    let parts = [&space.name, &address.street, town.trim(), &address.region, &address.country];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<&str>>().join(", ")
}

/// When a resource cannot be had, as of `stamp`.
pub fn busy(site: &Site, id: ResourceId, url: &str, busy: &Busy, stamp: Timestamp) -> String {
    let taken = busy.taken.iter().map(|slot| (slot.start(), slot.end(), BusyType::Busy));
    let closed = busy.closed.iter().map(|slot| (slot.start(), slot.end(), BusyType::Unavailable));
    FreeBusy {
        uid: format!("resource-{id}@{}", site.host()),
        url: url.to_owned(),
        start: busy.window.start(),
        end: busy.window.end(),
        stamp,
        busy: taken.chain(closed).collect(),
    }
    .text()
}
