//! `thirdspace follow` and `unfollow`: whose posts a member or a space gets to see.

use clap::Args;
use serde_json::json;

use super::answer::{Answer, Failure};
use super::open::Opened;
use super::speaker::Speaker;
use crate::federation::resolve;
use crate::operations;
use crate::store::follow::FollowState;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  thirdspace follow @ben@quay.example\n  thirdspace follow --as ana @ben@quay.example\n  \
                  thirdspace follow --as harbor @quay@quay.example"
)]
pub(super) struct Follow {
    #[command(flatten)]
    speaker: Speaker,
    /// Ask once more, when there was never an answer
    #[arg(long)]
    again: bool,
    /// Whom: a handle or an address
    whom: String,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  thirdspace unfollow --as ana @ben@quay.example")]
pub(super) struct Unfollow {
    #[command(flatten)]
    speaker: Speaker,
    /// Whom: a handle or an address
    whom: String,
}

impl Follow {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let (who, acting, by) = self.speaker.voice(opened).await?;
        let target = resolve::actor(&opened.node, &self.whom).await?;
        let again = self.again;
        let followed =
            opened.write(move |tx, _, now| operations::follow::follow(tx, acting, by, target, again, now)).await?;
        let whom = self.whom;
        let words = match followed.state {
            FollowState::Accepted => format!("{who} follows {whom}."),
            FollowState::Requested => format!("{who} has asked to follow {whom}; {whom} has to agree."),
            FollowState::Rejected => format!("{whom} does not want to be followed by {who}."),
        };
        Answer::new(words, json!({ "id": followed.id, "target": target, "state": followed.state.as_str() }))
    }
}

impl Unfollow {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let (who, acting, by) = self.speaker.voice(opened).await?;
        let target = resolve::actor(&opened.node, &self.whom).await?;
        opened.write(move |tx, _, now| operations::follow::unfollow(tx, acting, by, target, now)).await?;
        Answer::new(format!("{who} does not follow {} any more.", self.whom), json!({ "target": target }))
    }
}
