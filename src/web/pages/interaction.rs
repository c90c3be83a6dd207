//! Where other servers send our members who want to act on something they saw there.
//!
//! The page only shows. Who opens it is not known, so it makes this node ask others no more often than a few times a
//! minute in all: what is known here needs no asking.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::actor::is_shown;
use super::desk::Desk;
use super::shown::ShownPost;
use super::view::{Head, Person};
use super::{Keep, html};
use crate::coworking::id::{ActorId, PostId};
use crate::node::Node;
use crate::store::post::Reader;
use crate::store::{Tx, actor, post};
use crate::web::Door;
use crate::web::error::{Error, Result};

#[derive(Template)]
#[template(path = "interaction.html")]
pub(super) struct InteractionPage {
    pub(super) head: Head,
    pub(super) found: Found,
    /// Our number for what was found.
    pub(super) id: i64,
}

pub(super) enum Found {
    Nothing,
    Person(Box<Person>),
    Post(Box<ShownPost>),
}

/// What is to be acted on.
#[derive(Debug, Deserialize)]
pub struct Asked {
    /// An id or the address of a page; a handle passes too.
    uri: Option<String>,
    /// A handle.
    acct: Option<String>,
}

/// Something that is known here.
#[derive(Debug, Clone, Copy)]
enum Known {
    Actor(ActorId),
    Post(PostId),
}

/// `GET /authorize_interaction?uri=`, as Mastodon made it common (FEP-3b86 `Object`).
///
/// # Errors
/// [`Error::not_found`] for what is neither known here nor found.
pub async fn page(door: web::Data<Door>, asked: web::Query<Asked>) -> Result<HttpResponse> {
    let Asked { uri, acct } = asked.into_inner();
    let Some(wanted) = uri.or(acct).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()) else {
        let head = Head::plain("Open something from elsewhere", door.node_name());
        return html(StatusCode::OK, &InteractionPage { head, found: Found::Nothing, id: 0 }, Keep::Revalidate);
    };
    let lookup = wanted.clone();
    let known = door.node.store.read(move |tx| known(tx, &lookup)).await?.ok_or(Error::not_found("person or post"))?;
    let node = door.node.clone();
    let page = door.node.store.read(move |tx| load(tx, &node, known)).await?;
    html(StatusCode::OK, &page, Keep::Never)
}

/// What the store knows under an id, an address or a handle.
fn known(tx: &mut Tx<'_>, wanted: &str) -> Result<Option<Known>> {
    if wanted.starts_with("https://") || wanted.starts_with("http://") {
        if let Some(actor) = actor::id_of(tx, wanted)? {
            return Ok(Some(Known::Actor(actor)));
        }
        return Ok(post::by_uri(tx, wanted)?.map(|post| Known::Post(post.id)));
    }
    let handle = wanted.trim_start_matches("acct:").trim_start_matches('@');
    let Some((username, host)) = handle.split_once('@') else { return Ok(None) };
    Ok(actor::by_handle(tx, username, host)?.map(|actor| Known::Actor(actor.id)))
}

fn load(tx: &mut Tx<'_>, node: &Node, known: Known) -> Result<InteractionPage> {
    let desk = Desk::new(tx, node)?;
    let nothing = || Error::not_found("person or post");
    match known {
        Known::Actor(id) => {
            let actor = actor::by_id(tx, id)?.ok_or_else(nothing)?;
            if !is_shown(tx, &actor)? {
                return Err(nothing());
            }
            let person = Person::of(&actor.summarised(), &node.site);
            let head = desk.head(&person.name);
            Ok(InteractionPage { head, found: Found::Person(Box::new(person)), id: id.0 })
        }
        Known::Post(id) => {
            let view = post::view(tx, Reader::Stranger, id)?.ok_or_else(nothing)?;
            let shown = desk.post(&view);
            let head = desk.head(&shown.label);
            Ok(InteractionPage { head, found: Found::Post(Box::new(shown)), id: id.0 })
        }
    }
}
