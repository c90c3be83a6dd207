//! The directory: spaces elsewhere that are found through partners, what they say of themselves, and how one is looked for.

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use super::profile::NAME_LIMIT;
use super::refusal::{self, Refusal};
use super::resource::{Kind, SEAT_LIMIT, number};
use super::rules::Price;
use super::slot::Slot;
use super::space::{Address, Coordinates, Zone};
use super::timetable::Stretch;

/// The most words of a need.
pub const NEED_LIMIT: usize = 5;
/// The furthest that is looked around a point, in kilometres.
pub const WITHIN_LIMIT: u32 = 20_000;
const USUAL_WITHIN: u32 = 25;

/// A space elsewhere, as it tells of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Listing {
    /// What it is called.
    pub name: String,
    /// `@loft@loft.example`.
    pub handle: String,
    /// What it says of itself, in plain text.
    pub summary: String,
    /// Where it is.
    pub address: Address,
    /// Where it is on a map.
    pub coordinates: Option<Coordinates>,
    /// Where its clock hangs.
    pub zone: String,
}

/// Something that a space elsewhere has, as it tells of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Lent {
    /// Its address.
    pub uri: String,
    /// What it is called.
    pub name: String,
    /// What sort of thing it is.
    pub kind: Kind,
    /// How many there are.
    pub units: u32,
    /// How many people one of them holds.
    pub seats: u32,
    /// What there is in it.
    pub amenities: Vec<String>,
    /// What one costs people from elsewhere.
    pub price: Price,
    /// Where its clock hangs.
    pub zone: String,
}

impl Lent {
    /// All words by which it is found, as they are compared.
    #[must_use]
    pub fn words(&self) -> String {
        let kind = self.kind.as_str().replace('_', " ");
        let all = [self.name.as_str(), kind.as_str()].into_iter().chain(self.amenities.iter().map(String::as_str));
        fold(&all.collect::<Vec<_>>().join(" "))
    }
}

/// Words as they are compared: without capitals, with one space between them.
#[must_use]
pub fn fold(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// When something has to be free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// At some time of a day.
    Day(Date),
    /// All the time from one moment to another, as the clock of the space shows them.
    From(DateTime, DateTime),
}

impl When {
    /// The time that is asked about, by the clock of a space; `None` when there is no such time there.
    #[must_use]
    pub fn at(self, zone: &Zone) -> Option<Slot> {
        match self {
            Self::Day(date) => zone.day(date),
            Self::From(from, to) => {
                let reached = |wall| Some(zone.meaning("from", wall).ok()?.reached());
                Slot::between(reached(from)?, reached(to)?)
            }
        }
    }

    /// Is what is free in the time enough?
    #[must_use]
    pub fn is_met(self, asked: Slot, free: &[Stretch]) -> bool {
        match self {
            Self::Day(_) => !free.is_empty(),
            Self::From(..) => free.iter().any(|stretch| stretch.slot.contains(asked)),
        }
    }
}

/// What somebody looks for, as it is written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WantedInput {
    /// The name of a town.
    pub town: String,
    /// A point, `59.43,24.75`: degrees north and east.
    pub near: String,
    /// How far around it, in kilometres; 25 if absent.
    pub within: Option<u32>,
    /// What sort of thing.
    pub kind: String,
    /// For how many people.
    pub people: Option<u32>,
    /// Words that it must have, such as `projector`.
    pub need: String,
    /// The day on which it has to be free at some time.
    pub date: String,
    /// From when it has to be free all the time, by the clock of the space.
    pub from: String,
    /// Until when.
    pub to: String,
}

/// What somebody looks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// The town, as it is compared.
    pub town: Option<String>,
    /// Around which point, and how far in kilometres.
    pub near: Option<(Coordinates, u32)>,
    /// What sort of thing.
    pub kind: Option<Kind>,
    /// For how many people.
    pub people: Option<u32>,
    /// Words that it must have, as they are compared.
    pub need: Vec<String>,
    /// When it has to be free.
    pub when: Option<When>,
}

impl WantedInput {
    /// Checks every part; what is empty is not asked for.
    ///
    /// # Errors
    /// The first [`Refusal`] met, naming the field.
    pub fn parse(&self) -> Result<Wanted, Refusal> {
        let town = refusal::optional("town", &self.town, NAME_LIMIT)?.map(|town| fold(&town));
        let near = match self.near.trim() {
            "" => None,
            near => {
                let within =
                    number("within", self.within, USUAL_WITHIN, 1, WITHIN_LIMIT, "kilometres from 1 to 20,000")?;
                Some((point(near)?, within))
            }
        };
        let need: Vec<String> =
            fold(&self.need).split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect();
        if need.len() > NEED_LIMIT {
            return Err(Refusal::TooMany { field: "need", limit: NEED_LIMIT, found: need.len() });
        }
        refusal::optional("need", &self.need, NAME_LIMIT)?;
        let people = |given| number("people", Some(given), 1, 1, SEAT_LIMIT, "a number from 1 to 10,000");
        Ok(Wanted {
            town,
            near,
            kind: Some(self.kind.trim()).filter(|kind| !kind.is_empty()).map(str::parse).transpose()?,
            people: self.people.map(people).transpose()?,
            need,
            when: self.when()?,
        })
    }

    fn when(&self) -> Result<Option<When>, Refusal> {
        const DAY: &str = "a date such as 2027-01-15";
        const TIME: &str = "a date and time such as 2027-01-15T09:30, by the clock of the space";
        let read = |field, text: &str| text.parse::<DateTime>().map_err(|_| Refusal::malformed(field, text, TIME));
        match (self.date.trim(), self.from.trim(), self.to.trim()) {
            ("", "", "") => Ok(None),
            (date, "", "") => Ok(Some(When::Day(date.parse().map_err(|_| Refusal::malformed("date", date, DAY))?))),
            ("", from, to) => {
                let (first, last) = (read("from", from)?, read("to", to)?);
                if last <= first || last.date() > first.date().saturating_add(jiff::Span::new().days(31)) {
                    return Err(Refusal::malformed("to", to, "later than from, by 31 days at the most"));
                }
                Ok(Some(When::From(first, last)))
            }
            (date, ..) => Err(Refusal::malformed("date", date, "absent where from and to are given")),
        }
    }
}

fn point(text: &str) -> Result<Coordinates, Refusal> {
    const EXPECTED: &str = "degrees north and east with a comma between, such as 59.43,24.75";
    let read = || {
        let (north, east) = text.split_once(',')?;
        let point = Coordinates { latitude: north.trim().parse().ok()?, longitude: east.trim().parse().ok()? };
        (point.latitude.abs() <= 90.0 && point.longitude.abs() <= 180.0).then_some(point)
    };
    read().ok_or_else(|| Refusal::malformed("near", text, EXPECTED))
}

impl Wanted {
    /// Is anything asked for that a resource has, and not a space?
    #[must_use]
    pub fn is_about_resources(&self) -> bool {
        self.kind.is_some() || self.people.is_some() || !self.need.is_empty() || self.when.is_some()
    }

    /// Is this what is looked for? When it is free is another question.
    #[must_use]
    pub fn fits(&self, lent: &Lent, words: &str) -> bool {
        self.kind.is_none_or(|kind| kind == lent.kind)
            && self.people.is_none_or(|people| people <= lent.seats.saturating_mul(lent.units))
            && self.need.iter().all(|word| words.contains(word.as_str()))
    }
}

/// How far two points are from each other over the ground, in kilometres.
#[must_use]
pub fn distance(one: Coordinates, other: Coordinates) -> f64 {
    const RADIUS: f64 = 6_371.0;
    let (north, south) = (one.latitude.to_radians(), other.latitude.to_radians());
    let (up, along) = ((south - north) / 2.0, (other.longitude - one.longitude).to_radians() / 2.0);
    let part = up.sin().powi(2) + north.cos() * south.cos() * along.sin().powi(2);
    2.0 * RADIUS * part.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_for_is_read_or_refused_with_what_would_pass() {
        let all = WantedInput {
            town: " Tallinn ".into(),
            near: "59.43, 24.75".into(),
            kind: "meeting_room".into(),
            people: Some(6),
            need: "Projector  quiet".into(),
            date: "2027-01-15".into(),
            ..Default::default()
        };
        let wanted = all.parse().unwrap();
        assert_eq!(
            (wanted.town.as_deref(), &wanted.need[..]),
            (Some("tallinn"), &["projector".to_owned(), "quiet".into()][..])
        );
        assert_eq!(wanted.near.unwrap().1, 25);
        let no = |change: fn(&mut WantedInput)| {
            let mut input = all.clone();
            change(&mut input);
            input.parse().unwrap_err().field().unwrap_or_default()
        };
        assert_eq!(no(|input| input.near = "91,0".into()), "near");
        assert_eq!(no(|input| input.kind = "attic".into()), "kind");
        assert_eq!(no(|input| input.people = Some(0)), "people");
        assert_eq!(no(|input| input.need = "a b c d e f".into()), "need");
        assert_eq!(no(|input| input.date = "soon".into()), "date");
        assert_eq!(no(|input| input.from = "2027-01-15T10:00".into()), "date");
        let from_to = |input: &mut WantedInput, to: &str| {
            (input.date, input.from, input.to) = (String::new(), "2027-01-15T10:00".into(), to.into());
        };
        let mut input = all.clone();
        from_to(&mut input, "2027-01-15T12:00");
        assert!(matches!(input.parse().unwrap().when, Some(When::From(..))));
        from_to(&mut input, "2027-01-15T09:00");
        assert_eq!(input.parse().unwrap_err().field(), Some("to"));
        assert!(!WantedInput::default().parse().unwrap().is_about_resources());
    }

    #[test]
    fn from_tallinn_to_helsinki_it_is_eighty_kilometres() {
        let at = |latitude, longitude| Coordinates { latitude, longitude };
        let far = distance(at(59.437, 24.754), at(60.170, 24.938));
        assert!((80.0..84.0).contains(&far), "{far}");
        assert!(distance(at(0.0, 179.9), at(0.0, -179.9)) < 25.0, "across the line of the date");
    }
}
