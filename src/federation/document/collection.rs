//! Collections of our actors and posts, whole or in pages. Everything in them is for everybody; by which rules something can be
//! booked hangs on who reads.

use std::collections::HashMap;

use serde_json::Value;

use super::rows::{self, Author};
use super::{Answer, Document};
use crate::activitypub::collection::{Collection as Sent, CollectionPage, context_of_ids};
use crate::activitypub::context;
use crate::coworking::id::{ActorId, PostId, SpaceId};
use crate::federation::translate::activity::{self as compose, Sayer};
use crate::federation::translate::booking as translate;
use crate::site::{Local, Site};
use crate::store::actor::{self, Actor, ActorSummary};
use crate::store::page::{Page, Slice};
use crate::store::post::{self, Post, Reader, Spoken};
use crate::store::{Error, Tx, follow, resource};

/// A collection that every actor has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collection {
    /// What it said and passed on.
    Outbox,
    /// Who follows it.
    Followers,
    /// Whom it follows.
    Following,
    /// Which posts it pinned.
    Featured,
    /// What can be booked there; of spaces.
    Proposals,
}

/// Which part of a collection is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The collection itself: how many there are, and where its first page is.
    Whole,
    /// A page: what is older than this number, or the newest.
    Page(Option<i64>),
}

/// A collection of an actor of ours, or a page of it. Followers and followed of those who do not show them are told
/// by number alone.
///
/// # Errors
/// The store's.
pub fn collection(
    tx: &mut Tx<'_>,
    site: &Site,
    owner: &Local,
    which: Collection,
    part: Part,
    reader: Reader,
) -> Result<Answer, Error> {
    let uri = match owner {
        Local::Node => site.node_actor(),
        Local::Member(name) => site.member(name),
        Local::Space(name) => site.space(name),
        Local::Post(_)
        | Local::Activity(_)
        | Local::Follow(_)
        | Local::Like(_)
        | Local::Announce(_)
        | Local::Resource(_)
        | Local::Booking(_)
        | Local::Asked(_)
        | Local::Visit(_) => return Ok(Answer::Missing),
    };
    let Some(owner) = actor::by_uri(tx, &uri)?.filter(|actor| actor.local && actor.is_active()) else {
        return Ok(Answer::Missing);
    };
    let value = match which {
        Collection::Outbox => outbox(tx, site, &owner, part)?,
        Collection::Featured => featured(tx, &owner, part)?,
        Collection::Proposals => return Ok(proposals(tx, site, &owner, part, reader)?.into()),
        Collection::Followers | Collection::Following => network(tx, &owner, which, part)?,
    };
    Ok(value.map(|value| Document::public(&value, owner.id)).into())
}

/// The public answers to a post of ours that everybody may read, or a page of them.
///
/// # Errors
/// The store's.
pub fn replies(tx: &mut Tx<'_>, site: &Site, to: PostId, part: Part) -> Result<Answer, Error> {
    let view = post::view(tx, Reader::Stranger, to)?.filter(|view| view.post.local);
    let Some(view) = view else { return Ok(Answer::Missing) };
    let id = site.replies(to);
    let value = match part {
        Part::Whole => Sent::paged(&id, view.replies.into(), &first(&id)).to_value(context_of_ids()),
        Part::Page(before) => {
            let found = post::replies(tx, to, Page::new(before, None))?;
            let items = found.items.into_iter().map(|post| Value::from(post.uri)).collect();
            page(&id, before, found.next, items, context_of_ids())
        }
    };
    Ok(Answer::Document(Document::public(&value, view.post.author)))
}

fn outbox(tx: &mut Tx<'_>, site: &Site, owner: &Actor, part: Part) -> Result<Option<Value>, Error> {
    let id = below(owner.outbox.as_deref(), owner, "outbox");
    let Part::Page(before) = part else {
        let total = post::outbox_count(tx, owner.id)?;
        return Ok(Some(Sent::paged(&id, total, &first(&id)).to_value(context_of_ids())));
    };
    let Some(author) = Author::load(tx, owner.id)? else { return Ok(None) };
    let spoken = post::outbox(tx, owner.id, Page::new(before, None))?;
    let passed_on = authors_of_announced(tx, &spoken.items)?;
    let mut items = Vec::with_capacity(spoken.items.len());
    let mut offers = false;
    for said in &spoken.items {
        match said {
            Spoken::Post(post) => {
                let Some(note) = rows::note(tx, site, post, &author)? else { continue };
                offers |= note.proposal.is_some();
                items.push(inside(compose::create(&compose::create_id(&note.id), &note).body));
            }
            Spoken::Announce(announce) => {
                let Some(by) = passed_on.get(&announce.post) else { continue };
                let sayer = Sayer { uri: &author.uri, followers: &author.followers };
                let (visibility, at) = (announce.visibility, announce.announced_at);
                let sent = compose::announce(site, announce.id, sayer, visibility, &announce.post_uri, &by.uri, at);
                items.push(inside(sent.body));
            }
        }
    }
    let context = if offers { context::proposal() } else { context::note() };
    Ok(Some(page(&id, before, spoken.next, items, context)))
}

/// Whose posts the announces pass on, in two statements however many there are.
fn authors_of_announced(tx: &mut Tx<'_>, spoken: &[Spoken]) -> Result<HashMap<PostId, ActorSummary>, Error> {
    let announced = spoken.iter().filter_map(|said| match said {
        Spoken::Announce(announce) => Some(announce.post),
        Spoken::Post(_) => None,
    });
    let announced: Vec<PostId> = announced.collect();
    if announced.is_empty() {
        return Ok(HashMap::new());
    }
    let posts: Vec<Post> = post::by_ids(tx, &announced)?;
    let authors: Vec<ActorId> = posts.iter().map(|post| post.author).collect();
    let authors = actor::summaries(tx, &authors)?;
    let author = |post: &Post| authors.iter().find(|author| author.id == post.author).cloned();
    Ok(posts.iter().filter_map(|post| Some((post.id, author(post)?))).collect())
}

/// Pinned posts by their ids; few enough to stand in one document.
fn featured(tx: &mut Tx<'_>, owner: &Actor, part: Part) -> Result<Option<Value>, Error> {
    let id = below(owner.featured.as_deref(), owner, "featured");
    if part != Part::Whole {
        return Ok(None);
    }
    let items = post::featured(tx, owner.id)?.into_iter().map(|post| Value::from(post.uri)).collect();
    Ok(Some(Sent::whole(&id, items).to_value(context_of_ids())))
}

/// What can be booked at a space, the newest first; of what is not for people from elsewhere nothing is told.
fn proposals(
    tx: &mut Tx<'_>,
    site: &Site,
    owner: &Actor,
    part: Part,
    reader: Reader,
) -> Result<Option<Document>, Error> {
    let Some(host) = rows::host(tx, SpaceId(owner.id.0))? else { return Ok(None) };
    let id = below(None, owner, "proposals");
    let Part::Page(before) = part else {
        let total = resource::count(tx, SpaceId(owner.id.0))?;
        let whole = Sent::paged(&id, total as u64, &first(&id)).to_value(context_of_ids());
        return Ok(Some(Document::public(&whole, owner.id)));
    };
    let audience = rows::audience_of(tx, reader)?;
    let there = resource::list(tx, SpaceId(owner.id.0), Page::new(before, None))?;
    let public = !there.items.iter().any(|kept| translate::is_by_reader(&kept.resource));
    let shown = there.items.iter().filter_map(|kept| translate::bookable(site, &host, kept, audience));
    let items = shown.map(|bookable| bookable.to_value()).collect();
    let page = page(&id, before, there.next, items, context::bookable());
    Ok(Some(Document { public, ..Document::public(&page, owner.id) }))
}

fn network(tx: &mut Tx<'_>, owner: &Actor, which: Collection, part: Part) -> Result<Option<Value>, Error> {
    let (id, following) = match which {
        Collection::Following => (below(owner.following.as_deref(), owner, "following"), true),
        _ => (below(owner.followers.as_deref(), owner, "followers"), false),
    };
    let Part::Page(before) = part else {
        let (followers, followed) = follow::counts(tx, owner.id)?;
        let total = if following { followed } else { followers };
        let sent = match owner.hides_network {
            true => Sent::counted(&id, total),
            false => Sent::paged(&id, total, &first(&id)),
        };
        return Ok(Some(sent.to_value(context_of_ids())));
    };
    if owner.hides_network {
        return Ok(None);
    }
    let asked = Page::new(before, Some(PEOPLE));
    let people: Slice<ActorSummary> = match following {
        true => follow::following(tx, Reader::Stranger, owner.id, asked)?,
        false => follow::followers(tx, Reader::Stranger, owner.id, asked)?,
    };
    let items = people.items.into_iter().map(|person| Value::from(person.uri)).collect();
    Ok(Some(page(&id, before, people.next, items, context_of_ids())))
}

/// Ids are short: more of them than of posts fit on a page.
const PEOPLE: u32 = 80;

fn below(given: Option<&str>, owner: &Actor, end: &str) -> String {
    given.map_or_else(|| format!("{}/{end}", owner.uri), str::to_owned)
}

fn first(id: &str) -> String {
    format!("{id}?page=true")
}

fn part_id(id: &str, before: Option<i64>) -> String {
    match before {
        Some(number) => format!("{id}?before={number}&page=true"),
        None => first(id),
    }
}

fn page(id: &str, before: Option<i64>, next: Option<i64>, items: Vec<Value>, context: Value) -> Value {
    let page = CollectionPage {
        id: part_id(id, before),
        part_of: id.to_owned(),
        next: next.map(|next| part_id(id, Some(next))),
        prev: None,
        items,
    };
    page.to_value(context)
}

/// An activity as it stands in a page, whose context covers it.
fn inside(mut activity: Value) -> Value {
    if let Some(activity) = activity.as_object_mut() {
        activity.remove("@context");
    }
    activity
}
