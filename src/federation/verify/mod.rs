//! Who says this? The one place where a request from another server becomes an activity of somebody.
//!
//! What can be checked without asking anybody is checked first, and nobody is asked on behalf of a server that is
//! blocked. [`VerifiedActivity`] has no other maker than [`verify`], so whatever acts on one need not ask again.

mod denial;
mod reader;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;

use crate::activitypub::activity::{Activity, ActivityKind};
use crate::activitypub::digest::BodyDigest;
use crate::activitypub::id::Id;
use crate::activitypub::proof::{self, ProofView};
use crate::activitypub::signature::{self, Message, ReceivedSignature};
use crate::activitypub::{json, negotiation};
use crate::coworking::id::ActorId;
use crate::federation::fetch::{self, KeyError};
use crate::federation::patience::within;
use crate::http_client::Budget;
use crate::key_ring::VerifyingKey;
use crate::node::Node;
use crate::store::{Tx, actor};

pub use denial::{Denial, NotTaken};
pub use reader::{Reader, reader};

/// Peers give up on an inbox after 10 seconds; so long the keys may take.
const PATIENCE: Duration = Duration::from_secs(8);

/// The head of a request as it came over the wire.
#[derive(Debug, Clone, Copy)]
pub struct Head<'r> {
    /// The method, as spelled.
    pub method: &'r str,
    /// Path and query, exactly as in the request line.
    pub target: &'r str,
    /// Names in any case, values raw: they are what was signed.
    pub headers: &'r [(&'r str, &'r [u8])],
    /// The address that it came from, where that is known.
    pub asker: Option<IpAddr>,
}

/// An activity of which is known who acts: its actor signed the request that brought it, or the activity itself.
#[derive(Debug)]
pub struct VerifiedActivity {
    activity: Activity,
    actor: ActorId,
    passed_on: bool,
}

impl VerifiedActivity {
    /// What it says.
    #[must_use]
    pub fn activity(&self) -> &Activity {
        &self.activity
    }

    /// Who acts: our number for `activity.actor`.
    #[must_use]
    pub fn actor(&self) -> ActorId {
        self.actor
    }

    /// Did somebody else bring it? Then to whom it came is not the actor's choice.
    #[must_use]
    pub fn was_passed_on(&self) -> bool {
        self.passed_on
    }

    /// What it says, to keep.
    #[must_use]
    pub fn into_activity(self) -> Activity {
        self.activity
    }
}

/// Checks a delivery, from its size to its signature.
///
/// # Errors
/// [`NotTaken`]: what to answer instead.
pub async fn verify(node: &Node, head: &Head<'_>, body: &[u8]) -> Result<VerifiedActivity, NotTaken> {
    if body.len() > node.config.max_body {
        return Err(Denial::too_large(body.len(), node.config.max_body).into());
    }
    check_content_type(head)?;
    let activity = json::parse(body).map_err(Denial::malformed)?;
    let activity = Activity::read(activity).map_err(Denial::malformed)?;
    let signature = read_signature(node, head)?;
    let digest = BodyDigest::of(body);
    signature.check_body(Some(&digest)).map_err(Denial::signature)?;
    check_origins(node, &activity)?;
    check_blocked(node, signature.key_id(), Some(&activity.actor)).await?;
    check_concerns_us(node, &activity, signature.key_id()).await?;

    let budget = Budget::new(node.config.fetch_budget);
    let signed = within(PATIENCE, async {
        let signer = signer(node, &signature, Some(&digest), head.asker, &budget).await?;
        match signer.actor_uri == activity.actor.as_str() {
            true => Ok((signer.actor, false)),
            false => author(node, &activity, &signer, head.asker, &budget).await.map(|author| (author, true)),
        }
    });
    let (actor, passed_on) = match signed.await {
        Ok(Ok(actor)) => actor,
        Ok(Err(Unsigned::Gone)) if is_departure(&activity) => return Err(departed(node, &activity, &budget).await),
        Ok(Err(unsigned)) => return Err(Denial::from(unsigned).into()),
        Err(_) => return Err(Denial::busy("the key took longer than 8 seconds to fetch").into()),
    };
    if !activity.kind.is_known() {
        return Err(NotTaken::Dropped("nothing is done with activities of this type"));
    }
    Ok(VerifiedActivity { activity, actor, passed_on })
}

/// Why nobody stands behind a request.
#[derive(Debug)]
enum Unsigned {
    /// The home of the one who is said to have signed says that it is gone.
    Gone,
    Denied(Denial),
}

impl From<Denial> for Unsigned {
    fn from(denial: Denial) -> Self {
        Self::Denied(denial)
    }
}

impl From<Unsigned> for Denial {
    fn from(unsigned: Unsigned) -> Self {
        match unsigned {
            Unsigned::Gone => Denial::unauthorized("whoever is said to have signed this is gone"),
            Unsigned::Denied(denial) => denial,
        }
    }
}

fn check_content_type(head: &Head<'_>) -> Result<(), Denial> {
    let mut kinds = head.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    let kind = kinds.next().and_then(|(_, value)| std::str::from_utf8(value).ok()).unwrap_or_default();
    match negotiation::is_activitypub_content_type(kind) {
        true => Ok(()),
        false => Err(Denial::content_type(kind)),
    }
}

fn read_signature(node: &Node, head: &Head<'_>) -> Result<ReceivedSignature, Denial> {
    let message = Message::received(head.method, head.target, node.site.url(), head.headers);
    let window = SignedDuration::try_from(node.config.signature_window).unwrap_or(signature::WINDOW);
    signature::parse_within(&message, node.clock.now(), window).map_err(Denial::signature)
}

/// Nobody elsewhere speaks for this node, and what somebody says lies where they live.
fn check_origins(node: &Node, activity: &Activity) -> Result<(), Denial> {
    for (key, id) in [("id", &activity.id), ("actor", &activity.actor)] {
        if node.site.is_ours(id.url()) {
            return Err(Denial::forbidden(format!("`{key}` is on this node, which does not write to itself")));
        }
    }
    match activity.id.same_origin(&activity.actor) {
        true => Ok(()),
        false => Err(Denial::forbidden("`id` and `actor` are on different origins")),
    }
}

async fn check_blocked(node: &Node, key_id: &str, actor: Option<&Id>) -> Result<(), Denial> {
    let key = Id::parse(key_id).ok();
    let addresses = key.iter().chain(actor).map(Id::url);
    match node.reception.judged.blocks(&node.store, &node.reception.keys, addresses).await {
        Ok(false) => Ok(()),
        Ok(true) => Err(Denial::forbidden("your server is blocked here")),
        Err(error) => Err(Denial::store(&error)),
    }
}

/// News of an actor itself concern us when we know it. Nobody is fetched to learn that they left.
async fn check_concerns_us(node: &Node, activity: &Activity, key_id: &str) -> Result<(), NotTaken> {
    let about_self = matches!(activity.kind, ActivityKind::Delete | ActivityKind::Update);
    if !about_self || !activity.is_about_its_actor() {
        return Ok(());
    }
    if node.reception.keys.verifying.get(key_id).is_some_and(|key| key.actor_uri == activity.actor.as_str()) {
        return Ok(());
    }
    let uri = activity.actor.to_string();
    let known = node.store.read(move |tx: &mut Tx<'_>| actor::by_uri(tx, &uri)).await;
    match known.map_err(|error| Denial::store(&error))? {
        Some(known) if known.deleted_at.is_none() => Ok(()),
        Some(_) => Err(NotTaken::Dropped("its actor is gone already")),
        None => Err(NotTaken::Dropped("its actor is not known here")),
    }
}

fn is_departure(activity: &Activity) -> bool {
    activity.kind == ActivityKind::Delete && activity.is_about_its_actor()
}

/// Who is gone can sign nothing any more: that its own home says so proves it, and buries it here. That some key is gone
/// proves nothing.
async fn departed(node: &Node, activity: &Activity, budget: &Budget) -> NotTaken {
    const GONE: NotTaken = NotTaken::Dropped("its actor is gone");
    let uri = activity.actor.to_string();
    match node.store.read(move |tx: &mut Tx<'_>| actor::by_uri(tx, &uri)).await {
        Ok(known) if known.as_ref().is_none_or(|known| known.deleted_at.is_some()) => return GONE,
        Ok(_) => {}
        Err(error) => return Denial::store(&error).into(),
    }
    match tokio::time::timeout(PATIENCE, fetch::actor(node, &activity.actor, budget)).await {
        Ok(Err(fetch::Error::Gone { .. })) => GONE,
        Ok(Err(why)) => {
            let key_id = activity.actor.to_string();
            Denial::no_key(&KeyError::Fetch { key_id, why }, node.clock.now()).into()
        }
        Ok(Ok(_)) => Denial::from(Unsigned::Gone).into(),
        Err(_) => Denial::busy("the actor took longer than 8 seconds to fetch").into(),
    }
}

/// The key that made the signature. One that does not match is read again from its owner, who may have a new one.
async fn signer(
    node: &Node,
    signature: &ReceivedSignature,
    body: Option<&BodyDigest>,
    asker: Option<IpAddr>,
    budget: &Budget,
) -> Result<Arc<VerifyingKey>, Unsigned> {
    let key_id = signature.key_id();
    let key = fetch::verifying(node, key_id, asker, budget).await.map_err(|error| no_key(node, error))?;
    let Err(wrong) = signature.verify(&key.key, body) else { return Ok(key) };
    let again = fetch::refetched(node, key_id, &key, asker, budget).await;
    let again = again.map_err(|error| no_key(node, error))?;
    match again {
        Some(key) => signature.verify(&key.key, body).map(|()| key).map_err(|wrong| Denial::signature(wrong).into()),
        None => Err(Denial::signature(wrong).into()),
    }
}

/// The author of a forwarded activity: somebody else signed the request, so the activity must be signed itself
/// (FEP-8b32).
async fn author(
    node: &Node,
    activity: &Activity,
    signer: &VerifyingKey,
    asker: Option<IpAddr>,
    budget: &Budget,
) -> Result<ActorId, Unsigned> {
    let view = ProofView::of(activity.value()).map_err(|error| Denial::unauthorized(error.to_string()))?;
    let method = view.map(|view| view.verification_method).ok_or_else(|| {
        Denial::forbidden(format!(
            "{} signed this, but {} is said to act; who passes something on needs its author's proof (FEP-8b32)",
            signer.actor_uri, activity.actor
        ))
    })?;
    check_blocked(node, method, None).await?;
    let key = fetch::verifying(node, method, asker, budget).await.map_err(|error| no_key(node, error))?;
    if key.actor_uri != activity.actor.as_str() {
        return Err(Denial::forbidden(format!("the proof is by {}, not by {}", key.actor_uri, activity.actor)).into());
    }
    match proof::verify(activity.value(), &key.key, node.clock.now()) {
        Ok(_) => Ok(key.actor),
        Err(error) => Err(Denial::unauthorized(error.to_string()).into()),
    }
}

fn no_key(node: &Node, error: KeyError) -> Unsigned {
    match error {
        KeyError::Fetch { why: fetch::Error::Gone { .. }, .. } => Unsigned::Gone,
        error => Denial::no_key(&error, node.clock.now()).into(),
    }
}
