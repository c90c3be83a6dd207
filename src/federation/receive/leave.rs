//! Somebody from elsewhere leaves one of our spaces. What is said of groups and events means nothing here.

use super::{Acted, Case, Done, Stop, arrive};
use crate::federation::translate::presence as translate;
use crate::operations::booking;
use crate::store::Tx;

pub(super) fn act(tx: &mut Tx<'_>, case: &Case<'_>) -> Acted {
    let said = translate::leaving(case.site, case.activity).map_err(Stop::Refused)?;
    let space = arrive::space_of(tx, case, &said)?;
    booking::receive_leave(tx, case.actor, space, said.booking, case.now)?;
    Ok(Done::Nothing)
}
