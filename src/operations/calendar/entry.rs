//! Bookings as calendars tell of them.

use std::collections::{BTreeMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use super::Result;
use crate::coworking::away;
use crate::coworking::booking::State;
use crate::coworking::id::{AwayId, BookingId, MemberId, ResourceId, SpaceId};
use crate::coworking::member::Acting;
use crate::coworking::rules::Approval;
use crate::coworking::slot::Slot;
use crate::coworking::space::Place;
use crate::operations::booking as bookings;
use crate::store::away::{self as stays, Away};
use crate::store::booking::{self, Booking, Of};
use crate::store::page::Page;
use crate::store::{Tx, actor, resource, space};

/// The most bookings in one calendar; those to come have the first turn.
pub const ENTRY_LIMIT: usize = 1_000;
/// The most that are looked through for them.
const READ_LIMIT: usize = 4_000;

/// How far back a calendar goes.
const BEHIND: SignedDuration = SignedDuration::from_hours(24 * 90);
/// How far ahead.
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 366);
/// How long it tells of what will not happen, so that readers hear of it.
const FAREWELL: SignedDuration = SignedDuration::from_hours(24 * 30);

/// A space, as far as calendars name it.
#[derive(Debug, Clone, PartialEq)]
pub struct Where {
    /// Its display name.
    pub name: String,
    /// Its actor.
    pub uri: String,
    /// Where it is.
    pub place: Place,
}

/// A booking as calendars tell of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The booking.
    pub booking: Booking,
    /// Where it stands now.
    pub state: State,
    /// How often it changed by now.
    pub sequence: u32,
    /// When it changed last.
    pub updated: Timestamp,
    /// What is booked, by its name.
    pub resource: String,
    /// At which space.
    pub space: Where,
}

impl Entry {
    /// Belongs this into a calendar?
    fn is_told(&self, now: Timestamp) -> bool {
        let is_recent = || now.duration_since(self.updated) < FAREWELL;
        match self.state {
            State::Requested | State::Held | State::Confirmed | State::CheckedIn | State::Completed => true,
            // A form that was left: it was on offer for some minutes, and nobody had it.
            State::Expired if self.booking.rules.approval == Approval::None => false,
            State::Refused | State::Expired | State::Cancelled | State::NoShow => is_recent(),
        }
    }
}

/// Names that bookings refer to, each read once.
#[derive(Default)]
struct Names {
    resources: BTreeMap<ResourceId, String>,
    spaces: BTreeMap<SpaceId, Where>,
}

impl Names {
    fn entry(&mut self, tx: &mut Tx<'_>, booking: Booking, now: Timestamp) -> Result<Entry> {
        let state = booking.state_at(now);
        // What has expired changes at that moment, whether or not a job has written it down yet.
        let (sequence, updated) = match booking.expires_at {
            Some(end) if state != booking.state => (booking.sequence.saturating_add(1), end),
            _ => (booking.sequence, booking.updated),
        };
        let (resource, space) = (self.resource(tx, booking.resource)?, self.space(tx, booking.space)?);
        Ok(Entry { booking, state, sequence, updated, resource, space })
    }

    fn resource(&mut self, tx: &mut Tx<'_>, id: ResourceId) -> Result<String> {
        if let Some(name) = self.resources.get(&id) {
            return Ok(name.clone());
        }
        // Also of what nobody can book any more.
        let name = resource::by_id(tx, id)?.map(|kept| kept.resource.name).unwrap_or_default();
        self.resources.insert(id, name.clone());
        Ok(name)
    }

    fn space(&mut self, tx: &mut Tx<'_>, id: SpaceId) -> Result<Where> {
        if let Some(space) = self.spaces.get(&id) {
            return Ok(space.clone());
        }
        let missing = || anyhow::anyhow!("the space of a booking is not there");
        let place = space::by_id(tx, id.into())?.ok_or_else(missing)?.place;
        let actor = actor::summaries(tx, &[id.into()])?.pop().ok_or_else(missing)?;
        let name = if actor.name.is_empty() { actor.username } else { actor.name };
        let space = Where { name, uri: actor.uri, place };
        self.spaces.insert(id, space.clone());
        Ok(space)
    }
}

/// The times that a calendar tells of. What is to come matters more, and is looked through first.
fn windows(now: Timestamp) -> impl Iterator<Item = Slot> {
    let behind = now.saturating_sub(BEHIND).unwrap_or(Timestamp::MIN);
    let ahead = now.saturating_add(AHEAD).unwrap_or(Timestamp::MAX);
    [Slot::between(now, ahead), Slot::between(behind, now)].into_iter().flatten()
}

/// What a member has booked, from three months back to a year ahead, the first that begins first.
///
/// # Errors
/// The store's.
pub fn of_member(tx: &mut Tx<'_>, member: MemberId, now: Timestamp) -> Result<Vec<Entry>> {
    let (mut names, mut entries, mut seen) = (Names::default(), Vec::new(), HashSet::new());
    for during in windows(now) {
        let mut page = Page::new(None, Some(Page::LIMIT));
        while entries.len() < ENTRY_LIMIT && seen.len() < READ_LIMIT {
            let slice = booking::list(tx, Of::Requester(member.into()), during, page)?;
            for booking in slice.items {
                // What is going on touches both.
                if seen.insert(booking.id) {
                    entries.push(names.entry(tx, booking, now)?);
                }
            }
            let Some(next) = slice.next else { break };
            entries.retain(|entry: &Entry| entry.is_told(now));
            page = Page::new(Some(next), Some(Page::LIMIT));
        }
    }
    entries.retain(|entry| entry.is_told(now));
    entries.truncate(ENTRY_LIMIT);
    entries.sort_by_key(|entry| (entry.booking.slot, entry.booking.id));
    Ok(entries)
}

/// A member's booking at another node, as calendars tell of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Elsewhere {
    /// The booking.
    pub away: Away,
    /// Where it stands now.
    pub state: away::State,
    /// The name of the host.
    pub host: String,
    /// Its actor.
    pub uri: String,
}

/// What a member has booked at other nodes, from three months back to a year ahead, the first that begins first.
///
/// # Errors
/// The store's.
pub fn of_member_elsewhere(tx: &mut Tx<'_>, member: MemberId, now: Timestamp) -> Result<Vec<Elsewhere>> {
    let (mut entries, mut seen) = (Vec::new(), HashSet::new());
    for during in windows(now) {
        let mut page = Page::new(None, Some(Page::LIMIT));
        while entries.len() < ENTRY_LIMIT && seen.len() < READ_LIMIT {
            let slice = stays::list(tx, member, during, page)?;
            for away in slice.items {
                let state = away.state_at(now);
                let is_told =
                    state.is_open() || state == away::State::Completed || now.duration_since(away.updated) < FAREWELL;
                // What is going on touches both.
                if !seen.insert(away.id) || !is_told {
                    continue;
                }
                let host = actor::summaries(tx, &[away.space])?.pop();
                let Some(host) = host else { continue };
                let name = if host.name.is_empty() { host.username } else { host.name };
                entries.push(Elsewhere { away, state, host: name, uri: host.uri });
            }
            let Some(next) = slice.next else { break };
            page = Page::new(Some(next), Some(Page::LIMIT));
        }
    }
    entries.truncate(ENTRY_LIMIT);
    entries.sort_by_key(|entry| (entry.away.slot, entry.away.id));
    Ok(entries)
}

/// One booking, for who may see it, whatever became of it.
///
/// # Errors
/// [`Refusal::NotFound`](crate::coworking::Refusal::NotFound).
pub fn of_booking(tx: &mut Tx<'_>, acting: Acting, id: BookingId, now: Timestamp) -> Result<Entry> {
    let booking = bookings::view(tx, acting, id)?;
    Names::default().entry(tx, booking, now)
}

/// One booking elsewhere, whatever became of it.
///
/// # Errors
/// The store's.
pub fn of_stay(tx: &mut Tx<'_>, id: AwayId, now: Timestamp) -> Result<Option<Elsewhere>> {
    let Some(away) = stays::by_id(tx, id)? else { return Ok(None) };
    let Some(host) = actor::summaries(tx, &[away.space])?.pop() else { return Ok(None) };
    let name = if host.name.is_empty() { host.username } else { host.name };
    Ok(Some(Elsewhere { state: away.state_at(now), away, host: name, uri: host.uri }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coworking::id::EventId;
    use crate::coworking::member::Role;
    use crate::coworking::rules::Price;
    use crate::operations::testing::{Ground, at, stranger};

    #[test]
    fn what_is_to_come_elsewhere_is_told_however_much_is_over() {
        let (ground, _) = Ground::set_up();
        let ben = ground.member("ben", Role::Member);
        ground
            .act(move |tx, _| {
                let (space, now) = (stranger(tx, "pier")?, at(0));
                let mut stay = |hours: i64| -> Result<AwayId> {
                    let start = now + SignedDuration::from_hours(hours);
                    let away = Away {
                        id: AwayId(tx.next_id(now)),
                        member: ben,
                        space,
                        proposal: "https://pier.example/desks".into(),
                        name: "Desks".into(),
                        zone: "UTC".into(),
                        rules_version: None,
                        part: None,
                        units: 1,
                        people: 1,
                        slot: Slot::new(start, start + SignedDuration::from_mins(30))?,
                        wall_start: "2027-01-15T10:00:00".parse().unwrap(),
                        wall_end: "2027-01-15T10:30:00".parse().unwrap(),
                        note: None,
                        price: Price::Free,
                        state: if hours < 0 { away::State::Completed } else { away::State::Confirmed },
                        waits: false,
                        place: None,
                        agreement: None,
                        words: None,
                        alternatives: Vec::new(),
                        cancelled_by: None,
                        held_until: None,
                        deadline: now,
                        asked_by: EventId(0),
                        requested_at: now,
                        answered_at: Some(now),
                        told_at: Some(now),
                        poll_at: None,
                        polls: 0,
                        silent_since: None,
                        sequence: 0,
                        updated: now,
                    };
                    stays::add(tx, &away)?;
                    Ok(away.id)
                };
                for hours in 1..=1_000 {
                    stay(-hours)?;
                }
                let to_come = [stay(0)?, stay(24)?];
                let told = of_member_elsewhere(tx, ben, now)?;
                assert_eq!(told.len(), ENTRY_LIMIT);
                assert_eq!(told[ENTRY_LIMIT - 2..].iter().map(|one| one.away.id).collect::<Vec<_>>(), to_come);
                assert!(told.is_sorted_by_key(|one| one.away.slot));
                Ok(())
            })
            .unwrap();
    }
}
