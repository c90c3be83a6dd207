//! Somebody is gone for good: what they said and did goes with them.

use jiff::Timestamp;

use super::{Result, away, booking, webhook};
use crate::coworking::id::ActorId;
use crate::store::{Notice, Tx, actor, follow, member, notification, post, series, timeline};

/// Takes back all that an actor said, liked, announced, followed and booked, and what it was told. Its tombstone is not made
/// here.
///
/// # Errors
/// The store's.
pub fn forget(tx: &mut Tx<'_>, gone: ActorId, now: Timestamp) -> Result<()> {
    let mut counted = post::beside(tx, gone)?;
    counted.extend(follow::local_ties(tx, gone)?);
    for actor in counted {
        tx.notify(Notice::Changed(actor.0));
    }
    webhook::forget(tx, gone, now)?;
    booking::forget(tx, gone, now)?;
    if let Some(member) = member::by_id(tx, gone)? {
        away::forget(tx, member.id, now)?;
    }
    series::forget_of(tx, gone)?;
    post::bury_all_of(tx, gone, now)?;
    follow::remove_all_of(tx, gone)?;
    timeline::clear(tx, gone)?;
    notification::clear(tx, gone)?;
    Ok(())
}

/// Somebody elsewhere is gone: its home says so, or the account itself did. Nothing happens to who lives here.
///
/// # Errors
/// The store's.
pub fn receive(tx: &mut Tx<'_>, gone: ActorId, now: Timestamp) -> Result<bool> {
    match actor::by_id(tx, gone)? {
        Some(known) if !known.local && known.deleted_at.is_none() => {
            forget(tx, gone, now)?;
            Ok(actor::mark_deleted(tx, gone, now)?)
        }
        Some(_) | None => Ok(false),
    }
}
