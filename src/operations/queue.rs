//! The mail as its keeper sees it: what waits to go out, what could not be delivered, and what came in and could not be
//! worked on.

use jiff::Timestamp;

use super::Result;
use crate::coworking::Refusal;
use crate::coworking::member::{Acting, Role};
use crate::coworking::peer::Host;
use crate::store::delivery::{self, Destination, Line, State};
use crate::store::inbox::{self, Failed, InboxId};
use crate::store::page::{Page, Slice};
use crate::store::{Notice, Tx};

/// The most deliveries to one host that are taken up again at once.
const AT_ONCE: u32 = 1_000;

/// How much mail there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overview {
    /// On its way to others.
    pub outgoing: delivery::Counts,
    /// From others.
    pub incoming: inbox::Counts,
}

/// How much mail there is.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but hosts, administrators and the keeper; so for everything here.
pub fn overview(tx: &mut Tx<'_>, acting: Acting) -> Result<Overview> {
    may_look(acting)?;
    Ok(Overview { outgoing: delivery::counts(tx)?, incoming: inbox::counts(tx)? })
}

/// Deliveries, the newest first, in one state or in all. Where a member goes, what they book and to whom they write is theirs:
/// of what members do not say to everybody, all but the keeper see whether a server takes it, and neither whose nor what it is.
///
/// # Errors
/// As [`overview`].
pub fn outgoing(tx: &mut Tx<'_>, acting: Acting, state: Option<State>, page: Page) -> Result<Slice<Line>> {
    may_look(acting)?;
    let lines = delivery::list(tx, state, page)?;
    Ok(if acting == Acting::Keeper { lines } else { lines.map(discreet) })
}

fn discreet(line: Line) -> Line {
    if !line.personal {
        return line;
    }
    let server = Destination::of(&line.inbox).map(|to| to.host.to_string());
    Line { kind: None, actor: None, inbox: server.unwrap_or_default(), ..line }
}

/// Received activities that were set aside because working on them failed, the newest first.
///
/// # Errors
/// As [`overview`].
pub fn incoming(tx: &mut Tx<'_>, acting: Acting, page: Page) -> Result<Slice<Failed>> {
    may_look(acting)?;
    Ok(inbox::failed(tx, page)?)
}

/// Tries a delivery or a received activity again, now.
///
/// # Errors
/// As [`overview`]; [`Refusal::NotFound`] for what is not there or done.
pub fn retry(tx: &mut Tx<'_>, acting: Acting, id: i64, now: Timestamp) -> Result<()> {
    may_change(acting)?;
    if delivery::retry_one(tx, id, now)? {
        return Ok(());
    }
    if inbox::retry(tx, Some(InboxId(id)), now)? == 0 {
        return Err(Refusal::NotFound { what: "delivery or activity in the queue" }.into());
    }
    tx.notify(Notice::Inbox);
    Ok(())
}

/// Tries everything again that was given up for one host, up to the newest 1,000; tells how many.
///
/// # Errors
/// As [`overview`].
pub fn retry_host(tx: &mut Tx<'_>, acting: Acting, host: &Host, now: Timestamp) -> Result<u64> {
    may_change(acting)?;
    Ok(delivery::retry_host(tx, host, AT_ONCE, now)?)
}

/// Works again on all received activities that were set aside, up to the oldest 1,000; tells how many.
///
/// # Errors
/// As [`overview`].
pub fn retry_incoming(tx: &mut Tx<'_>, acting: Acting, now: Timestamp) -> Result<u64> {
    may_change(acting)?;
    let retried = inbox::retry(tx, None, now)?;
    tx.notify(Notice::Inbox);
    Ok(retried)
}

/// Gives up a delivery, or throws a received activity away.
///
/// # Errors
/// As [`overview`]; [`Refusal::NotFound`] for what is not there or done.
pub fn drop(tx: &mut Tx<'_>, acting: Acting, id: i64, now: Timestamp) -> Result<()> {
    may_change(acting)?;
    if delivery::drop_one(tx, id, now)? {
        return Ok(());
    }
    if inbox::drop(tx, InboxId(id))? {
        // It may be in somebody's hands.
        tx.notify(Notice::Inbox);
        return Ok(());
    }
    Err(Refusal::NotFound { what: "delivery or activity in the queue" }.into())
}

fn may_look(acting: Acting) -> Result<()> {
    Ok(acting.needs(Role::Host, "see the queue")?)
}

fn may_change(acting: Acting) -> Result<()> {
    Ok(acting.needs(Role::Host, "change the queue")?)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Ground, at, refused};
    use super::*;
    use crate::coworking::id::ActorId;
    use crate::operations::Error;
    use crate::store::activity::{self, Activity};
    use crate::store::delivery::Posting;
    use crate::store::testing::set_aside;

    #[test]
    fn what_failed_is_seen_tried_again_and_thrown_away_by_those_who_may() {
        let (ground, done) = Ground::set_up();
        let member = Acting::Member(done.admin, Role::Member);
        let host = Acting::Member(done.admin, Role::Host);
        let id = ground
            .act(move |tx, _| Ok(set_aside(tx, "https://quay.example/activities/1", done.admin.into(), "{}", at(10))?))
            .unwrap();
        let seen = ground.act(move |tx, _| incoming(tx, host, Page::default())).unwrap().items;
        assert_eq!((seen[0].id, seen[0].error.as_str()), (id, "no sense in it"));
        assert_eq!(ground.act(move |tx, _| overview(tx, host)).unwrap().incoming.failed, 1);

        assert_eq!(refused(ground.act(move |tx, _| overview(tx, member))).code(), "not-permitted");
        assert_eq!(refused(ground.act(move |tx, _| retry(tx, member, id.0, at(20)))).code(), "not-permitted");
        ground.act(move |tx, _| retry(tx, host, id.0, at(20))).unwrap();
        let counts = ground.act(move |tx, _| overview(tx, host)).unwrap().incoming;
        assert_eq!((counts.waiting, counts.failed), (1, 0));
        ground.act(move |tx, _| drop(tx, Acting::Keeper, id.0, at(30))).unwrap();
        assert_eq!(refused(ground.act(move |tx, _| drop(tx, Acting::Keeper, id.0, at(30)))).code(), "not-found");
        assert_eq!(refused(ground.act(move |tx, _| retry(tx, Acting::Keeper, id.0, at(30)))).code(), "not-found");
    }

    #[test]
    fn where_a_member_goes_is_seen_by_nobody_at_the_desk() {
        let (ground, done) = Ground::set_up();
        let (member, space) = (ActorId::from(done.admin), ActorId::from(done.space));
        ground
            .act(move |tx, _| {
                let said = [(1, member, "Arrive", false), (2, member, "Create", true), (3, space, "Accept", false)];
                for (id, actor, kind, public) in said {
                    let (kind, body) = (kind.to_owned(), "{}".to_owned());
                    activity::add(tx, &Activity { id, actor, kind, body, public, key_uri: None, created_at: at(10) })?;
                    let to = [Destination::of("https://loft.example/members/bo/inbox").unwrap()];
                    let posting = Posting { activity: id, actor, ordering_key: "o", urgent: false };
                    delivery::add(tx, &posting, &to, at(10))?;
                }
                let seen = |tx: &mut Tx<'_>, acting| {
                    let lines = outgoing(tx, acting, None, Page::default())?.items;
                    Ok::<_, Error>(
                        lines.into_iter().map(|line| (line.kind, line.actor, line.inbox)).collect::<Vec<_>>(),
                    )
                };
                let whole = seen(tx, Acting::Keeper)?;
                let mut discreet = whole.clone();
                assert_eq!(whole[2].0.as_deref(), Some("Arrive"));
                discreet[2] = (None, None, "loft.example".to_owned());
                assert_eq!(seen(tx, Acting::Member(done.admin, Role::Host))?, discreet);
                Ok(())
            })
            .unwrap();
    }
}
