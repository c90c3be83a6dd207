//! Whether a time passes one rule, and what is said of a rule that it does not pass.

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};

use super::{Calendar, Ground, Rule, Wish, in_words, period};
use crate::coworking::capacity::{self, Buffers, Claim};
use crate::coworking::resource::{Audience, STEP};
use crate::coworking::rules::Rules;
use crate::coworking::slot::Slot;
use crate::coworking::space::Zone;

/// By the clock on the wall, counted from midnight. The end of a day is a midnight, too; and so is the beginning of one whose
/// midnight the clock leaves out.
pub(super) fn is_on_grid(zone: &Zone, rules: &Rules, at: Timestamp) -> bool {
    let wall = zone.wall(at);
    past_grid(wall, rules.grid).is_zero() || zone.day(wall.date()).is_some_and(|day| day.start() == at)
}

/// How far a time of the day is past the last one on the grid.
pub(super) fn past_grid(wall: DateTime, grid: SignedDuration) -> SignedDuration {
    let seconds = i64::from(wall.hour()) * 3_600 + i64::from(wall.minute()) * 60 + i64::from(wall.second());
    SignedDuration::new(seconds % grid.as_secs().max(1), wall.subsec_nanosecond())
}

pub(super) struct Judge<'j> {
    pub(super) ground: &'j Ground<'j>,
    pub(super) rules: &'j Rules,
}

impl Judge<'_> {
    pub(super) fn passes(&self, rule: Rule, wish: &Wish, slot: Slot) -> bool {
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
            Rule::Horizon => slot.start() < self.horizon(),
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
            Rule::Capacity => ground.calendars.iter().all(|calendar| calendar.fits(wish, slot, &ground.steps)),
        }
    }

    pub(super) fn words(&self, rule: Rule, wish: &Wish) -> String {
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
                let ahead = match rules.horizon_days {
                    0 => "on the same day only".to_owned(),
                    1 => "1 day ahead".to_owned(),
                    days => format!("{days} days ahead"),
                };
                let last = ground.zone.wall(self.horizon().saturating_sub(STEP).unwrap_or(ground.now)).date();
                format!("it can be asked for {ahead}; up to the end of {last} passes")
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

    pub(super) fn is_on_grid(&self, at: Timestamp) -> bool {
        is_on_grid(self.ground.zone, self.rules, at)
    }

    pub(super) fn earliest(&self) -> Timestamp {
        self.rules.earliest(self.ground.now)
    }

    /// Before which it has to begin.
    pub(super) fn horizon(&self) -> Timestamp {
        self.rules.horizon(self.ground.zone, self.ground.now)
    }

    pub(super) fn at_once(&self, slot: Slot) -> u32 {
        let own: Vec<Claim> =
            self.ground.own.iter().map(|slot| Claim { slot: *slot, units: 1, chosen: None }).collect();
        capacity::peak(&own, Buffers::default(), slot)
    }

    pub(super) fn of_peer(&self, slot: Slot) -> u32 {
        capacity::peak(self.ground.peer, Buffers::default(), slot)
    }

    /// What the asker has in the period of the quota, and the most that passes.
    pub(super) fn used(&self, slot: Slot) -> Option<(SignedDuration, SignedDuration)> {
        let quota = self.rules.quota?;
        let period = period(self.ground.zone, slot.start(), quota.per)?;
        let all = self.ground.own.iter().chain(self.ground.had);
        let own = all.filter(|own| period.contains(Slot::between(own.start(), own.start() + STEP).unwrap_or(**own)));
        let used = own.fold(SignedDuration::ZERO, |sum, own| sum.saturating_add(own.elapsed()));
        Some((used, SignedDuration::from_mins(i64::from(quota.minutes))))
    }

    /// How many units are kept for others by now.
    pub(super) fn kept_for_others(&self, slot: Slot) -> Option<u32> {
        let keep = self.rules.keep_free?;
        let until = SignedDuration::from_mins(i64::from(keep.until_minutes));
        (slot.start().duration_since(self.ground.now) > until).then_some(keep.units)
    }
}
