//! Stories of the order on the desk, told turn by turn.

use std::time::Duration;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{Desk, SLICE};
use crate::coworking::id::ActorId;
use crate::federation::receive::tests::{Town, html};
use crate::federation::testing::{Reply, start};
use crate::store::actor::{self, testing::profile};
use crate::store::inbox::{self, InboxId, NewActivity};

/// Puts what somebody does among that which waits, under a number that the test chooses.
async fn waits(town: &Town, number: i64, actor: ActorId, activity: &Value) {
    let body = activity.to_string();
    town.ground
        .act(move |tx| {
            let new = NewActivity { actor, kind: "Create", recipient: None, body: &body };
            Ok(inbox::put(tx, InboxId(number), &new, start())?)
        })
        .await;
}

#[tokio::test]
async fn what_comes_while_something_before_it_is_ready_and_its_actor_is_held_comes_after_both() {
    let town = Town::with(&[("inbox_batch", "2")]).await;
    let bo = &town.bo;
    town.must_ask(bo).await;
    for number in 1..=2 {
        town.sends(bo, &bo.creates(number, json!({}))).await;
    }
    let mut desk = Desk::new(town.ground.node.clone());
    desk.turn().await.unwrap();
    assert_eq!(
        (desk.held.len(), desk.ready.len()),
        (1, 1),
        "others are asked; the first word is held, the second ready"
    );
    town.sends(bo, &bo.creates(3, json!({}))).await;
    desk.hear();
    desk.turn().await.unwrap();
    assert_eq!((desk.parked, desk.ready.len()), (3, 0));
    desk.settle().await;
    assert_eq!(town.home().await, [html(3), html(2), html(1)]);
}

#[tokio::test]
async fn what_is_committed_late_under_a_small_number_is_not_overtaken_by_what_follows_it() {
    let town = Town::new().await;
    let (bo, eve) = (&town.bo, &town.eve);
    let (bo_id, eve_id) = (town.met(bo).await, town.met(eve).await);
    for number in 0..i64::from(SLICE) {
        waits(&town, 10 * (number + 1), eve_id, &eve.creates(number as u32, json!({}))).await;
    }
    let mut desk = Desk::new(town.ground.node.clone());
    desk.turn().await.unwrap();
    assert!(desk.behind.is_some(), "it reads on when there is room");
    // The number was minted by another process, or before others that were committed sooner.
    waits(&town, 1_005, bo_id, &bo.creates(1, json!({}))).await;
    waits(&town, 9_001, bo_id, &bo.creates(2, json!({}))).await;
    desk.settle().await;
    assert_eq!((town.home().await, town.left_over().await), (vec![html(2), html(1)], (0, 0)));
}

#[tokio::test]
async fn nobody_waits_behind_many_that_are_held_though_ever_more_come() {
    let town = Town::new().await;
    let (bo, eve) = (&town.bo, &town.eve);
    town.follows(eve).await;
    let (bo_id, eve_id) = (town.met(bo).await, town.met(eve).await);
    let asks =
        eve.does("Announce", 99, json!({"object": "http://pier.test/nothing", "to": super::super::tests::PUBLIC}));
    waits(&town, 1, eve_id, &asks).await;
    for number in 0..2 * SLICE {
        waits(&town, i64::from(number) + 2, eve_id, &eve.creates(number, json!({}))).await;
    }
    waits(&town, 9_000, bo_id, &bo.creates(1, json!({}))).await;
    let mut desk = Desk::new(town.ground.node.clone());
    for _ in 0..20 {
        desk.look_again();
        desk.turn().await.unwrap();
    }
    assert_eq!(desk.held.len(), 1, "the answer to Eve's question was not looked at");
    assert_eq!(town.home().await, [html(1)]);
}

#[tokio::test]
async fn a_host_that_hangs_keeps_nobody_waiting_who_asks_others() {
    let town = Town::with(&[("read_timeout", "60s"), ("total_timeout", "60s")]).await;
    let bo = &town.bo;
    town.ground.peers.behave(|asked| if asked.host == "tar.test" { Reply::Hang } else { Reply::Say(404) });
    for number in 0..70 {
        let uri = format!("http://tar.test/u/{number}");
        let profile = profile(&uri);
        let id = town.ground.act(move |tx| Ok(actor::upsert_remote(tx, &profile, start())?.0)).await;
        // What it says of itself is no newer than what is known, so that its home is asked.
        let update = json!({"@context": "https://www.w3.org/ns/activitystreams", "id": format!("{uri}/Update/1"),
            "type": "Update", "actor": uri, "object": uri});
        waits(&town, 10 + number, id, &update).await;
    }
    let mut desk = Desk::new(town.ground.node.clone());
    desk.turn().await.unwrap();
    assert_eq!(desk.held.len(), 70, "all of them ask");
    town.sends(bo, &bo.creates(1, json!({"inReplyTo": "http://quay.test/nothing"}))).await;
    let stop = CancellationToken::new();
    let arrives = async {
        while town.left_over().await != (70, 0) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        stop.cancel();
    };
    let both = futures_util::future::join(desk.work(&stop), arrives);
    tokio::time::timeout(Duration::from_secs(30), both).await.expect("the reply is seen to");
}

#[tokio::test]
async fn what_waits_and_cannot_be_read_is_set_aside() {
    let town = Town::new().await;
    let (bo, id) = (&town.bo, town.met(&town.bo).await);
    town.ground
        .act(move |tx| {
            let (taken, body) =
                (inbox::take(tx, "http://pier.test/odd", None, None, start())?.unwrap(), "{\"type\": 1}");
            let new = NewActivity { actor: id, kind: "Create", recipient: None, body };
            Ok(inbox::put(tx, taken, &new, start())?)
        })
        .await;
    town.sends(bo, &bo.creates(1, json!({}))).await;
    town.settle().await;
    assert_eq!((town.home().await, town.left_over().await), (vec![html(1)], (0, 1)));
}
