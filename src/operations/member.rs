//! Members come, change their role, and leave.

use jiff::Timestamp;

use super::key::{self, NewKeys};
use super::{Result, departure, space};
use crate::coworking::id::MemberId;
use crate::coworking::member::{Acting, NewMember, Role};
use crate::coworking::name::Username;
use crate::coworking::{Event, Refusal};
use crate::site::Site;
use crate::store::actor::{self, ActorType, NewLocal};
use crate::store::member::{self, Member};
use crate::store::{Notice, Tx, calendar_feed, event, mail, mailbox, session, token};

/// Makes somebody a member, of the default space if none is named. Nothing about them is suggested or searched until
/// they say so, and followers wait for their word.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but administrators and the keeper; [`Refusal::Taken`] for a name that anybody
/// here has or had; [`Refusal::NotFound`] for a home that is no space of ours; [`Refusal::Setup`] before the setup.
pub fn add(
    tx: &mut Tx<'_>,
    site: &Site,
    acting: Acting,
    new: &NewMember,
    keys: Option<&NewKeys>,
    now: Timestamp,
) -> Result<MemberId> {
    acting.needs(Role::Admin, "add members")?;
    must_be_free(tx, &new.username)?;
    let home = space::or_default(tx, new.home)?;
    let uri = site.member(&new.username);
    let actor = actor::add_local(
        tx,
        &NewLocal {
            uri: &uri,
            shared_inbox: &site.shared_inbox(),
            actor_type: ActorType::Person,
            username: new.username.as_str(),
            host: site.host(),
            name: &new.name,
            home_space: Some(home.id),
            manually_approves_followers: true,
            discoverable: false,
            hides_network: true,
        },
        now,
    )?;
    key::equip(tx, actor, &uri, keys, now)?;
    let member = member::add(tx, actor, new.role, now)?;
    event::record(tx, &Event::MemberJoined { member }, now)?;
    tx.notify(Notice::Changed(actor.0));
    Ok(member)
}

/// Changes what a member may do.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but administrators and the keeper; [`Refusal::NotFound`];
/// [`Refusal::WrongState`] for the last administrator.
pub fn set_role(tx: &mut Tx<'_>, acting: Acting, member: MemberId, role: Role) -> Result<()> {
    acting.needs(Role::Admin, "change roles")?;
    let known = present(tx, member)?;
    if known.role == Role::Admin && role < Role::Admin {
        must_not_be_last_admin(tx)?;
    }
    Ok(member::set_role(tx, member, role)?)
}

/// A member leaves for good: what they said, did and told about themselves goes, their tokens are void, their name stays
/// theirs.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but the member, administrators and the keeper; [`Refusal::NotFound`];
/// [`Refusal::WrongState`] for the last administrator.
pub fn leave(tx: &mut Tx<'_>, acting: Acting, member: MemberId, now: Timestamp) -> Result<()> {
    if !matches!(acting, Acting::Member(asker, _) if asker == member) {
        acting.needs(Role::Admin, "end somebody else's membership")?;
    }
    if present(tx, member)?.role == Role::Admin {
        must_not_be_last_admin(tx)?;
    }
    token::revoke_all(tx, member, now)?;
    calendar_feed::revoke_all(tx, member, now)?;
    session::end_all(tx, member)?;
    mailbox::remove(tx, member)?;
    mail::clear(tx, member)?;
    member::leave(tx, member, now)?;
    departure::forget(tx, member.into(), now)?;
    actor::mark_deleted(tx, member.into(), now)?;
    event::record(tx, &Event::MemberLeft { member }, now)?;
    tx.notify(Notice::Changed(member.0));
    Ok(())
}

/// The membership, if it has not ended.
///
/// # Errors
/// [`Refusal::NotFound`].
pub fn present(tx: &mut Tx<'_>, member: MemberId) -> Result<Member> {
    let known = member::by_id(tx, member.into())?.filter(|member| member.left_at.is_none());
    known.ok_or_else(|| Refusal::NotFound { what: "member" }.into())
}

/// Refuses a name that a member, a space or the node has or ever had.
pub(super) fn must_be_free(tx: &mut Tx<'_>, name: &Username) -> Result<()> {
    match actor::local_by_username(tx, name.as_str())? {
        None => Ok(()),
        Some(_) => Err(Refusal::Taken { field: "username", value: name.to_string() }.into()),
    }
}

/// Refuses when nobody else could help: who is suspended cannot.
pub(super) fn must_not_be_last_admin(tx: &mut Tx<'_>) -> Result<()> {
    if member::with_role(tx, Role::Admin, 2)?.len() > 1 {
        return Ok(());
    }
    Err(Refusal::WrongState {
        what: "member",
        state: "the only administrator",
        needed: "one of several administrators",
    }
    .into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::testing::{Ground, at, refused};
    use crate::operations::token as tokens;
    use crate::store::page::Page;

    #[test]
    fn a_name_is_given_once_whoever_has_it_and_even_after_they_left() {
        let (ground, _) = Ground::set_up();
        let ben = ground.member("ben", Role::Member);
        ground.act(move |tx, _| leave(tx, Acting::Member(ben, Role::Member), ben, at(5))).unwrap();
        for taken in ["ben", "Ben", "harbor", "ana"] {
            let new = NewMember::parse(taken, "X", Role::Member, None).unwrap();
            let again = ground.act(move |tx, site| add(tx, site, Acting::Keeper, &new, None, at(6)));
            assert!(matches!(refused(again), Refusal::Taken { field: "username", .. }), "{taken}");
        }
        let new = NewMember::parse("dora", "Dora", Role::Member, None).unwrap();
        let host = Acting::Member(ground.member("cleo", Role::Host), Role::Host);
        let by_host = ground.act(move |tx, site| add(tx, site, host, &new, None, at(6)));
        assert_eq!(refused(by_host).to_string(), "only an administrator may add members");
    }

    #[test]
    fn who_leaves_leaves_a_tombstone_and_no_way_in() {
        let (ground, _) = Ground::set_up();
        let ben = ground.member("ben", Role::Host);
        let cleo = Acting::Member(ground.member("cleo", Role::Host), Role::Host);
        let key = ground.act(move |tx, _| tokens::create(tx, Acting::Keeper, ben, "phone", None, at(2))).unwrap();
        assert_eq!(refused(ground.act(move |tx, _| leave(tx, cleo, ben, at(5)))).code(), "not-permitted");
        ground
            .act(move |tx, _| {
                let known = tokens::authenticate(tx, key.secret.expose(), at(4))?.unwrap().acting;
                assert_eq!(known, Acting::Member(ben, Role::Host));
                leave(tx, known, ben, at(5))?;
                assert_eq!(tokens::authenticate(tx, key.secret.expose(), at(6))?, None);
                let gone = actor::by_id(tx, ben.into())?.unwrap();
                assert_eq!((gone.name.as_str(), gone.username.as_str(), gone.deleted_at), ("", "ben", Some(at(5))));
                let left: Vec<_> =
                    member::list(tx, Page::default())?.items.into_iter().map(|m| m.actor.username).collect();
                assert_eq!(left, ["cleo", "ana"]);
                Ok(())
            })
            .unwrap();
        let again = ground.act(move |tx, _| leave(tx, Acting::Keeper, ben, at(6)));
        assert_eq!(refused(again), Refusal::NotFound { what: "member" });
        assert_eq!(ground.events().last().unwrap().event, Event::MemberLeft { member: ben });
    }

    #[test]
    fn a_node_always_has_an_administrator() {
        let (ground, done) = Ground::set_up();
        let ana = Acting::Member(done.admin, Role::Admin);
        let down = move |tx: &mut Tx<'_>, _: &Site| set_role(tx, ana, done.admin, Role::Member);
        let words = refused(ground.act(down)).to_string();
        assert!(words.contains("only administrator"), "{words}");
        assert_eq!(refused(ground.act(move |tx, _| leave(tx, ana, done.admin, at(5)))).code(), "wrong-state");

        let ben = ground.member("ben", Role::Member);
        let itself = Acting::Member(ben, Role::Member);
        let up = ground.act(move |tx, _| set_role(tx, itself, ben, Role::Admin));
        assert_eq!(refused(up).code(), "not-permitted");
        ground.act(move |tx, _| set_role(tx, ana, ben, Role::Admin)).unwrap();
        ground.act(down).unwrap();
        assert_eq!(ground.act(move |tx, _| present(tx, done.admin)).unwrap().role, Role::Member);
    }
}
