//! `thirdspace epoch`: says that the node was restored from a backup.

use clap::Subcommand;
use serde_json::json;

use super::answer::{Answer, Failure};
use super::open::Opened;
use crate::coworking::member::Acting;
use crate::operations;

#[derive(Debug, Subcommand)]
pub(super) enum Epoch {
    /// Say that the node was restored from a backup: other nodes ask about all that their people have booked here
    #[command(after_help = "Example:\n  thirdspace epoch raise")]
    Raise,
    /// The number by which other nodes know that it was said; 0 when it never was
    #[command(after_help = "Example:\n  thirdspace epoch show")]
    Show,
}

impl Epoch {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        match self {
            Self::Raise => {
                let epoch = opened.write(move |tx, _, now| operations::epoch::raise(tx, Acting::Keeper, now)).await?;
                Answer::new(
                    format!("The epoch is {epoch} now. Nodes whose people have something here will ask about it."),
                    json!({ "epoch": epoch }),
                )
            }
            Self::Show => {
                let epoch = opened.read(|tx| Ok(operations::epoch::current(tx)?)).await?;
                Answer::new(format!("The epoch is {epoch}."), json!({ "epoch": epoch }))
            }
        }
    }
}
