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
    self, Tx, activity, arrival, away, booking, delivery, directory, event, inbox, key, mail, media, series, session,
    tombstone, visit, waitlist, webhook,
};

const EVERY: Duration = Duration::from_secs(60 * 60);
/// Rows in one transaction, so that nobody waits for the broom.
const AT_ONCE: u32 = 500;
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// What happened stays in the diary for so long after it was published.
const EVENTS_KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);
/// A no of the rules to somebody elsewhere is given again for so long when they ask again.
const REFUSED_KEPT: SignedDuration = SignedDuration::from_hours(24 * 7);
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
/// The store's; what was tidied up before stays so.
pub async fn tidy(node: &Node) -> Result<u64, store::Error> {
    let now = node.clock.now();
    let deliveries = SignedDuration::try_from(node.config.delivery_retention).unwrap_or(SignedDuration::MAX);
    // A delivery may be waiting for its turn when its week ends: a day more.
    let given_up = before(now, KEPT + DAY);
    let (ended, happened) = (before(now, deliveries), before(now, EVENTS_KEPT));
    let mut rows = 0;
    rows += all(node, move |tx| delivery::expire(tx, given_up, AT_ONCE, now)).await?;
    rows += all(node, move |tx| delivery::tidy(tx, ended, AT_ONCE)).await?;
    rows += all(node, move |tx| mail::tidy(tx, ended, AT_ONCE)).await?;
    rows += all(node, move |tx| webhook::expire(tx, given_up, AT_ONCE, now)).await?;
    rows += all(node, move |tx| webhook::tidy(tx, ended, AT_ONCE)).await?;
    rows += all(node, move |tx| activity::tidy(tx, given_up, AT_ONCE)).await?;
    rows += all(node, move |tx| event::tidy(tx, happened, AT_ONCE)).await?;
    let known = SignedDuration::try_from(node.config.inbox_retention).unwrap_or(SignedDuration::MAX);
    let (seen, buried) = (before(now, known), before(now, BURIED));
    rows += all(node, move |tx| inbox::tidy(tx, seen, AT_ONCE)).await?;
    rows += all(node, move |tx| tombstone::tidy(tx, buried, AT_ONCE)).await?;
    let unseen = before(now, crate::operations::directory::KEPT);
    rows += all(node, move |tx| directory::tidy(tx, unseen, AT_ONCE)).await?;
    let unshown = before(now, DAY);
    rows += all(node, move |tx| media::tidy(tx, unshown, AT_ONCE)).await?;
    let refused = before(now, REFUSED_KEPT);
    rows += all(node, move |tx| booking::forget_refused(tx, refused, AT_ONCE)).await?;
    // An offer that comes again is known as one for as long as any.
    rows += all(node, move |tx| waitlist::tidy(tx, refused, AT_ONCE)).await?;
    // What was said at doors is answered again for as long as a no.
    rows += all(node, move |tx| arrival::tidy(tx, refused, AT_ONCE)).await?;
    rows += all(node, move |tx| visit::tidy(tx, refused, AT_ONCE)).await?;
    rows += all(node, move |tx| session::tidy(tx, now, AT_ONCE)).await?;
    rows += all(node, move |tx| store::refused::tidy(tx, refused, AT_ONCE)).await?;
    rows += all(node, move |tx| store::realigned::tidy(tx, happened, AT_ONCE)).await?;
    let kept = |time: Duration| SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
    let (over, seen) =
        (before(now, kept(node.config.booking_retention)), before(now, kept(node.config.presence_retention)));
    let seen = seen.max(over);
    rows += all(node, move |tx| booking::reduce(tx, seen, AT_ONCE)).await?;
    rows += all(node, move |tx| booking::forget_old(tx, over, AT_ONCE)).await?;
    rows += all(node, move |tx| away::reduce(tx, seen, AT_ONCE)).await?;
    rows += all(node, move |tx| away::forget_old(tx, over, AT_ONCE)).await?;
    rows += all(node, move |tx| series::tidy(tx, over, AT_ONCE)).await?;
    // What was signed with an old key is on its way for a week at most.
    rows += node.store.write(move |tx| key::forget_retired(tx, given_up)).await?;
    Ok(rows)
}

/// Repeats a step until it finds nothing more.
async fn all(
    node: &Node,
    step: impl Fn(&mut Tx<'_>) -> Result<u64, store::Error> + Clone + Send + 'static,
) -> Result<u64, store::Error> {
    let mut rows = 0;
    loop {
        let step = step.clone();
        let some = node.store.write(move |tx| step(tx)).await?;
        rows += some;
        if some < u64::from(AT_ONCE) {
            return Ok(rows);
        }
    }
}

fn before(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_sub(by).unwrap_or(Timestamp::MIN)
}
