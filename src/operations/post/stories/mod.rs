//! What is promised of posts, as stories on a real store.

mod mail;
mod reading;
mod writing;

use crate::coworking::id::{ActorId, MemberId, PostId};
use crate::operations::testing::acting;
use crate::operations::{Result, notification};
use crate::store::Tx;
use crate::store::notification::NotificationKind;
use crate::store::page::Page;
use crate::store::post::PostView;

use super::Mentions;

/// The people of these handles, as a door would have found them.
pub(super) fn mentioning(people: &[(&str, ActorId)]) -> Mentions {
    let mut mentions = Mentions::default();
    for (handle, actor) in people {
        mentions.found(handle, *actor, format!("https://page.example/{handle}"));
    }
    mentions
}

pub(super) fn told(tx: &mut Tx<'_>, member: MemberId) -> Result<Vec<NotificationKind>> {
    Ok(notification::list(tx, acting(member), Page::default())?.items.into_iter().map(|line| line.kind).collect())
}

pub(super) fn ids(posts: Vec<PostView>) -> Vec<PostId> {
    posts.into_iter().map(|seen| seen.post.id).collect()
}
