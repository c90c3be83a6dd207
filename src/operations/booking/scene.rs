//! All that a decision rests on, read from the store; and what others may see of it.

use jiff::Timestamp;

use super::place::claim_of;
use super::{Result, settle, visit};
use crate::coworking::Refusal;
use crate::coworking::booking::{State, step_before};
use crate::coworking::capacity::{self, Claim, Steps};
use crate::coworking::decision::{
    Broken, Calendar, Closed, Ground, REACH, Rule, Unbookable, Wish, Within, judge, refuse, within,
};
use crate::coworking::hours::Hours;
use crate::coworking::id::{ActorId, BookingId, ResourceId};
use crate::coworking::resource::{Audience, Resource};
use crate::coworking::rules::Rules;
use crate::coworking::slot::Slot;
use crate::coworking::space::Zone;
use crate::coworking::waitlist::Wanted;
use crate::operations::{resource as resources, space as spaces};
use crate::store::booking::{self, Had};
use crate::store::resource::Kept;
use crate::store::space::Space;
use crate::store::{Tx, closure};

/// How far around a wish what somebody has counts for quotas: a month.
const MONTH: jiff::SignedDuration = jiff::SignedDuration::from_hours(24 * 32);

/// A resource with its space and its parts.
pub(super) struct Scene {
    pub(super) kept: Kept,
    pub(super) space: Space,
    pub(super) zone: Zone,
    /// What it takes: itself, or each of its parts, in the order of their numbers, so that nobody waits for another in a
    /// circle.
    pub(super) takes: Vec<(ResourceId, Resource)>,
}

/// Whose wish it is, as far as rules go.
#[derive(Debug, Clone, Copy)]
pub(super) struct Whose {
    pub(super) requester: ActorId,
    pub(super) audience: Audience,
    /// A booking that is to be given back for it.
    pub(super) instead_of: Option<BookingId>,
}

impl Scene {
    pub(super) fn load(tx: &mut Tx<'_>, id: ResourceId) -> Result<Self> {
        let kept = resources::by_id(tx, id)?;
        Self::of(tx, kept)
    }

    pub(super) fn of(tx: &mut Tx<'_>, kept: Kept) -> Result<Self> {
        let space = spaces::or_default(tx, Some(kept.space))?;
        let zone = Zone::parse(&space.zone)?;
        let mut takes = Vec::new();
        for part in &kept.resource.parts {
            takes.push((*part, resources::by_id(tx, *part)?.resource));
        }
        if takes.is_empty() {
            takes.push((kept.id, kept.resource.clone()));
        }
        Ok(Self { kept, space, zone, takes })
    }

    pub(super) fn rules(&self, audience: Audience) -> Option<&Rules> {
        self.kept.resource.rules.get(&audience)
    }

    pub(super) fn hours(&self) -> &Hours {
        self.kept.resource.hours.as_ref().unwrap_or_else(|| self.space.place.bookable())
    }

    /// Is the whole of each part taken?
    pub(super) fn is_combined(&self) -> bool {
        !self.kept.resource.parts.is_empty()
    }

    /// Does it take something that the other one takes, too?
    pub(super) fn meets(&self, other: &Self) -> bool {
        self.takes.iter().any(|(part, _)| other.takes.iter().any(|(theirs, _)| part == theirs))
    }

    /// When it is closed for somebody.
    fn closed(&self, tx: &mut Tx<'_>, audience: Audience, around: Slot) -> Result<Vec<Closed>> {
        let parts = |of: ResourceId| of == self.kept.id || self.takes.iter().any(|(part, _)| *part == of);
        let all = closure::around(tx, self.space.id, around)?.into_iter();
        let mine = all.filter(|closure| {
            closure.resource.is_none_or(parts)
                && (closure.audiences.is_empty() || closure.audiences.contains(&audience))
        });
        Ok(mine
            .filter_map(|closure| {
                Some(Closed { slot: Slot::between(closure.starts_at, closure.ends_at)?, reason: closure.reason })
            })
            .collect())
    }

    /// What others have of it. What has expired takes nothing, and what is asked `instead_of` another does not meet that.
    pub(super) fn calendars(
        &self,
        tx: &mut Tx<'_>,
        around: Slot,
        instead_of: Option<BookingId>,
        now: Timestamp,
    ) -> Result<Vec<Calendar>> {
        let mut calendars = Vec::with_capacity(self.takes.len());
        for (id, resource) in &self.takes {
            // A claim that ended before can still keep its gap.
            let around = around.around(resource.buffers.gap());
            let mut there = booking::calendar(tx, *id, around)?;
            there.retain(|taken| Some(taken.booking) != instead_of && taken.expires_at.is_none_or(|end| end > now));
            calendars.push(Calendar {
                pool: resource.units,
                buffers: resource.buffers,
                claims: there.iter().map(claim_of).collect(),
                all: self.is_combined(),
            });
        }
        Ok(calendars)
    }

    /// What somebody has of it around a time; and what they had, did not come to, or gave back too late.
    fn own(&self, tx: &mut Tx<'_>, whose: Whose, around: Slot, now: Timestamp) -> Result<(Vec<Slot>, Vec<Slot>)> {
        let there = booking::of_requester(tx, whose.requester, self.kept.id, around.around(MONTH))?;
        let others = there.iter().filter(|booking| Some(booking.id) != whose.instead_of);
        let (open, over): (Vec<&Had>, Vec<_>) = others.partition(|booking| booking.state_at(now).is_open());
        let had = |booking: &Had| match (booking.state, booking.checked_out_at) {
            // A no-show that was lifted: its time went to others, and staff believe that this is not held against anybody.
            (State::Completed, _) if booking.estimated && booking.checked_in_by.is_none() => None,
            // Whoever left early has nothing of the rest, and can come back.
            (State::Completed, Some(left)) if left < booking.slot.end() => {
                Slot::between(booking.slot.start(), step_before(left))
            }
            (State::Completed | State::NoShow, _) => Some(booking.slot),
            (State::Cancelled, _) => Some(booking.slot).filter(|_| booking.late),
            _ => None,
        };
        let own = open.into_iter().map(|booking| booking.slot).collect();
        Ok((own, over.into_iter().filter_map(had).collect()))
    }

    /// What the people of somebody's server have of it around a time, where that is another server. What waits for staff is
    /// none of it.
    fn peer(&self, tx: &mut Tx<'_>, whose: Whose, around: Slot, now: Timestamp) -> Result<Vec<Claim>> {
        if matches!(whose.audience, Audience::Resident | Audience::Staff) {
            return Ok(Vec::new());
        }
        let there = booking::of_host(tx, whose.requester, self.kept.id, around)?.into_iter();
        let open = |had: &Had| had.state_at(now).is_open() && Some(had.id) != whose.instead_of;
        Ok(there.filter(open).map(|had| Claim { slot: had.slot, units: had.units, chosen: None }).collect())
    }

    /// The rules that a wish breaks, judged as of `asked_at`.
    pub(super) fn judge(
        &self,
        tx: &mut Tx<'_>,
        wish: &Wish,
        whose: Whose,
        asked_at: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Broken>> {
        self.on_ground(tx, wish.slot, whose, asked_at, now, |ground| judge(wish, ground))
    }

    /// The first time in a window that breaks no rule, from now on.
    pub(super) fn within(&self, tx: &mut Tx<'_>, wanted: &Wanted, whose: Whose, now: Timestamp) -> Result<Within> {
        let Some(first) = wanted.first(now) else { return Ok(Within::Never(wanted.window, Vec::new())) };
        self.on_ground(tx, wanted.window, whose, now, now, |ground| within(&first, wanted.window.end(), ground))
    }

    /// What to answer to a wish that breaks rules.
    pub(super) fn refuse(
        &self,
        tx: &mut Tx<'_>,
        wish: &Wish,
        whose: Whose,
        broken: Vec<Broken>,
        now: Timestamp,
    ) -> Result<Unbookable> {
        let near = self.rules(whose.audience).map_or(wish.slot, |rules| {
            let earliest = rules.earliest(now);
            let start = wish.slot.start().clamp(earliest, rules.horizon(&self.zone, now).max(earliest));
            Slot::between(start, start.saturating_add(wish.slot.elapsed()).unwrap_or(start)).unwrap_or(wish.slot)
        });
        let around = near.hull(near.around(REACH).around(REACH));
        self.on_ground(tx, around, whose, now, now, move |ground| refuse(wish, ground, broken.clone()))
    }

    fn on_ground<T>(
        &self,
        tx: &mut Tx<'_>,
        around: Slot,
        whose: Whose,
        asked_at: Timestamp,
        now: Timestamp,
        look: impl FnOnce(&Ground<'_>) -> T,
    ) -> Result<T> {
        let closed = self.closed(tx, whose.audience, around)?;
        let calendars = self.calendars(tx, around, whose.instead_of, now)?;
        let (own, had) = self.own(tx, whose, around, now)?;
        let peer = self.peer(tx, whose, around, now)?;
        let visit = visit::of(tx, self, whose, around, now)?;
        Ok(look(&Ground {
            zone: &self.zone,
            hours: self.hours(),
            closed: &closed,
            resource: &self.kept.resource,
            audience: whose.audience,
            calendars: &calendars,
            own: &own,
            peer: &peer,
            had: &had,
            visit: visit.as_ref(),
            now: asked_at,
            steps: Steps::default(),
        }))
    }

    /// Writes down what has expired in a time, so that its units are free for the database, too.
    pub(super) fn clear(&self, tx: &mut Tx<'_>, around: Slot, now: Timestamp) -> Result<()> {
        for (id, resource) in &self.takes {
            let around = around.around(resource.buffers.gap());
            for expired in booking::expired(tx, *id, around, now)? {
                if let Some(mut gone) = booking::by_id(tx, expired)? {
                    settle(tx, &mut gone, State::Expired, now)?;
                }
            }
        }
        Ok(())
    }
}

/// What anybody who may book a resource may know of it: when how much is free, and nobody's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Availability {
    /// Where its clock hangs.
    pub zone: String,
    /// How many there are.
    pub capacity: u32,
    /// The version of its rules.
    pub updated: Timestamp,
    /// When it can be booked at all.
    pub bookable: Vec<Slot>,
    /// When how many are taken or kept free around what is taken, the first first; times at which all are free are left
    /// out.
    pub busy: Vec<(Slot, u32)>,
}

/// When how much of a resource is free.
///
/// # Errors
/// [`Refusal::NotFound`], also for what is not for people from elsewhere when they ask; [`Refusal::Gone`].
pub fn availability(
    tx: &mut Tx<'_>,
    id: ResourceId,
    audience: Audience,
    window: Slot,
    now: Timestamp,
) -> Result<Availability> {
    let scene = Scene::load(tx, id)?;
    let audience = match audience {
        Audience::Guest | Audience::External => {
            let shown = scene.kept.resource.shown_to(audience);
            shown.ok_or(Refusal::NotFound { what: "resource" })?.0
        }
        Audience::Resident | Audience::Staff => audience,
    };
    let calendars = scene.calendars(tx, window, None, now)?;
    let mut bookable = scene.hours().within(&scene.zone, window);
    for closed in scene.closed(tx, audience, window)? {
        let without = |part: Slot| {
            let before = Slot::between(part.start(), part.end().min(closed.slot.start()));
            [before, Slot::between(part.start().max(closed.slot.end()), part.end())].into_iter().flatten()
        };
        bookable = bookable.into_iter().flat_map(without).collect();
    }
    let units = scene.kept.resource.units;
    let mut busy = Vec::new();
    match calendars.as_slice() {
        [one] if !one.all => {
            let parts = capacity::withheld(&one.claims, one.buffers, window).into_iter();
            busy.extend(parts.filter(|(_, taken)| *taken > 0));
        }
        // Of what is combined nothing is free while anything of it is taken.
        parts => {
            let taken = |calendar: &Calendar| capacity::withheld(&calendar.claims, calendar.buffers, window);
            let mut all: Vec<Slot> = parts
                .iter()
                .flat_map(|calendar| taken(calendar).into_iter().filter(|(_, units)| *units > 0).map(|(slot, _)| slot))
                .collect();
            all.sort_unstable();
            for slot in all {
                match busy.last_mut() {
                    Some((before, _)) if slot.start() <= Slot::end(*before) => *before = before.until(slot.end()),
                    _ => busy.push((slot, units)),
                }
            }
        }
    }
    Ok(Availability { zone: scene.space.zone, capacity: units, updated: scene.kept.updated, bookable, busy })
}

/// Bookings to come which the hours and the number of units of today would not allow any more, the newest first: for staff to
/// decide on. Nobody loses one because a rule changed. What is booked as a part of another resource goes by that one's hours
/// and takes of this one's units all the same.
///
/// # Errors
/// The store's.
pub fn hit(tx: &mut Tx<'_>, id: ResourceId, now: Timestamp) -> Result<Vec<BookingId>> {
    let scene = Scene::load(tx, id)?;
    let Some(ahead) = Slot::between(now, now.saturating_add(Slot::LONGEST).unwrap_or(Timestamp::MAX)) else {
        return Ok(Vec::new());
    };
    // What is combined has no units of its own, and takes each part: one of them tells of all.
    let (part, full) = match (scene.takes.first(), scene.calendars(tx, ahead, None, now)?.first()) {
        (Some((part, _)), Some(calendar)) if !calendar.all => {
            let usage = capacity::usage(&calendar.claims, calendar.buffers, ahead).into_iter();
            let full = usage.filter(|(_, units)| *units > calendar.pool).map(|(slot, _)| slot);
            (*part, full.collect::<Vec<_>>())
        }
        (Some((part, _)), _) => (*part, Vec::new()),
        (None, _) => return Ok(Vec::new()),
    };
    let is_out_of_hours = |slot: Slot| !scene.hours().cover(&scene.zone, slot);
    let mut hit: Vec<BookingId> = Vec::new();
    for taken in booking::calendar(tx, part, ahead)? {
        if taken.expires_at.is_some_and(|end| end <= now) {
            continue;
        }
        let is_over = full.iter().any(|slot| slot.overlaps(taken.slot));
        // Who came early takes more than was booked.
        let is_out = !is_over
            && is_out_of_hours(taken.slot)
            && booking::by_id(tx, taken.booking)?
                .is_some_and(|booking| booking.resource == id && is_out_of_hours(booking.slot));
        if is_over || is_out {
            hit.push(taken.booking);
        }
    }
    hit.sort_unstable_by(|one, other| other.cmp(one));
    Ok(hit)
}

/// Is one of the rules broken that nobody can pass over?
pub(super) fn is_final(broken: &[Broken]) -> bool {
    broken.iter().any(|broken| !Rule::can_be_overridden(broken.rule))
}
