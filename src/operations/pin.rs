//! Posts that members pin to their pages.

use jiff::Timestamp;

use super::Result;
use super::post::may_read;
use crate::coworking::id::{ActorId, PostId};
use crate::coworking::member::Acting;
use crate::coworking::post::PIN_LIMIT;
use crate::coworking::{Event, Refusal};
use crate::store::{Notice, Tx, event, pin};

/// The most pinned posts that are kept of somebody elsewhere, whose home may allow more than we do.
const REMOTE_LIMIT: usize = 50;

/// Pins one of the member's own posts to their page.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but the author; [`Refusal::NotFound`]; [`Refusal::WrongState`] for a post that not
/// everybody may read; [`Refusal::TooMany`].
pub fn pin(tx: &mut Tx<'_>, acting: Acting, post: PostId, now: Timestamp) -> Result<()> {
    const ACT: &str = "pin a post to their page";
    let member = acting.member(ACT)?;
    let found = may_read(tx, member.into(), post)?;
    if found.author != member.into() {
        return Err(Refusal::NotPermitted { who: "the author", act: ACT }.into());
    }
    if !found.visibility.is_open() {
        let state = found.visibility.as_str();
        return Err(Refusal::WrongState { what: "post", state, needed: "a public or unlisted post" }.into());
    }
    if !pin::add(tx, member.into(), post, now)? {
        return Ok(());
    }
    let found = pin::count(tx, member.into())?;
    if found > PIN_LIMIT {
        return Err(Refusal::TooMany { field: "pins", limit: PIN_LIMIT, found }.into());
    }
    event::record(tx, &Event::PostPinned { post }, now)?;
    tx.notify(Notice::Changed(member.0));
    Ok(())
}

/// Unpins a post; one that is not pinned stays so.
///
/// # Errors
/// [`Refusal::NotPermitted`] for the keeper.
pub fn unpin(tx: &mut Tx<'_>, acting: Acting, post: PostId, now: Timestamp) -> Result<()> {
    let member = acting.member("unpin a post")?;
    if pin::remove(tx, member.into(), post)? {
        event::record(tx, &Event::PostUnpinned { post }, now)?;
        tx.notify(Notice::Changed(member.0));
    }
    Ok(())
}

/// Somebody elsewhere pins a post of theirs; the caller has made sure that it is theirs. Tells whether that was new; one
/// too many is not kept.
///
/// # Errors
/// The store's.
pub fn receive(tx: &mut Tx<'_>, actor: ActorId, post: PostId, now: Timestamp) -> Result<bool> {
    Ok(pin::count(tx, actor)? < REMOTE_LIMIT && pin::add(tx, actor, post, now)?)
}

/// Somebody elsewhere unpins a post. Tells whether it was pinned.
///
/// # Errors
/// The store's.
pub fn receive_undo(tx: &mut Tx<'_>, actor: ActorId, post: PostId) -> Result<bool> {
    Ok(pin::remove(tx, actor, post)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coworking::member::Role;
    use crate::coworking::post::Visibility;
    use crate::operations::post::{Mentions, delete, publish, view};
    use crate::operations::testing::{Ground, acting, at, no, saying};
    use crate::store::post;

    #[test]
    fn a_page_has_a_few_pins_and_shows_what_everybody_may_read() {
        let (ground, _) = Ground::set_up();
        let [ben, cleo] = ["ben", "cleo"].map(|name| ground.member(name, Role::Member));
        ground
            .act(move |tx, site| {
                let say = |tx: &mut Tx<'_>, visibility| {
                    publish(tx, site, acting(ben), &saying("Hello", visibility), &Mentions::default(), at(3))
                };
                let closed = say(tx, Visibility::Followers)?;
                assert_eq!(no(tx, |tx| pin(tx, acting(ben), closed, at(4))).code(), "wrong-state");
                let mut pinned = Vec::new();
                for number in 0..PIN_LIMIT {
                    let post = say(tx, Visibility::Public)?;
                    assert_eq!(no(tx, |tx| pin(tx, acting(cleo), post, at(4))).code(), "not-permitted");
                    for _ in 0..2 {
                        pin(tx, acting(ben), post, at(4 + number as i64))?;
                    }
                    pinned.insert(0, post);
                }
                let more = say(tx, Visibility::Public)?;
                assert_eq!(no(tx, |tx| pin(tx, acting(ben), more, at(9))).code(), "too-many");
                let featured = |tx: &mut Tx<'_>| {
                    post::featured(tx, ben.into()).map(|posts| posts.iter().map(|post| post.id).collect::<Vec<_>>())
                };
                assert_eq!(featured(tx)?, pinned);
                assert!(view(tx, cleo.into(), pinned[0])?.pinned);

                unpin(tx, acting(ben), pinned[0], at(10))?;
                unpin(tx, acting(ben), pinned[0], at(10))?;
                delete(tx, acting(ben), pinned[1], at(10))?;
                assert_eq!(featured(tx)?, pinned[2..]);
                pin(tx, acting(ben), more, at(11))?;
                Ok(())
            })
            .unwrap();
        let pins = ground.events().into_iter().filter(|fact| fact.event.name().ends_with("inned"));
        assert_eq!(pins.count(), PIN_LIMIT + 2);
    }
}
