//! Facts: what must be found in the store of another node than the one where somebody acted, and the waiting for it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use tokio::sync::broadcast::error::RecvError;

use super::cast::Place;
use crate::coworking::peer::Host;
use crate::node::Node;
use crate::operations;
use crate::site::Site;
use crate::store::delivery::{self, State};
use crate::store::inbox;
use crate::store::page::Page;
use crate::store::{Store, Tx};

/// So long a fact may take, on a machine that is busy with other things.
pub(super) const DEADLINE: Duration = Duration::from_secs(60);
/// After one was missed: whoever waits wants to hear how it ends.
pub(super) const SHORT_DEADLINE: Duration = Duration::from_secs(10);
/// Not every fact is announced by a notice of the store.
const POLL: Duration = Duration::from_millis(10);

/// What a look at a store found: the address where it can be opened, or, in words, what was there instead.
pub(super) type Found = Result<String, String>;

/// A look at the store of a node. It is repeated until it finds what it looks for.
pub(super) type Look = Arc<dyn Fn(&mut Tx<'_>, &Site, Timestamp) -> operations::Result<Found> + Send + Sync>;

/// What came of an expectation.
#[derive(Debug, Serialize)]
pub(super) struct Fact {
    pub(super) id: &'static str,
    pub(super) chapter: &'static str,
    /// Where it was said.
    #[serde(serialize_with = "by_name")]
    pub(super) from: Place,
    /// Where it was looked for; never the same.
    #[serde(serialize_with = "by_name")]
    pub(super) node: Place,
    pub(super) what: String,
    pub(super) looked_in: &'static str,
    pub(super) url: Option<String>,
    pub(super) milliseconds: u64,
    /// Nothing, when it was found.
    pub(super) miss: Option<Miss>,
}

/// Why something was not found.
#[derive(Debug, Serialize)]
pub(super) struct Miss {
    /// What was there instead.
    pub(super) instead: String,
    /// What the queues say.
    pub(super) mail: Vec<String>,
}

fn by_name<S: Serializer>(place: &Place, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(place)
}

/// Looks again and again until it is there, and gives up at the deadline with what was seen last.
pub(super) async fn until(node: &Node, look: &Look, deadline: Duration) -> operations::Result<(Found, Duration)> {
    let began = Instant::now();
    let mut notices = node.store.subscribe();
    loop {
        let seen = once(&node.store, &node.site, look, node.clock.now()).await?;
        let waited = began.elapsed();
        if seen.is_ok() || waited >= deadline {
            return Ok((seen, waited));
        }
        tokio::select! {
            notice = notices.recv() => if let Err(RecvError::Closed) = notice {
                return Ok((seen, waited));
            },
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

async fn once(store: &Store, site: &Site, look: &Look, now: Timestamp) -> operations::Result<Found> {
    let (site, look) = (site.clone(), look.clone());
    store.read(move |tx| look(tx, &site, now)).await
}

/// What waits at a node for this host or was given up, and what came in and could not be worked on; a line each.
pub(super) async fn mail(node: &Node, to: &Host) -> operations::Result<Vec<String>> {
    let to = to.clone();
    node.store
        .read(move |tx| {
            let mut lines = Vec::new();
            for state in [State::Waiting, State::Failed, State::Dropped] {
                for line in delivery::list(tx, Some(state), Page::new(None, Some(Page::LIMIT)))?.items {
                    if delivery::Destination::of(&line.inbox).is_some_and(|destination| destination.host == to) {
                        let tries = match line.attempts {
                            0 => "not tried yet".to_owned(),
                            1 => "tried once: ".to_owned(),
                            tries => format!("tried {tries} times: "),
                        };
                        let status = line.status.map(|status| format!("{status} ")).unwrap_or_default();
                        let problem = format!("{tries}{status}{}", line.error.as_deref().unwrap_or_default());
                        let (kind, inbox, state) = (line.kind.unwrap_or_default(), &line.inbox, state.as_str());
                        lines.push(format!("{kind} for {inbox}: {state}, {}", problem.trim_end()));
                    }
                }
            }
            for failed in inbox::failed(tx, Page::new(None, Some(Page::LIMIT)))?.items {
                let (kind, from, why) = (failed.kind, failed.actor_uri, failed.error);
                lines.push(format!("{kind} from {from}: came and was set aside: {why}"));
            }
            Ok::<_, operations::Error>(lines)
        })
        .await
}
