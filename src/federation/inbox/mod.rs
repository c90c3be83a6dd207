//! From bytes to an activity that is taken in: what happens while a peer waits for its answer.
//!
//! 1 to 5 are [`verify`](super::verify::verify()). 6: the activity is taken in, once for each id, together with others
//! that come at the same moment, and acted on in the same transaction ([`receive`]) unless somebody has to
//! be asked first or something of its actor waits: then it is written down, and seen to afterwards. 7: the peer is
//! answered, and never waits for the answer of another.

use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;

use super::receive::{self, Mail, TakenIn};
use super::verify::{Denial, Head, NotTaken, VerifiedActivity, verify};
use crate::activitypub::activity::{Activity, ActivityKind, Audience, ObjectRef};
use crate::coworking::id::ActorId;
use crate::node::Node;
use crate::reception::Arrival;
use crate::store;

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

/// Takes an activity in, and hands it on when it could not be acted on at once. A repeat was taken in before, and is done
/// or will be.
async fn keep(
    node: &Node,
    verified: VerifiedActivity,
    body: Bytes,
    recipient: Option<ActorId>,
) -> Result<(), store::Error> {
    let recipient = recipient.filter(|_| !verified.was_passed_on() && may_be_secret(verified.activity()));
    let (actor, activity) = (verified.actor(), Arc::new(verified.into_activity()));
    let mail = Mail { activity: Arc::clone(&activity), actor, recipient, body };
    let (site, now) = (Arc::clone(&node.site), node.clock.now());
    match node.store.write(move |tx| receive::take_in(tx, &site, &mail, now)).await? {
        TakenIn::Done => {}
        TakenIn::ForgetKeys => node.reception.keys.forget(actor),
        // Where several processes share the work, another one may see to it: told by a notice, and read from the store.
        TakenIn::Waits(_) if node.store.is_shared() => {}
        TakenIn::Waits(id) => node.reception.arrivals.push(Arrival { id, actor, activity, recipient }),
    }
    Ok(())
}

/// May it be for somebody whom it does not name (`bto`)? Then it matters to whose inbox it came, and it is taken once
/// for each of them. Everything else is taken once, whichever way it comes.
fn may_be_secret(activity: &Activity) -> bool {
    let says = matches!(activity.kind, ActivityKind::Create | ActivityKind::Update);
    let names_everybody = || match activity.object() {
        Some(ObjectRef::Embedded(object)) => Audience::names_everybody(object),
        Some(ObjectRef::Id(_)) | None => Audience::names_everybody(activity.value()),
    };
    says && !names_everybody() && !activity.is_about_its_actor()
}

#[cfg(test)]
mod captured;
#[cfg(test)]
mod tests;
