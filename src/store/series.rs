//! Series: what repeats, here or elsewhere, and whose it is.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};

use super::booking::wall;
use super::json::{self, Json};
use super::page::{Page, Slice};
use super::plan::statements;
use super::{Error, Row, Tx, Value, id, params};
use crate::coworking::id::{ActorId, ResourceId, SeriesId};
use crate::coworking::series::{Override, Rule, Series, State};
use crate::coworking::space::Zone;

/// Of what a series is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    /// Something of this node.
    Here(ResourceId),
    /// Something of another one, by its address.
    Elsewhere(String),
}

/// A series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Which.
    pub id: SeriesId,
    /// Whose it is.
    pub requester: ActorId,
    /// Of what.
    pub of: Of,
    /// What that was called.
    pub name: String,
    /// When, and what differs.
    pub series: Series,
    /// Does it go on?
    pub state: State,
    /// Whose later part it is.
    pub split_from: Option<SeriesId>,
    /// Since when it is there.
    pub made_at: Timestamp,
    /// When it changed last.
    pub updated: Timestamp,
}

/// What differs from the rule, as it is kept.
#[derive(Serialize, Deserialize)]
struct Changes {
    rdates: BTreeSet<DateTime>,
    exdates: BTreeSet<DateTime>,
    overrides: BTreeMap<DateTime, Override>,
}

macro_rules! columns {
    () => {
        "id, requester_id, resource_id, proposal, name, zone, wall_start, wall_end, rule, changes, state, split_from, \
         made_at, updated"
    };
}

statements! {
    ADD = concat!("INSERT INTO series (", columns!(), ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)");
    SAVE = "UPDATE series SET resource_id = ?2, name = ?3, wall_start = ?4, wall_end = ?5, rule = ?6, changes = ?7, \
            state = ?8, updated = ?9 WHERE id = ?1";
    BY_ID = concat!("SELECT ", columns!(), " FROM series WHERE id = ?1");
    LIST = concat!("SELECT ", columns!(), " FROM series WHERE requester_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3");
    // Whose later part a series is has the same requester.
    FORGET_OF = "DELETE FROM series WHERE requester_id = ?1";
    EMPTY = "SELECT s.id FROM series s WHERE s.id < ?1 AND NOT EXISTS (SELECT 1 FROM booking b WHERE b.series_id = s.id) \
             AND NOT EXISTS (SELECT 1 FROM away_booking w WHERE w.series_id = s.id) ORDER BY s.id LIMIT ?2";
    UNSPLIT = "UPDATE series SET split_from = NULL WHERE split_from = ?1";
    FORGET = "DELETE FROM series WHERE id = ?1";
}

fn read(row: &Row<'_>) -> Result<Kept, Error> {
    let lost = |what| Error::decode(what, &Value::Null);
    let Json(Changes { rdates, exdates, overrides }) = row.get(9)?;
    let zone = Zone::parse(&row.get::<String>(5)?).map_err(|_| lost("a zone"))?;
    let rule = Rule::parse("rule", &row.get::<String>(8)?).map_err(|_| lost("a recurrence rule"))?;
    let of = match (row.get(2)?, row.get::<Option<String>>(3)?) {
        (Some(resource), _) => Of::Here(resource),
        (None, Some(proposal)) => Of::Elsewhere(proposal),
        (None, None) => return Err(lost("what a series is of")),
    };
    Ok(Kept {
        id: row.get(0)?,
        requester: row.get(1)?,
        of,
        name: row.get(4)?,
        series: Series { zone, start: wall(row, 6)?, end: wall(row, 7)?, rule, rdates, exdates, overrides },
        state: row.get(10)?,
        split_from: row.get(11)?,
        made_at: row.get(12)?,
        updated: row.get(13)?,
    })
}

fn changes(series: &Series) -> Result<String, Error> {
    let Series { rdates, exdates, overrides, .. } = series.clone();
    json::text(&Changes { rdates, exdates, overrides })
}

/// Writes one for the first time.
///
/// # Errors
/// The store's.
pub fn add(tx: &mut Tx<'_>, new: &Kept) -> Result<(), Error> {
    let (resource, proposal) = match &new.of {
        Of::Here(resource) => (Some(*resource), None),
        Of::Elsewhere(proposal) => (None, Some(proposal.as_str())),
    };
    let series = &new.series;
    tx.execute(
        ADD,
        params![
            new.id,
            new.requester,
            resource,
            proposal,
            &new.name,
            series.zone.as_str(),
            series.start.to_string(),
            series.end.to_string(),
            series.rule.to_string(),
            changes(series)?,
            new.state,
            new.split_from,
            new.made_at,
            new.updated
        ],
    )?;
    Ok(())
}

/// Writes down what became of it.
///
/// # Errors
/// The store's.
pub fn save(tx: &mut Tx<'_>, kept: &Kept) -> Result<(), Error> {
    let resource = match &kept.of {
        Of::Here(resource) => Some(*resource),
        Of::Elsewhere(_) => None,
    };
    let series = &kept.series;
    tx.execute(
        SAVE,
        params![
            kept.id,
            resource,
            &kept.name,
            series.start.to_string(),
            series.end.to_string(),
            series.rule.to_string(),
            changes(series)?,
            kept.state,
            kept.updated
        ],
    )?;
    Ok(())
}

/// The one with this number.
///
/// # Errors
/// The store's.
pub fn by_id(tx: &mut Tx<'_>, id: SeriesId) -> Result<Option<Kept>, Error> {
    tx.query_one(BY_ID, params![id], read)
}

/// Somebody's, the newest first.
///
/// # Errors
/// The store's.
pub fn list(tx: &mut Tx<'_>, requester: ActorId, page: Page) -> Result<Slice<Kept>, Error> {
    let rows = tx.query(LIST, params![requester, page.below(), page.fetched()], read)?;
    Ok(Slice::cut(rows, page, |kept| kept.id.0))
}

/// Forgets all of somebody's.
///
/// # Errors
/// The store's.
pub fn forget_of(tx: &mut Tx<'_>, requester: ActorId) -> Result<(), Error> {
    tx.execute(FORGET_OF, params![requester])?;
    Ok(())
}

/// Forgets those made before `time` of which no booking is kept any more, here or elsewhere, at most `limit` at once; tells how
/// many.
///
/// # Errors
/// The store's.
pub fn tidy(tx: &mut Tx<'_>, time: Timestamp, limit: u32) -> Result<u64, Error> {
    let empty: Vec<SeriesId> = tx.query(EMPTY, params![id::first_at(time), limit], |row| row.get(0))?;
    for series in &empty {
        tx.execute(UNSPLIT, params![*series])?;
        tx.execute(FORGET, params![*series])?;
    }
    Ok(u64::try_from(empty.len()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
