//! Who somebody is: new keys, a new home, and none any more.

use serde_json::json;
use thirdspace::coworking::Refusal;
use thirdspace::operations::Error;

use crate::town::Town;

#[tokio::test]
async fn new_keys_are_believed_and_the_old_ones_no_more() {
    let town = Town::open(&["harbor.test", "loft.test"]).await;
    let [ana, ben] = town.members(["ana@harbor.test", "ben@loft.test"]).await;
    town.acquaint(&ben, &ana).await;
    let loft = town.node("loft.test");
    ana.posts("before").await;
    town.settle().await;
    let old = ana.signer().await;
    let note = |number: u32| {
        let id = format!("http://harbor.test/posts/{number}");
        let to = json!(["https://www.w3.org/ns/activitystreams#Public"]);
        let note = json!({"id": id, "type": "Note", "attributedTo": ana.uri(), "to": to, "content": "<p>by hand</p>"});
        json!({"@context": "https://www.w3.org/ns/activitystreams", "id": format!("{id}#create"), "type": "Create",
            "actor": ana.uri(), "to": to, "object": note})
        .to_string()
    };
    let (status, words) = ana.delivers_as(&old, loft, &note(1)).await;
    assert_eq!(status, 202, "{words}");

    ana.takes_keys(1).await;
    town.settle().await;
    let new = ana.signer().await;
    assert_ne!(old.key.public().to_pem(), new.key.public().to_pem());
    let (status, words) = ana.delivers_as(&old, loft, &note(2)).await;
    assert_eq!(status, 401, "{words}");
    let (status, words) = ana.delivers_as(&new, loft, &note(3)).await;
    assert_eq!(status, 202, "{words}");
    ana.posts("after").await;
    town.settle().await;
    assert_eq!(ben.home().await, ["after", "by hand", "by hand", "before"]);
    assert_eq!(town.node("harbor.test").pending().await, (0, 0, 0));
}

#[tokio::test]
async fn who_missed_the_news_of_new_keys_asks_for_them() {
    let town = Town::open(&["harbor.test", "loft.test"]).await;
    let [ana, ben] = town.members(["ana@harbor.test", "ben@loft.test"]).await;
    town.acquaint(&ben, &ana).await;
    let loft = town.node("loft.test");
    loft.stop().await;
    ana.takes_keys(1).await;
    town.days(9).await;
    assert_eq!(town.node("harbor.test").pending().await.2, 0, "the news was given up");
    loft.start().await;
    let post = ben.posts("I am back, @ana@harbor.test").await;
    town.settle().await;
    ana.likes(&post).await;
    town.settle().await;
    assert_eq!(ben.counts(&post).await.0, 1);
}

#[tokio::test]
async fn a_member_moves_to_another_node_and_followers_go_along() {
    let town = Town::open(&["harbor.test", "loft.test", "quay.test"]).await;
    let [ana, there, ben, cleo] =
        town.members(["ana@harbor.test", "ana@quay.test", "ben@loft.test", "cleo@harbor.test"]).await;
    for follower in [&ben, &cleo] {
        town.acquaint(follower, &ana).await;
    }
    ana.posts("from the old home").await;
    town.settle().await;
    there.lets_everybody_follow().await;
    there.is_also(&ana).await;
    town.settle().await;
    ana.moves_to(&there).await;
    town.settle().await;
    for follower in [&ben, &cleo] {
        assert_eq!(follower.relation("@ana@quay.test").await, ["follows"], "{}", follower.handle());
        assert_eq!(follower.relation("@ana@harbor.test").await, [""; 0], "{}", follower.handle());
        assert!(follower.told().await.contains(&"moved by @ana@quay.test".to_owned()));
    }
    for follower in ["@ben@loft.test", "@cleo@harbor.test"] {
        assert_eq!(there.relation(follower).await, ["is followed"]);
        assert_eq!(ana.relation(follower).await, [""; 0]);
    }
    there.posts("from the new home").await;
    town.settle().await;
    assert_eq!(ben.home().await, ["from the new home", "from the old home"]);
    let refused = ben.tries_to_follow("@ana@harbor.test").await;
    assert!(matches!(&refused, Err(Error::Refused(Refusal::Moved { to })) if *to == there.uri()), "{refused:?}");
}

#[tokio::test]
async fn nobody_takes_followers_to_an_account_that_does_not_say_so() {
    let town = Town::open(&["harbor.test", "loft.test", "quay.test"]).await;
    let [ana, other, ben] = town.members(["ana@harbor.test", "eve@quay.test", "ben@loft.test"]).await;
    town.acquaint(&ben, &ana).await;
    let moved = json!({"@context": "https://www.w3.org/ns/activitystreams", "type": "Move", "actor": ana.uri(),
        "id": "http://harbor.test/activities/1", "object": ana.uri(), "target": other.uri()});
    let (status, _) = ana.delivers(town.node("loft.test"), &moved.to_string()).await;
    assert_eq!(status, 202);
    town.settle().await;
    assert_eq!(ben.relation("@ana@harbor.test").await, ["follows"]);
    assert_eq!(ben.relation("@eve@quay.test").await, [""; 0]);
}

#[tokio::test]
async fn who_leaves_is_forgotten_everywhere() {
    let town = Town::open(&["harbor.test", "loft.test", "quay.test"]).await;
    let [ana, ben, cleo] = town.members(["ana@harbor.test", "ben@loft.test", "cleo@quay.test"]).await;
    town.acquaint(&ben, &ana).await;
    town.acquaint(&ana, &ben).await;
    town.acquaint(&cleo, &ben).await;
    let hers = ana.posts("hello").await;
    let his = ben.posts("good morning").await;
    let secret = ana.tells("direct", "@cleo@quay.test psst").await;
    let offer = ana.offers("A spare desk", 20).await;
    town.settle().await;
    ana.likes(&his).await;
    ana.announces(&his).await;
    let answer = ana.replies(&his, "to you, too").await;
    ben.announces(&hers).await;
    town.settle().await;
    assert_eq!(ben.counts(&his).await, (1, 1, 1));
    assert!(cleo.sees(&secret).await.is_some() && cleo.sees(&hers).await.is_some());

    ana.leaves().await;
    town.settle().await;
    for who in [&ben, &cleo] {
        for gone in [&hers, &secret, &offer, &answer] {
            assert!(who.sees(gone).await.is_none(), "{} sees {gone}", who.handle());
        }
        let told = who.told().await;
        assert!(!told.iter().any(|line| line.ends_with("by @ana@harbor.test")), "{}: {told:?}", who.handle());
    }
    assert_eq!(ben.counts(&his).await, (0, 0, 0), "her likes, announces and answers went with her");
    assert!(ben.board().await.is_empty());
    assert_eq!(ben.home().await, ["good morning"]);
    assert_eq!(cleo.home().await, ["good morning"]);

    let harbor = town.node("harbor.test");
    for (address, kind) in [(ana.uri(), "Person"), (hers, "Note")] {
        let (status, tombstone) = harbor.shows(&address).await;
        assert_eq!((status, &tombstone["type"], &tombstone["formerType"]), (410, &"Tombstone".into(), &kind.into()));
    }
    let refused = ben.tries_to_follow(&ana.uri()).await;
    assert!(matches!(refused, Err(Error::Refused(Refusal::Gone { .. }))), "{refused:?}");
    assert!(ben.tries_to_follow("@ana@harbor.test").await.is_err());
    assert_eq!(harbor.pending().await, (0, 0, 0));
}
