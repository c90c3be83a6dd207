//! All that a member has booked, here and at other nodes, as one list.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use super::Result;
use crate::coworking::Refusal;
use crate::coworking::member::Acting;
use crate::store::Tx;
use crate::store::away::{self, Away};
use crate::store::booking::{self, Booking};
use crate::store::page::Page;

/// One of a member's.
#[derive(Debug, Clone, PartialEq)]
pub enum Booked {
    /// At this node.
    Here(Box<Booking>),
    /// At another one.
    Elsewhere(Box<Away>),
}

/// The last one of a page: the list goes on behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Last {
    start: Timestamp,
    elsewhere: bool,
    id: i64,
}

/// Behind which beginning and number a list goes on.
type Place = (Timestamp, i64);

impl Last {
    /// Where what is here goes on, and what is elsewhere. Of those that begin together, what is elsewhere comes behind what is
    /// here.
    fn places(self) -> (Place, Place) {
        let (here, elsewhere) = if self.elsewhere { (i64::MAX, self.id) } else { (self.id, 0) };
        ((self.start, here), (self.start, elsewhere))
    }
}

impl fmt::Display for Last {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.elsewhere { "elsewhere" } else { "here" };
        write!(f, "{}.{place}.{}", self.start.as_millisecond(), self.id)
    }
}

impl FromStr for Last {
    type Err = Refusal;

    fn from_str(text: &str) -> std::result::Result<Self, Refusal> {
        let read = || {
            let mut parts = text.splitn(3, '.');
            let start = Timestamp::from_millisecond(parts.next()?.parse().ok()?).ok()?;
            let elsewhere = match parts.next()? {
                "here" => false,
                "elsewhere" => true,
                _ => return None,
            };
            Some(Self { start, elsewhere, id: parts.next()?.parse().ok()? })
        };
        read().ok_or_else(|| Refusal::malformed("page", text, "what a page of the list led to"))
    }
}

impl Booked {
    fn last(&self) -> Last {
        match self {
            Self::Here(booking) => Last { start: booking.slot.start(), elsewhere: false, id: booking.id.0 },
            Self::Elsewhere(away) => Last { start: away.slot.start(), elsewhere: true, id: away.id.0 },
        }
    }
}

/// A part of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// At most as many as a page has.
    pub items: Vec<Booked>,
    /// Where it goes on, if it does.
    pub next: Option<Last>,
}

/// What a member has or asks for and that has not ended, the first that begins first.
///
/// # Errors
/// [`Refusal::NotPermitted`] for the keeper.
pub fn coming(tx: &mut Tx<'_>, acting: Acting, behind: Option<Last>, page: Page, now: Timestamp) -> Result<Part> {
    let member = acting.member("have bookings")?;
    let (here, elsewhere) = behind.map(Last::places).unzip();
    let here = booking::coming(tx, member.into(), here, page, now)?;
    let mut items = both(here, away::coming(tx, member, elsewhere, page, now)?);
    items.sort_by_key(Booked::last);
    Ok(cut(items, page))
}

/// What a member had, gave back or did not get, the last that began first.
///
/// # Errors
/// [`Refusal::NotPermitted`] for the keeper.
pub fn over(tx: &mut Tx<'_>, acting: Acting, behind: Option<Last>, page: Page, now: Timestamp) -> Result<Part> {
    let member = acting.member("have bookings")?;
    let (here, elsewhere) = behind.map(Last::places).unzip();
    let here = booking::over(tx, member.into(), here, page, now)?;
    let mut items = both(here, away::over(tx, member, elsewhere, page, now)?);
    items.sort_by_key(|one| std::cmp::Reverse(one.last()));
    Ok(cut(items, page))
}

fn both(here: Vec<Booking>, elsewhere: Vec<Away>) -> Vec<Booked> {
    let here = here.into_iter().map(|booking| Booked::Here(Box::new(booking)));
    let elsewhere = elsewhere.into_iter().map(|away| Booked::Elsewhere(Box::new(away)));
    here.chain(elsewhere).collect()
}

fn cut(mut items: Vec<Booked>, page: Page) -> Part {
    let most = page.limit() as usize;
    let more = items.len() > most;
    items.truncate(most);
    let next = items.last().filter(|_| more).map(Booked::last);
    Part { items, next }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_list_goes_on_is_read_as_it_was_written() {
        let last = Last { start: Timestamp::from_second(1_800_000_000).unwrap(), elsewhere: true, id: 7 };
        assert_eq!(last.to_string(), "1800000000000.elsewhere.7");
        assert_eq!("1800000000000.elsewhere.7".parse(), Ok(last));
        for wrong in ["", "1800000000000", "x.here.7", "1.there.7", "1.here.x", "9999999999999999999.here.7"] {
            assert_eq!(wrong.parse::<Last>().unwrap_err().code(), "malformed", "{wrong}");
        }
    }
}
