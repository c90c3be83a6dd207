//! Stories of facts that are told to those whom they concern, and to nobody else.

use std::collections::BTreeSet;

use super::*;
use crate::coworking::id::ActorId;
use crate::coworking::id::{MemberId, PostId};
use crate::coworking::member::{Acting, NewMember, Role};
use crate::coworking::peer::{Host, Level};
use crate::coworking::post::{PostInput, Visibility};
use crate::federation::deliver::Courier;
use crate::federation::testing::{Ground, Received, Reply, new_keys, start};
use crate::operations::follow::{approve, follow, receive_request, reject, unfollow};
use crate::operations::post::{Mentions, delete, edit, publish as post_publish};
use crate::operations::speaker::As;
use crate::operations::testing::{let_follow, saying};
use crate::operations::{key as key_operations, member, peer};

impl Ground {
    /// Publishes and carries all that is due; tells what the peers got, by where they got it.
    async fn tell(&self) -> Vec<(String, Received)> {
        while publish(&self.node).await.unwrap() {}
        Courier::new(self.node.clone()).settle().await;
        let mut got: Vec<_> =
            self.peers.take().into_iter().map(|one| (format!("{}{}", one.host, one.path), one)).collect();
        got.sort_by(|one, other| one.0.cmp(&other.0));
        got
    }

    async fn say(&self, author: MemberId, text: &'static str, visibility: Visibility, to: Option<ActorId>) -> PostId {
        let site = self.node.site.clone();
        let mut mentions = Mentions::default();
        if let Some(actor) = to {
            mentions.found("bo@pier.test", actor, "http://pier.test/@bo".into());
        }
        let now = self.node.clock.now();
        self.act(move |tx| {
            post_publish(tx, &site, Acting::Member(author, Role::Member), &saying(text, visibility), &mentions, now)
        })
        .await
    }
}

fn places(got: &[(String, Received)]) -> Vec<&str> {
    got.iter().map(|(place, _)| place.as_str()).collect()
}

fn kinds(got: &[(String, Received)]) -> Vec<&str> {
    got.iter().map(|(_, one)| one.body["type"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_post_reaches_each_server_once_and_only_those_who_may_read_it() {
    let ground = Ground::new().await;
    let ana = ground.set_up().await.admin;
    let bo = ground.stranger("pier", "bo").await;
    let cleo = ground.stranger("pier", "cleo").await;
    let dan = ground.stranger("loft", "dan").await;
    let eve = ground.stranger("blocked", "eve").await;
    let site = ground.node.site.clone();
    ground
        .act(move |tx| {
            for follower in [bo, cleo, dan, eve] {
                let_follow(tx, follower, ana.into())?;
            }
            let blocked = Host::parse("blocked.test").unwrap();
            peer::set_level(tx, &site, Acting::Keeper, &blocked, Level::Blocked, "", start())
        })
        .await;
    ground.tell().await;

    ground.say(ana, "to all", Visibility::Public, None).await;
    let got = ground.tell().await;
    assert_eq!(places(&got), ["loft.test/inbox", "pier.test/inbox"]);
    let create = &got[0].1.body;
    assert_eq!(create["type"], "Create");
    assert_eq!(create["proof"]["verificationMethod"], "http://harbor.test/members/ana#ed25519-key");
    assert_eq!(create, &got[1].1.body);

    ground.say(ana, "to followers", Visibility::Followers, None).await;
    let got = ground.tell().await;
    assert_eq!(places(&got), ["loft.test/inbox", "pier.test/inbox"]);
    assert!(got[0].1.body.get("proof").is_none(), "what is private must not be shown around");

    ground.say(ana, "hello @bo@pier.test", Visibility::Direct, Some(bo)).await;
    let got = ground.tell().await;
    assert_eq!(places(&got), ["pier.test/users/bo/inbox"]);

    ground.say(ana, "for the house", Visibility::Members, None).await;
    assert!(ground.tell().await.is_empty());
}

#[tokio::test]
async fn a_post_its_change_and_its_end_arrive_in_order_at_a_peer_that_was_away() {
    let ground = Ground::new().await;
    let ana = ground.set_up().await.admin;
    let bo = ground.stranger("pier", "bo").await;
    ground.act(move |tx| let_follow(tx, bo, ana.into())).await;
    ground.peers.behave(|_| Reply::HangUp);
    let post = ground.say(ana, "first", Visibility::Public, None).await;
    ground.tell().await;
    let site = ground.node.site.clone();
    let acting = Acting::Member(ana, Role::Admin);
    let draft = PostInput { content: "second".into(), ..Default::default() }.parse().unwrap();
    ground
        .act(move |tx| {
            edit(tx, &site, acting, post, &draft, &Mentions::default(), start())?;
            delete(tx, acting, post, start())
        })
        .await;
    ground.tell().await;
    ground.peers.behave(|_| Reply::Say(202));
    ground.wait(24 * 3600);
    let got = ground.tell().await;
    assert_eq!(kinds(&got), ["Create", "Delete"], "a change of what is gone is not told");
    assert_eq!(got[1].1.body["object"]["id"], got[0].1.body["object"]["id"]);
}

#[tokio::test]
async fn a_follow_its_answer_and_its_end_go_to_the_two_concerned() {
    let ground = Ground::new().await;
    let ana = ground.set_up().await.admin;
    let bo = ground.stranger("pier", "bo").await;
    let acting = Acting::Member(ana, Role::Admin);
    ground.act(move |tx| follow(tx, acting, As::Oneself, bo, false, start())).await;
    let got = ground.tell().await;
    assert_eq!((places(&got), kinds(&got)), (vec!["pier.test/users/bo/inbox"], vec!["Follow"]));
    let asked = got[0].1.body.clone();
    ground.act(move |tx| unfollow(tx, acting, As::Oneself, bo, start())).await;
    let undo = ground.tell().await.remove(0).1.body;
    assert_eq!((&undo["type"], &undo["object"]["id"]), (&"Undo".into(), &asked["id"]));

    let uri = "http://pier.test/follows/1";
    ground.act(move |tx| receive_request(tx, bo, ana.into(), uri, start())).await;
    assert!(ground.tell().await.is_empty(), "she decides herself");
    ground.act(move |tx| approve(tx, acting, As::Oneself, bo, start())).await;
    let accept = ground.tell().await.remove(0).1.body;
    assert_eq!((&accept["type"], &accept["object"]["id"]), (&"Accept".into(), &uri.into()));
    ground.act(move |tx| reject(tx, acting, As::Oneself, bo, start())).await;
    let reject = ground.tell().await.remove(0).1.body;
    assert_eq!((&reject["type"], &reject["object"]["id"]), (&"Reject".into(), &uri.into()));
    let left = ground.act(move |tx| Ok(crate::store::follow::of(tx, bo, ana.into())?)).await;
    assert_eq!(left, None, "a refused follow is kept until it is answered, and no longer");
}

#[tokio::test]
async fn the_news_of_new_keys_is_signed_with_the_old_ones() {
    let ground = Ground::new().await;
    let ana = ground.set_up().await.admin;
    let bo = ground.stranger("pier", "bo").await;
    ground.act(move |tx| let_follow(tx, bo, ana.into())).await;
    ground.say(ana, "with the old key", Visibility::Public, None).await;
    let before = ground.tell().await.remove(0).1.key_id();
    ground
        .act(move |tx| key_operations::rotate(tx, Acting::Member(ana, Role::Admin), ana.into(), &new_keys(), start()))
        .await;
    ground.say(ana, "with the new key", Visibility::Public, None).await;
    let got = ground.tell().await;
    assert_eq!(kinds(&got), ["Update", "Create"]);
    assert_eq!(got[0].1.key_id(), before);
    assert_eq!(got[0].1.body["object"]["publicKey"]["id"], got[1].1.key_id());
    assert_ne!(got[1].1.key_id(), before);
}

#[tokio::test]
async fn who_leaves_is_forgotten_wherever_anything_of_theirs_arrived() {
    let ground = Ground::new().await;
    ground.set_up().await;
    let bo = ground.stranger("pier", "bo").await;
    let new = NewMember::parse("zoe", "Zoe", Role::Member, None).unwrap();
    let site = ground.node.site.clone();
    let zoe = ground.act(move |tx| member::add(tx, &site, Acting::Keeper, &new, Some(&new_keys()), start())).await;
    ground.say(zoe, "hi @bo@pier.test", Visibility::Direct, Some(bo)).await;
    ground.tell().await;
    ground.act(move |tx| member::leave(tx, Acting::Keeper, zoe, start())).await;
    let got = ground.tell().await;
    assert_eq!(places(&got), ["pier.test/users/bo/inbox"]);
    assert_eq!((&got[0].1.body["type"], &got[0].1.body["object"]), (&"Delete".into(), &got[0].1.body["actor"]));
}

#[tokio::test]
async fn a_host_that_is_given_up_gets_one_thing_at_a_time_to_see_whether_it_is_back() {
    let ground = Ground::new().await;
    let ana = ground.set_up().await.admin;
    let bo = ground.stranger("pier", "bo").await;
    ground.act(move |tx| let_follow(tx, bo, ana.into())).await;
    ground.peers.behave(|_| Reply::HangUp);
    for _ in 0..7 {
        let now = ground.node.clock.now();
        ground.act(move |tx| peer::failure(tx, &Host::parse("pier.test").unwrap(), now)).await;
        ground.wait(24 * 3600);
    }
    for text in ["one", "two", "three"] {
        ground.say(ana, text, Visibility::Public, None).await;
    }
    assert_eq!(ground.tell().await.len(), 1);
    ground.peers.behave(|_| Reply::Say(202));
    ground.wait(25 * 3600);
    assert_eq!(ground.tell().await.len(), 1, "the other two were not kept for it");
    ground.say(ana, "four", Visibility::Public, None).await;
    assert_eq!(ground.tell().await.len(), 1, "it is back");
}

#[tokio::test]
async fn a_post_to_many_servers_is_written_in_slices_and_taken_up_again_where_it_was_cut_off() {
    const SERVERS: usize = SLICE * 2 + 20;
    let ground = Ground::new().await;
    let ana = ground.set_up().await.admin;
    ground
        .act(move |tx| {
            for number in 0..SERVERS {
                let mut profile = crate::store::actor::testing::profile(&format!("http://h{number}.test/users/bo"));
                profile.shared_inbox = Some(format!("http://h{number}.test/inbox"));
                let (bo, _) = crate::store::actor::upsert_remote(tx, &profile, start())?;
                let_follow(tx, bo, ana.into())?;
            }
            Ok(())
        })
        .await;
    while publish(&ground.node).await.unwrap() {}
    ground.say(ana, "to very many", Visibility::Public, None).await;

    // A pass that ends after its first slice.
    let (site, now) = (ground.node.site.clone(), ground.node.clock.now());
    let mut parcels = ground.node.store.read(move |tx| gather(tx, &site, now)).await.unwrap();
    let mut parcel = parcels.remove(0);
    assert_eq!(parcel.to.len(), SERVERS);
    let slice = parcel.to.split_off(SERVERS - SLICE);
    write_slice(&ground.node, &parcel, slice, now).await.unwrap();

    let ground = ground.restarted().await;
    while publish(&ground.node).await.unwrap() {}
    let rows = ground
        .act(|tx| {
            Ok(tx.query("SELECT activity_id, host FROM delivery WHERE id > ?1", &[0_i64.into()], |row| {
                Ok((row.get::<i64>(0)?, row.get::<String>(1)?))
            })?)
        })
        .await;
    let distinct: BTreeSet<_> = rows.iter().collect();
    assert_eq!((rows.len(), distinct.len()), (SERVERS, SERVERS));
    let activities: BTreeSet<i64> = rows.iter().map(|(activity, _)| *activity).collect();
    assert_eq!(activities.len(), 1);
}
