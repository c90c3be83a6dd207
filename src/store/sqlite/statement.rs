//! Statements on a SQLite connection, and what its errors mean.

use std::borrow::Cow;
use std::sync::Arc;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, ToSql, ffi, params_from_iter};

use crate::store::{ConstraintKind, Error, FromValue, Row, Value};

pub(in crate::store) fn execute(connection: &Connection, sql: &str, params: &[Value<'_>]) -> Result<u64, Error> {
    let changed = prepare(connection, sql)?.execute(params_from_iter(params.iter().map(Bound))).map_err(error)?;
    Ok(changed as u64)
}

pub(in crate::store) fn query<T>(
    connection: &Connection,
    sql: &str,
    params: &[Value<'_>],
    mut map: impl FnMut(&Row<'_>) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let mut statement = prepare(connection, sql)?;
    let mut rows = statement.query(params_from_iter(params.iter().map(Bound))).map_err(error)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(error)? {
        found.push(map(&Row::sqlite(row))?);
    }
    Ok(found)
}

pub(in crate::store) fn query_one<T>(
    connection: &Connection,
    sql: &str,
    params: &[Value<'_>],
    mut map: impl FnMut(&Row<'_>) -> Result<T, Error>,
) -> Result<Option<T>, Error> {
    let mut statement = prepare(connection, sql)?;
    let mut rows = statement.query(params_from_iter(params.iter().map(Bound))).map_err(error)?;
    let Some(row) = rows.next().map_err(error)? else {
        return Ok(None);
    };
    let found = map(&Row::sqlite(row))?;
    match rows.next().map_err(error)? {
        None => Ok(Some(found)),
        Some(_) => Err(Error::ManyRows { sql: sql.to_owned() }),
    }
}

pub(in crate::store) fn column<T: FromValue>(row: &rusqlite::Row<'_>, column: usize) -> Result<T, Error> {
    read(row, column).and_then(T::from_value).map_err(|error| match row.as_ref().column_name(column) {
        Ok(name) => error.in_column(name),
        Err(_) => error.in_column(&format!("#{column}")),
    })
}

fn read<'a>(row: &'a rusqlite::Row<'_>, column: usize) -> Result<Value<'a>, Error> {
    let decode = |expected, found: String| Error::Decode { column: String::new(), expected, found };
    let value = row.get_ref(column).map_err(|_| decode("a column", "nothing".to_owned()))?;
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Value::Text(Cow::Borrowed(text)),
            Err(_) => return Err(decode("a text", format!("{} bytes that are not UTF-8", bytes.len()))),
        },
        ValueRef::Blob(bytes) => Value::Blob(Cow::Borrowed(bytes)),
    })
}

fn prepare<'c>(connection: &'c Connection, sql: &str) -> Result<CachedStatement<'c>, Error> {
    connection.prepare_cached(sql).map_err(error)
}

struct Bound<'a>(&'a Value<'a>);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Integer(number) => ValueRef::Integer(*number),
            Value::Real(number) => ValueRef::Real(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// Tells apart what callers act on: a refused row, and "not now".
pub(in crate::store) fn error(error: rusqlite::Error) -> Error {
    if let rusqlite::Error::SqliteFailure(failure, message) = &error {
        match failure.code {
            ErrorCode::ConstraintViolation => {
                return constraint(failure.extended_code, message.as_deref().unwrap_or_default());
            }
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
                return Error::Unavailable("another process holds the database");
            }
            ErrorCode::OperationInterrupted => return Error::Unavailable("the read ran out of time"),
            _ => {}
        }
    }
    Error::Engine(Arc::new(error))
}

/// `UNIQUE constraint failed: member.email` and its likes (SQLite, sqlite3_errmsg).
fn constraint(extended_code: i32, message: &str) -> Error {
    let kind = match extended_code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            ConstraintKind::Unique
        }
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => ConstraintKind::ForeignKey,
        ffi::SQLITE_CONSTRAINT_CHECK => ConstraintKind::Check,
        ffi::SQLITE_CONSTRAINT_NOTNULL => ConstraintKind::NotNull,
        _ => ConstraintKind::Other,
    };
    let name = match kind {
        ConstraintKind::Other => message,
        _ => message.split_once(" constraint failed").map_or(message, |(_, name)| name.trim_start_matches(": ")),
    };
    let name = name.strip_prefix("index '").and_then(|name| name.strip_suffix('\'')).unwrap_or(name);
    Error::Constraint { kind, name: name.to_owned() }
}
