//! Being there: what is said at the door of a space, there and here.

use sha2::{Digest, Sha256};

use crate::activitypub::activity::Activity;
use crate::activitypub::id::Id;
use crate::activitypub::presence::{Arrive, left};
use crate::coworking::Refusal;
use crate::coworking::id::BookingId;
use crate::coworking::name::Username;
use crate::site::{Local, Site};
use crate::store::visit::Visit;

/// The id of the place where a space is.
#[must_use]
pub fn place_of(space: &str) -> String {
    format!("{space}#place")
}

/// What a member of ours says at the door of a space; `agreement` is the host's address of their booking.
#[must_use]
pub fn arrive(visit: &Visit, space: &str, agreement: Option<&str>) -> Option<Arrive> {
    Some(Arrive {
        location: Id::parse(&place_of(space)).ok()?,
        context: agreement.and_then(|uri| Id::parse(uri).ok()),
        until: visit.until,
        code: visit.code.clone(),
    })
}

/// What somebody from elsewhere says at one of our doors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The space, by its name.
    pub space: Username,
    /// The booking that it names.
    pub booking: Option<BookingId>,
    /// The rest, of an `Arrive`.
    pub arrive: Option<Arrive>,
    /// SHA-256 of it.
    pub hash: [u8; 32],
}

/// Reads an `Arrive` at a place of ours.
///
/// # Errors
/// [`Refusal::NotFound`] for other places.
pub fn arriving(site: &Site, activity: &Activity) -> Result<Said, Refusal> {
    let arrive = Arrive::read(activity).ok_or(Refusal::NotFound { what: "place" })?;
    let said = said(site, &arrive.location, arrive.context.as_ref(), activity)?;
    Ok(Said { arrive: Some(arrive), ..said })
}

/// Reads a `Leave` of a place of ours.
///
/// # Errors
/// [`Refusal::NotFound`] for other places, and for groups and events.
pub fn leaving(site: &Site, activity: &Activity) -> Result<Said, Refusal> {
    let (place, about) = left(activity).ok_or(Refusal::NotFound { what: "place" })?;
    said(site, &place, about.as_ref(), activity)
}

fn said(site: &Site, place: &Id, about: Option<&Id>, activity: &Activity) -> Result<Said, Refusal> {
    let is_place = place.url().fragment() == Some("place");
    let space = match site.local_of(place.without_fragment().as_str()) {
        Some(Local::Space(name)) if is_place => name,
        _ => return Err(Refusal::NotFound { what: "place" }),
    };
    let booking = match about.map(|about| site.local_of(about.as_str())) {
        Some(Some(Local::Booking(id))) => Some(id),
        Some(_) => return Err(Refusal::NotFound { what: "booking" }),
        None => None,
    };
    Ok(Said { space, booking, arrive: None, hash: Sha256::digest(activity.value().to_string().as_bytes()).into() })
}
