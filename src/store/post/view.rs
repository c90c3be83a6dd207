//! Posts as somebody sees them: with author, counts, and what the reader did with them.
//!
//! A page is loaded in three statements, however long it is: its entries, their posts, their people.

use std::collections::HashMap;

use super::reader::{Reader, readable, unmuted};
use super::{AFTER, Post, columns, read};
use crate::coworking::id::{ActorId, AnnounceId, PostId};
use crate::store::actor::{self, ActorSummary};
use crate::store::many::by_keys;
use crate::store::page::{Page, Slice};
use crate::store::plan::statements;
use crate::store::{Error, Row, Tx, Value, params};

/// A post as somebody sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostView {
    /// The post.
    pub post: Post,
    /// Who said it.
    pub author: ActorSummary,
    /// Likes that are known here.
    pub likes: u32,
    /// Announces that are known here.
    pub announces: u32,
    /// Public replies that are known here.
    pub replies: u32,
    /// Did the reader like it?
    pub liked: bool,
    /// Did the reader announce it?
    pub announced: bool,
    /// Did its author pin it?
    pub pinned: bool,
    /// Who brought it here, when the author did not.
    pub announced_by: Option<Announced>,
}

/// The announce by which a post came to a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announced {
    /// The announce.
    pub id: AnnounceId,
    /// Whose it is.
    pub actor: ActorSummary,
}

/// One line of a list of posts, not loaded yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// What the list is ordered by: the number of the post or of the announce.
    pub id: i64,
    /// The post.
    pub post: PostId,
    /// The announcer, when the entry is an announce.
    pub announcer: Option<ActorId>,
}

impl Entry {
    /// The post itself.
    pub(in crate::store) fn of(post: PostId) -> Self {
        Self { id: post.0, post, announcer: None }
    }
}

/// What was said before a post and after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// What it answers, what that answers, and so on; the first of all is the first.
    pub ancestors: Vec<PostView>,
    /// The post.
    pub post: PostView,
    /// Answers and answers to those, the oldest first; [`Slice::next`] is the number after which the next page begins.
    pub descendants: Slice<PostView>,
}

/// The most posts above one that its thread shows.
const ANCESTORS: u32 = 50;

/// A post with its counts, as `?1` sees it.
macro_rules! seen {
    ($rest:expr) => {
        concat!(
            "SELECT ",
            columns!(),
            ", (SELECT count(*) FROM post_like l WHERE l.post_id = p.id), \
             (SELECT count(*) FROM announce n WHERE n.post_id = p.id), \
             (SELECT count(*) FROM post c WHERE c.in_reply_to_id = p.id AND c.deleted_at IS NULL \
             AND c.visibility IN ('public', 'unlisted')), \
             EXISTS (SELECT 1 FROM post_like l WHERE l.post_id = p.id AND l.actor_id = ?1), \
             EXISTS (SELECT 1 FROM announce n WHERE n.post_id = p.id AND n.actor_id = ?1), \
             EXISTS (SELECT 1 FROM pin i WHERE i.actor_id = p.author_id AND i.post_id = p.id) \
             FROM post p LEFT JOIN offer o ON o.post_id = p.id WHERE ",
            $rest
        )
    };
}

statements! {
    READABLE = concat!(
        "SELECT ", columns!(), " FROM post p LEFT JOIN offer o ON o.post_id = p.id WHERE p.id = ?3 AND ", readable!()
    );
    VIEWS = concat!(seen!("p.id IN ({keys}) AND "), readable!());
    ANCESTORS_OF = concat!(
        "WITH RECURSIVE above(id, depth) AS (SELECT in_reply_to_id, 1 FROM post WHERE id = ?3 \
         UNION ALL SELECT up.in_reply_to_id, above.depth + 1 FROM above JOIN post up ON up.id = above.id \
         WHERE above.depth < ?4) \
         SELECT above.id FROM above JOIN post p ON p.id = above.id WHERE ", readable!(),
        " GROUP BY above.id ORDER BY min(above.depth) DESC"
    );
    DESCENDANTS_OF = concat!(
        "WITH RECURSIVE below(id, depth) AS (SELECT id, 1 FROM post WHERE in_reply_to_id = ?3 \
         UNION SELECT down.id, below.depth + 1 FROM below JOIN post down ON down.in_reply_to_id = below.id \
         WHERE below.depth < 100) \
         SELECT below.id FROM below JOIN post p ON p.id = below.id WHERE p.id > ?4 AND ", readable!(), " AND ",
        unmuted!("p.author_id"), " GROUP BY below.id ORDER BY below.id LIMIT ?5"
    );
}

/// A post, if this reader may see it.
///
/// # Errors
/// The store's.
pub fn readable(tx: &mut Tx<'_>, reader: Reader, post: PostId) -> Result<Option<Post>, Error> {
    tx.query_one(READABLE, params![reader.id(), reader.is_member(), post], read)
}

/// A post as this reader sees it; `None` when there is none for them.
///
/// # Errors
/// The store's.
pub fn view(tx: &mut Tx<'_>, reader: Reader, post: PostId) -> Result<Option<PostView>, Error> {
    Ok(views(tx, reader, &[Entry::of(post)])?.pop())
}

/// The posts of a list as this reader sees them, in the list's order; what they may not see is left out.
///
/// # Errors
/// The store's.
pub fn views(tx: &mut Tx<'_>, reader: Reader, entries: &[Entry]) -> Result<Vec<PostView>, Error> {
    let mut ids: Vec<i64> = entries.iter().map(|entry| entry.post.0).collect();
    ids.sort_unstable();
    ids.dedup();
    let keys: Vec<Value<'_>> = ids.into_iter().map(Value::from).collect();
    let asked = params![reader.id(), reader.is_member()];
    let mut seen: HashMap<PostId, Seen> =
        by_keys(tx, VIEWS, asked, &keys, read_seen)?.into_iter().map(|seen| (seen.post.id, seen)).collect();

    let authors = seen.values().map(|seen| seen.post.author);
    let people: Vec<ActorId> = authors.chain(entries.iter().filter_map(|entry| entry.announcer)).collect();
    let people: HashMap<ActorId, ActorSummary> =
        actor::summaries(tx, &people)?.into_iter().map(|actor| (actor.id, actor)).collect();

    let mut views = Vec::with_capacity(entries.len());
    for (place, entry) in entries.iter().enumerate() {
        // The last entry of a post takes it; one that stands for several is rare, and copied.
        let again = entries.iter().skip(place + 1).any(|later| later.post == entry.post);
        let found = if again { seen.get(&entry.post).cloned() } else { seen.remove(&entry.post) };
        let Some(found) = found else { continue };
        let Some(author) = people.get(&found.post.author).cloned() else { continue };
        let announcer = entry.announcer.and_then(|id| people.get(&id)).cloned();
        let announced_by = announcer.map(|actor| Announced { id: AnnounceId(entry.id), actor });
        views.push(found.by(author, announced_by));
    }
    Ok(views)
}

/// A page of a list, loaded. Where the cut goes is decided by the entries, so that a post that vanished meanwhile
/// ends no list.
///
/// # Errors
/// The store's.
pub(in crate::store) fn slice(
    tx: &mut Tx<'_>,
    reader: Reader,
    entries: Vec<Entry>,
    page: Page,
) -> Result<Slice<PostView>, Error> {
    let entries = Slice::cut(entries, page, |entry| entry.id);
    Ok(Slice { items: views(tx, reader, &entries.items)?, next: entries.next })
}

/// What was said around a post, as this reader sees it: up to 50 posts above it, and a page of those below it, after
/// the one with the number `after`. Of an answer to an answer nothing beyond 100 steps is looked for.
///
/// # Errors
/// The store's.
pub fn thread(
    tx: &mut Tx<'_>,
    reader: Reader,
    post: PostId,
    after: Option<i64>,
    limit: Option<u32>,
) -> Result<Option<Thread>, Error> {
    let Some(seen) = view(tx, reader, post)? else { return Ok(None) };
    let entry = |row: &Row<'_>| row.get(0).map(Entry::of);
    let (who, member) = (reader.id(), reader.is_member());
    let above = tx.query(ANCESTORS_OF, params![who, member, post, ANCESTORS], entry)?;
    let page = Page::new(None, limit);
    let below = params![who, member, post, after.unwrap_or(0), page.fetched()];
    let below = tx.query(DESCENDANTS_OF, below, entry)?;
    Ok(Some(Thread { ancestors: views(tx, reader, &above)?, post: seen, descendants: slice(tx, reader, below, page)? }))
}

#[derive(Clone)]
struct Seen {
    post: Post,
    likes: u32,
    announces: u32,
    replies: u32,
    liked: bool,
    announced: bool,
    pinned: bool,
}

impl Seen {
    fn by(self, author: ActorSummary, announced_by: Option<Announced>) -> PostView {
        let Self { post, likes, announces, replies, liked, announced, pinned } = self;
        PostView { post, author, likes, announces, replies, liked, announced, pinned, announced_by }
    }
}

fn read_seen(row: &Row<'_>) -> Result<Seen, Error> {
    Ok(Seen {
        post: read(row)?,
        likes: row.get(AFTER)?,
        announces: row.get(AFTER + 1)?,
        replies: row.get(AFTER + 2)?,
        liked: row.get(AFTER + 3)?,
        announced: row.get(AFTER + 4)?,
        pinned: row.get(AFTER + 5)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
