//! `thirdspace like` and `unlike`.

use clap::Args;

use super::answer::{Answer, Failure};
use super::open::Opened;
use super::speaker::Speaker;
use crate::operations::reaction;

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  thirdspace like --as ana https://quay.example/posts/1868812345678901234")]
pub(super) struct Like {
    #[command(flatten)]
    speaker: Speaker,
    /// The address of the post, or its id here
    post: String,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  thirdspace unlike --as ana https://quay.example/posts/1868812345678901234")]
pub(super) struct Unlike {
    #[command(flatten)]
    speaker: Speaker,
    /// The address of the post, or its id here
    post: String,
}

impl Like {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let (_, acting) = self.speaker.member(opened).await?;
        let id = opened.post("post", &self.post).await?;
        opened.write(move |tx, _, now| reaction::like(tx, acting, id, now).map(drop)).await?;
        let post = opened.view(acting, id).await?;
        Answer::new(format!("Liked. Likes that are known here: {}", post.likes), post)
    }
}

impl Unlike {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let (_, acting) = self.speaker.member(opened).await?;
        let id = opened.post("post", &self.post).await?;
        opened.write(move |tx, _, now| reaction::unlike(tx, acting, id, now)).await?;
        Answer::new("The like is taken back.", opened.view(acting, id).await?)
    }
}
