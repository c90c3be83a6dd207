//! A member's e-mail address: given, confirmed by a link that is sent there, and left alone when its owner says so.

use jiff::{SignedDuration, Timestamp};

use super::secret::{self, Secret};
use super::{Result, member};
use crate::coworking::Refusal;
use crate::coworking::email::EmailAddress;
use crate::coworking::id::MemberId;
use crate::coworking::member::{Acting, Role};
use crate::store::Tx;
use crate::store::mail::{self, NewMail};
use crate::store::mailbox::{self, Mailbox};

/// How long the link is good that confirms an address.
const CONFIRMED_WITHIN: SignedDuration = SignedDuration::from_hours(24 * 3);
/// Letters that ask, in a day: nobody has others written to without end.
const ASKED_A_DAY: u32 = 5;
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// What the secrets of links begin with.
const CONFIRM: &str = "mc_";
const STOP: &str = "ms_";

/// What is to change; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edit {
    /// The address.
    pub address: Option<EmailAddress>,
    /// Are letters about bookings wanted?
    pub bookings: Option<bool>,
    /// The address is known to be theirs: the keeper's to say.
    pub confirmed: bool,
}

/// Where a member gets letters.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but the member, administrators and the keeper; so for all here.
pub fn view(tx: &mut Tx<'_>, acting: Acting, member: MemberId) -> Result<Option<Mailbox>> {
    may_handle(acting, member)?;
    Ok(mailbox::by_member(tx, member)?)
}

/// Changes where a member gets letters, and which. A new address gets one letter, which asks whether it is theirs, and
/// nothing else until somebody says so who reads it. The same address again is asked again.
///
/// # Errors
/// As [`view`]; [`Refusal::NotFound`] for a change without an address; [`Refusal::TooOften`] when it was asked several times
/// in a day; [`Refusal::NotPermitted`] for all but the keeper to confirm it.
pub fn edit(tx: &mut Tx<'_>, acting: Acting, member: MemberId, edit: &Edit, now: Timestamp) -> Result<Mailbox> {
    may_handle(acting, member)?;
    member::present(tx, member)?;
    if edit.confirmed && acting != Acting::Keeper {
        return Err(Refusal::NotPermitted { who: "the keeper", act: "confirm somebody's address" }.into());
    }
    let known = mailbox::by_member(tx, member)?;
    let mut mailbox = match (&edit.address, known) {
        (Some(address), known) => {
            let same = known.as_ref().is_some_and(|known| known.address == address.as_str());
            let mut mailbox = known.unwrap_or_else(|| new(member, now));
            if !(same && mailbox.confirmed_at.is_some()) {
                address.as_str().clone_into(&mut mailbox.address);
                mailbox.confirmed_at = None;
                mailbox.secret = None;
                if !edit.confirmed {
                    ask(tx, &mut mailbox, acting, now)?;
                }
            }
            mailbox
        }
        (None, Some(known)) => known,
        (None, None) => return Err(Refusal::NotFound { what: "e-mail address of this member" }.into()),
    };
    if edit.confirmed {
        mailbox.confirmed_at = mailbox.confirmed_at.or(Some(now));
        mailbox.secret = None;
    }
    mailbox.bookings = edit.bookings.unwrap_or(mailbox.bookings);
    mailbox.updated = now;
    mailbox::save(tx, &mailbox)?;
    Ok(mailbox)
}

fn new(member: MemberId, now: Timestamp) -> Mailbox {
    Mailbox {
        member,
        address: String::new(),
        confirmed_at: None,
        secret: None,
        stop_key: Secret::new(STOP).expose().to_owned(),
        bookings: true,
        updated: now,
    }
}

/// Puts the letter on its way that asks.
fn ask(tx: &mut Tx<'_>, mailbox: &mut Mailbox, acting: Acting, now: Timestamp) -> Result<()> {
    // By the letters themselves: they stay when the address is forgotten and given again.
    let before = mail::nth_asked(tx, mailbox.member, ASKED_A_DAY)?;
    let again = before.map_or(now, |before| before.saturating_add(DAY).unwrap_or(Timestamp::MAX));
    if again > now && acting != Acting::Keeper {
        let seconds = u64::try_from(again.duration_since(now).as_secs()).unwrap_or_default();
        return Err(Refusal::TooOften { seconds: seconds.max(1) }.into());
    }
    let secret = Secret::new(CONFIRM);
    let until = now.saturating_add(CONFIRMED_WITHIN).unwrap_or(Timestamp::MAX);
    mailbox.secret = Some((secret::hash(secret.expose()), until));
    let news = format!("confirm {}", tx.next_id(now));
    let letter = NewMail {
        member: mailbox.member,
        news: &news,
        kind: mail::Kind::Confirm,
        booking: None,
        away: None,
        secret: Some(secret.expose()),
    };
    mail::add(tx, &letter, now)?;
    Ok(())
}

/// Is this the secret of this mailbox's link, and good now?
pub(super) fn is_asked(mailbox: &Mailbox, secret: &str, now: Timestamp) -> bool {
    mailbox.secret.is_some_and(|(hash, until)| hash == secret::hash(secret) && now < until)
}

/// The address that a link would confirm.
///
/// # Errors
/// [`Refusal::NotFound`] for a link that is wrong, used or too old.
pub fn asked(tx: &mut Tx<'_>, secret: &str, now: Timestamp) -> Result<Mailbox> {
    let known = match secret.starts_with(CONFIRM) && secret.len() <= 100 {
        true => mailbox::by_secret(tx, &secret::hash(secret))?,
        false => None,
    };
    Ok(known.filter(|mailbox| is_asked(mailbox, secret, now)).ok_or(Refusal::NotFound { what: "link" })?)
}

/// Somebody who reads what comes to an address says that it is theirs. Once.
///
/// # Errors
/// As [`asked`].
pub fn confirm(tx: &mut Tx<'_>, secret: &str, now: Timestamp) -> Result<Mailbox> {
    let mut mailbox = asked(tx, secret, now)?;
    mailbox.confirmed_at = Some(now);
    mailbox.secret = None;
    mailbox.updated = now;
    mailbox::save(tx, &mailbox)?;
    Ok(mailbox)
}

/// The mailbox whose letters have this link.
///
/// # Errors
/// [`Refusal::NotFound`] for a link that is wrong.
pub fn stoppable(tx: &mut Tx<'_>, key: &str) -> Result<Mailbox> {
    let known = match key.starts_with(STOP) && key.len() <= 100 {
        true => mailbox::by_stop_key(tx, key)?,
        false => None,
    };
    Ok(known.ok_or(Refusal::NotFound { what: "link" })?)
}

/// Ends letters about bookings, said by whoever has one of them. A second time changes nothing.
///
/// # Errors
/// As [`stoppable`].
pub fn stop(tx: &mut Tx<'_>, key: &str, now: Timestamp) -> Result<Mailbox> {
    let mut mailbox = stoppable(tx, key)?;
    if mailbox.bookings {
        mailbox.bookings = false;
        mailbox.updated = now;
        mailbox::save(tx, &mailbox)?;
    }
    Ok(mailbox)
}

/// Forgets a member's address.
///
/// # Errors
/// As [`view`].
pub fn remove(tx: &mut Tx<'_>, acting: Acting, member: MemberId) -> Result<()> {
    may_handle(acting, member)?;
    Ok(mailbox::remove(tx, member)?)
}

fn may_handle(acting: Acting, member: MemberId) -> std::result::Result<(), Refusal> {
    match acting {
        Acting::Member(asker, _) if asker == member => Ok(()),
        _ => acting.needs(Role::Admin, "handle somebody else's e-mail address"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operations::testing::{Ground, acting, at, refused};
    use crate::store::page::Page;

    fn to(address: &str) -> Edit {
        Edit { address: Some(EmailAddress::parse(address).unwrap()), ..Edit::default() }
    }

    #[test]
    fn an_address_is_used_once_its_reader_has_said_that_it_is_theirs() {
        let (ground, done) = Ground::set_up();
        let (ben, cleo) = (ground.member("ben", Role::Member), ground.member("cleo", Role::Host));
        let own = acting(ben);
        ground
            .act(move |tx, _| {
                let first = edit(tx, own, ben, &to("ben@old.example"), at(1))?;
                assert_eq!((first.confirmed_at, first.bookings), (None, true));
                let second = edit(tx, own, ben, &to("ben@new.example"), at(2))?;
                let letters = mail::list(tx, None, Page::default())?.items;
                let secrets: Vec<String> = letters.into_iter().filter_map(|letter| letter.secret).collect();
                let [new, old] = secrets.as_slice() else { panic!("{secrets:?}") };
                for wrong in ["", "mc_", old, &format!("{new}x"), &second.stop_key] {
                    assert_eq!(refused(confirm(tx, wrong, at(3))).code(), "not-found", "{wrong}");
                }
                assert_eq!(refused(confirm(tx, new, at(2 + 3 * 86_400))).code(), "not-found", "too late");
                assert_eq!(confirm(tx, new, at(4))?.confirmed_at, Some(at(4)));
                assert_eq!(refused(confirm(tx, new, at(5))).code(), "not-found", "once");

                // The same again changes nothing, and asks nobody.
                assert_eq!(edit(tx, own, ben, &to("ben@new.example"), at(6))?.confirmed_at, Some(at(4)));
                assert_eq!(mail::list(tx, None, Page::default())?.items.len(), 2);
                stop(tx, &second.stop_key, at(7))?;
                assert!(!view(tx, own, ben)?.unwrap().bookings);

                // It is nobody else's to see: hosts neither, administrators do.
                let (host, admin) = (Acting::Member(cleo, Role::Host), Acting::Member(done.admin, Role::Admin));
                assert_eq!(refused(view(tx, host, ben)).code(), "not-permitted");
                assert_eq!(view(tx, admin, ben)?.unwrap().address, "ben@new.example");
                let sure = Edit { confirmed: true, ..to("ben@other.example") };
                assert_eq!(refused(edit(tx, admin, ben, &sure, at(8))).code(), "not-permitted");
                assert_eq!(edit(tx, Acting::Keeper, ben, &sure, at(8))?.confirmed_at, Some(at(8)));
                member::leave(tx, own, ben, at(9))?;
                assert_eq!(mailbox::by_member(tx, ben)?, None);
                assert_eq!(mail::list(tx, None, Page::default())?.items, []);
                Ok(())
            })
            .unwrap();
    }

    #[test]
    fn nobody_has_strangers_written_to_without_end() {
        let (ground, _) = Ground::set_up();
        let ben = ground.member("ben", Role::Member);
        let ask = move |number: i64| {
            move |tx: &mut Tx<'_>, _: &crate::site::Site| {
                edit(tx, acting(ben), ben, &to(&format!("x{number}@mail.example")), at(number))
            }
        };
        for number in 1..=5 {
            ground.act(ask(number)).unwrap();
        }
        assert_eq!(refused(ground.act(ask(6))), Refusal::TooOften { seconds: 86_395 });
        ground.act(move |tx, _| remove(tx, acting(ben), ben)).unwrap();
        assert_eq!(refused(ground.act(ask(6))), Refusal::TooOften { seconds: 86_395 }, "nor by starting over");
        ground.act(ask(1 + 86_400)).unwrap();
    }
}
