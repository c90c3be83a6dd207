//! Waiting across nodes: what others have comes free, and goes to who was first, wherever they live.

use jiff::SignedDuration;
use serde_json::json;
use thirdspace::coworking::booking::State;
use thirdspace::coworking::peer::Level;
use thirdspace::coworking::resource::{Audience, ResourceInput};
use thirdspace::coworking::rules::RulesInput;
use thirdspace::operations::booking::waitlist::BookedOrWaits;

use crate::town::{Person, Town};

async fn books(who: &Person, address: &str) -> thirdspace::store::booking::Booking {
    match who.books_or_waits_here(address, "13:00", "15:00").await {
        BookedOrWaits::Booked(booking) => *booking,
        BookedOrWaits::Waits(wait) => panic!("{wait:?}"),
    }
}

async fn waits(who: &Person, address: &str) {
    let there = who.books_or_waits_here(address, "13:00", "15:00").await;
    assert!(matches!(there, BookedOrWaits::Waits(_)), "{there:?}");
}

#[tokio::test]
async fn i30_the_last_room_comes_free_and_goes_to_a_neighbour_and_then_to_a_guest_from_elsewhere() {
    let town = Town::open(&["harbor.test", "loft.test"]).await;
    let [ana, ben] = town.members(["ana@harbor.test", "ben@harbor.test"]).await;
    let [lars, mia] = town.members(["lars@loft.test", "mia@loft.test"]).await;
    let (host, loft) = (town.node("loft.test"), town.space("loft.test").await);
    host.judges("harbor.test", Level::Trusted).await;
    let rules = [Audience::Resident, Audience::Guest].map(|audience| (audience, RulesInput::default()));
    let attic = ResourceInput {
        kind: "meeting_room".into(),
        name: "Attic".into(),
        rules: Some(rules.into()),
        ..ResourceInput::default()
    };
    let attic = loft.lets(attic).await;

    let had = books(&lars, &attic).await;
    waits(&mia, &attic).await;
    let stay = ana.asks_or_waits(&attic, "13:00", "15:00").await;
    let other = ben.asks_or_waits(&attic, "13:00", "15:00").await;
    let impatient = ben.books(&attic, "13:00", "15:00").await;
    assert_eq!(ana.hears(stay).await, "sent");
    town.settle().await;
    let place = async |who: &Person, id| who.stay(id).await.place;
    assert_eq!((ana.hears(stay).await, place(&ana, stay).await), ("waiting", Some(2)), "mia was first");
    assert_eq!((ben.hears(other).await, place(&ben, other).await), ("waiting", Some(3)));
    assert_eq!(ben.hears(impatient).await, "refused", "who does not want to wait is told no");
    // Whoever lost the answer finds it, and nobody else does.
    let by_offer = format!("http://loft.test/bookings/by-offer?id=http://harbor.test/asked/{stay}");
    let (status, read) = ana.asks(host, &by_offer).await;
    assert_eq!((status, &read["preview"]["name"], read.get("id")), (200, &json!("Waiting"), None));
    assert_eq!((ben.asks(host, &by_offer).await.0, host.shows(&by_offer).await.0), (404, 404));

    // The room comes free: it is kept for mia, who lets it go.
    loft.cancels_booking(had.id, "A pipe burst in the room of the others.").await;
    town.settle().await;
    let open = |all: Vec<thirdspace::store::booking::Booking>| -> Vec<_> {
        let open = all.into_iter().filter(|booking| booking.state.is_open());
        open.map(|booking| (booking.requester, booking.state)).collect()
    };
    assert_eq!(open(loft.calendar().await), [(mia.id(), State::Held)]);
    assert_eq!(mia.told().await, ["booking_held by @loft@loft.test"]);
    assert_eq!(ana.hears(stay).await, "waiting");
    town.wait(SignedDuration::from_mins(15)).await;
    // Ana has said yes in advance.
    let there = open(loft.calendar().await);
    assert_eq!((there.len(), there[0].1), (1, State::Confirmed));
    let confirmed = ana.stay(stay).await;
    assert_eq!((confirmed.state.as_str(), confirmed.place, confirmed.agreement.is_some()), ("confirmed", None, true));

    // Ben gives his place up, and gets nothing when Ana gives the room back.
    ben.takes_back(other).await;
    town.settle().await;
    ana.takes_back(stay).await;
    town.settle().await;
    assert_eq!(open(loft.calendar().await), []);
    assert_eq!((ana.hears(stay).await, ben.hears(other).await), ("cancelled", "cancelled"));

    // Whoever waits to the end is told so, by both.
    books(&lars, &attic).await;
    let last = ben.asks_or_waits(&attic, "13:00", "15:00").await;
    town.settle().await;
    assert_eq!(ben.hears(last).await, "waiting");
    town.wait(SignedDuration::from_hours(5)).await;
    assert_eq!(ben.hears(last).await, "refused");
}

#[tokio::test]
async fn i41_whoever_waits_from_elsewhere_is_given_nothing_by_rules_that_they_never_saw() {
    let town = Town::open(&["harbor.test", "loft.test"]).await;
    let [ana] = town.members(["ana@harbor.test"]).await;
    let [lars, mia] = town.members(["lars@loft.test", "mia@loft.test"]).await;
    let (host, loft) = (town.node("loft.test"), town.space("loft.test").await);
    host.judges("harbor.test", Level::Trusted).await;
    let room = |name: &str, amount: u32| {
        let guests = json!({"price": {"kind": "money", "amount": amount, "currency": "EUR", "per": "hour"}});
        let rules = [(Audience::Resident, json!({})), (Audience::Guest, guests)];
        let rules = rules.map(|(audience, rules)| (audience, serde_json::from_value::<RulesInput>(rules).unwrap()));
        ResourceInput {
            kind: "meeting_room".into(),
            name: name.into(),
            rules: Some(rules.into()),
            ..ResourceInput::default()
        }
    };
    let attic = loft.lets(room("Attic", 500)).await;
    let had = books(&lars, &attic).await;
    let stay = ana.asks_or_waits(&attic, "13:00", "15:00").await;
    town.settle().await;
    waits(&mia, &attic).await;
    // Another name is no other rule.
    loft.changes_what_is_let(&attic, room("The attic", 500)).await;
    town.settle().await;
    assert_eq!(ana.hears(stay).await, "waiting");

    loft.changes_what_is_let(&attic, room("The attic", 800)).await;
    loft.cancels_booking(had.id, "A pipe burst in the room of the others.").await;
    town.settle().await;
    assert_eq!(ana.hears(stay).await, "refused");
    let said = host.said().await;
    let no = said.iter().map(|(said, _)| said).find(|said| said["type"] == "Reject").expect("she hears why");
    assert_eq!((&no["reason"], &no["fresh"]["rules"]["price"]["amount"]), (&json!("stale"), &json!(800)));
    let by_offer = format!("http://loft.test/bookings/by-offer?id=http://harbor.test/asked/{stay}");
    assert_eq!(ana.asks(host, &by_offer).await.1["preview"]["name"], "Refused");
    let open = loft.calendar().await.into_iter().filter(|booking| booking.state.is_open());
    let open: Vec<_> = open.map(|booking| (booking.requester, booking.state)).collect();
    assert_eq!(open, [(mia.id(), State::Held)], "the next in line has it");
}
