//! Gathers the directory of spaces: a few at a time are asked what they are, each on another day.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;

use super::duty;
use crate::federation::directory;
use crate::node::Node;
use crate::operations::{self, directory as book};
use crate::store::directory::Known;
use crate::store::process::Duty;

const EVERY: Duration = Duration::from_secs(60);
/// Spaces that are asked at once, and in a minute: each on a host of its own.
const AT_ONCE: usize = 5;
/// Those among whom they are chosen.
const LOOKED_AT: u32 = 50;

pub(super) async fn run(node: Arc<Node>, stop: CancellationToken) {
    duty::rounds(node, stop, Duty::Directory, EVERY, |node| async move {
        settle(&node).await;
    })
    .await;
}

/// Asks a few of those who are due; tells whether there were any.
pub(super) async fn settle(node: &Node) -> bool {
    match ask(node).await {
        Ok(asked) => asked,
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "cannot keep the directory of spaces");
            false
        }
    }
}

async fn ask(node: &Node) -> operations::Result<bool> {
    let now = node.clock.now();
    let due = node.store.write(move |tx| book::due(tx, now, LOOKED_AT)).await?;
    let mut hosts = HashSet::new();
    let mut chosen = Vec::new();
    for known in due {
        let host = url::Url::parse(&known.uri).ok().and_then(|url| url.host_str().map(str::to_owned));
        if chosen.len() < AT_ONCE && hosts.insert(host) {
            chosen.push(known);
        }
    }
    if chosen.is_empty() {
        return Ok(false);
    }
    let answers = chosen.into_iter().map(|known: Known| async move {
        let told = directory::ask(node, &known.uri, known.hops == 1).await;
        (known, told)
    });
    for (known, told) in join_all(answers).await {
        node.store.write(move |tx| book::hear(tx, &known, &told, now)).await?;
    }
    Ok(true)
}
