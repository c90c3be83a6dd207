//! The network of spaces, found by following links between spaces: whom a partner follows, and what each of them tells of
//! itself and has. A few are asked at a time, each with a number of requests that it cannot make us exceed.

mod search;

use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;

use crate::activitypub::actor::RemoteActor;
use crate::activitypub::availability::Availability;
use crate::activitypub::collection::{PageRef, ReceivedCollection};
use crate::activitypub::id::Id;
use crate::activitypub::marketplace::Bookable;
use crate::coworking::peer::Host;
use crate::federation::fetch;
use crate::federation::translate::directory as translate;
use crate::http_client::Budget;
use crate::node::Node;
use crate::operations::directory::Told;

pub use search::{Answered, Free, search};

/// Requests that one space may cost at a time: itself, and two collections.
const BUDGET: u32 = 25;
/// Pages of one collection that are read.
const PAGES: usize = 10;
/// Of those whom a partner follows, and of what a space has, so many are taken.
const ITEMS: usize = 200;
/// So long all questions to one space may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// So long somebody who searches waits for one host.
const MOMENT: Duration = Duration::from_secs(4);

/// What a space elsewhere tells of itself; of a partner also whom it follows.
pub async fn ask(node: &Node, uri: &str, is_partner: bool) -> Told {
    match tokio::time::timeout(PATIENCE, told(node, uri, is_partner)).await {
        Ok(Ok(told)) => told,
        Ok(Err(fetch::Error::Gone { .. })) => Told::Gone,
        Ok(Err(error)) => {
            tracing::debug!(%error, uri, "a space does not tell of itself");
            Told::Silence
        }
        Err(_) => Told::Silence,
    }
}

async fn told(node: &Node, uri: &str, is_partner: bool) -> Result<Told, fetch::Error> {
    let Ok(id) = Id::parse(uri) else { return Ok(Told::Nothing) };
    let budget = Budget::new(BUDGET);
    let (said, document) = fetch::document(node, &id, &budget).await?;
    // Under another id it is another space, and found as that if anybody follows it.
    let Ok(actor) = RemoteActor::read(&document) else { return Ok(Told::Nothing) };
    let Some(listing) = translate::listing(&actor).filter(|_| said == id) else { return Ok(Told::Nothing) };
    let lent = match &actor.proposals {
        Some(proposals) => {
            items(node, proposals, &budget, |item| translate::lent(&Bookable::read(item).ok()?, &id)).await
        }
        None => Vec::new(),
    };
    let follows = match actor.following.as_ref().filter(|_| is_partner) {
        Some(following) => items(node, following, &budget, |item| follows(node, item)).await,
        None => Vec::new(),
    };
    Ok(Told::Space { listing: Box::new(listing), lent, follows })
}

/// Somebody whom a partner follows, elsewhere.
fn follows(node: &Node, item: &Value) -> Option<(String, Host)> {
    let id = Id::parse(crate::activitypub::json::id_text(item)?).ok()?.without_fragment();
    let host = Host::of(id.url())?;
    let ours = node.site.is_ours(id.url());
    (!ours && node.http.check(id.url()).is_ok()).then(|| (id.to_string(), host))
}

/// What stands in a collection, as far as it may be read: a part is better than nothing.
async fn items<T>(node: &Node, collection: &Id, budget: &Budget, mut read: impl FnMut(&Value) -> Option<T>) -> Vec<T> {
    let mut found = Vec::new();
    let mut take = |page: &ReceivedCollection<'_>| {
        let left = ITEMS.saturating_sub(found.len());
        found.extend(page.items.iter().filter_map(|item| read(item)).take(left));
        found.len() < ITEMS
    };
    let Ok((_, document)) = fetch::document(node, collection, budget).await else { return found };
    let Ok(whole) = ReceivedCollection::read(&document) else { return found };
    let mut more = take(&whole);
    let mut next = match &whole.first {
        Some(PageRef::Id(first)) => Some(first.clone()),
        Some(PageRef::Embedded(page)) => match ReceivedCollection::read(page) {
            Ok(page) => {
                more = take(&page);
                page.next
            }
            Err(_) => None,
        },
        // Some show the first page where the collection stands.
        None => whole.next.clone(),
    };
    let mut seen = Vec::new();
    while let Some(page) = next.take().filter(|page| more && page.same_origin(collection) && !seen.contains(page)) {
        let Ok((_, document)) = fetch::document(node, &page, budget).await else { break };
        let Ok(read) = ReceivedCollection::read(&document) else { break };
        more = take(&read);
        seen.push(page);
        next = read.next.filter(|_| seen.len() < PAGES);
    }
    found
}

/// When something elsewhere is free, from its host; `None` when it does not tell in a moment.
async fn availability(node: &Node, proposal: &str, from: Timestamp, to: Timestamp) -> Option<Availability> {
    let question = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("from", &from.to_string())
        .append_pair("to", &to.to_string())
        .finish();
    let address = Id::parse(&format!("{proposal}/availability?{question}")).ok()?;
    let budget = Budget::new(4);
    match tokio::time::timeout(MOMENT, fetch::plain(node, &address, &budget)).await {
        Ok(Ok(value)) => Availability::read(&value),
        Ok(Err(error)) => {
            tracing::debug!(%error, proposal, "a host does not tell what is free");
            None
        }
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::federation::testing::{Ground, Received, Reply, Stranger};

    const LIAR: &str = "http://liar.test/u/bo";

    /// A space that says it follows others without end, forty on each page, and has endlessly much to lend.
    fn lies(got: &Received) -> Reply {
        let bo = Stranger::new("bo", "liar.test");
        let page = got.path.rsplit('=').next().and_then(|page| page.parse::<u32>().ok()).unwrap_or(0);
        let next = |list: &str| format!("http://liar.test/{list}?page={}", page + 1);
        let of = |list: &str, items: Vec<Value>| {
            Reply::Json(json!({"@context": "https://www.w3.org/ns/activitystreams", "type": "OrderedCollectionPage",
                "id": format!("http://liar.test{}", got.path), "next": next(list), "orderedItems": items}))
        };
        match got.path.as_str() {
            "/u/bo" => Reply::Json(bo.document(json!({
                "type": "Group", "discoverable": true, "timezone": "Etc/UTC", "location": {"type": "Place"},
                "following": "http://liar.test/f", "proposals": "http://liar.test/p",
            }))),
            path if path.starts_with("/f") => {
                of("f", (0..40).map(|number| json!(format!("http://s{number}.p{page}.test/space"))).collect())
            }
            path if path.starts_with("/p") => of("p", vec![json!({"type": "Proposal"}); 10]),
            _ => Reply::Say(404),
        }
    }

    #[tokio::test]
    async fn a_space_that_follows_ten_thousand_others_costs_no_more_than_any() {
        let ground = Ground::new().await;
        ground.peers.behave(lies);
        let Told::Space { follows, lent, .. } = ask(&ground.node, LIAR, true).await else { panic!("it is a space") };
        assert_eq!((follows.len(), lent.len()), (ITEMS, 0));
        let asked = ground.peers.take().len();
        assert!(asked <= BUDGET as usize, "{asked}");
        let Told::Space { follows, .. } = ask(&ground.node, LIAR, false).await else { panic!("it is a space") };
        assert!(follows.is_empty(), "partners of partners of partners are not asked for");
        assert_eq!(ask(&ground.node, "http://liar.test/u/nobody", true).await, Told::Silence);
        assert_eq!(ask(&ground.node, "http://liar.test/f", true).await, Told::Nothing);
    }
}
