//! Stories of what people say, change and take back, and who may read it.

use super::*;

#[tokio::test]
async fn what_a_followed_one_says_changes_and_takes_back_is_seen_at_home() {
    let town = Town::new().await;
    let bo = &town.bo;
    for number in [1, 2] {
        town.arrives(bo, &bo.creates(number, json!({}))).await;
    }
    assert_eq!(town.home().await, [html(2), html(1)]);
    let edited = bo.note(1, json!({"content": "<p>better</p><script>x</script>", "updated": "2027-01-15T08:00:01Z"}));
    town.ground.wait(60);
    town.arrives(bo, &bo.does("Update", 1, json!({"object": edited}))).await;
    assert_eq!(town.home().await, [html(2), "<p>better</p>".to_owned()]);
    town.arrives(bo, &bo.does("Update", 2, json!({"object": bo.note(1, json!({"updated": start().to_string()}))})))
        .await;
    assert_eq!(town.home().await[1], "<p>better</p>", "an older version changes nothing");
    let gone = json!({"object": {"type": "Tombstone", "id": bo.at("n/1")}});
    town.arrives(bo, &bo.does("Delete", 1, gone)).await;
    town.arrives(bo, &bo.does("Delete", 2, json!({"object": bo.at("n/2")}))).await;
    assert!(town.home().await.is_empty());
    assert_eq!(town.left_over().await, (0, 0));
}

#[tokio::test]
async fn nobody_changes_or_takes_back_what_is_somebody_elses() {
    let town = Town::new().await;
    let (bo, eve) = (&town.bo, &town.eve);
    let mate = Stranger { key: rsa(1), ..Stranger::new("mate", "pier.test") };
    town.web.show(&mate);
    town.arrives(bo, &bo.creates(1, json!({}))).await;
    for other in [eve, &mate] {
        let forged = bo.note(1, json!({"content": "<p>forged</p>", "updated": "2027-01-15T09:00:00Z"}));
        town.arrives(other, &other.does("Update", 1, json!({"object": forged}))).await;
        town.arrives(other, &other.does("Delete", 2, json!({"object": bo.at("n/1")}))).await;
        town.arrives(other, &other.does("Delete", 3, json!({"object": bo.uri()}))).await;
        town.arrives(other, &other.does("Undo", 4, json!({"object": bo.does("Follow", 1, json!({}))}))).await;
        let claimed = other.note(7, json!({"attributedTo": bo.uri()}));
        town.arrives(other, &other.does("Create", 5, json!({"object": claimed}))).await;
        assert_eq!(town.home().await, [html(1)]);
    }
    let of_ours = json!({"object": bo.note(1, json!({"id": "http://harbor.test/posts/1"}))});
    town.arrives(bo, &bo.does("Create", 6, of_ours)).await;
    assert!(town.post("http://harbor.test/posts/1".into()).await.is_none());
}

#[tokio::test]
async fn a_copy_of_somebody_elses_words_is_not_believed_but_asked_for() {
    let town = Town::new().await;
    let (bo, eve) = (&town.bo, &town.eve);
    // Eve brings a changed copy of what Bo said; Bo's home has the truth.
    let truth = bo.note(1, json!({"@context": "https://www.w3.org/ns/activitystreams"}));
    town.web.put(&bo.at("n/1"), Reply::Json(truth));
    let forged = bo.note(1, json!({"content": "<p>forged</p>"}));
    town.arrives(eve, &eve.does("Create", 1, json!({"object": forged}))).await;
    assert_eq!(town.home().await, [html(1)]);
}

#[tokio::test]
async fn what_comes_late_does_not_undo_what_took_it_back() {
    let town = Town::new().await;
    let (bo, ana) = (&town.bo, town.ana);
    town.arrives(bo, &bo.does("Delete", 1, json!({"object": bo.at("n/1")}))).await;
    town.arrives(bo, &bo.creates(1, json!({}))).await;
    assert!(town.home().await.is_empty());

    let here = "http://harbor.test/members/ana";
    let follow = bo.does("Follow", 1, json!({"object": here}));
    town.arrives(bo, &bo.does("Undo", 1, json!({"object": follow.clone()}))).await;
    town.arrives(bo, &follow).await;
    let by_id = bo.does("Follow", 2, json!({"object": here}));
    town.arrives(bo, &bo.does("Undo", 2, json!({"object": by_id["id"]}))).await;
    town.arrives(bo, &by_id).await;
    let untyped = bo.does("Follow", 3, json!({"object": here}));
    let copy = json!({"id": untyped["id"], "actor": bo.uri()});
    town.arrives(bo, &bo.does("Undo", 3, json!({"object": copy}))).await;
    town.arrives(bo, &untyped).await;
    let bo_id = town.met(bo).await;
    assert_eq!(town.follow(bo_id, ana).await, None);
    assert!(town.notified().await.iter().all(|kind| *kind == NotificationKind::FollowAccepted));
}

#[tokio::test]
async fn an_answer_brings_the_question_along_if_it_can_be_had() {
    let town = Town::new().await;
    let (bo, eve) = (&town.bo, &town.eve);
    let question = eve.note(1, json!({"@context": "https://www.w3.org/ns/activitystreams", "content": "<p>why?</p>"}));
    town.web.put(&eve.at("n/1"), Reply::Json(question));
    let answer = json!({"inReplyTo": eve.at("n/1"), "tag": {"type": "Mention", "href": "http://harbor.test/members/ana",
        "name": "@ana@harbor.test"}, "cc": [bo.at("followers"), "http://harbor.test/members/ana"]});
    town.arrives(bo, &bo.creates(1, answer)).await;
    let (parent, child) = (town.post(eve.at("n/1")).await.unwrap(), town.post(bo.at("n/1")).await.unwrap());
    assert_eq!(child.in_reply_to, Some(parent.id));
    assert_eq!(town.notified().await[0], NotificationKind::Mention);
    // A question that cannot be had holds nothing up, and is asked for once.
    town.ground.asked();
    town.arrives(bo, &bo.creates(2, json!({"inReplyTo": "http://quay.test/nothing"}))).await;
    assert!(town.post(bo.at("n/2")).await.is_some());
    assert_eq!(town.ground.asked(), ["/nothing"]);
}

#[tokio::test]
async fn a_private_word_reaches_whom_it_names_and_nobody_else() {
    let town = Town::new().await;
    let bo = &town.bo;
    let secret = json!({"to": "http://harbor.test/members/ana", "cc": null, "content": "<p>psst</p>"});
    town.arrives(bo, &bo.creates(1, secret)).await;
    assert_eq!(town.notified().await[0], NotificationKind::Direct);
    assert!(town.home().await.is_empty(), "conversations stand in no home");
    let to_others = json!({"to": "http://quay.test/u/eve", "cc": null});
    town.arrives(bo, &bo.creates(2, to_others)).await;
    assert_eq!(town.notified().await.len(), 2, "and the acceptance from before");
}

#[tokio::test]
async fn what_is_sent_to_two_people_in_secret_reaches_both_each_once() {
    let town = Town::new().await;
    let (bo, ana, ben) = (&town.bo, town.ana, town.neighbour("ben").await);
    let before = town.notified().await.len();
    // By `bto`: whom it is for shows in the inboxes alone.
    let whole = bo.creates(1, json!({"to": null, "cc": null}));
    let by_id = bo.does("Create", 2, json!({"object": bo.at("n/2")}));
    let shown = json!({"@context": "https://www.w3.org/ns/activitystreams", "to": null, "cc": null});
    town.web.put(&bo.at("n/2"), Reply::Json(bo.note(2, shown)));
    for activity in [whole, by_id] {
        for recipient in [ana, ben, ana, ben] {
            town.arrives_at(recipient, bo, &activity).await;
        }
    }
    for number in [1, 2] {
        let uri = bo.at(&format!("n/{number}"));
        for member in [ana, ben] {
            assert!(town.may_read(member, uri.clone()).await, "{uri}");
        }
    }
    assert_eq!(town.told(ben).await, [NotificationKind::Direct, NotificationKind::Direct]);
    assert_eq!(town.notified().await.len(), before + 2);
    assert!(!town.may_read(town.neighbour("cleo").await, bo.at("n/1")).await);
}

#[tokio::test]
async fn what_is_for_followers_names_nobody_though_it_comes_to_their_own_inboxes() {
    let town = Town::new().await;
    let (bo, ana, ben) = (&town.bo, town.ana, town.neighbour("ben").await);
    let before = town.notified().await;
    let quiet = json!({"to": bo.at("followers"), "cc": null});
    for recipient in [ana, ben] {
        town.arrives_at(recipient, bo, &bo.creates(1, quiet.clone())).await;
    }
    assert_eq!((town.home().await, town.notified().await), (vec![html(1)], before));
    assert!(town.may_read(ana, bo.at("n/1")).await && !town.may_read(ben, bo.at("n/1")).await);
    // A change that comes without saying to whom makes no reader of who follows.
    let changed = bo.note(1, json!({"to": null, "cc": null, "updated": "2027-01-15T08:00:01Z"}));
    town.arrives_at(ana, bo, &bo.does("Update", 1, json!({"object": changed}))).await;
    let id = town.met(bo).await;
    let acting = Acting::Member(MemberId(ana.0), Role::Member);
    town.ground.act(move |tx| following::unfollow(tx, acting, As::Oneself, id, start())).await;
    assert!(!town.may_read(ana, bo.at("n/1")).await, "who follows no more reads no more");
}

#[tokio::test]
async fn what_is_for_everybody_is_taken_once_though_it_comes_to_each() {
    let town = Town::new().await;
    let (bo, ben) = (&town.bo, town.neighbour("ben").await);
    town.arrives_at(town.ana, bo, &bo.creates(1, json!({}))).await;
    let letter = bo.letter(&bo.creates(1, json!({})), start()).signed();
    assert_eq!(letter.send_to(&town.ground.node, Some(ben)).await.status, 202);
    assert_eq!((town.left_over().await, town.home().await), ((0, 0), vec![html(1)]));
}
