//! Hospitality: what a space grants guests from the spaces that it trusts. Software keeps to it, so that those at the front
//! desk need not know it by heart.
//!
//! What a stay costs is not said here: each resource has a price among its rules for guests.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::{SignedDuration, Span};
use serde::{Deserialize, Serialize};

use super::decision::in_words;
use super::hours::{Hours, HoursInput};
use super::id::ResourceId;
use super::refusal::{self, Refusal};
use super::resource::{Kind, Resource, minutes, number};
use super::rules::HORIZON_LIMIT;
use super::space::{Address, Coordinates};
use super::week;

/// The longest window in which days are counted, and the most days in it.
pub const WINDOW_LIMIT: u32 = 366;
/// The most characters of what is said besides.
pub const TEXT_LIMIT: usize = 2_000;
/// The most resources that are named.
pub const RESOURCE_LIMIT: usize = 100;
/// Half the way around the earth, in kilometres.
const FARTHEST: u32 = 20_000;
/// The mean radius of the earth in kilometres (IUGG).
const RADIUS: f64 = 6_371.0;

/// So many days for one guest within so many; by the calendar of the space, each day once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// The most days of a guest.
    pub days: u32,
    /// In any so many days that follow each other.
    pub window: u32,
}

impl Allowance {
    /// The most days that a guest would have in any window that has one of the wanted ones.
    #[must_use]
    pub fn most(self, had: &BTreeSet<Date>, wanted: &BTreeSet<Date>) -> u32 {
        let (Some(first), Some(last)) = (wanted.first(), wanted.last()) else { return 0 };
        let reach = Span::new().days(i64::from(self.window) - 1);
        let all: BTreeSet<Date> = had.union(wanted).copied().collect();
        let from = first.saturating_sub(reach);
        // The fullest window begins on a day that counts.
        let windows = all.range(from..=*last).map(|begins| {
            let ends = begins.saturating_add(reach);
            all.range(*begins..=ends).count()
        });
        u32::try_from(windows.max().unwrap_or(0)).unwrap_or(u32::MAX)
    }

    /// The first date, `from` or later, on which a stay of so many days can begin.
    #[must_use]
    pub fn free_from(self, had: &BTreeSet<Date>, from: Date, length: u32) -> Option<Date> {
        if length > self.days {
            return None;
        }
        // A window after the last day that counts nothing stands in the way any more.
        let last = had.last().copied().unwrap_or(from).max(from);
        let latest = last.saturating_add(Span::new().days(i64::from(self.window)));
        from.series(Span::new().days(1))
            .take_while(|date| *date <= latest)
            .find(|date| self.most(had, &stretch(*date, length)) <= self.days)
    }
}

/// So many dates, one after the other.
fn stretch(from: Date, length: u32) -> BTreeSet<Date> {
    from.series(Span::new().days(1)).take(usize::try_from(length).unwrap_or(usize::MAX)).collect()
}

/// Hospitality as it is written; what is absent is not limited.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HospitalityInput {
    /// How many days one guest can have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// In how many days that follow each other; 30 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window_days: Option<u32>,
    /// What sorts of resources: `hot_desk`, `desk`, `meeting_room`, `phone_booth`, `event_room` or `equipment`; all if none
    /// are named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
    /// Which resources; all of those sorts if none are named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<ResourceId>,
    /// When guests are welcome, where that differs from when it can be booked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<HoursInput>,
    /// Minutes that must lie between the asking and the beginning; 0 if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notice_minutes: Option<u32>,
    /// How far away the guest's own space must be at least, in kilometres as the crow flies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distance_km: Option<u32>,
    /// Must the guest's own space be in another town?
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub other_town: bool,
    /// How much of a pool guests can have at one time, in percent; one place of each in any case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share_percent: Option<u32>,
    /// What else guests should know, up to 2,000 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// Hospitality, every part checked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "HospitalityInput", into = "HospitalityInput")]
pub struct Hospitality {
    /// How many days one guest can have.
    pub allowance: Option<Allowance>,
    /// What sorts of resources; all if empty.
    pub kinds: BTreeSet<Kind>,
    /// Which resources; all of those sorts if empty.
    pub resources: BTreeSet<ResourceId>,
    /// When guests are welcome, where that differs.
    pub hours: Option<Hours>,
    /// What must lie between the asking and the beginning.
    pub notice: SignedDuration,
    /// How far away the guest's own space must be.
    pub distance_km: Option<u32>,
    /// Must the guest's own space be in another town?
    pub other_town: bool,
    /// How much of a pool guests can have at one time.
    pub share_percent: Option<u32>,
    /// What else guests should know.
    pub text: Option<String>,
}

impl HospitalityInput {
    /// Checks every part.
    ///
    /// # Errors
    /// The first [`Refusal`] met, naming the field.
    pub fn parse(self) -> Result<Hospitality, Refusal> {
        const WINDOW: &str = "a number from 1 to 366";
        let window = number("window_days", self.window_days, 30, 1, WINDOW_LIMIT, WINDOW)?;
        if self.days.is_none() && self.window_days.is_some() {
            return Err(Refusal::malformed("days", "nothing", "a number from 1 to that of window_days"));
        }
        let days = |given| number("days", Some(given), 1, 1, window, "a number from 1 to that of window_days");
        let (limit, found) = (RESOURCE_LIMIT, self.resources.len());
        if found > limit {
            return Err(Refusal::TooMany { field: "resources", limit, found });
        }
        let ahead = "minutes up to 1,051,200 in steps of 5";
        let notice = self.notice_minutes.unwrap_or(0);
        let far = |given| number("distance_km", Some(given), 1, 1, FARTHEST, "kilometres from 1 to 20,000");
        let share = |given| number("share_percent", Some(given), 1, 1, 100, "a number from 1 to 100");
        Ok(Hospitality {
            allowance: self.days.map(|given| Ok::<_, Refusal>(Allowance { days: days(given)?, window })).transpose()?,
            kinds: self.kinds.iter().map(|kind| kind.parse()).collect::<Result<_, _>>()?,
            resources: self.resources.into_iter().collect(),
            hours: self.hours.as_ref().map(HoursInput::parse).transpose()?,
            notice: minutes("notice_minutes", notice, 0, HORIZON_LIMIT * 24 * 60, ahead)?,
            distance_km: self.distance_km.map(far).transpose()?,
            other_town: self.other_town,
            share_percent: self.share_percent.map(share).transpose()?,
            text: refusal::optional("text", self.text.as_deref().unwrap_or_default(), TEXT_LIMIT)?,
        })
    }
}

impl TryFrom<HospitalityInput> for Hospitality {
    type Error = Refusal;

    fn try_from(input: HospitalityInput) -> Result<Self, Refusal> {
        input.parse()
    }
}

impl From<Hospitality> for HospitalityInput {
    fn from(granted: Hospitality) -> Self {
        Self {
            days: granted.allowance.map(|allowance| allowance.days),
            window_days: granted.allowance.map(|allowance| allowance.window),
            kinds: granted.kinds.iter().map(ToString::to_string).collect(),
            resources: granted.resources.into_iter().collect(),
            hours: granted.hours.map(Into::into),
            notice_minutes: u32::try_from(granted.notice.as_mins()).ok().filter(|minutes| *minutes > 0),
            distance_km: granted.distance_km,
            other_town: granted.other_town,
            share_percent: granted.share_percent,
            text: granted.text,
        }
    }
}

impl Hospitality {
    /// Is this something that guests can have?
    #[must_use]
    pub fn grants(&self, id: ResourceId, resource: &Resource) -> bool {
        let named = self.resources.is_empty() || self.resources.contains(&id);
        named && (self.kinds.is_empty() || self.kinds.contains(&resource.kind))
    }

    /// Does it matter where the guest's own space is?
    #[must_use]
    pub fn asks_where(&self) -> bool {
        self.other_town || self.distance_km.is_some()
    }

    /// How many places of a pool guests can have at one time.
    #[must_use]
    pub fn share(&self, pool: u32) -> Option<u32> {
        let percent = self.share_percent.filter(|_| pool > 1)?;
        // Of a pool of three, one can be had all the same.
        Some((pool.saturating_mul(percent) / 100).max(1))
    }

    /// A sentence for each clause. `named` tells what a resource is called.
    #[must_use]
    pub fn sentences(&self, named: impl Fn(ResourceId) -> Option<String>) -> Vec<String> {
        let mut said = Vec::new();
        said.extend(self.allowance.map(|Allowance { days, window }| {
            let days = in_words(SignedDuration::from_hours(24 * i64::from(days))).replace("24 hours", "1 day");
            format!("A guest can have {days} within any {window} days.")
        }));
        if !self.kinds.is_empty() {
            let kinds: Vec<String> = self.kinds.iter().map(|kind| kinds_of(*kind)).collect();
            said.push(format!("Guests can book {}.", listed(&kinds)));
        }
        if !self.resources.is_empty() {
            let names = self.resources.iter().map(|id| named(*id).unwrap_or_else(|| format!("number {id}")));
            said.push(format!("Guests can book these: {}.", listed(&names.collect::<Vec<_>>())));
        }
        said.extend(self.hours.as_ref().map(|hours| format!("Guests are welcome {}.", week::words(hours))));
        if !self.notice.is_zero() {
            said.push(format!("Guests ask at least {} before.", in_words(self.notice)));
        }
        said.extend(self.distance_km.map(|km| format!("A guest's own space is at least {km} km away.")));
        if self.other_town {
            said.push("A guest's own space is in another town.".to_owned());
        }
        said.extend(
            self.share_percent.map(|share| format!("Guests have at most {share} percent of the places at one time.")),
        );
        said.extend(self.text.clone());
        said
    }
}

fn kinds_of(kind: Kind) -> String {
    let word = kind.as_str().replace('_', " ");
    if kind == Kind::Equipment { word } else { format!("{word}s") }
}

/// `a, b and c`.
fn listed(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// What a space elsewhere says of itself, as far as it concerns guests.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SpaceElsewhere {
    /// Where it is.
    pub address: Address,
    /// Where it is on a map.
    pub coordinates: Option<Coordinates>,
    /// Where its clock hangs (IANA).
    pub zone: Option<String>,
    /// What it grants guests, as far as we know its words; its resources are [`resources`](Self::resources).
    pub hospitality: Option<Hospitality>,
    /// The addresses of the resources that guests can have; all if empty.
    pub resources: Vec<String>,
}

impl SpaceElsewhere {
    /// What it grants, a sentence for each clause.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let Some(granted) = &self.hospitality else { return Vec::new() };
        let mut said = granted.sentences(|_| None);
        if !self.resources.is_empty() {
            said.push(format!("Guests can book these: {}.", listed(&self.resources)));
        }
        said
    }
}

/// Where a guest's own space is, seen from here; `None` is what one of the two does not say.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Way {
    /// How far it is as the crow flies.
    pub km: Option<f64>,
    /// Is it in another town?
    pub other_town: Option<bool>,
}

impl Way {
    /// From one space to the other.
    #[must_use]
    pub fn between(here: (&Address, Option<Coordinates>), there: (&Address, Option<Coordinates>)) -> Self {
        let km = here.1.zip(there.1).map(|(here, there)| distance(here, there));
        let fold = |text: &str| text.trim().to_lowercase();
        let (town, other) = (fold(&here.0.locality), fold(&there.0.locality));
        let (country, abroad) = (fold(&here.0.country), fold(&there.0.country));
        let known = !town.is_empty() && !other.is_empty();
        let elsewhere = town != other || !country.is_empty() && !abroad.is_empty() && country != abroad;
        Self { km, other_town: known.then_some(elsewhere) }
    }
}

/// How far two points on the earth are from each other in kilometres: the haversine formula, right to half a percent.
#[must_use]
pub fn distance(one: Coordinates, other: Coordinates) -> f64 {
    let (north, far_north) = (one.latitude.to_radians(), other.latitude.to_radians());
    let half = |one: f64, other: f64| ((other - one) / 2.0).sin().powi(2);
    let east = half(one.longitude.to_radians(), other.longitude.to_radians());
    let h = half(north, far_north) + north.cos() * far_north.cos() * east;
    2.0 * RADIUS * h.clamp(0.0, 1.0).sqrt().asin()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Hospitality, String> {
        serde_json::from_str(text).map_err(|why| why.to_string())
    }

    #[test]
    fn hospitality_reads_as_sentences_and_is_kept_as_it_was_written() {
        let text = r#"{"days": 3, "kinds": ["hot_desk", "meeting_room"], "resources": ["7", "9"],
            "hours": {"monday": ["09:00-17:00"]}, "notice_minutes": 2880, "distance_km": 50, "other_town": true,
            "share_percent": 20, "text": "Tell us what you work on."}"#;
        let granted = read(text).unwrap();
        let said = granted.sentences(|id| (id == ResourceId(7)).then(|| "Attic".to_owned()));
        assert_eq!(
            said,
            [
                "A guest can have 3 days within any 30 days.",
                "Guests can book hot desks and meeting rooms.",
                "Guests can book these: Attic and number 9.",
                "Guests are welcome mon 09:00-17:00.",
                "Guests ask at least 2 days before.",
                "A guest's own space is at least 50 km away.",
                "A guest's own space is in another town.",
                "Guests have at most 20 percent of the places at one time.",
                "Tell us what you work on.",
            ]
        );
        assert_eq!(read(&serde_json::to_string(&granted).unwrap()).unwrap(), granted);
        assert_eq!(read("{}").unwrap().sentences(|_| None), Vec::<String>::new());
        for (text, words) in [
            (r#"{"days": 0}"#, "a number from 1 to that of window_days"),
            (r#"{"days": 8, "window_days": 7}"#, "a number from 1 to that of window_days"),
            (r#"{"window_days": 7}"#, "days is"),
            (r#"{"days": 3, "window_days": 400}"#, "a number from 1 to 366"),
            (r#"{"kinds": ["sofa"]}"#, "hot_desk"),
            (r#"{"share_percent": 0}"#, "a number from 1 to 100"),
            (r#"{"distance_km": 30000}"#, "kilometres from 1 to 20,000"),
            (r#"{"notice_minutes": 7}"#, "steps of 5"),
        ] {
            let no = read(text).unwrap_err();
            assert!(no.contains(words), "{text}: {no}");
        }
        let share = |percent| Hospitality { share_percent: Some(percent), ..Hospitality::default() };
        assert_eq!([share(20).share(10), share(20).share(3), share(20).share(1)], [Some(2), Some(1), None]);
    }

    #[test]
    fn the_way_between_two_spaces_is_known_when_both_say_where_they_are() {
        let at = |latitude, longitude| Coordinates { latitude, longitude };
        let (amsterdam, utrecht, sydney) = (at(52.3676, 4.9041), at(52.0907, 5.1214), at(-33.8688, 151.2093));
        assert!((distance(amsterdam, utrecht) - 34.2).abs() < 0.5, "{}", distance(amsterdam, utrecht));
        assert!((distance(amsterdam, sydney) - 16_640.0).abs() < 80.0, "{}", distance(amsterdam, sydney));
        let town = |locality: &str, country: &str| Address {
            locality: locality.into(),
            country: country.into(),
            ..Address::default()
        };
        let (here, same, abroad) = (town("Utrecht", "NL"), town(" utrecht", ""), town("Utrecht", "ZA"));
        let other = |there: &Address| Way::between((&here, None), (there, Some(sydney))).other_town;
        assert_eq!([other(&same), other(&abroad), other(&Address::default())], [Some(false), Some(true), None]);
        assert_eq!(Way::between((&here, None), (&same, Some(sydney))).km, None);
    }

    proptest! {
        #[test]
        fn the_earth_is_round(n in -90.0..90.0_f64, e in -180.0..180.0_f64, n2 in -90.0..90.0_f64, e2 in -180.0..180.0_f64) {
            let (one, other) = (Coordinates { latitude: n, longitude: e }, Coordinates { latitude: n2, longitude: e2 });
            let km = distance(one, other);
            prop_assert!((0.0..=20_016.0).contains(&km), "{}", km);
            prop_assert!((km - distance(other, one)).abs() < 1e-6 && distance(one, one) < 1e-6);
        }

        #[test]
        fn no_window_ever_has_more_days_than_are_granted_and_none_is_refused_that_would_pass(
            days in 1_u32..6, more in 0_u32..12, asked in proptest::collection::vec((0_i64..60, 1_u32..4), 1..30),
        ) {
            let allowance = Allowance { days, window: days + more };
            let mut had = BTreeSet::new();
            let on = |day: i64| date(2027, 1, 1).saturating_add(Span::new().days(day));
            let fullest = |had: &BTreeSet<Date>| {
                let count = |begins: i64| had.range(on(begins)..on(begins + i64::from(allowance.window))).count();
                (-20..80).map(count).max().unwrap_or(0)
            };
            for (day, length) in asked {
                let wanted = stretch(on(day), length);
                let with: BTreeSet<Date> = had.union(&wanted).copied().collect();
                // What is there keeps to it, so a breach is in a window that has a wanted day.
                let passes = allowance.most(&had, &wanted) <= days;
                prop_assert_eq!(passes, fullest(&with) <= days as usize);
                let free = allowance.free_from(&had, on(day), length);
                match free {
                    Some(free) => {
                        prop_assert!(allowance.most(&had, &stretch(free, length)) <= days);
                        prop_assert_eq!(passes, free == on(day));
                    }
                    None => prop_assert!(length > days),
                }
                if passes {
                    had = with;
                }
            }
        }
    }
}
