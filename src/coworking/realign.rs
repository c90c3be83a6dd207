//! What becomes of bookings when a government changes what the clocks of a zone show.
//!
//! People mean wall time, so it stays, and the instants follow it.

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};

use super::slot::Slot;
use super::space::Zone;
use super::wall::Meaning;
use super::word::word;

/// What begins sooner than this is not moved: people are on their way.
const SOON: SignedDuration = SignedDuration::from_hours(24);

word!(
    /// What became of a booking whose wall times are other instants now.
    Outcome, "outcome", "moved, soon or clash", {
        /// It keeps its wall times, at other instants.
        Moved = "moved",
        /// It begins so soon that it stays at its instants until those who work at the space decide.
        Soon = "soon",
        /// Its place is somebody else's at that time, so that it stays at its instants.
        Clash = "clash",
    }
);

/// The time at which a booking is by what its wall times mean now; `None` when it is there already.
#[must_use]
pub fn realigned(
    meaning: impl Fn(DateTime) -> Option<Meaning>,
    slot: Slot,
    wall_start: DateTime,
    wall_end: DateTime,
) -> Option<Slot> {
    let edge = |wall, was: Timestamp| {
        Some(match meaning(wall)? {
            Meaning::Once(at) => at,
            // Of two, the one that was meant is the nearer one.
            Meaning::Twice { first, second } => {
                let far = |at: Timestamp| at.duration_since(was).abs();
                if far(second) < far(first) { second } else { first }
            }
            Meaning::Never { shifted, .. } => shifted,
        })
    };
    let (start, end) = (edge(wall_start, slot.start())?, edge(wall_end, slot.end())?);
    let end = if end > start { end } else { start.saturating_add(slot.elapsed()).ok()? };
    Slot::between(start, end).filter(|new| *new != slot)
}

/// Is it too late to move a booking from one time to another?
#[must_use]
pub fn is_soon(was: Slot, new: Slot, now: Timestamp) -> bool {
    was.start().min(new.start()) < now.saturating_add(SOON).unwrap_or(Timestamp::MAX)
}

impl Zone {
    /// What this zone means in the years that people book: its offset, and each change of it from this year on, for five years.
    #[must_use]
    pub fn rules_of_the_years(&self, now: Timestamp) -> String {
        let zone = TimeZone::get(self.as_str()).unwrap_or(TimeZone::UTC);
        let year = zone.to_datetime(now).year();
        let at = |year: i16| Offset::UTC.to_timestamp(Date::new(year, 1, 1).ok()?.at(0, 0, 0, 0)).ok();
        let (Some(from), Some(to)) = (at(year), at(year.saturating_add(5))) else { return String::new() };
        let mut rules = zone.to_offset(from).to_string();
        for change in zone.following(from).take_while(|change| change.timestamp() < to).take(100) {
            rules.push_str(&format!(" {}={}", change.timestamp(), change.offset()));
        }
        rules
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn wall(text: &str) -> DateTime {
        text.parse().unwrap()
    }

    #[test]
    fn i2_wall_times_stay_and_instants_follow_what_the_zone_means_now() {
        let amsterdam = Zone::parse("Europe/Amsterdam").unwrap();
        let meaning = |wall| amsterdam.meaning("start", wall).ok();
        let (start, end) = (wall("2027-01-15T15:00"), wall("2027-01-15T16:00"));
        let good = Slot::new(at("2027-01-15T14:00Z"), at("2027-01-15T15:00Z")).unwrap();
        assert_eq!(realigned(meaning, good, start, end), None);
        // It was made when the country was to stay on summer time.
        let summer = Slot::new(at("2027-01-15T13:00Z"), at("2027-01-15T14:00Z")).unwrap();
        assert_eq!(realigned(meaning, summer, start, end), Some(good));

        // The hour that happens twice: either was meant, and both stay.
        let (start, end) = (wall("2026-10-25T02:15"), wall("2026-10-25T02:45"));
        for hour in ["00", "01"] {
            let slot = Slot::new(at(&format!("2026-10-25T{hour}:15Z")), at(&format!("2026-10-25T{hour}:45Z"))).unwrap();
            assert_eq!(realigned(meaning, slot, start, end), None, "{hour}");
        }
        // A time that does not happen any more is later by the gap.
        let (start, end) = (wall("2027-03-28T02:15"), wall("2027-03-28T02:45"));
        let slot = Slot::new(at("2027-03-28T01:15Z"), at("2027-03-28T01:45Z")).unwrap();
        assert_eq!(realigned(meaning, slot, start, end), None, "as far after the jump as was asked for before");
        let (start, end) = (wall("2027-03-28T01:30"), wall("2027-03-28T02:00"));
        let half =
            realigned(|wall| (wall == start).then_some(Meaning::Once(at("2027-03-28T00:30Z"))), slot, start, end);
        assert_eq!(half, None, "what cannot be told is left alone");
    }

    #[test]
    fn i2_what_begins_within_a_day_is_not_moved() {
        let slot = |hour: i64| {
            let start = at("2027-01-15T00:00Z") + SignedDuration::from_hours(hour);
            Slot::new(start, start + SignedDuration::from_hours(1)).unwrap()
        };
        let now = at("2027-01-15T00:00Z");
        assert_eq!(
            [is_soon(slot(25), slot(24), now), is_soon(slot(24), slot(23), now), is_soon(slot(23), slot(24), now)],
            [false, true, true]
        );
    }

    #[test]
    fn i2_the_rules_of_a_zone_tell_its_changes_and_nothing_that_passes() {
        let rules = |zone: &str, now: &str| Zone::parse(zone).unwrap().rules_of_the_years(at(now));
        let amsterdam = rules("Europe/Amsterdam", "2027-01-15T00:00Z");
        assert!(amsterdam.starts_with("+01 2027-03-28T01:00:00Z=+02 2027-10-31T01:00:00Z=+01"), "{amsterdam}");
        assert_eq!(amsterdam, rules("Europe/Amsterdam", "2027-12-01T00:00Z"));
        assert_eq!(rules("Asia/Kathmandu", "2027-01-15T00:00Z"), "+05:45");
    }
}
