//! `thirdspace checkin` and `checkout`: who is there.

use clap::Args;
use jiff::SignedDuration;

use super::answer::{Answer, Failure};
use super::booking::{One, answer};
use super::open::Opened;
use super::speaker::{Speaker, Staff};
use super::stay;
use crate::coworking::id::BookingId;
use crate::federation::resolve;
use crate::operations::booking::{self, Asking};
use crate::operations::visit::Door;
use crate::web::api::view::Booking;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  thirdspace checkin 1868812345678901234\n  thirdspace checkin --resource Desks --as ben --minutes 120\n  thirdspace checkin --at @loft@loft.example --as ana\n\n\
                  With --resource, somebody comes without a booking and takes a place if one is free. At another node, with --at \
                  or the number of a booking there, that space is told, and answers."
)]
pub(super) struct CheckIn {
    /// Who acts, by their name here [default: the keeper; without a booking, the administrator, if there is only one]
    #[arg(long = "as", value_name = "USERNAME")]
    name: Option<String>,
    /// A space elsewhere at whose door they stand, by its handle
    #[arg(long, value_name = "SPACE", conflicts_with_all = ["booking", "resource"])]
    at: Option<String>,
    /// What was scanned at that door
    #[arg(long, value_name = "CODE", conflicts_with = "resource")]
    code: Option<String>,
    /// Of what, without a booking: its number or its name
    #[arg(long, value_name = "RESOURCE", conflicts_with = "booking")]
    resource: Option<String>,
    /// For how long, without a booking [default: until it closes]
    #[arg(long, value_name = "MINUTES", requires = "resource")]
    minutes: Option<u32>,
    /// Who, without a booking, if that is somebody without an account
    #[arg(long, value_name = "NAME", requires = "resource")]
    guest: Option<String>,
    /// The number of the booking
    #[arg(required_unless_present_any = ["resource", "at"])]
    booking: Option<BookingId>,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  thirdspace checkout 1868812345678901234")]
pub(super) struct CheckOut {
    #[command(flatten)]
    one: One,
}

impl CheckIn {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        if let Some(space) = &self.at {
            let (_, acting) = Speaker::named(self.name).member(opened).await?;
            let space = resolve::actor(&opened.node, space).await?;
            return stay::arrive(opened, acting, Door::At(space), self.code).await;
        }
        if let Some(booking) = self.booking {
            let acting = Staff::named(self.name.clone()).acting(opened).await?;
            if let Some(stay) = stay::found(opened, acting, booking).await? {
                return stay::arrive(opened, acting, Door::Of(stay.id), self.code).await;
            }
            if self.code.is_some() {
                let why = "a code is of a door elsewhere, and this is a booking here; leave --code out";
                return Err(Failure::Usage(why.to_owned()));
            }
            let one = One { staff: Staff::named(self.name), booking };
            return one.done(opened, booking::check_in).await;
        }
        let of = opened.resource(self.resource.as_deref().unwrap_or_default()).await?.id;
        let (_, acting) = Speaker::named(self.name).member(opened).await?;
        let length = self.minutes.map(|minutes| SignedDuration::from_mins(i64::from(minutes)));
        let guest = self.guest;
        let booking = opened
            .write(move |tx, _, now| {
                let asking = Asking::here(tx, acting, None, guest.is_some())?;
                let made = booking::walk_in(tx, &asking, of, guest.clone(), length, now)?;
                Booking::one(tx, made, now)
            })
            .await?;
        answer(booking)
    }
}

impl CheckOut {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let acting = self.one.staff.acting(opened).await?;
        match stay::found(opened, acting, self.one.booking).await? {
            Some(stay) => stay::leave(opened, acting, stay.id).await,
            None => self.one.done(opened, booking::check_out).await,
        }
    }
}
