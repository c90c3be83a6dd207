//! Acts on what other nodes sent.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::duty;
use crate::federation::receive::Desk;
use crate::node::Node;
use crate::store::process::Duty;

pub(super) async fn run(node: Arc<Node>, stop: CancellationToken) {
    while duty::until_ours(&node, Duty::Receive, &stop).await {
        Desk::new(node.clone()).work(&stop).await;
    }
}

/// Acts on what is due now; tells whether anything was.
pub(super) async fn settle(node: &Arc<Node>) -> bool {
    duty::is_ours(node, Duty::Receive).await && Desk::new(node.clone()).settle().await
}
