//! Following: members and spaces follow, let themselves be followed, and stop.
//!
//! Between two who live here a follow is settled at once. Towards elsewhere it is asked for, and the answer comes as
//! mail; from elsewhere the question comes as mail, and the answer goes out by the recorded event.

#[cfg(test)]
mod invariants;
mod receive;
#[cfg(test)]
mod stories;

use jiff::Timestamp;

use super::Result;
use super::speaker::{As, speaker};
use crate::coworking::id::{ActorId, FollowId};
use crate::coworking::member::{Acting, Role};
use crate::coworking::{Event, Refusal};
use crate::store::actor::{self, Actor, ActorSummary};
use crate::store::follow::{self, Follow, FollowState, NewFollow};
use crate::store::notification::{self, NotificationKind};
use crate::store::page::{Page, Slice};
use crate::store::post::Reader;
use crate::store::{Notice, Tx, block, event, timeline};

pub(super) use receive::sever;
pub use receive::{Answer, FollowRef, move_followers, receive_accept, receive_reject, receive_request, receive_undo};

/// Who may speak for a space here: to follow is to become partners.
const FOR_A_SPACE: Role = Role::Admin;

/// A follow as it stands now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Followed {
    /// The follow.
    pub id: FollowId,
    /// How far it has come.
    pub state: FollowState,
}

/// Follows somebody, or asks to. Who follows already, or has asked, gets the same follow; `again` sends a question that
/// was never answered once more.
///
/// # Errors
/// [`Refusal::NotPermitted`] for the keeper, and for a space to all but administrators; [`Refusal::Oneself`];
/// [`Refusal::NotFound`], [`Refusal::Gone`] or [`Refusal::Moved`] for a target that cannot be followed;
/// [`Refusal::Blocked`].
pub fn follow(
    tx: &mut Tx<'_>,
    acting: Acting,
    by: As,
    target: ActorId,
    again: bool,
    now: Timestamp,
) -> Result<Followed> {
    let follower = speaker(tx, acting, by, FOR_A_SPACE, "follow for a space")?;
    if follower == target {
        return Err(Refusal::Oneself { act: "follow" }.into());
    }
    let target = actor::by_id(tx, target)?.filter(|actor| actor.suspended_at.is_none());
    let target = target.ok_or(Refusal::NotFound { what: "account" })?;
    if target.deleted_at.is_some() {
        return Err(Refusal::Gone { what: "account" }.into());
    }
    if let Some(to) = target.moved_to {
        return Err(Refusal::Moved { to }.into());
    }
    if block::between(tx, follower, target.id)? {
        return Err(Refusal::Blocked { act: "follow them" }.into());
    }
    match follow::of(tx, follower, target.id)? {
        Some(Follow { id, state: state @ FollowState::Accepted, .. }) => Ok(Followed { id, state }),
        Some(Follow { id, state: state @ FollowState::Requested, .. }) => {
            if again && !target.local {
                event::record(tx, &Event::FollowRequested { follower, target: target.id, follow: id }, now)?;
            }
            Ok(Followed { id, state })
        }
        Some(Follow { state: FollowState::Rejected, .. }) | None => ask(tx, follower, &target, now),
    }
}

/// A local actor begins to follow: at once where the target lives here and lets everybody, as a question otherwise.
fn ask(tx: &mut Tx<'_>, follower: ActorId, target: &Actor, now: Timestamp) -> Result<Followed> {
    let at_once = target.local && !target.manually_approves_followers;
    let state = if at_once { FollowState::Accepted } else { FollowState::Requested };
    let id = follow::save(tx, NewFollow { follower, target: target.id, uri: None, state }, now)?;
    if at_once {
        begun(tx, follower, target.id)?;
        notification::add(tx, target.id, NotificationKind::Follow, follower, None, now)?;
        event::record(tx, &Event::FollowAccepted { follower, target: target.id, follow: id }, now)?;
    } else {
        notification::add(tx, target.id, NotificationKind::FollowRequest, follower, None, now)?;
        event::record(tx, &Event::FollowRequested { follower, target: target.id, follow: id }, now)?;
    }
    Ok(Followed { id, state })
}

/// Stops following, or takes the question back. What they said leaves the home. Without a follow nothing happens.
///
/// # Errors
/// [`Refusal::NotPermitted`] as [`follow()`].
pub fn unfollow(tx: &mut Tx<'_>, acting: Acting, by: As, target: ActorId, now: Timestamp) -> Result<()> {
    let follower = speaker(tx, acting, by, FOR_A_SPACE, "follow for a space")?;
    if let Some(known) = follow::of(tx, follower, target)? {
        withdraw(tx, &known, now)?;
    }
    Ok(())
}

/// Ends a follow by its follower, who lives here.
pub(super) fn withdraw(tx: &mut Tx<'_>, follow: &Follow, now: Timestamp) -> Result<()> {
    let Follow { id, follower, target, .. } = *follow;
    follow::remove(tx, id)?;
    ended(tx, follower, target)?;
    event::record(tx, &Event::FollowWithdrawn { follower, target, follow: id }, now)?;
    Ok(())
}

/// Lets somebody follow who asked to.
///
/// # Errors
/// [`Refusal::NotPermitted`] as [`follow()`]; [`Refusal::NotFound`] when they did not ask, or asked no more.
pub fn approve(tx: &mut Tx<'_>, acting: Acting, by: As, follower: ActorId, now: Timestamp) -> Result<()> {
    let target = speaker(tx, acting, by, FOR_A_SPACE, "answer followers for a space")?;
    match follow::of(tx, follower, target)? {
        Some(follow) if follow.state == FollowState::Requested => accept(tx, &follow, now),
        Some(follow) if follow.state == FollowState::Accepted => Ok(()),
        Some(_) | None => Err(Refusal::NotFound { what: "follow request" }.into()),
    }
}

/// The target, who lives here, accepts a follow.
fn accept(tx: &mut Tx<'_>, follow: &Follow, now: Timestamp) -> Result<()> {
    let Follow { id, follower, target, .. } = *follow;
    follow::set_state(tx, id, FollowState::Accepted, now)?;
    begun(tx, follower, target)?;
    notification::forget_kind(tx, target, follower, NotificationKind::FollowRequest)?;
    notification::add(tx, follower, NotificationKind::FollowAccepted, target, None, now)?;
    event::record(tx, &Event::FollowAccepted { follower, target, follow: id }, now)?;
    Ok(())
}

/// Refuses somebody who asked to follow, or removes a follower.
///
/// # Errors
/// [`Refusal::NotPermitted`] as [`follow()`]; [`Refusal::NotFound`] when they neither ask nor follow.
pub fn reject(tx: &mut Tx<'_>, acting: Acting, by: As, follower: ActorId, now: Timestamp) -> Result<()> {
    let target = speaker(tx, acting, by, FOR_A_SPACE, "answer followers for a space")?;
    match follow::of(tx, follower, target)? {
        Some(follow) if follow.state != FollowState::Rejected => refuse(tx, &follow, now),
        Some(_) | None => Err(Refusal::NotFound { what: "follower" }.into()),
    }
}

/// Ends a follow by its target, who lives here.
pub(super) fn refuse(tx: &mut Tx<'_>, follow: &Follow, now: Timestamp) -> Result<()> {
    let Follow { id, follower, target, .. } = *follow;
    if follow.uri.is_some() {
        // The answer that goes out repeats the follow's id.
        follow::set_state(tx, id, FollowState::Rejected, now)?;
    } else {
        follow::remove(tx, id)?;
    }
    ended(tx, follower, target)?;
    event::record(tx, &Event::FollowRejected { follower, target, follow: id }, now)?;
    Ok(())
}

/// What an accepted follow brings: the newest of what is known, for a follower who has a home here.
fn begun(tx: &mut Tx<'_>, follower: ActorId, target: ActorId) -> Result<()> {
    timeline::backfill(tx, follower, target)?;
    changed(tx, follower, target);
    Ok(())
}

/// What goes with a follow: the home entries, and what was told of it.
pub(super) fn ended(tx: &mut Tx<'_>, follower: ActorId, target: ActorId) -> Result<()> {
    timeline::drop_author(tx, follower, target)?;
    for kind in [NotificationKind::Follow, NotificationKind::FollowRequest] {
        notification::forget_kind(tx, target, follower, kind)?;
    }
    notification::forget_kind(tx, follower, target, NotificationKind::FollowAccepted)?;
    changed(tx, follower, target);
    Ok(())
}

/// Both show how many they follow and are followed by.
fn changed(tx: &mut Tx<'_>, follower: ActorId, target: ActorId) {
    tx.notify(Notice::Changed(follower.0));
    tx.notify(Notice::Changed(target.0));
}

/// Those who follow somebody, the newest first, as far as is known here.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::NotPermitted`] when the account shows its network to nobody but itself.
pub fn followers(tx: &mut Tx<'_>, reader: Reader, of: ActorId, page: Page) -> Result<Slice<ActorSummary>> {
    must_show_network(tx, reader, of)?;
    Ok(follow::followers(tx, reader, of, page)?)
}

/// Those whom somebody follows, the newest first, as far as is known here.
///
/// # Errors
/// As [`followers`].
pub fn following(tx: &mut Tx<'_>, reader: Reader, of: ActorId, page: Page) -> Result<Slice<ActorSummary>> {
    must_show_network(tx, reader, of)?;
    Ok(follow::following(tx, reader, of, page)?)
}

fn must_show_network(tx: &mut Tx<'_>, reader: Reader, of: ActorId) -> Result<()> {
    let actor = actor::by_id(tx, of)?.filter(Actor::is_active).ok_or(Refusal::NotFound { what: "account" })?;
    let own = matches!(reader, Reader::Member(member) if of == member.into());
    if actor.hides_network && !own {
        return Err(
            Refusal::NotPermitted { who: "the account itself", act: "see whom it follows and who follows it" }.into()
        );
    }
    Ok(())
}

/// Those who ask to follow and wait for an answer, the newest first.
///
/// # Errors
/// [`Refusal::NotPermitted`] as [`follow()`].
pub fn requests(tx: &mut Tx<'_>, acting: Acting, by: As, page: Page) -> Result<Slice<ActorSummary>> {
    let target = speaker(tx, acting, by, FOR_A_SPACE, "answer followers for a space")?;
    Ok(follow::requests(tx, target, page)?)
}

/// What the member and somebody are to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Relation {
    /// Does the member follow them, or ask to?
    pub following: Option<FollowState>,
    /// Do they follow the member, or ask to?
    pub followed_by: Option<FollowState>,
    /// Has the member blocked them?
    pub blocking: bool,
    /// Has the member muted them?
    pub muting: bool,
}

/// What the member and somebody are to each other, as a profile shows it to the member.
///
/// # Errors
/// [`Refusal::NotPermitted`] for the keeper.
pub fn relation(tx: &mut Tx<'_>, acting: Acting, other: ActorId) -> Result<Relation> {
    let member = acting.member("have followers")?;
    let state =
        |follow: Option<Follow>| follow.map(|follow| follow.state).filter(|state| *state != FollowState::Rejected);
    Ok(Relation {
        following: state(follow::of(tx, member.into(), other)?),
        followed_by: state(follow::of(tx, other, member.into())?),
        blocking: block::has_blocked(tx, member.into(), other)?,
        muting: block::has_muted(tx, member, other)?,
    })
}
