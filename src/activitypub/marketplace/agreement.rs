//! Agreements: what two parties commit to on the ground of a proposal.

use jiff::Timestamp;
use serde_json::Value;

use super::{MarketplaceError, Measure, word};
use crate::activitypub::compact::Compact;
use crate::activitypub::id::Id;
use crate::activitypub::json;

/// The most characters of a word to the other side.
const NOTE_LIMIT: usize = 500;

/// One party's commitment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commitment {
    /// The agreement's id with a fragment; absent while it is only offered.
    pub id: Option<Id>,
    /// The intent that it satisfies: a proposal's id with a fragment.
    pub satisfies: Id,
    /// How much.
    pub resource_quantity: Measure,
    /// From when.
    pub has_beginning: Option<Timestamp>,
    /// Until when.
    pub has_end: Option<Timestamp>,
    /// The zone of the place where it happens (IANA): an offset is not a zone.
    pub timezone: Option<String>,
    /// How many units at a time (`ts:units`); 1 if absent.
    pub units: Option<u32>,
    /// For how many people (`ts:people`); 1 if absent.
    pub people: Option<u32>,
    /// A word to the other side (`vf:note`), plain text.
    pub note: Option<String>,
    /// Is it fulfilled, or will it never be?
    pub finished: bool,
}

/// An agreement, offered (without id and `attributedTo`) or concluded (with both).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Its id.
    pub id: Option<Id>,
    /// Who keeps it: the proposer, who accepted.
    pub attributed_to: Option<Id>,
    /// What the proposer commits to.
    pub stipulates: Commitment,
    /// What is given in return; there exactly when the proposal has a reciprocal intent.
    pub stipulates_reciprocal: Option<Commitment>,
    /// The version of the proposal's rules that the requester saw (`ts:rulesVersion`).
    pub rules_version: Option<String>,
    /// The offer that it answers (`inReplyTo`): mail comes in any order, and news may come before the yes.
    pub in_reply_to: Option<Id>,
    /// Where it stands in its life, in a word (`preview.name`).
    pub status: Option<String>,
    /// Since when it stands so, by the clock of who keeps it.
    pub updated: Option<Timestamp>,
    /// The epoch of who keeps it (`ts:epoch`), higher each time that its memory was set back; 0 if absent.
    pub epoch: Option<u32>,
}

impl Agreement {
    /// Reads an agreement.
    ///
    /// # Errors
    /// [`MarketplaceError`] naming the part that is missing or wrong.
    pub fn read(value: &Value) -> Result<Self, MarketplaceError> {
        if !json::is_a(value, "Agreement") {
            return Err(MarketplaceError::Part("type"));
        }
        let id = optional_id(value)?;
        let attributed_to = json::id(value, "attributedTo");
        if attributed_to.is_none() && json::get(value, "attributedTo").is_some() {
            return Err(MarketplaceError::Part("attributedTo"));
        }
        let preview = json::get(value, "preview");
        Ok(Self {
            stipulates: Commitment::read(value, "stipulates", id.as_ref())?
                .ok_or(MarketplaceError::Part("stipulates"))?,
            stipulates_reciprocal: Commitment::read(value, "stipulatesReciprocal", id.as_ref())?,
            rules_version: json::text(value, "rulesVersion").or_else(|| json::text(value, "ts:rulesVersion")).map(word),
            in_reply_to: json::id(value, "inReplyTo"),
            status: preview.and_then(|preview| json::text(preview, "name")).map(word),
            updated: json::time(value, "updated"),
            epoch: number(value, "epoch").ok().flatten(),
            id,
            attributed_to,
        })
    }

    /// The agreement inside of an activity.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let preview = |name: &String| Compact::new("Note").with("name", name.as_str());
        Compact::new("Agreement")
            .with_some("id", self.id.as_ref().map(Id::as_str))
            .with_some("attributedTo", self.attributed_to.as_ref().map(Id::as_str))
            .with("stipulates", self.stipulates.to_value())
            .with_some("stipulatesReciprocal", self.stipulates_reciprocal.as_ref().map(Commitment::to_value))
            .with_some("rulesVersion", self.rules_version.as_deref())
            .with_some("inReplyTo", self.in_reply_to.as_ref().map(Id::as_str))
            .with_some("preview", self.status.as_ref().map(preview))
            .with_time("updated", self.updated)
            .with_some("epoch", self.epoch)
            .into()
    }
}

impl Commitment {
    fn read(agreement: &Value, key: &'static str, of: Option<&Id>) -> Result<Option<Self>, MarketplaceError> {
        let Some(value) = json::get(agreement, key) else { return Ok(None) };
        let id = optional_id(value)?;
        // A commitment lives in its agreement; an agreement without an id has commitments without ids.
        if id.as_ref().map(Id::without_fragment).is_some_and(|document| Some(&document) != of) {
            return Err(MarketplaceError::ForeignPart(key));
        }
        let satisfies = json::id(value, "satisfies").filter(|intent| intent.url().fragment().is_some());
        Ok(Some(Self {
            id,
            satisfies: satisfies.ok_or(MarketplaceError::Part("satisfies"))?,
            resource_quantity: Measure::required(value, "resourceQuantity")?,
            has_beginning: time(value, "hasBeginning")?,
            has_end: time(value, "hasEnd")?,
            timezone: json::text(value, "timezone").map(word),
            units: number(value, "units")?,
            people: number(value, "people")?,
            note: json::text(value, "note").map(|text| text.chars().take(NOTE_LIMIT).collect()),
            finished: json::boolean(value, "finished").unwrap_or(false),
        }))
    }

    fn to_value(&self) -> Value {
        Compact::new("Commitment")
            .with_some("id", self.id.as_ref().map(Id::as_str))
            .with("satisfies", self.satisfies.as_str())
            .with("resourceQuantity", self.resource_quantity.to_value())
            .with_time("hasBeginning", self.has_beginning)
            .with_time("hasEnd", self.has_end)
            .with_some("timezone", self.timezone.as_deref())
            .with_some("units", self.units)
            .with_some("people", self.people)
            .with_some("note", self.note.as_deref())
            .with_flag("finished", self.finished)
            .into()
    }
}

/// A whole number that has to be one if it is there.
fn number(value: &Value, key: &'static str) -> Result<Option<u32>, MarketplaceError> {
    let own = format!("ts:{key}");
    let Some(key_there) = [key, own.as_str()].into_iter().find(|key| json::get(value, key).is_some()) else {
        return Ok(None);
    };
    let number = json::whole(value, key_there).and_then(|number| u32::try_from(number).ok());
    number.map(Some).ok_or(MarketplaceError::Part(key))
}

fn optional_id(value: &Value) -> Result<Option<Id>, MarketplaceError> {
    let Some(id) = json::get(value, "id").or_else(|| json::get(value, "@id")) else { return Ok(None) };
    id.as_str().and_then(|text| Id::parse(text).ok()).map(Some).ok_or(MarketplaceError::Part("id"))
}

/// Here the offset is demanded: an hour too early or too late is a booking of something else.
fn time(value: &Value, key: &'static str) -> Result<Option<Timestamp>, MarketplaceError> {
    let Some(time) = json::get(value, key) else { return Ok(None) };
    time.as_str().and_then(|text| text.parse().ok()).map(Some).ok_or(MarketplaceError::Time(key))
}
