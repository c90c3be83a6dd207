//! Following across nodes: what both sides know of it is the same.

use thirdspace::store::follow::FollowState;

use crate::town::Town;

#[tokio::test]
async fn a_space_lets_everybody_follow_and_both_nodes_know_it() {
    let town = Town::open(&["harbor.test", "loft.test"]).await;
    let [ana] = town.members(["ana@harbor.test"]).await;
    let loft = town.space("loft.test").await;
    assert_eq!(ana.follows("@loft@loft.test").await, FollowState::Requested);
    assert_eq!(ana.relation("@loft@loft.test").await, ["asks"]);
    town.settle().await;
    assert_eq!(ana.relation("@loft@loft.test").await, ["follows"]);
    assert_eq!(loft.relation("@ana@harbor.test").await, ["is followed"]);
    assert_eq!(ana.told().await, ["follow_accepted by @loft@loft.test"]);

    ana.unfollows("@loft@loft.test").await;
    town.settle().await;
    assert_eq!(loft.relation("@ana@harbor.test").await, [""; 0]);

    let harbor = town.space("harbor.test").await;
    harbor.follows("@loft@loft.test").await;
    loft.follows("@harbor@harbor.test").await;
    town.settle().await;
    for (one, other) in [(&harbor, &loft), (&loft, &harbor)] {
        assert_eq!(one.relation(&other.handle()).await, ["follows", "is followed"], "partners");
    }
}

#[tokio::test]
async fn a_member_is_asked_says_no_or_yes_and_may_change_their_mind() {
    let town = Town::open(&["harbor.test", "loft.test"]).await;
    let [ana, ben] = town.members(["ana@harbor.test", "ben@loft.test"]).await;
    let both = async |ana_s: &[&str], ben_s: &[&str], when: &str| {
        assert_eq!(ana.relation("@ben@loft.test").await, ana_s, "Ana, {when}");
        assert_eq!(ben.relation("@ana@harbor.test").await, ben_s, "Ben, {when}");
    };
    ben.follows("@ana@harbor.test").await;
    town.settle().await;
    both(&["is asked"], &["asks"], "asked").await;
    assert_eq!(ana.told().await, ["follow_request by @ben@loft.test"]);

    ana.rejects("@ben@loft.test").await;
    town.settle().await;
    both(&[], &[], "refused").await;
    assert!(ben.told().await.is_empty(), "a no is not announced");

    ben.follows("@ana@harbor.test").await;
    town.settle().await;
    both(&["is asked"], &["asks"], "asked again").await;
    ben.unfollows("@ana@harbor.test").await;
    town.settle().await;
    both(&[], &[], "taken back").await;
    assert!(ana.told().await.is_empty(), "the question went with it");

    ben.follows("@ana@harbor.test").await;
    town.settle().await;
    ana.approves("@ben@loft.test").await;
    town.settle().await;
    both(&["is followed"], &["follows"], "approved").await;
    assert_eq!(ben.told().await, ["follow_accepted by @ana@harbor.test"]);

    ana.rejects("@ben@loft.test").await;
    town.settle().await;
    both(&[], &[], "removed").await;

    town.acquaint(&ben, &ana).await;
    ben.unfollows("@ana@harbor.test").await;
    town.settle().await;
    both(&[], &[], "left").await;
    town.acquaint(&ben, &ana).await;
    town.acquaint(&ana, &ben).await;
    both(&["follows", "is followed"], &["follows", "is followed"], "each other").await;
}

#[tokio::test]
async fn what_was_said_before_comes_with_the_first_posts_and_goes_with_the_follow() {
    let town = Town::open(&["harbor.test", "loft.test"]).await;
    let [ana, ben, cleo] = town.members(["ana@harbor.test", "ben@loft.test", "cleo@loft.test"]).await;
    town.acquaint(&ben, &ana).await;
    ana.posts("one").await;
    town.settle().await;
    town.acquaint(&cleo, &ana).await;
    assert_eq!(cleo.home().await, ["one"], "it is known there for Ben's sake");
    ana.posts("two").await;
    town.settle().await;
    for who in [&ben, &cleo] {
        assert_eq!(who.home().await, ["two", "one"]);
    }
    ben.unfollows("@ana@harbor.test").await;
    ana.posts("three").await;
    town.settle().await;
    assert_eq!((ben.home().await.len(), cleo.home().await.len()), (0, 3));
    let said = town.node("harbor.test").said().await;
    let to: Vec<_> = town.node("harbor.test").deliveries().await.into_iter().map(|line| line.inbox).collect();
    assert!(to.iter().all(|inbox| inbox.starts_with("http://loft.test/")), "{to:?}");
    let creates = said.iter().filter(|(activity, _)| activity["type"] == "Create").count();
    let shared = to.iter().filter(|inbox| *inbox == "http://loft.test/inbox").count();
    assert_eq!((creates, shared), (3, 3), "two followers at one node get one delivery");
}

#[tokio::test]
async fn the_same_bytes_delivered_twice_change_nothing() {
    let town = Town::open(&["harbor.test", "loft.test"]).await;
    let [ana, ben] = town.members(["ana@harbor.test", "ben@loft.test"]).await;
    let (harbor, loft) = (town.node("harbor.test"), town.node("loft.test"));
    town.acquaint(&ben, &ana).await;
    let post = ana.posts("good morning @ben@loft.test").await;
    town.settle().await;
    ben.likes(&post).await;
    ben.announces(&post).await;
    ben.replies(&post, "to you, too").await;
    town.settle().await;
    let seen = async || {
        let (ana_s, ben_s) = (ana.relation("@ben@loft.test").await, ben.relation("@ana@harbor.test").await);
        (ana.told().await, ben.told().await, ben.home().await, ana.counts(&post).await, ana_s, ben_s)
    };
    let before = seen().await;
    assert_eq!(before.3, (1, 1, 1));
    let mut repeated = 0;
    for (from, to, whose) in [(harbor, loft, &ana), (loft, harbor, &ben)] {
        for (activity, bytes) in from.said().await {
            assert_eq!(activity["actor"], whose.uri());
            for _ in 0..2 {
                let (status, words) = whose.delivers(to, &bytes).await;
                assert_eq!(status, 202, "{}: {words}", activity["type"]);
            }
            repeated += 1;
            town.settle().await;
        }
    }
    assert_eq!(repeated, 6, "Follow, Accept, Create, Like, Announce, Create");
    assert_eq!(seen().await, before);
    assert_eq!(harbor.pending().await, (0, 0, 0));
}
