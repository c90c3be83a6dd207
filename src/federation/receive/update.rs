//! Somebody changes what they said, or what they show of themselves.

use super::create::{Inline, inline, received, take};
use super::gather::{Need, Want};
use super::{Acted, Case, Done, Stop, not_for_us, offer};
use crate::activitypub::activity::ObjectRef;
use crate::activitypub::actor::RemoteActor;
use crate::activitypub::webfinger::Handle;
use crate::federation::take::Authentic;
use crate::federation::translate;
use crate::operations::post::{self, Revision};
use crate::store::post::Known;
use crate::store::{self, Tx, actor};

/// A change of a post that is not here brings the post along when it is not older than this.
const NEWS: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

pub(super) fn act(tx: &mut Tx<'_>, case: &Case<'_>) -> Acted {
    if case.activity.is_about_its_actor() {
        return profile(tx, case);
    }
    if offer::is_about_an_agreement(case) {
        return offer::news(tx, case);
    }
    match inline(case)? {
        Inline::Own(object, document) => revise(tx, case, Authentic { object: &object, document, author: case.actor }),
        Inline::Look(id) => {
            // Its home is asked only about what is here.
            if store::post::known(tx, id.as_str())?.is_none_or(|known| known.deleted || known.local) {
                return Err(not_for_us("a post that is known here"));
            }
            let found = case.fetched(&id, Need::Later)?.ok_or_else(|| not_for_us("a post that can be had"))?;
            revise(tx, case, found.authentic())
        }
    }
}

fn revise(tx: &mut Tx<'_>, case: &Case<'_>, changed: Authentic<'_>) -> Acted {
    // A change that does not say to whom it goes tells of nobody who could not read the post before.
    let direct = |known: Known| known.visibility.is_direct();
    let secret = case.recipient.is_some() && store::post::known(tx, changed.object.id.as_str())?.is_none_or(direct);
    let received = received(tx, &Case { recipient: case.recipient.filter(|_| secret), ..*case }, changed)?;
    match post::receive_update(tx, &received, case.now)? {
        Revision::Unknown if case.now.duration_since(received.published) < NEWS => {
            take(tx, case, changed, case.why())?;
        }
        Revision::Done(_) | Revision::Old | Revision::Unknown | Revision::Refused => {}
    }
    Ok(Done::Nothing)
}

/// An actor's own words about itself are believed as they stand, unless they leave something open or are no newer than
/// what is known (mail comes in any order, and old mail may come again): then its home is asked.
fn profile(tx: &mut Tx<'_>, case: &Case<'_>) -> Acted {
    if case.gathered.actor(&case.activity.actor).is_some() {
        // What its home says is kept by now.
        return Ok(Done::Nothing);
    }
    let ask = || Stop::Wants(Want::Actor(case.activity.actor.clone(), Need::Later));
    let Some(ObjectRef::Embedded(document)) = case.activity.object() else { return Err(ask()) };
    let Some(read) = RemoteActor::read(document).ok().filter(|read| !read.keys.is_empty()) else { return Err(ask()) };
    let Some(known) = actor::by_id(tx, case.actor)? else { return Err(ask()) };
    let claimed = read.webfinger.clone().or_else(|| Handle::of(&read.preferred_username, read.id.host(), true).ok());
    let handle = claimed.filter(|claim| claim.user() == known.username && claim.host() == known.host);
    let Some(handle) = handle else { return Err(ask()) };
    let is_news = match (read.updated, actor::remote_updated(tx, case.actor)?) {
        (None, _) => false,
        (Some(_), None) => true,
        // What is kept is not finer.
        (Some(said), Some(known)) => said.as_millisecond() > known.as_millisecond(),
    };
    if !is_news {
        return Err(ask());
    }
    actor::upsert_remote(tx, &translate::actor::profile(&read, &handle), case.now)?;
    Ok(Done::ForgetKeys)
}
