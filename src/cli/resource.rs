//! `thirdspace resource`: what a space has that can be booked.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;

use super::answer::{Answer, Failure, print};
use super::open::Opened;
use super::page::{Window, paged};
use super::photo;
use super::speaker::Staff;
use crate::coworking::decision::in_words;
use crate::coworking::inventory::{self, to_csv, to_json};
use crate::coworking::resource::{Audience, ResourceInput};
use crate::coworking::rules::{Rules, RulesInput};
use crate::coworking::template::{self, Size};
use crate::coworking::week;
use crate::operations::{inventory as inventories, resource};
use crate::store::resource::Kept;
use crate::web::api::{List as Page, view};

/// So much is read of an inventory: many times what a space can have.
const LIMIT: u64 = 64 * 1024 * 1024;

#[derive(Debug, Subcommand)]
pub(super) enum Resource {
    /// Add something that can be booked
    #[command(
        after_help = "Examples:\n  thirdspace resource add Attic --kind meeting_room --seats 8 --clear 15 --amenities screen,whiteboard\n  \
                      thirdspace resource add Desks --kind hot_desk --units 24 --hours \"mon-fri 08:00-20:00\"\n\n\
                      It is booked by the usual rules of its kind, unless --rules says otherwise; `resource show --json` shows them."
    )]
    Add(Box<Add>),
    /// Change something; what is not named stays as it is
    #[command(after_help = "Example:\n  thirdspace resource edit Attic --seats 10 --name \"Large attic\"")]
    Edit(Box<Edit>),
    /// List what can be booked, the newest first
    #[command(after_help = "Example:\n  thirdspace resource list --space harbor")]
    List(List),
    /// Show something, with the rules by which it is booked
    #[command(after_help = "Example:\n  thirdspace resource show Attic")]
    Show {
        /// Its number or its name
        resource: String,
    },
    /// Take something away: nobody can book it any more, and what is booked stays
    #[command(after_help = "Example:\n  thirdspace resource retire Attic")]
    Retire {
        #[command(flatten)]
        staff: Staff,
        /// Its number or its name
        resource: String,
    },
    /// Pictures: add, remove
    #[command(subcommand)]
    Photo(photo::Photo),
    /// Bring in a whole inventory, all of it or nothing: JSON, or a table (CSV)
    #[command(after_help = "Example:\n  thirdspace resource import harbor.csv --space harbor\n\n\
                      A table begins with the line kind,name,units,seats,ready_minutes,clear_minutes,amenities,description;\n\
                      amenities have ; between them, and columns can be left out. What has such a name already is changed.")]
    Import(Import),
    /// Write down all that a space has, as JSON, or the most of it as a table (CSV)
    #[command(after_help = "Example:\n  thirdspace resource export --csv > harbor.csv")]
    Export {
        /// Of which space, by its username [default: the node's first]
        #[arg(long)]
        space: Option<String>,
        /// As a table, without rules, hours, pictures and parts
        #[arg(long)]
        csv: bool,
    },
    /// Print what spaces of a size usually have, to begin with and change
    #[command(after_help = "Example:\n  thirdspace resource template medium > harbor.json")]
    Template {
        /// small, medium or large
        size: String,
    },
}

/// What a resource is.
#[derive(Debug, Args)]
pub(super) struct Fields {
    /// How many there are [default: 1]
    #[arg(long, value_name = "NUMBER")]
    units: Option<u32>,
    /// How many people one of them holds [default: 1]
    #[arg(long, value_name = "NUMBER")]
    seats: Option<u32>,
    /// More about it; an empty text removes it
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// What there is in it, with commas between
    #[arg(long, value_name = "WORD,WORD", value_delimiter = ',')]
    amenities: Option<Vec<String>>,
    /// Minutes to make it ready before a booking
    #[arg(long, value_name = "MINUTES")]
    ready: Option<u32>,
    /// Minutes to clear it after one
    #[arg(long, value_name = "MINUTES")]
    clear: Option<u32>,
    /// When it can be booked, such as "mon-fri 08:00-20:00; sat 10:00-14:00"; an empty text: as the space
    #[arg(long, value_name = "HOURS")]
    hours: Option<String>,
    /// What it is made of: names or numbers of other resources, with commas between
    #[arg(long, value_name = "RESOURCE,RESOURCE", value_delimiter = ',')]
    parts: Option<Vec<String>>,
    /// A file with its rules, for each audience, in JSON
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct Add {
    #[command(flatten)]
    staff: Staff,
    /// Of which space, by its username [default: the node's first]
    #[arg(long)]
    space: Option<String>,
    /// hot_desk, desk, meeting_room, phone_booth, event_room or equipment
    #[arg(long)]
    kind: String,
    #[command(flatten)]
    fields: Fields,
    /// What it is called
    name: String,
}

#[derive(Debug, Args)]
pub(super) struct Edit {
    #[command(flatten)]
    staff: Staff,
    /// hot_desk, desk, meeting_room, phone_booth, event_room or equipment
    #[arg(long)]
    kind: Option<String>,
    /// What it is called
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    fields: Fields,
    /// Its number or its name
    resource: String,
}

#[derive(Debug, Args)]
pub(super) struct List {
    /// Of which space, by its username [default: the node's first]
    #[arg(long)]
    space: Option<String>,
    #[command(flatten)]
    window: Window,
}

#[derive(Debug, Args)]
pub(super) struct Import {
    #[command(flatten)]
    staff: Staff,
    /// Into which space, by its username [default: the node's first]
    #[arg(long)]
    space: Option<String>,
    /// The file; - reads it from standard input
    file: PathBuf,
}

impl Fields {
    async fn over(self, opened: &Opened, resource: &mut ResourceInput) -> Result<(), Failure> {
        resource.units = self.units.or(resource.units);
        resource.leave_the_plan();
        resource.seats = self.seats.or(resource.seats);
        resource.description = self.description.or(resource.description.take());
        resource.ready_minutes = self.ready.or(resource.ready_minutes);
        resource.clear_minutes = self.clear.or(resource.clear_minutes);
        if let Some(words) = self.amenities {
            resource.amenities = words.into_iter().filter(|word| !word.trim().is_empty()).collect();
        }
        if let Some(hours) = self.hours {
            resource.hours = if hours.trim().is_empty() { None } else { Some(week::read("hours", &hours)?) };
        }
        if let Some(parts) = self.parts {
            resource.parts.clear();
            for part in parts.into_iter().filter(|part| !part.trim().is_empty()) {
                resource.parts.push(opened.resource(&part).await?.id);
            }
        }
        if let Some(file) = &self.rules {
            let rules: Result<BTreeMap<Audience, RulesInput>, _> = serde_json::from_str(&text_of(file)?);
            resource.rules = Some(rules.map_err(|why| Failure::Usage(format!("{}: {why}", file.display())))?);
        }
        Ok(())
    }
}

/// What stands in a file.
fn text_of(file: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = if file == Path::new("-") {
        std::io::stdin().take(LIMIT).read_to_string(&mut text)
    } else {
        std::fs::File::open(file).and_then(|file| file.take(LIMIT).read_to_string(&mut text))
    };
    match read {
        Ok(_) => Ok(text),
        Err(why) => Err(Failure::Usage(format!("{} cannot be read: {why}", file.display()))),
    }
}

impl Resource {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        match self {
            Self::Add(add) => add.run(opened).await,
            Self::Edit(edit) => edit.run(opened).await,
            Self::List(list) => list.run(opened).await,
            Self::Show { resource } => show(opened.resource(&resource).await?),
            Self::Retire { staff, resource } => {
                let (acting, kept) = (staff.acting(opened).await?, opened.resource(&resource).await?);
                opened.write(move |tx, _, now| resource::retire(tx, acting, kept.id, now)).await?;
                let text = format!("{} cannot be booked any more.", kept.resource.name);
                Answer::new(text, json!({ "id": kept.id }))
            }
            Self::Photo(photo) => photo.run(photo::Kind::Resource, opened).await,
            Self::Import(import) => import.run(opened).await,
            Self::Export { space, csv } => {
                let space = opened.space(space.as_deref()).await?;
                let items = opened.read(move |tx| inventories::export(tx, space)).await?;
                if csv {
                    print(&to_csv(&items));
                    return Answer::nothing();
                }
                written(&items)
            }
            Self::Template { size } => template(&size),
        }
    }
}

/// What a space of this size usually has: nothing has to be opened to tell.
pub(super) fn template(size: &str) -> Result<Answer, Failure> {
    written(&template::items(size.parse::<Size>()?))
}

fn written(items: &[inventory::Item]) -> Result<Answer, Failure> {
    let list = to_json(items);
    Answer::new(format!("{list:#}"), list)
}

impl Add {
    async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let acting = self.staff.acting(opened).await?;
        let space = opened.space(self.space.as_deref()).await?;
        let mut input = ResourceInput { kind: self.kind, name: self.name, ..ResourceInput::default() };
        self.fields.over(opened, &mut input).await?;
        let new = input.parse()?;
        let kept = opened
            .write(move |tx, _, now| {
                let id = resource::add(tx, acting, space, &new, now)?;
                resource::by_id(tx, id)
            })
            .await?;
        Answer::new(
            format!("{} can be booked. It has the number {}.", kept.resource.name, kept.id),
            view::Resource::from(kept),
        )
    }
}

impl Edit {
    async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let acting = self.staff.acting(opened).await?;
        let old = opened.resource(&self.resource).await?;
        let mut input = ResourceInput::from(old.resource);
        input.kind = self.kind.unwrap_or(input.kind);
        input.name = self.name.unwrap_or(input.name);
        self.fields.over(opened, &mut input).await?;
        let (id, new) = (old.id, input.parse()?);
        let (kept, hit) = opened
            .write(move |tx, _, now| {
                let hit = resource::edit(tx, acting, id, &new, now)?;
                Ok((resource::by_id(tx, id)?, hit))
            })
            .await?;
        let text = format!("{} is changed.{}", kept.resource.name, hit_by(&hit));
        Answer::new(text, json!({ "resource": view::Resource::from(kept), "hit": hit }))
    }
}

/// What is said of bookings that a change would not allow any more.
fn hit_by(hit: &[crate::coworking::id::BookingId]) -> String {
    if hit.is_empty() {
        return String::new();
    }
    let numbers: Vec<String> = hit.iter().map(ToString::to_string).collect();
    format!("\nThese bookings stand, and would not be allowed any more: {}", numbers.join(", "))
}

impl List {
    async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let (space, page) = (opened.space(self.space.as_deref()).await?, self.window.page()?);
        let slice = opened.read(move |tx| Ok(crate::store::resource::list(tx, space, page)?)).await?;
        let list = Page::from(slice.map(view::Resource::from));
        let number = |number: Option<u32>| number.unwrap_or(1).to_string();
        paged(
            &list,
            ["NUMBER", "KIND", "NAME", "UNITS", "SEATS"],
            |resource| {
                let fields = &resource.fields;
                let (kind, name) = (fields.kind.clone(), fields.name.clone());
                [resource.id.to_string(), kind, name, number(fields.units), number(fields.seats)]
            },
            "Nothing can be booked there yet; `thirdspace resource template small` prints what a space usually has.",
        )
    }
}

impl Import {
    async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let acting = self.staff.acting(opened).await?;
        let space = opened.space(self.space.as_deref()).await?;
        let entries = inventory::read(&text_of(&self.file)?)?;
        let done = opened.write(move |tx, _, now| inventories::import(tx, acting, space, &entries, now)).await?;
        let (added, changed, same) = (done.added.len(), done.changed.len(), done.same.len());
        Answer::new(
            format!("{added} added, {changed} changed, {same} as before.{}", hit_by(&done.hit)),
            json!({ "added": done.added, "changed": done.changed, "same": done.same, "hit": done.hit }),
        )
    }
}

fn show(kept: Kept) -> Result<Answer, Failure> {
    let resource = &kept.resource;
    let mut lines = vec![format!("{} ({}, number {})", resource.name, resource.kind, kept.id)];
    let people = if resource.seats == 1 { "one person".to_owned() } else { format!("{} people", resource.seats) };
    lines.push(match resource.units {
        1 => format!("For {people}"),
        units => format!("{units} of it, each for {people}"),
    });
    lines.extend(resource.description.clone());
    if !resource.amenities.is_empty() {
        lines.push(format!("With {}", resource.amenities.join(", ")));
    }
    if let Some(hours) = &resource.hours {
        lines.push(format!("Can be booked {}", week::words(hours)));
    }
    let gap = resource.buffers.gap();
    if !gap.is_zero() {
        lines.push(format!("{} lie between two bookings", in_words(gap)));
    }
    lines.extend(resource.rules.iter().map(|(audience, rules)| format!("For {audience}: {}", said(rules))));
    Answer::new(lines.join("\n"), view::Resource::from(kept))
}

/// Rules in a sentence.
fn said(rules: &Rules) -> String {
    let mut parts = vec![format!("from {}", in_words(rules.shortest))];
    parts.extend(rules.longest.map(|longest| format!("up to {}", in_words(longest))));
    parts.extend(rules.longest_days.map(|days| format!("on {days} days at the most")));
    parts.push(format!("every {} of the clock", in_words(rules.grid)));
    if !rules.notice.is_zero() {
        parts.push(format!("asked for {} before", in_words(rules.notice)));
    }
    parts.push(format!("up to {} days ahead", rules.horizon_days));
    parts.extend(rules.quota.map(|quota| format!("{} minutes in a {}", quota.minutes, quota.per)));
    if rules.approval != crate::coworking::rules::Approval::None {
        parts.push("when staff agree".to_owned());
    }
    parts.join(", ")
}
