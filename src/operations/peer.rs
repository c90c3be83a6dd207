//! Other servers: people judge how far they are trusted, and deliveries find out whether they answer.
//!
//! A server that fails is left in peace for longer and longer. After seven bad days it counts as dead and is asked
//! once a day; after a month of that it is not asked any more. Anything verified that comes from it ends all this.

use jiff::{SignedDuration, Timestamp};

use super::Result;
use crate::coworking::member::{Acting, Role};
use crate::coworking::peer::{Host, Level};
use crate::coworking::{Refusal, refusal};
use crate::site::Site;
use crate::store::peer::{self, Health, Peer};
use crate::store::{Notice, Tx};

/// The most characters of a note on a peer.
pub const NOTE_LIMIT: usize = 500;

/// Failures in a row after which a server is left in peace.
const FAILURES_BORNE: u32 = 5;
/// For how long the first time; it doubles with each failure.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_mins(10);
/// For how long at the most.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(12);
/// Distinct failing days without one answer after which it counts as dead.
const DAYS_BORNE: u32 = 7;
/// How often a dead one is asked.
const PROBE_PAUSE: SignedDuration = SignedDuration::from_hours(24);
/// How long a dead one is asked at all.
const PROBED_FOR: SignedDuration = SignedDuration::from_hours(24 * 30);

/// May something be sent to a server now?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Yes.
    Open,
    /// It failed too often; not before this time.
    Paused(Timestamp),
    /// It counts as dead; one thing may be tried now to see whether it is.
    Probe,
    /// It counts as dead; not before this time.
    Dead(Timestamp),
    /// It has been dead for a month; not until it is heard.
    GivenUp,
}

/// Judges how far a server is trusted. A judgement on `b.example` that is below "known" covers `a.b.example` too.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but hosts, administrators and the keeper; [`Refusal::Oneself`]; or what is wrong
/// with the note.
pub fn set_level(
    tx: &mut Tx<'_>,
    site: &Site,
    acting: Acting,
    host: &Host,
    level: Level,
    note: &str,
    now: Timestamp,
) -> Result<()> {
    acting.needs(Role::Host, "judge other servers")?;
    if host.as_str() == site.host() {
        return Err(Refusal::Oneself { act: "judge" }.into());
    }
    let note = refusal::optional("note", note, NOTE_LIMIT)?;
    peer::set_level(tx, host, level, note.as_deref(), now)?;
    // What waits for it may have to be dropped, or may go now.
    tx.notify(Notice::Delivery);
    Ok(())
}

/// Known servers by name, of one level or of all, after a name; at most 80 of them.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but hosts, administrators and the keeper.
pub fn list(tx: &mut Tx<'_>, acting: Acting, level: Option<Level>, after: &str, limit: u32) -> Result<Vec<Peer>> {
    acting.needs(Role::Host, "list other servers")?;
    Ok(peer::list(tx, level, after, limit.clamp(1, crate::store::page::Page::LIMIT))?)
}

/// Something verified came from a server, or it took something from us. `true` when that ended a bad time: what
/// waits for it may go now, and the queue is told so.
///
/// Writes only when there is something to say, because this is said of every activity.
///
/// # Errors
/// The store's.
pub fn note_heard(tx: &mut Tx<'_>, host: &Host, now: Timestamp) -> Result<bool> {
    let revived = peer::heard(tx, host, now)? && {
        tx.notify(Notice::Delivery);
        true
    };
    Ok(revived)
}

/// A delivery was taken: as [`note_heard`].
///
/// # Errors
/// The store's.
pub fn success(tx: &mut Tx<'_>, host: &Host, now: Timestamp) -> Result<bool> {
    note_heard(tx, host, now)
}

/// A delivery found no answer, or one that says the server is ill (a network error, a timeout, 5xx). Not for 429 and
/// other 4xx, which a well server says.
///
/// # Errors
/// The store's.
pub fn failure(tx: &mut Tx<'_>, host: &Host, now: Timestamp) -> Result<Reach> {
    let health = after_failure(peer::health(tx, host)?, now);
    peer::set_health(tx, host, &health, now)?;
    Ok(reach(&health, now))
}

/// May something be sent to a server now? What must arrive although it counts as dead (Follow, Accept, Reject, Undo,
/// Delete of an actor) is the queue's to know.
///
/// # Errors
/// The store's.
pub fn state(tx: &mut Tx<'_>, host: &Host, now: Timestamp) -> Result<Reach> {
    Ok(reach(&peer::health(tx, host)?, now))
}

/// What one more failure makes of a server's health.
fn after_failure(health: Health, now: Timestamp) -> Health {
    let failures = health.failures.saturating_add(1);
    let day = now.as_second().div_euclid(86_400);
    let new_day = health.last_failing_day.is_none_or(|last| day > last);
    let failing_days = health.failing_days.saturating_add(u32::from(new_day));
    let dead_since = health.dead_since.or_else(|| (failing_days >= DAYS_BORNE).then_some(now));
    let pause = match failures.checked_sub(FAILURES_BORNE) {
        _ if dead_since.is_some() => Some(PROBE_PAUSE),
        None => None,
        Some(more) => {
            let doubled = 1_i32.checked_shl(more.min(16)).and_then(|times| FIRST_PAUSE.checked_mul(times));
            Some(doubled.unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE))
        }
    };
    Health {
        failures,
        open_until: pause.and_then(|pause| now.checked_add(pause).ok()),
        failing_days,
        last_failing_day: health.last_failing_day.max(Some(day)),
        dead_since,
    }
}

/// What a server's health means for the next delivery.
fn reach(health: &Health, now: Timestamp) -> Reach {
    let pause = health.open_until.filter(|until| *until > now);
    match (health.dead_since, pause) {
        (Some(since), _) if now.duration_since(since) >= PROBED_FOR => Reach::GivenUp,
        (Some(_), Some(until)) => Reach::Dead(until),
        (Some(_), None) => Reach::Probe,
        (None, Some(until)) => Reach::Paused(until),
        (None, None) => Reach::Open,
    }
}
