//! What the nodes did for the story, counted in their stores.

use std::collections::BTreeSet;

use serde::Serialize;

use super::cast::Place;
use super::stage::Stage;
use super::{fact, look};
use crate::cli::answer::Failure;
use crate::operations;
use crate::store::delivery::{self, State};
use crate::store::inbox;
use crate::store::page::Page;

/// More than the story can bring.
const MOST: u32 = 10_000;

/// What one node did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Traffic {
    /// Activities that others were told.
    pub(super) activities: u64,
    /// Inboxes that took one, each counted for each.
    pub(super) deliveries: u64,
    /// What is still on its way, or was given up.
    pub(super) undelivered: u64,
    /// Activities that came in; each was let in by a signature that was verified, and by nothing else.
    pub(super) verified: u64,
}

/// Waits until nothing is on its way any more: that something arrived is written down a moment after it did.
pub(super) async fn settle(stage: &Stage) -> Result<(), Failure> {
    for place in Place::ALL {
        // Not for long: what still waits then is counted as such.
        let (_, _) = fact::until(&*stage.node(place)?, &look::nothing_waits(), fact::SHORT_DEADLINE).await?;
    }
    Ok(())
}

/// Counts at one node.
pub(super) async fn of(stage: &Stage, place: Place) -> Result<Traffic, Failure> {
    stage
        .at(place)?
        .read(|tx| {
            let mut activities = BTreeSet::new();
            let (mut deliveries, mut before) = (0, None);
            loop {
                let slice = delivery::list(tx, Some(State::Done), Page::new(before, Some(Page::LIMIT)))?;
                deliveries += slice.items.len() as u64;
                activities.extend(slice.items.iter().map(|line| line.activity));
                before = slice.next;
                if before.is_none() {
                    break;
                }
            }
            let rest = delivery::counts(tx)?;
            Ok::<_, operations::Error>(Traffic {
                activities: activities.len() as u64,
                deliveries,
                undelivered: rest.waiting + rest.failed + rest.dropped,
                verified: inbox::taken(tx, MOST)?,
            })
        })
        .await
}
