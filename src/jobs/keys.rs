//! Makes keys ahead: finding large primes takes up to a second, and nobody should wait for it.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::duty;
use super::wake::Wake;
use crate::coworking::id::ActorId;
use crate::federation::signing;
use crate::node::Node;
use crate::operations::{self, key};
use crate::store::key::{NewKeys, without_keys};
use crate::store::process::Duty;
use crate::store::{Notice, Tx};

/// So many pairs are laid aside.
const SPARES: u32 = 3;
/// Actors that are equipped at once.
const AT_ONCE: u32 = 10;
const TIMER: Duration = Duration::from_secs(60);

pub(super) async fn run(node: Arc<Node>, stop: CancellationToken) {
    let mut wake = Wake::new(&node, stop.clone(), |notice| matches!(notice, Notice::Changed(_)));
    loop {
        let ours = !stop.is_cancelled() && duty::is_ours(&node, Duty::Keys).await;
        while ours && !stop.is_cancelled() && (equip(&node).await || stock(&node).await) {}
        if !wake.sleep(TIMER).await {
            return;
        }
    }
}

/// Gives keys to local actors who have none; tells whether there were any.
pub(super) async fn equip(node: &Node) -> bool {
    let bare = node.store.read(|tx: &mut Tx<'_>| without_keys(tx, AT_ONCE)).await;
    let bare: Vec<ActorId> = bare.unwrap_or_else(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "cannot look for actors without keys");
        Vec::new()
    });
    let mut given = false;
    for actor in bare {
        given |= write(node, move |tx, keys, now| key::give(tx, actor, keys, now).map(drop)).await;
    }
    given
}

/// Lays one pair aside if there are too few; tells whether it did.
async fn stock(node: &Node) -> bool {
    let spares = node.store.read(|tx: &mut Tx<'_>| key::spares(tx)).await;
    match spares {
        Ok(spares) if spares < SPARES => write(node, key::stock).await,
        Ok(_) => false,
        Err(error) => {
            tracing::error!(%error, "cannot count spare keys");
            false
        }
    }
}

async fn write(
    node: &Node,
    put: impl Fn(&mut Tx<'_>, &NewKeys, jiff::Timestamp) -> operations::Result<()> + Send + 'static,
) -> bool {
    let made = tokio::task::spawn_blocking(signing::make_keys).await;
    let keys = match made {
        Ok(Ok(keys)) => keys,
        Ok(Err(error)) => {
            tracing::error!(%error, "cannot make keys");
            return false;
        }
        // The runtime ends.
        Err(_) => return false,
    };
    let now = node.clock.now();
    let written = node.store.write(move |tx| put(tx, &keys, now)).await;
    if let Err(error) = &written {
        tracing::error!(%error, "cannot keep new keys");
    }
    written.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::federation::testing::{Ground, start};
    use crate::store::actor::testing;

    #[tokio::test]
    async fn who_has_no_keys_gets_some_and_some_are_laid_aside() {
        let ground = Ground::new().await;
        let ana = ground.act(|tx| Ok(testing::local(tx, "ana", start())?)).await;
        let stop = CancellationToken::new();
        let job = tokio::spawn(run(ground.node.clone(), stop.clone()));
        let done = async {
            while ground.act(key::spares).await < SPARES {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), done).await.unwrap();
        stop.cancel();
        job.await.unwrap();

        assert!(signing::keys(&ground.node, ana).await.is_ok());
        assert!(!equip(&ground.node).await && !stock(&ground.node).await, "there is enough");
    }
}
