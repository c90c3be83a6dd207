//! Somebody passes something on: a post, or, as groups do (FEP-1b12), the activity that brought it.

use super::create::take;
use super::gather::Need;
use super::{Acted, Case, Done, Stop, not_for_us};
use crate::activitypub::activity::{ActivityKind, ObjectRef};
use crate::activitypub::id::Id;
use crate::activitypub::json;
use crate::coworking::id::PostId;
use crate::federation::translate::post::visibility;
use crate::operations::announce;
use crate::operations::post::Why;
use crate::store::{Tx, post};

pub(super) fn act(tx: &mut Tx<'_>, case: &Case<'_>) -> Acted {
    let id = passed_on(case)?;
    let Some(post) = post(tx, case, &id)? else { return Ok(Done::Nothing) };
    // Whatever is neither for everybody nor unlisted is for followers.
    let visibility = visibility(&case.activity.audience(), None);
    announce::receive(tx, case.actor, post, case.activity.id.as_str(), visibility, case.why(), case.now)?;
    Ok(Done::Nothing)
}

/// The id of the post. Nothing else of an embedded copy is believed: it is somebody else's.
fn passed_on(case: &Case<'_>) -> Result<Id, Stop> {
    let object = case.activity.object().ok_or_else(|| not_for_us("an object"))?;
    if let ObjectRef::Embedded(copy) = &object
        && let Some(kind) = json::types(copy).map(ActivityKind::of).find(ActivityKind::is_known)
    {
        return match kind {
            ActivityKind::Create => json::id(copy, "object").ok_or_else(|| not_for_us("an object with an id")),
            _ => Err(not_for_us("a post")),
        };
    }
    case.object_id()
}

/// The post, fetched if it is not here and somebody here follows the one who passes it on.
fn post(tx: &mut Tx<'_>, case: &Case<'_>, id: &Id) -> Result<Option<PostId>, Stop> {
    let limited = case.limited && !announce::concerns(tx, case.actor)?;
    if let Some(known) = post::known(tx, id.as_str())?.filter(|_| !limited) {
        return Ok((!known.deleted).then_some(known.id));
    }
    if limited || case.is_ours(id) || !announce::concerns(tx, case.actor)? {
        return Ok(None);
    }
    let Some(found) = case.fetched(id, Need::Later)? else { return Ok(None) };
    Ok(take(tx, case, found.authentic(), Why::Asked)?.post())
}
