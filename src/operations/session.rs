//! Members in their browsers: signed in by a link that works once, or by a token; known until it ends.

use jiff::{SignedDuration, Timestamp};

use super::secret::{self, Secret};
use super::{Result, member as members, token};
use crate::coworking::Refusal;
use crate::coworking::id::{MemberId, SessionId, TokenId};
use crate::coworking::member::{Acting, Role};
use crate::store::Tx;
use crate::store::page::{Page, Slice};
use crate::store::session::{self, Session};
use crate::store::token as tokens;

/// How long a browser is known.
pub const LIFE: SignedDuration = SignedDuration::from_hours(24 * 30);
/// How long a link may work, and at least.
pub const LINK: (SignedDuration, SignedDuration) = (SignedDuration::from_mins(15), SignedDuration::from_hours(24));
/// The most browsers of one member; the oldest gives way.
pub const LIMIT: u32 = 20;

/// What every secret of a browser begins with, so that no token passes for one.
const PREFIX: &str = "web_";
/// What every secret of a link begins with.
const LINK_PREFIX: &str = "in_";
/// How exactly it is remembered when a session was used.
const USED_GRAIN: SignedDuration = SignedDuration::from_hours(1);
/// The most characters that are kept of what a browser says it is.
const LABEL: usize = 100;

/// Who is known by a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The member, with the role of now.
    pub acting: Acting,
    /// Whose it is.
    pub member: MemberId,
    /// What people call them.
    pub name: String,
    /// By which session.
    pub session: SessionId,
    /// Is it time to [`touch`] it?
    pub touch_due: bool,
}

/// Makes a link with which a member signs in, once. Members make their own; hosts and administrators help those whom
/// they may also silence: whoever has the link is that member.
///
/// # Errors
/// [`Refusal::NotPermitted`]; [`Refusal::NotFound`] member; [`Refusal::Malformed`] for less than a quarter of an hour and more
/// than a day.
pub fn link(tx: &mut Tx<'_>, acting: Acting, member: MemberId, life: SignedDuration, now: Timestamp) -> Result<Secret> {
    let whose = members::present(tx, member)?;
    if !is_own(acting, member) {
        let needed = if whose.role >= Role::Host { Role::Admin } else { Role::Host };
        acting.needs(needed, "make a link with which somebody else signs in")?;
    }
    if life < LINK.0 || life > LINK.1 {
        let found = format!("{} minutes", life.as_mins());
        return Err(Refusal::malformed("minutes", found, "a time from 15 minutes to a day").into());
    }
    let secret = Secret::new(LINK_PREFIX);
    session::add_link(tx, &secret::hash(secret.expose()), member, now.saturating_add(life).unwrap_or(now))?;
    Ok(secret)
}

/// Is this link good now? Looking at it does not use it up.
///
/// # Errors
/// The store's.
pub fn is_good_link(tx: &mut Tx<'_>, text: &str, now: Timestamp) -> Result<bool> {
    Ok(is_secret(text, LINK_PREFIX) && session::link(tx, &secret::hash(text), now)?.is_some())
}

/// Signs a member in by a link, which is used up.
///
/// # Errors
/// [`Refusal::NotFound`] for a link that is wrong, old or used.
pub fn sign_in_by_link(tx: &mut Tx<'_>, text: &str, browser: &str, now: Timestamp) -> Result<Secret> {
    let hash = secret::hash(text);
    let member = match is_secret(text, LINK_PREFIX) {
        true => session::link(tx, &hash, now)?,
        false => None,
    };
    let member = member.ok_or(Refusal::NotFound { what: "sign-in link" })?;
    if !session::use_link(tx, &hash)? {
        return Err(Refusal::NotFound { what: "sign-in link" }.into());
    }
    open(tx, member, browser, None, now)
}

/// Signs a member in by one of their tokens, for no longer than the token is good: until it ends or is revoked.
///
/// # Errors
/// [`Refusal::Malformed`] for a token that is wrong, has ended or was revoked.
pub fn sign_in_by_token(tx: &mut Tx<'_>, text: &str, browser: &str, now: Timestamp) -> Result<Secret> {
    let known = token::authenticate(tx, text.trim(), now)?;
    // What was typed is a secret, or nearly: it is not told back.
    let known = known.ok_or_else(|| Refusal::malformed("token", "…", "a token that is good now: ts_…"))?;
    token::touch(tx, known.token, now)?;
    open(tx, known.acting.member("sign in")?, browser, Some(known.token), now)
}

fn open(tx: &mut Tx<'_>, member: MemberId, browser: &str, token: Option<TokenId>, now: Timestamp) -> Result<Secret> {
    session::end_old(tx, member, LIMIT - 1)?;
    let secret = Secret::new(PREFIX);
    let label: String = browser.chars().filter(|c| !c.is_control()).take(LABEL).collect();
    let mut expires_at = now.saturating_add(LIFE).unwrap_or(now);
    if let Some(token) = token {
        let end = tokens::by_id(tx, token)?.and_then(|token| token.expires_at);
        expires_at = end.map_or(expires_at, |end| end.min(expires_at));
    }
    session::add(tx, &secret::hash(secret.expose()), member, label.trim(), (expires_at, token), now)?;
    Ok(secret)
}

/// Who is known by what a browser holds. Reads only.
///
/// # Errors
/// The store's.
pub fn find(tx: &mut Tx<'_>, text: &str, now: Timestamp) -> Result<Option<Known>> {
    if !is_secret(text, PREFIX) {
        return Ok(None);
    }
    Ok(session::good(tx, &secret::hash(text), now)?.map(|bearer| Known {
        acting: Acting::Member(bearer.session.member, bearer.role),
        member: bearer.session.member,
        name: bearer.name,
        session: bearer.session.id,
        touch_due: now.duration_since(bearer.session.last_used_at) >= USED_GRAIN,
    }))
}

/// Notes that a session was used; worth doing when [`Known::touch_due`] says so.
///
/// # Errors
/// The store's.
pub fn touch(tx: &mut Tx<'_>, id: SessionId, now: Timestamp) -> Result<()> {
    Ok(session::touch(tx, id, now)?)
}

/// A member's browsers, the newest first.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but the member, administrators and the keeper.
pub fn list(tx: &mut Tx<'_>, acting: Acting, member: MemberId, page: Page) -> Result<Slice<Session>> {
    may_handle(acting, member)?;
    Ok(session::list(tx, member, page)?)
}

/// Signs a member out of a browser. Once is enough.
///
/// # Errors
/// [`Refusal::NotFound`] also for those of others.
pub fn end(tx: &mut Tx<'_>, acting: Acting, id: SessionId) -> Result<()> {
    let Some(known) = session::by_id(tx, id)? else { return Ok(()) };
    may_handle(acting, known.member).map_err(|_| Refusal::NotFound { what: "session" })?;
    Ok(session::end(tx, id)?)
}

fn is_secret(text: &str, prefix: &str) -> bool {
    text.starts_with(prefix) && text.len() <= 100
}

fn is_own(acting: Acting, member: MemberId) -> bool {
    matches!(acting, Acting::Member(asker, _) if asker == member)
}

fn may_handle(acting: Acting, member: MemberId) -> std::result::Result<(), Refusal> {
    if is_own(acting, member) { Ok(()) } else { acting.needs(Role::Admin, "handle somebody else's sessions") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::suspension;
    use crate::operations::testing::{Ground, acting, at, no};

    const HOUR: SignedDuration = SignedDuration::from_hours(1);

    #[test]
    fn a_link_works_once_and_a_browser_is_known_until_it_ends() {
        let (ground, done) = Ground::set_up();
        let (ben, hugo) = (ground.member("ben", Role::Member), ground.member("hugo", Role::Host));
        let host = Acting::Member(hugo, Role::Host);
        ground
            .act(move |tx, _| {
                let made = link(tx, host, ben, HOUR, at(10))?;
                assert!(!format!("{made:?}").contains(made.expose()) && made.expose().len() == 46);
                assert!(is_good_link(tx, made.expose(), at(3_609))? && !is_good_link(tx, made.expose(), at(3_610))?);
                let browser = sign_in_by_link(tx, made.expose(), "Firefox\u{7} on a phone", at(20))?;
                assert_eq!(no(tx, |tx| sign_in_by_link(tx, made.expose(), "x", at(21))).code(), "not-found");
                let known = find(tx, browser.expose(), at(20))?.unwrap();
                assert_eq!((known.acting, known.name.as_str(), known.touch_due), (acting(ben), "ben", false));
                assert!(find(tx, browser.expose(), at(20 + 3_600))?.unwrap().touch_due);
                assert_eq!(find(tx, browser.expose(), at(20) + LIFE)?, None);
                let mine = list(tx, acting(ben), ben, Page::default())?.items;
                assert_eq!((mine.len(), mine[0].label.as_str()), (1, "Firefox on a phone"));
                for wrong in ["", "web_", made.expose(), &format!("{}x", browser.expose())] {
                    assert_eq!(find(tx, wrong, at(30))?, None, "{wrong}");
                }

                let token = token::create(tx, acting(ben), ben, "x", None, at(30))?.secret;
                let other = sign_in_by_token(tx, &format!(" {} ", token.expose()), "Safari", at(31))?;
                let wrong = no(tx, |tx| sign_in_by_token(tx, "ts_secret", "x", at(31)));
                assert!(wrong.code() == "malformed" && !wrong.to_string().contains("secret"), "{wrong}");
                // Hosts sign nobody out, and see no browsers.
                assert_eq!(no(tx, |tx| list(tx, host, ben, Page::default())).code(), "not-permitted");
                assert_eq!(no(tx, |tx| end(tx, host, known.session)).code(), "not-found");
                end(tx, acting(ben), known.session)?;
                end(tx, acting(ben), known.session)?;
                assert_eq!(find(tx, browser.expose(), at(40))?, None);

                // Who is silenced is signed out for good, and who leaves, too.
                let waiting = link(tx, host, ben, HOUR, at(40))?;
                let admin = Acting::Member(done.admin, Role::Admin);
                suspension::suspend(tx, admin, ben.into(), at(41))?;
                suspension::lift(tx, admin, ben.into(), at(42))?;
                assert_eq!(find(tx, other.expose(), at(43))?, None);
                assert!(!is_good_link(tx, waiting.expose(), at(43))?);
                let last = sign_in_by_token(tx, token.expose(), "Safari", at(44))?;
                members::leave(tx, acting(ben), ben, at(45))?;
                assert_eq!(find(tx, last.expose(), at(46))?, None);
                Ok(())
            })
            .unwrap();
    }

    #[test]
    fn a_browser_that_a_token_opened_is_known_no_longer_than_the_token_is_good() {
        let (ground, _) = Ground::set_up();
        let ben = ground.member("ben", Role::Member);
        ground
            .act(move |tx, _| {
                let mut opened = |label: &str, expires| {
                    let made = token::create(tx, acting(ben), ben, label, expires, at(10))?;
                    Ok::<_, crate::operations::Error>((
                        made.token,
                        sign_in_by_token(tx, made.secret.expose(), label, at(20))?,
                    ))
                };
                let (leaked, thief) = opened("leaked", None)?;
                let (_, kept) = opened("kept", None)?;
                let (_, brief) = opened("brief", Some(at(3_600)))?;
                let link = link(tx, acting(ben), ben, HOUR, at(20))?;
                let by_link = sign_in_by_link(tx, link.expose(), "link", at(21))?;
                token::revoke(tx, acting(ben), leaked, at(30))?;
                assert_eq!(find(tx, thief.expose(), at(31))?, None);
                assert!(find(tx, brief.expose(), at(3_599))?.is_some());
                assert_eq!(find(tx, brief.expose(), at(3_600))?, None);
                for other in [&kept, &by_link] {
                    assert!(find(tx, other.expose(), at(3_600))?.is_some());
                }
                let labels = list(tx, acting(ben), ben, Page::default())?.items.into_iter().map(|one| one.label);
                assert_eq!(labels.collect::<Vec<_>>(), ["link", "brief", "kept"]);
                Ok(())
            })
            .unwrap();
    }

    #[test]
    fn nobody_becomes_somebody_who_may_more() {
        let (ground, done) = Ground::set_up();
        let (ben, hugo) = (ground.member("ben", Role::Member), ground.member("hugo", Role::Host));
        let host = Acting::Member(hugo, Role::Host);
        ground
            .act(move |tx, _| {
                for (who, whom) in [(host, done.admin), (acting(ben), hugo), (acting(ben), done.admin)] {
                    assert_eq!(no(tx, |tx| link(tx, who, whom, HOUR, at(1))).code(), "not-permitted");
                }
                for minutes in [14, 24 * 60 + 1] {
                    let life = SignedDuration::from_mins(minutes);
                    assert_eq!(no(tx, |tx| link(tx, acting(ben), ben, life, at(1))).code(), "malformed");
                }
                for _ in 0..=LIMIT {
                    let made = link(tx, acting(ben), ben, HOUR, at(2))?;
                    sign_in_by_link(tx, made.expose(), "x", at(3))?;
                }
                assert_eq!(list(tx, acting(ben), ben, Page::new(None, Some(50)))?.items.len(), LIMIT as usize);
                Ok(())
            })
            .unwrap();
    }
}
