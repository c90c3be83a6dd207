//! Waiting for something of ours, as it is told to who waits from elsewhere.

use super::commitment;
use crate::activitypub::id::Id;
use crate::activitypub::marketplace::{Agreement, Commitment, No, WAITING};
use crate::coworking::space::Zone;
use crate::coworking::waitlist::State;
use crate::site::Site;
use crate::store::booking::Origin;
use crate::store::waitlist::Wait;

/// What a space says because of a fact about somebody who waits.
#[derive(Debug, Clone, PartialEq)]
pub enum WaitSaying {
    /// Others have it: you are in the line.
    InLine,
    /// No.
    No(No),
}

/// What happened to somebody who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the events of the same names say what they are")]
pub enum WaitFact {
    Joined,
    Left,
    Expired,
}

/// What there is to say, as long as it stands as the fact says. Who gives up a place knows it, and what somebody gets is told
/// by the facts of the booking.
#[must_use]
pub fn wait_saying(fact: WaitFact, wait: &Wait) -> Option<WaitSaying> {
    let no = |reason: &str| {
        let (reason, words) = (Some(reason.to_owned()), wait.words.clone());
        Some(WaitSaying::No(No { reason, words, alternatives: Vec::new() }))
    };
    match (fact, wait.state) {
        (WaitFact::Joined, State::Waiting) => Some(WaitSaying::InLine),
        (WaitFact::Left, State::Removed) => no("declined"),
        (WaitFact::Expired, State::Expired) => no("expired"),
        _ => None,
    }
}

/// What somebody waits for. It has no address: nothing is agreed on.
#[must_use]
pub fn waiting(site: &Site, wait: &Wait, zone: &Zone) -> Option<Agreement> {
    let Origin::Offer { uri, .. } = &wait.origin else { return None };
    let satisfies = Id::parse(&format!("{}#primary", site.resource(wait.resource))).ok()?;
    let wanted = wait.wanted;
    Some(Agreement {
        id: None,
        attributed_to: None,
        stipulates: Commitment {
            timezone: Some(zone.as_str().to_owned()),
            people: Some(wanted.people),
            ..commitment(None, satisfies, wanted.window, wanted.units)
        },
        stipulates_reciprocal: None,
        rules_version: None,
        in_reply_to: Id::parse(uri).ok(),
        status: Some(WAITING.to_owned()),
        updated: None,
        epoch: None,
    })
}
