//! What receiving keeps in memory between one request and the next, so that a request from somebody known needs no
//! look into the store: who is blocked, what was just taken in, who is being asked for what at this moment; and the parsed
//! keys, those that sign what goes out among them.
//!
//! All of it can be lost at any time; the store is the truth. Everything is bounded.

mod arrivals;
mod flights;
mod judged;
mod strangers;

use jiff::{SignedDuration, Timestamp};
use quick_cache::sync::Cache;

use crate::clock::Clock;
use crate::coworking::id::ActorId;
use crate::coworking::peer::Host;
use crate::key_ring::KeyRing;
use crate::rate_limit::Tally;
use crate::store::peer::SignatureScheme;

pub use arrivals::{Arrival, Arrivals};
pub use flights::{Flight, Flights};
pub use judged::Judged;
pub use strangers::{Strangers, TooMany};

/// Who could not be read is left in peace for this long after the first failure.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_mins(5);
/// And at most for this long; it doubles with each failure.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(1);
/// Which signatures a server takes is looked up in the store again after this time; there it grows old.
const SCHEME_PAUSE: SignedDuration = SignedDuration::from_hours(1);
/// Actors that may wait to be read again; more are read again the next time they say something.
const STALE_LIMIT: usize = 1_000;

/// The memory of receiving.
#[derive(Debug)]
pub struct Reception {
    /// Activities that were taken in and are to be processed.
    pub arrivals: Arrivals,
    /// Servers that are blocked.
    pub judged: Judged,
    /// Documents that are being fetched.
    pub flights: Flights,
    /// Parsed keys: ours, which sign, and others'.
    pub keys: KeyRing,
    /// How many keys were fetched because of whom.
    pub strangers: Strangers,
    /// Which signatures a server took last, and when that was learned or looked up.
    schemes: Cache<Host, (SignatureScheme, Timestamp)>,
    /// Documents that could not be fetched, by address.
    failures: Cache<String, Failure>,
    /// Actors whose documents have grown old.
    stale: std::sync::Mutex<std::collections::BTreeSet<String>>,
    /// What is counted against limits here.
    pub tally: Tally,
    /// Until when other processes believe that this one lives, in unix milliseconds; for ever, where there are none.
    alive_until: std::sync::atomic::AtomicI64,
    /// The node's own actor.
    node_actor: std::sync::OnceLock<ActorId>,
}

/// A document that could not be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure {
    /// It is not asked for before.
    pub until: Timestamp,
    /// Might it work then? A document that is not there is no matter of time.
    pub transient: bool,
    pause: SignedDuration,
}

impl Default for Reception {
    fn default() -> Self {
        Self::new(&Clock::System)
    }
}

impl Reception {
    /// Nothing was received yet.
    #[must_use]
    pub fn new(clock: &Clock) -> Self {
        let tally = Tally::default();
        Self {
            arrivals: Arrivals::default(),
            judged: Judged::default(),
            flights: Flights::default(),
            keys: KeyRing::default(),
            strangers: Strangers::new(clock, &tally),
            tally,
            schemes: Cache::new(10_000),
            failures: Cache::new(10_000),
            stale: std::sync::Mutex::default(),
            alive_until: std::sync::atomic::AtomicI64::new(i64::MAX),
            node_actor: std::sync::OnceLock::new(),
        }
    }

    /// The failure that still keeps a document from being asked for again.
    #[must_use]
    pub fn failure(&self, address: &str, now: Timestamp) -> Option<Failure> {
        self.failures.get(address).filter(|failure| failure.until > now)
    }

    /// A document could not be fetched; it is left in peace for 5 minutes, then for twice as long, up to an hour.
    pub fn failed(&self, address: &str, transient: bool, now: Timestamp) -> Failure {
        let before = self.failures.get(address);
        let pause = before.map_or(FIRST_PAUSE, |before| (before.pause * 2).min(LONGEST_PAUSE));
        let until = now.checked_add(pause).unwrap_or(Timestamp::MAX);
        let failure = Failure { until, transient, pause };
        self.failures.insert(address.to_owned(), failure);
        failure
    }

    /// A document was fetched.
    pub fn succeeded(&self, address: &str) {
        self.failures.remove(address);
    }

    /// Which signatures a server took last, as far as that was learned or looked up within the last hour.
    #[must_use]
    pub fn scheme(&self, host: &Host, now: Timestamp) -> Option<SignatureScheme> {
        let (scheme, since) = self.schemes.get(host)?;
        (now.duration_since(since) < SCHEME_PAUSE).then_some(scheme)
    }

    /// A server takes these signatures, as it was learned or looked up now.
    pub fn set_scheme(&self, host: &Host, scheme: SignatureScheme, now: Timestamp) {
        self.schemes.insert(host.clone(), (scheme, now));
    }

    /// An actor spoke whose document has grown old: it is to be read again when there is time.
    pub fn note_stale(&self, actor_uri: &str) {
        let mut stale = self.stale.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if stale.len() < STALE_LIMIT && stale.insert(actor_uri.to_owned()) {
            self.arrivals.wake();
        }
    }

    /// Is there an actor whose document has grown old?
    #[must_use]
    pub fn has_stale(&self) -> bool {
        !self.stale.lock().unwrap_or_else(std::sync::PoisonError::into_inner).is_empty()
    }

    /// Takes the actors whose documents have grown old.
    #[must_use]
    pub fn take_stale(&self) -> Vec<String> {
        let mut stale = self.stale.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        std::mem::take(&mut *stale).into_iter().collect()
    }

    /// Does this process live, as far as others know?
    #[must_use]
    pub fn lives(&self, now: Timestamp) -> bool {
        now.as_millisecond() < self.alive_until.load(std::sync::atomic::Ordering::Acquire)
    }

    /// Others believe so until then.
    pub fn set_alive_until(&self, until: Timestamp) {
        self.alive_until.store(until.as_millisecond(), std::sync::atomic::Ordering::Release);
    }

    /// The node's own actor, once it was looked up.
    #[must_use]
    pub fn node_actor(&self) -> Option<ActorId> {
        self.node_actor.get().copied()
    }

    /// Remembers the node's own actor, which never changes.
    pub fn set_node_actor(&self, actor: ActorId) {
        // Who was quicker knew the same.
        let _ = self.node_actor.set(actor);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    #[test]
    fn a_document_that_fails_is_left_in_peace_for_longer_and_longer() {
        let reception = Reception::default();
        let address = "https://a.example/u";
        let mut now = at(0);
        let mut pauses = Vec::new();
        for _ in 0..6 {
            assert_eq!(reception.failure(address, now), None);
            let failure = reception.failed(address, true, now);
            assert_eq!(reception.failure(address, now), Some(failure));
            pauses.push(failure.until.duration_since(now).as_mins());
            now = failure.until;
        }
        assert_eq!(pauses, [5, 10, 20, 40, 60, 60]);
        reception.succeeded(address);
        assert_eq!(reception.failed(address, false, now).until, now + SignedDuration::from_mins(5));
    }

    #[test]
    fn an_actor_that_speaks_often_is_read_again_once() {
        let reception = Reception::default();
        for _ in 0..3 {
            reception.note_stale("https://a.example/u");
        }
        assert_eq!(reception.take_stale(), ["https://a.example/u"]);
        assert!(reception.take_stale().is_empty());
    }
}
