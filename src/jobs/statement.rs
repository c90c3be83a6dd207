//! Makes what spaces say to their partners of a month that is over; what was missed is made up for.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::duty;
use crate::node::Node;
use crate::operations::{self, ledger};
use crate::store::Tx;
use crate::store::process::Duty;

/// Nobody who books meanwhile waits for long.
const AT_ONCE: u32 = 50;
/// A statement may come some hours after its day has begun.
const EVERY: Duration = Duration::from_secs(60 * 60);

pub(super) async fn run(node: Arc<Node>, stop: CancellationToken) {
    duty::rounds(node, stop, Duty::Tidy, EVERY, |node| async move {
        settle(&node).await;
    })
    .await;
}

/// Makes all that are due; tells whether there were any.
pub(super) async fn settle(node: &Node) -> bool {
    let mut worked = false;
    loop {
        match state(node).await {
            Ok(0) => return worked,
            Ok(_) => worked = true,
            Err(error) => {
                tracing::error!(%error, "cannot make the statements of a month");
                return worked;
            }
        }
    }
}

async fn state(node: &Node) -> operations::Result<usize> {
    let (site, now) = (node.site.clone(), node.clock.now());
    // Asked on a snapshot first: on most days there is nothing, and then nothing is to be committed.
    if !node.store.read(move |tx: &mut Tx<'_>| ledger::is_time_for_any(tx, now)).await? {
        return Ok(0);
    }
    node.store.write(move |tx| ledger::state_due(tx, &site, now, AT_ONCE)).await
}
