//! Follows from elsewhere, and answers from there to ours.

use jiff::Timestamp;

use super::{accept, ask, begun, changed, ended, refuse, withdraw};
use crate::coworking::Event;
use crate::coworking::id::{ActorId, FollowId};
use crate::operations::Result;
use crate::store::actor::{self, ActorType};
use crate::store::follow::{self, Follow, FollowState, NewFollow};
use crate::store::notification::{self, NotificationKind};
use crate::store::{Tx, block, event, tombstone};

/// What a follow from elsewhere is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Yes.
    Accepted,
    /// Nothing yet: the target decides.
    Waiting,
    /// No.
    Rejected,
    /// Nothing: it was taken back before it came, or there is nobody to ask.
    Dropped,
}

/// Somebody elsewhere asks to follow somebody here. A repeated question gets its answer again, under the id that it has
/// now; the answers go out by the recorded events.
///
/// # Errors
/// The store's.
pub fn receive_request(
    tx: &mut Tx<'_>,
    follower: ActorId,
    target: ActorId,
    uri: &str,
    now: Timestamp,
) -> Result<Answer> {
    let Some(target) = actor::by_id(tx, target)?.filter(|target| target.local && target.deleted_at.is_none()) else {
        return Ok(Answer::Dropped);
    };
    if tombstone::is_buried(tx, uri, follower)? {
        return Ok(Answer::Dropped);
    }
    let known = follow::of(tx, follower, target.id)?;
    // The node itself says nothing that could be followed.
    let refused = target.actor_type == ActorType::Application
        || target.moved_to.is_some()
        || target.suspended_at.is_some()
        || block::between(tx, follower, target.id)?;
    let new = |state| NewFollow { follower, target: target.id, uri: Some(uri), state };
    if refused {
        let follow = follow::save(tx, new(FollowState::Rejected), now)?;
        ended(tx, follower, target.id)?;
        event::record(tx, &Event::FollowRejected { follower, target: target.id, follow }, now)?;
        return Ok(Answer::Rejected);
    }
    match known {
        Some(Follow { id, state: FollowState::Accepted, .. }) => {
            follow::set_uri(tx, id, uri)?;
            event::record(tx, &Event::FollowAccepted { follower, target: target.id, follow: id }, now)?;
            Ok(Answer::Accepted)
        }
        Some(follow) if follow.state == FollowState::Requested => {
            follow::set_uri(tx, follow.id, uri)?;
            if target.manually_approves_followers {
                return Ok(Answer::Waiting);
            }
            accept(tx, &follow, now)?;
            Ok(Answer::Accepted)
        }
        Some(_) | None if target.manually_approves_followers => {
            follow::save(tx, new(FollowState::Requested), now)?;
            notification::add(tx, target.id, NotificationKind::FollowRequest, follower, None, now)?;
            Ok(Answer::Waiting)
        }
        Some(_) | None => {
            let follow = follow::save(tx, new(FollowState::Accepted), now)?;
            notification::add(tx, target.id, NotificationKind::Follow, follower, None, now)?;
            event::record(tx, &Event::FollowAccepted { follower, target: target.id, follow }, now)?;
            changed(tx, follower, target.id);
            Ok(Answer::Accepted)
        }
    }
}

/// Which follow of ours an answer from elsewhere means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FollowRef {
    /// The one with this number, from the id that we gave it.
    Id(FollowId),
    /// The one of this follower.
    Follower(ActorId),
}

/// The follow that an answer by its target means.
fn meant(tx: &mut Tx<'_>, by: ActorId, which: FollowRef) -> Result<Option<Follow>> {
    let found = match which {
        FollowRef::Id(id) => follow::by_id(tx, id)?,
        FollowRef::Follower(follower) => follow::of(tx, follower, by)?,
    };
    // One with an id from elsewhere is somebody else's question.
    Ok(found.filter(|follow| follow.target == by && follow.uri.is_none()))
}

/// Somebody elsewhere lets one of us follow. Tells whether that was new.
///
/// # Errors
/// The store's.
pub fn receive_accept(tx: &mut Tx<'_>, by: ActorId, which: FollowRef, now: Timestamp) -> Result<bool> {
    let Some(follow) = meant(tx, by, which)?.filter(|follow| follow.state == FollowState::Requested) else {
        return Ok(false);
    };
    follow::set_state(tx, follow.id, FollowState::Accepted, now)?;
    begun(tx, follow.follower, by)?;
    notification::add(tx, follow.follower, NotificationKind::FollowAccepted, by, None, now)?;
    Ok(true)
}

/// Somebody elsewhere refuses one of us, or removes one of us from its followers. Tells whether a follow went.
///
/// # Errors
/// The store's.
pub fn receive_reject(tx: &mut Tx<'_>, by: ActorId, which: FollowRef) -> Result<bool> {
    let Some(follow) = meant(tx, by, which)? else { return Ok(false) };
    follow::remove(tx, follow.id)?;
    ended(tx, follow.follower, by)?;
    Ok(true)
}

/// Somebody elsewhere stops following, or takes the question back: the follow with this id, or else the one of this
/// target. What is not here is refused when it comes. Tells whether a follow went.
///
/// # Errors
/// The store's.
pub fn receive_undo(
    tx: &mut Tx<'_>,
    follower: ActorId,
    uri: Option<&str>,
    target: Option<ActorId>,
    now: Timestamp,
) -> Result<bool> {
    let named = match uri {
        Some(uri) => follow::by_uri(tx, follower, uri)?,
        None => None,
    };
    let found = match (named, target) {
        // Follows of ours have no such id: nobody takes back what we asked.
        (None, Some(target)) => follow::of(tx, follower, target)?.filter(|follow| follow.uri.is_some()),
        (named, _) => named,
    };
    match (found, uri) {
        (Some(follow), _) => {
            follow::remove(tx, follow.id)?;
            ended(tx, follower, follow.target)?;
            Ok(follow.state != FollowState::Rejected)
        }
        (None, Some(uri)) => {
            tombstone::bury(tx, uri, follower, now)?;
            Ok(false)
        }
        (None, None) => Ok(false),
    }
}

/// Somebody goes on under another account, which has been checked to name the old one as its own: their followers here
/// follow the new one, or ask to, and no longer the old one. What the old one said stays in their homes. Tells how many
/// moved along.
///
/// # Errors
/// The store's.
pub fn move_followers(tx: &mut Tx<'_>, from: ActorId, to: ActorId, now: Timestamp) -> Result<usize> {
    let Some(new) = actor::by_id(tx, to)?.filter(actor::Actor::is_active) else { return Ok(0) };
    let mut moved = 0;
    for follower in follow::local_followers(tx, from)? {
        let Some(old) = follow::of(tx, follower, from)? else { continue };
        follow::remove(tx, old.id)?;
        event::record(tx, &Event::FollowWithdrawn { follower, target: from, follow: old.id }, now)?;
        changed(tx, follower, from);
        moved += 1;
        let follows = follow::of(tx, follower, to)?.is_some_and(|follow| follow.state != FollowState::Rejected);
        if follower != to && !follows && !block::between(tx, follower, to)? {
            ask(tx, follower, &new, now)?;
            notification::add(tx, follower, NotificationKind::Moved, to, None, now)?;
        }
    }
    Ok(moved)
}

/// One of the two has blocked the other: neither follows any more. An end that came from elsewhere is not answered.
///
/// # Errors
/// The store's.
pub(in crate::operations) fn sever(
    tx: &mut Tx<'_>,
    one: ActorId,
    other: ActorId,
    answered: bool,
    now: Timestamp,
) -> Result<()> {
    for (follower, target) in [(one, other), (other, one)] {
        match follow::of(tx, follower, target)? {
            Some(follow) if !answered => {
                follow::remove(tx, follow.id)?;
                ended(tx, follower, target)?;
            }
            Some(follow) if follow.state == FollowState::Rejected => {}
            Some(follow) if follow.uri.is_some() => refuse(tx, &follow, now)?,
            Some(follow) => withdraw(tx, &follow, now)?,
            None => {}
        }
    }
    Ok(())
}
