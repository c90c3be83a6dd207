//! What is known here under an address, and what is put there.

use super::Resolved;
use crate::coworking::Refusal;
use crate::node::Node;
use crate::operations;
use crate::store::{Tx, actor, post};

/// The account or post with this id, if it is known here.
///
/// # Errors
/// [`Refusal::Gone`] when it was; or the store's.
pub(super) async fn known(node: &Node, id: &str) -> operations::Result<Option<Resolved>> {
    let id = id.to_owned();
    node.store
        .read(move |tx: &mut Tx<'_>| {
            if let Some(known) = post::known(tx, &id)? {
                return match known.deleted {
                    false => Ok(Some(Resolved::Post(known.id))),
                    true => Err(Refusal::Gone { what: "post" }.into()),
                };
            }
            match actor::by_uri(tx, &id)? {
                None => Ok(None),
                Some(known) if known.deleted_at.is_some() => Err(Refusal::Gone { what: "account" }.into()),
                Some(known) => Ok(Some(Resolved::Actor(known.id))),
            }
        })
        .await
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
