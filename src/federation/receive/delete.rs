//! Somebody takes back what they said, or leaves for good.

use super::{Acted, Case, Done, not_its_own};
use crate::operations::{departure, post};
use crate::store::Tx;

pub(super) fn act(tx: &mut Tx<'_>, case: &Case<'_>) -> Acted {
    if case.activity.is_about_its_actor() {
        departure::receive(tx, case.actor, case.now)?;
        return Ok(Done::ForgetKeys);
    }
    let gone = case.object_id()?;
    if !gone.same_origin(&case.activity.actor) {
        return Err(not_its_own("delete something"));
    }
    post::receive_delete(tx, gone.as_str(), case.actor, case.now)?;
    Ok(Done::Nothing)
}
