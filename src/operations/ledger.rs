//! The ledger between spaces: guest-days hosted and sent, how far requests are honoured, and what two partners say of a month.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::partner::since;
use super::{Result, space as spaces};
use crate::coworking::id::{ActorId, SpaceId, StatementId};
use crate::coworking::ledger::{
    Difference, GuestDays, Honour, MONTHS_BACK, Month, Statement, Stay, Verdict, differences,
};
use crate::coworking::member::{Acting, Role};
use crate::coworking::peer::Host;
use crate::coworking::space::Zone;
use crate::coworking::{Event, Refusal, away, booking};
use crate::site::Site;
use crate::store::actor::{self, Actor};
use crate::store::ledger::{self, Hosted, Sent};
use crate::store::page::{Page, Slice};
use crate::store::partner::{self, Partner, Stated};
use crate::store::{Tx, event, space};

/// Partners that are looked at in one go.
const AT_ONCE: u32 = 200;

/// What stands between this node and one other in a month.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// The days of their guests here.
    pub hosted: u32,
    /// The days of our members there.
    pub sent: u32,
    /// How often we took their people in.
    pub honoured_here: Honour,
    /// How often they took ours in.
    pub honoured_there: Honour,
}

/// The ledger of some months, by month and host: of one host, or of all that had anything to do with us.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but hosts, administrators and the keeper; [`Refusal::TooMany`] months.
pub fn book(
    tx: &mut Tx<'_>,
    acting: Acting,
    peer: Option<&Host>,
    from: Month,
    to: Month,
) -> Result<BTreeMap<(Month, String), Entry>> {
    acting.needs(Role::Host, "look at the ledger")?;
    let months: Vec<Month> = (0..=MONTHS_BACK).map(|number| from.plus(number)).take_while(|one| *one <= to).collect();
    if months.last() != Some(&to) {
        return Err(Refusal::malformed("month", format!("{from} to {to}"), "up to 13 months, the first first").into());
    }
    let (starts, ends) = (from.anywhere().0, to.anywhere().1);
    let mut book: BTreeMap<(Month, String), Entry> = BTreeMap::new();
    let is_asked = |host: &str| peer.is_none_or(|peer| peer.as_str() == host);
    let mut stays: BTreeMap<(String, bool, ActorId), Vec<Stay>> = BTreeMap::new();
    for here in space::list(tx)? {
        for hosted in ledger::hosted(tx, here.id, starts, ends)?.into_iter().filter(|hosted| is_asked(&hosted.host)) {
            let Some(month) = begun(&hosted.zone, hosted.slot.start()) else { continue };
            if months.contains(&month) {
                let entry = book.entry((month, hosted.host.clone())).or_default();
                entry.honoured_here.count(verdict_here(&hosted));
            }
            if let Some(stay) = stay_here(&hosted, String::new()) {
                stays.entry((hosted.host, true, here.id.into())).or_default().push(stay);
            }
        }
    }
    for sent in ledger::sent(tx, starts, ends)?.into_iter().filter(|sent| is_asked(&sent.host)) {
        let Some(month) = begun(&sent.zone, sent.slot.start()) else { continue };
        if months.contains(&month) {
            let entry = book.entry((month, sent.host.clone())).or_default();
            entry.honoured_there.count(verdict_there(&sent));
        }
        if let Some(stay) = stay_there(&sent) {
            stays.entry((sent.host, false, sent.space)).or_default().push(stay);
        }
    }
    for ((host, hosted, _), stays) in stays {
        for month in &months {
            let days = GuestDays::of(&stays, *month).days;
            if days > 0 {
                let entry = book.entry((*month, host.clone())).or_default();
                let side = if hosted { &mut entry.hosted } else { &mut entry.sent };
                *side = side.saturating_add(days);
            }
        }
    }
    Ok(book)
}

fn begun(zone: &str, at: Timestamp) -> Option<Month> {
    Zone::parse(zone).ok().map(|zone| Month::of(zone.wall(at).date()))
}

fn stay_here(hosted: &Hosted, agreement: String) -> Option<Stay> {
    use booking::State;
    let zone = Zone::parse(&hosted.zone).ok()?;
    let came = matches!(hosted.state, State::CheckedIn | State::Completed);
    came.then(|| Stay { guest: hosted.guest.0, agreement, dates: zone.dates(hosted.slot).collect() })
}

fn stay_there(sent: &Sent) -> Option<Stay> {
    use away::State;
    let zone = Zone::parse(&sent.zone).ok()?;
    let came = matches!(sent.state, State::CheckedIn | State::Completed);
    let agreement = sent.agreement.clone().filter(|_| came)?;
    Some(Stay { guest: sent.member.0, agreement, dates: zone.dates(sent.slot).collect() })
}

fn verdict_here(hosted: &Hosted) -> Verdict {
    use booking::State;
    match hosted.state {
        State::Confirmed | State::CheckedIn | State::Completed | State::NoShow => Verdict::Accepted,
        State::Cancelled if hosted.answered => Verdict::Accepted,
        State::Refused if hosted.refused.as_deref() == Some("declined") => Verdict::Declined,
        State::Expired if !hosted.answered => Verdict::Declined,
        State::Refused | State::Expired | State::Cancelled | State::Requested | State::Held => Verdict::Void,
    }
}

fn verdict_there(sent: &Sent) -> Verdict {
    use away::State;
    match sent.state {
        State::Confirmed | State::CheckedIn | State::Completed | State::NoShow => Verdict::Accepted,
        State::Cancelled if sent.answered => Verdict::Accepted,
        // Who names other times would have us.
        State::Refused if sent.alternatives => Verdict::Void,
        State::Refused | State::Expired => Verdict::Declined,
        State::Cancelled | State::Sent | State::Waiting | State::Held => Verdict::Void,
    }
}

/// What is counted for the statements of a month, read once for all partners of one of our spaces.
struct Counted<'c> {
    month: Month,
    ours: SpaceId,
    is_default: bool,
    /// Guests at that space.
    hosted: &'c [Hosted],
    /// Members of this node elsewhere.
    sent: &'c [Sent],
}

impl Counted<'_> {
    /// What our space has to say of the month with a space elsewhere: of the guests who are at home in that one, and of our members
    /// who are at home in ours.
    fn with(&self, site: &Site, theirs: &Actor) -> Statement {
        let from_theirs = |hosted: &&Hosted| match &hosted.home_space {
            Some(home) => *home == theirs.uri,
            None => theirs.server().is_some_and(|server| server.as_str() == hosted.host),
        };
        let hosted = self.hosted.iter().filter(from_theirs);
        let hosted: Vec<Stay> = hosted.filter_map(|hosted| stay_here(hosted, site.booking(hosted.id))).collect();
        let is_ours = |home: Option<SpaceId>| home.map_or(self.is_default, |home| home == self.ours);
        let sent = self.sent.iter().filter(|sent| sent.space == theirs.id && is_ours(sent.home_space));
        let sent: Vec<Stay> = sent.filter_map(stay_there).collect();
        let month = self.month;
        Statement { month, hosted: GuestDays::of(&hosted, month), sent: GuestDays::of(&sent, month) }
    }
}

/// What is to be stated: the months since two became partners that are over, and of which nothing was said. Nothing is said to who
/// is gone.
fn missing(tx: &mut Tx<'_>, partner: &Partner, now: Timestamp) -> Result<Vec<Month>> {
    let last = Month::last_over(now);
    if partner.stated.is_some_and(|stated| stated >= last) {
        return Ok(Vec::new());
    }
    let Some(since) = since(tx, partner)? else { return Ok(Vec::new()) };
    if !actor::by_id(tx, partner.partner)?.is_some_and(|theirs| theirs.is_active()) {
        return Ok(Vec::new());
    }
    let earliest = Month::at(since).max(last.plus(1 - MONTHS_BACK));
    let first = partner.stated.map_or(earliest, |stated| stated.plus(1).max(earliest));
    Ok((0..MONTHS_BACK).map(|number| first.plus(number)).take_while(|month| *month <= last).collect())
}

/// Is there a statement to be made?
///
/// # Errors
/// The store's.
pub fn is_time_for_any(tx: &mut Tx<'_>, now: Timestamp) -> Result<bool> {
    let mut after = 0;
    loop {
        let some = partner::standing(tx, after, AT_ONCE)?;
        let Some(last) = some.last().map(|partner| partner.id) else { return Ok(false) };
        for partner in &some {
            if !missing(tx, partner, now)?.is_empty() {
                return Ok(true);
            }
        }
        after = last;
    }
}

/// Makes statements of months that are over, each once, also those that were missed; at most `limit`, and tells how many. What
/// they are counted from is read once for each month and space.
///
/// # Errors
/// The store's.
pub fn state_due(tx: &mut Tx<'_>, site: &Site, now: Timestamp, limit: u32) -> Result<usize> {
    let (mut after, mut due) = (0, Vec::new());
    loop {
        let some = partner::standing(tx, after, AT_ONCE)?;
        let Some(last) = some.last().map(|partner| partner.id) else { break };
        for standing in some {
            due.extend(missing(tx, &standing, now)?.into_iter().map(|month| (month, standing.clone())));
        }
        after = last;
    }
    due.sort_by_key(|(month, standing)| (*month, standing.space, standing.id));
    due.truncate(limit as usize);
    if due.is_empty() {
        return Ok(0);
    }
    let default = spaces::or_default(tx, None)?.id;
    for of_month in due.chunk_by(|(one, _), (other, _)| one == other) {
        let Some((month, _)) = of_month.first() else { continue };
        let (starts, ends) = month.anywhere();
        let sent = ledger::sent(tx, starts, ends)?;
        for of_space in of_month.chunk_by(|(_, one), (_, other)| one.space == other.space) {
            let Some((month, Partner { space: ours, .. })) = of_space.first().cloned() else { continue };
            let hosted = ledger::hosted(tx, ours, starts, ends)?;
            let counted = Counted { month, ours, is_default: ours == default, hosted: &hosted, sent: &sent };
            for (_, standing) in of_space {
                state(tx, site, &counted, standing, now)?;
            }
        }
    }
    Ok(due.len())
}

fn state(tx: &mut Tx<'_>, site: &Site, counted: &Counted<'_>, standing: &Partner, now: Timestamp) -> Result<()> {
    let (space, partner) = (standing.space, standing.partner);
    // Whoever became a partner anew has said it before.
    if partner::statement_of(tx, space, partner, counted.month, true)?.is_none() {
        let theirs = actor::by_id(tx, partner)?.ok_or(Refusal::NotFound { what: "space" })?;
        let (id, statement) = (StatementId(tx.next_id(now)), counted.with(site, &theirs));
        let stated = Stated { id, space, partner, ours: true, statement, evidence: None, made_at: now };
        partner::add_statement(tx, &stated)?;
        event::record(tx, &Event::StatementMade { statement: id }, now)?;
    }
    Ok(partner::set_stated(tx, standing.id, counted.month)?)
}

/// A partner says what it counted. It is kept beside ours; what differs is shown, and settled by nobody but people.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but partners; [`Refusal::Malformed`] for a month that is not over; [`Refusal::Taken`] when
/// it said something else of that month before.
pub fn receive(
    tx: &mut Tx<'_>,
    by: ActorId,
    space: SpaceId,
    statement: &Statement,
    evidence: &str,
    now: Timestamp,
) -> Result<()> {
    let agreed = partner::of(tx, space, by)?;
    if !matches!(agreed, Some(partner) if since(tx, &partner)?.is_some()) {
        return Err(Refusal::NotPermitted { who: "partner spaces", act: "send statements" }.into());
    }
    if statement.month >= Month::at(now) {
        return Err(Refusal::malformed("month", statement.month, "a month that is over").into());
    }
    match partner::statement_of(tx, space, by, statement.month, false)? {
        Some(known) if known.statement == *statement => Ok(()),
        Some(_) => Err(Refusal::Taken { field: "month", value: statement.month.to_string() }.into()),
        None => {
            let (id, statement) = (StatementId(tx.next_id(now)), statement.clone());
            let (evidence, partner) = (Some(evidence.to_owned()), by);
            partner::add_statement(tx, &Stated { id, space, partner, ours: false, statement, evidence, made_at: now })?;
            Ok(())
        }
    }
}

/// What the two said of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// The other space.
    pub partner: ActorId,
    /// Which month.
    pub month: Month,
    /// The number of the first of the two, for pages.
    pub id: StatementId,
    /// What ours says, if it is made.
    pub ours: Option<Statement>,
    /// What theirs says, if it has come.
    pub theirs: Option<Statement>,
    /// What differs; nothing as long as one is missing.
    pub differences: Vec<Difference>,
}

/// What a space and its partners said, the newest first.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but hosts, administrators and the keeper; [`Refusal::NotFound`] space.
pub fn statements(tx: &mut Tx<'_>, acting: Acting, space: SpaceId, page: Page) -> Result<Slice<Compared>> {
    acting.needs(Role::Host, "look at the ledger")?;
    spaces::or_default(tx, Some(space))?;
    let slice = partner::statements(tx, space, page)?;
    let mut items = Vec::with_capacity(slice.items.len());
    for stated in slice.items {
        let (id, other, month) = (stated.id, stated.partner, stated.statement.month);
        let (ours, theirs) = match stated.ours {
            true => (
                Some(stated.statement),
                partner::statement_of(tx, space, other, month, false)?.map(|stated| stated.statement),
            ),
            false => (None, Some(stated.statement)),
        };
        let differences = match (&ours, &theirs) {
            (Some(ours), Some(theirs)) => differences(ours, theirs),
            _ => Vec::new(),
        };
        items.push(Compared { partner: other, month, id, ours, theirs, differences });
    }
    Ok(Slice { items, next: slice.next })
}

/// The days with one host so far: hosted and sent, in the last 13 months.
///
/// # Errors
/// As of [`book`].
pub fn balance(tx: &mut Tx<'_>, acting: Acting, peer: &Host, now: Timestamp) -> Result<Entry> {
    let to = Month::at(now);
    let months = book(tx, acting, Some(peer), to.plus(-MONTHS_BACK), to)?;
    Ok(months.into_values().fold(Entry::default(), |mut sum, month| {
        sum.hosted += month.hosted;
        sum.sent += month.sent;
        for (all, one) in
            [(&mut sum.honoured_here, month.honoured_here), (&mut sum.honoured_there, month.honoured_there)]
        {
            all.accepted += one.accepted;
            all.valid += one.valid;
        }
        sum
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coworking::booking::BookingInput;
    use crate::coworking::booking::Request;
    use crate::coworking::peer::Level;
    use crate::coworking::resource::{Audience, ResourceInput};
    use crate::operations::booking::{Asking, decline, request};
    use crate::operations::testing::{Ground, let_follow, no, stranger};
    use crate::operations::{booking as bookings, partner as partners, resource};
    use crate::store::actor::{ActorType, RemoteProfile};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn pier(tx: &mut Tx<'_>) -> Result<ActorId> {
        space_elsewhere(tx, "pier")
    }

    fn space_elsewhere(tx: &mut Tx<'_>, name: &str) -> Result<ActorId> {
        let (uri, host) = (format!("https://{name}.example/spaces/{name}"), format!("{name}.example"));
        let profile = RemoteProfile { actor_type: ActorType::Group, ..RemoteProfile::bare(&uri, name, &host) };
        Ok(actor::upsert_remote(tx, &profile, at("2027-01-10T09:00:00Z"))?.0)
    }

    #[test]
    fn statements_are_made_some_at_a_time_and_none_for_who_is_gone() {
        let (ground, done) = Ground::set_up();
        ground
            .act(move |tx, site| {
                let (space, version) = (done.space, crate::coworking::partner::AGREEMENT_VERSION);
                let mut all = Vec::new();
                for name in ["pier", "quay", "dock", "lock"] {
                    let other = space_elsewhere(tx, name)?;
                    partners::accept(
                        tx,
                        site,
                        Acting::Keeper,
                        space,
                        other,
                        version,
                        None,
                        at("2027-01-10T09:00:00Z"),
                    )?;
                    let_follow(tx, other, space.into())?;
                    let_follow(tx, space.into(), other)?;
                    all.push(other);
                }
                actor::mark_deleted(tx, all[3], at("2027-01-20T09:00:00Z"))?;
                let now = at("2027-02-05T09:00:00Z");
                assert!(is_time_for_any(tx, now)?);
                assert_eq!(state_due(tx, site, now, 2)?, 2);
                assert_eq!(state_due(tx, site, now, 2)?, 1);
                assert!(!is_time_for_any(tx, now)?, "whoever is gone is told nothing");
                assert_eq!(state_due(tx, site, now, 2)?, 0);
                assert_eq!(statements(tx, Acting::Keeper, space, Page::default())?.items.len(), 3);
                Ok(())
            })
            .unwrap();
    }

    #[test]
    fn days_and_honour_are_counted_and_each_month_is_stated_once_also_those_that_were_missed() {
        let (ground, done) = Ground::set_up();
        ground
            .act(move |tx, site| {
                let (space, now) = (done.space, at("2027-01-10T09:00:00Z"));
                let (pier, bo) = (pier(tx)?, stranger(tx, "bo")?);
                let rules = |text: &str| [(Audience::Guest, serde_json::from_str(text).unwrap())].into();
                let input = |text: &str| ResourceInput {
                    kind: "meeting_room".into(),
                    name: "Attic".into(),
                    rules: Some(rules(text)),
                    ..ResourceInput::default()
                };
                let attic = resource::add(tx, Acting::Keeper, space, &input("{}").parse()?, now)?;
                let strict = input(r#"{"approval": "open"}"#).parse()?;
                let strict = resource::add(tx, Acting::Keeper, space, &strict, now)?;
                let comes = |tx: &mut Tx<'_>, resource, date: &str, from: &str, to: &str| {
                    let on = |time: &str| format!("{date}T{time}");
                    let input = BookingInput { start: on(from), end: on(to), ..BookingInput::default() };
                    let draft = input.parse(&Zone::parse("Europe/Amsterdam")?)?;
                    let uri = format!("https://pier.example/asked/{date}{from}{resource}");
                    let asking = Asking::elsewhere(bo, Level::Trusted, uri, [0; 32])?;
                    request(tx, &asking, &Request { resource, draft, hold: false, reason: None }, now)
                };
                comes(tx, attic, "2027-01-29", "10:00", "11:00")?;
                comes(tx, attic, "2027-01-29", "15:00", "16:00")?;
                comes(tx, attic, "2027-02-01", "10:00", "11:00")?;
                let asked = comes(tx, strict, "2027-01-27", "10:00", "11:00")?;
                decline(tx, Acting::Keeper, asked.id, "Not that day.", at("2027-01-10T12:00:00Z"))?;
                assert_eq!(no(tx, |tx| comes(tx, attic, "2027-01-29", "10:30", "11:30")).code(), "unbookable");

                // Nobody says anything to those who are no partners.
                bookings::tend(tx, at("2027-02-05T09:00:00Z"), 100)?;
                assert_eq!(state_due(tx, site, at("2027-02-05T09:00:00Z"), 9)?, 0);
                let version = crate::coworking::partner::AGREEMENT_VERSION;
                partners::accept(tx, site, Acting::Keeper, space, pier, version, None, now)?;
                assert!(!is_time_for_any(tx, at("2027-02-05T09:00:00Z"))?, "they have not agreed");
                let_follow(tx, pier, space.into())?;
                let_follow(tx, space.into(), pier)?;
                // Both since the 15th of January: the follows of this ground are as old as that.
                assert!(!is_time_for_any(tx, at("2027-02-01T23:00:00Z"))?);
                assert_eq!(state_due(tx, site, at("2027-03-05T09:00:00Z"), 9)?, 2, "January was missed");
                assert_eq!(state_due(tx, site, at("2027-03-05T09:00:00Z"), 9)?, 0);
                let all = statements(tx, Acting::Keeper, space, Page::default())?.items;
                let days: Vec<_> =
                    all.iter().map(|one| (one.month.to_string(), one.ours.as_ref().unwrap().hosted.days)).collect();
                assert_eq!(days, [("2027-02".to_owned(), 1), ("2027-01".to_owned(), 1)]);
                let january = all[1].ours.clone().unwrap();
                assert_eq!(january.hosted.agreements.len(), 2, "two bookings of one guest on one day");

                // Theirs comes, once; another of the same month is not taken for it.
                let theirs =
                    Statement { hosted: GuestDays::default(), sent: january.hosted.clone(), ..january.clone() };
                let later = at("2027-03-05T10:00:00Z");
                receive(tx, pier, space, &theirs, "{}", later)?;
                receive(tx, pier, space, &theirs, "{}", later)?;
                let other = Statement { sent: GuestDays::default(), ..theirs.clone() };
                assert_eq!(no(tx, |tx| receive(tx, pier, space, &other, "{}", later)).code(), "taken");
                assert_eq!(no(tx, |tx| receive(tx, bo, space, &other, "{}", later)).code(), "not-permitted");
                let early = Statement { month: Month::at(later), ..other };
                assert_eq!(no(tx, |tx| receive(tx, pier, space, &early, "{}", later)).code(), "malformed");
                assert_eq!(statements(tx, Acting::Keeper, space, Page::default())?.items[1].differences, []);

                // What staff said is remembered longer than what the rules say to whoever asks.
                crate::store::booking::forget_refused(tx, later, 100)?;
                let (from, to) = ("2027-01".parse()?, "2027-02".parse()?);
                let book = book(tx, Acting::Keeper, None, from, to)?;
                let entry = |month| book.get(&(month, "pier.example".to_owned())).cloned().unwrap();
                assert_eq!((entry(from).hosted, entry(to).hosted, entry(from).sent), (1, 1, 0));
                assert_eq!(entry(from).honoured_here, Honour { accepted: 2, valid: 3 });
                Ok(())
            })
            .unwrap();
    }
}
