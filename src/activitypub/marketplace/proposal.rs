//! Proposals: what somebody gives or seeks, and what for in return.

use serde_json::{Map, Value};

use super::{MarketplaceError, Measure, Purpose, word};
use crate::activitypub::compact::Compact;
use crate::activitypub::id::Id;
use crate::activitypub::json;

/// The most characters of what is wanted in return, in words.
const NOTE_LIMIT: usize = 1_000;

/// One direction of a proposal: something is done or handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// The proposal's id with a fragment.
    pub id: Id,
    /// `deliverService`, `transfer`, or another action of ValueFlows.
    pub action: String,
    /// In words, plain text (`vf:note`).
    pub note: Option<String>,
    /// A URI that names the kind of thing.
    pub resource_conforms_to: Option<String>,
    /// How much at a time.
    pub resource_quantity: Measure,
    /// How much there is.
    pub available_quantity: Option<Measure>,
    /// The least that can be taken.
    pub minimum_quantity: Option<Measure>,
    /// Is it over (`vf:finished`)?
    pub finished: bool,
}

/// The part of an object that makes it a proposal. Its title, text, audience and times are the object's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The object's id.
    pub id: Id,
    /// Which way it goes.
    pub purpose: Purpose,
    /// What it is about.
    pub publishes: Intent,
    /// What is wanted in return; absent: a gift.
    pub reciprocal: Option<Intent>,
    /// May quantities be multiplied?
    pub unit_based: bool,
    /// Our network's word for the sort of thing (`ts:kind`).
    pub kind: Option<String>,
    /// Our network's word for where it stands in its life (`ts:state`).
    pub state: Option<String>,
}

/// Is an object a proposal: by its `type`, or by `purpose` and `publishes`, whatever its `type`?
#[must_use]
pub fn is_proposal(value: &Value) -> bool {
    json::is_a(value, "Proposal")
        || (Purpose::of(value).is_some() && json::get(value, "publishes").is_some_and(Value::is_object))
}

impl Proposal {
    /// Reads the proposal in an object. An absent `unitBased` is read as false, the stricter of the FEP's two
    /// readings.
    ///
    /// # Errors
    /// [`MarketplaceError`] naming the part that is missing or wrong.
    pub fn read(value: &Value) -> Result<Self, MarketplaceError> {
        let id = json::get(value, "id").or_else(|| json::get(value, "@id")).and_then(Value::as_str);
        let id = id.and_then(|text| Id::parse(text).ok()).filter(|id| id.url().fragment().is_none());
        let id = id.ok_or(MarketplaceError::Part("id"))?;
        let own = |key: &str| json::text(value, key).or_else(|| json::text(value, &format!("ts:{key}"))).map(word);
        Ok(Self {
            purpose: Purpose::of(value).ok_or(MarketplaceError::Part("purpose"))?,
            publishes: Intent::read(value, "publishes", "primary", &id)?.ok_or(MarketplaceError::Part("publishes"))?,
            reciprocal: Intent::read(value, "reciprocal", "reciprocal", &id)?,
            unit_based: json::boolean(value, "unitBased").unwrap_or(false),
            kind: own("kind"),
            state: own("state"),
            id,
        })
    }

    /// The keys to add to the object that the proposal stands in.
    #[must_use]
    pub fn keys(&self) -> Map<String, Value> {
        Compact::untyped()
            .with("purpose", self.purpose.as_str())
            .with("publishes", self.publishes.to_value())
            .with_some("reciprocal", self.reciprocal.as_ref().map(Intent::to_value))
            .with("unitBased", self.unit_based)
            .with_some("kind", self.kind.as_deref())
            .with_some("state", self.state.as_deref())
            .into()
    }
}

impl Intent {
    fn read(proposal: &Value, key: &'static str, fragment: &str, of: &Id) -> Result<Option<Self>, MarketplaceError> {
        let Some(value) = json::get(proposal, key) else { return Ok(None) };
        let id = match json::text(value, "id").or_else(|| json::text(value, "@id")) {
            Some(id) => Id::parse(id).ok().filter(|id| id.url().fragment().is_some() && id.without_fragment() == *of),
            None => Id::parse(&format!("{of}#{fragment}")).ok(),
        };
        Ok(Some(Self {
            id: id.ok_or(MarketplaceError::ForeignPart(key))?,
            action: json::text(value, "action").map(word).ok_or(MarketplaceError::Part("action"))?,
            note: json::text(value, "note")
                .or_else(|| json::text_in_language(value, "name").map(|(name, _)| name))
                .map(|text| text.chars().take(NOTE_LIMIT).collect()),
            resource_conforms_to: json::each(value, "resourceConformsTo").find_map(json::id_text).map(word),
            resource_quantity: Measure::required(value, "resourceQuantity")?,
            available_quantity: Measure::read(value, "availableQuantity")?,
            minimum_quantity: Measure::read(value, "minimumQuantity")?,
            finished: json::boolean(value, "finished").unwrap_or(false),
        }))
    }

    fn to_value(&self) -> Value {
        Compact::new("Intent")
            .with("id", self.id.as_str())
            .with("action", self.action.as_str())
            .with_some("note", self.note.as_deref())
            .with_some("resourceConformsTo", self.resource_conforms_to.as_deref())
            .with("resourceQuantity", self.resource_quantity.to_value())
            .with_some("availableQuantity", self.available_quantity.as_ref().map(Measure::to_value))
            .with_some("minimumQuantity", self.minimum_quantity.as_ref().map(Measure::to_value))
            .with_flag("finished", self.finished)
            .into()
    }
}
