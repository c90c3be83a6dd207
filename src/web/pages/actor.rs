//! The page of a member, of a space, and of somebody from elsewhere as they are known here.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::desk::{Cut, Desk, older};
use super::shown::ShownPost;
use super::space::ShownPlace;
use super::view::{Count, Head, Person, prose};
use super::{Keep, html};
use crate::coworking::id::{ActorId, SpaceId};
use crate::coworking::peer::Level;
use crate::coworking::{Refusal, markdown, tag};
use crate::node::Node;
use crate::store::actor::{Actor, ActorType};
use crate::store::offer::{Filter, Scope};
use crate::store::page::Page;
use crate::store::post::{Entry, PostView, Reader};
use crate::store::{Tx, actor, follow, offer, peer, post};
use crate::web::Door;
use crate::web::error::{Error, Result};

/// How many offers stand above the posts of a space.
const OFFERS: usize = 6;

#[derive(Template)]
#[template(path = "actor.html")]
pub(super) struct ActorPage {
    pub(super) head: Head,
    pub(super) person: Person,
    /// Their own page, of those who live elsewhere.
    pub(super) original: Option<String>,
    /// The account that took over.
    pub(super) moved: Option<String>,
    /// Harmless HTML.
    pub(super) summary: String,
    pub(super) skills: Vec<Skill>,
    pub(super) facts: Vec<Fact>,
    pub(super) counts: Vec<Count>,
    /// Of a space of ours.
    pub(super) place: Option<ShownPlace>,
    pub(super) offers: Vec<ShownPost>,
    pub(super) posts: Vec<ShownPost>,
    pub(super) home: Option<Person>,
    pub(super) newer: Option<String>,
    pub(super) older: Option<String>,
}

pub(super) struct Skill {
    pub(super) name: String,
    /// The page of the word; empty when it cannot be a hashtag.
    pub(super) link: String,
}

pub(super) struct Fact {
    pub(super) name: String,
    /// Harmless HTML.
    pub(super) value: String,
}

/// `GET /members/{name}` and `GET /spaces/{name}`, for people.
pub(in crate::web) async fn local(
    door: &web::Data<Door>,
    kind: ActorType,
    name: String,
    cut: Cut,
) -> Result<HttpResponse> {
    let node = door.node.clone();
    let page = door.node.store.read(move |tx| {
        let found = actor::local_by_username(tx, &name)?;
        let found = found.filter(|actor| actor.username == name && actor.actor_type == kind);
        let actor = found.ok_or(Error::not_found(noun(kind)))?;
        if actor.deleted_at.is_some() {
            return Err(Refusal::Gone { what: noun(kind) }.into());
        }
        if !is_shown(tx, &actor)? {
            return Err(Error::not_found(noun(kind)));
        }
        load(tx, &node, actor, cut)
    });
    html(StatusCode::OK, &page.await?, Keep::Revalidate)
}

/// `GET /people/{id}`: somebody from elsewhere as they are known here.
///
/// # Errors
/// [`Error::not_found`] for who is unknown, silenced here, or lives on a server that is.
pub async fn remote(door: web::Data<Door>, id: web::Path<String>, cut: web::Query<Cut>) -> Result<HttpResponse> {
    let cut = cut.into_inner();
    let id: ActorId = id.parse().map_err(|_| Error::not_found("person"))?;
    let node = door.node.clone();
    let page = door.node.store.read(move |tx| {
        let actor = actor::by_id(tx, id)?.ok_or(Error::not_found("person"))?;
        if actor.local {
            return Ok(Err(actor.uri));
        }
        if !is_shown(tx, &actor)? {
            return Err(Error::not_found("person"));
        }
        load(tx, &node, actor, cut).map(Ok)
    });
    match page.await? {
        Ok(page) => html(StatusCode::OK, &page, Keep::Revalidate),
        Err(own) => Ok(HttpResponse::SeeOther().insert_header((LOCATION, own)).finish()),
    }
}

/// Is this somebody whom pages show: there, not silenced, and on no server that is shut out?
pub(super) fn is_shown(tx: &mut Tx<'_>, actor: &Actor) -> Result<bool> {
    if actor.local || !actor.is_active() {
        return Ok(actor.is_active());
    }
    let Some(host) = actor.server() else { return Ok(false) };
    Ok(peer::level(tx, &host)? != Level::Blocked)
}

fn noun(kind: ActorType) -> &'static str {
    if kind == ActorType::Group { "space" } else { "member" }
}

fn load(tx: &mut Tx<'_>, node: &Node, actor: Actor, cut: Cut) -> Result<ActorPage> {
    let desk = Desk::new(tx, node)?;
    let person = Person::of(&actor.summarised(), &node.site);
    let space = (actor.local && actor.actor_type == ActorType::Group).then_some(SpaceId(actor.id.0));
    let posts = match space {
        Some(space) => post::space(tx, Reader::Stranger, space, cut.page())?,
        None => post::of_actor(tx, actor.id, Reader::Stranger, cut.page(), false)?,
    };
    let pinned = if cut.is_first() { pinned(tx, &actor)? } else { Vec::new() };
    let offers = match space.filter(|_| cut.is_first()) {
        Some(space) => {
            let page = Page::new(None, Some(Page::LIMIT));
            let mut offers = offer::board(tx, Reader::Stranger, Scope::Here, &Filter::default(), page, desk.now)?.items;
            offers.retain(|offer| offer.post.space == Some(space));
            offers.truncate(OFFERS);
            offers
        }
        None => Vec::new(),
    };
    let home = match actor.home_space {
        Some(home) => actor::summaries(tx, &[home.into()])?.pop().map(|home| Person::of(&home, &node.site)),
        None => None,
    };
    let path = person.page.strip_prefix(node.site.origin()).unwrap_or_default().to_owned();
    let place = match space {
        Some(id) => super::space::place(tx, id, &path, cut.have(), desk.now)?,
        None => None,
    };
    let others = posts.items.iter().filter(|view| pinned.iter().all(|pinned| pinned.post.id != view.post.id));
    let shown = pinned.iter().map(|view| ShownPost { pinned: true, ..desk.post(view) });
    let shown: Vec<ShownPost> = shown.chain(others.map(|view| desk.post(view))).collect();
    let mut head = desk.head(&person.name);
    head.description = Some(markdown::plain_text(&actor.summary, 160)).filter(|text| !text.is_empty());
    head.indexed = actor.local && actor.indexable;
    head.document = actor.local.then(|| actor.uri.clone());
    Ok(ActorPage {
        head,
        counts: if actor.local { counts(tx, actor.id)? } else { Vec::new() },
        original: (!actor.local).then(|| actor.url.clone().unwrap_or_else(|| actor.uri.clone())),
        moved: actor.moved_to.clone(),
        summary: prose(&actor.summary),
        skills: actor.skills.iter().map(|skill| Skill::of(skill, node)).collect(),
        facts: actor.fields.iter().map(|field| Fact::of(&field.name, &field.value)).collect(),
        place,
        offers: desk.posts(&offers),
        older: older(&posts, &path),
        newer: cut.newer(&path),
        posts: shown,
        home,
        person,
    })
}

/// The posts that stand first on their author's page.
fn pinned(tx: &mut Tx<'_>, actor: &Actor) -> Result<Vec<PostView>> {
    if !actor.local {
        return Ok(Vec::new());
    }
    let entries: Vec<Entry> = post::featured(tx, actor.id)?
        .into_iter()
        .map(|post| Entry { id: post.id.0, post: post.id, announcer: None })
        .collect();
    Ok(post::views(tx, Reader::Stranger, &entries)?)
}

fn counts(tx: &mut Tx<'_>, actor: ActorId) -> Result<Vec<Count>> {
    let (followers, following) = follow::counts(tx, actor)?;
    let posts = post::outbox_count(tx, actor)?;
    Ok(vec![
        Count::of(posts, "post", "posts"),
        Count::of(followers, "follower", "followers"),
        Count::of(following, "following", "following"),
    ])
}

impl Skill {
    fn of(name: &str, node: &Node) -> Self {
        let word: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
        let link = if word.is_empty() { String::new() } else { node.site.tag(&tag::fold(&word)) };
        Self { name: name.to_owned(), link }
    }
}

impl Fact {
    fn of(name: &str, value: &str) -> Self {
        Self { name: name.to_owned(), value: prose(value) }
    }
}
