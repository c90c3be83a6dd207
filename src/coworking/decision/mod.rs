//! Deciding on a wish to book: every rule that it breaks, each with its value and the nearest time that would pass it, and
//! the nearest times that pass them all.
//!
//! The order of the rules is fixed, and none hides another: who is told of one after the other gives up after the second.

mod search;
#[cfg(test)]
mod tests;
mod visit;
mod within;

use std::fmt;

use jiff::civil::Date;
use jiff::{SignedDuration, Span, Timestamp};

use crate::coworking::capacity::{self, Buffers, Claim};
use crate::coworking::hours::Hours;
use crate::coworking::resource::{Audience, Resource, STEP};
use crate::coworking::rules::{Period, Rules};
use crate::coworking::slot::Slot;
use crate::coworking::space::Zone;
use crate::coworking::word::word;
use search::Search;
pub use within::{Within, within};

pub use visit::Visit;

/// How far before and after the wanted time others are looked for.
pub const REACH: SignedDuration = SignedDuration::from_hours(24 * 7);
/// How many times that would pass are named.
pub const ALTERNATIVES: usize = 3;

word!(
    /// A rule that a wish can break, in the order in which they are looked at.
    Rule, "rule", "the name of a rule", {
        /// Who may book it.
        Audience = "audience",
        /// What guests from partner spaces can have.
        Welcome = "welcome",
        /// Where the spaces of guests are.
        Distance = "distance",
        /// How many there are.
        Units = "units",
        /// How many people it holds.
        People = "people",
        /// The shortest time.
        Shortest = "shortest",
        /// The longest time.
        Longest = "longest",
        /// When bookings begin and end.
        Grid = "grid",
        /// How long before it has to be asked for.
        Notice = "notice",
        /// How long before guests have to ask.
        GuestNotice = "guest_notice",
        /// How far ahead it can be asked for.
        Horizon = "horizon",
        /// When it can be booked.
        Hours = "hours",
        /// When guests are welcome.
        GuestHours = "guest_hours",
        /// When it is closed.
        Closure = "closure",
        /// How many bookings one person can have at the same time.
        AtOnce = "at_once",
        /// How much one person can have.
        Quota = "quota",
        /// How many days one guest can have.
        GuestDays = "guest_days",
        /// What is kept for others.
        KeepFree = "keep_free",
        /// How much the people of one other server can have.
        PeerShare = "peer_share",
        /// How much of a pool guests can have.
        GuestShare = "guest_share",
        /// What others have.
        Capacity = "capacity",
    }
);

impl Rule {
    /// Can staff pass over it, with a reason? What is not there nobody can give away.
    #[must_use]
    pub fn can_be_overridden(self) -> bool {
        !matches!(self, Self::Units | Self::Capacity)
    }
}

/// What somebody wants to book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// When.
    pub slot: Slot,
    /// How many units.
    pub units: u32,
    /// The unit that was chosen, from 0.
    pub unit: Option<u32>,
    /// For how many people.
    pub people: u32,
}

/// A time in which it is closed for the asker, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// When.
    pub slot: Slot,
    /// Why, in words.
    pub reason: String,
}

/// Who has how much of one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// How many units there are.
    pub pool: u32,
    /// Time around each claim.
    pub buffers: Buffers,
    /// What others have.
    pub claims: Vec<Claim>,
    /// How many are wanted of it, where that is not what was wished: a combined resource takes each part as a whole.
    pub all: bool,
}

impl Calendar {
    fn claim(&self, wish: &Wish, slot: Slot) -> Claim {
        match self.all {
            true => Claim { slot, units: self.pool, chosen: None },
            false => Claim { slot, units: wish.units, chosen: wish.unit },
        }
    }

    fn fits(&self, wish: &Wish, slot: Slot) -> bool {
        capacity::fits(self.pool, self.buffers, &self.claims, &self.claim(wish, slot))
    }

    /// How many are free all through.
    fn free(&self, slot: Slot) -> u32 {
        self.pool.saturating_sub(capacity::peak(&self.claims, self.buffers, slot))
    }
}

/// Everything that a decision rests on.
#[derive(Debug, Clone)]
pub struct Ground<'g> {
    /// Where the clock of the space hangs.
    pub zone: &'g Zone,
    /// When it can be booked.
    pub hours: &'g Hours,
    /// When it is closed for the asker all the same.
    pub closed: &'g [Closed],
    /// What it is about.
    pub resource: &'g Resource,
    /// Who asks.
    pub audience: Audience,
    /// What it takes: itself, or each of its parts.
    pub calendars: &'g [Calendar],
    /// What the asker has of it already.
    pub own: &'g [Slot],
    /// What the people of the asker's server have of it already, where that is another one.
    pub peer: &'g [Claim],
    /// What the asker gave back too late: it counts as had for a quota.
    pub late: &'g [Slot],
    /// What the space grants the asker, where that is a guest of a partner space.
    pub visit: Option<&'g Visit>,
    /// The time it is.
    pub now: Timestamp,
}

/// A rule that a wish breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Which.
    pub rule: Rule,
    /// What is wrong, with the rule's value, in a sentence without an end.
    pub words: String,
    /// The nearest time that passes this rule, if the time is what is wrong.
    pub nearest: Option<Slot>,
}

/// All that is wrong with a wish, and what would pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unbookable {
    /// What it is about.
    pub resource: String,
    /// Where its clock hangs.
    pub zone: Zone,
    /// Every rule that it breaks.
    pub broken: Vec<Broken>,
    /// The nearest times that break none, the nearest first.
    pub alternatives: Vec<Slot>,
}

impl fmt::Display for Unbookable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let span = |slot: Slot| format!("{} to {}", self.zone.shown(slot.start()), self.zone.shown(slot.end()));
        write!(f, "{} cannot be booked like that", self.resource)?;
        for (place, broken) in self.broken.iter().enumerate() {
            write!(f, "{} {}", if place == 0 { ":" } else { ";" }, broken.words)?;
            if let Some(nearest) = broken.nearest.filter(|_| self.broken.len() > 1) {
                write!(f, " (the nearest that passes this is {})", span(nearest))?;
            }
        }
        for (place, slot) in self.alternatives.iter().enumerate() {
            write!(f, "{} {}", if place == 0 { ". What would pass:" } else { ", or" }, span(*slot))?;
        }
        Ok(())
    }
}

/// The rules that a wish breaks, in their order; none means that it can be booked.
#[must_use]
pub fn judge(wish: &Wish, ground: &Ground<'_>) -> Vec<Broken> {
    let mut broken = Vec::new();
    let mut no = |rule, words: String| broken.push(Broken { rule, words, nearest: None });
    let (resource, slot) = (ground.resource, wish.slot);
    // Whom it is not for hears nothing else of it.
    let Some(rules) = ground.rules() else {
        no(Rule::Audience, format!("it is not for {}", whom(ground.audience)));
        return broken;
    };
    let judge = Judge { ground, rules };
    for rule in [Rule::Welcome, Rule::Distance] {
        if !judge.passes(rule, wish, slot) {
            no(rule, judge.words(rule, wish));
        }
    }
    if wish.units == 0 || wish.units > resource.units {
        no(Rule::Units, format!("{} are wanted; 1 to {} pass", wish.units, resource.units));
    } else if let Some(unit) = wish.unit.filter(|unit| unit.saturating_add(wish.units) > resource.units) {
        let last = resource.units - wish.units + 1;
        no(Rule::Units, format!("number {} is wanted; 1 to {last} pass", unit.saturating_add(1)));
    }
    let holds = resource.holds(wish.units.clamp(1, resource.units));
    if wish.people == 0 || wish.people > holds {
        no(Rule::People, format!("{} people are to come; 1 to {holds} pass", wish.people));
    }
    for rule in [
        Rule::Shortest,
        Rule::Longest,
        Rule::Grid,
        Rule::Notice,
        Rule::GuestNotice,
        Rule::Horizon,
        Rule::Hours,
        Rule::GuestHours,
        Rule::Closure,
        Rule::AtOnce,
        Rule::Quota,
        Rule::GuestDays,
        Rule::KeepFree,
        Rule::GuestShare,
        Rule::PeerShare,
    ] {
        if !judge.passes(rule, wish, slot) {
            no(rule, judge.words(rule, wish));
        }
    }
    if !ground.calendars.iter().all(|calendar| calendar.fits(wish, slot)) {
        let words = match (wish.unit, ground.calendars) {
            (Some(unit), [one]) if one.free(slot) >= wish.units => {
                format!("number {} is taken at that time", unit.saturating_add(1))
            }
            (None, [one]) if one.pool > 1 => {
                format!("{} of {} are free all through that time; {} are wanted", one.free(slot), one.pool, wish.units)
            }
            _ => "it is taken at that time".to_owned(),
        };
        no(Rule::Capacity, words);
    }
    broken.sort_by_key(|broken| broken.rule);
    broken
}

/// What to answer to a wish that breaks rules. The calendars and the asker's own claims have to reach
/// [`REACH`] before and after the wanted time.
#[must_use]
pub fn refuse(wish: &Wish, ground: &Ground<'_>, mut broken: Vec<Broken>) -> Unbookable {
    let mut alternatives = Vec::new();
    // No other time makes more units or a larger room.
    let hopeless = |rule| matches!(rule, Rule::Audience | Rule::Welcome | Rule::Distance | Rule::Units | Rule::People);
    if let Some(rules) = ground.rules() {
        let search = Search::new(wish, Judge { ground, rules });
        for one in broken.iter_mut().filter(|one| !hopeless(one.rule)) {
            one.nearest = match (one.rule, ground.visit) {
                // The days of a guest are counted over weeks: further than anything else is looked for.
                (Rule::GuestDays, Some(visit)) => visit.nearest(ground.zone, wish.slot),
                (rule, _) => search.nearest(rule),
            };
        }
        if !broken.iter().any(|one| hopeless(one.rule)) {
            alternatives = search.all();
        }
    }
    Unbookable { resource: ground.resource.name.clone(), zone: ground.zone.clone(), broken, alternatives }
}

fn whom(audience: Audience) -> &'static str {
    match audience {
        Audience::Resident => "members of this node",
        Audience::Guest => "guests from other spaces",
        Audience::External => "people from outside",
        Audience::Staff => "those who work here",
    }
}

/// A time in words: `45 minutes`, `2 hours`, `1 day`.
#[must_use]
pub fn in_words(time: SignedDuration) -> String {
    let minutes = time.as_mins();
    let many = |number: i64, word| if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") };
    match (minutes / (24 * 60), minutes / 60) {
        (days, _) if days > 1 && minutes % (24 * 60) == 0 => many(days, "day"),
        (_, hours) if hours > 0 && minutes % 60 == 0 => many(hours, "hour"),
        (_, hours) if hours > 0 => format!("{} {}", many(hours, "hour"), many(minutes % 60, "minute")),
        _ => many(minutes, "minute"),
    }
}

impl Ground<'_> {
    fn rules(&self) -> Option<&Rules> {
        self.resource.rules.get(&self.audience)
    }
}

/// The stretch of the calendar that a quota is for.
#[must_use]
pub fn period(zone: &Zone, at: Timestamp, per: Period) -> Option<Slot> {
    let date = zone.wall(at).date();
    let (first, after) = match per {
        Period::Day => (date, date.tomorrow().ok()?),
        Period::Week => {
            let monday = date.checked_sub(Span::new().days(date.weekday().to_monday_zero_offset())).ok()?;
            (monday, monday.checked_add(Span::new().days(7)).ok()?)
        }
        Period::Month => (date.first_of_month(), date.last_of_month().tomorrow().ok()?),
    };
    let begins = |date: Date| Some(zone.meaning("period", date.at(0, 0, 0, 0)).ok()?.reached());
    Slot::new(begins(first)?, begins(after)?).ok()
}

/// By the clock on the wall, counted from midnight. The end of a day is a midnight, too.
fn is_on_grid(zone: &Zone, rules: &Rules, at: Timestamp) -> bool {
    let time = zone.wall(at).time();
    let seconds = i64::from(time.hour()) * 3_600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    time.subsec_nanosecond() == 0 && seconds % rules.grid.as_secs() == 0
}

struct Judge<'j> {
    ground: &'j Ground<'j>,
    rules: &'j Rules,
}

impl Judge<'_> {
    fn passes(&self, rule: Rule, wish: &Wish, slot: Slot) -> bool {
        let (ground, rules) = (self.ground, self.rules);
        match rule {
            Rule::Audience | Rule::Units | Rule::People => true,
            Rule::Welcome
            | Rule::Distance
            | Rule::GuestNotice
            | Rule::GuestHours
            | Rule::GuestDays
            | Rule::GuestShare => ground.visit.is_none_or(|visit| visit.passes(rule, ground, wish, slot)),
            Rule::Shortest => slot.elapsed() >= rules.shortest,
            Rule::Longest => {
                rules.longest.is_none_or(|longest| slot.elapsed() <= longest)
                    && rules.longest_days.is_none_or(|days| ground.zone.days(slot) <= days as usize)
            }
            Rule::Grid => self.is_on_grid(slot.start()) && self.is_on_grid(slot.end()),
            Rule::Notice => slot.start() >= self.earliest(),
            Rule::Horizon => slot.start() <= self.latest(),
            Rule::Hours => ground.hours.cover(ground.zone, slot),
            Rule::Closure => !ground.closed.iter().any(|closed| closed.slot.overlaps(slot)),
            Rule::AtOnce => self.at_once(slot) < rules.at_once,
            Rule::Quota => self.used(slot).is_none_or(|(used, most)| used + slot.elapsed() <= most),
            Rule::KeepFree => self.kept_for_others(slot).is_none_or(|kept| {
                let free = |calendar: &Calendar| calendar.free(slot).saturating_sub(kept);
                ground.calendars.iter().all(|calendar| calendar.all || free(calendar) >= wish.units)
            }),
            Rule::PeerShare => match ground.audience {
                Audience::Guest | Audience::External => {
                    let most = rules.most_of_peer(ground.resource.units);
                    self.of_peer(slot).saturating_add(wish.units) <= most
                }
                Audience::Resident | Audience::Staff => true,
            },
            Rule::Capacity => ground.calendars.iter().all(|calendar| calendar.fits(wish, slot)),
        }
    }

    fn words(&self, rule: Rule, wish: &Wish) -> String {
        let (ground, rules, slot) = (self.ground, self.rules, wish.slot);
        let shown = |at| ground.zone.shown(at);
        match rule {
            Rule::Shortest => {
                format!(
                    "it is {} long; the shortest that passes is {}",
                    in_words(slot.elapsed()),
                    in_words(rules.shortest)
                )
            }
            Rule::Longest => match rules.longest.filter(|longest| slot.elapsed() > *longest) {
                Some(longest) => {
                    format!("it is {} long; the longest that passes is {}", in_words(slot.elapsed()), in_words(longest))
                }
                None => {
                    let (found, most) = (ground.zone.days(slot), rules.longest_days.unwrap_or_default());
                    format!("it is on {found} days; {most} at the most pass")
                }
            },
            Rule::Grid => {
                let found = if self.is_on_grid(slot.start()) { slot.end() } else { slot.start() };
                let time = ground.zone.wall(found).strftime("%H:%M");
                match in_words(rules.grid).as_str() {
                    "24 hours" => format!("{time} is not midnight; whole days pass"),
                    grid => format!("{time} is between the times that pass: every {grid} from midnight on"),
                }
            }
            Rule::Notice if slot.start() < ground.now => {
                format!("{} has passed; now is {}", shown(slot.start()), shown(ground.now))
            }
            Rule::Notice => format!(
                "it has to be asked for {} before; from {} on passes",
                in_words(rules.notice),
                shown(self.earliest())
            ),
            Rule::Horizon => {
                format!("it can be asked for {} days ahead; up to {} passes", rules.horizon_days, shown(self.latest()))
            }
            Rule::Hours => {
                let date = ground.zone.wall(slot.start()).date();
                let ranges: Vec<String> = ground.hours.of(date).iter().map(ToString::to_string).collect();
                let hours = if ranges.is_empty() { "not at all".to_owned() } else { ranges.join(" and ") };
                format!("on {} it can be booked {hours}", date.strftime("%A, %-d %B"))
            }
            Rule::Closure => {
                let closed = ground.closed.iter().find(|closed| closed.slot.overlaps(slot));
                let (reason, end) = closed.map_or(("", slot.end()), |closed| (&closed.reason, closed.slot.end()));
                format!("it is closed until {}: {reason}", shown(end))
            }
            Rule::AtOnce => {
                format!("you have {} at that time already; {} at the most pass", self.at_once(slot), rules.at_once)
            }
            Rule::Quota => {
                let (used, most) = self.used(slot).unwrap_or_default();
                let per = rules.quota.map_or("", |quota| quota.per.as_str());
                let (used, most, wanted) = (in_words(used), in_words(most), in_words(slot.elapsed()));
                format!("you have {used} in that {per} already and want {wanted}; {most} at the most pass")
            }
            Rule::KeepFree => {
                let kept = self.kept_for_others(slot).unwrap_or_default();
                let until = rules.keep_free.map_or(0, |keep| keep.until_minutes);
                let until = SignedDuration::from_mins(i64::from(until));
                format!("the last {kept} are kept for others until {} before", in_words(until))
            }
            Rule::PeerShare => {
                let (units, found) = (ground.resource.units, self.of_peer(slot));
                let most = rules.most_of_peer(units);
                let wanted = wish.units;
                format!(
                    "your server has {found} of {units} at that time already and wants {wanted}; {most} at the most pass"
                )
            }
            Rule::Welcome
            | Rule::Distance
            | Rule::GuestNotice
            | Rule::GuestHours
            | Rule::GuestDays
            | Rule::GuestShare => ground.visit.map(|visit| visit.words(rule, ground, wish)).unwrap_or_default(),
            Rule::Audience | Rule::Units | Rule::People | Rule::Capacity => String::new(),
        }
    }

    fn is_on_grid(&self, at: Timestamp) -> bool {
        is_on_grid(self.ground.zone, self.rules, at)
    }

    /// The first beginning that passes. What began within one step of the grid can still be had.
    fn earliest(&self) -> Timestamp {
        let (now, rules) = (self.ground.now, self.rules);
        match rules.notice.is_zero() {
            true => now.saturating_sub(rules.grid).unwrap_or(now),
            false => now.saturating_add(rules.notice).unwrap_or(Timestamp::MAX),
        }
    }

    fn latest(&self) -> Timestamp {
        let days = SignedDuration::from_hours(24 * i64::from(self.rules.horizon_days));
        self.ground.now.saturating_add(days).unwrap_or(Timestamp::MAX)
    }

    fn at_once(&self, slot: Slot) -> u32 {
        let own: Vec<Claim> =
            self.ground.own.iter().map(|slot| Claim { slot: *slot, units: 1, chosen: None }).collect();
        capacity::peak(&own, Buffers::default(), slot)
    }

    fn of_peer(&self, slot: Slot) -> u32 {
        capacity::peak(self.ground.peer, Buffers::default(), slot)
    }

    /// What the asker has in the period of the quota, and the most that passes.
    fn used(&self, slot: Slot) -> Option<(SignedDuration, SignedDuration)> {
        let quota = self.rules.quota?;
        let period = period(self.ground.zone, slot.start(), quota.per)?;
        let had = self.ground.own.iter().chain(self.ground.late);
        let own = had.filter(|own| period.contains(Slot::between(own.start(), own.start() + STEP).unwrap_or(**own)));
        let used = own.fold(SignedDuration::ZERO, |sum, own| sum.saturating_add(own.elapsed()));
        Some((used, SignedDuration::from_mins(i64::from(quota.minutes))))
    }

    /// How many units are kept for others by now.
    fn kept_for_others(&self, slot: Slot) -> Option<u32> {
        let keep = self.rules.keep_free?;
        let until = SignedDuration::from_mins(i64::from(keep.until_minutes));
        (slot.start().duration_since(self.ground.now) > until).then_some(keep.units)
    }
}
