//! The page of the directory: spaces elsewhere, as they tell of themselves. Nobody is asked anything for it; when something
//! is free is on the page that its own space has of it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::desk::Desk;
use super::resource::kind;
use super::view::{Head, When};
use super::{Keep, html};
use crate::coworking::directory::{Lent, Wanted, WantedInput};
use crate::coworking::resource::Kind;
use crate::coworking::rules::Price;
use crate::coworking::terms;
use crate::operations::directory::{self, Found};
use crate::store::page::Page;
use crate::web::Door;
use crate::web::error::Result;

/// How much of what a space has is shown; its own page has all.
const SHOWN: usize = 6;
/// The sorts of things that can be chosen.
const KINDS: [Kind; 5] = [Kind::HotDesk, Kind::Desk, Kind::MeetingRoom, Kind::PhoneBooth, Kind::EventRoom];

#[derive(Template)]
#[template(path = "directory.html")]
pub(super) struct DirectoryPage {
    pub(super) head: Head,
    pub(super) town: String,
    pub(super) need: String,
    pub(super) people: String,
    /// Word, name, and whether it is the one that was chosen.
    pub(super) kinds: Vec<(&'static str, &'static str, bool)>,
    /// What is wrong with what was asked for.
    pub(super) wrong: Option<String>,
    pub(super) asked: bool,
    pub(super) spaces: Vec<ShownSpace>,
    pub(super) more: Option<String>,
}

pub(super) struct ShownSpace {
    pub(super) name: String,
    pub(super) link: String,
    pub(super) handle: String,
    pub(super) summary: String,
    pub(super) address: Option<String>,
    pub(super) partner: bool,
    pub(super) told: When,
    pub(super) has: Vec<ShownLent>,
    /// "and 12 more"
    pub(super) rest: usize,
}

pub(super) struct ShownLent {
    pub(super) link: String,
    pub(super) name: String,
    pub(super) about: String,
}

/// What is looked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    town: String,
    need: String,
    kind: String,
    people: String,
    before: Option<i64>,
}

/// `GET /directory`.
///
/// # Errors
/// None that a reader could cause.
pub async fn page(door: web::Data<Door>, asked: web::Query<Asked>) -> Result<HttpResponse> {
    let (node, asked) = (door.node.clone(), asked.into_inner());
    let read = read(&asked);
    let page = door.node.store.read(move |tx| {
        let desk = Desk::new(tx, &node)?;
        let (wrong, found) = match &read {
            Ok(wanted) => {
                let page = Page::new(asked.before, None);
                (None, Some(directory::search(tx, wanted, page, desk.now)?))
            }
            Err(no) => (Some(no.to_string()), None),
        };
        let next = found.as_ref().and_then(|found| found.next);
        let found = found.map(|found| found.items).unwrap_or_default();
        let mut head = desk.head("Other spaces");
        head.indexed = false;
        crate::web::error::Result::Ok(DirectoryPage {
            head,
            kinds: KINDS.map(|of| (of.as_str(), kind(of, true), of.as_str() == asked.kind)).to_vec(),
            asked: [&asked.town, &asked.need, &asked.kind, &asked.people].iter().any(|text| !text.trim().is_empty()),
            more: next.map(|next| more(&asked, next)),
            town: asked.town.clone(),
            need: asked.need.clone(),
            people: asked.people.clone(),
            wrong,
            spaces: found.into_iter().map(|space| shown(space, &desk)).collect(),
        })
    });
    html(StatusCode::OK, &page.await?, Keep::Revalidate)
}

fn read(asked: &Asked) -> std::result::Result<Wanted, crate::coworking::Refusal> {
    let people = match asked.people.trim() {
        "" => None,
        // A number that is none passes no rule, and is refused as one.
        text => Some(text.parse().unwrap_or(0)),
    };
    let (town, need, kind) = (asked.town.clone(), asked.need.clone(), asked.kind.clone());
    WantedInput { town, need, kind, people, ..Default::default() }.parse()
}

fn more(asked: &Asked, next: i64) -> String {
    let mut query = url::form_urlencoded::Serializer::new("/directory?".to_owned());
    for (name, value) in
        [("town", &asked.town), ("need", &asked.need), ("kind", &asked.kind), ("people", &asked.people)]
    {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    query.append_pair("before", &next.to_string()).finish()
}

fn shown(space: Found, desk: &Desk<'_>) -> ShownSpace {
    let rest = space.lent.len().saturating_sub(SHOWN);
    ShownSpace {
        name: space.listing.name,
        link: space.uri,
        handle: space.listing.handle,
        summary: space.listing.summary,
        address: super::space::address(&space.listing.address),
        partner: space.hops == 1,
        told: When::of(space.read_at, &desk.zone),
        has: space.lent.into_iter().take(SHOWN).map(lent).collect(),
        rest,
    }
}

fn lent(lent: Lent) -> ShownLent {
    let mut about = vec![kind(lent.kind, lent.units > 1).to_lowercase()];
    match (lent.units, lent.seats) {
        (1, 1) => {}
        (1, seats) => about.push(format!("up to {seats} people")),
        (units, _) => about.push(format!("{units} of them")),
    }
    about.extend(lent.amenities);
    if lent.price != Price::Free {
        about.push(terms::price(&lent.price));
    }
    ShownLent { link: lent.uri, name: lent.name, about: about.join(", ") }
}
