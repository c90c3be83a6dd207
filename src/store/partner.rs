//! Partner spaces: to what administrators of ours agreed, and what was said of each month.

use jiff::Timestamp;

use super::json::{self, Json};
use super::page::{Page, Slice};
use super::plan::statements;
use super::{Error, Row, Tx, params};
use crate::coworking::id::{ActorId, MemberId, SpaceId, StatementId};
use crate::coworking::ledger::{Month, Statement};

/// What one of our spaces agreed to with one elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partner {
    /// Our number for it.
    pub id: i64,
    /// Ours.
    pub space: SpaceId,
    /// The other one.
    pub partner: ActorId,
    /// The version of the agreement.
    pub agreement: u32,
    /// When our side agreed.
    pub agreed_at: Timestamp,
    /// Who did; the keeper if nobody is named.
    pub agreed_by: Option<MemberId>,
    /// Where the other side is written to after a breach.
    pub contact: Option<String>,
    /// The last month of which a statement was made.
    pub stated: Option<Month>,
}

/// What one side said of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    /// Our number for it.
    pub id: StatementId,
    /// Our space.
    pub space: SpaceId,
    /// The other one.
    pub partner: ActorId,
    /// Did our space say it, or the other one?
    pub ours: bool,
    /// What was said.
    pub statement: Statement,
    /// Of theirs: the activity with its proof, as it came.
    pub evidence: Option<String>,
    /// When it was made, or came.
    pub made_at: Timestamp,
}

macro_rules! columns {
    () => {
        "id, space_id, partner_id, agreement, agreed_at, agreed_by, contact, stated"
    };
}

macro_rules! stated_columns {
    () => {
        "s.id, s.space_id, s.partner_id, s.ours, s.body, s.evidence, s.made_at"
    };
}

statements! {
    OF = concat!("SELECT ", columns!(), " FROM partner WHERE space_id = ?1 AND partner_id = ?2 AND ended_at IS NULL");
    ADD = "INSERT INTO partner (id, space_id, partner_id, agreement, agreed_at, agreed_by, contact) \
           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    SET_CONTACT = "UPDATE partner SET contact = ?2 WHERE id = ?1";
    END = "UPDATE partner SET ended_at = ?2 WHERE id = ?1";
    STANDING = concat!("SELECT ", columns!(), " FROM partner WHERE ended_at IS NULL AND id > ?1 ORDER BY id LIMIT ?2");
    /// Those with whom ours agreed, and spaces that follow it or ask to.
    AROUND = "SELECT p.partner_id FROM partner p WHERE p.space_id = ?1 AND p.ended_at IS NULL AND p.partner_id < ?2 \
              UNION SELECT f.follower_id FROM follow f CROSS JOIN actor a ON a.id = f.follower_id \
              WHERE f.target_id = ?1 AND f.state IN ('accepted', 'requested') AND f.follower_id < ?2 \
              AND a.type = 'Group' AND a.local = 0 AND a.deleted_at IS NULL ORDER BY 1 DESC LIMIT ?3";
    OF_HOST = "SELECT partner.id FROM partner CROSS JOIN actor a ON a.id = partner.partner_id \
               WHERE partner.ended_at IS NULL AND a.server = ?1 ORDER BY partner.id LIMIT 1";
    SET_STATED = "UPDATE partner SET stated = ?2 WHERE id = ?1";
    ADD_STATEMENT = "INSERT INTO statement (id, space_id, partner_id, month, ours, body, evidence, made_at) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    STATEMENT = concat!("SELECT ", stated_columns!(), " FROM statement s WHERE s.id = ?1");
    STATEMENT_OF = concat!("SELECT ", stated_columns!(), " FROM statement s \
                    WHERE s.space_id = ?1 AND s.partner_id = ?2 AND s.month = ?3 AND s.ours = ?4");
    /// One of the two of each month: ours, or theirs as long as ours is not made.
    STATED = concat!("SELECT ", stated_columns!(), " FROM statement s WHERE s.space_id = ?1 AND s.id < ?2 \
                  AND (s.ours = 1 OR NOT EXISTS (SELECT 1 FROM statement o WHERE o.space_id = s.space_id \
                  AND o.partner_id = s.partner_id AND o.month = s.month AND o.ours = 1)) ORDER BY s.id DESC LIMIT ?3");
}

fn month(text: &str) -> Result<Month, Error> {
    text.parse().map_err(|_| Error::decode("a month", &super::Value::Text(text.to_owned().into())))
}

fn read(row: &Row<'_>) -> Result<Partner, Error> {
    let stated: Option<String> = row.get(7)?;
    Ok(Partner {
        id: row.get(0)?,
        space: row.get(1)?,
        partner: row.get(2)?,
        agreement: row.get(3)?,
        agreed_at: row.get(4)?,
        agreed_by: row.get(5)?,
        contact: row.get(6)?,
        stated: stated.as_deref().map(month).transpose()?,
    })
}

fn read_stated(row: &Row<'_>) -> Result<Stated, Error> {
    let Json(statement) = row.get(4)?;
    Ok(Stated {
        id: row.get(0)?,
        space: row.get(1)?,
        partner: row.get(2)?,
        ours: row.get(3)?,
        statement,
        evidence: row.get(5)?,
        made_at: row.get(6)?,
    })
}

/// To what ours agreed with another space, if it stands.
///
/// # Errors
/// The store's.
pub fn of(tx: &mut Tx<'_>, space: SpaceId, partner: ActorId) -> Result<Option<Partner>, Error> {
    tx.query_one(OF, params![space, partner], read)
}

/// Writes down that ours agreed.
///
/// # Errors
/// [`Error::Constraint`] when it has already.
pub fn add(tx: &mut Tx<'_>, new: &Partner) -> Result<(), Error> {
    let Partner { id, space, partner, agreement, agreed_at, agreed_by, contact, stated: _ } = new;
    tx.execute(ADD, params![*id, *space, *partner, *agreement, *agreed_at, *agreed_by, contact.as_deref()])?;
    Ok(())
}

/// Writes down where the other side is written to.
///
/// # Errors
/// The store's.
pub fn set_contact(tx: &mut Tx<'_>, id: i64, contact: &str) -> Result<(), Error> {
    tx.execute(SET_CONTACT, params![id, contact])?;
    Ok(())
}

/// Writes down that it stands no more. The row stays: it says who agreed to what, and when.
///
/// # Errors
/// The store's.
pub fn end(tx: &mut Tx<'_>, id: i64, now: Timestamp) -> Result<(), Error> {
    tx.execute(END, params![id, now])?;
    Ok(())
}

/// What stands, the oldest first, after a number; at most `limit`.
///
/// # Errors
/// The store's.
pub fn standing(tx: &mut Tx<'_>, after: i64, limit: u32) -> Result<Vec<Partner>, Error> {
    tx.query(STANDING, params![after, limit], read)
}

/// The spaces elsewhere with which ours agreed, and those that follow it or ask to.
///
/// # Errors
/// The store's.
pub fn around(tx: &mut Tx<'_>, space: SpaceId, page: Page) -> Result<Slice<ActorId>, Error> {
    let rows = tx.query(AROUND, params![space, page.below(), page.fetched()], |row| row.get::<ActorId>(0))?;
    Ok(Slice::cut(rows, page, |actor| actor.0))
}

/// Has any of our spaces agreed with one of a host?
///
/// # Errors
/// The store's.
pub fn has_host(tx: &mut Tx<'_>, host: &str) -> Result<bool, Error> {
    Ok(tx.query_one(OF_HOST, params![host], |row| row.get::<i64>(0))?.is_some())
}

/// Writes down up to which month statements were made.
///
/// # Errors
/// The store's.
pub fn set_stated(tx: &mut Tx<'_>, id: i64, month: Month) -> Result<(), Error> {
    tx.execute(SET_STATED, params![id, month.to_string()])?;
    Ok(())
}

/// Keeps what one side said of a month.
///
/// # Errors
/// [`Error::Constraint`] when it has said so already.
pub fn add_statement(tx: &mut Tx<'_>, new: &Stated) -> Result<(), Error> {
    let Stated { id, space, partner, ours, statement, evidence, made_at } = new;
    let (month, body) = (statement.month.to_string(), json::text(statement)?);
    tx.execute(ADD_STATEMENT, params![*id, *space, *partner, month, *ours, body, evidence.as_deref(), *made_at])?;
    Ok(())
}

/// What was said under this number.
///
/// # Errors
/// The store's.
pub fn statement(tx: &mut Tx<'_>, id: StatementId) -> Result<Option<Stated>, Error> {
    tx.query_one(STATEMENT, params![id], read_stated)
}

/// What one of the two said of a month.
///
/// # Errors
/// The store's.
pub fn statement_of(
    tx: &mut Tx<'_>,
    space: SpaceId,
    partner: ActorId,
    month: Month,
    ours: bool,
) -> Result<Option<Stated>, Error> {
    tx.query_one(STATEMENT_OF, params![space, partner, month.to_string(), ours], read_stated)
}

/// One statement for each partner and month, the newest first: ours, or theirs as long as ours is not made.
///
/// # Errors
/// The store's.
pub fn statements(tx: &mut Tx<'_>, space: SpaceId, page: Page) -> Result<Slice<Stated>, Error> {
    let rows = tx.query(STATED, params![space, page.below(), page.fetched()], read_stated)?;
    Ok(Slice::cut(rows, page, |stated| stated.id.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
