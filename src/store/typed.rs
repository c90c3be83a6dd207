//! The rules' own types as column values: ids are numbers, and words are the words of the CHECKs.

use super::{Error, FromValue, Value};
use crate::coworking::id::{
    ActorId, AnnounceId, ArrivalId, AwayId, BookingId, ClosureId, EventId, FollowId, KioskId, LikeId, MailId, MemberId,
    NotificationId, PostId, ReportId, ResourceId, SeriesId, SessionId, SpaceId, StatementId, TokenId, VisitId, WaitId,
    WebhookDeliveryId, WebhookId, WishId,
};
use crate::coworking::member::Role;
use crate::coworking::name::Username;
use crate::coworking::peer::Level;
use crate::coworking::post::Visibility;
use crate::coworking::realign::Outcome;
use crate::coworking::resource::{self, Audience};
use crate::coworking::{away, booking, offer, series, visit, waitlist};

macro_rules! ids {
    ($($id:ident),+ $(,)?) => {$(
        impl From<$id> for Value<'_> {
            fn from(id: $id) -> Self {
                Value::Integer(id.0)
            }
        }

        impl FromValue for $id {
            fn from_value(value: Value<'_>) -> Result<Self, Error> {
                i64::from_value(value).map($id)
            }
        }
    )+};
}
ids!(
    ActorId,
    AnnounceId,
    ArrivalId,
    AwayId,
    WishId,
    BookingId,
    ClosureId,
    EventId,
    FollowId,
    KioskId,
    LikeId,
    MailId,
    MemberId,
    NotificationId,
    PostId,
    ReportId,
    ResourceId,
    SessionId,
    SeriesId,
    SpaceId,
    StatementId,
    TokenId,
    WaitId,
    VisitId,
    WebhookDeliveryId,
    WebhookId,
);

/// Column values of a type that is a word: it has `as_str` and reads itself back with `FromStr`.
macro_rules! words {
    ($($word:ty: $expected:literal),+ $(,)?) => {$(
        impl From<$word> for $crate::store::Value<'_> {
            fn from(word: $word) -> Self {
                $crate::store::Value::Text(::std::borrow::Cow::Borrowed(word.as_str()))
            }
        }

        impl $crate::store::FromValue for $word {
            fn from_value(value: $crate::store::Value<'_>) -> Result<Self, $crate::store::Error> {
                match &value {
                    $crate::store::Value::Text(text) => text.parse().ok(),
                    _ => None,
                }
                .ok_or_else(|| $crate::store::Error::decode($expected, &value))
            }
        }
    )+};
}
pub(super) use words;

words!(
    Level: "the level of a peer",
    Role: "a role",
    Visibility: "a visibility",
    Audience: "an audience",
    booking::CheckedInBy: "who checked a guest in",
    Outcome: "what became of a booking",
    booking::Side: "guest or host",
    booking::State: "the state of a booking",
    away::State: "the state of a booking elsewhere",
    offer::Kind: "the kind of an offer",
    offer::Purpose: "offer or request",
    offer::State: "the state of an offer",
    resource::Kind: "the kind of what can be booked",
    waitlist::State: "where somebody stands who waits",
    visit::State: "the state of a visit",
    series::State: "the state of a series",
);

impl<'a> From<&'a Username> for Value<'a> {
    fn from(name: &'a Username) -> Self {
        name.as_str().into()
    }
}
