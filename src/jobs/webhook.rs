//! Tells programs what happened: many webhooks at once, each one message after the other, so that one that hangs holds up
//! no other. Messages are signed as Standard Webhooks has it.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use sha2::Sha256;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::duty;
use super::wake::Wake;
use crate::coworking::id::WebhookId;
use crate::coworking::webhook::PATIENCE;
use crate::federation::deliver::{asked, next_within};
use crate::http_client::Request;
use crate::node::Node;
use crate::operations;
use crate::operations::webhook::{Tried, message_id, settle as settled};
use crate::store::process::{self, Duty};
use crate::store::webhook::{self, Webhook, WebhookDelivery};
use crate::store::{self, Notice, Tx};

/// Messages to one webhook in one go.
const AT_ONCE: u32 = 16;
/// How long a receiver may take.
const DEADLINE: Duration = Duration::from_secs(15);
/// As much of an answer is read: its status decides, its first words help the keeper.
const ANSWER_LIMIT: usize = 4 * 1024;
/// As much of them is kept.
const WORDS_LIMIT: usize = 200;
/// However far ahead the next message is: clocks are set, and notices get lost.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);
/// After trouble with the store.
const PAUSE: Duration = Duration::from_secs(5);

pub(super) async fn run(node: Arc<Node>, stop: CancellationToken) {
    let mut wake = Wake::new(&node, stop.clone(), |notice| notice == Notice::Delivery);
    let mut crew = Crew::new(node.clone(), stop.clone());
    loop {
        let mut pause = LONGEST_SLEEP;
        if !stop.is_cancelled() && duty::is_ours(&node, Duty::Webhook).await {
            pause = match crew.send_out().await {
                Ok(next) => pause.min(ahead(&node, next)),
                Err(error) => {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "cannot look for what webhooks are to be told"
                    );
                    PAUSE
                }
            };
        }
        let goes_on = tokio::select! {
            () = crew.one_ends(), if !crew.is_idle() => true,
            goes_on = wake.sleep(pause) => goes_on,
        };
        if !goes_on {
            // What is on its way arrives, or is sent again by the next start.
            while !crew.is_idle() {
                crew.one_ends().await;
            }
            return;
        }
    }
}

/// Sends what is due now; tells whether anything was.
pub(super) async fn settle(node: &Arc<Node>) -> bool {
    if !duty::is_ours(node, Duty::Webhook).await {
        return false;
    }
    let mut crew = Crew::new(node.clone(), CancellationToken::new());
    let mut worked = false;
    loop {
        if let Err(error) = crew.send_out().await {
            tracing::error!(error = &error as &dyn std::error::Error, "cannot look for what webhooks are to be told");
            return worked;
        }
        if crew.is_idle() {
            return worked;
        }
        worked = true;
        crew.one_ends().await;
    }
}

fn ahead(node: &Node, next: Option<Timestamp>) -> Duration {
    let ahead = next.map(|next| Duration::try_from(next.duration_since(node.clock.now())).unwrap_or_default());
    ahead.map_or(LONGEST_SLEEP, |ahead| ahead.max(Duration::from_secs(1)))
}

/// Those who are on their way.
struct Crew {
    node: Arc<Node>,
    stop: CancellationToken,
    busy: HashSet<WebhookId>,
    rounds: JoinSet<WebhookId>,
}

impl Crew {
    fn new(node: Arc<Node>, stop: CancellationToken) -> Self {
        Self { node, stop, busy: HashSet::new(), rounds: JoinSet::new() }
    }

    fn is_idle(&self) -> bool {
        self.rounds.is_empty()
    }

    async fn one_ends(&mut self) {
        match self.rounds.join_next().await {
            Some(Ok(webhook)) => {
                self.busy.remove(&webhook);
            }
            // Whoever panicked cannot say who it was; all are looked at again once the others are back.
            Some(Err(_)) if self.rounds.is_empty() => self.busy.clear(),
            Some(Err(_)) | None => {}
        }
    }

    /// Sends somebody to each webhook for which something is due and nobody is on the way; tells when there is more to do.
    async fn send_out(&mut self) -> Result<Option<Timestamp>, store::Error> {
        let (now, busy) = (self.node.clock.now(), self.busy.clone());
        let (due, next) = self.node.store.read(move |tx: &mut Tx<'_>| look(tx, &busy, now)).await?;
        for (hook, deliveries) in due {
            self.busy.insert(hook.id);
            self.rounds.spawn(round(self.node.clone(), hook, deliveries, self.stop.clone()));
        }
        Ok(next)
    }
}

type Due = Vec<(Webhook, Vec<WebhookDelivery>)>;

fn look(tx: &mut Tx<'_>, busy: &HashSet<WebhookId>, now: Timestamp) -> Result<(Due, Option<Timestamp>), store::Error> {
    let (mut due, mut next) = (Vec::new(), None::<Timestamp>);
    for hook in webhook::all(tx)? {
        if hook.disabled_at.is_some() || busy.contains(&hook.id) {
            continue;
        }
        let rested = hook.rest_until.filter(|until| *until > now);
        match (webhook::next_due(tx, hook.id)?, rested) {
            (None, _) => {}
            (Some(at), rested) if at > now || rested.is_some() => {
                let at = rested.map_or(at, |until| until.max(at));
                next = Some(next.map_or(at, |next| next.min(at)));
            }
            (Some(_), _) => {
                let deliveries = webhook::due(tx, hook.id, now, AT_ONCE)?;
                due.push((hook, deliveries));
            }
        }
    }
    Ok((due, next))
}

/// Brings one webhook what waits for it, until it does not take something.
async fn round(node: Arc<Node>, hook: Webhook, deliveries: Vec<WebhookDelivery>, stop: CancellationToken) -> WebhookId {
    for delivery in deliveries {
        if stop.is_cancelled() {
            break;
        }
        // The webhook may have been removed meanwhile, or somebody left of whom it was told.
        let delivery = match node.store.read(move |tx: &mut Tx<'_>| webhook::waits(tx, delivery.id)).await {
            Ok(Some(delivery)) => delivery,
            Ok(None) => break,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "cannot read a message to a webhook");
                tokio::time::sleep(PAUSE).await;
                break;
            }
        };
        let tried = attempt(&node, &hook, &delivery).await;
        let arrived = tried.error.is_none();
        match write(&node, delivery, tried).await {
            Ok(true) if arrived => {}
            Ok(_) => break,
            Err(error) => {
                tracing::error!(%error, "cannot write what became of a message to a webhook");
                tokio::time::sleep(PAUSE).await;
                break;
            }
        }
    }
    hook.id
}

async fn attempt(node: &Node, hook: &Webhook, delivery: &WebhookDelivery) -> Tried {
    let now = node.clock.now();
    let id = message_id(delivery.id);
    let body = delivery.body.clone().unwrap_or_default();
    let tries = delivery.attempts.saturating_add(1);
    let again = |wanted| next_within(PATIENCE, delivery.id.0, tries, wanted, delivery.created_at, now);
    let failed = |status, error: String, wanted: Option<SignedDuration>, gone| {
        let pause = wanted.and_then(|wanted| now.checked_add(wanted).ok());
        Tried { status, error: Some(error), next: again(wanted), pause, gone }
    };
    let Ok(url) = Url::parse(&hook.url) else {
        return failed(None, "its address is no web address".to_owned(), None, false);
    };
    let signature = sign(&hook.secret, &id, now.as_second(), body.as_bytes());
    let request = Request::post(url, Bytes::from(body))
        .header("content-type", "application/json")
        .header("webhook-id", &id)
        .header("webhook-timestamp", now.as_second().to_string())
        .header("webhook-signature", signature)
        .deadline(DEADLINE)
        .max_body(ANSWER_LIMIT)
        .body_optional();
    match node.http.send(request).await {
        Ok(answer) if (200..300).contains(&answer.status) => {
            Tried { status: Some(answer.status), error: None, next: None, pause: None, gone: false }
        }
        Ok(answer) => {
            let wanted = answer.headers.get("retry-after").and_then(|value| asked(value, now));
            let words = String::from_utf8_lossy(&answer.body);
            let words: String = words.chars().filter(|c| !c.is_control()).take(WORDS_LIMIT).collect();
            let error = format!("it answered {} {words}", answer.status);
            failed(Some(answer.status), error.trim_end().to_owned(), wanted, answer.status == 410)
        }
        Err(error) => failed(None, error.to_string(), None, false),
    }
}

/// `v1,` and the base64 of HMAC-SHA256 over id, time and body.
fn sign(key: &[u8], id: &str, timestamp: i64, body: &[u8]) -> String {
    // A key of any length passes.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return String::new() };
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// `false` when another process has the duty by now.
async fn write(node: &Node, delivery: WebhookDelivery, tried: Tried) -> operations::Result<bool> {
    let (site, now) = (node.site.clone(), node.clock.now());
    node.store
        .write(move |tx| {
            let ours = process::take(tx, Duty::Webhook, now)?;
            if ours {
                settled(tx, &site, &delivery, &tried, now)?;
            }
            Ok(ours)
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example that libraries of Standard Webhooks are tested with.
    #[test]
    fn a_signature_is_that_of_the_published_example() {
        let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature = sign(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
