//! What members are told of bookings, in a notification and in a letter: the same words in both.

use jiff::Timestamp;

use super::away;
use super::booking::{HOLD, Side, State};
use super::resource::Audience;
use super::rules::Approval;
use super::slot::Slot;
use super::space::Zone;
use super::word::word;

word!(
    /// What is news.
    Kind, "kind", "a kind of news", {
        /// To those who work here: somebody asks, and waits for their word.
        Requested = "booking_requested",
        /// A time is kept for a while.
        Held = "booking_held",
        /// A booking stands.
        Confirmed = "booking_confirmed",
        /// Staff said no.
        Declined = "booking_declined",
        /// Nobody decided in time.
        Expired = "booking_expired",
        /// It has another time, place or size.
        Moved = "booking_moved",
        /// The space took it back.
        Cancelled = "booking_cancelled",
        /// Nobody came.
        NoShow = "booking_no_show",
        /// Staff believe that somebody came.
        Lifted = "booking_no_show_lifted",
        /// Staff have looked at an appeal, and it stays as it is.
        Dismissed = "booking_appeal_dismissed",
        /// Another node said yes.
        StayConfirmed = "stay_confirmed",
        /// Another node said no.
        StayRefused = "stay_refused",
        /// Another node took it back.
        StayCancelled = "stay_cancelled",
        /// Another node said yes, and has to say it again.
        StayUnsure = "stay_unsure",
        /// Another node did not answer in time.
        StayExpired = "stay_expired",
        /// To administrators: a program that was told what happens does not answer any more.
        WebhookDisabled = "webhook_disabled",
    }
);

/// What happened to a booking here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// It was asked for and waits for staff.
    Requested,
    /// A time is kept for somebody who has to confirm it.
    Held,
    /// It stands.
    Confirmed,
    /// The answer was no.
    Refused,
    /// It has another time, place or size.
    Changed,
    /// Where it stands is told again to somebody elsewhere.
    Again,
    /// It was taken back.
    Cancelled,
    /// Nobody decided or confirmed in time.
    Expired,
    /// Its guest is there.
    CheckedIn,
    /// That its guest is there was a mistake.
    Returned,
    /// It is over.
    Completed,
    /// Nobody came.
    NoShow,
    /// Staff believe that somebody came.
    Lifted,
    /// Staff do not believe it.
    Dismissed,
}

/// A booking, as far as it decides what is news of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stands {
    /// Where it stands.
    pub state: State,
    /// Whose it is, as far as rules go.
    pub audience: Audience,
    /// Who decided on it.
    pub approval: Approval,
    /// Was it confirmed or refused by somebody?
    pub answered: bool,
    /// Who cancelled it.
    pub cancelled_by: Option<Side>,
}

/// What a fact about a booking is to whose it is, as it stands now: what came after the fact is told by its own fact, and
/// what is not so any more is not told at all. Somebody at the front desk who books for people without accounts is told
/// nothing.
#[must_use]
pub fn to_guest(fact: Fact, stands: Stands) -> Option<Kind> {
    if stands.audience == Audience::Staff {
        return None;
    }
    let open = matches!(stands.state, State::Requested | State::Held | State::Confirmed);
    match fact {
        Fact::Held if stands.state == State::Held => Some(Kind::Held),
        Fact::Confirmed if stands.state == State::Confirmed => Some(Kind::Confirmed),
        Fact::Refused if stands.state == State::Refused => Some(Kind::Declined),
        Fact::Changed if open => Some(Kind::Moved),
        Fact::Cancelled if stands.cancelled_by == Some(Side::Host) => Some(Kind::Cancelled),
        Fact::NoShow if stands.state == State::NoShow => Some(Kind::NoShow),
        Fact::Lifted if stands.state == State::Completed => Some(Kind::Lifted),
        Fact::Dismissed if stands.state == State::NoShow => Some(Kind::Dismissed),
        // Whoever let a hold lapse looked at a form and left it.
        Fact::Expired if stands.approval != Approval::None && !stands.answered => Some(Kind::Expired),
        _ => None,
    }
}

/// What a fact about a booking is to those who work here.
#[must_use]
pub fn to_staff(fact: Fact, state: State) -> Option<Kind> {
    match fact {
        Fact::Requested if state == State::Requested => Some(Kind::Requested),
        _ => None,
    }
}

/// A booking elsewhere, as far as it decides what is news of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    /// Where it stands.
    pub state: away::State,
    /// Who cancelled it.
    pub cancelled_by: Option<Side>,
    /// Is it over?
    pub is_over: bool,
    /// What the member was told of it last.
    pub told: Option<Kind>,
}

/// What a member hears of a booking elsewhere after something came of it there: its host has spoken, or knows nothing of it.
#[must_use]
pub fn of_stay(stay: Stay) -> Option<Kind> {
    match stay.state {
        away::State::Confirmed => Some(Kind::StayConfirmed),
        away::State::Refused => Some(Kind::StayRefused),
        away::State::Cancelled if stay.cancelled_by == Some(Side::Host) => Some(Kind::StayCancelled),
        // Whoever counts on it has to know.
        away::State::Sent | away::State::Waiting | away::State::Held if stay.told == Some(Kind::StayConfirmed) => {
            Some(Kind::StayUnsure)
        }
        away::State::Expired if !stay.is_over => Some(Kind::StayExpired),
        _ => None,
    }
}

/// Is it still so? A letter may have waited for days.
#[must_use]
pub fn still_holds(kind: Kind, state: State, slot: Slot, now: Timestamp) -> bool {
    let ahead = now < slot.end();
    match kind {
        Kind::Requested => state == State::Requested,
        Kind::Held => state == State::Held,
        Kind::Confirmed => ahead && matches!(state, State::Confirmed | State::CheckedIn),
        Kind::Moved => ahead && state.is_open(),
        Kind::Declined => state == State::Refused,
        Kind::Expired => state == State::Expired,
        Kind::Cancelled => state == State::Cancelled,
        Kind::NoShow | Kind::Dismissed => state == State::NoShow,
        Kind::Lifted => state == State::Completed,
        Kind::StayConfirmed
        | Kind::StayRefused
        | Kind::StayCancelled
        | Kind::StayUnsure
        | Kind::StayExpired
        | Kind::WebhookDisabled => false,
    }
}

/// The same of a booking elsewhere.
#[must_use]
pub fn stay_still_holds(kind: Kind, state: away::State, slot: Slot, now: Timestamp) -> bool {
    match kind {
        Kind::StayConfirmed => now < slot.end() && matches!(state, away::State::Confirmed | away::State::CheckedIn),
        Kind::StayRefused => state == away::State::Refused,
        Kind::StayCancelled => state == away::State::Cancelled,
        Kind::StayUnsure => {
            now < slot.end() && matches!(state, away::State::Sent | away::State::Waiting | away::State::Held)
        }
        Kind::StayExpired => now < slot.end() && state == away::State::Expired,
        _ => false,
    }
}

/// Is it worth a letter? What is over before a letter is read is not.
#[must_use]
pub fn is_mailed(kind: Kind, until: Option<Timestamp>, now: Timestamp) -> bool {
    match kind {
        Kind::Held => until.is_some_and(|until| until.duration_since(now) > HOLD),
        _ => true,
    }
}

/// What the news is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// What is booked.
    pub what: String,
    /// At which space.
    pub space: String,
    /// When.
    pub slot: Slot,
    /// The zone of the space's clock.
    pub zone: String,
    /// How many units.
    pub units: u32,
    /// Who asks: told to those who work here.
    pub who: Option<String>,
    /// Until when it is kept.
    pub until: Option<Timestamp>,
    /// Why, in the words of the space.
    pub words: Option<String>,
    /// How many times would have passed instead.
    pub alternatives: usize,
    /// Of how many more it is told that belong to it: the others of a series, or what was asked for with it.
    pub among: u32,
}

impl Subject {
    /// When, by the clock of the space: `Fri 15 Jan 2027, 09:00–10:30 (Europe/Amsterdam)`.
    #[must_use]
    pub fn when(&self) -> String {
        let Some(zone) = self.clock() else {
            return format!("{} to {} (UTC)", self.slot.start(), self.slot.end());
        };
        let (start, end) = (zone.wall(self.slot.start()), zone.wall(self.slot.end()));
        let first = start.strftime("%a %-d %b %Y, %H:%M");
        let last =
            if start.date() == end.date() { end.strftime("–%H:%M") } else { end.strftime(" to %a %-d %b %Y, %H:%M") };
        format!("{first}{last} ({})", zone.as_str())
    }

    /// What and where: `2 × Desk at Harbor`.
    #[must_use]
    pub fn whatever(&self) -> String {
        let times = if self.units > 1 { format!("{} × ", self.units) } else { String::new() };
        format!("{times}{} at {}", self.what, self.space)
    }

    /// What happened, in a few words, as the subject of a letter.
    #[must_use]
    pub fn headline(&self, kind: Kind) -> String {
        let first = match kind {
            Kind::Requested => "Waits for approval",
            Kind::Held => "Held for you",
            Kind::Confirmed | Kind::StayConfirmed => "Confirmed",
            Kind::Declined | Kind::StayRefused => "Declined",
            Kind::Expired | Kind::StayExpired => "Not answered in time",
            Kind::StayUnsure => "Confirmed no more",
            Kind::Moved => "Changed",
            Kind::Cancelled | Kind::StayCancelled => "Cancelled by the space",
            Kind::NoShow => "Given back",
            Kind::Lifted => "No no-show any more",
            Kind::Dismissed => "Still a no-show",
            Kind::WebhookDisabled => "A webhook was switched off",
        };
        format!("{first}: {}", self.whatever())
    }

    /// What happened, what it is about, when and where, in sentences.
    #[must_use]
    pub fn sentence(&self, kind: Kind) -> String {
        let told = match kind {
            Kind::Requested => {
                format!("{} asks for it, and waits for the space's word.", self.who.as_deref().unwrap_or("Somebody"))
            }
            Kind::Held => self.kept(),
            Kind::Confirmed => "Your booking is confirmed.".to_owned(),
            Kind::Declined | Kind::StayRefused => "The space said no.".to_owned() + &self.instead(),
            Kind::Expired | Kind::StayExpired => "The space did not answer in time, so you do not have it.".to_owned(),
            Kind::StayUnsure => {
                "Your booking is not confirmed any more: the space has to say yes again. You hear whether it does."
                    .to_owned()
            }
            Kind::Moved => "Your booking was changed; this is what it is now.".to_owned(),
            Kind::Cancelled | Kind::StayCancelled => "The space cancelled your booking.".to_owned(),
            Kind::NoShow => "Nobody came, so it was given back.".to_owned(),
            Kind::Lifted => "The space believes that you came: it does not count as a no-show.".to_owned(),
            Kind::Dismissed => "The space has looked at your appeal, and it stays a no-show.".to_owned(),
            Kind::StayConfirmed => "The space confirmed your booking.".to_owned(),
            Kind::WebhookDisabled => "A program that is told of bookings does not answer any more.".to_owned(),
        };
        let why = self.words.as_ref().map(|words| format!(" Its words: “{words}”")).unwrap_or_default();
        let more = if self.among > 0 { format!(", and {} more", self.among) } else { String::new() };
        format!("{}, {}{more}: {told}{why}", self.whatever(), self.when())
    }

    fn kept(&self) -> String {
        let until = self.until.and_then(|until| Some(self.clock()?.wall(until).strftime("%H:%M").to_string()));
        match until {
            Some(until) => format!("It is kept for you until {until}; confirm it before then."),
            None => "It was kept for you for a while.".to_owned(),
        }
    }

    fn instead(&self) -> String {
        match self.alternatives {
            0 => String::new(),
            1 => " Another time would pass.".to_owned(),
            several => format!(" {several} other times would pass."),
        }
    }

    fn clock(&self) -> Option<Zone> {
        Zone::parse(&self.zone).ok()
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn subject() -> Subject {
        Subject {
            what: "Attic".into(),
            space: "Harbor".into(),
            slot: Slot::new("2027-01-15T08:00:00Z".parse().unwrap(), "2027-01-15T09:30:00Z".parse().unwrap()).unwrap(),
            zone: "Europe/Amsterdam".into(),
            units: 1,
            who: Some("Ben Okafor".into()),
            until: Some("2027-01-15T07:40:00Z".parse().unwrap()),
            words: None,
            alternatives: 2,
            among: 0,
        }
    }

    #[test]
    fn news_says_what_when_by_the_clock_of_the_space_and_where() {
        let subject = subject();
        assert_eq!(subject.when(), "Fri 15 Jan 2027, 09:00–10:30 (Europe/Amsterdam)");
        let at = "Attic at Harbor, Fri 15 Jan 2027, 09:00–10:30 (Europe/Amsterdam): ";
        for (kind, told) in [
            (Kind::Confirmed, "Your booking is confirmed."),
            (Kind::Held, "It is kept for you until 08:40; confirm it before then."),
            (Kind::StayRefused, "The space said no. 2 other times would pass."),
            (Kind::Requested, "Ben Okafor asks for it, and waits for the space's word."),
        ] {
            assert_eq!(subject.sentence(kind), format!("{at}{told}"));
        }
        let series = Subject { among: 51, ..subject.clone() }.sentence(Kind::Confirmed);
        assert!(
            series.ends_with("09:00–10:30 (Europe/Amsterdam), and 51 more: Your booking is confirmed."),
            "{series}"
        );
        let over_night = Subject {
            slot: Slot::new(subject.slot.start(), "2027-01-16T09:30:00Z".parse().unwrap()).unwrap(),
            units: 2,
            words: Some("A pipe burst.".into()),
            ..subject
        };
        assert_eq!(
            over_night.sentence(Kind::Cancelled),
            "2 × Attic at Harbor, Fri 15 Jan 2027, 09:00 to Sat 16 Jan 2027, 10:30 (Europe/Amsterdam): The space cancelled \
             your booking. Its words: “A pipe burst.”"
        );
        assert_eq!(over_night.headline(Kind::Moved), "Changed: 2 × Attic at Harbor");
    }

    #[test]
    fn what_is_not_so_any_more_is_no_news() {
        let stands = |state| Stands {
            state,
            audience: Audience::Resident,
            approval: Approval::Blocking,
            answered: false,
            cancelled_by: None,
        };
        let confirmed = Fact::Confirmed;
        assert_eq!(to_guest(confirmed, stands(State::Confirmed)), Some(Kind::Confirmed));
        for later in [State::CheckedIn, State::Cancelled, State::NoShow] {
            assert_eq!(to_guest(confirmed, stands(later)), None);
        }
        let staff = Stands { audience: Audience::Staff, ..stands(State::Confirmed) };
        assert_eq!(to_guest(confirmed, staff), None);
        let cancelled = |by| to_guest(Fact::Cancelled, Stands { cancelled_by: by, ..stands(State::Cancelled) });
        assert_eq!((cancelled(Some(Side::Host)), cancelled(Some(Side::Guest))), (Some(Kind::Cancelled), None));
        let lapsed = |approval| to_guest(Fact::Expired, Stands { approval, ..stands(State::Expired) });
        assert_eq!((lapsed(Approval::Blocking), lapsed(Approval::None)), (Some(Kind::Expired), None));
        assert_eq!(to_staff(Fact::Requested, State::Requested), Some(Kind::Requested));
        assert_eq!(to_staff(Fact::Requested, State::Confirmed), None);
        let stay = |state, told| of_stay(Stay { state, cancelled_by: Some(Side::Guest), is_over: false, told });
        let yes = Some(Kind::StayConfirmed);
        assert_eq!(stay(away::State::Cancelled, yes), None);
        assert_eq!([stay(away::State::Sent, yes), stay(away::State::Sent, None)], [Some(Kind::StayUnsure), None]);
        assert_eq!(stay(away::State::Expired, Some(Kind::StayUnsure)), Some(Kind::StayExpired));

        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let until = |minutes| Some(now + SignedDuration::from_mins(minutes));
        assert!(!is_mailed(Kind::Held, until(10), now) && is_mailed(Kind::Held, until(120), now));
    }
}
