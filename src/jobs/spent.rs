//! Limits count together what several processes see, each a part.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::node::Node;
use crate::store::spent::{self, Turns};
use crate::store::{self, Tx};

const EVERY: Duration = Duration::from_secs(1);

pub(super) async fn run(node: Arc<Node>, stop: CancellationToken) {
    if !node.store.is_shared() {
        return stop.cancelled().await;
    }
    let mut known = HashSet::new();
    while stop.run_until_cancelled(tokio::time::sleep(EVERY)).await.is_some() {
        if let Err(error) = exchange(&node, &mut known).await {
            tracing::warn!(%error, "limits are counted by this process alone for now");
        }
    }
}

/// Tells what was counted here, and counts what was told; `known` are the words that were counted before.
pub(super) async fn exchange(node: &Node, known: &mut HashSet<i64>) -> Result<(), store::Error> {
    let (tally, now) = (&node.reception.tally, node.clock.now());
    let turns: Vec<Turns> = tally
        .take()
        .into_iter()
        .map(|one| Turns { what: one.what, who: one.who.cast_signed(), times: one.times })
        .collect();
    if !turns.is_empty() {
        node.store.write(move |tx: &mut Tx<'_>| spent::say(tx, &turns, now)).await?;
    }
    let heard = node.store.read(move |tx: &mut Tx<'_>| spent::hear(tx, now)).await?;
    for (id, Turns { what, who, times }) in &heard {
        if known.insert(*id) {
            let (what, who) = (what.clone(), who.cast_unsigned());
            tally.charge(&crate::rate_limit::Spent { what, who, times: *times });
        }
    }
    // What is not told any more need not be known.
    known.retain(|id| heard.iter().any(|(heard, _)| heard == id));
    Ok(())
}
