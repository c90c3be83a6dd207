//! Suspensions: those who keep order silence somebody, here or elsewhere, until they let them speak again.
//!
//! Who is suspended is neither heard nor shown: what comes from elsewhere is refused, what is here is not listed, and a
//! member's tokens do not open anything. Nothing is lost, and nothing is sent: other servers find a member's pages gone
//! for as long as it lasts.

use jiff::Timestamp;

use super::{Result, member};
use crate::coworking::Refusal;
use crate::coworking::id::{ActorId, MemberId};
use crate::coworking::member::{Acting, Role};
use crate::store::actor::{self, Actor, ActorSummary, ActorType};
use crate::store::page::{Page, Slice};
use crate::store::{self, Notice, Tx, session};

/// Silences an account.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but hosts, administrators and the keeper, and for hosts who are about to silence
/// one of their own; [`Refusal::Oneself`]; [`Refusal::NotFound`]; [`Refusal::WrongState`] for a space, the node and the
/// last administrator.
pub fn suspend(tx: &mut Tx<'_>, acting: Acting, target: ActorId, now: Timestamp) -> Result<()> {
    let known = judged(tx, acting, target)?;
    if matches!(acting, Acting::Member(asker, _) if target == asker.into()) {
        return Err(Refusal::Oneself { act: "suspend" }.into());
    }
    if known.local && known.actor_type != ActorType::Person {
        return Err(Refusal::WrongState {
            what: "account",
            state: "a space or the node itself",
            needed: "a member, or an account elsewhere",
        }
        .into());
    }
    if known.suspended_at.is_none() && is_admin(tx, target)? {
        member::must_not_be_last_admin(tx)?;
    }
    set(tx, target, true, now)
}

/// Lets an account speak again.
///
/// # Errors
/// As [`suspend`], the last two aside.
pub fn lift(tx: &mut Tx<'_>, acting: Acting, target: ActorId, now: Timestamp) -> Result<()> {
    judged(tx, acting, target)?;
    set(tx, target, false, now)
}

/// Accounts that are suspended, those known for the shortest time first.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but hosts, administrators and the keeper.
pub fn list(tx: &mut Tx<'_>, acting: Acting, page: Page) -> Result<Slice<ActorSummary>> {
    acting.needs(Role::Host, "list suspended accounts")?;
    Ok(actor::suspended(tx, page)?)
}

fn set(tx: &mut Tx<'_>, target: ActorId, suspended: bool, now: Timestamp) -> Result<()> {
    actor::set_suspended(tx, target, suspended, now)?;
    if suspended {
        session::end_all(tx, MemberId(target.0))?;
    }
    tx.notify(Notice::Changed(target.0));
    Ok(())
}

/// The account, if the asker may judge it.
fn judged(tx: &mut Tx<'_>, acting: Acting, target: ActorId) -> Result<Actor> {
    acting.needs(Role::Host, "suspend accounts")?;
    let known = actor::by_id(tx, target)?.filter(|actor| actor.deleted_at.is_none());
    let known = known.ok_or(Refusal::NotFound { what: "account" })?;
    if store::member::by_id(tx, target)?.is_some_and(|member| member.role >= Role::Host) {
        acting.needs(Role::Admin, "suspend a host or an administrator")?;
    }
    Ok(known)
}

fn is_admin(tx: &mut Tx<'_>, target: ActorId) -> Result<bool> {
    Ok(store::member::by_id(tx, target)?.is_some_and(|member| member.role == Role::Admin))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::testing::{Ground, acting, at, no, stranger};
    use crate::operations::token;

    #[test]
    fn who_is_suspended_is_shut_out_until_it_is_lifted() {
        let (ground, _) = Ground::set_up();
        let ben = ground.member("ben", Role::Member);
        let host = Acting::Member(ground.member("cleo", Role::Host), Role::Host);
        ground
            .act(move |tx, _| {
                let gus = stranger(tx, "gus")?;
                let key = token::create(tx, Acting::Keeper, ben, "phone", None, at(2))?;
                for target in [ben.into(), gus] {
                    suspend(tx, host, target, at(3))?;
                    suspend(tx, host, target, at(4))?;
                    assert_eq!(actor::by_id(tx, target)?.unwrap().suspended_at, Some(at(3)), "since the first time");
                }
                assert_eq!(token::authenticate(tx, key.secret.expose(), at(5))?, None);
                for target in [ben.into(), gus] {
                    lift(tx, host, target, at(6))?;
                    assert!(actor::by_id(tx, target)?.unwrap().is_active());
                }
                assert!(token::authenticate(tx, key.secret.expose(), at(7))?.is_some(), "nothing was lost");
                Ok(())
            })
            .unwrap();
    }

    #[test]
    fn nobody_suspends_those_above_them_themselves_or_the_last_who_could_help() {
        let (ground, done) = Ground::set_up();
        let (ben, hera) = (ground.member("ben", Role::Member), ground.member("hera", Role::Host));
        let host = Acting::Member(ground.member("cleo", Role::Host), Role::Host);
        let ana = Acting::Member(done.admin, Role::Admin);
        ground
            .act(move |tx, site| {
                let now = at(3);
                let by_member = no(tx, |tx| suspend(tx, acting(ben), hera.into(), now)).to_string();
                assert_eq!(by_member, "only a host or an administrator may suspend accounts");
                for above in [hera, done.admin] {
                    let words = no(tx, |tx| suspend(tx, host, above.into(), now)).to_string();
                    assert_eq!(words, "only an administrator may suspend a host or an administrator");
                }
                assert_eq!(no(tx, |tx| suspend(tx, ana, done.admin.into(), now)).code(), "oneself");
                assert_eq!(no(tx, |tx| suspend(tx, ana, ActorId(7), now)).code(), "not-found");
                let node = actor::id_of(tx, &site.node_actor())?.unwrap();
                for place in [node, done.space.into()] {
                    let words = no(tx, |tx| suspend(tx, ana, place, now)).to_string();
                    assert!(words.contains("a member, or an account elsewhere"), "{words}");
                }
                let last = no(tx, |tx| suspend(tx, Acting::Keeper, done.admin.into(), now)).to_string();
                assert!(last.contains("only administrator"), "{last}");

                // A suspended administrator cannot help, so that one does not count.
                member::set_role(tx, ana, ben, Role::Admin)?;
                suspend(tx, ana, ben.into(), now)?;
                assert_eq!(no(tx, |tx| suspend(tx, Acting::Keeper, done.admin.into(), now)).code(), "wrong-state");
                lift(tx, ana, ben.into(), now)?;
                suspend(tx, Acting::Member(ben, Role::Admin), done.admin.into(), now)
            })
            .unwrap();
    }
}
