//! Pictures of spaces and of what they have: brought, shown, and taken away again. A picture is kept once, under the hash
//! of its bytes, for as long as anything shows it.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Result, resource as resources, space as spaces};
use crate::coworking::floor::{FLOOR_LIMIT, Floor};
use crate::coworking::id::{ResourceId, SpaceId};
use crate::coworking::media::Image;
use crate::coworking::member::{Acting, Role};
use crate::coworking::profile::NAME_LIMIT;
use crate::coworking::resource::{PHOTO_LIMIT, Photo};
use crate::coworking::space::Place;
use crate::coworking::{Refusal, refusal};
use crate::store::{Notice, Tx, media, resource, space};

/// Whose picture it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Of something that can be booked.
    Resource(ResourceId),
    /// Of a space.
    Space(SpaceId),
}

/// A picture with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The hash of its bytes and how they are written: `3f2a….png`.
    pub name: String,
    /// The picture.
    pub image: Image,
}

fn kept(tx: &mut Tx<'_>, new: &Named, alt: &str, now: Timestamp) -> Result<Photo> {
    let photo = Photo { url: Photo::address(&new.name), alt: refusal::needed("alt", alt, NAME_LIMIT)? };
    media::keep(tx, &new.name, new.image.format.media_type(), &new.image.bytes, now)?;
    Ok(photo)
}

/// Adds a picture; words for those who cannot see it belong to it.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but hosts, administrators and the keeper; [`Refusal::NotFound`];
/// [`Refusal::TooMany`]; what is wrong with the words.
pub fn add(tx: &mut Tx<'_>, acting: Acting, of: Of, new: &Named, alt: &str, now: Timestamp) -> Result<Photo> {
    acting.needs(Role::Host, "add pictures")?;
    let mut photos = photos(tx, of)?;
    if photos.len() >= PHOTO_LIMIT {
        return Err(Refusal::TooMany { field: "photos", limit: PHOTO_LIMIT, found: photos.len() + 1 }.into());
    }
    let url = Photo::address(&new.name);
    if photos.iter().any(|photo| photo.url == url) {
        return Err(Refusal::Taken { field: "picture", value: url }.into());
    }
    let photo = kept(tx, new, alt, now)?;
    photos.push(photo.clone());
    save(tx, of, photos)?;
    Ok(photo)
}

/// Takes a picture away, by its name.
///
/// # Errors
/// As of [`add`].
pub fn remove(tx: &mut Tx<'_>, acting: Acting, of: Of, name: &str, now: Timestamp) -> Result<()> {
    acting.needs(Role::Host, "take pictures away")?;
    let (url, mut photos) = (Photo::address(name), photos(tx, of)?);
    let before = photos.len();
    photos.retain(|photo| photo.url != url);
    if photos.len() == before {
        return Err(Refusal::NotFound { what: "picture" }.into());
    }
    media::dropped(tx, name, now)?;
    save(tx, of, photos)
}

fn photos(tx: &mut Tx<'_>, of: Of) -> Result<Vec<Photo>> {
    Ok(match of {
        Of::Resource(id) => resources::by_id(tx, id)?.resource.photos,
        Of::Space(id) => spaces::or_default(tx, Some(id))?.place.photos,
    })
}

fn save(tx: &mut Tx<'_>, of: Of, photos: Vec<Photo>) -> Result<()> {
    match of {
        Of::Resource(id) => {
            let kept = resources::by_id(tx, id)?;
            // Its rules are what they were: nobody is told of a new version who asked by this one.
            resource::save(tx, id, &crate::coworking::resource::Resource { photos, ..kept.resource }, kept.updated)?;
            tx.notify(Notice::Changed(kept.space.0));
        }
        Of::Space(id) => {
            let place = spaces::or_default(tx, Some(id))?.place;
            space::set_place(tx, id, &Place { photos, ..place })?;
            tx.notify(Notice::Changed(id.0));
        }
    }
    Ok(())
}

/// Puts a picture below the plan of a floor, counted from 0; the one after the last is a new floor, as wide and deep as the
/// picture.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but administrators and the keeper; [`Refusal::NotFound`]; [`Refusal::TooMany`].
pub fn set_plan(
    tx: &mut Tx<'_>,
    acting: Acting,
    id: SpaceId,
    floor: usize,
    new: &Named,
    alt: &str,
    now: Timestamp,
) -> Result<Floor> {
    acting.needs(Role::Admin, "change a floor plan")?;
    let mut place = spaces::or_default(tx, Some(id))?.place;
    let photo = kept(tx, new, alt, now)?;
    let (width, depth) = (new.image.width, new.image.height);
    let there = place.floors.len();
    let changed = match place.floors.get_mut(floor) {
        Some(floor) => {
            if let Some(old) = floor.picture.replace(photo) {
                drop_one(tx, &old, now)?;
            }
            floor.clone()
        }
        None if floor == there && floor < FLOOR_LIMIT => {
            let name = format!("Floor {}", floor + 1);
            let new = Floor { name, width, depth, walls: Vec::new(), picture: Some(photo) };
            place.floors.push(new.clone());
            new
        }
        None if floor >= FLOOR_LIMIT => {
            return Err(Refusal::TooMany { field: "floors", limit: FLOOR_LIMIT, found: floor + 1 }.into());
        }
        None => return Err(Refusal::NotFound { what: "floor" }.into()),
    };
    space::set_place(tx, id, &place)?;
    tx.notify(Notice::Changed(id.0));
    Ok(changed)
}

fn drop_one(tx: &mut Tx<'_>, photo: &Photo, now: Timestamp) -> Result<()> {
    match photo.name() {
        Some(name) => Ok(media::dropped(tx, name, now)?),
        None => Ok(()),
    }
}

/// The pictures that are shown changed by being written: those that are kept here are counted anew.
///
/// # Errors
/// [`Refusal::NotFound`] for a picture that is not kept here.
pub(super) fn settle(tx: &mut Tx<'_>, old: &[&Photo], new: &[&Photo], now: Timestamp) -> Result<()> {
    let mut changes: BTreeMap<&str, i32> = BTreeMap::new();
    for (photos, by) in [(new, 1), (old, -1)] {
        for name in photos.iter().filter_map(|photo| photo.name()) {
            *changes.entry(name).or_default() += by;
        }
    }
    for (name, change) in changes {
        for _ in 0..change {
            if !media::used(tx, name, now)? {
                return Err(Refusal::NotFound { what: "picture" }.into());
            }
        }
        for _ in change..0 {
            media::dropped(tx, name, now)?;
        }
    }
    Ok(())
}

/// All pictures of a place.
pub(super) fn of_place(place: &Place) -> Vec<&Photo> {
    place.photos.iter().chain(place.floors.iter().filter_map(|floor| floor.picture.as_ref())).collect()
}
