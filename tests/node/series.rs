//! Series across nodes: each is asked for and answered by itself, under one name, and home counts.

use jiff::SignedDuration;
use serde_json::{Value, json};
use thirdspace::coworking::booking::State;
use thirdspace::coworking::peer::Level;
use thirdspace::coworking::resource::{Audience, ResourceInput};
use thirdspace::coworking::rules::RulesInput;
use thirdspace::coworking::series::Scope;

use crate::town::{Person, Town};

fn room(rules: &str) -> ResourceInput {
    let rules: RulesInput = serde_json::from_str(rules).unwrap();
    ResourceInput {
        kind: "meeting_room".into(),
        name: "Attic".into(),
        seats: Some(6),
        rules: Some([(Audience::Guest, rules)].into()),
        ..ResourceInput::default()
    }
}

/// Ana and Ben of Harbor, and the space Loft, which trusts Harbor.
async fn town() -> (Town, [Person; 2], Person) {
    let town = Town::open(&["harbor.test", "loft.test"]).await;
    let people = town.members(["ana@harbor.test", "ben@harbor.test"]).await;
    town.node("loft.test").judges("harbor.test", Level::Trusted).await;
    let loft = town.space("loft.test").await;
    (town, people, loft)
}

fn offers(said: &[(Value, String)]) -> Vec<&Value> {
    said.iter().map(|(said, _)| said).filter(|said| said["type"] == "Offer").collect()
}

#[tokio::test]
async fn i24_a_series_travels_as_single_offers_and_each_is_answered_by_itself() {
    let (town, [ana, ben], loft) = town().await;
    let attic = loft.lets(room(r#"{"horizon_days": 120}"#)).await;
    // Ben has one of the times.
    let taken = ben.books_again(&attic, "2027-03-30T10:00", "2027-03-30T11:00", "FREQ=DAILY;COUNT=1").await;
    town.settle().await;
    // Four Tuesdays, the clocks change after the second.
    let series = ana.books_again(&attic, "2027-03-16T10:00", "2027-03-16T11:00", "FREQ=WEEKLY;COUNT=4").await;
    assert_eq!(ana.counts_of(series).await, json!({"sent": 4}), "nobody has confirmed anything");
    town.settle().await;
    assert_eq!(ana.counts_of(series).await, json!({"confirmed": 3, "refused": 1}));
    assert_eq!(ben.counts_of(taken).await, json!({"confirmed": 1}));

    let stays = ana.stays_of(series).await;
    let starts: Vec<String> = stays.iter().map(|stay| stay.slot.start().to_string()).collect();
    let expected = ["2027-03-16T09:00:00Z", "2027-03-23T09:00:00Z", "2027-03-30T08:00:00Z", "2027-04-06T08:00:00Z"];
    assert_eq!(starts, expected, "ten o'clock there, whatever the clocks do");
    assert_eq!(stays[2].state.as_str(), "refused");
    assert!(stays[2].words.as_ref().unwrap().contains("it is taken at that time"), "each no has its own words");

    let said = town.node("harbor.test").said().await;
    let context = format!("http://harbor.test/series/{series}");
    let with_context = offers(&said).into_iter().filter(|offer| offer["context"] == json!(context)).count();
    assert_eq!((with_context, offers(&said).len()), (4, 5));
    let there = loft.calendar().await;
    let mine: Vec<_> = there.iter().filter(|booking| booking.context.as_ref() == Some(&context)).collect();
    assert_eq!(mine.len(), 4);
    assert!(mine.iter().all(|booking| booking.part.is_none()), "it is a series at home only");

    // From the second on they are taken back, and what is left stands on both nodes.
    ana.takes_back_of(series, Scope::Later, Some("2027-03-23T10:00")).await;
    town.settle().await;
    assert_eq!(ana.counts_of(series).await, json!({"cancelled": 2, "confirmed": 1, "refused": 1}));
    let standing = loft.calendar().await.into_iter().filter(|booking| booking.state == State::Confirmed).count();
    assert_eq!(standing, 2, "one of Ana's and one of Ben's");
    ana.takes_back_of(series, Scope::All, None).await;
    town.settle().await;
    assert_eq!(ana.counts_of(series).await, json!({"cancelled": 3, "refused": 1}));
}

#[tokio::test]
async fn i24_staff_answer_all_that_came_under_one_name_at_once() {
    let (town, [ana, ben], loft) = town().await;
    let attic = loft.lets(room(r#"{"approval": "blocking", "horizon_days": 120}"#)).await;
    let series = ana.books_again(&attic, "2027-01-19T10:00", "2027-01-19T11:00", "FREQ=WEEKLY;COUNT=8").await;
    let other = ben.books_again(&attic, "2027-01-20T10:00", "2027-01-20T11:00", "FREQ=WEEKLY;COUNT=2").await;
    town.settle().await;
    // More than one person can have waiting, if each were a question of its own.
    assert_eq!(ana.counts_of(series).await, json!({"held": 8}));
    let there = loft.calendar().await;
    let one = there.iter().find(|booking| booking.context.as_ref().unwrap().ends_with(&series.to_string())).unwrap();
    loft.approves_together(one.id).await;
    town.settle().await;
    assert_eq!(ana.counts_of(series).await, json!({"confirmed": 8}));
    assert_eq!(ben.counts_of(other).await, json!({"held": 2}), "who is somebody else waits on");
    // A silent host confirms nothing: what nobody answers ends by itself.
    town.wait(SignedDuration::from_hours(100)).await;
    assert_eq!(ben.counts_of(other).await, json!({"refused": 2}));
}
