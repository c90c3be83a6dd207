//! Home timelines: filled when something comes in, so that reading one is a walk along one index.
//!
//! A post stands at most once in a home, however often it is passed on. Blocks and mutes are asked at reading: they
//! count from the moment they are made, for what is there already too.

use super::page::{Page, Slice};
use super::plan::statements;
use super::post::reader::{readable, unblocked, unmuted};
use super::post::{self, Entry, PostView, Reader};
use super::{Error, Tx, params};
use crate::coworking::id::{ActorId, AnnounceId, MemberId, PostId};

statements! {
    /// A reply is for those who follow both sides, as everywhere in the fediverse: half a talk is noise.
    FILL = "INSERT INTO home_entry (member_id, id, post_id, author_id) \
            SELECT f.follower_id, ?1, ?1, ?2 FROM follow f JOIN member m ON m.actor_id = f.follower_id \
            WHERE f.target_id = ?2 AND f.state = 'accepted' AND m.left_at IS NULL \
            AND (CAST(?3 AS BIGINT) IS NULL OR ?3 = ?2 OR ?3 = f.follower_id OR EXISTS (SELECT 1 FROM follow g \
            WHERE g.follower_id = f.follower_id AND g.target_id = ?3 AND g.state = 'accepted')) \
            ON CONFLICT DO NOTHING";
    ADD = "INSERT INTO home_entry (member_id, id, post_id, author_id) \
           SELECT actor_id, ?2, ?2, ?3 FROM member WHERE actor_id = ?1 AND left_at IS NULL ON CONFLICT DO NOTHING";
    PASS_ON = "INSERT INTO home_entry (member_id, id, post_id, author_id) \
               SELECT f.follower_id, ?1, ?2, ?3 FROM follow f JOIN member m ON m.actor_id = f.follower_id \
               WHERE f.target_id = ?3 AND f.state = 'accepted' AND m.left_at IS NULL AND f.follower_id <> ?4 \
               AND NOT EXISTS (SELECT 1 FROM home_entry h WHERE h.post_id = ?2 AND h.member_id = f.follower_id) \
               ON CONFLICT DO NOTHING";
    BACKFILL = "INSERT INTO home_entry (member_id, id, post_id, author_id) \
                SELECT m.actor_id, p.id, p.id, p.author_id FROM member m CROSS JOIN post p ON p.author_id = ?2 \
                WHERE m.actor_id = ?1 AND m.left_at IS NULL AND p.deleted_at IS NULL \
                AND p.visibility IN ('public', 'unlisted') AND p.in_reply_to_uri IS NULL \
                AND NOT EXISTS (SELECT 1 FROM home_entry h WHERE h.post_id = p.id AND h.member_id = m.actor_id) \
                ORDER BY p.id DESC LIMIT 20 ON CONFLICT DO NOTHING";
    DROP_AUTHOR = "DELETE FROM home_entry WHERE member_id = ?1 AND author_id = ?2 AND id IN \
                   (SELECT id FROM post WHERE author_id = ?2 AND deleted_at IS NULL \
                   UNION ALL SELECT id FROM announce WHERE actor_id = ?2)";
    DROP_ANNOUNCE = "DELETE FROM home_entry WHERE post_id = ?1 AND id = ?2";
    CLEAR = "DELETE FROM home_entry WHERE member_id = ?1";
    HOME = concat!(
        "SELECT e.id, e.post_id, e.author_id FROM home_entry e CROSS JOIN post p ON p.id = e.post_id \
         WHERE e.member_id = ?1 AND e.id < ?3 AND ", readable!(), " AND ", unmuted!("p.author_id"), " AND ",
        unmuted!("e.author_id"), " AND ", unblocked!("e.author_id"), " ORDER BY e.id DESC LIMIT ?4"
    );
}

/// Puts a post into the homes of those who follow its author: all of them when it answers nothing; of an answer, those
/// who follow the author of the parent too, or are it. `parent` is that author, when the post is an answer.
///
/// # Errors
/// The store's.
pub fn fill(tx: &mut Tx<'_>, post: PostId, author: ActorId, parent: Option<ActorId>) -> Result<(), Error> {
    tx.execute(FILL, params![post, author, parent])?;
    Ok(())
}

/// Puts a post into one member's home; into nobody's, if it is no member.
///
/// # Errors
/// The store's.
pub fn add(tx: &mut Tx<'_>, member: ActorId, post: PostId, author: ActorId) -> Result<(), Error> {
    tx.execute(ADD, params![member, post, author])?;
    Ok(())
}

/// Puts an announced post into the homes of those who follow the announcer and neither wrote it nor have it.
///
/// # Errors
/// The store's.
pub fn pass_on(
    tx: &mut Tx<'_>,
    announce: AnnounceId,
    post: PostId,
    announcer: ActorId,
    author: ActorId,
) -> Result<(), Error> {
    tx.execute(PASS_ON, params![announce, post, announcer, author])?;
    Ok(())
}

/// Puts the newest 20 open posts of an author, as far as they are known, into the home of who follows it now.
///
/// # Errors
/// The store's.
pub fn backfill(tx: &mut Tx<'_>, member: ActorId, author: ActorId) -> Result<(), Error> {
    tx.execute(BACKFILL, params![member, author])?;
    Ok(())
}

/// Takes what one actor said and announced out of a home.
///
/// # Errors
/// The store's.
pub fn drop_author(tx: &mut Tx<'_>, member: ActorId, author: ActorId) -> Result<(), Error> {
    tx.execute(DROP_AUTHOR, params![member, author])?;
    Ok(())
}

/// Takes an announce out of all homes.
///
/// # Errors
/// The store's.
pub fn drop_announce(tx: &mut Tx<'_>, announce: AnnounceId, post: PostId) -> Result<(), Error> {
    tx.execute(DROP_ANNOUNCE, params![post, announce])?;
    Ok(())
}

/// Empties a home whose member has left.
///
/// # Errors
/// The store's.
pub fn clear(tx: &mut Tx<'_>, member: ActorId) -> Result<(), Error> {
    tx.execute(CLEAR, params![member])?;
    Ok(())
}

/// A member's home: what those it follows say and announce, in the order of arrival.
///
/// # Errors
/// The store's.
pub fn home(tx: &mut Tx<'_>, member: MemberId, page: Page) -> Result<Slice<PostView>, Error> {
    let reader = Reader::Member(member);
    let asked = params![reader.id(), reader.is_member(), page.below(), page.fetched()];
    let entries = tx.query(HOME, asked, |row| {
        let (id, post, brought_by): (i64, PostId, ActorId) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok(Entry { id, post, announcer: (id != post.0).then_some(brought_by) })
    })?;
    post::slice(tx, reader, entries, page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
