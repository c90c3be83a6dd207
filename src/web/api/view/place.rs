//! Where a space is, and hours: descriptions of what the rules read and write themselves.

use std::collections::BTreeMap;

use utoipa::ToSchema;

/// Where a space is, and when it is open.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is written elsewhere")]
pub struct Place {
    /// Where it is, as on an envelope.
    address: Option<Address>,
    /// Where it is on a map.
    coordinates: Option<Coordinates>,
    /// When it is open; Monday to Friday from nine to six if none are given.
    opening_hours: Option<Hours>,
    /// When it can be booked, where that differs.
    bookable_hours: Option<Hours>,
    /// Up to 12 pictures.
    #[schema(required = false)]
    photos: Vec<super::Photo>,
    /// Up to 20 floors, as plans show them.
    #[schema(required = false)]
    floors: Vec<Floor>,
}

/// A floor as its plan shows it; where things stand on it is told by their `plan`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is written elsewhere")]
pub struct Floor {
    /// What it is called.
    #[schema(example = "Ground floor")]
    name: String,
    /// How wide it is, in the same unit as how deep.
    #[schema(minimum = 1, maximum = 10_000)]
    width: u32,
    /// How deep it is.
    #[schema(minimum = 1, maximum = 10_000)]
    depth: u32,
    /// Walls: each a line from corner to corner, in thousandths of the width and the depth.
    #[schema(required = false, example = json!([[[0, 0], [1000, 0], [1000, 600]]]))]
    walls: Vec<Vec<Vec<u16>>>,
    /// A picture of the plan, below the walls.
    #[schema(nullable = false)]
    picture: Option<super::Photo>,
}

/// An address, as on an envelope; a part that is not given is empty.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is written elsewhere")]
pub struct Address {
    /// The street and the number.
    #[schema(required = false)]
    street: String,
    /// The town.
    #[schema(required = false)]
    locality: String,
    /// The province or state.
    #[schema(required = false)]
    region: String,
    /// The postal code.
    #[schema(required = false)]
    postal_code: String,
    /// The country: two letters of ISO 3166.
    #[schema(required = false, example = "NL")]
    country: String,
}

/// A point on the earth.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is written elsewhere")]
pub struct Coordinates {
    /// Degrees north.
    #[schema(minimum = -90, maximum = 90)]
    latitude: f64,
    /// Degrees east.
    #[schema(minimum = -180, maximum = 180)]
    longitude: f64,
}

/// Hours of a week, by the clock of the space: for each day its ranges, such as `09:00-12:00`, or `22:00-06:00` across
/// midnight; a day that is not named is closed.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what is written elsewhere")]
pub struct Hours {
    /// The ranges of each Monday; and so on.
    #[schema(required = false, example = json!(["09:00-12:00", "13:00-17:30"]))]
    monday: Vec<String>,
    #[schema(required = false)]
    #[allow(missing_docs)]
    tuesday: Vec<String>,
    #[schema(required = false)]
    #[allow(missing_docs)]
    wednesday: Vec<String>,
    #[schema(required = false)]
    #[allow(missing_docs)]
    thursday: Vec<String>,
    #[schema(required = false)]
    #[allow(missing_docs)]
    friday: Vec<String>,
    #[schema(required = false)]
    #[allow(missing_docs)]
    saturday: Vec<String>,
    #[schema(required = false)]
    #[allow(missing_docs)]
    sunday: Vec<String>,
    /// Dates that are different, with all of their ranges; none is closed.
    #[schema(required = false, example = json!({"2027-12-25": []}))]
    exceptions: BTreeMap<String, Vec<String>>,
}
