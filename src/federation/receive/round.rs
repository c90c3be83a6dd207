//! Many activities in one transaction, each in a savepoint of its own.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::gather::{Gathered, Want};
use super::heard::{self, Standing};
use super::{Acted, Case, Done, Stop, act};
use crate::activitypub::activity::Activity;
use crate::coworking::id::ActorId;
use crate::node::Node;
use crate::operations;
use crate::site::Site;
use crate::store::inbox::{self, InboxId};
use crate::store::process::{self, Duty};
use crate::store::{self, Notice, Tx};

/// The pauses before the second, third and fourth try. After that an activity is set aside.
const PAUSES: [SignedDuration; 3] =
    [SignedDuration::from_secs(10), SignedDuration::from_mins(1), SignedDuration::from_mins(10)];

/// An activity to act on. Clones share what is large.
#[derive(Debug, Clone)]
pub(super) struct Work {
    pub(super) id: InboxId,
    pub(super) actor: ActorId,
    pub(super) recipient: Option<ActorId>,
    /// How often it was tried.
    pub(super) attempts: u32,
    /// What it says; nothing when it lies in the store alone.
    pub(super) activity: Option<Arc<Activity>>,
    pub(super) gathered: Arc<Gathered>,
}

/// What became of an activity.
#[derive(Debug, PartialEq)]
pub(super) enum Outcome {
    /// It is over: acted on, without meaning here, or set aside.
    Done,
    /// As [`Done`](Self::Done); the keys of its actor are to be forgotten in memory.
    ForgetKeys,
    /// Something must be asked of others first.
    Wants(Want),
    /// It is to be tried again, not before this time.
    Again(Timestamp),
    /// An earlier one of the same actor is not over, so this was not touched.
    Parked,
}

/// Acts on a batch, in order. Of those with numbers up to `doubtful` it is asked first whether they still wait.
///
/// # Errors
/// When the transaction failed as a whole: nothing was done. Nor was anything for `None`: it is another process's work.
pub(super) async fn run(
    node: &Node,
    batch: Arc<[Work]>,
    doubtful: InboxId,
) -> Result<Option<Vec<Outcome>>, operations::Error> {
    let (site, now) = (node.site.clone(), node.clock.now());
    node.store
        .write(move |tx| match process::take(tx, Duty::Receive, now)? {
            true => all(tx, &site, &batch, doubtful, now).map(Some),
            false => Ok(None),
        })
        .await
}

fn all(
    tx: &mut Tx<'_>,
    site: &Site,
    batch: &[Work],
    doubtful: InboxId,
    now: Timestamp,
) -> operations::Result<Vec<Outcome>> {
    let asked: Vec<InboxId> = batch.iter().map(|work| work.id).filter(|id| *id <= doubtful).collect();
    let waiting: HashSet<InboxId> = inbox::still_waiting(tx, &asked)?.into_iter().collect();
    let mut outcomes = Vec::with_capacity(batch.len());
    let mut done = Vec::with_capacity(batch.len());
    let mut held = HashSet::new();
    for work in batch {
        if held.contains(&work.actor) {
            outcomes.push(Outcome::Parked);
            continue;
        }
        let outcome = match &work.activity {
            Some(activity) if work.id > doubtful || waiting.contains(&work.id) => {
                // That it was heard was noted when it came.
                let limited = match heard::standing_of(tx, activity.actor.url())? {
                    Standing::Blocked => {
                        done.push(work.id);
                        outcomes.push(Outcome::Done);
                        continue;
                    }
                    Standing::Limited => true,
                    Standing::Open => false,
                };
                let Work { actor, recipient, .. } = *work;
                let case = Case { site, activity, actor, recipient, gathered: &work.gathered, limited, now };
                one(tx, work, &case, &mut done)?
            }
            // A later release may be stricter than the one that took it.
            None if waiting.contains(&work.id) => {
                inbox::fail(tx, work.id, "it cannot be read")?;
                Outcome::Done
            }
            _ => Outcome::Done,
        };
        if matches!(outcome, Outcome::Wants(_) | Outcome::Again(_)) {
            held.insert(work.actor);
        }
        outcomes.push(outcome);
    }
    inbox::done(tx, &done)?;
    Ok(outcomes)
}

fn one(tx: &mut Tx<'_>, work: &Work, case: &Case<'_>, done: &mut Vec<InboxId>) -> Result<Outcome, store::Error> {
    let outcome = match tx.savepoint(|tx| unharmed(tx, case)) {
        Ok(Done::Nothing) => Outcome::Done,
        Ok(Done::ForgetKeys) => {
            tell_keys(tx, work.actor);
            Outcome::ForgetKeys
        }
        Err(Stop::Refused(refusal)) => {
            tracing::debug!(%refusal, activity = case.activity.id.as_str(), "an activity was not acted on");
            Outcome::Done
        }
        Err(Stop::Wants(want)) => return Ok(Outcome::Wants(want)),
        Err(Stop::Broken(error)) => {
            return later(tx, work.id, work.attempts, &format!("{error:#}"), case.now);
        }
    };
    done.push(work.id);
    Ok(outcome)
}

/// Other processes have the keys of this actor at hand, too, and are to forget them.
pub(super) fn tell_keys(tx: &mut Tx<'_>, actor: ActorId) {
    tx.notify(Notice::Keys(actor.0));
}

/// A panic ends what it broke and nothing else.
pub(super) fn unharmed(tx: &mut Tx<'_>, case: &Case<'_>) -> Acted {
    catch_unwind(AssertUnwindSafe(|| act(tx, case)))
        .unwrap_or_else(|_| Err(Stop::Broken(anyhow::anyhow!("acting on it panicked"))))
}

/// Has something tried again, or sets it aside when it was tried often enough.
///
/// # Errors
/// The store's.
pub(super) fn later(
    tx: &mut Tx<'_>,
    id: InboxId,
    attempts: u32,
    error: &str,
    now: Timestamp,
) -> Result<Outcome, store::Error> {
    let pause = usize::try_from(attempts).ok().and_then(|attempts| PAUSES.get(attempts));
    match pause.and_then(|pause| now.checked_add(*pause).ok()) {
        Some(next_at) => {
            tracing::info!(error, id = id.0, %next_at, "an activity did not work out and is tried again");
            inbox::again(tx, id, next_at, error)?;
            Ok(Outcome::Again(next_at))
        }
        None => {
            tracing::warn!(error, id = id.0, "an activity did not work out and is set aside: see `queue list`");
            inbox::fail(tx, id, error)?;
            Ok(Outcome::Done)
        }
    }
}
