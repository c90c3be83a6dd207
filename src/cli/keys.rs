//! `thirdspace keys`: the keys that sign what the node and its people send.

use anyhow::Context;
use clap::{ArgGroup, Subcommand};
use serde_json::json;

use super::answer::{Answer, Failure};
use super::open::Opened;
use crate::coworking::id::ActorId;
use crate::coworking::member::Acting;
use crate::federation::signing::make_keys;
use crate::operations;
use crate::store::actor::{self, ActorType};
use crate::store::key::NewKeys;
use crate::store::page::Page;

#[derive(Debug, Subcommand)]
pub(super) enum Keys {
    /// Retire keys and make new ones; other servers are told
    #[command(
        group = ArgGroup::new("whose").required(true).args(["name", "all"]),
        after_help = "Examples:\n  thirdspace keys rotate ana     after ana's key may have been seen\n  \
                      thirdspace keys rotate --all   after somebody may have read the database"
    )]
    Rotate {
        /// A member or a space, by its name here
        name: Option<String>,
        /// Every member, every space and the node itself
        #[arg(long)]
        all: bool,
    },
}

impl Keys {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let Self::Rotate { name, .. } = self;
        let actors = match name {
            Some(name) => vec![opened.actor(&name).await?],
            None => everybody(opened).await?,
        };
        for actor in &actors {
            let (actor, pair) = (*actor, make().await?);
            opened.write(move |tx, _, now| operations::key::rotate(tx, Acting::Keeper, actor, &pair, now)).await?;
        }
        let count = actors.len();
        Answer::new(format!("{count} have new keys; other servers will hear of it."), json!({ "rotated": count }))
    }
}

async fn everybody(opened: &Opened) -> Result<Vec<ActorId>, Failure> {
    opened
        .read(|tx| {
            let mut everybody = Vec::new();
            for actor_type in [ActorType::Application, ActorType::Group, ActorType::Person] {
                let mut page = Page::new(None, Some(Page::LIMIT));
                loop {
                    let slice = actor::local_list(tx, actor_type, false, page)?;
                    everybody.extend(slice.items.iter().map(|actor| actor.id));
                    let Some(next) = slice.next else { break };
                    page = Page::new(Some(next), Some(Page::LIMIT));
                }
            }
            Ok(everybody)
        })
        .await
}

/// A fresh pair. A command has the time to make one, so that what it makes can be used at once.
pub(super) async fn make() -> Result<NewKeys, Failure> {
    let pair = tokio::task::spawn_blocking(make_keys).await;
    Ok(pair.context("making keys was cut off")?.context("keys cannot be made")?)
}
