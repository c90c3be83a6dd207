//! Announces: a member, or a space through those who work there, passes a post on.

use jiff::Timestamp;

use super::Result;
use super::post::{Why, may_read, recount};
use super::speaker::{As, speaker};
use crate::coworking::id::{ActorId, AnnounceId, PostId};
use crate::coworking::member::{Acting, Role};
use crate::coworking::post::Visibility;
use crate::coworking::{Event, Refusal};
use crate::store::announce::{self, Announce, NewAnnounce};
use crate::store::notification::{self, NotificationKind};
use crate::store::post::{self, Post, Reader};
use crate::store::{Notice, Tx, event, follow, timeline, tombstone};

/// Passes a post on to the followers of who speaks; passing it on again changes nothing.
///
/// # Errors
/// [`Refusal::NotPermitted`] for the keeper, and for a space to all but hosts and administrators;
/// [`Refusal::NotFound`] for a post that the member may not read; [`Refusal::NotPublic`] for one that not everybody
/// may.
pub fn announce(tx: &mut Tx<'_>, acting: Acting, by: As, post: PostId, now: Timestamp) -> Result<AnnounceId> {
    let actor = speaker(tx, acting, by, Role::Host, "announce posts for a space")?;
    let passed_on = may_read(tx, acting.into(), post)?;
    if !passed_on.visibility.is_open() {
        return Err(Refusal::NotPublic { visibility: passed_on.visibility.as_str() }.into());
    }
    pass_on(tx, actor, &passed_on, now)
}

/// Passes on what everybody may read, in the name of an actor who may speak so.
///
/// # Errors
/// The store's.
pub(super) fn pass_on(tx: &mut Tx<'_>, actor: ActorId, passed_on: &Post, now: Timestamp) -> Result<AnnounceId> {
    let post = passed_on.id;
    if let Some(known) = announce::of(tx, actor, post)? {
        return Ok(known.id);
    }
    let new = NewAnnounce { uri: None, actor, post, visibility: Visibility::Public };
    let announce = announce::add(tx, new, now)?;
    let announce = announce
        .ok_or_else(|| anyhow::anyhow!("the announce of post {post} by {actor} was neither there nor added"))?;
    spread(tx, announce, actor, passed_on)?;
    tell(tx, actor, passed_on, now)?;
    event::record(tx, &Event::PostAnnounced { actor, post, announce }, now)?;
    tx.notify(Notice::Changed(actor.0));
    Ok(announce)
}

/// Takes an announce back; without one nothing happens.
///
/// # Errors
/// [`Refusal::NotPermitted`] as [`announce()`].
pub fn withdraw(tx: &mut Tx<'_>, acting: Acting, by: As, post: PostId, now: Timestamp) -> Result<()> {
    let actor = speaker(tx, acting, by, Role::Host, "announce posts for a space")?;
    take_back(tx, actor, post, now)
}

/// Takes back what an actor passed on, whoever asked for it; without an announce nothing happens.
///
/// # Errors
/// The store's.
pub(super) fn take_back(tx: &mut Tx<'_>, actor: ActorId, post: PostId, now: Timestamp) -> Result<()> {
    if let Some(known) = announce::of(tx, actor, post)? {
        remove(tx, &known)?;
        event::record(tx, &Event::AnnounceWithdrawn { actor, post, announce: known.id }, now)?;
        tx.notify(Notice::Changed(actor.0));
    }
    Ok(())
}

/// Is an announce by this actor news to anybody here? Asked before a post is fetched for it; of posts from here every
/// announce is.
///
/// # Errors
/// The store's.
pub fn concerns(tx: &mut Tx<'_>, actor: ActorId) -> Result<bool> {
    Ok(follow::has_followers(tx, actor)?)
}

/// Somebody elsewhere passes on a post that is known here. Its author is told, unless it comes for its followers' sake
/// alone. `None` when nothing is written: the announce is here already, was taken back before it came, concerns nobody
/// here, or is of what not everybody may read.
///
/// # Errors
/// The store's.
pub fn receive(
    tx: &mut Tx<'_>,
    actor: ActorId,
    post: PostId,
    uri: &str,
    visibility: Visibility,
    why: Why,
    now: Timestamp,
) -> Result<Option<AnnounceId>> {
    let Some(passed_on) = post::readable(tx, Reader::Actor(actor), post)? else { return Ok(None) };
    if !passed_on.visibility.is_open() || !passed_on.local && !concerns(tx, actor)? {
        return Ok(None);
    }
    let visibility = match visibility {
        Visibility::Public | Visibility::Unlisted => visibility,
        Visibility::Followers | Visibility::Members | Visibility::Direct => Visibility::Followers,
    };
    let added = announce::add(tx, NewAnnounce { uri: Some(uri), actor, post, visibility }, now)?;
    if let Some(announce) = added {
        spread(tx, announce, actor, &passed_on)?;
        if why != Why::Followed {
            tell(tx, actor, &passed_on, now)?;
        }
    }
    Ok(added)
}

/// Somebody elsewhere takes an announce back: the one with this id, or else the one of this post. What is not here is
/// refused when it comes. Tells whether an announce went.
///
/// # Errors
/// The store's.
pub fn receive_undo(
    tx: &mut Tx<'_>,
    actor: ActorId,
    uri: Option<&str>,
    post: Option<PostId>,
    now: Timestamp,
) -> Result<bool> {
    let named = match uri {
        Some(uri) => announce::by_uri(tx, uri)?.filter(|announce| announce.actor == actor),
        None => None,
    };
    let found = match (named, post) {
        (None, Some(post)) => announce::of(tx, actor, post)?,
        (named, _) => named,
    };
    match (found, uri) {
        (Some(announce), _) => remove(tx, &announce).map(|()| true),
        (None, Some(uri)) => {
            tombstone::bury(tx, uri, actor, now)?;
            Ok(false)
        }
        (None, None) => Ok(false),
    }
}

/// Brings the post to those who follow the announcer.
fn spread(tx: &mut Tx<'_>, announce: AnnounceId, actor: ActorId, post: &Post) -> Result<()> {
    timeline::pass_on(tx, announce, post.id, actor, post.author)?;
    recount(tx, post.local, post.author);
    Ok(())
}

/// Tells the post's author, who lives here.
fn tell(tx: &mut Tx<'_>, actor: ActorId, post: &Post, now: Timestamp) -> Result<()> {
    if post.local {
        notification::add(tx, post.author, NotificationKind::Announce, actor, Some(post.id), now)?;
    }
    Ok(())
}

fn remove(tx: &mut Tx<'_>, announce: &Announce) -> Result<()> {
    announce::remove(tx, announce.id)?;
    timeline::drop_announce(tx, announce.id, announce.post)?;
    if let Some(post) = post::by_id(tx, announce.post)? {
        notification::forget_post(tx, post.author, announce.actor, post.id, NotificationKind::Announce)?;
        recount(tx, post.local, post.author);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coworking::id::MemberId;
    use crate::operations::post::{self as posts, Mentions, Why, publish};
    use crate::operations::testing::{Ground, acting, at, coming, let_follow, no, saying, stranger};
    use crate::operations::{block, reaction, timeline as lists};
    use crate::store::page::Page;
    use crate::store::post::Spoken;

    /// Posts of a member's home, each with who brought it.
    fn home(tx: &mut Tx<'_>, member: MemberId) -> Result<Vec<(PostId, Option<ActorId>)>> {
        let page = lists::home(tx, acting(member), Page::default())?;
        Ok(page.items.into_iter().map(|seen| (seen.post.id, seen.announced_by.map(|by| by.actor.id))).collect())
    }

    #[test]
    fn a_post_comes_to_a_home_once_however_often_it_is_passed_on() {
        let (ground, done) = Ground::set_up();
        let [ben, cleo] = ["ben", "cleo"].map(|name| ground.member(name, Role::Member));
        let host = Acting::Member(ground.member("hera", Role::Host), Role::Host);
        ground
            .act(move |tx, site| {
                let [gus, hal] = [stranger(tx, "gus")?, stranger(tx, "hal")?];
                let say = |tx: &mut Tx<'_>, visibility| {
                    publish(tx, site, acting(cleo), &saying("Hello", visibility), &Mentions::default(), at(3))
                };
                let own = say(tx, Visibility::Public)?;
                let far = posts::receive(tx, &coming(hal, 1), Why::Asked, at(90_000))?.post().unwrap();
                for followed in [gus, done.space.into()] {
                    let_follow(tx, ben.into(), followed)?;
                }
                assert_eq!(home(tx, ben)?, []);

                let by_space = announce(tx, host, As::Space(done.space), own, at(4))?;
                assert_eq!(announce(tx, host, As::Space(done.space), own, at(5))?, by_space);
                assert_eq!(
                    no(tx, |tx| announce(tx, acting(ben), As::Space(done.space), own, at(5))).code(),
                    "not-permitted"
                );
                receive(tx, gus, own, "https://pier.example/a/1", Visibility::Public, Why::Delivered, at(6))?;
                receive(tx, gus, far, "https://pier.example/a/2", Visibility::Public, Why::Delivered, at(6))?;
                assert_eq!(
                    receive(tx, gus, far, "https://pier.example/a/3", Visibility::Public, Why::Delivered, at(6))?,
                    None
                );
                assert_eq!(home(tx, ben)?, [(far, Some(gus)), (own, Some(done.space.into()))]);
                let seen = posts::view(tx, ben.into(), own)?;
                assert_eq!((seen.announces, seen.announced), (2, false));

                // Nobody here follows the announcer; but our own post is passed on.
                assert_eq!(
                    receive(tx, hal, far, "https://pier.example/a/4", Visibility::Public, Why::Delivered, at(7))?,
                    None
                );
                assert!(
                    receive(tx, hal, own, "https://pier.example/a/5", Visibility::Public, Why::Followed, at(7))?
                        .is_some()
                );
                let told = notification::list(tx, cleo, Page::default())?.items;
                assert!(told.iter().any(|one| one.actor.id == gus));
                assert!(told.iter().all(|one| one.actor.id != hal), "it came for the sake of followers alone");

                // Mutes hide what they bring, not what others bring of theirs.
                block::mute(tx, acting(ben), gus, at(8))?;
                assert_eq!(home(tx, ben)?, [(own, Some(done.space.into()))]);
                block::unmute(tx, acting(ben), gus)?;

                assert!(!receive_undo(tx, hal, Some("https://pier.example/a/2"), None, at(9))?, "it is another's");
                assert!(receive_undo(tx, gus, Some("https://pier.example/a/2"), None, at(9))?);
                let again =
                    receive(tx, gus, far, "https://pier.example/a/2", Visibility::Public, Why::Delivered, at(9))?;
                assert!(again.is_some());
                assert!(receive_undo(tx, gus, Some("https://pier.example/a/x"), Some(far), at(9))?);
                assert!(!receive_undo(tx, gus, Some("https://pier.example/a/6"), Some(far), at(9))?);
                assert_eq!(
                    receive(tx, gus, far, "https://pier.example/a/6", Visibility::Public, Why::Delivered, at(9))?,
                    None
                );
                withdraw(tx, host, As::Space(done.space), own, at(9))?;
                assert_eq!(home(tx, ben)?, []);

                for visibility in [Visibility::Followers, Visibility::Members, Visibility::Direct] {
                    if visibility != Visibility::Direct {
                        let closed = say(tx, visibility)?;
                        assert_eq!(
                            no(tx, |tx| announce(tx, acting(cleo), As::Oneself, closed, at(9))).code(),
                            "not-public"
                        );
                    }
                }
                Ok(())
            })
            .unwrap();
    }

    #[test]
    fn the_outbox_shows_what_everybody_may_read_in_order() {
        let (ground, _) = Ground::set_up();
        let [ben, cleo] = ["ben", "cleo"].map(|name| ground.member(name, Role::Member));
        ground
            .act(move |tx, site| {
                let say = |tx: &mut Tx<'_>, who, visibility| {
                    publish(tx, site, acting(who), &saying("Hello", visibility), &Mentions::default(), at(3))
                };
                let other = say(tx, cleo, Visibility::Public)?;
                let first = say(tx, ben, Visibility::Public)?;
                say(tx, ben, Visibility::Followers)?;
                say(tx, ben, Visibility::Members)?;
                let passed_on = announce(tx, acting(ben), As::Oneself, other, at(4))?;
                let last = say(tx, ben, Visibility::Unlisted)?;
                assert_eq!(post::outbox_count(tx, ben.into())?, 3);
                let page = post::outbox(tx, ben.into(), Page::new(None, Some(2)))?;
                assert!(
                    matches!(&page.items[..], [Spoken::Post(post), Spoken::Announce(announce)]
                        if post.id == last && announce.id == passed_on && announce.post_uri == site.post(other)),
                    "{page:?}"
                );
                let page = post::outbox(tx, ben.into(), Page::new(page.next, Some(2)))?;
                assert!(matches!(&page.items[..], [Spoken::Post(post)] if post.id == first), "{page:?}");
                assert_eq!(page.next, None);

                let page = lists::of_actor(tx, Reader::Stranger, ben.into(), false, Page::default())?.items;
                let shown: Vec<_> = page.iter().map(|seen| (seen.post.id, seen.announced_by.is_some())).collect();
                assert_eq!(shown, [(last, false), (other, true), (first, false)]);
                Ok(())
            })
            .unwrap();
    }

    #[test]
    fn a_like_counts_once_and_goes_with_its_undo() {
        let (ground, _) = Ground::set_up();
        let [ben, cleo] = ["ben", "cleo"].map(|name| ground.member(name, Role::Member));
        ground
            .act(move |tx, site| {
                let gus = stranger(tx, "gus")?;
                let own = saying("Hello", Visibility::Public);
                let own = publish(tx, site, acting(ben), &own, &Mentions::default(), at(3))?;
                let likes = |tx: &mut Tx<'_>| posts::view(tx, cleo.into(), own).map(|seen| (seen.likes, seen.liked));
                let told = |tx: &mut Tx<'_>| notification::unread(tx, ben);

                let like = reaction::like(tx, acting(cleo), own, at(4))?;
                assert_eq!(reaction::like(tx, acting(cleo), own, at(4))?, like);
                for uri in ["https://pier.example/l/1", "https://pier.example/l/1", "https://pier.example/l/2"] {
                    reaction::receive(tx, gus, own, uri, at(5))?;
                }
                assert_eq!((likes(tx)?, told(tx)?), ((2, true), 2));
                reaction::unlike(tx, acting(cleo), own, at(6))?;
                reaction::unlike(tx, acting(cleo), own, at(6))?;
                // Some repeat the like's id, some name only what was liked.
                assert!(reaction::receive_undo(tx, gus, Some("https://pier.example/l/1"), None, at(6))?);
                reaction::receive(tx, gus, own, "https://pier.example/l/3", at(7))?;
                assert!(reaction::receive_undo(tx, gus, None, Some(own), at(7))?);
                assert!(!reaction::receive_undo(tx, gus, Some("https://pier.example/l/4"), None, at(7))?);
                assert_eq!(reaction::receive(tx, gus, own, "https://pier.example/l/4", at(8))?, None);
                assert_eq!((likes(tx)?, told(tx)?), ((0, false), 0));
                Ok(())
            })
            .unwrap();
        let facts: Vec<&str> = ground.events().iter().map(|fact| fact.event.name()).collect();
        assert!(facts.ends_with(&["PostPublished", "PostLiked", "LikeWithdrawn"]), "{facts:?}");
    }
}
