//! Being at a place (ActivityStreams 2.0): `Arrive` with a `location`, `Leave` with an `object`. Told to the place alone.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::activity::Activity;
use super::context;
use super::id::Id;
use super::json as read;
use super::sent::Frame;

/// The most characters of a code that is read.
const CODE_LIMIT: usize = 200;

/// Somebody says that they are at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrive {
    /// The place.
    pub location: Id,
    /// What it is about: an agreement.
    pub context: Option<Id>,
    /// Until when they mean to stay (`endTime`).
    pub until: Option<Timestamp>,
    /// What was scanned at the door (`ts:code`).
    pub code: Option<String>,
}

impl Arrive {
    /// Reads an `Arrive`; none without a place that has an id.
    #[must_use]
    pub fn read(activity: &Activity) -> Option<Self> {
        let value = activity.value();
        let code = read::text(value, "code").or_else(|| read::text(value, "ts:code"));
        Some(Self {
            location: read::id(value, "location")?,
            context: read::id(value, "context"),
            until: read::time(value, "endTime"),
            // Cut it would be another one.
            code: code.map(|code| code.chars().take(CODE_LIMIT + 1).collect()),
        })
    }
}

/// The place that somebody leaves, and the agreement that it is about.
#[must_use]
pub fn left(activity: &Activity) -> Option<(Id, Option<Id>)> {
    Some((activity.object_id()?, read::id(activity.value(), "context")))
}

impl Frame<'_> {
    /// Is at a place.
    #[must_use]
    pub fn arrive(&self, at: &Arrive) -> Value {
        self.activity("Arrive")
            .with("location", json!({"type": "Place", "id": at.location.as_str()}))
            .with_some("context", at.context.as_ref().map(Id::as_str))
            .with_time("endTime", at.until)
            .with_some("code", at.code.as_deref())
            .with("@context", context::presence())
            .into()
    }

    /// Has left a place.
    #[must_use]
    pub fn leave(&self, place: &str, about: Option<&str>) -> Value {
        self.activity("Leave").with("object", json!({"type": "Place", "id": place})).with_some("context", about).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activitypub::activity::ActivityKind;
    use crate::activitypub::sent::Addressing;

    #[test]
    fn what_is_said_at_a_door_is_read_there() {
        let id = |text: &str| Id::parse(text).unwrap();
        let (ana, loft) = ("https://harbor.example/members/ana", "https://loft.example/spaces/loft");
        let frame = Frame {
            id: "https://harbor.example/visits/7",
            actor: ana,
            addressing: Addressing::to_one(loft),
            published: Some("2027-01-15T09:02:00Z".parse().unwrap()),
        };
        let at = Arrive {
            location: id("https://loft.example/spaces/loft#place"),
            context: Some(id("https://loft.example/bookings/5")),
            until: Some("2027-01-15T17:00:00Z".parse().unwrap()),
            code: Some("1800000900.abc".into()),
        };
        let sent = Activity::read(frame.arrive(&at).as_object().unwrap().clone()).unwrap();
        assert_eq!((Arrive::read(&sent), &sent.kind), (Some(at.clone()), &ActivityKind::Arrive));
        let gone = frame.leave(at.location.as_str(), Some("https://loft.example/bookings/5"));
        let gone = Activity::read(gone.as_object().unwrap().clone()).unwrap();
        assert_eq!(left(&gone), Some((at.location, at.context)));
        // As others write it.
        let plain =
            json!({"type": "Arrive", "id": "https://a.example/1", "actor": ana, "location": "https://b.example/p"});
        let plain = Activity::read(plain.as_object().unwrap().clone()).unwrap();
        assert_eq!(Arrive::read(&plain).unwrap().location.as_str(), "https://b.example/p");
    }
}
