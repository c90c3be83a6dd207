//! Stories of series at one space, and what holds whatever is done to them.

mod clash;
mod gone;
mod mixed;
mod scope;

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::*;
use crate::coworking::booking::{BookingInput, State};
use crate::coworking::hours::HoursInput;
use crate::coworking::id::{MemberId, ResourceId};
use crate::coworking::resource::{Audience, ResourceInput};
use crate::coworking::series::{Move, MoveInput, Pattern, RepeatInput, Series, SeriesInput};
use crate::coworking::space::Zone;
use crate::operations::booking::Asking;
use crate::operations::resource as resources;
use crate::operations::setup::SetupDone;
use crate::operations::testing::{Ground, acting, no};

/// A time by the clock in Amsterdam.
fn at(text: &str) -> Timestamp {
    Zone::parse("Europe/Amsterdam").unwrap().read("start", text).unwrap()
}

/// The day before anything happens: Friday.
fn friday() -> Timestamp {
    at("2027-01-15T09:00")
}

fn wall(text: &str) -> DateTime {
    text.parse().unwrap()
}

fn pattern(start: &str, end: &str, rule: &str) -> Pattern {
    let first = BookingInput { start: start.into(), end: end.into(), ..BookingInput::default() };
    let repeat = RepeatInput { rule: Some(rule.into()), ..RepeatInput::default() };
    SeriesInput { first, repeat }.parse(&Zone::parse("Europe/Amsterdam").unwrap()).unwrap()
}

/// A room that is never closed, with these rules for residents.
fn room(tx: &mut Tx<'_>, done: &SetupDone, rules: &str) -> ResourceId {
    let rules = serde_json::from_str(rules).unwrap();
    let day = || vec!["00:00-24:00".to_owned()];
    let hours = HoursInput {
        monday: day(),
        tuesday: day(),
        wednesday: day(),
        thursday: day(),
        friday: day(),
        saturday: day(),
        sunday: day(),
        ..HoursInput::default()
    };
    let input = ResourceInput {
        kind: "meeting_room".into(),
        name: "Attic".into(),
        seats: Some(8),
        hours: Some(hours),
        rules: Some([(Audience::Resident, rules)].into()),
        ..ResourceInput::default()
    };
    resources::add(tx, Acting::Keeper, done.space, &input.parse().unwrap(), friday()).unwrap()
}

/// A member books again and again; without a word on what cannot be had.
fn book(tx: &mut Tx<'_>, who: MemberId, of: ResourceId, pattern: &Pattern) -> Result<Made> {
    book_with(tx, who, of, pattern, None)
}

fn book_with(
    tx: &mut Tx<'_>,
    who: MemberId,
    of: ResourceId,
    pattern: &Pattern,
    choice: Option<Clashing>,
) -> Result<Made> {
    let asking = Asking::here(tx, acting(who), None, false)?;
    make(tx, &asking, of, pattern, (None, choice), friday())
}

/// The change to another time.
fn to(scope: Scope, original: &str, start: &str, end: &str) -> Change {
    let to = Move { scope, original: wall(original), start: wall(start), end: wall(end) };
    let (resource, units, unit, people) = Default::default();
    Change { to, resource, units, unit, people, note: None, reason: None }
}

/// What is not cancelled, as the clock shows it.
fn shown(tx: &mut Tx<'_>, id: SeriesId) -> Vec<String> {
    let all = booking::of_series(tx, id).unwrap().into_iter();
    let all = all.filter(|booking| booking.state != State::Cancelled);
    all.map(|booking| booking.wall_start.strftime("%m-%d %H:%M").to_string()).collect()
}
