//! Announces: somebody's post, passed on; at most one of an actor and a post.

use jiff::Timestamp;

use super::page::Page;
use super::plan::statements;
use super::{Error, Row, Tx, params};
use crate::coworking::id::{ActorId, AnnounceId, PostId};
use crate::coworking::post::Visibility;

/// An announce.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announce {
    /// Our number for it; names our own Announce activities.
    pub id: AnnounceId,
    /// Its id in the network; `None` of ours, whose id follows from the number.
    pub uri: Option<String>,
    /// Who passes on.
    pub actor: ActorId,
    /// What.
    pub post: PostId,
    /// The post's id in the network.
    pub post_uri: String,
    /// To whom: public, unlisted or followers.
    pub visibility: Visibility,
    /// Since when.
    pub announced_at: Timestamp,
}

macro_rules! announces {
    ($rest:literal) => {
        concat!(
            "SELECT n.id, n.uri, n.actor_id, n.post_id, p.uri, n.visibility, n.announced_at \
             FROM announce n CROSS JOIN post p ON p.id = n.post_id WHERE ",
            $rest
        )
    };
}

statements! {
    ADD = "INSERT INTO announce (id, uri, actor_id, post_id, visibility, announced_at) SELECT ?1, ?2, ?3, ?4, ?5, ?6 \
           WHERE NOT EXISTS (SELECT 1 FROM tombstone t WHERE t.uri = ?2 AND t.actor_id = ?3) ON CONFLICT DO NOTHING";
    OF = announces!("n.actor_id = ?1 AND n.post_id = ?2");
    BY_ID = announces!("n.id = ?1");
    BY_URI = announces!("n.uri = ?1");
    OPEN_BY = announces!(
        "n.actor_id = ?1 AND n.id < ?2 AND n.visibility IN ('public', 'unlisted') ORDER BY n.id DESC LIMIT ?3"
    );
    LOCAL_BY = "SELECT n.actor_id FROM announce n CROSS JOIN actor a ON a.id = n.actor_id \
                WHERE n.post_id = ?1 AND a.local = 1";
    REMOVE = "DELETE FROM announce WHERE id = ?1";
}

fn read(row: &Row<'_>) -> Result<Announce, Error> {
    Ok(Announce {
        id: row.get(0)?,
        uri: row.get(1)?,
        actor: row.get(2)?,
        post: row.get(3)?,
        post_uri: row.get(4)?,
        visibility: row.get(5)?,
        announced_at: row.get(6)?,
    })
}

/// An announce that is to be.
#[derive(Debug, Clone, Copy)]
pub struct NewAnnounce<'a> {
    /// Its id in the network; `None` for one of ours.
    pub uri: Option<&'a str>,
    /// Who passes on.
    pub actor: ActorId,
    /// What.
    pub post: PostId,
    /// To whom: public, unlisted or followers.
    pub visibility: Visibility,
}

/// Writes an announce. `None` when there is one already, or it was taken back before it came.
///
/// # Errors
/// [`Error::Constraint`] for a visibility that no announce has.
pub fn add(tx: &mut Tx<'_>, new: NewAnnounce<'_>, now: Timestamp) -> Result<Option<AnnounceId>, Error> {
    let id = AnnounceId(tx.next_id(now));
    let added = tx.execute(ADD, params![id, new.uri, new.actor, new.post, new.visibility, now])?;
    Ok((added > 0).then_some(id))
}

/// The announce of this actor and post.
///
/// # Errors
/// The store's.
pub fn of(tx: &mut Tx<'_>, actor: ActorId, post: PostId) -> Result<Option<Announce>, Error> {
    tx.query_one(OF, params![actor, post], read)
}

/// The announce with this number.
///
/// # Errors
/// The store's.
pub fn by_id(tx: &mut Tx<'_>, id: AnnounceId) -> Result<Option<Announce>, Error> {
    tx.query_one(BY_ID, params![id], read)
}

/// The announce from elsewhere with this id in the network.
///
/// # Errors
/// The store's.
pub fn by_uri(tx: &mut Tx<'_>, uri: &str) -> Result<Option<Announce>, Error> {
    tx.query_one(BY_URI, params![uri], read)
}

/// What an actor passes on to everybody: one row more than the page has.
pub(super) fn open_by(tx: &mut Tx<'_>, actor: ActorId, page: Page) -> Result<Vec<Announce>, Error> {
    tx.query(OPEN_BY, params![actor, page.below(), page.fetched()], read)
}

/// Takes an announce away.
///
/// # Errors
/// The store's.
pub fn remove(tx: &mut Tx<'_>, id: AnnounceId) -> Result<(), Error> {
    tx.execute(REMOVE, params![id])?;
    Ok(())
}

/// Those who live here and passed a post on.
///
/// # Errors
/// The store's.
pub fn local_by(tx: &mut Tx<'_>, post: PostId) -> Result<Vec<ActorId>, Error> {
    tx.query(LOCAL_BY, params![post], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
