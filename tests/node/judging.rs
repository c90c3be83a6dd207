//! Judging: what a block, a limit and a silence stop, and what they do not.

use thirdspace::coworking::peer::Level;

use crate::town::Town;

#[tokio::test]
async fn nothing_is_taken_from_a_blocked_server_and_nothing_is_sent_to_it() {
    let town = Town::open(&["harbor.test", "loft.test", "quay.test"]).await;
    let [ana, ben, cleo] = town.members(["ana@harbor.test", "ben@loft.test", "cleo@quay.test"]).await;
    for who in [&ben, &cleo] {
        town.acquaint(who, &ana).await;
        town.acquaint(&ana, who).await;
    }
    let harbor = town.node("harbor.test");
    let before = ana.posts("before").await;
    town.settle().await;
    let waiting = ana.posts("on its way").await;
    harbor.judges("loft.test", Level::Blocked).await;
    town.settle().await;
    assert!(ben.sees(&waiting).await.is_none(), "what was not sent yet is not sent");

    ben.posts("can you hear me?").await;
    ben.likes(&before).await;
    ben.replies(&before, "or me?").await;
    cleo.posts("I am still here").await;
    ana.posts("for those who hear").await;
    town.settle().await;
    assert_eq!(ana.counts(&before).await, (0, 0, 0));
    let home = ana.home().await;
    assert!(home.contains(&"I am still here".to_owned()) && !home.contains(&"can you hear me?".to_owned()), "{home:?}");
    assert!(!ben.home().await.contains(&"for those who hear".to_owned()));
    assert_eq!(cleo.home().await[0], "for those who hear");
    let (status, _) = ben.asks(harbor, &before).await;
    assert_eq!(status, 200, "what everybody may read without a name, a blocked server may, too");
    assert_eq!((harbor.pending().await, town.node("loft.test").pending().await), ((0, 0, 0), (0, 0, 0)));
    let refused = ben.tells("direct", "@ana@harbor.test please").await;
    town.settle().await;
    assert!(ana.sees(&refused).await.is_none());

    harbor.judges("loft.test", Level::Known).await;
    let after = ben.posts("and now?").await;
    ana.posts("welcome back").await;
    town.settle().await;
    assert_eq!(ana.reads(&after).await.as_deref(), Some("and now?"), "the follow has outlived the block");
    assert_eq!(ben.home().await[0], "welcome back");
}

#[tokio::test]
async fn a_limited_server_reaches_those_who_follow_its_people_and_nobody_else() {
    let town = Town::open(&["harbor.test", "loft.test"]).await;
    let [ana, nina, ben] = town.members(["ana@harbor.test", "nina@harbor.test", "ben@loft.test"]).await;
    town.acquaint(&ana, &ben).await;
    town.acquaint(&ben, &nina).await;
    let harbor = town.node("harbor.test");
    let hers = nina.posts("soup").await;
    harbor.judges("loft.test", Level::Limited).await;
    town.settle().await;
    assert_eq!(ben.home().await, ["soup"], "it gets what it follows");

    ben.posts("hello @nina@harbor.test").await;
    ben.replies(&hers, "what soup?").await;
    ben.likes(&hers).await;
    ben.announces(&hers).await;
    ben.tells("direct", "@nina@harbor.test psst").await;
    town.settle().await;
    assert!(nina.told().await.is_empty() && nina.messages().await.is_empty(), "{:?}", nina.told().await);
    assert_eq!(nina.counts(&hers).await.0, 0);
    let bare = ben.posts("nothing for anybody").await;
    town.settle().await;
    ben.edits(&bare, "something for @nina@harbor.test").await;
    town.settle().await;
    assert!(nina.told().await.is_empty(), "not by a change either: {:?}", nina.told().await);
    assert_eq!(ana.reads(&bare).await.as_deref(), Some("something for @nina"));
    assert!(ana.home().await.contains(&"hello @nina".to_owned()), "{:?}", ana.home().await);
}

#[tokio::test]
async fn who_is_silenced_is_not_heard_and_their_neighbours_are() {
    let town = Town::open(&["harbor.test", "loft.test"]).await;
    let [ana, ben, cleo] = town.members(["ana@harbor.test", "ben@loft.test", "cleo@loft.test"]).await;
    for who in [&ben, &cleo] {
        town.acquaint(&ana, who).await;
        town.acquaint(who, &ana).await;
    }
    let harbor = town.node("harbor.test");
    let before = ben.posts("before").await;
    let hers = ana.posts("mine").await;
    town.settle().await;
    harbor.suspends(&ben, true).await;
    assert!(ana.sees(&before).await.is_none(), "what he said is hidden");
    ben.posts("can you hear me?").await;
    ben.likes(&hers).await;
    cleo.posts("I am still here").await;
    cleo.likes(&hers).await;
    town.settle().await;
    assert_eq!(ana.counts(&hers).await.0, 1);
    assert_eq!(ana.home().await, ["I am still here", "mine"]);

    harbor.suspends(&ben, false).await;
    let after = ben.posts("and now?").await;
    town.wait(jiff::SignedDuration::from_hours(1)).await;
    assert!(ana.sees(&before).await.is_some() && ana.sees(&after).await.is_some());
}

#[tokio::test]
async fn two_nodes_that_answer_signed_questions_only_find_and_read_each_other() {
    let strict = [("harbor.test", "authorized_fetch", "true"), ("loft.test", "authorized_fetch", "true")];
    let town = Town::with(&["harbor.test", "loft.test", "quay.test"], &strict).await;
    let [ana, ben, cleo] = town.members(["ana@harbor.test", "ben@loft.test", "cleo@quay.test"]).await;
    let loft = town.node("loft.test");
    let post = ben.posts("for those who ask by name").await;
    assert_eq!(loft.shows(&ben.uri()).await.0, 401);
    assert_eq!(loft.shows(&post).await.0, 401);
    assert_eq!(loft.shows("http://loft.test/actor").await.0, 200, "with its key others check its questions");
    ana.tries_to_find(&post).await.unwrap();
    town.acquaint(&ana, &ben).await;
    town.acquaint(&ben, &ana).await;
    ben.posts("hello").await;
    town.settle().await;
    assert_eq!(ana.home().await[0], "hello");

    cleo.tries_to_find(&post).await.unwrap();
    loft.judges("quay.test", Level::Blocked).await;
    let next = ben.posts("not for Cleo").await;
    assert!(cleo.tries_to_find(&next).await.is_err(), "now a block keeps readers out, too");
    assert_eq!(cleo.asks(loft, &next).await.0, 403);
}

#[tokio::test]
async fn a_member_who_blocks_somebody_is_rid_of_them() {
    let town = Town::open(&["harbor.test", "loft.test"]).await;
    let [ana, ben, cleo] = town.members(["ana@harbor.test", "ben@loft.test", "cleo@loft.test"]).await;
    for who in [&ben, &cleo] {
        town.acquaint(who, &ana).await;
        town.acquaint(&ana, who).await;
    }
    ana.blocks("@ben@loft.test").await;
    town.settle().await;
    assert_eq!(ben.relation("@ana@harbor.test").await, [""; 0], "his node knows that he does not follow");
    assert_eq!(ana.relation("@ben@loft.test").await, [""; 0]);
    ben.follows("@ana@harbor.test").await;
    ben.posts("hello @ana@harbor.test").await;
    ben.tells("direct", "@ana@harbor.test please").await;
    town.settle().await;
    assert!(ana.told().await.iter().all(|line| !line.ends_with("@ben@loft.test")), "{:?}", ana.told().await);
    assert!(ana.messages().await.is_empty());
    assert_eq!(ben.relation("@ana@harbor.test").await, [""; 0], "he is refused");
    assert_eq!(cleo.relation("@ana@harbor.test").await, ["follows", "is followed"]);
}
