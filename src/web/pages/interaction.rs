//! Where other servers send our members who want to act on something they saw there.
//!
//! The page only shows. Who opens it is not known, so it makes this node ask others no more often than a few times a
//! minute in all, and less often for one visitor: what is known here needs no asking.

use std::net::IpAddr;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::actor::is_shown;
use super::desk::Desk;
use super::shown::ShownPost;
use super::view::{Head, Person};
use super::{Keep, html};
use crate::coworking::Refusal;
use crate::federation::resolve::{self, Resolved};
use crate::node::{Clock, Node};
use crate::rate_limit::{Rate, RateLimit, Tally, household};
use crate::store::post::Reader;
use crate::store::{Tx, actor, post};
use crate::web::Door;
use crate::web::asker::asker;
use crate::web::error::{Error, Result, sentence};
use crate::web::problem;

/// What all visitors together may have looked up elsewhere.
const BY_ALL: Rate = Rate { burst: 30, every: Duration::from_secs(10) };
/// What one visitor may.
const BY_VISITOR: Rate = Rate { burst: 6, every: Duration::from_secs(30) };

/// How often visitors had something looked up elsewhere.
#[derive(Debug)]
pub struct Lookups {
    all: RateLimit<()>,
    visitors: RateLimit<Option<IpAddr>>,
}

impl Lookups {
    /// Nothing was looked up yet.
    #[must_use]
    pub fn new(clock: &Clock, tally: &Tally) -> Self {
        Self {
            all: RateLimit::new("look-ups", BY_ALL, clock, tally),
            visitors: RateLimit::new("look-ups by visitor", BY_VISITOR, clock, tally),
        }
    }

    /// Takes a turn.
    ///
    /// # Errors
    /// [`Refusal::TooOften`].
    pub fn turn(&self, visitor: Option<IpAddr>) -> std::result::Result<(), Refusal> {
        self.take(visitor).map_err(|seconds| Refusal::TooOften { seconds: seconds.into() })
    }

    /// Takes a turn, or tells in how many seconds there is one. Whoever has none left takes none from the others.
    fn take(&self, visitor: Option<IpAddr>) -> std::result::Result<(), u32> {
        self.visitors.check(&visitor.map(household)).and_then(|()| self.all.check(&()))
    }
}

#[derive(Template)]
#[template(path = "interaction.html")]
pub(super) struct InteractionPage {
    pub(super) head: Head,
    pub(super) found: Found,
    /// Our number for what was found.
    pub(super) id: i64,
}

pub(super) enum Found {
    Nothing(Search),
    Person(Box<Person>),
    Post(Box<ShownPost>),
}

/// The form, as it was sent.
#[derive(Default)]
pub(super) struct Search {
    /// What was asked for.
    pub(super) wanted: String,
    /// Why it is not shown.
    pub(super) trouble: Option<String>,
    /// In how many seconds it may be looked up: the node has looked up too much.
    pub(super) wait: Option<u32>,
}

/// What is to be acted on.
#[derive(Debug, Deserialize)]
pub struct Asked {
    /// An id or the address of a page; a handle passes too.
    uri: Option<String>,
    /// A handle.
    acct: Option<String>,
}

/// `GET /authorize_interaction?uri=`, as Mastodon made it common (FEP-3b86 `Object`).
///
/// # Errors
/// The store's. What is not found is said on the page.
pub async fn page(door: web::Data<Door>, request: HttpRequest, asked: web::Query<Asked>) -> Result<HttpResponse> {
    let Asked { uri, acct } = asked.into_inner();
    let Some(wanted) = uri.or(acct).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()) else {
        return search(&door, StatusCode::OK, Search::default(), Keep::Revalidate).await;
    };
    let found = match find(&door, &request, &wanted).await {
        Ok(found) => found,
        Err(Error::Refused(Refusal::TooOften { seconds })) => {
            let wait = u32::try_from(seconds).unwrap_or(u32::MAX);
            let form = Search { wanted, trouble: None, wait: Some(wait) };
            let mut page = search(&door, StatusCode::SERVICE_UNAVAILABLE, form, Keep::Never).await?;
            page.headers_mut().insert(RETRY_AFTER, HeaderValue::from(wait));
            return Ok(page);
        }
        Err(Error::Refused(refusal)) => {
            let form = Search { wanted, trouble: Some(sentence(&refusal)), wait: None };
            return search(&door, problem::status(&refusal), form, Keep::Never).await;
        }
        Err(error) => return Err(error),
    };
    html(StatusCode::OK, &found, Keep::Never)
}

async fn search(door: &Door, status: StatusCode, form: Search, keep: Keep) -> Result<HttpResponse> {
    let node = door.node.clone();
    let titled = move |tx: &mut Tx<'_>| Desk::new(tx, &node).map(|desk| desk.head("Open something from elsewhere"));
    let head: Head = door.node.store.read(titled).await?;
    html(status, &InteractionPage { head, found: Found::Nothing(form), id: 0 }, keep)
}

async fn find(door: &Door, request: &HttpRequest, wanted: &str) -> Result<InteractionPage> {
    let node = door.node.clone();
    let found = match resolve::known(&node, wanted).await? {
        Some(known) => known,
        None => {
            let visitor = asker(&node, request.peer_addr(), request.headers());
            door.lookups.take(visitor).map_err(|seconds| Refusal::TooOften { seconds: seconds.into() })?;
            resolve::in_time(wanted, resolve::AT_A_PAGE, resolve::anything(&node, wanted)).await?
        }
    };
    door.node.store.read(move |tx| load(tx, &node, found)).await
}

fn load(tx: &mut Tx<'_>, node: &Node, found: Resolved) -> Result<InteractionPage> {
    let desk = Desk::new(tx, node)?;
    let nothing = || Error::not_found("person or post");
    match found {
        Resolved::Actor(id) => {
            let actor = actor::by_id(tx, id)?.ok_or_else(nothing)?;
            if !is_shown(tx, &actor)? {
                return Err(nothing());
            }
            let person = Person::of(&actor.summarised(), &node.site);
            let head = desk.head(&person.name);
            Ok(InteractionPage { head, found: Found::Person(Box::new(person)), id: id.0 })
        }
        Resolved::Post(id) => {
            let view = post::view(tx, Reader::Stranger, id)?.ok_or_else(nothing)?;
            let shown = desk.post(&view);
            let head = desk.head(&shown.label);
            Ok(InteractionPage { head, found: Found::Post(Box::new(shown)), id: id.0 })
        }
    }
}
