//! Somebody lets one of us follow.

use super::{Acted, Case, Done, Stop, arrive, not_for_us, offer};
use crate::activitypub::activity::ObjectRef;
use crate::activitypub::json;
use crate::operations::follow::{self, FollowRef};
use crate::site::Local;
use crate::store::Tx;

pub(super) fn act(tx: &mut Tx<'_>, case: &Case<'_>) -> Acted {
    if arrive::is_of_ours(case) {
        return arrive::answered(tx, case);
    }
    if offer::is_of_ours(case) {
        return offer::answered(tx, case);
    }
    let which = meant(tx, case)?;
    follow::receive_accept(tx, case.actor, which, case.now)?;
    Ok(Done::Nothing)
}

/// The follow of ours that an answer is about: by the id that we gave it, or by the follower in the copy that came
/// back (some give follows ids of their own).
pub(super) fn meant(tx: &mut Tx<'_>, case: &Case<'_>) -> Result<FollowRef, Stop> {
    let object = case.activity.object().ok_or_else(|| not_for_us("a follow"))?;
    if let Some(Local::Follow(id)) = object.id().and_then(|id| case.site.local_of(id.as_str())) {
        return Ok(FollowRef::Id(id));
    }
    let ObjectRef::Embedded(copy) = object else { return Err(not_for_us("a follow of ours")) };
    let follower = json::is_a(copy, "Follow").then(|| json::id(copy, "actor")).flatten();
    let follower = follower.ok_or_else(|| not_for_us("a follow"))?;
    let follower = case.local(tx, &follower)?.ok_or_else(|| not_for_us("a follow of ours"))?;
    Ok(FollowRef::Follower(follower))
}
