//! The node's memory was set back: it was restored from a backup, and knows nothing of what came after that.
//!
//! What it forgot it promised to somebody. So it says in every word about a booking how often that happened; whoever hears a
//! higher number asks about all that they have here, and asks anew for what is not known any more.

use jiff::Timestamp;

use super::Result;
use crate::coworking::Event;
use crate::coworking::id::ActorId;
use crate::coworking::member::{Acting, Role};
use crate::store::setting::{self, Setting};
use crate::store::{self, Tx, away, booking, event};

/// The most bookings whose guests' nodes are told at once; the others hear of it with their next word.
const TOLD: u32 = 1_000;

/// How often the memory of this node was set back.
///
/// # Errors
/// The store's.
pub fn current(tx: &mut Tx<'_>) -> std::result::Result<u32, store::Error> {
    Ok(setting::get(tx, Setting::Epoch)?.and_then(|text| text.parse().ok()).unwrap_or_default())
}

/// The memory of this node was set back just now: tells the homes of all who have something here, as far as they are remembered,
/// and asks all hosts elsewhere about what members have there. Tells how often it was set back by now.
///
/// # Errors
/// [`Refusal::NotPermitted`](crate::coworking::Refusal::NotPermitted) for all but administrators and the keeper.
pub fn raise(tx: &mut Tx<'_>, acting: Acting, now: Timestamp) -> Result<u32> {
    acting.needs(Role::Admin, "say that the node was restored")?;
    let epoch = current(tx)?.saturating_add(1);
    setting::set(tx, Setting::Epoch, &epoch.to_string())?;
    for booking in booking::open_from_elsewhere(tx, TOLD)? {
        event::record(tx, &Event::BookingChanged { booking }, now)?;
    }
    away::ask_about_all(tx, now)?;
    Ok(epoch)
}

/// A host says how often its memory was set back. When that is news, it is asked about all that members have there.
///
/// # Errors
/// The store's.
pub fn heard(tx: &mut Tx<'_>, space: ActorId, epoch: Option<u32>, now: Timestamp) -> Result<()> {
    if let Some(epoch) = epoch.filter(|epoch| *epoch > 0)
        && away::raise_epoch(tx, space, epoch)?
    {
        away::ask_about_all_at(tx, space, now)?;
    }
    Ok(())
}
