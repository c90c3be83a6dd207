//! `thirdspace webhook`: programs that are told what happens to bookings.

use clap::Subcommand;
use serde_json::json;

use super::answer::{Answer, Failure};
use super::open::Opened;
use super::page::{Window, paged};
use crate::coworking::id::WebhookId;
use crate::coworking::member::Acting;
use crate::coworking::webhook::{Kind, NewWebhook};
use crate::operations::webhook;
use crate::store::webhook::State;
use crate::web::api::{List, Webhook as Shown, WebhookDelivery, Webhooks, callable};

#[derive(Debug, Subcommand)]
pub(super) enum Webhook {
    /// Tell a program what happens; the key that signs is shown once
    #[command(after_help = "Examples:\n  thirdspace webhook add https://office.example/hooks\n  \
                      thirdspace webhook add https://office.example/hooks --event booking.confirmed,checkin.opened")]
    Add {
        /// Where: a public address, over https
        url: String,
        /// What: booking.requested, .confirmed, .declined, .expired, .moved, .cancelled, .no_show, .no_show_lifted,
        /// checkin.opened, .undone, .closed [default: all]
        #[arg(long = "event", value_delimiter = ',', value_name = "EVENT")]
        events: Vec<String>,
    },
    /// List webhooks
    #[command(after_help = "Example:\n  thirdspace webhook list")]
    List,
    /// Forget a webhook and what it was told
    #[command(after_help = "Example:\n  thirdspace webhook remove 1870482393497600")]
    Remove {
        /// Which, by the id that `webhook list` shows
        id: WebhookId,
    },
    /// Send a message that says nothing, to see whether it arrives
    #[command(after_help = "Example:\n  thirdspace webhook test 1870482393497600")]
    Test {
        /// Which, by the id that `webhook list` shows
        id: WebhookId,
    },
    /// Switch a webhook on again; what waits for it is sent
    #[command(after_help = "Example:\n  thirdspace webhook enable 1870482393497600")]
    Enable {
        /// Which, by the id that `webhook list` shows
        id: WebhookId,
    },
    /// List what a webhook was told and is to be told, the newest first
    #[command(after_help = "Example:\n  thirdspace webhook deliveries 1870482393497600")]
    Deliveries {
        /// Which, by the id that `webhook list` shows
        id: WebhookId,
        #[command(flatten)]
        window: Window,
    },
}

impl Webhook {
    pub(super) async fn run(self, opened: &Opened) -> Result<Answer, Failure> {
        match self {
            Self::Add { url, events } => add(opened, &url, events).await,
            Self::List => list(opened).await,
            Self::Remove { id } => {
                opened.write(move |tx, _, _| webhook::remove(tx, Acting::Keeper, id)).await?;
                Answer::new(format!("Webhook {id} is forgotten."), json!({ "id": id }))
            }
            Self::Test { id } => {
                let delivery = opened.write(move |tx, _, now| webhook::test(tx, Acting::Keeper, id, now)).await?;
                let text = format!(
                    "A running node sends it at once; see what became of it: thirdspace webhook deliveries {id}"
                );
                Answer::new(text, json!({ "delivery": delivery }))
            }
            Self::Enable { id } => {
                opened.write(move |tx, _, now| webhook::enable(tx, Acting::Keeper, id, now)).await?;
                Answer::new(format!("Webhook {id} is told again what happens."), json!({ "id": id }))
            }
            Self::Deliveries { id, window } => deliveries(opened, id, window).await,
        }
    }
}

async fn add(opened: &Opened, url: &str, events: Vec<String>) -> Result<Answer, Failure> {
    let all = || Kind::ALL.iter().map(Kind::to_string).collect();
    let new = NewWebhook::parse(url, &if events.is_empty() { all() } else { events })?;
    callable(&opened.node.http, &new.url)?;
    let made = opened.write(move |tx, _, now| webhook::add(tx, Acting::Keeper, &new, now)).await?;
    let secret = made.secret.expose();
    Answer::new(
        format!("{secret}\nIt signs what is sent to webhook {} and is not shown again.", made.webhook),
        json!({ "id": made.webhook, "secret": secret }),
    )
}

async fn list(opened: &Opened) -> Result<Answer, Failure> {
    let hooks = opened.read(|tx| webhook::list(tx, Acting::Keeper)).await?;
    let list = Webhooks { items: hooks.into_iter().map(Shown::from).collect() };
    let rows: Vec<_> = list
        .items
        .iter()
        .map(|hook| {
            let events: Vec<&str> = hook.events.iter().map(|event| event.as_str()).collect();
            let state = match (&hook.disabled_at, &hook.problem) {
                (None, _) => "on".to_owned(),
                (Some(_), problem) => format!("off: {}", problem.as_deref().unwrap_or("-")),
            };
            [hook.id.to_string(), hook.url.clone(), events.join(" "), state]
        })
        .collect();
    let none = "There are no webhooks; `thirdspace webhook add` adds one.";
    Answer::table(["ID", "ADDRESS", "EVENTS", "STATE"], &rows, none, &list)
}

async fn deliveries(opened: &Opened, id: WebhookId, window: Window) -> Result<Answer, Failure> {
    let page = window.page()?;
    let slice = opened.read(move |tx| webhook::deliveries(tx, Acting::Keeper, id, page)).await?;
    let list = List::from(slice.map(WebhookDelivery::from));
    let row = |told: &WebhookDelivery| {
        let next = if told.state == State::Waiting.as_str() { told.next_at.to_string() } else { "-".into() };
        [
            told.id.to_string(),
            told.kind.clone(),
            told.state.to_owned(),
            told.attempts.to_string(),
            next,
            told.error.clone().unwrap_or_else(|| "-".into()),
        ]
    };
    paged(&list, ["ID", "EVENT", "STATE", "TRIES", "NEXT", "PROBLEM"], row, "It was told nothing yet.")
}
