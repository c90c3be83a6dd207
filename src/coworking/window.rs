//! Windows: the stretch of a calendar that somebody looks at.

use jiff::{SignedDuration, Timestamp};

use super::refusal::Refusal;
use super::slot::Slot;
use super::space::Zone;

/// How far ahead is looked when nothing is said.
pub const USUAL_DAYS: i64 = 31;
/// The longest stretch of a list.
pub const LIST_DAYS: i64 = 366;
/// The longest stretch of what is free and what is taken.
pub const AVAILABILITY_DAYS: i64 = 31;

/// The time from `from` until `to`, each as a clock of the zone shows it or as an instant with any offset. From now on for
/// [`USUAL_DAYS`] where nothing is said.
///
/// # Errors
/// As of [`Zone::read`]; [`Refusal::NotAfter`]; [`Refusal::TooFar`] beyond `days`.
pub fn window(zone: &Zone, from: Option<&str>, to: Option<&str>, days: i64, now: Timestamp) -> Result<Slot, Refusal> {
    let read = |field, text: &str| text.trim().parse().map_or_else(|_| zone.read(field, text), Ok);
    let after =
        |from: Timestamp, days| from.saturating_add(SignedDuration::from_hours(24 * days)).unwrap_or(Timestamp::MAX);
    let from = from.map_or(Ok(now), |text| read("from", text))?;
    let to = to.map_or_else(|| Ok(after(from, USUAL_DAYS.min(days))), |text| read("to", text))?;
    if to > after(from, days) {
        return Err(Refusal::TooFar { field: "to", found: to, latest: after(from, days) });
    }
    Slot::new(from, to).map_err(|no| no.about("to"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_read_by_the_clock_on_the_wall_and_has_an_end() {
        let zone = Zone::parse("Asia/Kathmandu").unwrap();
        let now: Timestamp = "2027-01-15T08:00:00Z".parse().unwrap();
        let look = |from, to| window(&zone, from, to, 31, now).map(|slot| (slot.start(), slot.end()));
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert_eq!(look(None, None), Ok((now, at("2027-02-15T08:00:00Z"))));
        assert_eq!(look(Some("2027-01-16T09:00"), None).unwrap().0, at("2027-01-16T03:15:00Z"));
        assert_eq!(look(None, Some("2027-01-16T09:00:00+01:00")).unwrap().1, at("2027-01-16T08:00:00Z"), "any offset");
        let far = look(None, Some("2027-02-15T08:00:01Z")).unwrap_err();
        assert_eq!(far.to_string(), "to is 2027-02-15T08:00:01Z; the latest that passes is 2027-02-15T08:00:00Z");
        assert_eq!(look(None, Some("2027-01-15T08:00:00Z")).unwrap_err().field(), Some("to"));
        assert_eq!(look(Some("soon"), None).unwrap_err().code(), "malformed");
        assert!(
            look(Some("9998-12-31T00:00:00Z"), None).is_ok() && look(Some("-009999-01-02T01:59:59Z"), None).is_ok()
        );
    }
}
