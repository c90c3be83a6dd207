//! Likes, ours and others'.

use jiff::Timestamp;

use super::Result;
use super::post::{self as posts, may_read};
use crate::coworking::Event;
use crate::coworking::id::{ActorId, LikeId, PostId};
use crate::coworking::member::Acting;
use crate::store::notification::{self, NotificationKind};
use crate::store::post::{self, Reader};
use crate::store::reaction::{self, Like};
use crate::store::{Tx, event, tombstone};

/// Likes a post; liking it again changes nothing.
///
/// # Errors
/// [`NotPermitted`](crate::coworking::Refusal::NotPermitted) for the keeper;
/// [`NotFound`](crate::coworking::Refusal::NotFound) for a post that the member may not read.
pub fn like(tx: &mut Tx<'_>, acting: Acting, post: PostId, now: Timestamp) -> Result<LikeId> {
    let member = acting.member("like posts")?;
    let liked = may_read(tx, member.into(), post)?;
    if let Some(known) = reaction::of(tx, member.into(), post)? {
        return Ok(known.id);
    }
    let like = reaction::add(tx, member.into(), post, None, now)?;
    let like =
        like.ok_or_else(|| anyhow::anyhow!("the like of post {post} by {member} was neither there nor added"))?;
    notification::add(tx, liked.author, NotificationKind::Like, member.into(), Some(post), now)?;
    event::record(tx, &Event::PostLiked { actor: member.into(), post, like }, now)?;
    posts::recount(tx, liked.local, liked.author);
    Ok(like)
}

/// Takes a like back; without one nothing happens.
///
/// # Errors
/// [`NotPermitted`](crate::coworking::Refusal::NotPermitted) for the keeper.
pub fn unlike(tx: &mut Tx<'_>, acting: Acting, post: PostId, now: Timestamp) -> Result<()> {
    let member = acting.member("like posts")?;
    if let Some(known) = reaction::of(tx, member.into(), post)? {
        withdraw(tx, &known)?;
        event::record(tx, &Event::LikeWithdrawn { actor: member.into(), post, like: known.id }, now)?;
    }
    Ok(())
}

/// Somebody elsewhere likes a post that is known here. `None` when nothing is written: the like is here already, was
/// taken back before it came, or is on what its sender may not read.
///
/// # Errors
/// The store's.
pub fn receive(tx: &mut Tx<'_>, actor: ActorId, post: PostId, uri: &str, now: Timestamp) -> Result<Option<LikeId>> {
    let Some(liked) = post::readable(tx, Reader::Actor(actor), post)? else { return Ok(None) };
    let like = reaction::add(tx, actor, post, Some(uri), now)?;
    if like.is_some() && liked.local {
        notification::add(tx, liked.author, NotificationKind::Like, actor, Some(post), now)?;
        posts::recount(tx, liked.local, liked.author);
    }
    Ok(like)
}

/// Somebody elsewhere takes a like back: the one with this id, or else the one of this post. What is not here is
/// refused when it comes. Tells whether a like went.
///
/// # Errors
/// The store's.
pub fn receive_undo(
    tx: &mut Tx<'_>,
    actor: ActorId,
    uri: Option<&str>,
    post: Option<PostId>,
    now: Timestamp,
) -> Result<bool> {
    let named = match uri {
        Some(uri) => reaction::by_uri(tx, uri)?.filter(|like| like.actor == actor),
        None => None,
    };
    let found = match (named, post) {
        (None, Some(post)) => reaction::of(tx, actor, post)?,
        (named, _) => named,
    };
    match (found, uri) {
        (Some(like), _) => withdraw(tx, &like).map(|()| true),
        (None, Some(uri)) => {
            tombstone::bury(tx, uri, actor, now)?;
            Ok(false)
        }
        (None, None) => Ok(false),
    }
}

fn withdraw(tx: &mut Tx<'_>, like: &Like) -> Result<()> {
    reaction::remove(tx, like.actor, like.post)?;
    if let Some(liked) = post::by_id(tx, like.post)? {
        notification::forget_post(tx, liked.author, like.actor, like.post, NotificationKind::Like)?;
        posts::recount(tx, liked.local, liked.author);
    }
    Ok(())
}
