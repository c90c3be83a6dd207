//! Keeps a job going: one that panics is started again.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// A job that has run for so long before it panicked was well: the pause begins anew.
const WELL: Duration = Duration::from_secs(300);

/// Runs what `begin` makes until it ends by itself, which it does when `stop` is asked for.
pub(super) async fn keep_going<W>(name: &'static str, stop: CancellationToken, begin: impl Fn() -> W)
where
    W: Future<Output = ()> + Send + 'static,
{
    let mut pause = FIRST_PAUSE;
    loop {
        let began = Instant::now();
        // A task of its own, so that a panic ends it and not us.
        let Err(error) = tokio::spawn(begin()).await else { return };
        if stop.is_cancelled() || error.is_cancelled() {
            return;
        }
        if began.elapsed() >= WELL {
            pause = FIRST_PAUSE;
        }
        tracing::error!(job = name, %error, "a job panicked; it starts again in {pause:?}");
        if stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
            return;
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_job_that_panics_is_started_again_after_longer_and_longer_pauses() {
        let began = Instant::now();
        let starts = Arc::new(AtomicU32::new(0));
        let counted = starts.clone();
        keep_going("test", CancellationToken::new(), move || {
            let number = counted.fetch_add(1, Ordering::SeqCst);
            async move { assert!(number >= 8, "start {number}") }
        })
        .await;
        assert_eq!(starts.load(Ordering::SeqCst), 9);
        assert_eq!(began.elapsed().as_secs(), 1 + 2 + 4 + 8 + 16 + 32 + 60 + 60);
    }

    #[tokio::test(start_paused = true)]
    async fn no_job_is_started_again_when_the_node_stops() {
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        keep_going("test", stop, move || {
            let stop = stopped.clone();
            async move {
                stop.cancel();
                panic!("at the end")
            }
        })
        .await;
    }
}
