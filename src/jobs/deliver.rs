//! Carries the outgoing mail.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::federation::deliver::Courier;
use crate::node::Node;

pub(super) async fn run(node: Arc<Node>, stop: CancellationToken) {
    Courier::new(node).work(&stop).await;
}

/// Carries what is due now; tells whether anything was.
pub(super) async fn settle(node: &Arc<Node>) -> bool {
    Courier::new(node.clone()).settle().await
}
