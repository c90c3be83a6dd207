//! Spaces open on this node.

use jiff::Timestamp;

use super::key::{self, NewKeys};
use super::{Result, media, member};
use crate::coworking::id::SpaceId;
use crate::coworking::member::{Acting, Role};
use crate::coworking::refusal::SetupRefusal;
use crate::coworking::space::{NewSpace, Place, PlaceInput, Zone};
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
    let space = space::add(tx, actor, new.zone.as_str(), &PlaceInput::default().parse()?, others == 0, now)?;
    event::record(tx, &Event::SpaceFounded { space }, now)?;
    tx.notify(Notice::Changed(actor.0));
    Ok(space)
}

/// Says where a space is, when it is open and when it can be booked. Bookings that are there stay, whatever the hours say.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but administrators and the keeper; [`Refusal::NotFound`].
pub fn set_place(tx: &mut Tx<'_>, acting: Acting, id: SpaceId, place: &Place, now: Timestamp) -> Result<()> {
    acting.needs(Role::Admin, "change where a space is")?;
    let old = or_default(tx, Some(id))?.place;
    media::settle(tx, &media::of_place(&old), &media::of_place(place), now)?;
    space::set_place(tx, id, place)?;
    super::booking::opened(tx, id, None)?;
    event::record(tx, &Event::ProfileEdited { actor: id.into() }, now)?;
    tx.notify(Notice::Changed(id.0));
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coworking::member::NewMember;
    use crate::operations::testing::{Ground, at, refused};
    use crate::store::page::Page;

    #[test]
    fn a_second_space_stands_beside_the_default_one() {
        let (ground, done) = Ground::set_up();
        let pier = NewSpace::parse("pier", "The Pier", "America/New_York").unwrap();
        let host = Acting::Member(ground.member("cleo", Role::Host), Role::Host);
        let wish = pier.clone();
        let by_host = ground.act(move |tx, site| found(tx, site, host, &wish, None, at(2)));
        assert_eq!(refused(by_host).to_string(), "only an administrator may open spaces");
        ground
            .act(move |tx, site| {
                let second = found(tx, site, Acting::Keeper, &pier, None, at(2))?;
                assert_eq!(or_default(tx, None)?.id, done.space);
                let dora = NewMember::parse("dora", "Dora", Role::Member, Some(second))?;
                let dora = member::add(tx, site, Acting::Keeper, &dora, None, at(3))?;
                assert_eq!(actor::by_id(tx, dora.into())?.unwrap().home_space, Some(second));
                let nowhere = NewMember::parse("emil", "Emil", Role::Member, Some(SpaceId(dora.0)))?;
                let refusal = refused(member::add(tx, site, Acting::Keeper, &nowhere, None, at(3)));
                assert_eq!(refusal, Refusal::NotFound { what: "space" });

                set_zone(tx, Acting::Keeper, second, &Zone::parse("Asia/Tokyo")?)?;
                let zones: Vec<_> = space::list(tx)?.into_iter().map(|space| space.zone).collect();
                assert_eq!(zones, ["Europe/Amsterdam", "Asia/Tokyo"]);
                let places = actor::local_list(tx, ActorType::Group, true, Page::default())?;
                assert_eq!(
                    places.items.into_iter().map(|place| place.name).collect::<Vec<_>>(),
                    ["The Pier", "Harbor"]
                );
                Ok(())
            })
            .unwrap();
    }
}
