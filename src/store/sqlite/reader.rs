//! The threads that read: each a connection that cannot write, all on one queue.
//!
//! The first is there from the start, the others when jobs wait while it works: an idle node keeps one.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::open_reader;
use crate::store::errand::Errand;
use crate::store::id::Ids;
use crate::store::queue::{Queue, Taken};
use crate::store::{Error, Options, Tx};

/// Steps of SQLite's virtual machine between two looks at the clock: well below a millisecond.
const STEPS_BETWEEN_LOOKS: i32 = 20_000;

pub(in crate::store) struct Readers {
    path: PathBuf,
    options: Options,
    ids: Arc<Ids>,
    queue: Arc<Queue<Box<dyn Errand>>>,
    running: Arc<AtomicUsize>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Readers {
    /// Starts the first reader here, so that what keeps it from opening is told at once.
    pub(in crate::store) fn start(path: PathBuf, options: Options, ids: Arc<Ids>) -> Result<Readers, Error> {
        let connection = open_reader(&path, &options)?;
        let queue = Arc::new(Queue::new(options.waiting, options.patience));
        let readers = Readers { path, options, ids, queue, running: Arc::default(), threads: Mutex::default() };
        readers.running.store(1, Ordering::Relaxed);
        readers.spawn(move || Ok(connection))?;
        Ok(readers)
    }

    pub(in crate::store) async fn push(&self, job: Box<dyn Errand>) -> Result<(), Error> {
        let crowded = self.queue.room().await?.push(job)?;
        if crowded {
            self.reinforce();
        }
        Ok(())
    }

    pub(in crate::store) fn close(&self) {
        self.queue.close();
    }

    pub(in crate::store) fn finish(&self) {
        self.queue.finish();
    }

    pub(in crate::store) fn join(&self) {
        for thread in self.threads().drain(..) {
            let _ = thread.join();
        }
    }

    fn reinforce(&self) {
        let most = self.options.readers.max(1);
        let more = |running| (running < most).then_some(running + 1);
        if self.running.try_update(Ordering::Relaxed, Ordering::Relaxed, more).is_err() {
            return;
        }
        let (path, options) = (self.path.clone(), self.options.clone());
        if let Err(error) = self.spawn(move || open_reader(&path, &options)) {
            tracing::warn!(%error, "no further reader could be started");
        }
    }

    /// The caller has counted the thread as running.
    fn spawn(&self, open: impl FnOnce() -> Result<Connection, Error> + Send + 'static) -> Result<(), Error> {
        let running = Running(self.running.clone());
        let (queue, ids, deadline) = (self.queue.clone(), self.ids.clone(), self.options.read_deadline);
        let spawned = std::thread::Builder::new().name("store-read".to_owned()).spawn(move || {
            let _running = running;
            match open() {
                Ok(connection) => work(connection, &queue, &ids, deadline),
                Err(error) => tracing::warn!(%error, "a further reader could not open the database"),
            }
        });
        let thread = spawned.map_err(|error| Error::Engine(Arc::new(error)))?;
        self.threads().push(thread);
        Ok(())
    }

    fn threads(&self) -> std::sync::MutexGuard<'_, Vec<JoinHandle<()>>> {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts its thread out when it ends, however it ends, so that another may take its place.
struct Running(Arc<AtomicUsize>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn work(mut connection: Connection, queue: &Queue<Box<dyn Errand>>, ids: &Ids, deadline: Duration) {
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
