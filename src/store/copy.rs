//! A store into another one: how a node changes its engine.
//!
//! Rows go table by table, in the order of their keys, a bounded number in each transaction. What is there already is not
//! copied again, so a copy that was broken off goes on where it was. At the end both sides are read and compared, each
//! table by its number of rows and a checksum over all that they hold.

use std::collections::HashSet;

use sha2::{Digest, Sha256};

use super::{Error, FromValue, Place, Store, Tx, Value, params};

/// Rows in one transaction.
const ROWS: usize = 2_000;
/// Rows in one statement.
const AT_ONCE: usize = 25;
/// Tables of the moment, which are not a node's memory.
const NOT_COPIED: [&str; 4] = ["migration", "process", "duty", "spent"];

/// Why a store cannot be copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// Neither is a file, or both are.
    #[error(
        "one of the two has to be a file and the other a server; to copy a file or a database, use what comes with it"
    )]
    SameEngine,
    /// Something else is in the way.
    #[error("{0} holds a node already, which is not a copy of {1} that was begun; name an empty place")]
    Occupied(Place, Place),
    /// A process works with it.
    #[error("{0} is in use: end every `thirdspace serve` on it first")]
    InUse(Place),
    /// The two sides differ at the end.
    #[error(
        "table {table} differs: {from} rows there and {to} here, or the same number with other contents; something wrote to one \
         of the two meanwhile. Empty the target and copy again"
    )]
    Differs {
        /// The table.
        table: String,
        /// Rows in the source.
        from: u64,
        /// Rows in the target.
        to: u64,
    },
    /// The store's.
    #[error(transparent)]
    Store(#[from] Error),
}

/// A table as it was found on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// Its name.
    pub table: String,
    /// How many rows it has.
    pub rows: u64,
    /// SHA-256 over all values in the order of its key, in lower-case hexadecimal.
    pub checksum: String,
}

/// How far a copy is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress<'t> {
    /// There are so many rows in all.
    Total(u64),
    /// So many more rows of this table are there.
    Copied(&'t str, u64),
    /// So many rows of this table were read again on both sides and found equal.
    Compared(&'t str, u64),
}

/// A table, as far as copying it needs.
#[derive(Debug, Clone)]
struct Table {
    name: String,
    columns: Vec<String>,
    key: Vec<String>,
    /// Those that refer to rows of the table itself, which may come later: they are filled in at the end.
    own: Vec<String>,
    refers_to: HashSet<String>,
}

/// Copies what a store holds into an empty one on the other engine, or goes on with a copy that was begun, and compares them.
/// Nobody may write to either meanwhile.
///
/// # Errors
/// [`CopyError`]; after [`CopyError::Store`] it can be tried again.
pub async fn copy(
    (from, from_place): (&Store, &Place),
    (to, to_place): (&Store, &Place),
    now: jiff::Timestamp,
    mut progress: impl FnMut(Progress<'_>),
) -> Result<Vec<Compared>, CopyError> {
    let file = match (from.is_shared(), to.is_shared()) {
        (false, true) => from,
        (true, false) => to,
        _ => return Err(CopyError::SameEngine),
    };
    for (store, place) in [(from, from_place), (to, to_place)] {
        if store.read(move |tx: &mut Tx<'_>| lives(tx, now)).await? {
            return Err(CopyError::InUse(place.clone()));
        }
    }
    let tables = in_order(file.read(described).await?);
    let mark = format!("copy of {from_place}");
    if !to.write(move |tx: &mut Tx<'_>| begin(tx, &mark)).await? {
        return Err(CopyError::Occupied(to_place.clone(), from_place.clone()));
    }

    let mut total = 0;
    for table in &tables {
        total += count(from, table).await?;
    }
    progress(Progress::Total(total));
    for table in &tables {
        progress(Progress::Copied(&table.name, count(to, table).await?));
        let mut after = last_key(to, table).await?;
        loop {
            let rows = slice(from, table, after.take()).await?;
            let (copied, done) = (rows.len() as u64, rows.len() < ROWS);
            after = rows.last().map(|row| table.key_of(row));
            insert(to, table, rows).await?;
            progress(Progress::Copied(&table.name, copied));
            if done {
                break;
            }
        }
    }
    for table in tables.iter().filter(|table| !table.own.is_empty()) {
        fill_in(from, to, table).await?;
    }
    let mut compared = Vec::new();
    for table in &tables {
        let (there, here) = (checksum(from, table).await?, checksum(to, table).await?);
        if there != here {
            return Err(CopyError::Differs { table: table.name.clone(), from: there.0, to: here.0 });
        }
        progress(Progress::Compared(&table.name, here.0));
        compared.push(Compared { table: table.name.clone(), rows: here.0, checksum: here.1 });
    }
    to.write(end).await?;
    Ok(compared)
}

/// The place of which this store is a copy that was begun and not finished.
///
/// # Errors
/// The store's.
pub fn unfinished(tx: &mut Tx<'_>) -> Result<Option<String>, Error> {
    let sql = "SELECT name FROM duty WHERE name LIKE 'copy of %' ORDER BY name LIMIT 1";
    let mark: Option<String> = tx.query_one(sql, params![], |row| row.get(0))?;
    Ok(mark.map(|mark| mark.trim_start_matches("copy of ").to_owned()))
}

/// Marks an empty store as a copy, or finds the mark; `false` for what is something else.
fn begin(tx: &mut Tx<'_>, mark: &str) -> Result<bool, Error> {
    if let Some(of) = unfinished(tx)? {
        return Ok(mark == format!("copy of {of}"));
    }
    if tx.query_one("SELECT 1 FROM setting LIMIT 1", params![], |_| Ok(()))?.is_some()
        || tx.query_one("SELECT 1 FROM actor LIMIT 1", params![], |_| Ok(()))?.is_some()
    {
        return Ok(false);
    }
    tx.execute("INSERT INTO duty (name) VALUES (?1)", params![mark])?;
    Ok(true)
}

fn end(tx: &mut Tx<'_>) -> Result<(), Error> {
    tx.execute("DELETE FROM duty WHERE name LIKE 'copy of %'", params![]).map(drop)
}

/// Does a process share this store that lives?
fn lives(tx: &mut Tx<'_>, now: jiff::Timestamp) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM process WHERE alive_until > ?1 LIMIT 1";
    Ok(tx.query_one(sql, params![now], |_| Ok(()))?.is_some())
}

/// What an SQLite file says of its tables.
fn described(tx: &mut Tx<'_>) -> Result<Vec<Table>, Error> {
    let names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name";
    let names: Vec<String> = tx.query(names, params![], |row| row.get(0))?;
    let mut tables = Vec::new();
    for name in names.into_iter().filter(|name| !NOT_COPIED.contains(&name.as_str())) {
        let columns = tx.query("SELECT name, pk FROM pragma_table_info(?1) ORDER BY cid", params![&name], |row| {
            Ok((row.get::<String>(0)?, row.get::<i64>(1)?))
        })?;
        let mut key: Vec<&(String, i64)> = columns.iter().filter(|(_, place)| *place > 0).collect();
        key.sort_by_key(|(_, place)| *place);
        let key = key.into_iter().map(|(column, _)| column.clone()).collect();
        let refers =
            tx.query("SELECT \"table\", \"from\" FROM pragma_foreign_key_list(?1)", params![&name], |row| {
                Ok((row.get::<String>(0)?, row.get::<String>(1)?))
            })?;
        let (own, others): (Vec<_>, Vec<_>) = refers.into_iter().partition(|(table, _)| *table == name);
        tables.push(Table {
            columns: columns.into_iter().map(|(column, _)| column).collect(),
            key,
            own: own.into_iter().map(|(_, column)| column).collect(),
            refers_to: others.into_iter().map(|(table, _)| table).collect(),
            name,
        });
    }
    Ok(tables)
}

/// Each table after those that it refers to.
fn in_order(mut tables: Vec<Table>) -> Vec<Table> {
    let mut ordered: Vec<Table> = Vec::with_capacity(tables.len());
    while let Some(place) = tables
        .iter()
        .position(|table| table.refers_to.iter().all(|other| ordered.iter().any(|before| before.name == *other)))
    {
        ordered.push(tables.remove(place));
    }
    // Tables that refer to each other would be left over; the database then says what it misses.
    ordered.extend(tables);
    ordered
}

/// A row with all its values.
type Cells = Vec<Value<'static>>;

/// A value as it stands there.
struct Cell(Value<'static>);

impl FromValue for Cell {
    fn from_value(value: Value<'_>) -> Result<Self, Error> {
        Ok(Self(match value {
            Value::Null => Value::Null,
            Value::Integer(number) => Value::Integer(number),
            Value::Real(number) => Value::Real(number),
            Value::Text(text) => Value::Text(text.into_owned().into()),
            Value::Blob(bytes) => Value::Blob(bytes.into_owned().into()),
        }))
    }
}

impl Table {
    fn key_of(&self, row: &Cells) -> Cells {
        let place = |column: &String| self.columns.iter().position(|other| other == column);
        self.key.iter().filter_map(|column| row.get(place(column)?).cloned()).collect()
    }
}

async fn count(store: &Store, table: &Table) -> Result<u64, Error> {
    let sql = format!("SELECT count(*) FROM {}", table.name);
    store.read(move |tx: &mut Tx<'_>| Ok(tx.query_one(&sql, params![], |row| row.get(0))?.unwrap_or(0))).await
}

async fn last_key(store: &Store, table: &Table) -> Result<Option<Cells>, Error> {
    let backwards = table.key.iter().map(|column| format!("{column} DESC")).collect::<Vec<_>>().join(", ");
    let sql = format!("SELECT {} FROM {} ORDER BY {backwards} LIMIT 1", table.key.join(", "), table.name);
    read(store, sql, Vec::new(), table.key.len()).await.map(|mut rows| rows.pop())
}

/// The next rows after a key.
async fn slice(store: &Store, table: &Table, after: Option<Cells>) -> Result<Vec<Cells>, Error> {
    let (columns, key) = (table.columns.join(", "), table.key.join(", "));
    let from =
        after.as_ref().map_or_else(String::new, |_| format!(" WHERE ({key}) > ({})", places(1, table.key.len())));
    let sql = format!("SELECT {columns} FROM {}{from} ORDER BY {key} LIMIT {ROWS}", table.name);
    read(store, sql, after.unwrap_or_default(), table.columns.len()).await
}

async fn read(store: &Store, sql: String, bound: Cells, width: usize) -> Result<Vec<Cells>, Error> {
    store
        .read(move |tx: &mut Tx<'_>| {
            tx.query(&sql, &bound, |row| (0..width).map(|place| Ok(row.get::<Cell>(place)?.0)).collect())
        })
        .await
}

async fn insert(store: &Store, table: &Table, mut rows: Vec<Cells>) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    for (place, _) in table.columns.iter().enumerate().filter(|(_, column)| table.own.contains(column)) {
        rows.iter_mut().filter_map(|row| row.get_mut(place)).for_each(|value| *value = Value::Null);
    }
    let table = table.clone();
    store
        .write(move |tx: &mut Tx<'_>| {
            for some in rows.chunks(AT_ONCE) {
                let width = table.columns.len();
                let lines: Vec<String> =
                    (0..some.len()).map(|line| format!("({})", places(line * width + 1, width))).collect();
                let sql = format!(
                    "INSERT INTO {} ({}) VALUES {} ON CONFLICT DO NOTHING",
                    table.name,
                    table.columns.join(", "),
                    lines.join(", ")
                );
                tx.execute(&sql, &some.concat())?;
            }
            Ok(())
        })
        .await
}

/// What refers to rows of the same table, now that all are there.
async fn fill_in(from: &Store, to: &Store, table: &Table) -> Result<(), Error> {
    let (columns, key) = (table.own.join(", "), table.key.join(", "));
    let some = table.own.iter().map(|column| format!("{column} IS NOT NULL")).collect::<Vec<_>>().join(" OR ");
    let mut after: Option<Cells> = None;
    loop {
        let from_there =
            after.as_ref().map_or_else(String::new, |_| format!(" AND ({key}) > ({})", places(1, table.key.len())));
        let sql = format!(
            "SELECT {key}, {columns} FROM {} WHERE ({some}){from_there} ORDER BY {key} LIMIT {ROWS}",
            table.name
        );
        let rows = read(from, sql, after.take().unwrap_or_default(), table.key.len() + table.own.len()).await?;
        let done = rows.len() < ROWS;
        after = rows.last().map(|row| row.iter().take(table.key.len()).cloned().collect());
        let keys = table.key.len();
        let sets: Vec<String> =
            table.own.iter().enumerate().map(|(at, column)| format!("{column} = ?{}", keys + at + 1)).collect();
        let is: Vec<String> =
            table.key.iter().enumerate().map(|(at, column)| format!("{column} = ?{}", at + 1)).collect();
        let sql = format!("UPDATE {} SET {} WHERE {}", table.name, sets.join(", "), is.join(" AND "));
        to.write(move |tx: &mut Tx<'_>| rows.iter().try_for_each(|row| tx.execute(&sql, row).map(drop))).await?;
        if done {
            return Ok(());
        }
    }
}

/// How many rows there are, and a checksum over what they hold.
async fn checksum(store: &Store, table: &Table) -> Result<(u64, String), Error> {
    let (mut digest, mut count, mut after) = (Sha256::new(), 0, None);
    loop {
        let rows = slice(store, table, after.take()).await?;
        count += rows.len() as u64;
        for value in rows.iter().flatten() {
            let (kind, bytes): (u8, std::borrow::Cow<'_, [u8]>) = match value {
                Value::Null => (0, [][..].into()),
                Value::Integer(number) => (1, number.to_be_bytes().to_vec().into()),
                Value::Real(number) => (2, number.to_be_bytes().to_vec().into()),
                Value::Text(text) => (3, text.as_bytes().into()),
                Value::Blob(bytes) => (4, bytes.as_ref().into()),
            };
            digest.update([kind]);
            digest.update((bytes.len() as u64).to_be_bytes());
            digest.update(bytes);
        }
        if rows.len() < ROWS {
            return Ok((count, digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()));
        }
        after = rows.last().map(|row| table.key_of(row));
    }
}

fn places(first: usize, count: usize) -> String {
    (first..first + count).map(|place| format!("?{place}")).collect::<Vec<_>>().join(", ")
}
