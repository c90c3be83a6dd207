//! `thirdspace token`: how programs come in through the API.

use clap::Subcommand;
use serde_json::json;

use super::answer::{Answer, Failure};
use super::member::{Part, rest};
use super::open::Opened;
use crate::coworking::id::TokenId;
use crate::coworking::member::Acting;
use crate::operations;

#[derive(Debug, Subcommand)]
pub(super) enum Token {
    /// Make a token for a member; it is shown once
    #[command(after_help = "Example:\n  thirdspace token create ana --label laptop --days 90")]
    Create {
        /// Whose
        username: String,
        /// What it is for, so that it can be told from others
        #[arg(long, default_value = "command line")]
        label: String,
        /// For how many days it works [default: until it is revoked]
        #[arg(long, value_parser = clap::value_parser!(i64).range(1..=3650))]
        days: Option<i64>,
    },
    /// List a member's tokens, the newest first
    #[command(after_help = "Example:\n  thirdspace token list ana")]
    List {
        /// Whose
        username: String,
        #[command(flatten)]
        part: Part,
    },
    /// Make a token void
    #[command(after_help = "Example:\n  thirdspace token revoke 1870482393497600")]
    Revoke {
        /// Which, by the id that `token list` shows
        id: TokenId,
    },
}

impl Token {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        match self {
            Self::Create { username, label, days } => create(opened, &username, label, days).await,
            Self::List { username, part } => list(opened, &username, part).await,
            Self::Revoke { id } => {
                opened.write(move |tx, _, now| operations::token::revoke(tx, Acting::Keeper, id, now)).await?;
                Answer::new(format!("Token {id} is void."), json!({ "id": id }))
            }
        }
    }
}

async fn create(opened: &Opened, username: &str, label: String, days: Option<i64>) -> Result<Answer, Failure> {
    let (member, _) = opened.member(username).await?;
    let life = days.map(|days| jiff::SignedDuration::from_hours(24 * days));
    let created = opened
        .write(move |tx, _, now| {
            let expires = life.and_then(|life| now.checked_add(life).ok());
            operations::token::create(tx, Acting::Keeper, member, &label, expires, now)
        })
        .await?;
    Answer::new(
        format!("{}\nKeep it: it is not shown again.", created.secret.expose()),
        json!({ "id": created.token, "token": created.secret.expose() }),
    )
}

async fn list(opened: &Opened, username: &str, part: Part) -> Result<Answer, Failure> {
    let (member, _) = opened.member(username).await?;
    let slice = opened.read(move |tx| operations::token::list(tx, Acting::Keeper, member, part.page())).await?;
    let or_never = |time: Option<jiff::Timestamp>| time.map_or_else(|| "never".to_owned(), |time| time.to_string());
    let rows = slice.items.iter().map(|token| {
        [token.id.to_string(), token.label.clone(), or_never(token.last_used_at), or_never(token.expires_at)]
    });
    let facts = slice.items.iter().map(|token| {
        json!({
            "id": token.id, "label": token.label, "created_at": token.created_at,
            "last_used_at": token.last_used_at, "expires_at": token.expires_at,
        })
    });
    let (rows, facts): (Vec<_>, Vec<_>) = (rows.collect(), facts.collect());
    let none = format!("{username} has no token; `thirdspace token create {username}` makes one.");
    let facts = json!({ "tokens": facts, "next": slice.next.map(|next| next.to_string()) });
    let mut answer = Answer::table(["ID", "LABEL", "LAST USED", "EXPIRES"], &rows, &none, facts)?;
    answer.text.push_str(&rest(&slice));
    Ok(answer)
}
