//! `thirdspace kiosk`: screens at the door.

use clap::Subcommand;
use serde_json::json;

use super::answer::{Answer, Failure};
use super::member::{Part, rest};
use super::open::Opened;
use crate::coworking::id::KioskId;
use crate::coworking::member::Acting;
use crate::operations::kiosk;

#[derive(Debug, Subcommand)]
pub(super) enum Kiosk {
    /// Put up a screen at the door of a space; its address is shown once
    #[command(after_help = "Example:\n  thirdspace kiosk add \"front door\"")]
    Add {
        /// What to call it
        label: String,
        /// At which space, by its username [default: the node's first]
        #[arg(long)]
        space: Option<String>,
    },
    /// List the screens of a space, the newest first
    #[command(after_help = "Example:\n  thirdspace kiosk list")]
    List {
        /// Of which space, by its username [default: the node's first]
        #[arg(long)]
        space: Option<String>,
        #[command(flatten)]
        part: Part,
    },
    /// Take a screen down: its address opens nothing any more
    #[command(after_help = "Example:\n  thirdspace kiosk remove 1870482393497600")]
    Remove {
        /// Which, by the id that `kiosk list` shows
        id: KioskId,
    },
}

impl Kiosk {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        match self {
            Self::Add { label, space } => {
                let space = opened.space(space.as_deref()).await?;
                let made = opened.write(move |tx, _, now| kiosk::add(tx, Acting::Keeper, space, &label, now)).await?;
                let url = opened.node.site.kiosk(made.secret.expose());
                let text = format!("{url}\nOpen it on the screen at the door. It is not shown again.");
                Answer::new(text, json!({ "id": made.kiosk, "url": url }))
            }
            Self::List { space, part } => {
                let space = opened.space(space.as_deref()).await?;
                let slice = opened.read(move |tx| kiosk::list(tx, Acting::Keeper, space, part.page())).await?;
                let rows: Vec<_> =
                    slice.items.iter().map(|kiosk| [kiosk.id.to_string(), kiosk.label.clone()]).collect();
                let facts = slice.items.iter().map(|kiosk| json!({ "id": kiosk.id, "label": kiosk.label }));
                let next = slice.next.map(|next| next.to_string());
                let facts = json!({ "kiosks": facts.collect::<Vec<_>>(), "next": next });
                let mut answer = Answer::table(["ID", "LABEL"], &rows, "There is no screen at the door.", facts)?;
                answer.text.push_str(&rest(&slice));
                Ok(answer)
            }
            Self::Remove { id } => {
                opened.write(move |tx, _, _| kiosk::remove(tx, Acting::Keeper, id)).await?;
                Answer::new(format!("Screen {id} opens nothing any more."), json!({ "id": id }))
            }
        }
    }
}
