//! Bookings that repeat: looked at, made, moved and taken back; all of it, a part, or one.

use actix_web::HttpResponse;
use actix_web::web::{Json, Path};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::once::{Key, KeyHeader, Made};
use super::paging::{List, Listing, Paging, Window};
use super::view::{self, Approved, Booking, EditedSeries, Id, MadeSeries, Series, SeriesPreview, Stay, WallTime};
use crate::coworking::booking::BookingInput;
use crate::coworking::id::{ActorId, BookingId, ResourceId, SeriesId};
use crate::coworking::series::{Clashing, MoveInput, Pattern, RepeatInput, Scope, SeriesInput};
use crate::coworking::slot::Slot;
use crate::coworking::space::Zone;
use crate::coworking::{Refusal, series as rules};
use crate::federation::resolve;
use crate::operations::booking::{self, Asking};
use crate::operations::{resource, series};
use crate::store::Tx;
use crate::store::booking::Of;
use crate::web::error::Result;

/// What somebody wants to book again and again.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeriesBody {
    /// Of what: its number here, or its address at another node.
    pub resource: String,
    /// When the first starts, as the clock of the space shows it.
    #[schema(example = "2027-01-19T19:00")]
    pub start: String,
    /// When the first ends. All are as long by that clock.
    #[schema(example = "2027-01-19T21:00")]
    pub end: String,
    /// When the others are: a recurrence rule (RFC 5545) of FREQ, INTERVAL, BYDAY, BYMONTHDAY, COUNT, UNTIL and WKST. At most 52
    /// within 12 months.
    #[schema(example = "FREQ=WEEKLY;COUNT=10")]
    pub rule: Option<String>,
    /// In place of a rule: `day`, `weekday`, `week`, `month` or `year`, or a number of them such as `2 weeks`.
    pub every: Option<String>,
    /// With `every`: how many there are.
    pub times: Option<u32>,
    /// With `every`, in place of `times`: the last date on which there can be one.
    #[schema(example = "2027-06-30")]
    pub until: Option<String>,
    /// How many units each time; 1 if absent.
    pub units: Option<u32>,
    /// The number of the unit that is chosen, from 1; any if absent.
    pub unit: Option<u32>,
    /// For how many people; 1 if absent.
    pub people: Option<u32>,
    /// A word to the space, up to 500 characters.
    pub note: Option<String>,
    /// For whom, if that is somebody without an account.
    pub guest: Option<String>,
    /// Why rules are passed over; for hosts.
    pub reason: Option<String>,
    /// For which other member; for hosts.
    #[schema(value_type = Option<Id>)]
    pub member: Option<ActorId>,
    /// What is done when some cannot be had. If absent, all are refused and told.
    #[schema(value_type = Option<view::Clashing>)]
    pub clashes: Option<Clashing>,
}

impl SeriesBody {
    fn pattern(&self, zone: &Zone) -> std::result::Result<Pattern, Refusal> {
        let wish = self.clone();
        let first = BookingInput {
            start: wish.start,
            end: wish.end,
            units: wish.units,
            unit: wish.unit,
            people: wish.people,
            note: wish.note,
            guest: wish.guest,
        };
        let repeat = RepeatInput { rule: wish.rule, every: wish.every, times: wish.times, until: wish.until };
        SeriesInput { first, repeat }.parse(zone)
    }

    /// Of what of this node; `None` for an address.
    fn here(&self) -> std::result::Result<Option<ResourceId>, Refusal> {
        if self.resource.contains("://") {
            return Ok(None);
        }
        let wrong = |_| Refusal::malformed("resource", &self.resource, "the number of a resource, or an address");
        self.resource.trim().parse().map(Some).map_err(wrong)
    }

    /// Another node decides for itself, and books for the one who asks.
    fn must_be_plain(&self) -> std::result::Result<(), Refusal> {
        const EXPECTED: &str = "left out for what another node has";
        let given = [
            ("unit", self.unit.map(|unit| unit.to_string())),
            ("guest", self.guest.clone()),
            ("reason", self.reason.clone()),
            ("member", self.member.map(|member| member.to_string())),
        ];
        let given = given.into_iter().find_map(|(field, value)| Some((field, value?)));
        given.map_or(Ok(()), |(field, value)| Err(Refusal::malformed(field, value, EXPECTED)))
    }
}

/// Shows what a series would be: every date, what is skipped, and what cannot be had
///
/// Nothing is booked. Of what another node has, only that node knows whether it can be had.
#[utoipa::path(
    post, path = "/series/preview", tag = "series", operation_id = "preview_series", request_body = SeriesBody,
    responses((status = 200, description = "What would be", body = SeriesPreview))
)]
pub async fn preview(caller: Caller, body: Body<SeriesBody>) -> Result<Json<SeriesPreview>> {
    let wish = body.value;
    let Some(of) = wish.here()? else {
        let at = resolve::bookable(caller.node(), &wish.resource).await?;
        let pattern = wish.pattern(&Zone::parse(&at.zone)?)?;
        return Ok(Json(SeriesPreview::new(series::expand(&pattern)?, &pattern)));
    };
    let shown = caller.act(move |tx, caller| {
        let asking = Asking::here(tx, caller.acting, wish.member, wish.guest.is_some())?;
        let pattern = wish.pattern(&resource::zone(tx, of)?)?;
        Ok(SeriesPreview::new(series::preview(tx, &asking, of, &pattern, caller.now)?, &pattern))
    });
    Ok(Json(shown.await?))
}

/// Books again and again, at the time that the clock of the space shows
///
/// Each of it is a booking of its own. If some cannot be had, all are refused and told, unless `clashes` says to skip those. At
/// another node each is asked for by itself, and its host answers each.
#[utoipa::path(
    post, path = "/series", tag = "series", operation_id = "make_series", request_body = SeriesBody, params(KeyHeader),
    responses((status = 201, description = "What was booked or asked for", body = MadeSeries))
)]
pub async fn make(caller: Caller, key: Key, body: Body<SeriesBody>) -> Result<HttpResponse> {
    let wish = body.value;
    let path = |made: &MadeSeries| format!("series/{}", made.series.id);
    let Some(of) = wish.here()? else {
        wish.must_be_plain()?;
        let at = resolve::bookable(caller.node(), &wish.resource).await?;
        let pattern = wish.pattern(&Zone::parse(&at.zone)?)?;
        let ask = move |tx: &mut Tx<'_>, caller: &Caller| {
            let kept = series::ask(tx, caller.acting, &at, &pattern, caller.now)?;
            let shown = MadeSeries { series: Series::one(tx, kept, caller.now)?, left_out: Vec::new() };
            Ok(Made { path: path(&shown), shown })
        };
        return key.make(&caller, &body.bytes, ask).await;
    };
    let make = move |tx: &mut Tx<'_>, caller: &Caller| {
        let asking = Asking::here(tx, caller.acting, wish.member, wish.guest.is_some())?;
        let pattern = wish.pattern(&resource::zone(tx, of)?)?;
        let how = (wish.reason.as_deref(), wish.clashes);
        let made = series::make(tx, &asking, of, &pattern, how, caller.now)?;
        let shown = MadeSeries::new(tx, made, caller.now)?;
        Ok(Made { path: path(&shown), shown })
    };
    key.make(&caller, &body.bytes, make).await
}

/// Lists the caller's series, here and elsewhere, the newest first
#[utoipa::path(
    get, path = "/series", tag = "series", operation_id = "list_series", params(Window),
    responses((status = 200, description = "A page", body = List<Series>))
)]
pub async fn list(caller: Caller, paging: Paging) -> Result<Listing<Series>> {
    let page = paging.page();
    let found = caller.read(move |tx, caller| {
        let slice = series::list(tx, caller.acting, page)?;
        Series::page(tx, slice, caller.now)
    });
    Ok(paging.slice(caller.site().origin(), found.await?))
}

/// Shows a series, with how many of it stand how
///
/// For the one who has it, and for hosts.
#[utoipa::path(
    get, path = "/series/{id}", tag = "series", operation_id = "show_series", params(("id" = Id, Path)),
    responses((status = 200, description = "The series", body = Series))
)]
pub async fn show(caller: Caller, id: Path<SeriesId>) -> Result<Json<Series>> {
    let found = caller.read(move |tx, caller| {
        let kept = series::view(tx, caller.acting, *id)?;
        Series::one(tx, kept, caller.now)
    });
    Ok(Json(found.await?))
}

/// Lists the bookings of a series at this node, the first that begins first
#[utoipa::path(
    get, path = "/series/{id}/bookings", tag = "series", operation_id = "list_bookings_of_series",
    params(("id" = Id, Path), Window), responses((status = 200, description = "A page", body = List<Booking>))
)]
pub async fn bookings(caller: Caller, id: Path<SeriesId>, paging: Paging) -> Result<Listing<Booking>> {
    let page = paging.page();
    let found = caller.read(move |tx, caller| {
        series::view(tx, caller.acting, *id)?;
        let always = Slot::between(Timestamp::UNIX_EPOCH, Timestamp::MAX);
        let always = always.ok_or_else(|| anyhow::anyhow!("time has an end"))?;
        let slice = crate::store::booking::list(tx, Of::Series(*id), always, page)?;
        Booking::page(tx, slice, caller.now)
    });
    Ok(paging.slice(caller.site().origin(), found.await?))
}

/// Lists the bookings of a series at another node, the first that begins first
#[utoipa::path(
    get, path = "/series/{id}/stays", tag = "series", operation_id = "list_stays_of_series",
    params(("id" = Id, Path), Window), responses((status = 200, description = "A page", body = List<Stay>))
)]
pub async fn stays(caller: Caller, id: Path<SeriesId>, paging: Paging) -> Result<Listing<Stay>> {
    let page = paging.page();
    let found = caller.read(move |tx, caller| {
        series::view(tx, caller.acting, *id)?;
        let slice = crate::store::away::of_series(tx, *id, page)?;
        Stay::page(tx, slice, caller.now)
    });
    Ok(paging.slice(caller.site().origin(), found.await?))
}

/// Another time, place or size of a series; absent fields stay as they are.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeriesEdit {
    /// How much of it.
    #[schema(value_type = view::Scope)]
    pub scope: Scope,
    /// Of which one the times are: when it was to start, as the clock shows it. The first if absent.
    #[schema(value_type = Option<WallTime>)]
    pub occurrence: Option<String>,
    /// When that one is to start. The others are moved alike.
    #[schema(example = "2027-01-19T20:00")]
    pub start: Option<String>,
    /// When that one is to end; as long as before if absent.
    pub end: Option<String>,
    /// Of what.
    #[schema(value_type = Option<Id>)]
    pub resource: Option<ResourceId>,
    /// How many units.
    pub units: Option<u32>,
    /// The number of the unit that is chosen, from 1.
    pub unit: Option<u32>,
    /// For how many people.
    pub people: Option<u32>,
    /// A word to the space; an empty text removes it.
    pub note: Option<String>,
    /// Why rules are passed over; for hosts.
    pub reason: Option<String>,
    /// What is done when some cannot be had: skip leaves those as they are.
    #[schema(value_type = Option<view::Clashing>)]
    pub clashes: Option<Clashing>,
}

impl SeriesEdit {
    /// Nothing but how much of it is meant.
    #[must_use]
    pub fn of(scope: Scope) -> Self {
        let (occurrence, start, end, resource, units) = Default::default();
        let (unit, people, note, reason, clashes) = Default::default();
        Self { scope, occurrence, start, end, resource, units, unit, people, note, reason, clashes }
    }

    /// The whole change, by the clock of the series.
    ///
    /// # Errors
    /// What is wrong with a part of it.
    pub fn over(self, series: &rules::Series) -> std::result::Result<series::Change, Refusal> {
        let to = MoveInput { scope: self.scope, occurrence: self.occurrence, start: self.start, end: self.end };
        let Self { resource, units, unit, people, note, reason, .. } = self;
        Ok(series::Change { to: to.parse(series)?, resource, units, unit: rules::unit(unit)?, people, note, reason })
    }
}

/// Gives one of a series, it and all later ones, or all another time, place or size
///
/// For the one who has it, and for hosts. What was changed or deleted by itself stays so. It and later ones become a series of
/// their own.
#[utoipa::path(
    patch, path = "/series/{id}", tag = "series", operation_id = "change_series", params(("id" = Id, Path)),
    request_body = SeriesEdit, responses((status = 200, description = "What became of it", body = EditedSeries))
)]
pub async fn change(caller: Caller, id: Path<SeriesId>, body: Body<SeriesEdit>) -> Result<Json<EditedSeries>> {
    let (id, edit) = (id.into_inner(), body.value);
    let done = caller.act(move |tx, caller| {
        let kept = series::view(tx, caller.acting, id)?;
        let change = edit.clone().over(&kept.series)?;
        let edited = series::edit(tx, caller.acting, id, &change, edit.clashes, caller.now)?;
        EditedSeries::new(tx, edited, caller.now)
    });
    Ok(Json(done.await?))
}

/// How a series is taken back.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeriesCancel {
    /// How much of it.
    #[schema(value_type = view::Scope)]
    pub scope: Scope,
    /// Which one, or from which one on: when it was to start, as the clock shows it. The first if absent.
    #[schema(value_type = Option<WallTime>)]
    pub occurrence: Option<String>,
    /// Why, up to 500 characters; the space has to say.
    pub words: Option<String>,
}

/// Takes one of a series, it and all later ones, or all of it back
///
/// For the one who has it, and for hosts, who say why. What has begun stays.
#[utoipa::path(
    post, path = "/series/{id}/cancel", tag = "series", operation_id = "cancel_series", params(("id" = Id, Path)),
    request_body = SeriesCancel, responses((status = 200, description = "The series", body = Series))
)]
pub async fn cancel(caller: Caller, id: Path<SeriesId>, body: Body<SeriesCancel>) -> Result<Json<Series>> {
    let SeriesCancel { scope, occurrence, words } = body.value;
    let done = caller.act(move |tx, caller| {
        let named = series::view(tx, caller.acting, *id)?.series.named(occurrence.as_deref())?;
        let kept = series::cancel(tx, caller.acting, *id, (scope, named), words.as_deref(), caller.now)?;
        Series::one(tx, kept, caller.now)
    });
    Ok(Json(done.await?))
}

/// How staff say yes to several at once.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApproveAllBody {
    /// Why rules are passed over that speak against some by now.
    pub reason: Option<String>,
    /// What is done when some cannot be had any more: skip leaves those waiting.
    #[schema(value_type = Option<view::Clashing>)]
    pub clashes: Option<Clashing>,
}

/// Approves all of a series that wait for staff
///
/// For hosts.
#[utoipa::path(
    post, path = "/series/{id}/approve", tag = "series", operation_id = "approve_series", params(("id" = Id, Path)),
    request_body = ApproveAllBody, responses((status = 200, description = "What became of them", body = Approved))
)]
pub async fn approve(caller: Caller, id: Path<SeriesId>, body: Body<ApproveAllBody>) -> Result<Json<Approved>> {
    let ApproveAllBody { reason, clashes } = body.value;
    let done = caller.act(move |tx, caller| {
        let done = series::approve(tx, caller.acting, *id, reason.as_deref(), clashes, caller.now)?;
        Approved::new(tx, done, caller.now)
    });
    Ok(Json(done.await?))
}

/// Approves a booking and all that wait and were asked for together with it
///
/// For hosts: those of its series, and those that came in one act, from here or another node.
#[utoipa::path(
    post, path = "/bookings/{id}/approve_together", tag = "bookings", operation_id = "approve_together",
    params(("id" = Id, Path)), request_body = ApproveAllBody,
    responses((status = 200, description = "What became of them", body = Approved))
)]
pub async fn approve_together(
    caller: Caller,
    id: Path<BookingId>,
    body: Body<ApproveAllBody>,
) -> Result<Json<Approved>> {
    let ApproveAllBody { reason, clashes } = body.value;
    let done = caller.act(move |tx, caller| {
        let done = booking::approve_together(tx, caller.acting, *id, reason.as_deref(), clashes, caller.now)?;
        Approved::new(tx, done, caller.now)
    });
    Ok(Json(done.await?))
}
