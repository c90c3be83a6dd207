//! Letters to members that wait, and what became of the others: one for each piece of news.

use jiff::Timestamp;

use super::page::{Page, Slice};
use super::plan::statements;
use super::typed::words;
use super::{Error, Notice, Row, Tx, params};
use crate::coworking::id::{AwayId, BookingId, MailId, MemberId};
use crate::coworking::news;

/// What a letter is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It asks whether an address is its member's.
    Confirm,
    /// It tells news.
    News(news::Kind),
}

impl Kind {
    /// The word in the store and of the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::News(kind) => kind.as_str(),
        }
    }
}

impl std::str::FromStr for Kind {
    type Err = crate::coworking::Refusal;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "confirm" { Ok(Self::Confirm) } else { text.parse().map(Self::News) }
    }
}

/// What became of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// It is on its way, or will be.
    Waiting,
    /// A mail server took it.
    Sent,
    /// It was given up.
    Failed,
    /// It was not worth sending any more.
    Dropped,
}

impl State {
    /// The word in the store and of the API.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }
}

impl std::str::FromStr for State {
    type Err = crate::coworking::Refusal;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "waiting" => Ok(Self::Waiting),
            "sent" => Ok(Self::Sent),
            "failed" => Ok(Self::Failed),
            "dropped" => Ok(Self::Dropped),
            _ => Err(Self::Err::malformed("state", text, "waiting, sent, failed or dropped")),
        }
    }
}

words!(
    Kind: "the kind of a letter",
    State: "the state of a letter",
);

/// A letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Which.
    pub id: MailId,
    /// To whom.
    pub member: MemberId,
    /// About what.
    pub kind: Kind,
    /// The booking here that it is about.
    pub booking: Option<BookingId>,
    /// The booking elsewhere that it is about.
    pub away: Option<AwayId>,
    /// What is secret in it, until it is sent.
    pub secret: Option<String>,
    /// What became of it.
    pub state: State,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is tried next.
    pub next_at: Timestamp,
    /// What went wrong last.
    pub error: Option<String>,
    /// Since when it waits.
    pub created_at: Timestamp,
    /// When it was sent or given up.
    pub ended_at: Option<Timestamp>,
    /// Of how many more it tells that belong to the booking.
    pub among: u32,
}

/// A letter to be.
#[derive(Debug, Clone, Copy)]
pub struct NewMail<'a> {
    /// To whom.
    pub member: MemberId,
    /// What is told, of what.
    pub news: &'a str,
    /// About what.
    pub kind: Kind,
    /// The booking here that it is about.
    pub booking: Option<BookingId>,
    /// The booking elsewhere that it is about.
    pub away: Option<AwayId>,
    /// What is secret in it.
    pub secret: Option<&'a str>,
}

macro_rules! columns {
    () => {
        "SELECT id, member_id, kind, booking_id, away_id, secret, state, attempts, next_at, error, created_at, ended_at, \
         coalesce((SELECT n.among FROM notification n WHERE n.member_id = mail.member_id AND n.news = mail.news), 0) FROM mail "
    };
}

statements! {
    ADD = "INSERT INTO mail (id, member_id, news, kind, booking_id, away_id, secret, state, next_at, created_at) \
           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'waiting', ?8, ?8) ON CONFLICT (member_id, news) DO NOTHING";
    BY_ID = concat!(columns!(), "WHERE id = ?1");
    NTH_ASKED = "SELECT created_at FROM mail WHERE member_id = ?1 AND kind = 'confirm' \
                 ORDER BY created_at DESC, id DESC LIMIT 1 OFFSET ?2";
    DUE = concat!(columns!(), "WHERE state = 'waiting' AND next_at <= ?1 ORDER BY next_at, id LIMIT ?2");
    NEXT = "SELECT next_at FROM mail WHERE state = 'waiting' ORDER BY next_at, id LIMIT 1";
    LIST = concat!(columns!(), "WHERE id < ?1 ORDER BY id DESC LIMIT ?2");
    LIST_STATE = concat!(columns!(), "WHERE state = ?3 AND id < ?1 ORDER BY id DESC LIMIT ?2");
    RETRY = "UPDATE mail SET attempts = attempts + 1, error = ?2, next_at = ?3 WHERE id = ?1 AND state = 'waiting'";
    END = "UPDATE mail SET attempts = attempts + ?5, state = ?2, error = ?3, ended_at = ?4, secret = NULL WHERE id = ?1 AND state = 'waiting'";
    AGAIN = "UPDATE mail SET state = 'waiting', next_at = ?2, created_at = ?2, ended_at = NULL \
             WHERE id = ?1 AND state IN ('waiting', 'failed') AND kind <> 'confirm'";
    CLEAR = "DELETE FROM mail WHERE member_id = ?1";
    TIDY = "DELETE FROM mail WHERE id IN (SELECT id FROM mail WHERE ended_at IS NOT NULL AND ended_at < ?1 ORDER BY ended_at LIMIT ?2)";
}

fn read(row: &Row<'_>) -> Result<Mail, Error> {
    Ok(Mail {
        id: row.get(0)?,
        member: row.get(1)?,
        kind: row.get(2)?,
        booking: row.get(3)?,
        away: row.get(4)?,
        secret: row.get(5)?,
        state: row.get(6)?,
        attempts: row.get(7)?,
        next_at: row.get(8)?,
        error: row.get(9)?,
        created_at: row.get(10)?,
        ended_at: row.get(11)?,
        among: row.get(12)?,
    })
}

/// Puts a letter on its way, once for each piece of news; `false` when it is or was.
///
/// # Errors
/// The store's.
pub fn add(tx: &mut Tx<'_>, new: &NewMail<'_>, now: Timestamp) -> Result<bool, Error> {
    let NewMail { member, news, kind, booking, away, secret } = *new;
    let id = MailId(tx.next_id(now));
    let added = tx.execute(ADD, params![id, member, news, kind, booking, away, secret, now])? > 0;
    if added {
        tx.notify(Notice::Delivery);
    }
    Ok(added)
}

/// When the letter that asked a member to confirm an address was written of which so many are the newest, with itself.
///
/// # Errors
/// The store's.
pub fn nth_asked(tx: &mut Tx<'_>, member: MemberId, number: u32) -> Result<Option<Timestamp>, Error> {
    tx.query_one(NTH_ASKED, params![member, number.saturating_sub(1)], |row| row.get(0))
}

/// The letter with this number.
///
/// # Errors
/// The store's.
pub fn by_id(tx: &mut Tx<'_>, id: MailId) -> Result<Option<Mail>, Error> {
    tx.query_one(BY_ID, params![id], read)
}

/// What is to be tried now, what waits longest first.
///
/// # Errors
/// The store's.
pub fn due(tx: &mut Tx<'_>, now: Timestamp, limit: u32) -> Result<Vec<Mail>, Error> {
    tx.query(DUE, params![now, limit], read)
}

/// When the next letter is to be tried.
///
/// # Errors
/// The store's.
pub fn next_due(tx: &mut Tx<'_>) -> Result<Option<Timestamp>, Error> {
    tx.query_one(NEXT, params![], |row| row.get(0))
}

/// Letters, the newest first, in one state or in all.
///
/// # Errors
/// The store's.
pub fn list(tx: &mut Tx<'_>, state: Option<State>, page: Page) -> Result<Slice<Mail>, Error> {
    let rows = match state {
        Some(state) => tx.query(LIST_STATE, params![page.below(), page.fetched(), state], read)?,
        None => tx.query(LIST, params![page.below(), page.fetched()], read)?,
    };
    Ok(Slice::cut(rows, page, |mail| mail.id.0))
}

/// A try failed; there will be another.
///
/// # Errors
/// The store's.
pub fn retry(tx: &mut Tx<'_>, id: MailId, error: &str, next: Timestamp) -> Result<(), Error> {
    tx.execute(RETRY, params![id, error, next])?;
    Ok(())
}

/// A letter's end. What was secret in it is forgotten.
///
/// # Errors
/// The store's.
pub fn end(tx: &mut Tx<'_>, id: MailId, state: State, error: Option<&str>, now: Timestamp) -> Result<(), Error> {
    tx.execute(END, params![id, state, error, now, u32::from(state != State::Dropped)])?;
    Ok(())
}

/// What was given up waits again, as if it were new; `false` when there is no such letter, or it was sent. Whoever wants to
/// confirm an address asks for another letter.
///
/// # Errors
/// The store's.
pub fn again(tx: &mut Tx<'_>, id: MailId, now: Timestamp) -> Result<bool, Error> {
    let again = tx.execute(AGAIN, params![id, now])? > 0;
    if again {
        tx.notify(Notice::Delivery);
    }
    Ok(again)
}

/// Forgets all letters to a member who has left.
///
/// # Errors
/// The store's.
pub fn clear(tx: &mut Tx<'_>, member: MemberId) -> Result<(), Error> {
    tx.execute(CLEAR, params![member])?;
    Ok(())
}

/// Forgets what ended before `time`, at most `limit` at once; tells how many.
///
/// # Errors
/// The store's.
pub fn tidy(tx: &mut Tx<'_>, time: Timestamp, limit: u32) -> Result<u64, Error> {
    tx.execute(TIDY, params![time, limit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
