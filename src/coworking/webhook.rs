//! Programs that are told what happens to bookings, as Standard Webhooks has it.

use jiff::SignedDuration;
use url::Url;

use super::news::Fact;
use super::refusal::{self, Refusal};
use super::word::word;

/// The most webhooks of a node.
pub const WEBHOOK_LIMIT: usize = 20;
/// The most characters of an address.
pub const URL_LIMIT: usize = 1_000;
/// So long a delivery is tried; a webhook that took none of it is switched off.
pub const PATIENCE: SignedDuration = SignedDuration::from_hours(72);
/// What its secrets begin with as people copy them.
pub const SECRET_PREFIX: &str = "whsec_";

word!(
    /// What a webhook can be told.
    Kind, "events", "booking.requested, booking.confirmed, booking.declined, booking.expired, booking.moved, booking.cancelled, \
     booking.no_show, booking.no_show_lifted, checkin.opened, checkin.undone or checkin.closed", {
        /// Somebody asks, and staff decide.
        Requested = "booking.requested",
        /// A booking stands.
        Confirmed = "booking.confirmed",
        /// Staff said no to what waited for them.
        Declined = "booking.declined",
        /// Staff did not decide in time.
        Expired = "booking.expired",
        /// It has another time, place or size.
        Moved = "booking.moved",
        /// It was taken back, by either side.
        Cancelled = "booking.cancelled",
        /// Nobody came.
        NoShow = "booking.no_show",
        /// Somebody came after all.
        Lifted = "booking.no_show_lifted",
        /// Its guest is there.
        Opened = "checkin.opened",
        /// That was a mistake.
        Undone = "checkin.undone",
        /// Its guest has left.
        Closed = "checkin.closed",
    }
);

impl Kind {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Requested,
        Self::Confirmed,
        Self::Declined,
        Self::Expired,
        Self::Moved,
        Self::Cancelled,
        Self::NoShow,
        Self::Lifted,
        Self::Opened,
        Self::Undone,
        Self::Closed,
    ];
}

/// What a fact is to programs; `waited` of what waited for staff. What was refused at once never was anything, and what is
/// kept for minutes is nothing yet.
#[must_use]
pub fn told(fact: Fact, waited: bool, checked_in: bool) -> Option<Kind> {
    match fact {
        Fact::Requested => Some(Kind::Requested),
        Fact::Confirmed => Some(Kind::Confirmed),
        Fact::Refused if waited => Some(Kind::Declined),
        Fact::Expired if waited => Some(Kind::Expired),
        Fact::Changed => Some(Kind::Moved),
        Fact::Cancelled => Some(Kind::Cancelled),
        Fact::NoShow => Some(Kind::NoShow),
        Fact::Lifted => Some(Kind::Lifted),
        Fact::CheckedIn => Some(Kind::Opened),
        Fact::Returned => Some(Kind::Undone),
        Fact::Completed if checked_in => Some(Kind::Closed),
        Fact::Held | Fact::Refused | Fact::Expired | Fact::Completed | Fact::Again | Fact::Dismissed => None,
    }
}

/// A webhook to be, every part checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWebhook {
    /// Where it is told.
    pub url: Url,
    /// What.
    pub events: Vec<Kind>,
}

impl NewWebhook {
    /// Reads an address and what is to be told there. Whether this node may call there at all is for its way out to say.
    ///
    /// # Errors
    /// The first [`Refusal`] met, naming the field.
    pub fn parse(url: &str, events: &[String]) -> Result<Self, Refusal> {
        const EXPECTED: &str = "a web address such as https://office.example/hooks, without a name or password in it";
        let text = refusal::needed("url", url, URL_LIMIT)?;
        let wrong = || Refusal::malformed("url", &text, EXPECTED);
        let url = Url::parse(&text).map_err(|_| wrong())?;
        let bare = matches!(url.scheme(), "https" | "http")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none();
        if !bare {
            return Err(wrong());
        }
        let mut kinds = events.iter().map(|event| event.trim().parse()).collect::<Result<Vec<Kind>, _>>()?;
        kinds.sort_unstable();
        kinds.dedup();
        if kinds.is_empty() {
            return Err(Refusal::Empty { field: "events", limit: Kind::ALL.len() });
        }
        Ok(Self { url, events: kinds })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_has_an_address_and_something_to_hear() {
        let events = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let new = NewWebhook::parse(
            " https://office.example/h?x=1 ",
            &events(&["checkin.opened", "booking.confirmed", "checkin.opened"]),
        );
        assert_eq!(new.unwrap().events, [Kind::Confirmed, Kind::Opened]);
        for (url, field) in [
            ("", "url"),
            ("office.example", "url"),
            ("ftp://office.example/", "url"),
            ("https://a:b@office.example/", "url"),
            ("https://office.example/#x", "url"),
            ("mailto:ana@office.example", "url"),
        ] {
            assert_eq!(NewWebhook::parse(url, &events(&["checkin.opened"])).unwrap_err().field(), Some(field), "{url}");
        }
        for wrong in [&[][..], &["booking.refused"]] {
            assert_eq!(
                NewWebhook::parse("https://office.example", &events(wrong)).unwrap_err().field(),
                Some("events")
            );
        }
    }

    #[test]
    fn a_repeated_answer_is_no_move_a_no_at_once_no_decision_and_an_unused_booking_no_departure() {
        assert_eq!(told(Fact::Changed, false, false), Some(Kind::Moved));
        assert_eq!(told(Fact::Again, true, true), None);
        assert_eq!([told(Fact::Refused, true, false), told(Fact::Refused, false, false)], [Some(Kind::Declined), None]);
        assert_eq!(told(Fact::Completed, false, true), Some(Kind::Closed));
        assert_eq!(told(Fact::Completed, false, false), None);
        assert_eq!(told(Fact::Held, false, false), None);
    }
}
