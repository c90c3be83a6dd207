//! `thirdspace peer`: other servers, and how far they are trusted.

use clap::Subcommand;
use serde_json::json;

use super::answer::{Answer, Failure};
use super::open::Opened;
use crate::coworking::member::Acting;
use crate::coworking::peer::{Host, Level};
use crate::operations;
use crate::store::page::Page;

#[derive(Debug, Subcommand)]
pub(super) enum Peer {
    /// List known servers by name
    #[command(after_help = "Example:\n  thirdspace peer list --level blocked")]
    List {
        /// Only those of this level: blocked, limited, known or trusted
        #[arg(long)]
        level: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = Page::LIMIT)]
        limit: u32,
        /// Go on after this name
        #[arg(long, default_value = "")]
        after: String,
    },
    /// Say how far a server is trusted
    #[command(after_help = "Example:\n  thirdspace peer level spam.example blocked --note \"posts advertisements\"")]
    Level {
        /// The server's host
        host: String,
        /// blocked, limited, known or trusted
        level: String,
        /// Why, for the next keeper
        #[arg(long, default_value = "")]
        note: String,
        /// Do it although bookings hang on the server; they stay until their end, or until they are cancelled
        #[arg(long)]
        yes: bool,
    },
}

impl Peer {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        match self {
            Self::List { level, limit, after } => {
                let level = level.map(|level| level.parse()).transpose()?;
                list(opened, level, after, limit).await
            }
            Self::Level { host, level, note, yes } => {
                let (host, level) = (Host::parse(&host)?, level.parse()?);
                if level < Level::Known && !yes {
                    must_be_free_of_ties(opened, &host).await?;
                }
                judge(opened, host, level, note).await
            }
        }
    }
}

async fn list(opened: &Opened, level: Option<Level>, after: String, limit: u32) -> Result<Answer, Failure> {
    let peers = opened.read(move |tx| operations::peer::list(tx, Acting::Keeper, level, &after, limit)).await?;
    let word = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    let rows = peers.iter().map(|peer| {
        let health = match (peer.health.dead_since, peer.health.open_until) {
            (Some(since), _) => format!("silent since {since}"),
            (None, Some(until)) => format!("left in peace until {until}"),
            (None, None) if peer.health.failures > 0 => format!("{} failures", peer.health.failures),
            (None, None) => "well".to_owned(),
        };
        [peer.host.to_string(), peer.level.to_string(), word(&peer.software), health, word(&peer.note)]
    });
    let facts = peers.iter().map(|peer| {
        json!({
            "host": peer.host.to_string(), "level": peer.level, "software": peer.software, "note": peer.note,
            "first_met_at": peer.first_met_at, "last_heard_at": peer.last_heard_at,
            "failures": peer.health.failures, "paused_until": peer.health.open_until, "dead_since": peer.health.dead_since,
        })
    });
    let (rows, facts): (Vec<_>, Vec<_>) = (rows.collect(), facts.collect());
    Answer::table(
        ["HOST", "LEVEL", "SOFTWARE", "HEALTH", "NOTE"],
        &rows,
        "No such server is known.",
        json!({ "peers": facts }),
    )
}

/// Who is about to shut a server out hears first what that touches.
async fn must_be_free_of_ties(opened: &Opened, host: &Host) -> Result<(), Failure> {
    let asked = host.clone();
    let ties = opened.read(move |tx| operations::peer::ties(tx, Acting::Keeper, &asked)).await?;
    if ties.bookings == 0 && ties.stays == 0 {
        return Ok(());
    }
    Err(Failure::Usage(format!(
        "people of {host} have {} bookings here, and members have {} there; all of them stay until their end, or until they are \
         cancelled. Say --yes to go on",
        ties.bookings, ties.stays
    )))
}

async fn judge(opened: &Opened, host: Host, level: Level, note: String) -> Result<Answer, Failure> {
    let name = host.to_string();
    opened
        .write(move |tx, site, now| operations::peer::set_level(tx, site, Acting::Keeper, &host, level, &note, now))
        .await?;
    Answer::new(format!("{name} is {level} now."), json!({ "host": name, "level": level }))
}
