//! The partners of a space elsewhere, as it shows them itself: whom it follows.

use super::{BUDGET, refusal};
use crate::activitypub::collection::{PageRef, ReceivedCollection};
use crate::activitypub::id::Id;
use crate::coworking::Refusal;
use crate::coworking::id::ActorId;
use crate::federation::fetch;
use crate::http_client::Budget;
use crate::node::Node;
use crate::operations;
use crate::store::actor::{self, ActorType};

/// Pages of the list that are looked at.
const PAGES: usize = 10;
/// Spaces that are asked who they are.
const SPACES: usize = 40;

/// The spaces that a space elsewhere follows, as far as it shows them and they can be reached.
///
/// # Errors
/// [`Refusal::NotFound`] for what is not known, or shows nobody; [`Refusal::Unreachable`].
pub async fn partners_of(node: &Node, who: ActorId) -> operations::Result<Vec<ActorId>> {
    let known: Option<actor::Actor> =
        node.store.read(move |tx| Ok::<_, operations::Error>(actor::by_id(tx, who)?)).await?;
    let known = known.filter(|known| !known.local && known.is_active()).ok_or(Refusal::NotFound { what: "space" })?;
    let handle = known.handle();
    let hidden = || operations::Error::from(Refusal::NotFound { what: "list of partners" });
    let following = known.following.as_deref().and_then(|uri| Id::parse(uri).ok()).ok_or_else(hidden)?;
    let budget = Budget::new(BUDGET + u32::try_from(PAGES + 2 * SPACES).unwrap_or(u32::MAX));
    let mut named: Vec<Id> = Vec::new();
    let mut next = Some(following);
    for _ in 0..PAGES {
        let Some(page) = next.take() else { break };
        let (_, value) = fetch::document(node, &page, &budget).await.map_err(|error| refusal(&handle, error))?;
        let read = ReceivedCollection::read(&value).map_err(|_| hidden())?;
        named.extend(read.item_ids());
        next = match read.first {
            Some(PageRef::Embedded(first)) => {
                let first = ReceivedCollection::read(first).map_err(|_| hidden())?;
                named.extend(first.item_ids());
                first.next
            }
            Some(PageRef::Id(first)) => Some(first),
            None => read.next,
        };
        // What leads to another server is no page of this list.
        next = next.filter(|next| next.same_origin(&page));
        if named.len() >= SPACES {
            break;
        }
    }
    named.retain(|id| !node.site.is_ours(id.url()));
    named.dedup();
    let mut spaces = Vec::new();
    for id in named.into_iter().take(SPACES) {
        // One that cannot be reached is no reason to hear of none.
        match fetch::known_or_fetched(node, &id, &budget).await {
            Ok(found) => spaces.push(found),
            Err(error) => tracing::debug!(%error, space = id.as_str(), "a suggested partner cannot be read"),
        }
    }
    let spaces: Vec<ActorId> = node
        .store
        .read(move |tx| {
            let mut known = actor::summaries(tx, &spaces)?;
            known.retain(|actor| actor.actor_type == ActorType::Group && !actor.local);
            Ok::<_, operations::Error>(known.into_iter().map(|actor| actor.id).collect())
        })
        .await?;
    Ok(spaces)
}
