//! All that a space has, brought in and out at once.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{Error, Result, resource as resources, space};
use crate::coworking::Refusal;
use crate::coworking::id::{BookingId, ResourceId, SpaceId};
use crate::coworking::inventory::{Entry, Item, key};
use crate::coworking::member::{Acting, Role};
use crate::coworking::resource::ResourceInput;
use crate::store::resource::{self, Kept};
use crate::store::{Tx, space as spaces};

/// What became of an inventory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// What is new.
    pub added: Vec<ResourceId>,
    /// What was there, and is different now.
    pub changed: Vec<ResourceId>,
    /// What was there just so.
    pub same: Vec<ResourceId>,
    /// Bookings to come that the changes would not allow any more.
    pub hit: Vec<BookingId>,
}

/// Adds what an inventory names, and changes what has such a name already: all of it, or nothing. What is there and not
/// named stays.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but administrators and the keeper; [`Refusal::NotFound`] space; [`Refusal::At`] the
/// place of the first entry that cannot pass.
pub fn import(tx: &mut Tx<'_>, acting: Acting, space: SpaceId, entries: &[Entry], now: Timestamp) -> Result<Imported> {
    acting.needs(Role::Admin, "import what can be booked")?;
    space::or_default(tx, Some(space))?;
    tx.savepoint(|tx| {
        let mut names: HashMap<String, Vec<ResourceId>> = HashMap::new();
        for kept in resource::all(tx, space)? {
            names.entry(key(&kept.resource.name)).or_default().push(kept.id);
        }
        let mut done = Imported::default();
        // What is combined comes last: its parts may stand below it.
        let is_combined = |entry: &&Entry| entry.parts.as_ref().is_some_and(|parts| !parts.is_empty());
        let simple = entries.iter().filter(|entry| !is_combined(entry));
        for entry in simple.chain(entries.iter().filter(is_combined)) {
            import_one(tx, acting, space, entry, &mut names, &mut done, now).map_err(|error| match error {
                Error::Refused(no) => Error::Refused(no.at(&entry.place)),
                Error::Broken(why) => Error::Broken(why),
            })?;
        }
        done.hit.sort_unstable_by(|one, other| other.cmp(one));
        done.hit.dedup();
        Ok(done)
    })
}

fn import_one(
    tx: &mut Tx<'_>,
    acting: Acting,
    space: SpaceId,
    entry: &Entry,
    names: &mut HashMap<String, Vec<ResourceId>>,
    done: &mut Imported,
    now: Timestamp,
) -> Result<()> {
    let old = match named(names, "name", &entry.name)? {
        Some(id) => Some(resources::by_id(tx, id)?),
        None => None,
    };
    let mut input = entry.over(old.as_ref().map(|kept| kept.resource.clone().into()));
    if let Some(parts) = &entry.parts {
        input.parts = Vec::with_capacity(parts.len());
        for part in parts {
            let id = named(names, "parts", part)?.or_else(|| part.parse().ok());
            let expected = "names of resources of the same space";
            input.parts.push(id.ok_or_else(|| Refusal::malformed("parts", part, expected))?);
        }
    }
    let new = input.parse()?;
    match old {
        None => {
            let id = resources::add(tx, acting, space, &new, now)?;
            names.entry(key(&new.name)).or_default().push(id);
            done.added.push(id);
        }
        Some(kept) if kept.resource == new => done.same.push(kept.id),
        Some(kept) => {
            done.hit.extend(resources::edit(tx, acting, kept.id, &new, now)?);
            done.changed.push(kept.id);
        }
    }
    Ok(())
}

/// The one resource of this name, if there is any.
fn named(names: &HashMap<String, Vec<ResourceId>>, field: &'static str, name: &str) -> Result<Option<ResourceId>> {
    match names.get(&key(name)).map(Vec::as_slice) {
        None | Some([]) => Ok(None),
        Some([one]) => Ok(Some(*one)),
        Some(_) => Err(Refusal::malformed(field, name, "a name that only one resource of the space has").into()),
    }
}

/// All that a space has, the oldest first.
///
/// # Errors
/// [`Refusal::NotFound`] space.
pub fn export(tx: &mut Tx<'_>, space: SpaceId) -> Result<Vec<Item>> {
    let space = space::or_default(tx, Some(space))?.id;
    let all = resource::all(tx, space)?;
    let name = |id: &ResourceId| {
        let found = all.iter().find(|kept| kept.id == *id).map(|kept| &kept.resource.name);
        let is_clear = |name: &&String| all.iter().filter(|kept| key(&kept.resource.name) == key(name)).count() == 1;
        found.filter(is_clear).cloned().unwrap_or_else(|| id.to_string())
    };
    let items = all.iter().map(|kept| {
        let parts = kept.resource.parts.iter().map(name).collect();
        let resource = ResourceInput { parts: Vec::new(), ..kept.resource.clone().into() };
        Item { resource, parts }
    });
    Ok(items.collect())
}

/// The resource that a number or a name means, at any space of the node.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::Gone`]; [`Refusal::Malformed`] for a name that several have.
pub fn find(tx: &mut Tx<'_>, text: &str) -> Result<Kept> {
    let mut found = Vec::new();
    for space in spaces::list(tx)? {
        found.extend(resource::all(tx, space.id)?.into_iter().filter(|kept| key(&kept.resource.name) == key(text)));
    }
    match (found.pop(), found.is_empty()) {
        (Some(one), true) => Ok(one),
        (Some(_), false) => {
            Err(Refusal::malformed("resource", text, "its number, because several have this name").into())
        }
        (None, _) => match text.parse() {
            Ok(id) => resources::by_id(tx, id),
            Err(_) => Err(Refusal::NotFound { what: "resource" }.into()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coworking::inventory::{read, to_csv, to_json};
    use crate::coworking::template::{Size, items};
    use crate::operations::testing::{Ground, at, no};

    #[test]
    fn an_inventory_is_brought_in_whole_and_only_once() {
        let (ground, done) = Ground::set_up();
        let bring = move |tx: &mut Tx<'_>, text: &str, seconds| {
            import(tx, Acting::Keeper, done.space, &read(text)?, at(seconds))
        };
        ground
            .act(move |tx, _| {
                let mut template = items(Size::Large);
                // The whole before its parts.
                template.reverse();
                let text = to_json(&template).to_string();
                let first = bring(tx, &text, 2)?;
                assert_eq!((first.added.len(), first.changed.len()), (template.len(), 0));
                let out = export(tx, done.space)?;
                let again = bring(tx, &to_json(&out).to_string(), 3)?;
                assert_eq!((again.same.len(), again.added.len(), again.changed.len()), (template.len(), 0, 0));
                assert_eq!(bring(tx, &to_csv(&out), 3)?.same.len(), template.len(), "a table says the same");
                assert_eq!(find(tx, " whole HALL")?.resource.parts.len(), 2);

                let refusal = no(tx, |tx| bring(tx, "kind,name\ndesk,New one\ndesk,whole hall\nroom,Another\n", 4));
                assert_eq!(
                    (refusal.field(), refusal.to_string().starts_with("line 4: kind is \"room\"")),
                    (Some("kind"), true)
                );
                assert_eq!(no(tx, |tx| find(tx, "New one")).code(), "not-found", "nothing of it");
                let one = bring(tx, "kind,name,units\nhot_desk,desks,7\nhot_desk,Yard,9\n", 5)?;
                assert_eq!((one.changed.len(), one.added.len()), (1, 1));
                let desks = find(tx, "desks")?;
                assert_eq!((desks.id, desks.resource.units), (one.changed[0], 7));
                assert!(desks.resource.description.is_some(), "what a table does not name stays");
                let twin = ResourceInput { kind: "desk".into(), name: "Yard".into(), ..Default::default() };
                resources::add(tx, Acting::Keeper, done.space, &twin.parse()?, at(6))?;
                assert!(no(tx, |tx| find(tx, "yard")).to_string().contains("several have this name"));
                assert!(no(tx, |tx| bring(tx, "kind,name\ndesk,Yard\n", 7)).to_string().contains("only one resource"));
                Ok(())
            })
            .unwrap();
    }
}
