//! `thirdspace request`: those who ask to follow a member or a space, and wait for an answer.

use clap::{Args, Subcommand};
use serde_json::json;

use super::answer::{Answer, Failure};
use super::open::Opened;
use super::page::Window;
use super::shown::people;
use super::speaker::Speaker;
use crate::federation::resolve;
use crate::operations::follow;
use crate::store::follow::FollowState;

#[derive(Debug, Subcommand)]
pub(super) enum Request {
    /// List those who ask to follow, the newest first
    #[command(after_help = "Example:\n  thirdspace request list --as ana")]
    List {
        #[command(flatten)]
        speaker: Speaker,
        #[command(flatten)]
        window: Window,
    },
    /// Let somebody follow who asked to
    #[command(after_help = "Example:\n  thirdspace request approve --as ana @ben@quay.example")]
    Approve(Answered),
    /// Refuse somebody who asked to follow, or remove a follower
    #[command(after_help = "Example:\n  thirdspace request reject --as ana @ben@quay.example")]
    Reject(Answered),
}

/// Who answers whom.
#[derive(Debug, Args)]
pub(super) struct Answered {
    #[command(flatten)]
    speaker: Speaker,
    /// Whom: a handle or an address
    whom: String,
}

impl Request {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        match self {
            Self::List { speaker, window } => {
                let (name, acting, by) = speaker.voice(opened).await?;
                let page = window.page()?;
                let slice = opened.read(move |tx| follow::requests(tx, acting, by, page)).await?;
                people(slice, &format!("Nobody asks to follow {name}."))
            }
            Self::Approve(Answered { speaker, whom }) => {
                let (name, acting, by) = speaker.voice(opened).await?;
                let who = resolve::actor(&opened.node, &whom).await?;
                opened.write(move |tx, _, now| follow::approve(tx, acting, by, who, now)).await?;
                let facts = json!({ "id": who, "state": FollowState::Accepted.as_str() });
                Answer::new(format!("{whom} follows {name} now."), facts)
            }
            Self::Reject(Answered { speaker, whom }) => {
                let (name, acting, by) = speaker.voice(opened).await?;
                let who = resolve::actor(&opened.node, &whom).await?;
                opened.write(move |tx, _, now| follow::reject(tx, acting, by, who, now)).await?;
                let facts = json!({ "id": who, "state": FollowState::Rejected.as_str() });
                Answer::new(format!("{whom} does not follow {name}."), facts)
            }
        }
    }
}
