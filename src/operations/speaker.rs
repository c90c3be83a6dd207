//! In whose name somebody acts: their own, or that of a space they are trusted with.

use super::{Result, space};
use crate::coworking::id::{ActorId, SpaceId};
use crate::coworking::member::{Acting, Role};
use crate::store::Tx;

/// Whose voice is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum As {
    /// The member's who acts.
    #[default]
    Oneself,
    /// A space's.
    Space(SpaceId),
}

/// The actor that speaks, if the asker may use its voice: everybody their own, those of this role the spaces'.
///
/// # Errors
/// [`NotPermitted`](crate::coworking::Refusal::NotPermitted); [`NotFound`](crate::coworking::Refusal::NotFound) for
/// what is no space of ours.
pub(super) fn speaker(tx: &mut Tx<'_>, acting: Acting, by: As, role: Role, act: &'static str) -> Result<ActorId> {
    match by {
        As::Oneself => Ok(acting.member(act)?.into()),
        As::Space(id) => {
            acting.needs(role, act)?;
            Ok(space::or_default(tx, Some(id))?.id.into())
        }
    }
}
