//! Who reads, and what they may see: the one place where visibility is decided.
//!
//! The condition is SQL, so that lists are cut to pages after it and never show a gap. Every statement that shows
//! posts gives the reader's number as `?1` and its membership as `?2`, and calls the post's row `p`.

use crate::coworking::id::{ActorId, MemberId};
use crate::coworking::member::Acting;

/// Whose eyes a post is loaded for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reader {
    /// Anybody.
    #[default]
    Stranger,
    /// A member of this node.
    Member(MemberId),
    /// Somebody who is no member here, known by a signature; a space of this node, too.
    Actor(ActorId),
}

impl Reader {
    /// For `?1`: nobody has the number 0.
    pub(in crate::store) fn id(self) -> ActorId {
        match self {
            Self::Stranger => ActorId(0),
            Self::Member(member) => member.into(),
            Self::Actor(actor) => actor,
        }
    }

    /// For `?2`.
    pub(in crate::store) fn is_member(self) -> bool {
        matches!(self, Self::Member(_))
    }
}

impl From<MemberId> for Reader {
    fn from(member: MemberId) -> Self {
        Self::Member(member)
    }
}

impl From<Acting> for Reader {
    /// The keeper of the machine is nobody in the network, and reads what everybody reads.
    fn from(acting: Acting) -> Self {
        acting.member("read").map_or(Self::Stranger, Self::Member)
    }
}

/// Passes unless one of the two has blocked the other; `$who` is a column.
macro_rules! unblocked {
    ($who:literal) => {
        concat!(
            "NOT EXISTS (SELECT 1 FROM block b WHERE b.actor_id = ?1 AND b.target_id = ",
            $who,
            ") AND NOT EXISTS (SELECT 1 FROM block b WHERE b.actor_id = ",
            $who,
            " AND b.target_id = ?1)"
        )
    };
}
pub(in crate::store) use unblocked;

/// Passes unless the reader has muted them; `$who` is a column.
macro_rules! unmuted {
    ($who:literal) => {
        concat!("NOT EXISTS (SELECT 1 FROM mute u WHERE u.member_id = ?1 AND u.target_id = ", $who, ")")
    };
}
pub(in crate::store) use unmuted;

/// May the reader see the post `p`?
macro_rules! readable {
    () => {
        concat!(
            "p.deleted_at IS NULL AND (p.visibility IN ('public', 'unlisted') OR p.author_id = ?1 \
             OR p.visibility = 'members' AND ?2 = 1 \
             OR p.visibility = 'followers' AND EXISTS (SELECT 1 FROM follow f \
             WHERE f.follower_id = ?1 AND f.target_id = p.author_id AND f.state = 'accepted') \
             OR EXISTS (SELECT 1 FROM post_recipient r WHERE r.post_id = p.id AND r.actor_id = ?1)) \
             AND NOT EXISTS (SELECT 1 FROM actor s WHERE s.id = p.author_id AND s.suspended_at IS NOT NULL) AND ",
            $crate::store::post::reader::unblocked!("p.author_id")
        )
    };
}
pub(in crate::store) use readable;

/// Passes unless the author lives on a server that was judged to reach its followers only.
macro_rules! reaches_all {
    () => {
        "NOT EXISTS (SELECT 1 FROM actor h JOIN peer q ON q.host = h.server \
         WHERE h.id = p.author_id AND q.level IN ('blocked', 'limited'))"
    };
}
pub(in crate::store) use reaches_all;
