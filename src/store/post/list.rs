//! Lists of posts: of a space, of the whole known network, of one actor, of a word; and what an actor's public
//! documents show.

use super::reader::{Reader, reaches_all, readable, unblocked, unmuted};
use super::view::{Entry, PostView, slice};
use super::{Post, by_ids};
use crate::coworking::id::{ActorId, PostId, SpaceId};
use crate::coworking::tag;
use crate::store::announce::{self, Announce};
use crate::store::page::{Page, Slice};
use crate::store::plan::statements;
use crate::store::{Error, Row, Tx, Value, params};

statements! {
    SPACE = concat!(
        "SELECT p.id FROM post p WHERE p.space_id = ?3 AND p.visibility IN ('public', 'members') \
         AND p.in_reply_to_uri IS NULL AND p.id < ?4 AND ", readable!(), " AND ", unmuted!("p.author_id"),
        " ORDER BY p.id DESC LIMIT ?5"
    );
    NETWORK = concat!(
        "SELECT p.id FROM post p WHERE p.visibility = 'public' AND p.in_reply_to_uri IS NULL AND p.id < ?3 AND ",
        readable!(), " AND ", unmuted!("p.author_id"), " AND ", reaches_all!(), " ORDER BY p.id DESC LIMIT ?4"
    );
    OF_ACTOR = concat!(
        "SELECT p.id FROM post p WHERE p.author_id = ?3 AND p.id < ?4 AND p.visibility <> 'direct' \
         AND (?6 = 1 OR p.in_reply_to_uri IS NULL) AND ", readable!(), " ORDER BY p.id DESC LIMIT ?5"
    );
    ANNOUNCED_BY = concat!(
        "SELECT n.id, n.post_id, n.actor_id FROM announce n CROSS JOIN post p ON p.id = n.post_id \
         WHERE n.actor_id = ?3 AND n.id < ?4 AND (n.visibility IN ('public', 'unlisted') OR n.actor_id = ?1 \
         OR EXISTS (SELECT 1 FROM follow f WHERE f.follower_id = ?1 AND f.target_id = n.actor_id \
         AND f.state = 'accepted')) AND ", readable!(), " AND ", unblocked!("n.actor_id"),
        " ORDER BY n.id DESC LIMIT ?5"
    );
    BY_TAG = concat!(
        "SELECT p.id FROM post_tag g CROSS JOIN post p ON p.id = g.post_id WHERE g.tag = ?3 AND g.post_id < ?4 \
         AND p.visibility IN ('public', 'members') AND ", readable!(), " AND ", unmuted!("p.author_id"), " AND ",
        reaches_all!(), " ORDER BY g.post_id DESC LIMIT ?5"
    );
    DIRECT_TO = concat!(
        "SELECT p.id FROM post_recipient a CROSS JOIN post p ON p.id = a.post_id WHERE a.actor_id = ?1 \
         AND a.post_id < ?3 AND p.visibility = 'direct' AND ", readable!(), " AND ", unmuted!("p.author_id"),
        " ORDER BY a.post_id DESC LIMIT ?4"
    );
    DIRECT_BY = concat!(
        "SELECT p.id FROM post p WHERE p.author_id = ?1 AND p.visibility = 'direct' AND p.id < ?3 AND ", readable!(),
        " ORDER BY p.id DESC LIMIT ?4"
    );
    OUTBOX = "SELECT id FROM post WHERE author_id = ?1 AND id < ?2 AND local = 1 AND deleted_at IS NULL \
              AND visibility IN ('public', 'unlisted') ORDER BY id DESC LIMIT ?3";
    OUTBOX_COUNT = "SELECT (SELECT count(*) FROM post WHERE author_id = ?1 AND local = 1 AND deleted_at IS NULL \
                    AND visibility IN ('public', 'unlisted')) \
                    + (SELECT count(*) FROM announce WHERE actor_id = ?1 AND visibility IN ('public', 'unlisted'))";
    FEATURED = "SELECT i.post_id FROM pin i CROSS JOIN post p ON p.id = i.post_id WHERE i.actor_id = ?1 \
                AND p.deleted_at IS NULL AND p.visibility IN ('public', 'unlisted') \
                ORDER BY i.pinned_at DESC, i.post_id DESC LIMIT 20";
    REPLIES = "SELECT id FROM post WHERE in_reply_to_id = ?1 AND id < ?2 AND deleted_at IS NULL \
               AND visibility IN ('public', 'unlisted') ORDER BY id DESC LIMIT ?3";
}

fn post_entry(row: &Row<'_>) -> Result<Entry, Error> {
    row.get(0).map(Entry::of)
}

/// What the members of a space say, answers aside: to everybody and, for members, to members.
///
/// # Errors
/// The store's.
pub fn space(tx: &mut Tx<'_>, reader: Reader, space: SpaceId, page: Page) -> Result<Slice<PostView>, Error> {
    let asked = params![reader.id(), reader.is_member(), space, page.below(), page.fetched()];
    let entries = tx.query(SPACE, asked, post_entry)?;
    slice(tx, reader, entries, page)
}

/// All public posts that are known here, answers aside.
///
/// # Errors
/// The store's.
pub fn network(tx: &mut Tx<'_>, reader: Reader, page: Page) -> Result<Slice<PostView>, Error> {
    let asked = params![reader.id(), reader.is_member(), page.below(), page.fetched()];
    let entries = tx.query(NETWORK, asked, post_entry)?;
    slice(tx, reader, entries, page)
}

/// What an actor said and announced. Direct posts are conversations, and stand on no page.
///
/// # Errors
/// The store's.
pub fn of_actor(
    tx: &mut Tx<'_>,
    actor: ActorId,
    reader: Reader,
    page: Page,
    with_replies: bool,
) -> Result<Slice<PostView>, Error> {
    let (who, member) = (reader.id(), reader.is_member());
    let said = params![who, member, actor, page.below(), page.fetched(), with_replies];
    let said = tx.query(OF_ACTOR, said, post_entry)?;
    let announced = params![who, member, actor, page.below(), page.fetched()];
    let announced = tx.query(ANNOUNCED_BY, announced, |row| {
        Ok(Entry { id: row.get(0)?, post: row.get(1)?, announcer: row.get(2)? })
    })?;
    let entries = newest_first(said, announced, |entry| entry.id);
    slice(tx, reader, entries, page)
}

/// Posts with a word, in whatever spelling: public ones and, for members, those for members.
///
/// # Errors
/// The store's.
pub fn by_tag(tx: &mut Tx<'_>, reader: Reader, word: &str, page: Page) -> Result<Slice<PostView>, Error> {
    let asked = params![reader.id(), reader.is_member(), tag::fold(word), page.below(), page.fetched()];
    let entries = tx.query(BY_TAG, asked, post_entry)?;
    slice(tx, reader, entries, page)
}

/// Direct posts that the reader wrote or was sent.
///
/// # Errors
/// The store's.
pub fn direct(tx: &mut Tx<'_>, reader: Reader, page: Page) -> Result<Slice<PostView>, Error> {
    let asked = params![reader.id(), reader.is_member(), page.below(), page.fetched()];
    let received = tx.query(DIRECT_TO, asked, post_entry)?;
    let written = tx.query(DIRECT_BY, asked, post_entry)?;
    let entries = newest_first(received, written, |entry| entry.id);
    slice(tx, reader, entries, page)
}

/// Two lists that are newest first, as one.
fn newest_first<T: PartialEq>(mut list: Vec<T>, other: Vec<T>, id: impl Fn(&T) -> i64) -> Vec<T> {
    list.extend(other);
    list.sort_by_key(|item| std::cmp::Reverse(id(item)));
    list.dedup();
    list
}

/// What an actor said to everybody, as its outbox lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spoken {
    /// A post or an offer.
    Post(Box<Post>),
    /// Somebody's post, passed on.
    Announce(Announce),
}

impl Spoken {
    fn id(&self) -> i64 {
        match self {
            Self::Post(post) => post.id.0,
            Self::Announce(announce) => announce.id.0,
        }
    }
}

/// What an actor said and announced to everybody.
///
/// # Errors
/// The store's.
pub fn outbox(tx: &mut Tx<'_>, actor: ActorId, page: Page) -> Result<Slice<Spoken>, Error> {
    let asked = params![actor, page.below(), page.fetched()];
    let said = posts(tx, OUTBOX, asked)?.into_iter().map(|post| Spoken::Post(Box::new(post))).collect();
    let announced = announce::open_by(tx, actor, page)?.into_iter().map(Spoken::Announce).collect();
    Ok(Slice::cut(newest_first(said, announced, Spoken::id), page, Spoken::id))
}

/// How many entries the outbox has.
///
/// # Errors
/// The store's.
pub fn outbox_count(tx: &mut Tx<'_>, actor: ActorId) -> Result<u64, Error> {
    Ok(tx.query_one(OUTBOX_COUNT, params![actor], |row| row.get(0))?.unwrap_or(0))
}

/// The posts that an actor pinned to its page, the newest pin first.
///
/// # Errors
/// The store's.
pub fn featured(tx: &mut Tx<'_>, actor: ActorId) -> Result<Vec<Post>, Error> {
    posts(tx, FEATURED, params![actor])
}

/// Public answers to a post.
///
/// # Errors
/// The store's.
pub fn replies(tx: &mut Tx<'_>, post: PostId, page: Page) -> Result<Slice<Post>, Error> {
    let found = posts(tx, REPLIES, params![post, page.below(), page.fetched()])?;
    Ok(Slice::cut(found, page, |post| post.id.0))
}

/// The posts whose numbers a query tells, in its order.
fn posts(tx: &mut Tx<'_>, sql: &str, params: &[Value<'_>]) -> Result<Vec<Post>, Error> {
    let ids: Vec<PostId> = tx.query(sql, params, |row| row.get(0))?;
    let mut found = by_ids(tx, &ids)?;
    found.sort_by_cached_key(|post| ids.iter().position(|id| *id == post.id));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
