//! Nodes that end in the middle of something: nothing is lost, and nothing happens twice.

use thirdspace::federation::publish::publish;
use thirdspace::jobs;

use crate::town::Town;

#[tokio::test]
async fn what_was_received_and_not_processed_is_processed_after_the_restart() {
    let town = Town::open(&["harbor.test", "loft.test", "quay.test"]).await;
    let [ana, ben, cleo] = town.members(["ana@harbor.test", "ben@loft.test", "cleo@quay.test"]).await;
    town.acquaint(&ben, &ana).await;
    let his = ben.posts("good morning").await;
    let (harbor, loft, quay) = (town.node("harbor.test"), town.node("loft.test"), town.node("quay.test"));
    // What she says after this waits until its author's home was asked.
    let far = cleo.posts("from the quay").await;
    ana.tries_to_find(&far).await.unwrap();
    ana.announces(&far).await;
    quay.stop().await;
    ana.posts("one").await;
    ana.posts("two").await;
    ana.likes(&his).await;
    jobs::drain(&harbor.node()).await;
    assert_eq!(loft.pending().await, (4, 0, 0), "four are taken in");
    for _ in 0..2 {
        loft.stop().await;
        loft.start().await;
    }
    assert_eq!(loft.pending().await.0, 4);
    quay.start().await;
    for (_, bytes) in harbor.said().await.into_iter().rev().take(3) {
        assert_eq!(ana.delivers(loft, &bytes).await.0, 202, "a repeat is known as one");
    }
    town.settle().await;
    assert_eq!(ben.home().await, ["two", "one", "from the quay (by way of @ana@harbor.test)", "good morning"]);
    assert_eq!(ben.counts(&his).await.0, 1);
    assert_eq!(ben.told().await, ["follow_accepted by @ana@harbor.test", "like by @ana@harbor.test"]);
    assert_eq!(loft.pending().await, (0, 0, 0));
}

#[tokio::test]
async fn what_was_published_and_not_delivered_is_delivered_after_the_restart() {
    let town = Town::open(&["harbor.test", "loft.test"]).await;
    let [ana, ben] = town.members(["ana@harbor.test", "ben@loft.test"]).await;
    town.acquaint(&ben, &ana).await;
    let harbor = town.node("harbor.test");
    let post = ana.posts("one").await;
    ana.posts("two").await;
    assert!(publish(&harbor.node()).await.unwrap());
    let before = harbor.said().await;
    ana.edits(&post, "one, and a half").await;
    assert_eq!(harbor.pending().await.2, 2);
    for _ in 0..2 {
        harbor.stop().await;
        harbor.start().await;
    }
    assert_eq!(harbor.said().await, before, "the same bytes");
    town.settle().await;
    assert_eq!(ben.home().await, ["two", "one, and a half"]);
    assert_eq!(harbor.said().await[..before.len()], before);
    let lines = harbor.deliveries().await;
    assert!(lines.iter().all(|line| line.attempts == 1), "each was sent once: {lines:?}");
}

#[tokio::test]
async fn what_happened_and_was_not_published_is_published_after_the_restart() {
    let town = Town::open(&["harbor.test", "loft.test"]).await;
    let [ana, ben] = town.members(["ana@harbor.test", "ben@loft.test"]).await;
    let harbor = town.node("harbor.test");
    ana.lets_everybody_follow().await;
    ben.follows("@ana@harbor.test").await;
    jobs::drain(&town.node("loft.test").node()).await;
    harbor.stop().await;
    harbor.start().await;
    town.settle().await;
    assert_eq!(ben.relation("@ana@harbor.test").await, ["follows"]);
    ana.posts("one").await;
    harbor.stop().await;
    ben.posts("two").await;
    harbor.start().await;
    town.settle().await;
    assert_eq!(ben.home().await, ["one", "two"]);
}
