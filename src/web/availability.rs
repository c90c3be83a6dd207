//! When something can be booked, for programs elsewhere: how much is taken when, and nobody's name.

use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, VARY};
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::error::Result;
use super::{Door, activitypub};
use crate::coworking::Refusal;
use crate::coworking::id::ResourceId;
use crate::coworking::slot::Slot;
use crate::federation::document::rows;
use crate::operations::booking::{self, Availability};
use crate::store::Tx;
use crate::store::post::Reader;

/// The longest time that is told at once.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 31);
/// What is told when nothing is said.
const WEEK: SignedDuration = SignedDuration::from_hours(24 * 7);

/// The time that is asked about.
#[derive(Debug, Deserialize)]
pub struct Asked {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
}

impl Asked {
    /// From now on for a week, unless it says otherwise.
    fn window(&self, now: Timestamp) -> std::result::Result<Slot, Refusal> {
        let from = self.from.unwrap_or(now);
        let to = match self.to {
            Some(to) => to,
            None => from.saturating_add(WEEK).unwrap_or(Timestamp::MAX),
        };
        let window = Slot::new(from, to).map_err(|refusal| refusal.about("to"))?;
        if window.elapsed() > LONGEST {
            let latest = from.saturating_add(LONGEST).unwrap_or(Timestamp::MAX);
            return Err(Refusal::TooFar { field: "to", found: to, latest });
        }
        Ok(window)
    }
}

/// A stretch of time.
#[derive(Debug, Serialize)]
struct Span {
    start: Timestamp,
    end: Timestamp,
}

impl From<Slot> for Span {
    fn from(slot: Slot) -> Self {
        Self { start: slot.start(), end: slot.end() }
    }
}

/// A stretch of time in which so many units are taken.
#[derive(Debug, Serialize)]
struct Busy {
    #[serde(flatten)]
    span: Span,
    units: u32,
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    timezone: String,
    capacity: u32,
    rules_version: Timestamp,
    bookable: Vec<Span>,
    busy: Vec<Busy>,
}

/// `GET /resources/{id}/availability?from=…&to=…`
///
/// # Errors
/// For what is not there, or not for people from elsewhere; for more than 31 days.
pub async fn show(
    door: Data<Door>,
    request: HttpRequest,
    id: Path<ResourceId>,
    asked: Query<Asked>,
) -> Result<HttpResponse> {
    let now = door.node.clock.now();
    let (id, window) = (*id, asked.window(now)?);
    let reader = match activitypub::reader(&door, &request).await {
        Ok(reader) => reader,
        Err(denial) => return Ok(activitypub::inbox::denied(&denial)),
    };
    let look = move |tx: &mut Tx<'_>| {
        let audience = rows::audience_of(tx, reader)?;
        booking::availability(tx, id, audience, window, now)
    };
    let free: Availability = door.node.store.read(look).await?;
    let updated = Timestamp::from_second(free.updated.as_second()).unwrap_or(free.updated);
    let shown = Shown {
        timezone: free.zone,
        capacity: free.capacity,
        rules_version: updated,
        bookable: free.bookable.into_iter().map(Span::from).collect(),
        busy: free.busy.into_iter().map(|(slot, units)| Busy { span: slot.into(), units }).collect(),
    };
    // Closures are for one audience and not for another.
    let kept = if reader == Reader::Stranger { "no-cache" } else { "private, no-store" };
    Ok(HttpResponse::Ok()
        .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header((CACHE_CONTROL, kept))
        .insert_header((VARY, "Signature, Signature-Input"))
        .json(shown))
}
