//! Somebody says something.

use serde_json::Value;

use super::gather::{Need, Want};
use super::{Acted, Case, Done, Stop, not_for_us, not_its_own};
use crate::activitypub::activity::ObjectRef;
use crate::activitypub::id::Id;
use crate::activitypub::object::ReceivedObject;
use crate::federation::take::{self, Authentic};
use crate::operations::post::{self, Received, ReceivedPost, Why};
use crate::store::{self, Tx};

pub(super) fn act(tx: &mut Tx<'_>, case: &Case<'_>) -> Acted {
    match inline(case)? {
        Inline::Own(object, document) => {
            take(tx, case, Authentic { object: &object, document, author: case.actor }, case.why())?
        }
        Inline::Look(id) => {
            // It may be here and not yet for this one, if it comes in secret.
            if case.recipient.is_none() && store::post::known(tx, id.as_str())?.is_some() {
                return Ok(Done::Nothing);
            }
            let found = case.fetched(&id, Need::Later)?.ok_or_else(|| not_for_us("a post that can be had"))?;
            take(tx, case, found.authentic(), case.why())?
        }
    };
    Ok(Done::Nothing)
}

/// What a Create or an Update brings along.
pub(super) enum Inline<'a> {
    /// The object, by the actor who signed: it can be believed.
    Own(Box<ReceivedObject>, &'a Value),
    /// An id, or a copy by somebody else: its home has to be asked.
    Look(Id),
}

/// Reads the object of an activity. A copy is believed when it is on the actor's origin and by the actor.
pub(super) fn inline<'a>(case: &'a Case<'_>) -> Result<Inline<'a>, Stop> {
    let object = case.activity.object().ok_or_else(|| not_for_us("an object"))?;
    let ours = || not_its_own("write posts of this node");
    let document = match object {
        ObjectRef::Embedded(document) => document,
        ObjectRef::Id(id) if case.is_ours(&id) => return Err(ours()),
        ObjectRef::Id(id) => return Ok(Inline::Look(id)),
    };
    match ReceivedObject::read(document) {
        Ok(read) if case.is_ours(&read.id) => Err(ours()),
        Ok(read) if read.author == case.activity.actor && read.id.same_origin(&read.author) => {
            Ok(Inline::Own(Box::new(read), document))
        }
        Ok(read) => Ok(Inline::Look(read.id)),
        Err(error) => {
            tracing::debug!(%error, activity = case.activity.id.as_str(), "an object is not taken as a post");
            Err(not_for_us("a post that can be shown"))
        }
    }
}

/// Takes a post in, with what it answers if that can be had.
pub(super) fn take(tx: &mut Tx<'_>, case: &Case<'_>, post: Authentic<'_>, why: Why) -> Result<Received, Stop> {
    let parent = post.object.in_reply_to.as_ref().filter(|parent| !case.is_ours(parent));
    let asked = parent.and_then(|parent| case.gathered.object(parent));
    if let Some(Some(found)) = asked {
        let parent = take::received(tx, case.site, found.authentic(), None, case.now)?;
        post::receive(tx, &parent, Why::Asked, case.now)?;
    }
    let received = received(tx, case, post)?;
    // What concerns nobody here is not worth a question, and what came again was asked about before.
    if let (Some(parent), None, Why::Delivered | Why::Followed) = (parent, asked, why)
        && store::post::known(tx, parent.as_str())?.is_none()
        && post::is_awaited(tx, &received, why)?
    {
        return Err(Stop::Wants(Want::Object(parent.clone(), Need::Perhaps)));
    }
    Ok(post::receive(tx, &received, why, case.now)?)
}

/// A post with everybody's number.
pub(super) fn received(tx: &mut Tx<'_>, case: &Case<'_>, post: Authentic<'_>) -> Result<ReceivedPost, Stop> {
    let in_secret = case.recipient.filter(|_| post.author == case.actor);
    let mut received = take::received(tx, case.site, post, in_secret, case.now)?;
    match case.limited && !post::for_followers(tx, &mut received)? {
        true => Err(not_for_us("somebody who follows")),
        false => Ok(received),
    }
}
