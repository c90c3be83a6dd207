//! Bookings at other nodes, as `thirdspace book` and `bookings` ask for them and show them.

use jiff::Timestamp;

use super::answer::{Answer, Failure};
use super::open::Opened;
use super::page::paged;
use super::shown::{handle, lasting};
use crate::coworking::Refusal;
use crate::coworking::away::Shown;
use crate::coworking::booking::BookingInput;
use crate::coworking::id::{AwayId, BookingId, SpaceId};
use crate::coworking::member::Acting;
use crate::coworking::space::Zone;
use crate::coworking::visit::State as Standing;
use crate::coworking::window::{LIST_DAYS, window};
use crate::federation::resolve;
use crate::operations::visit::{self, Door};
use crate::operations::{Error, away, space};
use crate::store::away as rows;
use crate::store::page::Page;
use crate::web::api::List;
use crate::web::api::view::{Stay, Visit};

/// What it is, in a sentence.
fn told(stay: &Stay) -> String {
    let clock = |text: &str| text.get(..16).unwrap_or(text).replace('T', " ");
    let many = if stay.units > 1 { format!(", {} of it", stay.units) } else { String::new() };
    let (start, end) = (clock(&stay.start), clock(&stay.end));
    let end = if start.get(..10) == end.get(..10) { end.get(11..).unwrap_or(&end).to_owned() } else { end };
    format!("{}{many} at {}: {start} to {end} ({})", stay.resource_name, handle(&stay.host), stay.timezone)
}

fn state(stay: &Stay) -> String {
    match stay.state {
        Shown::Sent => "asked, and on its way".to_owned(),
        Shown::Received => "asked, and not answered yet".to_owned(),
        Shown::Unknown => "asked; the host does not answer".to_owned(),
        Shown::Waiting => match stay.place {
            Some(place) => format!("others have it; you wait at place {place} of the host's line"),
            None => "others have it; you wait in the host's line".to_owned(),
        },
        Shown::Held => format!("kept by the host for {}", lasting(stay.seconds_left.unwrap_or_default())),
        other => other.as_str().replace('_', " "),
    }
}

pub(super) fn answer(stay: Stay) -> Result<Answer, Failure> {
    let words = stay.words.as_ref().map(|words| format!("\n{words}")).unwrap_or_default();
    let others: Vec<String> =
        stay.alternatives.iter().map(|slot| format!("\n  would pass: {} to {}", slot.start, slot.end)).collect();
    let text = format!("{}\n{}. Number {}.{words}{}", told(&stay), state(&stay), stay.id, others.concat());
    Answer::new(text, stay)
}

/// Asks for what is at an address elsewhere; `input` reads the times by the clock that hangs there.
pub(super) async fn ask(
    opened: &Opened,
    acting: Acting,
    address: &str,
    waits: bool,
    input: impl FnOnce(&Zone, Timestamp) -> BookingInput,
) -> Result<Answer, Failure> {
    let at = resolve::bookable(&opened.node, address).await?;
    let zone = Zone::parse(&at.zone)?;
    let draft = input(&zone, opened.node.clock.now()).parse(&zone)?;
    let asked = opened.write(move |tx, _, now| {
        let ask = if waits { away::ask_or_wait } else { away::ask };
        let made = ask(tx, acting, &at, &draft, now)?;
        Stay::one(tx, made, now)
    });
    answer(asked.await?)
}

/// The one with this number, if it is one of somebody's at another node: numbers are never given twice.
pub(super) async fn found(opened: &Opened, acting: Acting, id: BookingId) -> Result<Option<Stay>, Failure> {
    let now = opened.node.clock.now();
    opened
        .read(move |tx| match away::view(tx, acting, AwayId(id.0)) {
            Ok(found) => Ok(Some(Stay::one(tx, found, now)?)),
            Err(Error::Refused(Refusal::NotFound { .. })) => Ok(None),
            Err(error) => Err(error),
        })
        .await
}

pub(super) async fn cancel(opened: &Opened, acting: Acting, id: AwayId) -> Result<Answer, Failure> {
    let done = opened.write(move |tx, _, now| {
        let taken_back = away::cancel(tx, acting, id, now)?;
        Stay::one(tx, taken_back, now)
    });
    answer(done.await?)
}

/// Says at the door of another node that a member is there.
pub(super) async fn arrive(opened: &Opened, acting: Acting, at: Door, code: Option<String>) -> Result<Answer, Failure> {
    let visit = opened
        .write(move |tx, _, now| {
            let begun = visit::arrive(tx, acting, &at, code.as_deref(), now)?;
            Visit::one(tx, begun)
        })
        .await?;
    let host = handle(&visit.host);
    let text = match visit.state {
        Standing::Sent => {
            format!("{host} is told, and answers; `thirdspace bookings list --elsewhere` shows when it has.")
        }
        Standing::Present => format!("You are checked in at {host}."),
        Standing::Refused => format!("{host} did not let you in: {}", visit.words.clone().unwrap_or_default()),
        Standing::Left => format!("You have left {host}."),
    };
    Answer::new(text, visit)
}

pub(super) async fn leave(opened: &Opened, acting: Acting, id: AwayId) -> Result<Answer, Failure> {
    let left = opened.write(move |tx, _, now| {
        let left = visit::leave(tx, acting, id, now)?;
        Stay::one(tx, left, now)
    });
    answer(left.await?)
}

pub(super) async fn list(
    opened: &Opened,
    acting: Acting,
    at: SpaceId,
    from: Option<String>,
    to: Option<String>,
    page: Page,
) -> Result<Answer, Failure> {
    let now = opened.node.clock.now();
    let slice = opened
        .read(move |tx| {
            let member = acting.member("have bookings")?;
            let zone = Zone::parse(&space::or_default(tx, Some(at))?.zone)?;
            let during = window(&zone, from.as_deref(), to.as_deref(), LIST_DAYS, now)?;
            let slice = rows::list(tx, member, during, page)?;
            Stay::page(tx, slice, now)
        })
        .await?;
    let row = |stay: &Stay| [stay.id.to_string(), told(stay), state(stay)];
    paged(&List::from(slice), ["NUMBER", "WHAT AND WHEN", "STATE"], row, "Nothing is booked elsewhere in that time.")
}
