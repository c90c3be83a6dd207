//! Templates: what spaces of three sizes usually have, and by which rules, to begin with and change.

use std::collections::BTreeMap;

use super::floor::FloorInput;
use super::inventory::Item;
use super::resource::{Area, Audience, Kind, ResourceInput};
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
    let mut items = unplaced(size);
    for item in &mut items {
        item.resource.plan = places(size, &item.resource.name);
    }
    items
}

fn unplaced(size: Size) -> Vec<Item> {
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
            // Each half is made ready by itself.
            let mut whole = hall("Whole hall", 120);
            (whole.resource.ready_minutes, whole.resource.clear_minutes) = (None, None);
            whole.parts = vec!["Hall north".to_owned(), "Hall south".to_owned()];
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
                whole,
                many(Kind::Equipment, "Projector", 4, "With a cable for everything."),
                many(Kind::Equipment, "Camera", 2, "With a stand and a microphone."),
            ]
        }
    }
}

/// The floor on which the items of a template stand.
#[must_use]
pub fn floors(size: Size) -> Vec<FloorInput> {
    let (width, depth) = match size {
        Size::Small => (15, 9),
        Size::Medium => (30, 18),
        Size::Large => (60, 40),
    };
    // Round the house, and along the rooms on the right.
    let outside = vec![[0, 0], [1_000, 0], [1_000, 1_000], [0, 1_000], [0, 0]];
    let walls = match size {
        Size::Small => vec![outside, vec![[660, 0], [660, 620], [1_000, 620]], vec![[660, 620], [660, 760]]],
        Size::Medium => vec![
            outside,
            vec![[700, 0], [700, 620], [1_000, 620]],
            vec![[700, 180], [1_000, 180]],
            vec![[700, 380], [1_000, 380]],
            vec![[0, 700], [560, 700]],
        ],
        Size::Large => vec![
            outside,
            vec![[0, 640], [1_000, 640]],
            vec![[740, 0], [740, 640]],
            vec![[740, 210], [1_000, 210]],
            vec![[740, 420], [1_000, 420]],
            vec![[870, 0], [870, 420]],
            vec![[500, 640], [500, 1_000]],
        ],
    };
    vec![FloorInput { name: "Ground floor".to_owned(), width, depth, walls, picture: None }]
}

/// Where the items stand: rows of units within a frame, from the left and the top.
fn places(size: Size, name: &str) -> Vec<Area> {
    let (at, columns, count) = match (size, name) {
        (Size::Small, "Desks") => ([40, 90, 580, 820], 4, 12),
        (Size::Small, "Meeting room") => ([690, 60, 280, 500], 1, 1),
        (Size::Small, "Phone booth") => ([860, 720, 110, 200], 1, 1),
        (Size::Medium, "Desks") => ([30, 50, 640, 600], 8, 40),
        (Size::Medium, "Fixed desks") => ([710, 680, 280, 270], 5, 10),
        (Size::Medium, "Small room") => ([715, 25, 270, 130], 1, 1),
        (Size::Medium, "Middle room") => ([715, 205, 270, 150], 1, 1),
        (Size::Medium, "Large room") => ([715, 405, 270, 190], 1, 1),
        (Size::Medium, "Phone booths") => ([575, 730, 105, 240], 1, 3),
        (Size::Medium, "Event room") => ([30, 740, 510, 230], 1, 1),
        (Size::Large, "Desks") => ([20, 30, 440, 580], 12, 120),
        (Size::Large, "Quiet desks") => ([490, 30, 220, 260], 8, 40),
        (Size::Large, "Fixed desks") => ([490, 330, 220, 280], 10, 60),
        (Size::Large, "Room 1") => ([750, 20, 110, 170], 1, 1),
        (Size::Large, "Room 2") => ([880, 20, 110, 170], 1, 1),
        (Size::Large, "Room 3") => ([750, 230, 110, 170], 1, 1),
        (Size::Large, "Room 4") => ([880, 230, 110, 170], 1, 1),
        (Size::Large, "Room 5") => ([750, 440, 110, 180], 1, 1),
        (Size::Large, "Board room") => ([880, 440, 110, 180], 1, 1),
        (Size::Large, "Hall north") => ([20, 670, 460, 230], 1, 1),
        (Size::Large, "Hall south") => ([520, 670, 460, 230], 1, 1),
        (Size::Large, "Phone booths") => ([20, 920, 460, 60], 8, 8),
        _ => return Vec::new(),
    };
    let [left, top, wide, high]: [u16; 4] = at;
    let rows = u16::div_ceil(count, columns);
    let (width, height) = (wide / columns, high / rows);
    // A gap between them, which one alone does not need.
    let gap = |side: u16| if count == 1 { 0 } else { (side / 6).clamp(2, 14) };
    let unit = |number: u16| Area {
        x: left + number % columns * width,
        y: top + number / columns * height,
        width: width - gap(width),
        height: height - gap(height),
        floor: 0,
    };
    (0..count).map(unit).collect()
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
    use crate::coworking::id::ResourceId;
    use crate::coworking::inventory::{read, to_json};

    #[test]
    fn every_template_passes_the_rules_of_resources_and_can_be_read() {
        for size in [Size::Small, Size::Medium, Size::Large] {
            let items = items(size);
            let entries = read(&serde_json::to_string_pretty(&to_json(&items)).unwrap()).unwrap();
            assert_eq!(entries.len(), items.len());
            assert!(floors(size).into_iter().all(|floor| floor.parse().is_ok()));
            let areas = || items.iter().flat_map(|item| &item.resource.plan);
            let apart = |one: &Area, other: &Area| {
                let beside = |a: u16, wide: u16, b: u16| a + wide <= b;
                beside(one.x, one.width, other.x)
                    || beside(other.x, other.width, one.x)
                    || beside(one.y, one.height, other.y)
                    || beside(other.y, other.height, one.y)
            };
            for (number, one) in areas().enumerate() {
                assert!(areas().skip(number + 1).all(|other| apart(one, other)), "nothing stands on {one:?}");
            }
            for (entry, item) in entries.iter().zip(&items) {
                let mut input = entry.over(None);
                input.parts = (1..).map(ResourceId).take(item.parts.len()).collect();
                assert!(input.parse().is_ok(), "also with its parts");
                let resource = entry.over(None).parse().unwrap();
                assert!(!resource.rules.is_empty() && resource == item.resource.clone().parse().unwrap());
                for part in &item.parts {
                    assert!(items.iter().any(|other| other.resource.name == *part), "{part} is there");
                }
            }
        }
    }
}
