//! When something elsewhere is free, as its host tells at `{proposal}/availability`.

use jiff::Timestamp;
use serde_json::Value;

use super::json;

/// What is told about a stretch of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Availability {
    /// How many there are.
    pub capacity: u32,
    /// When it can be booked: beginnings and ends.
    pub bookable: Vec<(Timestamp, Timestamp)>,
    /// When how many are taken.
    pub busy: Vec<(Timestamp, Timestamp, u32)>,
}

impl Availability {
    /// Reads it; `None` for anything else. As many stretches are read as an array may have.
    #[must_use]
    pub fn read(value: &Value) -> Option<Self> {
        let capacity = u32::try_from(json::whole(value, "capacity")?).ok()?;
        let span = |value: &Value| Some((json::time(value, "start")?, json::time(value, "end")?));
        let bookable = json::get(value, "bookable")?.as_array()?.iter().map(span).collect::<Option<_>>()?;
        let busy = json::get(value, "busy")?.as_array()?.iter().map(|value| {
            let (start, end) = span(value)?;
            let units = json::whole(value, "units").and_then(|units| u32::try_from(units).ok());
            Some((start, end, units?))
        });
        Some(Self { capacity, bookable, busy: busy.collect::<Option<_>>()? })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_host_tells_is_read_whole_or_not_at_all() {
        let span = |from: &str| json!({"start": from, "end": "2027-01-15T12:00:00Z"});
        let mut busy = span("2027-01-15T10:00:00Z");
        busy["units"] = json!(2);
        let told = json!({"capacity": 3, "bookable": [span("2027-01-15T08:00:00Z")], "busy": [busy]});
        let read = Availability::read(&told).unwrap();
        assert_eq!((read.capacity, read.bookable.len(), read.busy[0].2), (3, 1, 2));
        for (key, wrong) in [("capacity", json!(-1)), ("busy", json!([{}])), ("bookable", json!("always"))] {
            let mut told = told.clone();
            told[key] = wrong;
            assert_eq!(Availability::read(&told), None, "{key}");
        }
    }
}
