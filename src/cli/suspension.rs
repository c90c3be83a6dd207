//! `thirdspace suspend`, `unsuspend` and `suspensions`: who is not heard here, wherever they live.

use clap::Args;
use serde_json::json;

use super::answer::{Answer, Failure};
use super::open::Opened;
use super::page::Window;
use super::shown::people;
use crate::coworking::id::ActorId;
use crate::coworking::member::Acting;
use crate::federation::resolve;
use crate::operations::suspension;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  thirdspace suspend ben\n  thirdspace suspend @eve@spam.example")]
pub(super) struct Suspend {
    /// Whom: a member's name, a handle or an address
    whom: String,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  thirdspace unsuspend @eve@spam.example")]
pub(super) struct Unsuspend {
    /// Whom: a member's name, a handle or an address
    whom: String,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  thirdspace suspensions")]
pub(super) struct Suspensions {
    #[command(flatten)]
    window: Window,
}

impl Suspensions {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let page = self.window.page()?;
        let slice = opened.read(move |tx| suspension::list(tx, Acting::Keeper, page)).await?;
        people(slice, "Nobody is suspended.")
    }
}

impl Suspend {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let target = named(opened, &self.whom).await?;
        opened.write(move |tx, _, now| suspension::suspend(tx, Acting::Keeper, target, now)).await?;
        Answer::new(format!("{} is suspended.", self.whom), json!({ "target": target, "suspended": true }))
    }
}

impl Unsuspend {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let target = named(opened, &self.whom).await?;
        opened.write(move |tx, _, now| suspension::lift(tx, Acting::Keeper, target, now)).await?;
        Answer::new(format!("{} may speak again.", self.whom), json!({ "target": target, "suspended": false }))
    }
}

/// A bare name is somebody here.
async fn named(opened: &Opened, whom: &str) -> Result<ActorId, Failure> {
    match whom.trim_start_matches('@').contains(['@', ':']) {
        true => Ok(resolve::actor(&opened.node, whom).await?),
        false => opened.actor(whom).await,
    }
}
