//! What spaces grant guests from partner spaces: ours as their administrators say, others as their homes say.

use jiff::Timestamp;

use super::{Result, space as spaces};
use crate::coworking::hospitality::Hospitality;
use crate::coworking::id::{ActorId, SpaceId};
use crate::coworking::member::{Acting, Role};
use crate::coworking::{Event, Refusal};
use crate::site::Site;
use crate::store::space::Space;
use crate::store::{Notice, Tx, actor, event, resource, space, whereabouts};

pub use crate::coworking::hospitality::Way;

/// Says what a space grants guests; with nothing, only the rules of each resource hold. What is booked stays.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but administrators and the keeper; [`Refusal::NotFound`] space, or a resource that is
/// none of the space's.
pub fn set(tx: &mut Tx<'_>, acting: Acting, id: SpaceId, granted: Option<&Hospitality>, now: Timestamp) -> Result<()> {
    acting.needs(Role::Admin, "say what guests are granted")?;
    spaces::or_default(tx, Some(id))?;
    for named in granted.iter().flat_map(|granted| &granted.resources) {
        resource::by_id(tx, *named)?
            .filter(|kept| kept.space == id && kept.retired_at.is_none())
            .ok_or(Refusal::NotFound { what: "resource" })?;
    }
    space::set_hospitality(tx, id, granted)?;
    event::record(tx, &Event::ProfileEdited { actor: id.into() }, now)?;
    tx.notify(Notice::Changed(id.0));
    Ok(())
}

/// What a space grants guests, as everybody may know it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shown {
    /// The clauses; `None` where it has said nothing.
    pub granted: Option<Hospitality>,
    /// The addresses of the resources that guests can have; all if empty.
    pub resources: Vec<String>,
    /// A sentence for each clause.
    pub sentences: Vec<String>,
}

/// What a space grants guests: one of ours, or one elsewhere as its home has said.
///
/// # Errors
/// [`Refusal::NotFound`] for what is no space that is known here.
pub fn show(tx: &mut Tx<'_>, site: &Site, of: ActorId) -> Result<Shown> {
    if let Some(space) = space::by_id(tx, of)? {
        let Some(granted) = space.hospitality else { return Ok(Shown::default()) };
        let mut names = Vec::with_capacity(granted.resources.len());
        for id in &granted.resources {
            names.extend(resource::by_id(tx, *id)?.map(|kept| (*id, kept.resource.name)));
        }
        let named = |id| names.iter().find(|(known, _)| *known == id).map(|(_, name)| name.clone());
        let resources = granted.resources.iter().map(|id| site.resource(*id)).collect();
        return Ok(Shown { sentences: granted.sentences(named), resources, granted: Some(granted) });
    }
    let known = actor::by_id(tx, of)?.filter(|actor| !actor.local && actor.is_active());
    known.ok_or(Refusal::NotFound { what: "space" })?;
    let said = whereabouts::space(tx, of)?.ok_or(Refusal::NotFound { what: "space" })?;
    Ok(Shown { sentences: said.sentences(), resources: said.resources, granted: said.hospitality })
}

/// Where a guest's own space is, seen from one of ours.
///
/// # Errors
/// The store's.
pub fn way(tx: &mut Tx<'_>, here: &Space, guest: ActorId) -> Result<Way> {
    let Some(uri) = whereabouts::home_space(tx, guest)? else { return Ok(Way::default()) };
    let there = match actor::id_of(tx, &uri)? {
        Some(home) => whereabouts::space(tx, home)?,
        None => None,
    };
    Ok(there.map_or_else(Way::default, |there| {
        Way::between((&here.place.address, here.place.coordinates), (&there.address, there.coordinates))
    }))
}

/// The space of a guest, by its id, if it has to be asked where it is before one of ours can decide.
///
/// # Errors
/// The store's.
pub fn unknown_home(tx: &mut Tx<'_>, here: &Space, guest: ActorId) -> Result<Option<String>> {
    if !here.hospitality.as_ref().is_some_and(Hospitality::asks_where) {
        return Ok(None);
    }
    let Some(uri) = whereabouts::home_space(tx, guest)? else { return Ok(None) };
    Ok(if actor::id_of(tx, &uri)?.is_some() { None } else { Some(uri) })
}
