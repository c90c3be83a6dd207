//! What there is to read: lists of posts, for members and for everybody.

use super::{Result, space};
use crate::coworking::Refusal;
use crate::coworking::id::{ActorId, PostId, SpaceId};
use crate::coworking::member::Acting;
use crate::store::page::{Page, Slice};
use crate::store::post::{self, PostView, Reader, Thread};
use crate::store::{Tx, actor, timeline};

/// The member's home: what those they follow say and announce, in the order of arrival.
///
/// # Errors
/// [`Refusal::NotPermitted`] for the keeper.
pub fn home(tx: &mut Tx<'_>, acting: Acting, page: Page) -> Result<Slice<PostView>> {
    let member = acting.member("read their home timeline")?;
    Ok(timeline::home(tx, member, page)?)
}

/// What the members of a space say, the default space if none is named.
///
/// # Errors
/// [`Refusal::NotFound`] for what is no space of ours; [`Refusal::Setup`] before the setup.
pub fn of_space(tx: &mut Tx<'_>, reader: Reader, space: Option<SpaceId>, page: Page) -> Result<Slice<PostView>> {
    let space = space::or_default(tx, space)?.id;
    Ok(post::space(tx, reader, space, page)?)
}

/// All public posts that are known here.
///
/// # Errors
/// The store's.
pub fn network(tx: &mut Tx<'_>, reader: Reader, page: Page) -> Result<Slice<PostView>> {
    Ok(post::network(tx, reader, page)?)
}

/// What somebody, here or elsewhere, says and announces.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::Gone`].
pub fn of_actor(
    tx: &mut Tx<'_>,
    reader: Reader,
    actor: ActorId,
    with_replies: bool,
    page: Page,
) -> Result<Slice<PostView>> {
    let found = actor::by_id(tx, actor)?.filter(|actor| actor.suspended_at.is_none());
    match found {
        None => Err(Refusal::NotFound { what: "account" }.into()),
        Some(actor) if actor.deleted_at.is_some() => Err(Refusal::Gone { what: "account" }.into()),
        Some(_) => Ok(post::of_actor(tx, actor, reader, page, with_replies)?),
    }
}

/// Posts with a word, in whatever spelling.
///
/// # Errors
/// The store's.
pub fn by_tag(tx: &mut Tx<'_>, reader: Reader, word: &str, page: Page) -> Result<Slice<PostView>> {
    Ok(post::by_tag(tx, reader, word, page)?)
}

/// Direct posts that the member wrote or was sent.
///
/// # Errors
/// [`Refusal::NotPermitted`] for the keeper.
pub fn conversations(tx: &mut Tx<'_>, acting: Acting, page: Page) -> Result<Slice<PostView>> {
    let member = acting.member("read direct posts")?;
    Ok(post::direct(tx, member.into(), page)?)
}

/// What was said before a post, and a page of what was said after it: the posts that came after the one with the number
/// `after`.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::Gone`] as [`super::post::view`].
pub fn thread(tx: &mut Tx<'_>, reader: Reader, id: PostId, after: Option<i64>, limit: Option<u32>) -> Result<Thread> {
    super::post::view(tx, reader, id)?;
    Ok(post::thread(tx, reader, id, after, limit)?.ok_or(Refusal::NotFound { what: "post" })?)
}
