//! `thirdspace space`: the spaces that this node hosts.

use clap::Subcommand;
use serde_json::json;

use super::answer::{Answer, Failure};
use super::keys;
use super::open::Opened;
use crate::coworking::member::Acting;
use crate::coworking::space::NewSpace;
use crate::{operations, store};

#[derive(Debug, Subcommand)]
pub(super) enum Space {
    /// Open another space
    #[command(after_help = "Example:\n  thirdspace space add quay --name \"The Quay\" --zone Europe/Lisbon")]
    Add {
        /// Its name in handles and addresses: letters, digits and _
        username: String,
        /// What people call it
        #[arg(long)]
        name: String,
        /// Its time zone, an IANA name
        #[arg(long)]
        zone: String,
    },
    /// List the spaces
    #[command(after_help = "Example:\n  thirdspace space list")]
    List,
}

impl Space {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        match self {
            Self::Add { username, name, zone } => add(opened, NewSpace::parse(&username, &name, &zone)?).await,
            Self::List => list(opened).await,
        }
    }
}

async fn add(opened: &Opened, new: NewSpace) -> Result<Answer, Failure> {
    let pair = keys::make().await?;
    let username = new.username.clone();
    let id = opened
        .write(move |tx, site, now| operations::space::found(tx, site, Acting::Keeper, &new, Some(&pair), now))
        .await?;
    let site = &opened.node.site;
    let handle = format!("@{username}@{}", site.host());
    Answer::new(
        format!("{handle} is open: {}", site.space(&username)),
        json!({ "id": id, "handle": handle, "uri": site.space(&username) }),
    )
}

async fn list(opened: &Opened) -> Result<Answer, Failure> {
    let spaces = opened
        .read(|tx| {
            let spaces = store::space::list(tx)?;
            let ids: Vec<_> = spaces.iter().map(|space| space.id.into()).collect();
            let actors = store::actor::summaries(tx, &ids)?;
            let named = spaces.into_iter().filter_map(|space| {
                let actor = actors.iter().find(|actor| actor.id == space.id.into())?;
                Some((space, actor.clone()))
            });
            Ok(named.collect::<Vec<_>>())
        })
        .await?;
    let rows = spaces.iter().map(|(space, actor)| [actor.handle(), actor.name.clone(), space.zone.to_string()]);
    let facts = spaces.iter().map(|(space, actor)| {
        json!({ "id": actor.id, "handle": actor.handle(), "name": actor.name, "uri": actor.uri, "zone": space.zone.to_string() })
    });
    let (rows, facts): (Vec<_>, Vec<_>) = (rows.collect(), facts.collect());
    Answer::table(
        ["HANDLE", "NAME", "ZONE"],
        &rows,
        "There is no space yet; `thirdspace setup` opens the first.",
        json!({ "spaces": facts }),
    )
}
