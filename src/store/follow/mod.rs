//! Who follows whom: at most one row of a pair, in one of three states.
//!
//! A refused follow from elsewhere stays as a row until the answer is sent, because the answer repeats the follow's
//! own id; lists and counts know accepted ones only.

mod list;

use jiff::Timestamp;

use super::plan::statements;
use super::typed::words;
use super::{Error, Row, Tx, params};
use crate::coworking::id::{ActorId, FollowId};

pub use list::{
    Inbox, counts, followers, following, has_followers, local_followers, local_ties, remote_inboxes, requests,
};

/// How far a follow has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FollowState {
    /// Asked for; the target has not answered.
    Requested,
    /// The target lets it be.
    Accepted,
    /// The target refused, and the answer is not sent yet.
    Rejected,
}

impl FollowState {
    /// The word in the store and of the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
        }
    }
}

/// The text is no state of a follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a follow is requested, accepted or rejected")]
pub struct UnknownFollowState;

impl std::str::FromStr for FollowState {
    type Err = UnknownFollowState;

    fn from_str(text: &str) -> Result<Self, UnknownFollowState> {
        match text {
            "requested" => Ok(Self::Requested),
            "accepted" => Ok(Self::Accepted),
            "rejected" => Ok(Self::Rejected),
            _ => Err(UnknownFollowState),
        }
    }
}

words!(FollowState: "the state of a follow");

/// A follow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Follow {
    /// Our number for it; orders lists and names our own Follow activities.
    pub id: FollowId,
    /// Who follows.
    pub follower: ActorId,
    /// Whom.
    pub target: ActorId,
    /// Its id in the network, when the follower lives elsewhere.
    pub uri: Option<String>,
    /// How far it has come.
    pub state: FollowState,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When it was accepted.
    pub accepted_at: Option<Timestamp>,
}

/// The columns of [`Follow`], in the order in which `read` takes them.
macro_rules! columns {
    () => {
        "id, follower_id, target_id, uri, state, requested_at, accepted_at"
    };
}

statements! {
    OF = concat!("SELECT ", columns!(), " FROM follow WHERE follower_id = ?1 AND target_id = ?2");
    BY_ID = concat!("SELECT ", columns!(), " FROM follow WHERE id = ?1");
    BY_URI = concat!("SELECT ", columns!(), " FROM follow WHERE follower_id = ?1 AND uri = ?2 LIMIT 1");
    /// The number stays with the pair, so that what is on its way about the follow still means it.
    SAVE = "INSERT INTO follow (id, follower_id, target_id, uri, state, requested_at, accepted_at) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, CASE WHEN ?5 = 'accepted' THEN CAST(?6 AS BIGINT) END) \
            ON CONFLICT (follower_id, target_id) DO UPDATE SET uri = excluded.uri, state = excluded.state, \
            requested_at = excluded.requested_at, accepted_at = excluded.accepted_at RETURNING id";
    SET_URI = "UPDATE follow SET uri = ?2 WHERE id = ?1";
    SET_STATE = "UPDATE follow SET state = ?2, accepted_at = CASE WHEN ?2 = 'accepted' THEN CAST(?3 AS BIGINT) END WHERE id = ?1";
    REMOVE = "DELETE FROM follow WHERE id = ?1";
    REMOVE_REJECTED = "DELETE FROM follow WHERE id = ?1 AND state = 'rejected'";
    REMOVE_BY = "DELETE FROM follow WHERE follower_id = ?1";
    REMOVE_OF = "DELETE FROM follow WHERE target_id = ?1";
}

fn read(row: &Row<'_>) -> Result<Follow, Error> {
    Ok(Follow {
        id: row.get(0)?,
        follower: row.get(1)?,
        target: row.get(2)?,
        uri: row.get(3)?,
        state: row.get(4)?,
        requested_at: row.get(5)?,
        accepted_at: row.get(6)?,
    })
}

/// The follow of this pair, whatever its state.
///
/// # Errors
/// The store's.
pub fn of(tx: &mut Tx<'_>, follower: ActorId, target: ActorId) -> Result<Option<Follow>, Error> {
    tx.query_one(OF, params![follower, target], read)
}

/// The follow with this number, whatever its state.
///
/// # Errors
/// The store's.
pub fn by_id(tx: &mut Tx<'_>, id: FollowId) -> Result<Option<Follow>, Error> {
    tx.query_one(BY_ID, params![id], read)
}

/// The follow that its follower gave this id in the network.
///
/// # Errors
/// The store's.
pub fn by_uri(tx: &mut Tx<'_>, follower: ActorId, uri: &str) -> Result<Option<Follow>, Error> {
    tx.query_one(BY_URI, params![follower, uri], read)
}

/// A follow that is to be.
#[derive(Debug, Clone, Copy)]
pub struct NewFollow<'a> {
    /// Who follows.
    pub follower: ActorId,
    /// Whom.
    pub target: ActorId,
    /// Its id in the network, when the follower lives elsewhere.
    pub uri: Option<&'a str>,
    /// How far it has come.
    pub state: FollowState,
}

/// Writes a follow, over the one of the same pair.
///
/// # Errors
/// The store's.
pub fn save(tx: &mut Tx<'_>, new: NewFollow<'_>, now: Timestamp) -> Result<FollowId, Error> {
    let id = FollowId(tx.next_id(now));
    let params = params![id, new.follower, new.target, new.uri, new.state, now];
    Ok(tx.query_one(SAVE, params, |row| row.get(0))?.unwrap_or(id))
}

/// Writes the id that its follower gives a follow now.
///
/// # Errors
/// The store's.
pub fn set_uri(tx: &mut Tx<'_>, id: FollowId, uri: &str) -> Result<(), Error> {
    tx.execute(SET_URI, params![id, uri])?;
    Ok(())
}

/// Writes how far a follow has come.
///
/// # Errors
/// The store's.
pub fn set_state(tx: &mut Tx<'_>, id: FollowId, state: FollowState, now: Timestamp) -> Result<(), Error> {
    tx.execute(SET_STATE, params![id, state, now])?;
    Ok(())
}

/// Takes a follow away.
///
/// # Errors
/// The store's.
pub fn remove(tx: &mut Tx<'_>, id: FollowId) -> Result<(), Error> {
    tx.execute(REMOVE, params![id])?;
    Ok(())
}

/// Forgets a refused follow, when its answer is written; one that was asked for again meanwhile stays.
///
/// # Errors
/// The store's.
pub fn remove_rejected(tx: &mut Tx<'_>, id: FollowId) -> Result<(), Error> {
    tx.execute(REMOVE_REJECTED, params![id])?;
    Ok(())
}

/// Takes away all follows of and by an actor who is gone.
///
/// # Errors
/// The store's.
pub fn remove_all_of(tx: &mut Tx<'_>, actor: ActorId) -> Result<(), Error> {
    tx.execute(REMOVE_BY, params![actor])?;
    tx.execute(REMOVE_OF, params![actor])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
