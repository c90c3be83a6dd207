//! Actors that live elsewhere: what their homes say of them, kept until it is read again.

use jiff::Timestamp;

use super::{Actor, ActorType, ShownField, by_uri, icon_columns, json_columns, server_of};
use crate::coworking::hospitality::SpaceElsewhere;
use crate::coworking::id::ActorId;
use crate::coworking::peer::Host;
use crate::coworking::profile::Picture;
use crate::store::key::{self, Algorithm};
use crate::store::plan::statements;
use crate::store::{Error, Notice, Tx, json, params, peer, whereabouts};

/// What a remote actor's document says, checked, bounded and sanitised by whoever read it.
#[derive(Debug, Clone, PartialEq)]
pub struct RemoteProfile {
    /// Its id; the document came from there.
    pub uri: String,
    /// What it is.
    pub actor_type: ActorType,
    /// The first half of its handle.
    pub username: String,
    /// The second half of its handle, as WebFinger confirmed it.
    pub host: String,
    /// The display name; may be empty.
    pub name: String,
    /// Sanitised HTML.
    pub summary: String,
    /// Its page for humans.
    pub url: Option<String>,
    /// Its picture.
    pub icon: Option<Picture>,
    /// The table; values are sanitised HTML.
    pub fields: Vec<ShownField>,
    /// What it knows about.
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
    /// Capabilities that its server names.
    pub implements: Vec<String>,
    /// Does a follower need an approval?
    pub manually_approves_followers: bool,
    /// May it be suggested to others?
    pub discoverable: bool,
    /// May its public posts be searched?
    pub indexable: bool,
    /// Are its lists of followers and followed hidden?
    pub hides_network: bool,
    /// When it came to be.
    pub published: Option<Timestamp>,
    /// The version that the document names.
    pub updated: Option<Timestamp>,
    /// The id of the space that it belongs to, on its own origin.
    pub home_space: Option<String>,
    /// Where it is and what it grants guests; of spaces.
    pub space: Option<SpaceElsewhere>,
    /// All its keys; a key that is missing here is no longer its key.
    pub keys: Vec<RemoteKey>,
}

impl RemoteProfile {
    /// A person whose document says no more than it must, and wishes nothing for itself.
    #[must_use]
    pub fn bare(uri: &str, username: &str, host: &str) -> Self {
        Self {
            uri: uri.to_owned(),
            actor_type: ActorType::Person,
            username: username.to_owned(),
            host: host.to_owned(),
            name: username.to_owned(),
            summary: String::new(),
            url: None,
            icon: None,
            fields: Vec::new(),
            skills: Vec::new(),
            inbox: format!("{uri}/inbox"),
            shared_inbox: None,
            outbox: None,
            followers: None,
            following: None,
            featured: None,
            also_known_as: Vec::new(),
            moved_to: None,
            implements: Vec::new(),
            manually_approves_followers: false,
            discoverable: false,
            indexable: false,
            hides_network: false,
            published: None,
            updated: None,
            home_space: None,
            space: None,
            keys: Vec::new(),
        }
    }
}

/// A public key as a remote actor's document shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteKey {
    /// The key id that signatures name.
    pub uri: String,
    /// What sort of key it is.
    pub algorithm: Algorithm,
    /// RSA: SPKI PEM. Ed25519: Multikey multibase.
    pub public_key: String,
}

/// What reading an actor again has brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// It was not known before.
    New,
    /// It shows itself differently.
    Profile,
    /// Nothing but, perhaps, its keys.
    Nothing,
    /// Nothing was written: it is a tombstone, which stays one, or it lives here.
    Kept,
}

statements! {
    /// Of those who live here and of tombstones nothing is overwritten, whoever asks.
    WRITE = "INSERT INTO actor (id, uri, local, type, username, username_folded, host, name, name_folded, summary, \
             url, icon, icon_alt, fields, skills, inbox, shared_inbox, outbox, followers, following, featured, \
             also_known_as, moved_to, implements, manually_approves_followers, discoverable, indexable, \
             hides_network, published, updated, fetched_at, remote_updated, server) \
             VALUES (?1, ?2, 0, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, \
             ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?29, ?30, ?31) \
             ON CONFLICT (uri) DO UPDATE SET type = excluded.type, username = excluded.username, \
             username_folded = excluded.username_folded, host = excluded.host, name = excluded.name, \
             name_folded = excluded.name_folded, summary = excluded.summary, url = excluded.url, \
             icon = excluded.icon, icon_alt = excluded.icon_alt, fields = excluded.fields, skills = excluded.skills, \
             inbox = excluded.inbox, shared_inbox = excluded.shared_inbox, outbox = excluded.outbox, \
             followers = excluded.followers, following = excluded.following, featured = excluded.featured, \
             also_known_as = excluded.also_known_as, moved_to = excluded.moved_to, \
             implements = excluded.implements, \
             manually_approves_followers = excluded.manually_approves_followers, \
             discoverable = excluded.discoverable, indexable = excluded.indexable, \
             hides_network = excluded.hides_network, published = excluded.published, \
             updated = greatest(excluded.updated, actor.updated + 1), fetched_at = excluded.fetched_at, \
             remote_updated = excluded.remote_updated \
             WHERE actor.local = 0 AND actor.deleted_at IS NULL";
    MARK_FETCHED = "UPDATE actor SET fetched_at = ?2, remote_updated = ?3 WHERE id = ?1";
    REMOTE_UPDATED = "SELECT remote_updated FROM actor WHERE id = ?1";
    SUSPEND = "UPDATE actor SET suspended_at = CASE WHEN ?2 = 1 THEN coalesce(suspended_at, ?3) END WHERE id = ?1";
}

/// Keeps what a remote actor's document says, with its keys, and meets its server. Who is gone stays gone and who is
/// suspended stays suspended, whatever the document says.
///
/// # Errors
/// The store's.
pub fn upsert_remote(tx: &mut Tx<'_>, profile: &RemoteProfile, now: Timestamp) -> Result<(ActorId, Changed), Error> {
    let known = by_uri(tx, &profile.uri)?;
    let (id, changed) = match &known {
        None => {
            let id = ActorId(tx.next_id(now));
            write(tx, id, profile, now)?;
            if let Some(host) = url::Url::parse(&profile.uri).ok().as_ref().and_then(Host::of) {
                peer::meet(tx, &host, now)?;
            }
            (id, Changed::New)
        }
        Some(actor) if actor.local || actor.deleted_at.is_some() => return Ok((actor.id, Changed::Kept)),
        Some(actor) if says_the_same(actor, profile) => {
            tx.execute(MARK_FETCHED, params![actor.id, now, profile.updated])?;
            (actor.id, Changed::Nothing)
        }
        Some(actor) => {
            let unused = ActorId(tx.next_id(now));
            write(tx, unused, profile, now)?;
            (actor.id, Changed::Profile)
        }
    };
    whereabouts::keep(tx, id, profile.home_space.as_deref(), profile.space.as_ref())?;
    key::replace_remote(tx, id, &profile.keys, now)?;
    Ok((id, changed))
}

/// The id counts for a new row only.
fn write(tx: &mut Tx<'_>, id: ActorId, profile: &RemoteProfile, now: Timestamp) -> Result<(), Error> {
    let (icon, icon_alt) = icon_columns(profile.icon.as_ref());
    let (fields, skills) = json_columns(&profile.fields, &profile.skills)?;
    tx.execute(
        WRITE,
        params![
            id,
            &profile.uri,
            profile.actor_type,
            &profile.username,
            profile.username.to_lowercase(),
            profile.host.to_lowercase(),
            &profile.name,
            profile.name.to_lowercase(),
            &profile.summary,
            profile.url.as_deref(),
            icon,
            icon_alt,
            fields,
            skills,
            &profile.inbox,
            profile.shared_inbox.as_deref(),
            profile.outbox.as_deref(),
            profile.followers.as_deref(),
            profile.following.as_deref(),
            profile.featured.as_deref(),
            json::text(&profile.also_known_as)?,
            profile.moved_to.as_deref(),
            json::text(&profile.implements)?,
            profile.manually_approves_followers,
            profile.discoverable,
            profile.indexable,
            profile.hides_network,
            profile.published,
            now,
            profile.updated,
            server_of(&profile.uri)
        ],
    )?;
    Ok(())
}

/// Compared by what would be written: a row made of the profile equals the row that is there.
fn says_the_same(actor: &Actor, profile: &RemoteProfile) -> bool {
    let said = Actor {
        id: actor.id,
        uri: profile.uri.clone(),
        local: false,
        actor_type: profile.actor_type,
        username: profile.username.clone(),
        host: profile.host.to_lowercase(),
        name: profile.name.clone(),
        summary: profile.summary.clone(),
        summary_source: None,
        url: profile.url.clone(),
        icon: profile.icon.clone(),
        fields: profile.fields.clone(),
        skills: profile.skills.clone(),
        inbox: profile.inbox.clone(),
        shared_inbox: profile.shared_inbox.clone(),
        outbox: profile.outbox.clone(),
        followers: profile.followers.clone(),
        following: profile.following.clone(),
        featured: profile.featured.clone(),
        also_known_as: profile.also_known_as.clone(),
        moved_to: profile.moved_to.clone(),
        implements: profile.implements.clone(),
        manually_approves_followers: profile.manually_approves_followers,
        discoverable: profile.discoverable,
        indexable: profile.indexable,
        hides_network: profile.hides_network,
        home_space: None,
        published: profile.published.and_then(|time| Timestamp::from_millisecond(time.as_millisecond()).ok()),
        updated: actor.updated,
        fetched_at: actor.fetched_at,
        suspended_at: actor.suspended_at,
        deleted_at: actor.deleted_at,
    };
    said == *actor
}

/// The version that the document of a remote actor named when it was read last; nothing when it named none.
///
/// # Errors
/// The store's.
pub fn remote_updated(tx: &mut Tx<'_>, id: ActorId) -> Result<Option<Timestamp>, Error> {
    Ok(tx.query_one(REMOTE_UPDATED, params![id], |row| row.get(0))?.flatten())
}

/// Silences an actor here, or lets it speak again; it is silent since the first time.
///
/// # Errors
/// The store's.
pub fn set_suspended(tx: &mut Tx<'_>, id: ActorId, suspended: bool, now: Timestamp) -> Result<(), Error> {
    tx.execute(SUSPEND, params![id, suspended, now])?;
    tx.notify(Notice::Judged);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coworking::peer::Level;
    use crate::store::actor::testing::{local, profile};
    use crate::store::actor::{by_handle, by_id, mark_deleted};
    use crate::store::plan;
    use crate::store::testing::Scratch;

    const BEN: &str = "https://pier.example/users/Ben";

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        plan::check(STATEMENTS).await;
    }

    #[test]
    fn reading_somebody_again_keeps_what_is_new_and_nothing_else() {
        let store = Scratch::new();
        store
            .write(|tx| {
                // Finer than the store keeps it: that alone is no change.
                let published = Some(Timestamp::from_nanosecond(1_700_000_000_000_000_123).unwrap());
                let said = RemoteProfile { published, ..profile(BEN) };
                let (id, first) = upsert_remote(tx, &said, at(0))?;
                assert_eq!((first, upsert_remote(tx, &said, at(10))?), (Changed::New, (id, Changed::Nothing)));
                let read = by_handle(tx, "ben", "PIER.example")?.unwrap();
                assert_eq!((read.updated, read.fetched_at), (at(0), Some(at(10))));

                let again = RemoteProfile { name: "Benedict".into(), ..said.clone() };
                assert_eq!(upsert_remote(tx, &again, at(0))?, (id, Changed::Profile));
                let read = by_id(tx, id)?.unwrap();
                assert_eq!((read.name.as_str(), read.handle()), ("Benedict", "Ben@pier.example".into()));
                assert!(read.updated > at(0));
                assert_eq!(peer::by_host(tx, &Host::parse("pier.example").unwrap())?.unwrap().level, Level::Known);
                Ok::<_, Error>(())
            })
            .unwrap();
    }

    #[test]
    fn who_is_gone_stays_gone_who_is_suspended_stays_so_and_who_lives_here_is_not_overwritten() {
        let store = Scratch::new();
        store
            .write(|tx| {
                let (id, _) = upsert_remote(tx, &profile(BEN), at(0))?;
                set_suspended(tx, id, true, at(1))?;
                let renamed = RemoteProfile { name: "X".into(), ..profile(BEN) };
                upsert_remote(tx, &renamed, at(2))?;
                assert_eq!(by_id(tx, id)?.unwrap().suspended_at, Some(at(1)));
                assert!(!key::by_uri(tx, &format!("{BEN}#main-key"))?.unwrap().owner_active);

                assert!(mark_deleted(tx, id, at(3))?);
                assert!(!mark_deleted(tx, id, at(4))?);
                assert_eq!(upsert_remote(tx, &renamed, at(5))?, (id, Changed::Kept));
                let gone = by_id(tx, id)?.unwrap();
                assert_eq!((gone.name.as_str(), gone.deleted_at), ("", Some(at(3))));

                let uri = "https://harbor.example/members/ana";
                let ana = local(tx, "ana", at(0))?;
                assert_eq!(upsert_remote(tx, &profile(uri), at(5))?, (ana, Changed::Kept));
                assert_eq!((by_id(tx, ana)?.unwrap().name.as_str(), key::of_actor(tx, ana)?), ("ana", vec![]));
                Ok::<_, Error>(())
            })
            .unwrap();
    }

    #[test]
    fn a_key_that_is_gone_is_retired_and_nobody_takes_anothers() {
        let store = Scratch::new();
        store
            .write(|tx| {
                let (ben, _) = upsert_remote(tx, &profile(BEN), at(0))?;
                let old = format!("{BEN}#main-key");
                let new = RemoteKey { uri: format!("{BEN}#2"), algorithm: Algorithm::Ed25519, public_key: "z6".into() };
                let rotated = RemoteProfile { keys: vec![new.clone()], ..profile(BEN) };
                assert_eq!(upsert_remote(tx, &rotated, at(1))?.1, Changed::Nothing, "keys are not what is shown");
                assert_eq!(key::by_uri(tx, &old)?.unwrap().retired_at, Some(at(1)));
                let shown: Vec<_> = key::of_actor(tx, ben)?.into_iter().map(|key| key.uri).collect();
                assert_eq!(shown, [new.uri.as_str()]);
                upsert_remote(tx, &profile(BEN), at(2))?;
                assert_eq!(key::by_uri(tx, &old)?.unwrap().retired_at, None, "it is shown again");

                let stolen = RemoteKey { uri: old.clone(), algorithm: Algorithm::Rsa, public_key: "mine".into() };
                let thief = RemoteProfile { keys: vec![stolen], ..profile("https://evil.example/users/eve") };
                let (eve, _) = upsert_remote(tx, &thief, at(3))?;
                let kept = key::by_uri(tx, &old)?.unwrap();
                assert_eq!((kept.owner, kept.owner_uri.as_str(), kept.public_key), (ben, BEN, format!("key of {BEN}")));
                assert_eq!(key::of_actor(tx, eve)?, []);
                Ok::<_, Error>(())
            })
            .unwrap();
    }
}
