//! One round to one host: its due deliveries, one after another, until one shows that the host does not answer.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::parcel::{Parcel, first_scheme, knock};
use super::verdict::{Fault, Verdict, judge};
use crate::coworking::peer::Host;
use crate::federation::signing;
use crate::node::Node;
use crate::store::delivery::{Answer, Delivery};
use crate::store::peer::SignatureScheme;

/// How soon to look again whether an actor has got its keys.
const KEYS_WAIT: jiff::SignedDuration = jiff::SignedDuration::from_secs(5);

/// What is sent to one host in one go.
pub(super) struct Round {
    pub(super) host: Host,
    pub(super) scheme: Option<SignatureScheme>,
    pub(super) implements: Vec<String>,
    pub(super) stops: Vec<(Delivery, Arc<Parcel>)>,
    /// Are so many hosts served that no connection is kept?
    pub(super) crowded: bool,
}

/// What is told of a round while it goes on.
pub(super) enum Report {
    /// A delivery was tried.
    Tried(Box<Tried>),
    /// Nothing is on its way to this host any more.
    Ended(Host),
}

/// What became of one try.
pub(super) struct Tried {
    pub(super) host: Host,
    pub(super) delivery: Delivery,
    pub(super) verdict: Verdict,
    pub(super) answer: Answer,
    /// A signature scheme that was understood and is news.
    pub(super) learned: Option<SignatureScheme>,
}

impl Round {
    /// Sends what it has. Stops early when the host does not answer or wants a pause, or when `stop` is asked for:
    /// the rest keeps waiting.
    pub(super) async fn go(self, node: Arc<Node>, reports: UnboundedSender<Report>, stop: CancellationToken) {
        let Self { host, scheme, implements, stops, crowded } = self;
        let count = stops.len();
        // Told however this ends, a panic included: otherwise the host would never get anything again.
        let _ended = Ended { host: Some(host.clone()), reports: reports.clone() };
        let mut remembered = scheme;
        let mut held_back = HashSet::new();
        for (at, (delivery, parcel)) in stops.into_iter().enumerate() {
            // A judgement counts at once; the next look at the host drops what waits for it.
            // Who is taken for dead lets others send.
            let lives = node.reception.lives(node.clock.now());
            if stop.is_cancelled() || !lives || is_blocked(&node, &delivery).await {
                return;
            }
            if held_back.contains(&delivery.ordering_key) {
                continue;
            }
            let (verdict, answer, understood) =
                attempt(&node, &delivery, &parcel, first_scheme(remembered, &implements), crowded && at + 1 == count)
                    .await;
            let learned = understood.filter(|understood| remembered != Some(*understood));
            remembered = learned.or(remembered);
            if let Some(scheme) = learned {
                node.reception.set_scheme(&host, scheme, node.clock.now());
            }
            let last = match verdict {
                Verdict::Arrived | Verdict::Never | Verdict::Gone => false,
                Verdict::Again { fault, asked } => {
                    held_back.insert(delivery.ordering_key.clone());
                    fault == Fault::Host || asked.is_some()
                }
            };
            let tried = Tried { host: host.clone(), delivery, verdict, answer, learned };
            if reports.send(Report::Tried(Box::new(tried))).is_err() || last {
                return;
            }
        }
    }
}

async fn is_blocked(node: &Node, delivery: &Delivery) -> bool {
    let Ok(inbox) = Url::parse(&delivery.inbox) else { return false };
    // When it cannot be told now, it is not sent now.
    node.reception.judged.blocks(&node.store, &node.reception.keys, [&inbox]).await.unwrap_or(true)
}

async fn attempt(
    node: &Node,
    delivery: &Delivery,
    parcel: &Parcel,
    scheme: SignatureScheme,
    hang_up: bool,
) -> (Verdict, Answer, Option<SignatureScheme>) {
    let failed = |verdict, error: String| (verdict, Answer { status: None, error: Some(error) }, None);
    let Ok(inbox) = Url::parse(&delivery.inbox) else {
        return failed(Verdict::Never, "the inbox is no web address".to_owned());
    };
    let keys = match signing::keys(node, delivery.actor).await {
        Ok(current) => parcel.keys(node, current).await,
        Err(error) => Err(error),
    };
    let keys = match keys {
        Ok(keys) => keys,
        Err(error) => {
            let asked = matches!(error, signing::Error::NoKeys).then_some(KEYS_WAIT);
            return failed(Verdict::Again { fault: Fault::Ours, asked }, error.to_string());
        }
    };
    let (outcome, understood) = knock(node, parcel, &inbox, &keys, scheme, hang_up).await;
    let (verdict, answer) = judge(&outcome, delivery.attempts.saturating_add(1), node.clock.now());
    (verdict, answer, understood.filter(|_| verdict == Verdict::Arrived))
}

struct Ended {
    host: Option<Host>,
    reports: UnboundedSender<Report>,
}

impl Drop for Ended {
    fn drop(&mut self) {
        if let Some(host) = self.host.take() {
            let _ = self.reports.send(Report::Ended(host));
        }
    }
}
