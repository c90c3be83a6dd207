//! Stories of what has to wait: what is done at once, what breaks, and in which order.

use super::*;

#[tokio::test]
async fn what_needs_nobody_else_is_done_when_its_sender_is_answered() {
    let town = Town::new().await;
    let bo = &town.bo;
    town.sends(bo, &bo.creates(1, json!({}))).await;
    assert_eq!((town.home().await, town.left_over().await), (vec![html(1)], (0, 0)));
    town.sends(bo, &bo.creates(1, json!({}))).await;
    town.sends(bo, &bo.does("Delete", 1, json!({"object": bo.at("n/1")}))).await;
    assert_eq!((town.home().await.len(), town.left_over().await), (0, (0, 0)));
    assert!(town.ground.node.reception.arrivals.is_empty());
}

#[tokio::test]
async fn what_breaks_is_not_lost_and_what_follows_waits_for_it() {
    let town = Town::new().await;
    let bo = &town.bo;
    town.ground.act(|tx| Ok(testing::fall_ill(tx, "note 1<")?)).await;
    for number in 1..=2 {
        town.sends(bo, &bo.creates(number, json!({}))).await;
    }
    assert_eq!((town.home().await.len(), town.left_over().await), (0, (2, 0)));
    town.settle().await;
    assert_eq!((town.home().await.len(), town.left_over().await), (0, (2, 0)), "it is tried again later");
    town.ground.act(|tx| Ok(testing::get_well(tx)?)).await;
    town.ground.wait(11);
    town.settle().await;
    assert_eq!((town.home().await, town.left_over().await), (vec![html(2), html(1)], (0, 0)));
}

#[tokio::test]
async fn who_waits_for_others_holds_up_nobody_but_themselves() {
    let town = Town::new().await;
    let (bo, eve) = (&town.bo, &town.eve);
    town.follows(eve).await;
    let far = Stranger::new("far", "far.test");
    town.web.show(&far);
    let ill = far.at("n/1");
    town.web.put(&ill, Reply::Say(503));

    town.sends(bo, &bo.does("Announce", 1, json!({"object": ill, "to": PUBLIC}))).await;
    town.sends(bo, &bo.creates(1, json!({}))).await;
    town.sends(eve, &eve.creates(2, json!({}))).await;
    town.settle().await;
    assert_eq!(town.home().await, [html(2)], "Eve is not held up, Bo's next word waits");
    assert_eq!(town.left_over().await, (2, 0));

    // The order holds over a restart, before the next try is due and when the server is well again.
    town.settle().await;
    assert_eq!(town.home().await, [html(2)]);
    let note = far.note(1, json!({"@context": "https://www.w3.org/ns/activitystreams", "content": "<p>from afar</p>"}));
    town.web.put(&ill, Reply::Json(note));
    town.ground.wait(11);
    town.settle().await;
    assert_eq!(town.home().await, [html(1), "<p>from afar</p>".to_owned(), html(2)]);
    assert_eq!(town.left_over().await, (0, 0));
}

#[tokio::test]
async fn what_does_not_work_out_four_times_is_set_aside_and_the_next_ones_go_on() {
    let town = Town::new().await;
    let bo = &town.bo;
    town.web.put("http://far.test/n/1", Reply::Say(503));
    town.sends(bo, &bo.does("Announce", 1, json!({"object": "http://far.test/n/1", "to": PUBLIC}))).await;
    town.sends(bo, &bo.creates(1, json!({}))).await;
    for pause in [0, 11, 61, 601] {
        assert!(town.home().await.is_empty());
        town.ground.wait(pause);
        town.settle().await;
    }
    assert_eq!((town.home().await, town.left_over().await), (vec![html(1)], (0, 1)));
    let failed = town.ground.act(|tx| Ok(inbox::failed(tx, Page::default())?.items.remove(0))).await;
    assert_eq!((failed.attempts, failed.error.as_str()), (4, "far.test answers 503"));

    let (far, now) = (Stranger::new("far", "far.test"), town.ground.node.clock.now());
    town.web.show(&far);
    let note = json!({"@context": "https://www.w3.org/ns/activitystreams", "id": "http://far.test/n/1",
        "attributedTo": far.uri(), "content": "<p>at last</p>"});
    town.web.put("http://far.test/n/1", Reply::Json(far.note(1, note)));
    town.ground.act(move |tx| Ok(inbox::retry(tx, Some(failed.id), now)?)).await;
    town.settle().await;
    assert_eq!(town.home().await, ["<p>at last</p>".to_owned(), html(1)]);
}

#[tokio::test]
async fn a_restart_and_a_full_memory_lose_nothing_and_repeat_nothing() {
    let town = Town::new().await;
    let bo = &town.bo;
    town.must_ask(bo).await;
    for number in 1..=5 {
        town.sends(bo, &bo.creates(number, json!({}))).await;
    }
    // As after a crash: what was on its way in memory is gone, but for one that comes by both ways.
    let mut lost = town.ground.node.reception.arrivals.take(6);
    // Where several processes share the work nothing comes by memory.
    let by_memory = if town.ground.node.store.is_shared() { 0 } else { 6 };
    assert_eq!((lost.len(), town.left_over().await), (by_memory, (6, 0)));
    if by_memory > 0 {
        town.ground.node.reception.arrivals.push(lost.remove(3));
    }
    town.settle().await;
    assert_eq!(town.home().await, (1..=5).rev().map(html).collect::<Vec<_>>());
    let events = town.events().await;
    // And one that comes by memory when it is done already.
    if by_memory > 0 {
        town.ground.node.reception.arrivals.push(lost.remove(1));
    }
    town.settle().await;
    assert_eq!((town.home().await.len(), town.events().await), (5, events));
    assert_eq!(town.left_over().await, (0, 0));
}

#[tokio::test]
async fn a_batch_of_many_is_done_in_the_order_of_each_actor() {
    let town = Town::new().await;
    let bo = &town.bo;
    town.must_ask(bo).await;
    for number in 1..=150 {
        town.sends(bo, &bo.creates(number, json!({}))).await;
        town.sends(bo, &bo.does("Delete", number, json!({"object": bo.at(&format!("n/{number}"))}))).await;
        town.sends(bo, &bo.creates(1_000 + number, json!({}))).await;
    }
    town.settle().await;
    let home = town.home().await;
    assert_eq!(home[0], html(1_150));
    assert!(home.iter().all(|content| content.len() == html(1_000).len()), "{home:?}");
    let heard = town.ground.act(|tx| Ok(peer::by_host(tx, &Host::parse("pier.test").unwrap())?));
    assert!(heard.await.unwrap().last_heard_at.is_some());
    let nothing = town.ground.act(|tx| Ok(inbox::waiting(tx, InboxId(0), 10)?)).await;
    assert!(nothing.is_empty());
}

/// Waits for something to become true.
async fn until(what: &str, is_true: impl AsyncFn() -> bool) {
    let waiting = async {
        while !is_true().await {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), waiting).await.expect(what);
}

#[tokio::test]
async fn what_is_tried_again_is_seen_by_the_desk_that_works() {
    let town = Town::new().await;
    let (bo, bo_id) = (&town.bo, town.met(&town.bo).await);
    let (stop, job) = town.job();
    town.sends(bo, &bo.creates(1, json!({}))).await;
    until("the desk works", async || town.home().await == [html(1)]).await;
    let body = bo.creates(2, json!({})).to_string();
    let uri = "http://pier.test/u/bo/Create/2";
    let aside = town.ground.act(move |tx| Ok(set_aside(tx, uri, bo_id, &body, start())?)).await;
    town.ground.act(move |tx| queue::retry(tx, Acting::Keeper, aside.0, start())).await;
    until("it is acted on", async || town.home().await == [html(2), html(1)]).await;
    stop.cancel();
    job.await.unwrap();
}

#[tokio::test]
async fn what_is_thrown_away_while_it_waits_its_turn_is_not_acted_on() {
    let town = Town::new().await;
    let bo = &town.bo;
    let far = Stranger::new("far", "far.test");
    town.web.show(&far);
    town.web.put(&far.at("n/1"), Reply::Say(503));
    let (stop, job) = town.job();
    town.sends(bo, &bo.does("Announce", 1, json!({"object": far.at("n/1"), "to": PUBLIC}))).await;
    town.sends(bo, &bo.creates(1, json!({}))).await;
    let waiting = async || town.ground.act(|tx| Ok(inbox::waiting(tx, InboxId(0), 10)?)).await;
    until("it has to wait", async || waiting().await[0].attempts == 1).await;
    let held = waiting().await[0].id;
    town.ground.act(move |tx| queue::drop(tx, Acting::Keeper, held.0, start())).await;
    let note = json!({"@context": "https://www.w3.org/ns/activitystreams", "content": "<p>from afar</p>"});
    town.web.put(&far.at("n/1"), Reply::Json(far.note(1, note)));
    town.ground.wait(11);
    until("the next one has its turn", async || town.left_over().await == (0, 0)).await;
    assert_eq!(town.home().await, [html(1)]);
    stop.cancel();
    job.await.unwrap();
}

#[tokio::test]
async fn the_job_works_by_itself_and_stops_when_told() {
    let town = Town::new().await;
    let (stop, job) = town.job();
    let bo = &town.bo;
    town.sends(bo, &bo.creates(1, json!({"inReplyTo": "http://quay.test/nothing"}))).await;
    town.sends(bo, &bo.creates(2, json!({}))).await;
    let seen = async {
        while town.home().await.is_empty() || town.left_over().await != (0, 0) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), seen).await.unwrap();
    stop.cancel();
    tokio::time::timeout(std::time::Duration::from_secs(10), job).await.unwrap().unwrap();
    assert!(town.post(bo.at("n/1")).await.is_some());
}
