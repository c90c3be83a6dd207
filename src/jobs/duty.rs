//! Which process does what, where several share the work; and that this one lives.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::node::Node;
use crate::store::Tx;
use crate::store::process::{self, BEAT, Beat, Duty, LEASE};

/// How soon a process that does not have a duty asks again whether it is free.
pub(super) const ASK_AGAIN: Duration = Duration::from_secs(2);

/// Is this for us to do? Where nobody shares the work it is.
pub(super) async fn is_ours(node: &Node, duty: Duty) -> bool {
    if !node.store.is_shared() {
        return true;
    }
    let now = node.clock.now();
    match node.store.write(move |tx: &mut Tx<'_>| process::take(tx, duty, now)).await {
        Ok(ours) => ours,
        Err(error) => {
            tracing::warn!(%error, duty = duty.as_str(), "cannot tell whose work it is");
            false
        }
    }
}

/// Does this each time that so much has passed, where it is for us to do. A request that hangs does not hold up the end.
pub(super) async fn rounds<F, W>(node: Arc<Node>, stop: CancellationToken, duty: Duty, every: Duration, work: F)
where
    F: Fn(Arc<Node>) -> W,
    W: Future<Output = ()>,
{
    loop {
        if is_ours(&node, duty).await && stop.run_until_cancelled(work(node.clone())).await.is_none() {
            return;
        }
        if stop.run_until_cancelled(tokio::time::sleep(every)).await.is_none() {
            return;
        }
    }
}

/// Says again and again that this process lives.
pub(super) async fn run(node: Arc<Node>, stop: CancellationToken) {
    if !node.store.is_shared() {
        return stop.cancelled().await;
    }
    while !stop.is_cancelled() {
        beat(&node).await;
        let pause = Duration::try_from(BEAT).unwrap_or(Duration::from_secs(1));
        let _ = stop.run_until_cancelled(tokio::time::sleep(pause)).await;
    }
}

async fn beat(node: &Node) {
    let now = node.clock.now();
    match node.store.write(move |tx: &mut Tx<'_>| process::beat(tx, now)).await {
        Ok(Beat::Alone) => {}
        Ok(beat) => {
            if let Beat::Born(among) = beat {
                tracing::info!(among, "this process shares the work");
            }
            node.reception.tally.set_shared(matches!(beat, Beat::Born(2..) | Beat::Alive(2..)));
            // As others see it: counted from before they were told.
            node.reception.set_alive_until(now.checked_add(LEASE).unwrap_or(now));
        }
        Err(error) => tracing::warn!(%error, "cannot say that this process lives"),
    }
}

/// This process ends: what it held is free at once.
pub(super) async fn leave(node: &Node) {
    if let Err(error) = node.store.write(|tx: &mut Tx<'_>| process::leave(tx)).await {
        tracing::warn!(%error, "others will learn late that this process has ended");
    }
}
