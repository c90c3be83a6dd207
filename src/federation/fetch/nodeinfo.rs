//! What a server says of itself.

use super::{Error, Wanted, get, within};
use crate::activitypub::id::Id;
use crate::activitypub::json;
use crate::activitypub::nodeinfo::{Discovery, NodeInfo};
use crate::coworking::peer::Host;
use crate::http_client::Budget;
use crate::node::Node;

/// Requests that one server may cost: the links, the document, and one redirect.
const BUDGET: u32 = 3;

/// The NodeInfo of a server, through the links at its well-known address.
///
/// # Errors
/// [`Error`].
pub async fn nodeinfo(node: &Node, host: &Host) -> Result<NodeInfo, Error> {
    let unusable = |why: &dyn std::fmt::Display| Error::Unusable(format!("{host}: {why}"));
    let address = format!("{}://{host}/.well-known/nodeinfo", node.site.url().scheme());
    let address = Id::parse(&address).map_err(|error| unusable(&error))?;
    let budget = Budget::new(BUDGET);
    within(node, address.url(), async {
        let links = get(node, address.url().clone(), Wanted::NodeInfo, &budget).await?;
        let origin = Id::parse(links.url.as_str()).map_err(|error| unusable(&error))?;
        let links = json::parse(&links.body).map_err(|error| Error::malformed(&links.url, &error))?;
        let document = Discovery::read(&links, &origin).document;
        let document = document.ok_or_else(|| unusable(&"it links to no NodeInfo of its own"))?;
        let document = get(node, document.url().clone(), Wanted::NodeInfo, &budget).await?;
        let read = json::parse(&document.body).map_err(|error| Error::malformed(&document.url, &error))?;
        NodeInfo::read(&read).map_err(|error| unusable(&error))
    })
    .await
}
