//! Other servers: people judge how far they are trusted, and deliveries find out whether they answer.
//!
//! A server that fails is left in peace for longer and longer. After seven bad days it counts as dead and is asked
//! once a day; after a month of that it is not asked any more. Anything verified that comes from it ends all this.

use jiff::{SignedDuration, Timestamp};

use super::Result;
use crate::coworking::member::{Acting, Role};
use crate::coworking::peer::{Host, Level};
use crate::coworking::{Refusal, refusal};
use crate::site::Site;
use crate::store::delivery;
use crate::store::peer::{self, Health, Heard, Peer};
use crate::store::{self, Notice, Tx};

/// The most characters of a note on a peer.
pub const NOTE_LIMIT: usize = 500;

/// Failures in a row after which a server is left in peace.
const FAILURES_BORNE: u32 = 5;
/// For how long the first time; it doubles with each failure.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_mins(10);
/// For how long at the most.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(12);
/// Distinct failing days without one answer after which it counts as dead.
const DAYS_BORNE: u32 = 7;
/// How often a dead one is asked.
const PROBE_PAUSE: SignedDuration = SignedDuration::from_hours(24);
/// How long a dead one is asked at all.
const PROBED_FOR: SignedDuration = SignedDuration::from_hours(24 * 30);

/// May something be sent to a server now?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Yes.
    Open,
    /// It failed too often; not before this time.
    Paused(Timestamp),
    /// It counts as dead; one thing may be tried now to see whether it is.
    Probe,
    /// It counts as dead; not before this time.
    Dead(Timestamp),
    /// It has been dead for a month; not until it is heard.
    GivenUp,
}

/// Judges how far a server is trusted. A judgement on `b.example` that is below "known" covers `a.b.example` too.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but hosts, administrators and the keeper; [`Refusal::Oneself`]; or what is wrong
/// with the note.
pub fn set_level(
    tx: &mut Tx<'_>,
    site: &Site,
    acting: Acting,
    host: &Host,
    level: Level,
    note: &str,
    now: Timestamp,
) -> Result<()> {
    acting.needs(Role::Host, "judge other servers")?;
    if host.as_str() == site.host() {
        return Err(Refusal::Oneself { act: "judge" }.into());
    }
    let note = refusal::optional("note", note, NOTE_LIMIT)?;
    peer::set_level(tx, host, level, note.as_deref(), now)?;
    // What waits for it may have to be dropped, or may go now.
    tx.notify(Notice::Delivery);
    Ok(())
}

/// What hangs on a server and stays as it is when it is blocked: nobody loses a place without the word of those who work here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ties {
    /// What its people have here, or wait for.
    pub bookings: u32,
    /// What people from here have there, or have asked for.
    pub stays: u32,
}

/// What hangs on a server, to be looked at before it is judged.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but hosts, administrators and the keeper.
pub fn ties(tx: &mut Tx<'_>, acting: Acting, host: &Host) -> Result<Ties> {
    acting.needs(Role::Host, "judge other servers")?;
    let bookings = store::booking::open_of_host(tx, host.as_str())?;
    Ok(Ties { bookings, stays: store::away::open_at_host(tx, host.as_str())? })
}

/// Known servers by name, of one level or of all, after a name; at most 80 of them.
///
/// # Errors
/// [`Refusal::NotPermitted`] for all but hosts, administrators and the keeper.
pub fn list(tx: &mut Tx<'_>, acting: Acting, level: Option<Level>, after: &str, limit: u32) -> Result<Vec<Peer>> {
    acting.needs(Role::Host, "list other servers")?;
    Ok(peer::list(tx, level, after, limit.clamp(1, crate::store::page::Page::LIMIT))?)
}

/// Something verified came from a server, or it took something from us. When that ended a bad time, what waits for it may
/// go now, and the queue is told so.
///
/// Writes only when there is something to say, because this is said of every activity.
///
/// # Errors
/// The store's.
pub fn note_heard(tx: &mut Tx<'_>, host: &Host, now: Timestamp) -> std::result::Result<Heard, store::Error> {
    let heard = peer::heard(tx, host, now)?;
    if heard.revived {
        delivery::revive(tx, host, now)?;
    }
    Ok(heard)
}

/// A delivery was taken: as [`note_heard`]. `true` when that ended a bad time.
///
/// # Errors
/// The store's.
pub fn success(tx: &mut Tx<'_>, host: &Host, now: Timestamp) -> Result<bool> {
    Ok(note_heard(tx, host, now)?.revived)
}

/// A delivery found no answer, or one that says the server is ill (a network error, a timeout, 5xx). Not for 429 and
/// other 4xx, which a well server says.
///
/// # Errors
/// The store's.
pub fn failure(tx: &mut Tx<'_>, host: &Host, now: Timestamp) -> Result<Reach> {
    let health = after_failure(peer::health(tx, host)?, now);
    peer::set_health(tx, host, &health, now)?;
    Ok(reach(&health, now))
}

/// May something be sent to a server now? What must arrive although it counts as dead (Follow, Accept, Reject, Undo,
/// Delete of an actor) is the queue's to know.
///
/// # Errors
/// The store's.
pub fn state(tx: &mut Tx<'_>, host: &Host, now: Timestamp) -> Result<Reach> {
    Ok(reach(&peer::health(tx, host)?, now))
}

/// What one more failure makes of a server's health.
fn after_failure(health: Health, now: Timestamp) -> Health {
    let failures = health.failures.saturating_add(1);
    let day = now.as_second().div_euclid(86_400);
    let new_day = health.last_failing_day.is_none_or(|last| day > last);
    let failing_days = health.failing_days.saturating_add(u32::from(new_day));
    let dead_since = health.dead_since.or_else(|| (failing_days >= DAYS_BORNE).then_some(now));
    let pause = match failures.checked_sub(FAILURES_BORNE) {
        _ if dead_since.is_some() => Some(PROBE_PAUSE),
        None => None,
        Some(more) => {
            let doubled = 1_i32.checked_shl(more.min(16)).and_then(|times| FIRST_PAUSE.checked_mul(times));
            Some(doubled.unwrap_or(LONGEST_PAUSE).min(LONGEST_PAUSE))
        }
    };
    Health {
        failures,
        open_until: pause.and_then(|pause| now.checked_add(pause).ok()),
        failing_days,
        last_failing_day: health.last_failing_day.max(Some(day)),
        dead_since,
    }
}

/// What a server's health means for the next delivery.
fn reach(health: &Health, now: Timestamp) -> Reach {
    let pause = health.open_until.filter(|until| *until > now);
    match (health.dead_since, pause) {
        (Some(since), _) if now.duration_since(since) >= PROBED_FOR => Reach::GivenUp,
        (Some(_), Some(until)) => Reach::Dead(until),
        (Some(_), None) => Reach::Probe,
        (None, Some(until)) => Reach::Paused(until),
        (None, None) => Reach::Open,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::coworking::id::MemberId;
    use crate::operations::testing::{Ground, at, refused};
    use crate::store::peer::SignatureScheme;

    const HOUR: i64 = 3_600;

    fn host(text: &str) -> Host {
        Host::parse(text).unwrap()
    }

    #[test]
    fn pauses_double_from_ten_minutes_to_half_a_day() {
        let mut health = Health::default();
        let mut pauses = Vec::new();
        for _ in 0..14 {
            health = after_failure(health, at(0));
            pauses.push(match reach(&health, at(0)) {
                Reach::Paused(until) => until.duration_since(at(0)).as_mins(),
                other => {
                    assert_eq!(other, Reach::Open);
                    0
                }
            });
        }
        assert_eq!(pauses, [0, 0, 0, 0, 10, 20, 40, 80, 160, 320, 640, 720, 720, 720]);
        assert_eq!(reach(&health, at(12 * HOUR)), Reach::Open);
    }

    #[test]
    fn seven_bad_days_kill_and_a_month_of_silence_ends_the_asking() {
        let mut health = Health::default();
        for day in 0..6 {
            for hour in [0, 5] {
                health = after_failure(health, at((day * 24 + hour) * HOUR));
            }
        }
        assert_eq!(health.dead_since, None, "twelve failures, but six days");
        let death = at(6 * 24 * HOUR);
        health = after_failure(health, death);
        assert_eq!(reach(&health, death), Reach::Dead(at(7 * 24 * HOUR)));
        assert_eq!(reach(&health, at(7 * 24 * HOUR)), Reach::Probe);
        health = after_failure(health, at(7 * 24 * HOUR));
        assert_eq!(reach(&health, at(7 * 24 * HOUR)), Reach::Dead(at(8 * 24 * HOUR)));
        assert_eq!(reach(&health, at(36 * 24 * HOUR - 1)), Reach::Probe);
        assert_eq!(reach(&health, at(36 * 24 * HOUR)), Reach::GivenUp);
    }

    proptest! {
        #[test]
        fn a_server_is_dead_when_it_failed_on_seven_days_and_never_paused_for_longer_than_a_day(
            steps in proptest::collection::vec((0_i64..40 * HOUR, 0_u8..12), 1..80),
        ) {
            let (mut health, mut days, mut now) = (Health::default(), BTreeSet::new(), 0);
            for (wait, answer) in steps {
                now += wait;
                if answer == 0 {
                    health = Health::default();
                    days.clear();
                    prop_assert_eq!(reach(&health, at(now)), Reach::Open);
                    continue;
                }
                health = after_failure(health, at(now));
                days.insert(at(now).as_second() / 86_400);
                prop_assert_eq!(health.dead_since.is_some(), days.len() >= 7);
                match reach(&health, at(now)) {
                    Reach::Open => prop_assert!(health.failures < 5),
                    Reach::Paused(until) => prop_assert!(until > at(now) && until <= at(now + 12 * HOUR)),
                    Reach::Dead(until) => prop_assert_eq!(until, at(now + 24 * HOUR)),
                    Reach::GivenUp => prop_assert!(health.dead_since.is_some()),
                    Reach::Probe => prop_assert!(false, "a failure always earns a pause"),
                }
            }
        }
    }

    #[test]
    fn whatever_is_heard_of_a_server_ends_its_bad_time() {
        let ground = Ground::new();
        let mut notices = ground.store().subscribe();
        ground
            .act(|tx, _| {
                let pier = host("pier.example");
                for day in 0..7 {
                    failure(tx, &pier, at(day * 24 * HOUR))?;
                }
                assert!(matches!(state(tx, &pier, at(6 * 24 * HOUR))?, Reach::Dead(_)));
                assert!(note_heard(tx, &pier, at(6 * 24 * HOUR + 1))?.revived);
                assert_eq!(state(tx, &pier, at(6 * 24 * HOUR + 1))?, Reach::Open);
                assert!(!success(tx, &pier, at(6 * 24 * HOUR + 2))?, "it was well");
                let known = peer::by_host(tx, &pier)?.unwrap();
                assert_eq!((known.last_heard_at, known.health), (Some(at(6 * 24 * HOUR + 1)), Health::default()));
                success(tx, &pier, at(6 * 24 * HOUR + 3 * HOUR))?;
                assert_eq!(peer::by_host(tx, &pier)?.unwrap().last_heard_at, Some(at(6 * 24 * HOUR + 3 * HOUR)));
                Ok(())
            })
            .unwrap();
        assert_eq!(notices.try_recv(), Ok(Notice::Delivery));
    }

    #[test]
    fn a_judgement_covers_what_stands_under_it_and_trust_does_not() {
        let ground = Ground::new();
        let member = Acting::Member(MemberId(1), Role::Member);
        let judged =
            ground.act(move |tx, site| set_level(tx, site, member, &host("evil.example"), Level::Blocked, "", at(0)));
        assert_eq!(refused(judged).code(), "not-permitted");
        let own =
            ground.act(|tx, site| set_level(tx, site, Acting::Keeper, &host(site.host()), Level::Blocked, "", at(0)));
        assert_eq!(refused(own).code(), "oneself");
        ground
            .act(|tx, site| {
                for (name, level) in [
                    ("evil.example", Level::Blocked),
                    ("ok.evil.example", Level::Trusted),
                    ("pier.example", Level::Trusted),
                ] {
                    set_level(tx, site, Acting::Keeper, &host(name), level, "met them", at(0))?;
                }
                for (name, expected) in [
                    ("evil.example", Level::Blocked),
                    ("a.b.evil.example", Level::Blocked),
                    ("ok.evil.example", Level::Blocked),
                    ("notevil.example", Level::Known),
                    ("pier.example", Level::Trusted),
                    ("sub.pier.example", Level::Known),
                ] {
                    assert_eq!(peer::level(tx, &host(name))?, expected, "{name}");
                }
                let names = |peers: Vec<Peer>| peers.into_iter().map(|peer| peer.host).collect::<Vec<_>>();
                assert_eq!(names(list(tx, Acting::Keeper, None, "evil.example", 1)?), ["ok.evil.example"]);
                let trusted = names(list(tx, Acting::Keeper, Some(Level::Trusted), "", 9)?);
                assert_eq!(trusted, ["ok.evil.example", "pier.example"]);
                Ok(())
            })
            .unwrap();
    }

    #[test]
    fn what_a_server_understands_is_remembered_for_a_month() {
        let ground = Ground::new();
        ground
            .act(|tx, _| {
                let pier = host("pier.example");
                assert_eq!(peer::scheme(tx, &pier, at(0))?, None);
                peer::set_scheme(tx, &pier, SignatureScheme::Rfc9421, at(0))?;
                assert_eq!(peer::scheme(tx, &pier, at(30 * 24 * HOUR - 1))?, Some(SignatureScheme::Rfc9421));
                assert_eq!(peer::scheme(tx, &pier, at(30 * 24 * HOUR))?, None);
                Ok(())
            })
            .unwrap();
    }
}
