//! At most so many requests at once to one host, so that we are no burden to a small peer and a
//! slow peer cannot take all our connections.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Who is on the way where. A host is in the map only while a request to it waits or runs, so the
/// map is as small as the number of requests.
pub(super) struct Turns {
    per_host: usize,
    hosts: Mutex<HashMap<Arc<str>, Arc<Semaphore>>>,
}

impl Turns {
    pub(super) fn new(per_host: usize) -> Self {
        Self { per_host: per_host.min(Semaphore::MAX_PERMITS), hosts: Mutex::default() }
    }

    /// Waits until fewer than `per_host` requests to the host are on their way. Dropping the future
    /// gives the place in the queue up.
    pub(super) async fn take(self: &Arc<Self>, host: &Arc<str>) -> Turn {
        let semaphore =
            Arc::clone(self.lock().entry(Arc::clone(host)).or_insert_with(|| Arc::new(Semaphore::new(self.per_host))));
        let mut turn = Turn {
            turns: Arc::clone(self),
            host: Arc::clone(host),
            semaphore: Some(Arc::clone(&semaphore)),
            permit: None,
        };
        // It never fails: nobody closes the semaphore.
        turn.permit = semaphore.acquire_owned().await.ok();
        turn
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, Arc<Semaphore>>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to have one request on its way; given back on drop.
pub(super) struct Turn {
    turns: Arc<Turns>,
    host: Arc<str>,
    semaphore: Option<Arc<Semaphore>>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut hosts = self.turns.lock();
        self.permit = None;
        self.semaphore = None;
        // Counted under the lock, where nobody can take another copy meanwhile.
        if hosts.get(&self.host).is_some_and(|semaphore| Arc::strong_count(semaphore) == 1) {
            hosts.remove(&self.host);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use futures_util::FutureExt;

    use super::Turns;

    #[tokio::test]
    async fn a_host_has_so_many_turns_and_is_forgotten_with_the_last_one() {
        let turns = Arc::new(Turns::new(2));
        let (a, b): (Arc<str>, Arc<str>) = ("a.example".into(), "b.example".into());

        let first = turns.take(&a).await;
        let second = turns.take(&a).await;
        assert!(turns.take(&a).now_or_never().is_none(), "a third one has to wait");
        let elsewhere = turns.take(&b).now_or_never();
        assert!(elsewhere.is_some(), "another host is not concerned");

        let third = tokio::spawn({
            let (turns, a) = (Arc::clone(&turns), Arc::clone(&a));
            async move { turns.take(&a).await }
        });
        tokio::task::yield_now().await;
        drop(first);
        let third = tokio::time::timeout(Duration::from_secs(5), third).await.expect("in time").expect("no panic");

        assert_eq!(turns.lock().len(), 2);
        drop((second, third, elsewhere));
        assert!(turns.lock().is_empty(), "nothing is kept of hosts that nobody talks to");
    }
}
