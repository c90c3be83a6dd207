//! Blocks and mutes.
//!
//! A block holds for both sides, and is never sent: it would tell whom it is against. Those of others are honoured.

use jiff::Timestamp;

use super::Result;
use super::follow::sever;
use crate::coworking::id::ActorId;
use crate::coworking::member::Acting;
use crate::coworking::{Event, Refusal};
use crate::store::actor::{self, ActorSummary};
use crate::store::page::{Page, Slice};
use crate::store::{Tx, block, event, notification, tombstone};

const ACT: &str = "block and mute";

/// Blocks somebody: neither follows, sees or reaches the other any more.
///
/// # Errors
/// [`Refusal::NotPermitted`] for the keeper; [`Refusal::Oneself`]; [`Refusal::NotFound`].
pub fn block(tx: &mut Tx<'_>, acting: Acting, target: ActorId, now: Timestamp) -> Result<()> {
    let member = acting.member(ACT)?;
    must_be_another(tx, member.into(), target, "block")?;
    if block::block(tx, member.into(), target, None, now)? {
        part(tx, member.into(), target, true, now)?;
        event::record(tx, &Event::ActorBlocked { actor: member.into(), target }, now)?;
    }
    Ok(())
}

/// Takes a block back. Follows do not come back by themselves.
///
/// # Errors
/// [`Refusal::NotPermitted`] for the keeper.
pub fn unblock(tx: &mut Tx<'_>, acting: Acting, target: ActorId) -> Result<()> {
    let member = acting.member(ACT)?;
    block::unblock(tx, member.into(), target)?;
    Ok(())
}

/// Those whom the member blocks, the newest first.
///
/// # Errors
/// [`Refusal::NotPermitted`] for the keeper.
pub fn blocked(tx: &mut Tx<'_>, acting: Acting, page: Page) -> Result<Slice<ActorSummary>> {
    let member = acting.member(ACT)?;
    Ok(block::blocked(tx, member.into(), page)?)
}

/// Mutes somebody: the member sees nothing of them in lists and notifications, and they do not learn of it.
///
/// # Errors
/// [`Refusal::NotPermitted`] for the keeper; [`Refusal::Oneself`]; [`Refusal::NotFound`].
pub fn mute(tx: &mut Tx<'_>, acting: Acting, target: ActorId, now: Timestamp) -> Result<()> {
    let member = acting.member(ACT)?;
    must_be_another(tx, member.into(), target, "mute")?;
    Ok(block::mute(tx, member, target, now)?)
}

/// Takes a mute back.
///
/// # Errors
/// [`Refusal::NotPermitted`] for the keeper.
pub fn unmute(tx: &mut Tx<'_>, acting: Acting, target: ActorId) -> Result<()> {
    let member = acting.member(ACT)?;
    Ok(block::unmute(tx, member, target)?)
}

/// Those whom the member has muted, the newest first.
///
/// # Errors
/// [`Refusal::NotPermitted`] for the keeper.
pub fn muted(tx: &mut Tx<'_>, acting: Acting, page: Page) -> Result<Slice<ActorSummary>> {
    let member = acting.member(ACT)?;
    Ok(block::muted(tx, member, page)?)
}

/// Somebody elsewhere blocks somebody here. Tells whether that was new.
///
/// # Errors
/// The store's.
pub fn receive(tx: &mut Tx<'_>, actor: ActorId, target: ActorId, uri: &str, now: Timestamp) -> Result<bool> {
    let new = actor != target
        && !tombstone::is_buried(tx, uri, actor)?
        && actor::by_id(tx, target)?.is_some_and(|target| target.local)
        && block::block(tx, actor, target, Some(uri), now)?;
    if new {
        part(tx, actor, target, false, now)?;
    }
    Ok(new)
}

/// Somebody elsewhere takes a block back: the one with this id, or else the one against this target. What is not here
/// is refused when it comes. Tells whether a block went.
///
/// # Errors
/// The store's.
pub fn receive_undo(
    tx: &mut Tx<'_>,
    actor: ActorId,
    uri: Option<&str>,
    target: Option<ActorId>,
    now: Timestamp,
) -> Result<bool> {
    let named = match uri {
        Some(uri) => block::target_by_uri(tx, actor, uri)?,
        None => None,
    };
    if let Some(target) = named.or(target)
        && block::unblock(tx, actor, target)?
    {
        return Ok(true);
    }
    if let Some(uri) = uri {
        tombstone::bury(tx, uri, actor, now)?;
    }
    Ok(false)
}

/// Nothing of the one is left with the other.
fn part(tx: &mut Tx<'_>, one: ActorId, other: ActorId, answered: bool, now: Timestamp) -> Result<()> {
    sever(tx, one, other, answered, now)?;
    notification::forget(tx, one, other)?;
    notification::forget(tx, other, one)?;
    Ok(())
}

fn must_be_another(tx: &mut Tx<'_>, member: ActorId, target: ActorId, act: &'static str) -> Result<()> {
    if member == target {
        return Err(Refusal::Oneself { act }.into());
    }
    if actor::by_id(tx, target)?.is_none() {
        return Err(Refusal::NotFound { what: "account" }.into());
    }
    Ok(())
}
