//! From bytes to a stored activity: what happens while a peer waits for its answer.
//!
//! 1 to 5 are [`verify`](super::verify::verify()). 6: the activity is written down, once for each id, together with others
//! that come at the same moment. 7: the peer is answered. What the activity means is seen to afterwards
//! ([`receive`](super::receive)), so that peers never wait for it.

use std::borrow::Cow;

use bytes::Bytes;

use super::verify::{Denial, Head, NotTaken, VerifiedActivity, verify};
use crate::activitypub::activity::{Activity, ActivityKind, Audience, ObjectRef};
use crate::coworking::id::ActorId;
use crate::node::Node;
use crate::reception::Arrival;
use crate::store::inbox::{self, InboxId, NewActivity};
use crate::store::{self, Tx};

/// A delivery as it came over the wire.
#[derive(Debug, Clone)]
pub struct InboxRequest<'r> {
    /// Method, target and headers.
    pub head: Head<'r>,
    /// The body, decompressed.
    pub body: Bytes,
    /// Whose personal inbox it came to; nobody's for the shared one.
    pub recipient: Option<ActorId>,
}

/// What the peer is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status: 202 for everything that need not be sent again.
    pub status: u16,
    /// What is wrong, in words for the operator of the peer.
    pub error: Option<Cow<'static, str>>,
    /// In how many seconds it might pass.
    pub retry_after: Option<u32>,
}

impl Answer {
    const TAKEN: Self = Self { status: 202, error: None, retry_after: None };

    /// The body of the answer: `{"error": …}`, or nothing.
    #[must_use]
    pub fn body(&self) -> Option<String> {
        Some(serde_json::json!({ "error": self.error.as_ref()? }).to_string())
    }
}

impl From<Denial> for Answer {
    fn from(denial: Denial) -> Self {
        Self { status: denial.status, error: Some(denial.words), retry_after: denial.retry_after }
    }
}

/// Takes a delivery in, or says why not. An activity that is answered with 202 is on the disk, or needs nothing done.
pub async fn accept(node: &Node, request: InboxRequest<'_>) -> Answer {
    let InboxRequest { head, body, recipient } = request;
    match verify(node, &head, &body).await {
        Ok(verified) => match keep(node, verified, body, recipient).await {
            Ok(()) => Answer::TAKEN,
            Err(error) => Denial::store(&error).into(),
        },
        Err(NotTaken::Dropped(why)) => {
            tracing::debug!(why, "an activity was dropped");
            Answer::TAKEN
        }
        Err(NotTaken::Denied(denial)) => {
            tracing::debug!(status = denial.status, words = %denial.words, "an activity was refused");
            denial.into()
        }
    }
}

/// Writes an activity down and hands it on. A repeat was written down before, and is done or will be.
async fn keep(
    node: &Node,
    verified: VerifiedActivity,
    body: Bytes,
    recipient: Option<ActorId>,
) -> Result<(), store::Error> {
    let recipient = recipient.filter(|_| !verified.was_passed_on() && may_be_secret(verified.activity()));
    let (actor, activity) = (verified.actor(), verified.into_activity());
    let uri = activity.id.to_string();
    let (kind, now) = (activity.kind.clone(), node.clock.now());
    let kept: Option<InboxId> = node
        .store
        .write(move |tx: &mut Tx<'_>| {
            // It was parsed, so it is text.
            let body = std::str::from_utf8(&body).unwrap_or_default();
            let new = NewActivity { uri: &uri, actor, kind: kind.as_str(), recipient, body };
            inbox::insert(tx, &new, now)
        })
        .await?;
    if let Some(id) = kept {
        node.reception.arrivals.push(Arrival { id, actor, activity, recipient });
    }
    Ok(())
}

/// May it be for somebody whom it does not name (`bto`)? Then it matters to whose inbox it came, and it is taken once
/// for each of them. Everything else is taken once, whichever way it comes.
fn may_be_secret(activity: &Activity) -> bool {
    let says = matches!(activity.kind, ActivityKind::Create | ActivityKind::Update);
    says && !activity.is_about_its_actor()
        && match activity.object() {
            Some(ObjectRef::Embedded(object)) => !Audience::names_everybody(object),
            Some(ObjectRef::Id(_)) | None => !Audience::names_everybody(activity.value()),
        }
}

#[cfg(test)]
mod tests;
