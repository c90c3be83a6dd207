//! Slots: stretches of time that somebody can claim.

use jiff::{SignedDuration, Timestamp};

use super::refusal::Refusal;

/// A stretch of time from its start until before its end. So one that ends at ten and one that begins at ten do not
/// meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot {
    start: Timestamp,
    end: Timestamp,
}

impl Slot {
    /// The longest that anybody can ask for.
    pub const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 366);

    /// The time from `start` until before `end`.
    ///
    /// # Errors
    /// [`Refusal::NotAfter`] when it ends before it has begun, [`Refusal::TooFar`] when it is longer than
    /// [`LONGEST`](Self::LONGEST).
    pub fn new(start: Timestamp, end: Timestamp) -> Result<Self, Refusal> {
        if end <= start {
            return Err(Refusal::NotAfter { field: "end", found: end, after: start });
        }
        let latest = start.saturating_add(Self::LONGEST).unwrap_or(Timestamp::MAX);
        if end > latest {
            return Err(Refusal::TooFar { field: "end", found: end, latest });
        }
        Ok(Self { start, end })
    }

    /// The first instant of it.
    #[must_use]
    pub fn start(self) -> Timestamp {
        self.start
    }

    /// The first instant after it.
    #[must_use]
    pub fn end(self) -> Timestamp {
        self.end
    }

    /// A part of a time line, however long; `None` when it would be empty.
    #[must_use]
    pub fn between(start: Timestamp, end: Timestamp) -> Option<Self> {
        (start < end).then_some(Self { start, end })
    }

    /// The same, going on until `end` if that is later. What follows from a slot may be longer than what can be asked for.
    #[must_use]
    pub fn until(self, end: Timestamp) -> Self {
        Self { end: self.end.max(end), ..self }
    }

    /// From the earlier beginning to the later end.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The time so far around it.
    #[must_use]
    pub fn around(self, reach: SignedDuration) -> Self {
        let start = self.start.saturating_sub(reach).unwrap_or(Timestamp::MIN);
        Self { start, end: self.end.saturating_add(reach).unwrap_or(Timestamp::MAX) }
    }

    /// How long it takes, as a stop watch tells; limits in hours mean this.
    #[must_use]
    pub fn elapsed(self) -> SignedDuration {
        self.end.duration_since(self.start)
    }

    /// Is there an instant that is in both?
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Is the other one in this one from its start to its end?
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(self, other: Self) -> Option<Self> {
        let (start, end) = (self.start.max(other.start), self.end.min(other.end));
        Self::between(start, end)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + minutes * 60).unwrap()
    }

    fn slot(start: i64, end: i64) -> Slot {
        Slot::new(at(start), at(end)).unwrap()
    }

    #[test]
    fn i1_nine_to_ten_and_ten_to_eleven_never_clash() {
        let (nine, ten) = (slot(0, 60), slot(60, 120));
        assert!(!nine.overlaps(ten) && !ten.overlaps(nine));
        assert_eq!(nine.intersection(ten), None);
        assert!(nine.overlaps(slot(59, 120)) && slot(0, 120).contains(ten) && !nine.contains(slot(0, 61)));
    }

    #[test]
    fn what_ends_before_it_begins_or_takes_ten_years_is_refused_with_what_would_pass() {
        let backwards = Slot::new(at(60), at(60)).unwrap_err();
        assert_eq!(backwards.to_string(), "end is 2027-01-15T09:00:00Z; it must be after 2027-01-15T09:00:00Z");
        let years = Slot::new(at(0), at(10 * 366 * 24 * 60)).unwrap_err();
        assert_eq!(years.to_string(), "end is 2037-01-22T08:00:00Z; the latest that passes is 2028-01-16T08:00:00Z");
        assert!(Slot::new(Timestamp::MIN, Timestamp::MAX).is_err());
    }

    proptest! {
        #[test]
        fn i1_two_slots_clash_when_an_instant_is_in_both(a in 0_i64..40, b in 1_i64..40, c in 0_i64..40, d in 1_i64..40) {
            let (one, other) = (slot(a, a + b), slot(c, c + d));
            let shared: Vec<i64> = (0..80).filter(|m| (a..a + b).contains(m) && (c..c + d).contains(m)).collect();
            prop_assert_eq!(one.overlaps(other), !shared.is_empty());
            prop_assert_eq!(other.overlaps(one), !shared.is_empty());
            let both = shared.first().zip(shared.last()).map(|(first, last)| slot(*first, last + 1));
            prop_assert_eq!(one.intersection(other), both);
        }
    }
}
