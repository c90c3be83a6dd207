//! Spaces: places where people work next to each other.

use super::name::Username;
use super::profile::NAME_LIMIT;
use super::refusal::{self, Refusal};

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

#[cfg(test)]
mod tests {
    use super::*;

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
