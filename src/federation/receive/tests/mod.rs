//! Stories of what arrives: in any order, more than once, in need of others, and broken.

mod asked;
mod people;
mod said;
mod waiting;

use serde_json::{Value, json};

use super::Desk;
use crate::coworking::id::{ActorId, MemberId};
use crate::coworking::member::{Acting, Role};
use crate::coworking::peer::{Host, Level};
use crate::federation::fetch;
use crate::federation::testing::{Ground, Reply, Stranger, Web, rsa, start};
use crate::http_client::Budget;
use crate::operations::speaker::As;
use crate::operations::{self, follow as following, queue, timeline};
use crate::store::follow::{FollowState, of as follow_of};
use crate::store::inbox::{self, InboxId};
use crate::store::notification::NotificationKind;
use crate::store::page::Page;
use crate::store::testing::{self, set_aside};
use crate::store::{actor, block, event, member, peer, post, report};

pub(super) const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// `harbor.test` with its member Ana, who follows Bo of `pier.test`.
pub(super) struct Town {
    pub(super) ground: Ground,
    ana: ActorId,
    pub(super) bo: Stranger,
    pub(super) eve: Stranger,
    web: Web,
}

impl Town {
    pub(super) async fn new() -> Self {
        Self::with(&[]).await
    }

    /// The same with other settings.
    pub(super) async fn with(settings: &[(&str, &str)]) -> Self {
        let ground = Ground::with(settings).await;
        let ana = ground.member("ana").await;
        ground.act(move |tx| Ok(member::add(tx, ana, Role::Member, start())?)).await;
        let bo = Stranger::new("bo", "pier.test");
        let eve = Stranger { key: rsa(1), ..Stranger::new("eve", "quay.test") };
        let web = ground.show(&[&bo, &eve]);
        let town = Self { ground, ana, bo, eve, web };
        town.follows(&town.bo).await;
        town
    }

    /// Ana follows somebody elsewhere, who lets her.
    pub(super) async fn follows(&self, stranger: &Stranger) {
        let id = self.met(stranger).await;
        let ana = self.ana;
        let asked = self
            .ground
            .act(move |tx| {
                let acting = Acting::Member(MemberId(ana.0), Role::Member);
                following::follow(tx, acting, As::Oneself, id, false, start())
            })
            .await;
        let accept =
            stranger.does("Accept", 900, json!({"object": format!("http://harbor.test/follows/{}", asked.id)}));
        self.arrives(stranger, &accept).await;
        assert_eq!(self.follow(ana, id).await, Some(FollowState::Accepted));
    }

    /// Somebody elsewhere becomes known here.
    pub(super) async fn met(&self, stranger: &Stranger) -> ActorId {
        fetch::known_or_fetched(&self.ground.node, &stranger.id(), &Budget::default()).await.unwrap()
    }

    async fn follow(&self, follower: ActorId, target: ActorId) -> Option<FollowState> {
        self.ground.act(move |tx| Ok(follow_of(tx, follower, target)?.map(|follow| follow.state))).await
    }

    pub(super) async fn settle(&self) {
        Desk::new(self.ground.node.clone()).settle().await;
    }

    /// Somebody says something that cannot be acted on before others were asked; what they say after it waits.
    pub(super) async fn must_ask(&self, from: &Stranger) {
        self.sends(from, &from.does("Announce", 99, json!({"object": "http://quay.test/nothing", "to": PUBLIC}))).await;
    }

    pub(super) async fn sends(&self, from: &Stranger, activity: &Value) {
        let answer = self.ground.deliver(from, activity).await;
        assert_eq!(answer.status, 202, "{answer:?}");
    }

    async fn arrives(&self, from: &Stranger, activity: &Value) {
        self.sends(from, activity).await;
        self.settle().await;
    }

    /// It comes to somebody's own inbox.
    async fn arrives_at(&self, recipient: ActorId, from: &Stranger, activity: &Value) {
        let letter = from.letter(activity, self.ground.node.clock.now()).signed();
        assert_eq!(letter.send_to(&self.ground.node, Some(recipient)).await.status, 202);
        self.settle().await;
    }

    /// Another member.
    async fn neighbour(&self, name: &'static str) -> ActorId {
        let id = self.ground.member(name).await;
        self.ground.act(move |tx| Ok(member::add(tx, id, Role::Member, start())?)).await;
        id
    }

    /// The desk of a running node, until it is told to stop.
    fn job(&self) -> (tokio_util::sync::CancellationToken, tokio::task::JoinHandle<()>) {
        let stop = tokio_util::sync::CancellationToken::new();
        let (desk, told) = (Desk::new(self.ground.node.clone()), stop.clone());
        (stop, tokio::spawn(async move { desk.work(&told).await }))
    }

    /// What stands in Ana's home, the newest first.
    pub(super) async fn home(&self) -> Vec<String> {
        let acting = Acting::Member(MemberId(self.ana.0), Role::Member);
        let home = self.ground.act(move |tx| timeline::home(tx, acting, Page::default())).await;
        home.items.into_iter().map(|view| view.post.content).collect()
    }

    async fn notified(&self) -> Vec<NotificationKind> {
        self.told(self.ana).await
    }

    async fn told(&self, member: ActorId) -> Vec<NotificationKind> {
        let acting = Acting::Member(MemberId(member.0), Role::Member);
        let list = self.ground.act(move |tx| operations::notification::list(tx, acting, Page::default())).await;
        list.items.into_iter().map(|one| one.kind).collect()
    }

    async fn post(&self, uri: String) -> Option<post::Post> {
        self.ground.act(move |tx| Ok(post::by_uri(tx, &uri)?)).await
    }

    async fn may_read(&self, member: ActorId, uri: String) -> bool {
        let reader = post::Reader::Member(MemberId(member.0));
        self.ground
            .act(move |tx| match post::known(tx, &uri)? {
                Some(known) => Ok(post::readable(tx, reader, known.id)?.is_some()),
                None => Ok(false),
            })
            .await
    }

    async fn events(&self) -> Vec<&'static str> {
        let events = self.ground.act(|tx| Ok(event::unpublished(tx, 100)?)).await;
        events.into_iter().map(|recorded| recorded.event.name()).collect()
    }

    pub(super) async fn left_over(&self) -> (u64, u64) {
        let counts = self.ground.act(|tx| Ok(inbox::counts(tx)?)).await;
        (counts.waiting, counts.failed)
    }
}

/// A time some seconds after the beginning, as documents have it.
fn later(seconds: u32) -> String {
    (start() + jiff::SignedDuration::from_secs(seconds.into())).to_string()
}

pub(super) fn html(number: u32) -> String {
    format!("<p>note {number}</p>")
}
