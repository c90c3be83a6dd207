//! Bearer tokens: how programs, and pages after a login, act for a member.

use jiff::{SignedDuration, Timestamp};

use super::secret::{self, Secret};
use super::{Result, member};
use crate::coworking::id::{MemberId, TokenId};
use crate::coworking::member::{Acting, Role};
use crate::coworking::{Refusal, refusal};
use crate::store::page::{Page, Slice};
use crate::store::token::{self, Token};
use crate::store::{Tx, session};

/// The most tokens of one member that are good at the same time.
pub const TOKEN_LIMIT: usize = 50;
/// The most characters of a token's label.
pub const LABEL_LIMIT: usize = 100;

/// What every token begins with, so that one that leaked is recognised.
const PREFIX: &str = "ts_";
/// How exactly it is remembered when a token was used.
const USED_GRAIN: SignedDuration = SignedDuration::from_hours(1);

/// A new token.
#[derive(Debug, Clone)]
pub struct Created {
    /// Which.
    pub token: TokenId,
    /// Its text, which is shown now and never again.
    pub secret: Secret,
}

/// Who came in with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authenticated {
    /// The member, with the role it has now.
    pub acting: Acting,
    /// Which token it was.
    pub token: TokenId,
    /// Is it time to [`touch`] the token?
    pub touch_due: bool,
}

/// Makes a token for a member. Members make their own; administrators make the first one for
/// somebody new, or another for one who lost theirs.
///
/// # Errors
/// [`Refusal::NotPermitted`], [`Refusal::NotFound`], [`Refusal::TooMany`], [`Refusal::InThePast`], or what is wrong
/// with the label.
pub fn create(
    tx: &mut Tx<'_>,
    acting: Acting,
    member: MemberId,
    label: &str,
    expires: Option<Timestamp>,
    now: Timestamp,
) -> Result<Created> {
    may_handle(acting, member)?;
    member::present(tx, member)?;
    let label = refusal::needed("label", label, LABEL_LIMIT)?;
    if let Some(found) = expires.filter(|expires| *expires <= now) {
        return Err(Refusal::InThePast { field: "expires", found, now }.into());
    }
    let others = token::count(tx, member, now)?;
    if others >= TOKEN_LIMIT {
        return Err(Refusal::TooMany { field: "tokens", limit: TOKEN_LIMIT, found: others + 1 }.into());
    }
    let secret = Secret::new(PREFIX);
    let token = token::add(tx, &secret::hash(secret.expose()), member, &label, expires, now)?;
    Ok(Created { token, secret })
}

/// Who may act with this secret now. Reads only; the role is the one the member has at this moment.
///
/// # Errors
/// The store's; a secret that is wrong, ended or revoked is `None`.
pub fn authenticate(tx: &mut Tx<'_>, secret: &str, now: Timestamp) -> Result<Option<Authenticated>> {
    if !secret.starts_with(PREFIX) || secret.len() > 100 {
        return Ok(None);
    }
    let Some(bearer) = token::bearer(tx, &secret::hash(secret), now)? else { return Ok(None) };
    let touch_due = bearer.last_used_at.is_none_or(|last| now.duration_since(last) >= USED_GRAIN);
    Ok(Some(Authenticated { acting: Acting::Member(bearer.member, bearer.role), token: bearer.token, touch_due }))
}

/// Notes that a token was used; worth doing when [`Authenticated::touch_due`] says so.
///
/// # Errors
/// The store's.
pub fn touch(tx: &mut Tx<'_>, token: TokenId, now: Timestamp) -> Result<()> {
    Ok(token::touch(tx, token, now)?)
}

/// Makes a token void, and signs out where it was used to sign in. One that is void already stays so.
///
/// # Errors
/// [`Refusal::NotFound`] also for tokens of others.
pub fn revoke(tx: &mut Tx<'_>, acting: Acting, token: TokenId, now: Timestamp) -> Result<()> {
    let known = token::by_id(tx, token)?.filter(|token| may_handle(acting, token.member).is_ok());
    known.ok_or(Refusal::NotFound { what: "token" })?;
    token::revoke(tx, token, now)?;
    Ok(session::end_of_token(tx, token)?)
}

/// A member's tokens, the newest first, without those that were revoked.
///
/// # Errors
/// [`Refusal::NotPermitted`].
pub fn list(tx: &mut Tx<'_>, acting: Acting, member: MemberId, page: Page) -> Result<Slice<Token>> {
    may_handle(acting, member)?;
    Ok(token::list(tx, member, page)?)
}

fn may_handle(acting: Acting, member: MemberId) -> std::result::Result<(), Refusal> {
    match acting {
        Acting::Member(asker, _) if asker == member => Ok(()),
        _ => acting.needs(Role::Admin, "handle somebody else's tokens"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::testing::{Ground, at, refused};

    #[test]
    fn a_token_lives_until_it_ends_or_is_revoked_and_always_has_the_role_of_now() {
        let (ground, done) = Ground::set_up();
        let ben = ground.member("ben", Role::Member);
        let own = Acting::Member(ben, Role::Member);
        let made = ground.act(move |tx, _| create(tx, own, ben, " phone ", Some(at(9_000)), at(10))).unwrap();
        assert!(made.secret.expose().starts_with("ts_") && made.secret.expose().len() == 46);
        assert!(!format!("{made:?}").contains(made.secret.expose()));
        ground
            .act(move |tx, _| {
                let text = made.secret.expose();
                let first = authenticate(tx, text, at(20))?.unwrap();
                assert_eq!((first.acting, first.token, first.touch_due), (own, made.token, true));
                touch(tx, first.token, at(20))?;
                assert!(!authenticate(tx, text, at(20 + 3_599))?.unwrap().touch_due);
                assert!(authenticate(tx, text, at(20 + 3_600))?.unwrap().touch_due);
                assert_eq!(list(tx, own, ben, Page::default())?.items[0].label, "phone");

                member::set_role(tx, Acting::Keeper, ben, Role::Host)?;
                assert_eq!(authenticate(tx, text, at(30))?.unwrap().acting, Acting::Member(ben, Role::Host));
                assert!(authenticate(tx, text, at(8_999))?.is_some());
                assert_eq!(authenticate(tx, text, at(9_000))?, None);
                for wrong in ["", "ts_", &text[3..], &text[..45], &format!("{text}x")] {
                    assert_eq!(authenticate(tx, wrong, at(30))?, None, "{wrong}");
                }
                let other = Acting::Member(done.admin, Role::Member);
                assert_eq!(refused(revoke(tx, other, made.token, at(31))), Refusal::NotFound { what: "token" });
                revoke(tx, own, made.token, at(31))?;
                revoke(tx, own, made.token, at(32))?;
                assert_eq!(authenticate(tx, text, at(33))?, None);
                assert_eq!(list(tx, own, ben, Page::default())?.items, []);
                Ok(())
            })
            .unwrap();
    }

    #[test]
    fn nobody_makes_tokens_for_others_past_their_end_or_without_number() {
        let (ground, done) = Ground::set_up();
        let ben = ground.member("ben", Role::Host);
        let own = Acting::Member(ben, Role::Host);
        let other = ground.act(move |tx, _| create(tx, own, done.admin, "x", None, at(2)));
        assert_eq!(refused(other).code(), "not-permitted");
        let past = ground.act(move |tx, _| create(tx, own, ben, "x", Some(at(2)), at(2)));
        assert_eq!(refused(past).code(), "in-the-past");
        let last = ground.act(move |tx, _| {
            for _ in 0..TOKEN_LIMIT {
                create(tx, own, ben, "x", Some(at(5)), at(2))?;
            }
            assert!(create(tx, own, ben, "x", None, at(5)).is_ok(), "those that have ended do not count");
            create(tx, own, ben, "x", None, at(4))
        });
        assert_eq!(refused(last), Refusal::TooMany { field: "tokens", limit: 50, found: 52 });
    }
}
