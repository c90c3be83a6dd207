//! `thirdspace announce` and `unannounce`: a member, or a space, passes a post on.

use clap::Args;

use super::answer::{Answer, Failure};
use super::open::Opened;
use super::speaker::Speaker;
use crate::operations::announce;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  thirdspace announce --as ana https://quay.example/posts/1868812345678901234\n  \
                  thirdspace announce --as harbor https://quay.example/posts/1868812345678901234\n\n\
                  Only what everybody may read can be passed on.")]
pub(super) struct Announce {
    #[command(flatten)]
    speaker: Speaker,
    /// The address of the post, or its id here
    post: String,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  thirdspace unannounce --as ana https://quay.example/posts/1868812345678901234")]
pub(super) struct Unannounce {
    #[command(flatten)]
    speaker: Speaker,
    /// The address of the post, or its id here
    post: String,
}

impl Announce {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let (name, acting, by) = self.speaker.voice(opened).await?;
        let id = opened.post("post", &self.post).await?;
        opened.write(move |tx, _, now| announce::announce(tx, acting, by, id, now).map(drop)).await?;
        Answer::new(format!("{name} passes it on to those who follow {name}."), opened.view(acting, id).await?)
    }
}

impl Unannounce {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let (_, acting, by) = self.speaker.voice(opened).await?;
        let id = opened.post("post", &self.post).await?;
        opened.write(move |tx, _, now| announce::withdraw(tx, acting, by, id, now)).await?;
        Answer::new("The announce is taken back.", opened.view(acting, id).await?)
    }
}
