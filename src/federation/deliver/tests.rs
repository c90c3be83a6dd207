//! Stories of deliveries to peers that are well, ill, picky, busy and gone.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;

use super::Courier;
use crate::activitypub::id::Id;
use crate::coworking::id::ActorId;
use crate::coworking::peer::{Host, Level};
use crate::federation::fetch;
use crate::federation::testing::{Ground, Received, Reply, Scheme, new_keys, start};
use crate::http_client::Budget;
use crate::operations::testing::let_follow;
use crate::operations::{key, peer};
use crate::store::activity::{self, Activity};
use crate::store::actor;
use crate::store::delivery::{self, Destination, Line, Posting, State};
use crate::store::follow;
use crate::store::page::Page;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

impl Ground {
    /// Puts an activity on its way; its number is what peers see as `n`.
    async fn send(&self, actor: ActorId, n: i64, key: &'static str, urgent: bool, inboxes: &[String]) {
        let to: Vec<Destination> = inboxes.iter().map(|inbox| Destination::of(inbox).unwrap()).collect();
        let now = self.node.clock.now();
        self.act(move |tx| {
            let activity = Activity {
                id: n,
                actor,
                kind: "Create".into(),
                body: json!({ "n": n, "key": key }).to_string(),
                public: true,
                key_uri: None,
                created_at: now,
            };
            activity::add(tx, &activity)?;
            delivery::add(tx, &Posting { activity: n, actor, ordering_key: key, urgent }, &to, now)?;
            Ok(())
        })
        .await;
    }

    /// Carries what is due; tells what the peers got of it.
    async fn carry(&self) -> Vec<Received> {
        Courier::new(self.node.clone()).settle().await;
        self.peers.take()
    }

    async fn lines(&self, state: State) -> Vec<Line> {
        self.act(move |tx| Ok(delivery::list(tx, Some(state), Page::new(None, Some(80)))?.items)).await
    }
}

fn inbox(host: &str) -> Vec<String> {
    vec![format!("http://{host}.test/inbox")]
}

fn numbers(received: &[Received]) -> Vec<i64> {
    received.iter().map(|one| one.body["n"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn what_is_said_of_one_thing_arrives_in_order_though_the_first_try_fails() {
    let ground = Ground::new().await;
    let ana = ground.member("ana").await;
    ground.peers.behave(|got| Reply::Say(if got.number == 0 { 429 } else { 202 }));
    for (n, key) in [(1, "post 1"), (2, "post 1"), (3, "post 2"), (4, "post 1")] {
        ground.send(ana, n, key, false, &inbox("pier")).await;
    }
    assert_eq!(numbers(&ground.carry().await), [1, 3], "another thing need not wait");
    ground.send(ana, 5, "post 1", false, &inbox("pier")).await;
    assert_eq!(numbers(&ground.carry().await), [] as [i64; 0]);

    ground.wait(36);
    assert_eq!(numbers(&ground.carry().await), [1, 2, 4, 5]);
    assert!(ground.lines(State::Waiting).await.is_empty());
    assert_eq!(ground.lines(State::Done).await.len(), 5);
}

#[tokio::test]
async fn each_try_is_signed_anew_and_carries_the_same_bytes() {
    let ground = Ground::new().await;
    let ana = ground.member("ana").await;
    ground.peers.behave(|got| Reply::Say(if got.number < 2 { 502 } else { 202 }));
    ground.send(ana, 7, "post", false, &inbox("pier")).await;
    let first = ground.carry().await.remove(0);
    ground.peers.behave(|_| Reply::Say(202));
    ground.wait(2 * HOUR);
    let second = ground.carry().await.remove(0);
    assert_eq!((first.verified(start()), first.body.clone()), (Scheme::Cavage, second.body.clone()));
    assert_eq!(second.verified(ground.node.clock.now()), Scheme::Cavage);
}

#[tokio::test]
async fn a_pause_that_a_peer_asks_for_is_kept_by_all_that_waits_for_it() {
    let ground = Ground::new().await;
    let ana = ground.member("ana").await;
    ground.peers.behave(|_| Reply::SayWith(429, "retry-after", "600"));
    ground.send(ana, 1, "post 1", false, &inbox("pier")).await;
    ground.send(ana, 2, "post 2", false, &inbox("pier")).await;
    ground.send(ana, 3, "post 1", false, &inbox("loft")).await;
    assert_eq!(ground.carry().await.len(), 2, "one request each told us");
    ground.peers.behave(|_| Reply::Say(202));
    ground.wait(599);
    ground.send(ana, 4, "follow", true, &inbox("pier")).await;
    assert!(ground.carry().await.is_empty());
    ground.wait(1);
    let mut got = numbers(&ground.carry().await);
    got.sort_unstable();
    assert_eq!(got, [1, 2, 3, 4]);
}

#[tokio::test]
async fn a_peer_that_refuses_one_signature_gets_the_other_and_is_remembered_for_a_month() {
    let ground = Ground::new().await;
    let ana = ground.member("ana").await;
    ground.peers.behave(|got| Reply::Say(if got.is_cavage() { 401 } else { 202 }));
    ground.send(ana, 1, "post 1", false, &inbox("pier")).await;
    let got = ground.carry().await;
    assert_eq!(got.iter().map(|one| one.verified(start())).collect::<Vec<_>>(), [Scheme::Cavage, Scheme::Rfc9421]);
    for (n, wait, knocks) in [(2, 29 * DAY, 1), (3, 2 * DAY, 2)] {
        ground.wait(wait);
        ground.send(ana, n, "post", false, &inbox("pier")).await;
        assert_eq!(ground.carry().await.len(), knocks, "{n}");
    }

    ground.peers.behave(|_| Reply::Say(403));
    ground.send(ana, 4, "post", false, &inbox("pier")).await;
    assert_eq!(ground.carry().await.len(), 2, "both knocks");
    let failed = ground.lines(State::Failed).await;
    assert_eq!((failed[0].activity, failed[0].status, failed[0].attempts), (4, Some(403), 1));
}

#[tokio::test]
async fn what_a_delivery_learns_of_signatures_counts_for_questions_too_for_a_month() {
    let ground = Ground::new().await;
    let ana = ground.set_up().await.admin.into();
    let node = ground.node.site.node_actor();
    ground
        .act(move |tx| {
            let node = actor::id_of(tx, &node)?.unwrap();
            key::give(tx, node, &new_keys(), start())
        })
        .await;
    let document =
        json!({"@context": "https://www.w3.org/ns/activitystreams", "id": "http://pier.test/n", "type": "Note"});
    let shown = move |path: &str| if path == "/n" { Reply::Json(document.clone()) } else { Reply::Say(202) };
    let asks = async || {
        fetch::document(&ground.node, &Id::parse("http://pier.test/n").unwrap(), &Budget::default()).await.unwrap();
        ground.peers.take().iter().map(Received::is_cavage).collect::<Vec<_>>()
    };
    let all = shown.clone();
    ground.peers.behave(move |got| all(&got.path));
    assert_eq!(asks().await, [true]);
    ground.peers.behave(move |got| if got.is_cavage() { Reply::Say(401) } else { shown(&got.path) });
    ground.send(ana, 1, "post 1", false, &inbox("pier")).await;
    assert_eq!(ground.carry().await.len(), 2);
    assert_eq!(asks().await, [false]);
    ground.wait(29 * DAY);
    assert_eq!(asks().await, [false]);
    ground.wait(2 * DAY);
    assert_eq!(asks().await, [true, false]);
}

#[tokio::test]
async fn a_silent_host_is_left_in_peace_longer_and_longer_and_gets_everything_in_order_when_it_is_back() {
    let ground = Ground::new().await;
    let ana = ground.member("ana").await;
    ground.peers.behave(|_| Reply::HangUp);
    for n in 1..=4 {
        ground.send(ana, n, if n % 2 == 0 { "even" } else { "odd" }, false, &inbox("pier")).await;
    }
    let mut tries = Vec::new();
    for _ in 0..(2 * DAY / MINUTE) {
        tries.push(ground.carry().await.len());
        ground.wait(MINUTE);
    }
    assert_eq!(tries.iter().take(1).sum::<usize>(), 2, "one for each thing");
    assert!((8..=16).contains(&tries.iter().sum::<usize>()), "{} tries in two days", tries.iter().sum::<usize>());

    // Something verified came from it: no more waiting.
    ground.peers.behave(|_| Reply::Say(202));
    let now = ground.node.clock.now();
    ground.act(move |tx| Ok(peer::note_heard(tx, &Host::parse("pier.test").unwrap(), now)?)).await;
    let got = numbers(&ground.carry().await);
    let of = |part: i64| got.iter().copied().filter(|n| n % 2 == part).collect::<Vec<_>>();
    assert_eq!((of(1), of(0)), (vec![1, 3], vec![2, 4]));
}

#[tokio::test]
async fn one_success_ends_the_waiting_of_all_that_failed_before() {
    let ground = Ground::new().await;
    let ana = ground.member("ana").await;
    ground.peers.behave(|_| Reply::Say(503));
    for n in 1..=3 {
        ground.send(ana, n, ["a", "b", "c"][n as usize - 1], false, &inbox("pier")).await;
    }
    assert_eq!(ground.carry().await.len(), 3);
    ground.peers.behave(|_| Reply::Say(202));
    ground.wait(1);
    ground.send(ana, 4, "d", false, &inbox("pier")).await;
    assert_eq!(numbers(&ground.carry().await), [4, 1, 2, 3]);
}

#[tokio::test]
async fn a_host_that_is_given_up_still_gets_what_is_urgent() {
    let ground = Ground::new().await;
    let ana = ground.member("ana").await;
    let pier = Host::parse("pier.test").unwrap();
    for _ in 0..7 {
        let (pier, now) = (pier.clone(), ground.node.clock.now());
        ground.act(move |tx| peer::failure(tx, &pier, now)).await;
        ground.wait(DAY);
    }
    ground.wait(-1);
    ground.send(ana, 1, "post", false, &inbox("pier")).await;
    ground.send(ana, 2, "follow", true, &inbox("pier")).await;
    ground.peers.behave(|_| Reply::Say(500));
    assert_eq!(numbers(&ground.carry().await), [2]);
    ground.peers.behave(|_| Reply::Say(202));
    ground.wait(MINUTE);
    assert_eq!(numbers(&ground.carry().await), [2, 1], "it is back, so the rest follows");
}

#[tokio::test]
async fn after_a_week_without_an_answer_a_delivery_is_given_up() {
    let ground = Ground::new().await;
    let ana = ground.member("ana").await;
    ground.peers.behave(|_| Reply::Say(500));
    ground.send(ana, 1, "post", false, &inbox("pier")).await;
    let mut tries = 0;
    for _ in 0..(8 * DAY / HOUR) {
        tries += ground.carry().await.len();
        ground.wait(HOUR);
    }
    assert!((9..=13).contains(&tries), "{tries}");
    let failed = ground.lines(State::Failed).await.remove(0);
    assert_eq!((failed.status, failed.attempts as usize), (Some(500), tries));

    let again = ground.act(move |tx| Ok(delivery::retry_one(tx, failed.id, start())?)).await;
    ground.peers.behave(|_| Reply::Say(202));
    assert!(again && ground.carry().await.len() == 1, "a person may insist");
}

#[tokio::test]
async fn what_will_never_be_taken_is_not_sent_again_and_does_not_stop_the_rest() {
    let ground = Ground::new().await;
    let ana = ground.member("ana").await;
    ground.peers.behave(|got| Reply::Say(if got.body["n"] == 1 { 422 } else { 202 }));
    ground.send(ana, 1, "post", false, &inbox("pier")).await;
    ground.send(ana, 2, "post", false, &inbox("pier")).await;
    assert_eq!(numbers(&ground.carry().await), [1, 2]);
    ground.wait(8 * DAY);
    assert!(ground.carry().await.is_empty());
}

#[tokio::test]
async fn who_is_gone_with_their_inbox_follows_nobody_any_more() {
    let ground = Ground::new().await;
    ground.set_up().await;
    let ana = ground.member("anna").await;
    let (bo, cleo) = (ground.stranger("pier", "bo").await, ground.stranger("pier", "cleo").await);
    ground
        .act(move |tx| {
            // Their handles name another host than their server, as many do.
            let mut profile = actor::testing::profile("http://pier.test/users/bo");
            profile.shared_inbox = inbox("pier").pop();
            profile.host = "village.test".to_owned();
            actor::upsert_remote(tx, &profile, start())?;
            let_follow(tx, bo, ana)?;
            let_follow(tx, cleo, ana)
        })
        .await;
    ground.peers.behave(|got| match got.path.as_str() {
        "/inbox" | "/users/bo" => Reply::Say(410),
        _ => Reply::Say(503),
    });
    ground.send(ana, 1, "post", false, &inbox("pier")).await;
    let asked: BTreeSet<String> = ground.carry().await.into_iter().map(|one| one.path).collect();
    assert!(asked.contains("/users/bo") && asked.contains("/users/cleo"));
    assert_eq!(ground.lines(State::Failed).await[0].status, Some(410));
    let follows = ground.act(move |tx| Ok((follow::of(tx, bo, ana)?, follow::of(tx, cleo, ana)?))).await;
    assert!(follows.0.is_none() && follows.1.is_some(), "one is gone, the other only silent");
}

#[tokio::test]
async fn a_blocked_host_gets_nothing_of_what_waits_for_it() {
    let ground = Ground::new().await;
    let ana = ground.member("ana").await;
    ground.send(ana, 1, "post", true, &inbox("a.pier")).await;
    ground
        .act(|tx| {
            let pier = Host::parse("pier.test").unwrap();
            Ok(crate::store::peer::set_level(tx, &pier, Level::Blocked, None, start())?)
        })
        .await;
    assert!(ground.carry().await.is_empty());
    assert_eq!(ground.lines(State::Dropped).await.len(), 1);
}

#[tokio::test]
async fn every_inbox_gets_it_once_and_hanging_ones_hold_nobody_up() {
    let ground = Ground::with(&[("delivery_concurrency", "16"), ("total_timeout", "2s"), ("read_timeout", "2s")]).await;
    let ana = ground.member("ana").await;
    ground.peers.behave(|got| if got.host.starts_with("slow") { Reply::Hang } else { Reply::Say(202) });
    let slow = (0..4).map(|n| format!("http://slow{n}.test/inbox"));
    let quick = (0..120).map(|n| format!("http://h{n}.test/inbox"));
    let all: Vec<String> = slow.chain(quick).collect();
    ground.send(ana, 1, "post", false, &all).await;
    ground.send(ana, 1, "post", false, &all).await;

    let node = ground.node.clone();
    let carrying = tokio::spawn(async move { Courier::new(node).settle().await });
    let mut seen = Vec::new();
    let quick_ones = async {
        while seen.len() < 120 {
            seen.extend(ground.peers.take().into_iter().filter(|one| one.host.starts_with('h')));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), quick_ones).await.unwrap();
    assert!(!carrying.is_finished(), "the slow ones still hang");
    let hosts: BTreeSet<&str> = seen.iter().map(|one| one.host.as_str()).collect();
    assert_eq!((hosts.len(), seen.len()), (120, 120));
    carrying.await.unwrap();
    assert_eq!(ground.lines(State::Waiting).await.len(), 4);
}

#[tokio::test]
async fn one_host_gets_one_after_the_other_however_much_waits_for_it() {
    let ground = Ground::new().await;
    let ana = ground.member("ana").await;
    for n in 0..40 {
        let key = ["a", "b", "c", "d", "e"][n as usize % 5];
        ground.send(ana, n, key, false, &[format!("http://pier.test/{n}/inbox")]).await;
    }
    assert_eq!(numbers(&ground.carry().await), (0..40).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_was_on_its_way_when_the_process_ended_is_sent_again_under_the_same_id() {
    let ground = Ground::new().await;
    let ana = ground.member("ana").await;
    ground.peers.behave(|_| Reply::Hang);
    ground.send(ana, 9, "post", false, &inbox("pier")).await;
    let node = ground.node.clone();
    let carrying = tokio::spawn(async move { Courier::new(node).settle().await });
    let reached = async {
        while ground.peers.take().is_empty() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), reached).await.unwrap();
    carrying.abort();
    let _ = carrying.await;

    let ground = ground.restarted().await;
    ground.peers.behave(|_| Reply::Say(202));
    assert_eq!(numbers(&ground.carry().await), [9]);
    assert!(ground.carry().await.is_empty());
}

#[tokio::test]
async fn whatever_a_peer_answers_each_thing_arrives_in_order_and_nothing_is_lost() {
    for seed in 1..=4_u64 {
        let ground = Ground::new().await;
        let ana = ground.member("ana").await;
        let taken = Arc::new(Mutex::new(Vec::new()));
        let taking = taken.clone();
        // A peer that mostly has trouble of some sort, the same in each run of the test.
        ground.peers.behave(move |got| match (got.number as u64).wrapping_mul(seed * 2_654_435_761) >> 7 & 7 {
            0 => Reply::Say(503),
            1 => Reply::SayWith(429, "retry-after", "20"),
            2 => Reply::HangUp,
            3 => Reply::Say(409),
            _ => {
                let thing = format!("{} {}", got.host, got.body["key"]);
                taking.lock().unwrap().push((thing, got.body["n"].as_i64().unwrap()));
                Reply::Say(202)
            }
        });
        let mut sent = 0;
        for step in 0..400_i64 {
            if step < 30 {
                let key = ["a", "b", "c"][(step as u64 * seed % 3) as usize];
                let host = ["pier", "loft"][(step as usize / 3) % 2];
                ground.send(ana, step, key, false, &inbox(host)).await;
                sent += 1;
            }
            ground.carry().await;
            if step >= 30 && taken.lock().unwrap().len() >= sent {
                break;
            }
            ground.wait(if step < 30 { 20 } else { 900 });
        }
        let mut taken = taken.lock().unwrap().clone();
        assert_eq!(taken.len(), sent, "seed {seed}");
        // Stable: what is said of one thing stays in the order in which it was taken.
        taken.sort_by(|one, other| one.0.cmp(&other.0));
        assert!(taken.is_sorted(), "seed {seed}: {taken:?}");
        assert_eq!(ground.lines(State::Done).await.len(), sent);
    }
}
