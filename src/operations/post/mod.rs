//! What people say: written here, received from elsewhere, changed, taken back and read.

mod receive;
#[cfg(test)]
mod stories;
mod write;

use std::collections::HashMap;

use jiff::Timestamp;

use super::Result;
use crate::coworking::Refusal;
use crate::coworking::id::{ActorId, PostId};
use crate::coworking::markdown::Links;
use crate::coworking::post::Visibility;
use crate::site::Site;
use crate::store::notification::NotificationKind;
use crate::store::post::{self, Known, Post, PostView, Reader};
use crate::store::{Notice, Tx, announce, timeline};

pub use receive::{
    Received, ReceivedOffer, ReceivedPost, Revision, Why, for_followers, is_awaited, receive, receive_delete,
    receive_update,
};
pub(super) use write::{Text, add, not_before, remove};
pub use write::{delete, edit, publish};

/// The people behind the handles of a text (lower case, as
/// [`markdown::mentions`](crate::coworking::markdown::mentions) gives them), as far as they could be found before:
/// finding somebody may need the network.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mentions(HashMap<String, Mentioned>);

/// Somebody whom a text mentions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mentioned {
    /// Who.
    pub actor: ActorId,
    /// Their page for humans, where the link leads.
    pub page: String,
}

impl Mentions {
    /// Somebody was found behind a handle.
    pub fn found(&mut self, handle: &str, actor: ActorId, page: String) {
        self.0.insert(handle.to_ascii_lowercase(), Mentioned { actor, page });
    }

    fn get(&self, handle: &str) -> Option<&Mentioned> {
        self.0.get(&handle.to_ascii_lowercase())
    }
}

/// Where the links of a local text lead.
pub(super) struct LocalLinks<'a> {
    pub(super) mentions: &'a Mentions,
    pub(super) site: &'a Site,
}

impl Links for LocalLinks<'_> {
    fn mention(&self, handle: &str) -> Option<String> {
        Some(self.mentions.get(handle)?.page.clone())
    }

    fn hashtag(&self, tag: &str) -> String {
        self.site.tag(&crate::coworking::tag::fold(tag))
    }
}

/// A post as this reader sees it.
///
/// # Errors
/// [`Refusal::NotFound`] when there is none for them; [`Refusal::Gone`] when it was taken back and everybody could
/// have read it.
pub fn view(tx: &mut Tx<'_>, reader: Reader, id: PostId) -> Result<PostView> {
    if let Some(view) = post::view(tx, reader, id)? {
        return Ok(view);
    }
    let gone = post::by_id(tx, id)?.is_some_and(|post| post.deleted_at.is_some() && post.visibility.is_open());
    Err(if gone { Refusal::Gone { what: "post" } } else { Refusal::NotFound { what: "post" } }.into())
}

/// The post, if this reader may see it.
///
/// # Errors
/// [`Refusal::NotFound`], for what is missing and what is hidden alike.
pub fn may_read(tx: &mut Tx<'_>, reader: Reader, id: PostId) -> Result<Post> {
    Ok(post::readable(tx, reader, id)?.ok_or(Refusal::NotFound { what: "post" })?)
}

/// The numbers that a post of ours shows beside it are others now.
pub(super) fn recount(tx: &mut Tx<'_>, local: bool, author: ActorId) {
    if local {
        tx.notify(Notice::Changed(author.0));
    }
}

/// Takes a post back, and tells of it whoever passed it on: it stands in their outbox no more.
fn bury(tx: &mut Tx<'_>, id: PostId, now: Timestamp) -> Result<bool> {
    for announcer in announce::local_by(tx, id)? {
        tx.notify(Notice::Changed(announcer.0));
    }
    Ok(post::bury(tx, id, now)?)
}

/// As [`recount`], for what an answer that went was about.
fn recount_parent(tx: &mut Tx<'_>, parent: Option<PostId>) -> Result<()> {
    if let Some(parent) = parent
        && let Some(parent) = post::by_id(tx, parent)?
    {
        recount(tx, parent.local, parent.author);
    }
    Ok(())
}

/// What an addressee is told of a post.
fn told(addressee: ActorId, visibility: Visibility, parent: Option<&Known>) -> NotificationKind {
    let answered = parent.filter(|parent| parent.author == addressee);
    match (answered, visibility) {
        (Some(parent), _) if parent.is_offer => NotificationKind::OfferReply,
        (_, Visibility::Direct) => NotificationKind::Direct,
        (Some(_), _) => NotificationKind::Reply,
        (None, _) => NotificationKind::Mention,
    }
}

/// Puts a post into the homes where it belongs. Direct posts are conversations and stand in none.
fn bring_home(
    tx: &mut Tx<'_>,
    id: PostId,
    author: ActorId,
    visibility: Visibility,
    parent: Option<ActorId>,
) -> Result<()> {
    if visibility != Visibility::Direct {
        timeline::fill(tx, id, author, parent)?;
    }
    Ok(())
}
