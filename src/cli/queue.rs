//! `thirdspace queue`: the mail between servers.

use clap::{ArgGroup, Subcommand};
use serde_json::{Value, json};

use super::answer::{Answer, Failure};
use super::member::{Part, rest};
use super::open::Opened;
use crate::coworking::member::Acting;
use crate::coworking::peer::Host;
use crate::operations::queue;
use crate::store::delivery::State;

#[derive(Debug, Subcommand)]
pub(super) enum Queue {
    /// How much mail there is
    #[command(after_help = "Example:\n  thirdspace queue status")]
    Status,
    /// List deliveries, or what came in and could not be worked on; the newest first
    #[command(after_help = "Examples:\n  thirdspace queue list --state failed\n  thirdspace queue list --incoming")]
    List {
        /// Only deliveries that are waiting, done, failed or dropped
        #[arg(long, conflicts_with = "incoming")]
        state: Option<String>,
        /// What came in and was set aside
        #[arg(long)]
        incoming: bool,
        #[command(flatten)]
        part: Part,
    },
    /// Try again, now
    #[command(
        group = ArgGroup::new("which").required(true).args(["id", "host", "incoming"]),
        after_help = "Examples:\n  thirdspace queue retry 1882710858675608532\n  thirdspace queue retry --host quay.example\n  \
                      thirdspace queue retry --incoming"
    )]
    Retry {
        /// One, by the id that `queue list` shows
        id: Option<i64>,
        /// All that was given up for this host
        #[arg(long)]
        host: Option<String>,
        /// All that came in and was set aside
        #[arg(long)]
        incoming: bool,
    },
    /// Give one up for good
    #[command(after_help = "Example:\n  thirdspace queue drop 1882710858675608532")]
    Drop {
        /// Which, by the id that `queue list` shows
        id: i64,
    },
}

impl Queue {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        match self {
            Self::Status => status(opened).await,
            Self::List { incoming: true, part, .. } => incoming(opened, part).await,
            Self::List { state, part, .. } => {
                let state = state.map(|state| state.parse::<State>().map_err(|why| Failure::Usage(why.to_string())));
                outgoing(opened, state.transpose()?, part).await
            }
            Self::Retry { id: Some(id), .. } => {
                opened.write(move |tx, _, now| queue::retry(tx, Acting::Keeper, id, now)).await?;
                Answer::new(format!("{id} is tried again."), json!({ "retried": 1 }))
            }
            Self::Retry { host, .. } => {
                let host = host.map(|host| Host::parse(&host)).transpose()?;
                let retried = opened
                    .write(move |tx, _, now| match &host {
                        Some(host) => queue::retry_host(tx, Acting::Keeper, host, now),
                        None => queue::retry_incoming(tx, Acting::Keeper, now),
                    })
                    .await?;
                Answer::new(format!("{retried} are tried again."), json!({ "retried": retried }))
            }
            Self::Drop { id } => {
                opened.write(move |tx, _, now| queue::drop(tx, Acting::Keeper, id, now)).await?;
                Answer::new(format!("{id} is given up."), json!({ "dropped": 1 }))
            }
        }
    }
}

async fn status(opened: &Opened) -> Result<Answer, Failure> {
    let mail = opened.read(|tx| queue::overview(tx, Acting::Keeper)).await?;
    let (out, come) = (mail.outgoing, mail.incoming);
    let row = |name: &str, waiting: u64, failed: u64, dropped: Option<u64>| {
        [name.to_owned(), waiting.to_string(), failed.to_string(), dropped.map_or("-".to_owned(), |n| n.to_string())]
    };
    Answer::table(
        ["", "WAITING", "FAILED", "DROPPED"],
        &[
            row("outgoing", out.waiting, out.failed, Some(out.dropped)),
            row("incoming", come.waiting, come.failed, None),
        ],
        "",
        json!({
            "outgoing": { "waiting": out.waiting, "failed": out.failed, "dropped": out.dropped },
            "incoming": { "waiting": come.waiting, "failed": come.failed },
        }),
    )
}

async fn outgoing(opened: &Opened, state: Option<State>, part: Part) -> Result<Answer, Failure> {
    let slice = opened.read(move |tx| queue::outgoing(tx, Acting::Keeper, state, part.page())).await?;
    let rows = slice.items.iter().map(|line| {
        let problem = match (line.status, &line.error) {
            (_, Some(error)) => error.clone(),
            (Some(status), None) => status.to_string(),
            (None, None) => "-".to_owned(),
        };
        let next = if line.state == State::Waiting { line.next_at.to_string() } else { "-".to_owned() };
        let id = line.id.to_string();
        [
            id,
            line.kind.clone().unwrap_or_default(),
            line.inbox.clone(),
            line.state.as_str().to_owned(),
            line.attempts.to_string(),
            next,
            problem,
        ]
    });
    let facts = slice.items.iter().map(|line| {
        json!({
            "id": line.id.to_string(), "activity": line.activity.to_string(), "type": line.kind, "actor": line.actor,
            "inbox": line.inbox, "state": line.state.as_str(), "attempts": line.attempts,
            "next_at": (line.state == State::Waiting).then_some(line.next_at), "status": line.status,
            "error": line.error, "created_at": line.created_at, "ended_at": line.ended_at,
        })
    });
    let (rows, facts): (Vec<_>, Vec<Value>) = (rows.collect(), facts.collect());
    let headings = ["ID", "TYPE", "INBOX", "STATE", "TRIES", "NEXT", "PROBLEM"];
    let facts = json!({ "deliveries": facts, "next": slice.next.map(|next| next.to_string()) });
    let mut answer = Answer::table(headings, &rows, "There is no such delivery.", facts)?;
    answer.text.push_str(&rest(&slice));
    Ok(answer)
}

async fn incoming(opened: &Opened, part: Part) -> Result<Answer, Failure> {
    let slice = opened.read(move |tx| queue::incoming(tx, Acting::Keeper, part.page())).await?;
    let rows = slice.items.iter().map(|failed| {
        [
            failed.id.0.to_string(),
            failed.kind.clone(),
            failed.actor_uri.clone(),
            failed.attempts.to_string(),
            failed.error.clone(),
        ]
    });
    let facts = slice.items.iter().map(|failed| {
        json!({
            "id": failed.id.0.to_string(), "uri": failed.uri, "type": failed.kind, "actor": failed.actor_uri,
            "attempts": failed.attempts, "error": failed.error,
        })
    });
    let (rows, facts): (Vec<_>, Vec<Value>) = (rows.collect(), facts.collect());
    let facts = json!({ "activities": facts, "next": slice.next.map(|next| next.to_string()) });
    let none = "Nothing that came in was set aside.";
    let mut answer = Answer::table(["ID", "TYPE", "ACTOR", "TRIES", "PROBLEM"], &rows, none, facts)?;
    answer.text.push_str(&rest(&slice));
    Ok(answer)
}
