//! Letters to members: what there is to say in each, and what became of it.

use jiff::Timestamp;

use super::calendar::{Elsewhere, Entry};
use super::{Result, calendar, mailbox};
use crate::coworking::Refusal;
use crate::coworking::id::MailId;
use crate::coworking::member::{Acting, Role};
use crate::coworking::news::{self, Kind, Subject};
use crate::store::mail::{self, Mail, State};
use crate::store::page::{Page, Slice};
use crate::store::{Tx, actor, mailbox as mailboxes, news as subjects};

/// What is to be said, and to whom.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The address.
    pub to: String,
    /// What people call the member.
    pub name: String,
    /// The member's name here.
    pub username: String,
    /// In the link that ends such letters.
    pub stop_key: String,
    /// About what.
    pub about: About,
}

/// What a letter is about.
#[derive(Debug, Clone)]
pub enum About {
    /// It asks whether the address is the member's, who says so with this secret.
    Confirm(String),
    /// A booking, as it stands now, with what calendars tell of it.
    Booking(Kind, Box<Subject>, Box<Entry>),
    /// A booking elsewhere.
    Stay(Kind, Box<Subject>, Box<Elsewhere>),
    /// A webhook was switched off.
    Webhook,
}

/// What a letter says when it is sent now; the reason, when it is not worth sending any more.
///
/// # Errors
/// The store's.
pub fn prepare(tx: &mut Tx<'_>, letter: &Mail, now: Timestamp) -> Result<std::result::Result<Letter, &'static str>> {
    let Some(mailbox) = mailboxes::by_member(tx, letter.member)? else {
        return Ok(Err("the member has no address any more"));
    };
    let member = actor::by_id(tx, letter.member.into())?;
    let Some(member) = member.filter(|member| member.suspended_at.is_none() && member.deleted_at.is_none()) else {
        return Ok(Err("the member is suspended or gone"));
    };
    let about = match letter.kind {
        mail::Kind::Confirm => match &letter.secret {
            Some(secret) if mailbox::is_asked(&mailbox, secret, now) => About::Confirm(secret.clone()),
            _ => return Ok(Err("another address was given, or it is confirmed")),
        },
        mail::Kind::News(_) if mailbox.confirmed_at.is_none() => return Ok(Err("the address is not confirmed")),
        mail::Kind::News(_) if !mailbox.bookings => return Ok(Err("the member wants no letters about bookings")),
        mail::Kind::News(Kind::WebhookDisabled) => About::Webhook,
        mail::Kind::News(kind) => match about(tx, letter, kind, now)? {
            Some(about) => about,
            None => return Ok(Err("it is not so any more")),
        },
    };
    Ok(Ok(Letter {
        to: mailbox.address,
        name: if member.name.is_empty() { member.username.clone() } else { member.name },
        username: member.username,
        stop_key: mailbox.stop_key,
        about,
    }))
}

fn about(tx: &mut Tx<'_>, letter: &Mail, kind: Kind, now: Timestamp) -> Result<Option<About>> {
    let Some(subject) = subjects::subject(tx, (letter.booking, letter.among), letter.away)? else { return Ok(None) };
    if let Some(id) = letter.booking {
        let entry = calendar::of_booking(tx, Acting::Keeper, id, now)?;
        let holds = news::still_holds(kind, entry.state, entry.booking.slot, now);
        return Ok(holds.then(|| About::Booking(kind, Box::new(subject), Box::new(entry))));
    }
    let Some(id) = letter.away else { return Ok(None) };
    let Some(stay) = calendar::of_stay(tx, id, now)? else { return Ok(None) };
    let holds = news::stay_still_holds(kind, stay.state, stay.away.slot, now);
    Ok(holds.then(|| About::Stay(kind, Box::new(subject), Box::new(stay))))
}

/// Letters, the newest first, in one state or in all.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but administrators and the keeper.
pub fn list(tx: &mut Tx<'_>, acting: Acting, state: Option<State>, page: Page) -> Result<Slice<Mail>> {
    acting.needs(Role::Admin, "see what letters became of")?;
    Ok(mail::list(tx, state, page)?)
}

/// Tries a letter again now that was given up or waits.
///
/// # Errors
/// As [`list`]; [`Refusal::NotFound`] for what is not there, was sent, or asks for an address: its member asks for another.
pub fn retry(tx: &mut Tx<'_>, acting: Acting, id: MailId, now: Timestamp) -> Result<()> {
    acting.needs(Role::Admin, "send letters again")?;
    match mail::again(tx, id, now)? {
        true => Ok(()),
        false => Err(Refusal::NotFound { what: "letter that waits or was given up" }.into()),
    }
}
