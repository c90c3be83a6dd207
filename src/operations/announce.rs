//! Announces: a member, or a space through those who work there, passes a post on.

use jiff::Timestamp;

use super::Result;
use super::post::may_read;
use super::speaker::{As, speaker};
use crate::coworking::id::{ActorId, AnnounceId, PostId};
use crate::coworking::member::{Acting, Role};
use crate::coworking::post::Visibility;
use crate::coworking::{Event, Refusal};
use crate::store::announce::{self, Announce, NewAnnounce};
use crate::store::notification::{self, NotificationKind};
use crate::store::post::{self, Post, Reader};
use crate::store::{Notice, Tx, event, follow, timeline, tombstone};

/// Passes a post on to the followers of who speaks; passing it on again changes nothing.
///
/// # Errors
/// [`Refusal::NotPermitted`] for the keeper, and for a space to all but hosts and administrators;
/// [`Refusal::NotFound`] for a post that the member may not read; [`Refusal::NotPublic`] for one that not everybody
/// may.
pub fn announce(tx: &mut Tx<'_>, acting: Acting, by: As, post: PostId, now: Timestamp) -> Result<AnnounceId> {
    let actor = speaker(tx, acting, by, Role::Host, "announce posts for a space")?;
    let passed_on = may_read(tx, acting.into(), post)?;
    if !passed_on.visibility.is_open() {
        return Err(Refusal::NotPublic { visibility: passed_on.visibility.as_str() }.into());
    }
    if let Some(known) = announce::of(tx, actor, post)? {
        return Ok(known.id);
    }
    let new = NewAnnounce { uri: None, actor, post, visibility: Visibility::Public };
    let announce = announce::add(tx, new, now)?;
    let announce = announce
        .ok_or_else(|| anyhow::anyhow!("the announce of post {post} by {actor} was neither there nor added"))?;
    spread(tx, announce, actor, &passed_on, now)?;
    event::record(tx, &Event::PostAnnounced { actor, post, announce }, now)?;
    tx.notify(Notice::Changed(actor.0));
    Ok(announce)
}

/// Takes an announce back; without one nothing happens.
///
/// # Errors
/// [`Refusal::NotPermitted`] as [`announce()`].
pub fn withdraw(tx: &mut Tx<'_>, acting: Acting, by: As, post: PostId, now: Timestamp) -> Result<()> {
    let actor = speaker(tx, acting, by, Role::Host, "announce posts for a space")?;
    if let Some(known) = announce::of(tx, actor, post)? {
        remove(tx, &known)?;
        event::record(tx, &Event::AnnounceWithdrawn { actor, post, announce: known.id }, now)?;
        tx.notify(Notice::Changed(actor.0));
    }
    Ok(())
}

/// Is an announce by this actor news to anybody here? Asked before a post is fetched for it; of posts from here every
/// announce is.
///
/// # Errors
/// The store's.
pub fn concerns(tx: &mut Tx<'_>, actor: ActorId) -> Result<bool> {
    Ok(follow::has_followers(tx, actor)?)
}

/// Somebody elsewhere passes on a post that is known here. `None` when nothing is written: the announce is here
/// already, was taken back before it came, concerns nobody here, or is of what not everybody may read.
///
/// # Errors
/// The store's.
pub fn receive(
    tx: &mut Tx<'_>,
    actor: ActorId,
    post: PostId,
    uri: &str,
    visibility: Visibility,
    now: Timestamp,
) -> Result<Option<AnnounceId>> {
    let Some(passed_on) = post::readable(tx, Reader::Actor(actor), post)? else { return Ok(None) };
    if !passed_on.visibility.is_open() || !passed_on.local && !concerns(tx, actor)? {
        return Ok(None);
    }
    let visibility = match visibility {
        Visibility::Public | Visibility::Unlisted => visibility,
        Visibility::Followers | Visibility::Members | Visibility::Direct => Visibility::Followers,
    };
    let added = announce::add(tx, NewAnnounce { uri: Some(uri), actor, post, visibility }, now)?;
    if let Some(announce) = added {
        spread(tx, announce, actor, &passed_on, now)?;
    }
    Ok(added)
}

/// Somebody elsewhere takes an announce back: the one with this id, or else the one of this post. What is not here is
/// refused when it comes. Tells whether an announce went.
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
        Some(uri) => announce::by_uri(tx, uri)?.filter(|announce| announce.actor == actor),
        None => None,
    };
    let found = match (named, post) {
        (None, Some(post)) => announce::of(tx, actor, post)?,
        (named, _) => named,
    };
    match (found, uri) {
        (Some(announce), _) => remove(tx, &announce).map(|()| true),
        (None, Some(uri)) => {
            tombstone::bury(tx, uri, actor, now)?;
            Ok(false)
        }
        (None, None) => Ok(false),
    }
}

/// Brings the post to those who follow the announcer, and tells its author.
fn spread(tx: &mut Tx<'_>, announce: AnnounceId, actor: ActorId, post: &Post, now: Timestamp) -> Result<()> {
    timeline::pass_on(tx, announce, post.id, actor, post.author)?;
    if post.local {
        notification::add(tx, post.author, NotificationKind::Announce, actor, Some(post.id), now)?;
    }
    Ok(())
}

fn remove(tx: &mut Tx<'_>, announce: &Announce) -> Result<()> {
    announce::remove(tx, announce.id)?;
    timeline::drop_announce(tx, announce.id, announce.post)?;
    if let Some(post) = post::by_id(tx, announce.post)? {
        notification::forget_post(tx, post.author, announce.actor, post.id, NotificationKind::Announce)?;
    }
    Ok(())
}
