//! A series, or a part of it, at other times.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};

use super::{Result, is_in, view};
use crate::coworking::Refusal;
use crate::coworking::booking::{Draft, Request, State};
use crate::coworking::decision::Wish;
use crate::coworking::id::{ResourceId, SeriesId};
use crate::coworking::member::Acting;
use crate::coworking::series::{Clash, Clashes, Clashing, Move, Override, Part, Scope, Series};
use crate::coworking::slot::Slot;
use crate::operations::Error;
use crate::operations::booking as bookings;
use crate::operations::resource as resources;
use crate::store::booking::Booking;
use crate::store::series::{self, Kept, Of};
use crate::store::{Tx, booking};

/// What is to be different. What is absent stays as each booking has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// When, and how much of the series.
    pub to: Move,
    /// Of what instead.
    pub resource: Option<ResourceId>,
    /// How many units.
    pub units: Option<u32>,
    /// The unit that is chosen, from 0.
    pub unit: Option<u32>,
    /// For how many people.
    pub people: Option<u32>,
    /// A word to the space; none if that is empty.
    pub note: Option<String>,
    /// Why staff pass over rules, if they do.
    pub reason: Option<String>,
}

/// What became of a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edited {
    /// The series with what was changed; a new one if it was split.
    pub kept: Kept,
    /// What came before it, if it was split.
    pub before: Option<Kept>,
    /// The bookings that were changed, in their order.
    pub changed: Vec<Booking>,
    /// Those that stay as they were, because they cannot be had otherwise.
    pub left: Vec<Clash>,
}

impl Change {
    fn request(&self, old: &Booking, slot: Slot) -> Request {
        let resource = self.resource.unwrap_or(old.resource);
        let unit = self.unit.or(old.unit.filter(|_| resource == old.resource));
        let (units, people) = (self.units.unwrap_or(old.units), self.people.unwrap_or(old.people));
        let note =
            self.note.clone().map_or_else(|| old.note.clone(), |note| Some(note).filter(|note| !note.is_empty()));
        let draft = Draft { wish: Wish { slot, units, unit, people }, note, guest: old.guest.clone() };
        Request { resource, draft, hold: false, reason: self.reason.clone() }
    }
}

/// Is it as it is wished already?
fn is_so(booking: &Booking, wish: &Request) -> bool {
    let Draft { wish: Wish { slot, units, unit, people }, note, .. } = &wish.draft;
    (booking.resource, booking.slot, booking.units) == (wish.resource, *slot, *units)
        && (booking.unit, booking.people, &booking.note) == (*unit, *people, note)
}

fn slots(series: &Series) -> Result<BTreeMap<DateTime, Slot>> {
    let found = series.occurrences()?.occurrences.into_iter();
    Ok(found.filter_map(|one| Some((one.original, Slot::between(one.start, one.end)?))).collect())
}

/// Gives this one, this and all later ones, or all of a series another time, place or size. What has begun stays as it was,
/// and so does what was changed or deleted by itself. Those that cannot be had stay as they are if the asker says so;
/// otherwise nothing changes. This and later ones become a series of their own.
///
/// # Errors
/// [`Refusal::NotFound`] series or occurrence; [`Refusal::WrongState`] for one at another node, and when nothing of it can be
/// changed; [`Refusal::Malformed`] for times to which not all can be moved alike; [`Refusal::Clashes`] with each that cannot
/// be had; of this one alone as of [`change`](bookings::change).
pub fn edit(
    tx: &mut Tx<'_>,
    acting: Acting,
    id: SeriesId,
    change: &Change,
    choice: Option<Clashing>,
    now: Timestamp,
) -> Result<Edited> {
    let kept = view(tx, acting, id)?;
    let Of::Here(resource) = kept.of else {
        let (state, needed) = ("at another node", "one of this node; take those back and ask anew");
        return Err(Refusal::WrongState { what: "series", state, needed }.into());
    };
    if let Some(other) = change.resource.filter(|other| *other != resource)
        && resources::zone(tx, other)? != kept.series.zone
    {
        return Err(Refusal::malformed("resource", other, "something whose clock hangs in the same zone").into());
    }
    let all = booking::of_series(tx, id)?;
    let named = change.to.original;
    if named != kept.series.start && !all.iter().any(|booking| booking.part.is_some_and(|part| part.original == named))
    {
        return Err(Refusal::NotFound { what: "occurrence" }.into());
    }
    match change.to.scope {
        Scope::This => edit_one(tx, acting, kept, &all, change, now),
        Scope::Later | Scope::All => Several::new(tx, kept, change, now)?.edit(tx, acting, all, choice, now),
    }
}

fn edit_one(
    tx: &mut Tx<'_>,
    acting: Acting,
    mut kept: Kept,
    all: &[Booking],
    change: &Change,
    now: Timestamp,
) -> Result<Edited> {
    let Move { original, start, end, .. } = change.to;
    let there = || Refusal::NotFound { what: "occurrence" };
    let one = all.iter().find(|booking| booking.part.is_some_and(|part| part.original == original));
    let one = one.ok_or_else(there)?;
    let slot = slots(&kept.series.change_one(original, start, end)?)?.remove(&original).ok_or_else(there)?;
    let changed = bookings::change_alone(tx, acting, one.id, &change.request(one, slot), now)?;
    kept.series = kept.series.noting(original, Override { start, end })?;
    kept.updated = now;
    series::save(tx, &kept)?;
    Ok(Edited { kept, before: None, changed: vec![changed], left: Vec::new() })
}

/// Several of a series that are moved alike.
struct Several<'c> {
    change: &'c Change,
    kept: Kept,
    /// What stays behind of a series that is split.
    head: Option<Series>,
    /// The series as it is to be, or what is split off.
    after: Series,
    target: SeriesId,
    by: SignedDuration,
}

impl<'c> Several<'c> {
    fn new(tx: &mut Tx<'_>, kept: Kept, change: &'c Change, now: Timestamp) -> Result<Self> {
        let Move { scope, original, start, end } = change.to;
        let (by, first) = (start.duration_since(original), kept.series.start);
        if scope == Scope::Later && original > first {
            let (head, after) = kept.series.split_at(original, start, end)?;
            let target = SeriesId(tx.next_id(now));
            return Ok(Self { change, kept, head: Some(head), after, target, by });
        }
        let begins = first.saturating_add(by);
        let after = kept.series.change_all(begins, begins.saturating_add(end.duration_since(start)))?;
        let target = kept.id;
        Ok(Self { change, kept, head: None, after, target, by })
    }

    fn edit(
        mut self,
        tx: &mut Tx<'_>,
        acting: Acting,
        all: Vec<Booking>,
        choice: Option<Clashing>,
        now: Timestamp,
    ) -> Result<Edited> {
        let slots = slots(&self.after)?;
        let Move { scope, original: named, .. } = self.change.to;
        let part = |booking: &Booking| booking.part.map_or(booking.wall_start, |part| part.original);
        let mut rows: Vec<Booking> = all.into_iter().filter(|row| is_in(scope, named, part(row))).collect();
        // Nobody stands in their own way: the one goes first into whose place another comes.
        if self.by.is_positive() {
            rows.reverse();
        }
        let (mut changed, mut left, mut ahead) = (Vec::new(), Vec::new(), 0_usize);
        for row in rows {
            let (old, original) = (part(&row), part(&row).saturating_add(self.by));
            let state = row.state_at(now);
            let is_ahead = matches!(state, State::Requested | State::Held | State::Confirmed) && row.slot.start() > now;
            let is_exception = self.kept.series.overrides.contains_key(&old);
            let slot = slots.get(&original).filter(|_| is_ahead && !is_exception);
            let mut stays = state != State::Cancelled;
            if let Some(slot) = slot {
                ahead = ahead.saturating_add(1);
                let wish = self.change.request(&row, *slot);
                match tx.savepoint(|tx| match is_so(&row, &wish) {
                    true => Ok(row.clone()),
                    false => bookings::change_alone(tx, acting, row.id, &wish, now),
                }) {
                    Ok(done) => {
                        changed.push(done);
                        stays = false;
                    }
                    Err(Error::Refused(Refusal::Unbookable(no))) => left.push(Clash { original, no: *no }),
                    Err(error) => return Err(error),
                }
            }
            if stays {
                self.after = self.after.noting(original, Override { start: row.wall_start, end: row.wall_end })?;
            }
            booking::set_part(tx, row.id, Part { series: self.target, original })?;
        }
        if ahead == 0 {
            let (state, needed) = ("over, or changed one by one", "what has not begun");
            return Err(Refusal::WrongState { what: "series", state, needed }.into());
        }
        if self.by.is_positive() {
            changed.reverse();
            left.reverse();
        }
        if !left.is_empty() && (choice != Some(Clashing::Skip) || changed.is_empty()) {
            return Err(Refusal::Clashes(Box::new(Clashes { of: ahead, choice, all: left })).into());
        }
        for done in &mut changed {
            let original = part(&*done).saturating_add(self.by);
            done.part = Some(Part { series: self.target, original });
        }
        let (kept, before) = self.save(tx, now)?;
        Ok(Edited { kept, before, changed, left })
    }

    fn save(self, tx: &mut Tx<'_>, now: Timestamp) -> Result<(Kept, Option<Kept>)> {
        let Self { change, mut kept, head, after, target, .. } = self;
        let mut new = Kept { series: after, updated: now, ..kept.clone() };
        if let Some(other) = change.resource {
            new.name = resources::by_id(tx, other)?.resource.name;
            new.of = Of::Here(other);
        }
        let Some(head) = head else {
            series::save(tx, &new)?;
            return Ok((new, None));
        };
        kept.series = head;
        kept.updated = now;
        series::save(tx, &kept)?;
        let new = Kept { id: target, split_from: Some(kept.id), made_at: now, ..new };
        series::add(tx, &new)?;
        Ok((new, Some(kept)))
    }
}
