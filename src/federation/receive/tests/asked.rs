//! Stories of what guests ask for at our spaces, and ask once more when no answer has come.

use super::*;
use crate::coworking::resource::{Audience, ResourceInput};
use crate::coworking::rules::RulesInput;
use crate::operations::{hospitality, resource};
use crate::store::booking;

/// `harbor.test` lets desks to guests of `pier.test` who are at home far away; Bo is at home where nobody answers.
struct Far {
    ground: Ground,
    bo: Stranger,
    desks: String,
}

impl Far {
    async fn new() -> Self {
        let ground = Ground::new().await;
        let (done, site) = (ground.set_up().await, ground.node.site.clone());
        let bo = Stranger::new("bo", "pier.test");
        let web = ground.show(&[&bo]);
        let home = "http://pier.test/spaces/pier";
        web.put(&bo.uri(), Reply::Json(bo.document(json!({ "homeSpace": home }))));
        web.put(home, Reply::Say(503));
        let desks = ground.act(move |tx| {
            let pier = Host::parse("pier.test")?;
            operations::peer::set_level(tx, &site, Acting::Keeper, &pier, Level::Trusted, "", start())?;
            let granted = serde_json::from_str(r#"{"distance_km": 50}"#).unwrap();
            hospitality::set(tx, Acting::Keeper, done.space, Some(&granted), start())?;
            let input = ResourceInput {
                kind: "hot_desk".into(),
                name: "Desks".into(),
                units: Some(4),
                rules: Some([(Audience::Guest, RulesInput::default())].into()),
                ..ResourceInput::default()
            };
            let id = resource::add(tx, Acting::Keeper, done.space, &input.parse()?, start())?;
            Ok(site.resource(id))
        });
        let desks = desks.await;
        Self { ground, bo, desks }
    }

    fn offer(&self, number: u32, unit: &str) -> Value {
        let object = json!({"type": "Agreement", "stipulates": {
            "type": "Commitment", "satisfies": format!("{}#primary", self.desks),
            "resourceQuantity": {"hasUnit": unit, "hasNumericalValue": "60"}, "timezone": "Europe/Amsterdam",
            "hasBeginning": "2027-01-15T14:00:00+01:00", "hasEnd": "2027-01-15T15:00:00+01:00", "units": 1,
        }});
        self.bo.does("Offer", number, json!({"endTime": "2027-01-15T13:00:00Z", "object": object}))
    }

    /// It comes, some seconds later, and what can be done about it is done.
    async fn comes(&self, offer: &Value, later: i64) {
        self.ground.wait(later);
        assert_eq!(self.ground.deliver(&self.bo, offer).await.status, 202);
        Desk::new(self.ground.node.clone()).settle().await;
    }

    /// How often Bo was told no.
    async fn refusals(&self) -> usize {
        let facts = self.ground.act(|tx| Ok(event::unpublished(tx, 1_000)?)).await;
        let is_no = |name: &str| matches!(name, "BookingRefused" | "WishRefused");
        facts.iter().filter(|fact| is_no(fact.event.name())).count()
    }
}

#[tokio::test]
async fn i37_i38_a_guest_whose_space_does_not_answer_hears_no_and_hears_it_again_on_asking_again() {
    let far = Far::new().await;
    let offer = far.offer(1, "minute");
    far.comes(&offer, 0).await;
    for pause in [11, 61, 601] {
        far.ground.wait(pause);
        Desk::new(far.ground.node.clone()).settle().await;
    }
    let counts = far.ground.act(|tx| Ok(inbox::counts(tx)?)).await;
    assert_eq!((far.refusals().await, counts.waiting, counts.failed), (1, 0, 0), "nobody is left without an answer");
    let uri = offer["id"].as_str().unwrap().to_owned();
    let refused = far.ground.act(move |tx| Ok(booking::by_offer(tx, &uri)?)).await.unwrap();
    assert!(refused.words.unwrap().contains("does not say where on the map it is"));

    far.comes(&offer, 0).await;
    assert_eq!(far.refusals().await, 2, "the first answer may have been lost");
    for _ in 0..5 {
        far.comes(&offer, 5).await;
    }
    assert_eq!(far.refusals().await, 2, "once a minute is enough");
    far.comes(&offer, 60).await;
    assert_eq!(far.refusals().await, 3);
}

#[tokio::test]
async fn i37_i38_a_wish_that_cannot_be_read_is_refused_again_when_it_comes_again() {
    let far = Far::new().await;
    let offer = far.offer(1, "parsec");
    far.comes(&offer, 0).await;
    far.comes(&offer, 300).await;
    assert_eq!(far.refusals().await, 2);
    // What is no question is taken once.
    let undo = far.bo.does("Undo", 9, json!({ "object": far.offer(2, "minute") }));
    for _ in 0..2 {
        far.comes(&undo, 300).await;
    }
    far.comes(&far.offer(2, "minute"), 300).await;
    assert_eq!(far.refusals().await, 2, "what was taken back is not answered");
}
