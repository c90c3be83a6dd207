//! Spaces: places where people work next to each other.

use serde::{Deserialize, Serialize};

use super::floor::{FLOOR_LIMIT, Floor, FloorInput};
use super::hours::{Hours, HoursInput};
use super::name::Username;
use super::profile::NAME_LIMIT;
use super::refusal::{self, Refusal};
use super::resource::{PHOTO_LIMIT, Photo};

/// An IANA time zone that the time-zone database knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(String);

impl Zone {
    /// Reads a zone's name, such as `Europe/Amsterdam`.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] when the database does not know it.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let zone = jiff::tz::TimeZone::get(text.trim())
            .map_err(|_| Refusal::malformed("zone", text, "an IANA time zone such as Europe/Amsterdam"))?;
        Ok(Self(zone.iana_name().unwrap_or("UTC").to_owned()))
    }

    /// The name, such as `Europe/Amsterdam`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A space to be founded, every part checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSpace {
    /// Its name in handles and URLs.
    pub username: Username,
    /// Its display name.
    pub name: String,
    /// Where its clock hangs.
    pub zone: Zone,
}

impl NewSpace {
    /// Checks the parts.
    ///
    /// # Errors
    /// The first [`Refusal`] met, naming the field.
    pub fn parse(username: &str, name: &str, zone: &str) -> Result<Self, Refusal> {
        Ok(Self {
            username: Username::parse(username)?,
            name: refusal::needed("name", name, NAME_LIMIT)?,
            zone: Zone::parse(zone)?,
        })
    }

    /// All that keeps it from being one, a [`Refusal`] for each field.
    #[must_use]
    pub fn faults(username: &str, name: &str, zone: &str) -> Vec<Refusal> {
        let username = Username::parse(username).err();
        let name = refusal::needed("name", name, NAME_LIMIT).err();
        [username, name, Zone::parse(zone).err()].into_iter().flatten().collect()
    }
}

/// Where a space is, as on an envelope (schema.org `PostalAddress`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Address {
    /// The street and the number.
    pub street: String,
    /// The town.
    pub locality: String,
    /// The province or state.
    pub region: String,
    /// The postal code.
    pub postal_code: String,
    /// The country: two letters of ISO 3166, such as `NL`.
    pub country: String,
}

/// A point on the earth.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coordinates {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
}

/// A space's place as it is written.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PlaceInput {
    /// Where it is.
    pub address: Address,
    /// Where it is on a map.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coordinates: Option<Coordinates>,
    /// When it is open; Monday to Friday from nine to six if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opening_hours: Option<HoursInput>,
    /// When it can be booked, where that differs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bookable_hours: Option<HoursInput>,
    /// Up to 12 pictures.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Photo>,
    /// Up to 20 floors, as plans show them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub floors: Vec<FloorInput>,
}

/// Where a space is, and when it is open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "PlaceInput", into = "PlaceInput")]
pub struct Place {
    /// Where it is.
    pub address: Address,
    /// Where it is on a map.
    pub coordinates: Option<Coordinates>,
    /// When it is open.
    pub opening_hours: Hours,
    /// When it can be booked, where that differs.
    pub bookable_hours: Option<Hours>,
    /// Pictures.
    pub photos: Vec<Photo>,
    /// Floors, as plans show them.
    pub floors: Vec<Floor>,
}

impl PlaceInput {
    /// Checks every part.
    ///
    /// # Errors
    /// The first [`Refusal`] met, naming the field.
    pub fn parse(self) -> Result<Place, Refusal> {
        let text =
            |field, text: &str| Ok::<_, Refusal>(refusal::optional(field, text, NAME_LIMIT)?.unwrap_or_default());
        let Address { street, locality, region, postal_code, country } = &self.address;
        let country = text("country", country)?.to_uppercase();
        let two_letters = country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
        if !country.is_empty() && !two_letters {
            return Err(Refusal::malformed("country", country, "two letters of ISO 3166, such as NL"));
        }
        if let Some(Coordinates { latitude, longitude }) = self.coordinates
            && !(latitude.abs() <= 90.0 && longitude.abs() <= 180.0)
        {
            let found = format!("{latitude} {longitude}");
            return Err(Refusal::malformed("coordinates", found, "degrees north up to 90 and east up to 180"));
        }
        let usual = || {
            let day = || vec!["09:00-18:00".to_owned()];
            let (monday, tuesday, wednesday, thursday, friday) = (day(), day(), day(), day(), day());
            HoursInput { monday, tuesday, wednesday, thursday, friday, ..HoursInput::default() }
        };
        let few =
            |field, limit, found| if found > limit { Err(Refusal::TooMany { field, limit, found }) } else { Ok(()) };
        few("photos", PHOTO_LIMIT, self.photos.len())?;
        few("floors", FLOOR_LIMIT, self.floors.len())?;
        Ok(Place {
            photos: self.photos.into_iter().map(Photo::check).collect::<Result<_, _>>()?,
            floors: self.floors.into_iter().map(FloorInput::parse).collect::<Result<_, _>>()?,
            address: Address {
                street: text("street", street)?,
                locality: text("locality", locality)?,
                region: text("region", region)?,
                postal_code: text("postal_code", postal_code)?,
                country,
            },
            coordinates: self.coordinates,
            opening_hours: self.opening_hours.unwrap_or_else(usual).parse()?,
            bookable_hours: self.bookable_hours.as_ref().map(HoursInput::parse).transpose()?,
        })
    }
}

impl TryFrom<PlaceInput> for Place {
    type Error = Refusal;

    fn try_from(input: PlaceInput) -> Result<Self, Refusal> {
        input.parse()
    }
}

impl From<Place> for PlaceInput {
    fn from(place: Place) -> Self {
        Self {
            address: place.address,
            coordinates: place.coordinates,
            opening_hours: Some(place.opening_hours.into()),
            bookable_hours: place.bookable_hours.map(Into::into),
            photos: place.photos,
            floors: place.floors.into_iter().map(Into::into).collect(),
        }
    }
}

impl Place {
    /// When it can be booked.
    #[must_use]
    pub fn bookable(&self) -> &Hours {
        self.bookable_hours.as_ref().unwrap_or(&self.opening_hours)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_somewhere_on_earth_and_open_on_weekdays_unless_it_says_otherwise() {
        let at = |latitude, longitude| PlaceInput {
            coordinates: Some(Coordinates { latitude, longitude }),
            ..Default::default()
        };
        assert!(at(90.0, -180.0).parse().is_ok());
        for (latitude, longitude) in [(90.1, 0.0), (0.0, 180.5), (f64::NAN, 0.0)] {
            assert_eq!(at(latitude, longitude).parse().unwrap_err().field(), Some("coordinates"));
        }
        let address = Address { country: "nl".into(), locality: "Utrecht".into(), ..Default::default() };
        let place = PlaceInput { address, ..Default::default() }.parse().unwrap();
        assert_eq!(place.address.country, "NL");
        assert_eq!(place.bookable().of(jiff::civil::date(2026, 6, 1)).len(), 1, "a Monday");
        assert!(place.bookable().of(jiff::civil::date(2026, 6, 6)).is_empty(), "a Saturday");
        let text = serde_json::to_string(&place).unwrap();
        assert_eq!(serde_json::from_str::<Place>(&text).unwrap(), place);
    }

    #[test]
    fn a_space_has_a_real_time_zone() {
        assert_eq!(NewSpace::parse("Loft", "The Loft", "europe/amsterdam").unwrap().zone.as_str(), "Europe/Amsterdam");
        let refused = NewSpace::parse("loft", "The Loft", "Mars/Olympus").unwrap_err();
        assert_eq!(
            refused.to_string(),
            "zone is \"Mars/Olympus\", but it must be an IANA time zone such as Europe/Amsterdam"
        );
    }
}
