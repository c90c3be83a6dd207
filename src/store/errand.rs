//! A job together with the one who asked for it, so that an engine can run jobs of every type from one line.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use tokio::sync::oneshot;

use super::{Error, Tx};

/// What the engine sees of a job: it may run it again, and answers it once.
pub(super) trait Errand: Send {
    /// Runs the job and keeps its outcome for the answer. Does not unwind.
    fn run(&mut self, tx: &mut Tx<'_>) -> Outcome;

    /// When it was asked for.
    fn asked_at(&self) -> Instant;

    /// Tells the asker the kept outcome, or `failure` in its place.
    fn answer(self: Box<Self>, failure: Option<Error>);
}

/// How a job ended, as far as its transaction is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Keep what it wrote.
    Ok,
    /// Roll back what it wrote.
    Err,
}

/// The job, and the asker who waits on the receiver.
pub(super) fn errand<T, E>(
    job: impl FnMut(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
) -> (Box<dyn Errand>, oneshot::Receiver<Result<T, E>>)
where
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    let (asker, answer) = oneshot::channel();
    (Box::new(Asked { job, result: None, asker, at: Instant::now() }), answer)
}

struct Asked<F, T, E> {
    job: F,
    result: Option<Result<T, E>>,
    asker: oneshot::Sender<Result<T, E>>,
    at: Instant,
}

impl<F, T, E> Errand for Asked<F, T, E>
where
    F: FnMut(&mut Tx<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<Error> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> Outcome {
        // Unwind safe: after a panic the rows are rolled back, and the job's own state is only dropped.
        let result = catch_unwind(AssertUnwindSafe(|| (self.job)(tx))).unwrap_or_else(|_| Err(Error::Panicked.into()));
        let outcome = if result.is_ok() { Outcome::Ok } else { Outcome::Err };
        self.result = Some(result);
        outcome
    }

    fn asked_at(&self) -> Instant {
        self.at
    }

    fn answer(self: Box<Self>, failure: Option<Error>) {
        // Also what the job captured is dropped here, and its drop is the caller's code.
        let _ = catch_unwind(AssertUnwindSafe(move || {
            let Asked { job, result, asker, .. } = *self;
            drop(job);
            let result = match (failure, result) {
                (None, Some(result)) => result,
                (Some(failure), _) => Err(failure.into()),
                (None, None) => Err(Error::Unavailable("the job did not run").into()),
            };
            let _ = asker.send(result);
        }));
    }
}
