//! Typed ids, so that a post cannot be taken for a person.
//!
//! Each wraps the 64-bit number that the store minted; the numbers grow with time. Members, spaces and the node are
//! actors: a [`MemberId`] and a [`SpaceId`] are the [`ActorId`] of somebody known to be that.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The text is not an id: an id is a positive whole number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an id is a positive whole number of at most 19 digits")]
pub struct MalformedId;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = MalformedId;

            fn from_str(text: &str) -> Result<Self, MalformedId> {
                if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Err(MalformedId);
                }
                text.parse().map(Self).map_err(|_| MalformedId)
            }
        }

        // As text: 64-bit numbers lose digits in JavaScript.
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id!(
    /// Anybody who can speak: a member, a space, a node, here or elsewhere.
    ActorId
);
id!(
    /// A member of a space of this node.
    MemberId
);
id!(
    /// A space of this node.
    SpaceId
);
id!(
    /// A post, a reply, a direct message or an offer.
    PostId
);
id!(
    /// One actor's announcing of a post.
    AnnounceId
);
id!(
    /// One like.
    LikeId
);
id!(
    /// One follow, asked for or accepted.
    FollowId
);
id!(
    /// Something that happened (an entry of the event table).
    EventId
);
id!(
    /// A bearer token.
    TokenId
);
id!(
    /// One line of a member's notifications.
    NotificationId
);
id!(
    /// A report to the people who keep order.
    ReportId
);
id!(
    /// Something of a space that can be booked.
    ResourceId
);
id!(
    /// A claim to a resource, from the first asking to its end.
    BookingId
);
id!(
    /// A booking of a member of this node at another one.
    AwayId
);
id!(
    /// Bookings that repeat.
    SeriesId
);
id!(
    /// A wish from elsewhere that could not be read.
    WishId
);
id!(
    /// A time in which a space or a part of it is closed.
    ClosureId
);
id!(
    /// Somebody's place in the line of those who wait.
    WaitId
);
id!(
    /// A member of this node at the door of another one.
    VisitId
);
id!(
    /// Somebody from elsewhere at the door of a space of this node.
    ArrivalId
);
id!(
    /// A screen at the door of a space.
    KioskId
);
id!(
    /// A browser in which a member is signed in.
    SessionId
);
id!(
    /// A letter to a member.
    MailId
);
id!(
    /// A program that is told what happens.
    WebhookId
);
id!(
    /// What such a program is told.
    WebhookDeliveryId
);

id!(
    /// What one of two partners said of a month.
    StatementId
);

impl From<MemberId> for ActorId {
    fn from(member: MemberId) -> Self {
        Self(member.0)
    }
}

impl From<SpaceId> for ActorId {
    fn from(space: SpaceId) -> Self {
        Self(space.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_text_in_json_and_refuses_what_is_not_a_number() {
        let id = PostId(9_007_199_254_740_993);
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"9007199254740993\"");
        assert_eq!(serde_json::from_str::<PostId>("\"9007199254740993\"").unwrap(), id);
        for wrong in ["", "-1", "+1", "1.0", "99999999999999999999", "x"] {
            assert_eq!(wrong.parse::<PostId>(), Err(MalformedId), "{wrong:?}");
        }
    }
}
