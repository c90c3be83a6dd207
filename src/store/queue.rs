//! The line in which jobs wait for a thread: bounded towards those who ask, taken in batches by those who work.
//!
//! Askers are async and wait for room with a deadline; workers are threads and sleep on a condition variable. One
//! lock serves a whole batch, and nobody is woken who is not asleep, because the way of a small write is short
//! enough for that to count.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, TryAcquireError};

use super::Error;

pub(super) struct Queue<J> {
    room: Semaphore,
    patience: Duration,
    line: Mutex<Line<J>>,
    wake: Condvar,
}

struct Line<J> {
    waiting: VecDeque<J>,
    sleepers: usize,
    finished: bool,
}

/// The right to [push](Room::push) one job.
pub(super) struct Room<'a, J>(&'a Queue<J>, tokio::sync::SemaphorePermit<'a>);

/// What a worker hears when it asks for work.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// At least one job.
    Jobs,
    /// The time given was up.
    Nothing,
    /// No job waits and none will come.
    Finished,
}

const CLOSED: Error = Error::Unavailable("it is closed");

impl<J> Queue<J> {
    /// At most `room` jobs wait; who finds no room waits `patience` for it.
    pub(super) fn new(room: usize, patience: Duration) -> Queue<J> {
        Queue {
            room: Semaphore::new(room.clamp(1, Semaphore::MAX_PERMITS)),
            patience,
            line: Mutex::new(Line { waiting: VecDeque::new(), sleepers: 0, finished: false }),
            wake: Condvar::new(),
        }
    }

    /// # Errors
    /// [`Error::Unavailable`] when the queue is closed or stays full.
    pub(super) async fn room(&self) -> Result<Room<'_, J>, Error> {
        let permit = match self.room.try_acquire() {
            Ok(permit) => permit,
            Err(TryAcquireError::Closed) => return Err(CLOSED),
            Err(TryAcquireError::NoPermits) => match tokio::time::timeout(self.patience, self.room.acquire()).await {
                Ok(permit) => permit.map_err(|_| CLOSED)?,
                Err(_) => return Err(Error::Unavailable("too many jobs are waiting")),
            },
        };
        Ok(Room(self, permit))
    }

    /// Takes up to `most` jobs onto the end of `batch`, sleeping up to `patience` (or for ever) when there are none.
    pub(super) fn take(&self, batch: &mut VecDeque<J>, most: usize, patience: Option<Duration>) -> Taken {
        let started = Instant::now();
        let mut line = self.lock();
        while line.waiting.is_empty() {
            if line.finished {
                return Taken::Finished;
            }
            let left = patience.map(|patience| patience.saturating_sub(started.elapsed()));
            if left.is_some_and(|left| left.is_zero()) {
                return Taken::Nothing;
            }
            line.sleepers += 1;
            line = match left {
                Some(left) => self.wake.wait_timeout(line, left).unwrap_or_else(PoisonError::into_inner).0,
                None => self.wake.wait(line).unwrap_or_else(PoisonError::into_inner),
            };
            line.sleepers -= 1;
        }
        let taken = most.min(line.waiting.len());
        batch.extend(line.waiting.drain(..taken));
        drop(line);
        self.room.add_permits(taken);
        Taken::Jobs
    }

    /// From now on there is no room; what has room already may still be pushed.
    pub(super) fn close(&self) {
        self.room.close();
    }

    /// Workers end when they have done what waits.
    pub(super) fn finish(&self) {
        self.close();
        self.lock().finished = true;
        self.wake.notify_all();
    }

    /// Will no more come?
    pub(super) fn is_finished(&self) -> bool {
        self.lock().finished
    }

    /// Throws away what waits: nobody is left to work on it.
    pub(super) fn abandon(&self) {
        self.finish();
        let waiting = std::mem::take(&mut self.lock().waiting);
        drop(waiting);
    }

    fn lock(&self) -> MutexGuard<'_, Line<J>> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<J> Room<'_, J> {
    /// Puts the job at the end of the line. True when more wait than workers sleep: another worker would help.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the queue has finished meanwhile.
    pub(super) fn push(self, job: J) -> Result<bool, Error> {
        let Room(queue, permit) = self;
        let mut line = queue.lock();
        if line.finished {
            return Err(CLOSED);
        }
        // The worker that takes the job gives the room back.
        permit.forget();
        line.waiting.push_back(job);
        let sleepers = line.sleepers;
        let crowded = line.waiting.len() > sleepers;
        drop(line);
        if sleepers > 0 {
            queue.wake.notify_one();
        }
        Ok(crowded)
    }
}

#[cfg(test)]
impl<J> Queue<J> {
    pub(super) fn waiting(&self) -> usize {
        self.lock().waiting.len()
    }

    pub(super) fn is_closed(&self) -> bool {
        self.room.is_closed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_queue_says_so_after_its_patience_and_has_room_again_when_a_job_is_taken() {
        let queue = Queue::new(1, Duration::from_millis(10));
        queue.room().await.unwrap().push("first").unwrap();
        assert!(matches!(queue.room().await, Err(Error::Unavailable(_))));

        let mut batch = VecDeque::new();
        assert_eq!(queue.take(&mut batch, 8, None), Taken::Jobs);
        queue.room().await.unwrap().push("second").unwrap();
    }

    #[tokio::test]
    async fn what_waits_is_still_taken_after_the_end_and_nothing_more_comes_in() {
        let queue = Queue::new(8, Duration::from_millis(10));
        let early = queue.room().await.unwrap();
        queue.room().await.unwrap().push(1).unwrap();
        queue.room().await.unwrap().push(2).unwrap();
        queue.finish();
        assert!(early.push(3).is_err());
        assert!(queue.room().await.is_err());

        let mut batch = VecDeque::new();
        assert_eq!(queue.take(&mut batch, 1, None), Taken::Jobs);
        assert_eq!(queue.take(&mut batch, 8, None), Taken::Jobs);
        assert_eq!(batch, [1, 2]);
        assert_eq!(queue.take(&mut batch, 8, None), Taken::Finished);
    }
}
