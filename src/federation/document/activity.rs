//! Activities of ours that have URLs of their own, in the words in which they were sent.

use serde_json::Value;

use crate::activitypub::json::PUBLIC;
use crate::activitypub::sent::{Addressing, Frame, SentNote};
use crate::coworking::post::Visibility;
use crate::site::Site;
use crate::store::announce::Announce;

/// The id of the Create of a post: each is made once, so it hangs on the post.
#[must_use]
pub fn create_id(post: &str) -> String {
    format!("{post}#create")
}

/// A new post.
#[must_use]
pub fn create(note: &SentNote) -> Value {
    let (id, addressing) = (create_id(&note.id), note.addressing.clone());
    Frame { id: &id, actor: &note.author, addressing, published: Some(note.published) }.create(note)
}

/// One of ours asks to follow.
#[must_use]
pub fn follow(id: &str, follower: &str, target: &str) -> Value {
    Frame { id, actor: follower, addressing: Addressing::to_one(target), published: None }.follow(target)
}

/// One of ours likes a post; its author alone is told.
#[must_use]
pub fn like(id: &str, actor: &str, post: &str, author: &str) -> Value {
    Frame { id, actor, addressing: Addressing::to_one(author), published: None }.like(post)
}

/// One of ours passes a post on: those for whom it is meant are told, and the post's author.
#[must_use]
pub fn announce(site: &Site, announce: &Announce, actor: &str, followers: &str, author: &str) -> Value {
    let (public, followers, author) = (PUBLIC.to_owned(), followers.to_owned(), author.to_owned());
    let addressing = match announce.visibility {
        Visibility::Public => Addressing { to: vec![public], cc: vec![followers, author] },
        Visibility::Unlisted => Addressing { to: vec![followers], cc: vec![public, author] },
        Visibility::Followers | Visibility::Members | Visibility::Direct => {
            Addressing { to: vec![followers, author], cc: Vec::new() }
        }
    };
    let id = site.announce(announce.id);
    Frame { id: &id, actor, addressing, published: Some(announce.announced_at) }.announce(&announce.post_uri)
}
