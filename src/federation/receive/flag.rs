//! Somebody, or another node for one of its people, reports somebody here.

use super::{Acted, Case, Done, not_for_us};
use crate::activitypub::id::Id;
use crate::activitypub::json;
use crate::operations::report;
use crate::store::{Tx, actor, post};

/// The most characters of a reason that are kept.
const CONTENT_LIMIT: usize = 5_000;
/// The most posts of one report.
const POST_LIMIT: usize = 100;

pub(super) fn act(tx: &mut Tx<'_>, case: &Case<'_>) -> Acted {
    let ours = case.activity.objects().filter_map(|object| object.id()).filter(|id| case.is_ours(id));
    let (mut target, mut posts) = (None, Vec::new());
    for id in ours.take(POST_LIMIT) {
        match actor::id_of(tx, id.as_str())? {
            Some(person) => target = target.or(Some(person)),
            None => posts.push(id),
        }
    }
    // Some name the posts only.
    let target = match (target, posts.first()) {
        (None, Some(first)) => post::known(tx, first.as_str())?.map(|known| known.author),
        (target, _) => target,
    };
    let target = target.ok_or_else(|| not_for_us("somebody who lives here"))?;
    let posts: Vec<String> = posts.iter().map(Id::to_string).collect();
    let content: String =
        json::text(case.activity.value(), "content").unwrap_or_default().chars().take(CONTENT_LIMIT).collect();
    report::receive(tx, case.actor, target, case.activity.id.as_str(), &posts, &content, case.now)?;
    Ok(Done::Nothing)
}
