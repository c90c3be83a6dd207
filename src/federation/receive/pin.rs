//! Somebody pins a post of theirs to their page, or unpins it.

use super::{Acted, Case, Done, Stop, not_for_us, not_its_own};
use crate::coworking::id::PostId;
use crate::operations::pin;
use crate::store::{Tx, actor, post};

pub(super) fn add(tx: &mut Tx<'_>, case: &Case<'_>) -> Acted {
    let post = pinned(tx, case)?;
    pin::receive(tx, case.actor, post, case.now)?;
    Ok(Done::Nothing)
}

pub(super) fn remove(tx: &mut Tx<'_>, case: &Case<'_>) -> Acted {
    let post = pinned(tx, case)?;
    pin::receive_undo(tx, case.actor, post)?;
    Ok(Done::Nothing)
}

/// The actor's own post, when the target is the actor's own collection of pinned posts.
fn pinned(tx: &mut Tx<'_>, case: &Case<'_>) -> Result<PostId, Stop> {
    let target = case.activity.target().and_then(|target| target.id()).ok_or_else(|| not_for_us("a target"))?;
    let owner = actor::by_id(tx, case.actor)?.ok_or_else(|| not_for_us("account"))?;
    if owner.featured.as_deref() != Some(target.as_str()) {
        return Err(not_for_us("collection of pinned posts"));
    }
    let id = case.object_id()?;
    let known = post::known(tx, id.as_str())?.filter(|known| !known.deleted);
    let known = known.ok_or_else(|| not_for_us("a post that is known here"))?;
    match known.author == case.actor {
        true => Ok(known.id),
        false => Err(not_its_own("pin a post")),
    }
}
