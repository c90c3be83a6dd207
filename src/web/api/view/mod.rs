//! What the API shows, as JSON. Every list and resource that shows a thing shows it in the same shape.

mod actor;
mod booking;
mod directory;
mod hospitality;
mod partner;
mod place;
mod post;
mod resource;
mod series;
mod stay;
mod visit;
mod waitlist;

use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

pub use actor::{Actor, Counts, Field, Person, Picture, Relation};
pub use booking::{Booking, Broken, Slot, Unbookable};
pub use directory::{KnownResource, KnownSpace};
pub use hospitality::Hospitality;
pub use partner::{
    Agreement, Balance, Honour, LedgerLine, Partner, Review, Statement, StatementDifference, Statements,
};
pub use place::{Address, Coordinates, Floor, Hours, Place};
pub use post::{Announce, Attachment, Mention, Offer, Post};
pub use resource::{
    Area, Availability, Busy, Closure, KeepFree, Photo, Price, Quota, Resource, ResourceEdit, ResourceFields, Rules,
};
pub use series::{Approved, Clash, EditedSeries, MadeSeries, Moved, PreviewedOccurrence, Series, SeriesPreview};
pub use stay::Stay;
pub use visit::Visit;
pub use waitlist::Wait;

/// A number as text, because JavaScript loses digits of numbers this long. Numbers grow with time.
#[derive(ToSchema)]
#[schema(pattern = "^[0-9]{1,19}$", example = "1868812345678901234")]
pub struct Id(pub String);

/// A moment (RFC 3339), in UTC where the node writes it; with any offset where it reads it.
#[derive(ToSchema)]
#[schema(format = DateTime, example = "2026-12-01T09:00:00Z")]
pub struct Time(pub String);

/// A moment (RFC 3339), with the offset that the clock of the space has then.
#[derive(ToSchema)]
#[schema(format = DateTime, example = "2026-12-01T10:00:00+01:00")]
pub struct LocalTime(pub String);

/// What the clock of the space shows, without an offset: the name of one of a series.
#[derive(ToSchema)]
#[schema(example = "2026-12-01T10:00:00")]
pub struct WallTime(pub String);

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
    )+

        #[cfg(test)]
        fn every_list() -> Vec<(&'static str, Vec<&'static str>)> {
            vec![$((stringify!($name), vec![$($word.as_str()),+])),+]
        }
    };
}

mod words {
    pub use crate::coworking::away::Shown;
    pub use crate::coworking::booking::{CheckedInBy, Guests, Side, State as BookingState};
    pub use crate::coworking::decision::Rule;
    pub use crate::coworking::member::Role;
    pub use crate::coworking::news::Kind as News;
    pub use crate::coworking::offer::{Kind, Purpose, State};
    pub use crate::coworking::partner::Stage;
    pub use crate::coworking::peer::Level;
    pub use crate::coworking::post::Visibility;
    pub use crate::coworking::resource::{Audience, Kind as ResourceKind};
    pub use crate::coworking::rules::{Approval, Per, Period};
    pub use crate::coworking::series::{Clashing, Scope, State as SeriesState};
    pub use crate::coworking::visit::State as VisitState;
    pub use crate::coworking::waitlist::State as WaitState;
    pub use crate::coworking::webhook::Kind as WebhookEvent;
    pub use crate::store::actor::ActorType;
    pub use crate::store::delivery::State as DeliveryState;
    pub use crate::store::follow::FollowState;
    pub use crate::store::mail::State as LetterState;
    pub use crate::store::notification::NotificationKind;
    pub use crate::store::webhook::State as WebhookState;
}

words! {
    /// Where a booking at another node stands, as its host has said it: on its way; taken in and not answered; the host
    /// does not answer; others have it and the member waits; kept; and so on.
    StayState = [
        words::Shown::Sent, words::Shown::Received, words::Shown::Unknown, words::Shown::Waiting, words::Shown::Held,
        words::Shown::Confirmed, words::Shown::CheckedIn, words::Shown::Completed, words::Shown::Refused,
        words::Shown::Expired, words::Shown::Cancelled, words::Shown::NoShow,
    ];
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
    /// How far two spaces have come: this side has agreed; the other one has asked; both have agreed.
    Stage = [words::Stage::AskedByUs, words::Stage::AskedByThem, words::Stage::Partners];
    /// How far a follow has come.
    FollowState = [words::FollowState::Requested, words::FollowState::Accepted];
    /// What was done.
    NotificationKind = [
        words::NotificationKind::Follow, words::NotificationKind::FollowRequest,
        words::NotificationKind::FollowAccepted, words::NotificationKind::Mention, words::NotificationKind::Reply,
        words::NotificationKind::Direct, words::NotificationKind::Like, words::NotificationKind::Announce,
        words::NotificationKind::OfferReply, words::NotificationKind::Moved, words::NotificationKind::Report,
        words::News::Requested, words::News::Held, words::News::Confirmed, words::News::Declined, words::News::Expired,
        words::News::Moved, words::News::Cancelled, words::News::NoShow, words::News::Lifted, words::News::Dismissed,
        words::News::StayConfirmed, words::News::StayRefused, words::News::StayCancelled, words::News::StayUnsure,
        words::News::StayExpired, words::News::WebhookDisabled,
    ];
    /// What a webhook can be told: somebody asks and staff decide; a booking stands; staff said no; or did not decide in
    /// time; it has another time, place or size; was taken back; nobody came; or somebody did after all; its guest is
    /// there; that was a mistake; its guest has left.
    WebhookEvent = [
        words::WebhookEvent::Requested, words::WebhookEvent::Confirmed, words::WebhookEvent::Declined,
        words::WebhookEvent::Expired, words::WebhookEvent::Moved, words::WebhookEvent::Cancelled,
        words::WebhookEvent::NoShow, words::WebhookEvent::Lifted, words::WebhookEvent::Opened,
        words::WebhookEvent::Undone, words::WebhookEvent::Closed,
    ];
    /// What became of a message to a webhook: it waits, arrived, or was given up.
    WebhookState = [words::WebhookState::Waiting, words::WebhookState::Done, words::WebhookState::Failed];
    /// What became of a letter: it waits, a mail server took it, it was given up, or was not worth sending any more.
    LetterState = [
        words::LetterState::Waiting, words::LetterState::Sent, words::LetterState::Failed, words::LetterState::Dropped,
    ];
    /// How far another server is trusted; each level is let more than the ones before it.
    Level = [words::Level::Blocked, words::Level::Limited, words::Level::Known, words::Level::Trusted];
    /// What sort of thing can be booked: a place of a pool, somebody's own desk for days or months, a room, a booth for a
    /// call, a room for many, a thing.
    ResourceKind = [
        words::ResourceKind::HotDesk, words::ResourceKind::Desk, words::ResourceKind::MeetingRoom,
        words::ResourceKind::PhoneBooth, words::ResourceKind::EventRoom, words::ResourceKind::Equipment,
    ];
    /// Whose booking it is, as far as rules go: a member of the node, somebody of a trusted space, anybody else who is
    /// let in, those who work here.
    Audience = [
        words::Audience::Resident, words::Audience::Guest, words::Audience::External, words::Audience::Staff,
    ];
    /// Who decides on a wish that passes the rules: nobody; staff, while others can ask for the same time; staff, while the
    /// time is kept.
    Approval = [words::Approval::None, words::Approval::Open, words::Approval::Blocking];
    /// The stretch of time that a quota is for, by the calendar of the space.
    Period = [words::Period::Day, words::Period::Week, words::Period::Month];
    /// What a price is for.
    Per = [words::Per::Booking, words::Per::Hour, words::Per::Day];
    /// A rule that a wish to book can break.
    Rule = [
        words::Rule::Audience, words::Rule::Units, words::Rule::People, words::Rule::Shortest, words::Rule::Longest,
        words::Rule::Grid, words::Rule::Notice, words::Rule::Horizon, words::Rule::Hours, words::Rule::Closure,
        words::Rule::AtOnce, words::Rule::Quota, words::Rule::KeepFree, words::Rule::PeerShare, words::Rule::Capacity,
        words::Rule::Welcome, words::Rule::Distance, words::Rule::GuestNotice, words::Rule::GuestHours,
        words::Rule::GuestDays, words::Rule::GuestShare,
    ];
    /// Where a booking stands in its life.
    BookingState = [
        words::BookingState::Requested, words::BookingState::Held, words::BookingState::Confirmed,
        words::BookingState::CheckedIn, words::BookingState::Completed, words::BookingState::Refused,
        words::BookingState::Expired, words::BookingState::Cancelled, words::BookingState::NoShow,
    ];
    /// Where somebody stands who waits for what others have.
    WaitState = [
        words::WaitState::Waiting, words::WaitState::Promoted, words::WaitState::Left, words::WaitState::Removed,
        words::WaitState::Expired,
    ];
    /// Who or what said that a guest is there: those who work there, the member, a code of the door, the guest's own node, or
    /// it was taken at the desk.
    CheckedInBy = [
        words::CheckedInBy::Host, words::CheckedInBy::Member, words::CheckedInBy::Code, words::CheckedInBy::Home,
        words::CheckedInBy::WalkIn,
    ];
    /// Where a visit at another node stands: the space was told; it let them in; it did not; they left.
    VisitState = [
        words::VisitState::Sent, words::VisitState::Present, words::VisitState::Refused, words::VisitState::Left,
    ];
    /// Which guests of the day.
    Guests = [words::Guests::Expected, words::Guests::Present, words::Guests::Late];
    /// Which of the two sides did it: who has the booking, or the space.
    Side = [words::Side::Guest, words::Side::Host];
    /// Whether a series stands, or what was left of it was taken back.
    SeriesState = [words::SeriesState::Open, words::SeriesState::Cancelled];
    /// How much of a series an act is about: one, it and all later ones, or all.
    Scope = [words::Scope::This, words::Scope::Later, words::Scope::All];
    /// What is done when some of a series cannot be had: the others are, or none is.
    Clashing = [words::Clashing::Skip, words::Clashing::Refuse];
    /// What became of a delivery.
    DeliveryState = [
        words::DeliveryState::Waiting, words::DeliveryState::Done, words::DeliveryState::Failed,
        words::DeliveryState::Dropped,
    ];
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn no_list_of_words_names_one_twice() {
        for (name, words) in super::every_list() {
            let different: BTreeSet<_> = words.iter().collect();
            assert_eq!(different.len(), words.len(), "{name}: {words:?}");
        }
    }
}
