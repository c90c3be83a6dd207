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
    tx.notify(Notice::Keys(actor.id.0));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::testing::{Ground, at, keys, refused};
    use crate::store::key::Algorithm;

    #[test]
    fn a_newcomer_takes_the_oldest_spare_pair_and_waits_when_there_is_none() {
        let (ground, done) = Ground::set_up();
        ground
            .act(|tx, _| {
                stock(tx, &keys(1), at(1))?;
                stock(tx, &keys(2), at(2))
            })
            .unwrap();
        let ben = ground.member("ben", Role::Member);
        ground
            .act(move |tx, _| {
                let own = key::of_actor(tx, ben.into())?;
                assert_eq!(
                    own.iter().map(|key| (key.uri.as_str(), key.public_key.as_str())).collect::<Vec<_>>(),
                    [
                        ("https://harbor.example/members/ben#main-key", "rsa 1"),
                        ("https://harbor.example/members/ben#ed25519-key", "ed25519 1"),
                    ]
                );
                assert_eq!(spares(tx)?, 1);

                assert!(give(tx, done.admin.into(), &keys(7), at(3))?);
                assert!(!give(tx, done.admin.into(), &keys(8), at(4))?, "she has keys now");
                assert_eq!(spares(tx)?, 2, "what was not needed is laid aside");
                let signing = key::signing(tx, done.admin.into(), Algorithm::Ed25519)?.unwrap();
                assert_eq!(signing.pkcs8, [7, 7]);
                Ok(())
            })
            .unwrap();
    }

    #[test]
    fn rotation_leaves_the_old_key_to_sign_the_news_and_then_forgets_it() {
        let (ground, _) = Ground::set_up();
        let ben = ground.member("ben", Role::Member);
        let host = Acting::Member(ground.member("cleo", Role::Host), Role::Host);
        let others = ground.act(move |tx, _| rotate(tx, host, ben.into(), &keys(3), at(5)));
        assert_eq!(refused(others).code(), "not-permitted");
        ground
            .act(move |tx, _| {
                let actor = ActorId::from(ben);
                give(tx, actor, &keys(1), at(2))?;
                rotate(tx, Acting::Member(ben, Role::Member), actor, &keys(2), at(5))?;
                let now = key::signing(tx, actor, Algorithm::Rsa)?.unwrap();
                assert_eq!((now.uri.as_str(), &now.pkcs8), ("https://harbor.example/members/ben#main-key-2", &vec![2]));
                let before = key::signing_before(tx, actor, Algorithm::Rsa)?.unwrap();
                assert_eq!(
                    (before.uri.as_str(), &before.pkcs8),
                    ("https://harbor.example/members/ben#main-key", &vec![1])
                );
                assert_eq!(key::of_actor(tx, actor)?.len(), 2, "the document shows the new ones alone");
                assert!(key::by_uri(tx, &before.uri)?.unwrap().retired_at.is_some());

                assert_eq!(key::forget_retired(tx, at(5))?, 0);
                assert_eq!(key::forget_retired(tx, at(6))?, 2);
                assert_eq!(key::signing_before(tx, actor, Algorithm::Rsa)?, None);
                Ok(())
            })
            .unwrap();
        let events = ground.events();
        assert_eq!(events.last().unwrap().event, Event::KeysRotated { actor: ben.into() });
    }
}
