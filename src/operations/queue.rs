//! The outgoing mail, for those who keep order: what waits, what was given up, and a hand on both.

use jiff::Timestamp;

use super::Result;
use crate::coworking::Refusal;
use crate::coworking::member::{Acting, Role};
use crate::coworking::peer::Host;
use crate::store::Tx;
use crate::store::delivery::{self, Counts, Line, State};
use crate::store::page::{Page, Slice};

/// The most deliveries that one word tries again.
const RETRIED: u32 = 1_000;

/// How many deliveries wait, were given up or dropped.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but hosts, administrators and the keeper.
pub fn counts(tx: &mut Tx<'_>, acting: Acting) -> Result<Counts> {
    acting.needs(Role::Host, "look into the queue")?;
    Ok(delivery::counts(tx)?)
}

/// Deliveries, newest first, in one state or in all.
///
/// # Errors
/// [`Refusal::NotPermitted`] as [`counts`].
pub fn list(tx: &mut Tx<'_>, acting: Acting, state: Option<State>, page: Page) -> Result<Slice<Line>> {
    acting.needs(Role::Host, "look into the queue")?;
    Ok(delivery::list(tx, state, page)?)
}

/// Tries one delivery now, whether it waits or was given up.
///
/// # Errors
/// [`Refusal::NotPermitted`] as [`counts`]; [`Refusal::NotFound`] when there is none that could still be sent.
pub fn retry(tx: &mut Tx<'_>, acting: Acting, delivery: i64, now: Timestamp) -> Result<()> {
    acting.needs(Role::Host, "send again")?;
    found(delivery::retry_one(tx, delivery, now)?)
}

/// Tries what was given up for a host now, the newest 1,000 of it; tells how many.
///
/// # Errors
/// [`Refusal::NotPermitted`] as [`counts`].
pub fn retry_host(tx: &mut Tx<'_>, acting: Acting, host: &Host, now: Timestamp) -> Result<u64> {
    acting.needs(Role::Host, "send again")?;
    Ok(delivery::retry_host(tx, host, RETRIED, now)?)
}

/// Gives one delivery up.
///
/// # Errors
/// [`Refusal::NotPermitted`] as [`counts`]; [`Refusal::NotFound`] when there is none that could still be sent.
pub fn drop(tx: &mut Tx<'_>, acting: Acting, delivery: i64, now: Timestamp) -> Result<()> {
    acting.needs(Role::Host, "give deliveries up")?;
    found(delivery::drop_one(tx, delivery, now)?)
}

fn found(done: bool) -> Result<()> {
    if done { Ok(()) } else { Err(Refusal::NotFound { what: "delivery that could be sent" }.into()) }
}
