//! Ends what has had its time: offers, holds, requests and bookings; gives what came free to those who wait for it; and takes
//! back offers that ended long ago.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::duty;
use super::wake::Wake;
use crate::node::Node;
use crate::operations::{self, booking, offer};
use crate::store::process::Duty;
use crate::store::{Notice, Tx};

/// Ends are shown to the minute. What depends on them to the second is judged when it is looked at.
const EVERY: Duration = Duration::from_secs(30);
const AT_ONCE: u32 = 100;

pub(super) async fn run(node: Arc<Node>, stop: CancellationToken) {
    let mut wake = Wake::new(&node, stop, |notice| notice == Notice::Freed);
    loop {
        if duty::is_ours(&node, Duty::Expire).await {
            settle(&node).await;
        }
        if !wake.sleep(EVERY).await {
            return;
        }
    }
}

/// Ends and takes back all that are due; tells whether there were any.
pub(super) async fn settle(node: &Node) -> bool {
    let mut worked = false;
    loop {
        match expire(node).await {
            Ok(0) => return worked,
            Ok(_) => worked = true,
            Err(error) => {
                tracing::error!(%error, "cannot end what has had its time");
                return worked;
            }
        }
    }
}

async fn expire(node: &Node) -> operations::Result<usize> {
    let now = node.clock.now();
    // Asked on a snapshot first: mostly there is nothing, and then nothing is to be committed.
    let due = move |tx: &mut Tx<'_>| {
        Ok::<_, operations::Error>(offer::is_time_for_any(tx, now)? || booking::is_time_for_any(tx, now)?)
    };
    if !node.store.read(due).await? {
        return Ok(0);
    }
    node.store
        .write(move |tx| {
            let offers = offer::expire_due(tx, now, AT_ONCE)? + offer::forget_over(tx, now, AT_ONCE)?;
            Ok(offers + booking::tend(tx, now, AT_ONCE)?)
        })
        .await
}
