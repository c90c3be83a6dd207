//! Actors whose documents have grown old are read again when they speak, in the background.

use super::actor::actor;
use crate::activitypub::id::Id;
use crate::http_client::Budget;
use crate::node::Node;

/// Requests that reading one actor may cause.
const BUDGET: u32 = 10;

/// Reads again whoever has spoken with an old document; tells whether there was somebody.
pub async fn refresh(node: &Node) -> bool {
    let stale = node.reception.take_stale();
    for uri in &stale {
        let Ok(id) = Id::parse(uri) else { continue };
        if let Err(error) = actor(node, &id, &Budget::new(BUDGET)).await {
            tracing::debug!(%error, actor = uri, "an actor was not read again");
        }
    }
    !stale.is_empty()
}
