//! One fetch for many who want the same: the first goes, the others wait and find what it brought.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Documents that are being fetched. An address is in the map only while somebody fetches it or waits for it.
#[derive(Debug, Default)]
pub struct Flights(Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>);

/// The right to fetch a document; given back on drop.
#[derive(Debug)]
pub struct Flight<'f> {
    flights: &'f Flights,
    address: String,
    turn: Option<tokio::sync::OwnedMutexGuard<()>>,
    lane: Option<Arc<tokio::sync::Mutex<()>>>,
    waited: bool,
}

impl Flights {
    /// Waits until nobody else fetches this document. Whoever waited looks first whether it is there now.
    pub async fn board(&self, address: &str) -> Flight<'_> {
        let lane = Arc::clone(self.lock().entry(address.to_owned()).or_default());
        let mut flight = Flight {
            flights: self,
            address: address.to_owned(),
            turn: Arc::clone(&lane).try_lock_owned().ok(),
            lane: Some(Arc::clone(&lane)),
            waited: false,
        };
        if flight.turn.is_none() {
            flight.waited = true;
            flight.turn = Some(lane.lock_owned().await);
        }
        flight
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<tokio::sync::Mutex<()>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Flight<'_> {
    /// Did somebody else fetch the document meanwhile, or try?
    #[must_use]
    pub fn had_to_wait(&self) -> bool {
        self.waited
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        let mut flights = self.flights.lock();
        self.turn = None;
        self.lane = None;
        // Counted under the lock, where nobody can take another copy meanwhile.
        if flights.get(&self.address).is_some_and(|lane| Arc::strong_count(lane) == 1) {
            flights.remove(&self.address);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn one_flies_the_others_wait_and_the_address_is_forgotten_with_the_last() {
        let flights = Flights::default();
        let first = flights.board("a").await;
        let mut second = Box::pin(flights.board("a"));
        assert!((&mut second).now_or_never().is_none());
        assert!(flights.board("b").now_or_never().is_some(), "another document is not concerned");
        let given_up = Box::pin(flights.board("a"));
        drop(given_up);
        drop(first);
        let second = second.await;
        assert!(second.had_to_wait());
        drop(second);
        assert!(flights.lock().is_empty());
    }
}
