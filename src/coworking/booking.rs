//! The life of a booking: asked for, held, confirmed, begun and over; and the ways on which it ends early.
//!
//! Whoever hosts a resource has the last word on it, by its own clock. What depends on the time is judged when it is looked
//! at; that a job writes it down later changes nothing.

use jiff::{SignedDuration, Timestamp};

use super::decision::Wish;
use super::id::ResourceId;
use super::profile::NAME_LIMIT;
use super::refusal::{self, Refusal};
use super::resource::{STEP, UNIT_LIMIT};
use super::rules::{Approval, Rules};
use super::slot::Slot;
use super::space::Zone;
use super::word::word;

/// The most characters of a note, and of a reason.
pub const NOTE_LIMIT: usize = 500;
/// The most bookings that can be asked for at once.
pub const TOGETHER: usize = 20;
/// How long a held time is kept for somebody here, who looks at a form.
pub const HOLD: SignedDuration = SignedDuration::from_mins(10);
/// How long it is kept for somebody elsewhere.
pub const HOLD_ELSEWHERE: SignedDuration = SignedDuration::from_mins(30);
/// The longest that staff may think about a request.
pub const DECISION: SignedDuration = SignedDuration::from_hours(72);
/// Cancelling so shortly after the asking is never late.
pub const GRACE: SignedDuration = SignedDuration::from_mins(15);
/// How early somebody can check in.
pub const EARLY: SignedDuration = SignedDuration::from_mins(15);
/// How long the front desk can take a check-in back.
pub const UNDO: SignedDuration = SignedDuration::from_mins(5);
/// The most times that one person can hold at once; what came free for who waited is none of them.
pub const HOLDS: u32 = 2;
/// The most times that people of one other server can hold at once.
pub const HOLDS_OF_PEER: u32 = 20;
/// The most units of a pool that can be held for one time, in hundredths.
pub const HOLDS_OF_POOL: u32 = 30;

word!(
    /// Where a booking stands.
    State, "state", "requested, held, confirmed, checked_in, completed, refused, expired, cancelled or no_show", {
        /// It waits for staff.
        Requested = "requested",
        /// The time is kept for a moment, until it is confirmed.
        Held = "held",
        /// It stands.
        Confirmed = "confirmed",
        /// Its guest is there.
        CheckedIn = "checked_in",
        /// It is over.
        Completed = "completed",
        /// The answer was no.
        Refused = "refused",
        /// Nobody decided or confirmed in time.
        Expired = "expired",
        /// It was taken back.
        Cancelled = "cancelled",
        /// Nobody came.
        NoShow = "no_show",
    }
);

word!(
    /// Which of the two sides did it.
    Side, "side", "guest or host", {
        /// Who has the booking.
        Guest = "guest",
        /// The space.
        Host = "host",
    }
);

word!(
    /// Who or what said that a guest is there.
    CheckedInBy, "checked_in_by", "host, member, code, home or walk_in", {
        /// Those who work here.
        Host = "host",
        /// The member, on a page or by a program.
        Member = "member",
        /// A code that is shown at the door, or was typed there.
        Code = "code",
        /// The guest's own node.
        Home = "home",
        /// It was taken at the desk by who stood there.
        WalkIn = "walk_in",
    }
);

word!(
    /// Guests of a space on a day, as the front desk asks for them.
    Guests, "list", "expected, present or late", {
        /// Who is to come yet.
        Expected = "expected",
        /// Who is there.
        Present = "present",
        /// Who should be there.
        Late = "late",
    }
);

impl Guests {
    /// Is a booking one of them, by where it stands and when it begins?
    #[must_use]
    pub fn has(self, state: State, start: Timestamp, now: Timestamp) -> bool {
        match self {
            Self::Expected => state == State::Confirmed && start > now,
            Self::Present => state == State::CheckedIn,
            Self::Late => state == State::Confirmed && start <= now,
        }
    }
}

impl State {
    /// Is it still to come, or going on?
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Requested | Self::Held | Self::Confirmed | Self::CheckedIn)
    }

    /// Does it keep others out?
    #[must_use]
    pub fn takes_room(self, approval: Approval) -> bool {
        match self {
            Self::Held | Self::Confirmed | Self::CheckedIn => true,
            Self::Requested => approval != Approval::Open,
            _ => false,
        }
    }

    /// The state as it is now: what was held or asked for until a time that has come is expired, whether or not a job has
    /// said so yet.
    #[must_use]
    pub fn at(self, expires_at: Option<Timestamp>, now: Timestamp) -> Self {
        match (self, expires_at) {
            (Self::Requested | Self::Held, Some(end)) if end <= now => Self::Expired,
            _ => self,
        }
    }

    /// Passes if it is one of these.
    ///
    /// # Errors
    /// [`Refusal::WrongState`].
    pub fn must_be(self, states: &[Self], needed: &'static str) -> Result<(), Refusal> {
        match states.contains(&self) {
            true => Ok(()),
            false => Err(Refusal::WrongState { what: "booking", state: self.as_str(), needed }),
        }
    }
}

/// Until when a time is kept that somebody wants to confirm: never past its beginning, unless that has come already.
#[must_use]
pub fn hold_until(slot: Slot, elsewhere: bool, now: Timestamp) -> Timestamp {
    let end = now.saturating_add(if elsewhere { HOLD_ELSEWHERE } else { HOLD }).unwrap_or(Timestamp::MAX);
    before_it_begins(end, slot.start(), slot, now)
}

/// Until when what is held or asked for is kept after it was moved: no longer than before, and as ever not past its beginning,
/// unless that has come already.
#[must_use]
pub fn kept_when_moved(end: Timestamp, slot: Slot, now: Timestamp) -> Timestamp {
    before_it_begins(end, slot.start(), slot, now)
}

/// Until when staff may decide on a request.
#[must_use]
pub fn decide_by(slot: Slot, rules: &Rules, now: Timestamp) -> Timestamp {
    let end = now.saturating_add(DECISION).unwrap_or(Timestamp::MAX);
    before_it_begins(end, slot.start().saturating_sub(rules.notice).unwrap_or(now), slot, now)
}

fn before_it_begins(end: Timestamp, latest: Timestamp, slot: Slot, now: Timestamp) -> Timestamp {
    [latest, slot.start(), slot.end()].into_iter().find(|limit| *limit > now).map_or(end, |limit| end.min(limit))
}

/// The last moment at which it is not late to cancel it.
#[must_use]
pub fn in_time_until(slot: Slot, rules: &Rules, requested_at: Timestamp) -> Timestamp {
    let latest = slot.start().saturating_sub(rules.cancel).unwrap_or(Timestamp::MIN);
    latest.max(requested_at.saturating_add(GRACE).unwrap_or(Timestamp::MAX))
}

/// Is it late to cancel it now?
#[must_use]
pub fn is_late(slot: Slot, rules: &Rules, requested_at: Timestamp, now: Timestamp) -> bool {
    now > in_time_until(slot, rules, requested_at)
}

/// Can its guest confirm it? What is held; and what was held by rules that ask nobody, if it is not others' by now.
#[must_use]
pub fn can_be_confirmed(
    (state, expires_at): (State, Option<Timestamp>),
    answered_at: Option<Timestamp>,
    approval: Approval,
    now: Timestamp,
) -> bool {
    let was_held = state == State::Held || state == State::Expired && answered_at.is_none();
    state.at(expires_at, now) == State::Held || was_held && approval == Approval::None
}

/// Passes if its guest can check in now.
///
/// # Errors
/// [`Refusal::WrongTime`] that names from when until when.
pub fn can_check_in(slot: Slot, zone: &Zone, now: Timestamp) -> Result<(), Refusal> {
    let from = slot.start().saturating_sub(EARLY).unwrap_or(Timestamp::MIN);
    if from <= now && now < slot.end() {
        return Ok(());
    }
    let shown = |at| zone.shown(at);
    Err(Refusal::WrongTime { act: "check in", found: shown(now), from: shown(from), until: shown(slot.end()) })
}

/// When something happens to it by itself: it expires, is given away because nobody came, or ends. Whoever got a yes when it
/// had begun has as long to come as others.
#[must_use]
pub fn due(
    state: State,
    slot: Slot,
    expires_at: Option<Timestamp>,
    answered_at: Option<Timestamp>,
    release: Option<SignedDuration>,
) -> Option<Timestamp> {
    match state {
        State::Requested | State::Held => expires_at,
        State::Confirmed => {
            let from = answered_at.map_or(slot.start(), |at| at.max(slot.start()));
            let release = release.and_then(|release| from.checked_add(release).ok());
            Some(release.map_or(slot.end(), |release| release.min(slot.end())))
        }
        State::CheckedIn => Some(slot.end()),
        _ => None,
    }
}

/// What happens to it at a time that was [`due`].
#[must_use]
pub fn overdue(state: State, release: Option<SignedDuration>) -> State {
    match state {
        State::Requested | State::Held => State::Expired,
        // A space that asks nobody to check in does not know who came.
        State::Confirmed if release.is_none() => State::Completed,
        State::Confirmed => State::NoShow,
        State::CheckedIn => State::Completed,
        over => over,
    }
}

/// A time rounded to whole steps, down.
#[must_use]
pub fn step_before(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second().div_euclid(STEP.as_secs()) * STEP.as_secs()).unwrap_or(at)
}

/// A time rounded to whole steps, up.
#[must_use]
pub fn step_after(at: Timestamp) -> Timestamp {
    let down = step_before(at);
    if down == at { at } else { down.saturating_add(STEP).unwrap_or(at) }
}

/// What somebody sends who wants to book.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BookingInput {
    /// From when, as the clock of the space shows it or with an offset: `2026-10-25T09:30`.
    pub start: String,
    /// Until when.
    pub end: String,
    /// How many units; 1 if absent.
    pub units: Option<u32>,
    /// The number of the unit that is chosen, from 1.
    pub unit: Option<u32>,
    /// For how many people; 1 if absent.
    pub people: Option<u32>,
    /// A word to the space, up to 500 characters.
    pub note: Option<String>,
    /// For whom, if that is somebody without an account.
    pub guest: Option<String>,
}

/// What is to be booked, as far as that can be seen without looking at the calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What is wished.
    pub wish: Wish,
    /// A word to the space.
    pub note: Option<String>,
    /// For whom, if that is somebody without an account.
    pub guest: Option<String>,
}

impl BookingInput {
    /// Reads the times by the clock of the space, and checks the rest.
    ///
    /// # Errors
    /// The first [`Refusal`] met, naming the field.
    pub fn parse(&self, zone: &Zone) -> Result<Draft, Refusal> {
        let slot = Slot::new(time(zone, "start", &self.start)?, time(zone, "end", &self.end)?)?;
        let unit = match self.unit {
            None => None,
            Some(number) => match number.checked_sub(1).filter(|unit| *unit < UNIT_LIMIT) {
                Some(unit) => Some(unit),
                None => return Err(Refusal::malformed("unit", number, "a number from 1 to 1,000")),
            },
        };
        Ok(Draft {
            wish: Wish { slot, units: self.units.unwrap_or(1), unit, people: self.people.unwrap_or(1) },
            note: refusal::optional("note", self.note.as_deref().unwrap_or_default(), NOTE_LIMIT)?,
            guest: refusal::optional("guest", self.guest.as_deref().unwrap_or_default(), NAME_LIMIT)?,
        })
    }
}

/// A time in whole steps.
fn time(zone: &Zone, field: &'static str, text: &str) -> Result<Timestamp, Refusal> {
    let at = zone.read(field, text)?;
    if step_before(at) == at {
        Ok(at)
    } else {
        Err(Refusal::malformed(field, text, "a time in whole steps of 5 minutes"))
    }
}

/// What is to be booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Of what.
    pub resource: ResourceId,
    /// What is wished.
    pub draft: Draft,
    /// Keep the time until it is confirmed, and not more.
    pub hold: bool,
    /// Why staff pass over rules, if they do.
    pub reason: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coworking::resource::{Audience, Kind};

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + minutes * 60).unwrap()
    }

    fn slot(from: i64, to: i64) -> Slot {
        Slot::new(at(from), at(to)).unwrap()
    }

    fn rules() -> Rules {
        Rules::usual(Kind::MeetingRoom).remove(&Audience::Resident).unwrap()
    }

    #[test]
    fn i26_a_hold_ends_by_itself_and_never_after_the_beginning() {
        assert_eq!(hold_until(slot(60, 120), false, at(0)), at(10));
        assert_eq!(hold_until(slot(60, 120), true, at(0)), at(30));
        assert_eq!(hold_until(slot(5, 120), true, at(0)), at(5));
        assert_eq!(hold_until(slot(-5, 120), false, at(0)), at(10), "it has begun already");
        assert_eq!(kept_when_moved(at(10), slot(-5, 120), at(0)), at(10), "also when it is moved there");
        assert_eq!(kept_when_moved(at(10), slot(5, 120), at(0)), at(5));
        assert_eq!(State::Held.at(Some(at(10)), at(9)), State::Held);
        assert_eq!(State::Held.at(Some(at(10)), at(10)), State::Expired);
        assert_eq!(State::Confirmed.at(Some(at(10)), at(10)), State::Confirmed);
    }

    #[test]
    fn i29_staff_decide_within_three_days_and_before_the_notice() {
        let day = 24 * 60;
        let rules = Rules { notice: SignedDuration::from_mins(day), ..rules() };
        assert_eq!(decide_by(slot(9 * day, 10 * day), &rules, at(0)), at(3 * day));
        assert_eq!(decide_by(slot(2 * day, 3 * day), &rules, at(0)), at(day));
        assert_eq!(decide_by(slot(day, 3 * day), &rules, at(60)), at(day), "the notice has passed; then the beginning");
        assert!(State::Requested.takes_room(Approval::Blocking) && !State::Requested.takes_room(Approval::Open));
    }

    #[test]
    fn i32_late_is_after_the_notice_but_never_within_the_grace() {
        let (slot, rules) = (slot(600, 660), Rules { cancel: SignedDuration::from_mins(60), ..rules() });
        assert!(!is_late(slot, &rules, at(0), at(540)));
        assert!(is_late(slot, &rules, at(0), at(541)));
        assert!(!is_late(slot, &rules, at(580), at(595)) && is_late(slot, &rules, at(580), at(596)));
    }

    #[test]
    fn i33_who_does_not_come_loses_the_rest_and_who_comes_may_be_a_little_early() {
        let release = Some(SignedDuration::from_mins(15));
        let due_when = |slot, answered, release| due(State::Confirmed, slot, None, Some(at(answered)), release);
        assert_eq!(due_when(slot(0, 60), -500, release), Some(at(15)));
        assert_eq!(due_when(slot(0, 10), -500, release), Some(at(10)));
        assert_eq!(due_when(slot(0, 60), -500, None), Some(at(60)));
        assert_eq!(due_when(slot(0, 60), 40, release), Some(at(55)), "it had begun when the yes came");
        assert_eq!(due_when(slot(0, 60), 50, release), Some(at(60)));
        assert_eq!(due(State::Confirmed, slot(0, 60), None, None, release), Some(at(15)));
        assert_eq!(overdue(State::Confirmed, release), State::NoShow);
        assert_eq!(overdue(State::Confirmed, None), State::Completed);
        assert_eq!((step_before(at(7)), step_after(at(7)), step_after(at(5))), (at(5), at(10), at(5)));
        let zone = Zone::parse("UTC").unwrap();
        let slot = slot(0, 60);
        for (minute, passes) in [(-16, false), (-15, true), (59, true), (60, false)] {
            assert_eq!(can_check_in(slot, &zone, at(minute)).is_ok(), passes, "{minute}");
        }
        assert_eq!(
            can_check_in(slot, &zone, at(-20)).unwrap_err().to_string(),
            "it is 2027-01-15T07:40+00:00; check in from 2027-01-15T07:45+00:00 until 2027-01-15T09:00+00:00"
        );
    }

    #[test]
    fn what_is_wished_is_read_by_the_clock_of_the_space() {
        let zone = Zone::parse("Asia/Kathmandu").unwrap();
        let input = BookingInput {
            start: "2026-06-01T09:00".into(),
            end: "2026-06-01T10:30".into(),
            unit: Some(4),
            ..Default::default()
        };
        let draft = input.parse(&zone).unwrap();
        assert_eq!(draft.wish.slot.start(), "2026-06-01T03:15:00Z".parse().unwrap());
        assert_eq!((draft.wish.unit, draft.wish.units, draft.wish.people), (Some(3), 1, 1));
        for (start, end, unit, code) in [
            ("2026-06-01T09:02", "2026-06-01T10:00", 1, "malformed"),
            ("2026-06-01T09:00", "2026-06-01T08:00", 1, "not-after"),
            ("2026-06-01T09:00", "2036-06-01T09:00", 1, "too-far"),
            ("tomorrow", "2026-06-01T09:00", 1, "malformed"),
            ("2026-06-01T09:00+02:00", "2026-06-01T10:00+02:00", 1, "other-offset"),
            ("2026-06-01T09:00", "2026-06-01T10:00", 0, "malformed"),
        ] {
            let input = BookingInput { start: start.into(), end: end.into(), unit: Some(unit), ..Default::default() };
            assert_eq!(input.parse(&zone).unwrap_err().code(), code, "{start} to {end}");
        }
    }
}
