//! Forgets keys that are at hand and were changed, here or by another process.

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
            Ok(Notice::Keys(actor)) => {
                signing::forget(&node, ActorId(actor));
                node.reception.keys.forget(ActorId(actor));
            }
            Ok(Notice::Elsewhere) | Err(RecvError::Lagged(_)) => {
                node.reception.keys.signing.clear();
                node.reception.keys.verifying.clear();
            }
            Ok(
                Notice::Event | Notice::Inbox | Notice::Delivery | Notice::Changed(_) | Notice::Judged | Notice::Freed,
            ) => {}
            Err(RecvError::Closed) => return stop.cancelled().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::federation::testing::Ground;
    use crate::store::{Error, Tx};

    #[tokio::test]
    async fn keys_stay_at_hand_until_it_is_said_that_they_are_others() {
        let ground = Ground::new().await;
        let ana = ground.member("ana").await;
        let (node, stop) = (ground.node.clone(), CancellationToken::new());
        let job = tokio::spawn(run(node.clone(), stop.clone()));
        let at_hand = || node.reception.keys.signing.get(&ana).is_some();
        // The job hears what is said once it listens, and a server says by itself that anything may be stale.
        tokio::time::sleep(Duration::from_millis(500)).await;
        signing::keys(&node, ana).await.unwrap();
        let says = |notice: Notice| {
            node.store.write(move |tx: &mut Tx<'_>| {
                tx.notify(notice);
                Ok::<_, Error>(())
            })
        };
        says(Notice::Changed(ana.0)).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(at_hand(), "a profile or a post is no reason");
        says(Notice::Keys(ana.0)).await.unwrap();
        let forgets = async {
            while at_hand() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(5), forgets).await.unwrap();
        stop.cancel();
        job.await.unwrap();
    }
}
