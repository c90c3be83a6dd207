//! Stories of people: whom they follow, what they like, where they move, and what becomes of who leaves.

use super::*;

#[tokio::test]
async fn a_follow_is_answered_and_can_be_taken_back_in_every_shape() {
    let town = Town::new().await;
    let (bo, ana) = (&town.bo, town.ana);
    let bo_id = town.met(bo).await;
    let here = "http://harbor.test/members/ana";
    for (number, undone) in [(1, "whole"), (2, "id"), (3, "without id"), (4, "without type")] {
        let follow = bo.does("Follow", number, json!({"object": here}));
        town.arrives(bo, &follow).await;
        assert_eq!(town.follow(bo_id, ana).await, Some(FollowState::Accepted));
        assert_eq!(town.events().await.last(), Some(&"FollowAccepted"));
        let object = match undone {
            "whole" => follow,
            "id" => follow["id"].clone(),
            "without type" => json!({"id": follow["id"], "actor": bo.uri(), "object": here}),
            _ => json!({"type": "Follow", "actor": bo.uri(), "object": {"id": here}}),
        };
        town.arrives(bo, &bo.does("Undo", number, json!({"object": object}))).await;
        assert_eq!(town.follow(bo_id, ana).await, None, "{undone}");
    }
    // Being removed: a Reject with the follow embedded under an id of their own.
    let ours = json!({"type": "Follow", "id": "http://pier.test/odd/1", "actor": here, "object": bo.uri()});
    town.arrives(bo, &bo.does("Reject", 1, json!({"object": ours}))).await;
    assert_eq!(town.follow(ana, bo_id).await, None);
}

#[tokio::test]
async fn likes_announces_blocks_and_reports_find_what_they_are_about() {
    let town = Town::new().await;
    let (bo, eve, ana) = (&town.bo, &town.eve, town.ana);
    town.arrives(bo, &bo.creates(1, json!({}))).await;
    let liked = town.post(bo.at("n/1")).await.unwrap().id;
    let like = eve.does("Like", 1, json!({"object": bo.at("n/1")}));
    town.arrives(eve, &like).await;
    let eve_id = town.met(eve).await;
    let likes = async || town.ground.act(move |tx| Ok(crate::store::reaction::of(tx, eve_id, liked)?.is_some())).await;
    assert!(likes().await);
    town.arrives(eve, &eve.does("Undo", 1, json!({"object": like}))).await;
    assert!(!likes().await);

    // Nobody here follows Eve, so what she passes on is not even asked for.
    town.ground.asked();
    town.arrives(eve, &eve.does("Announce", 1, json!({"object": "http://far.test/n/1", "to": PUBLIC}))).await;
    assert!(town.ground.asked().is_empty());
    town.follows(eve).await;
    let far = Stranger::new("far", "far.test");
    town.web.show(&far);
    let note = far.note(1, json!({"@context": "https://www.w3.org/ns/activitystreams", "content": "<p>from afar</p>"}));
    town.web.put(&far.at("n/1"), Reply::Json(note));
    town.arrives(eve, &eve.does("Announce", 2, json!({"object": far.at("n/1"), "to": PUBLIC}))).await;
    assert_eq!(town.home().await, ["<p>from afar</p>".to_owned(), html(1)]);
    // As groups do: the activity is passed on, and nothing of the copy in it is believed.
    let forged = far.creates(2, json!({"content": "<p>forged</p>"}));
    town.arrives(eve, &eve.does("Announce", 3, json!({"object": forged, "to": PUBLIC}))).await;
    assert_eq!(town.home().await.len(), 2);

    town.arrives(eve, &eve.does("Flag", 1, json!({"object": ["http://harbor.test/members/ana"], "content": "rude"})))
        .await;
    let reports = town.ground.act(|tx| Ok(report::list(tx, true, Page::default())?)).await;
    assert_eq!(reports.items.len(), 1);
    town.arrives(eve, &eve.does("Block", 1, json!({"object": "http://harbor.test/members/ana"}))).await;
    assert_eq!(town.follow(ana, eve_id).await, None);
    assert!(town.ground.act(move |tx| Ok(block::has_blocked(tx, eve_id, ana)?)).await);
}

#[tokio::test]
async fn who_moves_takes_their_followers_along_if_the_new_account_agrees() {
    let town = Town::new().await;
    let (bo, eve, ana) = (&town.bo, &town.eve, town.ana);
    let moves = |number| bo.does("Move", number, json!({"object": bo.uri(), "target": eve.uri()}));
    town.arrives(bo, &moves(1)).await;
    let (bo_id, eve_id) = (town.met(bo).await, town.met(eve).await);
    assert_eq!(town.follow(ana, eve_id).await, None, "the new account does not know the old one");
    town.web.put(&eve.uri(), Reply::Json(eve.document(json!({"alsoKnownAs": [bo.uri()]}))));
    town.ground.wait(60);
    town.arrives(bo, &moves(2)).await;
    assert_eq!(town.follow(ana, bo_id).await, None);
    assert_eq!(town.follow(ana, eve_id).await, Some(FollowState::Requested));
    assert_eq!(town.notified().await[0], NotificationKind::Moved);
    assert_eq!(&town.events().await[town.events().await.len() - 2..], ["FollowWithdrawn", "FollowRequested"]);
}

#[tokio::test]
async fn nobody_moves_twice_within_a_week_whatever_their_profile_says_meanwhile() {
    let town = Town::new().await;
    let (bo, eve) = (&town.bo, &town.eve);
    let zoe = Stranger { key: rsa(2), ..Stranger::new("zoe", "far.test") };
    town.web.show(&zoe);
    for new in [eve, &zoe] {
        town.web.put(&new.uri(), Reply::Json(new.document(json!({"alsoKnownAs": [bo.uri()]}))));
    }
    let id = town.met(bo).await;
    let moved_to = async || town.ground.act(move |tx| Ok(actor::by_id(tx, id)?.unwrap().moved_to)).await;
    let moves = |number, to: &Stranger| bo.does("Move", number, json!({"object": bo.uri(), "target": to.uri()}));
    town.arrives(bo, &moves(1, eve)).await;
    assert_eq!(moved_to().await, Some(eve.uri()));
    town.ground.wait(6 * 24 * 3_600);
    let forgets = bo.document(json!({"updated": later(1)}));
    town.arrives(bo, &bo.does("Update", 1, json!({"object": forgets}))).await;
    assert_eq!(moved_to().await, None);
    town.arrives(bo, &moves(2, &zoe)).await;
    assert_eq!(moved_to().await, None, "it is too soon");
    town.ground.wait(24 * 3_600);
    town.arrives(bo, &moves(3, &zoe)).await;
    assert_eq!(moved_to().await, Some(zoe.uri()));
}

#[tokio::test]
async fn who_changes_their_profile_is_believed_and_asked_when_something_is_open() {
    let town = Town::new().await;
    let bo = &town.bo;
    let id = town.met(bo).await;
    let name = async || town.ground.act(move |tx| Ok(actor::by_id(tx, id)?.unwrap().name)).await;
    town.ground.asked();
    let update = |number, document: Value| bo.does("Update", number, json!({"object": document}));
    town.arrives(bo, &update(1, bo.document(json!({"name": "Bo", "updated": later(1)})))).await;
    assert_eq!((name().await, town.ground.asked().len()), ("Bo".to_owned(), 0));
    // A copy without keys could make us forget them.
    town.web.put(&bo.uri(), Reply::Json(bo.document(json!({"name": "Bo of the pier"}))));
    let bare = bo.document(json!({"name": "Bo", "publicKey": null, "assertionMethod": null, "updated": later(2)}));
    town.arrives(bo, &update(2, bare)).await;
    assert_eq!((name().await.as_str(), town.ground.asked().len()), ("Bo of the pier", 1));

    // New keys, announced with the old one.
    let renewed = Stranger { key: rsa(2), ..bo.clone() };
    town.web.show(&renewed);
    town.arrives(bo, &update(3, renewed.document(json!({"updated": later(3)})))).await;
    town.arrives(&renewed, &renewed.creates(1, json!({}))).await;
    assert_eq!(town.home().await, [html(1)]);
    assert_eq!(town.ground.deliver(bo, &bo.creates(2, json!({}))).await.status, 401);
}

#[tokio::test]
async fn an_old_profile_does_not_come_back() {
    let town = Town::new().await;
    let bo = &town.bo;
    let id = town.met(bo).await;
    let name = async || town.ground.act(move |tx| Ok(actor::by_id(tx, id)?.unwrap().name)).await;
    let mut number = 0;
    let mut update = |named: &str, updated: Option<String>| {
        number += 1;
        bo.does("Update", number, json!({"object": bo.document(json!({"name": named, "updated": updated}))}))
    };
    town.arrives(bo, &update("Bo the new", Some(later(9)))).await;
    assert_eq!(name().await, "Bo the new");
    // What is not newer than what is known is as good as the actor's home says.
    for (updated, shown) in [(Some(later(8)), "first"), (Some(later(9)), "second"), (None, "third")] {
        let at_home = json!({"name": shown, "updated": later(9)});
        town.web.put(&bo.uri(), Reply::Json(bo.document(at_home)));
        town.arrives(bo, &update("Bo the old", updated)).await;
        assert_eq!(name().await, shown);
    }
    // The version that its home shows counts, too, though nothing else changed.
    town.web.put(&bo.uri(), Reply::Json(bo.document(json!({"name": "third", "updated": later(20)}))));
    fetch::actor(&town.ground.node, &bo.id(), &Budget::default()).await.unwrap();
    town.arrives(bo, &update("Bo the old", Some(later(15)))).await;
    assert_eq!(name().await, "third");
}

#[tokio::test]
async fn who_leaves_is_forgotten_with_all_they_said() {
    let town = Town::new().await;
    let (bo, ana) = (&town.bo, town.ana);
    town.arrives(bo, &bo.creates(1, json!({}))).await;
    let id = town.met(bo).await;
    town.arrives(bo, &bo.does("Delete", 1, json!({"object": bo.uri(), "to": PUBLIC}))).await;
    assert!(town.home().await.is_empty());
    assert_eq!(town.follow(ana, id).await, None);
    assert_eq!(
        town.ground.deliver(bo, &bo.creates(2, json!({}))).await.status,
        403,
        "also with a key that was at hand"
    );
}

#[tokio::test]
async fn pins_are_ones_own() {
    let town = Town::new().await;
    let (bo, eve) = (&town.bo, &town.eve);
    town.arrives(bo, &bo.creates(1, json!({}))).await;
    let id = town.met(bo).await;
    let pinned = async || town.ground.act(move |tx| Ok(post::featured(tx, id)?.len())).await;
    let pin = json!({"object": bo.at("n/1"), "target": bo.at("featured")});
    town.arrives(eve, &eve.does("Add", 1, pin.clone())).await;
    town.arrives(eve, &eve.does("Add", 2, json!({"object": bo.at("n/1"), "target": eve.at("featured")}))).await;
    assert_eq!(pinned().await, 0);
    town.arrives(bo, &bo.does("Add", 1, pin.clone())).await;
    assert_eq!(pinned().await, 1);
    town.arrives(bo, &bo.does("Remove", 1, pin)).await;
    assert_eq!(pinned().await, 0);
}

#[tokio::test]
async fn a_limited_server_reaches_those_who_follow_its_people_and_nobody_else() {
    let town = Town::new().await;
    let (bo, eve) = (&town.bo, &town.eve);
    town.met(eve).await;
    let ana = json!({"tag": {"type": "Mention", "href": "http://harbor.test/members/ana", "name": "@ana"}});
    for host in ["pier.test", "quay.test"] {
        let host = Host::parse(host).unwrap();
        town.ground.act(move |tx| Ok(peer::set_level(tx, &host, Level::Limited, None, start())?)).await;
    }
    let notified = town.notified().await;
    town.arrives(bo, &bo.creates(1, ana.clone())).await;
    town.arrives(eve, &eve.creates(2, ana.clone())).await;
    town.arrives(eve, &eve.does("Like", 1, json!({"object": bo.at("n/1")}))).await;
    assert_eq!((town.home().await, town.notified().await), (vec![html(1)], notified));
    assert!(town.post(eve.at("n/2")).await.is_none());

    // What was taken in before its server was blocked is not acted on any more.
    town.must_ask(bo).await;
    town.sends(bo, &bo.creates(3, json!({}))).await;
    let host = Host::parse("pier.test").unwrap();
    town.ground.act(move |tx| Ok(peer::set_level(tx, &host, Level::Blocked, None, start())?)).await;
    town.settle().await;
    assert_eq!((town.home().await, town.left_over().await), (vec![html(1)], (0, 0)));
}
