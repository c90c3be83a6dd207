//! Somebody takes back a follow, a like, an announce or a block. What has not come yet is refused when it comes.

use super::{Acted, Case, Done, Stop, not_for_us, not_its_own};
use crate::activitypub::activity::ObjectRef;
use crate::activitypub::id::Id;
use crate::activitypub::json;
use crate::operations::{announce, block, booking, follow, reaction};
use crate::store::{self, Tx, actor, post, tombstone};

pub(super) fn act(tx: &mut Tx<'_>, case: &Case<'_>) -> Acted {
    let undone = case.activity.object().ok_or_else(|| not_for_us("an object"))?;
    let id = undone.id();
    if id.as_ref().is_some_and(|id| !id.same_origin(&case.activity.actor)) {
        return Err(not_its_own("take something back"));
    }
    let uri = id.as_ref().map(Id::as_str);
    let ObjectRef::Embedded(copy) = undone else { return by_id_alone(tx, case, uri) };
    if json::id(copy, "actor").is_some_and(|actor| actor != case.activity.actor) {
        return Err(not_its_own("take something back"));
    }
    let Case { actor, now, .. } = *case;
    if json::types(copy).next().is_none() {
        return by_id_alone(tx, case, uri);
    }
    let object = json::id(copy, "object");
    if json::is_a(copy, "Follow") {
        let target = someone(tx, object)?;
        follow::receive_undo(tx, actor, uri, target, now)?;
    } else if json::is_a(copy, "Like") {
        let liked = something(tx, object)?;
        reaction::receive_undo(tx, actor, uri, liked, now)?;
    } else if json::is_a(copy, "Announce") {
        let passed_on = something(tx, object)?;
        announce::receive_undo(tx, actor, uri, passed_on, now)?;
    } else if json::is_a(copy, "Offer") {
        if let Some(uri) = uri {
            booking::receive_undo(tx, actor, uri, now)?;
        }
    } else if json::is_a(copy, "Block") {
        let target = someone(tx, object)?;
        block::receive_undo(tx, actor, uri, target, now)?;
    }
    Ok(Done::Nothing)
}

/// The id does not say what it is the id of, so it is looked for among all that can be taken back.
fn by_id_alone(tx: &mut Tx<'_>, case: &Case<'_>, uri: Option<&str>) -> Acted {
    let Some(uri) = uri else { return Err(not_for_us("an object with an id")) };
    let Case { actor, now, .. } = *case;
    if store::follow::by_uri(tx, actor, uri)?.is_some() {
        follow::receive_undo(tx, actor, Some(uri), None, now)?;
    } else if store::reaction::by_uri(tx, uri)?.is_some() {
        reaction::receive_undo(tx, actor, Some(uri), None, now)?;
    } else if store::announce::by_uri(tx, uri)?.is_some() {
        announce::receive_undo(tx, actor, Some(uri), None, now)?;
    } else if store::block::target_by_uri(tx, actor, uri)?.is_some() {
        block::receive_undo(tx, actor, Some(uri), None, now)?;
    } else if store::booking::by_offer(tx, uri)?.is_some() || store::waitlist::by_offer(tx, uri)?.is_some() {
        booking::receive_undo(tx, actor, uri, now)?;
    } else {
        tombstone::bury(tx, uri, actor, now)?;
    }
    Ok(Done::Nothing)
}

fn someone(tx: &mut Tx<'_>, id: Option<Id>) -> Result<Option<crate::coworking::id::ActorId>, Stop> {
    Ok(match id {
        Some(id) => actor::id_of(tx, id.as_str())?,
        None => None,
    })
}

fn something(tx: &mut Tx<'_>, id: Option<Id>) -> Result<Option<crate::coworking::id::PostId>, Stop> {
    Ok(match id {
        Some(id) => post::known(tx, id.as_str())?.map(|known| known.id),
        None => None,
    })
}
