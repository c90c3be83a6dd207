//! The order in which activities are acted on: as they came for each actor, and nobody waits for another actor.
//!
//! What could not be acted on when it was taken in comes by memory; what was left over from before, or did not fit, is
//! read from the store. An
//! actor whose activity has to wait (for another server, or for its next try) is held: what comes after it from the
//! same actor waits behind it.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use jiff::Timestamp;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::task::{JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use super::gather::{Gathered, Want};
use super::round::{self, Outcome, Work};
use super::turns::Turns;
use crate::activitypub::activity::Activity;
use crate::activitypub::json;
use crate::coworking::id::ActorId;
use crate::federation::fetch;
use crate::node::{Clock, Node};
use crate::operations;
use crate::reception::Arrival;
use crate::store::inbox::{self, InboxId, Waiting};
use crate::store::process::{self, Duty};
use crate::store::{self, Notice, Tx};

/// Activities on the desk; more wait outside, in memory or in the store.
const ROOM: usize = 10_000;
/// Held activities whose text stays in memory.
const TEXTS_KEPT: usize = 1_000;
/// Rows that are read at once of what waits in the store.
const SLICE: u32 = 200;
/// How long to sleep when nothing is known to happen.
const IDLE: Duration = Duration::from_secs(5);
/// The same under a clock that somebody moves by hand.
const IDLE_IN_TESTS: Duration = Duration::from_millis(50);
/// How long to leave a store alone that failed.
const TROUBLE: Duration = Duration::from_secs(1);

/// All that is to be acted on.
pub struct Desk {
    node: Arc<Node>,
    notices: Receiver<Notice>,
    /// In order. Those of a held actor are put behind its others when their turn comes, and not before: they come after
    /// what is held, and before what comes now.
    ready: VecDeque<Work>,
    held: HashMap<ActorId, Held>,
    /// How many are held.
    parked: usize,
    /// Everything on the desk.
    known: HashSet<InboxId>,
    questions: JoinSet<Asked>,
    turns: Turns,
    refreshing: JoinSet<()>,
    /// After which number to go on reading the store; nothing when all that waits there is on the desk.
    behind: Option<InboxId>,
    /// Somebody changed the inbox while it was being read: it is read once more after that. To begin anew at once would
    /// never come past the first slice while much is held and more comes.
    again: bool,
    /// Up to this number something may come a second time, or may have been thrown away: it was read from the store, or
    /// was on the desk when it was heard that somebody changed the inbox.
    read_up_to: InboxId,
}

/// What waits for an actor's turn.
#[derive(Debug, Default)]
struct Held {
    /// Nothing while a question is on its way.
    until: Option<Timestamp>,
    line: VecDeque<Work>,
}

/// What a look at the desk brought.
enum Turn {
    Worked,
    Idle,
    /// The desk stands in another process now.
    Lost,
}

/// A question that came back.
struct Asked {
    work: Work,
    /// Who was asked.
    host: String,
    outcome: Result<Gathered, String>,
}

impl Desk {
    /// A desk on which everything is put that waits in the store. There must be one at a time, which is whose process has
    /// the [duty](Duty::Receive).
    #[must_use]
    pub fn new(node: Arc<Node>) -> Self {
        Self {
            notices: node.store.subscribe(),
            node,
            ready: VecDeque::new(),
            held: HashMap::new(),
            parked: 0,
            known: HashSet::new(),
            questions: JoinSet::new(),
            turns: Turns::new(),
            refreshing: JoinSet::new(),
            behind: Some(InboxId(0)),
            again: false,
            read_up_to: InboxId(0),
        }
    }

    /// Works until it is told to stop, or another process has the [duty](Duty::Receive). What is not finished then waits in
    /// the store.
    pub async fn work(mut self, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            self.hear();
            while let Some(asked) = self.questions.try_join_next() {
                self.answered(asked).await;
            }
            match self.turn().await {
                Ok(Turn::Worked) => continue,
                Ok(Turn::Idle) => {}
                Ok(Turn::Lost) => return,
                Err(error) => {
                    tracing::error!(%error, "received activities cannot be acted on");
                    let _ = stop.run_until_cancelled(tokio::time::sleep(TROUBLE)).await;
                    continue;
                }
            }
            self.refresh();
            let pause = self.pause();
            tokio::select! {
                biased;
                () = stop.cancelled() => {}
                () = self.node.reception.arrivals.news() => {}
                () = news_of_the_inbox(&mut self.notices) => self.look_again(),
                Some(asked) = self.questions.join_next() => self.answered(asked).await,
                Some(_) = self.refreshing.join_next() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Works until nothing is due at the node's clock; tells whether there was anything to do.
    pub async fn settle(mut self) -> bool {
        let mut worked = fetch::refresh(&self.node).await;
        loop {
            self.hear();
            match self.turn().await {
                Ok(Turn::Worked) => worked = true,
                Ok(Turn::Lost) => return worked,
                Ok(Turn::Idle) => match self.questions.join_next().await {
                    Some(asked) => {
                        self.answered(asked).await;
                        worked = true;
                    }
                    None => return worked,
                },
                Err(error) => {
                    tracing::error!(%error, "received activities cannot be acted on");
                    return false;
                }
            }
        }
    }

    /// One batch.
    async fn turn(&mut self) -> Result<Turn, operations::Error> {
        self.release_due();
        let batch = loop {
            self.take_in().await?;
            match self.batch().await? {
                Some(batch) => break batch,
                // All that was read is held: nobody waits for another actor.
                None if self.behind.is_some() && self.known.len() < ROOM => {}
                None => return Ok(Turn::Idle),
            }
        };
        match round::run(&self.node, Arc::clone(&batch), self.read_up_to).await {
            Ok(Some(outcomes)) => {
                for (work, outcome) in batch.iter().zip(outcomes) {
                    self.settled(work, outcome);
                }
                Ok(Turn::Worked)
            }
            Ok(None) => Ok(Turn::Lost),
            Err(error) => {
                for work in batch.iter().rev() {
                    self.ready.push_front(work.clone());
                }
                Err(error)
            }
        }
    }

    /// Somebody may have put something back into the inbox, or thrown something away.
    fn hear(&mut self) {
        loop {
            match self.notices.try_recv() {
                Ok(notice) if !is_about_the_inbox(notice) => {}
                Ok(_) | Err(TryRecvError::Lagged(_)) => self.look_again(),
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            }
        }
    }

    /// Reads from the store all that waits there, and asks it of all that is on the desk whether it still waits.
    fn look_again(&mut self) {
        self.read_again();
        self.read_up_to = self.known.iter().copied().fold(self.read_up_to, InboxId::max);
    }

    fn read_again(&mut self) {
        match self.behind {
            Some(InboxId(1..)) => self.again = true,
            _ => self.behind = Some(InboxId(0)),
        }
    }

    /// Puts on the desk what has come.
    async fn take_in(&mut self) -> Result<(), store::Error> {
        let (node, most) = (Arc::clone(&self.node), self.node.config.inbox_batch);
        let arrivals = &node.reception.arrivals;
        if self.known.len() >= ROOM {
            return Ok(());
        }
        if arrivals.take_overflow() {
            self.read_again();
        }
        let Some(after) = self.behind else {
            for Arrival { id, actor, activity, recipient } in arrivals.take(most) {
                let activity = Some(activity);
                self.admit(Work { id, actor, recipient, attempts: 0, activity, gathered: Arc::default() }, None);
            }
            return Ok(());
        };
        if self.ready.len() >= most {
            return Ok(());
        }
        // What comes by memory would overtake what waits in the store. All of it is there, too.
        drop(arrivals.take(usize::MAX));
        let (rows, before) = self.node.store.read(move |tx: &mut Tx<'_>| slice(tx, after)).await?;
        // It was committed after the slice that it belongs to had been read. What follows it must not overtake it.
        if before.iter().any(|id| !self.known.contains(id)) {
            self.behind = Some(InboxId(0));
            return Ok(());
        }
        self.behind = rows.last().filter(|_| rows.len() == SLICE as usize).map(|row| row.id);
        if self.behind.is_none() && std::mem::take(&mut self.again) {
            self.behind = Some(InboxId(0));
        }
        for Waiting { id, actor, recipient, attempts, next_at } in rows {
            self.read_up_to = self.read_up_to.max(id);
            let work = Work { id, actor, recipient, attempts, activity: None, gathered: Arc::default() };
            self.admit(work, Some(next_at));
        }
        Ok(())
    }

    fn admit(&mut self, work: Work, not_before: Option<Timestamp>) {
        if !self.known.insert(work.id) {
            return;
        }
        if let Some(until) = not_before.filter(|time| *time > self.node.clock.now()) {
            self.held.entry(work.actor).or_insert_with(|| Held { until: Some(until), line: VecDeque::new() });
        }
        // Also when its actor is held: others of that actor may be ready before it.
        self.ready.push_back(work);
    }

    /// Puts it behind the others of a held actor.
    fn park(&mut self, mut work: Work) {
        if self.parked >= TEXTS_KEPT {
            work.activity = None;
        }
        self.parked += 1;
        self.held.entry(work.actor).or_default().line.push_back(work);
    }

    /// The next activities whose actors are not held, with their texts.
    async fn batch(&mut self) -> Result<Option<Arc<[Work]>>, store::Error> {
        let most = self.node.config.inbox_batch;
        let mut batch = Vec::with_capacity(most.min(self.ready.len()));
        while batch.len() < most
            && let Some(work) = self.ready.pop_front()
        {
            match self.held.contains_key(&work.actor) {
                true => self.park(work),
                false => batch.push(work),
            }
        }
        let without: Vec<InboxId> = batch.iter().filter(|work| work.activity.is_none()).map(|work| work.id).collect();
        if !without.is_empty() {
            match self.node.store.read(move |tx: &mut Tx<'_>| inbox::bodies(tx, &without)).await {
                Ok(bodies) => fill(&mut batch, bodies),
                Err(error) => {
                    for work in batch.into_iter().rev() {
                        self.ready.push_front(work);
                    }
                    return Err(error);
                }
            }
        }
        Ok((!batch.is_empty()).then(|| batch.into()))
    }

    fn settled(&mut self, work: &Work, outcome: Outcome) {
        match outcome {
            Outcome::Done => {
                self.known.remove(&work.id);
            }
            Outcome::ForgetKeys => {
                self.known.remove(&work.id);
                self.node.reception.keys.forget(work.actor);
            }
            Outcome::Parked => self.park(work.clone()),
            Outcome::Again(until) => self.hold(work, until),
            Outcome::Wants(want) => {
                self.held.insert(work.actor, Held::default());
                self.ask(work.clone(), want);
            }
        }
    }

    /// The next try comes later, and what came after it from the same actor waits behind it.
    fn hold(&mut self, work: &Work, until: Timestamp) {
        let mut work = work.clone();
        work.attempts += 1;
        // What was asked for may be had then.
        work.gathered = Arc::default();
        let held = self.held.entry(work.actor).or_default();
        held.until = Some(until);
        held.line.push_front(work);
        self.parked += 1;
    }

    fn ask(&mut self, work: Work, want: Want) {
        let (node, host) = (Arc::clone(&self.node), want.host());
        let turn = self.turns.line_up(&host);
        self.questions.spawn(async move {
            let _turn = turn.comes().await;
            let mut gathered = (*work.gathered).clone();
            // A panic ends the question, not the order of its actor's activities.
            let asked = AssertUnwindSafe(gathered.gather(&node, &want)).catch_unwind().await;
            let outcome = asked.unwrap_or_else(|_| Err("asking others panicked".to_owned())).map(|()| gathered);
            Asked { work, host, outcome }
        });
    }

    /// A question came back: the activity goes on, or is tried another time.
    async fn answered(&mut self, asked: Result<Asked, JoinError>) {
        // Only the end of the runtime cuts a question off.
        let Ok(Asked { mut work, host, outcome }) = asked else { return };
        self.turns.end(&host);
        let error = match outcome {
            Ok(gathered) => {
                work.gathered = Arc::new(gathered);
                let actor = work.actor;
                self.release(actor);
                self.ready.push_front(work);
                return;
            }
            Err(error) => error,
        };
        let (id, attempts, now) = (work.id, work.attempts, self.node.clock.now());
        let settled = self
            .node
            .store
            .write(move |tx: &mut Tx<'_>| match process::take(tx, Duty::Receive, now)? {
                true => round::later(tx, id, attempts, &error, now),
                // The next turn finds that out, too.
                false => Ok(Outcome::Done),
            })
            .await;
        match settled {
            Ok(Outcome::Again(until)) => self.hold(&work, until),
            Ok(_) => {
                self.known.remove(&work.id);
                self.release(work.actor);
            }
            Err(error) => {
                tracing::error!(%error, "an activity that has to wait could not be written down");
                self.hold(&work, now);
            }
        }
    }

    /// What waited for an actor's turn goes first now, in its order.
    fn release(&mut self, actor: ActorId) {
        let Some(held) = self.held.remove(&actor) else { return };
        self.parked = self.parked.saturating_sub(held.line.len());
        for work in held.line.into_iter().rev() {
            self.ready.push_front(work);
        }
    }

    fn release_due(&mut self) {
        if self.held.is_empty() {
            return;
        }
        let now = self.node.clock.now();
        let due = |held: &Held| held.until.is_some_and(|until| until <= now);
        let mut actors: Vec<ActorId> =
            self.held.iter().filter(|(_, held)| due(held)).map(|(actor, _)| *actor).collect();
        actors.sort_unstable();
        for actor in actors {
            self.release(actor);
        }
    }

    /// Reads actors again whose documents have grown old, beside all else.
    fn refresh(&mut self) {
        if self.refreshing.is_empty() && self.node.reception.has_stale() {
            let node = Arc::clone(&self.node);
            self.refreshing.spawn(async move {
                fetch::refresh(&node).await;
            });
        }
    }

    fn pause(&self) -> Duration {
        if matches!(self.node.clock, Clock::Fixed(_)) {
            return IDLE_IN_TESTS;
        }
        let now = self.node.clock.now();
        let next = self.held.values().filter_map(|held| held.until).min();
        let next = next.and_then(|next| Duration::try_from(next.duration_since(now)).ok());
        next.map_or(IDLE, |next| next.clamp(Duration::from_millis(1), IDLE))
    }
}

/// What waits after a number, and for each actor of it the last that waits up to that number.
fn slice(tx: &mut Tx<'_>, after: InboxId) -> Result<(Vec<Waiting>, Vec<InboxId>), store::Error> {
    let rows = inbox::waiting(tx, after, SLICE)?;
    let mut before = Vec::new();
    if after > InboxId(0) {
        let actors: BTreeSet<ActorId> = rows.iter().map(|row| row.actor).collect();
        for actor in actors {
            before.extend(inbox::last_waiting_up_to(tx, actor, after)?);
        }
    }
    Ok((rows, before))
}

/// Accepted activities come by memory and are told of by none of these.
fn is_about_the_inbox(notice: Notice) -> bool {
    match notice {
        Notice::Inbox | Notice::Elsewhere => true,
        Notice::Event | Notice::Delivery | Notice::Changed(_) | Notice::Keys(_) | Notice::Judged | Notice::Freed => {
            false
        }
    }
}

/// Waits until somebody changed the inbox.
async fn news_of_the_inbox(notices: &mut Receiver<Notice>) {
    loop {
        match notices.recv().await {
            Ok(notice) if !is_about_the_inbox(notice) => {}
            Ok(_) | Err(RecvError::Lagged(_)) => return,
            // The store is closed: the node ends.
            Err(RecvError::Closed) => return std::future::pending().await,
        }
    }
}

/// Puts the texts in. What has none any more was thrown away by the keeper, or is done.
fn fill(batch: &mut [Work], bodies: Vec<(InboxId, String)>) {
    let mut bodies: HashMap<InboxId, String> = bodies.into_iter().collect();
    for work in batch.iter_mut().filter(|work| work.activity.is_none()) {
        let Some(body) = bodies.remove(&work.id) else { continue };
        let read = json::parse(body.as_bytes()).ok().and_then(|object| Activity::read(object).ok());
        if read.is_none() {
            tracing::error!(id = work.id.0, "an activity in the inbox cannot be read");
        }
        work.activity = read.map(Arc::new);
    }
}

#[cfg(test)]
mod tests;
