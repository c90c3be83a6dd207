//! Deciding on a wish to book: every rule that it breaks, each with its value and the nearest time that would pass it, and
//! the nearest times that pass them all.
//!
//! The order of the rules is fixed, and none hides another: who is told of one after the other gives up after the second.

mod judge;
mod search;
#[cfg(test)]
mod tests;
mod visit;
mod within;

use std::fmt;

use jiff::civil::Date;
use jiff::{SignedDuration, Span, Timestamp};

use crate::coworking::capacity::{self, Buffers, Claim, Steps};
use crate::coworking::hours::Hours;
use crate::coworking::resource::{Audience, Resource};
use crate::coworking::rules::{Period, Rules};
use crate::coworking::slot::Slot;
use crate::coworking::space::Zone;
use crate::coworking::word::word;
use judge::{Judge, is_on_grid};
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

    fn fits(&self, wish: &Wish, slot: Slot, steps: &Steps) -> bool {
        capacity::fits(self.pool, self.buffers, &self.claims, &self.claim(wish, slot), steps)
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
    /// What the asker has of it: what is to come or going on.
    pub own: &'g [Slot],
    /// What the people of the asker's server have of it already, where that is another one.
    pub peer: &'g [Claim],
    /// What the asker had of it, did not come to, or gave back too late: it counts for a quota, too.
    pub had: &'g [Slot],
    /// What the space grants the asker, where that is a guest of a partner space.
    pub visit: Option<&'g Visit>,
    /// The time it is.
    pub now: Timestamp,
    /// How long units are looked for, for all the times together that are tried.
    pub steps: Steps,
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

impl Unbookable {
    /// Is this because nothing is left? A share of what there is says the same as soon as there is nothing.
    #[must_use]
    pub fn is_full(&self) -> bool {
        let same = |rule| matches!(rule, Rule::Capacity | Rule::KeepFree | Rule::PeerShare | Rule::GuestShare);
        let of = |broken: &Broken| broken.rule == Rule::Capacity;
        self.broken.iter().any(of) && self.broken.iter().all(|broken| same(broken.rule))
    }

    /// As whoever stands at the door is told: that it is full, and not by which rule.
    #[must_use]
    pub fn at_the_door(self) -> Self {
        if !self.is_full() {
            return self;
        }
        let words = "it is full: every place is taken".to_owned();
        Self { broken: vec![Broken { rule: Rule::Capacity, words, nearest: None }], ..self }
    }
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
    if !ground.calendars.iter().all(|calendar| calendar.fits(wish, slot, &ground.steps)) {
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
