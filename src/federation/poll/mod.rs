//! Asking the hosts of bookings elsewhere what became of them, by signed GET: a few at a time, one question at a time to each
//! server and few in a row, and none to one that does not answer.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;
use serde_json::Value;
use tokio::time::{Instant, timeout};
use url::form_urlencoded::byte_serialize;

use super::document::BY_OFFER;
use super::fetch::{self, Error};
use super::translate::booking as translate;
use crate::activitypub::id::Id;
use crate::activitypub::marketplace::Agreement;
use crate::coworking::Refusal;
use crate::coworking::id::AwayId;
use crate::coworking::peer::Host;
use crate::http_client::Budget;
use crate::node::Node;
use crate::operations;
use crate::operations::peer::{self, Reach};
use crate::operations::poll::{self, Heard};
use crate::site::Site;
use crate::store::away::{self, Question};
use crate::store::process::{self, Duty};
use crate::store::{self, Tx};

/// What is looked at in one round, the longest due first.
const DUE: u32 = 500;
/// Hosts that are asked in one round, and the questions to each of them.
const HOSTS: usize = 20;
const OF_ONE_HOST: usize = 4;
/// The longest that a question takes. A host with which as much was spent is asked nothing more in this round, so that it holds the
/// others up for a minute at most.
const PATIENCE: Duration = Duration::from_secs(30);
/// Requests that one question may cost: where the booking stands, the booking itself, and other ways to sign.
const BUDGET: u32 = 8;

/// Asks about the bookings for which it is time; tells whether there were any.
///
/// # Errors
/// When the store does not answer: what was heard is lost and asked again.
pub async fn poll(node: &Node) -> operations::Result<bool> {
    let now = node.clock.now();
    let due = node.store.read(move |tx: &mut Tx<'_>| away::poll_due(tx, now, DUE)).await?;
    if due.is_empty() {
        return Ok(false);
    }
    let mut hosts: BTreeMap<String, Vec<(Question, Id)>> = BTreeMap::new();
    for question in due {
        let Ok(space) = Id::parse(&question.space) else { continue };
        if hosts.len() < HOSTS || hosts.contains_key(space.host()) {
            hosts.entry(space.host().to_owned()).or_default().push((question, space));
        }
    }
    let heard = join_all(hosts.into_values().map(|questions| ask_host(node, questions))).await;
    let heard: Vec<(Question, Heard)> = heard.into_iter().flatten().collect();
    // That took its time.
    let now = node.clock.now();
    node.store
        .write(move |tx| {
            let ours = process::take(tx, Duty::Poll, now)?;
            for (question, heard) in heard.iter().filter(|_| ours) {
                keep(tx, question, heard, now)?;
            }
            Ok(ours)
        })
        .await
}

/// What one host says and what cannot be kept is its own loss. When the store fails, all is asked again.
fn keep(tx: &mut Tx<'_>, question: &Question, heard: &Heard, now: Timestamp) -> operations::Result<()> {
    match tx.savepoint(|tx| poll::receive(tx, question, heard, now)) {
        Err(error) if is_lasting(&error) => {
            tracing::warn!(%error, booking = question.away.0, "what a host says of a booking cannot be kept");
            poll::receive(tx, question, &Heard::Silence, now)
        }
        outcome => outcome,
    }
}

fn is_lasting(error: &operations::Error) -> bool {
    match error {
        operations::Error::Refused(_) => true,
        operations::Error::Broken(error) => matches!(error.downcast_ref(), Some(store::Error::Constraint { .. })),
    }
}

/// One after the other; who does not answer one is not asked the others. What there is no time for stays due.
async fn ask_host(node: &Node, questions: Vec<(Question, Id)>) -> Vec<(Question, Heard)> {
    let mut answers = Vec::with_capacity(questions.len());
    let mut answering = match questions.first() {
        Some((_, space)) => is_open(node, space).await,
        None => false,
    };
    let began = Instant::now();
    for (number, (question, space)) in questions.into_iter().enumerate() {
        if answering && (number >= OF_ONE_HOST || began.elapsed() >= PATIENCE) {
            break;
        }
        let heard = match answering {
            true => timeout(PATIENCE, ask(node, &question, &space)).await,
            false => Ok(Ok(Heard::Silence)),
        };
        let heard = match heard {
            Ok(Ok(heard)) => heard,
            Ok(Err(error)) => {
                tracing::debug!(%error, booking = question.away.0, "a host does not say what became of a booking");
                answering = !matches!(error, Error::Http(_));
                Heard::Silence
            }
            Err(_) => {
                answering = false;
                Heard::Silence
            }
        };
        answers.push((question, heard));
    }
    answers
}

/// Whoever is left in peace by the mail is left in peace here.
async fn is_open(node: &Node, space: &Id) -> bool {
    let Some(host) = Host::of(space.url()) else { return false };
    let now = node.clock.now();
    let reach = node.store.read(move |tx: &mut Tx<'_>| peer::state(tx, &host, now)).await;
    matches!(reach, Ok(Reach::Open | Reach::Probe))
}

async fn ask(node: &Node, question: &Question, space: &Id) -> Result<Heard, Error> {
    let address = match &question.agreement {
        // What was given at the door answers no question.
        Some(agreement) => agreement.clone(),
        None => {
            let offer = node.site.asked(question.away);
            let offer: String = byte_serialize(offer.as_bytes()).collect();
            format!("{}{BY_OFFER}?id={offer}", space.url().origin().ascii_serialization())
        }
    };
    let address = Id::parse(&address).map_err(|error| Error::Unusable(error.to_string()))?;
    match fetch::answer(node, &address, &Budget::new(BUDGET)).await {
        Ok(document) => read(&node.site, space, question.away, &document, node.clock.now())
            .map_err(|refusal| Error::Unusable(refusal.to_string())),
        Err(Error::Status { status: 404, .. } | Error::Gone { .. }) => Ok(Heard::Unknown),
        Err(error) => Err(error),
    }
}

/// What a document says that stands where a space keeps the booking: its own word, when it has said nothing of when it said so.
pub(super) fn read(site: &Site, space: &Id, about: AwayId, document: &Value, now: Timestamp) -> Result<Heard, Refusal> {
    let wrong = |error: String| Refusal::malformed("agreement", error, "an agreement");
    let agreement = Agreement::read(document).map_err(|error| wrong(error.to_string()))?;
    // Who waits has nothing yet that could have an address.
    if agreement.id.is_none() && translate::is_waiting(&agreement) {
        return match translate::asked(site, &agreement) == Some(about) {
            true => Ok(Heard::Waits),
            false => Err(Refusal::malformed("inReplyTo", "another", "the offer that was asked about")),
        };
    }
    let news = translate::news(site, space, &agreement, agreement.updated.unwrap_or(now).min(now))?;
    Ok(Heard::Stands(Box::new(news)))
}

#[cfg(test)]
mod tests;
