//! Reports: somebody asks those who keep order to look at somebody.

use jiff::Timestamp;

use super::actor::{self, ActorSummary};
use super::json::{self, Json};
use super::page::{Page, Slice};
use super::plan::statements;
use super::{Error, Row, Tx, params};
use crate::coworking::id::{ActorId, ReportId};

/// A report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Our number for it.
    pub id: ReportId,
    /// Who reports: a member, or the server of somebody elsewhere.
    pub reporter: ActorId,
    /// Who is reported.
    pub target: ActorId,
    /// Ids of the posts it is about.
    pub posts: Vec<String>,
    /// What is wrong, plain text.
    pub content: String,
    /// Is the home of who is reported to hear of it, without the reporter's name?
    pub forward: bool,
    /// When.
    pub reported_at: Timestamp,
    /// When somebody dealt with it.
    pub resolved_at: Option<Timestamp>,
}

/// A report, as those who keep order see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportView {
    /// The report.
    pub report: Report,
    /// Who reports.
    pub reporter: ActorSummary,
    /// Who is reported.
    pub target: ActorSummary,
}

/// A report that is to be.
#[derive(Debug, Clone, Copy)]
pub struct NewReport<'a> {
    /// Who reports.
    pub reporter: ActorId,
    /// Who is reported.
    pub target: ActorId,
    /// Its id in the network, when it came from elsewhere.
    pub uri: Option<&'a str>,
    /// Ids of the posts it is about.
    pub posts: &'a [String],
    /// What is wrong, plain text.
    pub content: &'a str,
    /// Is the home of who is reported to hear of it?
    pub forward: bool,
}

/// The columns of [`Report`], in the order in which `read` takes them.
macro_rules! columns {
    () => {
        "id, reporter_id, target_id, posts, content, forward, reported_at, resolved_at"
    };
}

statements! {
    ADD = "INSERT INTO report (id, reporter_id, target_id, uri, posts, content, forward, reported_at) \
           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING";
    BY_ID = concat!("SELECT ", columns!(), " FROM report WHERE id = ?1");
    LIST = concat!("SELECT ", columns!(), " FROM report WHERE id < ?1 ORDER BY id DESC LIMIT ?2");
    OPEN = concat!(
        "SELECT ", columns!(), " FROM report WHERE resolved_at IS NULL AND id < ?1 ORDER BY id DESC LIMIT ?2"
    );
    RESOLVE = "UPDATE report SET resolved_at = ?2 WHERE id = ?1 AND resolved_at IS NULL";
}

fn read(row: &Row<'_>) -> Result<Report, Error> {
    let Json(posts) = row.get(3)?;
    Ok(Report {
        id: row.get(0)?,
        reporter: row.get(1)?,
        target: row.get(2)?,
        posts,
        content: row.get(4)?,
        forward: row.get(5)?,
        reported_at: row.get(6)?,
        resolved_at: row.get(7)?,
    })
}

/// Writes a report. `None` when it is here already.
///
/// # Errors
/// The store's.
pub fn add(tx: &mut Tx<'_>, new: NewReport<'_>, now: Timestamp) -> Result<Option<ReportId>, Error> {
    let id = ReportId(tx.next_id(now));
    let posts = json::text(new.posts)?;
    let params = params![id, new.reporter, new.target, new.uri, posts, new.content, new.forward, now];
    Ok((tx.execute(ADD, params)? > 0).then_some(id))
}

/// The report with this number.
///
/// # Errors
/// The store's.
pub fn by_id(tx: &mut Tx<'_>, id: ReportId) -> Result<Option<Report>, Error> {
    tx.query_one(BY_ID, params![id], read)
}

/// Reports, the newest first: all, or those that nobody has dealt with.
///
/// # Errors
/// The store's.
pub fn list(tx: &mut Tx<'_>, open: bool, page: Page) -> Result<Slice<ReportView>, Error> {
    let sql = if open { OPEN } else { LIST };
    let reports = Slice::cut(tx.query(sql, params![page.below(), page.fetched()], read)?, page, |report| report.id.0);
    let people: Vec<ActorId> = reports.items.iter().flat_map(|report| [report.reporter, report.target]).collect();
    let people = actor::summaries(tx, &people)?;
    let person = |id: ActorId| people.iter().find(|actor| actor.id == id).cloned();
    let items = reports.items.into_iter().filter_map(|report| {
        let (reporter, target) = (person(report.reporter)?, person(report.target)?);
        Some(ReportView { report, reporter, target })
    });
    Ok(Slice { items: items.collect(), next: reports.next })
}

/// Somebody has dealt with it; `false` when somebody had before.
///
/// # Errors
/// The store's.
pub fn resolve(tx: &mut Tx<'_>, id: ReportId, now: Timestamp) -> Result<bool, Error> {
    Ok(tx.execute(RESOLVE, params![id, now])? > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
