//! Somebody from elsewhere stands at one of our doors.

use super::{Acted, Case, Done, Stop, not_for_us};
use crate::coworking::id::SpaceId;
use crate::coworking::peer::{Host, Level};
use crate::federation::translate::presence::{self as translate, Said};
use crate::operations::booking::{self, Arriving};
use crate::operations::{away::Answer, visit, visit::Welcome};
use crate::site::Local;
use crate::store::{self, Tx};

pub(super) fn act(tx: &mut Tx<'_>, case: &Case<'_>) -> Acted {
    let said = translate::arriving(case.site, case.activity).map_err(Stop::Refused)?;
    let space = space_of(tx, case, &said)?;
    let level = match Host::of(case.activity.actor.url()) {
        Some(host) => store::peer::level(tx, &host)?,
        None => Level::Known,
    };
    let (until, code) = said.arrive.map(|arrive| (arrive.until, arrive.code)).unwrap_or_default();
    let uri = case.activity.id.to_string();
    let arriving = Arriving { uri, space, booking: said.booking, until, code, hash: said.hash };
    booking::receive_arrive(tx, case.actor, level, &arriving, case.now)?;
    Ok(Done::Nothing)
}

/// The space of ours at whose door it was said.
pub(super) fn space_of(tx: &mut Tx<'_>, case: &Case<'_>, said: &Said) -> Result<SpaceId, Stop> {
    let id = store::actor::id_of(tx, &case.site.space(&said.space))?.ok_or_else(|| not_for_us("a space of ours"))?;
    Ok(store::space::by_id(tx, id)?.ok_or_else(|| not_for_us("a space of ours"))?.id)
}

/// Does an answer name what one of us said at a door?
pub(super) fn is_of_ours(case: &Case<'_>) -> bool {
    let named = case.activity.object_id().and_then(|id| case.site.local_of(id.as_str()));
    matches!(named, Some(Local::Visit(_)))
}

/// A space elsewhere lets one of us in, or not.
pub(super) fn answered(tx: &mut Tx<'_>, case: &Case<'_>) -> Acted {
    let named = case.activity.object_id().and_then(|id| case.site.local_of(id.as_str()));
    let Some(Local::Visit(id)) = named else { return Err(not_for_us("a visit of ours")) };
    let (answer, zone) = super::offer::answer_of(case)?;
    if matches!(answer, Answer::Held(_)) {
        return Ok(Done::Nothing);
    }
    visit::receive_answer(tx, case.actor, id, &Welcome { answer, zone }, case.now)?;
    Ok(Done::Nothing)
}
