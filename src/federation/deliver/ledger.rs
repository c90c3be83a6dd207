//! What rounds brought is written back, many in one transaction.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::patience;
use super::round::{Report, Tried};
use super::verdict::{Fault, Verdict};
use crate::coworking::peer::Host;
use crate::operations::{self, peer};
use crate::store::peer::set_scheme;
use crate::store::{Tx, delivery, process};

/// What follows from what was written.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// When the earliest of the hosts whose round ended is to be looked at again.
    pub(super) next: Option<Timestamp>,
    /// Inboxes that are gone.
    pub(super) gone: Vec<String>,
}

/// Writes a batch of reports.
pub(super) fn write(tx: &mut Tx<'_>, reports: &[Report], now: Timestamp) -> operations::Result<Written> {
    let mut written = Written::default();
    let mut ended = BTreeSet::new();
    let mut well = BTreeSet::new();
    for report in reports {
        match report {
            // Not before: until then nothing else of the host is looked for.
            Report::Ended(host) => {
                ended.insert(host);
            }
            Report::Tried(tried) => {
                settle(tx, tried, now)?;
                if tried.verdict == Verdict::Arrived && well.insert(&tried.host) {
                    peer::success(tx, &tried.host, now)?;
                }
                if tried.verdict == Verdict::Gone {
                    written.gone.push(tried.delivery.inbox.clone());
                }
            }
        }
    }
    for host in ended {
        let next = delivery::refresh(tx, host, now)?;
        process::release_host(tx, host)?;
        written.next = [written.next, next].into_iter().flatten().min();
    }
    Ok(written)
}

fn settle(tx: &mut Tx<'_>, tried: &Tried, now: Timestamp) -> operations::Result<()> {
    let Tried { host, delivery, verdict, answer, learned } = tried;
    if let Some(scheme) = learned {
        set_scheme(tx, host, *scheme, now)?;
    }
    let (fault, asked) = match verdict {
        Verdict::Arrived => return Ok(delivery::done(tx, delivery.id, answer, now)?),
        Verdict::Never | Verdict::Gone => return Ok(delivery::fail(tx, delivery.id, answer, now)?),
        Verdict::Again { fault, asked } => (*fault, *asked),
    };
    if fault == Fault::Host {
        peer::failure(tx, host, now)?;
    }
    if let Some(until) = asked.filter(|_| fault == Fault::Request).and_then(|pause| now.checked_add(pause).ok()) {
        delivery::rest(tx, host, until)?;
    }
    let tries = delivery.attempts.saturating_add(1);
    match patience::next(delivery.id, tries, asked, delivery.created_at, now) {
        Some(next) => delivery::retry(tx, host, delivery, answer, next)?,
        None => delivery::fail(tx, delivery.id, answer, now)?,
    }
    Ok(())
}

/// What was found blocked or resting when looking for work is put in order.
pub(super) fn tidy_up(
    tx: &mut Tx<'_>,
    resting: &[Host],
    blocked: &[Host],
    now: Timestamp,
) -> operations::Result<Option<Timestamp>> {
    /// So many rows of a blocked host go at once; the next look finds the rest.
    const AT_ONCE: u32 = 1_000;
    let mut next = None;
    for host in resting {
        next = [next, delivery::refresh(tx, host, now)?].into_iter().flatten().min();
        process::release_host(tx, host)?;
    }
    for host in blocked {
        delivery::drop_for(tx, host, "its host is blocked here", AT_ONCE, now)?;
        next = [next, delivery::refresh(tx, host, now)?].into_iter().flatten().min();
        process::release_host(tx, host)?;
    }
    Ok(next)
}
