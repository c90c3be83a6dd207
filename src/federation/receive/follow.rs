//! Somebody asks to follow somebody here. The answer goes out by the recorded event.

use super::{Acted, Case, Done};
use crate::operations::follow;
use crate::store::Tx;

pub(super) fn act(tx: &mut Tx<'_>, case: &Case<'_>) -> Acted {
    let target = case.local_object(tx)?;
    follow::receive_request(tx, case.actor, target, case.activity.id.as_str(), case.now)?;
    Ok(Done::Nothing)
}
