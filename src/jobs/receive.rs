//! Acts on what other nodes sent.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::duty;
use crate::federation::fetch;
use crate::federation::receive::Desk;
use crate::node::Node;
use crate::store::process::Duty;

pub(super) async fn run(node: Arc<Node>, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if duty::is_ours(&node, Duty::Receive).await {
            Desk::new(node.clone()).work(&stop).await;
            continue;
        }
        // Where another process has the desk, those who speak to this one are read again here.
        if node.reception.has_stale() {
            let _ = stop.run_until_cancelled(fetch::refresh(&node)).await;
        }
        let _ = stop.run_until_cancelled(tokio::time::sleep(duty::ASK_AGAIN)).await;
    }
}

/// Acts on what is due now; tells whether anything was.
pub(super) async fn settle(node: &Arc<Node>) -> bool {
    duty::is_ours(node, Duty::Receive).await && Desk::new(node.clone()).settle().await
}
