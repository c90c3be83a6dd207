//! The people whom a text mentions, found before the text is published: here, among those who are known, and then in
//! the network, for as long as a writer may be kept waiting.

use std::time::Duration;

use futures_util::future::join_all;

use super::actor as resolve;
use crate::coworking::id::ActorId;
use crate::coworking::markdown;
use crate::node::Node;
use crate::operations::post::Mentions;
use crate::store::{Tx, actor};

/// So long a writer waits for the network.
const PATIENCE: Duration = Duration::from_secs(5);
/// People who are looked for; who comes after them stays text.
const MOST: usize = 30;

/// Finds whom a Markdown text mentions. Who cannot be found in time stays text.
pub async fn mentions(node: &Node, source: &str) -> Mentions {
    let handles: Vec<String> = markdown::mentions(source).into_iter().take(MOST).collect();
    let looked = join_all(handles.iter().map(|handle| one(node, handle))).await;
    let mut mentions = Mentions::default();
    for (handle, found) in handles.iter().zip(looked) {
        if let Some((actor, page)) = found {
            mentions.found(handle, actor, page);
        }
    }
    mentions
}

async fn one(node: &Node, handle: &str) -> Option<(ActorId, String)> {
    let found = tokio::time::timeout(PATIENCE, resolve(node, handle)).await;
    let id = found.ok()?.inspect_err(|error| tracing::debug!(%error, handle, "a mention stays text")).ok()?;
    let known = node.store.read(move |tx: &mut Tx<'_>| actor::by_id(tx, id)).await.ok()??;
    Some((id, known.url.unwrap_or(known.uri)))
}
