//! Series: the same booking again and again, at the time that the clock of the space shows.
//!
//! Each occurrence is a booking of its own, with its own state and check-in. What is done to several of them is one
//! transaction, and what cannot be had is named one by one: nothing is left out unless the asker says so.

mod cancel;
mod edit;
mod elsewhere;
mod make;
#[cfg(test)]
mod stories;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::Result;
use super::booking::{self as bookings, Approved};
use crate::coworking::Refusal;
use crate::coworking::id::{ActorId, SeriesId};
use crate::coworking::member::{Acting, Role};
use crate::coworking::series::{Clashing, Scope};
use crate::store::page::{Page, Slice};
use crate::store::series::{self, Kept, Of};
use crate::store::{Tx, away, booking};

pub use cancel::cancel;
pub use edit::{Change, Edited, edit};
pub use elsewhere::ask;
pub use make::{Made, Preview, Previewed, expand, make, preview};

/// A series, for the one who has it and for those who work here.
///
/// # Errors
/// [`Refusal::NotFound`].
pub fn view(tx: &mut Tx<'_>, acting: Acting, id: SeriesId) -> Result<Kept> {
    let kept = series::by_id(tx, id)?.ok_or(Refusal::NotFound { what: "series" })?;
    let is_own = matches!(acting, Acting::Member(member, _) if ActorId::from(member) == kept.requester);
    // What members book elsewhere is nobody's here to know.
    let for_staff = matches!(kept.of, Of::Here(_)) && acting.needs(Role::Host, "see somebody else's series").is_ok();
    if is_own || for_staff { Ok(kept) } else { Err(Refusal::NotFound { what: "series" }.into()) }
}

/// The actor's own series, the newest first.
///
/// # Errors
/// [`Refusal::NotPermitted`] for the keeper without a member.
pub fn list(tx: &mut Tx<'_>, acting: Acting, page: Page) -> Result<Slice<Kept>> {
    let member = acting.member("have series")?;
    Ok(series::list(tx, member.into(), page)?)
}

/// How many of a series stand how: a word for the state, and the number.
///
/// # Errors
/// The store's.
pub fn summary(tx: &mut Tx<'_>, kept: &Kept, now: Timestamp) -> Result<BTreeMap<&'static str, u32>> {
    let words: Vec<&'static str> = match kept.of {
        Of::Here(_) => {
            let all = booking::of_series(tx, kept.id)?;
            all.iter().map(|booking| booking.state_at(now).as_str()).collect()
        }
        Of::Elsewhere(_) => {
            let all = away::of_series(tx, kept.id, Page::new(None, Some(Page::LIMIT)))?.items;
            all.iter().map(|away| away.state_at(now).as_str()).collect()
        }
    };
    let mut summary = BTreeMap::new();
    for word in words {
        let count: &mut u32 = summary.entry(word).or_default();
        *count = count.saturating_add(1);
    }
    Ok(summary)
}

/// Staff say yes to all of a series that wait.
///
/// # Errors
/// As of [`approve_together`](bookings::approve_together).
pub fn approve(
    tx: &mut Tx<'_>,
    acting: Acting,
    id: SeriesId,
    reason: Option<&str>,
    choice: Option<Clashing>,
    now: Timestamp,
) -> Result<Approved> {
    acting.needs(Role::Host, "approve bookings")?;
    view(tx, acting, id)?;
    let all = booking::of_series(tx, id)?;
    bookings::approve_each(tx, acting, &all, reason, choice, now)
}

/// Is one that was to start then in what an act is about, which names this one?
fn is_in(scope: Scope, named: DateTime, original: DateTime) -> bool {
    match scope {
        Scope::This => original == named,
        Scope::Later => original >= named,
        Scope::All => true,
    }
}
