//! Activities of ours: written once, in the bytes in which they are sent, so that every try has the same digest.

use jiff::Timestamp;

use super::plan::statements;
use super::{Error, Row, Tx, id, params};
use crate::coworking::id::ActorId;

/// An activity of a local actor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// Its number: that of the event that caused it.
    pub id: i64,
    /// Who says it.
    pub actor: ActorId,
    /// Its type on the wire: `Create`.
    pub kind: String,
    /// The JSON, byte for byte as it is sent.
    pub body: String,
    /// May anybody read it at its URL?
    pub public: bool,
    /// The key that signs its requests, where that is not the actor's key of the day: the news of new keys is signed
    /// with the old one.
    pub key_uri: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

statements! {
    ADD = "INSERT INTO activity (id, actor_id, type, body, public, key_uri, created_at) \
           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (id) DO NOTHING";
    BY_ID = "SELECT id, actor_id, type, body, public, key_uri, created_at FROM activity WHERE id = ?1";
    TIDY = "DELETE FROM activity WHERE id IN (SELECT id FROM activity WHERE public = 0 AND id < ?1 AND NOT EXISTS \
            (SELECT 1 FROM delivery WHERE delivery.activity_id = activity.id) ORDER BY id LIMIT ?2)";
}

fn read(row: &Row<'_>) -> Result<Activity, Error> {
    Ok(Activity {
        id: row.get(0)?,
        actor: row.get(1)?,
        kind: row.get(2)?,
        body: row.get(3)?,
        public: row.get(4)?,
        key_uri: row.get(5)?,
        created_at: row.get(6)?,
    })
}

/// Keeps an activity; `false` when one with this number is there already, which then stays as it is.
///
/// # Errors
/// The store's.
pub fn add(tx: &mut Tx<'_>, activity: &Activity) -> Result<bool, Error> {
    let Activity { id, actor, kind, body, public, key_uri, created_at } = activity;
    let key_uri = key_uri.as_deref();
    Ok(tx.execute(ADD, params![*id, *actor, kind, body, *public, key_uri, *created_at])? > 0)
}

/// The activity with this number.
///
/// # Errors
/// The store's.
pub fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<Activity>, Error> {
    tx.query_one(BY_ID, params![id], read)
}

/// Forgets activities from before `time` that were private and are no longer on the way to anybody, at most `limit`
/// at once; tells how many. Public ones stay: their URLs are known.
///
/// # Errors
/// The store's.
pub fn tidy(tx: &mut Tx<'_>, time: Timestamp, limit: u32) -> Result<u64, Error> {
    tx.execute(TIDY, params![id::first_at(time), limit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
