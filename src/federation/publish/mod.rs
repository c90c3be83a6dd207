//! Publishing: each recorded fact becomes, once, the activity that tells it to those whom it concerns elsewhere.
//!
//! Facts are published in their order. What a fact means to others is found out on a snapshot, outside of any write;
//! then the activity, its deliveries and the mark on the fact are written, a bounded number of rows in each
//! transaction. A pass that is cut off between two of them is taken up again: the activity stands as it was written
//! first, and an inbox that has it gets no second one.

pub(super) mod audience;
pub(super) mod compose;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::Timestamp;

use crate::activitypub::proof;
use crate::coworking::Event;
use crate::coworking::id::FollowId;
use crate::federation::signing;
use crate::node::Node;
use crate::operations::{self, Error, news};
use crate::site::Site;
use crate::store::activity::{self, Activity};
use crate::store::delivery::{self, Destination, Posting};
use crate::store::event::{self, Recorded};
use crate::store::process::{self, Duty};
use crate::store::{Tx, follow};
use audience::Probed;
use compose::Said;

/// Facts in one pass.
const FACTS: u32 = 64;
/// A pass that has found so many inboxes looks at no more facts.
const INBOXES: usize = 2_000;
/// Deliveries written in one transaction.
const SLICE: usize = 500;

/// A fact, and what is to be sent because of it.
struct Parcel {
    fact: Recorded,
    said: Option<Said>,
    to: Vec<Destination>,
    /// A refused follow whose answer this is: it has been kept for that.
    answered: Option<FollowId>,
}

/// Publishes what was recorded, up to a bounded number of facts; `false` when there was nothing, or another process has
/// the [duty](Duty::Publish).
///
/// # Errors
/// When the store does not answer. What was published stays so; the rest is for the next call.
pub async fn publish(node: &Node) -> operations::Result<bool> {
    let (site, now) = (node.site.clone(), node.clock.now());
    let parcels = node.store.read(move |tx| gather(tx, &site, now)).await?;
    if parcels.is_empty() {
        return Ok(false);
    }
    let mut small = Vec::new();
    let mut rows = 0;
    for mut parcel in parcels {
        if let Event::KeysRotated { actor } = parcel.fact.event {
            signing::forget(node, actor);
        }
        if let Some(said) = &mut parcel.said {
            prove(node, said, now).await;
        }
        if rows + parcel.to.len() > SLICE {
            if !write(node, std::mem::take(&mut small), now).await? {
                return Ok(false);
            }
            rows = 0;
        }
        // The last slice goes with the mark; those before it can be written again.
        while parcel.to.len() > SLICE {
            let rest = parcel.to.split_off(SLICE);
            let slice = std::mem::replace(&mut parcel.to, rest);
            if !write_slice(node, &parcel, slice, now).await? {
                return Ok(false);
            }
        }
        rows += parcel.to.len();
        small.push(parcel);
    }
    write(node, small, now).await
}

/// What the oldest facts mean to others.
fn gather(tx: &mut Tx<'_>, site: &Site, now: Timestamp) -> operations::Result<Vec<Parcel>> {
    let mut parcels: Vec<Parcel> = Vec::new();
    let mut inboxes = 0;
    let mut probed = Probed::new();
    for fact in event::unpublished(tx, FACTS)? {
        if inboxes > INBOXES {
            break;
        }
        let (said, to) = match prepare(tx, site, &fact, &mut probed, now) {
            Ok(prepared) => prepared,
            // The store is in trouble: later. Anything else will not get better, and must not silence the node.
            Err(Error::Broken(error)) if error.is::<crate::store::Error>() && is_passing(&error) => {
                return Err(Error::Broken(error));
            }
            Err(error) => {
                tracing::error!(fact = fact.id.0, name = fact.event.name(), %error, "a fact cannot be published");
                (None, Vec::new())
            }
        };
        inboxes += to.len();
        let answered = if let Event::FollowRejected { follow, .. } = fact.event { Some(follow) } else { None };
        parcels.push(Parcel { fact, said, to, answered });
    }
    Ok(parcels)
}

fn is_passing(error: &anyhow::Error) -> bool {
    !matches!(error.downcast_ref(), Some(crate::store::Error::Decode { .. } | crate::store::Error::ManyRows { .. }))
}

fn prepare(
    tx: &mut Tx<'_>,
    site: &Site,
    fact: &Recorded,
    probed: &mut Probed,
    now: Timestamp,
) -> operations::Result<(Option<Said>, Vec<Destination>)> {
    let Some((said, audience)) = compose::compose(tx, site, fact)? else { return Ok((None, Vec::new())) };
    let to = audience::destinations(tx, said.actor, &audience, said.urgent, probed, now)?;
    Ok((Some(said), to))
}

/// Puts a proof on what everybody may read (FEP-8b32), so that it is believed when others pass it on. Never on what
/// is private, unless it is meant to be shown later: a proof could be shown around.
async fn prove(node: &Node, said: &mut Said, now: Timestamp) {
    // The news of new keys is believed for the old key's sake; a proof by the new one would help nobody.
    if !(said.public || said.proven) || said.key_uri.is_some() {
        return;
    }
    // Without keys yet it goes out later, but as it is: it is the request's signature that peers ask for.
    let Ok(keys) = signing::keys(node, said.actor).await else { return };
    if let Err(error) = proof::attach(&mut said.body, &keys.ed25519_key_id, &keys.ed25519, now) {
        tracing::error!(%error, kind = said.kind, "an activity goes out without a proof");
    }
}

/// `false` when another process has the duty meanwhile: nothing was written.
async fn write(node: &Node, parcels: Vec<Parcel>, now: Timestamp) -> operations::Result<bool> {
    let rows: Vec<(Option<Activity>, Parcel)> =
        parcels.into_iter().map(|parcel| (activity_of(&node.site, &parcel), parcel)).collect();
    let (rows, site) = (Arc::new(rows), node.site.clone());
    node.store
        .write(move |tx| {
            if !process::take(tx, Duty::Publish, now)? {
                return Ok(false);
            }
            for (activity, parcel) in rows.iter() {
                if let (Some(activity), Some(said)) = (activity, &parcel.said) {
                    post(tx, activity, said, &parcel.to, now)?;
                }
                if let Some(follow) = parcel.answered {
                    follow::remove_rejected(tx, follow)?;
                }
                tell(tx, &site, &parcel.fact, now)?;
                event::mark_published(tx, parcel.fact.id, now)?;
            }
            Ok(true)
        })
        .await
}

/// Those here whom it concerns are told in the transaction that marks the fact: once, as those elsewhere are.
fn tell(tx: &mut Tx<'_>, site: &Site, fact: &Recorded, now: Timestamp) -> operations::Result<()> {
    match tx.savepoint(|tx| news::tell(tx, site, fact, now)) {
        Err(Error::Broken(error)) if error.is::<crate::store::Error>() && is_passing(&error) => {
            Err(Error::Broken(error))
        }
        Err(error) => {
            tracing::error!(fact = fact.id.0, name = fact.event.name(), %error, "nobody here is told of a fact");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

async fn write_slice(
    node: &Node,
    parcel: &Parcel,
    slice: Vec<Destination>,
    now: Timestamp,
) -> operations::Result<bool> {
    let Some((activity, said)) = activity_of(&node.site, parcel).zip(parcel.said.clone()) else { return Ok(true) };
    node.store
        .write(move |tx| {
            let ours = process::take(tx, Duty::Publish, now)?;
            if ours {
                post(tx, &activity, &said, &slice, now)?;
            }
            Ok(ours)
        })
        .await
}

fn post(
    tx: &mut Tx<'_>,
    activity: &Activity,
    said: &Said,
    to: &[Destination],
    now: Timestamp,
) -> operations::Result<()> {
    // What nobody is to get nobody can ask for.
    if to.is_empty() {
        return Ok(());
    }
    activity::add(tx, activity)?;
    let posting =
        Posting { activity: activity.id, actor: said.actor, ordering_key: &said.ordering_key, urgent: said.urgent };
    delivery::add(tx, &posting, to, now)?;
    Ok(())
}

fn activity_of(site: &Site, parcel: &Parcel) -> Option<Activity> {
    let said = parcel.said.as_ref()?;
    // Other ids are those of objects, or hang on them, and are answered from the objects.
    let at_its_url = said.body.get("id").and_then(|id| id.as_str()) == Some(&site.activity(parcel.fact.id.0));
    Some(Activity {
        id: parcel.fact.id.0,
        actor: said.actor,
        kind: said.kind.to_owned(),
        body: said.body.to_string(),
        public: said.public && at_its_url,
        key_uri: said.key_uri.clone(),
        created_at: parcel.fact.recorded_at,
    })
}
