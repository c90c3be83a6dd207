//! Stories of a node at work: nobody calls anything, and things happen.

mod letters;
mod webhooks;

use std::time::Duration;

use super::*;
use crate::coworking::booking::{Draft, Request};
use crate::coworking::decision::Wish;
use crate::coworking::id::MemberId;
use crate::coworking::member::{Acting, NewMember, Role};
use crate::coworking::offer::OfferInput;
use crate::coworking::post::Visibility;
use crate::coworking::resource::ResourceInput;
use crate::coworking::slot::Slot;
use crate::federation::testing::{Ground, Reply, start};
use crate::operations::booking::waitlist::{BookedOrWaits, book_or_wait};
use crate::operations::booking::{self, Asking};
use crate::operations::post::{Mentions, publish};
use crate::operations::testing::{let_follow, saying};
use crate::operations::{member, offer, resource};
use crate::store::{Store, delivery, tombstone, waitlist};

impl Ground {
    async fn followed(&self) -> MemberId {
        let ana = self.set_up().await.admin;
        let bo = self.stranger("pier", "bo").await;
        self.act(move |tx| let_follow(tx, bo, ana.into())).await;
        ana
    }

    async fn posts(&self, author: MemberId) {
        let (site, now) = (self.node.site.clone(), self.node.clock.now());
        let draft = saying("good morning", Visibility::Public);
        self.act(move |tx| publish(tx, &site, Acting::Member(author, Role::Member), &draft, &Mentions::default(), now))
            .await;
    }

    async fn until_heard(&self) {
        let heard = async {
            while self.delivered() == 0 {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), heard).await.unwrap();
    }

    /// How much the peers' inboxes got since this was asked last.
    fn delivered(&self) -> usize {
        self.peers.take().iter().filter(|got| got.path.ends_with("inbox")).count()
    }

    async fn undelivered(&self) -> u64 {
        self.act(|tx| Ok(delivery::counts(tx)?.waiting)).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_post_is_told_without_anybody_asking_and_the_end_waits_for_what_is_on_its_way() {
    let ground = Ground::new().await;
    let ana = ground.followed().await;
    let jobs = super::start(ground.node.clone());
    ground.posts(ana).await;
    ground.until_heard().await;
    assert!(jobs.stop(Duration::from_secs(30)).await);
    assert_eq!(ground.undelivered().await, 0, "that it arrived is written before the end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_hangs_does_not_hold_the_end_up_beyond_its_deadline_and_is_sent_by_the_next_start() {
    let ground = Ground::new().await;
    let ana = ground.followed().await;
    ground.peers.behave(|_| Reply::Hang);
    let jobs = super::start(ground.node.clone());
    ground.posts(ana).await;
    ground.until_heard().await;
    assert!(!jobs.stop(Duration::from_millis(50)).await);
    assert_eq!(ground.undelivered().await, 1);

    let ground = ground.restarted().await;
    ground.peers.behave(|_| Reply::Say(202));
    drain(&ground.node).await;
    assert_eq!((ground.delivered(), ground.undelivered().await), (1, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_process_writes_beside_a_running_node_is_told_too() {
    let ground = Ground::new().await;
    let ana = ground.followed().await;
    let jobs = super::start(ground.node.clone());
    ground.posts(ana).await;
    ground.until_heard().await;
    // As a command does: the same file, and no word to the node.
    let config = &ground.node.config;
    let beside = Store::open(config.store_place(), config.store()).unwrap();
    let (site, now) = (ground.node.site.clone(), ground.node.clock.now());
    let draft = saying("and a good night", Visibility::Public);
    beside
        .write(move |tx| publish(tx, &site, Acting::Member(ana, Role::Member), &draft, &Mentions::default(), now))
        .await
        .unwrap();
    beside.close().await;
    ground.until_heard().await;
    assert!(jobs.stop(Duration::from_secs(30)).await);
    assert_eq!(ground.undelivered().await, 0);
}

#[tokio::test]
async fn what_was_taken_back_before_it_came_is_remembered_for_a_week() {
    let ground = Ground::new().await;
    let bo = ground.stranger("pier", "bo").await;
    let late = "http://pier.test/u/bo/n/1";
    ground.act(move |tx| Ok(tombstone::bury(tx, late, bo, start())?)).await;
    let buried = async || ground.act(move |tx| Ok(tombstone::is_buried(tx, late, bo)?)).await;
    for (days, remembered) in [(6, true), (2, false)] {
        ground.wait(days * 24 * 3600);
        tidy(&ground.node).await.unwrap();
        assert_eq!(buried().await, remembered);
    }
}

#[tokio::test]
async fn an_offer_is_told_to_be_over_when_it_ends_and_is_taken_back_a_month_later() {
    let ground = Ground::new().await;
    let ana = ground.followed().await;
    let (site, now) = (ground.node.site.clone(), ground.node.clock.now());
    let input = OfferInput { purpose: "offer".into(), name: "Bread".into(), ..OfferInput::default() };
    let draft = input.parse(now).unwrap();
    ground.act(move |tx| offer::make(tx, &site, Acting::Member(ana, Role::Member), &draft, now)).await;
    let told = || async {
        drain(&ground.node).await;
        let letters = ground.peers.take().into_iter().filter(|letter| letter.body.is_object());
        letters.map(|letter| letter.body["type"].clone()).collect::<Vec<_>>()
    };
    let day = 24 * 3600;
    assert_eq!(told().await, ["Create"]);
    ground.wait(29 * day);
    assert_eq!(told().await, [] as [&str; 0]);
    ground.wait(day);
    assert_eq!(told().await, ["Update"]);
    ground.wait(29 * day);
    assert_eq!(told().await, [] as [&str; 0]);
    ground.wait(day);
    assert_eq!(told().await, ["Delete"]);
    assert_eq!(told().await, [] as [&str; 0]);
}

#[tokio::test]
async fn what_is_over_is_forgotten_when_its_time_has_come_and_not_before() {
    let ground = Ground::new().await;
    let ana = ground.followed().await;
    ground.posts(ana).await;
    drain(&ground.node).await;
    let deliveries = || async {
        ground
            .act(|tx| Ok(tx.query("SELECT id FROM delivery WHERE id > ?1", &[0_i64.into()], |row| row.get::<i64>(0))?))
            .await
            .len()
    };
    assert_eq!(deliveries().await, 1);
    ground.wait(6 * 24 * 3600);
    tidy(&ground.node).await.unwrap();
    assert_eq!(deliveries().await, 1);
    ground.wait(2 * 24 * 3600);
    assert!(tidy(&ground.node).await.unwrap() > 0);
    assert_eq!(deliveries().await, 0);
    assert!(ground.node.clock.now() > start());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i30_what_came_free_goes_at_once_to_who_waits_for_it() {
    let ground = Ground::new().await;
    let done = ground.set_up().await;
    let (site, now, space) = (ground.node.site.clone(), ground.node.clock.now(), done.space);
    let at = move |hours: i64| now + jiff::SignedDuration::from_hours(hours);
    let (booking, waits) = ground
        .act(move |tx| {
            let booth = ResourceInput { kind: "phone_booth".into(), name: "Booth".into(), ..Default::default() };
            let resource = resource::add(tx, Acting::Keeper, space, &booth.parse()?, now)?;
            let mut asking = |name| {
                let new = NewMember::parse(name, name, Role::Member, None)?;
                let member = member::add(tx, &site, Acting::Keeper, &new, None, now)?;
                Asking::here(tx, Acting::Member(member, Role::Member), None, false)
            };
            let (ben, cleo) = (asking("ben")?, asking("cleo")?);
            let wish = Wish { slot: Slot::new(at(2), at(3))?, units: 1, unit: None, people: 1 };
            let draft = Draft { wish, note: None, guest: None };
            let wish = Request { resource, draft, hold: false, reason: None };
            let had = booking::request(tx, &ben, &wish, now)?;
            match book_or_wait(tx, &cleo, &wish, None, now)? {
                BookedOrWaits::Waits(wait) => Ok((had.id, wait.id)),
                BookedOrWaits::Booked(made) => panic!("{made:?}"),
            }
        })
        .await;
    let jobs = super::start(ground.node.clone());
    ground.act(move |tx| booking::cancel(tx, Acting::Keeper, booking, Some("It is broken"), now)).await;
    let promoted = async {
        while ground.act(move |tx| Ok(waitlist::by_id(tx, waits)?.unwrap().booking)).await.is_none() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    // Long before the timer rings.
    tokio::time::timeout(Duration::from_secs(20), promoted).await.unwrap();
    assert!(jobs.stop(Duration::from_secs(30)).await);
}
