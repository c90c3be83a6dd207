//! What there is to book, who has it, and who comes: each a command.

use clap::Subcommand;

use super::answer::{Answer, Failure};
use super::booking::{Book, Bookings};
use super::check_in::{CheckIn, CheckOut};
use super::free::Free;
use super::kiosk::Kiosk;
use super::open::Opened;
use super::resource::Resource;
use super::series::Series;
use super::waitlist::Waitlist;

#[derive(Debug, Subcommand)]
pub(super) enum Desk {
    /// What can be booked: add, edit, list, and whole inventories in and out
    #[command(subcommand)]
    Resource(Resource),
    /// Book something
    Book(Box<Book>),
    /// Bookings: list, show, answer, move, cancel
    #[command(subcommand)]
    Bookings(Bookings),
    /// Bookings that repeat: list, show, answer, move, cancel; `thirdspace book --every week --times 10` makes one
    #[command(subcommand)]
    Series(Series),
    /// Somebody is there
    Checkin(CheckIn),
    /// Somebody leaves; what is left of their time is free again
    Checkout(CheckOut),
    /// Waiting for what others have: take a place in the line, see it, give it up
    #[command(subcommand)]
    Waitlist(Waitlist),
    /// Screens at the door: put up, list, take down
    #[command(subcommand)]
    Kiosk(Kiosk),
    /// What is free on a day, half hour by half hour
    Free(Free),
}

impl Desk {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        match self {
            Self::Resource(resource) => resource.run(opened).await,
            Self::Book(book) => book.run(opened).await,
            Self::Bookings(bookings) => bookings.run(opened).await,
            Self::Series(series) => series.run(opened).await,
            Self::Checkin(check_in) => check_in.run(opened).await,
            Self::Checkout(check_out) => check_out.run(opened).await,
            Self::Waitlist(waitlist) => waitlist.run(opened).await,
            Self::Kiosk(kiosk) => kiosk.run(opened).await,
            Self::Free(free) => free.run(opened).await,
        }
    }
}
