//! The threads that work on a server: each a connection, and one transaction for each job.
//!
//! A job that met another transaction is run again, after a while that differs from its rival's. A connection that is
//! lost is opened anew, and the job run again on it; only when the loss came with the commit is it asked first whether the
//! commit was heard.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Shared;
use super::bell::Ring;
use super::session::{Access, Session};
use super::statement::Harm;
use crate::store::crew::{Jobs, Work};
use crate::store::errand::{Errand, Outcome};
use crate::store::queue::Taken;
use crate::store::{Error, Notice, Tx};

/// So often at least a job that meets others is run, and for as long as its asker has patience, before they are told to come
/// again: each that it meets has got what it wanted, so that a crowd takes its time and comes to an end.
const TRIES: u32 = 20;
/// The longest pause before the second try; it doubles with each.
const PAUSE: Duration = Duration::from_millis(2);
const LONGEST_PAUSE: Duration = Duration::from_millis(250);
/// Between two attempts to reach a server that is away.
const KNOCK_AGAIN: Duration = Duration::from_millis(500);

const IN_THE_WAY: Error = Error::Unavailable("other transactions were in the way, again and again");

/// A connection that writes, ready to work.
pub(super) fn writer(shared: &Arc<Shared>, ring: &Ring) -> Result<Work, Error> {
    let session = enrolled(shared)?;
    let worker = Worker {
        access: Access::Write,
        session: Some(session),
        shared: shared.clone(),
        ring: Some(ring.clone()),
        notices: Vec::new(),
    };
    Ok(Box::new(move |jobs| worker.work(jobs)))
}

/// A connection that reads, ready to work.
pub(super) fn reader(shared: &Arc<Shared>) -> Result<Work, Error> {
    let session = Session::open(&shared.address, shared.options.read_deadline)?;
    let worker = Worker {
        access: Access::Read,
        session: Some(session),
        shared: shared.clone(),
        ring: None,
        notices: Vec::new(),
    };
    Ok(Box::new(move |jobs| worker.work(jobs)))
}

fn enrolled(shared: &Shared) -> Result<Session, Error> {
    let mut session = Session::open(&shared.address, shared.options.write_deadline)?;
    session.enrol()?;
    shared.ids.set_ahead(session.ahead()?);
    Ok(session)
}

struct Worker {
    access: Access,
    session: Option<Session>,
    shared: Arc<Shared>,
    ring: Option<Ring>,
    /// Said in the open transaction.
    notices: Vec<Notice>,
}

/// How one try of a job ended.
enum Tried {
    /// It can be answered: with its own result, or with this.
    Over(Option<Error>),
    /// A part of it failed that was hoped not to: again, with savepoints.
    Apart,
    /// It met another transaction.
    Conflict,
    /// The connection is gone, and with it the transaction.
    Lost,
    /// The connection is gone, and the transaction with this mark may have been committed.
    Unknown(i64, i64),
}

impl Worker {
    fn work(mut self, jobs: &Jobs) {
        let mut batch = VecDeque::with_capacity(1);
        while jobs.take(&mut batch, 1, None) == Taken::Jobs {
            for job in batch.drain(..) {
                self.errand(job, jobs);
            }
        }
        if let Some(session) = self.session.take().filter(|_| self.access == Access::Write) {
            session.close();
        }
    }

    fn errand(&mut self, mut job: Box<dyn Errand>, jobs: &Jobs) {
        let (begun, mut tries, mut hopeful) = (Instant::now(), 0, self.access == Access::Write);
        let failure = loop {
            match self.attempt(&mut job, hopeful) {
                Tried::Over(failure) => break failure,
                Tried::Apart => hopeful = false,
                Tried::Conflict => {
                    tries += 1;
                    if tries >= TRIES && begun.elapsed() >= self.shared.options.patience {
                        tracing::warn!(tries, "a job met other transactions again and again");
                        break Some(IN_THE_WAY);
                    }
                    std::thread::sleep(pause(tries));
                }
                Tried::Lost => {
                    self.session = None;
                    if begun.elapsed() >= self.shared.options.patience || jobs.is_finished() {
                        break Some(super::statement::UNREACHABLE);
                    }
                    std::thread::sleep(PAUSE);
                }
                Tried::Unknown(session, mark) => {
                    self.session = None;
                    match self.ask_for(session, mark, jobs) {
                        Some(true) => break None,
                        Some(false) => {}
                        None => {
                            break Some(Error::Unavailable(
                                "the database server was lost, and it is not known whether it heard the commit",
                            ));
                        }
                    }
                }
            }
        };
        if failure.is_none() {
            self.tell();
        }
        self.notices.clear();
        job.answer(failure);
    }

    fn attempt(&mut self, job: &mut Box<dyn Errand>, hopeful: bool) -> Tried {
        self.notices.clear();
        if let Some(old) = self.session.take_if(|session| session.is_lost() || session.is_old())
            && !old.is_lost()
        {
            old.close();
        }
        if self.session.is_none() {
            let opened = match self.access {
                Access::Write => enrolled(&self.shared),
                Access::Read => Session::open(&self.shared.address, self.shared.options.read_deadline),
            };
            match opened {
                Ok(session) => self.session = Some(session),
                Err(error) => {
                    tracing::warn!(%error, "the database server is away");
                    std::thread::sleep(KNOCK_AGAIN);
                    return Tried::Lost;
                }
            }
        }
        let Some(session) = &mut self.session else { return Tried::Lost };
        session.begin(self.access);
        let mut spoiled = false;
        let tx = Tx::postgres(session, &mut self.notices, &self.shared.ids, job.asked_at());
        let outcome = match hopeful {
            true => job.run(&mut tx.hopeful(&mut spoiled)),
            false => job.run(&mut { tx }),
        };
        match (session.harm(), outcome) {
            (Some(Harm::Lost), _) => return Tried::Lost,
            (Some(Harm::Conflict), _) => {
                session.roll_back();
                return Tried::Conflict;
            }
            _ => {}
        }
        if spoiled {
            session.roll_back();
            return Tried::Apart;
        }
        match (session.harm(), outcome) {
            (_, Outcome::Err) => {
                self.notices.clear();
                session.roll_back();
                Tried::Over(None)
            }
            // A job that goes on after a statement has failed may do so behind a savepoint only.
            (Some(_), Outcome::Ok) => {
                session.roll_back();
                Tried::Over(Some(Error::Unavailable("a statement of the job failed, and the job did not say so")))
            }
            (None, Outcome::Ok) => {
                let wrote = session.written() > 0;
                let committed = session.commit();
                let (mine, mark) = session.mark();
                match committed {
                    Ok(()) => Tried::Over(None),
                    Err((Harm::Conflict, _)) => Tried::Conflict,
                    Err((Harm::Lost, _)) if wrote => Tried::Unknown(mine, mark),
                    Err((Harm::Lost, _)) => Tried::Lost,
                    Err((Harm::Statement, error)) => Tried::Over(Some(error)),
                }
            }
        }
    }

    /// Was the job with this mark committed? Asked until it is known; `None` when the store is closed before that.
    fn ask_for(&mut self, session: i64, mark: i64, jobs: &Jobs) -> Option<bool> {
        tracing::warn!("a connection was lost while it committed; asking what the server has kept");
        loop {
            let asked = enrolled(&self.shared).and_then(|mut fresh| {
                let last = fresh.take_mark(session)?;
                self.session = Some(fresh);
                Ok(last == Some(mark))
            });
            match asked {
                Ok(kept) => return Some(kept),
                Err(error) => tracing::warn!(%error, "the database server is away"),
            }
            if jobs.is_finished() {
                return None;
            }
            std::thread::sleep(KNOCK_AGAIN);
        }
    }

    /// Before the answer, so that whoever has an answer finds its notices told.
    fn tell(&mut self) {
        let Some(ring) = &self.ring else { return };
        self.notices.sort_unstable();
        self.notices.dedup();
        for notice in self.notices.drain(..) {
            self.shared.subscribers.tell(notice);
            ring.ring(notice);
        }
    }
}

/// A while that doubles with each try, and differs between two who met.
fn pause(tries: u32) -> Duration {
    let longest = PAUSE.saturating_mul(1 << tries.min(10)).min(LONGEST_PAUSE);
    longest.mul_f64(rand::random::<f64>())
}
