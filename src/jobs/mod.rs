//! The door for time: what is done without anybody asking, as soon as there is something to do.
//!
//! Each job is woken by the store's notices and, because notices can be missed, by a timer. A job that panics is
//! started again after a pause that doubles; one that fails tries again. Where several processes share a store, each has a
//! set of jobs, and agrees with the others on [who does what](duty).

mod deliver;
mod directory;
mod duty;
mod expire;
mod keys;
mod mail;
mod memory;
mod nodeinfo;
mod poll;
mod publish;
mod receive;
mod spent;
mod statement;
mod supervisor;
#[cfg(test)]
mod tests;
mod tidy;
mod wake;
mod webhook;

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::node::Node;

pub use tidy::tidy;

/// The jobs of a running node.
pub struct Jobs {
    node: Arc<Node>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// Starts all jobs on this runtime, which should have several threads: deliveries are signed on them.
#[must_use]
pub fn start(node: Arc<Node>) -> Jobs {
    let jobs = Jobs { node: node.clone(), stop: CancellationToken::new(), tasks: TaskTracker::new() };
    jobs.add("duty", &node, duty::run);
    jobs.add("memory", &node, memory::run);
    jobs.add("spent", &node, spent::run);
    jobs.add("keys", &node, keys::run);
    jobs.add("receive", &node, receive::run);
    jobs.add("publish", &node, publish::run);
    jobs.add("deliver", &node, deliver::run);
    jobs.add("expire", &node, expire::run);
    jobs.add("mail", &node, mail::run);
    jobs.add("webhook", &node, webhook::run);
    jobs.add("nodeinfo", &node, nodeinfo::run);
    jobs.add("directory", &node, directory::run);
    jobs.add("statement", &node, statement::run);
    jobs.add("poll", &node, poll::run);
    jobs.add("tidy", &node, tidy::run);
    jobs
}

impl Jobs {
    fn add<F, W>(&self, name: &'static str, node: &Arc<Node>, job: F)
    where
        F: Fn(Arc<Node>, CancellationToken) -> W + Send + 'static,
        W: Future<Output = ()> + Send + 'static,
    {
        let (node, stop) = (node.clone(), self.stop.clone());
        let again = stop.clone();
        self.tasks.spawn(supervisor::keep_going(name, stop, move || job(node.clone(), again.clone())));
    }

    /// Begins nothing new and waits for what is on its way, up to the deadline. `false` when something was cut off:
    /// it is done again by the next start.
    pub async fn stop(self, deadline: Duration) -> bool {
        self.stop.cancel();
        self.tasks.close();
        let ended = tokio::time::timeout(deadline, self.tasks.wait()).await.is_ok();
        if self.node.store.is_shared() {
            duty::leave(&self.node).await;
        }
        ended
    }
}

/// Does everything that is due at the node's clock, until nothing is; tells whether anything was. For tests, in place of
/// [`start`].
pub async fn drain(node: &Arc<Node>) -> bool {
    let mut ever = false;
    loop {
        let mut worked = keys::equip(node).await;
        worked |= receive::settle(node).await;
        worked |= expire::settle(node).await;
        worked |= statement::settle(node).await;
        worked |= publish::settle(node).await;
        worked |= deliver::settle(node).await;
        worked |= mail::settle(node).await;
        worked |= webhook::settle(node).await;
        worked |= nodeinfo::settle(node).await;
        worked |= directory::settle(node).await;
        worked |= poll::settle(node).await;
        if !worked {
            return ever;
        }
        ever = true;
    }
}
