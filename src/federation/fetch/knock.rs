//! One question to one address, signed by the node itself; asked again in another way when the signature may be what
//! was refused.
//!
//! Some sign and check the query, some do not; some know draft-cavage only, some RFC 9421. Nobody says which.

use std::sync::Arc;

use jiff::Timestamp;
use url::{Position, Url};

use super::{Error, scheme};
use crate::activitypub::negotiation;
use crate::activitypub::signature::{Message, SigningError, http_date, sign_cavage, sign_rfc9421};
use crate::federation::signing;
use crate::http_client::{self, Budget, Request, Response};
use crate::key_ring::SigningKeys;
use crate::node::Node;
use crate::store::peer::SignatureScheme;
use crate::store::{self, Tx, actor};

/// One way to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Cavage,
    /// The path alone is signed (Mitra and Fedify check no more).
    CavageWithoutQuery,
    Rfc9421,
}

impl Way {
    /// All ways that make a difference for this address, the one that was understood last at first.
    fn all(first: SignatureScheme, url: &Url) -> impl Iterator<Item = Self> {
        let bare = url.query().map(|_| Self::CavageWithoutQuery);
        let cavage = std::iter::once(Self::Cavage).chain(bare);
        let (before, after) = match first {
            SignatureScheme::Cavage => (None, Some(Self::Rfc9421)),
            SignatureScheme::Rfc9421 => (Some(Self::Rfc9421), None),
        };
        before.into_iter().chain(cavage).chain(after)
    }

    fn scheme(self) -> SignatureScheme {
        match self {
            Self::Cavage | Self::CavageWithoutQuery => SignatureScheme::Cavage,
            Self::Rfc9421 => SignatureScheme::Rfc9421,
        }
    }
}

/// Asks without a signature.
pub(super) async fn unsigned(node: &Node, url: &Url, accept: &str, budget: &Budget) -> Result<Response, Error> {
    let request = Request::get(url.clone()).header("accept", accept).budget(budget);
    Ok(node.http.send(request.max_body(node.config.max_body)).await?)
}

/// Asks for a document in the name of the node. When all ways are refused, the first answer counts.
pub(super) async fn signed(node: &Node, url: &Url, budget: &Budget) -> Result<Response, Error> {
    let Some(keys) = keys(node).await? else {
        return unsigned(node, url, negotiation::ACCEPT, budget).await;
    };
    let mut refused = None;
    let first = scheme::remembered(node, url).await;
    for way in Way::all(first, url) {
        let request = sign(url, way, &keys, node.clock.now()).await?;
        let response = node.http.send(request.budget(budget).max_body(node.config.max_body)).await?;
        match response.status {
            400 | 401 | 403 => refused = refused.or(Some(response)),
            status => {
                if (200..300).contains(&status) {
                    scheme::understood(node, url, way.scheme(), first).await;
                }
                return Ok(response);
            }
        }
    }
    refused.ok_or_else(|| invalid("there is no way to sign"))
}

/// The keys of the node's own actor; none before it has been given any.
async fn keys(node: &Node) -> Result<Option<Arc<SigningKeys>>, Error> {
    let id = match node.reception.node_actor() {
        Some(id) => id,
        None => {
            let uri = node.site.node_actor();
            let found = node.store.read(move |tx: &mut Tx<'_>| actor::id_of(tx, &uri)).await?;
            let Some(id) = found else { return Ok(None) };
            node.reception.set_node_actor(id);
            id
        }
    };
    match signing::keys(node, id).await {
        Ok(keys) => Ok(Some(keys)),
        Err(signing::Error::NoKeys) => Ok(None),
        Err(signing::Error::Store(error)) => Err(error.into()),
        Err(error @ signing::Error::Malformed(_)) => Err(invalid(error)),
    }
}

/// RSA takes long enough to keep it away from those who answer requests.
async fn sign(url: &Url, way: Way, keys: &Arc<SigningKeys>, now: Timestamp) -> Result<Request, Error> {
    let (url, keys) = (url.clone(), Arc::clone(keys));
    tokio::task::spawn_blocking(move || sign_now(&url, way, &keys, now))
        .await
        .map_err(|_| store::Error::Unavailable("the node is stopping"))?
        .map_err(invalid)
}

fn sign_now(url: &Url, way: Way, keys: &SigningKeys, now: Timestamp) -> Result<Request, SigningError> {
    let host = &url[Position::BeforeHost..Position::AfterPort];
    let date = http_date(now);
    let headers = [("host", host.as_bytes()), ("date", date.as_bytes())];
    let request = Request::get(url.clone()).header("accept", negotiation::ACCEPT).header("date", &date);
    let bare = || {
        let mut bare = url.clone();
        bare.set_query(None);
        bare
    };
    Ok(match way {
        Way::Cavage => {
            let value = sign_cavage(&Message::sent("GET", url, &headers), &keys.rsa_key_id, &keys.rsa)?;
            request.header("signature", value)
        }
        Way::CavageWithoutQuery => {
            let value = sign_cavage(&Message::sent("GET", &bare(), &headers), &keys.rsa_key_id, &keys.rsa)?;
            request.header("signature", value)
        }
        Way::Rfc9421 => {
            let made = sign_rfc9421(&Message::sent("GET", url, &headers), &keys.rsa_key_id, &keys.rsa, now)?;
            request.header("signature-input", made.signature_input).header("signature", made.signature)
        }
    })
}

fn invalid(why: impl std::fmt::Display) -> Error {
    http_client::Error::InvalidRequest { reason: why.to_string() }.into()
}
