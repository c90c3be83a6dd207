//! When a resource cannot be had, for those who are not to know by whom.

use jiff::{SignedDuration, Timestamp};

use crate::coworking::Refusal;
use crate::coworking::booking::step_before;
use crate::coworking::id::ResourceId;
use crate::coworking::member::Acting;
use crate::coworking::resource::{Audience, Resource};
use crate::coworking::slot::Slot;
use crate::coworking::space::Zone;
use crate::operations::booking::availability;
use crate::operations::{Error, Result, resource, space};
use crate::store::Tx;
use crate::store::resource::Kept;

/// The longest time that is told about at once.
pub const BUSY_LIMIT: SignedDuration = SignedDuration::from_hours(24 * 31);

/// When a resource cannot be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Busy {
    /// The time that it tells about.
    pub window: Slot,
    /// When it could be booked and not one unit is free. Those of one list neither touch nor overlap.
    pub taken: Vec<Slot>,
    /// When it cannot be booked at all.
    pub closed: Vec<Slot>,
}

/// As whom somebody sees a resource; `None` for those who are not to see that it is there. Members see all that their node
/// has, everybody sees what people of other places can book.
pub(super) fn seen_as(acting: Option<Acting>, resource: &Resource) -> Option<Audience> {
    match acting {
        Some(_) => Some(Audience::Resident),
        None => resource.shown_to(Audience::External).map(|(who, _)| who),
    }
}

/// A resource, and as whom somebody sees it.
///
/// # Errors
/// [`Refusal::NotFound`] also for resources that are not for the asker's eyes; [`Refusal::Gone`].
pub(super) fn seen(tx: &mut Tx<'_>, acting: Option<Acting>, id: ResourceId) -> Result<(Kept, Audience)> {
    let hidden = Refusal::NotFound { what: "resource" };
    let kept = match resource::by_id(tx, id) {
        // Who may not know that it was there need not hear that it is gone.
        Err(Error::Refused(_)) if acting.is_none() => return Err(hidden.into()),
        kept => kept?,
    };
    let audience = seen_as(acting, &kept.resource).ok_or(hidden)?;
    Ok((kept, audience))
}

/// When a resource cannot be had: from now on for 31 days, or in the time that is asked for, as its space's clock shows it
/// or with an offset. Nobody is told about the past.
///
/// # Errors
/// [`Refusal::NotFound`] also for resources that are not for the asker's eyes; [`Refusal::Gone`]; [`Refusal::TooFar`] and
/// [`Refusal::NotAfter`] for another time than may be asked for; what is wrong with how it is written.
pub fn busy(
    tx: &mut Tx<'_>,
    acting: Option<Acting>,
    id: ResourceId,
    (from, to): (Option<&str>, Option<&str>),
    now: Timestamp,
) -> Result<Busy> {
    let (kept, audience) = seen(tx, acting, id)?;
    let zone = Zone::parse(&space::or_default(tx, Some(kept.space))?.zone)?;
    let window = window(&zone, from, to, now)?;
    let free = availability(tx, id, audience, window, now)?;
    let bookable = merged(free.bookable, window);
    let full = free.busy.into_iter().filter(|(_, taken)| *taken >= free.capacity).map(|(slot, _)| slot);
    let full = merged(full.collect(), window);
    let taken = full.iter().flat_map(|slot| bookable.iter().filter_map(|open| open.intersection(*slot))).collect();
    Ok(Busy { window, taken: merged(taken, window), closed: without(window, &bookable) })
}

fn window(zone: &Zone, from: Option<&str>, to: Option<&str>, now: Timestamp) -> Result<Slot> {
    let later = |at: Timestamp, by| at.saturating_add(by).unwrap_or(Timestamp::MAX);
    let earliest = step_before(now);
    let from = from.map(|from| zone.read("from", from)).transpose()?.unwrap_or(earliest);
    let latest = later(now, Slot::LONGEST);
    if from > latest {
        return Err(Refusal::TooFar { field: "from", found: from, latest }.into());
    }
    let latest = later(from, BUSY_LIMIT);
    let to = to.map(|to| zone.read("to", to)).transpose()?.unwrap_or(latest);
    if to > latest {
        return Err(Refusal::TooFar { field: "to", found: to, latest }.into());
    }
    let from = from.max(earliest);
    Slot::between(from, to).ok_or_else(|| Refusal::NotAfter { field: "to", found: to, after: from }.into())
}

/// The parts within the window, the first first; those that touch or overlap are one.
fn merged(mut slots: Vec<Slot>, window: Slot) -> Vec<Slot> {
    slots.sort_unstable();
    let mut parts: Vec<Slot> = Vec::new();
    for slot in slots.into_iter().filter_map(|slot| slot.intersection(window)) {
        match parts.last_mut() {
            Some(before) if slot.start() <= Slot::end(*before) => *before = before.until(slot.end()),
            _ => parts.push(slot),
        }
    }
    parts
}

/// What is left of the window without these, which are merged.
fn without(window: Slot, slots: &[Slot]) -> Vec<Slot> {
    let ends = std::iter::once(window.start()).chain(slots.iter().map(|slot| slot.end()));
    let starts = slots.iter().map(|slot| slot.start()).chain([window.end()]);
    ends.zip(starts).filter_map(|(end, start)| Slot::between(end, start)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn slot((start, length): (i64, i64)) -> Slot {
        let at = |minute: i64| Timestamp::from_second(1_800_000_000 + minute * 60).unwrap();
        Slot::new(at(start), at(start + length)).unwrap()
    }

    proptest! {
        #[test]
        fn each_minute_is_in_the_parts_or_in_what_is_left(
            slots in prop::collection::vec((-20_i64..120, 1_i64..30), 0..8),
        ) {
            let (window, slots) = (slot((0, 100)), slots.into_iter().map(slot).collect::<Vec<_>>());
            let parts = merged(slots.clone(), window);
            let left = without(window, &parts);
            for list in [&parts, &left] {
                prop_assert!(list.windows(2).all(|two| two[0].end() < two[1].start()), "{list:?}");
                prop_assert!(list.iter().all(|part| window.contains(*part)));
            }
            for minute in 0..100 {
                let minute = slot((minute, 1));
                let within = |list: &[Slot]| list.iter().any(|part| part.overlaps(minute));
                prop_assert_eq!(within(&parts), within(&slots));
                prop_assert_eq!(within(&left), !within(&slots));
            }
        }
    }
}
