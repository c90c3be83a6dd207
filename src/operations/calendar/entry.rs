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

/// What a member has booked, from three months back to a year ahead, the first that begins first.
///
/// # Errors
/// The store's.
pub fn of_member(tx: &mut Tx<'_>, member: MemberId, now: Timestamp) -> Result<Vec<Entry>> {
    let behind = now.saturating_sub(BEHIND).unwrap_or(Timestamp::MIN);
    let ahead = now.saturating_add(AHEAD).unwrap_or(Timestamp::MAX);
    let (mut names, mut entries, mut seen) = (Names::default(), Vec::new(), HashSet::new());
    // What is to come matters more.
    for during in [Slot::between(now, ahead), Slot::between(behind, now)].into_iter().flatten() {
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
    let behind = now.saturating_sub(BEHIND).unwrap_or(Timestamp::MIN);
    let ahead = now.saturating_add(AHEAD).unwrap_or(Timestamp::MAX);
    let Some(during) = Slot::between(behind, ahead) else { return Ok(Vec::new()) };
    let mut page = Page::new(None, Some(Page::LIMIT));
    let mut entries = Vec::new();
    while entries.len() < ENTRY_LIMIT {
        let slice = stays::list(tx, member, during, page)?;
        for away in slice.items {
            let state = away.state_at(now);
            if !state.is_open() && state != away::State::Completed && now.duration_since(away.updated) >= FAREWELL {
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
