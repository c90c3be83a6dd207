//! Places: where a space is, and where something happens (ActivityStreams `Place`, schema.org `PostalAddress`).

use serde_json::Value;

use super::compact::Compact;
use super::id::Id;
use super::json;

/// The most characters of each text of a place that is read.
const TEXT_LIMIT: usize = 300;

/// A place.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Place {
    /// Its id, if it has one.
    pub id: Option<Id>,
    /// What it is called.
    pub name: Option<String>,
    /// Its address.
    pub address: Option<Address>,
    /// Degrees north and east (WGS 84).
    pub coordinates: Option<Coordinates>,
}

/// A postal address (schema.org), in parts or as one text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// Street and house number; all of the address when a peer sends it as one text.
    pub street_address: Option<String>,
    /// Post code.
    pub postal_code: Option<String>,
    /// Town.
    pub locality: Option<String>,
    /// Province or state.
    pub region: Option<String>,
    /// Country, by name or ISO 3166 code.
    pub country: Option<String>,
}

/// A point on the earth, in degrees (WGS 84).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coordinates {
    latitude: f64,
    longitude: f64,
}

impl Coordinates {
    /// A point; none when it is not on the earth.
    #[must_use]
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let on_earth = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        on_earth.then_some(Self { latitude, longitude })
    }

    /// Degrees north.
    #[must_use]
    pub fn latitude(self) -> f64 {
        self.latitude
    }

    /// Degrees east.
    #[must_use]
    pub fn longitude(self) -> f64 {
        self.longitude
    }
}

impl Place {
    /// Reads a place; anything else is none.
    #[must_use]
    pub fn read(value: &Value) -> Option<Self> {
        if !json::is_a(value, "Place") && !json::is_a(value, "schema:Place") {
            return None;
        }
        let address = json::each(value, "address").chain(json::each(value, "schema:address")).next();
        let degrees = |key| json::get(value, key).and_then(number);
        Some(Self {
            id: json::id_text(value).and_then(|id| Id::parse(id).ok()),
            name: json::text_in_language(value, "name").map(|(name, _)| cut(name)),
            address: address.and_then(Address::read),
            coordinates: degrees("latitude").zip(degrees("longitude")).and_then(|(n, e)| Coordinates::new(n, e)),
        })
    }

    /// The place as it is sent. Coordinates are floats even when they are whole: Mobilizon passes over whole numbers.
    #[must_use]
    pub fn to_value(&self) -> Value {
        Compact::new("Place")
            .with_some("id", self.id.as_ref().map(Id::as_str))
            .with_some("name", self.name.as_deref())
            .with_some("address", self.address.as_ref().map(Address::to_value))
            .with_some("latitude", self.coordinates.map(Coordinates::latitude))
            .with_some("longitude", self.coordinates.map(Coordinates::longitude))
            .into()
    }
}

impl Address {
    fn read(value: &Value) -> Option<Self> {
        let part = |key: &str| json::text(value, key).or_else(|| json::text(value, &format!("schema:{key}"))).map(cut);
        let address = match value {
            Value::String(text) if !text.is_empty() => Self { street_address: Some(cut(text)), ..Self::default() },
            _ => Self {
                street_address: part("streetAddress"),
                postal_code: part("postalCode"),
                locality: part("addressLocality"),
                region: part("addressRegion"),
                country: part("addressCountry"),
            },
        };
        (address != Self::default()).then_some(address)
    }

    fn to_value(&self) -> Value {
        Compact::new("PostalAddress")
            .with_some("streetAddress", self.street_address.as_deref())
            .with_some("postalCode", self.postal_code.as_deref())
            .with_some("addressLocality", self.locality.as_deref())
            .with_some("addressRegion", self.region.as_deref())
            .with_some("addressCountry", self.country.as_deref())
            .into()
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn cut(text: &str) -> String {
    text.chars().take(TEXT_LIMIT).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written() {
        let place = Place {
            id: Id::parse("https://harbor.example/places/main").ok(),
            name: Some("Harbor".into()),
            address: Some(Address {
                street_address: Some("Kade 1".into()),
                country: Some("NL".into()),
                ..Address::default()
            }),
            coordinates: Coordinates::new(52.0, -4.5),
        };
        let text = place.to_value().to_string();
        assert!(text.contains("\"latitude\":52.0"), "{text}");
        assert_eq!(Place::read(&place.to_value()), Some(place));
    }

    #[test]
    fn odd_spellings_of_a_place_are_read() {
        let place = json!({"type": "Place", "address": "Kade 1, Rotterdam", "latitude": "51.9", "longitude": 4});
        let read = Place::read(&place).unwrap();
        assert_eq!(read.address.unwrap().street_address.as_deref(), Some("Kade 1, Rotterdam"));
        assert_eq!(read.coordinates, Coordinates::new(51.9, 4.0));
        let far = json!({"type": "Place", "latitude": 91, "longitude": 4, "address": {}});
        assert_eq!(Place::read(&far), Some(Place::default()));
        assert_eq!(Place::read(&json!("Rotterdam")), None);
    }
}
