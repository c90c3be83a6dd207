//! Values on PostgreSQL's wire, and what its errors mean.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::sync::Arc;

use bytes::BytesMut;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

use super::address::told;
use crate::store::{ConstraintKind, Error, FromValue, Value};

/// A parameter, which goes as what the statement takes it for.
#[derive(Debug)]
pub(super) struct Bound<'a>(pub(super) &'a Value<'a>);

type Wrong = Box<dyn StdError + Sync + Send>;

impl ToSql for Bound<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Wrong> {
        match (self.0, ty) {
            (Value::Null, _) => Ok(IsNull::Yes),
            (Value::Integer(number), &Type::INT8) => number.to_sql(ty, out),
            (Value::Integer(number), &Type::INT4) => i32::try_from(*number)?.to_sql(ty, out),
            (Value::Integer(number), &Type::INT2) => i16::try_from(*number)?.to_sql(ty, out),
            (Value::Integer(number @ (0 | 1)), &Type::BOOL) => (*number == 1).to_sql(ty, out),
            (Value::Real(number), &Type::FLOAT8) => number.to_sql(ty, out),
            (Value::Text(text), &Type::TEXT | &Type::VARCHAR | &Type::NAME) => text.as_ref().to_sql(ty, out),
            (Value::Blob(bytes), &Type::BYTEA) => bytes.as_ref().to_sql(ty, out),
            (value, ty) => Err(format!("{} is no {ty}", value.describe()).into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A column, in the words of both engines: a condition is 0 or 1.
struct Read<'a>(Value<'a>);

impl<'a> FromSql<'a> for Read<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Wrong> {
        Ok(Self(match *ty {
            Type::INT8 => Value::Integer(i64::from_sql(ty, raw)?),
            Type::INT4 => Value::Integer(i32::from_sql(ty, raw)?.into()),
            Type::INT2 => Value::Integer(i16::from_sql(ty, raw)?.into()),
            Type::BOOL => Value::Integer(bool::from_sql(ty, raw)?.into()),
            Type::FLOAT8 => Value::Real(f64::from_sql(ty, raw)?),
            Type::BYTEA => Value::Blob(Cow::Borrowed(raw)),
            _ => Value::Text(Cow::Borrowed(<&str>::from_sql(ty, raw)?)),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Wrong> {
        Ok(Self(Value::Null))
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::INT8 | Type::INT4 | Type::INT2 | Type::BOOL | Type::FLOAT8 | Type::BYTEA)
            || <&str as FromSql>::accepts(ty)
    }
}

pub(in crate::store) fn column<T: FromValue>(row: &tokio_postgres::Row, column: usize) -> Result<T, Error> {
    let name = row.columns().get(column).map(tokio_postgres::Column::name);
    let decode = |found: String| Error::Decode { column: String::new(), expected: "a column", found };
    let value = match row.try_get::<_, Read<'_>>(column) {
        Ok(Read(value)) => T::from_value(value),
        Err(_) if name.is_none() => Err(decode("nothing".to_owned())),
        Err(why) => Err(decode(told(&why))),
    };
    value.map_err(|error| error.in_column(&name.map_or_else(|| format!("#{column}"), str::to_owned)))
}

/// What an error does to the transaction it happened in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Harm {
    /// The transaction is good for nothing more; a part of it that stands behind a savepoint may be taken back.
    Statement,
    /// The transaction met another one and has to be run again from its beginning.
    Conflict,
    /// The connection is gone.
    Lost,
}

/// Tells apart what callers act on.
pub(super) fn error(error: tokio_postgres::Error) -> (Harm, Error) {
    let Some(told) = error.as_db_error() else {
        // What was wrong with a parameter never left the house.
        let sent = error.is_closed() || error.source().is_some_and(|source| source.is::<std::io::Error>());
        return if sent { (Harm::Lost, UNREACHABLE) } else { (Harm::Statement, Error::Engine(Arc::new(error))) };
    };
    let name = || told.constraint().unwrap_or_default().to_owned();
    let constraint = |kind, name| (Harm::Statement, Error::Constraint { kind, name });
    match *told.code() {
        SqlState::UNIQUE_VIOLATION => constraint(ConstraintKind::Unique, name()),
        SqlState::FOREIGN_KEY_VIOLATION => constraint(ConstraintKind::ForeignKey, name()),
        SqlState::CHECK_VIOLATION => constraint(ConstraintKind::Check, name()),
        SqlState::NOT_NULL_VIOLATION => {
            let name = [told.table(), told.column()].into_iter().flatten().collect::<Vec<_>>().join(".");
            constraint(ConstraintKind::NotNull, name)
        }
        SqlState::RAISE_EXCEPTION => constraint(ConstraintKind::Other, told.message().to_owned()),
        SqlState::T_R_SERIALIZATION_FAILURE
        | SqlState::T_R_DEADLOCK_DETECTED
        | SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN
        | SqlState::LOCK_NOT_AVAILABLE => (Harm::Conflict, Error::Unavailable("another transaction was in the way")),
        // A migration changed a table under a statement that was prepared for the old one.
        SqlState::FEATURE_NOT_SUPPORTED if told.message().contains("cached plan") => {
            (Harm::Lost, Error::Unavailable("the tables were changed meanwhile"))
        }
        SqlState::DUPLICATE_SCHEMA | SqlState::DUPLICATE_TABLE | SqlState::DUPLICATE_OBJECT => {
            (Harm::Statement, Error::Unavailable("another process made the same at the same moment"))
        }
        SqlState::QUERY_CANCELED => (Harm::Statement, Error::Unavailable("the query ran out of time")),
        // What stands in no column, such as a word for a number: class 22.
        _ if told.code().code().starts_with("22") => constraint(ConstraintKind::Other, told.message().to_owned()),
        _ if is_the_server(told.code()) => (Harm::Lost, UNREACHABLE),
        _ => (Harm::Statement, Error::Engine(Arc::new(error))),
    }
}

pub(super) const UNREACHABLE: Error = Error::Unavailable("the database server cannot be reached");

/// Connection exceptions, want of resources, operator intervention: classes 08, 53 and 57 of PostgreSQL's appendix A, and
/// a session that was ended for doing nothing (25P03).
fn is_the_server(code: &SqlState) -> bool {
    let code = code.code();
    code.starts_with("08") || code.starts_with("53") || code.starts_with("57P") || code == "25P03"
}
