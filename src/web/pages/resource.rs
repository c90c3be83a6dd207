//! The page of something that can be booked: what it is, by which rules, and when it is free. No name is on it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use jiff::civil::Date;
use serde::Deserialize;

use super::book::{self, Book, Sent};
use super::desk::Desk;
use super::view::{Head, Person};
use super::week::{ShownHours, ShownNow, ShownWeek};
use super::{Keep, html};
use crate::coworking::Refusal;
use crate::coworking::id::ResourceId;
use crate::coworking::resource::{Audience, Kind, Photo, Resource};
use crate::coworking::rules::Price;
use crate::coworking::terms;
use crate::node::Node;
use crate::operations::calendar::{self, Week};
use crate::operations::session::Known;
use crate::store::{Tx, actor, resource};
use crate::web::Door;
use crate::web::error::Result;
use crate::web::problem::status;
use crate::web::session::Visitor;

#[derive(Template)]
#[template(path = "resource.html")]
pub(super) struct ResourcePage {
    pub(super) head: Head,
    pub(super) name: String,
    pub(super) kind: &'static str,
    /// Whose it is.
    pub(super) space: Option<Person>,
    pub(super) address: Option<String>,
    pub(super) now: ShownNow,
    pub(super) description: String,
    /// How many there are, how many people they hold, what it is made of: a name and a text each.
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) amenities: Vec<String>,
    pub(super) photos: Vec<ShownPhoto>,
    pub(super) terms: Vec<ShownTerms>,
    pub(super) hours: ShownHours,
    pub(super) week: ShownWeek,
    /// How it is booked.
    pub(super) book: Book,
    /// What to give to a program or another node.
    pub(super) link: String,
    pub(super) calendar: String,
}

/// A picture.
pub(super) struct ShownPhoto {
    pub(super) url: String,
    pub(super) alt: String,
    /// Is it here? What is elsewhere is a link: that server need not know who reads here.
    pub(super) here: bool,
}

/// The rules for one audience.
pub(super) struct ShownTerms {
    pub(super) audience: &'static str,
    pub(super) price: String,
    pub(super) sentences: Vec<String>,
}

/// What the address asks for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Wanted {
    /// Any date in the week that is shown.
    week: Option<Date>,
    /// From when somebody would like to book it, as the clock of the space shows it or with its offset.
    pub(super) start: Option<String>,
    /// Until when.
    pub(super) end: Option<String>,
}

impl Wanted {
    /// What the form begins with is shown in its week, unless another one is asked for.
    fn week(&self) -> Option<Date> {
        self.week.or_else(|| self.start.as_ref()?.get(..10)?.parse().ok())
    }
}

/// `GET /resources/{id}`, for people.
pub(in crate::web) async fn page(
    door: &web::Data<Door>,
    visitor: &Visitor,
    id: ResourceId,
    wanted: Wanted,
) -> Result<HttpResponse> {
    let (node, known) = (door.node.clone(), visitor.known.clone());
    let keep = if known.is_some() { Keep::Never } else { Keep::Revalidate };
    let page = door.node.store.read(move |tx| load(tx, &node, known.as_ref(), id, &wanted, None)).await?;
    html(StatusCode::OK, &page, keep)
}

/// The page again, with what was sent and why it did not pass.
pub(super) async fn refused(
    door: &web::Data<Door>,
    visitor: &Visitor,
    id: ResourceId,
    sent: Sent,
    no: Refusal,
) -> Result<HttpResponse> {
    let (node, known, status) = (door.node.clone(), visitor.known.clone(), status(&no));
    let (wanted, no) = (Wanted { start: Some(sent.date().to_owned()), ..Wanted::default() }, (sent, no));
    let page = door.node.store.read(move |tx| load(tx, &node, known.as_ref(), id, &wanted, Some(&no)));
    html(status, &page.await?, Keep::Never)
}

fn load(
    tx: &mut Tx<'_>,
    node: &Node,
    known: Option<&Known>,
    id: ResourceId,
    wanted: &Wanted,
    no: Option<&(Sent, Refusal)>,
) -> Result<ResourcePage> {
    let desk = Desk::new(tx, node)?;
    let week = calendar::week(tx, known.map(|known| known.acting), id, wanted.week(), desk.now)?;
    let book = match known {
        Some(_) => Book::of(&week, wanted, no, desk.now),
        None => Book::Stranger { sign_in: book::sign_in(id) },
    };
    let space = actor::summaries(tx, &[week.kept.space.into()])?.pop().map(|space| Person::of(&space, &node.site));
    let made_of = parts(tx, &week)?;
    let what = &week.kept.resource;
    let link = node.site.resource(id);
    let mut head = desk.head(&match &space {
        Some(space) => format!("{}, {}", what.name, space.name),
        None => what.name.clone(),
    });
    head.indexed = wanted.week().is_none();
    head.visitor = known.map(|known| known.name.clone());
    if no.is_some() {
        head.title = format!("Not booked: {}", head.title);
    }
    head.description = what.description.clone();
    head.document = Some(link.clone());
    let members = what.rules.get(&Audience::Resident);
    let hours = what.hours.as_ref().unwrap_or_else(|| week.space.place.bookable());
    Ok(ResourcePage {
        head,
        name: what.name.clone(),
        kind: kind(what.kind, what.units > 1),
        space,
        address: super::space::address(&week.space.place.address),
        now: ShownNow::of(week.now, what.units, &week.zone, desk.now),
        description: what.description.clone().unwrap_or_default(),
        facts: facts(what, made_of),
        amenities: what.amenities.clone(),
        photos: photos(&what.photos),
        terms: shown_terms(what),
        hours: ShownHours::of(hours, week.zone.wall(desk.now).date()),
        week: ShownWeek::of(&week, &format!("/resources/{id}"), known.and(members), desk.now),
        book,
        calendar: node.site.resource_calendar(id),
        link,
    })
}

/// What it is made of, by name.
fn parts(tx: &mut Tx<'_>, week: &Week) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for part in &week.kept.resource.parts {
        names.extend(resource::by_id(tx, *part)?.map(|part| part.resource.name));
    }
    Ok(names)
}

/// What sort of thing it is, or they are.
pub(super) fn kind(kind: Kind, many: bool) -> &'static str {
    match (kind, many) {
        (Kind::HotDesk, false) => "Desk for the day",
        (Kind::HotDesk, true) => "Desks for the day",
        (Kind::Desk, false) => "Desk of your own",
        (Kind::Desk, true) => "Desks of your own",
        (Kind::MeetingRoom, false) => "Meeting room",
        (Kind::MeetingRoom, true) => "Meeting rooms",
        (Kind::PhoneBooth, false) => "Phone booth",
        (Kind::PhoneBooth, true) => "Phone booths",
        (Kind::EventRoom, false) => "Room for events",
        (Kind::EventRoom, true) => "Rooms for events",
        (Kind::Equipment, false) => "Equipment",
        (Kind::Equipment, true) => "Equipment",
    }
}

/// How many there are and for how many people, in a line.
pub(super) fn size(what: &Resource) -> String {
    let people = |seats: u32| if seats == 1 { "one person".to_owned() } else { format!("up to {seats} people") };
    match (what.kind, what.units, what.seats) {
        (Kind::Equipment, 1, _) => String::new(),
        (Kind::Equipment | Kind::HotDesk | Kind::Desk, units, 1) if units > 1 => format!("{units} of them"),
        (_, 1, seats) => format!("For {}", people(seats)),
        (_, units, seats) => format!("{units}, each for {}", people(seats)),
    }
}

fn facts(what: &Resource, made_of: Vec<String>) -> Vec<(&'static str, String)> {
    let mut facts = vec![("Size", size(what))];
    if !made_of.is_empty() {
        facts.push(("Made of", made_of.join(" and ")));
    }
    facts.retain(|(_, text)| !text.is_empty());
    facts
}

/// As it stands in what a card says: the price for those from elsewhere, or else for members.
pub(super) fn price_of(what: &Resource) -> Option<String> {
    let audiences = [Audience::External, Audience::Guest, Audience::Resident];
    let rules = audiences.iter().find_map(|audience| what.rules.get(audience))?;
    Some(terms::price(&rules.price)).filter(|_| rules.price != Price::Free)
}

pub(super) fn photos(photos: &[Photo]) -> Vec<ShownPhoto> {
    let shown = photos.iter().map(|photo| ShownPhoto {
        here: photo.name().is_some(),
        url: photo.url.clone(),
        alt: photo.alt.clone(),
    });
    shown.collect()
}

/// The rules of those who do not work here.
fn shown_terms(what: &Resource) -> Vec<ShownTerms> {
    let rules = what.rules.iter().filter(|(audience, _)| **audience != Audience::Staff);
    let shown = rules.map(|(audience, rules)| ShownTerms {
        audience: terms::audience(*audience),
        price: terms::price(&rules.price),
        sentences: terms::sentences(what, rules),
    });
    shown.collect()
}
