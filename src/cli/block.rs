//! `thirdspace block`, `unblock`, `blocks`, `mute`, `unmute` and `mutes`: whom a member keeps away.

use clap::Args;
use jiff::Timestamp;

use super::answer::{Answer, Failure};
use super::open::Opened;
use super::page::Window;
use super::shown::people;
use super::speaker::Speaker;
use crate::coworking::id::ActorId;
use crate::coworking::member::Acting;
use crate::federation::resolve;
use crate::operations::{self, block, follow};
use crate::store::Tx;
use crate::web::api::view::Relation;

/// Who keeps whom away.
#[derive(Debug, Args)]
pub(super) struct Pair {
    #[command(flatten)]
    speaker: Speaker,
    /// Whom: a handle or an address
    whom: String,
}

impl Pair {
    async fn settle(
        self,
        opened: &Opened,
        words: &str,
        mut act: impl FnMut(&mut Tx<'_>, Acting, ActorId, Timestamp) -> operations::Result<()> + Send + 'static,
    ) -> Result<Answer, Failure> {
        let (_, acting) = self.speaker.member(opened).await?;
        let target = resolve::actor(&opened.node, &self.whom).await?;
        let relation = opened
            .write(move |tx, _, now| {
                act(tx, acting, target, now)?;
                follow::relation(tx, acting, target)
            })
            .await?;
        Answer::new(format!("{} {words}.", self.whom), Relation::from(relation))
    }

    pub(super) async fn block(self, opened: &Opened) -> Result<Answer, Failure> {
        self.settle(opened, "is blocked", block::block).await
    }

    pub(super) async fn unblock(self, opened: &Opened) -> Result<Answer, Failure> {
        self.settle(opened, "is not blocked", |tx, acting, whom, _| block::unblock(tx, acting, whom)).await
    }

    pub(super) async fn mute(self, opened: &Opened) -> Result<Answer, Failure> {
        self.settle(opened, "is muted", block::mute).await
    }

    pub(super) async fn unmute(self, opened: &Opened) -> Result<Answer, Failure> {
        self.settle(opened, "is not muted", |tx, acting, whom, _| block::unmute(tx, acting, whom)).await
    }
}

/// Whose list it is, and which part.
#[derive(Debug, Args)]
pub(super) struct Kept {
    #[command(flatten)]
    speaker: Speaker,
    #[command(flatten)]
    window: Window,
}

impl Kept {
    pub(super) async fn blocks(self, opened: &Opened) -> Result<Answer, Failure> {
        let (name, acting) = self.speaker.member(opened).await?;
        let page = self.window.page()?;
        let slice = opened.read(move |tx| block::blocked(tx, acting, page)).await?;
        people(slice, &format!("{name} blocks nobody."))
    }

    pub(super) async fn mutes(self, opened: &Opened) -> Result<Answer, Failure> {
        let (name, acting) = self.speaker.member(opened).await?;
        let page = self.window.page()?;
        let slice = opened.read(move |tx| block::muted(tx, acting, page)).await?;
        people(slice, &format!("{name} has muted nobody."))
    }
}
