//! The node's memory was set back: it was restored from a backup, and knows nothing of what came after that.
//!
//! What it forgot it promised to somebody. So it says its epoch in every agreement, a number that is higher after each time that this
//! happened; whoever hears a higher one asks about all that they have here, and asks anew for what is not known any more.

use jiff::Timestamp;

use super::Result;
use crate::coworking::Event;
use crate::coworking::booking::State;
use crate::coworking::id::ActorId;
use crate::coworking::member::{Acting, Role};
use crate::store::setting::{self, Setting};
use crate::store::{self, Tx, away, booking, event};

/// The most bookings whose guests' nodes are told at once; the others hear of it with their next word.
const TOLD: u32 = 1_000;

/// The epoch of this node; 0 when its memory was never set back.
///
/// # Errors
/// The store's.
pub fn current(tx: &mut Tx<'_>) -> std::result::Result<u32, store::Error> {
    Ok(setting::get(tx, Setting::Epoch)?.and_then(|text| text.parse().ok()).unwrap_or_default())
}

/// The memory of this node was set back just now: tells the homes of all who have something here, as far as they are remembered,
/// and asks all hosts elsewhere about what members have there. Tells the new epoch, in which the time is: what was restored a
/// second time from the same backup has forgotten the first.
///
/// # Errors
/// [`Refusal::NotPermitted`](crate::coworking::Refusal::NotPermitted) for all but administrators and the keeper.
pub fn raise(tx: &mut Tx<'_>, acting: Acting, now: Timestamp) -> Result<u32> {
    acting.needs(Role::Admin, "say that the node was restored")?;
    let seconds = u32::try_from(now.as_second()).unwrap_or_default();
    let epoch = current(tx)?.saturating_add(1).max(seconds);
    setting::set(tx, Setting::Epoch, &epoch.to_string())?;
    for (booking, state) in booking::open_from_elsewhere(tx, TOLD)? {
        let stands = match state {
            State::Requested => Event::BookingRequested { booking },
            State::Held => Event::BookingHeld { booking },
            _ => Event::BookingAskedAgain { booking },
        };
        event::record(tx, &stands, now)?;
    }
    away::ask_about_all(tx, now)?;
    Ok(epoch)
}

/// A host says its epoch. When that is news, it is asked about all that members have there.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::testing::{Ground, at};

    #[test]
    fn i38_restored_twice_from_one_backup_is_told_twice() {
        let (ground, _) = Ground::set_up();
        ground
            .act(|tx, _| {
                assert_eq!(current(tx)?, 0);
                let first = raise(tx, Acting::Keeper, at(0))?;
                setting::set(tx, Setting::Epoch, "0")?;
                let second = raise(tx, Acting::Keeper, at(3_600))?;
                let third = raise(tx, Acting::Keeper, at(3_600))?;
                assert!(0 < first && first < second && second < third, "{first} {second} {third}");
                Ok(())
            })
            .unwrap();
    }
}
