//! What members are told: one line for each thing that somebody did to them.

use jiff::Timestamp;

use super::actor::{self, ActorSummary};
use super::page::{Page, Slice};
use super::plan::statements;
use super::post::reader::{Reader, unblocked, unmuted};
use super::post::{self, Entry, PostView};
use super::typed::words;
use super::{Error, Notice, Tx, id, news, params};
use crate::coworking::id::{ActorId, AwayId, BookingId, MemberId, NotificationId, PostId};
use crate::coworking::news::{Kind, Subject};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotificationKind {
    /// Follows the member now.
    Follow,
    /// Asks to follow the member.
    FollowRequest,
    /// Lets the member follow.
    FollowAccepted,
    /// Named the member in a post.
    Mention,
    /// Answered a post of the member's.
    Reply,
    /// Wrote to the member alone, or to few.
    Direct,
    /// Likes a post of the member's.
    Like,
    /// Passed a post of the member's on.
    Announce,
    /// Answered an offer or request of the member's.
    OfferReply,
    /// Took over from somebody whom the member followed.
    Moved,
    /// Reported somebody; for those who keep order.
    Report,
    /// Something about a booking, or for those who run the node.
    News(Kind),
}

macro_rules! kinds {
    ($($kind:ident = $word:literal),+ $(,)?) => {
        impl NotificationKind {
            /// The word in the store and of the API.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$kind => $word,)+ Self::News(kind) => kind.as_str() }
            }
        }

        impl std::str::FromStr for NotificationKind {
            type Err = UnknownNotificationKind;

            fn from_str(text: &str) -> Result<Self, UnknownNotificationKind> {
                match text {
                    $($word => Ok(Self::$kind),)+
                    _ => text.parse().map(Self::News).map_err(|_| UnknownNotificationKind),
                }
            }
        }
    };
}
kinds!(
    Follow = "follow",
    FollowRequest = "follow_request",
    FollowAccepted = "follow_accepted",
    Mention = "mention",
    Reply = "reply",
    Direct = "direct",
    Like = "like",
    Announce = "announce",
    OfferReply = "offer_reply",
    Moved = "moved",
    Report = "report",
);

/// The text is no kind of notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such kind of notification")]
pub struct UnknownNotificationKind;

words!(NotificationKind: "the kind of a notification");

/// One line, as its member sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Our number for it.
    pub id: NotificationId,
    /// What was done.
    pub kind: NotificationKind,
    /// Who did it.
    pub actor: ActorSummary,
    /// The post that it is about: theirs, or the member's. `None` when there is none, or the member may not see it
    /// any more.
    pub post: Option<PostView>,
    /// The booking that it is about, here or elsewhere. `None` when there is none, or it is forgotten.
    pub subject: Option<Subject>,
    /// The number of the booking here.
    pub booking: Option<BookingId>,
    /// The number of the booking elsewhere.
    pub away: Option<AwayId>,
    /// When.
    pub notified_at: Timestamp,
    /// Has the member seen it?
    pub read: bool,
}

/// The lines that the member (`?1`) is to see. Whom they like has nothing to do with what becomes of bookings.
macro_rules! told {
    () => {
        concat!(
            "n.member_id = ?1 AND NOT EXISTS (SELECT 1 FROM actor a WHERE a.id = n.actor_id \
             AND (a.suspended_at IS NOT NULL OR a.deleted_at IS NOT NULL)) AND (n.news IS NOT NULL OR ",
            unblocked!("n.actor_id"),
            " AND ",
            unmuted!("n.actor_id"),
            ")"
        )
    };
}

statements! {
    /// Told once: a repeated follow, like or activity is no news.
    ADD = concat!(
        "INSERT INTO notification (id, member_id, kind, actor_id, post_id, notified_at) \
         SELECT ?2, m.actor_id, ?3, ?4, ?5, ?6 FROM member m \
         WHERE m.actor_id = ?1 AND m.left_at IS NULL AND m.actor_id <> ?4 AND ", unblocked!("?4"), " AND ",
        unmuted!("?4"),
        " AND NOT EXISTS (SELECT 1 FROM notification k WHERE k.post_id = ?5 AND k.member_id = ?1 AND k.kind = ?3 \
         AND k.actor_id = ?4)"
    );
    TELL = "INSERT INTO notification (id, member_id, kind, actor_id, booking_id, away_id, news, notified_at, among) \
            SELECT ?2, m.actor_id, ?3, ?4, ?5, ?6, ?7, ?8, ?9 FROM member m WHERE m.actor_id = ?1 AND m.left_at IS NULL \
            ON CONFLICT DO NOTHING";
    MORE = "UPDATE notification SET among = ?3 WHERE member_id = ?1 AND news = ?2 AND among < ?3";
    LAST_OF_STAY = "SELECT kind FROM notification WHERE away_id = ?1 ORDER BY id DESC LIMIT 1";
    LIST = concat!(
        "SELECT n.id, n.kind, n.actor_id, n.post_id, n.notified_at, n.read_at IS NOT NULL, n.booking_id, n.away_id, n.among FROM notification n WHERE ",
        told!(), " AND n.id < ?2 ORDER BY n.id DESC LIMIT ?3"
    );
    UNREAD = concat!("SELECT count(*) FROM notification n WHERE n.read_at IS NULL AND ", told!());
    MARK = "UPDATE notification SET read_at = ?3 WHERE member_id = ?1 AND id <= ?2 AND read_at IS NULL";
    FORGET = "DELETE FROM notification WHERE member_id = ?1 AND actor_id = ?2";
    FORGET_KIND = "DELETE FROM notification WHERE member_id = ?1 AND actor_id = ?2 AND kind = ?3";
    FORGET_POST = "DELETE FROM notification WHERE post_id = ?3 AND member_id = ?1 AND actor_id = ?2 AND kind = ?4";
    CLEAR = "DELETE FROM notification WHERE member_id = ?1";
    TIDY = "DELETE FROM notification WHERE id IN (SELECT id FROM notification WHERE booking_id IS NULL AND away_id IS NULL \
            AND id < ?1 ORDER BY id LIMIT ?2)";
}

/// Tells a member what somebody did, unless it was told before, one of them has blocked the other, or the member has
/// muted them. Nobody is told who is no member here, or of their own acts.
///
/// # Errors
/// The store's.
pub fn add(
    tx: &mut Tx<'_>,
    member: ActorId,
    kind: NotificationKind,
    actor: ActorId,
    post: Option<PostId>,
    now: Timestamp,
) -> Result<(), Error> {
    let id = tx.next_id(now);
    if tx.execute(ADD, params![member, id, kind, actor, post, now])? > 0 {
        tx.notify(Notice::Changed(member.0));
    }
    Ok(())
}

/// Something that members are told of a booking, or of the node.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// What.
    pub kind: Kind,
    /// Who did it.
    pub actor: ActorId,
    /// The booking here that it is about.
    pub booking: Option<BookingId>,
    /// The booking elsewhere that it is about.
    pub away: Option<AwayId>,
    /// What is told, of what: told once.
    pub news: &'a str,
    /// Of how many more that belong to the booking.
    pub among: u32,
}

/// Tells a member news, once; `false` for those who know it, or are no members any more. When it is news of more by now, who
/// knows it reads so.
///
/// # Errors
/// The store's.
pub fn tell(tx: &mut Tx<'_>, member: ActorId, told: Told<'_>, now: Timestamp) -> Result<bool, Error> {
    let id = tx.next_id(now);
    let Told { kind, actor, booking, away, news, among } = told;
    let kind = NotificationKind::News(kind);
    let is_new = tx.execute(TELL, params![member, id, kind, actor, booking, away, news, now, among])? > 0;
    if !is_new && among > 0 {
        tx.execute(MORE, params![member, news, among])?;
    }
    if is_new {
        tx.notify(Notice::Changed(member.0));
    }
    Ok(is_new)
}

/// What was told last of a booking elsewhere.
///
/// # Errors
/// The store's.
pub fn last_of_stay(tx: &mut Tx<'_>, away: AwayId) -> Result<Option<Kind>, Error> {
    match tx.query_one(LAST_OF_STAY, params![away], |row| row.get(0))? {
        Some(NotificationKind::News(kind)) => Ok(Some(kind)),
        _ => Ok(None),
    }
}

/// A member's notifications, the newest first.
///
/// # Errors
/// The store's.
pub fn list(tx: &mut Tx<'_>, member: MemberId, page: Page) -> Result<Slice<Notification>, Error> {
    struct Line {
        id: NotificationId,
        kind: NotificationKind,
        actor: ActorId,
        post: Option<PostId>,
        notified_at: Timestamp,
        read: bool,
        booking: Option<BookingId>,
        away: Option<AwayId>,
        among: u32,
    }
    let lines = tx.query(LIST, params![member, page.below(), page.fetched()], |row| {
        Ok(Line {
            id: row.get(0)?,
            kind: row.get(1)?,
            actor: row.get(2)?,
            post: row.get(3)?,
            notified_at: row.get(4)?,
            read: row.get(5)?,
            booking: row.get(6)?,
            away: row.get(7)?,
            among: row.get(8)?,
        })
    })?;
    let lines = Slice::cut(lines, page, |line| line.id.0);

    let people: Vec<ActorId> = lines.items.iter().map(|line| line.actor).collect();
    let people = actor::summaries(tx, &people)?;
    let mut entries: Vec<Entry> = lines.items.iter().filter_map(|line| line.post).map(Entry::of).collect();
    entries.sort_unstable_by_key(|entry| entry.id);
    entries.dedup();
    let posts = post::views(tx, Reader::Member(member), &entries)?;

    let mut subjects = Vec::with_capacity(lines.items.len());
    for line in &lines.items {
        subjects.push(news::subject(tx, (line.booking, line.among), line.away)?);
    }

    let items = lines.items.into_iter().zip(subjects).filter_map(|(line, subject)| {
        Some(Notification {
            id: line.id,
            kind: line.kind,
            actor: people.iter().find(|actor| actor.id == line.actor)?.clone(),
            post: line.post.and_then(|id| posts.iter().find(|seen| seen.post.id == id)).cloned(),
            subject,
            booking: line.booking,
            away: line.away,
            notified_at: line.notified_at,
            read: line.read,
        })
    });
    Ok(Slice { items: items.collect(), next: lines.next })
}

/// How many notifications the member has not seen.
///
/// # Errors
/// The store's.
pub fn unread(tx: &mut Tx<'_>, member: MemberId) -> Result<u64, Error> {
    Ok(tx.query_one(UNREAD, params![member], |row| row.get(0))?.unwrap_or(0))
}

/// The member has seen all up to this one.
///
/// # Errors
/// The store's.
pub fn mark_read(tx: &mut Tx<'_>, member: MemberId, up_to: NotificationId, now: Timestamp) -> Result<(), Error> {
    tx.execute(MARK, params![member, up_to, now])?;
    Ok(())
}

/// Forgets what one told of the other.
///
/// # Errors
/// The store's.
pub fn forget(tx: &mut Tx<'_>, member: ActorId, actor: ActorId) -> Result<(), Error> {
    tx.execute(FORGET, params![member, actor])?;
    Ok(())
}

/// Forgets what was told of an act without a post that was taken back.
///
/// # Errors
/// The store's.
pub fn forget_kind(tx: &mut Tx<'_>, member: ActorId, actor: ActorId, kind: NotificationKind) -> Result<(), Error> {
    tx.execute(FORGET_KIND, params![member, actor, kind])?;
    Ok(())
}

/// Forgets what was told of an act on a post that was taken back.
///
/// # Errors
/// The store's.
pub fn forget_post(
    tx: &mut Tx<'_>,
    member: ActorId,
    actor: ActorId,
    post: PostId,
    kind: NotificationKind,
) -> Result<(), Error> {
    tx.execute(FORGET_POST, params![member, actor, post, kind])?;
    Ok(())
}

/// Forgets all that a member who has left was told.
///
/// # Errors
/// The store's.
pub fn clear(tx: &mut Tx<'_>, member: ActorId) -> Result<(), Error> {
    tx.execute(CLEAR, params![member])?;
    Ok(())
}

/// Forgets what members were told before `time`, at most `limit` at once; tells how many. News of a booking is forgotten with it.
///
/// # Errors
/// The store's.
pub fn tidy(tx: &mut Tx<'_>, time: Timestamp, limit: u32) -> Result<u64, Error> {
    tx.execute(TIDY, params![id::first_at(time), limit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        crate::store::plan::check(STATEMENTS).await;
    }
}
