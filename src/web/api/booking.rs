//! Bookings: asked for, answered, changed, taken back; and being there.

use actix_web::HttpResponse;
use actix_web::web::{Json, Path, Query};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::once::{Key, KeyHeader, Made};
use super::paging::{List, Listing, Paging, Window};
use super::resource::During;
use super::view::{Booking, Id};
use crate::coworking::booking::{BookingInput, Guests, Request, TOGETHER};
use crate::coworking::id::{ActorId, BookingId, ResourceId, SpaceId};
use crate::coworking::member::Acting;
use crate::coworking::space::Zone;
use crate::coworking::window::{LIST_DAYS, window};
use crate::coworking::{Refusal, slot};
use crate::operations::booking::{self, Asking};
use crate::operations::{self, front_desk, resource, space};
use crate::store::Tx;
use crate::store::booking::{self as rows, Of};
use crate::web::error::Result;

/// What somebody wants to book: one thing, or several, all of them or none.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BookingBody {
    /// Several at once, up to 20, all of them or none. What one of them does not say, it has from the rest of the body.
    pub items: Option<Vec<BookingItem>>,
    /// Of what.
    #[schema(value_type = Option<Id>)]
    pub resource: Option<ResourceId>,
    /// From when, as the clock of the space shows it, with or without its offset.
    #[schema(example = "2027-01-15T09:30")]
    pub start: Option<String>,
    /// Until when.
    #[schema(example = "2027-01-15T11:00")]
    pub end: Option<String>,
    /// How many units; 1 if absent.
    pub units: Option<u32>,
    /// The number of the unit that is chosen, from 1; any if absent.
    pub unit: Option<u32>,
    /// For how many people; 1 if absent.
    pub people: Option<u32>,
    /// A word to the space, up to 500 characters.
    pub note: Option<String>,
    /// For whom, if that is somebody without an account.
    pub guest: Option<String>,
    /// Keep the time for ten minutes, until it is confirmed; `false` if absent.
    #[serde(default)]
    #[schema(required = false)]
    pub hold: bool,
    /// Why rules are passed over; for hosts. What is not there nobody can give away.
    pub reason: Option<String>,
    /// For which other member; for hosts.
    #[schema(value_type = Option<Id>)]
    pub member: Option<ActorId>,
}

/// One of several.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BookingItem {
    /// Of what.
    #[schema(value_type = Option<Id>)]
    pub resource: Option<ResourceId>,
    /// From when.
    pub start: Option<String>,
    /// Until when.
    pub end: Option<String>,
    /// How many units.
    pub units: Option<u32>,
    /// The number of the unit that is chosen, from 1.
    pub unit: Option<u32>,
    /// For how many people.
    pub people: Option<u32>,
    /// A word to the space.
    pub note: Option<String>,
}

/// What was booked: one booking, or the several that were asked for in their order.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Booked {
    /// The one.
    One(Box<Booking>),
    /// The several.
    Several {
        /// Each of them.
        items: Vec<Booking>,
    },
}

impl BookingBody {
    fn one(&self, tx: &mut Tx<'_>, item: BookingItem) -> operations::Result<Request> {
        let resource = item.resource.or(self.resource).ok_or(Refusal::Empty { field: "resource", limit: 19 })?;
        let input = BookingInput {
            start: item.start.or_else(|| self.start.clone()).unwrap_or_default(),
            end: item.end.or_else(|| self.end.clone()).unwrap_or_default(),
            units: item.units.or(self.units),
            unit: item.unit.or(self.unit),
            people: item.people.or(self.people),
            note: item.note.or_else(|| self.note.clone()),
            guest: self.guest.clone(),
        };
        let draft = input.parse(&resource::zone(tx, resource)?)?;
        Ok(Request { resource, draft, hold: self.hold, reason: self.reason.clone() })
    }

    fn requests(&self, tx: &mut Tx<'_>) -> operations::Result<Vec<Request>> {
        match &self.items {
            None => Ok(vec![self.one(tx, BookingItem::default())?]),
            Some(items) if items.is_empty() => Err(Refusal::malformed("items", "[]", "1 to 20 bookings").into()),
            Some(items) if items.len() > TOGETHER => {
                Err(Refusal::TooMany { field: "items", limit: TOGETHER, found: items.len() }.into())
            }
            Some(items) => items.iter().map(|item| self.one(tx, item.clone())).collect(),
        }
    }
}

/// Asks for a booking, or for several, all of them or none
///
/// It is confirmed at once, held, or waits for staff, as the rules of the resource say. What cannot be had is refused with
/// every rule that it breaks and the nearest times that pass.
#[utoipa::path(
    post, path = "/bookings", tag = "bookings", operation_id = "request_booking", request_body = BookingBody,
    params(KeyHeader), responses((status = 201, description = "What was booked", body = Booked))
)]
pub async fn request(caller: Caller, key: Key, body: Body<BookingBody>) -> Result<HttpResponse> {
    let wish = body.value;
    let make = move |tx: &mut Tx<'_>, caller: &Caller| {
        let asking = Asking::here(tx, caller.acting, wish.member, wish.guest.is_some())?;
        let requests = wish.requests(tx)?;
        let made = booking::request_all(tx, &asking, &requests, caller.now)?;
        let mut items = Booking::load(tx, made, caller.now)?;
        if wish.items.is_none()
            && let Some(one) = items.pop()
        {
            return Ok(Made { path: format!("bookings/{}", one.id), shown: Booked::One(Box::new(one)) });
        }
        Ok(Made { path: "bookings".to_owned(), shown: Booked::Several { items } })
    };
    key.make(&caller, &body.bytes, make).await
}

fn read(zone: &Zone, during: &During, caller: &Caller) -> operations::Result<slot::Slot> {
    Ok(window(zone, during.from.as_deref(), during.to.as_deref(), LIST_DAYS, caller.now)?)
}

/// Lists the caller's bookings that touch a time of at most 366 days, the first that begins first
///
/// A time without an offset is read by the clock of the default space.
#[utoipa::path(
    get, path = "/bookings", tag = "bookings", operation_id = "list_bookings", params(During, Window),
    responses((status = 200, description = "A page", body = List<Booking>))
)]
pub async fn own(caller: Caller, during: Query<During>, paging: Paging) -> Result<Listing<Booking>> {
    let page = paging.page();
    let bookings = caller.read(move |tx, caller| {
        let member = caller.acting.member("have bookings")?;
        let zone = Zone::parse(&space::or_default(tx, None)?.zone)?;
        let slice = rows::list(tx, Of::Requester(member.into()), read(&zone, &during, caller)?, page)?;
        Booking::page(tx, slice, caller.now)
    });
    Ok(paging.slice(caller.site().origin(), bookings.await?))
}

/// Lists the bookings of a space that touch a time of at most 366 days, the first that begins first
///
/// For hosts.
#[utoipa::path(
    get, path = "/spaces/{id}/bookings", tag = "bookings", operation_id = "list_bookings_of_space",
    params(("id" = Id, Path), During, Window),
    responses((status = 200, description = "A page", body = List<Booking>))
)]
pub async fn of_space(
    caller: Caller,
    id: Path<SpaceId>,
    during: Query<During>,
    paging: Paging,
) -> Result<Listing<Booking>> {
    let page = paging.page();
    let bookings = caller.read(move |tx, caller| {
        let zone = Zone::parse(&space::or_default(tx, Some(*id))?.zone)?;
        let during = read(&zone, &during, caller)?;
        let slice = front_desk::bookings(tx, caller.acting, *id, during, page)?;
        Booking::page(tx, slice, caller.now)
    });
    Ok(paging.slice(caller.site().origin(), bookings.await?))
}

/// Lists today's guests of a space: who is expected, who is there, who is late
///
/// For hosts. Those who are late are not among those who are expected.
#[utoipa::path(
    get, path = "/spaces/{id}/guests/{list}", tag = "bookings", operation_id = "list_guests",
    params(("id" = Id, Path), ("list" = super::view::Guests, Path, description = "Which of them"), Window),
    responses((status = 200, description = "A page of their bookings", body = List<Booking>))
)]
pub async fn guests(caller: Caller, path: Path<(SpaceId, Guests)>, paging: Paging) -> Result<Listing<Booking>> {
    let ((space, list), page) = (path.into_inner(), paging.page());
    let bookings = caller.read(move |tx, caller| {
        let slice = front_desk::guests(tx, caller.acting, space, list, page, caller.now)?;
        Booking::page(tx, slice, caller.now)
    });
    Ok(paging.slice(caller.site().origin(), bookings.await?))
}

/// Lists the bookings of a space that wait for staff, the first that asked first
///
/// For hosts.
#[utoipa::path(
    get, path = "/spaces/{id}/bookings/waiting", tag = "bookings", operation_id = "list_waiting_bookings",
    params(("id" = Id, Path), Window), responses((status = 200, description = "A page", body = List<Booking>))
)]
pub async fn waiting(caller: Caller, id: Path<SpaceId>, paging: Paging) -> Result<Listing<Booking>> {
    let page = paging.page();
    let bookings = caller.read(move |tx, caller| {
        let slice = front_desk::waiting(tx, caller.acting, *id, page, caller.now)?;
        Booking::page(tx, slice, caller.now)
    });
    Ok(paging.slice(caller.site().origin(), bookings.await?))
}

/// Shows a booking
///
/// For the one who has it, and for hosts.
#[utoipa::path(
    get, path = "/bookings/{id}", tag = "bookings", operation_id = "show_booking", params(("id" = Id, Path)),
    responses((status = 200, description = "The booking", body = Booking))
)]
pub async fn show(caller: Caller, id: Path<BookingId>) -> Result<Json<Booking>> {
    let found = caller.read(move |tx, caller| {
        let found = booking::view(tx, caller.acting, *id)?;
        Booking::one(tx, found, caller.now)
    });
    Ok(Json(found.await?))
}

/// Another time, place or size of a booking; absent fields stay as they are.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BookingEdit {
    /// Of what.
    #[schema(value_type = Option<Id>)]
    pub resource: Option<ResourceId>,
    /// From when, as the clock of the space shows it, with or without its offset.
    pub start: Option<String>,
    /// Until when.
    pub end: Option<String>,
    /// How many units.
    pub units: Option<u32>,
    /// The number of the unit that is chosen, from 1. Of another resource, any if absent.
    pub unit: Option<u32>,
    /// For how many people.
    pub people: Option<u32>,
    /// A word to the space; an empty text removes it.
    pub note: Option<String>,
    /// For whom, if that is somebody without an account; an empty text removes it.
    pub guest: Option<String>,
    /// Why rules are passed over; for hosts.
    pub reason: Option<String>,
}

impl BookingEdit {
    /// The whole wish as it is to be, by the clock of the resource's space.
    ///
    /// # Errors
    /// What is wrong with a part of it.
    pub fn over(self, old: rows::Booking, zone: &Zone) -> std::result::Result<Request, Refusal> {
        let resource = self.resource.unwrap_or(old.resource);
        let kept = old.unit.filter(|_| resource == old.resource).map(|unit| unit.saturating_add(1));
        let input = BookingInput {
            start: self.start.unwrap_or_else(|| zone.written(old.slot.start())),
            end: self.end.unwrap_or_else(|| zone.written(old.slot.end())),
            units: Some(self.units.unwrap_or(old.units)),
            unit: self.unit.or(kept),
            people: Some(self.people.unwrap_or(old.people)),
            note: self.note.or(old.note),
            guest: self.guest.or(old.guest),
        };
        Ok(Request { resource, draft: input.parse(zone)?, hold: false, reason: self.reason })
    }

    /// Gives a booking another time, place or size; all of it, or nothing changes.
    ///
    /// # Errors
    /// As of [`booking::change`].
    pub fn make(
        self,
        tx: &mut Tx<'_>,
        acting: Acting,
        id: BookingId,
        now: Timestamp,
    ) -> operations::Result<rows::Booking> {
        let old = booking::view(tx, acting, id)?;
        let zone = resource::zone(tx, self.resource.unwrap_or(old.resource))?;
        booking::change(tx, acting, id, &self.over(old, &zone)?, now)
    }
}

/// Gives a booking another time, place or size
///
/// For the one who has it, and for hosts. What it has stays until the new is granted.
#[utoipa::path(
    patch, path = "/bookings/{id}", tag = "bookings", operation_id = "change_booking", params(("id" = Id, Path)),
    request_body = BookingEdit, responses((status = 200, description = "The booking, changed", body = Booking))
)]
pub async fn change(caller: Caller, id: Path<BookingId>, body: Body<BookingEdit>) -> Result<Json<Booking>> {
    let (id, edit) = (id.into_inner(), body.value);
    let changed = caller.act(move |tx, caller| {
        let changed = edit.clone().make(tx, caller.acting, id, caller.now)?;
        Booking::one(tx, changed, caller.now)
    });
    Ok(Json(changed.await?))
}

/// Does something to a booking, and shows it.
pub(super) async fn done(
    caller: &Caller,
    mut act: impl FnMut(&mut Tx<'_>, &Caller) -> operations::Result<rows::Booking> + Send + 'static,
) -> Result<Json<Booking>> {
    let done = caller.act(move |tx, caller| {
        let booking = act(tx, caller)?;
        Booking::one(tx, booking, caller.now)
    });
    Ok(Json(done.await?))
}

/// Confirms a time that is held
///
/// One whose hold has expired is had all the same if nobody else has it by now.
#[utoipa::path(
    post, path = "/bookings/{id}/confirm", tag = "bookings", operation_id = "confirm_booking",
    params(("id" = Id, Path)), responses((status = 200, description = "The booking", body = Booking))
)]
pub async fn confirm(caller: Caller, id: Path<BookingId>) -> Result<Json<Booking>> {
    done(&caller, move |tx, caller| booking::confirm(tx, caller.acting, *id, caller.now)).await
}

/// How staff say yes.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalBody {
    /// Why rules are passed over that speak against it by now.
    pub reason: Option<String>,
}

/// Approves a booking that waits for staff
///
/// For hosts. Others who wait for the same time and have no room beside it are refused.
#[utoipa::path(
    post, path = "/bookings/{id}/approve", tag = "bookings", operation_id = "approve_booking",
    params(("id" = Id, Path)), request_body = ApprovalBody,
    responses((status = 200, description = "The booking", body = Booking))
)]
pub async fn approve(caller: Caller, id: Path<BookingId>, body: Body<ApprovalBody>) -> Result<Json<Booking>> {
    let reason = body.value.reason;
    done(&caller, move |tx, caller| booking::approve(tx, caller.acting, *id, reason.as_deref(), caller.now)).await
}

/// How staff say no.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclineBody {
    /// Why, up to 500 characters.
    pub words: String,
}

/// Declines a booking that waits for staff
///
/// For hosts.
#[utoipa::path(
    post, path = "/bookings/{id}/decline", tag = "bookings", operation_id = "decline_booking",
    params(("id" = Id, Path)), request_body = DeclineBody,
    responses((status = 200, description = "The booking", body = Booking))
)]
pub async fn decline(caller: Caller, id: Path<BookingId>, body: Body<DeclineBody>) -> Result<Json<Booking>> {
    let words = body.value.words;
    done(&caller, move |tx, caller| booking::decline(tx, caller.acting, *id, &words, caller.now)).await
}

/// How a booking is taken back.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelBody {
    /// Why, up to 500 characters; the space has to say.
    pub words: Option<String>,
}

/// Takes a booking back
///
/// For the one who has it, and for hosts, who say why.
#[utoipa::path(
    post, path = "/bookings/{id}/cancel", tag = "bookings", operation_id = "cancel_booking",
    params(("id" = Id, Path)), request_body = CancelBody,
    responses((status = 200, description = "The booking", body = Booking))
)]
pub async fn cancel(caller: Caller, id: Path<BookingId>, body: Body<CancelBody>) -> Result<Json<Booking>> {
    let words = body.value.words;
    done(&caller, move |tx, caller| booking::cancel(tx, caller.acting, *id, words.as_deref(), caller.now)).await
}

/// Says that the guest of a booking is there
///
/// For the one who has it, and for hosts; from a quarter of an hour before it begins.
#[utoipa::path(
    post, path = "/bookings/{id}/checkin", tag = "bookings", operation_id = "check_in", params(("id" = Id, Path)),
    responses((status = 200, description = "The booking", body = Booking))
)]
pub async fn check_in(caller: Caller, id: Path<BookingId>) -> Result<Json<Booking>> {
    done(&caller, move |tx, caller| booking::check_in(tx, caller.acting, *id, caller.now)).await
}

/// Says that the guest of a booking leaves
///
/// What is left of its time is free again.
#[utoipa::path(
    post, path = "/bookings/{id}/checkout", tag = "bookings", operation_id = "check_out", params(("id" = Id, Path)),
    responses((status = 200, description = "The booking", body = Booking))
)]
pub async fn check_out(caller: Caller, id: Path<BookingId>) -> Result<Json<Booking>> {
    done(&caller, move |tx, caller| booking::check_out(tx, caller.acting, *id, caller.now)).await
}

/// Who comes without a booking.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WalkInBody {
    /// For how many minutes; until it closes if absent.
    pub minutes: Option<u32>,
    /// Who, if that is somebody without an account.
    pub guest: Option<String>,
    /// Which other member; for hosts.
    #[schema(value_type = Option<Id>)]
    pub member: Option<ActorId>,
}

/// Checks somebody in who comes without a booking, if a place is free
///
/// Where staff have to say yes first, it waits for them.
#[utoipa::path(
    post, path = "/resources/{id}/checkin", tag = "bookings", operation_id = "walk_in",
    params(("id" = Id, Path), KeyHeader), request_body = WalkInBody,
    responses((status = 201, description = "The booking", body = Booking))
)]
pub async fn walk_in(caller: Caller, id: Path<ResourceId>, key: Key, body: Body<WalkInBody>) -> Result<HttpResponse> {
    let WalkInBody { minutes, guest, member } = body.value;
    let make = move |tx: &mut Tx<'_>, caller: &Caller| {
        let asking = Asking::here(tx, caller.acting, member, guest.is_some())?;
        let length = minutes.map(|minutes| SignedDuration::from_mins(i64::from(minutes)));
        let made = booking::walk_in(tx, &asking, *id, guest.clone(), length, caller.now)?;
        Ok(Made { path: format!("bookings/{}", made.id), shown: Booking::one(tx, made, caller.now)? })
    };
    key.make(&caller, &body.bytes, make).await
}
