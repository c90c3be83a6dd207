//! Somebody goes on under another account: their followers here go along.

use jiff::SignedDuration;

use super::gather::{Need, Want};
use super::{Acted, Case, Done, Stop, not_for_us, not_its_own};
use crate::coworking::Refusal;
use crate::operations::follow;
use crate::store::{Tx, actor};

/// Who moved stays for so long, whatever they say of themselves meanwhile: followers are not led around.
const REST: SignedDuration = SignedDuration::from_hours(7 * 24);

pub(super) fn act(tx: &mut Tx<'_>, case: &Case<'_>) -> Acted {
    if !case.activity.is_about_its_actor() {
        return Err(not_its_own("move an account"));
    }
    let target = case.activity.target().and_then(|target| target.id()).ok_or_else(|| not_for_us("a target"))?;
    if target == case.activity.actor {
        return Err(Refusal::Oneself { act: "move to" }.into());
    }
    let old = actor::by_id(tx, case.actor)?.filter(|old| old.is_active()).ok_or_else(|| not_for_us("account"))?;
    if old.moved_to.as_deref().is_some_and(|already| already != target.as_str()) {
        return Err(Refusal::WrongState { what: "account", state: "moved already", needed: "one that has not" }.into());
    }
    if actor::moved_at(tx, old.id)?.is_some_and(|last| case.now.duration_since(last) < REST) {
        let (state, needed) = ("moved less than 7 days ago", "one that has not moved for 7 days");
        return Err(Refusal::WrongState { what: "account", state, needed }.into());
    }
    let id = match case.local(tx, &target)? {
        Some(local) => local,
        // The new account must name the old one now, so what was known of it before does not count.
        None if case.is_ours(&target) => return Err(not_for_us("target")),
        None => match case.gathered.actor(&target) {
            None => return Err(Stop::Wants(Want::Actor(target, Need::Later))),
            Some(None) => return Err(not_for_us("target that can be had")),
            Some(Some(id)) => id,
        },
    };
    let new = actor::by_id(tx, id)?.filter(|new| new.is_active()).ok_or_else(|| not_for_us("target"))?;
    if new.moved_to.is_some() || !new.also_known_as.contains(&old.uri) {
        return Err(not_its_own("say that an account moved to theirs"));
    }
    actor::set_moved(tx, old.id, &new.uri, case.now)?;
    follow::move_followers(tx, old.id, new.id, case.now)?;
    Ok(Done::Nothing)
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
