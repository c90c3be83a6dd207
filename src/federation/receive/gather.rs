//! What must be asked of others before an activity can be acted on.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::activitypub::id::Id;
use crate::coworking::id::ActorId;
use crate::coworking::peer::Host;
use crate::federation::fetch::{self, Found};
use crate::http_client::Budget;
use crate::node::Node;

/// So long one question may take, all its requests together.
const PATIENCE: Duration = Duration::from_secs(60);

/// How much something is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// Without it nothing can be done: it is asked for again later.
    Later,
    /// It would be good to have.
    Perhaps,
}

/// Something to ask for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Want {
    /// An object with its author.
    Object(Id, Need),
    /// An actor as it is now, whether it is known or not.
    Actor(Id, Need),
}

impl Want {
    /// The host that is asked first.
    pub(super) fn host(&self) -> String {
        let (Self::Object(id, _) | Self::Actor(id, _)) = self;
        Host::of(id.url()).map_or_else(|| id.host().to_owned(), |host| host.to_string())
    }
}

/// What was asked for; `None` is what cannot be had.
#[derive(Debug, Clone, Default)]
pub(super) struct Gathered {
    objects: HashMap<String, Option<Arc<Found>>>,
    actors: HashMap<String, Option<ActorId>>,
    /// What all questions for one try to act on an activity may cost.
    budget: Option<Budget>,
}

impl Gathered {
    /// The outer nothing: it was not asked for.
    pub(super) fn object(&self, id: &Id) -> Option<Option<&Found>> {
        self.objects.get(id.as_str()).map(Option::as_deref)
    }

    /// As [`object`](Self::object).
    pub(super) fn actor(&self, id: &Id) -> Option<Option<ActorId>> {
        self.actors.get(id.as_str()).copied()
    }

    /// Asks for something.
    ///
    /// # Errors
    /// When it may be had later and is needed.
    pub(super) async fn gather(&mut self, node: &Node, want: &Want) -> Result<(), String> {
        let budget = &self.budget.get_or_insert_with(|| Budget::new(node.config.fetch_budget)).clone();
        match want {
            Want::Object(id, need) => {
                let found = settled(had(fetch::object(node, id, budget), id).await, *need)?;
                self.objects.insert(id.to_string(), found.map(Arc::new));
            }
            Want::Actor(id, need) => {
                let found = settled(had(fetch::actor(node, id, budget), id).await, *need)?;
                self.actors.insert(id.to_string(), found.map(|person| person.id));
            }
        }
        Ok(())
    }
}

/// Asks, and tells what cannot be had (nothing) from what cannot be had now (an error).
async fn had<T>(question: impl Future<Output = Result<T, fetch::Error>>, id: &Id) -> Result<Option<T>, String> {
    match tokio::time::timeout(PATIENCE, question).await {
        Ok(Ok(found)) => Ok(Some(found)),
        Ok(Err(error)) if error.is_transient() => Err(error.to_string()),
        Ok(Err(error)) => {
            tracing::debug!(%error, id = id.as_str(), "something cannot be had");
            Ok(None)
        }
        Err(_) => Err(format!("asking for {id} took longer than {} seconds", PATIENCE.as_secs())),
    }
}

fn settled<T>(asked: Result<Option<T>, String>, need: Need) -> Result<Option<T>, String> {
    match need {
        Need::Later => asked,
        Need::Perhaps => Ok(asked.unwrap_or(None)),
    }
}
