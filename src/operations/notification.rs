//! What members are told, and what they have seen of it.

use jiff::Timestamp;

use super::Result;
use crate::coworking::id::NotificationId;
use crate::coworking::member::Acting;
use crate::store::notification::{self, Notification};
use crate::store::page::{Page, Slice};
use crate::store::{Notice, Tx};

const ACT: &str = "read notifications";

/// What the member is told, the newest first.
///
/// # Errors
/// [`NotPermitted`](crate::coworking::Refusal::NotPermitted) for the keeper.
pub fn list(tx: &mut Tx<'_>, acting: Acting, page: Page) -> Result<Slice<Notification>> {
    let member = acting.member(ACT)?;
    Ok(notification::list(tx, member, page)?)
}

/// How much of it the member has not seen.
///
/// # Errors
/// [`NotPermitted`](crate::coworking::Refusal::NotPermitted) for the keeper.
pub fn unread(tx: &mut Tx<'_>, acting: Acting) -> Result<u64> {
    let member = acting.member(ACT)?;
    Ok(notification::unread(tx, member)?)
}

/// The member has seen all up to this one.
///
/// # Errors
/// [`NotPermitted`](crate::coworking::Refusal::NotPermitted) for the keeper.
pub fn mark_read(tx: &mut Tx<'_>, acting: Acting, up_to: NotificationId, now: Timestamp) -> Result<()> {
    let member = acting.member(ACT)?;
    notification::mark_read(tx, member, up_to, now)?;
    tx.notify(Notice::Changed(member.0));
    Ok(())
}
