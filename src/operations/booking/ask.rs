//! Asking for a booking, and for another time of one.

use jiff::{SignedDuration, Timestamp};

use super::from_elsewhere::audience_of;
use super::scene::{Scene, Whose, is_final};
use super::{Result, answered, is_own, of, place, promote};
use crate::coworking::booking::{
    Draft, HOLDS, HOLDS_OF_PEER, HOLDS_OF_POOL, NOTE_LIMIT, Request, State, decide_by, hold_until, is_late,
    kept_when_moved,
};
use crate::coworking::capacity::{self, Buffers, Claim};
use crate::coworking::decision::{Broken, Rule, Wish};
use crate::coworking::id::{ActorId, BookingId};
use crate::coworking::member::{Acting, Role};
use crate::coworking::peer::Level;
use crate::coworking::resource::Audience;
use crate::coworking::rules::Approval;
use crate::coworking::series::Part;
use crate::coworking::{Event, Refusal, refusal};
use crate::store::booking::{self, Booking, Origin};
use crate::store::waitlist::Wait;
use crate::store::{Tx, event, member};

/// So long the same wish is the same push of a button.
const MOMENT: SignedDuration = SignedDuration::from_mins(1);

/// Who asks, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asking {
    requester: ActorId,
    booked_by: Option<ActorId>,
    audience: Audience,
    staff: bool,
    at_the_door: bool,
    /// Of who waited for it: until when it is kept for them.
    promised: Option<Timestamp>,
    origin: Origin,
    context: Option<String>,
    part: Option<Part>,
}

impl Asking {
    /// A member asks for themselves; those who work here also for another member.
    ///
    /// # Errors
    /// [`Refusal::NotPermitted`] for the keeper without a member, and for members who ask for another one;
    /// [`Refusal::NotFound`] member.
    pub fn here(tx: &mut Tx<'_>, acting: Acting, on_behalf_of: Option<ActorId>, for_a_guest: bool) -> Result<Self> {
        let staff = acting.needs(Role::Host, "book for others").is_ok();
        let asker = acting.member("book").map(ActorId::from);
        let (requester, booked_by) = match on_behalf_of {
            Some(other) if asker != Ok(other) => {
                acting.needs(Role::Host, "book for others")?;
                let there = member::by_id(tx, other)?.filter(|member| member.left_at.is_none());
                there.ok_or(Refusal::NotFound { what: "member" })?;
                (other, asker.ok())
            }
            _ => (asker?, None),
        };
        // Whoever works at the desk books for people without accounts one after the other.
        let audience = if staff && for_a_guest { Audience::Staff } else { Audience::Resident };
        let (origin, context, part) = (Origin::Here, None, None);
        Ok(Self { requester, booked_by, audience, staff, at_the_door: false, promised: None, origin, context, part })
    }

    /// Somebody asks from elsewhere, by an activity.
    ///
    /// # Errors
    /// [`Refusal::NotPermitted`] for people of servers that may not book here.
    pub fn elsewhere(requester: ActorId, level: Level, uri: String, hash: [u8; 32]) -> Result<Self> {
        let who = "people of servers that this space knows";
        let audience = audience_of(level).ok_or(Refusal::NotPermitted { who, act: "book here" })?;
        let origin = Origin::Offer { uri, hash };
        let (booked_by, staff, at_the_door, context, part) = (None, false, false, None, None);
        Ok(Self { requester, booked_by, audience, staff, at_the_door, promised: None, origin, context, part })
    }

    /// For somebody who waited, something came free.
    pub(super) fn who_waited(wait: &Wait, until: Timestamp) -> Self {
        Self {
            requester: wait.requester,
            booked_by: wait.booked_by,
            audience: wait.audience,
            staff: false,
            at_the_door: false,
            promised: Some(until),
            origin: wait.origin.clone(),
            context: None,
            part: None,
        }
    }

    pub(super) fn booked_by(&self) -> Option<ActorId> {
        self.booked_by
    }

    pub(super) fn audience(&self) -> Audience {
        self.audience
    }

    pub(super) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The same, by somebody who stands at the door: the grid and the shortest time are for plans.
    pub(super) fn at_the_door(&self) -> Self {
        Self { at_the_door: true, ..self.clone() }
    }

    /// The same for what is asked for together, under a name for all of it.
    pub(super) fn together(self, context: Option<String>) -> Self {
        Self { context, ..self }
    }

    /// The same for one of a series.
    pub(in crate::operations) fn as_part(&self, part: Part) -> Self {
        Self { part: Some(part), ..self.clone() }
    }

    /// Whose the booking will be.
    pub(in crate::operations) fn requester(&self) -> ActorId {
        self.requester
    }

    fn is_elsewhere(&self) -> bool {
        matches!(self.origin, Origin::Offer { .. })
    }
}

/// Asks for a booking: it is confirmed, held, or waits for staff, as the rules say.
///
/// # Errors
/// [`Refusal::Unbookable`] with every rule that it breaks and the nearest times that pass; [`Refusal::NotFound`] or
/// [`Refusal::Gone`] resource; [`Refusal::TooMany`] holds; [`Refusal::NotPermitted`] to pass over rules.
pub fn request(tx: &mut Tx<'_>, asking: &Asking, request: &Request, now: Timestamp) -> Result<Booking> {
    let scene = Scene::load(tx, request.resource)?;
    let wish = &request.draft.wish;
    let whose = Whose { requester: asking.requester, audience: asking.audience, instead_of: None };
    let reason = passing_over(asking.staff, request.reason.as_deref())?;
    let mut broken = scene.judge(tx, wish, whose, now, now)?;
    // What came free is for those who wait for it, before anybody is as quick as this.
    if asking.promised.is_none() && !is_final(&broken) && promote::goes_first(tx, &scene, wish, asking.requester, now)?
    {
        broken = scene.judge(tx, wish, whose, now, now)?;
    }
    if asking.at_the_door {
        broken.retain(|broken| !matches!(broken.rule, Rule::Grid | Rule::Shortest | Rule::Notice | Rule::GuestNotice));
    }
    let overridden = pass(tx, &scene, wish, whose, broken, reason.as_deref(), now)?;
    // Nobody who passes over rules is asked to wait for approval.
    let mut rules = match scene.rules(asking.audience).or_else(|| scene.rules(Audience::Staff)) {
        Some(rules) => rules.clone(),
        None => return Err(Refusal::NotPermitted { who: "those whom its rules name", act: "book this" }.into()),
    };
    if overridden || asking.staff && asking.booked_by.is_some() {
        rules.approval = Approval::None;
    }
    let state = match (request.hold, rules.approval) {
        (true, Approval::None) => State::Held,
        (false, Approval::None) => State::Confirmed,
        (_, Approval::Open | Approval::Blocking) => State::Requested,
    };
    if state == State::Held && asking.promised.is_none() {
        may_hold(tx, &scene, whose, asking.is_elsewhere(), wish, now)?;
    }
    let expires_at = match state {
        State::Held => Some(asking.promised.unwrap_or_else(|| hold_until(wish.slot, asking.is_elsewhere(), now))),
        State::Requested => Some(decide_by(wish.slot, &rules, now)),
        _ => None,
    };
    let booking = Booking {
        id: BookingId(tx.next_id(now)),
        space: scene.space.id,
        resource: request.resource,
        requester: asking.requester,
        booked_by: asking.booked_by,
        guest: request.draft.guest.clone(),
        audience: asking.audience,
        state,
        units: wish.units,
        unit: wish.unit,
        people: wish.people,
        slot: wish.slot,
        wall_start: scene.zone.wall(wish.slot.start()),
        wall_end: scene.zone.wall(wish.slot.end()),
        zone: scene.space.zone.clone(),
        rules,
        note: request.draft.note.clone(),
        override_reason: reason.filter(|_| overridden),
        words: None,
        refusal: None,
        origin: asking.origin.clone(),
        context: asking.context.clone(),
        part: asking.part,
        expires_at,
        cancelled_by: None,
        late: false,
        requested_at: now,
        answered_at: (state == State::Confirmed).then_some(now),
        checked_in_at: None,
        checked_in_by: None,
        checked_out_at: None,
        estimated: false,
        sequence: 0,
        updated: now,
    };
    booking::add(tx, &booking)?;
    if state.takes_room(booking.rules.approval) {
        take_all(tx, &scene, &booking, whose, now)?;
    }
    if asking.promised.is_none() {
        promote::has_got(tx, &scene, &booking, now)?;
    }
    let id = booking.id;
    let fact = match state {
        State::Held => Event::BookingHeld { booking: id },
        State::Requested => Event::BookingRequested { booking: id },
        _ => Event::BookingConfirmed { booking: id },
    };
    let told_by = event::record(tx, &fact, now)?;
    if state == State::Confirmed && asking.is_elsewhere() {
        booking::tell(tx, id, told_by)?;
    }
    Ok(booking)
}

/// The booking that the same person asked for in the same way a moment ago: a form that is sent twice by one push too many is
/// answered like the first.
///
/// # Errors
/// The store's.
pub fn asked_a_moment_ago(
    tx: &mut Tx<'_>,
    asking: &Asking,
    request: &Request,
    now: Timestamp,
) -> Result<Option<Booking>> {
    let (wish, since) = (&request.draft.wish, now.saturating_sub(MOMENT).unwrap_or(Timestamp::MIN));
    let own = booking::of_requester(tx, asking.requester, request.resource, wish.slot)?.into_iter();
    for had in own.filter(|had| had.state_at(now).is_open() && had.slot == wish.slot) {
        let found = booking::by_id(tx, had.id)?.filter(|one| {
            let asked = Wish { slot: one.slot, units: one.units, unit: one.unit, people: one.people };
            let draft = Draft { wish: asked, note: one.note.clone(), guest: one.guest.clone() };
            one.requested_at > since && draft == request.draft
        });
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// Asks for several things at once: all of them, or none.
///
/// # Errors
/// As of [`request`], for the first that is refused.
pub fn request_all(tx: &mut Tx<'_>, asking: &Asking, requests: &[Request], now: Timestamp) -> Result<Vec<Booking>> {
    // Whoever asks for the same things in another order does not wait for who waits for them.
    let mut order: Vec<usize> = (0..requests.len()).collect();
    order.sort_by_key(|place| requests.get(*place).map(|request| request.resource));
    let context = (requests.len() > 1).then(|| tx.next_id(now).to_string());
    let asking = &asking.clone().together(context.or_else(|| asking.context.clone()));
    tx.savepoint(|tx| {
        let mut made: Vec<(usize, Booking)> = Vec::with_capacity(requests.len());
        for place in order {
            if let Some(one) = requests.get(place) {
                made.push((place, request(tx, asking, one, now)?));
            }
        }
        made.sort_by_key(|(place, _)| *place);
        Ok(made.into_iter().map(|(_, booking)| booking).collect())
    })
}

/// Gives a booking another time, place or size. What it has stays until the new is granted; if it is not, nothing
/// changes.
///
/// # Errors
/// As of [`request`]; [`Refusal::WrongState`] when it has begun or is over, or was asked for from elsewhere: what two nodes
/// have agreed on neither changes by itself; [`Refusal::NotPermitted`] for what staff had to approve.
pub(in crate::operations) fn change_alone(
    tx: &mut Tx<'_>,
    acting: Acting,
    id: BookingId,
    request: &Request,
    now: Timestamp,
) -> Result<Booking> {
    let mut booking = of(tx, acting, id)?;
    let state = booking.state_at(now);
    state.must_be(&[State::Requested, State::Held, State::Confirmed], "what has not begun")?;
    if matches!(booking.origin, Origin::Offer { .. }) {
        let (state, needed) = ("agreed on with another node", "a booking made at this one");
        return Err(Refusal::WrongState { what: "booking", state, needed }.into());
    }
    let staff = acting.needs(Role::Host, "move bookings").is_ok();
    if !staff && booking.slot.start() <= now {
        let needed = "what has not begun";
        return Err(Refusal::WrongState { what: "booking", state: "begun", needed }.into());
    }
    // Moved out of the notice is given back late, whatever becomes of it at its new time.
    if !staff && state == State::Confirmed && is_late(booking.slot, &booking.rules, answered(&booking), now) {
        booking.late = true;
    }
    if !staff && state == State::Confirmed && booking.rules.approval != Approval::None {
        return Err(Refusal::NotPermitted { who: "those who approved it", act: "move this booking" }.into());
    }
    let reason = passing_over(staff, request.reason.as_deref())?;
    let scene = Scene::load(tx, request.resource)?;
    // What is held or confirmed without them does not get past those who approve by being moved.
    let approval = scene.rules(booking.audience).map_or(Approval::None, |rules| rules.approval);
    if !staff && state != State::Requested && approval != Approval::None {
        return Err(Refusal::NotPermitted { who: "those who approve it", act: "move a booking there" }.into());
    }
    let whose = Whose { requester: booking.requester, audience: booking.audience, instead_of: Some(id) };
    let wish = &request.draft.wish;
    tx.savepoint(|tx| {
        let mut broken = scene.judge(tx, wish, whose, now, now)?;
        if !is_final(&broken) && promote::goes_first(tx, &scene, wish, booking.requester, now)? {
            broken = scene.judge(tx, wish, whose, now, now)?;
        }
        let overridden = pass(tx, &scene, wish, whose, broken, reason.as_deref(), now)?;
        // Whoever keeps a part of what they hold keeps no more from others than before.
        let is_part =
            booking.resource == request.resource && booking.slot.contains(wish.slot) && booking.units >= wish.units;
        if state == State::Held && !is_part {
            may_hold(tx, &scene, whose, false, wish, now)?;
        }
        if let Some(rules) = scene.rules(booking.audience) {
            booking.rules = crate::coworking::rules::Rules { approval: booking.rules.approval, ..rules.clone() };
        }
        place::release(tx, id)?;
        booking.resource = request.resource;
        booking.space = scene.space.id;
        booking.slot = wish.slot;
        booking.wall_start = scene.zone.wall(wish.slot.start());
        booking.wall_end = scene.zone.wall(wish.slot.end());
        booking.zone = scene.space.zone.clone();
        booking.units = wish.units;
        booking.unit = wish.unit;
        booking.people = wish.people;
        booking.note = request.draft.note.clone();
        booking.guest = request.draft.guest.clone();
        if overridden {
            booking.override_reason = reason.clone();
        }
        // To what has begun already it is moved by a yes of its own.
        if booking.state == State::Confirmed && wish.slot.start() < now {
            booking.answered_at = Some(now);
        }
        booking.expires_at = booking.expires_at.map(|end| kept_when_moved(end, wish.slot, now));
        booking.sequence = booking.sequence.saturating_add(1);
        booking.updated = now;
        booking::move_to(tx, &booking)?;
        if booking.state.takes_room(booking.rules.approval) {
            take_all(tx, &scene, &booking, whose, now)?;
        }
        event::record(tx, &Event::BookingChanged { booking: id }, now)?;
        Ok(booking.clone())
    })
}

/// The reason for which rules are passed over, from those who may.
fn passing_over(staff: bool, reason: Option<&str>) -> Result<Option<String>> {
    let Some(reason) = reason else { return Ok(None) };
    if !staff {
        return Err(Refusal::NotPermitted { who: "those who work here", act: "pass over rules" }.into());
    }
    Ok(Some(refusal::needed("reason", reason, NOTE_LIMIT)?))
}

/// Passes when no rule is broken, or there is a reason to pass over those that are; tells whether there was need of it.
fn pass(
    tx: &mut Tx<'_>,
    scene: &Scene,
    wish: &Wish,
    whose: Whose,
    broken: Vec<Broken>,
    reason: Option<&str>,
    now: Timestamp,
) -> Result<bool> {
    if broken.is_empty() || reason.is_some() && !is_final(&broken) {
        return Ok(!broken.is_empty());
    }
    Err(Refusal::Unbookable(Box::new(scene.refuse(tx, wish, whose, broken, now)?)).into())
}

/// Takes what a booking wants of each part. There is room by now; whether units can be dealt out so is seen here.
pub(super) fn take_all(tx: &mut Tx<'_>, scene: &Scene, booking: &Booking, whose: Whose, now: Timestamp) -> Result<()> {
    scene.clear(tx, booking.slot, now)?;
    for (part, resource) in &scene.takes {
        let wanted = match scene.is_combined() {
            true => Claim { slot: booking.slot, units: resource.units, chosen: None },
            false => Claim { slot: booking.slot, units: booking.units, chosen: booking.unit },
        };
        if !place::take(tx, (*part, resource), booking.id, &wanted, booking.expires_at)? {
            let words = "the places that are left cannot be dealt out so that everybody keeps theirs".to_owned();
            let broken = vec![Broken { rule: Rule::Capacity, words, nearest: None }];
            let wish = Wish { slot: booking.slot, units: booking.units, unit: booking.unit, people: booking.people };
            return Err(Refusal::Unbookable(Box::new(scene.refuse(tx, &wish, whose, broken, now)?)).into());
        }
    }
    Ok(())
}

/// Nobody keeps more from others than they can use by themselves, and most of a pool can be had at any time.
fn may_hold(tx: &mut Tx<'_>, scene: &Scene, whose: Whose, elsewhere: bool, wish: &Wish, now: Timestamp) -> Result<()> {
    let held = booking::holds(tx, whose.requester, whose.instead_of, now)?;
    let too_many = |field, limit: u32, found: usize| {
        let limit = limit as usize;
        if found > limit { Err(Refusal::TooMany { field, limit, found }) } else { Ok(()) }
    };
    too_many("holds", HOLDS, held.iter().filter(|hold| hold.own).count() + 1)?;
    if elsewhere {
        too_many("holds of your server", HOLDS_OF_PEER, held.iter().filter(|hold| hold.of_host).count() + 1)?;
    }
    let of_it = held.iter().filter(|hold| hold.resource == scene.kept.id);
    let of_it: Vec<Claim> = of_it.map(|hold| Claim { slot: hold.slot, units: hold.units, chosen: None }).collect();
    let units = capacity::peak(&of_it, Buffers::default(), wish.slot).saturating_add(wish.units);
    // Of a pool of three, one can be held all the same.
    let most = (scene.kept.resource.units.saturating_mul(HOLDS_OF_POOL) / 100).max(1);
    too_many("held units at that time", most, units as usize)?;
    Ok(())
}

/// May this booking be seen as one's own?
pub(super) fn side(acting: Acting, booking: &Booking) -> crate::coworking::booking::Side {
    use crate::coworking::booking::Side;
    if is_own(acting, booking) { Side::Guest } else { Side::Host }
}
