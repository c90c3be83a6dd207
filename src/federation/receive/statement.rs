//! A partner space says what it counted in a month.

use super::gather::{Need, Want};
use super::{Acted, Case, Done, Stop, not_for_us, not_its_own};
use crate::activitypub::activity::ObjectRef;
use crate::activitypub::key::PublicKey;
use crate::activitypub::proof::{self, ProofView};
use crate::activitypub::statement::Statement;
use crate::coworking::Refusal;
use crate::coworking::id::SpaceId;
use crate::federation::translate::ledger as translate;
use crate::operations::ledger;
use crate::store::key::Algorithm;
use crate::store::{self, Tx};

pub(super) fn is_about_one(case: &Case<'_>) -> bool {
    let object = case.activity.object();
    object.as_ref().and_then(ObjectRef::embedded).is_some_and(Statement::is_meant)
}

/// Believed for its proof, which stays with it: what was said can be shown later, whoever asks.
pub(super) fn act(tx: &mut Tx<'_>, case: &Case<'_>) -> Acted {
    let wrong = |found: String, expected| Stop::Refused(Refusal::malformed("object", found, expected));
    let object = case.activity.object();
    let document = object.as_ref().and_then(ObjectRef::embedded).ok_or_else(|| not_for_us("a statement"))?;
    let said = Statement::read(document).map_err(|why| wrong(why.to_string(), "a statement"))?;
    if said.attributed_to != case.activity.actor.as_str() {
        return Err(not_its_own("make statements"));
    }
    let space = store::actor::id_of(tx, &said.to)?.ok_or_else(|| not_for_us("a space of ours"))?;
    let space = store::space::by_id(tx, space)?.ok_or_else(|| not_for_us("a space of ours"))?;
    let proof =
        ProofView::of(case.activity.value()).map_err(|why| wrong(why.to_string(), "a statement with a proof"))?;
    let proof = proof.ok_or_else(|| wrong("no proof".to_owned(), "a statement with a proof"))?;
    let key = store::key::by_uri(tx, proof.verification_method)?.filter(|key| key.algorithm == Algorithm::Ed25519);
    let Some(key) = key else {
        return match case.gathered.actor(&case.activity.actor) {
            // It may have a new key.
            None => Err(Stop::Wants(Want::Actor(case.activity.actor.clone(), Need::Later))),
            Some(_) => Err(wrong("a proof by an unknown key".to_owned(), "a proof by a key of its author")),
        };
    };
    if key.owner != case.actor {
        return Err(not_its_own("make statements"));
    }
    let parsed =
        PublicKey::from_multibase(&key.public_key).map_err(|why| wrong(why.to_string(), "a proof by a key"))?;
    proof::verify(case.activity.value(), &parsed, case.now)
        .map_err(|why| wrong(why.to_string(), "a statement with a proof that holds"))?;
    let statement = translate::statement(&said).map_err(Stop::Refused)?;
    let evidence = case.activity.value().to_string();
    ledger::receive(tx, case.actor, SpaceId(space.id.0), &statement, &evidence, case.now)?;
    Ok(Done::Nothing)
}
