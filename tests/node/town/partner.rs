//! What those who keep a space do with other spaces.

use thirdspace::coworking::booking::BookingInput;
use thirdspace::coworking::hospitality::Hospitality;
use thirdspace::coworking::id::{AwayId, SpaceId};
use thirdspace::coworking::partner::{AGREEMENT_VERSION, Stage};
use thirdspace::coworking::space::Zone;
use thirdspace::federation::resolve;
use thirdspace::operations::ledger::{self, Compared};
use thirdspace::operations::partner::{self, Review};
use thirdspace::operations::{self, away, hospitality};
use thirdspace::store::page::Page;
use thirdspace::store::{actor, away as rows};

use super::Person;

impl Person {
    fn space_id(&self) -> SpaceId {
        SpaceId(self.id.0)
    }

    /// The space says what it grants guests.
    pub async fn grants(&self, text: &str) {
        let (acting, space) = (self.acting, self.space_id());
        let granted: Hospitality = serde_json::from_str(text).unwrap();
        self.house.act(move |tx, _, now| hospitality::set(tx, acting, space, Some(&granted), now)).await;
    }

    /// What is known of another space, read anew.
    pub async fn reviews(&self, handle: &str) -> Review {
        let (acting, space, other) = (self.acting, self.space_id(), self.whom(handle).await);
        resolve::again(&self.house.node(), other).await.unwrap();
        self.house.act(move |tx, site, now| partner::review(tx, site, acting, space, other, now)).await
    }

    /// The keeper agrees to be partners.
    pub async fn agrees_with(&self, handle: &str) -> Stage {
        self.agrees_to(handle, AGREEMENT_VERSION).await.unwrap()
    }

    /// The same, to a version of the agreement.
    pub async fn agrees_to(&self, handle: &str, version: u32) -> operations::Result<Stage> {
        let (acting, space, other) = (self.acting, self.space_id(), self.whom(handle).await);
        self.house.tries(move |tx, site, now| partner::accept(tx, site, acting, space, other, version, None, now)).await
    }

    pub async fn ends_with(&self, handle: &str) {
        let (acting, space, other) = (self.acting, self.space_id(), self.whom(handle).await);
        self.house.act(move |tx, site, now| partner::end(tx, site, acting, space, other, now)).await;
    }

    /// Partners, and those that asked or were asked, by handle.
    pub async fn neighbours(&self) -> Vec<(String, &'static str)> {
        let (acting, space) = (self.acting, self.space_id());
        let all = Page::new(None, Some(Page::LIMIT));
        let found = self.house.act(move |tx, _, _| partner::list(tx, acting, space, all)).await.items.into_iter();
        found.map(|one| (format!("@{}", one.actor.handle()), one.stage.map_or("none", Stage::as_str))).collect()
    }

    /// The partners that another space shows.
    pub async fn looks_for_partners_of(&self, handle: &str) -> Vec<String> {
        let other = self.whom(handle).await;
        let found = resolve::partners_of(&self.house.node(), other).await.unwrap();
        let found = self.house.act(move |tx, _, _| Ok(actor::summaries(tx, &found)?)).await;
        found.into_iter().map(|actor| format!("@{}", actor.handle())).collect()
    }

    /// What the space and its partners said of months, the newest first.
    pub async fn statements(&self) -> Vec<Compared> {
        let (acting, space) = (self.acting, self.space_id());
        let all = Page::new(None, Some(Page::LIMIT));
        self.house.act(move |tx, _, _| ledger::statements(tx, acting, space, all)).await.items
    }

    /// Asks for two hours from ten o'clock on a date.
    pub async fn visits(&self, address: &str, date: &str) -> AwayId {
        let at = self.looks_at(address).await;
        let (acting, zone) = (self.acting, Zone::parse(&at.zone).unwrap());
        let on = |time: &str| format!("{date}T{time}");
        let draft =
            BookingInput { start: on("10:00"), end: on("12:00"), ..BookingInput::default() }.parse(&zone).unwrap();
        self.house.act(move |tx, _, now| Ok(away::ask(tx, acting, &at, &draft, now)?.id)).await
    }

    /// Their node loses what the host said of a booking.
    pub async fn loses(&self, id: AwayId) {
        self.house
            .act(move |tx, _, _| {
                let mut lost = rows::by_id(tx, id)?.expect("it is there");
                lost.state = thirdspace::coworking::away::State::NoShow;
                Ok(rows::save(tx, &lost)?)
            })
            .await;
    }
}
