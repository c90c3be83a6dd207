//! Programs that are told what happens to bookings.

use actix_web::HttpResponse;
use actix_web::web::{Json, Path};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::once::{Made, created};
use super::paging::{List, Listing, Paging, Window};
use super::view::{self, Id, Time};
use crate::coworking::Refusal;
use crate::coworking::id::{WebhookDeliveryId, WebhookId};
use crate::coworking::webhook::{Kind, NewWebhook};
use crate::http_client::HttpClient;
use crate::operations::webhook;
use crate::store::webhook as rows;
use crate::web::error::Result;

/// A program that is told what happens; the key that signs is shown only once, when it is added.
#[derive(Debug, Serialize, ToSchema)]
pub struct Webhook {
    /// The node's number for it.
    #[schema(value_type = Id)]
    pub id: WebhookId,
    /// Where it is told.
    #[schema(example = "https://office.example/hooks")]
    pub url: String,
    /// What.
    #[schema(value_type = Vec<view::WebhookEvent>)]
    pub events: Vec<Kind>,
    /// Since when.
    #[schema(value_type = Time)]
    pub added_at: Timestamp,
    /// Since when nothing is sent there any more.
    #[schema(value_type = Option<Time>, required)]
    pub disabled_at: Option<Timestamp>,
    /// Why.
    #[schema(required)]
    pub problem: Option<String>,
}

impl From<rows::Webhook> for Webhook {
    fn from(hook: rows::Webhook) -> Self {
        Self {
            id: hook.id,
            url: hook.url,
            events: hook.events,
            added_at: hook.added_at,
            disabled_at: hook.disabled_at,
            problem: hook.problem,
        }
    }
}

/// All webhooks.
#[derive(Debug, Serialize, ToSchema)]
pub struct Webhooks {
    /// The oldest first; a node has 20 at most.
    pub items: Vec<Webhook>,
}

/// Lists webhooks
///
/// For administrators, as everything about webhooks.
#[utoipa::path(
    get, path = "/webhooks", tag = "webhooks", operation_id = "list_webhooks",
    responses((status = 200, description = "All of them", body = Webhooks))
)]
pub async fn list(caller: Caller) -> Result<Json<Webhooks>> {
    let hooks = caller.read(|tx, caller| webhook::list(tx, caller.acting)).await?;
    Ok(Json(Webhooks { items: hooks.into_iter().map(Webhook::from).collect() }))
}

/// A webhook to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookBody {
    /// Where it is told: a public address, over https.
    #[schema(example = "https://office.example/hooks")]
    pub url: String,
    /// What.
    #[schema(value_type = Vec<view::WebhookEvent>)]
    pub events: Vec<String>,
}

/// A new webhook.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewHook {
    /// The node's number for it.
    #[schema(value_type = Id)]
    pub id: WebhookId,
    /// The key that signs (Standard Webhooks), shown now and never again.
    #[schema(example = "whsec_…")]
    pub secret: String,
}

/// Passes if this node may call there at all, as far as that is known before the name is looked up.
///
/// # Errors
/// [`Refusal::Malformed`].
pub fn callable(http: &HttpClient, url: &Url) -> std::result::Result<(), Refusal> {
    const EXPECTED: &str = "an address that this node may call: https, without a port, and a public name";
    http.check(url).map_err(|_| Refusal::malformed("url", url, EXPECTED))
}

/// Adds a webhook
///
/// Messages are those of `schemas/webhook.schema.json`, signed as Standard Webhooks has it. Each is tried for three days; a
/// webhook that took nothing for so long is switched off.
#[utoipa::path(
    post, path = "/webhooks", tag = "webhooks", operation_id = "add_webhook", request_body = WebhookBody,
    responses((status = 201, description = "The webhook, with its key", body = NewHook))
)]
pub async fn add(caller: Caller, body: Body<WebhookBody>) -> Result<HttpResponse> {
    let new = NewWebhook::parse(&body.value.url, &body.value.events)?;
    callable(&caller.node().http, &new.url)?;
    let made = caller.act(move |tx, caller| {
        let made = webhook::add(tx, caller.acting, &new, caller.now)?;
        let shown = NewHook { id: made.webhook, secret: made.secret.expose().to_owned() };
        Ok(Made { path: format!("webhooks/{}", made.webhook), shown })
    });
    Ok(created(&caller, &made.await?))
}

/// A webhook, and how much waits for it.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookStatus {
    /// The webhook.
    #[serde(flatten)]
    pub webhook: Webhook,
    /// Messages that wait for it.
    pub waiting: u64,
}

/// Shows a webhook
#[utoipa::path(
    get, path = "/webhooks/{id}", tag = "webhooks", operation_id = "show_webhook", params(("id" = Id, Path)),
    responses((status = 200, description = "The webhook", body = WebhookStatus))
)]
pub async fn show(caller: Caller, id: Path<WebhookId>) -> Result<Json<WebhookStatus>> {
    let (hook, waiting) = caller.read(move |tx, caller| webhook::view(tx, caller.acting, *id)).await?;
    Ok(Json(WebhookStatus { webhook: hook.into(), waiting }))
}

/// Forgets a webhook and what it was told
#[utoipa::path(
    delete, path = "/webhooks/{id}", tag = "webhooks", operation_id = "remove_webhook", params(("id" = Id, Path)),
    responses((status = 204, description = "Done"))
)]
pub async fn remove(caller: Caller, id: Path<WebhookId>) -> Result<HttpResponse> {
    caller.act(move |tx, caller| webhook::remove(tx, caller.acting, *id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Switches a webhook on again; what waits for it is sent
#[utoipa::path(
    post, path = "/webhooks/{id}/enable", tag = "webhooks", operation_id = "enable_webhook", params(("id" = Id, Path)),
    responses((status = 200, description = "The webhook", body = WebhookStatus))
)]
pub async fn enable(caller: Caller, id: Path<WebhookId>) -> Result<Json<WebhookStatus>> {
    let changed = caller.act(move |tx, caller| {
        webhook::enable(tx, caller.acting, *id, caller.now)?;
        webhook::view(tx, caller.acting, *id)
    });
    let (hook, waiting) = changed.await?;
    Ok(Json(WebhookStatus { webhook: hook.into(), waiting }))
}

/// Something that was put on its way.
#[derive(Debug, Serialize, ToSchema)]
pub struct Sent {
    /// The node's number for it, which stands in the list of deliveries.
    #[schema(value_type = Id)]
    pub delivery: WebhookDeliveryId,
}

/// Sends a webhook a message that says nothing, to see whether it arrives
#[utoipa::path(
    post, path = "/webhooks/{id}/test", tag = "webhooks", operation_id = "test_webhook", params(("id" = Id, Path)),
    responses((status = 200, description = "It is on its way", body = Sent))
)]
pub async fn test(caller: Caller, id: Path<WebhookId>) -> Result<Json<Sent>> {
    let delivery = caller.act(move |tx, caller| webhook::test(tx, caller.acting, *id, caller.now)).await?;
    Ok(Json(Sent { delivery }))
}

/// A message to a webhook.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookDelivery {
    /// The node's number for it; the receiver knows it as `msg_` and this.
    #[schema(value_type = Id)]
    pub id: WebhookDeliveryId,
    /// What sort of thing happened.
    #[serde(rename = "type")]
    #[schema(example = "booking.confirmed")]
    pub kind: String,
    /// What became of it.
    #[schema(value_type = view::WebhookState)]
    pub state: &'static str,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next; of one that waits.
    #[schema(value_type = Time)]
    pub next_at: Timestamp,
    /// The HTTP status of the last answer.
    #[schema(required)]
    pub status: Option<u16>,
    /// What went wrong last.
    #[schema(required)]
    pub error: Option<String>,
    /// Since when it waits.
    #[schema(value_type = Time)]
    pub created_at: Timestamp,
    /// When it arrived or was given up.
    #[schema(value_type = Option<Time>, required)]
    pub ended_at: Option<Timestamp>,
}

impl From<rows::WebhookDelivery> for WebhookDelivery {
    fn from(row: rows::WebhookDelivery) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            state: row.state.as_str(),
            attempts: row.attempts,
            next_at: row.next_at,
            status: row.status,
            error: row.error,
            created_at: row.created_at,
            ended_at: row.ended_at,
        }
    }
}

/// Lists what a webhook was told and is to be told, the newest first
#[utoipa::path(
    get, path = "/webhooks/{id}/deliveries", tag = "webhooks", operation_id = "list_webhook_deliveries",
    params(("id" = Id, Path), Window), responses((status = 200, description = "A page", body = List<WebhookDelivery>))
)]
pub async fn deliveries(caller: Caller, id: Path<WebhookId>, paging: Paging) -> Result<Listing<WebhookDelivery>> {
    let page = paging.page();
    let told = caller.read(move |tx, caller| webhook::deliveries(tx, caller.acting, *id, page)).await?;
    Ok(paging.slice(caller.site().origin(), told.map(WebhookDelivery::from)))
}
