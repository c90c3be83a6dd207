//! Somebody will have nothing to do with somebody here any more.

use super::{Acted, Case, Done};
use crate::operations::block;
use crate::store::Tx;

pub(super) fn act(tx: &mut Tx<'_>, case: &Case<'_>) -> Acted {
    let target = case.local_object(tx)?;
    block::receive(tx, case.actor, target, case.activity.id.as_str(), case.now)?;
    Ok(Done::Nothing)
}
