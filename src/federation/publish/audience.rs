//! Who gets an activity: from words such as "its followers" to inboxes, each once.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use crate::coworking::id::ActorId;
use crate::coworking::peer::{Host, Level};
use crate::operations;
use crate::operations::peer::Reach;
use crate::store::delivery::{self, Destination};
use crate::store::{Error, Tx, actor, follow, peer};

/// Inboxes read at once.
const PAGE: u32 = 1_000;

/// Hosts that are given up and were chosen to be tried.
pub(super) type Probed = BTreeSet<Host>;

/// Whom an activity is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::federation) struct Audience {
    /// The followers of who says it.
    pub(super) followers: bool,
    /// Every inbox that ever got something of who says it.
    pub(super) reached: bool,
    /// The followers of these, who live here and announced it.
    pub(super) announced_by: Vec<ActorId>,
    /// These, too; those who live here need nothing.
    pub(super) actors: Vec<ActorId>,
    /// Nobody but those addressed may know of it: it goes to each one's own inbox, not to a shared one.
    pub(super) personally: bool,
}

impl Audience {
    /// One actor alone.
    pub(super) fn one(actor: ActorId) -> Self {
        Self { actors: vec![actor], personally: true, ..Self::default() }
    }
}

/// The inboxes of an audience. Blocked hosts get nothing. Hosts that are given up get what is `urgent`, and, as long
/// as they are asked at all, one other thing at a time to see whether they are back: `probed` remembers which got that
/// by what is not written yet.
pub(super) fn destinations(
    tx: &mut Tx<'_>,
    from: ActorId,
    audience: &Audience,
    urgent: bool,
    probed: &mut Probed,
    now: Timestamp,
) -> operations::Result<Vec<Destination>> {
    let mut all = BTreeSet::new();
    let followed: BTreeSet<ActorId> =
        audience.announced_by.iter().copied().chain(audience.followers.then_some(from)).collect();
    for actor in followed {
        let inboxes = follow::remote_inboxes(tx, actor)?;
        all.extend(inboxes.into_iter().map(|inbox| Destination { inbox: inbox.url, host: inbox.host }));
    }
    if audience.reached {
        all.extend(reached(tx, from)?);
    }
    let mut seen = BTreeSet::new();
    for actor in audience.actors.iter().filter(|actor| seen.insert(**actor)) {
        all.extend(inbox_of(tx, *actor, audience.personally)?);
    }
    let mut hosts = HashMap::new();
    let mut chosen = Vec::with_capacity(all.len());
    for destination in all {
        let open = match hosts.get(&destination.host) {
            Some(open) => *open,
            None => {
                let open = takes(tx, &destination.host, urgent, probed, now)?;
                hosts.insert(destination.host.clone(), open);
                open
            }
        };
        if open {
            chosen.push(destination);
        }
    }
    Ok(chosen)
}

fn reached(tx: &mut Tx<'_>, from: ActorId) -> Result<Vec<Destination>, Error> {
    let mut all = Vec::new();
    let mut after = String::new();
    loop {
        let page = delivery::reached(tx, from, &after, PAGE)?;
        let Some(last) = page.last() else { return Ok(all) };
        after.clone_from(last);
        all.extend(page.iter().filter_map(|inbox| Destination::of(inbox)));
    }
}

fn inbox_of(tx: &mut Tx<'_>, id: ActorId, personally: bool) -> Result<Option<Destination>, Error> {
    let Some(actor) = actor::by_id(tx, id)?.filter(|actor| !actor.local && actor.deleted_at.is_none()) else {
        return Ok(None);
    };
    let shared = actor.shared_inbox.as_deref().filter(|_| !personally);
    Ok(Destination::of(shared.unwrap_or(&actor.inbox)))
}

fn takes(tx: &mut Tx<'_>, host: &Host, urgent: bool, probed: &mut Probed, now: Timestamp) -> operations::Result<bool> {
    if peer::level(tx, host)? == Level::Blocked {
        return Ok(false);
    }
    Ok(match operations::peer::state(tx, host, now)? {
        Reach::Open | Reach::Paused(_) => true,
        Reach::Probe | Reach::Dead(_) => {
            urgent || (!probed.contains(host) && !delivery::waits_for(tx, host)? && probed.insert(host.clone()))
        }
        Reach::GivenUp => urgent,
    })
}
