//! The documents that stand at our URLs: actors, posts, collections, small activities, tombstones.
//!
//! Each is built from a snapshot of the store. Who may read it was decided before, except in collections, which show
//! what is for everybody and nothing else. A page of a collection is named by the number below which it starts.

use serde_json::{Value, json};

use crate::activitypub::collection::{Collection, CollectionPage, context_of_ids};
use crate::activitypub::context;
use crate::activitypub::sent::{self, Addressing, Frame, SentNote};
use crate::coworking::id::{ActorId, PostId};
use crate::site::Site;
use crate::store::actor::{self, Actor};
use crate::store::announce::Announce;
use crate::store::follow;
use crate::store::page::{Page, Slice};
use crate::store::post::{self, Post, Reader, Spoken};
use crate::store::{Error, Tx, key, space};

use super::translate::actor::{Shown, document as actor_document};
use super::translate::note::{self, Said};

/// Which part of a collection is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The collection itself.
    Whole,
    /// A page of it.
    Page(Page),
}

impl Part {
    /// Reads the query of a collection's URL: nothing, `page=first`, or `page=` and a number.
    #[must_use]
    pub fn of(page: Option<&str>) -> Option<Self> {
        match page {
            None => Some(Self::Whole),
            Some("first" | "true" | "1") => Some(Self::Page(Page::new(None, None))),
            Some(number) => {
                let number = number.parse().ok().filter(|number| *number > 0)?;
                Some(Self::Page(Page::new(Some(number), None)))
            }
        }
    }
}

/// The document of a local actor; `None` while its keys are still being made.
///
/// # Errors
/// The store's.
pub fn actor(tx: &mut Tx<'_>, site: &Site, actor: &Actor) -> Result<Option<Value>, Error> {
    let keys = key::of_actor(tx, actor.id)?;
    let space = space::by_id(tx, actor.id)?;
    let home = match actor.home_space {
        Some(home) => actor::by_id(tx, home.into())?.map(|home| home.uri),
        None => None,
    };
    let shown =
        Shown { keys: &keys, zone: space.as_ref().map(|space| space.zone.as_str()), home_space: home.as_deref() };
    Ok(actor_document(site, actor, shown).map(|document| document.to_value()))
}

/// The Note of a local post; `None` for what is gone or never leaves this node.
///
/// # Errors
/// The store's.
pub fn note(tx: &mut Tx<'_>, site: &Site, post: &Post) -> Result<Option<SentNote>, Error> {
    let Some(author) = uri_of(tx, post.author)? else { return Ok(None) };
    let recipients = recipients(tx, post.id)?;
    Ok(note::note(site, Said { post, author: &author, recipients: &recipients }))
}

/// To whom a local post goes or went; also of one that is gone.
///
/// # Errors
/// The store's.
pub fn addressing(tx: &mut Tx<'_>, post: &Post) -> Result<Option<Addressing>, Error> {
    let Some(author) = uri_of(tx, post.author)? else { return Ok(None) };
    let recipients = recipients(tx, post.id)?;
    Ok(note::addressing(Said { post, author: &author, recipients: &recipients }))
}

fn recipients(tx: &mut Tx<'_>, post: PostId) -> Result<Vec<String>, Error> {
    let ids = post::recipients(tx, post)?;
    let mut actors = actor::summaries(tx, &ids)?;
    actors.sort_by_key(|actor| actor.id);
    Ok(actors.into_iter().map(|actor| actor.uri).collect())
}

fn uri_of(tx: &mut Tx<'_>, actor: ActorId) -> Result<Option<String>, Error> {
    Ok(actor::by_id(tx, actor)?.map(|actor| actor.uri))
}

/// What an actor said and announced to everybody.
///
/// # Errors
/// The store's.
pub fn outbox(tx: &mut Tx<'_>, site: &Site, actor: &Actor, part: Part) -> Result<Value, Error> {
    let id = format!("{}/outbox", actor.uri);
    let Part::Page(page) = part else {
        return Ok(collection(&id, post::outbox_count(tx, actor.id)?, context_of_ids()));
    };
    let spoken = post::outbox(tx, actor.id, page)?;
    let mut items = Vec::with_capacity(spoken.items.len());
    for said in &spoken.items {
        match said {
            Spoken::Post(post) => items.extend(create(tx, site, actor, post)?),
            Spoken::Announce(announce) => items.push(announced(site, actor, announce)),
        }
    }
    Ok(page_of(&id, page, Slice { items, next: spoken.next }, context::proposal()))
}

fn create(tx: &mut Tx<'_>, site: &Site, actor: &Actor, post: &Post) -> Result<Option<Value>, Error> {
    let recipients = recipients(tx, post.id)?;
    let note = note::note(site, Said { post, author: &actor.uri, recipients: &recipients });
    Ok(note.map(|note| {
        let frame = Frame {
            id: &create_id(&post.uri),
            actor: &actor.uri,
            addressing: note.addressing.clone(),
            published: Some(post.published),
        };
        without_context(frame.create(&note))
    }))
}

/// The id of the Create of a post: each is made once, so it hangs on the post.
#[must_use]
pub fn create_id(post: &str) -> String {
    format!("{post}#create")
}

/// The activity by which a local actor announced a post.
#[must_use]
pub fn announce(site: &Site, actor: &Actor, announce: &Announce) -> Value {
    sent::with_context(announced(site, actor, announce), context::plain())
}

fn announced(site: &Site, actor: &Actor, announce: &Announce) -> Value {
    let frame = Frame {
        id: &site.announce(announce.id),
        actor: &actor.uri,
        addressing: Addressing::everybody(vec![format!("{}/followers", actor.uri)]),
        published: Some(announce.announced_at),
    };
    without_context(frame.announce(&announce.post_uri))
}

/// Who follows an actor: a count, and who they are unless the actor hides its network.
///
/// # Errors
/// The store's.
pub fn followers(tx: &mut Tx<'_>, actor: &Actor, part: Part) -> Result<Value, Error> {
    let (followers, _) = follow::counts(tx, actor.id)?;
    network(tx, actor, "followers", followers, part, follow::followers)
}

/// Whom an actor follows: a count, and who they are unless the actor hides its network.
///
/// # Errors
/// The store's.
pub fn following(tx: &mut Tx<'_>, actor: &Actor, part: Part) -> Result<Value, Error> {
    let (_, following) = follow::counts(tx, actor.id)?;
    network(tx, actor, "following", following, part, follow::following)
}

type ListOfActors = fn(&mut Tx<'_>, Reader, ActorId, Page) -> Result<Slice<actor::ActorSummary>, Error>;

fn network(
    tx: &mut Tx<'_>,
    actor: &Actor,
    name: &str,
    total: u64,
    part: Part,
    list: ListOfActors,
) -> Result<Value, Error> {
    let id = format!("{}/{name}", actor.uri);
    if actor.hides_network {
        // A collection without pages is how others know that the network is hidden.
        return Ok(Collection::counted(&id, total).to_value(context_of_ids()));
    }
    let Part::Page(page) = part else { return Ok(collection(&id, total, context_of_ids())) };
    let people = list(tx, Reader::Stranger, actor.id, page)?;
    Ok(page_of(&id, page, people.map(|person| Value::from(person.uri)), context_of_ids()))
}

/// The posts that an actor pinned, all at once: there are few.
///
/// # Errors
/// The store's.
pub fn featured(tx: &mut Tx<'_>, site: &Site, actor: &Actor) -> Result<Value, Error> {
    let mut items = Vec::new();
    for post in post::featured(tx, actor.id)? {
        if !post.visibility.is_open() {
            continue;
        }
        if post.local {
            items.extend(note(tx, site, &post)?.map(|note| note.to_value()));
        } else {
            items.push(json!(post.uri));
        }
    }
    Ok(Collection::whole(&format!("{}/featured", actor.uri), items).to_value(context::proposal()))
}

/// Public answers to a post, by id.
///
/// # Errors
/// The store's.
pub fn replies(tx: &mut Tx<'_>, post: &Post, part: Part) -> Result<Value, Error> {
    let id = format!("{}/replies", post.uri);
    let page = match part {
        Part::Whole => Page::new(None, None),
        Part::Page(page) => page,
    };
    let answers = post::replies(tx, post.id, page)?.map(|answer| Value::from(answer.uri));
    match part {
        // How many there are is not counted: nobody needs it, and it would be a scan.
        Part::Whole => Ok(json!({
            "@context": context::plain(), "type": "Collection", "id": id,
            "first": {"type": "CollectionPage", "partOf": id, "id": page_id(&id, None),
                "items": answers.items, "next": answers.next.map(|next| page_id(&id, Some(next)))},
        })),
        Part::Page(page) => Ok(page_of(&id, page, answers, context_of_ids())),
    }
}

/// A Follow of ours.
#[must_use]
pub fn follow(id: &str, follower: &str, target: &str) -> Value {
    let addressing = Addressing::to_one(target);
    Frame { id, actor: follower, addressing, published: None }.follow(target)
}

/// A Like of ours.
#[must_use]
pub fn like(id: &str, actor: &str, post: &str) -> Value {
    Frame { id, actor, addressing: Addressing::default(), published: None }.like(post)
}

fn collection(id: &str, total: u64, context: Value) -> Value {
    Collection::paged(id, total, &page_id(id, None)).to_value(context)
}

fn page_of(id: &str, page: Page, slice: Slice<Value>, context: Value) -> Value {
    CollectionPage {
        id: page_id(id, page.before),
        part_of: id.to_owned(),
        next: slice.next.map(|next| page_id(id, Some(next))),
        prev: None,
        items: slice.items,
    }
    .to_value(context)
}

fn page_id(id: &str, before: Option<i64>) -> String {
    match before {
        None => format!("{id}?page=first"),
        Some(number) => format!("{id}?page={number}"),
    }
}

fn without_context(mut value: Value) -> Value {
    if let Some(object) = value.as_object_mut() {
        object.remove("@context");
    }
    value
}
