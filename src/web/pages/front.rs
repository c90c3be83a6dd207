//! The front page: who lives here, what they offer and what they say.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::desk::{Cut, Desk, older};
use super::shown::ShownPost;
use super::view::{Head, Person, prose};
use super::{Keep, html};
use crate::coworking::markdown;
use crate::node::Node;
use crate::store::offer::{Filter, Scope};
use crate::store::page::{Page, Slice};
use crate::store::post::Reader;
use crate::store::{Tx, actor, offer, post, space};
use crate::web::Door;
use crate::web::error::Result;

/// How many offers stand above the posts.
const OFFERS: u32 = 6;

#[derive(Template)]
#[template(path = "front.html")]
pub(super) struct FrontPage {
    pub(super) head: Head,
    /// Harmless HTML.
    pub(super) summary: String,
    pub(super) offers: Vec<ShownPost>,
    pub(super) posts: Vec<ShownPost>,
    pub(super) spaces: Vec<Person>,
    pub(super) newer: Option<String>,
    pub(super) older: Option<String>,
}

/// `GET /`, for people.
pub(in crate::web) async fn page(door: &web::Data<Door>, cut: Cut) -> Result<HttpResponse> {
    let node = door.node.clone();
    let page = door.node.store.read(move |tx| load(tx, &node, cut)).await?;
    html(StatusCode::OK, &page, Keep::Revalidate)
}

fn load(tx: &mut Tx<'_>, node: &Node, cut: Cut) -> Result<FrontPage> {
    let desk = Desk::new(tx, node)?;
    let mut summary = actor::by_uri(tx, &node.site.node_actor())?.map(|actor| actor.summary).unwrap_or_default();
    let listed = space::list(tx)?;
    let default = listed.iter().find(|space| space.is_default).map(|space| space.id);
    // Most nodes are one space, and what it says of itself is what there is to say.
    if let (true, Some(space)) = (summary.is_empty(), default) {
        summary = actor::by_id(tx, space.into())?.map(|actor| actor.summary).unwrap_or_default();
    }
    let known = actor::summaries(tx, &listed.iter().map(|space| space.id.into()).collect::<Vec<_>>())?;
    let spaces = listed.iter().filter_map(|space| known.iter().find(|actor| actor.id == space.id.into()));
    let spaces = spaces.map(|actor| Person::of(actor, &node.site)).collect();
    let posts = match default {
        Some(space) => post::space(tx, Reader::Stranger, space, cut.page())?,
        None => Slice { items: Vec::new(), next: None },
    };
    let offers = if cut.is_first() {
        let page = Page::new(None, Some(OFFERS));
        offer::board(tx, Reader::Stranger, Scope::Here, &Filter::default(), page, desk.now)?.items
    } else {
        Vec::new()
    };
    let mut head = desk.head(&desk.node);
    head.indexed = true;
    head.description = Some(markdown::plain_text(&summary, 160)).filter(|text| !text.is_empty());
    head.document = Some(node.site.node_actor());
    Ok(FrontPage {
        head,
        summary: prose(&summary),
        offers: desk.posts(&offers),
        older: older(&posts, "/"),
        newer: cut.newer("/"),
        posts: desk.posts(&posts.items),
        spaces,
    })
}
