//! What those who live elsewhere say beyond their profiles: people of which space they are, and spaces where they are and what
//! they grant guests.

use super::json::{self, Json};
use super::plan::statements;
use super::{Error, Tx, params};
use crate::coworking::hospitality::SpaceElsewhere;
use crate::coworking::id::ActorId;

statements! {
    KEEP = "INSERT INTO whereabouts (actor_id, home_space, space) VALUES (?1, ?2, ?3) \
            ON CONFLICT (actor_id) DO UPDATE SET home_space = excluded.home_space, space = excluded.space";
    FORGET = "DELETE FROM whereabouts WHERE actor_id = ?1";
    HOME = "SELECT home_space FROM whereabouts WHERE actor_id = ?1";
    SPACE = "SELECT space FROM whereabouts WHERE actor_id = ?1";
}

/// Keeps what somebody says, in place of what was said before.
///
/// # Errors
/// The store's.
pub fn keep(
    tx: &mut Tx<'_>,
    actor: ActorId,
    home_space: Option<&str>,
    space: Option<&SpaceElsewhere>,
) -> Result<(), Error> {
    if home_space.is_none() && space.is_none() {
        return forget(tx, actor);
    }
    tx.execute(KEEP, params![actor, home_space, space.map(json::text).transpose()?])?;
    Ok(())
}

/// Forgets what somebody said.
///
/// # Errors
/// The store's.
pub fn forget(tx: &mut Tx<'_>, actor: ActorId) -> Result<(), Error> {
    tx.execute(FORGET, params![actor])?;
    Ok(())
}

/// The id of the space that somebody elsewhere belongs to, as their home says.
///
/// # Errors
/// The store's.
pub fn home_space(tx: &mut Tx<'_>, actor: ActorId) -> Result<Option<String>, Error> {
    Ok(tx.query_one(HOME, params![actor], |row| row.get::<Option<String>>(0))?.flatten())
}

/// What a space elsewhere says of itself.
///
/// # Errors
/// The store's.
pub fn space(tx: &mut Tx<'_>, actor: ActorId) -> Result<Option<SpaceElsewhere>, Error> {
    let found = tx.query_one(SPACE, params![actor], |row| row.get::<Option<Json<SpaceElsewhere>>>(0))?;
    Ok(found.flatten().map(|Json(space)| space))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
