//! What goes into a statement and comes out of a row, in our own words.
//!
//! Both ways use one [`Value`]: parameters borrow from the caller, columns borrow from the row, and only a type
//! that keeps text or bytes copies them. Typed ids and enums join by implementing `From<…> for Value<'_>` and
//! [`FromValue`].

use std::borrow::Cow;

use jiff::Timestamp;

use super::Error;

/// One SQL value, borrowed where it can be.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// No value.
    Null,
    /// Numbers, ids, booleans (0 or 1) and times (unix milliseconds).
    Integer(i64),
    /// A double.
    Real(f64),
    /// UTF-8 text.
    Text(Cow<'a, str>),
    /// Bytes.
    Blob(Cow<'a, [u8]>),
}

impl Value<'_> {
    /// For error messages. Long values and all bytes are told by their size: they say no more, and may be private.
    pub(super) fn describe(&self) -> String {
        match self {
            Value::Null => "NULL".to_owned(),
            Value::Integer(number) => format!("the integer {number}"),
            Value::Real(number) => format!("the real number {number}"),
            Value::Text(text) if text.len() <= 32 => format!("the text {text:?}"),
            Value::Text(text) => format!("a text of {} bytes", text.len()),
            Value::Blob(bytes) => format!("a blob of {} bytes", bytes.len()),
        }
    }
}

/// The parameters of a statement, `?1` first: anything that is `Into<Value>`.
///
/// ```
/// use thirdspace::store::{Value, params};
///
/// let none: Option<i64> = None;
/// let written: &[Value] = params![7_i64, "desk", true, none];
/// assert_eq!(written, [Value::Integer(7), Value::Text("desk".into()), Value::Integer(1), Value::Null]);
/// ```
#[macro_export]
#[doc(hidden)]
macro_rules! __store_params {
    () => { { let none: &[$crate::store::Value<'static>] = &[]; none } };
    ($($value:expr),+ $(,)?) => {
        &[$(::core::convert::Into::<$crate::store::Value<'_>>::into($value)),+]
    };
}
#[doc(inline)]
pub use crate::__store_params as params;

/// Reads itself from a column.
///
/// An implementation says [`Error::decode`] about what it cannot be; [`Row::get`](super::Row::get) adds the column:
///
/// ```
/// use thirdspace::store::{Error, FromValue, Value};
///
/// struct Percent(u32);
///
/// impl FromValue for Percent {
///     fn from_value(value: Value<'_>) -> Result<Self, Error> {
///         match value {
///             Value::Integer(part @ 0..=100) => Ok(Percent(part as u32)),
///             other => Err(Error::decode("a share of 0 to 100", &other)),
///         }
///     }
/// }
/// ```
pub trait FromValue: Sized {
    /// # Errors
    /// [`Error::Decode`] when the value is of another type, out of range, or NULL where that has no meaning.
    fn from_value(value: Value<'_>) -> Result<Self, Error>;
}

macro_rules! integers {
    ($($number:ty: $words:literal),+) => {$(
        impl FromValue for $number {
            fn from_value(value: Value<'_>) -> Result<Self, Error> {
                match value {
                    Value::Integer(number) => <$number>::try_from(number).ok(),
                    _ => None,
                }
                .ok_or_else(|| Error::decode($words, &value))
            }
        }
    )+};
}
integers!(
    i64: "an integer",
    i32: "an integer of 32 bits",
    u64: "an integer not below 0",
    u32: "an integer of 0 to 4294967295",
    u16: "an integer of 0 to 65535",
    u8: "an integer of 0 to 255"
);

impl FromValue for bool {
    fn from_value(value: Value<'_>) -> Result<Self, Error> {
        match value {
            Value::Integer(0) => Ok(false),
            Value::Integer(1) => Ok(true),
            other => Err(Error::decode("0 or 1", &other)),
        }
    }
}

impl FromValue for f64 {
    fn from_value(value: Value<'_>) -> Result<Self, Error> {
        match value {
            Value::Real(number) => Ok(number),
            other => Err(Error::decode("a real number", &other)),
        }
    }
}

impl FromValue for String {
    fn from_value(value: Value<'_>) -> Result<Self, Error> {
        match value {
            Value::Text(text) => Ok(text.into_owned()),
            other => Err(Error::decode("a text", &other)),
        }
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: Value<'_>) -> Result<Self, Error> {
        match value {
            Value::Blob(bytes) => Ok(bytes.into_owned()),
            other => Err(Error::decode("a blob", &other)),
        }
    }
}

impl FromValue for Timestamp {
    fn from_value(value: Value<'_>) -> Result<Self, Error> {
        match value {
            Value::Integer(milliseconds) => Timestamp::from_millisecond(milliseconds).ok(),
            _ => None,
        }
        .ok_or_else(|| Error::decode("a time in unix milliseconds", &value))
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value<'_>) -> Result<Self, Error> {
        match value {
            Value::Null => Ok(None),
            some => T::from_value(some).map(Some),
        }
    }
}

macro_rules! from_integers {
    ($($number:ty),+) => {$(
        impl From<$number> for Value<'_> {
            fn from(number: $number) -> Self {
                Value::Integer(i64::from(number))
            }
        }
    )+};
}
from_integers!(i64, i32, u32, u16, u8, bool);

impl From<f64> for Value<'_> {
    fn from(number: f64) -> Self {
        Value::Real(number)
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(time: Timestamp) -> Self {
        Value::Integer(time.as_millisecond())
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Value::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Value::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Value::Text(Cow::Owned(text))
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Value::Blob(Cow::Borrowed(bytes))
    }
}

impl<'a> From<&'a Vec<u8>> for Value<'a> {
    fn from(bytes: &'a Vec<u8>) -> Self {
        Value::Blob(Cow::Borrowed(bytes))
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Value::Blob(Cow::Borrowed(bytes))
    }
}

impl From<Vec<u8>> for Value<'_> {
    fn from(bytes: Vec<u8>) -> Self {
        Value::Blob(Cow::Owned(bytes))
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}
