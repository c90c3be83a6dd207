//! What each fact means to others: which activity tells it, and to whom. One match on the fact; a function for each
//! kind of activity.
//!
//! A fact is told as things stand now: what came after it is told by its own fact, and what is gone again is not told
//! at all.

use jiff::Timestamp;
use serde_json::Value;

use super::audience::Audience;
use crate::activitypub::sent::{Addressing, EmbeddedFollow, Frame};
use crate::coworking::Event;
use crate::coworking::id::{ActorId, AnnounceId, FollowId, LikeId, PostId, ReportId};
use crate::federation::document::rows::{self, Author};
use crate::federation::translate::activity;
use crate::operations::Result;
use crate::site::Site;
use crate::store::actor::{self, Actor};
use crate::store::event::Recorded;
use crate::store::follow::{self, Follow, FollowState};
use crate::store::key::{self, Algorithm};
use crate::store::post::{self, Post};
use crate::store::{Tx, announce, report};

/// Those who reacted to a post and hear of its changes: at most so many.
const HOLDERS: u32 = 1_000;

/// An activity that is to be sent.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Said {
    /// Who says it, and signs.
    pub(super) actor: ActorId,
    /// Its type.
    pub(super) kind: &'static str,
    /// The document.
    pub(super) body: Value,
    /// May everybody read it?
    pub(super) public: bool,
    /// What it is about: what is said of one thing arrives in order.
    pub(super) ordering_key: String,
    /// Is it sent even to a host that is given up?
    pub(super) urgent: bool,
    /// The key that signs its requests, where that is not the actor's of the day.
    pub(super) key_uri: Option<String>,
}

/// An activity and whom it is for; `None` for what nobody elsewhere is told.
pub(super) type Composed = Option<(Said, Audience)>;

/// What a fact means to others.
///
/// # Errors
/// The store's.
pub(super) fn compose(tx: &mut Tx<'_>, site: &Site, fact: &Recorded) -> Result<Composed> {
    let mut composer = Composer { tx, id: site.activity(fact.id.0), at: fact.recorded_at, site };
    match fact.event {
        // Others see them when they meet them; a block is nobody's to know.
        Event::SpaceFounded { .. } | Event::MemberJoined { .. } | Event::ActorBlocked { .. } => Ok(None),
        Event::MemberLeft { member } => composer.left(member.into()),
        Event::ProfileEdited { actor } => composer.shown_anew(actor),
        Event::KeysRotated { actor } => composer.keys_rotated(actor),
        Event::MemberMoved { member, target } => composer.moved(member.into(), target),
        Event::PostPublished { post } | Event::OfferMade { offer: post } => composer.created(post),
        Event::PostEdited { post }
        | Event::OfferEdited { offer: post }
        | Event::OfferSettled { offer: post }
        | Event::OfferExpired { offer: post } => composer.updated(post),
        Event::PostDeleted { post } | Event::OfferDeleted { offer: post } => composer.deleted(post),
        Event::PostPinned { post } => composer.pinned(post, "Add"),
        Event::PostUnpinned { post } => composer.pinned(post, "Remove"),
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
fn said(actor: &Actor, kind: &'static str, body: Value, public: bool, about: &str) -> Said {
    Said { actor: actor.id, kind, body, public, ordering_key: about.to_owned(), urgent: false, key_uri: None }
}

fn urgently(said: Said) -> Said {
    Said { urgent: true, ..said }
}

fn followers_of(actor: &Actor) -> String {
    format!("{}/followers", actor.uri)
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

    fn frame<'a>(&self, id: &'a str, actor: &'a Actor, addressing: Addressing) -> Frame<'a> {
        Frame { id, actor: &actor.uri, addressing, published: Some(self.at) }
    }

    fn left(&mut self, member: ActorId) -> Result<Composed> {
        let Some(actor) = self.ours(member)? else { return Ok(None) };
        let id = format!("{}#delete", actor.uri);
        let body = self.frame(&id, &actor, Addressing::everybody(vec![followers_of(&actor)])).delete_actor();
        let audience = Audience { followers: true, reached: true, ..Audience::default() };
        Ok(Some((urgently(said(&actor, "Delete", body, true, &actor.uri)), audience)))
    }

    fn shown_anew(&mut self, id: ActorId) -> Result<Composed> {
        let Some(actor) = self.ours(id)?.filter(|actor| actor.deleted_at.is_none()) else { return Ok(None) };
        let Some(document) = rows::actor(self.tx, self.site, &actor)? else { return Ok(None) };
        let to = Addressing::everybody(vec![followers_of(&actor)]);
        let body = self.frame(&self.id, &actor, to).update_actor(document.to_value());
        let audience = Audience { followers: true, ..Audience::default() };
        Ok(Some((said(&actor, "Update", body, true, &actor.uri), audience)))
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
        let to = Addressing { to: vec![followers_of(&actor)], cc: Vec::new() };
        let body = self.frame(&self.id, &actor, to).moved(&target.uri);
        let audience = Audience { followers: true, actors: vec![target.id], ..Audience::default() };
        Ok(Some((said(&actor, "Move", body, false, &actor.uri), audience)))
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
        Ok(Audience { followers, actors, personally: !followers, reached: false })
    }

    fn created(&mut self, id: PostId) -> Result<Composed> {
        let Some((post, author)) = self.our_post(id)? else { return Ok(None) };
        let Some(by) = Author::load(self.tx, post.author)? else { return Ok(None) };
        let Some(note) = rows::note(self.tx, self.site, &post, &by)? else { return Ok(None) };
        let audience = self.readers(&post, &author, &note.addressing)?;
        let frame = Frame {
            id: &activity::create_id(&post.uri),
            actor: &author.uri,
            addressing: note.addressing.clone(),
            published: Some(post.published),
        };
        let public = note.addressing.is_public();
        Ok(Some((said(&author, "Create", frame.create(&note), public, &post.uri), audience)))
    }

    fn updated(&mut self, id: PostId) -> Result<Composed> {
        let Some((post, author)) = self.our_post(id)? else { return Ok(None) };
        let Some(by) = Author::load(self.tx, post.author)? else { return Ok(None) };
        let Some(note) = rows::note(self.tx, self.site, &post, &by)? else { return Ok(None) };
        let mut audience = self.readers(&post, &author, &note.addressing)?;
        let public = note.addressing.is_public();
        if public {
            audience.actors.extend(post::holders(self.tx, post.id, HOLDERS)?);
        }
        let body = self.frame(&self.id, &author, note.addressing.clone()).update(&note);
        Ok(Some((said(&author, "Update", body, public, &post.uri), audience)))
    }

    /// What was public may be anywhere by now, and says nothing any more: all who ever heard of the author are told.
    fn deleted(&mut self, id: PostId) -> Result<Composed> {
        let Some((post, author)) = self.our_post(id)? else { return Ok(None) };
        let Some(by) = Author::load(self.tx, post.author)? else { return Ok(None) };
        let Some(addressing) = rows::addressing(self.tx, &post, &by)? else { return Ok(None) };
        let mut audience = self.readers(&post, &author, &addressing)?;
        let public = addressing.is_public();
        audience.reached = public;
        let id = format!("{}#delete", post.uri);
        let body = self.frame(&id, &author, addressing).delete(&post.uri);
        Ok(Some((said(&author, "Delete", body, public, &post.uri), audience)))
    }

    fn pinned(&mut self, id: PostId, kind: &'static str) -> Result<Composed> {
        let Some((post, author)) = self.our_post(id)? else { return Ok(None) };
        if !post.visibility.is_open() {
            return Ok(None);
        }
        let featured = format!("{}/featured", author.uri);
        let frame = self.frame(&self.id, &author, Addressing::everybody(vec![followers_of(&author)]));
        let body = match kind {
            "Add" => frame.add(&post.uri, &featured),
            _ => frame.remove(&post.uri, &featured),
        };
        let audience = Audience { followers: true, ..Audience::default() };
        Ok(Some((said(&author, kind, body, true, &post.uri), audience)))
    }

    /// Who reacts, the post, and its author, when that is somebody elsewhere.
    fn reaction(&mut self, actor: ActorId, post: PostId) -> Result<Option<(Actor, Post, Actor)>> {
        let Some(post) = post::by_id(self.tx, post)? else { return Ok(None) };
        Ok(self.ends(actor, post.author)?.map(|(actor, author)| (actor, post, author)))
    }

    fn liked(&mut self, actor: ActorId, post: PostId, like: LikeId) -> Result<Composed> {
        let Some((actor, post, author)) = self.reaction(actor, post)? else { return Ok(None) };
        let id = self.site.like(like);
        let body = self.frame(&id, &actor, Addressing::to_one(&author.uri)).like(&post.uri);
        Ok(Some((said(&actor, "Like", body, false, &id), Audience::one(author.id))))
    }

    fn like_withdrawn(&mut self, actor: ActorId, post: PostId, like: LikeId) -> Result<Composed> {
        let Some((actor, post, author)) = self.reaction(actor, post)? else { return Ok(None) };
        let like = self.site.like(like);
        let body = self.frame(&self.id, &actor, Addressing::to_one(&author.uri)).undo("Like", &like, &post.uri);
        Ok(Some((said(&actor, "Undo", body, false, &like), Audience::one(author.id))))
    }

    /// An announce concerns the followers of who announces, and the post's author.
    fn passing_on(&mut self, actor: ActorId, author: ActorId) -> Result<Option<(Actor, Addressing, Audience)>> {
        let Some(actor) = self.ours(actor)?.filter(|actor| actor.deleted_at.is_none()) else { return Ok(None) };
        let author = actor::by_id(self.tx, author)?;
        let cc = std::iter::once(followers_of(&actor)).chain(author.iter().map(|author| author.uri.clone()));
        let addressing = Addressing::everybody(cc.collect());
        let actors = author.into_iter().map(|author| author.id).collect();
        Ok(Some((actor, addressing, Audience { followers: true, actors, ..Audience::default() })))
    }

    fn announced(&mut self, actor: ActorId, announce: AnnounceId) -> Result<Composed> {
        let Some(announce) = announce::by_id(self.tx, announce)? else { return Ok(None) };
        let Some(post) = post::by_id(self.tx, announce.post)? else { return Ok(None) };
        let Some((actor, addressing, audience)) = self.passing_on(actor, post.author)? else { return Ok(None) };
        let id = self.site.announce(announce.id);
        let body = self.frame(&id, &actor, addressing).announce(&post.uri);
        Ok(Some((said(&actor, "Announce", body, true, &id), audience)))
    }

    fn announce_withdrawn(&mut self, actor: ActorId, post: PostId, announce: AnnounceId) -> Result<Composed> {
        let Some(post) = post::by_id(self.tx, post)? else { return Ok(None) };
        let Some((actor, addressing, audience)) = self.passing_on(actor, post.author)? else { return Ok(None) };
        let id = self.site.announce(announce);
        let body = self.frame(&self.id, &actor, addressing).undo("Announce", &id, &post.uri);
        Ok(Some((said(&actor, "Undo", body, true, &id), audience)))
    }

    fn follow_requested(&mut self, follower: ActorId, target: ActorId, follow: FollowId) -> Result<Composed> {
        let Some((follower, target)) = self.ends(follower, target)? else { return Ok(None) };
        let id = self.site.follow(follow);
        let body = self.frame(&id, &follower, Addressing::to_one(&target.uri)).follow(&target.uri);
        Ok(Some((urgently(said(&follower, "Follow", body, false, &id)), Audience::one(target.id))))
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
        let asked = EmbeddedFollow { id: &uri, actor: &follower.uri, object: &target.uri };
        let frame = self.frame(&self.id, &target, Addressing::to_one(&follower.uri));
        let (kind, body) = match answer {
            FollowState::Rejected => ("Reject", frame.reject(&asked)),
            FollowState::Accepted | FollowState::Requested => ("Accept", frame.accept(&asked)),
        };
        Ok(Some((urgently(said(&target, kind, body, false, &uri)), Audience::one(follower.id))))
    }

    fn follow_withdrawn(&mut self, follower: ActorId, target: ActorId, follow: FollowId) -> Result<Composed> {
        let Some((follower, target)) = self.ends(follower, target)? else { return Ok(None) };
        let id = self.site.follow(follow);
        let taken_back = EmbeddedFollow { id: &id, actor: &follower.uri, object: &target.uri };
        let body = self.frame(&self.id, &follower, Addressing::to_one(&target.uri)).undo_follow(&taken_back);
        Ok(Some((urgently(said(&follower, "Undo", body, false, &id)), Audience::one(target.id))))
    }

    /// The node reports, so that the home of who is reported does not learn who it was.
    fn reported(&mut self, report: ReportId) -> Result<Composed> {
        let Some(report) = report::by_id(self.tx, report)?.filter(|report| report.forward) else { return Ok(None) };
        let Some(node) = actor::by_uri(self.tx, &self.site.node_actor())? else { return Ok(None) };
        let Some(target) = self.elsewhere(report.target)? else { return Ok(None) };
        let frame = self.frame(&self.id, &node, Addressing::to_one(&target.uri));
        let body = frame.flag(&target.uri, &report.posts, &report.content);
        let audience = Audience { actors: vec![target.id], ..Audience::default() };
        Ok(Some((said(&node, "Flag", body, false, &self.id), audience)))
    }
}
