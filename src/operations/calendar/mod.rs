//! Calendars: the secret links with which members' own programs read what they have booked, and what those read; and what
//! everybody may read about a resource.

mod busy;
mod entry;
mod week;

use jiff::{SignedDuration, Timestamp};

use super::secret::{self, Secret};
use super::token::LABEL_LIMIT;
use super::{Result, member};
use crate::coworking::id::MemberId;
use crate::coworking::member::{Acting, Role};
use crate::coworking::{Refusal, refusal};
use crate::store::Tx;
use crate::store::calendar_feed::{self, Feed, FeedId};
use crate::store::page::{Page, Slice};

pub use busy::{BUSY_LIMIT, Busy, busy};
pub use entry::{ENTRY_LIMIT, Elsewhere, Entry, Where, of_booking, of_member, of_member_elsewhere, of_stay};
pub use week::{Stock, Week, stock, week};

/// The most links of one member that are good at the same time.
pub const FEED_LIMIT: usize = 20;

/// What every secret begins with, so that one that leaked is recognised, and that no token is taken for one.
const PREFIX: &str = "cal_";
/// How exactly it is remembered when a link was used.
const USED_GRAIN: SignedDuration = SignedDuration::from_hours(1);

/// A new link.
#[derive(Debug, Clone)]
pub struct Created {
    /// Which.
    pub feed: FeedId,
    /// What is secret of it, which is shown now and never again.
    pub secret: Secret,
}

/// Who reads with a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reader {
    /// Whose calendar it is.
    pub member: MemberId,
    /// By which link.
    pub feed: FeedId,
    /// Is it time to [`touch`] it?
    pub touch_due: bool,
}

/// Makes a link to a member's calendar. Members make their own; not even an administrator makes one to look at somebody
/// without being seen, only the keeper of the machine, who hands it over.
///
/// # Errors
/// [`Refusal::NotPermitted`], [`Refusal::NotFound`], [`Refusal::TooMany`], or what is wrong with the label.
pub fn create(tx: &mut Tx<'_>, acting: Acting, member: MemberId, label: &str, now: Timestamp) -> Result<Created> {
    if !matches!(acting, Acting::Keeper) && !is_own(acting, member) {
        return Err(Refusal::NotPermitted { who: "its member", act: "make a link to a calendar" }.into());
    }
    member::present(tx, member)?;
    let label = refusal::needed("label", label, LABEL_LIMIT)?;
    let others = calendar_feed::count(tx, member)?;
    if others >= FEED_LIMIT {
        return Err(Refusal::TooMany { field: "calendars", limit: FEED_LIMIT, found: others + 1 }.into());
    }
    let secret = Secret::new(PREFIX);
    let feed = calendar_feed::add(tx, &secret::hash(secret.expose()), member, &label, now)?;
    Ok(Created { feed, secret })
}

/// A member's links, the newest first, without those that were revoked.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but the member, administrators and the keeper.
pub fn list(tx: &mut Tx<'_>, acting: Acting, member: MemberId, page: Page) -> Result<Slice<Feed>> {
    may_handle(acting, member)?;
    Ok(calendar_feed::list(tx, member, page)?)
}

/// Makes a link void. One that is void already stays so.
///
/// # Errors
/// [`Refusal::NotFound`] also for links of others.
pub fn revoke(tx: &mut Tx<'_>, acting: Acting, feed: FeedId, now: Timestamp) -> Result<()> {
    let known = calendar_feed::by_id(tx, feed)?.filter(|feed| may_handle(acting, feed.member).is_ok());
    known.ok_or(Refusal::NotFound { what: "calendar" })?;
    calendar_feed::revoke(tx, feed, now)?;
    Ok(())
}

/// Whose calendar may be read with this secret now. Reads only.
///
/// # Errors
/// The store's; a secret that is wrong or revoked, or whose owner left or is suspended, is `None`.
pub fn find(tx: &mut Tx<'_>, secret: &str, now: Timestamp) -> Result<Option<Reader>> {
    if !secret.starts_with(PREFIX) || secret.len() > 100 {
        return Ok(None);
    }
    let known = calendar_feed::good(tx, &secret::hash(secret))?;
    Ok(known.map(|feed| Reader {
        member: feed.member,
        feed: feed.id,
        touch_due: feed.last_used_at.is_none_or(|last| now.duration_since(last) >= USED_GRAIN),
    }))
}

/// Notes that a link was used; worth doing when [`Reader::touch_due`] says so.
///
/// # Errors
/// The store's.
pub fn touch(tx: &mut Tx<'_>, feed: FeedId, now: Timestamp) -> Result<()> {
    Ok(calendar_feed::touch(tx, feed, now)?)
}

fn is_own(acting: Acting, member: MemberId) -> bool {
    matches!(acting, Acting::Member(asker, _) if asker == member)
}

fn may_handle(acting: Acting, member: MemberId) -> std::result::Result<(), Refusal> {
    if is_own(acting, member) { Ok(()) } else { acting.needs(Role::Admin, "handle somebody else's calendars") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::suspension;
    use crate::operations::testing::{Ground, acting, at, refused};

    #[test]
    fn a_link_reads_until_it_is_revoked_or_its_owner_is_gone() {
        let (ground, done) = Ground::set_up();
        let (ben, cleo) = (ground.member("ben", Role::Member), ground.member("cleo", Role::Host));
        let own = acting(ben);
        let made = ground.act(move |tx, _| create(tx, own, ben, " phone ", at(10))).unwrap();
        let secret = made.secret.expose().to_owned();
        assert!(secret.starts_with("cal_") && secret.len() == 47, "256 bits, readable in an address");
        assert!(!format!("{made:?}").contains(&secret));
        ground
            .act(move |tx, _| {
                let first = find(tx, &secret, at(20))?.unwrap();
                assert_eq!((first.member, first.feed, first.touch_due), (ben, made.feed, true));
                touch(tx, first.feed, at(20))?;
                assert!(!find(tx, &secret, at(20 + 3_599))?.unwrap().touch_due);
                assert!(find(tx, &secret, at(20 + 3_600))?.unwrap().touch_due);
                let listed = list(tx, own, ben, Page::default())?.items;
                assert_eq!((listed[0].label.as_str(), listed[0].last_used_at), ("phone", Some(at(20))));
                for wrong in ["", "cal_", &secret[4..], &secret[..46], &format!("{secret}x")] {
                    assert_eq!(find(tx, wrong, at(30))?, None, "{wrong}");
                }
                // Hosts neither see nor end them; administrators end what leaked.
                let host = Acting::Member(cleo, Role::Host);
                assert_eq!(refused(list(tx, host, ben, Page::default())).code(), "not-permitted");
                assert_eq!(refused(revoke(tx, host, made.feed, at(31))), Refusal::NotFound { what: "calendar" });
                let admin = Acting::Member(done.admin, Role::Admin);
                assert_eq!(list(tx, admin, ben, Page::default())?.items.len(), 1);
                suspension::suspend(tx, admin, ben.into(), at(31))?;
                assert_eq!(find(tx, &secret, at(32))?, None);
                suspension::lift(tx, admin, ben.into(), at(33))?;
                assert!(find(tx, &secret, at(34))?.is_some());
                revoke(tx, admin, made.feed, at(35))?;
                revoke(tx, own, made.feed, at(36))?;
                assert_eq!((find(tx, &secret, at(37))?, list(tx, own, ben, Page::default())?.items.len()), (None, 0));

                let again = create(tx, Acting::Keeper, ben, "from the machine", at(38))?;
                member::leave(tx, own, ben, at(39))?;
                assert_eq!(find(tx, again.secret.expose(), at(40))?, None);
                Ok(())
            })
            .unwrap();
    }

    #[test]
    fn nobody_makes_links_to_others_or_without_number() {
        let (ground, done) = Ground::set_up();
        let ben = ground.member("ben", Role::Member);
        let admin = Acting::Member(done.admin, Role::Admin);
        let spying = ground.act(move |tx, _| create(tx, admin, ben, "x", at(2)));
        assert_eq!(refused(spying).to_string(), "only its member may make a link to a calendar");
        assert_eq!(refused(ground.act(move |tx, _| create(tx, acting(ben), ben, " ", at(2)))).code(), "empty");
        let last = ground.act(move |tx, _| {
            for _ in 0..FEED_LIMIT {
                create(tx, acting(ben), ben, "x", at(2))?;
            }
            create(tx, acting(ben), ben, "x", at(3))
        });
        assert_eq!(refused(last), Refusal::TooMany { field: "calendars", limit: 20, found: 21 });
    }
}
