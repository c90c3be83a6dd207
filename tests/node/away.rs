//! Nodes that are away: what waits for them, for how long, and what is there when they are back.

use thirdspace::coworking::peer::Host;
use thirdspace::store::delivery::State;
use thirdspace::store::peer::{Health, by_host};

use crate::town::{House, Town};

async fn health(house: &House, of: &str) -> Health {
    let of = Host::parse(of).unwrap();
    house.act(move |tx, _, _| Ok(by_host(tx, &of)?.unwrap().health)).await
}

#[tokio::test]
async fn a_node_that_was_away_for_days_gets_everything_in_order_and_once() {
    let town = Town::open(&["harbor.test", "loft.test", "quay.test"]).await;
    let [ana, ben, cleo] = town.members(["ana@harbor.test", "ben@loft.test", "cleo@quay.test"]).await;
    for who in [&ben, &cleo] {
        town.acquaint(who, &ana).await;
    }
    let (harbor, loft) = (town.node("harbor.test"), town.node("loft.test"));
    loft.stop().await;
    let mut said = Vec::new();
    for day in 1..=4 {
        said.push(ana.posts(&format!("day {day}")).await);
        town.days(1).await;
        let health = health(harbor, "loft.test").await;
        assert_eq!(health.dead_since, None);
        assert!(i64::from(health.failing_days) >= day, "{health:?}");
    }
    ana.edits(&said[0], "day 1, and rain").await;
    ana.deletes(&said[1]).await;
    town.settle().await;
    assert_eq!(cleo.home().await, ["day 4", "day 3", "day 1, and rain"], "others do not wait for it");
    assert!(health(harbor, "loft.test").await.open_until.is_some(), "it is left in peace");
    let waiting = harbor.deliveries().await.into_iter().filter(|line| line.state == State::Waiting);
    let kinds: Vec<String> = waiting.filter_map(|line| line.kind).collect();
    assert_eq!(kinds.iter().filter(|kind| *kind == "Create").count(), 4, "{kinds:?}");
    assert!(kinds.iter().any(|kind| kind == "Update") && kinds.iter().any(|kind| kind == "Delete"), "{kinds:?}");

    loft.start().await;
    town.settle().await;
    assert!(ben.home().await.is_empty(), "nobody knows yet that it is back");
    town.days(1).await;
    // What is said of one thing arrives in order: the edit and the end after what they are about. Which of the others was
    // the one that found the node back is left to chance.
    let mut home = ben.home().await;
    home.sort();
    assert_eq!(home, ["day 1, and rain", "day 3", "day 4"]);
    assert!(ben.sees(&said[1]).await.is_none());
    assert_eq!(harbor.pending().await, (0, 0, 0));
    assert_eq!(health(harbor, "loft.test").await, Health::default());
    let to_loft = harbor.deliveries().await.into_iter().filter(|line| line.inbox.starts_with("http://loft.test"));
    assert!(to_loft.into_iter().all(|line| line.state == State::Done));
    assert_eq!(loft.pending().await, (0, 0, 0));
}

#[tokio::test]
async fn what_a_node_hears_from_one_that_is_back_is_enough() {
    let town = Town::open(&["harbor.test", "loft.test"]).await;
    let [ana, ben] = town.members(["ana@harbor.test", "ben@loft.test"]).await;
    let first = ana.posts("hello @ben@loft.test").await;
    town.acquaint(&ben, &ana).await;
    let loft = town.node("loft.test");
    loft.stop().await;
    ana.posts("are you there?").await;
    town.days(3).await;
    loft.start().await;
    ben.likes(&first).await;
    town.settle().await;
    assert!(ben.home().await.contains(&"are you there?".to_owned()), "no need to wait for the next try");
    assert_eq!(ana.counts(&first).await.0, 1);
}

#[tokio::test]
async fn a_node_away_for_more_than_a_week_is_given_up_until_it_says_something() {
    let town = Town::open(&["harbor.test", "loft.test"]).await;
    let [ana, ben] = town.members(["ana@harbor.test", "ben@loft.test"]).await;
    town.acquaint(&ben, &ana).await;
    let first = ana.posts("first").await;
    town.settle().await;
    let (harbor, loft) = (town.node("harbor.test"), town.node("loft.test"));
    loft.stop().await;
    let lost = ana.posts("lost").await;
    town.days(9).await;
    let state = harbor.deliveries().await.iter().map(|line| line.state).next();
    assert_eq!((state, harbor.pending().await.2), (Some(State::Failed), 0), "a week is over");
    assert!(health(harbor, "loft.test").await.dead_since.is_some());

    let probe = ana.posts("is anybody there?").await;
    let unsent = ana.posts("nothing more for now").await;
    town.days(1).await;
    assert_eq!(harbor.pending().await.2, 1, "one thing waits, to see whether it is back");

    loft.start().await;
    ben.likes(&first).await;
    town.settle().await;
    assert_eq!(ana.counts(&first).await.0, 1, "who was given up is heard");
    assert_eq!(health(harbor, "loft.test").await, Health::default());
    ana.posts("welcome back").await;
    town.settle().await;
    assert_eq!(ben.home().await, ["welcome back", "is anybody there?", "first"]);
    assert!(ben.sees(&lost).await.is_none() && ben.sees(&unsent).await.is_none() && ben.sees(&probe).await.is_some());
}
