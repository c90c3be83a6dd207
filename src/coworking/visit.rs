//! Members at the doors of other nodes: what they said there, and what they were told.
//!
//! Where somebody is concerns them and the space, and nobody else.

use jiff::{SignedDuration, Timestamp};

use super::word::word;

/// So long a door may take to answer before its guest may knock at another one.
pub const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

word!(
    /// Where a visit stands.
    State, "state", "sent, present, refused or left", {
        /// The space was told, and has not answered.
        Sent = "sent",
        /// The space let them in.
        Present = "present",
        /// The space did not.
        Refused = "refused",
        /// They left.
        Left = "left",
    }
);

/// Does somebody still wait at a door where nobody has answered?
#[must_use]
pub fn waits(state: State, begun_at: Timestamp, now: Timestamp) -> bool {
    state == State::Sent && now.duration_since(begun_at) < PATIENCE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_waits_for_ever_at_a_door_that_does_not_answer() {
        let at = |minutes: i64| Timestamp::from_second(1_800_000_000 + minutes * 60).unwrap();
        assert!(waits(State::Sent, at(0), at(9)) && !waits(State::Sent, at(0), at(10)));
        assert!(!waits(State::Present, at(0), at(1)));
    }
}
