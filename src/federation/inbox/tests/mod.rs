//! Everything that strangers can get wrong, and what it is answered.

mod homes;
mod request;

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::coworking::id::ActorId;
use crate::coworking::member::Acting;
use crate::coworking::peer::{Host, Level};
use crate::federation::testing::{Ground, Letter, Reply, Stranger, date, ed25519, proven, rsa, start};
use crate::operations::{peer, setup};
use crate::store::inbox::{self, Counts};
use crate::store::{actor, post};

use super::Answer;

const TAKEN: u16 = 202;

async fn ground() -> (Ground, Stranger) {
    let ground = Ground::new().await;
    let bo = Stranger::new("bo", "pier.test");
    ground.show(&[&bo]);
    (ground, bo)
}

impl Ground {
    /// How many activities were taken in.
    async fn taken(&self) -> u64 {
        let Counts { failed, .. } = self.act(|tx| Ok(inbox::counts(tx)?)).await;
        assert_eq!(failed, 0);
        self.act(|tx| Ok(inbox::taken(tx, 1_000)?)).await
    }

    async fn judge(&self, host: &'static str, level: Level) {
        let site = self.node.site.clone();
        let host = Host::parse(host).unwrap();
        self.act(move |tx| peer::set_level(tx, &site, Acting::Keeper, &host, level, "", start())).await;
    }

    async fn actor(&self, uri: String) -> Option<ActorId> {
        self.act(move |tx| Ok(actor::id_of(tx, &uri)?)).await
    }
}

fn said(answer: &Answer) -> (u16, &str) {
    (answer.status, answer.error.as_deref().unwrap_or_default())
}
