//! Booking something at its page: the form, what it begins with, and what it says when it did not pass.

use actix_web::{HttpRequest, HttpResponse, web};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use url::form_urlencoded::byte_serialize;

use super::resource::{self, Wanted};
use super::sign_in::lead;
use super::span::Span;
use crate::coworking::Refusal;
use crate::coworking::booking::{BookingInput, NOTE_LIMIT, Request};
use crate::coworking::decision::Unbookable;
use crate::coworking::id::ResourceId;
use crate::coworking::resource::Audience;
use crate::coworking::rules::{Approval, Rules};
use crate::coworking::slot::Slot;
use crate::coworking::space::Zone;
use crate::coworking::terms;
use crate::coworking::typed::{Shape, Typed, readings, text, usual};
use crate::operations::booking::waitlist::{BookedOrWaits, book_or_wait};
use crate::operations::booking::{self, Asking};
use crate::operations::calendar::Week;
use crate::operations::{self, resource as resources};
use crate::store::Tx;
use crate::web::Door;
use crate::web::error::{Result, sentence};
use crate::web::session::{Visitor, own_form};

/// What stands under "Book it".
pub(super) enum Book {
    /// The form, for members.
    Form(Box<BookForm>),
    /// Members cannot book it.
    NotForMembers,
    /// The way to sign in, for everybody else.
    Stranger {
        /// It leads back here.
        sign_in: String,
    },
}

/// The form.
pub(super) struct BookForm {
    pub(super) action: String,
    pub(super) zone: String,
    /// When.
    pub(super) times: Vec<Input>,
    /// How many.
    pub(super) numbers: Vec<Input>,
    pub(super) note: String,
    pub(super) note_limit: usize,
    pub(super) note_wrong: Option<String>,
    pub(super) wait: bool,
    /// What one costs.
    pub(super) price: String,
    /// Who decides, in a sentence.
    pub(super) decides: &'static str,
    pub(super) refused: Option<ShownRefusal>,
}

/// A field.
pub(super) struct Input {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    /// As HTML names it.
    pub(super) kind: &'static str,
    pub(super) value: String,
    /// The least, the most and the step that pass; empty where there is none.
    pub(super) min: String,
    pub(super) max: String,
    pub(super) step: String,
    pub(super) wrong: Option<String>,
}

/// Why it did not pass, and what would.
pub(super) struct ShownRefusal {
    pub(super) reasons: Vec<String>,
    pub(super) choices: Vec<Choice>,
    /// The time for which somebody could wait.
    pub(super) wait: Option<Choice>,
    /// As they were typed.
    pub(super) units: String,
    pub(super) people: String,
    pub(super) note: String,
}

/// A time that can be chosen.
pub(super) struct Choice {
    /// Beginning and end, as the form takes them.
    pub(super) exact: String,
    pub(super) words: String,
}

impl Choice {
    fn of(slot: Slot, zone: &Zone) -> Self {
        let exact = format!("{}/{}", text(zone, slot.start()), text(zone, slot.end()));
        Self { exact, words: Span::of(slot, zone).words }
    }
}

/// What was sent.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Sent {
    day: String,
    from: String,
    until: String,
    last: String,
    /// A time that was chosen, its beginning and its end with a stroke between; instead of what was typed.
    exact: String,
    units: String,
    people: String,
    note: String,
    wait: String,
}

impl Sent {
    fn waits(&self) -> bool {
        !self.wait.is_empty()
    }

    /// The day, as it was sent.
    pub(super) fn date(&self) -> &str {
        if self.exact.is_empty() { &self.day } else { &self.exact }
    }

    /// Beginning and end.
    fn times(&self, zone: &Zone, shape: Shape) -> std::result::Result<(String, String), Refusal> {
        if self.exact.is_empty() {
            let Self { day, from, until, last, .. } = self.clone();
            return Typed { day, from, until, last }.times(zone, shape);
        }
        let both = self.exact.split_once('/').map(|(start, end)| (start.to_owned(), end.to_owned()));
        both.ok_or_else(|| Refusal::malformed("exact", &self.exact, "a beginning and an end with a / between them"))
    }

    fn input(&self, zone: &Zone, shape: Shape) -> std::result::Result<BookingInput, Refusal> {
        let number = |field, text: &str| match text.trim() {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| Refusal::malformed(field, text, "a whole number")),
        };
        let (start, end) = self.times(zone, shape)?;
        Ok(BookingInput {
            start,
            end,
            units: number("units", &self.units)?,
            people: number("people", &self.people)?,
            note: Some(self.note.clone()),
            ..BookingInput::default()
        })
    }

    fn request(&self, tx: &mut Tx<'_>, id: ResourceId) -> operations::Result<Request> {
        let zone = resources::zone(tx, id)?;
        let kept = resources::by_id(tx, id)?;
        let shape = kept.resource.rules.get(&Audience::Resident).map_or(Shape::Spans, Shape::of);
        let draft = self.input(&zone, shape)?.parse(&zone)?;
        Ok(Request { resource: id, draft, hold: false, reason: None })
    }

    /// As it stands in the form again.
    fn typed(&self, zone: &Zone, shape: Shape) -> Typed {
        let chosen = self.exact.split_once('/').and_then(|(start, end)| slot(zone, start, end));
        match chosen {
            Some(slot) => Typed::of(zone, slot, shape),
            None => {
                let Self { day, from, until, last, .. } = self.clone();
                Typed { day, from, until, last }
            }
        }
    }
}

fn slot(zone: &Zone, start: &str, end: &str) -> Option<Slot> {
    Slot::new(zone.read("start", start).ok()?, zone.read("end", end).ok()?).ok()
}

/// `POST /resources/{id}`: books it.
///
/// # Errors
/// As of [`own_form`]; when there is no such resource. What does not pass otherwise is said on the page.
pub async fn submit(
    door: web::Data<Door>,
    request: HttpRequest,
    visitor: Visitor,
    id: web::Path<ResourceId>,
    sent: web::Form<Sent>,
) -> Result<HttpResponse> {
    own_form(&door, &request)?;
    let Some(known) = visitor.known.clone() else { return Ok(lead(&sign_in(*id))) };
    let (id, now, sent) = (*id, door.node.clock.now(), sent.into_inner());
    let wish = sent.clone();
    let made = door.node.store.write(move |tx| -> operations::Result<String> {
        let asking = Asking::here(tx, known.acting, None, false)?;
        let request = wish.request(tx, id)?;
        if let Some(booking) = booking::asked_a_moment_ago(tx, &asking, &request, now)? {
            return Ok(format!("/bookings/{}", booking.id));
        }
        if !wish.waits() {
            return Ok(format!("/bookings/{}", booking::request(tx, &asking, &request, now)?.id));
        }
        Ok(match book_or_wait(tx, &asking, &request, None, now)? {
            BookedOrWaits::Booked(booking) => format!("/bookings/{}", booking.id),
            BookedOrWaits::Waits(wait) => format!("/waitlist/{}", wait.id),
        })
    });
    match made.await {
        Ok(path) => Ok(lead(&path)),
        Err(operations::Error::Refused(no)) if !matches!(no, Refusal::NotFound { .. } | Refusal::Gone { .. }) => {
            resource::refused(&door, &visitor, id, sent, no).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The way to sign in and back to the form.
pub(super) fn sign_in(id: ResourceId) -> String {
    let back = format!("/resources/{id}#book");
    format!("/sign-in?next={}", byte_serialize(back.as_bytes()).collect::<String>())
}

impl Book {
    /// For a member who looks at a week of something.
    pub(super) fn of(week: &Week, wanted: &Wanted, no: Option<&(Sent, Refusal)>, now: Timestamp) -> Self {
        match week.kept.resource.rules.get(&Audience::Resident) {
            Some(rules) => Self::Form(Box::new(BookForm::of(week, rules, wanted, no, now))),
            None => Self::NotForMembers,
        }
    }
}

/// The first beginning that is offered: nobody is led to what has begun.
fn earliest(rules: &Rules, now: Timestamp) -> Timestamp {
    rules.earliest(now).max(if rules.grid >= SignedDuration::from_hours(24) { Timestamp::MIN } else { now })
}

/// The first time from a moment on that a form would offer in one of some stretches of a day.
pub(super) fn offered(
    zone: &Zone,
    rules: &Rules,
    mut free: impl Iterator<Item = Slot>,
    from: Timestamp,
    now: Timestamp,
) -> Option<Slot> {
    let (earliest, horizon) = (earliest(rules, now), rules.horizon(zone, now));
    free.find_map(|free| {
        let slot = usual(zone, rules, free, from.max(earliest))?;
        Some(slot).filter(|slot| slot.start() >= earliest && slot.start() < horizon)
    })
}

impl BookForm {
    fn of(week: &Week, rules: &Rules, wanted: &Wanted, no: Option<&(Sent, Refusal)>, now: Timestamp) -> Self {
        let (zone, what, shape) = (&week.zone, &week.kept.resource, Shape::of(rules));
        let sent = no.map(|(sent, _)| sent);
        let typed = sent.map_or_else(|| first(week, rules, shape, wanted, now), |sent| sent.typed(zone, shape));
        let sent = sent.cloned().unwrap_or_default();
        let wrong = |name: &str| {
            let no = no.map(|(_, no)| no).filter(|no| no.field().is_some_and(|field| named(field, shape) == name))?;
            Some(words(&no.clone().about("this")))
        };
        let last_day = zone.wall(rules.horizon(zone, now).saturating_sub(SignedDuration::from_secs(1)).unwrap_or(now));
        let day = |name, label, value: String, max: String| Input {
            name,
            label,
            kind: "date",
            value,
            min: week.today.to_string(),
            max,
            step: String::new(),
            wrong: wrong(name),
        };
        let time = |name, label, value: String| Input {
            name,
            label,
            kind: "time",
            value,
            min: String::new(),
            max: String::new(),
            step: rules.grid.as_secs().to_string(),
            wrong: wrong(name),
        };
        let first = |label| day("day", label, typed.day.clone(), last_day.date().to_string());
        let last = |label| day("last", label, typed.last.clone(), String::new());
        let (from, until) = (time("from", "From", typed.from.clone()), time("until", "Until", typed.until.clone()));
        let times = match shape {
            Shape::Days => vec![first("First day"), last("Last day")],
            Shape::Times => vec![first("Day"), from, until],
            Shape::Spans => vec![first("Day"), from, last("Until (day)"), Input { label: "Until (time)", ..until }],
        };
        let number = |name, label, value: &str, most: u32| Input {
            name,
            label,
            kind: "number",
            value: if value.is_empty() { "1".to_owned() } else { value.to_owned() },
            min: "1".to_owned(),
            max: most.to_string(),
            step: String::new(),
            wrong: wrong(name),
        };
        let mut numbers = Vec::new();
        if what.units > 1 {
            numbers.push(number("units", "How many of them", &sent.units, what.units));
        }
        if what.seats > 1 {
            numbers.push(number("people", "For how many people", &sent.people, what.holds(what.units)));
        }
        Self {
            action: format!("/resources/{}#book", week.kept.id),
            zone: zone.as_str().to_owned(),
            times,
            numbers,
            note: sent.note.clone(),
            note_limit: NOTE_LIMIT,
            note_wrong: wrong("note"),
            wait: sent.waits(),
            price: sentence(&terms::price(&rules.price)),
            decides: match rules.approval {
                Approval::None => "It is confirmed at once.",
                Approval::Open | Approval::Blocking => "The front desk decides.",
            },
            refused: no.map(|(sent, no)| ShownRefusal::of(sent, no, zone, shape)),
        }
    }
}

/// The field in which somebody typed what is wrong.
fn named(field: &'static str, shape: Shape) -> &'static str {
    match (field, shape) {
        ("start", Shape::Days) => "day",
        ("start", _) => "from",
        ("end", Shape::Days) => "last",
        ("end", _) => "until",
        (other, _) => other,
    }
}

/// What the form begins with: what the address says, or the next time that can be had in the week.
fn first(week: &Week, rules: &Rules, shape: Shape, wanted: &Wanted, now: Timestamp) -> Typed {
    let asked = wanted.start.as_deref().zip(wanted.end.as_deref());
    let asked = asked.and_then(|(start, end)| slot(&week.zone, start, end));
    let free = week.timetable.days.iter().flat_map(|day| &day.free).map(|stretch| stretch.slot);
    let found = asked.or_else(|| offered(&week.zone, rules, free, now, now));
    found.map(|slot| Typed::of(&week.zone, slot, shape)).unwrap_or_default()
}

impl ShownRefusal {
    fn of(sent: &Sent, no: &Refusal, zone: &Zone, shape: Shape) -> Self {
        let choices = |slots: &[Slot]| slots.iter().map(|slot| Choice::of(*slot, zone)).collect();
        let times = sent.times(zone, shape);
        let (reasons, choices) = match (no.unbookable(), &times) {
            (Some(unbookable), _) => (reasons(unbookable), choices(&unbookable.alternatives)),
            (None, Ok((start, end))) if matches!(no, Refusal::NoSuchTime { .. } | Refusal::AmbiguousTime { .. }) => {
                (vec![words(no)], choices(&readings(zone, start, end)))
            }
            _ => (vec![sentence(no)], Vec::new()),
        };
        let is_full = no.unbookable().is_some_and(|no| no.broken.iter().all(|one| one.rule.can_be_waited_for()));
        let asked = times.ok().and_then(|(start, end)| slot(zone, &start, &end));
        Self {
            reasons,
            choices,
            wait: asked.filter(|_| is_full && !sent.waits()).map(|slot| Choice::of(slot, zone)),
            units: sent.units.clone(),
            people: sent.people.clone(),
            note: sent.note.clone(),
        }
    }
}

/// A "no" as it stands at a field. Whoever can choose between times need not learn how offsets are written.
fn words(no: &Refusal) -> String {
    match no {
        Refusal::NoSuchTime { found, zone, .. } => {
            format!("On that day the clock of {zone} is set forward past {}.", found.strftime("%H:%M"))
        }
        Refusal::AmbiguousTime { found, zone, .. } => {
            format!("On that day the clock of {zone} shows {} twice. Which of them?", found.strftime("%H:%M"))
        }
        other => sentence(other),
    }
}

/// Every rule that is broken, in a sentence.
fn reasons(no: &Unbookable) -> Vec<String> {
    let several = no.broken.len() > 1;
    let each = no.broken.iter().map(|broken| {
        let nearest = broken.nearest.filter(|_| several).map(|slot| Span::of(slot, &no.zone).words);
        let nearest = nearest.map(|words| format!(" The nearest that passes this: {words}.")).unwrap_or_default();
        format!("{}{nearest}", sentence(&broken.words))
    });
    each.collect()
}
