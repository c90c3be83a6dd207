//! Somebody refuses one of us, or removes one of us from its followers.

use super::{Acted, Case, Done, accept, arrive, offer};
use crate::operations::follow;
use crate::store::Tx;

pub(super) fn act(tx: &mut Tx<'_>, case: &Case<'_>) -> Acted {
    if arrive::is_of_ours(case) {
        return arrive::answered(tx, case);
    }
    if offer::is_of_ours(case) {
        return offer::answered(tx, case);
    }
    let which = accept::meant(tx, case)?;
    follow::receive_reject(tx, case.actor, which)?;
    Ok(Done::Nothing)
}
