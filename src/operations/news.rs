//! What happened is told to those here whom it concerns: as notifications, as letters and to programs.
//!
//! Whoever publishes facts calls this in the transaction that marks them, so each is told once (I-46). A fact may repeat: a
//! host answers again where a booking stands. So each piece of news has a name, under which nobody hears it twice.

use jiff::Timestamp;

use super::{Result, webhook};
use crate::coworking::Event;
use crate::coworking::id::{ActorId, AwayId, BookingId, MemberId};
use crate::coworking::member::Role;
use crate::coworking::news::{self, Fact, Kind, Stands};
use crate::coworking::rules::Approval;
use crate::site::Site;
use crate::store::booking::{self, Booking};
use crate::store::event::Recorded;
use crate::store::mail::{self, NewMail};
use crate::store::notification::{self, Told};
use crate::store::{Tx, actor, away, mailbox, member};

/// The most hosts, and administrators, who are told of one thing.
const STAFF: u32 = 50;

/// Tells what happened.
///
/// # Errors
/// The store's.
pub fn tell(tx: &mut Tx<'_>, site: &Site, fact: &Recorded, now: Timestamp) -> Result<()> {
    let (booking, what) = match fact.event {
        Event::BookingRequested { booking } => (booking, Fact::Requested),
        Event::BookingHeld { booking } => (booking, Fact::Held),
        Event::BookingConfirmed { booking } => (booking, Fact::Confirmed),
        Event::BookingRefused { booking } => (booking, Fact::Refused),
        Event::BookingChanged { booking } => (booking, Fact::Changed),
        Event::BookingCancelled { booking } => (booking, Fact::Cancelled),
        Event::BookingExpired { booking } => (booking, Fact::Expired),
        Event::BookingCheckedIn { booking } => (booking, Fact::CheckedIn),
        Event::BookingCheckInUndone { booking } => (booking, Fact::Returned),
        Event::BookingCompleted { booking } => (booking, Fact::Completed),
        Event::BookingNoShow { booking } => (booking, Fact::NoShow),
        Event::BookingNoShowLifted { booking } => (booking, Fact::Lifted),
        Event::BookingAppealDismissed { booking } => (booking, Fact::Dismissed),
        Event::BookingAskedAgain { booking } => (booking, Fact::Again),
        Event::AwayAnswered { away } => return of_stay(tx, away, now),
        // Who asks and who takes back knows of it; the rest is told where it is done.
        Event::AwayAsked { .. }
        | Event::AwayCancelled { .. }
        | Event::AwayArrived { .. }
        | Event::AwayLeft { .. }
        | Event::ArrivalAnswered { .. }
        | Event::WaitlistJoined { .. }
        | Event::WaitlistLeft { .. }
        | Event::WaitlistPromoted { .. }
        | Event::WaitlistExpired { .. }
        | Event::PartnerAccepted { .. }
        | Event::PartnerEnded { .. }
        | Event::StatementMade { .. }
        | Event::WishRefused { .. }
        | Event::SpaceFounded { .. }
        | Event::MemberJoined { .. }
        | Event::MemberLeft { .. }
        | Event::MemberMoved { .. }
        | Event::ProfileEdited { .. }
        | Event::KeysRotated { .. }
        | Event::PostPublished { .. }
        | Event::PostEdited { .. }
        | Event::PostDeleted { .. }
        | Event::PostPinned { .. }
        | Event::PostUnpinned { .. }
        | Event::PostLiked { .. }
        | Event::LikeWithdrawn { .. }
        | Event::PostAnnounced { .. }
        | Event::AnnounceWithdrawn { .. }
        | Event::FollowRequested { .. }
        | Event::FollowAccepted { .. }
        | Event::FollowRejected { .. }
        | Event::FollowWithdrawn { .. }
        | Event::OfferMade { .. }
        | Event::OfferEdited { .. }
        | Event::OfferSettled { .. }
        | Event::OfferExpired { .. }
        | Event::OfferDeleted { .. }
        | Event::ActorReported { .. }
        | Event::ActorBlocked { .. } => return Ok(()),
    };
    of_booking(tx, site, (booking, what), fact, now)
}

fn of_booking(
    tx: &mut Tx<'_>,
    site: &Site,
    (id, what): (BookingId, Fact),
    fact: &Recorded,
    now: Timestamp,
) -> Result<()> {
    let Some(booking) = booking::by_id(tx, id)? else { return Ok(()) };
    let stands = Stands {
        state: booking.state_at(now),
        audience: booking.audience,
        approval: booking.rules.approval,
        answered: booking.answered_at.is_some(),
        cancelled_by: booking.cancelled_by,
    };
    if let Some(kind) = news::to_guest(what, stands) {
        // What is done in one act to several that belong together is told once.
        let at = booking.updated;
        let turn = (turn(what, &booking, fact), u64::try_from(at.as_millisecond()).unwrap_or_default());
        let told = Piece::of_booking(tx, (kind, booking.space.into()), &booking, turn, Some(at))?;
        told.to(tx, booking.requester, booking.expires_at, now)?;
    }
    if let Some(kind) = news::to_staff(what, stands.state) {
        let told = Piece::of_booking(tx, (kind, booking.requester), &booking, (0, 0), None)?;
        for member in staff(tx, Role::Host)? {
            if ActorId::from(member) != booking.requester {
                told.to(tx, member.into(), None, now)?;
            }
        }
    }
    // What was refused at once has not changed since.
    let waited = booking.rules.approval != Approval::None && booking.sequence > 0;
    if let Some(kind) = crate::coworking::webhook::told(what, waited, booking.checked_in_at.is_some()) {
        webhook::tell(tx, site, kind, &booking, turn(what, &booking, fact), fact.recorded_at, now)?;
    }
    Ok(())
}

fn of_stay(tx: &mut Tx<'_>, id: AwayId, now: Timestamp) -> Result<()> {
    let Some(away) = away::by_id(tx, id)? else { return Ok(()) };
    let stay = news::Stay {
        state: away.state,
        cancelled_by: away.cancelled_by,
        is_over: away.slot.end() <= now,
        told: notification::last_of_stay(tx, id)?,
    };
    let Some(kind) = news::of_stay(stay) else { return Ok(()) };
    // A host goes from each of them to a later one and never back, until it is asked anew.
    let turn = u64::try_from(away.asked_by.0).unwrap_or_default();
    let told = Piece { kind, actor: away.space, booking: None, away: Some(id), of: id.0, turn, among: 0 };
    told.to(tx, away.member.into(), None, now)
}

/// Tells administrators that a webhook is switched off.
pub(super) fn of_webhook(tx: &mut Tx<'_>, site: &Site, since: Timestamp, now: Timestamp) -> Result<()> {
    let Some(node) = actor::by_uri(tx, &site.node_actor())? else { return Ok(()) };
    let turn = u64::try_from(since.as_millisecond()).unwrap_or_default();
    let kind = Kind::WebhookDisabled;
    let told = Piece { kind, actor: node.id, booking: None, away: None, of: 0, turn, among: 0 };
    for member in staff(tx, Role::Admin)? {
        told.to(tx, member.into(), None, now)?;
    }
    Ok(())
}

/// What can happen to a booking more than once is told each time: of being there and not each fact, which is recorded once; of
/// moves where the last one went.
fn turn(what: Fact, booking: &Booking, fact: &Recorded) -> u64 {
    match what {
        Fact::Changed => booking.sequence.into(),
        Fact::CheckedIn | Fact::Returned | Fact::Completed => u64::try_from(fact.id.0).unwrap_or_default(),
        _ => 0,
    }
}

/// Who has at least this role.
fn staff(tx: &mut Tx<'_>, role: Role) -> Result<Vec<MemberId>> {
    let mut staff = member::with_role(tx, Role::Admin, STAFF)?;
    if role < Role::Admin {
        staff.extend(member::with_role(tx, Role::Host, STAFF)?);
    }
    Ok(staff)
}

/// A piece of news.
#[derive(Debug, Clone, Copy)]
struct Piece {
    kind: Kind,
    actor: ActorId,
    booking: Option<BookingId>,
    away: Option<AwayId>,
    /// Of what, and for which time.
    of: i64,
    turn: u64,
    /// Of how many more that belong to the booking.
    among: u32,
}

impl Piece {
    /// News of a booking, with the turn of one that stands alone and of several; of those that stand as it does since `act`.
    fn of_booking(
        tx: &mut Tx<'_>,
        (kind, actor): (Kind, ActorId),
        of: &Booking,
        (alone, together): (u64, u64),
        act: Option<Timestamp>,
    ) -> Result<Self> {
        let alone = Self { kind, actor, booking: Some(of.id), away: None, of: of.id.0, turn: alone, among: 0 };
        match booking::bundle(tx, of)? {
            Some(bundle) => Ok(Self { of: bundle, turn: together, among: booking::alike(tx, of, act)?, ..alone }),
            None => Ok(alone),
        }
    }

    /// The name under which it is told once.
    fn name(&self) -> String {
        format!("{} {} {}", self.kind, self.of, self.turn)
    }

    /// Tells a member, and puts a letter on its way to those who want letters.
    fn to(&self, tx: &mut Tx<'_>, member: ActorId, until: Option<Timestamp>, now: Timestamp) -> Result<()> {
        let Self { kind, actor, booking, away, among, .. } = *self;
        let news = self.name();
        if !notification::tell(tx, member, Told { kind, actor, booking, away, news: &news, among }, now)?
            || !news::is_mailed(kind, until, now)
        {
            return Ok(());
        }
        let member = MemberId(member.0);
        let wants = |mailbox: &mailbox::Mailbox| mailbox.bookings && mailbox.confirmed_at.is_some();
        if mailbox::by_member(tx, member)?.is_some_and(|mailbox| wants(&mailbox)) {
            let kind = mail::Kind::News(kind);
            mail::add(tx, &NewMail { member, news: &news, kind, booking, away, secret: None }, now)?;
        }
        Ok(())
    }
}
