//! The diary of the node: each fact is written in the transaction that made it true, and published once afterwards.

use jiff::Timestamp;

use super::json::{self, Json};
use super::plan::statements;
use super::{Error, Notice, Tx, id, params};
use crate::coworking::Event;
use crate::coworking::id::EventId;

/// A fact that was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// Its place in the order of facts.
    pub id: EventId,
    /// What happened.
    pub event: Event,
    /// When.
    pub recorded_at: Timestamp,
}

statements! {
    RECORD = "INSERT INTO event (id, name, body, recorded_at) VALUES (?1, ?2, ?3, ?4)";
    UNPUBLISHED = "SELECT id, body, recorded_at FROM event WHERE published_at IS NULL ORDER BY id LIMIT ?1";
    MARK = "UPDATE event SET published_at = ?2 WHERE id = ?1";
    TIDY = "DELETE FROM event WHERE id IN \
            (SELECT id FROM event WHERE id < ?1 AND published_at IS NOT NULL ORDER BY id LIMIT ?2)";
}

/// Writes a fact down, and tells the publisher after the commit.
///
/// # Errors
/// The store's.
pub fn record(tx: &mut Tx<'_>, event: &Event, now: Timestamp) -> Result<EventId, Error> {
    let id = EventId(tx.next_id(now));
    tx.execute(RECORD, params![id, event.name(), json::text(event)?, now])?;
    tx.notify(Notice::Event);
    Ok(id)
}

/// The oldest facts that wait for the publisher.
///
/// # Errors
/// The store's.
pub fn unpublished(tx: &mut Tx<'_>, limit: u32) -> Result<Vec<Recorded>, Error> {
    tx.query(UNPUBLISHED, params![limit], |row| {
        let Json(event) = row.get(1)?;
        Ok(Recorded { id: row.get(0)?, event, recorded_at: row.get(2)? })
    })
}

/// The publisher is done with a fact.
///
/// # Errors
/// The store's.
pub fn mark_published(tx: &mut Tx<'_>, event: EventId, now: Timestamp) -> Result<(), Error> {
    tx.execute(MARK, params![event, now])?;
    Ok(())
}

/// Forgets published facts from before `time`, at most `limit` at once; tells how many.
///
/// # Errors
/// The store's.
pub fn tidy(tx: &mut Tx<'_>, time: Timestamp, limit: u32) -> Result<u64, Error> {
    tx.execute(TIDY, params![id::first_at(time), limit])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coworking::id::{ActorId, FollowId, MemberId};
    use crate::store::plan;
    use crate::store::testing::Scratch;

    #[tokio::test]
    async fn every_statement_uses_an_index() {
        plan::check(STATEMENTS).await;
    }

    #[test]
    fn facts_are_published_in_order_and_forgotten_only_afterwards() {
        let store = Scratch::new();
        let at = |seconds: i64| Timestamp::from_second(1_800_000_000 + seconds).unwrap();
        let mut notices = store.store.subscribe();
        store
            .write(move |tx| {
                let joined = Event::MemberJoined { member: MemberId(i64::MAX) };
                let follow = FollowId(3);
                let asked = Event::FollowRequested { follower: ActorId(1), target: ActorId(2), follow };
                let left = Event::MemberLeft { member: MemberId(4) };
                for (event, second) in [(joined, 0), (asked, 1), (left, 2)] {
                    record(tx, &event, at(second))?;
                }
                let waiting = unpublished(tx, 9)?;
                assert_eq!(waiting.iter().map(|recorded| recorded.event).collect::<Vec<_>>(), [joined, asked, left]);
                assert_eq!(waiting[1].recorded_at, at(1));
                mark_published(tx, waiting[0].id, at(3))?;
                mark_published(tx, waiting[2].id, at(3))?;
                assert_eq!(unpublished(tx, 9)?, [waiting[1]]);
                assert_eq!(tidy(tx, at(2), 9)?, 1, "the second waits, the third is younger");
                assert_eq!(tidy(tx, at(60), 9)?, 1);
                assert_eq!(unpublished(tx, 9)?, [waiting[1]]);
                Ok::<_, Error>(())
            })
            .unwrap();
        assert_eq!(notices.try_recv(), Ok(Notice::Event));
    }
}
