//! `thirdspace book` and `bookings`: who has what.

use clap::{Args, Subcommand};
use jiff::Timestamp;

use super::answer::{Answer, Failure};
use super::moved;
use super::open::Opened;
use super::page::{Window, paged};
use super::series::{self, Booker, Repeat};
use super::shown::{handle, lasting};
use super::speaker::{Speaker, Staff};
use super::{stay, waitlist as waiting};
use crate::coworking::booking::{BookingInput, Guests, Request, State};
use crate::coworking::id::{ActorId, BookingId};
use crate::coworking::member::Acting;
use crate::coworking::space::Zone;
use crate::coworking::window::{LIST_DAYS, window};
use crate::operations::booking::waitlist::{self, BookedOrWaits};
use crate::operations::booking::{self, Asking};
use crate::operations::{self, front_desk, resource, space};
use crate::store::Tx;
use crate::store::booking::{self as rows, Of};
use crate::web::api::view::{Booking, Wait};
use crate::web::api::{BookingEdit, List as Page};

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  thirdspace book Attic 2027-01-15T10:00 11:30 --as ana --people 4\n  \
                  thirdspace book Desks 2027-01-18T09:00 18:00 --as ana --units 3 --note \"A team of three\"\n  \
                  thirdspace book Attic 14:00 15:00 --as ana --for ben\n  \
                  thirdspace book Attic 2027-01-19T19:00 21:00 --as ana --every week --times 10\n  \
                  thirdspace book Attic 2027-01-19T19:00 21:00 --as ana --repeat \"FREQ=MONTHLY;BYDAY=3TU;COUNT=6\" --preview\n  \
                  thirdspace book https://loft.example/resources/1868812345678901234 2027-01-15T10:00 11:30 --as ana --wait\n\n\
                  Times are those of the clock at the space; one without a date is today, or on the day of the start.")]
pub(super) struct Book {
    #[command(flatten)]
    speaker: Speaker,
    /// How many [default: 1]
    #[arg(long, value_name = "NUMBER")]
    units: Option<u32>,
    /// The one that is chosen, from 1 [default: any]
    #[arg(long, value_name = "NUMBER")]
    unit: Option<u32>,
    /// For how many people [default: 1]
    #[arg(long, value_name = "NUMBER")]
    people: Option<u32>,
    /// A word to the space
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// For whom, if that is somebody without an account
    #[arg(long, value_name = "NAME")]
    guest: Option<String>,
    /// For which other member; those who work at the space may
    #[arg(long = "for", value_name = "USERNAME")]
    member: Option<String>,
    /// Keep the time for ten minutes, until it is confirmed
    #[arg(long)]
    hold: bool,
    /// Wait in the line if others have it
    #[arg(long, conflicts_with_all = ["hold", "unit", "guest", "reason", "repeat", "every"])]
    wait: bool,
    /// Why rules are passed over; those who work at the space may
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    #[command(flatten)]
    repeat: Repeat,
    /// Of what: its number or its name here, or its address at another node
    resource: String,
    /// From when
    start: String,
    /// Until when
    end: String,
}

#[derive(Debug, Subcommand)]
pub(super) enum Bookings {
    /// List bookings to come, the first that begins first: a member's, here or elsewhere, or all of a space
    #[command(
        after_help = "Examples:\n  thirdspace bookings list --as ana\n  thirdspace bookings list --as ana --elsewhere\n  thirdspace bookings list --space harbor --from 2027-01-15T00:00 --to 2027-01-16T00:00\n  \
                      thirdspace bookings list --waiting\n  thirdspace bookings list --guests late"
    )]
    List(Box<List>),
    /// Show a booking
    #[command(after_help = "Example:\n  thirdspace bookings show 1868812345678901234")]
    Show(One),
    /// Confirm a time that is held
    #[command(after_help = "Example:\n  thirdspace bookings confirm 1868812345678901234 --as ana")]
    Confirm(One),
    /// Say yes to what waits for staff
    #[command(
        after_help = "Examples:\n  thirdspace bookings approve 1868812345678901234\n  thirdspace bookings approve 1868812345678901234 --together"
    )]
    Approve {
        #[command(flatten)]
        one: One,
        /// To all that wait and were asked for together with it, too, if they can all be had
        #[arg(long)]
        together: bool,
        /// Why rules are passed over that speak against it by now
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Say no to what waits for staff
    #[command(after_help = "Example:\n  thirdspace bookings decline 1868812345678901234 \"We have a party that day\"")]
    Decline {
        #[command(flatten)]
        one: One,
        /// Why
        words: String,
    },
    /// Take a booking back; the space says why
    #[command(
        after_help = "Examples:\n  thirdspace bookings cancel 1868812345678901234 --as ana\n  thirdspace bookings cancel 1868812345678901234 --words \"The roof leaks\""
    )]
    Cancel {
        #[command(flatten)]
        one: One,
        /// Why
        #[arg(long)]
        words: Option<String>,
    },
    /// Take a check-in back, within five minutes; those who work at the space may
    #[command(after_help = "Example:\n  thirdspace bookings undo-checkin 1868812345678901234")]
    UndoCheckin(One),
    /// Say to the space that one has come after all, or why not
    #[command(
        after_help = "Example:\n  thirdspace bookings appeal 1868812345678901234 \"I was in the booth\" --as ana"
    )]
    Appeal {
        #[command(flatten)]
        one: One,
        /// What happened
        words: String,
    },
    /// Say that somebody has come after all; those who work at the space may
    #[command(after_help = "Example:\n  thirdspace bookings lift 1868812345678901234")]
    Lift(One),
    /// Leave it at that nobody came, whatever the appeal says
    #[command(after_help = "Example:\n  thirdspace bookings dismiss 1868812345678901234")]
    Dismiss(One),
    /// Give a booking another time or place; what it has stays until the new is granted
    #[command(
        after_help = "Example:\n  thirdspace bookings move 1868812345678901234 2027-01-15T14:00 15:00 --as ana --resource Loft"
    )]
    Move(Box<Move>),
    /// What became of bookings when the rules of a zone changed
    #[command(after_help = "Example:\n  thirdspace bookings moved")]
    Moved {
        /// At most so many
        #[arg(long, default_value_t = 80)]
        limit: u32,
        /// Go on after this booking
        #[arg(long)]
        after: Option<BookingId>,
    },
}

/// Which booking.
#[derive(Debug, Args)]
pub(super) struct One {
    #[command(flatten)]
    pub(super) staff: Staff,
    /// Its number
    pub(super) booking: BookingId,
}

#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    speaker: Speaker,
    #[command(flatten)]
    window: Window,
    /// All of this space, by its username
    #[arg(long)]
    space: Option<String>,
    /// Those at other nodes
    #[arg(long, conflicts_with_all = ["space", "waiting"])]
    elsewhere: bool,
    /// What waits for staff, at --space or the node's first
    #[arg(long, conflicts_with_all = ["from", "to"])]
    waiting: bool,
    /// Today's guests of --space or the node's first: expected, present or late
    #[arg(long, value_name = "WHICH", conflicts_with_all = ["from", "to", "waiting", "elsewhere"])]
    guests: Option<String>,
    /// From when [default: now]
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Until when [default: 31 days later]
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Move {
    #[command(flatten)]
    one: One,
    /// Of what instead: its number or its name
    #[arg(long)]
    resource: Option<String>,
    /// How many
    #[arg(long, value_name = "NUMBER")]
    units: Option<u32>,
    /// The one that is chosen, from 1
    #[arg(long, value_name = "NUMBER")]
    unit: Option<u32>,
    /// For how many people
    #[arg(long, value_name = "NUMBER")]
    people: Option<u32>,
    /// Why rules are passed over; those who work at the space may
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// From when
    start: String,
    /// Until when
    end: String,
}

/// Times as they are typed; the date that goes without saying is that of this moment at the space.
pub(super) fn dated(zone: &Zone, start: &str, end: &str, on: Timestamp) -> (String, String) {
    let has_date = |text: &str| text.contains('-') || text.contains('T');
    let on = zone.wall(on).date();
    let start = if has_date(start) { start.to_owned() } else { format!("{on}T{}", start.trim()) };
    let day = start.get(..10).map_or_else(|| on.to_string(), str::to_owned);
    let end = if has_date(end) { end.to_owned() } else { format!("{day}T{}", end.trim()) };
    (start, end)
}

/// What a booking is, in a sentence.
fn told(booking: &Booking) -> String {
    let clock = |text: &str| text.get(..16).unwrap_or(text).replace('T', " ");
    let (start, end) = (clock(&booking.start), clock(&booking.end));
    let end = if start.get(..10) == end.get(..10) { end.get(11..).unwrap_or(&end).to_owned() } else { end };
    let many = if booking.units > 1 { format!(", {} of it", booking.units) } else { String::new() };
    let unit = booking.unit.map(|unit| format!(", number {unit}")).unwrap_or_default();
    format!("{}{many}{unit}: {start} to {end} ({})", booking.resource_name, booking.timezone)
}

pub(super) fn answer(booking: Booking) -> Result<Answer, Failure> {
    let state = match booking.state {
        State::Held => format!(
            "held for {}; `thirdspace bookings confirm {}` makes it firm",
            lasting(booking.seconds_left.unwrap_or_default()),
            booking.id
        ),
        State::Requested => "waits for staff".to_owned(),
        state => state.as_str().replace('_', " "),
    };
    let words = booking.words.as_ref().map(|words| format!("\n{words}")).unwrap_or_default();
    let who = booking.guest.clone().unwrap_or_else(|| handle(&booking.requester));
    Answer::new(format!("{}\nFor {who}; {state}. Number {}.{words}", told(&booking), booking.id), booking)
}

impl Book {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let (_, acting) = self.speaker.member(opened).await?;
        if self.resource.contains("://") {
            return self.elsewhere(opened, acting).await;
        }
        let of = opened.resource(&self.resource).await?.id;
        let other: Option<ActorId> = match &self.member {
            Some(name) => Some(opened.member(name).await?.0.into()),
            None => None,
        };
        if self.repeat.is_wanted() {
            if self.hold {
                return Err(Failure::Usage("what repeats is not held; leave --hold out".to_owned()));
            }
            let first = self.input();
            let by = Booker { acting, other, reason: self.reason };
            return self.repeat.here(opened, by, of, first).await;
        }
        self.repeat.must_be_wanted()?;
        let made = opened
            .write(move |tx, _, now| {
                let zone = resource::zone(tx, of)?;
                let (start, end) = dated(&zone, &self.start, &self.end, now);
                let input = BookingInput { start, end, ..self.input() };
                let asking = Asking::here(tx, acting, other, self.guest.is_some())?;
                let (draft, reason) = (input.parse(&zone)?, self.reason.clone());
                let wish = Request { resource: of, draft, hold: self.hold, reason };
                if self.wait {
                    return match waitlist::book_or_wait(tx, &asking, &wish, None, now)? {
                        BookedOrWaits::Booked(made) => Ok(Ok(Booking::one(tx, *made, now)?)),
                        BookedOrWaits::Waits(wait) => Ok(Err(Wait::one(tx, *wait, now)?)),
                    };
                }
                let made = booking::request(tx, &asking, &wish, now)?;
                Ok(Ok(Booking::one(tx, made, now)?))
            })
            .await?;
        match made {
            Ok(booking) => answer(booking),
            Err(wait) => waiting::answer(wait),
        }
    }
}

impl Book {
    /// The wish as it was typed.
    fn input(&self) -> BookingInput {
        BookingInput {
            start: self.start.clone(),
            end: self.end.clone(),
            units: self.units,
            unit: self.unit,
            people: self.people,
            note: self.note.clone(),
            guest: self.guest.clone(),
        }
    }

    async fn elsewhere(self, opened: &Opened, acting: Acting) -> Result<Answer, Failure> {
        if self.hold || self.unit.is_some() || self.guest.is_some() || self.member.is_some() || self.reason.is_some() {
            let words =
                "--hold, --unit, --guest, --for and --reason are for what this node has; another space decides itself";
            return Err(Failure::Usage(words.to_owned()));
        }
        if self.repeat.is_wanted() {
            let first = self.input();
            return self.repeat.elsewhere(opened, acting, &self.resource, first).await;
        }
        self.repeat.must_be_wanted()?;
        stay::ask(opened, acting, &self.resource, self.wait, |zone, now| {
            let (start, end) = dated(zone, &self.start, &self.end, now);
            let (units, people, note) = (self.units, self.people, self.note);
            BookingInput { start, end, units, people, note, ..BookingInput::default() }
        })
        .await
    }
}

impl One {
    /// Does something to it, and tells what it is then.
    pub(super) async fn done(
        self,
        opened: &Opened,
        mut act: impl FnMut(&mut Tx<'_>, Acting, BookingId, Timestamp) -> operations::Result<rows::Booking> + Send + 'static,
    ) -> Result<Answer, Failure> {
        let (acting, id) = (self.staff.acting(opened).await?, self.booking);
        let done = opened.write(move |tx, _, now| {
            let booking = act(tx, acting, id, now)?;
            Booking::one(tx, booking, now)
        });
        answer(done.await?)
    }
}

impl Bookings {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        match self {
            Self::List(list) => list.run(opened).await,
            Self::Show(one) => match stay::found(opened, one.staff.acting(opened).await?, one.booking).await? {
                Some(stay) => stay::answer(stay),
                None => one.done(opened, |tx, acting, id, _| booking::view(tx, acting, id)).await,
            },
            Self::Confirm(one) => one.done(opened, booking::confirm).await,
            Self::Approve { one, together: true, reason } => {
                let acting = one.staff.acting(opened).await?;
                series::approve_together(opened, acting, one.booking, reason).await
            }
            Self::Approve { one, reason, .. } => {
                one.done(opened, move |tx, acting, id, now| booking::approve(tx, acting, id, reason.as_deref(), now))
                    .await
            }
            Self::Decline { one, words } => {
                one.done(opened, move |tx, acting, id, now| booking::decline(tx, acting, id, &words, now)).await
            }
            Self::Cancel { one, words } => {
                let acting = one.staff.acting(opened).await?;
                if let Some(stay) = stay::found(opened, acting, one.booking).await? {
                    if words.is_some() {
                        let why = "another node is told that it is taken back, and no words; leave --words out";
                        return Err(Failure::Usage(why.to_owned()));
                    }
                    return stay::cancel(opened, acting, stay.id).await;
                }
                one.done(opened, move |tx, acting, id, now| booking::cancel(tx, acting, id, words.as_deref(), now))
                    .await
            }
            Self::UndoCheckin(one) => one.done(opened, booking::undo_check_in).await,
            Self::Appeal { one, words } => {
                one.done(opened, move |tx, acting, id, now| booking::appeal(tx, acting, id, &words, now)).await
            }
            Self::Lift(one) => one.done(opened, booking::lift).await,
            Self::Dismiss(one) => one.done(opened, booking::dismiss).await,
            Self::Move(wish) => wish.run(opened).await,
            Self::Moved { limit, after } => moved::run(opened, after, limit).await,
        }
    }
}

impl Move {
    async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let to = match &self.resource {
            Some(resource) => Some(opened.resource(resource).await?.id),
            None => None,
        };
        let (start, end) = (self.start, self.end);
        let edit = BookingEdit {
            resource: to,
            units: self.units,
            unit: self.unit,
            people: self.people,
            reason: self.reason,
            ..BookingEdit::default()
        };
        let change = move |tx: &mut Tx<'_>, acting, id, now| {
            let old = booking::view(tx, acting, id)?;
            let zone = resource::zone(tx, to.unwrap_or(old.resource))?;
            // Whoever moves a booking to another hour means its day.
            let (start, end) = dated(&zone, &start, &end, old.slot.start());
            BookingEdit { start: Some(start), end: Some(end), ..edit.clone() }.make(tx, acting, id, now)
        };
        self.one.done(opened, change).await
    }
}

impl List {
    async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let (page, now) = (self.window.page()?, opened.node.clock.now());
        let guests: Option<Guests> = self.guests.as_deref().map(str::parse).transpose()?;
        let is_own = self.space.is_none() && !self.waiting && guests.is_none();
        let acting = if is_own { self.speaker.member(opened).await?.1 } else { self.speaker.staff(opened).await? };
        let at = opened.space(self.space.as_deref()).await?;
        if self.elsewhere {
            return stay::list(opened, acting, at, self.from, self.to, page).await;
        }
        let (from, to, is_waiting) = (self.from, self.to, self.waiting);
        let slice = opened
            .read(move |tx| {
                let zone = Zone::parse(&space::or_default(tx, Some(at))?.zone)?;
                let during = window(&zone, from.as_deref(), to.as_deref(), LIST_DAYS, now)?;
                let slice = match acting {
                    Acting::Member(member, _) if is_own => rows::list(tx, Of::Requester(member.into()), during, page)?,
                    _ if is_waiting => front_desk::waiting(tx, acting, at, page, now)?,
                    _ => match guests {
                        Some(list) => front_desk::guests(tx, acting, at, list, page, now)?,
                        None => front_desk::bookings(tx, acting, at, during, page)?,
                    },
                };
                Booking::page(tx, slice, now)
            })
            .await?;
        let row = |booking: &Booking| {
            let who = booking.guest.clone().unwrap_or_else(|| handle(&booking.requester));
            [booking.id.to_string(), told(booking), who, booking.state.as_str().replace('_', " ")]
        };
        let none = "Nothing is booked in that time.";
        paged(&Page::from(slice), ["NUMBER", "WHAT AND WHEN", "WHO", "STATE"], row, none)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_that_goes_without_saying_is_today_or_that_of_the_start() {
        let zone = Zone::parse("Pacific/Kiritimati").unwrap();
        let now = "2027-01-15T11:00:00Z".parse().unwrap();
        let read = |start, end| dated(&zone, start, end, now);
        assert_eq!(read("09:00", "10:00"), ("2027-01-16T09:00".into(), "2027-01-16T10:00".into()));
        assert_eq!(read("2027-02-01T09:00", "10:00"), ("2027-02-01T09:00".into(), "2027-02-01T10:00".into()));
        assert_eq!(read("2027-02-01T09:00", "2027-02-02T10:00").1, "2027-02-02T10:00");
        assert_eq!(read("é", "ü").0, "2027-01-16Té", "what it means is for others to refuse");
    }
}
