//! A thread that reads: a connection that cannot write, and one snapshot for each job.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::open_reader;
use crate::store::crew::{Jobs, Work};
use crate::store::id::Ids;
use crate::store::queue::Taken;
use crate::store::{Error, Options, Tx};

/// Steps of SQLite's virtual machine between two looks at the clock: well below a millisecond.
const STEPS_BETWEEN_LOOKS: i32 = 20_000;

/// A reader of this file, ready to work.
pub(in crate::store) fn reader(path: &Path, options: &Options, ids: &Arc<Ids>) -> Result<Work, Error> {
    let connection = open_reader(path, options)?;
    let (ids, deadline) = (ids.clone(), options.read_deadline);
    Ok(Box::new(move |jobs| work(connection, jobs, &ids, deadline)))
}

fn work(mut connection: Connection, queue: &Jobs, ids: &Ids, deadline: Duration) {
    let clock = Clock::new(&mut connection, deadline);
    let mut batch = VecDeque::with_capacity(1);
    let mut unheard = Vec::new();
    while queue.take(&mut batch, 1, None) == Taken::Jobs {
        for mut job in batch.drain(..) {
            let begun = control(&connection, "BEGIN");
            if begun.is_ok() {
                clock.start();
                job.run(&mut Tx::sqlite(&connection, &mut unheard, ids));
                clock.stop();
                unheard.clear();
                // The snapshot is let go before the answer: an old one keeps the log from being cut back.
                if !connection.is_autocommit()
                    && let Err(error) = control(&connection, "ROLLBACK")
                {
                    tracing::error!(%error, "a read transaction was not ended");
                }
            }
            job.answer(begun.err());
        }
    }
}

fn control(connection: &Connection, sql: &str) -> Result<(), Error> {
    let mut statement = connection.prepare_cached(sql).map_err(super::statement::error)?;
    statement.raw_execute().map(drop).map_err(super::statement::error)
}

/// Interrupts a read that takes longer than its deadline.
struct Clock {
    zero: Instant,
    deadline: Duration,
    /// Milliseconds after `zero`; nothing is running at `u64::MAX`.
    ends: Arc<AtomicU64>,
}

impl Clock {
    fn new(connection: &mut Connection, deadline: Duration) -> Clock {
        let clock = Clock { zero: Instant::now(), deadline, ends: Arc::new(AtomicU64::new(u64::MAX)) };
        let (zero, ends) = (clock.zero, clock.ends.clone());
        let late = move || zero.elapsed().as_millis() >= u128::from(ends.load(Ordering::Relaxed));
        if let Err(error) = connection.progress_handler(STEPS_BETWEEN_LOOKS, Some(late)) {
            tracing::warn!(%error, "reads have no deadline");
        }
        clock
    }

    fn start(&self) {
        let ends = self.zero.elapsed().saturating_add(self.deadline).as_millis();
        self.ends.store(u64::try_from(ends).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn stop(&self) {
        self.ends.store(u64::MAX, Ordering::Relaxed);
    }
}
