//! Secret links with which members' calendar programs read their bookings, and one booking as a calendar.

use actix_web::HttpResponse;
use actix_web::web::{Path, Query};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::Body;
use super::caller::Caller;
use super::once::{Made, created};
use super::paging::{List, Listing, Paging, Window};
use super::view::{Id, Time};
use crate::coworking::id::{BookingId, MemberId};
use crate::operations::calendar;
use crate::store::calendar_feed::{Feed, FeedId};
use crate::web::calendar::{file, one};
use crate::web::error::Result;

/// A secret link to a member's bookings; its address is shown only once, when it is made.
#[derive(Debug, Serialize, ToSchema)]
pub struct Calendar {
    /// The node's number for it.
    #[schema(value_type = Id)]
    pub id: FeedId,
    /// What its owner calls it.
    pub label: String,
    /// Since when.
    #[schema(value_type = Time)]
    pub created_at: Timestamp,
    /// When it was used last, to the hour.
    #[schema(value_type = Option<Time>, required)]
    pub last_used_at: Option<Timestamp>,
}

impl From<Feed> for Calendar {
    fn from(feed: Feed) -> Self {
        Self { id: feed.id, label: feed.label, created_at: feed.created_at, last_used_at: feed.last_used_at }
    }
}

/// A new link.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewCalendar {
    /// The node's number for it.
    #[schema(value_type = Id)]
    pub id: FeedId,
    /// Where the bookings are to be read, shown now and never again. Whoever knows it can read them.
    #[schema(example = "https://harbor.example/calendars/cal_….ics")]
    pub url: String,
}

/// Whose calendars.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Whose {
    /// The member, for administrators; the caller if absent.
    #[param(value_type = Option<Id>)]
    pub member: Option<MemberId>,
}

/// Lists the links to a member's bookings, the newest first; revoked ones are not among them
#[utoipa::path(
    get, path = "/calendars", tag = "calendars", operation_id = "list_calendars", params(Whose, Window),
    responses((status = 200, description = "A page", body = List<Calendar>))
)]
pub async fn list(caller: Caller, whose: Query<Whose>, paging: Paging) -> Result<Listing<Calendar>> {
    let (page, member) = (paging.page(), whose.member);
    let feeds = caller.read(move |tx, caller| {
        let member = member.map_or_else(|| caller.acting.member("have calendars"), Ok)?;
        calendar::list(tx, caller.acting, member, page)
    });
    Ok(paging.slice(caller.site().origin(), feeds.await?.map(Calendar::from)))
}

/// A link to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarBody {
    /// What to call it, up to 100 characters.
    #[schema(example = "Phone")]
    pub label: String,
}

/// Makes a secret link to the caller's bookings, for calendar programs
#[utoipa::path(
    post, path = "/calendars", tag = "calendars", operation_id = "create_calendar", request_body = CalendarBody,
    responses((status = 201, description = "The link, with its address", body = NewCalendar))
)]
pub async fn create(caller: Caller, body: Body<CalendarBody>) -> Result<HttpResponse> {
    let CalendarBody { label } = body.value;
    let made = caller.act(move |tx, caller| {
        let member = caller.acting.member("have calendars")?;
        let made = calendar::create(tx, caller.acting, member, &label, caller.now)?;
        let shown = NewCalendar { id: made.feed, url: caller.site().calendar(made.secret.expose()) };
        Ok(Made { path: format!("calendars/{}", made.feed), shown })
    });
    Ok(created(&caller, &made.await?))
}

/// Makes a link void: whoever has it reads nothing any more
#[utoipa::path(
    delete, path = "/calendars/{id}", tag = "calendars", operation_id = "revoke_calendar", params(("id" = Id, Path)),
    responses((status = 204, description = "Done"))
)]
pub async fn revoke(caller: Caller, id: Path<FeedId>) -> Result<HttpResponse> {
    caller.act(move |tx, caller| calendar::revoke(tx, caller.acting, *id, caller.now)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Shows one booking as a calendar (iCalendar, RFC 5545), to be taken into another one
#[utoipa::path(
    get, path = "/bookings/{id}/calendar.ics", tag = "calendars", operation_id = "booking_calendar",
    params(("id" = Id, Path)),
    responses((
        status = 200, description = "A calendar with one event, whatever became of the booking", body = String,
        content_type = "text/calendar; charset=utf-8"
    ))
)]
pub async fn booking(caller: Caller, id: Path<BookingId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    let entry = caller.read(move |tx, caller| calendar::of_booking(tx, caller.acting, id, caller.now)).await?;
    Ok(file(&format!("booking-{id}.ics"), one(caller.site(), &entry)))
}
