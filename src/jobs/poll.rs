//! Asks the hosts of bookings elsewhere what became of them, where their mail does not come.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::duty;
use crate::federation::poll::poll;
use crate::node::Node;
use crate::store::process::Duty;

const EVERY: Duration = Duration::from_secs(30);

pub(super) async fn run(node: Arc<Node>, stop: CancellationToken) {
    duty::rounds(node, stop, Duty::Poll, EVERY, |node| async move {
        settle(&node).await;
    })
    .await;
}

/// Asks a few of those who are due; tells whether there were any.
pub(super) async fn settle(node: &Node) -> bool {
    match poll(node).await {
        Ok(asked) => asked,
        Err(error) => {
            tracing::error!(%error, "cannot keep what hosts said of bookings");
            false
        }
    }
}
