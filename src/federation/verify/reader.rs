//! Who asks for a document? Peers sign their questions where the answer depends on it.

use super::{Denial, Head, PATIENCE, check_blocked, read_signature, signer};
use crate::coworking::id::ActorId;
use crate::http_client::Budget;
use crate::node::Node;

/// Requests that a question may cause.
const BUDGET: u32 = 10;

/// Somebody elsewhere who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// Our number for it.
    pub actor: ActorId,
    /// Its id in the network.
    pub uri: String,
}

/// Who signed a GET; nobody when it is not signed.
///
/// # Errors
/// [`Denial`] when it is signed and the signature does not hold, or its maker may not speak here.
pub async fn reader(node: &Node, head: &Head<'_>) -> Result<Option<Reader>, Denial> {
    let is_signed = |name: &str| name.eq_ignore_ascii_case("signature") || name.eq_ignore_ascii_case("signature-input");
    if !head.headers.iter().any(|(name, _)| is_signed(name)) {
        return Ok(None);
    }
    let signature = read_signature(node, head)?;
    check_blocked(node, signature.key_id(), None).await?;
    let budget = Budget::new(BUDGET);
    let signer = tokio::time::timeout(PATIENCE, signer(node, &signature, None, head.asker, &budget))
        .await
        .map_err(|_| Denial::busy("the key took longer than 8 seconds to fetch"))?
        .map_err(Denial::from)?;
    Ok(Some(Reader { actor: signer.actor, uri: signer.actor_uri.clone() }))
}
