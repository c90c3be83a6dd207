//! JSON columns: lists and small objects that are read and written whole, and never searched.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Error, FromValue, Value};

/// A column that holds JSON text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromValue for Json<T> {
    fn from_value(value: Value<'_>) -> Result<Self, Error> {
        const EXPECTED: &str = "JSON of the expected shape";
        match &value {
            Value::Text(text) => serde_json::from_str(text).map(Self).map_err(|_| Error::decode(EXPECTED, &value)),
            _ => Err(Error::decode(EXPECTED, &value)),
        }
    }
}

/// The text for a JSON column.
///
/// # Errors
/// [`Error::Engine`] when the value has no JSON form (a map with keys that are no text).
pub fn text(value: &(impl Serialize + ?Sized)) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|error| Error::Engine(Arc::new(error)))
}
