//! Posts that members pin to their pages.

use jiff::Timestamp;

use super::Result;
use super::post::may_read;
use crate::coworking::id::PostId;
use crate::coworking::member::Acting;
use crate::coworking::post::PIN_LIMIT;
use crate::coworking::{Event, Refusal};
use crate::store::{Notice, Tx, event, pin};

/// Pins one of the member's own posts to their page.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but the author; [`Refusal::NotFound`]; [`Refusal::WrongState`] for a post that not
/// everybody may read; [`Refusal::TooMany`].
pub fn pin(tx: &mut Tx<'_>, acting: Acting, post: PostId, now: Timestamp) -> Result<()> {
    const ACT: &str = "pin a post to their page";
    let member = acting.member(ACT)?;
    let found = may_read(tx, member.into(), post)?;
    if found.author != member.into() {
        return Err(Refusal::NotPermitted { who: "the author", act: ACT }.into());
    }
    if !found.visibility.is_open() {
        let state = found.visibility.as_str();
        return Err(Refusal::WrongState { what: "post", state, needed: "a public or unlisted post" }.into());
    }
    if !pin::add(tx, member.into(), post, now)? {
        return Ok(());
    }
    let found = pin::count(tx, member.into())?;
    if found > PIN_LIMIT {
        return Err(Refusal::TooMany { field: "pins", limit: PIN_LIMIT, found }.into());
    }
    event::record(tx, &Event::PostPinned { post }, now)?;
    tx.notify(Notice::Changed(member.0));
    Ok(())
}

/// Unpins a post; one that is not pinned stays so.
///
/// # Errors
/// [`Refusal::NotPermitted`] for the keeper.
pub fn unpin(tx: &mut Tx<'_>, acting: Acting, post: PostId, now: Timestamp) -> Result<()> {
    let member = acting.member("unpin a post")?;
    if pin::remove(tx, member.into(), post)? {
        event::record(tx, &Event::PostUnpinned { post }, now)?;
        tx.notify(Notice::Changed(member.0));
    }
    Ok(())
}
