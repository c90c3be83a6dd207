//! Keys of local actors: made elsewhere and ahead (finding primes takes a second), handed out here.

use jiff::Timestamp;

use super::Result;
use crate::coworking::id::ActorId;
use crate::coworking::member::{Acting, Role};
use crate::coworking::{Event, Refusal};
use crate::store::actor::{self, Actor};
use crate::store::{Notice, Tx, event, key};

pub use crate::store::key::NewKeys;

/// Lays fresh pairs aside for actors to come.
///
/// # Errors
/// The store's.
pub fn stock(tx: &mut Tx<'_>, keys: &NewKeys, now: Timestamp) -> Result<()> {
    Ok(key::add_spare(tx, keys, now)?)
}

/// How many pairs are laid aside.
///
/// # Errors
/// The store's.
pub fn spares(tx: &mut Tx<'_>) -> Result<u32> {
    Ok(key::spares(tx)?)
}

/// Gives keys to a local actor that has none yet; `false`, and the keys are laid aside, when it has some or is gone.
///
/// # Errors
/// [`Refusal::NotFound`] for an actor that is not ours.
pub fn give(tx: &mut Tx<'_>, actor: ActorId, keys: &NewKeys, now: Timestamp) -> Result<bool> {
    let actor = local(tx, actor)?;
    if actor.deleted_at.is_some() || !key::of_actor(tx, actor.id)?.is_empty() {
        stock(tx, keys, now)?;
        return Ok(false);
    }
    key::give(tx, actor.id, &actor.uri, keys, now)?;
    tx.notify(Notice::Changed(actor.id.0));
    tx.notify(Notice::Delivery);
    Ok(true)
}

/// Retires the keys of an actor and gives it new ones. Members may for themselves, administrators for all.
///
/// # Errors
/// [`Refusal::NotFound`] for an actor that is not ours, [`Refusal::Gone`], [`Refusal::NotPermitted`].
pub fn rotate(tx: &mut Tx<'_>, acting: Acting, actor: ActorId, keys: &NewKeys, now: Timestamp) -> Result<()> {
    let actor = local(tx, actor)?;
    if !matches!(acting, Acting::Member(member, _) if ActorId::from(member) == actor.id) {
        acting.needs(Role::Admin, "give somebody else new keys")?;
    }
    if actor.deleted_at.is_some() {
        return Err(Refusal::Gone { what: "actor" }.into());
    }
    key::give(tx, actor.id, &actor.uri, keys, now)?;
    event::record(tx, &Event::KeysRotated { actor: actor.id }, now)?;
    tx.notify(Notice::Changed(actor.id.0));
    Ok(())
}

/// Equips an actor that was just made: with the keys given, else with the oldest laid aside; without either it waits
/// for the job that looks for actors without keys.
pub(super) fn equip(tx: &mut Tx<'_>, actor: ActorId, uri: &str, keys: Option<&NewKeys>, now: Timestamp) -> Result<()> {
    let spare = if keys.is_none() { key::take_spare(tx)? } else { None };
    if let Some(keys) = keys.or(spare.as_ref()) {
        key::give(tx, actor, uri, keys, now)?;
    }
    Ok(())
}

fn local(tx: &mut Tx<'_>, actor: ActorId) -> Result<Actor> {
    let found = actor::by_id(tx, actor)?.filter(|actor| actor.local);
    found.ok_or_else(|| Refusal::NotFound { what: "actor" }.into())
}
