//! Reports: members ask those who keep order to look at somebody, here or elsewhere; other nodes do, too.

use jiff::Timestamp;

use super::Result;
use super::post::may_read;
use crate::coworking::id::{ActorId, ReportId};
use crate::coworking::member::{Acting, Role};
use crate::coworking::report::ReportDraft;
use crate::coworking::{Event, Refusal};
use crate::store::notification::NotificationKind;
use crate::store::page::{Page, Slice};
use crate::store::report::{self, NewReport, ReportView};
use crate::store::{Tx, actor, event, member, notification};

/// Reports somebody. The hosts and administrators are told; where the reported person lives hears of it, without the
/// reporter's name, if the report says so.
///
/// # Errors
/// [`Refusal::NotPermitted`] for the keeper; [`Refusal::Oneself`]; [`Refusal::NotFound`] for an account that is not
/// known, and for a post that the member may not read or that is another's.
pub fn make(tx: &mut Tx<'_>, acting: Acting, target: ActorId, draft: &ReportDraft, now: Timestamp) -> Result<ReportId> {
    let reporter = acting.member("report")?;
    if target == reporter.into() {
        return Err(Refusal::Oneself { act: "report" }.into());
    }
    let known = actor::by_id(tx, target)?.ok_or(Refusal::NotFound { what: "account" })?;
    let mut posts = Vec::with_capacity(draft.posts.len());
    for id in &draft.posts {
        let post = may_read(tx, reporter.into(), *id)?;
        if post.author != target {
            return Err(Refusal::NotFound { what: "post of this account" }.into());
        }
        posts.push(post.uri);
    }
    let forward = draft.forward && !known.local;
    let new =
        NewReport { reporter: reporter.into(), target, uri: None, posts: &posts, content: &draft.content, forward };
    let report = report::add(tx, new, now)?.ok_or_else(|| anyhow::anyhow!("a new report was there already"))?;
    tell(tx, reporter.into(), now)?;
    if forward {
        event::record(tx, &Event::ActorReported { report }, now)?;
    }
    Ok(report)
}

/// Another node, or somebody on it, reports somebody who lives here. `posts` are ids in the network. `None` when the
/// report is here already, or is not about anybody here.
///
/// # Errors
/// The store's.
pub fn receive(
    tx: &mut Tx<'_>,
    reporter: ActorId,
    target: ActorId,
    uri: &str,
    posts: &[String],
    content: &str,
    now: Timestamp,
) -> Result<Option<ReportId>> {
    if !actor::by_id(tx, target)?.is_some_and(|target| target.local) {
        return Ok(None);
    }
    let new = NewReport { reporter, target, uri: Some(uri), posts, content, forward: false };
    let added = report::add(tx, new, now)?;
    if added.is_some() {
        tell(tx, reporter, now)?;
    }
    Ok(added)
}

/// Reports, the newest first: all, or those that nobody has dealt with.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but hosts, administrators and the keeper.
pub fn list(tx: &mut Tx<'_>, acting: Acting, open: bool, page: Page) -> Result<Slice<ReportView>> {
    acting.needs(Role::Host, "read reports")?;
    Ok(report::list(tx, open, page)?)
}

/// Somebody has dealt with a report; once is enough.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but hosts, administrators and the keeper; [`Refusal::NotFound`].
pub fn resolve(tx: &mut Tx<'_>, acting: Acting, report: ReportId, now: Timestamp) -> Result<()> {
    acting.needs(Role::Host, "resolve reports")?;
    if !report::resolve(tx, report, now)? && report::by_id(tx, report)?.is_none() {
        return Err(Refusal::NotFound { what: "report" }.into());
    }
    Ok(())
}

/// The most of each role that are told; a node has few who keep order.
const TOLD: u32 = 100;

fn tell(tx: &mut Tx<'_>, reporter: ActorId, now: Timestamp) -> Result<()> {
    for role in [Role::Host, Role::Admin] {
        for keeper in member::with_role(tx, role, TOLD)? {
            notification::add(tx, keeper.into(), NotificationKind::Report, reporter, None, now)?;
        }
    }
    Ok(())
}
