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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coworking::post::Visibility;
    use crate::coworking::report::ReportInput;
    use crate::operations::post::{Mentions, Why, publish};
    use crate::operations::testing::{Ground, acting, at, coming, no, saying, stranger};

    #[test]
    fn a_report_reaches_those_who_keep_order_and_goes_out_only_when_asked_to() {
        let (ground, _) = Ground::set_up();
        let ben = ground.member("ben", Role::Member);
        let hera = ground.member("hera", Role::Host);
        let host = Acting::Member(hera, Role::Host);
        ground
            .act(move |tx, site| {
                let gus = stranger(tx, "gus")?;
                let own = saying("Mine", Visibility::Public);
                let own = publish(tx, site, acting(ben), &own, &Mentions::default(), at(3))?;
                let bad = crate::operations::post::receive(tx, &coming(gus, 1), Why::Asked, at(11))?.post().unwrap();
                let draft = |posts, forward| {
                    ReportInput { content: "spam".into(), posts: Some(posts), forward: Some(forward) }.parse().unwrap()
                };
                assert_eq!(
                    no(tx, |tx| make(tx, acting(ben), ben.into(), &draft(vec![], false), at(12))).code(),
                    "oneself"
                );
                assert_eq!(
                    no(tx, |tx| make(tx, acting(ben), gus, &draft(vec![own], false), at(12))).code(),
                    "not-found"
                );
                let quiet = make(tx, acting(ben), gus, &draft(vec![bad], false), at(12))?;
                let loud = make(tx, acting(ben), gus, &draft(vec![bad], true), at(12))?;
                // A member has no other home to be told.
                make(tx, acting(ben), hera.into(), &draft(vec![], true), at(12))?;
                let from_far = receive(tx, gus, ben.into(), "https://pier.example/r/1", &[], "rude", at(13))?.unwrap();
                assert_eq!(receive(tx, gus, ben.into(), "https://pier.example/r/1", &[], "rude", at(13))?, None);
                assert_eq!(receive(tx, gus, gus, "https://pier.example/r/2", &[], "rude", at(13))?, None);

                assert_eq!(no(tx, |tx| list(tx, acting(ben), true, Page::default())).code(), "not-permitted");
                let open = list(tx, host, true, Page::default())?.items;
                assert_eq!(open.len(), 4);
                assert_eq!(open[0].report.id, from_far);
                assert_eq!((open[3].report.id, &open[3].report.posts[..]), (quiet, &[coming(gus, 1).uri][..]));
                assert_eq!(notification::unread(tx, hera)?, 4);
                for _ in 0..2 {
                    resolve(tx, host, loud, at(14))?;
                }
                assert_eq!(no(tx, |tx| resolve(tx, host, ReportId(7), at(14))).code(), "not-found");
                assert_eq!(list(tx, host, true, Page::default())?.items.len(), 3);
                assert_eq!(list(tx, host, false, Page::default())?.items.len(), 4);
                Ok(())
            })
            .unwrap();
        let sent = ground.events().into_iter().filter(|fact| fact.event.name() == "ActorReported");
        assert_eq!(sent.count(), 1);
    }
}
