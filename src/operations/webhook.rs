//! Programs that are told what happens to bookings (Standard Webhooks): added by administrators, told once of each thing,
//! tried for three days, and switched off when they answer nothing in that time.

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::{Value, json};

use super::secret::Secret;
use super::{Result, news};
use crate::coworking::Refusal;
use crate::coworking::id::{ActorId, WebhookDeliveryId, WebhookId};
use crate::coworking::member::{Acting, Role};
use crate::coworking::space::Zone;
use crate::coworking::webhook::{Kind, NewWebhook, SECRET_PREFIX, WEBHOOK_LIMIT};
use crate::site::Site;
use crate::store::booking::{self, Booking};
use crate::store::page::{Page, Slice};
use crate::store::webhook::{self, State, Webhook, WebhookDelivery};
use crate::store::{Tx, actor, resource};

/// What is sent when somebody tries a webhook.
pub const TEST: &str = "webhook.test";
/// A receiver that does not answer is left alone for so long, whatever waits for it.
const BREATH: SignedDuration = SignedDuration::from_secs(30);

/// A new webhook.
#[derive(Debug, Clone)]
pub struct Created {
    /// Which.
    pub webhook: WebhookId,
    /// The key that signs, which is shown now and never again.
    pub secret: Secret,
}

/// What a receiver gets, as `schemas/webhook.schema.json` describes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Message {
    /// The same for each try.
    pub id: String,
    /// What sort of thing happened.
    #[serde(rename = "type")]
    pub kind: String,
    /// When it happened.
    pub created: Timestamp,
    /// What it happened to, as it stands now.
    pub data: Value,
}

/// The number of a message as its receiver knows it.
#[must_use]
pub fn message_id(id: WebhookDeliveryId) -> String {
    format!("msg_{id}")
}

/// Adds a webhook.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but administrators and the keeper, as for all here; [`Refusal::TooMany`].
pub fn add(tx: &mut Tx<'_>, acting: Acting, new: &NewWebhook, now: Timestamp) -> Result<Created> {
    may_handle(acting)?;
    let found = webhook::all(tx)?.len() + 1;
    if found > WEBHOOK_LIMIT {
        return Err(Refusal::TooMany { field: "webhooks", limit: WEBHOOK_LIMIT, found }.into());
    }
    let key = rand::random::<[u8; 32]>();
    let webhook = webhook::add(tx, new.url.as_str(), &new.events, &key, now)?;
    Ok(Created { webhook, secret: Secret::key(SECRET_PREFIX, &key) })
}

/// All webhooks, the oldest first.
///
/// # Errors
/// As [`add`].
pub fn list(tx: &mut Tx<'_>, acting: Acting) -> Result<Vec<Webhook>> {
    may_handle(acting)?;
    Ok(webhook::all(tx)?)
}

/// A webhook, and how much waits for it.
///
/// # Errors
/// As [`add`]; [`Refusal::NotFound`].
pub fn view(tx: &mut Tx<'_>, acting: Acting, id: WebhookId) -> Result<(Webhook, u64)> {
    may_handle(acting)?;
    let webhook = webhook::by_id(tx, id)?.ok_or(Refusal::NotFound { what: "webhook" })?;
    Ok((webhook, webhook::waiting(tx, id)?))
}

/// Forgets a webhook and what it was told.
///
/// # Errors
/// As [`view`].
pub fn remove(tx: &mut Tx<'_>, acting: Acting, id: WebhookId) -> Result<()> {
    view(tx, acting, id)?;
    Ok(webhook::remove(tx, id)?)
}

/// Switches a webhook on again; what waits is sent.
///
/// # Errors
/// As [`view`].
pub fn enable(tx: &mut Tx<'_>, acting: Acting, id: WebhookId, now: Timestamp) -> Result<()> {
    view(tx, acting, id)?;
    Ok(webhook::enable(tx, id, now)?)
}

/// Sends something that says nothing, to see whether it arrives.
///
/// # Errors
/// As [`view`]; [`Refusal::WrongState`] for one that is switched off.
pub fn test(tx: &mut Tx<'_>, acting: Acting, id: WebhookId, now: Timestamp) -> Result<WebhookDeliveryId> {
    let (webhook, _) = view(tx, acting, id)?;
    if webhook.disabled_at.is_some() {
        let (state, needed) = ("switched off", "one that is switched on");
        return Err(Refusal::WrongState { what: "webhook", state, needed }.into());
    }
    let number = WebhookDeliveryId(tx.next_id(now));
    let body = text(number, TEST, now, json!({}))?;
    webhook::tell(tx, number, id, (&format!("test {number}"), TEST, None), &body, now)?;
    Ok(number)
}

/// What a webhook was told and is to be told, the newest first.
///
/// # Errors
/// As [`view`].
pub fn deliveries(tx: &mut Tx<'_>, acting: Acting, id: WebhookId, page: Page) -> Result<Slice<WebhookDelivery>> {
    view(tx, acting, id)?;
    Ok(webhook::deliveries(tx, id, page)?)
}

/// Tells everybody who wants to hear of it, once.
pub(super) fn tell(
    tx: &mut Tx<'_>,
    site: &Site,
    kind: Kind,
    booking: &Booking,
    turn: u64,
    happened_at: Timestamp,
    now: Timestamp,
) -> Result<()> {
    let listening: Vec<Webhook> = webhook::all(tx)?
        .into_iter()
        .filter(|hook| hook.disabled_at.is_none() && hook.events.contains(&kind))
        .collect();
    if listening.is_empty() {
        return Ok(());
    }
    let data = json!({ "booking": shown(tx, site, booking)? });
    let news = format!("{kind} {} {turn}", booking.id);
    for hook in listening {
        let id = WebhookDeliveryId(tx.next_id(now));
        let body = text(id, kind.as_str(), happened_at, data.clone())?;
        webhook::tell(tx, id, hook.id, (&news, kind.as_str(), Some(booking.id)), &body, now)?;
    }
    Ok(())
}

/// Somebody is gone for good: what waits to be told of their bookings names them no more.
pub(super) fn forget(tx: &mut Tx<'_>, gone: ActorId, now: Timestamp) -> Result<()> {
    let told = webhook::of_requester(tx, gone)?;
    if told.is_empty() {
        return Ok(());
    }
    let nobody = booking::nobody(tx, now)?;
    for (id, body) in told {
        let mut message: Value = serde_json::from_str(&body).map_err(anyhow::Error::from)?;
        if let Some(requester) = message.pointer_mut("/data/booking/requester") {
            *requester = json!({ "id": nobody, "handle": null, "uri": null });
        }
        webhook::rewrite(tx, id, &message.to_string())?;
    }
    Ok(())
}

fn text(id: WebhookDeliveryId, kind: &str, created: Timestamp, data: Value) -> Result<String> {
    let message = Message { id: message_id(id), kind: kind.to_owned(), created, data };
    Ok(serde_json::to_string(&message).map_err(anyhow::Error::from)?)
}

/// A booking as programs are told of it: no note, no reason, and no name of a guest without an account.
fn shown(tx: &mut Tx<'_>, site: &Site, booking: &Booking) -> Result<Value> {
    let people = actor::summaries(tx, &[booking.requester, booking.space.into()])?;
    let person = |id| people.iter().find(|actor| actor.id == id);
    let requester = person(booking.requester);
    let space = person(booking.space.into());
    let resource = resource::by_id(tx, booking.resource)?.map(|kept| kept.resource.name);
    let zone = Zone::parse(&booking.zone).ok();
    let written = |at: Timestamp| zone.as_ref().map_or_else(|| at.to_string(), |zone| zone.written(at));
    Ok(json!({
        "id": booking.id,
        "uri": site.booking(booking.id),
        "state": booking.state,
        "sequence": booking.sequence,
        "space": { "id": booking.space, "name": space.map(|space| space.name.as_str()) },
        "resource": { "id": booking.resource, "name": resource },
        "requester": {
            "id": booking.requester,
            "handle": requester.map(actor::ActorSummary::handle),
            "uri": requester.map(|requester| requester.uri.as_str()),
        },
        "audience": booking.audience,
        "start": written(booking.slot.start()),
        "end": written(booking.slot.end()),
        "timezone": booking.zone,
        "units": booking.units,
        "unit": booking.unit.map(|unit| unit.saturating_add(1)),
        "people": booking.people,
        "requested_at": booking.requested_at,
        "checked_in_at": booking.checked_in_at,
        "checked_out_at": booking.checked_out_at,
        "cancelled_by": booking.cancelled_by,
        "late": booking.late,
    }))
}

/// What became of one try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// What went wrong; nothing when it arrived.
    pub error: Option<String>,
    /// When it is tried again; never, when it waited too long.
    pub next: Option<Timestamp>,
    /// Until when the receiver asked to be left alone.
    pub pause: Option<Timestamp>,
    /// The receiver said that it is gone for good.
    pub gone: bool,
}

/// Writes down what became of a try. A webhook that took nothing for so long, or is gone, is switched off, and administrators
/// are told.
///
/// # Errors
/// The store's.
pub fn settle(tx: &mut Tx<'_>, site: &Site, delivery: &WebhookDelivery, tried: &Tried, now: Timestamp) -> Result<()> {
    let Tried { status, error, next, pause, gone } = tried;
    let Some(error) = error else {
        webhook::end(tx, delivery.id, State::Done, *status, None, now)?;
        return Ok(webhook::took(tx, delivery.webhook, now)?);
    };
    match next.filter(|_| !gone) {
        Some(next) => {
            webhook::retry(tx, delivery.id, *status, error, next)?;
            let breath = now.saturating_add(BREATH).unwrap_or(next).min(next);
            Ok(webhook::rest(tx, delivery.webhook, pause.unwrap_or(breath))?)
        }
        None => {
            webhook::end(tx, delivery.id, State::Failed, *status, Some(error), now)?;
            if let Some(pause) = pause {
                webhook::rest(tx, delivery.webhook, *pause)?;
            }
            let hook = webhook::by_id(tx, delivery.webhook)?;
            // One message that it will not take is no reason, as long as it takes others.
            let takes = hook.and_then(|hook| hook.took_at).is_some_and(|took| took >= delivery.created_at);
            if (*gone || !takes) && webhook::disable(tx, delivery.webhook, error, now)? {
                news::of_webhook(tx, site, now, now)?;
            }
            Ok(())
        }
    }
}

fn may_handle(acting: Acting) -> std::result::Result<(), Refusal> {
    acting.needs(Role::Admin, "handle webhooks")
}
