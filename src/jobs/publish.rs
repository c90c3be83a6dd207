//! Tells others what happened here.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::duty;
use super::wake::Wake;
use crate::federation::publish::publish;
use crate::node::Node;
use crate::store::Notice;
use crate::store::process::Duty;

const TIMER: Duration = Duration::from_secs(60);
/// After trouble with the store.
const PAUSE: Duration = Duration::from_secs(1);

pub(super) async fn run(node: Arc<Node>, stop: CancellationToken) {
    let mut wake = Wake::new(&node, stop.clone(), |notice| notice == Notice::Event);
    loop {
        let ours = !stop.is_cancelled() && duty::is_ours(&node, Duty::Publish).await;
        let trouble = ours && !all(&node, &stop).await;
        if !wake.sleep(if trouble { PAUSE } else { TIMER }).await {
            return;
        }
    }
}

/// Publishes until nothing is left; `false` when the store was in trouble.
async fn all(node: &Node, stop: &CancellationToken) -> bool {
    while !stop.is_cancelled() {
        match publish(node).await {
            Ok(true) => {}
            Ok(false) => return true,
            Err(error) => {
                tracing::error!(%error, "cannot publish what happened");
                return false;
            }
        }
    }
    true
}

/// Publishes what was recorded; tells whether anything was.
pub(super) async fn settle(node: &Node) -> bool {
    let mut worked = false;
    if !duty::is_ours(node, Duty::Publish).await {
        return false;
    }
    while matches!(publish(node).await, Ok(true)) {
        worked = true;
    }
    worked
}
