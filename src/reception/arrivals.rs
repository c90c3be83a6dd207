//! Activities that could not be acted on at once, on their way from the request that brought them to the job that sees
//! to them.
//!
//! What goes this way need not be read from the store and parsed again. When the way is full the rest stays in the
//! store, and the job is told to look there.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::activitypub::activity::Activity;
use crate::coworking::id::ActorId;
use crate::store::inbox::InboxId;

/// Activities that may be on their way. At 2 kB each that is some 40 MB in the worst hour and nothing otherwise.
const ROOM: usize = 4_096;

/// A verified activity whose row is committed.
#[derive(Debug)]
pub struct Arrival {
    /// Its row.
    pub id: InboxId,
    /// Who acts.
    pub actor: ActorId,
    /// What it says.
    pub activity: Arc<Activity>,
    /// Whose personal inbox it came to.
    pub recipient: Option<ActorId>,
}

/// The way.
#[derive(Debug, Default)]
pub struct Arrivals {
    line: Mutex<VecDeque<Arrival>>,
    overflowed: AtomicBool,
    news: Notify,
}

impl Arrivals {
    /// Hands an activity over.
    pub fn push(&self, arrival: Arrival) {
        let mut line = self.lock();
        if line.len() < ROOM {
            line.push_back(arrival);
        } else {
            self.overflowed.store(true, Ordering::Release);
        }
        let first = line.len() == 1;
        drop(line);
        // Later ones find the job awake or about to wake.
        if first {
            self.wake();
        }
    }

    /// Takes at most so many, in the order in which they came.
    #[must_use]
    pub fn take(&self, most: usize) -> Vec<Arrival> {
        let mut line = self.lock();
        let count = most.min(line.len());
        line.drain(..count).collect()
    }

    /// Did something not fit since this was asked last? It lies in the store.
    #[must_use]
    pub fn take_overflow(&self) -> bool {
        self.overflowed.swap(false, Ordering::AcqRel)
    }

    /// Is nothing on its way?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many are on their way.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Wakes the job.
    pub fn wake(&self) {
        self.news.notify_one();
    }

    /// Waits until there is something to look at. A wake that came before counts.
    pub async fn news(&self) {
        self.news.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Arrival>> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activitypub::json;

    fn arrival(number: i64) -> Arrival {
        let like = r#"{"type": "Like", "id": "https://a.example/1", "actor": "https://a.example/u"}"#;
        let activity = Arc::new(Activity::read(json::parse(like.as_bytes()).unwrap()).unwrap());
        Arrival { id: InboxId(number), actor: ActorId(1), activity, recipient: None }
    }

    #[tokio::test]
    async fn what_does_not_fit_is_said_to_lie_in_the_store() {
        let arrivals = Arrivals::default();
        for number in 0..=ROOM as i64 {
            arrivals.push(arrival(number));
        }
        arrivals.news().await;
        assert!(arrivals.take_overflow() && !arrivals.take_overflow());
        let taken = arrivals.take(3);
        assert_eq!(taken.iter().map(|arrival| arrival.id.0).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(arrivals.take(usize::MAX).len(), ROOM - 3);
        assert!(arrivals.is_empty());
    }
}
