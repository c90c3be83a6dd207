//! Forgets what is kept in memory and was changed, here or by another process.

use std::sync::Arc;

use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use crate::coworking::id::ActorId;
use crate::federation::signing;
use crate::node::Node;
use crate::store::Notice;

pub(super) async fn run(node: Arc<Node>, stop: CancellationToken) {
    let mut notices = node.store.subscribe();
    while let Some(heard) = stop.run_until_cancelled(notices.recv()).await {
        match heard {
            Ok(Notice::Changed(actor)) => {
                signing::forget(&node, ActorId(actor));
                // Those of the living stay: a profile changes more often than its keys, and tells of that by itself.
                if node.store.is_shared() {
                    node.reception.keys.forget(ActorId(actor));
                }
            }
            Ok(Notice::Elsewhere) | Err(RecvError::Lagged(_)) => {
                node.reception.keys.signing.clear();
                node.reception.keys.verifying.clear();
            }
            Ok(Notice::Event | Notice::Inbox | Notice::Delivery | Notice::Judged) => {}
            Err(RecvError::Closed) => return stop.cancelled().await,
        }
    }
}
