//! Bookings across nodes: somebody elsewhere asks for something of ours; a host answers one of us, and tells what became of
//! it.

use super::gather::{Need, Want};
use super::{Acted, Case, Done, Stop, not_for_us, not_its_own};
use crate::activitypub::activity::ObjectRef;
use crate::activitypub::id::Id;
use crate::activitypub::json;
use crate::activitypub::marketplace::Agreement;
use crate::coworking::Refusal;
use crate::coworking::peer::{Host, Level};
use crate::federation::translate::booking as translate;
use crate::operations::{away, booking, hospitality};
use crate::site::Local;
use crate::store::{self, Tx};

/// Somebody elsewhere asks for something of ours.
pub(super) fn act(tx: &mut Tx<'_>, case: &Case<'_>) -> Acted {
    let about = translate::about(case.site, case.activity).ok_or_else(|| not_for_us("something that can be booked"))?;
    let kept = store::resource::by_id(tx, about)?.ok_or_else(|| not_for_us("a resource of ours"))?;
    let space = store::space::by_id(tx, kept.space.into())?.ok_or_else(|| not_for_us("a space of ours"))?;
    let level = match Host::of(case.activity.actor.url()) {
        Some(host) => store::peer::level(tx, &host)?,
        None => Level::Known,
    };
    let uri = case.activity.id.to_string();
    // Where a guest comes from may matter, and is the guest's space's to say. When that cannot be had, what hangs on it is
    // refused: whoever asks has a server that answers, and can ask anew.
    if level == Level::Trusted
        && let Some(home) = hospitality::unknown_home(tx, &space, case.actor)?
        && let Ok(home) = Id::parse(&home)
        && case.gathered.actor(&home).is_none()
        && !booking::has_outcome(tx, &uri)?
    {
        return Err(Stop::Wants(Want::Actor(home, Need::Perhaps)));
    }
    let rules = translate::rules_for(&kept.resource, level);
    let offered =
        translate::wished(case.site, case.activity).and_then(|wished| wished.offered(uri.clone(), &space.zone, rules));
    match offered {
        Ok(offered) => booking::receive_offer(tx, case.actor, level, &offered, case.now).map(drop)?,
        // Whoever asked would wait for its deadline.
        Err(refusal) => booking::refuse_unread(tx, case.actor, space.id, &uri, &refusal, case.now)?,
    }
    Ok(Done::Nothing)
}

/// Does an answer name an offer of ours?
pub(super) fn is_of_ours(case: &Case<'_>) -> bool {
    let named = case.activity.object_id().and_then(|id| case.site.local_of(id.as_str()));
    matches!(named, Some(Local::Asked(_)))
}

/// A host answers what one of us has asked.
pub(super) fn answered(tx: &mut Tx<'_>, case: &Case<'_>) -> Acted {
    let named = case.activity.object_id().and_then(|id| case.site.local_of(id.as_str()));
    let Some(Local::Asked(id)) = named else { return Err(not_for_us("an offer of ours")) };
    let (answer, _) = answer_of(case)?;
    away::receive_answer(tx, case.actor, id, &answer, case.now)?;
    Ok(Done::Nothing)
}

/// What a host says, and whose clock it means. A server speaks for agreements of its own.
pub(super) fn answer_of(case: &Case<'_>) -> Result<(away::Answer, Option<String>), Stop> {
    let answer = translate::answer(case.activity).map_err(Stop::Refused)?;
    let away::Answer::Agreed(terms) = &answer else { return Ok((answer, None)) };
    if !is_of(case, &terms.agreement) {
        return Err(not_its_own("keep agreements"));
    }
    let stipulates = json::get(case.activity.value(), "result").and_then(|result| json::get(result, "stipulates"));
    let zone = stipulates.and_then(|part| json::text(part, "timezone")).map(str::to_owned);
    Ok((answer, zone))
}

pub(super) fn is_about_an_agreement(case: &Case<'_>) -> bool {
    let object = case.activity.object();
    object.as_ref().and_then(ObjectRef::embedded).is_some_and(|object| json::is_a(object, "Agreement"))
}

/// A host tells where a booking of one of us stands.
pub(super) fn news(tx: &mut Tx<'_>, case: &Case<'_>) -> Acted {
    let object = case.activity.object();
    let document = object.as_ref().and_then(ObjectRef::embedded).ok_or_else(|| not_for_us("an agreement"))?;
    let wrong = |error: String| Stop::Refused(Refusal::malformed("object", error, "an agreement"));
    let agreement = Agreement::read(document).map_err(|error| wrong(error.to_string()))?;
    // Nobody speaks in the future: what is said later would never be newer.
    let said_at = json::time(case.activity.value(), "published").unwrap_or(case.now).min(case.now);
    let news = translate::news(case.site, &case.activity.actor, &agreement, said_at).map_err(Stop::Refused)?;
    away::receive_update(tx, case.actor, &news, case.now)?;
    Ok(Done::Nothing)
}

/// Is this address on the origin of the actor? A server speaks for what lives there, and for nothing else.
fn is_of(case: &Case<'_>, uri: &str) -> bool {
    Id::parse(uri).is_ok_and(|id| id.same_origin(&case.activity.actor))
}
