//! `thirdspace timeline` and `posts`: what there is to read.

use clap::{Args, Subcommand};

use super::answer::{Answer, Failure};
use super::open::Opened;
use super::page::Window;
use super::shown::posts;
use super::speaker::Speaker;
use crate::coworking::id::SpaceId;
use crate::coworking::member::Acting;
use crate::federation::resolve;
use crate::operations::{self, timeline};
use crate::store::Tx;
use crate::store::page::{Page, Slice};
use crate::store::post::PostView;

#[derive(Debug, Subcommand)]
pub(super) enum Timeline {
    /// What those whom a member follows say and announce
    #[command(after_help = "Example:\n  thirdspace timeline home --as ana --limit 10")]
    Home(Reading),
    /// What the members of a space say
    #[command(after_help = "Example:\n  thirdspace timeline space --as ana --space harbor")]
    Space {
        #[command(flatten)]
        reading: Reading,
        /// The space, by its username [default: the node's first]
        #[arg(long)]
        space: Option<String>,
    },
    /// All public posts that are known here
    #[command(after_help = "Example:\n  thirdspace timeline network --as ana")]
    Network(Reading),
    /// Posts with a word, in whatever spelling
    #[command(after_help = "Example:\n  thirdspace timeline tag --as ana sourdough")]
    Tag {
        #[command(flatten)]
        reading: Reading,
        /// The word, without #
        word: String,
    },
    /// Direct posts that a member wrote or was sent
    #[command(after_help = "Example:\n  thirdspace timeline direct --as ana")]
    Direct(Reading),
}

/// Who reads which part.
#[derive(Debug, Args)]
pub(super) struct Reading {
    #[command(flatten)]
    speaker: Speaker,
    #[command(flatten)]
    window: Window,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  thirdspace posts --as ana --replies @ben@quay.example")]
pub(super) struct Posts {
    #[command(flatten)]
    reading: Reading,
    /// Replies to others, too
    #[arg(long)]
    replies: bool,
    /// Whose: a handle or an address
    who: String,
}

impl Reading {
    async fn read(
        self,
        opened: &Opened,
        none: &str,
        mut list: impl FnMut(&mut Tx<'_>, Acting, Page) -> operations::Result<Slice<PostView>> + Send + 'static,
    ) -> Result<Answer, Failure> {
        let (_, acting) = self.speaker.member(opened).await?;
        let page = self.window.page()?;
        let slice = opened.read(move |tx| list(tx, acting, page)).await?;
        posts(slice, opened.node.clock.now(), none)
    }
}

impl Timeline {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        const NONE: &str = "There is nothing to read yet.";
        match self {
            Self::Home(reading) => reading.read(opened, NONE, timeline::home).await,
            Self::Space { reading, space } => {
                let space = match space {
                    Some(name) => Some(SpaceId(opened.actor(&name).await?.0)),
                    None => None,
                };
                let list =
                    move |tx: &mut Tx<'_>, acting: Acting, page| timeline::of_space(tx, acting.into(), space, page);
                reading.read(opened, NONE, list).await
            }
            Self::Network(reading) => {
                reading.read(opened, NONE, |tx, acting, page| timeline::network(tx, acting.into(), page)).await
            }
            Self::Tag { reading, word } => {
                let none = format!("Nothing with #{word} is known here.");
                let list =
                    move |tx: &mut Tx<'_>, acting: Acting, page| timeline::by_tag(tx, acting.into(), &word, page);
                reading.read(opened, &none, list).await
            }
            Self::Direct(reading) => reading.read(opened, NONE, timeline::conversations).await,
        }
    }
}

impl Posts {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        let who = resolve::actor(&opened.node, &self.who).await?;
        let replies = self.replies;
        let none = format!("Nothing that {} said is known here.", self.who);
        let list =
            move |tx: &mut Tx<'_>, acting: Acting, page| timeline::of_actor(tx, acting.into(), who, replies, page);
        self.reading.read(opened, &none, list).await
    }
}
