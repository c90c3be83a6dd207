//! A week of something that can be booked, as people look at it: hours below each other, days beside each other, and in
//! each how much is free. Of what is over nothing is told.

use jiff::civil::{Date, Time};
use jiff::{Span, Timestamp};

use super::slot::Slot;
use super::space::Zone;

/// How much there is when: all that a timetable is made of.
#[derive(Debug, Clone, Copy)]
pub struct Supply<'a> {
    /// How many there are.
    pub capacity: u32,
    /// When it can be booked at all, the first first; those do not overlap.
    pub bookable: &'a [Slot],
    /// When how many are taken, the first first; those do not overlap.
    pub busy: &'a [(Slot, u32)],
}

/// A stretch of time in which so many are free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// When.
    pub slot: Slot,
    /// As many at every moment of it.
    pub least: u32,
    /// As many at some moment of it.
    pub most: u32,
}

/// An hour of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// It cannot be booked, or there is no such hour on that day.
    Closed,
    /// It is over.
    Past,
    /// It can be booked, all of it or a part.
    Open {
        /// How many are free in all of the part that can be booked.
        least: u32,
        /// How many are free at some moment.
        most: u32,
        /// The one stretch in which any are free, where there is one and it is not the whole hour.
        part: Option<Slot>,
        /// Can it be booked, and are any free, from its beginning to its end?
        whole: bool,
    },
}

/// A day of the week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// Which.
    pub date: Date,
    /// Its hours, one for each of [`Timetable::hours`].
    pub cells: Vec<Cell>,
    /// When any are free, in full.
    pub free: Vec<Stretch>,
}

/// A week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timetable {
    /// The hours at which something is open on any day, from 0 to 23; none in a week that is closed.
    pub hours: std::ops::Range<i8>,
    /// From Monday to Sunday.
    pub days: Vec<Day>,
}

/// How it is at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Now {
    /// So many are free, until any of that changes.
    Free {
        /// How many.
        units: u32,
        /// Until when at least one is; `None` beyond what was looked at.
        until: Option<Timestamp>,
    },
    /// All are taken.
    Taken {
        /// Until one is free; `None` beyond what was looked at.
        until: Option<Timestamp>,
    },
    /// It cannot be booked at this time of day.
    Closed {
        /// Until it can; `None` beyond what was looked at.
        until: Option<Timestamp>,
    },
}

impl Supply<'_> {
    /// The parts of a window that can be booked, cut where the number of those that are free changes.
    fn steps(&self, window: Slot) -> Vec<(Slot, u32)> {
        let mut steps = Vec::new();
        for open in self.bookable.iter().filter_map(|slot| slot.intersection(window)) {
            let mut at = open.start();
            for (slot, taken) in self.busy.iter().filter_map(|(slot, taken)| Some((slot.intersection(open)?, *taken))) {
                steps.extend(Slot::between(at, slot.start()).map(|free| (free, self.capacity)));
                steps.push((slot, self.capacity.saturating_sub(taken)));
                at = at.max(slot.end());
            }
            steps.extend(Slot::between(at, open.end()).map(|free| (free, self.capacity)));
        }
        steps
    }

    /// When any are free in a window, the first first; stretches that touch are one.
    #[must_use]
    pub fn free(&self, window: Slot) -> Vec<Stretch> {
        let mut all: Vec<Stretch> = Vec::new();
        for (slot, units) in self.steps(window).into_iter().filter(|(_, units)| *units > 0) {
            match all.last_mut() {
                Some(last) if last.slot.end() == slot.start() => {
                    last.slot = last.slot.until(slot.end());
                    (last.least, last.most) = (last.least.min(units), last.most.max(units));
                }
                _ => all.push(Stretch { slot, least: units, most: units }),
            }
        }
        all
    }

    /// How it is at the beginning of a window, looking no further than its end.
    #[must_use]
    pub fn now(&self, window: Slot) -> Now {
        let within = |at: Timestamp| Some(at).filter(|at| *at < window.end());
        let (steps, free) = (self.steps(window), self.free(window));
        let next_free = free.iter().find(|stretch| stretch.slot.start() > window.start());
        match steps.first().filter(|(slot, _)| slot.start() == window.start()) {
            None => Now::Closed { until: steps.first().map(|(slot, _)| slot.start()) },
            Some((_, 0)) => Now::Taken { until: next_free.map(|stretch| stretch.slot.start()) },
            Some((_, units)) => {
                let until = free.first().and_then(|stretch| within(stretch.slot.end()));
                Now::Free { units: *units, until }
            }
        }
    }

    fn cell(&self, hour: Option<Slot>, now: Timestamp) -> Cell {
        let Some(hour) = hour else { return Cell::Closed };
        let Some(ahead) = Slot::between(hour.start().max(now), hour.end()) else { return Cell::Past };
        let steps = self.steps(ahead);
        let least = steps.iter().map(|(_, units)| *units).min();
        let Some(least) = least else { return Cell::Closed };
        let free = self.free(ahead);
        let whole = matches!(free.as_slice(), [one] if one.slot == ahead);
        let part = match free.as_slice() {
            [one] if !whole => Some(one.slot),
            _ => None,
        };
        Cell::Open { least, most: free.iter().map(|stretch| stretch.most).max().unwrap_or(0), part, whole }
    }
}

/// The Monday of the week in which a date lies.
#[must_use]
pub fn monday_of(date: Date) -> Date {
    date.checked_sub(Span::new().days(date.weekday().to_monday_zero_offset())).unwrap_or(date)
}

/// The dates of the week that begins on this Monday.
pub fn dates(monday: Date) -> impl Iterator<Item = Date> {
    monday.series(Span::new().days(1)).take(7)
}

/// The hour that begins when the clock shows so many; `None` where the clock leaves it out.
#[must_use]
pub fn hour(zone: &Zone, date: Date, hour: i8) -> Option<Slot> {
    let reached = |date: Date, hour| {
        let time = Time::new(hour, 0, 0, 0).ok()?;
        Some(zone.meaning("week", date.to_datetime(time)).ok()?.reached())
    };
    let end = if hour == 23 { reached(date.tomorrow().ok()?, 0) } else { reached(date, hour + 1) };
    Slot::between(reached(date, hour)?, end?)
}

impl Timetable {
    /// The week that begins on this Monday.
    #[must_use]
    pub fn of(zone: &Zone, monday: Date, supply: Supply<'_>, now: Timestamp) -> Self {
        let is_open =
            |hour: Option<Slot>| hour.is_some_and(|hour| supply.bookable.iter().any(|slot| slot.overlaps(hour)));
        let open: Vec<i8> =
            (0..24).filter(|number| dates(monday).any(|date| is_open(hour(zone, date, *number)))).collect();
        let hours = match (open.first(), open.last()) {
            (Some(first), Some(last)) => *first..last + 1,
            _ => 0..0,
        };
        let days = dates(monday).map(|date| {
            let ahead = zone.day(date).and_then(|day| Slot::between(day.start().max(now), day.end()));
            Day {
                date,
                cells: hours.clone().map(|number| supply.cell(hour(zone, date, number), now)).collect(),
                free: ahead.map(|ahead| supply.free(ahead)).unwrap_or_default(),
            }
        });
        Self { days: days.collect(), hours }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn zone() -> Zone {
        Zone::parse("Europe/Amsterdam").unwrap()
    }

    fn slot(from: &str, to: &str) -> Slot {
        let at = |text| zone().read("at", text).unwrap();
        Slot::new(at(from), at(to)).unwrap()
    }

    #[test]
    fn a_week_tells_what_is_free_and_nothing_of_what_is_over() {
        let bookable = [slot("2026-11-30T09:00", "2026-11-30T13:00"), slot("2026-12-01T09:30", "2026-12-01T12:00")];
        let busy =
            [(slot("2026-11-30T09:00", "2026-11-30T10:00"), 1), (slot("2026-11-30T11:00", "2026-11-30T11:30"), 1)];
        let supply = Supply { capacity: 1, bookable: &bookable, busy: &busy };
        let now = slot("2026-11-30T10:00", "2026-11-30T10:05").start();
        let week = Timetable::of(&zone(), date(2026, 11, 30), supply, now);
        assert_eq!((week.hours.clone(), week.days.len()), (9..13, 7));
        let open = |least, most, part, whole| Cell::Open { least, most, part, whole };
        let half = Some(slot("2026-11-30T11:30", "2026-11-30T12:00"));
        assert_eq!(
            week.days[0].cells,
            [Cell::Past, open(1, 1, None, true), open(0, 1, half, false), open(1, 1, None, true)]
        );
        let late = Some(slot("2026-12-01T09:30", "2026-12-01T10:00"));
        assert_eq!(week.days[1].cells[0], open(1, 1, late, false));
        assert_eq!((&week.days[1].cells[3], week.days[2].free.len()), (&Cell::Closed, 0));
        let free: Vec<Slot> = week.days[0].free.iter().map(|stretch| stretch.slot).collect();
        assert_eq!(free, [slot("2026-11-30T10:00", "2026-11-30T11:00"), slot("2026-11-30T11:30", "2026-11-30T13:00")]);
        let ahead =
            |from| Slot::new(slot(from, "2026-12-02T00:00").start(), slot(from, "2026-12-02T00:00").end()).unwrap();
        let at = |text: &str| Some(slot(text, "2026-12-09T00:00").start());
        assert_eq!(supply.now(ahead("2026-11-30T10:15")), Now::Free { units: 1, until: at("2026-11-30T11:00") });
        assert_eq!(supply.now(ahead("2026-11-30T11:15")), Now::Taken { until: at("2026-11-30T11:30") });
        assert_eq!(supply.now(ahead("2026-11-30T13:00")), Now::Closed { until: at("2026-12-01T09:30") });
        assert_eq!(supply.now(ahead("2026-12-01T13:00")), Now::Closed { until: None });
    }

    #[test]
    fn the_hour_that_the_clock_leaves_out_is_closed_and_the_one_it_shows_twice_is_long() {
        let bookable = [slot("2026-03-23T00:00", "2026-03-30T00:00"), slot("2026-10-19T00:00", "2026-10-26T00:00")];
        let supply = Supply { capacity: 3, bookable: &bookable, busy: &[] };
        let spring = Timetable::of(&zone(), date(2026, 3, 23), supply, Timestamp::UNIX_EPOCH);
        assert_eq!((spring.hours.clone(), &spring.days[6].cells[2]), (0..24, &Cell::Closed));
        let all = Cell::Open { least: 3, most: 3, part: None, whole: true };
        assert_eq!((&spring.days[6].cells[3], &spring.days[5].cells[2]), (&all, &all));
        let autumn = Timetable::of(&zone(), date(2026, 10, 19), supply, Timestamp::UNIX_EPOCH);
        assert_eq!(autumn.days[6].cells[2], all);
        assert_eq!(hour(&zone(), date(2026, 10, 25), 2).unwrap().elapsed().as_mins(), 120);
    }

    proptest! {
        #[test]
        fn each_minute_is_free_in_a_stretch_as_often_as_nobody_has_it(
            open in prop::collection::vec((0_i64..200, 5_i64..60), 0..4),
            taken in prop::collection::vec((0_i64..200, 5_i64..60, 1_u32..5), 0..6),
        ) {
            let at = |minute: i64| Timestamp::from_second(1_800_000_000 + minute * 60).unwrap();
            let make = |from: i64, to: i64| Slot::new(at(from), at(to)).unwrap();
            // Side by side, as they come from the calendar.
            let mut end = 0;
            let bookable: Vec<Slot> = open.into_iter().map(|(gap, long)| {
                let from = end + gap + 1;
                end = from + long;
                make(from, end)
            }).collect();
            let mut end = 0;
            let busy: Vec<(Slot, u32)> = taken.into_iter().map(|(gap, long, units)| {
                let from = end + gap;
                end = from + long;
                (make(from, end), units)
            }).collect();
            let supply = Supply { capacity: 4, bookable: &bookable, busy: &busy };
            let window = make(0, 1_000);
            let free = supply.free(window);
            prop_assert!(free.windows(2).all(|two| two[0].slot.end() < two[1].slot.start()));
            for minute in 0..1_000 {
                let minute = make(minute, minute + 1);
                let open = bookable.iter().any(|slot| slot.contains(minute));
                let taken = busy.iter().find(|(slot, _)| slot.contains(minute)).map_or(0, |(_, units)| *units);
                let left = if open { 4_u32.saturating_sub(taken) } else { 0 };
                let stretch = free.iter().find(|stretch| stretch.slot.contains(minute));
                prop_assert_eq!(stretch.is_some(), left > 0);
                if let Some(stretch) = stretch {
                    prop_assert!((stretch.least..=stretch.most).contains(&left));
                }
            }
        }
    }
}
