//! Waiting for something that others have: who waits, for what, and how long a place that came free is kept for them.
//!
//! The line is one for each space, the first that came first. Whoever cannot have what came free is passed over and keeps
//! their place.

use jiff::{SignedDuration, Timestamp};

use super::booking::{NOTE_LIMIT, step_before};
use super::decision::Wish;
use super::refusal::{self, Refusal};
use super::resource::STEP;
use super::slot::Slot;
use super::space::Zone;
use super::word::word;

/// The most that one person can wait for at once.
pub const WAITS: usize = 5;
/// The most that people of one other server can wait for at one space.
pub const WAITS_OF_PEER: usize = 20;
/// The most that can wait at one space.
pub const LINE: usize = 200;
/// How much longer than the wanted time the window can be in which it may lie.
pub const SLACK: SignedDuration = SignedDuration::from_hours(24 * 7);
/// How long a place that came free is kept for who waited.
pub const PROMISE: SignedDuration = SignedDuration::from_hours(2);
/// How long it is kept when it begins soon.
pub const PROMISE_SOON: SignedDuration = SignedDuration::from_mins(15);
/// What begins soon.
pub const SOON: SignedDuration = SignedDuration::from_hours(24);
/// How often the line is looked at when nothing was said to have come free: what is kept for others, and the notice, pass
/// with the time.
pub const LOOK_AGAIN: SignedDuration = SignedDuration::from_mins(5);

word!(
    /// Where somebody stands who waits.
    State, "state", "waiting, promoted, left, removed or expired", {
        /// In the line.
        Waiting = "waiting",
        /// A place came free: there is a booking.
        Promoted = "promoted",
        /// They do not wait any more.
        Left = "left",
        /// The space took them off.
        Removed = "removed",
        /// The time came, and no place.
        Expired = "expired",
    }
);

impl State {
    /// The state as it is now: nobody waits for what has begun, whether or not a job has said so yet.
    #[must_use]
    pub fn at(self, wanted: &Wanted, now: Timestamp) -> Self {
        match self {
            Self::Waiting if wanted.latest_start() <= now => Self::Expired,
            state => state,
        }
    }
}

/// What somebody waits for: so long, at any time in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// From the earliest beginning to the latest end.
    pub window: Slot,
    /// How long.
    pub length: SignedDuration,
    /// How many units.
    pub units: u32,
    /// For how many people.
    pub people: u32,
}

impl Wanted {
    /// A wish for one time and no other.
    #[must_use]
    pub fn just(wish: &Wish) -> Self {
        Self { window: wish.slot, length: wish.slot.elapsed(), units: wish.units, people: wish.people }
    }

    /// After which it cannot begin any more.
    #[must_use]
    pub fn latest_start(&self) -> Timestamp {
        self.window.end().saturating_sub(self.length).unwrap_or(self.window.start())
    }

    /// The first of the times in it that have not begun; `None` when there are none left.
    #[must_use]
    pub fn first(&self, now: Timestamp) -> Option<Wish> {
        let next = step_before(now).saturating_add(STEP).unwrap_or(Timestamp::MAX);
        let start = self.window.start().max(next);
        let end = start.checked_add(self.length).ok()?;
        let slot = Slot::between(start, end).filter(|slot| slot.end() <= self.window.end())?;
        Some(Wish { slot, units: self.units, unit: None, people: self.people })
    }

    /// Is this what is waited for?
    #[must_use]
    pub fn is_met_by(&self, wish: &Wish) -> bool {
        self.window.contains(wish.slot)
            && (self.length, self.units, self.people) == (wish.slot.elapsed(), wish.units, wish.people)
    }
}

/// Until when a place that came free is kept for who waited: two hours, or a quarter of one when it begins within a day, and
/// never past its beginning. Whoever has their mail late (`delay`, where it was measured) has so much longer, up to twice
/// the time.
#[must_use]
pub fn promise(start: Timestamp, delay: Option<SignedDuration>, now: Timestamp) -> Timestamp {
    let usual = if start.duration_since(now) < SOON { PROMISE_SOON } else { PROMISE };
    let late = delay.unwrap_or_default().clamp(SignedDuration::ZERO, usual);
    now.saturating_add(usual + late).unwrap_or(Timestamp::MAX).min(start)
}

/// What somebody sends who wants to wait.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WaitInput {
    /// The earliest beginning, as the clock of the space shows it or with an offset: `2026-10-25T09:30`.
    pub start: String,
    /// The latest end.
    pub end: String,
    /// How long, in minutes; all of that time if absent.
    pub minutes: Option<u32>,
    /// How many units; 1 if absent.
    pub units: Option<u32>,
    /// For how many people; 1 if absent.
    pub people: Option<u32>,
    /// A word to the space, up to 500 characters.
    pub note: Option<String>,
}

impl WaitInput {
    /// Reads the times by the clock of the space, and checks the rest.
    ///
    /// # Errors
    /// The first [`Refusal`] met, naming the field.
    pub fn parse(&self, zone: &Zone) -> Result<(Wanted, Option<String>), Refusal> {
        let read = |field, text: &str| {
            let at = zone.read(field, text)?;
            let whole = step_before(at) == at;
            whole.then_some(at).ok_or_else(|| Refusal::malformed(field, text, "a time in whole steps of 5 minutes"))
        };
        let (start, end) = (read("start", &self.start)?, read("end", &self.end)?);
        let window = Slot::between(start, end).ok_or(Refusal::NotAfter { field: "end", found: end, after: start })?;
        let length = match self.minutes {
            None => window.elapsed(),
            Some(minutes) => {
                let length = SignedDuration::from_mins(i64::from(minutes));
                if length.is_zero() || length.as_secs() % STEP.as_secs() != 0 || length > window.elapsed() {
                    let expected = "whole steps of 5 minutes, and no longer than from start to end";
                    return Err(Refusal::malformed("minutes", minutes, expected));
                }
                length
            }
        };
        let latest = start.saturating_add(length + SLACK).unwrap_or(Timestamp::MAX);
        if end > latest {
            return Err(Refusal::TooFar { field: "end", found: end, latest });
        }
        Slot::new(start, start.saturating_add(length).unwrap_or(Timestamp::MAX))?;
        let note = refusal::optional("note", self.note.as_deref().unwrap_or_default(), NOTE_LIMIT)?;
        Ok((Wanted { window, length, units: self.units.unwrap_or(1), people: self.people.unwrap_or(1) }, note))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + minutes * 60).unwrap()
    }

    fn minutes(minutes: i64) -> SignedDuration {
        SignedDuration::from_mins(minutes)
    }

    #[test]
    fn i30_a_place_is_kept_for_two_hours_or_a_quarter_of_one_and_never_past_its_beginning() {
        let day = 24 * 60;
        assert_eq!(promise(at(2 * day), None, at(0)), at(120));
        assert_eq!(promise(at(day), None, at(0)), at(120));
        assert_eq!(promise(at(day - 1), None, at(0)), at(15));
        assert_eq!(promise(at(10), None, at(0)), at(10));
        // Late mail gives more time, and at most twice as much.
        assert_eq!(promise(at(2 * day), Some(minutes(7)), at(0)), at(127));
        assert_eq!(promise(at(2 * day), Some(minutes(999)), at(0)), at(240));
        assert_eq!(promise(at(60), Some(minutes(999)), at(0)), at(30));
        assert_eq!(promise(at(20), Some(minutes(999)), at(0)), at(20));
        assert_eq!(promise(at(2 * day), Some(minutes(-5)), at(0)), at(120));
    }

    #[test]
    fn nobody_waits_for_what_has_begun() {
        let window = Slot::new(at(0), at(120)).unwrap();
        let wanted = Wanted { window, length: minutes(45), units: 1, people: 1 };
        let first = |now| wanted.first(at(now)).map(|wish| (wish.slot.start(), wish.slot.end()));
        assert_eq!(first(-60), Some((at(0), at(45))));
        assert_eq!(first(0), Some((at(5), at(50))), "it has begun");
        assert_eq!(first(61), Some((at(65), at(110))));
        assert_eq!(first(75), None);
        assert_eq!(State::Waiting.at(&wanted, at(74)), State::Waiting);
        assert_eq!(State::Waiting.at(&wanted, at(75)), State::Expired);
        assert_eq!(State::Promoted.at(&wanted, at(75)), State::Promoted);
        let wish = |from| wanted.first(at(from)).unwrap();
        assert!(wanted.is_met_by(&wish(0)) && !wanted.is_met_by(&Wish { units: 2, ..wish(0) }));
    }

    #[test]
    fn a_wish_to_wait_is_a_window_of_at_most_a_week_more_than_the_time_itself() {
        let zone = Zone::parse("Asia/Kathmandu").unwrap();
        let input =
            WaitInput { start: "2026-06-01T09:00".into(), end: "2026-06-01T12:00".into(), ..Default::default() };
        let (wanted, note) = input.parse(&zone).unwrap();
        assert_eq!((wanted.length, wanted.units, wanted.people, note), (minutes(180), 1, 1, None));
        let an_hour = WaitInput { minutes: Some(60), end: "2026-06-08T10:00".into(), ..input.clone() };
        assert_eq!(an_hour.parse(&zone).unwrap().0.length, minutes(60));
        for (change, code) in [
            (WaitInput { end: "2026-06-08T10:05".into(), ..an_hour.clone() }, "too-far"),
            (WaitInput { minutes: Some(0), ..an_hour.clone() }, "malformed"),
            (WaitInput { minutes: Some(62), ..an_hour.clone() }, "malformed"),
            (WaitInput { minutes: Some(185), ..input.clone() }, "malformed"),
            (WaitInput { end: "2026-06-01T09:00".into(), ..input.clone() }, "not-after"),
            (WaitInput { start: "2026-06-01T09:02".into(), ..input.clone() }, "malformed"),
        ] {
            assert_eq!(change.parse(&zone).unwrap_err().code(), code, "{change:?}");
        }
    }
}
