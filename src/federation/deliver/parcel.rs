//! One activity on its way to one inbox: signed anew for each try, and in the other scheme when the first is refused.

use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use url::{Position, Url};

use super::verdict::refuses_signature;
use crate::activitypub::digest::BodyDigest;
use crate::activitypub::key::PrivateKey;
use crate::activitypub::signature::{Message, SigningError, http_date, sign_cavage, sign_rfc9421};
use crate::federation::signing;
use crate::http_client::{self, Request, Response};
use crate::key_ring::SigningKeys;
use crate::node::Node;
use crate::store::activity::Activity;
use crate::store::peer::SignatureScheme;

/// What goes out: the one content type that every peer takes.
const CONTENT_TYPE: &str = "application/activity+json";
/// As much of an answer is read: its status decides, its first words help the keeper.
const ANSWER_LIMIT: usize = 4 * 1024;
/// The capability that a server names when it reads RFC 9421 (FEP-844e).
const READS_RFC9421: &str = "https://datatracker.ietf.org/doc/html/rfc9421";

/// An activity, ready to be sent to many.
#[derive(Debug)]
pub(super) struct Parcel {
    body: Bytes,
    digest: BodyDigest,
    /// The key that signs, where that is not the actor's key of the day.
    key_uri: Option<String>,
}

impl Parcel {
    pub(super) fn new(activity: Activity) -> Self {
        let body = Bytes::from(activity.body);
        Self { digest: BodyDigest::of(&body), body, key_uri: activity.key_uri }
    }

    /// The keys that sign it, when `current` are those that its actor has now. A key that is forgotten cannot sign:
    /// the actor's own does then.
    pub(super) async fn keys(&self, node: &Node, current: Arc<SigningKeys>) -> Result<Keys, signing::Error> {
        let Some(uri) = &self.key_uri else { return Ok(Keys::Current(current)) };
        match signing::key_with_id(node, uri).await? {
            Some(key) => Ok(Keys::Former { uri: uri.clone(), key }),
            None => Ok(Keys::Current(current)),
        }
    }
}

/// The key that signs a request.
pub(super) enum Keys {
    Current(Arc<SigningKeys>),
    Former { uri: String, key: PrivateKey },
}

impl Keys {
    fn rsa(&self) -> (&str, &PrivateKey) {
        match self {
            Self::Current(keys) => (&keys.rsa_key_id, &keys.rsa),
            Self::Former { uri, key } => (uri, key),
        }
    }
}

/// The scheme to try first: what the peer took before, else what it says it reads, else what all do.
pub(super) fn first_scheme(remembered: Option<SignatureScheme>, implements: &[String]) -> SignatureScheme {
    let reads_rfc9421 = || implements.iter().any(|uri| uri == READS_RFC9421);
    remembered.unwrap_or_else(|| if reads_rfc9421() { SignatureScheme::Rfc9421 } else { SignatureScheme::Cavage })
}

/// Knocks once, and once more with the other scheme when the signature may be what is refused. Answers with the
/// scheme that was understood, if one was.
///
/// When both knocks are refused the first answer counts, because the first scheme is the one that the peer is known,
/// or most likely, to understand.
pub(super) async fn knock(
    node: &Node,
    parcel: &Parcel,
    inbox: &Url,
    keys: &Keys,
    first: SignatureScheme,
    hang_up: bool,
) -> (Result<Response, http_client::Error>, Option<SignatureScheme>) {
    let answer = send(node, parcel, inbox, keys, first, hang_up).await;
    let Ok(response) = &answer else { return (answer, None) };
    if !refuses_signature(response.status) {
        let understood = (200..300).contains(&response.status).then_some(first);
        return (answer, understood);
    }
    let other = match first {
        SignatureScheme::Cavage => SignatureScheme::Rfc9421,
        SignatureScheme::Rfc9421 => SignatureScheme::Cavage,
    };
    match send(node, parcel, inbox, keys, other, hang_up).await {
        Ok(second) if !refuses_signature(second.status) => {
            let understood = (200..300).contains(&second.status).then_some(other);
            (Ok(second), understood)
        }
        _ => (answer, None),
    }
}

async fn send(
    node: &Node,
    parcel: &Parcel,
    inbox: &Url,
    keys: &Keys,
    scheme: SignatureScheme,
    hang_up: bool,
) -> Result<Response, http_client::Error> {
    let request = signed(parcel, inbox, keys, scheme, node.clock.now())
        .map_err(|error| http_client::Error::InvalidRequest { reason: error.to_string() })?;
    let request = request.max_body(ANSWER_LIMIT).body_optional();
    node.http.send(if hang_up { request.hang_up() } else { request }).await
}

fn signed(
    parcel: &Parcel,
    inbox: &Url,
    keys: &Keys,
    scheme: SignatureScheme,
    now: Timestamp,
) -> Result<Request, SigningError> {
    let (key_id, key) = keys.rsa();
    let host = &inbox[Position::BeforeHost..Position::AfterPort];
    let date = http_date(now);
    let request =
        Request::post(inbox.clone(), parcel.body.clone()).header("date", &date).header("content-type", CONTENT_TYPE);
    Ok(match scheme {
        SignatureScheme::Cavage => {
            let digest = parcel.digest.to_digest();
            let headers = [
                ("host", host.as_bytes()),
                ("date", date.as_bytes()),
                ("digest", digest.as_bytes()),
                ("content-type", CONTENT_TYPE.as_bytes()),
            ];
            let signature = sign_cavage(&Message::sent("POST", inbox, &headers), key_id, key)?;
            request.header("digest", &digest).header("signature", signature)
        }
        SignatureScheme::Rfc9421 => {
            let digest = parcel.digest.to_content_digest();
            let headers = [("host", host.as_bytes()), ("content-digest", digest.as_bytes())];
            let made = sign_rfc9421(&Message::sent("POST", inbox, &headers), key_id, key, now)?;
            request
                .header("content-digest", &digest)
                .header("signature-input", made.signature_input)
                .header("signature", made.signature)
        }
    })
}
