//! Bookings of members at other nodes: what the host has said, and what is said of it meanwhile.
//!
//! Only the host confirms. Until its word is here a booking is asked for, and nothing more.

use jiff::{SignedDuration, Timestamp};

use super::slot::Slot;
use super::word::word;

/// The longest that a host may take to answer.
pub const PATIENCE: SignedDuration = SignedDuration::from_hours(72);

/// How soon a host is asked what became of a booking, when nothing is heard; each time takes twice as long as the last.
const FIRST_QUESTION: SignedDuration = SignedDuration::from_mins(5);
/// The longest between two questions.
const QUESTIONS_APART: SignedDuration = SignedDuration::from_hours(6);
/// So long after an end whoever is asked knows what it means.
const MOMENT: SignedDuration = SignedDuration::from_mins(1);
/// So long before a booking begins its host is asked whether it still stands.
const BEFORE_BEGINNING: SignedDuration = SignedDuration::from_hours(1);
/// So long after its end it is asked what became of it.
const AFTER_END: SignedDuration = SignedDuration::from_mins(15);
/// So long after its end nobody asks any more.
const QUESTIONS_END: SignedDuration = SignedDuration::from_hours(24);

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
    /// Nobody tries any more, or the host's server does not answer when it is asked what became of it.
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

/// A booking elsewhere, as far as it tells when its host is to be asked about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Where it stands, by the host's word.
    pub state: State,
    /// When.
    pub slot: Slot,
    /// Until when the host keeps it, if it said so.
    pub held_until: Option<Timestamp>,
    /// After which the host must not say yes.
    pub deadline: Timestamp,
    /// Was it taken back here, and the host has not said that it knows?
    pub unheard: bool,
    /// How often the host was asked since something came of it.
    pub asked: u32,
}

impl Standing {
    /// When the host is asked what became of it, should its mail not come; `None` when there is nothing more to hear.
    #[must_use]
    pub fn next_question(&self, now: Timestamp) -> Option<Timestamp> {
        let after = |time: Timestamp, by| time.saturating_add(by).unwrap_or(Timestamp::MAX);
        if now >= after(self.slot.end(), QUESTIONS_END) {
            return None;
        }
        let times = 1_i32.checked_shl(self.asked.min(16)).unwrap_or(i32::MAX);
        let pause = FIRST_QUESTION.saturating_mul(times).min(QUESTIONS_APART);
        let again = after(now, pause);
        match self.state {
            // A yes may have been said up to the last moment.
            State::Sent | State::Waiting if now < self.deadline => Some(again.min(after(self.deadline, MOMENT))),
            State::Sent | State::Waiting => Some(again),
            State::Held => {
                let end = self.held_until.filter(|until| *until > now);
                Some(end.map_or(again, |until| again.min(after(until, MOMENT))))
            }
            State::Confirmed | State::CheckedIn if self.asked == 0 => {
                let before = self.slot.start().saturating_sub(BEFORE_BEGINNING).unwrap_or(Timestamp::MIN);
                let moments = [before, after(self.slot.end(), AFTER_END)];
                Some(moments.into_iter().find(|moment| *moment > now).unwrap_or(again))
            }
            State::Confirmed | State::CheckedIn => Some(again),
            State::Cancelled if self.unheard => Some(again),
            State::Cancelled | State::Completed | State::Refused | State::Expired | State::NoShow => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i38_a_silent_host_is_asked_less_and_less_often_and_at_the_moments_that_matter() {
        let at = |minutes: i64| Timestamp::from_second(1_800_000_000 + minutes * 60).unwrap();
        let slot = Slot::new(at(6_000), at(6_060)).unwrap();
        let sent =
            Standing { state: State::Sent, slot, held_until: None, deadline: at(4_320), unheard: false, asked: 0 };
        let mut asked = Vec::new();
        let mut now = at(0);
        while now < at(4_320) {
            let standing = Standing { asked: u32::try_from(asked.len()).unwrap(), ..sent };
            now = standing.next_question(now).unwrap();
            asked.push(now.duration_since(at(0)).as_mins());
        }
        assert_eq!(asked[..7], [5, 15, 35, 75, 155, 315, 635]);
        assert_eq!(
            (asked.len(), *asked.last().unwrap()),
            (18, 4_321),
            "the last time when no yes can be said any more"
        );

        let held = Standing { state: State::Held, held_until: Some(at(30)), ..sent };
        let moments = [at(0), at(28), at(31)].map(|now| held.next_question(now).unwrap());
        assert_eq!(moments, [at(5), at(31), at(36)], "soon, when its time is over, and then again");
        let confirmed = Standing { state: State::Confirmed, ..sent };
        let moments = [at(0), at(5_940), at(6_075)].map(|now| confirmed.next_question(now).unwrap());
        assert_eq!(
            moments,
            [at(5_940), at(6_075), at(6_080)],
            "before it begins, when it is over, and then as long as need be"
        );
        assert_eq!(confirmed.next_question(at(6_060 + 24 * 60)), None);
        let taken_back = Standing { state: State::Cancelled, ..sent };
        assert_eq!(taken_back.next_question(at(0)), None);
        assert_eq!(Standing { unheard: true, ..taken_back }.next_question(at(0)), Some(at(5)));
    }

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
