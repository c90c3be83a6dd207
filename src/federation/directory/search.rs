//! Who is found in the directory, and what of it is free: the book tells the one, the hosts the other.

use futures_util::future::join_all;
use jiff::Timestamp;

use crate::coworking::directory::{Lent, Wanted, When};
use crate::coworking::slot::Slot;
use crate::coworking::space::Zone;
use crate::coworking::timetable::Stretch;
use crate::federation::translate::directory as translate;
use crate::node::Node;
use crate::operations::{self, directory};
use crate::store::page::{Page, Slice};

/// Of what is found so many hosts are asked at once, the first first; who asks for the next page has more asked.
const ASKED: usize = 10;

/// Is something free when it is wanted?
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Free {
    /// Nobody asked its host.
    NotAsked,
    /// Its host says yes, and when.
    Yes(Vec<Stretch>),
    /// Its host says no.
    No,
    /// Its host does not say.
    Unknown,
}

/// A space that was found, and what is known of each thing that it has.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// The space.
    pub found: directory::Found,
    /// One for each of what it has.
    pub free: Vec<Free>,
}

/// Searches the directory; where a time is named, hosts are asked what is free.
///
/// # Errors
/// The store's.
pub async fn search(node: &Node, wanted: Wanted, page: Page, now: Timestamp) -> operations::Result<Slice<Answered>> {
    let when = wanted.when;
    let found = node.store.read(move |tx| directory::search(tx, &wanted, page, now)).await?;
    let lent = || found.items.iter().flat_map(|space| &space.lent);
    let free = match when {
        None => vec![Free::NotAsked; lent().count()],
        Some(when) => {
            let asked = join_all(lent().take(ASKED).map(|lent| ask(node, lent, when, now))).await;
            let rest = lent().count().saturating_sub(asked.len());
            asked.into_iter().chain(std::iter::repeat_n(Free::NotAsked, rest)).collect()
        }
    };
    let mut free = free.into_iter();
    let items = found.items.into_iter().map(|space| {
        let free = free.by_ref().take(space.lent.len()).collect();
        Answered { found: space, free }
    });
    Ok(Slice { items: items.collect(), next: found.next })
}

async fn ask(node: &Node, lent: &Lent, when: When, now: Timestamp) -> Free {
    let asked = Zone::parse(&lent.zone).ok().and_then(|zone| when.at(&zone));
    let Some(asked) = asked else { return Free::No };
    // What is over can be had by nobody; of a day the rest counts.
    let ahead = match when {
        When::Day(_) => Slot::between(asked.start().max(now), asked.end()),
        When::From(..) => Some(asked).filter(|asked| asked.start() >= now),
    };
    let Some(ahead) = ahead else { return Free::No };
    let Some(told) = super::availability(node, &lent.uri, ahead.start(), ahead.end()).await else {
        return Free::Unknown;
    };
    let free = translate::free(&told, ahead);
    if when.is_met(ahead, &free) { Free::Yes(free) } else { Free::No }
}
