//! What happened: facts in the past tense, with ids only.
//!
//! Operations record an event in the transaction of the act; whoever publishes, wakes pages or counts reads it
//! afterwards and looks up the rest. There is no catch-all arm in any match on it, so that a new fact is considered
//! everywhere.

use serde::{Deserialize, Serialize};

use super::id::{
    ActorId, AnnounceId, ArrivalId, AwayId, BookingId, FollowId, LikeId, MemberId, PostId, ReportId, SpaceId,
    StatementId, VisitId, WaitId, WishId,
};

/// A fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event")]
pub enum Event {
    /// A space opened on this node.
    SpaceFounded {
        /// The space.
        space: SpaceId,
    },
    /// Somebody became a member.
    MemberJoined {
        /// The member.
        member: MemberId,
    },
    /// A member left for good; everything of theirs is to be forgotten elsewhere.
    MemberLeft {
        /// The member.
        member: MemberId,
    },
    /// A profile changed.
    ProfileEdited {
        /// A member, a space or the node.
        actor: ActorId,
    },
    /// An actor got new keys.
    KeysRotated {
        /// A member, a space or the node.
        actor: ActorId,
    },
    /// A member moved their following to an account elsewhere.
    MemberMoved {
        /// The member.
        member: MemberId,
        /// The new account.
        target: ActorId,
    },
    /// A local post came into the world.
    PostPublished {
        /// The post.
        post: PostId,
    },
    /// A local post changed.
    PostEdited {
        /// The post.
        post: PostId,
    },
    /// A local post was taken back.
    PostDeleted {
        /// The post; its row stays as a tombstone.
        post: PostId,
    },
    /// A member pinned a post to their page.
    PostPinned {
        /// The post.
        post: PostId,
    },
    /// A member unpinned a post.
    PostUnpinned {
        /// The post.
        post: PostId,
    },
    /// A member liked a post.
    PostLiked {
        /// Who liked.
        actor: ActorId,
        /// The post.
        post: PostId,
        /// The like.
        like: LikeId,
    },
    /// A member took a like back.
    LikeWithdrawn {
        /// Who had liked.
        actor: ActorId,
        /// The post.
        post: PostId,
        /// The like that is gone.
        like: LikeId,
    },
    /// A member or a space announced a post.
    PostAnnounced {
        /// Who announced.
        actor: ActorId,
        /// The post.
        post: PostId,
        /// The announce.
        announce: AnnounceId,
    },
    /// An announce was taken back.
    AnnounceWithdrawn {
        /// Who had announced.
        actor: ActorId,
        /// The post.
        post: PostId,
        /// The announce that is gone.
        announce: AnnounceId,
    },
    /// A local actor asked to follow somebody.
    FollowRequested {
        /// Who asks.
        follower: ActorId,
        /// Whom.
        target: ActorId,
        /// The follow.
        follow: FollowId,
    },
    /// A local actor let somebody follow it.
    FollowAccepted {
        /// Who follows.
        follower: ActorId,
        /// Whom.
        target: ActorId,
        /// The follow.
        follow: FollowId,
    },
    /// A local actor refused or removed a follower.
    FollowRejected {
        /// Who asked or followed.
        follower: ActorId,
        /// Who refused.
        target: ActorId,
        /// The follow that is gone.
        follow: FollowId,
    },
    /// A local actor stopped following or took the question back.
    FollowWithdrawn {
        /// Who followed.
        follower: ActorId,
        /// Whom.
        target: ActorId,
        /// The follow that is gone.
        follow: FollowId,
    },
    /// An offer or request came into the world.
    OfferMade {
        /// The post that carries it.
        offer: PostId,
    },
    /// An offer or request changed.
    OfferEdited {
        /// The post that carries it.
        offer: PostId,
    },
    /// An offer or request found its match or was closed by its author.
    OfferSettled {
        /// The post that carries it.
        offer: PostId,
        /// The space that announced it until then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        announced_by: Option<SpaceId>,
    },
    /// An offer or request reached its end time.
    OfferExpired {
        /// The post that carries it.
        offer: PostId,
        /// The space that announced it until then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        announced_by: Option<SpaceId>,
    },
    /// An offer or request was taken back.
    OfferDeleted {
        /// The post that carried it; its row stays as a tombstone.
        offer: PostId,
    },
    /// A member reported somebody.
    ActorReported {
        /// The report.
        report: ReportId,
    },
    /// A booking was asked for and waits for staff.
    BookingRequested {
        /// The booking.
        booking: BookingId,
    },
    /// A time is kept for somebody who has to confirm it.
    BookingHeld {
        /// The booking.
        booking: BookingId,
    },
    /// A booking stands.
    BookingConfirmed {
        /// The booking.
        booking: BookingId,
    },
    /// The answer to a wish from elsewhere was no, or staff said no.
    BookingRefused {
        /// The booking.
        booking: BookingId,
    },
    /// A wish from elsewhere could not be read, and the answer was no.
    WishRefused {
        /// The wish.
        wish: WishId,
    },
    /// A booking has another time, place or size.
    BookingChanged {
        /// The booking.
        booking: BookingId,
    },
    /// Where a booking stands is to be told again to somebody elsewhere: they asked, or this node was restored.
    BookingAskedAgain {
        /// The booking.
        booking: BookingId,
    },
    /// A booking was taken back.
    BookingCancelled {
        /// The booking.
        booking: BookingId,
    },
    /// Nobody decided or confirmed in time.
    BookingExpired {
        /// The booking.
        booking: BookingId,
    },
    /// Its guest is there.
    BookingCheckedIn {
        /// The booking.
        booking: BookingId,
    },
    /// That its guest is there was a mistake of the front desk.
    BookingCheckInUndone {
        /// The booking.
        booking: BookingId,
    },
    /// It is over.
    BookingCompleted {
        /// The booking.
        booking: BookingId,
    },
    /// Nobody came.
    BookingNoShow {
        /// The booking.
        booking: BookingId,
    },
    /// Those who work here believe that somebody came.
    BookingNoShowLifted {
        /// The booking.
        booking: BookingId,
    },
    /// Those who work here have looked at an appeal, and nobody came.
    BookingAppealDismissed {
        /// The booking.
        booking: BookingId,
    },
    /// A member asked to book at another node.
    AwayAsked {
        /// The booking, as it is kept here.
        away: AwayId,
    },
    /// The host of a booking elsewhere said something about it.
    AwayAnswered {
        /// The booking, as it is kept here.
        away: AwayId,
    },
    /// A member took a booking elsewhere back.
    AwayCancelled {
        /// The booking, as it is kept here.
        away: AwayId,
    },
    /// Somebody waits for what others have.
    WaitlistJoined {
        /// Their place.
        wait: WaitId,
    },
    /// Somebody waits no more: by their own word, or the space's.
    WaitlistLeft {
        /// Their place, which is given up.
        wait: WaitId,
    },
    /// A place came free for somebody who waited.
    WaitlistPromoted {
        /// Their place in the line.
        wait: WaitId,
        /// What they have got.
        booking: BookingId,
    },
    /// The time came that somebody waited for, and no place.
    WaitlistExpired {
        /// Their place, which is given up.
        wait: WaitId,
    },
    /// A member said at the door of another node that they are there.
    AwayArrived {
        /// The visit.
        visit: VisitId,
    },
    /// A member left another node.
    AwayLeft {
        /// The booking, as it is kept here.
        away: AwayId,
    },
    /// Somebody from elsewhere who stands at the door was let in, or not.
    ArrivalAnswered {
        /// What was said at the door.
        arrival: ArrivalId,
    },
    /// One of our spaces agreed with a space elsewhere to be partners.
    PartnerAccepted {
        /// Ours.
        space: SpaceId,
        /// The other one.
        partner: ActorId,
    },
    /// One of our spaces is no partner of another one any more.
    PartnerEnded {
        /// Ours.
        space: SpaceId,
        /// The other one.
        partner: ActorId,
    },
    /// One of our spaces counted the guest-days of a month with a partner.
    StatementMade {
        /// What it says.
        statement: StatementId,
    },
    /// A member blocked somebody.
    ActorBlocked {
        /// Who blocks.
        actor: ActorId,
        /// Whom.
        target: ActorId,
    },
}

impl Event {
    /// The fact's name, as in the store's index and in logs.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::SpaceFounded { .. } => "SpaceFounded",
            Self::MemberJoined { .. } => "MemberJoined",
            Self::MemberLeft { .. } => "MemberLeft",
            Self::ProfileEdited { .. } => "ProfileEdited",
            Self::KeysRotated { .. } => "KeysRotated",
            Self::MemberMoved { .. } => "MemberMoved",
            Self::PostPublished { .. } => "PostPublished",
            Self::PostEdited { .. } => "PostEdited",
            Self::PostDeleted { .. } => "PostDeleted",
            Self::PostPinned { .. } => "PostPinned",
            Self::PostUnpinned { .. } => "PostUnpinned",
            Self::PostLiked { .. } => "PostLiked",
            Self::LikeWithdrawn { .. } => "LikeWithdrawn",
            Self::PostAnnounced { .. } => "PostAnnounced",
            Self::AnnounceWithdrawn { .. } => "AnnounceWithdrawn",
            Self::FollowRequested { .. } => "FollowRequested",
            Self::FollowAccepted { .. } => "FollowAccepted",
            Self::FollowRejected { .. } => "FollowRejected",
            Self::FollowWithdrawn { .. } => "FollowWithdrawn",
            Self::OfferMade { .. } => "OfferMade",
            Self::OfferEdited { .. } => "OfferEdited",
            Self::OfferSettled { .. } => "OfferSettled",
            Self::OfferExpired { .. } => "OfferExpired",
            Self::OfferDeleted { .. } => "OfferDeleted",
            Self::ActorReported { .. } => "ActorReported",
            Self::BookingRequested { .. } => "BookingRequested",
            Self::BookingHeld { .. } => "BookingHeld",
            Self::BookingConfirmed { .. } => "BookingConfirmed",
            Self::BookingRefused { .. } => "BookingRefused",
            Self::WishRefused { .. } => "WishRefused",
            Self::BookingChanged { .. } => "BookingChanged",
            Self::BookingAskedAgain { .. } => "BookingAskedAgain",
            Self::BookingCancelled { .. } => "BookingCancelled",
            Self::BookingExpired { .. } => "BookingExpired",
            Self::BookingCheckedIn { .. } => "BookingCheckedIn",
            Self::BookingCheckInUndone { .. } => "BookingCheckInUndone",
            Self::BookingCompleted { .. } => "BookingCompleted",
            Self::BookingNoShow { .. } => "BookingNoShow",
            Self::BookingNoShowLifted { .. } => "BookingNoShowLifted",
            Self::BookingAppealDismissed { .. } => "BookingAppealDismissed",
            Self::AwayAsked { .. } => "AwayAsked",
            Self::AwayAnswered { .. } => "AwayAnswered",
            Self::AwayCancelled { .. } => "AwayCancelled",
            Self::WaitlistJoined { .. } => "WaitlistJoined",
            Self::WaitlistLeft { .. } => "WaitlistLeft",
            Self::WaitlistPromoted { .. } => "WaitlistPromoted",
            Self::WaitlistExpired { .. } => "WaitlistExpired",
            Self::AwayArrived { .. } => "AwayArrived",
            Self::AwayLeft { .. } => "AwayLeft",
            Self::ArrivalAnswered { .. } => "ArrivalAnswered",
            Self::PartnerAccepted { .. } => "PartnerAccepted",
            Self::PartnerEnded { .. } => "PartnerEnded",
            Self::StatementMade { .. } => "StatementMade",
            Self::ActorBlocked { .. } => "ActorBlocked",
        }
    }
}
