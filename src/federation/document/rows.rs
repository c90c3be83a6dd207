//! The rows of which a document or an activity is made, loaded and translated.

use jiff::tz::TimeZone;

use crate::activitypub::actor::ActorDocument;
use crate::activitypub::id::Id;
use crate::activitypub::marketplace::Bookable;
use crate::activitypub::sent::{Addressing, SentNote};
use crate::coworking::id::{ActorId, ResourceId, SpaceId};
use crate::coworking::peer;
use crate::coworking::resource::Audience;
use crate::federation::translate::actor::{self as translate, Belongings};
use crate::federation::translate::booking::{self, Host};
use crate::federation::translate::hospitality;
use crate::federation::translate::post::{self as posts, Counts, Surroundings};
use crate::site::Site;
use crate::store::actor::{self, Actor};
use crate::store::post::{self, Post, PostView, Reader};
use crate::store::{self, Error, Tx, key, resource, space};

/// The document of an actor of ours; `None` until it has keys.
///
/// # Errors
/// The store's.
pub fn actor(tx: &mut Tx<'_>, site: &Site, actor: &Actor) -> Result<Option<ActorDocument>, Error> {
    let home = match actor.home_space {
        Some(space) => actor::summaries(tx, &[space.into()])?.pop(),
        None => None,
    };
    let space = space::by_id(tx, actor.id)?;
    let belongings = Belongings {
        keys: key::of_actor(tx, actor.id)?,
        home_space: home.map(|space| space.uri),
        zone: space.as_ref().map(|space| space.zone.clone()),
        hospitality: space
            .as_ref()
            .and_then(|space| space.hospitality.as_ref())
            .and_then(|granted| hospitality::written(site, granted)),
        location: space.map(|space| {
            let (uri, name) = (actor.uri.clone(), actor.name.clone());
            booking::location(&Host { uri, name, zone: space.zone, place: space.place })
        }),
    };
    Ok(translate::document(site, actor, &belongings))
}

/// Somebody of ours as the author of posts.
#[derive(Debug, Clone)]
pub struct Author {
    /// The actor's id.
    pub uri: String,
    /// The collection of its followers.
    pub followers: String,
    zone: TimeZone,
}

impl Author {
    /// The author of what is ours.
    ///
    /// # Errors
    /// The store's.
    pub fn load(tx: &mut Tx<'_>, id: ActorId) -> Result<Option<Self>, Error> {
        let Some(author) = actor::by_id(tx, id)? else { return Ok(None) };
        let home = match author.home_space {
            Some(space) => space::by_id(tx, space.into())?,
            None => space::by_id(tx, id)?,
        };
        let zone = home.and_then(|space| TimeZone::get(&space.zone).ok()).unwrap_or(TimeZone::UTC);
        let followers = author.followers.unwrap_or_else(|| format!("{}/followers", author.uri));
        Ok(Some(Self { uri: author.uri, followers, zone }))
    }
}

/// A post or an offer of ours as it is sent; `None` for what never leaves this node, or is gone.
///
/// # Errors
/// The store's.
pub fn note(tx: &mut Tx<'_>, site: &Site, post: &Post, author: &Author) -> Result<Option<SentNote>, Error> {
    let around = around(tx, post, author, None)?;
    Ok(posts::note(site, post, &around))
}

/// A post or an offer of ours as it stands at its URL: with its counts.
///
/// # Errors
/// The store's.
pub fn counted_note(tx: &mut Tx<'_>, site: &Site, view: &PostView, author: &Author) -> Result<Option<SentNote>, Error> {
    let counts = Counts { likes: view.likes.into(), shares: view.announces.into() };
    let around = around(tx, &view.post, author, Some(counts))?;
    Ok(posts::note(site, &view.post, &around))
}

/// To whom a post of ours was sent, also when it is gone; `None` for what never left this node.
///
/// # Errors
/// The store's.
pub fn addressing(tx: &mut Tx<'_>, post: &Post, author: &Author) -> Result<Option<Addressing>, Error> {
    let recipients = post::recipient_uris(tx, post.id)?;
    Ok(posts::addressing(post.visibility, &author.followers, &recipients))
}

fn around(tx: &mut Tx<'_>, post: &Post, author: &Author, counts: Option<Counts>) -> Result<Surroundings, Error> {
    Ok(Surroundings {
        author: author.uri.clone(),
        followers: author.followers.clone(),
        recipients: post::recipient_uris(tx, post.id)?,
        zone: author.zone.clone(),
        counts,
    })
}

/// A space of ours as the host of what can be booked there.
///
/// # Errors
/// The store's.
pub fn host(tx: &mut Tx<'_>, id: SpaceId) -> Result<Option<Host>, Error> {
    let Some(space) = space::by_id(tx, id.into())? else { return Ok(None) };
    let actor = actor::by_id(tx, id.into())?.filter(Actor::is_active);
    Ok(actor.map(|actor| Host { uri: actor.uri, name: actor.name, zone: space.zone, place: space.place }))
}

/// As what a reader would book here: whoever signs from a trusted server as a guest.
///
/// # Errors
/// The store's.
pub fn audience_of(tx: &mut Tx<'_>, reader: Reader) -> Result<Audience, Error> {
    let Reader::Actor(reader) = reader else { return Ok(Audience::External) };
    let id = actor::by_id(tx, reader)?.filter(|actor| !actor.local).and_then(|actor| Id::parse(&actor.uri).ok());
    Ok(match id.and_then(|id| peer::Host::of(id.url())) {
        Some(host) => Audience::of(store::peer::level(tx, &host)?),
        None => Audience::External,
    })
}

/// What can be booked, as it stands at its URL for those who book as these; `None` for what is not for people from elsewhere.
///
/// # Errors
/// The store's.
pub fn bookable(tx: &mut Tx<'_>, site: &Site, id: ResourceId, audience: Audience) -> Result<Option<Bookable>, Error> {
    let Some(kept) = resource::by_id(tx, id)? else { return Ok(None) };
    let host = host(tx, kept.space)?;
    Ok(host.and_then(|host| booking::bookable(site, &host, &kept, audience)))
}
