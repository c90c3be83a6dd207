//! Activities of ours: a fact that happened here, in the words in which others are told.
//!
//! Ids: what an event made is `/activities/{event}`; Follow, Like and Announce are named by their own numbers, because
//! they are named again when they are answered or taken back; Create and Delete are their object's id with a fragment,
//! because each happens once.

use jiff::Timestamp;
use serde_json::Value;

use crate::activitypub::actor::ActorDocument;
use crate::activitypub::json::PUBLIC;
use crate::activitypub::marketplace::{Agreement, Ask, Bookable, No};
use crate::activitypub::presence::Arrive;
use crate::activitypub::sent::{Addressing, EmbeddedFollow, Frame, SentNote};
use crate::coworking::id::{AnnounceId, FollowId, LikeId};
use crate::coworking::post::Visibility;
use crate::site::Site;

/// An activity that is ready to be sent, but for its proof.
#[derive(Debug, Clone, PartialEq)]
pub struct Composed {
    /// Its type.
    pub kind: &'static str,
    /// The document.
    pub body: Value,
    /// May anybody read it? Then it may carry a proof (FEP-8b32), with which others can pass it on.
    pub public: bool,
    /// What it is about. Peers get to know what happened to one thing in the order in which it happened.
    pub ordering_key: String,
}

/// Who says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sayer<'a> {
    /// The actor's id.
    pub uri: &'a str,
    /// The collection of its followers.
    pub followers: &'a str,
}

/// Who follows whom, by their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair<'a> {
    /// Who follows.
    pub follower: &'a str,
    /// Whom.
    pub target: &'a str,
}

impl Pair<'_> {
    /// The numbers of follows change; what is said about the same two keeps its order all the same.
    fn ordering_key(self) -> String {
        format!("{} {}", self.follower, self.target)
    }
}

fn composed(kind: &'static str, body: Value, public: bool, about: &str) -> Composed {
    Composed { kind, body, public, ordering_key: about.to_owned() }
}

fn frame<'a>(id: &'a str, actor: &'a str, addressing: Addressing, published: Option<Timestamp>) -> Frame<'a> {
    Frame { id, actor, addressing, published }
}

/// The id of the Create of a post: each is made once, so it hangs on the post.
#[must_use]
pub fn create_id(post: &str) -> String {
    format!("{post}#create")
}

/// A new post.
#[must_use]
pub fn create(id: &str, note: &SentNote) -> Composed {
    let frame = frame(id, &note.author, note.addressing.clone(), Some(note.published));
    composed("Create", frame.create(note), note.addressing.is_public(), &note.id)
}

/// A changed post.
#[must_use]
pub fn update(id: &str, note: &SentNote) -> Composed {
    let frame = frame(id, &note.author, note.addressing.clone(), note.updated.or(Some(note.published)));
    composed("Update", frame.update(note), note.addressing.is_public(), &note.id)
}

/// A post that was taken back; `addressing` is the post's.
#[must_use]
pub fn delete(actor: &str, post: &str, addressing: Addressing, at: Timestamp) -> Composed {
    let public = addressing.is_public();
    let id = format!("{post}#delete");
    composed("Delete", frame(&id, actor, addressing, Some(at)).delete(post), public, post)
}

/// A changed profile, or new keys.
#[must_use]
pub fn update_actor(id: &str, actor: &ActorDocument, at: Timestamp) -> Composed {
    let to = Addressing::everybody(vec![actor.followers.clone()]);
    let body = frame(id, &actor.id, to, Some(at)).update_actor(actor.to_value());
    composed("Update", body, true, &actor.id)
}

/// An actor that is gone for good.
#[must_use]
pub fn delete_actor(actor: &str, followers: &str, at: Timestamp) -> Composed {
    let id = format!("{actor}#delete");
    let to = Addressing::everybody(vec![followers.to_owned()]);
    let body = frame(&id, actor, to, Some(at)).delete_actor();
    composed("Delete", body, true, actor)
}

/// An actor that is somewhere else from now on.
#[must_use]
pub fn moved(id: &str, sayer: Sayer<'_>, target: &str, at: Timestamp) -> Composed {
    let to = Addressing::to_one(sayer.followers);
    composed("Move", frame(id, sayer.uri, to, Some(at)).moved(target), true, sayer.uri)
}

/// One of ours asks to follow.
#[must_use]
pub fn follow(site: &Site, follow: FollowId, pair: Pair<'_>) -> Composed {
    let id = site.follow(follow);
    let body = frame(&id, pair.follower, Addressing::to_one(pair.target), None).follow(pair.target);
    composed("Follow", body, false, &pair.ordering_key())
}

/// One of ours stops following, or takes the question back.
#[must_use]
pub fn undo_follow(id: &str, site: &Site, follow: FollowId, pair: Pair<'_>) -> Composed {
    let undone = site.follow(follow);
    let undone = EmbeddedFollow { id: &undone, actor: pair.follower, object: pair.target };
    let body = frame(id, pair.follower, Addressing::to_one(pair.target), None).undo_follow(&undone);
    composed("Undo", body, false, &pair.ordering_key())
}

/// One of ours lets somebody follow; `follow` is the id that the follower gave the question.
#[must_use]
pub fn accept(id: &str, follow: &str, pair: Pair<'_>) -> Composed {
    let asked = EmbeddedFollow { id: follow, actor: pair.follower, object: pair.target };
    let body = frame(id, pair.target, Addressing::to_one(pair.follower), None).accept(&asked);
    composed("Accept", body, false, &pair.ordering_key())
}

/// One of ours refuses a follower, or removes one.
#[must_use]
pub fn reject(id: &str, follow: &str, pair: Pair<'_>) -> Composed {
    let asked = EmbeddedFollow { id: follow, actor: pair.follower, object: pair.target };
    let body = frame(id, pair.target, Addressing::to_one(pair.follower), None).reject(&asked);
    composed("Reject", body, false, &pair.ordering_key())
}

/// One of ours likes a post; its author alone is told.
#[must_use]
pub fn like(site: &Site, like: LikeId, actor: &str, post: &str, author: &str) -> Composed {
    let id = site.like(like);
    composed("Like", frame(&id, actor, Addressing::to_one(author), None).like(post), false, post)
}

/// One of ours takes a like back.
#[must_use]
pub fn undo_like(id: &str, site: &Site, like: LikeId, actor: &str, post: &str, author: &str) -> Composed {
    let body = frame(id, actor, Addressing::to_one(author), None).undo("Like", &site.like(like), post);
    composed("Undo", body, false, post)
}

/// To whom an announce goes: to whom it is meant for, and to the author of the post.
fn announced_to(visibility: Visibility, sayer: Sayer<'_>, author: &str) -> Addressing {
    let (public, followers, author) = (PUBLIC.to_owned(), sayer.followers.to_owned(), author.to_owned());
    match visibility {
        Visibility::Public => Addressing { to: vec![public], cc: vec![followers, author] },
        Visibility::Unlisted => Addressing { to: vec![followers], cc: vec![public, author] },
        Visibility::Followers | Visibility::Members | Visibility::Direct => {
            Addressing { to: vec![followers, author], cc: Vec::new() }
        }
    }
}

/// One of ours passes a post on.
#[must_use]
pub fn announce(
    site: &Site,
    announce: AnnounceId,
    sayer: Sayer<'_>,
    visibility: Visibility,
    post: &str,
    author: &str,
    at: Timestamp,
) -> Composed {
    let id = site.announce(announce);
    let to = announced_to(visibility, sayer, author);
    composed("Announce", frame(&id, sayer.uri, to, Some(at)).announce(post), visibility.is_open(), post)
}

/// One of ours takes an announce back. Ours are public.
#[must_use]
pub fn undo_announce(
    id: &str,
    site: &Site,
    announce: AnnounceId,
    sayer: Sayer<'_>,
    post: &str,
    author: &str,
) -> Composed {
    let to = announced_to(Visibility::Public, sayer, author);
    let body = frame(id, sayer.uri, to, None).undo("Announce", &site.announce(announce), post);
    composed("Undo", body, true, post)
}

/// Somebody is reported to their home, in the name of the node: the reporter stays unnamed.
#[must_use]
pub fn flag(id: &str, node: &str, reported: &str, posts: &[String], words: &str) -> Composed {
    let body = frame(id, node, Addressing::to_one(reported), None).flag(reported, posts, words);
    composed("Flag", body, false, reported)
}

/// A post is pinned to the page of one of ours.
#[must_use]
pub fn add_featured(id: &str, sayer: Sayer<'_>, post: &str, featured: &str) -> Composed {
    let to = Addressing::everybody(vec![sayer.followers.to_owned()]);
    composed("Add", frame(id, sayer.uri, to, None).add(post, featured), true, post)
}

/// A post is no longer pinned.
#[must_use]
pub fn remove_featured(id: &str, sayer: Sayer<'_>, post: &str, featured: &str) -> Composed {
    let to = Addressing::everybody(vec![sayer.followers.to_owned()]);
    composed("Remove", frame(id, sayer.uri, to, None).remove(post, featured), true, post)
}

/// One of ours asks to book elsewhere.
#[must_use]
pub fn offer(id: &str, actor: &str, space: &str, ask: &Ask, at: Timestamp) -> Composed {
    let body = frame(id, actor, Addressing::to_one(space), Some(at)).offer(ask);
    composed("Offer", body, false, id)
}

/// One of ours takes back what they asked for; `offer` is its id.
#[must_use]
pub fn undo_offer(id: &str, actor: &str, space: &str, offer: &str, ask: &Ask, at: Timestamp) -> Composed {
    let body = frame(id, actor, Addressing::to_one(space), Some(at)).undo_offer(offer, ask);
    composed("Undo", body, false, offer)
}

/// One of ours says to a space elsewhere that they are there.
#[must_use]
pub fn arrive(id: &str, actor: &str, space: &str, arrive: &Arrive, at: Timestamp) -> Composed {
    let body = frame(id, actor, Addressing::to_one(space), Some(at)).arrive(arrive);
    composed("Arrive", body, false, &presence_key(actor, space))
}

/// One of ours leaves a space elsewhere; `agreement` is the host's address of what they were there for.
#[must_use]
pub fn leave(id: &str, actor: &str, space: &str, place: &str, agreement: Option<&str>, at: Timestamp) -> Composed {
    let body = frame(id, actor, Addressing::to_one(space), Some(at)).leave(place, agreement);
    composed("Leave", body, false, &presence_key(actor, space))
}

/// Nobody leaves before they came.
fn presence_key(actor: &str, space: &str) -> String {
    format!("{actor} at {space}")
}

/// The two of a booking from elsewhere, and the offer that it began with.
#[derive(Debug, Clone, Copy)]
pub struct Deal<'a> {
    /// The space, one of ours.
    pub space: &'a str,
    /// Who asked.
    pub guest: &'a str,
    /// The id of the offer.
    pub offer: &'a str,
}

impl Deal<'_> {
    fn frame<'f>(&'f self, id: &'f str, at: Timestamp) -> Frame<'f> {
        frame(id, self.space, Addressing::to_one(self.guest), Some(at))
    }
}

/// One of our spaces keeps a time until it or the guest has decided.
#[must_use]
pub fn tentative_accept(id: &str, deal: Deal<'_>, until: Timestamp, at: Timestamp) -> Composed {
    let seconds = u64::try_from(until.duration_since(at).as_secs()).unwrap_or(0);
    composed("TentativeAccept", deal.frame(id, at).tentative_accept(deal.offer, until, seconds), false, deal.offer)
}

/// Others have what was asked for, and the guest waits.
#[must_use]
pub fn tentative_accept_waiting(id: &str, deal: Deal<'_>, place: usize, at: Timestamp) -> Composed {
    composed("TentativeAccept", deal.frame(id, at).tentative_accept_waiting(deal.offer, place), false, deal.offer)
}

/// One of our spaces says yes.
#[must_use]
pub fn accept_offer(id: &str, deal: Deal<'_>, agreement: &Agreement, at: Timestamp) -> Composed {
    composed("Accept", deal.frame(id, at).accept_offer(deal.offer, agreement), false, deal.offer)
}

/// One of our spaces says no; to rules that are stale, with fresh ones.
#[must_use]
pub fn reject_offer(id: &str, deal: Deal<'_>, no: &No, fresh: Option<&Bookable>, at: Timestamp) -> Composed {
    composed("Reject", deal.frame(id, at).reject_offer(deal.offer, no, fresh), false, deal.offer)
}

/// One of our spaces tells where a booking stands.
#[must_use]
pub fn update_agreement(id: &str, deal: Deal<'_>, agreement: &Agreement, at: Timestamp) -> Composed {
    composed("Update", deal.frame(id, at).update_agreement(agreement), false, deal.offer)
}
