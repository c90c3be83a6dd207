//! Spaces open on this node.

use jiff::Timestamp;

use super::key::{self, NewKeys};
use super::{Result, member};
use crate::coworking::id::SpaceId;
use crate::coworking::member::{Acting, Role};
use crate::coworking::refusal::SetupRefusal;
use crate::coworking::space::{NewSpace, Zone};
use crate::coworking::{Event, Refusal};
use crate::site::Site;
use crate::store::actor::{self, ActorType, NewLocal};
use crate::store::space::{self, SPACE_LIMIT, Space};
use crate::store::{Notice, Tx, event};

/// Opens a space. The first one is meant from then on when none is named. A space wants to be found, and followers
/// need no approval.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but administrators and the keeper; [`Refusal::Taken`] for a name that anybody
/// here has or had; [`Refusal::TooMany`].
pub fn found(
    tx: &mut Tx<'_>,
    site: &Site,
    acting: Acting,
    new: &NewSpace,
    keys: Option<&NewKeys>,
    now: Timestamp,
) -> Result<SpaceId> {
    acting.needs(Role::Admin, "open spaces")?;
    member::must_be_free(tx, &new.username)?;
    let others = space::list(tx)?.len();
    if others >= SPACE_LIMIT {
        return Err(Refusal::TooMany { field: "spaces", limit: SPACE_LIMIT, found: others + 1 }.into());
    }
    let uri = site.space(&new.username);
    let actor = actor::add_local(
        tx,
        &NewLocal {
            uri: &uri,
            shared_inbox: &site.shared_inbox(),
            actor_type: ActorType::Group,
            username: new.username.as_str(),
            host: site.host(),
            name: &new.name,
            home_space: None,
            manually_approves_followers: false,
            discoverable: true,
            hides_network: false,
        },
        now,
    )?;
    key::equip(tx, actor, &uri, keys, now)?;
    let space = space::add(tx, actor, new.zone.as_str(), others == 0, now)?;
    event::record(tx, &Event::SpaceFounded { space }, now)?;
    tx.notify(Notice::Changed(actor.0));
    Ok(space)
}

/// Hangs a space's clock elsewhere.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but administrators and the keeper; [`Refusal::NotFound`].
pub fn set_zone(tx: &mut Tx<'_>, acting: Acting, space: SpaceId, zone: &Zone) -> Result<()> {
    acting.needs(Role::Admin, "change a space's time zone")?;
    or_default(tx, Some(space))?;
    space::set_zone(tx, space, zone.as_str())?;
    tx.notify(Notice::Changed(space.0));
    Ok(())
}

/// The space that is named, or the one that is meant when none is.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::Setup`] when there is no space at all.
pub fn or_default(tx: &mut Tx<'_>, space: Option<SpaceId>) -> Result<Space> {
    match space {
        Some(space) => space::by_id(tx, space.into())?.ok_or_else(|| Refusal::NotFound { what: "space" }.into()),
        None => space::default(tx)?.ok_or_else(|| Refusal::Setup(SetupRefusal::Missing).into()),
    }
}
