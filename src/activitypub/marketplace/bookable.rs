//! What can be booked: a proposal of a space, of `type` Proposal, so that it stays out of everybody's timeline.

use jiff::Timestamp;
use serde_json::Value;

use super::{MarketplaceError, Proposal, word};
use crate::activitypub::compact::Compact;
use crate::activitypub::context;
use crate::activitypub::id::Id;
use crate::activitypub::json::{self, PUBLIC};
use crate::activitypub::place::Place;

/// The most characters of a name.
const NAME_LIMIT: usize = 200;
/// The most amenities that are read.
const AMENITY_LIMIT: usize = 30;

/// A bookable resource as it stands at its URL.
#[derive(Debug, Clone, PartialEq)]
pub struct Bookable {
    /// The proposal itself: what is published, and what for in return.
    pub proposal: Proposal,
    /// The space.
    pub attributed_to: Id,
    /// What it is called.
    pub name: String,
    /// HTML that says it all.
    pub content: String,
    /// Where it is.
    pub location: Option<Place>,
    /// Where its clock hangs (IANA).
    pub timezone: String,
    /// How many people one unit holds (`ts:seats`).
    pub seats: Option<u32>,
    /// What there is in it, in words (`schema:amenityFeature`).
    pub amenities: Vec<String>,
    /// The version of its rules (`ts:rulesVersion`), which whoever asks says that they saw.
    pub rules_version: Option<String>,
    /// The rules by which guests from elsewhere can book it (`ts:rules`).
    pub rules: Option<Value>,
    /// Since when it is there.
    pub published: Option<Timestamp>,
    /// When it changed last.
    pub updated: Option<Timestamp>,
}

/// Words, or features with a name as schema.org has them.
fn amenities(value: &Value) -> Vec<String> {
    let all = json::each(value, "amenityFeature").chain(json::each(value, "schema:amenityFeature"));
    let words = all.filter_map(|item| item.as_str().or_else(|| json::text(item, "name")));
    words.map(|word| word.chars().take(NAME_LIMIT).collect()).take(AMENITY_LIMIT).collect()
}

impl Bookable {
    /// Reads one.
    ///
    /// # Errors
    /// [`MarketplaceError`] naming the part that is missing or wrong.
    pub fn read(value: &Value) -> Result<Self, MarketplaceError> {
        let own = |key: &str| json::text(value, key).or_else(|| json::text(value, &format!("ts:{key}"))).map(word);
        let whole = |key: &str| json::whole(value, key).and_then(|number| u32::try_from(number).ok());
        let proposal = Proposal::read(value)?;
        let attributed_to = json::id(value, "attributedTo").ok_or(MarketplaceError::Part("attributedTo"))?;
        let name = json::text_in_language(value, "name").map(|(name, _)| name);
        Ok(Self {
            proposal,
            attributed_to,
            name: name.ok_or(MarketplaceError::Part("name"))?.chars().take(NAME_LIMIT).collect(),
            content: String::new(),
            location: json::each(value, "location").find_map(Place::read),
            timezone: own("timezone").ok_or(MarketplaceError::Part("timezone"))?,
            seats: whole("seats").or_else(|| whole("ts:seats")),
            amenities: amenities(value),
            rules_version: own("rulesVersion"),
            rules: json::get(value, "rules").or_else(|| json::get(value, "ts:rules")).cloned(),
            published: json::time(value, "published"),
            updated: json::time(value, "updated"),
        })
    }

    /// The document without a context.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut object = Compact::new("Proposal")
            .with("id", self.proposal.id.as_str())
            .with("attributedTo", self.attributed_to.as_str())
            .with("name", self.name.as_str())
            .with("content", self.content.as_str())
            .with_array("to", [PUBLIC])
            .with_some("location", self.location.as_ref().map(Place::to_value))
            .with("timezone", self.timezone.as_str())
            .with_some("seats", self.seats)
            .with_some("amenityFeature", Some(self.amenities.clone()).filter(|words| !words.is_empty()))
            .with_some("rulesVersion", self.rules_version.as_deref())
            .with_some("rules", self.rules.clone())
            .with_time("published", self.published)
            .with_time("updated", self.updated);
        for (key, value) in self.proposal.keys() {
            object = object.with(&key, value);
        }
        object.into()
    }

    /// The document as it stands at its URL.
    #[must_use]
    pub fn document(&self) -> Value {
        crate::activitypub::sent::with_context(self.to_value(), context::bookable())
    }
}
