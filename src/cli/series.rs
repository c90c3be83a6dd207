//! `thirdspace series`, and how `thirdspace book` books again and again.

use clap::{Args, Subcommand};
use jiff::Timestamp;

use super::answer::{Answer, Failure};
use super::booking::dated;
use super::open::Opened;
use super::page::{Window, paged};
use super::shown::handle;
use super::speaker::{Speaker, Staff};
use crate::coworking::Refusal;
use crate::coworking::booking::BookingInput;
use crate::coworking::id::{ActorId, BookingId, ResourceId, SeriesId};
use crate::coworking::member::Acting;
use crate::coworking::series::{Clashing, Pattern, RepeatInput, Scope, SeriesInput};
use crate::coworking::space::Zone;
use crate::federation::resolve;
use crate::operations::booking::{self, Asking};
use crate::operations::{resource, series};
use crate::store::page::Slice;
use crate::web::api::view::{self, Approved, Clash, EditedSeries, MadeSeries, SeriesPreview};
use crate::web::api::{List as Page, SeriesEdit};

/// How often something is booked.
#[derive(Debug, Args)]
pub(super) struct Repeat {
    /// Again and again, by a recurrence rule (RFC 5545)
    #[arg(long, value_name = "RULE", conflicts_with_all = ["every", "times", "until"])]
    repeat: Option<String>,
    /// Again and again: day, weekday, week, month or year, or a number of them such as "2 weeks"; with --times or --until
    #[arg(long, value_name = "HOW_OFTEN")]
    every: Option<String>,
    /// So many times
    #[arg(long, value_name = "NUMBER", requires = "every", conflicts_with = "until")]
    times: Option<u32>,
    /// Up to this date
    #[arg(long, value_name = "DATE", requires = "every")]
    until: Option<String>,
    /// Of what repeats, leave out those that cannot be had
    #[arg(long)]
    skip_clashes: bool,
    /// Of what repeats, only show every date and what cannot be had
    #[arg(long)]
    preview: bool,
}

/// Who books, and for whom.
pub(super) struct Booker {
    pub(super) acting: Acting,
    pub(super) other: Option<ActorId>,
    pub(super) reason: Option<String>,
}

fn choice(skip: bool) -> Option<Clashing> {
    skip.then_some(Clashing::Skip)
}

impl Repeat {
    /// Is it more than one booking?
    pub(super) fn is_wanted(&self) -> bool {
        self.repeat.is_some() || self.every.is_some()
    }

    /// What is said to those who want it for one booking.
    pub(super) fn must_be_wanted(&self) -> Result<(), Failure> {
        match self.skip_clashes || self.preview {
            true => Err(Failure::Usage("--skip-clashes and --preview are for --repeat and --every".to_owned())),
            false => Ok(()),
        }
    }

    fn pattern(&self, zone: &Zone, mut first: BookingInput, now: Timestamp) -> Result<Pattern, Refusal> {
        (first.start, first.end) = dated(zone, &first.start, &first.end, now);
        let Self { repeat: rule, every, times, until, .. } = self;
        let repeat = RepeatInput { rule: rule.clone(), every: every.clone(), times: *times, until: until.clone() };
        SeriesInput { first, repeat }.parse(zone)
    }

    /// Books something of this node.
    pub(super) async fn here(
        self,
        opened: &Opened,
        by: Booker,
        of: ResourceId,
        first: BookingInput,
    ) -> Result<Answer, Failure> {
        let Booker { acting, other, reason } = by;
        if self.preview {
            let shown = opened.write(move |tx, _, now| {
                let asking = Asking::here(tx, acting, other, first.guest.is_some())?;
                let pattern = self.pattern(&resource::zone(tx, of)?, first.clone(), now)?;
                Ok(SeriesPreview::new(series::preview(tx, &asking, of, &pattern, now)?, &pattern))
            });
            return previewed(shown.await?);
        }
        let made = opened.write(move |tx, _, now| {
            let asking = Asking::here(tx, acting, other, first.guest.is_some())?;
            let pattern = self.pattern(&resource::zone(tx, of)?, first.clone(), now)?;
            let how = (reason.as_deref(), choice(self.skip_clashes));
            let made = series::make(tx, &asking, of, &pattern, how, now)?;
            MadeSeries::new(tx, made, now)
        });
        let made = made.await?;
        let text = format!("{}{}", told(&made.series), skipped("Left out", &made.left_out));
        Answer::new(text, made)
    }

    /// Asks for what is at an address elsewhere.
    pub(super) async fn elsewhere(
        self,
        opened: &Opened,
        acting: Acting,
        address: &str,
        first: BookingInput,
    ) -> Result<Answer, Failure> {
        let at = resolve::bookable(&opened.node, address).await?;
        let pattern = self.pattern(&Zone::parse(&at.zone)?, first, opened.node.clock.now())?;
        if self.preview {
            return previewed(SeriesPreview::new(series::expand(&pattern)?, &pattern));
        }
        let asked = opened.write(move |tx, _, now| {
            let kept = series::ask(tx, acting, &at, &pattern, now)?;
            view::Series::one(tx, kept, now)
        });
        let asked = asked.await?;
        Answer::new(told(&asked), asked)
    }
}

fn clock(text: &str) -> String {
    text.get(..16).unwrap_or(text).replace('T', " ")
}

/// What a series is, in two lines.
fn told(series: &view::Series) -> String {
    let (start, end) = (clock(&series.start), clock(&series.end));
    let end = if start.get(..10) == end.get(..10) { end.get(11..).unwrap_or(&end).to_owned() } else { end };
    let counts: Vec<String> =
        series.summary.iter().map(|(state, count)| format!("{count} {}", state.replace('_', " "))).collect();
    let (name, zone, rule, id) = (&series.resource_name, &series.timezone, &series.rule, series.id);
    format!(
        "{name}: {start} to {end} ({zone}), and so on by {rule}\nFor {}; {}. Series {id}.\n",
        handle(&series.requester),
        counts.join(", ")
    )
}

fn skipped(what: &str, clashes: &[Clash]) -> String {
    let line = |clash: &Clash| {
        let words: Vec<&str> = clash.broken.iter().map(|broken| broken.detail.as_str()).collect();
        format!("{what}: {}, {}\n", clock(&clash.occurrence), words.join(", "))
    };
    clashes.iter().map(line).collect()
}

fn previewed(preview: SeriesPreview) -> Result<Answer, Failure> {
    let mut text = String::new();
    for one in &preview.occurrences {
        let end = clock(&one.end);
        text.push_str(&format!("{} to {}", clock(&one.start), end.get(11..).unwrap_or(&end)));
        if one.shifted_minutes != 0 {
            text.push_str(&format!(", {} minutes later: clocks are set forward", one.shifted_minutes));
        }
        let words: Vec<&str> = one.broken.iter().map(|broken| broken.detail.as_str()).collect();
        if !words.is_empty() {
            text.push_str(&format!("; cannot be had: {}", words.join(", ")));
        }
        for slot in one.alternatives.iter().take(1) {
            text.push_str(&format!(" (would pass: {})", clock(&slot.start)));
        }
        text.push('\n');
    }
    for words in &preview.skipped {
        text.push_str(&format!("Not there: {words}\n"));
    }
    Answer::new(text, preview)
}

#[derive(Debug, Subcommand)]
pub(super) enum Series {
    /// List a member's series, here and elsewhere, the newest first
    #[command(after_help = "Example:\n  thirdspace series list --as ana")]
    List {
        #[command(flatten)]
        speaker: Speaker,
        #[command(flatten)]
        window: Window,
    },
    /// Show a series, with how many of it stand how
    #[command(after_help = "Example:\n  thirdspace series show 1868812345678901234")]
    Show(One),
    /// Give one, it and all later ones, or all another time; what was changed by itself stays so
    #[command(
        after_help = "Examples:\n  thirdspace series move 1868812345678901234 20:00 22:00 --as ana --scope all\n  \
                      thirdspace series move 1868812345678901234 2027-02-03T19:00 21:00 --as ana --scope this --at 2027-02-02T19:00\n  \
                      thirdspace series move 1868812345678901234 20:00 22:00 --as ana --scope later --at 2027-03-02T19:00 --skip-clashes"
    )]
    Move(Box<Move>),
    /// Take one, it and all later ones, or all back; the space says why
    #[command(after_help = "Examples:\n  thirdspace series cancel 1868812345678901234 --as ana --scope all\n  \
                      thirdspace series cancel 1868812345678901234 --as ana --scope later --at 2027-03-02T19:00")]
    Cancel {
        #[command(flatten)]
        one: One,
        #[command(flatten)]
        part: Part,
        /// Why
        #[arg(long)]
        words: Option<String>,
    },
    /// Say yes to all of a series that wait for staff
    #[command(after_help = "Example:\n  thirdspace series approve 1868812345678901234 --skip-clashes")]
    Approve {
        #[command(flatten)]
        one: One,
        /// Why rules are passed over that speak against some by now
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        /// Leave those waiting that cannot be had any more
        #[arg(long)]
        skip_clashes: bool,
    },
}

fn approved(done: Approved) -> Result<Answer, Failure> {
    let text = format!("{} approved.\n{}", done.approved.len(), skipped("Still waiting", &done.left));
    Answer::new(text, done)
}

/// Says yes to a booking and to all that were asked for together with it.
pub(super) async fn approve_together(
    opened: &Opened,
    acting: Acting,
    id: BookingId,
    reason: Option<String>,
) -> Result<Answer, Failure> {
    let done = opened.write(move |tx, _, now| {
        let done = booking::approve_together(tx, acting, id, reason.as_deref(), None, now)?;
        Approved::new(tx, done, now)
    });
    approved(done.await?)
}

/// Which series.
#[derive(Debug, Args)]
pub(super) struct One {
    #[command(flatten)]
    staff: Staff,
    /// Its number
    series: SeriesId,
}

/// Which part of it.
#[derive(Debug, Args)]
pub(super) struct Part {
    /// How much of it: this, later or all
    #[arg(long)]
    scope: Scope,
    /// Which one, or from which one on: when it was to start [default: the first]
    #[arg(long, value_name = "TIME")]
    at: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Move {
    #[command(flatten)]
    one: One,
    #[command(flatten)]
    part: Part,
    /// Leave those as they are that cannot be had at the new time
    #[arg(long)]
    skip_clashes: bool,
    /// Of what instead: its number or its name
    #[arg(long)]
    resource: Option<String>,
    /// For how many people
    #[arg(long, value_name = "NUMBER")]
    people: Option<u32>,
    /// Why rules are passed over; those who work at the space may
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// When that one is to start; without a date, on its own
    start: String,
    /// When it is to end
    end: String,
}

impl Series {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        match self {
            Self::List { speaker, window } => {
                let (page, now) = (window.page()?, opened.node.clock.now());
                let (_, acting) = speaker.member(opened).await?;
                let slice: Slice<view::Series> = opened
                    .read(move |tx| {
                        let slice = series::list(tx, acting, page)?;
                        view::Series::page(tx, slice, now)
                    })
                    .await?;
                let row = |series: &view::Series| {
                    let counts: Vec<String> =
                        series.summary.iter().map(|(state, count)| format!("{count} {state}")).collect();
                    let when = format!("{}: {} ({})", series.resource_name, clock(&series.start), series.timezone);
                    [series.id.to_string(), when, series.rule.clone(), counts.join(", ")]
                };
                paged(&Page::from(slice), ["NUMBER", "WHAT AND WHEN", "RULE", "HOW MANY"], row, "Nothing repeats.")
            }
            Self::Show(one) => {
                let (acting, now) = (one.staff.acting(opened).await?, opened.node.clock.now());
                let found = opened.read(move |tx| {
                    let kept = series::view(tx, acting, one.series)?;
                    view::Series::one(tx, kept, now)
                });
                let found = found.await?;
                let moved = found
                    .moved
                    .iter()
                    .map(|moved| format!("Moved: {} to {}\n", clock(&moved.occurrence), clock(&moved.start)));
                let deleted = found.deleted.iter().map(|deleted| format!("Deleted: {}\n", clock(deleted)));
                let more: String = moved.chain(deleted).collect();
                Answer::new(told(&found) + &more, found)
            }
            Self::Move(wish) => wish.run(opened).await,
            Self::Cancel { one, part, words } => {
                let acting = one.staff.acting(opened).await?;
                let done = opened.write(move |tx, _, now| {
                    let named = series::view(tx, acting, one.series)?.series.named(part.at.as_deref())?;
                    let scope = (part.scope, named);
                    let kept = series::cancel(tx, acting, one.series, scope, words.as_deref(), now)?;
                    view::Series::one(tx, kept, now)
                });
                let done = done.await?;
                Answer::new(told(&done), done)
            }
            Self::Approve { one, reason, skip_clashes } => {
                let acting = one.staff.acting(opened).await?;
                let done = opened.write(move |tx, _, now| {
                    let choice = choice(skip_clashes);
                    let done = series::approve(tx, acting, one.series, reason.as_deref(), choice, now)?;
                    Approved::new(tx, done, now)
                });
                approved(done.await?)
            }
        }
    }
}

impl Move {
    async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let acting = self.one.staff.acting(opened).await?;
        let resource = match &self.resource {
            Some(resource) => Some(opened.resource(resource).await?.id),
            None => None,
        };
        let done = opened.write(move |tx, _, now| {
            let kept = series::view(tx, acting, self.one.series)?;
            let named = kept.series.named(self.part.at.as_deref())?;
            // A time without a date is meant on the day of that one.
            let day = kept.series.zone.meaning("at", named)?.of_series();
            let (start, end) = dated(&kept.series.zone, &self.start, &self.end, day);
            let edit = SeriesEdit {
                occurrence: self.part.at.clone(),
                start: Some(start),
                end: Some(end),
                resource,
                people: self.people,
                reason: self.reason.clone(),
                ..SeriesEdit::of(self.part.scope)
            };
            let choice = choice(self.skip_clashes);
            let edited = series::edit(tx, acting, self.one.series, &edit.over(&kept.series)?, choice, now)?;
            EditedSeries::new(tx, edited, now)
        });
        let done = done.await?;
        let (series, left) = (told(&done.series), skipped("As it was", &done.left));
        Answer::new(format!("{series}{} moved.\n{left}", done.changed.len()), done)
    }
}
