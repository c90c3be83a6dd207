//! Delivery: every activity to every inbox that waits for it, as soon as its host answers.
//!
//! A [`Courier`] looks for what is due, sends rounds to many hosts at once, one request at a time to each, and writes
//! back what became of them. Nothing in it is lost with it: what is on its way still waits in the store, and is sent
//! again by the next courier. A process has one at a time; where several processes share the work, each courier claims the
//! hosts that it sends to.

mod gone;
mod ledger;
mod parcel;
mod patience;
mod round;
#[cfg(test)]
mod tests;
mod verdict;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use quick_cache::sync::Cache;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::coworking::peer::Host;
use crate::node::Node;
use crate::store::delivery::{Due, due};
use crate::store::{self, Notice, Tx, activity, process};
use ledger::Written;
use parcel::Parcel;
use round::{Report, Round};

pub use patience::{KEPT, asked, next_within};

/// Deliveries to one host in one go; then others have their turn.
const ROUND_LENGTH: u32 = 16;
/// Reports that are written in one transaction.
const REPORTS_AT_ONCE: usize = 256;
/// Activities kept at hand between rounds.
const PARCELS_KEPT: usize = 128;
/// With so many hosts to serve, connections are not kept for later: there would be too many of them.
const FEW: usize = 64;
/// Gone inboxes that are asked after at once.
const QUESTIONS: usize = 8;
/// After trouble with the store.
const STORE_PAUSE: Duration = Duration::from_secs(1);
/// Hosts that one process claims at once, where several share the work: the others want some, too.
const CLAIMS: u32 = 64;
/// However far ahead the next delivery is: clocks are set, and notices get lost.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);
/// The same where another process may leave something undone, or has more than it can do.
const LONGEST_SLEEP_SHARED: Duration = Duration::from_secs(2);

/// Who carries deliveries.
pub struct Courier {
    node: Arc<Node>,
    parcels: Arc<Cache<i64, Arc<Parcel>>>,
    /// Hosts with something on its way or ready.
    busy: HashSet<Host>,
    /// Found due, waiting for a place among those on their way.
    ready: VecDeque<Round>,
    underway: usize,
    reports: UnboundedReceiver<Report>,
    reporter: UnboundedSender<Report>,
    /// Is there reason to look for more?
    look: bool,
    /// When there will be.
    next: Option<Timestamp>,
    /// Questions after inboxes that are gone.
    questions: JoinSet<()>,
}

/// How long a courier works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    Stopped,
    NothingIsDue,
}

impl Courier {
    /// A courier that has not looked yet.
    #[must_use]
    pub fn new(node: Arc<Node>) -> Self {
        let (reporter, reports) = unbounded_channel();
        Self {
            node,
            parcels: Arc::new(Cache::new(PARCELS_KEPT)),
            busy: HashSet::new(),
            ready: VecDeque::new(),
            underway: 0,
            reports,
            reporter,
            look: true,
            next: None,
            questions: JoinSet::new(),
        }
    }

    /// Works until `stop`, then waits for what is on its way.
    pub async fn work(&mut self, stop: &CancellationToken) {
        self.run(stop, Until::Stopped).await;
    }

    /// Works until nothing is due at the node's clock; tells whether anything was.
    pub async fn settle(&mut self) -> bool {
        self.look = true;
        self.run(&CancellationToken::new(), Until::NothingIsDue).await
    }

    async fn run(&mut self, stop: &CancellationToken, until: Until) -> bool {
        let mut notices = self.node.store.subscribe();
        let mut batch = Vec::with_capacity(REPORTS_AT_ONCE);
        let mut worked = false;
        loop {
            let stopping = stop.is_cancelled();
            if stopping {
                self.lay_down();
            } else {
                if self.look && self.ready.is_empty() {
                    self.look().await;
                    // What was put in order may leave more to see.
                    if self.look && self.ready.is_empty() {
                        continue;
                    }
                }
                worked |= self.send_out(stop);
            }
            let idle = self.underway == 0 && self.questions.is_empty();
            if idle && (stopping || (until == Until::NothingIsDue && !self.look)) {
                return worked;
            }
            tokio::select! {
                biased;
                _ = self.reports.recv_many(&mut batch, REPORTS_AT_ONCE) => {
                    self.write(std::mem::take(&mut batch), stop).await;
                }
                Some(_) = self.questions.join_next() => {}
                () = stop.cancelled(), if !stopping => {}
                notice = notices.recv(), if !stopping => match notice {
                    Ok(Notice::Delivery | Notice::Elsewhere) | Err(RecvError::Lagged(_)) => self.look = true,
                    Ok(Notice::Event | Notice::Inbox | Notice::Changed(_) | Notice::Keys(_) | Notice::Judged | Notice::Freed) => {}
                    // The store is gone; so is the work.
                    Err(RecvError::Closed) => return worked,
                },
                () = sleep_until(&self.node, self.next), if !stopping && until == Until::Stopped => self.look = true,
            }
        }
    }

    /// Takes what is due from the store.
    async fn look(&mut self) {
        self.look = false;
        let mut claims_all = false;
        let node = self.node.clone();
        let (parcels, busy, now) = (self.parcels.clone(), self.busy.clone(), node.clock.now());
        // Twice as many as can be on their way, so that a place that gets free is taken at once.
        let hosts = u32::try_from(node.config.delivery_concurrency * 2).unwrap_or(u32::MAX);
        if node.store.is_shared() {
            let free = hosts.saturating_sub(u32::try_from(busy.len()).unwrap_or(u32::MAX)).min(CLAIMS);
            match node.store.write(move |tx| process::claim_hosts(tx, free, now)).await {
                Ok(claimed) => claims_all = claimed > 0 && claimed == u64::from(free),
                Err(error) => tracing::error!(%error, "cannot claim hosts to send to"),
            }
        }
        let found = node
            .store
            .read(move |tx| {
                let due = due(tx, &busy, hosts, ROUND_LENGTH, now)?;
                let sent = fetch_parcels(tx, &due, &parcels)?;
                Ok::<_, store::Error>((due, sent))
            })
            .await;
        let (due, sent) = match found {
            Ok(found) => found,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "cannot look for deliveries");
                tokio::time::sleep(STORE_PAUSE).await;
                self.look = true;
                return;
            }
        };
        self.next = due.next;
        self.look = due.more || claims_all;
        for run in due.runs {
            let parcel = |activity| sent.get(&activity).cloned();
            let stops = run.deliveries.into_iter().filter_map(|one| parcel(one.activity).map(|it| (one, it)));
            self.busy.insert(run.host.clone());
            self.ready.push_back(Round {
                host: run.host,
                scheme: run.scheme,
                implements: run.implements,
                stops: stops.collect(),
                crowded: false,
            });
        }
        if !due.resting.is_empty() || !due.blocked.is_empty() {
            let (resting, blocked) = (due.resting, due.blocked);
            let next = node.store.write(move |tx| ledger::tidy_up(tx, &resting, &blocked, now)).await;
            match next {
                Ok(next) => self.expect(next),
                Err(error) => tracing::error!(%error, "cannot put hosts at rest"),
            }
        }
    }

    fn send_out(&mut self, stop: &CancellationToken) -> bool {
        let mut sent = false;
        let crowded = self.busy.len() > FEW;
        while self.underway < self.node.config.delivery_concurrency {
            let Some(round) = self.ready.pop_front() else { break };
            self.underway += 1;
            sent = true;
            // The runtime's own threads sign: there is nothing else in a round that takes their time.
            let round = Round { crowded, ..round };
            tokio::spawn(round.go(self.node.clone(), self.reporter.clone(), stop.clone()));
        }
        sent
    }

    /// What is ready is not begun any more.
    fn lay_down(&mut self) {
        for round in self.ready.drain(..) {
            self.busy.remove(&round.host);
        }
    }

    /// Writes back what rounds brought; tries until the store takes it, because else it would be sent again. At the end
    /// of the node the store may be closed already.
    async fn write(&mut self, reports: Vec<Report>, stop: &CancellationToken) {
        let reports = Arc::new(reports);
        let written = loop {
            let (batch, now) = (reports.clone(), self.node.clock.now());
            match self.node.store.write(move |tx| ledger::write(tx, &batch, now)).await {
                Ok(written) => break written,
                Err(error) if stop.is_cancelled() => {
                    tracing::warn!(%error, "some deliveries arrived and will be sent again");
                    break Written::default();
                }
                Err(error) => {
                    tracing::error!(%error, "cannot write what became of deliveries");
                    tokio::time::sleep(STORE_PAUSE).await;
                }
            }
        };
        for report in reports.iter() {
            if let Report::Ended(host) = report {
                self.busy.remove(host);
                self.underway = self.underway.saturating_sub(1);
            }
        }
        let Written { next, gone } = written;
        self.expect(next);
        for inbox in gone {
            // The next delivery there brings the question up again.
            if self.questions.len() < QUESTIONS {
                let node = self.node.clone();
                self.questions.spawn(async move { gone::ask(&node, inbox).await });
            }
        }
    }

    /// There will be something to do at this time.
    fn expect(&mut self, next: Option<Timestamp>) {
        match next {
            Some(next) if next <= self.node.clock.now() => self.look = true,
            next => self.next = [self.next, next].into_iter().flatten().min(),
        }
    }
}

/// The activities of what is due, by number; from the store those that are not at hand.
fn fetch_parcels(
    tx: &mut Tx<'_>,
    due: &Due,
    kept: &Cache<i64, Arc<Parcel>>,
) -> Result<HashMap<i64, Arc<Parcel>>, store::Error> {
    let mut parcels = HashMap::new();
    for activity in due.runs.iter().flat_map(|run| &run.deliveries).map(|delivery| delivery.activity) {
        if parcels.contains_key(&activity) {
            continue;
        }
        let parcel = match kept.get(&activity) {
            Some(parcel) => Some(parcel),
            None => activity::by_id(tx, activity)?.map(|activity| Arc::new(Parcel::new(activity))),
        };
        if let Some(parcel) = parcel {
            kept.insert(activity, parcel.clone());
            parcels.insert(activity, parcel);
        }
    }
    Ok(parcels)
}

async fn sleep_until(node: &Node, time: Option<Timestamp>) {
    let longest = if node.store.is_shared() { LONGEST_SLEEP_SHARED } else { LONGEST_SLEEP };
    let ahead = time.map(|time| Duration::try_from(time.duration_since(node.clock.now())).unwrap_or_default());
    tokio::time::sleep(ahead.unwrap_or(longest).min(longest)).await;
}
