//! What the API shows, as JSON. Every list and resource that shows a thing shows it in the same shape.

mod actor;
mod post;

use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

pub use actor::{Actor, Counts, Field, Person, Picture, Relation};
pub use post::{Announce, Attachment, Mention, Offer, Post};

/// A number as text, because JavaScript loses digits of numbers this long. Numbers grow with time.
#[derive(ToSchema)]
#[schema(pattern = "^[0-9]{1,19}$", example = "1868812345678901234")]
pub struct Id(pub String);

/// A moment (RFC 3339), in UTC where the node writes it; with any offset where it reads it.
#[derive(ToSchema)]
#[schema(format = DateTime, example = "2026-12-01T09:00:00Z")]
pub struct Time(pub String);

/// Types that are one of a few words, with the words that the node itself uses.
macro_rules! words {
    ($($(#[doc = $doc:literal])* $name:ident = [$($word:expr),+ $(,)?];)+) => {$(
        $(#[doc = $doc])*
        pub enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let words = [$($word.as_str()),+];
                let text = [$($doc.trim()),*].join(" ");
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some(text))
                    .enum_values(Some(words))
                    .into()
            }
        }

        impl ToSchema for $name {}
    )+};
}

mod words {
    pub use crate::coworking::member::Role;
    pub use crate::coworking::offer::{Kind, Purpose, State};
    pub use crate::coworking::peer::Level;
    pub use crate::coworking::post::Visibility;
    pub use crate::store::actor::ActorType;
    pub use crate::store::delivery::State as DeliveryState;
    pub use crate::store::follow::FollowState;
    pub use crate::store::notification::NotificationKind;
}

words! {
    /// What an actor is (ActivityStreams): a member is a Person, a space a Group.
    ActorType = [
        words::ActorType::Person, words::ActorType::Group, words::ActorType::Organization, words::ActorType::Service,
        words::ActorType::Application,
    ];
    /// What a member may do; each role may do what the ones before it may.
    Role = [words::Role::Member, words::Role::Host, words::Role::Admin];
    /// Who may read a post: everybody; everybody with the link; the author's followers; the members of the node; those
    /// it mentions.
    Visibility = [
        words::Visibility::Public, words::Visibility::Unlisted, words::Visibility::Followers,
        words::Visibility::Members, words::Visibility::Direct,
    ];
    /// Which way it goes: the author gives, or seeks.
    Purpose = [words::Purpose::Offer, words::Purpose::Request];
    /// What sort of thing an offer is about.
    Kind = [
        words::Kind::Skill, words::Kind::Help, words::Kind::Assignment, words::Kind::Collaboration, words::Kind::Goods,
        words::Kind::Other,
    ];
    /// Where an offer stands in its life.
    State = [words::State::Open, words::State::Settled, words::State::Expired];
    /// How far a follow has come.
    FollowState = [words::FollowState::Requested, words::FollowState::Accepted];
    /// What was done.
    NotificationKind = [
        words::NotificationKind::Follow, words::NotificationKind::FollowRequest,
        words::NotificationKind::FollowAccepted, words::NotificationKind::Mention, words::NotificationKind::Reply,
        words::NotificationKind::Direct, words::NotificationKind::Like, words::NotificationKind::Announce,
        words::NotificationKind::OfferReply, words::NotificationKind::Moved, words::NotificationKind::Report,
    ];
    /// How far another server is trusted; each level is let more than the ones before it.
    Level = [words::Level::Blocked, words::Level::Limited, words::Level::Known, words::Level::Trusted];
    /// What became of a delivery.
    DeliveryState = [
        words::DeliveryState::Waiting, words::DeliveryState::Done, words::DeliveryState::Failed,
        words::DeliveryState::Dropped,
    ];
}
