//! Writing documents as every peer reads them: compact JSON-LD, absent instead of null, `type` a single string.
//!
//! Everything that is sent is composed through [`Compact`], so that these habits (which Mitra, Lemmy, Mobilizon and
//! others rely on) cannot be forgotten in one of the shapes.

use jiff::Timestamp;
use serde_json::{Map, Value};

/// A JSON object in the making.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Compact(Map<String, Value>);

impl Compact {
    /// An object without any type.
    pub(super) fn untyped() -> Self {
        Self::default()
    }

    /// An object of this type.
    pub(super) fn new(kind: &str) -> Self {
        Self::untyped().with("type", kind)
    }

    /// Sets a property.
    pub(super) fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.0.insert(key.to_owned(), value.into());
        self
    }

    /// Sets a property, or leaves it out.
    pub(super) fn with_some(self, key: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// Sets a time in UTC with whole seconds: some peers store no more, and compare what they stored.
    pub(super) fn with_time(self, key: &str, time: Option<Timestamp>) -> Self {
        self.with_some(key, time.map(written_time))
    }

    /// Sets a flag that is left out when false, because absent means false to everybody.
    pub(super) fn with_flag(self, key: &str, value: bool) -> Self {
        if value { self.with(key, true) } else { self }
    }

    /// Sets an array, or leaves it out when it is empty.
    pub(super) fn with_list<T: Into<Value>>(self, key: &str, items: impl IntoIterator<Item = T>) -> Self {
        let items: Vec<Value> = items.into_iter().map(Into::into).collect();
        if items.is_empty() { self } else { self.with(key, items) }
    }

    /// Sets an array even when it is empty.
    pub(super) fn with_array<T: Into<Value>>(self, key: &str, items: impl IntoIterator<Item = T>) -> Self {
        self.with(key, items.into_iter().map(Into::into).collect::<Vec<Value>>())
    }
}

impl From<Compact> for Value {
    fn from(compact: Compact) -> Self {
        Self::Object(compact.0)
    }
}

impl From<Compact> for Map<String, Value> {
    fn from(compact: Compact) -> Self {
        compact.0
    }
}

/// A time as it is sent: `2026-12-01T09:00:00Z`.
pub(super) fn written_time(time: Timestamp) -> String {
    Timestamp::from_second(time.as_second()).unwrap_or(time).to_string()
}
