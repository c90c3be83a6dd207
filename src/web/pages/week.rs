//! Weeks and hours, ready to be written out: when how much is free, in words, numbers and shapes.

use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, Timestamp};
use url::form_urlencoded::byte_serialize;

use super::book::offered;
use super::span::Span;
use crate::coworking::hours::Hours;
use crate::coworking::rules::Rules;
use crate::coworking::slot::Slot;
use crate::coworking::space::Zone;
use crate::coworking::timetable::{Cell, Day, Now, Stretch, dates, hour as hour_of, monday_of};
use crate::coworking::typed::text;
use crate::operations::calendar::Week;

/// How it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ShownNow {
    /// `free`, `taken` or `closed`: the class of the badge.
    pub(super) state: &'static str,
    /// In words: "Free until 14:00".
    pub(super) words: String,
}

impl ShownNow {
    pub(super) fn of(now: Now, units: u32, zone: &Zone, at: Timestamp) -> Self {
        let until = |until: Option<Timestamp>| until.map(|until| time_from(zone, at, until));
        let (state, words) = match now {
            Now::Free { units: free, until: end } => {
                let many = if units > 1 { format!("{free} of {units} free now") } else { "Free now".to_owned() };
                ("free", until(end).map(|end| format!("{many}, until {end}")).unwrap_or(many))
            }
            Now::Taken { until: end } => {
                ("taken", until(end).map_or("Taken now".to_owned(), |end| format!("Taken until {end}")))
            }
            Now::Closed { until: end } => {
                ("closed", until(end).map_or("Closed now".to_owned(), |end| format!("Closed until {end}")))
            }
        };
        Self { state, words }
    }
}

/// A time of day, with its day when that is another one.
fn time_from(zone: &Zone, now: Timestamp, at: Timestamp) -> String {
    let (today, at) = (zone.wall(now).date(), zone.wall(at));
    match at.date() == today {
        true => at.strftime("%H:%M").to_string(),
        false => at.strftime("%A %H:%M").to_string(),
    }
}

/// A week as a table, and the same as a list.
pub(super) struct ShownWeek {
    /// "30 November to 6 December 2026".
    pub(super) title: String,
    /// The zone by whose clock its times are.
    pub(super) zone: String,
    pub(super) days: Vec<ShownDay>,
    pub(super) rows: Vec<ShownRow>,
    pub(super) previous: Option<String>,
    pub(super) next: Option<String>,
    /// Are there several of it? Then cells are numbers.
    pub(super) pool: bool,
}

pub(super) struct ShownDay {
    /// "Mon".
    pub(super) short: String,
    /// "Monday 30 November".
    pub(super) long: String,
    /// "30".
    pub(super) number: String,
    pub(super) is_today: bool,
    /// "09:00–12:00, 13:00–18:00"; empty when nothing is free.
    pub(super) free: String,
}

pub(super) struct ShownRow {
    /// "09:00".
    pub(super) hour: String,
    pub(super) cells: Vec<ShownCell>,
}

pub(super) struct ShownCell {
    /// The class: `free`, `some`, `taken`, `closed` or `past`.
    pub(super) state: &'static str,
    /// What is seen.
    pub(super) shown: String,
    /// What is read out after it.
    pub(super) more: &'static str,
    /// How much is taken, in quarters, for the height of the hatching.
    pub(super) quarters: u32,
    /// For members: the way to the form with a time in it.
    pub(super) book: Option<ToBook>,
}

/// The way to the form.
pub(super) struct ToBook {
    pub(super) href: String,
    /// The time that stands in it.
    pub(super) words: String,
}

impl ShownWeek {
    /// A week of what is found at a path; with ways to book it by the rules for whom looks, where there are any.
    pub(super) fn of(week: &Week, path: &str, rules: Option<&Rules>, now: Timestamp) -> Self {
        let units = week.kept.resource.units;
        let last = dates(week.monday).last().unwrap_or(week.monday);
        let begins = if last.year() == week.monday.year() { "%-d %B" } else { "%-d %B %Y" };
        let days = &week.timetable.days;
        let rows = week.timetable.hours.clone().enumerate().map(|(row, hour)| ShownRow {
            hour: format!("{hour:02}:00"),
            cells: days
                .iter()
                .filter_map(|day| {
                    let cell = cell(day.cells.get(row)?, units, &week.zone);
                    let book = rules.and_then(|rules| to_book(week, day, hour, rules, path, now));
                    Some(ShownCell { book, ..cell })
                })
                .collect(),
        });
        let to = |monday: Date| format!("{path}?week={monday}#week");
        Self {
            title: format!("{} to {}", week.monday.strftime(begins), last.strftime("%-d %B %Y")),
            zone: week.zone.as_str().to_owned(),
            days: days.iter().map(|day| shown_day(day, week)).collect(),
            rows: rows.collect(),
            previous: week.previous.map(to),
            next: week.next.map(to),
            pool: units > 1,
        }
    }
}

/// The way to book the first time that can be had from within an hour on.
fn to_book(week: &Week, day: &Day, hour: i8, rules: &Rules, path: &str, now: Timestamp) -> Option<ToBook> {
    let hour = hour_of(&week.zone, day.date, hour)?;
    let free = day.free.iter().map(|stretch| stretch.slot).filter(|slot| slot.overlaps(hour));
    let slot = offered(&week.zone, rules, free, hour.start(), now).filter(|slot| slot.start() < hour.end())?;
    let encoded = |at| byte_serialize(text(&week.zone, at).as_bytes()).collect::<String>();
    let (start, end) = (encoded(slot.start()), encoded(slot.end()));
    Some(ToBook {
        href: format!("{path}?week={}&start={start}&end={end}#book", week.monday),
        words: Span::of(slot, &week.zone).words,
    })
}

fn shown_day(day: &Day, week: &Week) -> ShownDay {
    let units = week.kept.resource.units;
    let free: Vec<String> = day.free.iter().map(|stretch| shown_stretch(stretch, units, &week.zone)).collect();
    ShownDay {
        short: day.date.strftime("%a").to_string(),
        long: day.date.strftime("%A %-d %B").to_string(),
        number: day.date.strftime("%-d").to_string(),
        is_today: day.date == week.today,
        free: free.join(if units > 1 { "; " } else { ", " }),
    }
}

fn shown_stretch(stretch: &Stretch, units: u32, zone: &Zone) -> String {
    let time = shown_slot(stretch.slot, zone);
    match (units, stretch.least, stretch.most) {
        (1, ..) => time,
        (units, least, _) if least == units => format!("{time}, all {units}"),
        (_, least, most) if least == most => format!("{time}, {least} of {units}"),
        (_, least, most) => format!("{time}, {least} to {most} of {units}"),
    }
}

/// `09:00–12:00`; midnight at its end is `24:00`.
fn shown_slot(slot: Slot, zone: &Zone) -> String {
    let (start, end): (DateTime, DateTime) = (zone.wall(slot.start()), zone.wall(slot.end()));
    let ends = if end.date() > start.date() && end.time() == jiff::civil::Time::midnight() {
        "24:00".to_owned()
    } else {
        end.strftime("%H:%M").to_string()
    };
    format!("{}–{ends}", start.strftime("%H:%M"))
}

fn cell(cell: &Cell, units: u32, zone: &Zone) -> ShownCell {
    let made = |state, shown: String, more, quarters| ShownCell { state, shown, more, quarters, book: None };
    match cell {
        Cell::Closed => made("closed", "–".to_owned(), " closed", 0),
        Cell::Past => made("past", String::new(), "over", 0),
        Cell::Open { most: 0, .. } => {
            made("taken", if units > 1 { "0" } else { "taken" }.to_owned(), if units > 1 { " free" } else { "" }, 4)
        }
        Cell::Open { least, whole: true, .. } if *least >= units => made(
            "free",
            if units > 1 { units.to_string() } else { "free".to_owned() },
            if units > 1 { " free" } else { "" },
            0,
        ),
        Cell::Open { least, most, .. } if units > 1 => {
            let shown = if least == most { most.to_string() } else { format!("{least}–{most}") };
            let taken = units.saturating_sub(*least);
            made("some", shown, " free", (taken * 4).div_ceil(units).min(4))
        }
        Cell::Open { part, .. } => match part {
            Some(part) => {
                let minute = |at: Timestamp| zone.wall(at).strftime("%H:%M").to_string();
                let on_the_hour = zone.wall(part.end()).minute() == 0;
                let shown = if on_the_hour {
                    format!("from {}", minute(part.start()))
                } else {
                    format!("to {}", minute(part.end()))
                };
                let quarters = quarters_without(*part);
                made("some", shown, " free", quarters)
            }
            None => made("some", "partly".to_owned(), " free", 2),
        },
    }
}

/// How much of an hour is left when so much of it is free, in quarters.
fn quarters_without(part: Slot) -> u32 {
    let left = (SignedDuration::from_hours(1) - part.elapsed()).as_mins().clamp(0, 60);
    u32::try_from(left).unwrap_or(0).div_ceil(15)
}

/// The hours of each day, days with the same hours together, and the dates to come that are different.
pub(super) struct ShownHours {
    pub(super) today: String,
    pub(super) days: Vec<(String, String)>,
    pub(super) exceptions: Vec<(String, String)>,
}

/// The most different dates that are shown.
const EXCEPTIONS: usize = 12;

impl ShownHours {
    pub(super) fn of(hours: &Hours, today: Date) -> Self {
        let mut days: Vec<(Date, Date, String)> = Vec::new();
        // A week in which nothing is different; which one does not matter.
        let plain = hours.without_exceptions();
        for date in dates(monday_of(today)) {
            let text = ranges(&plain, date);
            match days.last_mut() {
                Some((_, last, same)) if *same == text => *last = date,
                _ => days.push((date, date, text)),
            }
        }
        let name = |date: Date| date.strftime("%A").to_string();
        let days = days.into_iter().map(|(first, last, text)| {
            let days = match (first, last) {
                (first, last) if first == last => name(first),
                (first, last)
                    if last.weekday().to_monday_zero_offset() - first.weekday().to_monday_zero_offset() == 6 =>
                {
                    "Every day".to_owned()
                }
                (first, last) => format!("{} to {}", name(first), name(last)),
            };
            (days, text)
        });
        let exceptions = hours.exceptions_from(today).take(EXCEPTIONS);
        let exceptions = exceptions.map(|date| (date.strftime("%A %-d %B %Y").to_string(), ranges(hours, date)));
        Self { today: ranges(hours, today), days: days.collect(), exceptions: exceptions.collect() }
    }
}

fn ranges(hours: &Hours, date: Date) -> String {
    let ranges: Vec<String> = hours.of(date).iter().map(|range| range.to_string().replace('-', "–")).collect();
    match ranges.as_slice() {
        [] => "closed".to_owned(),
        [all] if all == "00:00–24:00" => "day and night".to_owned(),
        ranges => ranges.join(", "),
    }
}
