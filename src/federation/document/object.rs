//! Actors, posts and activities, each at the URL that is its id.

use jiff::Timestamp;
use serde_json::Value;

use super::rows::{self, Author};
use super::{Answer, Document};
use crate::activitypub::activity::Audience;
use crate::activitypub::context;
use crate::activitypub::json;
use crate::activitypub::sent::{tombstone, with_context};
use crate::coworking::id::{ActorId, AnnounceId, AwayId, BookingId, FollowId, LikeId, PostId, ResourceId};
use crate::coworking::space::Zone;
use crate::coworking::waitlist::State;
use crate::federation::translate::activity::{self as compose, Composed, Pair, Sayer};
use crate::federation::translate::booking as translate;
use crate::operations::epoch;
use crate::site::{Local, Site};
use crate::store::actor::{self, Actor, ActorType};
use crate::store::post::{self, Post, Reader};
use crate::store::{Error, Tx, activity, announce, away, booking, follow, reaction, resource, space, waitlist};

/// What stands at one of our URLs, for this reader.
///
/// # Errors
/// The store's.
pub fn object(tx: &mut Tx<'_>, site: &Site, what: &Local, reader: Reader) -> Result<Answer, Error> {
    match what {
        Local::Node => actor_at(tx, site, &site.node_actor()),
        Local::Member(name) => actor_at(tx, site, &site.member(name)),
        Local::Space(name) => actor_at(tx, site, &site.space(name)),
        Local::Post(id) => post(tx, site, *id, reader),
        Local::Activity(id) => Ok(sent(tx, site, *id, reader)?.into()),
        Local::Follow(id) => Ok(asked(tx, site, *id, reader)?.into()),
        Local::Like(id) => Ok(liked(tx, site, *id, reader)?.into()),
        Local::Announce(id) => Ok(announced(tx, site, *id, reader)?.into()),
        Local::Resource(id) => Ok(bookable(tx, site, *id, reader)?.into()),
        Local::Booking(id) => Ok(agreed(tx, site, *id, reader)?.into()),
        Local::Asked(id) => Ok(wished(tx, site, *id, reader)?.into()),
        // Where somebody is was told once, to the space alone.
        Local::Visit(_) => Ok(Answer::Missing),
    }
}

fn actor_at(tx: &mut Tx<'_>, site: &Site, uri: &str) -> Result<Answer, Error> {
    let Some(actor) = actor::by_uri(tx, uri)?.filter(|actor| actor.local && actor.suspended_at.is_none()) else {
        return Ok(Answer::Missing);
    };
    if let Some(time) = actor.deleted_at {
        let value = tombstone(&actor.uri, actor.actor_type.as_str(), time);
        return Ok(Answer::Document(Document::tombstone(&value, actor.id)));
    }
    Ok(match rows::actor(tx, site, &actor)? {
        Some(document) => Answer::Document(Document::public(&document.to_value(), actor.id)),
        None => Answer::NotYet,
    })
}

fn post(tx: &mut Tx<'_>, site: &Site, id: PostId, reader: Reader) -> Result<Answer, Error> {
    let Some(view) = post::view(tx, reader, id)? else {
        return Ok(post::by_id(tx, id)?.and_then(|gone| buried(&gone)).into());
    };
    let Some(author) = Author::load(tx, view.post.author)? else { return Ok(Answer::Missing) };
    let note = rows::counted_note(tx, site, &view, &author)?;
    let public = view.post.visibility.is_open();
    let document = note.map(|note| Document { public, ..Document::public(&note.document(), view.post.author) });
    Ok(document.into())
}

/// The tombstone of a post that everybody could read; that there were others, nobody is told.
fn buried(post: &Post) -> Option<Document> {
    let time = post.deleted_at.filter(|_| post.local && post.visibility.is_open())?;
    Some(Document::tombstone(&tombstone(&post.uri, "Note", time), post.author))
}

/// An activity as it was sent. The post or actor inside of it is named and not repeated: it may say something else by
/// now, and what was taken out of it must not be found here.
fn sent(tx: &mut Tx<'_>, site: &Site, id: i64, reader: Reader) -> Result<Option<Document>, Error> {
    let Some(kept) = activity::by_id(tx, id)? else { return Ok(None) };
    let Ok(mut value) = serde_json::from_str::<Value>(&kept.body) else { return Ok(None) };
    if !kept.public && !is_party(tx, &value, reader)? {
        return Ok(None);
    }
    let speaker = actor::by_id(tx, kept.actor)?;
    if kept.kind != "Delete" && !speaker.is_some_and(|actor| actor.is_active()) {
        return Ok(None);
    }
    if matches!(kept.kind.as_str(), "Create" | "Update") {
        let Some(about) = json::get(&value, "object").and_then(json::id_text).map(str::to_owned) else {
            return Ok(None);
        };
        let there = match site.local_of(&about) {
            Some(Local::Post(post)) => post::readable(tx, reader, post)?.is_some(),
            Some(_) => actor::by_uri(tx, &about)?.is_some_and(|actor| actor.is_active()),
            None => false,
        };
        if !there {
            return Ok(None);
        }
        if let Some(activity) = value.as_object_mut() {
            activity.insert("object".to_owned(), about.into());
            // The proof was about the whole.
            activity.remove("proof");
        }
    }
    Ok(Some(Document { public: kept.public, ..Document::public(&value, kept.actor) }))
}

/// Is the reader one of those between whom an activity went?
fn is_party(tx: &mut Tx<'_>, value: &Value, reader: Reader) -> Result<bool, Error> {
    let Some(reader) = actor_of(tx, reader)? else { return Ok(false) };
    let named = Audience::of(value).named().any(|id| id.as_str() == reader.uri);
    Ok(named || json::text(value, "actor") == Some(&reader.uri))
}

fn actor_of(tx: &mut Tx<'_>, reader: Reader) -> Result<Option<Actor>, Error> {
    match reader {
        Reader::Stranger => Ok(None),
        Reader::Member(member) => actor::by_id(tx, member.into()),
        Reader::Actor(actor) => actor::by_id(tx, actor),
    }
}

fn is(reader: Reader, who: ActorId) -> bool {
    match reader {
        Reader::Stranger => false,
        Reader::Member(member) => who == member.into(),
        Reader::Actor(actor) => who == actor,
    }
}

/// A document for the two parties alone.
fn between(composed: &Composed, about: ActorId) -> Document {
    Document { public: false, ..Document::public(&composed.body, about) }
}

/// A Follow of ours, for the two whom it is about.
fn asked(tx: &mut Tx<'_>, site: &Site, id: FollowId, reader: Reader) -> Result<Option<Document>, Error> {
    let Some(found) = follow::by_id(tx, id)?.filter(|follow| follow.uri.is_none()) else { return Ok(None) };
    if !is(reader, found.target) && !is(reader, found.follower) {
        return Ok(None);
    }
    let (follower, target) = (actor::by_id(tx, found.follower)?, actor::by_id(tx, found.target)?);
    let (Some(follower), Some(target)) = (follower, target) else { return Ok(None) };
    let pair = Pair { follower: &follower.uri, target: &target.uri };
    Ok(Some(between(&compose::follow(site, id, pair), follower.id)))
}

/// A Like of ours, for who likes and whose post it is.
fn liked(tx: &mut Tx<'_>, site: &Site, id: LikeId, reader: Reader) -> Result<Option<Document>, Error> {
    let Some(like) = reaction::by_id(tx, id)?.filter(|like| like.uri.is_none()) else { return Ok(None) };
    let Some(post) = post::by_id(tx, like.post)? else { return Ok(None) };
    if !is(reader, post.author) && !is(reader, like.actor) {
        return Ok(None);
    }
    let (actor, author) = (actor::by_id(tx, like.actor)?, actor::by_id(tx, post.author)?);
    let (Some(actor), Some(author)) = (actor, author) else { return Ok(None) };
    Ok(Some(between(&compose::like(site, id, &actor.uri, &post.uri, &author.uri), actor.id)))
}

/// An Announce of ours.
fn announced(tx: &mut Tx<'_>, site: &Site, id: AnnounceId, reader: Reader) -> Result<Option<Document>, Error> {
    let Some(found) = announce::by_id(tx, id)?.filter(|announce| announce.uri.is_none()) else { return Ok(None) };
    let Some(post) = post::readable(tx, reader, found.post)? else { return Ok(None) };
    let (Some(actor), Some(author)) = (Author::load(tx, found.actor)?, actor::by_id(tx, post.author)?) else {
        return Ok(None);
    };
    if !found.visibility.is_open() && !is(reader, found.actor) && !is(reader, post.author) {
        return Ok(None);
    }
    let sayer = Sayer { uri: &actor.uri, followers: &actor.followers };
    let at: Timestamp = found.announced_at;
    let composed = compose::announce(site, id, sayer, found.visibility, &post.uri, &author.uri, at);
    Ok(Some(Document { public: composed.public, ..Document::public(&composed.body, found.actor) }))
}

/// What can be booked, for everybody by the rules by which they book; of what is gone a tombstone.
fn bookable(tx: &mut Tx<'_>, site: &Site, id: ResourceId, reader: Reader) -> Result<Option<Document>, Error> {
    let Some(kept) = resource::by_id(tx, id)? else { return Ok(None) };
    let audience = rows::audience_of(tx, reader)?;
    let Some(shown) = rows::bookable(tx, site, id, audience)? else { return Ok(None) };
    let public = !translate::is_by_reader(&kept.resource);
    Ok(Some(match kept.retired_at {
        Some(time) => Document::tombstone(&tombstone(&site.resource(id), "Proposal", time), kept.space.into()),
        None => Document { public, ..Document::public(&shown.document(), kept.space.into()) },
    }))
}

/// A booking at one of our spaces, for its two parties.
fn agreed(tx: &mut Tx<'_>, site: &Site, id: BookingId, reader: Reader) -> Result<Option<Document>, Error> {
    let Some(booking) = booking::by_id(tx, id)? else { return Ok(None) };
    if !is(reader, booking.requester) && !is_home_of(tx, reader, booking.requester)? {
        return Ok(None);
    }
    let Some(space) = actor::by_id(tx, booking.space.into())? else { return Ok(None) };
    let epoch = epoch::current(tx)?;
    let Some(agreement) = translate::agreement(site, &booking, &space.uri, epoch) else { return Ok(None) };
    let value = with_context(agreement.to_value(), context::proposal());
    Ok(Some(Document { public: false, ..Document::public(&value, space.id) }))
}

/// The node of somebody asks in their name: its own key signs every question (peers.md calls it the instance actor).
fn is_home_of(tx: &mut Tx<'_>, reader: Reader, somebody: ActorId) -> Result<bool, Error> {
    let (Some(reader), Some(somebody)) = (actor_of(tx, reader)?, actor::by_id(tx, somebody)?) else { return Ok(false) };
    Ok(reader.actor_type == ActorType::Application && reader.server() == somebody.server() && !reader.local)
}

/// What a member of ours asked for elsewhere, for the host and the one who asked.
fn wished(tx: &mut Tx<'_>, site: &Site, id: AwayId, reader: Reader) -> Result<Option<Document>, Error> {
    let Some(away) = away::by_id(tx, id)? else { return Ok(None) };
    if !is(reader, away.space) && !is(reader, away.member.into()) {
        return Ok(None);
    }
    let (member, space) = (actor::by_id(tx, away.member.into())?, actor::by_id(tx, away.space)?);
    let (Some(member), Some(space), Some(ask)) = (member, space, translate::ask(site, &away)) else { return Ok(None) };
    let composed = compose::offer(&site.asked(id), &member.uri, &space.uri, &ask, away.requested_at);
    Ok(Some(between(&composed, member.id)))
}

/// What somebody waits for, for them and their home.
fn waited_for(tx: &mut Tx<'_>, site: &Site, offer: &str, reader: Reader) -> Result<Option<Document>, Error> {
    let Some(wait) = waitlist::by_offer(tx, offer)?.filter(|wait| wait.state == State::Waiting) else {
        return Ok(None);
    };
    if !is(reader, wait.requester) && !is_home_of(tx, reader, wait.requester)? {
        return Ok(None);
    }
    let Some(space) = space::by_id(tx, wait.space.into())? else { return Ok(None) };
    let zone = Zone::parse(&space.zone).ok();
    let Some(agreement) = zone.and_then(|zone| translate::waiting(site, &wait, &zone)) else { return Ok(None) };
    let value = with_context(agreement.to_value(), context::proposal());
    Ok(Some(Document { public: false, ..Document::public(&value, wait.space.into()) }))
}

/// The booking that an offer from elsewhere led to, or that its guest waits: for those who lost the answer.
///
/// # Errors
/// The store's.
pub fn by_offer(tx: &mut Tx<'_>, site: &Site, offer: &str, reader: Reader) -> Result<Answer, Error> {
    match booking::by_offer(tx, offer)? {
        Some(booking) => Ok(agreed(tx, site, booking.id, reader)?.into()),
        None => Ok(waited_for(tx, site, offer, reader)?.into()),
    }
}
