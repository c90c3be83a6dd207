//! `thirdspace mail`: letters to members.

use clap::Subcommand;
use serde_json::json;

use super::answer::{Answer, Failure};
use super::open::Opened;
use super::page::{Window, paged};
use crate::coworking::id::MailId;
use crate::coworking::member::Acting;
use crate::operations::mail;
use crate::store::mail::State;
use crate::web::api::{Letter, List};

#[derive(Debug, Subcommand)]
pub(super) enum Mail {
    /// List letters, the newest first; what they say is not kept
    #[command(after_help = "Example:\n  thirdspace mail list --state failed")]
    List {
        /// Only those that are waiting, sent, failed or dropped
        #[arg(long)]
        state: Option<State>,
        #[command(flatten)]
        window: Window,
    },
    /// Try one again, now
    #[command(after_help = "Example:\n  thirdspace mail retry 1882710858675608532")]
    Retry {
        /// Which, by the id that `mail list` shows
        id: MailId,
    },
}

impl Mail {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        match self {
            Self::List { state, window } => {
                let page = window.page()?;
                let slice = opened.read(move |tx| mail::list(tx, Acting::Keeper, state, page)).await?;
                let list = List::from(slice.map(Letter::from));
                let row = |letter: &Letter| {
                    let next =
                        if letter.state == State::Waiting.as_str() { letter.next_at.to_string() } else { "-".into() };
                    [
                        letter.id.to_string(),
                        letter.kind.to_owned(),
                        letter.member.to_string(),
                        letter.state.to_owned(),
                        letter.attempts.to_string(),
                        next,
                        letter.error.clone().unwrap_or_else(|| "-".into()),
                    ]
                };
                let headings = ["ID", "ABOUT", "MEMBER", "STATE", "TRIES", "NEXT", "PROBLEM"];
                paged(&list, headings, row, "There is no such letter.")
            }
            Self::Retry { id } => {
                opened.write(move |tx, _, now| mail::retry(tx, Acting::Keeper, id, now)).await?;
                Answer::new(format!("{id} is tried again."), json!({ "retried": 1 }))
            }
        }
    }
}
