//! Looking for times that would pass, from the wanted one outwards.

use jiff::{SignedDuration, Timestamp};

use super::{ALTERNATIVES, Calendar, Judge, REACH, Rule, Wish};
use crate::coworking::capacity;
use crate::coworking::slot::Slot;

/// The most times that are tried in a search.
const TRIES: i64 = 4_100;

/// A search for times that pass, from the wanted one outwards.
pub(super) struct Search<'s> {
    wish: &'s Wish,
    judge: Judge<'s>,
    /// Where it begins, on the grid.
    from: Timestamp,
    length: SignedDuration,
    /// The parts of the time around that are within the hours and not closed.
    open: Vec<Slot>,
    /// For each calendar how many are taken when.
    taken: Vec<Vec<(Slot, u32)>>,
}

impl<'s> Search<'s> {
    pub(super) fn new(wish: &'s Wish, judge: Judge<'s>) -> Self {
        let (ground, rules) = (judge.ground, judge.rules);
        let asked = wish.slot.elapsed();
        let length = asked.max(rules.shortest).min(rules.longest.unwrap_or(asked.max(rules.shortest)));
        // Days of the calendar have up to 25 hours; one less is enough for what lies within hours.
        let days = rules.longest_days.map(|days| SignedDuration::from_hours(24 * i64::from(days)));
        let length = days.map_or(length, |days| length.min(days));
        let grid = rules.grid.as_secs();
        let length = SignedDuration::from_secs((length.as_secs() + grid - 1) / grid * grid);
        let near = wish.slot.start().clamp(judge.earliest(), judge.latest().max(judge.earliest()));
        let wall = ground.zone.wall(near).time();
        let past = (i64::from(wall.hour()) * 3_600 + i64::from(wall.minute()) * 60 + i64::from(wall.second())) % grid;
        let from = Timestamp::from_second(near.as_second() - past).unwrap_or(near);
        let begins = from.saturating_sub(REACH).unwrap_or(from);
        let ends = from.saturating_add(REACH + REACH).unwrap_or(from).max(from);
        let around = Slot::between(begins, ends).unwrap_or(wish.slot);
        let hours = ground.hours.within(ground.zone, around);
        let open = ground.closed.iter().fold(hours, |open, closed| {
            let without = |part: Slot| {
                let before = Slot::between(part.start(), part.end().min(closed.slot.start()));
                let after = Slot::between(part.start().max(closed.slot.end()), part.end());
                [before, after].into_iter().flatten()
            };
            open.into_iter().flat_map(without).collect()
        });
        let taken = |calendar: &Calendar| capacity::usage(&calendar.claims, calendar.buffers, around);
        let taken = ground.calendars.iter().map(taken).collect();
        Self { wish, from, length, open, taken, judge }
    }

    /// Times of the wanted length on the grid, the nearest to the wanted one first.
    fn candidates(&self) -> impl Iterator<Item = Slot> {
        let grid = self.judge.rules.grid;
        let most = (REACH.as_secs() / grid.as_secs().max(1)).min(TRIES / 2);
        let steps = (0..=most).flat_map(|step| [step, -step - 1]);
        steps.filter_map(move |step| {
            let away = grid.checked_mul(i32::try_from(step).ok()?)?;
            let start = self.from.checked_add(away).ok()?;
            let slot = Slot::new(start, start.checked_add(self.length).ok()?).ok()?;
            self.judge.passes(Rule::Grid, self.wish, slot).then_some(slot)
        })
    }

    pub(super) fn nearest(&self, rule: Rule) -> Option<Slot> {
        self.candidates().find(|slot| match rule {
            Rule::Capacity => self.has_room(*slot),
            _ => self.judge.passes(rule, self.wish, *slot),
        })
    }

    /// Is there room, as far as that can be seen without giving out units?
    fn has_room(&self, slot: Slot) -> bool {
        let calendars = self.judge.ground.calendars.iter().zip(&self.taken);
        let mut checked = calendars.map(|(calendar, taken)| {
            let wanted = calendar.claim(self.wish, slot);
            let until = slot.end().saturating_add(calendar.buffers.gap()).unwrap_or(slot.end());
            let first = taken.partition_point(|(part, _)| part.end() <= slot.start());
            let mut parts = taken.iter().skip(first).take_while(|(part, _)| part.start() < until);
            let free = parts.all(|(_, units)| units.saturating_add(wanted.units) <= calendar.pool);
            free && (wanted.chosen.is_none() && calendar.claims.iter().all(|claim| claim.chosen.is_none())
                || calendar.fits(self.wish, slot))
        });
        checked.all(|fits| fits)
    }

    /// The nearest times that break no rule.
    pub(super) fn all(&self) -> Vec<Slot> {
        const OTHERS: [Rule; 12] = [
            Rule::Shortest,
            Rule::Longest,
            Rule::Notice,
            Rule::GuestNotice,
            Rule::Horizon,
            Rule::AtOnce,
            Rule::Quota,
            Rule::KeepFree,
            Rule::GuestDays,
            Rule::GuestHours,
            Rule::GuestShare,
            Rule::PeerShare,
        ];
        let open = |slot: &Slot| self.open.iter().any(|part| part.contains(*slot));
        let rest = |slot: &Slot| OTHERS.iter().all(|rule| self.judge.passes(*rule, self.wish, *slot));
        self.candidates().filter(|slot| open(slot) && rest(slot) && self.has_room(*slot)).take(ALTERNATIVES).collect()
    }
}
