//! A series at another node: a question for each, under one name, and an answer to each.

use jiff::Timestamp;

use super::Result;
use crate::coworking::id::SeriesId;
use crate::coworking::member::Acting;
use crate::coworking::series::{Part, Pattern, State};
use crate::coworking::slot::Slot;
use crate::operations::away::{self, Elsewhere};
use crate::store::Tx;
use crate::store::series::{self, Kept, Of};

/// Asks for all of a series elsewhere. The host answers each by itself; this node shows how many it said yes to.
///
/// # Errors
/// As of [`away::ask`], for the first that cannot be asked for; then none is.
pub fn ask(tx: &mut Tx<'_>, acting: Acting, at: &Elsewhere, pattern: &Pattern, now: Timestamp) -> Result<Kept> {
    let member = acting.member("book elsewhere")?;
    let id = SeriesId(tx.next_id(now));
    for one in pattern.series.occurrences()?.occurrences {
        let part = Part { series: id, original: one.original };
        away::ask_part(tx, acting, at, &pattern.draft(Slot::new(one.start, one.end)?), Some(part), now)?;
    }
    let kept = Kept {
        id,
        requester: member.into(),
        of: Of::Elsewhere(at.proposal.clone()),
        name: at.name.clone(),
        series: pattern.series.clone(),
        state: State::Open,
        split_from: None,
        made_at: now,
        updated: now,
    };
    series::add(tx, &kept)?;
    Ok(kept)
}
