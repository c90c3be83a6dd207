//! Where the time comes from.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// Where the time comes from; read at the doors only and passed down.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's.
    System,
    /// One that tests move by hand (unix milliseconds).
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands still at `time`.
    #[must_use]
    pub fn fixed(time: Timestamp) -> Self {
        Self::Fixed(Arc::new(AtomicI64::new(time.as_millisecond())))
    }

    /// What time it is, to the millisecond.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let millisecond = match self {
            Self::System => Timestamp::now().as_millisecond(),
            Self::Fixed(millisecond) => millisecond.load(Ordering::SeqCst),
        };
        Timestamp::from_millisecond(millisecond).unwrap_or(Timestamp::MAX)
    }

    /// Moves a fixed clock forward; the machine's clock is nobody's to move.
    pub fn advance(&self, by: SignedDuration) {
        if let Self::Fixed(millisecond) = self {
            let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
            millisecond.fetch_add(by, Ordering::SeqCst);
        }
    }
}
