//! Posts: what was said, by whom and to whom, here and elsewhere.
//!
//! A row stays when its post is taken back, without what it said: its id must answer "gone", and a late copy of it
//! must find its place taken.

mod delete;
mod holders;
mod list;
pub(in crate::store) mod reader;
mod save;
mod view;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::json::Json;
use super::many::by_keys;
use super::offer::Offer;
use super::plan::statements;
use super::{Error, Row, Tx, Value, params};
use crate::coworking::id::{ActorId, PostId, SpaceId};
use crate::coworking::post::{Attachment, Visibility};

pub use delete::{beside, bury, bury_all_of};
pub use holders::holders;
pub use list::{Spoken, by_tag, direct, featured, network, of_actor, outbox, outbox_count, replies, space};
pub use reader::Reader;
pub use save::{Content, NewPost, add, add_recipients, adopt, is_awaited, replace_tags, revise};
pub(in crate::store) use view::slice;
pub use view::{Announced, Entry, PostView, Thread, readable, thread, view, views};

/// Somebody whom a post names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    /// Their id in the network.
    pub href: String,
    /// Their handle: `@ana@harbor.example`.
    pub name: String,
}

/// Something that was said, with the offer in it if it is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Our number for it; grows in the order of arrival.
    pub id: PostId,
    /// Its id in the network.
    pub uri: String,
    /// Who said it.
    pub author: ActorId,
    /// Was it said here?
    pub local: bool,
    /// The author's home space; of local posts.
    pub space: Option<SpaceId>,
    /// Who may read it.
    pub visibility: Visibility,
    /// A title; offers have one.
    pub name: Option<String>,
    /// A content warning, plain text.
    pub summary: Option<String>,
    /// Are attachments hidden until asked for?
    pub sensitive: bool,
    /// Sanitised HTML; empty when it was taken back.
    pub content: String,
    /// The Markdown it was made of; of local posts.
    pub source: Option<String>,
    /// A BCP 47 language tag.
    pub language: Option<String>,
    /// Its page for humans, where that is not the URI.
    pub url: Option<String>,
    /// What it answers, if that is known here; it may be gone.
    pub in_reply_to: Option<PostId>,
    /// What it answers.
    pub in_reply_to_uri: Option<String>,
    /// The conversation it belongs to.
    pub context: Option<String>,
    /// Links to pictures and files.
    pub attachments: Vec<Attachment>,
    /// Hashtags as spelled, without `#`.
    pub tags: Vec<String>,
    /// Whom it names.
    pub mentions: Vec<Mention>,
    /// When it was said.
    pub published: Timestamp,
    /// When it was changed last.
    pub updated: Option<Timestamp>,
    /// When it was taken back.
    pub deleted_at: Option<Timestamp>,
    /// What is offered or sought.
    pub offer: Option<Offer>,
}

/// The columns of [`Post`] in the order in which [`read`] takes them; of `post p LEFT JOIN offer o`.
macro_rules! columns {
    () => {
        "p.id, p.uri, p.author_id, p.local, p.space_id, p.visibility, p.name, p.summary, p.sensitive, p.content, \
         p.source, p.language, p.url, p.in_reply_to_id, p.in_reply_to_uri, p.context, p.attachments, p.tags, \
         p.mentions, p.published, p.updated, p.deleted_at, \
         o.purpose, o.kind, o.state, o.in_return, o.proposal, o.ends_at, o.settled_at"
    };
}
use columns;

/// The number of the first column after [`columns`].
const AFTER: usize = 29;

statements! {
    BY_ID = concat!("SELECT ", columns!(), " FROM post p LEFT JOIN offer o ON o.post_id = p.id WHERE p.id = ?1");
    BY_URI = concat!("SELECT ", columns!(), " FROM post p LEFT JOIN offer o ON o.post_id = p.id WHERE p.uri = ?1");
    BY_IDS = concat!(
        "SELECT ", columns!(), " FROM post p LEFT JOIN offer o ON o.post_id = p.id WHERE p.id IN ({keys})"
    );
    KNOWN = "SELECT p.id, p.author_id, p.uri, p.context, p.visibility, p.local, p.deleted_at IS NOT NULL, \
             o.post_id IS NOT NULL FROM post p LEFT JOIN offer o ON o.post_id = p.id WHERE p.uri = ?1";
    /// Anybody may claim any page: only one at home counts.
    BY_PAGE = "SELECT id FROM post WHERE url = ?1 AND deleted_at IS NULL AND substr(uri, 1, length(?2)) = ?2 \
               ORDER BY id LIMIT 1";
    RECIPIENT_URIS = "SELECT a.uri FROM post_recipient r CROSS JOIN actor a ON a.id = r.actor_id WHERE r.post_id = ?1 \
                      ORDER BY r.actor_id";
    RECIPIENTS = "SELECT actor_id FROM post_recipient WHERE post_id = ?1 ORDER BY actor_id";
}

fn read(row: &Row<'_>) -> Result<Post, Error> {
    let Json(attachments) = row.get(16)?;
    let Json(tags) = row.get(17)?;
    let Json(mentions) = row.get(18)?;
    let offer = match row.get(22)? {
        None => None,
        Some(purpose) => Some(Offer {
            purpose,
            kind: row.get(23)?,
            state: row.get(24)?,
            in_return: row.get(25)?,
            proposal: row.get(26)?,
            ends_at: row.get(27)?,
            settled_at: row.get(28)?,
        }),
    };
    Ok(Post {
        id: row.get(0)?,
        uri: row.get(1)?,
        author: row.get(2)?,
        local: row.get(3)?,
        space: row.get(4)?,
        visibility: row.get(5)?,
        name: row.get(6)?,
        summary: row.get(7)?,
        sensitive: row.get(8)?,
        content: row.get(9)?,
        source: row.get(10)?,
        language: row.get(11)?,
        url: row.get(12)?,
        in_reply_to: row.get(13)?,
        in_reply_to_uri: row.get(14)?,
        context: row.get(15)?,
        attachments,
        tags,
        mentions,
        published: row.get(19)?,
        updated: row.get(20)?,
        deleted_at: row.get(21)?,
        offer,
    })
}

/// The post with this number, gone or not, whoever may read it.
///
/// # Errors
/// The store's.
pub fn by_id(tx: &mut Tx<'_>, id: PostId) -> Result<Option<Post>, Error> {
    tx.query_one(BY_ID, params![id], read)
}

/// The post with this id in the network, gone or not, whoever may read it.
///
/// # Errors
/// The store's.
pub fn by_uri(tx: &mut Tx<'_>, uri: &str) -> Result<Option<Post>, Error> {
    tx.query_one(BY_URI, params![uri], read)
}

/// The posts with these numbers, gone or not, whoever may read them, in no order.
///
/// # Errors
/// The store's.
pub fn by_ids(tx: &mut Tx<'_>, ids: &[PostId]) -> Result<Vec<Post>, Error> {
    let keys: Vec<Value<'_>> = ids.iter().map(|id| Value::from(*id)).collect();
    by_keys(tx, BY_IDS, &[], &keys, read)
}

/// As much of a post as is needed to hang something on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Our number for it.
    pub id: PostId,
    /// Who said it.
    pub author: ActorId,
    /// Its id in the network.
    pub uri: String,
    /// The conversation it belongs to.
    pub context: Option<String>,
    /// Who may read it.
    pub visibility: Visibility,
    /// Was it said here?
    pub local: bool,
    /// Was it taken back?
    pub deleted: bool,
    /// Is it an offer or a request?
    pub is_offer: bool,
}

/// What is known of the post with this id in the network.
///
/// # Errors
/// The store's.
pub fn known(tx: &mut Tx<'_>, uri: &str) -> Result<Option<Known>, Error> {
    tx.query_one(KNOWN, params![uri], |row| {
        Ok(Known {
            id: row.get(0)?,
            author: row.get(1)?,
            uri: row.get(2)?,
            context: row.get(3)?,
            visibility: row.get(4)?,
            local: row.get(5)?,
            deleted: row.get(6)?,
            is_offer: row.get(7)?,
        })
    })
}

/// The post whose page for humans this is, if its id lies on the page's own origin: `https://harbor.example/`, with the
/// slash at its end.
///
/// # Errors
/// The store's.
pub fn by_page(tx: &mut Tx<'_>, url: &str, origin: &str) -> Result<Option<PostId>, Error> {
    tx.query_one(BY_PAGE, params![url, origin], |row| row.get(0))
}

impl From<&Post> for Known {
    fn from(post: &Post) -> Self {
        Self {
            id: post.id,
            author: post.author,
            uri: post.uri.clone(),
            context: post.context.clone(),
            visibility: post.visibility,
            local: post.local,
            deleted: post.deleted_at.is_some(),
            is_offer: post.offer.is_some(),
        }
    }
}

/// Whom a post is addressed to besides what its visibility says: those it mentions and whose post it answers. They
/// stay when the post is taken back, because they are to hear of that, too.
///
/// # Errors
/// The store's.
pub fn recipients(tx: &mut Tx<'_>, post: PostId) -> Result<Vec<ActorId>, Error> {
    tx.query(RECIPIENTS, params![post], |row| row.get(0))
}

/// The ids in the network of a post's [`recipients`].
///
/// # Errors
/// The store's.
pub fn recipient_uris(tx: &mut Tx<'_>, post: PostId) -> Result<Vec<String>, Error> {
    tx.query(RECIPIENT_URIS, params![post], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
