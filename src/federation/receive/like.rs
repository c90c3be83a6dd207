//! Somebody likes a post. A post that is not here is not fetched for it.

use super::{Acted, Case, Done, not_for_us};
use crate::operations::reaction;
use crate::store::{Tx, post};

pub(super) fn act(tx: &mut Tx<'_>, case: &Case<'_>) -> Acted {
    let id = case.object_id()?;
    let liked = post::known(tx, id.as_str())?.ok_or_else(|| not_for_us("a post that is known here"))?;
    reaction::receive(tx, case.actor, liked.id, case.activity.id.as_str(), case.now)?;
    Ok(Done::Nothing)
}
