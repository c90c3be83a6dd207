//! Bookings of members at other nodes: what the host has said, and what is said of it meanwhile.
//!
//! Only the host confirms. Until its word is here a booking is asked for, and nothing more.

use jiff::{SignedDuration, Timestamp};

use super::slot::Slot;
use super::word::word;

/// The longest that a host may take to answer.
pub const PATIENCE: SignedDuration = SignedDuration::from_hours(72);

word!(
    /// Where it stands, by the host's word.
    State, "state", "sent, waiting, held, confirmed, checked_in, completed, refused, expired, cancelled or no_show", {
        /// It was asked for.
        Sent = "sent",
        /// Others have it, and its guest waits in the line at the host.
        Waiting = "waiting",
        /// The host keeps it: its staff decide, or it has to be confirmed.
        Held = "held",
        /// The host said yes.
        Confirmed = "confirmed",
        /// Its guest is there.
        CheckedIn = "checked_in",
        /// It is over.
        Completed = "completed",
        /// The host said no.
        Refused = "refused",
        /// The host did not say yes in time.
        Expired = "expired",
        /// It was taken back.
        Cancelled = "cancelled",
        /// Nobody came.
        NoShow = "no_show",
    }
);

word!(
    /// What is said of it at home: besides what the host has said, whether the host has the question.
    Shown, "state", "sent, received, unknown, waiting, held, confirmed, checked_in, completed, refused, expired, cancelled or no_show", {
        /// It is on its way.
        Sent = "sent",
        /// The host's server took it in, and has not answered.
        Received = "received",
        /// The host's server does not answer.
        Unknown = "unknown",
        /// Others have it, and its guest waits in the line at the host.
        Waiting = "waiting",
        /// The host keeps it.
        Held = "held",
        /// The host said yes.
        Confirmed = "confirmed",
        /// Its guest is there.
        CheckedIn = "checked_in",
        /// It is over.
        Completed = "completed",
        /// The host said no.
        Refused = "refused",
        /// The host did not say yes in time.
        Expired = "expired",
        /// It was taken back.
        Cancelled = "cancelled",
        /// Nobody came.
        NoShow = "no_show",
    }
);

/// What became of the question on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carried {
    /// It is tried, or will be.
    Waits,
    /// The host's server took it.
    Arrived,
    /// Nobody tries any more.
    GivenUp,
}

impl Shown {
    /// What is said of a state.
    #[must_use]
    pub fn of(state: State, question: Carried) -> Self {
        match (state, question) {
            (State::Sent, Carried::Waits) => Self::Sent,
            (State::Sent, Carried::Arrived) => Self::Received,
            (State::Sent, Carried::GivenUp) => Self::Unknown,
            (State::Waiting, _) => Self::Waiting,
            (State::Held, _) => Self::Held,
            (State::Confirmed, _) => Self::Confirmed,
            (State::CheckedIn, _) => Self::CheckedIn,
            (State::Completed, _) => Self::Completed,
            (State::Refused, _) => Self::Refused,
            (State::Expired, _) => Self::Expired,
            (State::Cancelled, _) => Self::Cancelled,
            (State::NoShow, _) => Self::NoShow,
        }
    }
}

impl State {
    /// The state as it is now: what was not answered in time is expired.
    #[must_use]
    pub fn at(self, deadline: Timestamp, now: Timestamp) -> Self {
        match self {
            Self::Sent | Self::Waiting if deadline <= now => Self::Expired,
            _ => self,
        }
    }

    /// Can it still come about, or is it going on?
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Sent | Self::Waiting | Self::Held | Self::Confirmed | Self::CheckedIn)
    }
}

/// Until when the host may say yes. Whoever is ready to wait for a place to come free says yes until it begins.
#[must_use]
pub fn deadline(slot: Slot, waits: bool, now: Timestamp) -> Timestamp {
    let patience = if waits { Timestamp::MAX } else { now.saturating_add(PATIENCE).unwrap_or(Timestamp::MAX) };
    // Whoever asks for what has begun stands at the door.
    if slot.start() > now { patience.min(slot.start()) } else { patience.min(slot.end()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i38_what_was_not_answered_in_time_is_expired_and_never_confirmed_by_itself() {
        let at = |hours: i64| Timestamp::from_second(1_800_000_000 + hours * 3_600).unwrap();
        let slot = |from, to| Slot::new(at(from), at(to)).unwrap();
        assert_eq!(deadline(slot(100, 101), false, at(0)), at(72));
        assert_eq!(deadline(slot(5, 6), false, at(0)), at(5));
        assert_eq!(deadline(slot(-1, 2), false, at(0)), at(2));
        assert_eq!(deadline(slot(100, 101), true, at(0)), at(100), "who waits says yes until it begins");
        assert_eq!(State::Waiting.at(at(5), at(5)), State::Expired);
        assert_eq!([State::Sent.at(at(5), at(4)), State::Sent.at(at(5), at(5))], [State::Sent, State::Expired]);
        assert_eq!(State::Confirmed.at(at(5), at(9)), State::Confirmed);
    }
}
