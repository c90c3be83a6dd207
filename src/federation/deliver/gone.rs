//! An inbox that is gone: perhaps whom it belonged to is gone, too.

use crate::activitypub::id::Id;
use crate::federation::fetch;
use crate::http_client::Budget;
use crate::node::Node;
use crate::store::actor;

/// So many of those whom an inbox belongs to are asked about; a shared inbox that stays gone leads to the others.
const ASKED: u32 = 20;
/// Requests that one question may cause.
const BUDGET: u32 = 5;

/// Reads those again to whom the inbox belongs. Whoever is gone as well is buried and follows nobody any more; whoever
/// has moved to another inbox gets the next thing there.
pub(super) async fn ask(node: &Node, inbox: String) {
    let found = node.store.read(move |tx| actor::with_inbox(tx, &inbox, ASKED)).await;
    let owners = match found {
        Ok(owners) => owners,
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "cannot tell whose inbox is gone");
            return;
        }
    };
    for owner in owners {
        let Ok(id) = Id::parse(&owner) else { continue };
        match fetch::actor(node, &id, &Budget::new(BUDGET)).await {
            Ok(_) => {}
            Err(error) => tracing::debug!(%error, actor = owner, "whose inbox is gone"),
        }
    }
}
