//! Actors that live here: made once, edited by their owners.

use jiff::Timestamp;

use super::{
    ActorSummary, ActorType, ShownField, icon_columns, json_columns, read_summary, server_of, summary_columns,
};
use crate::coworking::id::{ActorId, SpaceId};
use crate::coworking::profile::Picture;
use crate::store::page::{Page, Slice};
use crate::store::plan::statements;
use crate::store::{Error, Tx, json, params};

/// A local actor that is to be.
#[derive(Debug, Clone)]
pub struct NewLocal<'a> {
    /// Its id; all other addresses are made from it.
    pub uri: &'a str,
    /// Where activities for all of this node go.
    pub shared_inbox: &'a str,
    /// What it is.
    pub actor_type: ActorType,
    /// The first half of its handle.
    pub username: &'a str,
    /// The second half of its handle: this node's.
    pub host: &'a str,
    /// The display name.
    pub name: &'a str,
    /// The space it belongs to.
    pub home_space: Option<SpaceId>,
    /// Does a follower need an approval?
    pub manually_approves_followers: bool,
    /// May it be suggested to others?
    pub discoverable: bool,
    /// Are its lists of followers and followed shown as counts only?
    pub hides_network: bool,
}

/// What the owner of a local actor decides about what is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The display name.
    pub name: String,
    /// Sanitised HTML.
    pub summary: String,
    /// The Markdown it was made of.
    pub summary_source: Option<String>,
    /// The picture.
    pub icon: Option<Picture>,
    /// The table.
    pub fields: Vec<ShownField>,
    /// The skills.
    pub skills: Vec<String>,
    /// Does a follower need an approval?
    pub manually_approves_followers: bool,
    /// May it be suggested to others?
    pub discoverable: bool,
    /// May public posts be searched?
    pub indexable: bool,
    /// Are lists of followers and followed shown as counts only?
    pub hides_network: bool,
}

statements! {
    ADD = "INSERT INTO actor (id, uri, local, type, username, username_folded, host, server, name, name_folded, inbox, \
           shared_inbox, outbox, followers, following, featured, manually_approves_followers, discoverable, \
           hides_network, home_space_id, published, updated) \
           VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?20)";
    LIST = concat!(
        "SELECT ", summary_columns!(), " FROM actor WHERE local = 1 AND deleted_at IS NULL AND type = ?1 AND id < ?2 \
         AND suspended_at IS NULL AND discoverable >= ?3 ORDER BY id DESC LIMIT ?4"
    );
    SAVE = "UPDATE actor SET name = ?2, name_folded = ?3, summary = ?4, summary_source = ?5, icon = ?6, \
            icon_alt = ?7, fields = ?8, skills = ?9, manually_approves_followers = ?10, discoverable = ?11, \
            indexable = ?12, hides_network = ?13, updated = greatest(?14, updated + 1) WHERE id = ?1 AND local = 1";
    RENAME = "UPDATE actor SET name = ?2, name_folded = ?3, updated = greatest(?4, updated + 1) WHERE id = ?1 AND local = 1";
    SET_ALIASES = "UPDATE actor SET also_known_as = ?2, updated = greatest(?3, updated + 1) WHERE id = ?1 AND local = 1";
    SET_MOVED = "UPDATE actor SET moved_to = ?2, moved_at = ?3, updated = greatest(?3, updated + 1) WHERE id = ?1";
    MOVED_AT = "SELECT moved_at FROM actor WHERE id = ?1";
}

/// Adds a local actor, without keys.
///
/// # Errors
/// [`Error::Constraint`] when name or URI are taken.
pub fn add_local(tx: &mut Tx<'_>, new: &NewLocal<'_>, now: Timestamp) -> Result<ActorId, Error> {
    let id = ActorId(tx.next_id(now));
    let at = |path: &str| format!("{}/{path}", new.uri);
    tx.execute(
        ADD,
        params![
            id,
            new.uri,
            new.actor_type,
            new.username,
            new.username.to_lowercase(),
            new.host,
            server_of(new.uri),
            new.name,
            new.name.to_lowercase(),
            at("inbox"),
            new.shared_inbox,
            at("outbox"),
            at("followers"),
            at("following"),
            at("featured"),
            new.manually_approves_followers,
            new.discoverable,
            new.hides_network,
            new.home_space,
            now
        ],
    )?;
    Ok(id)
}

/// Local actors of a type, newest first; a stranger is shown those that are discoverable only.
///
/// # Errors
/// The store's.
pub fn local_list(
    tx: &mut Tx<'_>,
    actor_type: ActorType,
    discoverable_only: bool,
    page: Page,
) -> Result<Slice<ActorSummary>, Error> {
    let rows = tx.query(LIST, params![actor_type, page.below(), discoverable_only, page.fetched()], read_summary)?;
    Ok(Slice::cut(rows, page, |actor| actor.id.0))
}

/// Writes what is shown of a local actor, and moves its version on.
///
/// # Errors
/// The store's.
pub fn save_shown(tx: &mut Tx<'_>, id: ActorId, shown: &Shown, now: Timestamp) -> Result<(), Error> {
    let (icon, icon_alt) = icon_columns(shown.icon.as_ref());
    let (fields, skills) = json_columns(&shown.fields, &shown.skills)?;
    tx.execute(
        SAVE,
        params![
            id,
            &shown.name,
            shown.name.to_lowercase(),
            &shown.summary,
            shown.summary_source.as_deref(),
            icon,
            icon_alt,
            fields,
            skills,
            shown.manually_approves_followers,
            shown.discoverable,
            shown.indexable,
            shown.hides_network,
            now
        ],
    )?;
    Ok(())
}

/// Writes the display name of a local actor, and moves its version on.
///
/// # Errors
/// The store's.
pub fn rename(tx: &mut Tx<'_>, id: ActorId, name: &str, now: Timestamp) -> Result<(), Error> {
    tx.execute(RENAME, params![id, name, name.to_lowercase(), now])?;
    Ok(())
}

/// Writes the other accounts of a local actor, and moves its version on.
///
/// # Errors
/// The store's.
pub fn set_aliases(tx: &mut Tx<'_>, id: ActorId, aliases: &[String], now: Timestamp) -> Result<(), Error> {
    tx.execute(SET_ALIASES, params![id, json::text(aliases)?, now])?;
    Ok(())
}

/// Notes which account took over, and moves the version on.
///
/// # Errors
/// The store's.
pub fn set_moved(tx: &mut Tx<'_>, id: ActorId, target: &str, now: Timestamp) -> Result<(), Error> {
    tx.execute(SET_MOVED, params![id, target, now])?;
    Ok(())
}

/// When an account moved last, whatever it says of itself by now.
///
/// # Errors
/// The store's.
pub fn moved_at(tx: &mut Tx<'_>, id: ActorId) -> Result<Option<Timestamp>, Error> {
    Ok(tx.query_one(MOVED_AT, params![id], |row| row.get(0))?.flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
