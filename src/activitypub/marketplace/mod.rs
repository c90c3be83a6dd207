//! Proposals and agreements: ValueFlows as FEP-0837 uses it.
//!
//! Read leniently (numbers or text, whatever the `type` around it), written strictly (quantities as decimal strings,
//! `unitBased` always there), because Mitra refuses other spellings and the FEP contradicts itself about absence.

mod agreement;
mod bookable;
mod decimal;
mod negotiation;
mod proposal;

use std::fmt;

use serde_json::Value;

use super::compact::Compact;
use super::json;

pub use agreement::{Agreement, Commitment};
pub use bookable::Bookable;
pub use decimal::{Decimal, MalformedDecimal};
pub use negotiation::{Ask, No, Slot, Told, WAITING, answered_offer, told};
pub use proposal::{Intent, Proposal, is_proposal};

/// The most characters of a unit, an action or another word that is read.
const WORD_LIMIT: usize = 200;

/// What is wrong with a proposal or an agreement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MarketplaceError {
    /// A part that must be there is missing, or is of the wrong sort.
    #[error("`{0}` is missing or malformed")]
    Part(&'static str),
    /// A quantity is no decimal number.
    #[error("`{0}`: {1}")]
    Quantity(&'static str, MalformedDecimal),
    /// A time has no offset, or is none.
    #[error("`{0}` is not a time with an offset (RFC 3339)")]
    Time(&'static str),
    /// An id that must be a fragment of another is not.
    #[error("the `id` of `{0}` must be the id of what it stands in, with a fragment")]
    ForeignPart(&'static str),
}

/// Which way a proposal goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Its author gives.
    Offer,
    /// Its author seeks.
    Request,
}

impl Purpose {
    /// The word on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Offer => "offer",
            Self::Request => "request",
        }
    }

    fn of(value: &Value) -> Option<Self> {
        match json::text(value, "purpose")? {
            "offer" => Some(Self::Offer),
            "request" => Some(Self::Request),
            _ => None,
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// So much of a unit (OM-2: `one` for what is counted, `hour`, `day` …); without a number any amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measure {
    /// The unit's bare name, or its URI.
    pub unit: String,
    /// How much.
    pub value: Option<Decimal>,
}

impl Measure {
    /// So much of a unit.
    #[must_use]
    pub fn of(value: impl Into<Decimal>, unit: &str) -> Self {
        Self { unit: unit.to_owned(), value: Some(value.into()) }
    }

    fn read(value: &Value, key: &'static str) -> Result<Option<Self>, MarketplaceError> {
        let Some(measure) = json::get(value, key) else { return Ok(None) };
        let unit = json::each(measure, "hasUnit").find_map(json::id_text).map(|unit| unit.trim_start_matches("om2:"));
        let unit = unit.filter(|unit| !unit.is_empty()).ok_or(MarketplaceError::Part(key))?;
        // With JSON-LD's number types around it: {"@value": "1", "@type": "xsd:decimal"}.
        let number =
            json::get(measure, "hasNumericalValue").map(|number| json::get(number, "@value").unwrap_or(number));
        let number = number.map(Decimal::read).transpose().map_err(|error| MarketplaceError::Quantity(key, error))?;
        Ok(Some(Self { unit: word(unit), value: number }))
    }

    fn required(value: &Value, key: &'static str) -> Result<Self, MarketplaceError> {
        Self::read(value, key)?.ok_or(MarketplaceError::Part(key))
    }

    fn to_value(&self) -> Value {
        Compact::untyped()
            .with("hasUnit", self.unit.as_str())
            .with_some("hasNumericalValue", self.value.map(|value| value.to_string()))
            .into()
    }
}

fn word(text: &str) -> String {
    text.chars().take(WORD_LIMIT).collect()
}

#[cfg(test)]
mod tests;
