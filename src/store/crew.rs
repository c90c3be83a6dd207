//! Threads that work on one queue: the first is there from the start, the others come when jobs wait while it works. An
//! idle node keeps one.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use super::errand::Errand;
use super::queue::Queue;
use super::{Error, Options};

/// What one of them does until the queue has finished.
pub(super) type Work = Box<dyn FnOnce(&Jobs) + Send>;

/// The line in which jobs wait.
pub(super) type Jobs = Queue<Box<dyn Errand>>;

pub(super) struct Crew {
    name: &'static str,
    most: usize,
    hire: Arc<dyn Fn() -> Result<Work, Error> + Send + Sync>,
    queue: Arc<Jobs>,
    running: Arc<AtomicUsize>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Crew {
    /// Starts the first, which `hire` makes ready here, so that what keeps it from working is told at once; and later up to
    /// `most`.
    ///
    /// # Errors
    /// Those of `hire`, and [`Error::Engine`] when no thread can be started.
    pub(super) fn start(
        name: &'static str,
        most: usize,
        options: &Options,
        hire: impl Fn() -> Result<Work, Error> + Send + Sync + 'static,
    ) -> Result<Self, Error> {
        let first = hire()?;
        let queue = Arc::new(Queue::new(options.waiting, options.patience));
        let crew = Self {
            name,
            most: most.max(1),
            hire: Arc::new(hire),
            queue,
            running: Arc::default(),
            threads: Mutex::default(),
        };
        crew.running.store(1, Ordering::Relaxed);
        crew.spawn(move || Ok(first))?;
        Ok(crew)
    }

    /// Puts a job at the end of the line.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the line is closed or stays full.
    pub(super) async fn push(&self, job: Box<dyn Errand>) -> Result<(), Error> {
        let crowded = self.queue.room().await?.push(job)?;
        if crowded {
            self.reinforce();
        }
        Ok(())
    }

    /// No more jobs from now on.
    pub(super) fn close(&self) {
        self.queue.close();
    }

    /// The threads end when they have done what waits.
    pub(super) fn finish(&self) {
        self.queue.finish();
    }

    pub(super) fn join(&self) {
        for thread in self.threads().drain(..) {
            let _ = thread.join();
        }
    }

    fn reinforce(&self) {
        let more = |running| (running < self.most).then_some(running + 1);
        if self.running.try_update(Ordering::Relaxed, Ordering::Relaxed, more).is_err() {
            return;
        }
        let hire = self.hire.clone();
        if let Err(error) = self.spawn(move || hire()) {
            tracing::warn!(%error, name = self.name, "no further thread could be started");
        }
    }

    /// The caller has counted the thread as running.
    fn spawn(&self, hire: impl FnOnce() -> Result<Work, Error> + Send + 'static) -> Result<(), Error> {
        let running = Running(self.running.clone());
        let (queue, name) = (self.queue.clone(), self.name);
        let spawned = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            let _running = running;
            match hire() {
                Ok(work) => work(&queue),
                Err(error) => tracing::warn!(%error, name, "a further connection to the database was not opened"),
            }
        });
        let thread = spawned.map_err(|error| Error::Engine(Arc::new(error)))?;
        self.threads().push(thread);
        Ok(())
    }

    fn threads(&self) -> MutexGuard<'_, Vec<JoinHandle<()>>> {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.finish();
    }
}

/// Counts its thread out when it ends, however it ends, so that another may take its place.
struct Running(Arc<AtomicUsize>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
