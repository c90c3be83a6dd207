//! Who may ask others now: so many questions at once in all, and so many of them to one host, so that a host that takes its
//! time keeps nobody waiting but those who ask it.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Questions to others on their way at once.
const QUESTIONS: usize = 64;
/// Those of them that ask one host.
const TO_ONE_HOST: usize = 8;

/// The turns of all who ask. It knows no more hosts than there are questions.
pub(super) struct Turns {
    all: Arc<Semaphore>,
    hosts: HashMap<String, Arc<Semaphore>>,
}

/// A place in the line of a host.
pub(super) struct Turn {
    host: Arc<Semaphore>,
    all: Arc<Semaphore>,
}

impl Turns {
    pub(super) fn new() -> Self {
        Self { all: Arc::new(Semaphore::new(QUESTIONS)), hosts: HashMap::new() }
    }

    /// Somebody wants to ask a host.
    pub(super) fn line_up(&mut self, host: &str) -> Turn {
        let turns = self.hosts.entry(host.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(TO_ONE_HOST)));
        Turn { host: Arc::clone(turns), all: Arc::clone(&self.all) }
    }

    /// A question to a host is over.
    pub(super) fn end(&mut self, host: &str) {
        if self.hosts.get(host).is_some_and(|turns| Arc::strong_count(turns) == 1) {
            self.hosts.remove(host);
        }
    }
}

impl Turn {
    /// Waits for the turn, which lasts as long as what is returned. Whoever waits for a host takes no room from others.
    pub(super) async fn comes(self) -> [Option<OwnedSemaphorePermit>; 2] {
        // They never fail: nobody closes a semaphore.
        let of_host = self.host.acquire_owned().await.ok();
        [of_host, self.all.acquire_owned().await.ok()]
    }
}
