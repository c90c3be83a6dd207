//! What each fact means to others: which activity tells it, and to whom. One match on the fact; a function for each
//! kind of activity.
//!
//! A fact is told as things stand now: what came after it is told by its own fact, and what is gone again is not told
//! at all.

use jiff::Timestamp;
use serde_json::Value;

use super::audience::Audience;
use crate::activitypub::actor::Capability;
use crate::activitypub::marketplace::No;
use crate::activitypub::sent::Addressing;
use crate::coworking::Event;
use crate::coworking::id::{
    ActorId, AnnounceId, ArrivalId, AwayId, BookingId, FollowId, LikeId, PostId, ReportId, SpaceId, StatementId,
    VisitId, WaitId, WishId,
};
use crate::federation::document::rows::{self, Author};
use crate::federation::translate::activity::{self, Composed as Built, Deal, Pair, Sayer};
use crate::federation::translate::booking::{self as translate, Fact, Saying, WaitFact, WaitSaying};
use crate::federation::translate::{ledger as statements, presence};
use crate::operations::{Result, epoch};
use crate::site::Site;
use crate::store::actor::{self, Actor};
use crate::store::away::{self, Away};
use crate::store::booking::{self, Origin};
use crate::store::event::Recorded;
use crate::store::follow::{self, Follow, FollowState};
use crate::store::key::{self, Algorithm};
use crate::store::post::{self, Post};
use crate::store::{Tx, announce, arrival, partner, refused, report, visit, waitlist};

/// Those who reacted to a post and hear of its changes: at most so many.
const HOLDERS: u32 = 1_000;

/// An activity that is to be sent.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::federation) struct Said {
    /// Who says it, and signs.
    pub(super) actor: ActorId,
    /// Its type.
    pub(super) kind: &'static str,
    /// The document.
    pub(in crate::federation) body: Value,
    /// May everybody read it?
    pub(super) public: bool,
    /// Is it given out with a proof although it is private: so that it can be shown later what was said?
    pub(super) proven: bool,
    /// What it is about: what is said of one thing arrives in order.
    pub(super) ordering_key: String,
    /// Is it sent even to a host that is given up?
    pub(super) urgent: bool,
    /// The key that signs its requests, where that is not the actor's of the day.
    pub(super) key_uri: Option<String>,
}

/// An activity and whom it is for; `None` for what nobody elsewhere is told.
pub(in crate::federation) type Composed = Option<(Said, Audience)>;

/// What a fact means to others.
///
/// # Errors
/// The store's.
pub(in crate::federation) fn compose(tx: &mut Tx<'_>, site: &Site, fact: &Recorded) -> Result<Composed> {
    let mut composer = Composer { tx, id: site.activity(fact.id.0), at: fact.recorded_at, site };
    match fact.event {
        // Others see them when they meet them; a block is nobody's to know.
        Event::SpaceFounded { .. } | Event::MemberJoined { .. } | Event::ActorBlocked { .. } => Ok(None),
        Event::PartnerAccepted { .. } | Event::PartnerEnded { .. } => Ok(None),
        Event::AwayAnswered { .. } | Event::WaitlistPromoted { .. } => Ok(None),
        // Only members appeal.
        Event::BookingAppealDismissed { .. } => Ok(None),
        Event::WaitlistJoined { wait } => composer.waits(wait, WaitFact::Joined),
        Event::WaitlistLeft { wait } => composer.waits(wait, WaitFact::Left),
        Event::WaitlistExpired { wait } => composer.waits(wait, WaitFact::Expired),
        Event::AwayArrived { visit } => composer.arrived_elsewhere(visit),
        Event::AwayLeft { away } => composer.left_elsewhere(away),
        Event::ArrivalAnswered { arrival } => composer.answered_at_the_door(arrival),
        Event::StatementMade { statement } => composer.stated(statement),
        Event::AwayAsked { away } => composer.asked_elsewhere(away),
        Event::AwayCancelled { away } => composer.taken_back_elsewhere(away),
        Event::BookingRequested { booking } => composer.booking(booking, Fact::Requested),
        Event::BookingHeld { booking } => composer.booking(booking, Fact::Held),
        Event::BookingConfirmed { booking } => composer.booking(booking, Fact::Confirmed),
        Event::BookingRefused { booking } => composer.booking(booking, Fact::Refused),
        Event::BookingExpired { booking } => composer.booking(booking, Fact::Expired),
        Event::WishRefused { wish } => composer.wish_refused(wish),
        Event::BookingChanged { booking }
        | Event::BookingAskedAgain { booking }
        | Event::BookingCheckInUndone { booking }
        | Event::BookingNoShowLifted { booking } => composer.booking(booking, Fact::Changed),
        Event::BookingCancelled { booking } => composer.booking(booking, Fact::Cancelled),
        Event::BookingCheckedIn { booking } => composer.booking(booking, Fact::CheckedIn),
        Event::BookingCompleted { booking } => composer.booking(booking, Fact::Completed),
        Event::BookingNoShow { booking } => composer.booking(booking, Fact::NoShow),
        Event::MemberLeft { member } => composer.left(member.into()),
        Event::ProfileEdited { actor } => composer.shown_anew(actor),
        Event::KeysRotated { actor } => composer.keys_rotated(actor),
        Event::MemberMoved { member, target } => composer.moved(member.into(), target),
        Event::PostPublished { post } | Event::OfferMade { offer: post } => composer.created(post),
        Event::PostEdited { post } | Event::OfferEdited { offer: post } => composer.updated(post, None),
        Event::OfferSettled { offer, announced_by } | Event::OfferExpired { offer, announced_by } => {
            composer.updated(offer, announced_by)
        }
        Event::PostDeleted { post } | Event::OfferDeleted { offer: post } => composer.deleted(post),
        Event::PostPinned { post } => composer.pinned(post, true),
        Event::PostUnpinned { post } => composer.pinned(post, false),
        Event::PostLiked { actor, post, like } => composer.liked(actor, post, like),
        Event::LikeWithdrawn { actor, post, like } => composer.like_withdrawn(actor, post, like),
        Event::PostAnnounced { actor, announce, .. } => composer.announced(actor, announce),
        Event::AnnounceWithdrawn { actor, post, announce } => composer.announce_withdrawn(actor, post, announce),
        Event::FollowRequested { follower, target, follow } => composer.follow_requested(follower, target, follow),
        Event::FollowAccepted { follower, target, follow } => {
            composer.follow_answered(follower, target, follow, FollowState::Accepted)
        }
        Event::FollowRejected { follower, target, follow } => {
            composer.follow_answered(follower, target, follow, FollowState::Rejected)
        }
        Event::FollowWithdrawn { follower, target, follow } => composer.follow_withdrawn(follower, target, follow),
        Event::ActorReported { report } => composer.reported(report),
    }
}

struct Composer<'t, 'tx, 's> {
    tx: &'t mut Tx<'tx>,
    site: &'s Site,
    /// The id of an activity that has none of its own.
    id: String,
    at: Timestamp,
}

/// What is the same in most: not urgent, and the key of the day.
fn said(actor: &Actor, built: Built) -> Said {
    let Built { kind, body, public, ordering_key } = built;
    Said { actor: actor.id, kind, body, public, proven: false, ordering_key, urgent: false, key_uri: None }
}

fn urgently(said: Said) -> Said {
    Said { urgent: true, ..said }
}

fn followers_of(actor: &Actor) -> String {
    format!("{}/followers", actor.uri)
}

fn passed_on_to(author: ActorId) -> Audience {
    Audience { followers: true, actors: vec![author], ..Audience::default() }
}

impl Composer<'_, '_, '_> {
    /// A local actor, gone or not.
    fn ours(&mut self, id: ActorId) -> Result<Option<Actor>> {
        Ok(actor::by_id(self.tx, id)?.filter(|actor| actor.local))
    }

    fn elsewhere(&mut self, id: ActorId) -> Result<Option<Actor>> {
        Ok(actor::by_id(self.tx, id)?.filter(|actor| !actor.local && actor.deleted_at.is_none()))
    }

    /// The two ends of something that a local actor does to one elsewhere.
    fn ends(&mut self, ours: ActorId, other: ActorId) -> Result<Option<(Actor, Actor)>> {
        Ok(self.ours(ours)?.zip(self.elsewhere(other)?))
    }

    fn left(&mut self, member: ActorId) -> Result<Composed> {
        let Some(actor) = self.ours(member)? else { return Ok(None) };
        let built = activity::delete_actor(&actor.uri, &followers_of(&actor), self.at);
        let audience = Audience { followers: true, reached: true, ..Audience::default() };
        Ok(Some((urgently(said(&actor, built)), audience)))
    }

    fn shown_anew(&mut self, id: ActorId) -> Result<Composed> {
        let Some(actor) = self.ours(id)?.filter(|actor| actor.deleted_at.is_none()) else { return Ok(None) };
        let Some(document) = rows::actor(self.tx, self.site, &actor)? else { return Ok(None) };
        let built = activity::update_actor(&self.id, &document, self.at);
        let audience = Audience { followers: true, ..Audience::default() };
        Ok(Some((said(&actor, built), audience)))
    }

    /// The news of new keys is believed when the old key signs it; all who have the old one hear it.
    fn keys_rotated(&mut self, id: ActorId) -> Result<Composed> {
        let Some((said, audience)) = self.shown_anew(id)? else { return Ok(None) };
        let old = key::signing_before(self.tx, id, Algorithm::Rsa)?;
        let said = Said { key_uri: old.map(|key| key.uri), ..said };
        Ok(Some((said, Audience { reached: true, ..audience })))
    }

    fn moved(&mut self, member: ActorId, target: ActorId) -> Result<Composed> {
        let Some((actor, target)) = self.ends(member, target)? else { return Ok(None) };
        let followers = followers_of(&actor);
        let sayer = Sayer { uri: &actor.uri, followers: &followers };
        let built = activity::moved(&self.id, sayer, &target.uri, self.at);
        let audience = Audience { followers: true, actors: vec![target.id], ..Audience::default() };
        Ok(Some((said(&actor, built), audience)))
    }

    /// A local post with its author, whether or not it is gone.
    fn our_post(&mut self, id: PostId) -> Result<Option<(Post, Actor)>> {
        let Some(post) = post::by_id(self.tx, id)?.filter(|post| post.local) else { return Ok(None) };
        let author = self.ours(post.author)?.filter(|author| author.deleted_at.is_none());
        Ok(author.map(|author| (post, author)))
    }

    /// Who hears of a post that is addressed so: everybody addressed, and nobody else.
    fn readers(&mut self, post: &Post, author: &Actor, addressing: &Addressing) -> Result<Audience> {
        let followers = followers_of(author);
        let followers = addressing.to.iter().chain(&addressing.cc).any(|id| *id == followers);
        let actors = post::recipients(self.tx, post.id)?;
        Ok(Audience { followers, actors, personally: !followers, ..Audience::default() })
    }

    fn created(&mut self, id: PostId) -> Result<Composed> {
        let Some((post, author)) = self.our_post(id)? else { return Ok(None) };
        let Some(by) = Author::load(self.tx, post.author)? else { return Ok(None) };
        let Some(note) = rows::note(self.tx, self.site, &post, &by)? else { return Ok(None) };
        let audience = self.readers(&post, &author, &note.addressing)?;
        let built = activity::create(&activity::create_id(&note.id), &note);
        Ok(Some((said(&author, built), audience)))
    }

    /// What was public is in the hands of those who did something with it, and of the followers of those here who
    /// announce it, or did (`announced_by`).
    fn updated(&mut self, id: PostId, announced_by: Option<SpaceId>) -> Result<Composed> {
        let Some((post, author)) = self.our_post(id)? else { return Ok(None) };
        let Some(by) = Author::load(self.tx, post.author)? else { return Ok(None) };
        let Some(note) = rows::note(self.tx, self.site, &post, &by)? else { return Ok(None) };
        let mut audience = self.readers(&post, &author, &note.addressing)?;
        let built = activity::update(&self.id, &note);
        if built.public {
            audience.actors.extend(post::holders(self.tx, post.id, HOLDERS)?);
            audience.announced_by = announce::local_by(self.tx, post.id)?;
            audience.announced_by.extend(announced_by.map(ActorId::from));
        }
        Ok(Some((said(&author, built), audience)))
    }

    /// What was public may be anywhere by now, and says nothing any more: all who ever heard of the author are told.
    fn deleted(&mut self, id: PostId) -> Result<Composed> {
        let Some((post, author)) = self.our_post(id)? else { return Ok(None) };
        let Some(by) = Author::load(self.tx, post.author)? else { return Ok(None) };
        let Some(addressing) = rows::addressing(self.tx, &post, &by)? else { return Ok(None) };
        let mut audience = self.readers(&post, &author, &addressing)?;
        let built = activity::delete(&author.uri, &post.uri, addressing, self.at);
        audience.reached = built.public;
        Ok(Some((said(&author, built), audience)))
    }

    fn pinned(&mut self, id: PostId, pinned: bool) -> Result<Composed> {
        let Some((post, author)) = self.our_post(id)? else { return Ok(None) };
        if !post.visibility.is_open() {
            return Ok(None);
        }
        let (followers, featured) = (followers_of(&author), format!("{}/featured", author.uri));
        let sayer = Sayer { uri: &author.uri, followers: &followers };
        let built = match pinned {
            true => activity::add_featured(&self.id, sayer, &post.uri, &featured),
            false => activity::remove_featured(&self.id, sayer, &post.uri, &featured),
        };
        let audience = Audience { followers: true, ..Audience::default() };
        Ok(Some((said(&author, built), audience)))
    }

    /// Who reacts, the post, and its author, when that is somebody elsewhere.
    fn reaction(&mut self, actor: ActorId, post: PostId) -> Result<Option<(Actor, Post, Actor)>> {
        let Some(post) = post::by_id(self.tx, post)? else { return Ok(None) };
        Ok(self.ends(actor, post.author)?.map(|(actor, author)| (actor, post, author)))
    }

    fn liked(&mut self, actor: ActorId, post: PostId, like: LikeId) -> Result<Composed> {
        let Some((actor, post, author)) = self.reaction(actor, post)? else { return Ok(None) };
        let built = activity::like(self.site, like, &actor.uri, &post.uri, &author.uri);
        Ok(Some((said(&actor, built), Audience::one(author.id))))
    }

    fn like_withdrawn(&mut self, actor: ActorId, post: PostId, like: LikeId) -> Result<Composed> {
        let Some((actor, post, author)) = self.reaction(actor, post)? else { return Ok(None) };
        let built = activity::undo_like(&self.id, self.site, like, &actor.uri, &post.uri, &author.uri);
        Ok(Some((said(&actor, built), Audience::one(author.id))))
    }

    /// An announce concerns the followers of who announces, and the post's author.
    fn passing_on(&mut self, actor: ActorId, post: PostId) -> Result<Option<(Actor, Post, Actor)>> {
        let Some(actor) = self.ours(actor)?.filter(|actor| actor.deleted_at.is_none()) else { return Ok(None) };
        let Some(post) = post::by_id(self.tx, post)? else { return Ok(None) };
        Ok(actor::by_id(self.tx, post.author)?.map(|author| (actor, post, author)))
    }

    fn announced(&mut self, actor: ActorId, announce: AnnounceId) -> Result<Composed> {
        let Some(announce) = announce::by_id(self.tx, announce)? else { return Ok(None) };
        let Some((actor, post, author)) = self.passing_on(actor, announce.post)? else { return Ok(None) };
        let followers = followers_of(&actor);
        let sayer = Sayer { uri: &actor.uri, followers: &followers };
        let (visibility, at) = (announce.visibility, announce.announced_at);
        let built = activity::announce(self.site, announce.id, sayer, visibility, &post.uri, &author.uri, at);
        Ok(Some((said(&actor, built), passed_on_to(author.id))))
    }

    fn announce_withdrawn(&mut self, actor: ActorId, post: PostId, announce: AnnounceId) -> Result<Composed> {
        let Some((actor, post, author)) = self.passing_on(actor, post)? else { return Ok(None) };
        let followers = followers_of(&actor);
        let sayer = Sayer { uri: &actor.uri, followers: &followers };
        let built = activity::undo_announce(&self.id, self.site, announce, sayer, &post.uri, &author.uri);
        Ok(Some((said(&actor, built), passed_on_to(author.id))))
    }

    fn follow_requested(&mut self, follower: ActorId, target: ActorId, follow: FollowId) -> Result<Composed> {
        let Some((follower, target)) = self.ends(follower, target)? else { return Ok(None) };
        let pair = Pair { follower: &follower.uri, target: &target.uri };
        let built = activity::follow(self.site, follow, pair);
        Ok(Some((urgently(said(&follower, built)), Audience::one(target.id))))
    }

    /// Accepts or rejects the follow of somebody elsewhere; not if it has come to stand differently meanwhile.
    fn follow_answered(
        &mut self,
        follower: ActorId,
        target: ActorId,
        follow: FollowId,
        answer: FollowState,
    ) -> Result<Composed> {
        let Some((target, follower)) = self.ends(target, follower)? else { return Ok(None) };
        let stands = follow::by_id(self.tx, follow)?.filter(|follow| follow.state == answer);
        let Some(Follow { uri: Some(uri), .. }) = stands else { return Ok(None) };
        let pair = Pair { follower: &follower.uri, target: &target.uri };
        let built = match answer {
            FollowState::Rejected => activity::reject(&self.id, &uri, pair),
            FollowState::Accepted | FollowState::Requested => activity::accept(&self.id, &uri, pair),
        };
        Ok(Some((urgently(said(&target, built)), Audience::one(follower.id))))
    }

    fn follow_withdrawn(&mut self, follower: ActorId, target: ActorId, follow: FollowId) -> Result<Composed> {
        let Some((follower, target)) = self.ends(follower, target)? else { return Ok(None) };
        let pair = Pair { follower: &follower.uri, target: &target.uri };
        let built = activity::undo_follow(&self.id, self.site, follow, pair);
        Ok(Some((urgently(said(&follower, built)), Audience::one(target.id))))
    }

    /// The node reports, so that the home of who is reported does not learn who it was.
    fn reported(&mut self, report: ReportId) -> Result<Composed> {
        let Some(report) = report::by_id(self.tx, report)?.filter(|report| report.forward) else { return Ok(None) };
        let Some(node) = actor::by_uri(self.tx, &self.site.node_actor())? else { return Ok(None) };
        let Some(target) = self.elsewhere(report.target)? else { return Ok(None) };
        let built = activity::flag(&self.id, &node.uri, &target.uri, &report.posts, &report.content);
        let audience = Audience { actors: vec![target.id], ..Audience::default() };
        Ok(Some((said(&node, built), audience)))
    }

    /// Who asks elsewhere, and the space that is asked.
    fn away(&mut self, id: AwayId) -> Result<Option<(Away, Actor, Actor)>> {
        let Some(away) = away::by_id(self.tx, id)? else { return Ok(None) };
        Ok(self.ends(away.member.into(), away.space)?.map(|(member, space)| (away, member, space)))
    }

    fn asked_elsewhere(&mut self, id: AwayId) -> Result<Composed> {
        let Some((away, member, space)) = self.away(id)? else { return Ok(None) };
        // What was taken back at once was never asked; the Undo says so to who hears it.
        let Some(ask) = translate::ask(self.site, &away) else { return Ok(None) };
        let built = activity::offer(&self.site.asked(id), &member.uri, &space.uri, &ask, away.requested_at);
        Ok(Some((urgently(said(&member, built)), Audience::one(space.id))))
    }

    fn taken_back_elsewhere(&mut self, id: AwayId) -> Result<Composed> {
        let Some((away, member, space)) = self.away(id)? else { return Ok(None) };
        let Some(ask) = translate::ask(self.site, &away) else { return Ok(None) };
        let built = activity::undo_offer(&self.id, &member.uri, &space.uri, &self.site.asked(id), &ask, self.at);
        Ok(Some((urgently(said(&member, built)), Audience::one(space.id))))
    }

    /// Told to the space alone: where somebody is is nobody else's to know.
    fn arrived_elsewhere(&mut self, id: VisitId) -> Result<Composed> {
        let Some(visit) = visit::by_id(self.tx, id)? else { return Ok(None) };
        let Some((member, space)) = self.ends(visit.member.into(), visit.space)? else { return Ok(None) };
        let away = match visit.away {
            Some(away) => away::by_id(self.tx, away)?,
            None => None,
        };
        let agreement = away.and_then(|away| away.agreement);
        let Some(at) = presence::arrive(&visit, &space.uri, agreement.as_deref()) else { return Ok(None) };
        let built = activity::arrive(&self.site.visit(id), &member.uri, &space.uri, &at, visit.begun_at);
        Ok(Some((urgently(said(&member, built)), Audience::one(space.id))))
    }

    fn left_elsewhere(&mut self, id: AwayId) -> Result<Composed> {
        let Some((away, member, space)) = self.away(id)? else { return Ok(None) };
        let place = presence::place_of(&space.uri);
        let built = activity::leave(&self.id, &member.uri, &space.uri, &place, away.agreement.as_deref(), self.at);
        Ok(Some((urgently(said(&member, built)), Audience::one(space.id))))
    }

    fn answered_at_the_door(&mut self, id: ArrivalId) -> Result<Composed> {
        let Some(arrival) = arrival::by_id(self.tx, id)? else { return Ok(None) };
        let Some((space, guest)) = self.ends(arrival.space.into(), arrival.actor)? else { return Ok(None) };
        let deal = Deal { space: &space.uri, guest: &guest.uri, offer: &arrival.uri };
        let booking = match arrival.booking {
            Some(booking) => booking::by_id(self.tx, booking)?,
            None => None,
        };
        let built = match booking {
            Some(booking) => {
                let epoch = epoch::current(self.tx)?;
                let agreement = translate::agreement(self.site, &booking, &space.uri, epoch);
                let Some(agreement) = agreement else { return Ok(None) };
                activity::accept_offer(&self.id, deal, &agreement, self.at)
            }
            None => {
                let no = No { reason: arrival.reason, words: arrival.words, alternatives: Vec::new() };
                activity::reject_offer(&self.id, deal, &no, None, self.at)
            }
        };
        Ok(Some((urgently(said(&space, built)), Audience::one(guest.id))))
    }

    /// What a space of ours counted, to the partner alone, if its server takes such things.
    fn stated(&mut self, id: StatementId) -> Result<Composed> {
        let Some(stated) = partner::statement(self.tx, id)?.filter(|stated| stated.ours) else { return Ok(None) };
        let Some((space, other)) = self.ends(stated.space.into(), stated.partner)? else { return Ok(None) };
        if !other.implements.iter().any(|uri| uri == Capability::Statements.uri()) {
            return Ok(None);
        }
        let built = statements::create_statement(&self.id, &space.uri, &other.uri, &stated.statement, self.at);
        Ok(Some((Said { proven: true, ..said(&space, built) }, Audience::one(other.id))))
    }

    /// A wish that could not be read, to the one who asked.
    fn wish_refused(&mut self, id: WishId) -> Result<Composed> {
        let Some(wish) = refused::by_id(self.tx, id)? else { return Ok(None) };
        let Some((space, guest)) = self.ends(wish.space.into(), wish.requester)? else { return Ok(None) };
        let deal = Deal { space: &space.uri, guest: &guest.uri, offer: &wish.uri };
        let no = No { reason: Some(wish.reason), words: Some(wish.words), alternatives: Vec::new() };
        let built = activity::reject_offer(&self.id, deal, &no, None, self.at);
        Ok(Some((urgently(said(&space, built)), Audience::one(guest.id))))
    }

    /// A booking from elsewhere, to the one who asked.
    fn booking(&mut self, id: BookingId, fact: Fact) -> Result<Composed> {
        let Some(booking) = booking::by_id(self.tx, id)? else { return Ok(None) };
        let Origin::Offer { uri, .. } = &booking.origin else { return Ok(None) };
        let Some((space, guest)) = self.ends(booking.space.into(), booking.requester)? else { return Ok(None) };
        let deal = Deal { space: &space.uri, guest: &guest.uri, offer: uri };
        let epoch = epoch::current(self.tx)?;
        let Some(saying) = translate::saying(self.site, fact, &booking, &space.uri, epoch) else { return Ok(None) };
        let built = match saying {
            Saying::Perhaps(until) => activity::tentative_accept(&self.id, deal, until, self.at),
            Saying::Yes(agreement) => activity::accept_offer(&self.id, deal, &agreement, self.at),
            Saying::News(agreement) => activity::update_agreement(&self.id, deal, &agreement, self.at),
            Saying::No(no, stale) => {
                let fresh = match stale {
                    true => rows::bookable(self.tx, self.site, booking.resource, booking.audience)?,
                    false => None,
                };
                activity::reject_offer(&self.id, deal, &no, fresh.as_ref(), self.at)
            }
        };
        Ok(Some((urgently(said(&space, built)), Audience::one(guest.id))))
    }
    /// Somebody from elsewhere waits, or does not any more.
    fn waits(&mut self, id: WaitId, fact: WaitFact) -> Result<Composed> {
        let Some(wait) = waitlist::by_id(self.tx, id)? else { return Ok(None) };
        let Origin::Offer { uri, .. } = &wait.origin else { return Ok(None) };
        let Some((space, guest)) = self.ends(wait.space.into(), wait.requester)? else { return Ok(None) };
        let deal = Deal { space: &space.uri, guest: &guest.uri, offer: uri };
        let built = match translate::wait_saying(fact, &wait) {
            Some(WaitSaying::InLine) => {
                let place = waitlist::before(self.tx, &wait)? + 1;
                activity::tentative_accept_waiting(&self.id, deal, place, self.at)
            }
            Some(WaitSaying::No(no)) => activity::reject_offer(&self.id, deal, &no, None, self.at),
            None => return Ok(None),
        };
        Ok(Some((urgently(said(&space, built)), Audience::one(guest.id))))
    }
}
