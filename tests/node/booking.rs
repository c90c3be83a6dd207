//! Bookings across nodes: a member asks from home, and only the host confirms.

use jiff::SignedDuration;
use serde_json::{Value, json};
use thirdspace::coworking::booking::State;
use thirdspace::coworking::member::Acting;
use thirdspace::coworking::peer::Level;
use thirdspace::coworking::resource::{Audience, ResourceInput};
use thirdspace::coworking::rules::{Price, RulesInput};
use thirdspace::operations::away::Elsewhere;
use thirdspace::operations::resource::{self, NewClosure};
use thirdspace::store::space;

use crate::town::{Person, Town};

pub fn room(rules: &str) -> ResourceInput {
    let rules: RulesInput = serde_json::from_str(rules).unwrap();
    let rules = [Audience::Resident, Audience::Guest].map(|audience| (audience, rules.clone()));
    ResourceInput {
        kind: "meeting_room".into(),
        name: "Attic".into(),
        seats: Some(6),
        rules: Some(rules.into()),
        ..ResourceInput::default()
    }
}

/// Ana and Ben of Harbor, and the space Loft, which trusts Harbor.
pub async fn town() -> (Town, [Person; 2], Person) {
    let town = Town::open(&["harbor.test", "loft.test"]).await;
    let people = town.members(["ana@harbor.test", "ben@harbor.test"]).await;
    town.node("loft.test").judges("harbor.test", Level::Trusted).await;
    let loft = town.space("loft.test").await;
    (town, people, loft)
}

#[tokio::test]
async fn i36_ana_books_at_loft_from_home_and_both_nodes_say_the_same_at_every_step() {
    let (town, [ana, ben], loft) = town().await;
    let attic = loft.lets(room(r#"{"approval": "blocking", "grid_minutes": 30}"#)).await;
    let (status, shown) = town.node("loft.test").shows(&attic).await;
    assert_eq!((status, &shown["type"], &shown["timezone"]), (200, &json!("Proposal"), &json!("Europe/Amsterdam")));
    assert_eq!(shown["rules"]["approval"], "blocking");

    let stay = ana.books(&attic, "13:00", "15:00").await;
    assert_eq!(ana.hears(stay).await, "sent", "nobody has confirmed anything");
    town.settle().await;
    assert_eq!(ana.hears(stay).await, "held");
    let there = loft.calendar().await.remove(0);
    assert_eq!((there.state, there.slot), (State::Requested, ana.stay(stay).await.slot));

    // What others want of the same time is refused, with times that pass.
    let other = ben.books(&attic, "14:00", "15:00").await;
    town.settle().await;
    assert_eq!(ben.hears(other).await, "refused");
    let refused = ben.stay(other).await;
    assert!(refused.words.unwrap().contains("it is taken at that time"));
    let first = refused.alternatives[0].0.to_string();
    assert_eq!(first, "2027-01-15T14:00:00Z", "three in the afternoon there");

    loft.approves_booking(there.id).await;
    assert_eq!(ana.hears(stay).await, "held", "the word of the host has not come yet");
    town.settle().await;
    let confirmed = ana.stay(stay).await;
    assert_eq!((confirmed.state.as_str(), confirmed.answered_at.is_some()), ("confirmed", true));

    // The two of it can read it, and nobody else.
    let agreement = confirmed.agreement.unwrap();
    let host = town.node("loft.test");
    assert_eq!(host.shows(&agreement).await.0, 404);
    assert_eq!(ben.asks(host, &agreement).await.0, 404);
    let (status, read) = ana.asks(host, &agreement).await;
    assert_eq!((status, &read["type"], &read["preview"]["name"]), (200, &json!("Agreement"), &json!("Confirmed")));
    let by_offer = format!("http://loft.test/bookings/by-offer?id=http://harbor.test/asked/{stay}");
    assert_eq!(ana.asks(host, &by_offer).await.1["id"], json!(agreement));
    assert_eq!(host.shows("http://loft.test/resources/1/availability").await.0, 404);
    let (_, free) =
        host.shows(&format!("{attic}/availability?from=2027-01-15T00:00:00Z&to=2027-01-16T00:00:00Z")).await;
    assert_eq!(free["busy"], json!([{"start": "2027-01-15T12:00:00Z", "end": "2027-01-15T14:00:00Z", "units": 1}]));

    loft.cancels_booking(there.id, "A pipe burst, we are sorry.").await;
    town.settle().await;
    assert_eq!(ana.hears(stay).await, "cancelled");
    assert_eq!(ana.stay(stay).await.cancelled_by.map(|side| side.as_str()), Some("host"));
    // Bookings are in nobody's outbox.
    for (activity, _) in town.node("harbor.test").said().await.into_iter().chain(host.said().await) {
        let kind = activity["type"].as_str().unwrap();
        if ["Offer", "Accept", "Reject", "TentativeAccept", "Update", "Undo"].contains(&kind) {
            assert!(!activity.to_string().contains("activitystreams#Public"), "{activity}");
        }
    }
}

#[tokio::test]
async fn i38_a_booking_is_taken_back_from_home_and_a_silent_host_confirms_nothing() {
    let (town, [ana, ben], loft) = town().await;
    let attic = loft.lets(room("{}")).await;
    let stay = ana.books(&attic, "13:00", "15:00").await;
    town.settle().await;
    assert_eq!(ana.hears(stay).await, "confirmed");
    ana.takes_back(stay).await;
    ana.takes_back(stay).await;
    town.settle().await;
    let there = loft.calendar().await.remove(0);
    assert_eq!((there.state, there.late), (State::Cancelled, false));
    assert_eq!(ana.hears(stay).await, "cancelled");
    let second = ben.books(&attic, "13:00", "15:00").await;
    town.settle().await;
    assert_eq!(ben.hears(second).await, "confirmed", "the time was free again");

    // Asked and taken back before the host heard of either: it gives nothing away.
    let at = ana.looks_at(&attic).await;
    town.node("loft.test").stop().await;
    let gone = ana.asks_for(&at, "16:00", "17:00").await;
    ana.takes_back(gone).await;
    let silent = ana.asks_for(&at, "17:00", "18:00").await;
    town.settle().await;
    assert_eq!(ana.hears(silent).await, "sent");
    town.wait(SignedDuration::from_hours(9)).await;
    assert_eq!(ana.hears(silent).await, "expired", "the time has come, and no word");
    town.node("loft.test").start().await;
    town.days(1).await;
    assert!(loft.calendar().await.iter().all(|booking| booking.id == there.id || booking.requester != there.requester));
    assert_eq!(ana.hears(silent).await, "expired");
    // A yes could still be on its way: she can make sure that none counts.
    ana.takes_back(silent).await;
    town.settle().await;
    assert_eq!(ana.hears(silent).await, "cancelled");
}

#[tokio::test]
async fn i41_i42_rules_that_changed_are_not_taken_by_surprise() {
    let (town, [ana, _], loft) = town().await;
    let dear = r#"{"price": {"kind": "money", "amount": 1250, "currency": "EUR", "per": "hour"}}"#;
    let attic = loft.lets(room(dear)).await;
    let stay = ana.books(&attic, "13:00", "15:00").await;
    // Before the question arrives the room gets dearer.
    loft.changes_what_is_let(&attic, room(&dear.replace("1250", "2500"))).await;
    town.settle().await;
    assert_eq!(ana.hears(stay).await, "refused");
    let again = ana.books(&attic, "13:00", "15:00").await;
    town.settle().await;
    assert_eq!(ana.hears(again).await, "confirmed");
    let said = town.node("harbor.test").said().await;
    let offers: Vec<&Value> = said.iter().map(|(said, _)| said).filter(|said| said["type"] == "Offer").collect();
    let paid = |offer: &Value| offer["object"]["stipulatesReciprocal"]["resourceQuantity"]["hasNumericalValue"].clone();
    let mut prices: Vec<String> = offers.iter().map(|offer| paid(offer).as_str().unwrap().to_owned()).collect();
    prices.sort();
    assert_eq!(prices, ["25", "50"]);
}

#[tokio::test]
async fn i41_everybody_is_shown_the_rules_and_the_price_at_which_they_book() {
    let (town, [ana, ben], loft) = town().await;
    let host = town.node("loft.test");
    host.judges("harbor.test", Level::Known).await;
    let dear = |amount: u32| {
        let outside = json!({"price": {"kind": "money", "amount": amount, "currency": "EUR", "per": "hour"}});
        let rules = [(Audience::Guest, json!({})), (Audience::External, outside)];
        let rules = rules.map(|(audience, rules)| (audience, serde_json::from_value::<RulesInput>(rules).unwrap()));
        ResourceInput { rules: Some(rules.into()), ..room("{}") }
    };
    let attic = loft.lets(dear(1000)).await;
    let price = |shown: &Value| shown["rules"]["price"]["kind"].clone();
    assert_eq!([price(&host.shows(&attic).await.1), price(&ana.asks(host, &attic).await.1)], ["money", "money"]);
    let stay = ana.books(&attic, "13:00", "15:00").await;
    town.settle().await;
    assert_eq!(ana.hears(stay).await, "confirmed", "{:?}", ana.stay(stay).await.words);

    // Who offers something else hears how much it is; who saw other rules is shown those by which they book.
    let seen = ana.looks_at(&attic).await;
    let less = ben.asks_for(&Elsewhere { price: Price::Free, ..seen.clone() }, "15:00", "17:00").await;
    town.settle().await;
    let words = ben.stay(less).await.words.unwrap();
    assert!(words.contains("20.00 EUR"), "{words}");
    loft.changes_what_is_let(&attic, dear(1500)).await;
    let late = ben.asks_for(&seen, "15:00", "17:00").await;
    town.settle().await;
    assert_eq!(ben.hears(late).await, "refused");
    let said = host.said().await;
    let fresh: Vec<&Value> = said.iter().map(|(said, _)| &said["fresh"]).filter(|fresh| fresh.is_object()).collect();
    assert_eq!((fresh.len(), &fresh[0]["rules"]["price"]["amount"]), (1, &json!(1500)));

    // Guests of those who are trusted book by the rules for guests, and nobody else is shown these.
    host.judges("harbor.test", Level::Trusted).await;
    assert_eq!([price(&ana.asks(host, &attic).await.1), price(&host.shows(&attic).await.1)], ["free", "money"]);
    let proposals = format!("{}/proposals?page=true", loft.uri());
    let first = |page: (u16, Value)| price(&page.1["orderedItems"][0]);
    let shown = [first(ana.asks(host, &proposals).await), first(host.shows(&proposals).await)];
    assert_eq!(shown, ["free", "money"]);
    let guest = ben.books(&attic, "15:00", "17:00").await;
    town.settle().await;
    assert_eq!((ben.hears(guest).await, ben.stay(guest).await.price), ("confirmed", Price::Free));

    // Nor are times at which it is closed for others.
    let slot = ben.stay(guest).await.slot;
    host.act(move |tx, _, now| {
        let (space, audiences) = (space::default(tx)?.expect("it is set up").id, vec![Audience::External]);
        let closed = NewClosure { space, resource: None, slot, audiences, reason: "A party of members".into() };
        resource::close(tx, Acting::Keeper, &closed, now)
    })
    .await;
    let free = format!("{attic}/availability?from={}&to={}", slot.start(), slot.end());
    let times = |shown: (u16, Value)| shown.1["bookable"].as_array().unwrap().len();
    assert_eq!((times(ana.asks(host, &free).await), times(host.shows(&free).await)), (1, 0));
}

#[tokio::test]
async fn i37_i43_repeats_forgeries_and_strangers_get_nothing() {
    let (town, [ana, ben], loft) = town().await;
    let attic = loft.lets(room("{}")).await;
    let host = town.node("loft.test");
    let offer = |id: &str, actor: &Person, start: &str| {
        json!({
            "@context": "https://www.w3.org/ns/activitystreams", "type": "Offer", "id": id, "actor": actor.uri(),
            "to": [loft.uri()], "endTime": "2027-01-15T20:00:00Z",
            "object": {"type": "Agreement", "stipulates": {
                "type": "Commitment", "satisfies": format!("{attic}#primary"),
                "resourceQuantity": {"hasUnit": "minute", "hasNumericalValue": "60"},
                "hasBeginning": start, "hasEnd": "2027-01-15T15:00:00+01:00", "timezone": "Europe/Amsterdam", "units": 1,
            }},
        })
    };
    let good = offer("http://harbor.test/asked/1", &ana, "2027-01-15T14:00:00+01:00");
    let mut tries = 0;
    for (change, code) in [
        (json!({"hasBeginning": "2027-01-15T14:00:00+02:00"}), Some("other-offset")),
        (json!({"timezone": "Asia/Tokyo"}), Some("malformed")),
        (json!({"hasBeginning": "2017-01-15T14:00:00+01:00"}), Some("too-far")),
        (json!({"hasBeginning": "2027-01-15T16:00:00+01:00"}), Some("not-after")),
        (json!({"hasBeginning": "at noon"}), Some("malformed")),
        (json!({"hasEnd": null}), Some("malformed")),
        (json!({"resourceQuantity": {"hasUnit": "parsec", "hasNumericalValue": "60"}}), Some("malformed")),
        // What is not of this host is not its to answer.
        (json!({"satisfies": "http://harbor.test/resources/1#primary"}), None),
    ] {
        let mut wrong = good.clone();
        tries += 1;
        wrong["id"] = json!(format!("http://harbor.test/asked/2{tries}"));
        let part = wrong["object"]["stipulates"].as_object_mut().unwrap();
        part.extend(change.as_object().unwrap().clone());
        ana.delivers(host, &wrong.to_string()).await;
        town.settle().await;
        // Nobody waits for an answer that never comes.
        let said = host.said().await;
        let no =
            said.iter().map(|(said, _)| said).find(|said| said["type"] == "Reject" && said["object"] == wrong["id"]);
        assert_eq!(no.and_then(|no| no["reason"].as_str()), code, "{change} {no:?}");
        let there = loft.calendar().await;
        assert!(there.iter().all(|booking| booking.state == State::Refused), "{change}");
    }
    // An amount that is not that of the time is answered, so that nobody waits for it.
    let mut less = offer("http://harbor.test/asked/3", &ana, "2027-01-15T14:00:00+01:00");
    less["object"]["stipulates"]["resourceQuantity"]["hasNumericalValue"] = json!("30");
    ana.delivers(host, &less.to_string()).await;
    town.settle().await;
    let refused = loft.calendar().await.pop().unwrap();
    assert_eq!((refused.state, refused.refusal.unwrap().reason.as_str()), (State::Refused, "malformed"));

    assert_eq!(ana.delivers(host, &good.to_string()).await.0, 202);
    assert_eq!(ana.delivers(host, &good.to_string()).await.0, 202);
    town.settle().await;
    let states = |there: Vec<thirdspace::store::booking::Booking>| -> Vec<_> {
        there.iter().map(|booking| booking.state).filter(|state| *state != State::Refused).collect()
    };
    assert_eq!(states(loft.calendar().await), [State::Confirmed]);
    // Ben cannot take back what Ana has, and cannot speak for the host.
    let undo = json!({"@context": "https://www.w3.org/ns/activitystreams", "type": "Undo", "id": "http://harbor.test/activities/99",
        "actor": ben.uri(), "object": good});
    ben.delivers(host, &undo.to_string()).await;
    town.settle().await;
    assert_eq!(states(loft.calendar().await), [State::Confirmed]);
    let stay = ana.books(&attic, "16:00", "17:00").await;
    let yes = json!({"@context": "https://www.w3.org/ns/activitystreams", "type": "Accept", "id": "http://loft.test/activities/77",
        "actor": "http://loft.test/members/eve", "object": format!("http://harbor.test/asked/{stay}"),
        "result": {"type": "Agreement", "id": "http://loft.test/bookings/7", "attributedTo": "http://loft.test/members/eve",
            "stipulates": good["object"]["stipulates"]}});
    let [eve] = town.members(["eve@loft.test"]).await;
    eve.delivers(town.node("harbor.test"), &yes.to_string()).await;
    assert_eq!(ana.hears(stay).await, "sent", "only the host says yes");
    town.settle().await;
    assert_eq!(ana.hears(stay).await, "confirmed");

    // Strangers see what there is, and are told that it is not for them.
    town.node("loft.test").judges("harbor.test", Level::Known).await;
    let outside = ana.books(&attic, "17:00", "18:00").await;
    town.settle().await;
    assert_eq!(ana.hears(outside).await, "refused");
    assert!(ana.stay(outside).await.words.unwrap().contains("only those whom its rules name may book this"));
}

#[tokio::test]
async fn i46_who_books_from_home_is_told_once_what_the_host_says_and_staff_there_that_somebody_waits() {
    let (town, [ana, ben], loft) = town().await;
    let attic = loft.lets(room(r#"{"approval": "blocking", "grid_minutes": 30}"#)).await;
    ana.books(&attic, "13:00", "15:00").await;
    town.settle().await;
    ben.books(&attic, "14:00", "15:00").await;
    town.settle().await;
    assert_eq!((ana.told().await, ben.told().await), (vec![], vec!["stay_refused by @loft@loft.test".to_owned()]));
    let there = loft.calendar().await.remove(0);
    loft.approves_booking(there.id).await;
    town.settle().await;
    town.settle().await;
    loft.cancels_booking(there.id, "A pipe burst, we are sorry.").await;
    town.settle().await;
    let told = ["stay_confirmed by @loft@loft.test", "stay_cancelled by @loft@loft.test"];
    assert_eq!(ana.told().await, told);
}
