//! Bookings whose mail is lost for good: the home asks the host, and then both say the same.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use thirdspace::coworking::booking::State;
use thirdspace::coworking::member::Acting;
use thirdspace::coworking::resource::ResourceInput;
use thirdspace::coworking::waitlist::State as Waiting;
use thirdspace::jobs;
use thirdspace::operations::visit::Door;
use thirdspace::operations::{booking, epoch, queue};
use thirdspace::store::booking::Booking;
use thirdspace::store::{self, actor, away, delivery, waitlist};

use crate::booking::{room, town};
use crate::town::{House, Town};

/// All that this node has on its way is lost.
async fn loses_its_mail(house: &House) {
    let waiting: Vec<i64> = house
        .deliveries()
        .await
        .into_iter()
        .filter(|line| line.state == delivery::State::Waiting)
        .map(|line| line.id)
        .collect();
    assert!(!waiting.is_empty(), "there is something to lose");
    for id in waiting {
        house.act(move |tx, _, now| queue::drop(tx, Acting::Keeper, id, now)).await;
    }
}

async fn minutes(town: &Town, minutes: i64) {
    town.wait(SignedDuration::from_mins(minutes)).await;
}

#[tokio::test]
async fn i38_an_offer_an_answer_or_the_news_are_lost_and_the_home_finds_out_by_asking() {
    let (town, [ana, _], loft) = town().await;
    let attic = loft.lets(room(r#"{"approval": "blocking"}"#)).await;
    let (harbor, host) = (town.node("harbor.test"), town.node("loft.test"));
    let at = ana.looks_at(&attic).await;

    host.stop().await;
    let stay = ana.asks_for(&at, "15:00", "17:00").await;
    town.settle().await;
    minutes(&town, 5).await;
    assert_eq!(ana.is_shown(stay).await, "unknown", "the host is silent, and nobody pretends to know");
    loses_its_mail(harbor).await;
    host.start().await;
    minutes(&town, 10).await;
    assert_eq!(ana.hears(stay).await, "held", "the same was asked again");
    let there = loft.calendar().await;
    assert_eq!((there.len(), there[0].state), (1, State::Requested));

    // The yes is lost.
    loft.approves_booking(there[0].id).await;
    harbor.stop().await;
    town.settle().await;
    loses_its_mail(host).await;
    harbor.start().await;
    assert_eq!(ana.hears(stay).await, "held");
    minutes(&town, 10).await;
    assert_eq!(ana.hears(stay).await, "confirmed");
    assert!(ana.stay(stay).await.agreement.is_some());

    // The news that the space took it back is lost; an hour before it begins she hears of it.
    loft.cancels_booking(there[0].id, "A pipe burst, we are sorry.").await;
    harbor.stop().await;
    town.settle().await;
    loses_its_mail(host).await;
    harbor.start().await;
    minutes(&town, 4 * 60).await;
    assert_eq!(ana.hears(stay).await, "confirmed");
    minutes(&town, 60).await;
    assert_eq!(ana.hears(stay).await, "cancelled");
    assert_eq!(ana.stay(stay).await.cancelled_by.map(|side| side.as_str()), Some("host"));
}

#[tokio::test]
async fn i38_giving_back_what_one_has_not_heard_of_yet_is_never_late() {
    let (town, [ana, ben], loft) = town().await;
    let attic = loft.lets(room(r#"{"approval": "blocking", "cancel_minutes": 720}"#)).await;
    let (harbor, host) = (town.node("harbor.test"), town.node("loft.test"));
    let (stay, other) = (ana.books(&attic, "13:00", "15:00").await, ben.books(&attic, "15:00", "17:00").await);
    town.settle().await;
    // Her server is down when staff approve, and theirs when she takes it back.
    harbor.stop().await;
    for booking in loft.calendar().await {
        loft.approves_booking(booking.id).await;
    }
    town.settle().await;
    host.stop().await;
    harbor.start().await;
    assert_eq!(ana.hears(stay).await, "held", "nobody has told her");
    ana.takes_back(stay).await;
    minutes(&town, 60).await;
    host.start().await;
    minutes(&town, 60).await;
    let find =
        |there: Vec<Booking>, begins: Timestamp| there.into_iter().find(|one| one.slot.start() == begins).unwrap();
    let back = find(loft.calendar().await, ana.stay(stay).await.slot.start());
    assert_eq!((back.state, back.late), (State::Cancelled, false));

    // He has known of his for long enough.
    assert_eq!(ben.hears(other).await, "confirmed");
    minutes(&town, 16).await;
    ben.takes_back(other).await;
    town.settle().await;
    let back = find(loft.calendar().await, ben.stay(other).await.slot.start());
    assert_eq!((back.state, back.late), (State::Cancelled, true));
}

#[tokio::test]
async fn i38_who_took_a_booking_back_is_heard_in_the_end() {
    let (town, [ana, ben], loft) = town().await;
    let attic = loft.lets(room("{}")).await;
    let (harbor, host) = (town.node("harbor.test"), town.node("loft.test"));
    let at = ana.looks_at(&attic).await;
    let stay = ana.books(&attic, "15:00", "17:00").await;
    town.settle().await;
    let at_three = ana.stay(stay).await.slot;
    host.stop().await;
    ana.takes_back(stay).await;
    let lost = ben.asks_for(&at, "11:00", "12:00").await;
    town.settle().await;
    loses_its_mail(harbor).await;
    host.start().await;
    assert_eq!(loft.calendar().await[0].state, State::Confirmed);
    minutes(&town, 5).await;
    let there = loft.calendar().await;
    assert_eq!(there.iter().filter(|there| there.state == State::Confirmed).count(), 1);
    assert_eq!(there.iter().find(|there| there.slot == at_three).map(|there| there.state), Some(State::Cancelled));
    assert_eq!(ben.hears(lost).await, "confirmed");
    assert_eq!(ana.stay(stay).await.poll_at, None, "the host has said that it knows");
    assert_eq!(ana.hears(stay).await, "cancelled");
}

#[tokio::test]
async fn i38_what_a_host_forgot_when_it_was_restored_is_asked_for_again_and_never_taken_for_granted() {
    let (town, [ana, ben], loft) = town().await;
    let attic = loft.lets(room("{}")).await;
    let (harbor, host) = (town.node("harbor.test"), town.node("loft.test"));
    let stays = [ana.books(&attic, "13:00", "14:00").await, ana.books(&attic, "15:00", "16:00").await];
    let known = ben.books(&attic, "17:00", "18:00").await;
    town.settle().await;
    for id in stays {
        assert_eq!(ana.hears(id).await, "confirmed");
    }

    // Loft comes back from a backup in which Ben's booking stands, and Ana's do not; and somebody there takes one of the times.
    let uri = ana.uri();
    let [lars] = town.members(["lars@loft.test"]).await;
    host.act(move |tx, _, now| {
        let ana = actor::id_of(tx, &uri)?.expect("she is known");
        booking::forget(tx, ana, now)
    })
    .await;
    lars.books_here(&attic, "15:00", "16:00").await;
    let raised = host.act(|tx, _, now| epoch::raise(tx, Acting::Keeper, now)).await;
    town.settle().await;
    assert_eq!(ben.hears(known).await, "confirmed");
    assert_eq!([ana.hears(stays[0]).await, ana.hears(stays[1]).await], ["confirmed", "refused"]);
    let mut told = ana.told().await;
    let by_loft = |kind: &str| format!("{kind} by @loft@loft.test");
    assert_eq!(
        told[2..4],
        [by_loft("stay_unsure"), by_loft("stay_unsure")],
        "whoever counts on it hears that it is open"
    );
    told.sort();
    let kinds = ["stay_confirmed"; 3].into_iter().chain(["stay_refused"]).chain(["stay_unsure"; 2]);
    assert_eq!(told, kinds.map(by_loft).collect::<Vec<_>>());
    let there = loft.calendar().await;
    assert_eq!(there.iter().filter(|there| there.state == State::Confirmed).count(), 3);
    // The question had the same id both times.
    let asked = format!("http://harbor.test/asked/{}", stays[0]);
    let said = harbor.said().await;
    assert_eq!(said.iter().filter(|(said, _)| said["type"] == "Offer" && said["id"] == asked.as_str()).count(), 2);
    let epochs = host.said().await;
    assert!(epochs.iter().any(|(said, _)| said["object"]["epoch"] == raised), "every word about a booking tells it");
}

#[tokio::test]
async fn i38_i47_a_host_that_was_restored_unsays_what_it_said_and_both_say_the_same_again() {
    let (town, [ana, ben], loft) = town().await;
    let attic = loft.lets(room(r#"{"approval": "blocking"}"#)).await;
    let (harbor, host) = (town.node("harbor.test"), town.node("loft.test"));
    let [by_mail, by_asking] = [ana.books(&attic, "13:00", "14:00").await, ana.books(&attic, "15:00", "16:00").await];
    let refused = ben.books(&attic, "17:00", "18:00").await;
    town.settle().await;
    let backup = loft.calendar().await;
    let ids: Vec<_> = backup.iter().map(|booking| booking.id).collect();
    assert_eq!(backup.iter().map(|booking| booking.state).collect::<Vec<_>>(), [State::Requested; 3]);

    let decline = async |id| {
        host.act(move |tx, _, now| booking::decline(tx, Acting::Keeper, id, "Not today.", now)).await;
    };
    loft.approves_booking(ids[0]).await;
    decline(ids[2]).await;
    town.settle().await;
    loft.approves_booking(ids[1]).await;
    harbor.stop().await;
    town.settle().await;
    loses_its_mail(host).await;
    harbor.start().await;
    minutes(&town, 10).await;
    let hears = async || [ana.hears(by_mail).await, ana.hears(by_asking).await, ben.hears(refused).await];
    assert_eq!(hears().await, ["confirmed", "confirmed", "refused"]);
    assert!(ana.stay(by_asking).await.told_at.is_some());

    // In the backup all three wait for staff, who decide anew.
    host.act(move |tx, _, now| {
        for booking in &backup {
            thirdspace::store::booking::save(tx, booking)?;
        }
        epoch::raise(tx, Acting::Keeper, now)
    })
    .await;
    decline(ids[0]).await;
    loft.approves_booking(ids[2]).await;
    town.settle().await;
    assert_eq!(hears().await, ["refused", "held", "cancelled"], "nobody counts on what the host does not know");
    decline(ids[1]).await;
    town.settle().await;
    assert_eq!(hears().await, ["refused", "refused", "cancelled"]);
    let there = loft.calendar().await.into_iter().map(|booking| booking.state);
    assert_eq!(there.collect::<Vec<_>>(), [State::Refused, State::Refused, State::Cancelled], "nor waits for nobody");
}

#[tokio::test]
async fn i38_what_was_given_at_the_door_is_asked_about_where_its_host_keeps_it() {
    let (town, [ana, _], loft) = town().await;
    let dear = r#"{"price": {"kind": "money", "amount": 1250, "currency": "EUR", "per": "hour"}}"#;
    loft.lets(ResourceInput { kind: "hot_desk".into(), units: Some(2), ..room(dear) }).await;
    let (harbor, host) = (town.node("harbor.test"), town.node("loft.test"));
    let visit = ana.arrives(Door::At(ana.whom(&loft.handle()).await), None).await.unwrap();
    town.settle().await;
    let stay = ana.visited(visit).await.expect("she was given a desk");
    assert_eq!(ana.hears(stay).await, "checked_in");
    // That it is over is lost.
    let end = ana.stay(stay).await.slot.end();
    harbor.stop().await;
    town.wait(end.duration_since(town.now())).await;
    loses_its_mail(host).await;
    harbor.start().await;
    assert_eq!(ana.hears(stay).await, "checked_in");
    minutes(&town, 15).await;
    let over = ana.stay(stay).await;
    assert_eq!((over.state.as_str(), over.told_at), ("completed", Some(end)), "by the word of the host");
}

#[tokio::test]
async fn i38_a_host_that_spoke_in_the_future_is_heard_when_it_speaks_again() {
    let (town, [ana, _], loft) = town().await;
    let attic = loft.lets(room("{}")).await;
    let (harbor, host) = (town.node("harbor.test"), town.node("loft.test"));
    let stay = ana.books(&attic, "15:00", "17:00").await;
    town.settle().await;
    let yes = host.said().await.into_iter().find(|(said, _)| said["type"] == "Accept").expect("a yes").0;
    let news = json!({
        "@context": yes["@context"], "type": "Update", "id": "http://loft.test/activities/99", "actor": loft.uri(),
        "to": [ana.uri()], "published": "2099-01-01T00:00:00Z", "object": yes["result"],
    });
    assert_eq!(loft.delivers(harbor, &news.to_string()).await.0, 202);
    town.settle().await;
    assert!(ana.stay(stay).await.told_at.is_some_and(|told| told <= town.now()));
    loft.cancels_booking(loft.calendar().await[0].id, "A pipe burst, we are sorry.").await;
    minutes(&town, 1).await;
    assert_eq!(ana.hears(stay).await, "cancelled");
}

#[tokio::test]
async fn i30_i38_a_place_in_line_is_heard_of_by_asking_and_given_up_for_certain() {
    let (town, [ana, _], loft) = town().await;
    let [lars] = town.members(["lars@loft.test"]).await;
    let attic = loft.lets(room("{}")).await;
    let (harbor, host) = (town.node("harbor.test"), town.node("loft.test"));
    // Loft knows her.
    ana.books(&attic, "11:00", "12:00").await;
    town.settle().await;
    lars.books_here(&attic, "15:00", "17:00").await;
    let stay = ana.asks_or_waits(&attic, "15:00", "17:00").await;
    // Loft takes the question in, and its answer is lost.
    jobs::drain(&harbor.node()).await;
    harbor.stop().await;
    town.settle().await;
    loses_its_mail(host).await;
    harbor.start().await;
    assert_eq!(ana.is_shown(stay).await, "received");
    minutes(&town, 5).await;
    assert_eq!(ana.hears(stay).await, "waiting");

    // That she does not wait any more is lost, too.
    let offer = format!("http://harbor.test/asked/{stay}");
    let line = async || {
        let offer = offer.clone();
        host.act(move |tx, _, _| Ok(waitlist::by_offer(tx, &offer)?)).await.map(|wait| wait.state)
    };
    host.stop().await;
    ana.takes_back(stay).await;
    town.settle().await;
    loses_its_mail(harbor).await;
    host.start().await;
    assert_eq!(line().await, Some(Waiting::Waiting));
    minutes(&town, 5).await;
    assert_eq!((line().await, ana.hears(stay).await), (Some(Waiting::Left), "cancelled"));
}

#[tokio::test]
async fn i37_i38_who_was_taken_off_the_line_and_did_not_hear_of_it_is_told_when_their_home_asks_again() {
    let (town, [ana, _], loft) = town().await;
    let attic = loft.lets(room("{}")).await;
    let (harbor, host) = (town.node("harbor.test"), town.node("loft.test"));
    let [lars] = town.members(["lars@loft.test"]).await;
    lars.books_here(&attic, "15:00", "17:00").await;
    let stay = ana.asks_or_waits(&attic, "15:00", "17:00").await;
    town.settle().await;
    assert_eq!(ana.hears(stay).await, "waiting");

    let offer = format!("http://harbor.test/asked/{stay}");
    host.act(move |tx, _, now| {
        let wait = store::waitlist::by_offer(tx, &offer)?.expect("she waits");
        booking::waitlist::leave(tx, Acting::Keeper, wait.id, Some("The room is kept for a wedding."), now)
    })
    .await;
    harbor.stop().await;
    town.settle().await;
    loses_its_mail(host).await;
    harbor.start().await;
    assert_eq!(ana.hears(stay).await, "waiting");
    minutes(&town, 10).await;
    assert_eq!(ana.hears(stay).await, "refused");
    assert_eq!(ana.stay(stay).await.words.as_deref(), Some("The room is kept for a wedding."));
}

#[tokio::test]
async fn i45_who_leaves_takes_back_what_they_had_elsewhere_and_nothing_of_it_is_kept() {
    let (town, [ana, _], loft) = town().await;
    let attic = loft.lets(room("{}")).await;
    let harbor = town.node("harbor.test");
    let stay = ana.books(&attic, "15:00", "17:00").await;
    town.settle().await;
    assert_eq!(loft.calendar().await[0].state, State::Confirmed);
    ana.leaves().await;
    assert!(harbor.act(move |tx, _, _| Ok(away::by_id(tx, stay)?)).await.is_some(), "until its host knows");
    town.settle().await;
    let there = loft.calendar().await.remove(0);
    assert_eq!(there.state, State::Cancelled);
    let uri = ana.uri();
    let whose = town.node("loft.test").act(move |tx, _, _| Ok(actor::id_of(tx, &uri)?)).await;
    assert_ne!(Some(there.requester), whose, "it was had by somebody");
    town.wait(SignedDuration::from_hours(48)).await;
    assert_eq!(harbor.act(move |tx, _, _| Ok(away::by_id(tx, stay)?)).await, None);
}
