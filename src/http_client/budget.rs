//! How many requests one cause may lead to. An activity that names an actor, who names a key, who
//! names … could otherwise keep this node busy for as long as a stranger likes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::Error;

/// A counter that is shared by everything one incoming activity sets off: a clone counts on the
/// same counter.
#[derive(Clone, Debug)]
pub struct Budget {
    left: Arc<AtomicU32>,
    limit: u32,
}

impl Budget {
    /// Requests that checking an incoming activity may cause, and each try to act on it.
    pub const PER_ACTIVITY: u32 = 50;

    /// A budget of so many requests.
    pub fn new(limit: u32) -> Self {
        Self { left: Arc::new(AtomicU32::new(limit)), limit }
    }

    /// Takes one request from the budget.
    ///
    /// # Errors
    /// [`Error::BudgetSpent`] when none is left.
    pub fn spend(&self) -> Result<(), Error> {
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
            .map(drop)
            .map_err(|_| Error::BudgetSpent { limit: self.limit })
    }

    /// Requests that are left.
    pub fn left(&self) -> u32 {
        self.left.load(Ordering::Relaxed)
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::new(Self::PER_ACTIVITY)
    }
}
