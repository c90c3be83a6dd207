//! Looking for times that would pass, from the wanted one outwards.

use jiff::civil::DateTime;
use jiff::{SignedDuration, Span, Timestamp};

use super::judge::past_grid;
use super::{ALTERNATIVES, Calendar, Judge, REACH, Rule, Wish};
use crate::coworking::capacity;
use crate::coworking::slot::Slot;
use crate::coworking::wall::Meaning;

/// The most times that are tried in a search.
const TRIES: i64 = 4_100;
/// What a day of the calendar is reckoned as, also one on which clocks are set.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A search for times that pass, from the wanted one outwards.
pub(super) struct Search<'s> {
    wish: &'s Wish,
    judge: Judge<'s>,
    /// Where it begins: what the clock shows, on the grid.
    from: DateTime,
    length: SignedDuration,
    /// The parts of the time around that are within the hours and not closed.
    open: Vec<Slot>,
    /// For each calendar how many are taken when.
    taken: Vec<Vec<(Slot, u32)>>,
}

impl<'s> Search<'s> {
    pub(super) fn new(wish: &'s Wish, judge: Judge<'s>) -> Self {
        let (ground, rules) = (judge.ground, judge.rules);
        let asked = match is_whole_days(&judge) {
            true => SignedDuration::from_secs(DAY.as_secs() * i64::try_from(ground.zone.days(wish.slot)).unwrap_or(1)),
            false => wish.slot.elapsed(),
        };
        let length = asked.max(rules.shortest).min(rules.longest.unwrap_or(asked.max(rules.shortest)));
        // Days of the calendar have up to 25 hours; one less is enough for what lies within hours.
        let days = rules.longest_days.map(|days| SignedDuration::from_hours(24 * i64::from(days)));
        let length = days.map_or(length, |days| length.min(days));
        let grid = rules.grid.as_secs();
        let length = SignedDuration::from_secs((length.as_secs() + grid - 1) / grid * grid);
        let near = wish.slot.start().clamp(judge.earliest(), judge.horizon().max(judge.earliest()));
        let wall = ground.zone.wall(near);
        let from = wall.saturating_sub(past_grid(wall, rules.grid));
        let at = |wall: DateTime| ground.zone.meaning("start", wall).map_or(near, Meaning::reached);
        let (begins, ends) = (at(from.saturating_sub(REACH)), at(from.saturating_add(REACH + REACH)));
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
        let grid = self.judge.rules.grid.as_secs().max(1);
        let most = (REACH.as_secs() / grid).min(TRIES / 2);
        let steps = (0..=most).flat_map(|step| [step, -step - 1]);
        let slots = steps.flat_map(move |step| self.at(step)).flatten();
        slots.filter(move |slot| self.judge.passes(Rule::Grid, self.wish, *slot))
    }

    /// What begins so many steps of the clock on the wall away from where the search begins: two, if the clock is set back
    /// over it.
    fn at(&self, step: i64) -> [Option<Slot>; 2] {
        let (zone, grid) = (self.judge.ground.zone, self.judge.rules.grid);
        let wall = self.from.saturating_add(SignedDuration::from_secs(grid.as_secs().saturating_mul(step)));
        if is_whole_days(&self.judge) {
            let last = wall.date().saturating_add(Span::new().days(self.length.as_secs() / DAY.as_secs() - 1));
            let days = zone.day(wall.date()).zip(zone.day(last));
            return [days.and_then(|(first, last)| Slot::new(first.start(), last.end()).ok()), None];
        }
        let lasting = |start: Timestamp| Slot::new(start, start.checked_add(self.length).ok()?).ok();
        match zone.meaning("start", wall) {
            Ok(Meaning::Once(at)) => [lasting(at), None],
            Ok(Meaning::Twice { first, second }) => [lasting(first), lasting(second)],
            Ok(Meaning::Never { .. }) | Err(_) => [None, None],
        }
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
                || calendar.fits(self.wish, slot, &self.judge.ground.steps))
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

/// Are beginnings and ends those of days, however many hours these have?
fn is_whole_days(judge: &Judge<'_>) -> bool {
    judge.rules.grid == DAY
}
