//! Partners: two spaces that follow each other, each by an act of an administrator who has looked at the other one.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::hospitality::{self, Shown};
use super::ledger::{self, Entry};
use super::speaker::As;
use super::{Result, follow as follows, peer as peers, space as spaces};
use crate::coworking::id::{ActorId, SpaceId};
use crate::coworking::member::{Acting, Role};
use crate::coworking::partner::{AGREEMENT_VERSION, CONTACT_LIMIT, Stage};
use crate::coworking::peer::{Host, Level};
use crate::coworking::{Event, Refusal, refusal};
use crate::site::Site;
use crate::store::actor::{self, Actor, ActorSummary, ActorType};
use crate::store::follow::{self, Follow, FollowState};
use crate::store::page::{Page, Slice};
use crate::store::partner::{self, Partner};
use crate::store::{Tx, event, key, peer};

/// People of the other side that are shown.
const SAMPLE: u32 = 3;

/// A space elsewhere that could be a partner.
fn candidate(tx: &mut Tx<'_>, other: ActorId) -> Result<(Actor, Host)> {
    let known = actor::by_id(tx, other)?.filter(|actor| !actor.local && actor.is_active());
    let known = known.ok_or(Refusal::NotFound { what: "space" })?;
    if !matches!(known.actor_type, ActorType::Group | ActorType::Organization) {
        return Err(Refusal::malformed("partner", known.handle(), "a space of another node").into());
    }
    let host = known.server();
    Ok((known, host.ok_or(Refusal::NotFound { what: "space" })?))
}

fn accepted(follow: Option<&Follow>) -> bool {
    follow.is_some_and(|follow| follow.state == FollowState::Accepted)
}

/// How far one of our spaces and one elsewhere have come; `None` when neither has asked.
///
/// # Errors
/// The store's.
pub fn stage(tx: &mut Tx<'_>, space: SpaceId, other: ActorId) -> Result<Option<Stage>> {
    let agreed = partner::of(tx, space, other)?.is_some();
    let following = follow::of(tx, space.into(), other)?;
    let followed = follow::of(tx, other, space.into())?;
    let asked = followed.as_ref().is_some_and(|follow| follow.state == FollowState::Requested);
    Ok(Stage::of(agreed, accepted(following.as_ref()), accepted(followed.as_ref()), asked))
}

/// Since when the two are partners, if they are: since the last of the acts that it takes.
pub(super) fn since(tx: &mut Tx<'_>, partner: &Partner) -> Result<Option<Timestamp>> {
    let following = follow::of(tx, partner.space.into(), partner.partner)?;
    let followed = follow::of(tx, partner.partner, partner.space.into())?;
    if !accepted(following.as_ref()) || !accepted(followed.as_ref()) {
        return Ok(None);
    }
    let both = [following, followed].into_iter().flatten().filter_map(|follow| follow.accepted_at).max();
    Ok(Some(both.map_or(partner.agreed_at, |both| both.max(partner.agreed_at))))
}

/// All that is known of a space, for who decides on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Review {
    /// The space.
    pub actor: Actor,
    /// Its server.
    pub host: Host,
    /// How far that is trusted.
    pub level: Level,
    /// What it says it runs.
    pub software: Option<String>,
    /// When it was first met.
    pub first_met_at: Option<Timestamp>,
    /// The SHA-256 of the key that it signs with (Ed25519, or else RSA), for two administrators to compare.
    pub fingerprint: Option<String>,
    /// What it grants guests.
    pub hospitality: Shown,
    /// Some of its people, those who want to be found.
    pub people: Vec<ActorSummary>,
    /// What stood between the two nodes so far.
    pub balance: Entry,
    /// How far the two have come.
    pub stage: Option<Stage>,
    /// To what our side agreed, if it did.
    pub agreed: Option<Partner>,
}

/// All that is known of a space elsewhere.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but hosts, administrators and the keeper; [`Refusal::NotFound`]; [`Refusal::Malformed`] for
/// what is no space.
pub fn review(
    tx: &mut Tx<'_>,
    site: &Site,
    acting: Acting,
    space: SpaceId,
    other: ActorId,
    now: Timestamp,
) -> Result<Review> {
    acting.needs(Role::Host, "look at partners")?;
    spaces::or_default(tx, Some(space))?;
    let (known, host) = candidate(tx, other)?;
    let server = peer::by_host(tx, &host)?;
    let keys = key::of_actor(tx, other)?;
    let key = keys.iter().rev().find(|key| key.algorithm == key::Algorithm::Ed25519).or(keys.last());
    let hospitality = match hospitality::show(tx, site, other) {
        Err(super::Error::Refused(Refusal::NotFound { .. })) => Shown::default(),
        shown => shown?,
    };
    Ok(Review {
        level: peer::level(tx, &host)?,
        software: server.as_ref().and_then(|server| server.software.clone()),
        first_met_at: server.map(|server| server.first_met_at),
        fingerprint: key.map(|key| fingerprint(&key.public_key)),
        hospitality,
        people: actor::of_server(tx, host.as_str(), SAMPLE)?,
        balance: ledger::balance(tx, acting, &host, now)?,
        stage: stage(tx, space, other)?,
        agreed: partner::of(tx, space, other)?,
        actor: known,
        host,
    })
}

/// `3f:9a:…`, of the key as it is published.
fn fingerprint(public_key: &str) -> String {
    let bytes = Sha256::digest(public_key.trim().as_bytes());
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":")
}

/// Agrees to be partners: our space follows theirs, lets theirs follow, and trusts its server. Once is enough.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but administrators and the keeper; [`Refusal::NotFound`]; [`Refusal::Malformed`] for
/// what is no space, or another version of the agreement than that of today; [`Refusal::WrongState`] for a server that is
/// blocked or limited.
#[expect(clippy::too_many_arguments, reason = "each is another thing that has to be said")]
pub fn accept(
    tx: &mut Tx<'_>,
    site: &Site,
    acting: Acting,
    space: SpaceId,
    other: ActorId,
    agreement: u32,
    contact: Option<&str>,
    now: Timestamp,
) -> Result<Stage> {
    acting.needs(Role::Admin, "accept partners")?;
    spaces::or_default(tx, Some(space))?;
    let (known, host) = candidate(tx, other)?;
    if agreement != AGREEMENT_VERSION {
        return Err(Refusal::malformed("agreement", agreement, "the version of the peer agreement of today").into());
    }
    let contact = refusal::optional("contact", contact.unwrap_or_default(), CONTACT_LIMIT)?;
    let level = peer::level(tx, &host)?;
    if level < Level::Known {
        let (state, needed) = (level.as_str(), "one that nobody has judged so; change its level first");
        return Err(Refusal::WrongState { what: "server", state, needed }.into());
    }
    let by = As::Space(space);
    follows::follow(tx, acting, by, other, true, now)?;
    if let Some(Follow { state: FollowState::Requested, .. }) = follow::of(tx, other, space.into())? {
        follows::approve(tx, acting, by, other, now)?;
    }
    if level != Level::Trusted {
        let note = peer::by_host(tx, &host)?.and_then(|server| server.note);
        let note = note.unwrap_or_else(|| format!("partner: {}", known.handle()).chars().take(200).collect());
        peers::set_level(tx, site, acting, &host, Level::Trusted, &note, now)?;
    }
    match partner::of(tx, space, other)? {
        Some(standing) => {
            if let Some(contact) = &contact {
                partner::set_contact(tx, standing.id, contact)?;
            }
        }
        None => {
            let agreed_by = acting.member("agree").ok();
            let (id, agreed_at, partner) = (tx.next_id(now), now, other);
            partner::add(tx, &Partner { id, space, partner, agreement, agreed_at, agreed_by, contact, stated: None })?;
            event::record(tx, &Event::PartnerAccepted { space, partner }, now)?;
        }
    }
    Ok(stage(tx, space, other)?.unwrap_or(Stage::AskedByUs))
}

/// Is no partner any more: our space follows theirs no more and is not followed by it, and its server is trusted no more unless
/// another of its spaces is a partner. What is booked stands.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but administrators and the keeper; [`Refusal::NotFound`] when they are none and have not
/// asked.
pub fn end(tx: &mut Tx<'_>, site: &Site, acting: Acting, space: SpaceId, other: ActorId, now: Timestamp) -> Result<()> {
    acting.needs(Role::Admin, "end partnerships")?;
    spaces::or_default(tx, Some(space))?;
    let standing = partner::of(tx, space, other)?;
    if standing.is_none() && stage(tx, space, other)?.is_none() {
        return Err(Refusal::NotFound { what: "partner" }.into());
    }
    let by = As::Space(space);
    follows::unfollow(tx, acting, by, other, now)?;
    if follow::of(tx, other, space.into())?.is_some_and(|follow| follow.state != FollowState::Rejected) {
        follows::reject(tx, acting, by, other, now)?;
    }
    let Some(standing) = standing else { return Ok(()) };
    partner::end(tx, standing.id, now)?;
    event::record(tx, &Event::PartnerEnded { space, partner: other }, now)?;
    let Some(known) = actor::by_id(tx, other)? else { return Ok(()) };
    if let Some(host) = known.server().filter(|_| !known.local)
        && !partner::has_host(tx, host.as_str())?
        && peer::level(tx, &host)? == Level::Trusted
    {
        let note = peer::by_host(tx, &host)?.and_then(|server| server.note).unwrap_or_default();
        peers::set_level(tx, site, acting, &host, Level::Known, &note, now)?;
    }
    Ok(())
}

/// A space elsewhere, and how far it and one of ours have come.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbour {
    /// The space.
    pub actor: ActorSummary,
    /// How far the two have come; `None` for a suggestion.
    pub stage: Option<Stage>,
    /// To what our side agreed, if it did.
    pub agreed: Option<Partner>,
}

/// The partners of a space, and those that asked or were asked.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but hosts, administrators and the keeper; [`Refusal::NotFound`] space.
pub fn list(tx: &mut Tx<'_>, acting: Acting, space: SpaceId, page: Page) -> Result<Slice<Neighbour>> {
    acting.needs(Role::Host, "look at partners")?;
    spaces::or_default(tx, Some(space))?;
    let slice = partner::around(tx, space, page)?;
    Ok(Slice { items: neighbours(tx, space, &slice.items)?, next: slice.next })
}

/// One of our spaces, for who may look at its partners.
///
/// # Errors
/// As of [`list`].
pub fn may_look(tx: &mut Tx<'_>, acting: Acting, space: SpaceId) -> Result<SpaceId> {
    acting.needs(Role::Host, "look at partners")?;
    Ok(spaces::or_default(tx, Some(space))?.id)
}

/// How far a space and others have come, for those that are known here.
///
/// # Errors
/// The store's.
pub fn neighbours(tx: &mut Tx<'_>, space: SpaceId, others: &[ActorId]) -> Result<Vec<Neighbour>> {
    let mut found = actor::summaries(tx, others)?;
    found.sort_by_key(|actor| others.iter().position(|id| *id == actor.id));
    let mut all = Vec::with_capacity(found.len());
    for actor in found {
        let (stage, agreed) = (stage(tx, space, actor.id)?, partner::of(tx, space, actor.id)?);
        all.push(Neighbour { actor, stage, agreed });
    }
    Ok(all)
}
