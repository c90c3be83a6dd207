//! A node at work: it answers requests and does its jobs, until it is told to stop.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::jobs::{self, Jobs};
use crate::node::Node;
use crate::web;

/// How long what is in flight may take to end, after being asked to.
pub(super) const FAREWELL: Duration = Duration::from_secs(20);

/// A node at work.
pub(super) struct Running {
    node: Arc<Node>,
    jobs: Jobs,
    answering: JoinHandle<io::Result<()>>,
    stop: CancellationToken,
}

impl Running {
    /// Begins to answer at the listener and to do the jobs, on this runtime.
    pub(super) fn start(node: Arc<Node>, listener: TcpListener) -> Self {
        let stop = CancellationToken::new();
        let jobs = jobs::start(node.clone());
        let answering = tokio::spawn(web::server::run(node.clone(), listener, stop.clone()));
        Self { node, jobs, answering, stop }
    }

    /// Waits until it cannot answer any more. Nothing else ends it by itself.
    pub(super) async fn broken(&mut self) -> anyhow::Error {
        match (&mut self.answering).await {
            Ok(Ok(())) => anyhow::anyhow!("the server ended by itself"),
            Ok(Err(why)) => anyhow::Error::new(why).context("the server ended"),
            Err(why) => anyhow::Error::new(why).context("the server ended"),
        }
    }

    /// Begins nothing new, ends what is in flight and closes the store.
    pub(super) async fn stop(self) -> anyhow::Result<()> {
        self.stop.cancel();
        let answered = async {
            // One that is broken has been waited for already.
            if self.answering.is_finished() { Ok(Ok(Ok(()))) } else { timeout(FAREWELL, self.answering).await }
        };
        let (answered, finished) = tokio::join!(answered, self.jobs.stop(FAREWELL));
        if !finished {
            tracing::warn!("some work was still in flight after {FAREWELL:?}; it is done again at the next start");
        }
        self.node.store.close().await;
        match answered {
            Ok(ended) => ended.context("the server ended")?.context("the server ended"),
            Err(_) => {
                tracing::warn!("requests were still in flight after {FAREWELL:?}; they were cut off");
                Ok(())
            }
        }
    }
}

/// A place to answer at.
pub(super) fn listen(address: std::net::SocketAddr) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(address).with_context(|| format!("cannot answer at {address}"))?;
    listener.set_nonblocking(true).context("cannot wait for requests")?;
    Ok(listener)
}
