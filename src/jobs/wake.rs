//! What wakes a job.

use std::time::Duration;

use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio_util::sync::CancellationToken;

use crate::node::Node;
use crate::store::Notice;

/// A job's ear for notices.
pub(super) struct Wake {
    notices: Receiver<Notice>,
    concerns: fn(Notice) -> bool,
    stop: CancellationToken,
}

impl Wake {
    /// Hears from now on; a job looks once after this and before it [sleeps](Self::sleep). Another process's writes
    /// concern everybody.
    pub(super) fn new(node: &Node, stop: CancellationToken, concerns: fn(Notice) -> bool) -> Self {
        Self { notices: node.store.subscribe(), concerns, stop }
    }

    /// Sleeps until there may be something to do, at most so long; `false` when the job is to end.
    pub(super) async fn sleep(&mut self, at_most: Duration) -> bool {
        let heard = async {
            loop {
                match self.notices.recv().await {
                    Ok(notice) if notice == Notice::Elsewhere || (self.concerns)(notice) => return true,
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => return true,
                    Err(RecvError::Closed) => return false,
                }
            }
        };
        let goes_on = tokio::select! {
            biased;
            () = self.stop.cancelled() => false,
            heard = heard => heard,
            () = tokio::time::sleep(at_most) => true,
        };
        // One look answers all that was said so far.
        if goes_on {
            while !matches!(self.notices.try_recv(), Err(TryRecvError::Empty | TryRecvError::Closed)) {}
        }
        goes_on
    }
}
