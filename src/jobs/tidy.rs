//! Forgets what nobody needs any more, a little at a time.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::duty;
use crate::federation::deliver::KEPT;
use crate::node::Node;
use crate::operations;
use crate::store::process::Duty;
use crate::store::{
    self, Tx, activity, arrival, away, booking, delivery, directory, event, inbox, key, mail, media, notification,
    series, session, tombstone, visit, waitlist, webhook,
};

const EVERY: Duration = Duration::from_secs(60 * 60);
/// Rows in one transaction, so that nobody waits for the broom.
const AT_ONCE: u32 = 500;
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// What happened stays in the diary for so long after it was published.
const EVENTS_KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);
/// A no of the rules to somebody elsewhere is given again for so long when they ask again.
const REFUSED_KEPT: SignedDuration = SignedDuration::from_hours(24 * 7);
/// What members were told, but for news of bookings. Later than any of it may come again.
const NEWS_KEPT: SignedDuration = SignedDuration::from_hours(24 * 365);
/// What was taken back before it came may come for so long.
const BURIED: SignedDuration = SignedDuration::from_hours(24 * 7);

pub(super) async fn run(node: Arc<Node>, stop: CancellationToken) {
    duty::rounds(node, stop, Duty::Tidy, EVERY, |node| async move {
        if let Err(error) = realign(&node).await {
            tracing::error!(%error, "cannot see to it that bookings keep their wall times");
        }
        if let Err(error) = tidy(&node).await {
            tracing::error!(error = &error as &dyn std::error::Error, "cannot tidy up");
        }
    })
    .await;
}

/// Lets bookings keep their wall times where the rules of a zone changed, which comes with the system or with the program.
async fn realign(node: &Node) -> operations::Result<()> {
    let now = node.clock.now();
    if !node.store.read(move |tx| operations::booking::is_time_to_realign(tx, now)).await? {
        return Ok(());
    }
    let noted = node.store.write(move |tx| operations::booking::realign(tx, now)).await?;
    if noted > 0 {
        tracing::warn!(
            noted,
            "the rules of a zone changed; `thirdspace bookings moved` lists the bookings that it concerns"
        );
    }
    Ok(())
}

/// Tidies everything up once, as of the node's clock; tells how many rows that were.
///
/// # Errors
/// The first of the store's; what could be tidied up is, and stays so.
pub async fn tidy(node: &Node) -> Result<u64, store::Error> {
    let now = node.clock.now();
    let deliveries = SignedDuration::try_from(node.config.delivery_retention).unwrap_or(SignedDuration::MAX);
    // A delivery may be waiting for its turn when its week ends: a day more.
    let given_up = before(now, KEPT + DAY);
    let (ended, happened) = (before(now, deliveries), before(now, EVENTS_KEPT));
    let mut broom = Broom { node, rows: 0, failed: None };
    broom.all(move |tx| delivery::expire(tx, given_up, AT_ONCE, now)).await;
    broom.all(move |tx| delivery::tidy(tx, ended, AT_ONCE)).await;
    broom.all(move |tx| mail::tidy(tx, ended, AT_ONCE)).await;
    broom.all(move |tx| webhook::expire(tx, given_up, AT_ONCE, now)).await;
    broom.all(move |tx| webhook::tidy(tx, ended, AT_ONCE)).await;
    broom.all(move |tx| activity::tidy(tx, given_up, AT_ONCE)).await;
    broom.all(move |tx| event::tidy(tx, happened, AT_ONCE)).await;
    let known = SignedDuration::try_from(node.config.inbox_retention).unwrap_or(SignedDuration::MAX);
    let (seen, buried) = (before(now, known), before(now, BURIED));
    broom.all(move |tx| inbox::tidy(tx, seen, AT_ONCE)).await;
    broom.all(move |tx| tombstone::tidy(tx, buried, AT_ONCE)).await;
    let unseen = before(now, crate::operations::directory::KEPT);
    broom.all(move |tx| directory::tidy(tx, unseen, AT_ONCE)).await;
    let unshown = before(now, DAY);
    broom.all(move |tx| media::tidy(tx, unshown, AT_ONCE)).await;
    let refused = before(now, REFUSED_KEPT);
    broom.all(move |tx| booking::forget_refused(tx, refused, AT_ONCE)).await;
    // An offer that comes again is known as one for as long as any.
    broom.all(move |tx| waitlist::tidy(tx, refused, AT_ONCE)).await;
    // What was said at doors is answered again for as long as a no.
    broom.all(move |tx| arrival::tidy(tx, refused, AT_ONCE)).await;
    broom.all(move |tx| visit::tidy(tx, refused, AT_ONCE)).await;
    broom.all(move |tx| session::tidy(tx, now, AT_ONCE)).await;
    broom.all(move |tx| store::refused::tidy(tx, refused, AT_ONCE)).await;
    broom.all(move |tx| store::realigned::tidy(tx, happened, AT_ONCE)).await;
    let kept = |time: Duration| SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
    let (over, seen) =
        (before(now, kept(node.config.booking_retention)), before(now, kept(node.config.presence_retention)));
    let seen = seen.max(over);
    broom.all(move |tx| booking::reduce(tx, seen, AT_ONCE)).await;
    broom.all(move |tx| booking::forget_old(tx, over, AT_ONCE)).await;
    broom.all(move |tx| away::reduce(tx, seen, AT_ONCE)).await;
    broom.all(move |tx| away::forget_old(tx, over, AT_ONCE)).await;
    broom.all(move |tx| series::tidy(tx, over, AT_ONCE)).await;
    let told = before(now, NEWS_KEPT);
    broom.all(move |tx| notification::tidy(tx, told, AT_ONCE)).await;
    // What was signed with an old key is on its way for a week at most.
    let forgotten = node.store.write(move |tx| key::forget_retired(tx, given_up)).await;
    broom.swept(forgotten);
    broom.end()
}

/// Goes through all steps; one that fails holds up none of the others.
struct Broom<'n> {
    node: &'n Node,
    rows: u64,
    failed: Option<store::Error>,
}

impl Broom<'_> {
    /// Repeats a step until it finds nothing more.
    async fn all(&mut self, step: impl Fn(&mut Tx<'_>) -> Result<u64, store::Error> + Clone + Send + 'static) {
        loop {
            let step = step.clone();
            let some = self.node.store.write(move |tx| step(tx)).await;
            if self.swept(some) < u64::from(AT_ONCE) {
                return;
            }
        }
    }

    fn swept(&mut self, some: Result<u64, store::Error>) -> u64 {
        match some {
            Ok(some) => {
                self.rows += some;
                some
            }
            Err(error) => {
                self.failed.get_or_insert(error);
                0
            }
        }
    }

    fn end(self) -> Result<u64, store::Error> {
        self.failed.map_or(Ok(self.rows), Err)
    }
}

fn before(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_sub(by).unwrap_or(Timestamp::MIN)
}
