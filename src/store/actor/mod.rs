//! Everybody who can speak: members, spaces and the node itself, and everybody met elsewhere.
//!
//! One table for all of them, because a follow, a like or a block does not ask where somebody lives. A row is never
//! deleted: who is gone keeps URI and name as a tombstone, so that neither can be taken again.

mod actor_type;
mod inbox;
mod local;
mod remote;
mod search;
#[cfg(test)]
pub(crate) mod testing;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::json::{self, Json};
use super::many::by_keys;
use super::page::{Page, Slice};
use super::plan::statements;
use super::{Error, Row, Tx, Value, params, whereabouts};
use crate::coworking::id::{ActorId, SpaceId};
use crate::coworking::peer::Host;
use crate::coworking::profile::Picture;
use crate::site::Site;

pub use actor_type::{ActorType, UnknownActorType};
pub use inbox::with_inbox;
pub use local::{NewLocal, Shown, add_local, local_list, moved_at, rename, save_shown, set_aliases, set_moved};
pub use remote::{Changed, RemoteKey, RemoteProfile, remote_updated, set_suspended, upsert_remote};
pub use search::{of_server, search};

/// One line of the table that a profile shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownField {
    /// What it is: "Web". Plain text.
    pub name: String,
    /// Sanitised HTML.
    pub value: String,
    /// What the owner typed; of local actors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// Somebody, with all that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Our number for it.
    pub id: ActorId,
    /// Its id in the network.
    pub uri: String,
    /// Does it live here?
    pub local: bool,
    /// What it is.
    pub actor_type: ActorType,
    /// The first half of its handle, as its owner spells it.
    pub username: String,
    /// The second half of its handle.
    pub host: String,
    /// The display name; may be empty.
    pub name: String,
    /// Sanitised HTML.
    pub summary: String,
    /// The Markdown that `summary` was made of; of local actors.
    pub summary_source: Option<String>,
    /// Its page for humans, where that is not the URI.
    pub url: Option<String>,
    /// Its picture.
    pub icon: Option<Picture>,
    /// The table of its profile.
    pub fields: Vec<ShownField>,
    /// What it knows about (schema:knowsAbout).
    pub skills: Vec<String>,
    /// Where activities for it alone go.
    pub inbox: String,
    /// Where activities for all of its server go.
    pub shared_inbox: Option<String>,
    /// Its outbox.
    pub outbox: Option<String>,
    /// The collection of its followers.
    pub followers: Option<String>,
    /// The collection of those it follows.
    pub following: Option<String>,
    /// The collection of its pinned posts.
    pub featured: Option<String>,
    /// Other accounts of the same person.
    pub also_known_as: Vec<String>,
    /// The account that took over.
    pub moved_to: Option<String>,
    /// Capabilities that its server names (FEP-844e).
    pub implements: Vec<String>,
    /// Does a follower need an approval?
    pub manually_approves_followers: bool,
    /// May it be suggested to others?
    pub discoverable: bool,
    /// May its public posts be searched?
    pub indexable: bool,
    /// Are its lists of followers and followed shown as counts only?
    pub hides_network: bool,
    /// The space it belongs to; of members.
    pub home_space: Option<SpaceId>,
    /// When it came to be.
    pub published: Option<Timestamp>,
    /// The version of what is shown; strictly grows.
    pub updated: Timestamp,
    /// When it was last read from its home; of remote actors.
    pub fetched_at: Option<Timestamp>,
    /// Since when it is silenced here.
    pub suspended_at: Option<Timestamp>,
    /// Since when it is gone; the rest is empty then.
    pub deleted_at: Option<Timestamp>,
}

impl Actor {
    /// Is it there: not gone, and not suspended?
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.deleted_at.is_none() && self.suspended_at.is_none()
    }

    /// The handle: `ana@harbor.example`.
    #[must_use]
    pub fn handle(&self) -> String {
        format!("{}@{}", self.username, self.host)
    }

    /// The server that it lives on: the host of its id, which signs for it. Any other host may lend it a handle.
    #[must_use]
    pub fn server(&self) -> Option<Host> {
        url::Url::parse(&self.uri).ok().as_ref().and_then(Host::of)
    }

    /// The part that lists show.
    #[must_use]
    pub fn summarised(&self) -> ActorSummary {
        ActorSummary {
            id: self.id,
            uri: self.uri.clone(),
            local: self.local,
            actor_type: self.actor_type,
            username: self.username.clone(),
            host: self.host.clone(),
            name: self.name.clone(),
            icon: self.icon.clone(),
            url: self.url.clone(),
        }
    }
}

/// Somebody, as far as a list shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActorSummary {
    /// Our number for it.
    pub id: ActorId,
    /// Its id in the network.
    pub uri: String,
    /// Does it live here?
    pub local: bool,
    /// What it is.
    pub actor_type: ActorType,
    /// The first half of its handle.
    pub username: String,
    /// The second half of its handle.
    pub host: String,
    /// The display name; may be empty.
    pub name: String,
    /// Its picture.
    pub icon: Option<Picture>,
    /// Its page for humans, where that is not the URI.
    pub url: Option<String>,
}

impl ActorSummary {
    /// The handle: `ana@harbor.example`.
    #[must_use]
    pub fn handle(&self) -> String {
        format!("{}@{}", self.username, self.host)
    }

    /// The page of this node about it.
    #[must_use]
    pub fn page(&self, site: &Site) -> String {
        if self.local { self.uri.clone() } else { site.remote_page(self.id) }
    }
}

/// The columns of [`Actor`], in the order in which `read` takes them.
macro_rules! columns {
    () => {
        "id, uri, local, type, username, host, name, summary, summary_source, url, icon, icon_alt, fields, skills, \
         inbox, shared_inbox, outbox, followers, following, featured, also_known_as, moved_to, implements, \
         manually_approves_followers, discoverable, indexable, hides_network, home_space_id, published, updated, \
         fetched_at, suspended_at, deleted_at"
    };
}

/// The columns of [`ActorSummary`], in the order in which `read_summary` takes them.
macro_rules! summary_columns {
    () => {
        "id, uri, local, type, username, host, name, icon, icon_alt, url"
    };
}
use summary_columns;

statements! {
    BY_ID = concat!("SELECT ", columns!(), " FROM actor WHERE id = ?1");
    BY_URI = concat!("SELECT ", columns!(), " FROM actor WHERE uri = ?1");
    ID_OF = "SELECT id FROM actor WHERE uri = ?1";
    /// Anybody may claim any page: only one at home counts.
    BY_PAGE = "SELECT id FROM actor WHERE url = ?1 AND local = 0 AND deleted_at IS NULL \
               AND substr(uri, 1, length(?2)) = ?2 ORDER BY id LIMIT 1";
    LOCAL_BY_USERNAME = concat!("SELECT ", columns!(), " FROM actor WHERE username_folded = ?1 AND local = 1");
    /// A server may have given a name to somebody new; the newest who is there is meant.
    BY_HANDLE = concat!(
        "SELECT ", columns!(), " FROM actor WHERE username_folded = ?1 AND host = ?2 \
         ORDER BY deleted_at IS NOT NULL, id DESC LIMIT 1"
    );
    SUMMARIES = concat!("SELECT ", summary_columns!(), " FROM actor WHERE id IN ({keys})");
    SUSPENDED = concat!(
        "SELECT ", summary_columns!(), " FROM actor WHERE suspended_at IS NOT NULL AND deleted_at IS NULL AND id < ?1 \
         ORDER BY id DESC LIMIT ?2"
    );
    IDS_OF = "SELECT uri, id FROM actor WHERE uri IN ({keys})";
    BURY = "UPDATE actor SET name = '', name_folded = '', summary = '', summary_source = NULL, url = NULL, \
            icon = NULL, icon_alt = NULL, fields = '[]', skills = '[]', featured = NULL, also_known_as = '[]', \
            moved_to = NULL, discoverable = 0, indexable = 0, hides_network = 1, home_space_id = NULL, \
            updated = greatest(?2, updated + 1), deleted_at = ?2 \
            WHERE id = ?1 AND deleted_at IS NULL";
}

/// The column `server` of whoever has this id.
fn server_of(uri: &str) -> String {
    url::Url::parse(uri).ok().as_ref().and_then(Host::of).map_or_else(String::new, |host| host.to_string())
}

fn read(row: &Row<'_>) -> Result<Actor, Error> {
    let Json(fields) = row.get(12)?;
    let Json(skills) = row.get(13)?;
    let Json(also_known_as) = row.get(20)?;
    let Json(implements) = row.get(22)?;
    Ok(Actor {
        id: row.get(0)?,
        uri: row.get(1)?,
        local: row.get(2)?,
        actor_type: row.get(3)?,
        username: row.get(4)?,
        host: row.get(5)?,
        name: row.get(6)?,
        summary: row.get(7)?,
        summary_source: row.get(8)?,
        url: row.get(9)?,
        icon: picture(row, 10)?,
        fields,
        skills,
        inbox: row.get(14)?,
        shared_inbox: row.get(15)?,
        outbox: row.get(16)?,
        followers: row.get(17)?,
        following: row.get(18)?,
        featured: row.get(19)?,
        also_known_as,
        moved_to: row.get(21)?,
        implements,
        manually_approves_followers: row.get(23)?,
        discoverable: row.get(24)?,
        indexable: row.get(25)?,
        hides_network: row.get(26)?,
        home_space: row.get(27)?,
        published: row.get(28)?,
        updated: row.get(29)?,
        fetched_at: row.get(30)?,
        suspended_at: row.get(31)?,
        deleted_at: row.get(32)?,
    })
}

fn read_summary(row: &Row<'_>) -> Result<ActorSummary, Error> {
    Ok(ActorSummary {
        id: row.get(0)?,
        uri: row.get(1)?,
        local: row.get(2)?,
        actor_type: row.get(3)?,
        username: row.get(4)?,
        host: row.get(5)?,
        name: row.get(6)?,
        icon: picture(row, 7)?,
        url: row.get(9)?,
    })
}

/// The picture whose URL stands in `column` and its words in the next.
fn picture(row: &Row<'_>, column: usize) -> Result<Option<Picture>, Error> {
    let Some(url) = row.get(column)? else { return Ok(None) };
    Ok(Some(Picture { url, alt: row.get(column + 1)? }))
}

/// The actor with this number, gone or not.
///
/// # Errors
/// The store's.
pub fn by_id(tx: &mut Tx<'_>, id: ActorId) -> Result<Option<Actor>, Error> {
    tx.query_one(BY_ID, params![id], read)
}

/// The actor with this id in the network, gone or not.
///
/// # Errors
/// The store's.
pub fn by_uri(tx: &mut Tx<'_>, uri: &str) -> Result<Option<Actor>, Error> {
    tx.query_one(BY_URI, params![uri], read)
}

/// Our number for an actor, without the rest.
///
/// # Errors
/// The store's.
pub fn id_of(tx: &mut Tx<'_>, uri: &str) -> Result<Option<ActorId>, Error> {
    tx.query_one(ID_OF, params![uri], |row| row.get(0))
}

/// Somebody elsewhere whose page for humans this is, if their id lies on the page's own origin:
/// `https://harbor.example/`, with the slash at its end.
///
/// # Errors
/// The store's.
pub fn by_page(tx: &mut Tx<'_>, url: &str, origin: &str) -> Result<Option<ActorId>, Error> {
    tx.query_one(BY_PAGE, params![url, origin], |row| row.get(0))
}

/// Our numbers for those of the URIs that are known, in no order.
///
/// # Errors
/// The store's.
pub fn ids_of(tx: &mut Tx<'_>, uris: &[&str]) -> Result<Vec<(String, ActorId)>, Error> {
    let keys: Vec<Value<'_>> = uris.iter().map(|uri| Value::from(*uri)).collect();
    by_keys(tx, IDS_OF, &[], &keys, |row| Ok((row.get(0)?, row.get(1)?)))
}

/// The member, space or node of this name, in any case, gone or not: a name is never given twice.
///
/// # Errors
/// The store's.
pub fn local_by_username(tx: &mut Tx<'_>, username: &str) -> Result<Option<Actor>, Error> {
    tx.query_one(LOCAL_BY_USERNAME, params![username.to_lowercase()], read)
}

/// The actor behind a handle, in any case; one who is there before one who is gone.
///
/// # Errors
/// The store's.
pub fn by_handle(tx: &mut Tx<'_>, username: &str, host: &str) -> Result<Option<Actor>, Error> {
    tx.query_one(BY_HANDLE, params![username.to_lowercase(), host.to_lowercase()], read)
}

/// The actors with these numbers, as lists show them, in no order; unknown numbers are left out.
///
/// # Errors
/// The store's.
pub fn summaries(tx: &mut Tx<'_>, ids: &[ActorId]) -> Result<Vec<ActorSummary>, Error> {
    let mut keys: Vec<i64> = ids.iter().map(|id| id.0).collect();
    keys.sort_unstable();
    keys.dedup();
    let keys: Vec<Value<'_>> = keys.into_iter().map(Value::from).collect();
    by_keys(tx, SUMMARIES, &[], &keys, read_summary)
}

/// Accounts that are suspended, those known for the shortest time first.
///
/// # Errors
/// The store's.
pub fn suspended(tx: &mut Tx<'_>, page: Page) -> Result<Slice<ActorSummary>, Error> {
    let rows = tx.query(SUSPENDED, params![page.below(), page.fetched()], read_summary)?;
    Ok(Slice::cut(rows, page, |actor| actor.id.0))
}

/// Makes a tombstone of an actor: URI, name of the handle and addresses stay, what it told about itself goes.
/// `false` when it was one already.
///
/// # Errors
/// The store's.
pub fn mark_deleted(tx: &mut Tx<'_>, id: ActorId, now: Timestamp) -> Result<bool, Error> {
    whereabouts::forget(tx, id)?;
    Ok(tx.execute(BURY, params![id, now])? > 0)
}

/// What both kinds of rows hold of a picture.
fn icon_columns(icon: Option<&Picture>) -> (Value<'_>, Value<'_>) {
    match icon {
        Some(picture) => (picture.url.as_str().into(), picture.alt.as_deref().into()),
        None => (Value::Null, Value::Null),
    }
}

fn json_columns<'a>(fields: &[ShownField], skills: &[String]) -> Result<(Value<'a>, Value<'a>), Error> {
    Ok((json::text(fields)?.into(), json::text(skills)?.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
