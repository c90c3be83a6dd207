//! Resources: what a space has that can be booked, and by which rules.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::capacity::Buffers;
use super::hours::{Hours, HoursInput};
use super::id::ResourceId;
use super::peer::Level;
use super::profile::{NAME_LIMIT, URL_LIMIT};
use super::refusal::{self, Refusal};
use super::rules::{Rules, RulesInput};
use super::word::word;

/// All times of bookings are whole steps of this: beginnings, ends and gaps.
pub const STEP: SignedDuration = SignedDuration::from_mins(5);
/// The most characters of a description.
pub const DESCRIPTION_LIMIT: usize = 2_000;
/// The most units of one resource.
pub const UNIT_LIMIT: u32 = 1_000;
/// The most people that one unit holds.
pub const SEAT_LIMIT: u32 = 10_000;
/// The most parts of a combined resource.
pub const PART_LIMIT: usize = 10;
/// The most amenities.
pub const AMENITY_LIMIT: usize = 30;
/// The most photos.
pub const PHOTO_LIMIT: usize = 12;
/// Where pictures that are kept here are found.
const MEDIA: &str = "/media/";
/// The longest gap around a booking.
pub const GAP_LIMIT_MINUTES: u32 = 24 * 60;

word!(
    /// What sort of thing it is.
    Kind, "kind", "hot_desk, desk, meeting_room, phone_booth, event_room or equipment", {
        /// A pool of places, none of which is anybody's.
        HotDesk = "hot_desk",
        /// A desk that somebody has for days or months.
        Desk = "desk",
        /// A room to meet in.
        MeetingRoom = "meeting_room",
        /// A booth for a call.
        PhoneBooth = "phone_booth",
        /// A room for many.
        EventRoom = "event_room",
        /// A thing.
        Equipment = "equipment",
    }
);

word!(
    /// Whose booking it is, as far as rules go.
    Audience, "audience", "resident, guest, external or staff", {
        /// A member of this node.
        Resident = "resident",
        /// Somebody of a trusted space.
        Guest = "guest",
        /// Anybody else who is let in.
        External = "external",
        /// Those who work at the front desk.
        Staff = "staff",
    }
);

impl Audience {
    /// As what people of a server at this level book, where they may book at all.
    #[must_use]
    pub fn of(level: Level) -> Self {
        if level == Level::Trusted { Self::Guest } else { Self::External }
    }
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Photo {
    /// Where it is: with https, or `/media/…` here.
    pub url: String,
    /// What it shows, in words.
    pub alt: String,
}

impl Photo {
    /// Checks both parts.
    ///
    /// # Errors
    /// The first [`Refusal`] met, naming the field.
    pub fn check(self) -> Result<Self, Refusal> {
        refusal::needed("alt", &self.alt, NAME_LIMIT)?;
        let url = refusal::needed("photos", &self.url, URL_LIMIT)?;
        if !url.starts_with("https://") && self.name().is_none() {
            return Err(Refusal::malformed("photos", url, "addresses that begin with https://, or pictures kept here"));
        }
        Ok(self)
    }

    /// Where a picture of this name is found.
    #[must_use]
    pub fn address(name: &str) -> String {
        format!("{MEDIA}{name}")
    }

    /// The name of a picture that is kept here: the hash of its bytes and how they are written.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        let name = self.url.strip_prefix(MEDIA)?;
        let (hash, ending) = name.split_once('.')?;
        let is_hash = hash.len() == 64 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        (is_hash && matches!(ending, "png" | "jpg" | "webp")).then_some(name)
    }
}

/// Where one unit stands on the floor plan: a rectangle, in thousandths of the plan's width and height.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// The left side.
    pub x: u16,
    /// The upper side.
    pub y: u16,
    /// How wide.
    pub width: u16,
    /// How high.
    pub height: u16,
    /// On which floor of the space, from 0.
    #[serde(default, skip_serializing_if = "is_first")]
    pub floor: u16,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_first(floor: &u16) -> bool {
    *floor == 0
}

impl Area {
    /// Does all of it lie on the plan?
    fn is_on_the_plan(self) -> bool {
        let inside = |from: u16, size: u16| size > 0 && u32::from(from) + u32::from(size) <= 1_000;
        inside(self.x, self.width) && inside(self.y, self.height)
    }
}

/// A resource as it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ResourceInput {
    /// `hot_desk`, `desk`, `meeting_room`, `phone_booth`, `event_room` or `equipment`.
    pub kind: String,
    /// The name, up to 200 characters.
    pub name: String,
    /// More about it, up to 2,000 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How many there are, 1 to 1,000; 1 if absent. A combined one has those of its parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub units: Option<u32>,
    /// How many people one of them holds; 1 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seats: Option<u32>,
    /// What it is made of: other resources of the space, each of which it takes as a whole.
    pub parts: Vec<ResourceId>,
    /// What there is in it, up to 30 words.
    pub amenities: Vec<String>,
    /// Up to 12 pictures.
    pub photos: Vec<Photo>,
    /// Where each unit stands on the floor plan, the first first.
    pub plan: Vec<Area>,
    /// Minutes to make it ready before a booking; 0 if absent, and for what is combined, whose parts have their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ready_minutes: Option<u32>,
    /// Minutes to clear it after one; 0 if absent, and for what is combined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clear_minutes: Option<u32>,
    /// When it can be booked, where that differs from the space's bookable hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<HoursInput>,
    /// By which rules, for each audience; whoever is not named cannot book it. If absent: the usual ones of the kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<BTreeMap<Audience, RulesInput>>,
}

/// A resource, every part checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ResourceInput", into = "ResourceInput")]
pub struct Resource {
    /// What sort of thing it is.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// More about it.
    pub description: Option<String>,
    /// How many there are.
    pub units: u32,
    /// How many people one of them holds.
    pub seats: u32,
    /// What it is made of; empty for most.
    pub parts: BTreeSet<ResourceId>,
    /// What there is in it.
    pub amenities: Vec<String>,
    /// Pictures.
    pub photos: Vec<Photo>,
    /// Where each unit stands on the plan.
    pub plan: Vec<Area>,
    /// Time around each booking; of what is combined each part has its own.
    pub buffers: Buffers,
    /// When it can be booked, where that differs from the space's bookable hours.
    pub hours: Option<Hours>,
    /// By which rules.
    pub rules: BTreeMap<Audience, Rules>,
}

impl ResourceInput {
    /// Units that are there no more stand nowhere.
    pub fn leave_the_plan(&mut self) {
        self.plan.truncate(self.units.unwrap_or(1).try_into().unwrap_or(usize::MAX));
    }

    /// Checks every part.
    ///
    /// # Errors
    /// The first [`Refusal`] met, naming the field.
    pub fn parse(self) -> Result<Resource, Refusal> {
        let kind: Kind = self.kind.parse()?;
        let few =
            |field, limit, found| if found > limit { Err(Refusal::TooMany { field, limit, found }) } else { Ok(()) };
        few("parts", PART_LIMIT, self.parts.len())?;
        few("amenities", AMENITY_LIMIT, self.amenities.len())?;
        few("photos", PHOTO_LIMIT, self.photos.len())?;
        let units = number("units", self.units, 1, 1, UNIT_LIMIT, "a number from 1 to 1,000")?;
        if units != 1 && !self.parts.is_empty() {
            return Err(Refusal::malformed("units", units, "1 for what is combined of parts"));
        }
        for (field, given) in [("ready_minutes", self.ready_minutes), ("clear_minutes", self.clear_minutes)] {
            if let Some(minutes) = given.filter(|minutes| *minutes > 0 && !self.parts.is_empty()) {
                return Err(Refusal::malformed(
                    field,
                    minutes,
                    "0 for what is combined: each of its parts keeps its own",
                ));
            }
        }
        few("plan", usize::try_from(units).unwrap_or(usize::MAX), self.plan.len())?;
        if let Some(area) = self.plan.iter().find(|area| !area.is_on_the_plan()) {
            let found = format!("{} {} {} {}", area.x, area.y, area.width, area.height);
            return Err(Refusal::malformed("plan", found, "rectangles within 1,000 by 1,000"));
        }
        let photos = self.photos.into_iter().map(Photo::check).collect::<Result<_, _>>()?;
        let amenities = self.amenities.iter().map(|text| refusal::needed("amenities", text, NAME_LIMIT));
        let rules = match self.rules {
            None => Rules::usual(kind),
            Some(rules) => {
                let read = rules.into_iter().map(|(audience, rules)| Ok((audience, rules.parse()?)));
                read.collect::<Result<_, Refusal>>()?
            }
        };
        Ok(Resource {
            kind,
            name: refusal::needed("name", &self.name, NAME_LIMIT)?,
            description: refusal::optional(
                "description",
                self.description.as_deref().unwrap_or_default(),
                DESCRIPTION_LIMIT,
            )?,
            units,
            seats: number("seats", self.seats, 1, 1, SEAT_LIMIT, "a number from 1 to 10,000")?,
            parts: self.parts.into_iter().collect(),
            amenities: amenities.collect::<Result<_, _>>()?,
            photos,
            plan: self.plan,
            buffers: Buffers {
                before: gap("ready_minutes", self.ready_minutes)?,
                after: gap("clear_minutes", self.clear_minutes)?,
            },
            hours: self.hours.as_ref().map(HoursInput::parse).transpose()?,
            rules,
        })
    }
}

impl Resource {
    /// What people from elsewhere who book as these are shown: their own rules, or where there are none those of the others, so
    /// that they hear what there is; with whose rules they are.
    #[must_use]
    pub fn shown_to(&self, audience: Audience) -> Option<(Audience, &Rules)> {
        let other = if audience == Audience::Guest { Audience::External } else { Audience::Guest };
        [audience, other].into_iter().find_map(|whose| Some((whose, self.rules.get(&whose)?)))
    }

    /// The most people at once.
    #[must_use]
    pub fn holds(&self, units: u32) -> u32 {
        self.seats.saturating_mul(units)
    }
}

impl TryFrom<ResourceInput> for Resource {
    type Error = Refusal;

    fn try_from(input: ResourceInput) -> Result<Self, Refusal> {
        input.parse()
    }
}

impl From<Resource> for ResourceInput {
    fn from(resource: Resource) -> Self {
        let minutes = |time: SignedDuration| u32::try_from(time.as_mins()).ok().filter(|minutes| *minutes > 0);
        Self {
            kind: resource.kind.to_string(),
            name: resource.name,
            description: resource.description,
            units: Some(resource.units),
            seats: Some(resource.seats),
            parts: resource.parts.into_iter().collect(),
            amenities: resource.amenities,
            photos: resource.photos,
            plan: resource.plan,
            ready_minutes: minutes(resource.buffers.before),
            clear_minutes: minutes(resource.buffers.after),
            hours: resource.hours.map(Into::into),
            rules: Some(resource.rules.into_iter().map(|(audience, rules)| (audience, rules.into())).collect()),
        }
    }
}

/// A number within its bounds; `usual` if none is given.
pub(super) fn number(
    field: &'static str,
    given: Option<u32>,
    usual: u32,
    least: u32,
    most: u32,
    expected: &'static str,
) -> Result<u32, Refusal> {
    let found = given.unwrap_or(usual);
    if (least..=most).contains(&found) { Ok(found) } else { Err(Refusal::malformed(field, found, expected)) }
}

/// Minutes in whole steps.
pub(super) fn minutes(
    field: &'static str,
    given: u32,
    least: u32,
    most: u32,
    expected: &'static str,
) -> Result<SignedDuration, Refusal> {
    let found = SignedDuration::from_mins(i64::from(given));
    let whole = found.as_secs() % STEP.as_secs() == 0;
    if whole && (least..=most).contains(&given) { Ok(found) } else { Err(Refusal::malformed(field, given, expected)) }
}

fn gap(field: &'static str, given: Option<u32>) -> Result<SignedDuration, Refusal> {
    minutes(field, given.unwrap_or(0), 0, GAP_LIMIT_MINUTES, "minutes up to 1,440 in steps of 5")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room() -> ResourceInput {
        ResourceInput { kind: "meeting_room".into(), name: "Attic".into(), seats: Some(8), ..Default::default() }
    }

    fn no(change: impl FnOnce(&mut ResourceInput)) -> String {
        let mut input = room();
        change(&mut input);
        input.parse().unwrap_err().to_string()
    }

    #[test]
    fn what_is_wrong_with_a_resource_is_said_with_what_would_pass() {
        assert_eq!(no(|input| input.name = " ".into()), "name is empty; it needs 1 to 200 characters");
        assert_eq!(
            no(|input| input.kind = "room".into()),
            "kind is \"room\", but it must be hot_desk, desk, meeting_room, phone_booth, event_room or equipment"
        );
        assert_eq!(no(|input| input.units = Some(0)), "units is \"0\", but it must be a number from 1 to 1,000");
        assert_eq!(
            no(|input| input.clear_minutes = Some(7)),
            "clear_minutes is \"7\", but it must be minutes up to 1,440 in steps of 5"
        );
        let outside = Area { x: 900, y: 0, width: 101, height: 10, floor: 0 };
        assert_eq!(
            no(|input| input.plan = vec![outside]),
            "plan is \"900 0 101 10\", but it must be rectangles within 1,000 by 1,000"
        );
        assert_eq!(no(|input| input.plan = vec![outside; 2]), "plan has 2 items; at most 1 pass");
        assert!(
            no(|input| input.photos = vec![Photo { url: "http://x.example/1".into(), alt: "It".into() }])
                .contains("https")
        );
        assert!(no(|input| (input.units, input.parts) = (Some(2), vec![ResourceId(1)])).contains("combined"));
        assert_eq!(
            no(|input| (input.clear_minutes, input.parts) = (Some(60), vec![ResourceId(1)])),
            "clear_minutes is \"60\", but it must be 0 for what is combined: each of its parts keeps its own"
        );
        let mut hall = ResourceInput { parts: vec![ResourceId(1)], ready_minutes: Some(0), ..room() };
        assert!(hall.clone().parse().is_ok());
        hall.ready_minutes = Some(5);
        assert_eq!(hall.parse().unwrap_err().field(), Some("ready_minutes"));
    }

    #[test]
    fn a_resource_is_kept_as_it_was_written() {
        let mut input = room();
        input.clear_minutes = Some(15);
        input.hours = Some(HoursInput { monday: vec!["08:00-20:00".into()], ..Default::default() });
        let room = input.parse().unwrap();
        assert_eq!(room.buffers.gap(), SignedDuration::from_mins(15));
        let text = serde_json::to_string(&room).unwrap();
        assert_eq!(serde_json::from_str::<Resource>(&text).unwrap(), room);
        assert!(serde_json::from_str::<Resource>(&text.replace("meeting_room", "attic")).is_err());
        assert!(room.rules.contains_key(&Audience::Guest) && room.holds(2) == 16);
    }
}
