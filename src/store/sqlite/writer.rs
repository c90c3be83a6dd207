//! The one thread that writes: many jobs, one commit.
//!
//! It takes what is waiting, runs each job so that it can fail by itself, commits once, and only then answers: an
//! `Ok` means that the disk has it (with [`Synchronous::Full`](crate::store::Synchronous)). In its idle moments it
//! looks whether another process has written.
//!
//! Most jobs succeed, so a group is first run without a savepoint between its jobs; only when one of them fails is all
//! rolled back and run again, each job in a savepoint of its own.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::{CachedStatement, Connection};

use super::statement;
use crate::store::errand::{Errand, Outcome};
use crate::store::id::Ids;
use crate::store::queue::{Queue, Taken};
use crate::store::{Error, Notice, Options, Subscribers, Tx};

/// A group ends here or at [`Options::group_time`], so that under load the first to ask does not wait for the last.
const GROUP_JOBS: usize = 256;

/// How soon another process's commit is noticed.
const LOOK_ELSEWHERE: Duration = Duration::from_millis(300);

pub(in crate::store) struct Writer {
    connection: Connection,
    group_time: Duration,
    queue: Arc<Queue<Box<dyn Errand>>>,
    subscribers: Subscribers,
    ids: Arc<Ids>,
    /// Taken from the queue, not yet run.
    waiting: VecDeque<Box<dyn Errand>>,
    /// Run in the open transaction, to be answered when its fate is known.
    run: VecDeque<Box<dyn Errand>>,
    /// Said in the open transaction.
    notices: Vec<Notice>,
    /// So many of the waiting jobs get a transaction of their own.
    singly: usize,
    /// So many of the waiting jobs get a savepoint of their own.
    apart: usize,
    /// `PRAGMA data_version`: changes when, and only when, another connection has committed.
    version: Option<i64>,
    looked: Instant,
}

impl Writer {
    pub(in crate::store) fn new(
        connection: Connection,
        options: &Options,
        queue: Arc<Queue<Box<dyn Errand>>>,
        subscribers: Subscribers,
        ids: Arc<Ids>,
    ) -> Writer {
        let mut writer = Writer {
            connection,
            group_time: options.group_time,
            queue,
            subscribers,
            ids,
            waiting: VecDeque::new(),
            run: VecDeque::new(),
            notices: Vec::new(),
            singly: 0,
            apart: 0,
            version: None,
            looked: Instant::now(),
        };
        writer.version = writer.data_version().ok();
        writer
    }

    /// Works until the queue has finished, then leaves the file without a log.
    pub(in crate::store) fn work(mut self) {
        let _abandon = AbandonOnExit(self.queue.clone());
        loop {
            if self.waiting.is_empty() {
                let idle = LOOK_ELSEWHERE.saturating_sub(self.looked.elapsed());
                if self.queue.take(&mut self.waiting, GROUP_JOBS, Some(idle)) == Taken::Finished {
                    break;
                }
            }
            if self.looked.elapsed() >= LOOK_ELSEWHERE {
                self.look_elsewhere();
            }
            if !self.waiting.is_empty() {
                self.group();
            }
        }
        let tidied = self
            .connection
            .execute_batch("PRAGMA analysis_limit = 400; PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);");
        if let Err(error) = tidied {
            tracing::warn!(%error, "the write-ahead log was left for the next start");
        }
    }

    /// One transaction. The first job needs no savepoint: when it fails, nothing else is in the transaction yet.
    fn group(&mut self) {
        let hopeful = self.apart == 0;
        let most = match (self.singly, self.apart) {
            (0, 0) => GROUP_JOBS,
            (0, apart) => apart,
            _ => 1,
        };
        if let Err(error) = self.control("BEGIN IMMEDIATE") {
            return self.refuse_waiting(&error);
        }
        let started = Instant::now();
        while let Some(mut job) = self.next(started, most) {
            let (first, mut spoiled) = (self.run.is_empty(), false);
            let outcome = match hopeful || first {
                true => Ok(self.run_job(&mut job, hopeful.then_some(&mut spoiled))),
                false => self.run_apart(&mut job),
            };
            self.singly = self.singly.saturating_sub(1);
            self.apart = self.apart.saturating_sub(1);
            self.run.push_back(job);
            let lost = self.connection.is_autocommit();
            match outcome {
                Ok(Outcome::Ok) if !lost && !spoiled => {}
                // What it found wrong was wrong in what is committed, so its own answer holds.
                Ok(Outcome::Err) if first && !spoiled => {
                    self.roll_back();
                    return self.answer(None);
                }
                Ok(_) if !lost && hopeful => {
                    self.roll_back();
                    self.apart = self.run.len();
                    return self.again();
                }
                Ok(Outcome::Err) if !lost => {}
                // SQLite rolls the whole transaction back by itself on a full disk and its likes.
                Ok(outcome) => {
                    let last = self.run.pop_back();
                    let lost = Error::Unavailable("the transaction was lost to another job's failure");
                    self.fail(lost.clone());
                    if let Some(job) = last {
                        job.answer((outcome == Outcome::Ok).then_some(lost));
                    }
                    return;
                }
                Err(error) => return self.fail(error),
            }
        }
        match self.control("COMMIT") {
            Ok(()) => {
                self.tell();
                self.answer(None);
            }
            // Deferred foreign keys are checked now, and one job's mistake is not the others': each alone, then.
            Err(Error::Constraint { .. }) if self.run.len() > 1 => {
                self.roll_back();
                self.singly = self.run.len();
                self.again();
            }
            Err(error @ Error::Constraint { .. }) => {
                self.roll_back();
                self.answer(Some(error));
            }
            Err(error) => self.fail(error),
        }
    }

    /// All jobs of the group are to be run again, before those that wait.
    fn again(&mut self) {
        self.run.append(&mut self.waiting);
        std::mem::swap(&mut self.run, &mut self.waiting);
    }

    /// The next job of the group that has run since `started`, if it takes more.
    fn next(&mut self, started: Instant, most: usize) -> Option<Box<dyn Errand>> {
        let room = most.saturating_sub(self.run.len());
        if room == 0 || (!self.run.is_empty() && started.elapsed() >= self.group_time) {
            return None;
        }
        if self.waiting.is_empty() {
            self.queue.take(&mut self.waiting, room, Some(Duration::ZERO));
        }
        self.waiting.pop_front()
    }

    fn run_job(&mut self, job: &mut Box<dyn Errand>, spoiled: Option<&mut bool>) -> Outcome {
        let said = self.notices.len();
        let tx = Tx::sqlite(&self.connection, &mut self.notices, &self.ids);
        let outcome = match spoiled {
            Some(spoiled) => job.run(&mut tx.hopeful(spoiled)),
            None => job.run(&mut { tx }),
        };
        if outcome == Outcome::Err {
            self.notices.truncate(said);
        }
        outcome
    }

    fn run_apart(&mut self, job: &mut Box<dyn Errand>) -> Result<Outcome, Error> {
        self.control("SAVEPOINT job")?;
        let outcome = self.run_job(job, None);
        if !self.connection.is_autocommit() {
            if outcome == Outcome::Err {
                self.control("ROLLBACK TO SAVEPOINT job")?;
            }
            self.control("RELEASE SAVEPOINT job")?;
        }
        Ok(outcome)
    }

    /// Nothing of the group is kept, and nobody is told otherwise, also not those whose own `Err` may rest on rows
    /// that are gone now.
    fn fail(&mut self, error: Error) {
        tracing::error!(%error, jobs = self.run.len(), "a group of jobs was not committed");
        self.roll_back();
        self.answer(Some(error));
    }

    fn roll_back(&mut self) {
        self.notices.clear();
        if !self.connection.is_autocommit()
            && let Err(error) = self.control("ROLLBACK")
        {
            tracing::error!(%error, "a transaction was not rolled back");
        }
    }

    fn answer(&mut self, failure: Option<Error>) {
        for job in self.run.drain(..) {
            job.answer(failure.clone());
        }
    }

    fn refuse_waiting(&mut self, error: &Error) {
        tracing::error!(%error, jobs = self.waiting.len(), "no transaction could be begun");
        (self.singly, self.apart) = (0, 0);
        for job in self.waiting.drain(..) {
            job.answer(Some(error.clone()));
        }
    }

    /// Before the answers, so that whoever has an answer finds its notices told.
    fn tell(&mut self) {
        self.notices.sort_unstable();
        self.notices.dedup();
        for notice in self.notices.drain(..) {
            self.subscribers.tell(notice);
        }
    }

    fn look_elsewhere(&mut self) {
        self.looked = Instant::now();
        match self.data_version() {
            Ok(version) => {
                if self.version.replace(version) != Some(version) {
                    self.subscribers.tell(Notice::Elsewhere);
                }
            }
            Err(error) => tracing::warn!(%error, "cannot tell whether another process has written"),
        }
    }

    fn data_version(&self) -> Result<i64, Error> {
        let mut statement = self.connection.prepare_cached("PRAGMA data_version").map_err(statement::error)?;
        statement.query_row([], |row| row.get(0)).map_err(statement::error)
    }

    fn control(&self, sql: &str) -> Result<(), Error> {
        let mut statement: CachedStatement<'_> = self.connection.prepare_cached(sql).map_err(statement::error)?;
        statement.raw_execute().map(drop).map_err(statement::error)
    }
}

/// When the thread ends, also by a mistake of ours, nobody is left waiting for it.
struct AbandonOnExit(Arc<Queue<Box<dyn Errand>>>);

impl Drop for AbandonOnExit {
    fn drop(&mut self) {
        self.0.abandon();
    }
}
