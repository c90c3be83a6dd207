//! Acts on what other nodes sent.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::federation::receive::Desk;
use crate::node::Node;

pub(super) async fn run(node: Arc<Node>, stop: CancellationToken) {
    Desk::new(node).work(&stop).await;
}

/// Acts on what is due now; tells whether anything was.
pub(super) async fn settle(node: &Arc<Node>) -> bool {
    Desk::new(node.clone()).settle().await
}
