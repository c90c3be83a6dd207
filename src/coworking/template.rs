//! Templates: what spaces of three sizes usually have, and by which rules, to begin with and change.

use std::collections::BTreeMap;

use super::inventory::Item;
use super::resource::{Audience, Kind, ResourceInput};
use super::rules::{Approval, KeepFree, Period, Quota, Rules, RulesInput};
use super::word::word;

word!(
    /// How large a space is.
    Size, "size", "small, medium or large", {
        /// One floor with some desks around a table.
        Small = "small",
        /// A house with rooms.
        Medium = "medium",
        /// A building with a hall.
        Large = "large",
    }
);

/// What a space of this size usually has.
#[must_use]
pub fn items(size: Size) -> Vec<Item> {
    match size {
        Size::Small => vec![
            many(Kind::HotDesk, "Desks", 12, "Come and sit where you like."),
            room("Meeting room", 6, &["screen", "whiteboard"]),
            many(Kind::PhoneBooth, "Phone booth", 1, "For one, with a door that closes."),
        ],
        Size::Medium => vec![
            kept_free(many(Kind::HotDesk, "Desks", 40, "Come and sit where you like."), 4),
            many(Kind::Desk, "Fixed desks", 10, "A desk of your own, for days or months."),
            room("Small room", 4, &["screen"]),
            room("Middle room", 8, &["screen", "whiteboard"]),
            room("Large room", 14, &["projector", "whiteboard", "video calls"]),
            many(Kind::PhoneBooth, "Phone booths", 3, "For one, with a door that closes."),
            hall("Event room", 50),
            many(Kind::Equipment, "Projector", 2, "With a cable for everything."),
        ],
        Size::Large => {
            let half = |name| Item {
                resource: ResourceInput { seats: Some(60), ..hall(name, 60).resource },
                ..hall(name, 60)
            };
            let halves = vec!["Hall north".to_owned(), "Hall south".to_owned()];
            vec![
                kept_free(many(Kind::HotDesk, "Desks", 120, "Come and sit where you like."), 12),
                kept_free(many(Kind::HotDesk, "Quiet desks", 40, "No calls, no talks."), 4),
                many(Kind::Desk, "Fixed desks", 60, "A desk of your own, for days or months."),
                room("Room 1", 4, &["screen"]),
                room("Room 2", 4, &["screen"]),
                room("Room 3", 6, &["screen", "whiteboard"]),
                room("Room 4", 8, &["screen", "whiteboard", "video calls"]),
                room("Room 5", 12, &["projector", "whiteboard", "video calls"]),
                room("Board room", 20, &["projector", "video calls", "coffee"]),
                many(Kind::PhoneBooth, "Phone booths", 8, "For one, with a door that closes."),
                half("Hall north"),
                half("Hall south"),
                Item { parts: halves, ..hall("Whole hall", 120) },
                many(Kind::Equipment, "Projector", 4, "With a cable for everything."),
                many(Kind::Equipment, "Camera", 2, "With a stand and a microphone."),
            ]
        }
    }
}

fn of(kind: Kind, name: &str) -> Item {
    let rules = Rules::usual(kind).into_iter().map(|(audience, rules)| (audience, rules.into()));
    let rules = Some(rules.collect());
    let resource = ResourceInput { kind: kind.to_string(), name: name.to_owned(), rules, ..ResourceInput::default() };
    Item { resource, parts: Vec::new() }
}

fn many(kind: Kind, name: &str, units: u32, description: &str) -> Item {
    let mut item = of(kind, name);
    item.resource.units = Some(units);
    item.resource.description = Some(description.to_owned());
    item
}

/// For whom rules are changed.
fn rules_of(item: &mut Item, audience: Audience, change: impl FnOnce(&mut RulesInput)) {
    let rules: &mut BTreeMap<_, _> = item.resource.rules.get_or_insert_default();
    if let Some(rules) = rules.get_mut(&audience) {
        change(rules);
    }
}

/// Members are never sent away because guests came first.
fn kept_free(mut item: Item, units: u32) -> Item {
    rules_of(&mut item, Audience::Guest, |rules| rules.keep_free = Some(KeepFree { units, until_minutes: 60 }));
    item
}

fn room(name: &str, seats: u32, amenities: &[&str]) -> Item {
    let mut item = of(Kind::MeetingRoom, name);
    item.resource.seats = Some(seats);
    item.resource.amenities = amenities.iter().map(|word| (*word).to_owned()).collect();
    for audience in [Audience::Resident, Audience::Guest] {
        rules_of(&mut item, audience, |rules| rules.quota = Some(Quota { minutes: 600, per: Period::Week }));
    }
    item
}

fn hall(name: &str, seats: u32) -> Item {
    let mut item = of(Kind::EventRoom, name);
    item.resource.seats = Some(seats);
    item.resource.ready_minutes = Some(30);
    item.resource.clear_minutes = Some(30);
    item.resource.amenities = vec!["projector".to_owned(), "sound".to_owned(), "chairs".to_owned()];
    rules_of(&mut item, Audience::Staff, |rules| rules.approval = Some(Approval::None));
    item
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coworking::inventory::{read, to_json};

    #[test]
    fn every_template_passes_the_rules_of_resources_and_can_be_read() {
        for size in [Size::Small, Size::Medium, Size::Large] {
            let items = items(size);
            let entries = read(&serde_json::to_string_pretty(&to_json(&items)).unwrap()).unwrap();
            assert_eq!(entries.len(), items.len());
            for (entry, item) in entries.iter().zip(&items) {
                let resource = entry.over(None).parse().unwrap();
                assert!(!resource.rules.is_empty() && resource == item.resource.clone().parse().unwrap());
                for part in &item.parts {
                    assert!(items.iter().any(|other| other.resource.name == *part), "{part} is there");
                }
            }
        }
    }
}
