//! `thirdspace waitlist`: who waits for what others have.

use clap::{Args, Subcommand};

use super::answer::{Answer, Failure};
use super::booking::dated;
use super::open::Opened;
use super::page::{Window, paged};
use super::shown::handle;
use super::speaker::{Speaker, Staff};
use crate::coworking::id::{ActorId, WaitId};
use crate::coworking::waitlist::{State, WaitInput};
use crate::operations::booking::Asking;
use crate::operations::booking::waitlist::{self, Waiting};
use crate::operations::resource;
use crate::web::api::List as Page;
use crate::web::api::view::Wait;

#[derive(Debug, Subcommand)]
pub(super) enum Waitlist {
    /// Take a place at the end of the line
    #[command(
        after_help = "Examples:\n  thirdspace waitlist join Attic 2027-01-15T09:00 18:00 --minutes 90 --as ben\n  \
                      thirdspace waitlist join Attic 2027-01-15T10:00 11:30 --any-of-kind --as ben\n\n\
                      When a place comes free, a booking is held for who was first; `thirdspace bookings confirm` makes it firm."
    )]
    Join(Box<Join>),
    /// List what a member waits for, or who waits at a space
    #[command(after_help = "Examples:\n  thirdspace waitlist list --as ben\n  thirdspace waitlist list --space harbor")]
    List(List),
    /// Give a place up; the space says why
    #[command(
        after_help = "Examples:\n  thirdspace waitlist leave 1868812345678901234 --as ben\n  thirdspace waitlist leave 1868812345678901234 --words \"We are closed that day\""
    )]
    Leave(Leave),
}

#[derive(Debug, Args)]
pub(super) struct Join {
    #[command(flatten)]
    speaker: Speaker,
    /// How long [default: all of that time]
    #[arg(long, value_name = "MINUTES")]
    minutes: Option<u32>,
    /// How many [default: 1]
    #[arg(long, value_name = "NUMBER")]
    units: Option<u32>,
    /// For how many people [default: 1]
    #[arg(long, value_name = "NUMBER")]
    people: Option<u32>,
    /// A word to the space
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Anything else of the same sort would do
    #[arg(long)]
    any_of_kind: bool,
    /// Which other member waits; those who work at the space may say so
    #[arg(long = "for", value_name = "USERNAME")]
    member: Option<String>,
    /// For what: its number or its name
    resource: String,
    /// The earliest beginning
    start: String,
    /// The latest end
    end: String,
}

#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    speaker: Speaker,
    #[command(flatten)]
    window: Window,
    /// All who wait at this space, by its username
    #[arg(long)]
    space: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Leave {
    #[command(flatten)]
    staff: Staff,
    /// Its number
    wait: WaitId,
    /// Why
    #[arg(long)]
    words: Option<String>,
}

/// What is waited for, in a sentence.
fn told(wait: &Wait) -> String {
    let clock = |text: &str| text.get(..16).unwrap_or(text).replace('T', " ");
    let many = if wait.units > 1 { format!(", {} of it", wait.units) } else { String::new() };
    let any = if wait.any_of_kind { " or the like" } else { "" };
    let (start, end) = (clock(&wait.start), clock(&wait.end));
    format!("{}{any}{many}: {} minutes from {start} to {end} ({})", wait.resource_name, wait.minutes, wait.timezone)
}

fn stands(wait: &Wait) -> String {
    match (wait.state, wait.place, wait.booking) {
        (State::Waiting, Some(place), _) => format!("place {place} in line"),
        (State::Promoted, _, Some(booking)) => format!("got booking {booking}"),
        (state, ..) => state.as_str().to_owned(),
    }
}

pub(super) fn answer(wait: Wait) -> Result<Answer, Failure> {
    let words = wait.words.as_ref().map(|words| format!("\n{words}")).unwrap_or_default();
    let who = handle(&wait.requester);
    Answer::new(format!("{}\nFor {who}; {}. Number {}.{words}", told(&wait), stands(&wait), wait.id), wait)
}

impl Waitlist {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        match self {
            Self::Join(join) => join.run(opened).await,
            Self::List(list) => list.run(opened).await,
            Self::Leave(Leave { staff, wait, words }) => {
                let acting = staff.acting(opened).await?;
                let left = opened.write(move |tx, _, now| {
                    let left = waitlist::leave(tx, acting, wait, words.as_deref(), now)?;
                    Wait::one(tx, left, now)
                });
                answer(left.await?)
            }
        }
    }
}

impl Join {
    async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let (_, acting) = self.speaker.member(opened).await?;
        let of = opened.resource(&self.resource).await?.id;
        let other: Option<ActorId> = match &self.member {
            Some(name) => Some(opened.member(name).await?.0.into()),
            None => None,
        };
        let wait = opened
            .write(move |tx, _, now| {
                let zone = resource::zone(tx, of)?;
                let (start, end) = dated(&zone, &self.start, &self.end, now);
                let (minutes, units, people, note) = (self.minutes, self.units, self.people, self.note.clone());
                let (wanted, note) = WaitInput { start, end, minutes, units, people, note }.parse(&zone)?;
                let asking = Asking::here(tx, acting, other, false)?;
                let (any_of_kind, deadline) = (self.any_of_kind, None);
                let waiting = Waiting { resource: of, any_of_kind, wanted, note, deadline };
                let made = waitlist::join(tx, &asking, &waiting, now)?;
                Wait::one(tx, made, now)
            })
            .await?;
        answer(wait)
    }
}

impl List {
    async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let (page, now) = (self.window.page()?, opened.node.clock.now());
        let slice = match self.space {
            Some(name) => {
                let (acting, at) = (self.speaker.staff(opened).await?, opened.space(Some(&name)).await?);
                let there = opened.read(move |tx| {
                    let slice = waitlist::of_space(tx, acting, at, page, now)?;
                    Wait::page(tx, slice, now)
                });
                there.await?
            }
            None => {
                let (_, acting) = self.speaker.member(opened).await?;
                let own = opened.read(move |tx| {
                    let slice = waitlist::own(tx, acting, page)?;
                    Wait::page(tx, slice, now)
                });
                own.await?
            }
        };
        let row = |wait: &Wait| [wait.id.to_string(), told(wait), handle(&wait.requester), stands(wait)];
        paged(&Page::from(slice), ["NUMBER", "WHAT AND WHEN", "WHO", "STATE"], row, "Nobody waits.")
    }
}
