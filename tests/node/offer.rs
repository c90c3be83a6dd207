//! Offers across nodes: they travel, change, are answered, and end everywhere at the same moment.

use crate::town::Town;

#[tokio::test]
async fn an_offer_travels_is_answered_changed_and_settled() {
    let town = Town::open(&["harbor.test", "loft.test"]).await;
    let [ana, ben] = town.members(["ana@harbor.test", "ben@loft.test"]).await;
    town.acquaint(&ben, &ana).await;
    let advice = ana.offers("Two hours of tax advice", 20).await;
    town.settle().await;
    for who in [&ana, &ben] {
        assert_eq!(who.board().await, ["Two hours of tax advice (open)"]);
    }
    assert_eq!(ben.home().await, ["Two hours of tax advice (open)"], "it is a post, too");
    let seen = ben.sees(&advice).await.unwrap().post;
    let (offer, made) = (seen.offer.unwrap(), ana.sees(&advice).await.unwrap().post.offer.unwrap());
    assert_eq!((offer.purpose, offer.kind, offer.ends_at), (made.purpose, made.kind, made.ends_at));

    let answer = ben.replies_directly(&advice, "would you take bread for it?").await;
    town.settle().await;
    assert_eq!(ana.told().await, ["offer_reply by @ben@loft.test"]);
    assert_eq!(ana.messages().await, ["would you take bread for it?"]);
    assert_eq!(town.node("loft.test").shows(&answer).await.0, 404, "it is between the two");

    ana.changes_offer(&advice, "One hour of tax advice", 10).await;
    town.settle().await;
    assert_eq!(ben.board().await, ["One hour of tax advice (open)"]);
    ana.settles(&advice).await;
    town.settle().await;
    for who in [&ana, &ben] {
        assert!(who.board().await.is_empty());
        assert_eq!(who.reads(&advice).await.unwrap(), "One hour of tax advice (settled)");
    }
    ana.deletes(&advice).await;
    town.settle().await;
    assert!(ben.sees(&advice).await.is_none());
    assert_eq!(ben.messages().await.len(), 1, "what he said himself is his");
}

#[tokio::test]
async fn an_offer_that_came_through_its_space_changes_and_ends_with_it() {
    let town = Town::open(&["harbor.test", "loft.test"]).await;
    let [ana, ben] = town.members(["ana@harbor.test", "ben@loft.test"]).await;
    let harbor = town.space("harbor.test").await;
    town.acquaint(&ben, &harbor).await;
    let advice = ana.offers_through_the_space("Two hours of tax advice", 20).await;
    town.settle().await;
    assert_eq!(ben.board().await, ["Two hours of tax advice (open)"]);
    ana.changes_offer(&advice, "One hour of tax advice", 10).await;
    town.settle().await;
    assert_eq!(ben.board().await, ["One hour of tax advice (open)"]);
    ana.settles(&advice).await;
    town.settle().await;
    assert!(ben.board().await.is_empty());
    assert_eq!(ben.reads(&advice).await.unwrap(), "One hour of tax advice (settled)");
}

#[tokio::test]
async fn an_offer_ends_by_itself_at_every_node() {
    let town = Town::open(&["harbor.test", "loft.test"]).await;
    let [ana, ben] = town.members(["ana@harbor.test", "ben@loft.test"]).await;
    town.acquaint(&ben, &ana).await;
    let soon = ana.offers("A spare desk", 3).await;
    ana.offers("A drill to borrow", 6).await;
    town.settle().await;
    town.days(2).await;
    assert_eq!(ben.board().await.len(), 2);
    town.days(1).await;
    for who in [&ana, &ben] {
        assert_eq!(who.board().await, ["A drill to borrow (open)"]);
        assert_eq!(who.reads(&soon).await.unwrap(), "A spare desk (expired)");
    }
    // Nobody has to be told.
    town.node("harbor.test").stop().await;
    town.days(3).await;
    assert!(ben.board().await.is_empty());
}

#[tokio::test]
async fn what_somebody_seeks_stays_among_members() {
    let town = Town::open(&["harbor.test", "loft.test"]).await;
    let [ana, nina, ben] = town.members(["ana@harbor.test", "nina@harbor.test", "ben@loft.test"]).await;
    town.acquaint(&ben, &ana).await;
    let wanted = ana.seeks("A therapist who speaks Dutch", 20).await;
    town.settle().await;
    assert_eq!(nina.board().await, ["A therapist who speaks Dutch (open)"]);
    assert!(ben.board().await.is_empty() && ben.home().await.is_empty());
    assert_eq!(town.node("harbor.test").shows(&wanted).await.0, 404);
}
