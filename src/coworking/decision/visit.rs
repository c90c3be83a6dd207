//! The rules for guests from partner spaces: what the hospitality of a space grants this one.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::{Calendar, Ground, Rule, Wish, in_words};
use crate::coworking::capacity::{self, Claim};
use crate::coworking::hospitality::{Hospitality, Way};
use crate::coworking::id::ResourceId;
use crate::coworking::slot::Slot;
use crate::coworking::space::Zone;

/// A guest's wish, seen by the one who keeps to what was granted.
#[derive(Debug, Clone, PartialEq)]
pub struct Visit {
    /// What the space grants guests.
    pub granted: Hospitality,
    /// What is wished for.
    pub resource: ResourceId,
    /// The days that the guest has at the space already, by its calendar. They have to reach as far as
    /// [`reach`](Self::reach) says.
    pub had: BTreeSet<Date>,
    /// Where the guest's own space is.
    pub way: Way,
    /// What guests have of each calendar of the ground, in the same order.
    pub guests: Vec<Vec<Claim>>,
}

impl Visit {
    /// How far before and after a wish the days of a guest count.
    #[must_use]
    pub fn reach(granted: &Hospitality) -> SignedDuration {
        let window = granted.allowance.map_or(0, |allowance| allowance.window);
        SignedDuration::from_hours(24 * (3 * i64::from(window) + 2))
    }

    pub(super) fn passes(&self, rule: Rule, ground: &Ground<'_>, wish: &Wish, slot: Slot) -> bool {
        let granted = &self.granted;
        match rule {
            Rule::Welcome => granted.grants(self.resource, ground.resource),
            Rule::Distance => {
                let far = granted.distance_km.is_none_or(|least| self.way.km.is_some_and(|km| km >= f64::from(least)));
                far && (!granted.other_town || self.way.other_town == Some(true))
            }
            Rule::GuestNotice => granted.notice.is_zero() || slot.start() >= self.earliest(ground.now),
            Rule::GuestHours => granted.hours.as_ref().is_none_or(|hours| hours.cover(ground.zone, slot)),
            Rule::GuestDays => granted.allowance.is_none_or(|allowance| {
                allowance.most(&self.had, &ground.zone.dates(slot).collect()) <= allowance.days
            }),
            Rule::GuestShare => self.shares(ground).all(|(calendar, guests, most)| {
                capacity::peak(guests, calendar.buffers, slot).saturating_add(wish.units) <= most
            }),
            _ => true,
        }
    }

    pub(super) fn words(&self, rule: Rule, ground: &Ground<'_>, wish: &Wish) -> String {
        let granted = &self.granted;
        match rule {
            Rule::Welcome => "it is not among what guests from partner spaces can have".to_owned(),
            Rule::Distance => self.words_of_distance(),
            Rule::GuestNotice => format!(
                "guests have to ask {} before; from {} on passes",
                in_words(granted.notice),
                ground.zone.shown(self.earliest(ground.now))
            ),
            Rule::GuestHours => {
                let date = ground.zone.wall(wish.slot.start()).date();
                let ranges: Vec<String> =
                    granted.hours.iter().flat_map(|hours| hours.of(date)).map(ToString::to_string).collect();
                let hours = if ranges.is_empty() { "not at all".to_owned() } else { ranges.join(" and ") };
                format!("on {} guests are welcome {hours}", date.strftime("%A, %-d %B"))
            }
            Rule::GuestDays => self.words_of_days(ground.zone, wish.slot),
            Rule::GuestShare => {
                let mut full = self.shares(ground).map(|(calendar, guests, most)| {
                    (capacity::peak(guests, calendar.buffers, wish.slot), most, calendar.pool)
                });
                let (had, most, pool) =
                    full.find(|(had, most, _)| had.saturating_add(wish.units) > *most).unwrap_or_default();
                format!("guests have {had} of {pool} at that time and want {}; {most} at the most pass", wish.units)
            }
            _ => String::new(),
        }
    }

    fn words_of_distance(&self) -> String {
        let mut said = Vec::new();
        match (self.granted.distance_km, self.way.km) {
            (Some(least), None) => said.push(format!(
                "it is for guests whose own space is at least {least} km away, and one of the two spaces does not say \
                 where on the map it is"
            )),
            (Some(least), Some(km)) if km < f64::from(least) => {
                said.push(format!("your own space is {km:.0} km away; at least {least} km pass"));
            }
            _ => {}
        }
        match (self.granted.other_town, self.way.other_town) {
            (true, Some(false)) => said.push("your own space is in the same town; one in another town passes".into()),
            (true, None) => said.push(
                "it is for guests whose own space is in another town, and one of the two spaces does not say in which \
                 it is"
                    .into(),
            ),
            _ => {}
        }
        said.join(", and ")
    }

    fn words_of_days(&self, zone: &Zone, slot: Slot) -> String {
        let Some(allowance) = self.granted.allowance else { return String::new() };
        let wanted: BTreeSet<Date> = zone.dates(slot).collect();
        let had = allowance.most(&self.had, &wanted);
        let (most, window) = (allowance.days, allowance.window);
        let days = |many: u32| if many == 1 { "1 day".to_owned() } else { format!("{many} days") };
        let length = u32::try_from(wanted.len()).unwrap_or(u32::MAX);
        if length > most {
            return format!("it is on {}; a guest can have {} within {window} days", days(length), days(most));
        }
        let free = wanted.first().and_then(|first| allowance.free_from(&self.had, *first, length));
        let free = free.map(|date| format!("; the first day that passes is {date}")).unwrap_or_default();
        format!("it would be {} of yours here within {window} days; {most} at the most pass{free}", days(had))
    }

    /// The same time of the day on the first day on which a stay as long passes.
    pub(super) fn nearest(&self, zone: &Zone, slot: Slot) -> Option<Slot> {
        let allowance = self.granted.allowance?;
        let start = zone.wall(slot.start());
        let length = u32::try_from(zone.days(slot)).ok()?;
        let date = allowance.free_from(&self.had, start.date(), length)?;
        let start = zone.meaning("start", date.to_datetime(start.time())).ok()?.reached();
        Slot::new(start, start.checked_add(slot.elapsed()).ok()?).ok()
    }

    fn earliest(&self, now: Timestamp) -> Timestamp {
        now.saturating_add(self.granted.notice).unwrap_or(Timestamp::MAX)
    }

    /// The pools of which guests can have a share: what guests have of each, and how much they can have.
    fn shares<'g>(&'g self, ground: &'g Ground<'_>) -> impl Iterator<Item = (&'g Calendar, &'g [Claim], u32)> {
        let pools = ground.calendars.iter().zip(&self.guests).filter(|(calendar, _)| !calendar.all);
        pools.filter_map(|(calendar, guests)| Some((calendar, guests.as_slice(), self.granted.share(calendar.pool)?)))
    }
}
