//! Which servers are blocked, known without asking the store for each request.

use std::collections::HashSet;

use tokio::sync::Mutex;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::TryRecvError;
use url::Url;

use crate::coworking::peer::Host;
use crate::key_ring::KeyRing;
use crate::store::{self, Notice, Store, peer};

/// Blocked servers that are read at once.
const SLICE: u32 = 500;

/// The blocked servers, as the last commit left them.
#[derive(Debug, Default)]
pub struct Judged(Mutex<Memory>);

#[derive(Debug, Default)]
struct Memory {
    /// Hears what is judged; nothing before the first question.
    ear: Option<Receiver<Notice>>,
    blocked: HashSet<String>,
}

impl Judged {
    /// Is the server of one of these addresses blocked, or one above it? A judgement counts from the moment its commit
    /// is answered: whoever asks first after it reads the list again, and forgets the keys of those who may be silenced
    /// now.
    ///
    /// # Errors
    /// The store's, when the list has to be read and cannot be.
    pub async fn blocks<'u>(
        &self,
        store: &Store,
        keys: &KeyRing,
        addresses: impl IntoIterator<Item = &'u Url>,
    ) -> Result<bool, store::Error> {
        let mut memory = self.0.lock().await;
        if memory.heard_something(store) {
            match read(store).await {
                Ok(blocked) => memory.blocked = blocked,
                Err(error) => {
                    // Forgets what it heard, so that the next question reads again.
                    memory.ear = None;
                    return Err(error);
                }
            }
            keys.verifying.clear();
        }
        if memory.blocked.is_empty() {
            return Ok(false);
        }
        let blocked = &memory.blocked;
        let is_blocked = |host: Host| host.lineage().any(|name| blocked.contains(name));
        Ok(addresses.into_iter().filter_map(Host::of).any(is_blocked))
    }
}

impl Memory {
    fn heard_something(&mut self, store: &Store) -> bool {
        let mut news = self.ear.is_none();
        let ear = self.ear.get_or_insert_with(|| store.subscribe());
        loop {
            match ear.try_recv() {
                Ok(Notice::Judged | Notice::Elsewhere) | Err(TryRecvError::Lagged(_)) => news = true,
                Ok(
                    Notice::Event
                    | Notice::Inbox
                    | Notice::Delivery
                    | Notice::Changed(_)
                    | Notice::Keys(_)
                    | Notice::Freed,
                ) => {}
                Err(TryRecvError::Empty | TryRecvError::Closed) => return news,
            }
        }
    }
}

async fn read(store: &Store) -> Result<HashSet<String>, store::Error> {
    store
        .read(|tx| {
            let mut blocked = HashSet::new();
            let mut after = String::new();
            loop {
                let slice = peer::blocked(tx, &after, SLICE)?;
                let Some(last) = slice.last() else { break };
                after.clone_from(last);
                blocked.extend(slice);
            }
            Ok(blocked)
        })
        .await
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::coworking::peer::Level;
    use crate::store::Options;

    #[tokio::test]
    async fn a_judgement_counts_from_its_commit_on() {
        let folder = tempfile::TempDir::new().unwrap();
        let store = Store::open(crate::store::testing::place(folder.path()), Options::default()).unwrap();
        let (judged, keys) = (Judged::default(), KeyRing::default());
        let (open, under): (Url, Url) =
            ("https://good.example/u".parse().unwrap(), "https://a.evil.example/u".parse().unwrap());
        let judge = |level: Level| {
            store.write(move |tx| {
                peer::set_level(tx, &Host::parse("evil.example").unwrap(), level, None, Timestamp::UNIX_EPOCH)
            })
        };
        assert!(!judged.blocks(&store, &keys, [&open, &under]).await.unwrap());
        judge(Level::Blocked).await.unwrap();
        assert!(judged.blocks(&store, &keys, [&open, &under]).await.unwrap(), "what stands under it is meant too");
        assert!(!judged.blocks(&store, &keys, [&open]).await.unwrap());
        judge(Level::Limited).await.unwrap();
        assert!(!judged.blocks(&store, &keys, [&under]).await.unwrap());
    }
}
