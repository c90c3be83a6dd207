//! `thirdspace calendar`: how members' calendar programs read what they have booked.

use clap::Subcommand;
use serde_json::json;

use super::answer::{Answer, Failure};
use super::member::{Part, rest};
use super::open::Opened;
use crate::coworking::member::Acting;
use crate::operations;
use crate::store::calendar_feed::FeedId;

#[derive(Debug, Subcommand)]
pub(super) enum Calendar {
    /// Make a secret link to a member's bookings; it is shown once
    #[command(after_help = "Example:\n  thirdspace calendar add ana --label phone")]
    Add {
        /// Whose
        username: String,
        /// What it is for, so that it can be told from others
        #[arg(long, default_value = "calendar")]
        label: String,
    },
    /// List the links to a member's bookings, the newest first
    #[command(after_help = "Example:\n  thirdspace calendar list ana")]
    List {
        /// Whose
        username: String,
        #[command(flatten)]
        part: Part,
    },
    /// Make a link void
    #[command(after_help = "Example:\n  thirdspace calendar revoke 1870482393497600")]
    Revoke {
        /// Which, by the id that `calendar list` shows
        id: FeedId,
    },
}

impl Calendar {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        match self {
            Self::Add { username, label } => add(opened, &username, label).await,
            Self::List { username, part } => list(opened, &username, part).await,
            Self::Revoke { id } => {
                opened.write(move |tx, _, now| operations::calendar::revoke(tx, Acting::Keeper, id, now)).await?;
                Answer::new(format!("Calendar {id} is void."), json!({ "id": id }))
            }
        }
    }
}

async fn add(opened: &Opened, username: &str, label: String) -> Result<Answer, Failure> {
    let (member, _) = opened.member(username).await?;
    let (id, url) = opened
        .write(move |tx, site, now| {
            let made = operations::calendar::create(tx, Acting::Keeper, member, &label, now)?;
            Ok((made.feed, site.calendar(made.secret.expose())))
        })
        .await?;
    Answer::new(
        format!(
            "{url}\nSubscribe to it in a calendar program. It is not shown again, and whoever has it can read along."
        ),
        json!({ "id": id, "url": url }),
    )
}

async fn list(opened: &Opened, username: &str, part: Part) -> Result<Answer, Failure> {
    let (member, _) = opened.member(username).await?;
    let slice = opened.read(move |tx| operations::calendar::list(tx, Acting::Keeper, member, part.page())).await?;
    let rows = slice.items.iter().map(|feed| {
        let used = feed.last_used_at.map_or_else(|| "never".to_owned(), |time| time.to_string());
        [feed.id.to_string(), feed.label.clone(), used]
    });
    let facts = slice.items.iter().map(|feed| {
        json!({
            "id": feed.id, "label": feed.label, "created_at": feed.created_at, "last_used_at": feed.last_used_at,
        })
    });
    let (rows, facts): (Vec<_>, Vec<_>) = (rows.collect(), facts.collect());
    let none = format!("{username} has no calendar; `thirdspace calendar add {username}` makes one.");
    let facts = json!({ "calendars": facts, "next": slice.next.map(|next| next.to_string()) });
    let mut answer = Answer::table(["ID", "LABEL", "LAST USED"], &rows, &none, facts)?;
    answer.text.push_str(&rest(&slice));
    Ok(answer)
}
