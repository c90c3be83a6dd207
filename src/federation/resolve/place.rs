//! What is known here under an address, and what is put there.

use url::Position;

use super::Resolved;
use crate::activitypub::id::Id;
use crate::coworking::Refusal;
use crate::node::Node;
use crate::operations;
use crate::store::{Tx, actor, post};

/// The account or post with this id, or whose page for humans this is, if it is known here.
///
/// # Errors
/// [`Refusal::Gone`] when it was; or the store's.
pub(super) async fn known(node: &Node, id: &Id) -> operations::Result<Option<Resolved>> {
    let origin = format!("{}/", &id.url()[..Position::BeforePath]);
    let id = id.to_string();
    node.store
        .read(move |tx: &mut Tx<'_>| {
            if let Some(known) = post::known(tx, &id)? {
                return match known.deleted {
                    false => Ok(Some(Resolved::Post(known.id))),
                    true => Err(Refusal::Gone { what: "post" }.into()),
                };
            }
            match actor::by_uri(tx, &id)? {
                None => paged(tx, &id, &origin),
                Some(known) if known.deleted_at.is_some() => Err(Refusal::Gone { what: "account" }.into()),
                Some(known) => Ok(Some(Resolved::Actor(known.id))),
            }
        })
        .await
}

fn paged(tx: &mut Tx<'_>, url: &str, origin: &str) -> operations::Result<Option<Resolved>> {
    if let Some(post) = post::by_page(tx, url, origin)? {
        return Ok(Some(Resolved::Post(post)));
    }
    Ok(actor::by_page(tx, url, origin)?.map(Resolved::Actor))
}

/// Runs a step in a transaction.
///
/// # Errors
/// The step's.
pub(super) async fn kept<T: Send + 'static>(
    node: &Node,
    step: impl FnMut(&mut Tx<'_>) -> operations::Result<T> + Send + 'static,
) -> operations::Result<T> {
    node.store.write(step).await
}
