//! Posts are taken back: what they said goes, with all that hung on it; id, visibility and addressees stay.

use jiff::Timestamp;

use crate::coworking::id::{ActorId, PostId};
use crate::store::plan::statements;
use crate::store::{Error, Tx, params};

/// Removes from a table what hangs on one post (`?1`).
macro_rules! of_post {
    ($table:literal) => {
        concat!("DELETE FROM ", $table, " WHERE post_id = ?1")
    };
}

/// Removes from a table what hangs on any post of an author (`?1`).
macro_rules! of_author {
    ($table:literal) => {
        concat!(
            "DELETE FROM ",
            $table,
            " WHERE post_id IN (SELECT id FROM post WHERE author_id = ?1 AND deleted_at IS NULL)"
        )
    };
}

/// Empties a post.
macro_rules! bury {
    () => {
        "UPDATE post SET name = NULL, summary = NULL, content = '', source = NULL, language = NULL, url = NULL, \
         attachments = '[]', tags = '[]', mentions = '[]', updated = NULL, deleted_at = ?2 "
    };
}

statements! {
    BURY = concat!(bury!(), "WHERE id = ?1 AND deleted_at IS NULL");
    UNPIN = "DELETE FROM pin WHERE actor_id = (SELECT author_id FROM post WHERE id = ?1) AND post_id = ?1";
    FORGET_HOME = of_post!("home_entry");
    FORGET_TAGS = of_post!("post_tag");
    FORGET_OFFER = of_post!("offer");
    FORGET_LIKES = of_post!("post_like");
    FORGET_ANNOUNCES = of_post!("announce");
    FORGET_NOTIFICATIONS = of_post!("notification");
    BURY_ALL = concat!(bury!(), "WHERE author_id = ?1 AND deleted_at IS NULL");
    UNPIN_ALL = "DELETE FROM pin WHERE actor_id = ?1";
    FORGET_ALL_HOME = of_author!("home_entry");
    FORGET_ALL_TAGS = of_author!("post_tag");
    FORGET_ALL_OFFERS = of_author!("offer");
    FORGET_ALL_LIKES = of_author!("post_like");
    FORGET_ALL_ANNOUNCES = of_author!("announce");
    FORGET_ALL_NOTIFICATIONS = of_author!("notification");
    FORGET_ANNOUNCED_HOME = "DELETE FROM home_entry WHERE post_id IN (SELECT post_id FROM announce WHERE actor_id = ?1) \
                             AND author_id = ?1";
    /// Whose post it liked, passed on or answered, and who passed on a post of its own.
    BESIDE = "SELECT p.author_id FROM post_like l CROSS JOIN post p ON p.id = l.post_id \
              WHERE l.actor_id = ?1 AND p.local = 1 \
              UNION SELECT p.author_id FROM announce n CROSS JOIN post p ON p.id = n.post_id \
              WHERE n.actor_id = ?1 AND p.local = 1 \
              UNION SELECT q.author_id FROM post p CROSS JOIN post q ON q.id = p.in_reply_to_id \
              WHERE p.author_id = ?1 AND p.deleted_at IS NULL AND q.local = 1 \
              UNION SELECT n.actor_id FROM post p CROSS JOIN announce n ON n.post_id = p.id \
              CROSS JOIN actor a ON a.id = n.actor_id WHERE p.author_id = ?1 AND p.deleted_at IS NULL AND a.local = 1";
    FORGET_LIKED = "DELETE FROM post_like WHERE actor_id = ?1";
    FORGET_ANNOUNCED = "DELETE FROM announce WHERE actor_id = ?1";
}

/// Makes a tombstone of a post. `false` when it was one already, or is unknown.
///
/// # Errors
/// The store's.
pub fn bury(tx: &mut Tx<'_>, post: PostId, now: Timestamp) -> Result<bool, Error> {
    if tx.execute(BURY, params![post, now])? == 0 {
        return Ok(false);
    }
    for forget in [UNPIN, FORGET_HOME, FORGET_TAGS, FORGET_OFFER, FORGET_LIKES, FORGET_ANNOUNCES, FORGET_NOTIFICATIONS]
    {
        tx.execute(forget, params![post])?;
    }
    Ok(true)
}

/// Makes tombstones of all that an actor said, and takes back its likes and announces: it is gone.
///
/// # Errors
/// The store's.
pub fn bury_all_of(tx: &mut Tx<'_>, author: ActorId, now: Timestamp) -> Result<(), Error> {
    for forget in [
        UNPIN_ALL,
        FORGET_ALL_HOME,
        FORGET_ALL_TAGS,
        FORGET_ALL_OFFERS,
        FORGET_ALL_LIKES,
        FORGET_ALL_ANNOUNCES,
        FORGET_ALL_NOTIFICATIONS,
        FORGET_ANNOUNCED_HOME,
        FORGET_LIKED,
        FORGET_ANNOUNCED,
    ] {
        tx.execute(forget, params![author])?;
    }
    tx.execute(BURY_ALL, params![author, now])?;
    Ok(())
}

/// Those who live here whose posts and outboxes will show less once an actor's posts, likes and announces are gone.
///
/// # Errors
/// The store's.
pub fn beside(tx: &mut Tx<'_>, actor: ActorId) -> Result<Vec<ActorId>, Error> {
    tx.query(BESIDE, params![actor], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
